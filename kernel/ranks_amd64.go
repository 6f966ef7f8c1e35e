//go:build !purego

package kernel

import (
	"math"
	"math/bits"
	"unsafe"
)

// rankLanes is the number of pixels of a block.
const rankLanes = 16

const (
	rankEvents     = 10240              // room for events, of which a task has as many as MaxRankDates+3
	rankCandidates = 512                // room for quotients of one pixel
	rankPairs      = 128 << 10          // of a call, which take about 50 µs
	rankSlopeMax   = 1 << 27            // greatest m, in quanta
	rankFew        = 8                  // quotients in a bracket at which the search ends
	rankPasses     = 16                 // at most
	rankStride     = rankCandidates + 8 // so that the candidates of the lanes are not in one cache set
)

// rankParams is the argument of the assembly, which takes the offsets of the fields from go_asm.h.
type rankParams struct {
	src                   unsafe.Pointer // the first pixel's sample at the first date
	mask                  unsafe.Pointer // its mask; nil: none
	stride, maskStride    int            // bytes from one date to the next
	maskBits              int            // 1: the mask has bits
	order                 *int32
	slots                 int
	lo, hi, nodata        float32
	few                   int32 // rankFew + 1
	y, t, u               *float32
	z, gap                *int16
	ends                  *int32
	groups                int
	groupN                *int32
	means                 *float32
	task, tasks, tasksEnd *rankTask // the next, the first, the end
	budget                int
	pass, passes, done    int
	events                *uint64 // pairs of each event, then its row and column
	nEvents               int
	lanes                 uint64 // bits of the pixels that capture works on

	// Numbers that are the same in all lanes.
	floor, tiny, target, over72, mmax, inv0, slack, least, greatest, grow, error, reach [8]float32

	// The state of the lanes.
	ctt, cty, cyy, variance, scale, size, most        [rankLanes]float32
	m, inv, below, above, mid, step, tol              [rankLanes]float32
	n, less, same, count, nBelow, nAbove, hasMid, off [rankLanes]int32
	k1, k2                                            [rankLanes]int32
	ties                                              [rankLanes]float64
}

// rankTask is a part of the pairs: those of rows j … j+rows−1 with the columns from slot a on and, if
// there are four rows, with one another.
type rankTask struct{ j, a, cols, rows int32 }

// rankBlock is the memory of the assembly.
type rankBlock struct {
	p        rankParams
	a        RankAxis
	y, t, u  []float32
	z, gap   []int16
	t64      []float64
	groupN   []int32
	means    []float32
	tasks    []rankTask
	events   [2 * rankEvents]uint64
	some     [rankLanes * rankStride]float64 // candidates
	nSome    [rankLanes]int
	perPair  float64 // power of two: m is a slope · scale · perPair
	variance [rankLanes]float64
	pairs    [rankLanes]int
}

// newRankBlock returns nil if a tile with this axis and type is for the portable code.
func (k Kernel) newRankBlock(a RankAxis, d DType) *rankBlock {
	if k.isa == Generic || a.dates < 2 || !(d.Size() <= 2 || d == Float32) {
		return nil
	}
	first, last := a.times[0], a.times[0]
	for _, t := range a.times {
		first, last = min(first, t), max(last, t)
	}
	centre := first/2 + last/2
	_, exponent := math.Frexp(max(last-centre, centre-first))
	if first == last {
		exponent = 1
	}
	if exponent < -500 || exponent > 500 {
		return nil
	}
	n := a.dates
	b := &rankBlock{a: a, perPair: math.Ldexp(1, exponent-1)}
	f := make([]float32, 3*n*rankLanes+2*len(a.ends)*rankLanes)
	next := func(n int) []float32 {
		r := f[:n:n]
		f = f[n:]
		return r
	}
	b.y, b.t, b.u, b.means = next(n*rankLanes), next(n*rankLanes), next(n*rankLanes), next(2*len(a.ends)*rankLanes)
	w := make([]int16, 5*n*rankLanes)
	b.z, b.gap = w[:4*n*rankLanes], w[4*n*rankLanes:]
	b.t64 = make([]float64, n*rankLanes)
	b.groupN = make([]int32, len(a.ends)*rankLanes)
	b.fillTimes(centre)
	b.tasks = a.tasks(nil)
	b.prepare()
	return b
}

