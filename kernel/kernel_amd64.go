//go:build !purego

package kernel

import "github.com/klauspost/cpuid/v2"

// features lists the processor features that the bodies of each implementation use.
var features = [...][]cpuid.FeatureID{
	Generic: {},
	AVX2: {
		cpuid.AVX,  // VCVTPS2PD, VBROADCASTSD and other floating-point instructions on Y registers
		cpuid.AVX2, // VPMOVSXWD and other integer instructions on Y registers
		cpuid.FMA3, // VFMADD231PD
		cpuid.BMI1, // TZCNTQ, BLSRQ of rank trends
		cpuid.POPCNT,
	},
	AVX512: {
		cpuid.AVX512F,
		cpuid.AVX512BW, // VPCMPB, VPCMPW, VPTESTMB; masks of 32 and 64 bits (KANDD)
		cpuid.AVX512DQ, // masks of 8 bits (KANDB), VCVTQQ2PD
		cpuid.AVX512VL, // these instructions on X and Y registers
		cpuid.AVX2,     // the bodies of rank trends that AVX-512 has not: those of AVX2
		cpuid.FMA3,
		cpuid.BMI1,
		cpuid.POPCNT,
	},
}

func supported(isa ISA) bool {
	return int(isa) < len(features) && cpuid.CPU.Supports(features[isa]...)
}

// maxCallSamples limits the samples of one assembly call, because the garbage collector cannot stop
// a goroutine during the call. The slowest body, AVX2 with gaps, reads 1.5 to 2 samples per
// nanosecond, so a call takes up to 90 µs.
const maxCallSamples = 128 << 10

// passesAreFaster reports whether the processor is a Zen 5, on which passes over planes were measured to
// be up to twice as fast as reading all dates at once.
func passesAreFaster() bool {
	const zen5 = 0x1a
	return cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family >= zen5
}
