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

// has reports whether k has bodies for samples of that type.
func (k Kernel) has(DType) bool { return k.isa != Generic }

// adds reports whether the bodies for sums with gaps can add to sums.
func (k Kernel) adds() bool { return true }

// hasRows is has for the coefficients of a design.
func (k Kernel) hasRows(DType) bool { return k.isa != Generic }

// hasEnds is has for the first and last observations.
func (k Kernel) hasEnds(DType) bool { return k.isa != Generic }

// maxCallSamples bounds the samples that one assembly call reads, since the garbage collector
// cannot stop a goroutine inside it: the slowest body, that of AVX2 with gaps, reads 1.5 to 2 of them
// a nanosecond, which makes 90 µs.
const maxCallSamples = 128 << 10

// group returns how many pixels a body carries in registers at once.
func (k Kernel) group(b body) int {
	if k.isa == AVX512 {
		return [...]int{slopeBody: 64, slopeGapsBody: 32, sumsBody: 32, sumsGapsBody: 16, slopeWholeBody: 64, slopeGapsWholeBody: 64, rows4Body: 32, rows8Body: 16}[b]
	}
	return [...]int{slopeBody: 16, slopeGapsBody: 8, sumsBody: 8, sumsGapsBody: 8, slopeWholeBody: 16, rows4Body: 8, rows8Body: 4}[b]
}

// call runs a body. Dispatch is a switch of direct calls: a call through a func variable would
// move params to the heap.
func (k Kernel) call(b body, d DType, p *params) {
	if k.isa == AVX512 {
		k.callAVX512(b, d, p)
	} else {
		k.callAVX2(b, d, p)
	}
}

func (k Kernel) callAVX512(b body, d DType, p *params) {
	switch b {
	case slopeBody:
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
	case slopeGapsBody:
		switch d {
		case Uint8:
			slopeGapsU8AVX512(p)
		case Int8:
			slopeGapsI8AVX512(p)
		case Uint16:
			slopeGapsU16AVX512(p)
		case Int16:
			slopeGapsI16AVX512(p)
		case Uint32:
			slopeGapsU32AVX512(p)
		case Int32:
			slopeGapsI32AVX512(p)
		case Float32:
			slopeGapsF32AVX512(p)
		case Float64:
			slopeGapsF64AVX512(p)
		}
	case sumsBody:
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
	case sumsGapsBody:
		switch d {
		case Uint8:
			sumsGapsU8AVX512(p)
		case Int8:
			sumsGapsI8AVX512(p)
		case Uint16:
			sumsGapsU16AVX512(p)
		case Int16:
			sumsGapsI16AVX512(p)
		case Uint32:
			sumsGapsU32AVX512(p)
		case Int32:
			sumsGapsI32AVX512(p)
		case Float32:
			sumsGapsF32AVX512(p)
		case Float64:
			sumsGapsF64AVX512(p)
		}
	case rows4Body:
		switch d {
		case Uint8:
			rows4U8AVX512(p)
		case Int8:
			rows4I8AVX512(p)
		case Uint16:
			rows4U16AVX512(p)
		case Int16:
			rows4I16AVX512(p)
		case Uint32:
			rows4U32AVX512(p)
		case Int32:
			rows4I32AVX512(p)
		case Float32:
			rows4F32AVX512(p)
		case Float64:
			rows4F64AVX512(p)
		}
	case rows8Body:
		switch d {
		case Uint8:
			rows8U8AVX512(p)
		case Int8:
			rows8I8AVX512(p)
		case Uint16:
			rows8U16AVX512(p)
		case Int16:
			rows8I16AVX512(p)
		case Uint32:
			rows8U32AVX512(p)
		case Int32:
			rows8I32AVX512(p)
		case Float32:
			rows8F32AVX512(p)
		case Float64:
			rows8F64AVX512(p)
		}
	case endsBody:
		switch d {
		case Uint8:
			endsU8AVX512(p)
		case Int8:
			endsI8AVX512(p)
		case Uint16:
			endsU16AVX512(p)
		case Int16:
			endsI16AVX512(p)
		case Uint32:
			endsU32AVX512(p)
		case Int32:
			endsI32AVX512(p)
		case Float32:
			endsF32AVX512(p)
		case Float64:
			endsF64AVX512(p)
		}
	case slopeWholeBody:
		switch d {
		case Uint8:
			slopeWholeU8AVX512(p)
		case Int8:
			slopeWholeI8AVX512(p)
		case Uint16:
			slopeWholeU16AVX512(p)
		case Int16:
			slopeWholeI16AVX512(p)
		}
	case slopeGapsWholeBody:
		switch d {
		case Uint8:
			slopeGapsWholeU8AVX512(p)
		case Int8:
			slopeGapsWholeI8AVX512(p)
		case Uint16:
			slopeGapsWholeU16AVX512(p)
		case Int16:
			slopeGapsWholeI16AVX512(p)
		}
	}
}