func (b *rankBlock) fillTimes(centre float64) {
	for s, t := range b.a.times {
		for l := range rankLanes {
			b.t64[s*rankLanes+l] = t
			b.t[s*rankLanes+l] = float32((t - centre) / b.perPair)
		}
	}
}

// tasks appends the tasks of all pairs of the axis and one behind the last.
func (a RankAxis) tasks(to []rankTask) []rankTask {
	begin := int32(0)
	for _, end := range a.ends {
		j := begin + 1
		rowsOfOne := (end - begin - 1) % 4
		if a.equal[end-1] != end-1 || a.tiedIn(begin, end) {
			rowsOfOne = end - begin - 1
		}
		for ; j <= begin+rowsOfOne; j++ {
			if cols := a.equal[j] - begin; cols > 0 {
				to = append(to, rankTask{j, begin, cols, 1})
			}
		}
		for ; j < end; j += 4 {
			to = append(to, rankTask{j, begin, j - begin, 4})
		}
		begin = end
	}
	return append(to, rankTask{})
}

func (a RankAxis) tiedIn(begin, end int32) bool {
	for s := begin; s < end; s++ {
		if a.equal[s] != s {
			return true
		}
	}
	return false
}

func (b *rankBlock) prepare() {
	p := &b.p
	p.slots, p.order = b.a.dates, &b.a.order[0]
	p.y, p.t, p.u, p.z, p.gap = &b.y[0], &b.t[0], &b.u[0], &b.z[0], &b.gap[0]
	p.ends, p.groups, p.groupN, p.means = &b.a.ends[0], len(b.a.ends), &b.groupN[0], &b.means[0]
	p.events = &b.events[0]
	p.few, p.passes = rankFew+1, rankPasses
	for i := range 8 {
		p.floor[i], p.tiny[i], p.target[i], p.over72[i] = 0x1p-11, 1e-30, 8000, 1./72
		p.mmax[i], p.inv0[i], p.slack[i], p.least[i], p.greatest[i] = rankSlopeMax, 0.01, 1.9, 0.05, 0.95
		p.grow[i], p.error[i], p.reach[i] = 1.15, 0x1p-21, 2
	}
	for l := range rankLanes {
		p.tol[l] = 0.5
	}
}

func (b *rankBlock) bytes() int {
	return int(unsafe.Sizeof(*b)) + 4*(len(b.y)+len(b.t)+len(b.u)+len(b.means)+len(b.groupN)) + 2*(len(b.z)+len(b.gap)) + 8*len(b.t64) + int(unsafe.Sizeof(rankTask{}))*len(b.tasks)
}

// fastRanks computes the first pixels of t and returns how many.
func (k Kernel) fastRanks(dst Ranks, s *RankScratch, t Tile, a RankAxis, v Valid, z float64) int {
	b := s.block
	if b == nil || t.Pixels < rankLanes {
		return 0
	}
	raceRead(t)
	p := &b.p
	size := t.Type.Size()
	l := v.lower(t.Type)
	p.lo, p.hi, p.nodata = float32(l.lo), float32(l.hi), float32(math.NaN())
	if l.hasNodata {
		p.nodata = float32(l.nodata)
	}
	p.stride, p.maskStride, p.maskBits = t.Stride*size, t.Mask.bytes(t.Mask.Stride), 0
	if t.Packed {
		p.stride, p.maskStride = PanelPixels*size, t.Mask.bytes(PanelPixels)
	}
	if t.Mask.Bits {
		p.maskBits = 1
	}
	whole := t.Pixels / rankLanes * rankLanes
	for from := 0; from < whole; from += rankLanes {
		p.src, p.mask = start(t, from)
		rankLoad(t.Type, p)
		b.compute(dst, s, from, rankLanes, z)
	}
	p.src, p.mask = nil, nil
	return whole
}

