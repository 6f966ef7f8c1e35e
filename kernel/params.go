package kernel

import (
	"math"
	"unsafe"
)

// params is the argument of the assembly, which takes the offsets of the fields from go_asm.h.
type params struct {
	src         unsafe.Pointer // the first pixel's sample of the first date
	back        int            // bytes from src to that pixel's sample of the tile's first date
	stride      int            // bytes from one date to the next
	jump        int            // bytes from the end of 64 pixels to the next 64; 0 if not packed
	ahead       int            // distance of prefetching in bytes
	aheadStride int            // bytes from the prefetch of one date to that of the next
	aheadRuns   int            // 1: a group continues the prefetch of the last; 0: it starts anew
	dates       int            // at least 1
	pixels      int            // a multiple of 64
	done        int            // out: pixels finished, a multiple of 64

	mask       unsafe.Pointer // masks of the first pixel at the first date; nil: none
	maskStride int            // bytes from one date to the next
	maskJump   int            // as jump
	maskByte   int            // bytes of the masks of 8 pixels: 8, or 1 if they are bits

	tau    *float64
	counts *uint64 // Axis.counts of the first date; nil: none
	added  float64 // Axis.added

	lo, hi, nodata       uint64 // the limits of Valid, as bits of the sample type
	hasNodata            int
	lo64, hi64, nodata64 [4]float64 // the same as float64

	// For 8- and 16-bit samples, taken as words, on an axis of 16-bit integers.
	pairs                        *int16 // wholeAxis.pairs of the first date
	squares                      *int16 // wholeAxis.squares of the first date; nil: none
	period                       int    // wholeAxis.period
	lo16, hi16, nodata16, bias16 uint16
	special                      int // 1: there are limits or masks, or no nodata

	// For runs of RunDates dates. rest is 0, or -1 to add the sums at folded to those of the dates.
	rest     int
	folded   *float64 // sums of tau*d of the runs before
	foldedOf int      // -1: of all pixels of the call; 0: of those of a group, as scratch
	scratch  *[2 * block]float64

	// For slopes.
	nan            float64 // NaN()
	scale          float64 // without gaps, the slope is the dot product times scale
	num            float64 // Line.Scale
	minObs, minCtt float64
	resume         *float64 // in: dot products of the dates before; nil: none
	suspend        *float64 // out: dot products including these dates; nil: write slopes
	out, outN      unsafe.Pointer
	float32        int // 1: the outputs are float32; 0: they are float64
	past           int // 1: store slopes past the caches, and no n
	//lint:ignore U1000 only the assembly uses it
	gap int // scratch of AVX2: whether a block has a gap

	// For coefficients.
	rows    [maxRows]*float64 // outputs, followed by nil
	rowSums [maxRows]float64

	// For sums.
	add int // 1: the outputs hold the sums of earlier dates
	// n, Στ and Στ² without gaps. all is NaN if sumsGaps and slopeGaps must not return after a
	// block without gaps.
	all, sumT, sumTT         float64
	n, t, tt, y, ty, yy, ref *float64

	// For ends.
	first, last *float64

	// For stage. seen and gaps go from one call to the next, as refs do.
	keep, bits *uint32
	d, refs    *modelVector
	index      *[modelLanes]uint16
	row        int // bytes of a row of a table
	//lint:ignore U1000 only the assembly uses it
	seen uint32 // bits of the pixels that had an observation
	gaps uint32 // bits of the pixels that had a gap where keep is set
}

// lower returns the params that all calls on a tile share.
func lower(t Tile, axis Axis, v Valid) params {
	size := t.Type.Size()
	p := params{stride: t.Stride * size, dates: t.Dates, tau: &axis.Tau[0],
		all: float64(t.Dates), sumT: axis.T, sumTT: axis.TT, nan: NaN()}
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
		p.nodata = t.Type.bits(math.Inf(1)) // which is a gap anyway
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
		if axis.whole.squares != nil {
			p.squares = &axis.whole.squares[0]
		}
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

// start returns the addresses of a pixel's sample at a date and of its mask.
func start(t Tile, date, pixel int) (src, mask unsafe.Pointer) {
	if t.Mask.Data != nil {
		mask = unsafe.Pointer(&t.Mask.Data[t.Mask.bytes(t.maskAt(date, pixel))])
	}
	return unsafe.Pointer(&t.Data[t.at(date, pixel)*t.Type.Size()]), mask
}

// skip returns p moved to a later date of the tile. The number of the date must be even.
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

// fetchAhead sets what is prefetched. For planes, that is a distance ahead in each plane. For
// packed tiles it is the memory in its order, whatever the order of reading within a panel. The
// distances measured best for samples in main memory.
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
	case b == slopeGapsWholeBody || b == sumsGapsWholeBody:
		// They read a panel backwards, so the distance is in whole panels.
		p.ahead, p.aheadStride, p.aheadRuns = (aheadWhole+panel-1)/panel*panel, group, 1
	case panel > 2*aheadGaps && panel <= aheadPanel:
		// A group crosses its panel at every fourth line or so, and the caches keep the others. What is
		// prefetched meanwhile is as much of the next panel, in the order of memory.
		p.ahead, p.aheadStride, p.aheadRuns = panel, group, 1
	case panel > 2*aheadGaps: // each group crosses much memory, so the prefetch follows its stride
		p.ahead, p.aheadStride = aheadGaps, p.stride
	default:
		p.ahead, p.aheadStride, p.aheadRuns = aheadGaps, group, 1
	}
}

const (
	aheadSlope  = 8 << 10
	aheadGaps   = 16 << 10
	aheadWhole  = 12 << 10
	aheadPanel  = 256 << 10 // two such panels fit the L2 cache of current processors
	aheadPlanes = 512       // further ahead, planes a power of two apart displace each other's lines
)