func (k Kernel) callAVX2(b body, d DType, p *params) {
	switch b {
	case slopeBody:
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
	case slopeGapsBody:
		switch d {
		case Uint8:
			slopeGapsU8AVX2(p)
		case Int8:
			slopeGapsI8AVX2(p)
		case Uint16:
			slopeGapsU16AVX2(p)
		case Int16:
			slopeGapsI16AVX2(p)
		case Uint32:
			slopeGapsU32AVX2(p)
		case Int32:
			slopeGapsI32AVX2(p)
		case Float32:
			slopeGapsF32AVX2(p)
		case Float64:
			slopeGapsF64AVX2(p)
		}
	case sumsBody:
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
	case sumsGapsBody:
		switch d {
		case Uint8:
			sumsGapsU8AVX2(p)
		case Int8:
			sumsGapsI8AVX2(p)
		case Uint16:
			sumsGapsU16AVX2(p)
		case Int16:
			sumsGapsI16AVX2(p)
		case Uint32:
			sumsGapsU32AVX2(p)
		case Int32:
			sumsGapsI32AVX2(p)
		case Float32:
			sumsGapsF32AVX2(p)
		case Float64:
			sumsGapsF64AVX2(p)
		}
	case rows4Body:
		switch d {
		case Uint8:
			rows4U8AVX2(p)
		case Int8:
			rows4I8AVX2(p)
		case Uint16:
			rows4U16AVX2(p)
		case Int16:
			rows4I16AVX2(p)
		case Uint32:
			rows4U32AVX2(p)
		case Int32:
			rows4I32AVX2(p)
		case Float32:
			rows4F32AVX2(p)
		case Float64:
			rows4F64AVX2(p)
		}
	case rows8Body:
		switch d {
		case Uint8:
			rows8U8AVX2(p)
		case Int8:
			rows8I8AVX2(p)
		case Uint16:
			rows8U16AVX2(p)
		case Int16:
			rows8I16AVX2(p)
		case Uint32:
			rows8U32AVX2(p)
		case Int32:
			rows8I32AVX2(p)
		case Float32:
			rows8F32AVX2(p)
		case Float64:
			rows8F64AVX2(p)
		}
	case endsBody:
		switch d {
		case Uint8:
			endsU8AVX2(p)
		case Int8:
			endsI8AVX2(p)
		case Uint16:
			endsU16AVX2(p)
		case Int16:
			endsI16AVX2(p)
		case Uint32:
			endsU32AVX2(p)
		case Int32:
			endsI32AVX2(p)
		case Float32:
			endsF32AVX2(p)
		case Float64:
			endsF64AVX2(p)
		}
	case slopeWholeBody:
		switch d {
		case Uint8:
			slopeWholeU8AVX2(p)
		case Int8:
			slopeWholeI8AVX2(p)
		case Uint16:
			slopeWholeU16AVX2(p)
		case Int16:
			slopeWholeI16AVX2(p)
		}
	}
}

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
func slopeGapsU8AVX512(p *params)

//go:noescape
func slopeGapsI8AVX512(p *params)

//go:noescape
func slopeGapsU16AVX512(p *params)

//go:noescape
func slopeGapsI16AVX512(p *params)

//go:noescape
func slopeGapsU32AVX512(p *params)

//go:noescape
func slopeGapsI32AVX512(p *params)

//go:noescape
func slopeGapsF32AVX512(p *params)

//go:noescape
func slopeGapsF64AVX512(p *params)

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
func sumsGapsU8AVX512(p *params)

//go:noescape
func sumsGapsI8AVX512(p *params)

//go:noescape
func sumsGapsU16AVX512(p *params)

//go:noescape
func sumsGapsI16AVX512(p *params)

//go:noescape
func sumsGapsU32AVX512(p *params)

//go:noescape
func sumsGapsI32AVX512(p *params)

//go:noescape
func sumsGapsF32AVX512(p *params)

//go:noescape
func sumsGapsF64AVX512(p *params)

//go:noescape
func slopeWholeU8AVX512(p *params)