// compute computes the block of m pixels that begins with pixel from.
func (b *rankBlock) compute(dst Ranks, s *RankScratch, from, m int, z float64) {
	p := &b.p
	p.tasks, p.tasksEnd = &b.tasks[0], &b.tasks[len(b.tasks)-1]
	rankStartAVX2(p)
	p.less, p.same, p.ties = [rankLanes]int32{}, [rankLanes]int32{}, [rankLanes]float64{}
	for p.task = p.tasks; p.task != p.tasksEnd; {
		p.budget = rankPairs
		rankSignsAVX2(p)
	}
	b.counts(dst, s, from, m)
	if dst.MedianY != nil || dst.MedianT != nil {
		for l := range m {
			b.series(s, l)
			y, t := s.medians(b.a)
			if dst.MedianY != nil {
				dst.MedianY[from+l] = y
			}
			if dst.MedianT != nil {
				dst.MedianT[from+l] = t
			}
		}
	}
	if dst.Slope != nil {
		b.quotient(dst.Slope[from:from+m], s, func(l int) (int, int) { return middle(b.pairs[l]) }, false)
	}
	if dst.Lo != nil {
		b.quotient(dst.Lo[from:from+m], s, func(l int) (int, int) {
			lo, _ := limitRanks(float64(b.pairs[l]), b.variance[l], z)
			return lo, lo
		}, dst.Slope != nil)
	}
	if dst.Hi != nil {
		b.quotient(dst.Hi[from:from+m], s, func(l int) (int, int) {
			_, hi := limitRanks(float64(b.pairs[l]), b.variance[l], z)
			return hi, hi
		}, dst.Slope != nil)
	}
}

// series copies the observations of a lane to s.y.
func (b *rankBlock) series(s *RankScratch, lane int) {
	for slot := range s.y {
		s.y[slot] = float64(b.y[slot*rankLanes+lane])
	}
}

// counts computes what follows from the numbers of observations, signs and ties.
func (b *rankBlock) counts(dst Ranks, s *RankScratch, from, m int) {
	p := &b.p
	for l := range m {
		var all concordance
		for g := range b.a.ends {
			all.group(float64(b.groupN[g*rankLanes+l]))
		}
		y := tieSums{two: 2 * float64(p.same[l]), five: 6 * p.ties[l]}
		if b.a.tied {
			b.series(s, l)
			begin := 0
			for g, end := range b.a.ends {
				s.addTies(&all, b.a, begin, int(end), float64(b.groupN[g*rankLanes+l]))
				begin = int(end)
			}
		} else {
			all.ties(y)
		}
		all.s = all.pairs() - float64(2*int(p.less[l])) - float64(p.same[l])
		b.pairs[l], b.variance[l] = int(all.pairs()), all.variance()
		all.put(dst, from+l)
	}
	for l := m; l < rankLanes; l++ {
		b.pairs[l] = 0
	}
}

// laneBits has the bits of each lane in an event.
var laneBits = func() (m [rankLanes]uint64) {
	for bit := range 64 {
		m[rankBit[bit]&15] |= 1 << bit
	}
	return m
}()

// rankBit has the row, times 16, and the lane of each bit of an event.
var rankBit = func() (m [64]uint8) {
	for b := range m {
		lane := b&3 | b>>4&1<<2 | b>>2&1<<3
		row := b>>5<<1 | b>>3&1
		m[b] = uint8(row<<4 | lane)
	}
	return m
}()

