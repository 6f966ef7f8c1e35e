package kernel

import (
	"fmt"
	"unsafe"
)

// Sums are, for every pixel of a tile, the sums over its observations from which each statistic
// of an ordinary least squares line follows. τ is the axis, and d = y − Ref the sample less the
// pixel's first observation, which takes a common offset out before it can cost digits. The
// slices belong to the caller and hold at least as many numbers as the tile has pixels.
type Sums struct {
	N   []float64 // observations
	T   []float64 // Σ τ
	TT  []float64 // Σ τ²
	Y   []float64 // Σ d
	TY  []float64 // Σ τ·d
	YY  []float64 // Σ d²
	Ref []float64 // the first observation; 0 where N is 0
}

// NewSums returns sums for that many pixels, in one allocation.
func NewSums(pixels int) Sums {
	b := make([]float64, 7*pixels)
	next := func() []float64 {
		s := b[:pixels:pixels]
		b = b[pixels:]
		return s
	}
	return Sums{N: next(), T: next(), TT: next(), Y: next(), TY: next(), YY: next(), Ref: next()}
}

func (s *Sums) slices() [7][]float64 {
	return [7][]float64{s.N, s.T, s.TT, s.Y, s.TY, s.YY, s.Ref}
}

// params is the one argument of the assembly. kernel_amd64.s finds its fields through go_asm.h.
type params struct {
	src    unsafe.Pointer // sample 0 of plane 0
	stride uintptr        // bytes between planes
	tau    *float64
	dates  int // at least 1
	pixels int // a multiple of the group that the body works on
	done   int // out: pixels finished; less than pixels where a gap-free body met a gap

	lo, hi, nodata float64 // Valid.lower
	hasNodata      int     // 0: no comparison with nodata is needed
	num, den       float64 // slope only: the dot product times num over den

	n, t, tt, y, ty, yy, ref *float64 // out, slope only: ty
}

// maxCallSamples bounds the samples that one assembly call reads, since the garbage collector
// cannot stop a goroutine inside it: the slowest body, that of AVX2 with gaps, reads 1.5 to 2 of them
// a nanosecond, which makes 90 µs.
const maxCallSamples = 128 << 10

// Slope writes num · Σ τ·(y − y₀) / Σ τ² for the pixels of t, in order, until it meets one with a
// gap, and returns how many it wrote; it may stop up to 63 pixels earlier than it must. With a
// centred axis that is num times the least squares slope, bit for bit what follows from Sums as
// TY·num/TT. Where it stopped, go on with Sums. On an axis that is not centred, or with a valid
// range, it returns 0.
//
// It panics before it writes where dst is shorter than the tile, the axis has not one number a
// date or the tile's shape is wrong.
func (k Kernel) Slope(dst []float64, t Tile, axis Axis, num float64, v Valid) int {
	check(t, axis)
	if len(dst) < t.Pixels {
		panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(dst), t.Pixels))
	}
	if t.Dates == 0 || t.Pixels == 0 || !axis.Centred() || v.HasRange {
		return 0
	}
	if k.isa == Generic {
		return slopeGeneric(dst, t, axis, num, v)
	}
	raceTile(t)
	raceWrite(dst[:t.Pixels])
	group := k.slopeGroup()
	p := lower(t, axis, v)
	p.num, p.den = num, axis.TT
	done := 0
	for whole := t.Pixels - t.Pixels%group; done < whole; done += p.done {
		p.pixels = min(whole-done, callPixels(t, group))
		p.at(t, done)
		p.ty = &dst[done]
		k.slope(t.Type, &p)
		if p.done < p.pixels {
			return done + p.done
		}
	}
	switch rest := t.Pixels - done; {
	case rest == 0:
	case t.Pixels < group:
		return slopeGeneric(dst, t, axis, num, v)
	default:
		// The last group again, moved back to end with the tile: a pixel's result depends on
		// its own series alone, so that what is written twice is written alike.
		from := t.Pixels - group
		p.pixels = group
		p.at(t, from)
		p.ty = &dst[from]
		k.slope(t.Type, &p)
		if p.done == group {
			done = t.Pixels
		}
	}
	return done
}

