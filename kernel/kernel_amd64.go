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
		cpuid.AVX512BW, // KORTESTD's kin on the toolchain's list of mask moves
		cpuid.AVX512DQ, // KANDNB, KORB, KORTESTB
		cpuid.AVX512VL, // VPMOVSXWD into Y16 and above
	},
}

func supported(isa ISA) bool { return cpuid.CPU.Supports(features[isa]...) }

// The groups: how many pixels a body carries in registers at once. It works on whole groups.

func (k Kernel) slopeGroup() int {
	if k.isa == AVX512 {
		return 64
	}
	return 16
}

func (k Kernel) sumsGroup() int {
	if k.isa == AVX512 {
		return 32
	}
	return 8
}

func (k Kernel) gapsGroup() int {
	if k.isa == AVX512 {
		return 16
	}
	return 4
}

// The bodies, in kernel_amd64.s:
//
//	slope: ty[x] = num * sum(tau[i]*(y[i][x]-y[0][x])) / den    until a group has a gap
//	sums:  y, ty, yy and ref as in Sums                         until a group has a gap
//	gaps:  all of Sums, gaps left out
//
// Dispatch is a switch of direct calls: a call through a func variable would move params to the
// heap.
func (k Kernel) slope(d DType, p *params) {
	if k.isa == AVX512 {
		switch d {
		case Uint8:
			slopeU8AVX512(p)
		case Int8:
			slopeI8AVX512(p)
		case Uint16:
			slopeU16AVX512(p)
		case Int16:
			slopeI16AVX512(p)
		case Uint32:
			slopeU32AVX512(p)
		case Int32:
			slopeI32AVX512(p)
		case Float32:
			slopeF32AVX512(p)
		case Float64:
			slopeF64AVX512(p)
		}
		return
	}
	switch d {
	case Uint8:
		slopeU8AVX2(p)
	case Int8:
		slopeI8AVX2(p)
	case Uint16:
		slopeU16AVX2(p)
	case Int16:
		slopeI16AVX2(p)
	case Uint32:
		slopeU32AVX2(p)
	case Int32:
		slopeI32AVX2(p)
	case Float32:
		slopeF32AVX2(p)
	case Float64:
		slopeF64AVX2(p)
	}
}

func (k Kernel) sums(d DType, p *params) {
	if k.isa == AVX512 {
		switch d {
		case Uint8:
			sumsU8AVX512(p)
		case Int8:
			sumsI8AVX512(p)
		case Uint16:
			sumsU16AVX512(p)
		case Int16:
			sumsI16AVX512(p)
		case Uint32:
			sumsU32AVX512(p)
		case Int32:
			sumsI32AVX512(p)
		case Float32:
			sumsF32AVX512(p)
		case Float64:
			sumsF64AVX512(p)
		}
		return
	}
	switch d {
	case Uint8:
		sumsU8AVX2(p)
	case Int8:
		sumsI8AVX2(p)
	case Uint16:
		sumsU16AVX2(p)
	case Int16:
		sumsI16AVX2(p)
	case Uint32:
		sumsU32AVX2(p)
	case Int32:
		sumsI32AVX2(p)
	case Float32:
		sumsF32AVX2(p)
	case Float64:
		sumsF64AVX2(p)
	}
}

func (k Kernel) gaps(d DType, p *params) {
	if k.isa == AVX512 {
		switch d {
		case Uint8:
			gapsU8AVX512(p)
		case Int8:
			gapsI8AVX512(p)
		case Uint16:
			gapsU16AVX512(p)
		case Int16:
			gapsI16AVX512(p)
		case Uint32:
			gapsU32AVX512(p)
		case Int32:
			gapsI32AVX512(p)
		case Float32:
			gapsF32AVX512(p)
		case Float64:
			gapsF64AVX512(p)
		}
		return
	}
	switch d {
	case Uint8:
		gapsU8AVX2(p)
	case Int8:
		gapsI8AVX2(p)
	case Uint16:
		gapsU16AVX2(p)
	case Int16:
		gapsI16AVX2(p)
	case Uint32:
		gapsU32AVX2(p)
	case Int32:
		gapsI32AVX2(p)
	case Float32:
		gapsF32AVX2(p)
	case Float64:
		gapsF64AVX2(p)
	}
}

//go:noescape
func slopeU8AVX2(p *params)

//go:noescape
func slopeI8AVX2(p *params)

//go:noescape
func slopeU16AVX2(p *params)

//go:noescape
func slopeI16AVX2(p *params)

//go:noescape
func slopeU32AVX2(p *params)

//go:noescape
func slopeI32AVX2(p *params)

//go:noescape
func slopeF32AVX2(p *params)

//go:noescape
func slopeF64AVX2(p *params)

//go:noescape
func slopeU8AVX512(p *params)

//go:noescape
func slopeI8AVX512(p *params)

//go:noescape
func slopeU16AVX512(p *params)

//go:noescape
func slopeI16AVX512(p *params)

//go:noescape
func slopeU32AVX512(p *params)

//go:noescape
func slopeI32AVX512(p *params)

//go:noescape
func slopeF32AVX512(p *params)

//go:noescape
func slopeF64AVX512(p *params)

//go:noescape
func sumsU8AVX2(p *params)

//go:noescape
func sumsI8AVX2(p *params)

//go:noescape
func sumsU16AVX2(p *params)

//go:noescape
func sumsI16AVX2(p *params)

//go:noescape
func sumsU32AVX2(p *params)

//go:noescape
func sumsI32AVX2(p *params)

//go:noescape
func sumsF32AVX2(p *params)

//go:noescape
func sumsF64AVX2(p *params)

//go:noescape
func sumsU8AVX512(p *params)

//go:noescape
func sumsI8AVX512(p *params)

//go:noescape
func sumsU16AVX512(p *params)

//go:noescape
func sumsI16AVX512(p *params)

//go:noescape
func sumsU32AVX512(p *params)

//go:noescape
func sumsI32AVX512(p *params)

//go:noescape
func sumsF32AVX512(p *params)

//go:noescape
func sumsF64AVX512(p *params)

//go:noescape
func gapsU8AVX2(p *params)

//go:noescape
func gapsI8AVX2(p *params)

//go:noescape
func gapsU16AVX2(p *params)

//go:noescape
func gapsI16AVX2(p *params)

//go:noescape
func gapsU32AVX2(p *params)

//go:noescape
func gapsI32AVX2(p *params)

//go:noescape
func gapsF32AVX2(p *params)

//go:noescape
func gapsF64AVX2(p *params)

//go:noescape
func gapsU8AVX512(p *params)

//go:noescape
func gapsI8AVX512(p *params)

//go:noescape
func gapsU16AVX512(p *params)

//go:noescape
func gapsI16AVX512(p *params)

//go:noescape
func gapsU32AVX512(p *params)

//go:noescape
func gapsI32AVX512(p *params)

//go:noescape
func gapsF32AVX512(p *params)

//go:noescape
func gapsF64AVX512(p *params)