// quotient writes the mean of the two quotients that ranks returns for each lane.
func (b *rankBlock) quotient(dst []float64, s *RankScratch, ranks func(lane int) (lower, upper int), known bool) {
	p := &b.p
	p.lanes = 0
	for l := range rankLanes {
		p.off[l] = -1
		if l >= len(dst) {
			continue
		}
		if b.pairs[l] == 0 {
			dst[l] = math.NaN()
			continue
		}
		k1, k2 := ranks(l)
		if less := int(p.less[l]); k1 >= less && k2 < less+int(p.same[l]) {
			dst[l] = 0
			continue
		}
		p.k1[l], p.k2[l], p.off[l] = int32(k1+1), int32(k2+1), 0
		p.below[l], p.above[l], p.nBelow[l], p.nAbove[l] = -rankSlopeMax, rankSlopeMax, 0, int32(b.pairs[l])
		p.step[l], p.hasMid[l] = 1, 0
		p.lanes |= laneBits[l]
		if !(p.size[l] < 1e30) || p.size[l] < 1e-25 {
			p.off[l] = -1
		}
	}
	if p.lanes == 0 {
		return
	}
	p.pass, p.done = 0, 0
	for p.task = p.tasks; p.done == 0; {
		p.budget = rankPairs
		rankSearchAVX2(p)
	}
	b.nSome = [rankLanes]int{}
	for p.task = p.tasks; p.task != p.tasksEnd; {
		p.budget = rankPairs
		rankCaptureAVX2(p)
		b.collect()
	}
	for l := range dst {
		if p.lanes&laneBits[l] == 0 {
			continue
		}
		if x, ok := b.pick(l); ok {
			dst[l] = x
			continue
		}
		b.series(s, l)
		q := s.newQuotients(b.a, b.pairs[l])
		dst[l] = mid(q.at(int(p.k1[l])-1), q.at(int(p.k2[l])-1))
	}
}

// collect computes the quotients of the events.
func (b *rankBlock) collect() {
	for e := range b.p.nEvents {
		w, slots := b.events[e], b.events[rankEvents+e]
		i, first := int(uint32(slots))*rankLanes, int(slots>>32)*rankLanes
		for ; w != 0; w &= w - 1 {
			bit := rankBit[bits.TrailingZeros64(w)&63]
			lane := int(bit & 15)
			j := first + int(bit&^15)
			if j <= i {
				continue
			}
			x := (float64(b.y[j+lane]) - float64(b.y[i+lane])) / (b.t64[j+lane] - b.t64[i+lane])
			if x != x {
				continue
			}
			n := b.nSome[lane]
			b.some[lane*rankStride+min(n, rankCandidates)] = x
			b.nSome[lane] = n + 1
		}
	}
}

// pick returns the result of a lane from its candidates, if they are all there and it is proved.
func (b *rankBlock) pick(l int) (float64, bool) {
	p := &b.p
	n, below := b.nSome[l], int(p.count[l])
	lower, upper := int(p.k1[l])-1-below, int(p.k2[l])-1-below
	if n > rankCandidates || lower < 0 || upper >= n || !(p.size[l] < 1e30) || p.size[l] < 1e-25 {
		return 0, false
	}
	some := b.some[l*rankStride:][:n]
	x, y := two(some, lower, upper)
	unit := b.perPair * float64(p.scale[l])
	if below > 0 && !(x*unit >= float64(p.below[l])) || below+n < b.pairs[l] && !(y*unit <= float64(p.above[l])) {
		return 0, false
	}
	return mid(positive(x), positive(y)), true
}

// two returns the numbers that would be x[lower] and x[upper] if x were sorted, and reorders x.
func two(x []float64, lower, upper int) (float64, float64) {
	if len(x) > 24 {
		return nth(x, lower), nth(x, upper)
	}
	for i := 1; i < len(x); i++ {
		v := x[i]
		j := i
		for ; j > 0 && x[j-1] > v; j-- {
			x[j] = x[j-1]
		}
		x[j] = v
	}
	return x[lower], x[upper]
}