// Sums writes the sums over the observations of every pixel of t into dst. A pixel's sums are
// the same bits on every ISA, in a tile of any size and beside any neighbours: each is added date
// by date with one rounding a term (fused multiply-adds), a gap being left out.
//
// It panics before it writes where a slice of dst is shorter than the tile, the axis has not one
// number a date or the tile's shape is wrong.
func (k Kernel) Sums(dst Sums, t Tile, axis Axis, v Valid) {
	check(t, axis)
	for _, s := range dst.slices() {
		if len(s) < t.Pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(s), t.Pixels))
		}
	}
	if t.Pixels == 0 {
		return
	}
	if k.isa == Generic || t.Dates == 0 || t.Pixels < k.gapsGroup() {
		gapsGeneric(dst, t, axis, v)
		return
	}
	raceTile(t)
	for _, s := range dst.slices() {
		raceWrite(s[:t.Pixels])
	}
	p := lower(t, axis, v)
	// Without a gap the sums of the axis are the same for all, and half of the work is saved.
	// Whether a group has one shows when its samples are read, so the gap-free body tries, and
	// hands back the group that it cannot do. Where gaps are frequent, trying is wasted: after
	// each failure the gap-aware body does a longer run, up to 16 groups.
	run := 1
	for done := 0; done < t.Pixels; {
		if !v.HasRange {
			n := k.gapFree(dst, t, axis, &p, done)
			if n > 0 {
				run = 1
			}
			if done += n; done == t.Pixels {
				return
			}
		} else {
			run = t.Pixels
		}
		n := min(run*k.sumsGroup(), t.Pixels-done)
		k.withGaps(dst, t, &p, done, done+n)
		done += n
		run = min(2*run, 16)
	}
}

// gapFree runs the gap-free body from pixel from on and returns how many pixels it finished.
func (k Kernel) gapFree(dst Sums, t Tile, axis Axis, p *params, from int) int {
	group := k.sumsGroup()
	whole := t.Pixels - (t.Pixels-from)%group
	done := from
	for done < whole {
		p.pixels = min(whole-done, callPixels(t, group))
		p.at(t, done)
		p.to(dst, done)
		k.sums(t.Type, p)
		done += p.done
		if p.done < p.pixels {
			break
		}
	}
	for i := from; i < done; i++ {
		dst.N[i], dst.T[i], dst.TT[i] = float64(t.Dates), axis.T, axis.TT
	}
	return done - from
}

// withGaps runs the gap-aware body on the pixels [from, to). What remains beyond the last whole
// group is done again with the group that ends at to, which needs as many pixels before it.
func (k Kernel) withGaps(dst Sums, t Tile, p *params, from, to int) {
	group := k.gapsGroup()
	if to-from < group {
		from = max(0, to-group)
		to = from + group
	}
	for done := from; done < to; done += p.pixels {
		p.pixels = min((to-done)/group*group, callPixels(t, group))
		if p.pixels == 0 {
			done = to - group
			p.pixels = group
		}
		p.at(t, done)
		p.to(dst, done)
		k.gaps(t.Type, p)
	}
}

// callPixels returns how many pixels one assembly call may take: whole groups, at least one.
func callPixels(t Tile, group int) int {
	return max(1, maxCallSamples/(t.Dates*group)) * group
}

func check(t Tile, axis Axis) {
	if err := t.Check(); err != nil {
		panic(err.Error())
	}
	if len(axis.Tau) != t.Dates {
		panic(fmt.Sprintf("kernel: axis of %d numbers for a tile of %d dates", len(axis.Tau), t.Dates))
	}
}

// lower returns the params that all calls on a tile share.
func lower(t Tile, axis Axis, v Valid) params {
	p := params{stride: uintptr(t.Stride) * uintptr(t.Type.Size()), tau: &axis.Tau[0], dates: t.Dates}
	p.lo, p.hi, p.nodata = v.lower(t.Type)
	if p.nodata == p.nodata {
		p.hasNodata = 1
	}
	return p
}

// at sets the first pixel to be read.
func (p *params) at(t Tile, pixel int) {
	p.src = unsafe.Pointer(&t.Data[pixel*t.Type.Size()])
}

// to sets the first pixel to be written.
func (p *params) to(dst Sums, pixel int) {
	p.n, p.t, p.tt = &dst.N[pixel], &dst.T[pixel], &dst.TT[pixel]
	p.y, p.ty, p.yy = &dst.Y[pixel], &dst.TY[pixel], &dst.YY[pixel]
	p.ref = &dst.Ref[pixel]
}
