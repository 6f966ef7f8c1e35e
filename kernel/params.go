package kernel

import (
	"math"
	"unsafe"
)

// params is the one argument of the assembly, which finds its fields through go_asm.h.
type params struct {
	src         unsafe.Pointer // first pixel's sample of the first date
	back        int            // bytes from there to the same pixel's sample of the tile's first date
	stride      int            // bytes from a date to the next
	jump        int            // bytes from the end of 64 pixels' samples to the next 64: 0, or to the next panel
	ahead       int            // bytes ahead of reading that are fetched into cache
	aheadStride int            // how far that goes from a date to the next
	aheadRuns   int            // 1: and that it runs on from group to group; 0: it begins anew with each
	dates       int            // at least 1
	pixels      int            // a multiple of 64
	done        int            // out: pixels finished, a multiple of 64

	mask       unsafe.Pointer // masks of the first pixel at the first date, nil: none
	maskStride int            // bytes from a date to the next
	maskJump   int            // as jump
	maskByte   int            // bytes that the masks of 8 pixels take: 8, or 1 of bits

	tau    *float64
	counts *uint64 // Axis.counts of the first date, nil: none
	added  float64 // what they add to each τ

	lo, hi, nodata       uint64 // Valid, as bits of the samples' own type
	hasNodata            int
	lo64, hi64, nodata64 [4]float64 // the same as float64

	// Samples of 8 and 16 bits as words, on an axis of 16-bit integers.
	pairs                        *int16 // wholeAxis.pairs of the first date
	period                       int    // wholeAxis.period
	lo16, hi16, nodata16, bias16 uint16
	special                      int // 1: there are limits or masks, or no nodata
	scratch                      *[2 * block]float64

	// Slope.
	scale          float64 // without gaps: the dot product times this
	num            float64
	minObs, minCtt float64
	resume         *float64 // dot products of the dates before, nil: none
	suspend        *float64 // where those with the dates of this call go, nil: they are slopes
	out, outN      unsafe.Pointer
	float32        int // 1: the outputs are float32, 0: float64
	past           int // 1: slopes are stored past the caches, without n
	//lint:ignore U1000 only the assembly uses it
	gap int // for AVX2 to note whether a block has a gap

	// Coefficients.
	rows    [maxRows]*float64 // outputs; nil from the last row on
	rowSums [maxRows]float64

	// Sums.
	add                      int     // 1: what the outputs hold are the sums of earlier dates
	all, sumT, sumTT         float64 // n, Στ and Στ² without gaps; all is NaN where bodies must go on after a block without
	n, t, tt, y, ty, yy, ref *float64

	// Ends.
	first, last *float64
}

// lower returns the params that all calls on a tile share.
func lower(t Tile, axis Axis, v Valid) params {
	size := t.Type.Size()
	p := params{stride: t.Stride * size, dates: t.Dates, tau: &axis.Tau[0],
		all: float64(t.Dates), sumT: axis.T, sumTT: axis.TT}
	if t.Packed {
		p.stride = PanelPixels * size
		p.jump = (t.Dates - 1) * PanelPixels * size
	}
	if axis.counts != nil {
		p.counts, p.added = &axis.counts[0], axis.added
	}
	if t.Mask.Data != nil {
		p.maskByte = t.Mask.bytes(8)
		p.maskStride = t.Mask.bytes(t.Mask.Stride)
		if t.Packed {
			p.maskStride = t.Mask.bytes(PanelPixels)
			p.maskJump = (t.Dates - 1) * p.maskStride
		}
	}
	l := v.lower(t.Type)
	p.lo, p.hi = t.Type.bits(l.lo), t.Type.bits(l.hi)
	if l.hasNodata {
		p.hasNodata = 1
		p.nodata = t.Type.bits(l.nodata)
	} else if t.Type.IsFloat() {
		p.nodata = t.Type.bits(math.NaN())
	}
	nodata := math.NaN()
	if l.hasNodata {
		nodata = l.nodata
	}
	for i := range p.lo64 {
		p.lo64[i], p.hi64[i], p.nodata64[i] = l.lo, l.hi, nodata
	}
	if axis.whole != nil && t.Type.Size() <= 2 {
		p.pairs, p.period = &axis.whole.pairs[0], axis.whole.period
		if t.Type == Uint16 {
			p.bias16 = 1 << 15
		}
		p.lo16, p.hi16, p.nodata16 = uint16(p.lo)^p.bias16, uint16(p.hi)^p.bias16, uint16(p.nodata)^p.bias16
		if v.HasRange || !l.hasNodata || t.Mask.Data != nil {
			p.special = 1
		}
	}
	return p
}

// start returns where the samples of a pixel at the first date, and their masks, begin.
func start(t Tile, pixel int) (src, mask unsafe.Pointer) {
	if t.Mask.Data != nil {
		mask = unsafe.Pointer(&t.Mask.Data[t.Mask.bytes(t.maskAt(0, pixel))])
	}
	return unsafe.Pointer(&t.Data[t.at(0, pixel)*t.Type.Size()]), mask
}

// skip returns p moved to a later date of the tile, an even one.
func (p params) skip(date int) params {
	p.back = -date * p.stride
	p.src = unsafe.Add(p.src, date*p.stride)
	if p.mask != nil {
		p.mask = unsafe.Add(p.mask, date*p.maskStride)
	}
	p.tau = (*float64)(unsafe.Add(unsafe.Pointer(p.tau), 8*date))
	if p.pairs != nil {
		p.pairs = (*int16)(unsafe.Add(unsafe.Pointer(p.pairs), 2*date))
	}
	return p
}

// fetchAhead sets what is fetched into cache ahead of reading. In planes it is further along each of
// them; in a packed tile it runs through the memory in order, whatever the order within a panel. The
// distances are what measured best in main memory; in cache they cost nothing that could be measured.
func (p *params) fetchAhead(k Kernel, b body, t Tile) {
	size := t.Type.Size()
	panel := t.Dates * PanelPixels * size
	group := k.group(b, t.Type) * size
	switch {
	case t.InCache:
		p.ahead, p.aheadStride = 0, 0
	case !t.Packed:
		p.ahead, p.aheadStride = aheadPlanes, p.stride
	case b == slopeBody || b == slopeWholeBody:
		p.ahead, p.aheadStride, p.aheadRuns = aheadSlope, group, 1
	case b == slopeGapsWholeBody: // walks backwards: the panels before that one
		p.ahead, p.aheadStride, p.aheadRuns = (aheadWhole+panel-1)/panel*panel, group, 1
	case panel > 2*aheadGaps: // groups walk through much memory each: along with them
		p.ahead, p.aheadStride = aheadGaps, p.stride
	default:
		p.ahead, p.aheadStride, p.aheadRuns = aheadGaps, group, 1
	}
}

const (
	aheadSlope  = 8 << 10
	aheadGaps   = 16 << 10
	aheadWhole  = 12 << 10
	aheadPlanes = 1 << 10
)
