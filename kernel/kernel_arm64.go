//go:build !purego

package kernel

// Every arm64 processor that Go runs on has NEON with float64 lanes, so that nothing is asked of it.
func supported(isa ISA) bool { return isa == Generic || isa == NEON }

// has reports whether k has bodies for samples of that type; the portable code does the others.
func (k Kernel) has(d DType) bool { return k.isa == NEON && (d == Int16 || d == Float32) }

// adds reports whether the bodies for sums with gaps can add to sums.
func (k Kernel) adds() bool { return false }

// hasRows is has for the coefficients of a design.
func (k Kernel) hasRows(DType) bool { return false }

// hasEnds is has for the first and last observations.
func (k Kernel) hasEnds(DType) bool { return false }

// maxCallSamples bounds the samples that one assembly call reads, since the garbage collector
// cannot stop a goroutine inside it. Nothing was measured: the slowest body, the sums with gaps on any axis,
// has 9 instructions a sample, which is 100 µs at two instructions a cycle and 3 GHz.
const maxCallSamples = 64 << 10

// group returns how many pixels a body carries in registers at once.
func (k Kernel) group(b body) int {
	if b == slopeBody || b == slopeWholeBody {
		return 16
	}
	return 8
}

// call runs a body. Dispatch is a switch of direct calls: a call through a func variable would
// move params to the heap.
func (k Kernel) call(b body, d DType, p *params) {
	switch b {
	case slopeBody:
		if d == Int16 {
			slopeI16NEON(p)
		} else {
			slopeF32NEON(p)
		}
	case slopeGapsBody:
		if d == Int16 {
			slopeGapsI16NEON(p)
		} else {
			slopeGapsF32NEON(p)
		}
	case sumsBody:
		if d == Int16 {
			sumsI16NEON(p)
		} else {
			sumsF32NEON(p)
		}
	case sumsGapsBody:
		if d == Int16 {
			sumsGapsI16NEON(p)
		} else {
			sumsGapsF32NEON(p)
		}
	case slopeWholeBody:
		slopeWholeI16NEON(p)
	}
}

//go:noescape
func slopeI16NEON(p *params)

//go:noescape
func slopeF32NEON(p *params)

//go:noescape
func slopeGapsI16NEON(p *params)

//go:noescape
func slopeGapsF32NEON(p *params)

//go:noescape
func sumsI16NEON(p *params)

//go:noescape
func sumsF32NEON(p *params)

//go:noescape
func sumsGapsI16NEON(p *params)

//go:noescape
func sumsGapsF32NEON(p *params)

//go:noescape
func slopeWholeI16NEON(p *params)

func (k Kernel) finishWidth() int        { return 0 }
func (k Kernel) finish(*finishing, bool) { panic("kernel: no body for results") }