//go:noescape
func slopeWholeI8AVX512(p *params)

//go:noescape
func slopeWholeU16AVX512(p *params)

//go:noescape
func slopeWholeI16AVX512(p *params)

//go:noescape
func slopeGapsWholeU8AVX512(p *params)

//go:noescape
func slopeGapsWholeI8AVX512(p *params)

//go:noescape
func slopeGapsWholeU16AVX512(p *params)

//go:noescape
func slopeGapsWholeI16AVX512(p *params)

//go:noescape
func endsU8AVX512(p *params)

//go:noescape
func endsI8AVX512(p *params)

//go:noescape
func endsU16AVX512(p *params)

//go:noescape
func endsI16AVX512(p *params)

//go:noescape
func endsU32AVX512(p *params)

//go:noescape
func endsI32AVX512(p *params)

//go:noescape
func endsF32AVX512(p *params)

//go:noescape
func endsF64AVX512(p *params)

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
func slopeGapsU8AVX2(p *params)

//go:noescape
func slopeGapsI8AVX2(p *params)

//go:noescape
func slopeGapsU16AVX2(p *params)

//go:noescape
func slopeGapsI16AVX2(p *params)

//go:noescape
func slopeGapsU32AVX2(p *params)

//go:noescape
func slopeGapsI32AVX2(p *params)

//go:noescape
func slopeGapsF32AVX2(p *params)

//go:noescape
func slopeGapsF64AVX2(p *params)

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
func sumsGapsU8AVX2(p *params)

//go:noescape
func sumsGapsI8AVX2(p *params)

//go:noescape
func sumsGapsU16AVX2(p *params)

//go:noescape
func sumsGapsI16AVX2(p *params)

//go:noescape
func sumsGapsU32AVX2(p *params)

//go:noescape
func sumsGapsI32AVX2(p *params)

//go:noescape
func sumsGapsF32AVX2(p *params)

//go:noescape
func sumsGapsF64AVX2(p *params)

//go:noescape
func slopeWholeU8AVX2(p *params)

//go:noescape
func slopeWholeI8AVX2(p *params)

//go:noescape
func slopeWholeU16AVX2(p *params)

//go:noescape
func slopeWholeI16AVX2(p *params)

//go:noescape
func rows4U8AVX512(p *params)

//go:noescape
func rows4I8AVX512(p *params)

//go:noescape
func rows4U16AVX512(p *params)

//go:noescape
func rows4I16AVX512(p *params)

//go:noescape
func rows4U32AVX512(p *params)

//go:noescape
func rows4I32AVX512(p *params)

//go:noescape
func rows4F32AVX512(p *params)

//go:noescape
func rows4F64AVX512(p *params)

//go:noescape
func rows8U8AVX512(p *params)

//go:noescape
func rows8I8AVX512(p *params)

//go:noescape
func rows8U16AVX512(p *params)

//go:noescape
func rows8I16AVX512(p *params)

//go:noescape
func rows8U32AVX512(p *params)

//go:noescape
func rows8I32AVX512(p *params)

//go:noescape
func rows8F32AVX512(p *params)

//go:noescape
func rows8F64AVX512(p *params)

//go:noescape
func rows4U8AVX2(p *params)

//go:noescape
func rows4I8AVX2(p *params)

//go:noescape
func rows4U16AVX2(p *params)

//go:noescape
func rows4I16AVX2(p *params)

//go:noescape
func rows4U32AVX2(p *params)

//go:noescape
func rows4I32AVX2(p *params)

//go:noescape
func rows4F32AVX2(p *params)

//go:noescape
func rows4F64AVX2(p *params)

//go:noescape
func rows8U8AVX2(p *params)

//go:noescape
func rows8I8AVX2(p *params)

//go:noescape
func rows8U16AVX2(p *params)

//go:noescape
func rows8I16AVX2(p *params)

//go:noescape
func rows8U32AVX2(p *params)

//go:noescape
func rows8I32AVX2(p *params)

//go:noescape
func rows8F32AVX2(p *params)

//go:noescape
func rows8F64AVX2(p *params)

//go:noescape
func endsU8AVX2(p *params)

//go:noescape
func endsI8AVX2(p *params)

//go:noescape
func endsU16AVX2(p *params)

//go:noescape
func endsI16AVX2(p *params)

//go:noescape
func endsU32AVX2(p *params)

//go:noescape
func endsI32AVX2(p *params)

//go:noescape
func endsF32AVX2(p *params)

//go:noescape
func endsF64AVX2(p *params)

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
