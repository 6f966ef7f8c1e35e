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

// finishWidth returns how many pixels finish does at once, 0 where there is no body for it.
func (k Kernel) finishWidth() int {
	switch k.isa {
	case AVX512:
		return 8
	case AVX2:
		return 4
	}
	return 0
}

// finish runs a body, for float32 or float64.
func (k Kernel) finish(p *finishing, float32 bool) {
	switch {
	case k.isa == AVX512 && float32:
		finishF32AVX512(p)
	case k.isa == AVX512:
		finishF64AVX512(p)
	case float32:
		finishF32AVX2(p)
	default:
		finishF64AVX2(p)
	}
}

//go:noescape
func finishF32AVX512(p *finishing)

//go:noescape
func finishF64AVX512(p *finishing)

//go:noescape
func finishF32AVX2(p *finishing)

//go:noescape
func finishF64AVX2(p *finishing)
