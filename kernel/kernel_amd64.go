//go:build !purego

package kernel

import "github.com/klauspost/cpuid/v2"

// features lists, for each implementation, every processor feature that its bodies use.
var features = [...][]cpuid.FeatureID{
	Generic: {},
	AVX2: {
		cpuid.AVX,  // VCVTPS2PD, VBROADCASTSD and the rest on Y registers
		cpuid.AVX2, // VPMOVSXWD and its kin
		cpuid.FMA3, // VFMADD231PD
	},
	AVX512: {
		cpuid.AVX512F,
		cpuid.AVX512BW, // VPCMPB, VPCMPW, VPTESTMB; KANDD and its kin
		cpuid.AVX512DQ, // KANDB and its kin, VCVTQQ2PD
		cpuid.AVX512VL, // all of these on X and Y registers
	},
}

func supported(isa ISA) bool {
	return int(isa) < len(features) && cpuid.CPU.Supports(features[isa]...)
}

// maxCallSamples bounds the samples that one assembly call reads, since the garbage collector
// cannot stop a goroutine inside it: the slowest body, that of AVX2 with gaps, reads 1.5 to 2 of them
// a nanosecond, which makes 90 µs.
const maxCallSamples = 128 << 10
