//go:build !purego

package kernel

import (
	"cmp"
	"math"
	"slices"
	"unsafe"
)

// rankLanes is the number of pixels of a block.
const rankLanes = 16

const (
	rankEvents     = 10240     // room for events, of which a task has as many as MaxRankDates+3
	rankCandidates = 512       // room for quotients of one pixel
	rankPairs      = 128 << 10 // of a call, which take about 50 µs
	rankSlopeMax   = 1 << 27   // greatest m, in quanta
	rankFew        = 8         // quotients in a bracket at which the search ends
	rankPasses     = 16        // at most
	rankListed     = 192       // pairs of which the quotients are computed together
	packedLeast    = 96        // dates from which blocks are packed
	packedMost     = 92        // percent of the dates that are left when packing pays
	rankSorted     = 16        // quotients of a lane that a network sorts
	rankTries      = 3         // of captures
)

// rankParams is the argument of the assembly, which takes the offsets of the fields from go_asm.h.
type rankParams struct {
	src                               unsafe.Pointer // the first pixel's sample at the first date
	mask                              unsafe.Pointer // its mask; nil: none
	stride, maskStride                int            // bytes from one date to the next
	maskBits                          int            // 1: the mask has bits
	order                             *int32
	slots                             int
	lo, hi, nodata                    float32
	few                               int32 // rankFew + 1
	y, t, u                           *float32
	signs                             *float32 // numbers in the order of the samples, and equal where these are
	y64                               *float64 // the samples, of types that do not fit float32
	z, gap                            *int16
	ends                              *int32
	groups                            int
	groupN                            *int32
	means                             *float32
	task, tasks, tasksEnd             *rankTask // the next, the first, the end
	budget                            int
	pass, passes, done                int
	events                            *uint64 // pairs of each event, then its row and column
	nEvents                           int
	lanes                             uint64   // bits of the pixels that capture works on
	slotOf                            *int32   // the slot of the axis of each sample
	times                             *float64 // of these slots
	packedY, packedT                  *float32
	packedSlotOf                      *int32
	firstSlot                         int              // of a group that is packed
	place                             [rankLanes]int32 // of the next observation of each lane, times 16
	pairOf                            *uint64
	quotients                         *float64
	network, networkEnd, networkBegin *[2]uint32 // the next pair, the end, the first pair
	rows                              int        // that are sorted
	nQuotients                        [rankLanes]int
	list                              [rankListed + 64 + 4]uint64

	// Numbers that are the same in all lanes.
	floor, tiny, target, over72, mmax, inv0, slack, least, greatest, grow, error, reach [8]float32

	// The state of the lanes.
	ctt, cty, cyy, variance, scale, size, most        [rankLanes]float32
	m, inv, below, above, left, right, mid, step, tol [rankLanes]float32
	n, less, same, count, nBelow, nAbove, hasMid, off [rankLanes]int32
	k1, k2                                            [rankLanes]int32
	ties                                              [rankLanes]float64
}

// rankTask is a part of the pairs: those of rows j … j+rows−1 with the columns from slot a on and, if
// there are four rows, with one another.
type rankTask struct{ j, a, cols, rows int32 }

// rankBlock is the memory of the assembly.
type rankBlock struct {
	p       rankParams
	a       RankAxis
	y, t, u []float32
	z, gap  []int16
	slotOf  []int32
	groupN  []int32
	means   []float32
	tasks   []rankTask

	// The same of the packed observations of the block, as long as those of the axis; nil: blocks
	// are not packed.
	packedY, packedT []float32
	packedSlotOf     []int32
	packedEnds       []int32
	packedTasks      []rankTask

	// For types that do not fit float32: the samples, in signs their ranks unless y has their order,
	// and the same of packed observations.
	wide, packedWide   []float64
	signs, packedSigns []float32
	ranked             bool      // signs has the ranks
	ranks              []float64 // room for the samples of a pixel

	events   [2 * rankEvents]uint64
	some     [rankCandidates * rankLanes]float64 // quotients of candidates: those of all lanes by number
	perPair  float64                             // power of two: m is a slope · scale · perPair
	variance [rankLanes]float64
	pairs    [rankLanes]int
	middle   bracket     // of the search for the slope
	network  [][2]uint32 // that sorts the dates
	byTime   []int32     // slots
}

// newRankBlock returns nil if a tile with this axis and type is for the portable code.
func (k Kernel) newRankBlock(a RankAxis, d DType) *rankBlock {
	if k.isa == Generic || a.dates < 2 {
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
	b.slotOf = make([]int32, n*rankLanes)
	b.groupN = make([]int32, len(a.ends)*rankLanes)
	b.fillTimes(centre)
	b.tasks = appendTasks(nil, a.ends, a.equal)
	b.network = networkOf(n, 4*rankLanes)
	b.byTime = make([]int32, n)
	for i := range b.byTime {
		b.byTime[i] = int32(i)
	}
	slices.SortFunc(b.byTime, func(i, j int32) int { return cmp.Compare(a.times[i], a.times[j]) })
	if n >= packedLeast && !a.tied {
		f := make([]float32, 2*(n+1)*rankLanes) // one slot more, for gaps after the last observation
		b.packedY, b.packedT = f[:(n+1)*rankLanes], f[(n+1)*rankLanes:]
		b.packedSlotOf = make([]int32, (n+1)*rankLanes)
		b.packedEnds = make([]int32, len(a.ends))
		b.packedTasks = make([]rankTask, len(b.tasks))
	}
	if d.Size() > 2 && d != Float32 {
		b.wide, b.signs, b.ranks = make([]float64, n*rankLanes), make([]float32, n*rankLanes), make([]float64, n)
		if b.packedY != nil {
			b.packedWide, b.packedSigns = make([]float64, n*rankLanes), make([]float32, n*rankLanes)
		}
	}
	b.prepare()
	return b
}

func (b *rankBlock) fillTimes(centre float64) {
	for s, t := range b.a.times {
		for l := range rankLanes {
			b.slotOf[s*rankLanes+l] = int32(s)
			b.t[s*rankLanes+l] = float32((t - centre) / b.perPair)
		}
	}
}

// appendTasks appends the tasks of all pairs of groups with these ends, and one behind the last. If
// equal is not nil, it has the first slot with the same time for each slot.
func appendTasks(to []rankTask, ends, equal []int32) []rankTask {
	begin := int32(0)
	for _, end := range ends {
		j, rowsOfOne := begin+1, (end-begin-1)%4
		if equal != nil && tied(equal[begin:end], begin) {
			rowsOfOne = end - begin - 1
		}
		for ; j <= begin+rowsOfOne; j++ {
			cols := j - begin
			if equal != nil {
				cols = equal[j] - begin
			}
			if cols > 0 {
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

// tied reports whether a group that begins with slot begin has equal times.
func tied(equal []int32, begin int32) bool {
	for s, first := range equal {
		if first != begin+int32(s) {
			return true
		}
	}
	return false
}

func (b *rankBlock) prepare() {
	p := &b.p
	p.order, p.times = &b.a.order[0], &b.a.times[0]
	p.u, p.z, p.gap = &b.u[0], &b.z[0], &b.gap[0]
	p.groups, p.groupN, p.means = len(b.a.ends), &b.groupN[0], &b.means[0]
	p.events, p.quotients, p.pairOf = &b.events[0], &b.some[0], &pairOf[0]
	if b.packedY != nil {
		p.packedY, p.packedT, p.packedSlotOf = &b.packedY[0], &b.packedT[0], &b.packedSlotOf[0]
	}
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
	n := int(unsafe.Sizeof(*b))
	for _, x := range [...][]float32{b.y, b.t, b.u, b.means, b.packedY, b.packedT, b.signs, b.packedSigns} {
		n += 4 * len(x)
	}
	for _, x := range [...][]float64{b.wide, b.packedWide, b.ranks} {
		n += 8 * len(x)
	}
	n += 2*(len(b.z)+len(b.gap)) + 4*(len(b.slotOf)+len(b.packedSlotOf)+len(b.groupN)+len(b.packedEnds)+len(b.byTime)) + 8*len(b.network)
	return n + int(unsafe.Sizeof(rankTask{}))*(len(b.tasks)+cap(b.packedTasks))
}

// fast is the part of Kernel.Ranks that uses assembly.
func (b *rankBlock) fast(dst Ranks, s *RankScratch, t Tile, v Valid, z float64) {
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
	for from := 0; from < t.Pixels; from += rankLanes {
		m := min(rankLanes, t.Pixels-from)
		p.src, p.mask = start(t, from)
		p.slots, p.y = b.a.dates, &b.y[0]
		if m < rankLanes || !rankLoad(t.Type, p) {
			b.load(t, from, m, l)
		}
		b.compute(dst, s, from, m, z)
	}
	p.src, p.mask = nil, nil
}

// load is rankLoad in portable Go, for all types and for less than a block.
func (b *rankBlock) load(t Tile, from, m int, l limits) {
	switch t.Type {
	case Uint8:
		loadOf[uint8](b, t, from, m, l)
	case Int8:
		loadOf[int8](b, t, from, m, l)
	case Uint16:
		loadOf[uint16](b, t, from, m, l)
	case Int16:
		loadOf[int16](b, t, from, m, l)
	case Uint32:
		loadOf[uint32](b, t, from, m, l)
	case Int32:
		loadOf[int32](b, t, from, m, l)
	case Float32:
		loadOf[float32](b, t, from, m, l)
	default:
		loadOf[float64](b, t, from, m, l)
	}
	if b.wide != nil {
		b.narrow()
	}
}

// rankGap is a gap: a NaN with all bits set.
var rankGap = math.Float32frombits(math.MaxUint32)

func loadOf[T Sample](b *rankBlock, t Tile, from, m int, l limits) {
	nan := math.NaN()
	for slot, date := range b.a.order {
		y := (*[rankLanes]float32)(b.y[slot*rankLanes:])
		for p := range y {
			y[p] = rankGap
		}
		mask := t.maskAt(int(date), from)
		row := Row[T](t, int(date), from, from+m)
		if b.wide == nil {
			for p, sample := range row {
				if l.observation(float64(sample)) && t.Mask.observed(mask+p) {
					y[p] = float32(sample)
				}
			}
			continue
		}
		wide := (*[rankLanes]float64)(b.wide[slot*rankLanes:])
		for p := range wide {
			wide[p] = nan
		}
		for p, sample := range row {
			if y := float64(sample); l.observation(y) && t.Mask.observed(mask+p) {
				wide[p] = y
			}
		}
	}
}

// narrow sets y to the differences of the samples from the first observations, as float32. Where
// one of them is not exact, it ranks the samples.
func (b *rankBlock) narrow() {
	var first [rankLanes]float64
	var seen [rankLanes]bool
	b.ranked = false
	for i := 0; i < len(b.wide); i += rankLanes {
		wide, y := (*[rankLanes]float64)(b.wide[i:]), (*[rankLanes]float32)(b.y[i:])
		for l, x := range wide {
			if x != x {
				y[l] = rankGap
				continue
			}
			if !seen[l] {
				first[l], seen[l] = x, true
			}
			d := x - first[l]
			y[l] = float32(d)
			// The last two say that the difference has no rounding error (Knuth's TwoSum).
			if float64(y[l]) != d || first[l]+d != x || x-d != first[l] {
				b.ranked = true
			}
		}
	}
	if !b.ranked {
		return
	}
	for l := range rankLanes {
		x := b.ranks[:0]
		for i := l; i < len(b.wide); i += rankLanes {
			if b.wide[i] == b.wide[i] {
				x = append(x, b.wide[i])
			}
		}
		slices.Sort(x)
		x = slices.Compact(x)
		for i := l; i < len(b.wide); i += rankLanes {
			b.signs[i] = rankGap
			if b.wide[i] == b.wide[i] {
				rank, _ := slices.BinarySearch(x, b.wide[i])
				b.signs[i] = float32(rank)
			}
		}
	}
}

// use lets the assembly work on slots.
func (b *rankBlock) use(y, t []float32, slotOf, ends []int32, tasks []rankTask) {
	p := &b.p
	p.slots = int(ends[len(ends)-1])
	p.y, p.t, p.slotOf, p.ends = &y[0], &t[0], &slotOf[0], &ends[0]
	p.signs = p.y
	p.tasks, p.tasksEnd = &tasks[0], &tasks[len(tasks)-1]
}

// pack moves the observations of each lane to the front of their group, if that leaves much fewer
// slots. Time is saved with the square of their number. The numbers of observations must be known.
func (b *rankBlock) pack() bool {
	if b.packedY == nil {
		return false
	}
	slots := 0
	for g := range b.a.ends {
		most := int32(0)
		for _, n := range b.groupN[g*rankLanes:][:rankLanes] {
			most = max(most, n)
		}
		slots += int(most)
		b.packedEnds[g] = int32(slots)
	}
	if slots == 0 || slots*100 > b.a.dates*packedMost {
		return false
	}
	p := &b.p
	begin, slot := int32(0), 0
	for g, end := range b.packedEnds {
		for l := range p.place {
			p.place[l] = begin*rankLanes + int32(l)
		}
		p.y, p.t, p.firstSlot = &b.y[slot*rankLanes], &b.t[slot*rankLanes], slot
		p.slots = int(b.a.ends[g]) - slot
		rankPackAVX2(p)
		for _, place := range p.place {
			for i := place; i < end*rankLanes; i += rankLanes {
				b.packedY[i], b.packedT[i] = float32(math.NaN()), 0
			}
		}
		begin, slot = end, int(b.a.ends[g])
	}
	b.packedTasks = appendTasks(b.packedTasks[:0], b.packedEnds, nil)
	b.use(b.packedY, b.packedT, b.packedSlotOf, b.packedEnds, b.packedTasks)
	if b.wide != nil {
		b.packWide()
	}
	return true
}

// packWide moves what pack does not.
func (b *rankBlock) packWide() {
	for l := range rankLanes {
		begin, slot := 0, 0
		for g, end := range b.packedEnds {
			place := begin*rankLanes + l
			for ; slot < int(b.a.ends[g]); slot++ {
				if i := slot*rankLanes + l; b.wide[i] == b.wide[i] {
					b.packedWide[place], b.packedSigns[place] = b.wide[i], b.signs[i]
					place += rankLanes
				}
			}
			for ; place < int(end)*rankLanes; place += rankLanes {
				b.packedWide[place], b.packedSigns[place] = math.NaN(), rankGap
			}
			begin = int(end)
		}
	}
	b.p.y64 = &b.packedWide[0]
	if b.ranked {
		b.p.signs = &b.packedSigns[0]
	}
}

// compute computes the block of m pixels that begins with pixel from.
func (b *rankBlock) compute(dst Ranks, s *RankScratch, from, m int, z float64) {
	p := &b.p
	b.use(b.y, b.t, b.slotOf, b.a.ends, b.tasks)
	if b.wide != nil {
		p.y64 = &b.wide[0]
		if b.ranked {
			p.signs = &b.signs[0]
		}
	}
	rankStartAVX2(p)
	if b.pack() {
		rankStartAVX2(p)
	}
	p.less, p.same, p.ties = [rankLanes]int32{}, [rankLanes]int32{}, [rankLanes]float64{}
	for p.task = p.tasks; p.task != p.tasksEnd; {
		p.budget = rankPairs
		rankSignsAVX2(p)
	}
	b.counts(dst, s, from, m)
	if dst.MedianY != nil || dst.MedianT != nil {
		b.medians(dst, from, m)
	}
	b.middle.off = allOff
	if dst.Slope != nil {
		for l := range m {
			lower, upper := middle(b.pairs[l])
			p.k1[l], p.k2[l] = int32(lower+1), int32(upper+1)
		}
		b.quotient(dst.Slope[from:from+m], s)
		b.middle = bracket{p.off, p.below, p.above, p.nBelow, p.nAbove}
	}
	if dst.Lo == nil && dst.Hi == nil {
		return
	}
	var lo, hi [rankLanes]int32
	for l := range m {
		a, b := limitRanks(float64(b.pairs[l]), b.variance[l], z)
		lo[l], hi[l] = int32(a+1), int32(b+1)
	}
	if dst.Lo != nil {
		p.k1, p.k2 = lo, lo
		b.quotient(dst.Lo[from:from+m], s)
	}
	if dst.Hi != nil {
		p.k1, p.k2 = hi, hi
		b.quotient(dst.Hi[from:from+m], s)
	}
}

// bracket is where a search ended, with the numbers of quotients less than each of its ends.
type bracket struct {
	off            [rankLanes]int32 // not 0: there was no search
	below, above   [rankLanes]float32
	nBelow, nAbove [rankLanes]int32
}

// order sorts the samples of each lane in z.
func (b *rankBlock) order() {
	p := &b.p
	p.rows = p.slots
	net := b.network
	p.network, p.networkBegin = &net[0], &net[0]
	for len(net) > 1 {
		n := min(len(net)-1, rankPairs/8)
		p.networkEnd = &net[n]
		rankOrderAVX2(p)
		net = net[n:]
	}
}

// medians computes the medians of samples and times.
func (b *rankBlock) medians(dst Ranks, from, m int) {
	p := &b.p
	b.order()
	sorted := unsafe.Slice((*float32)(unsafe.Pointer(p.z)), p.slots*rankLanes)
	for l := range m {
		if dst.MedianY != nil {
			dst.MedianY[from+l] = b.medianY(sorted, l)
		}
		if dst.MedianT != nil {
			dst.MedianT[from+l] = b.medianT(l)
		}
	}
}

// medianY returns the median of a lane from its sorted samples, or from what stands for them.
func (b *rankBlock) medianY(sorted []float32, l int) float64 {
	if b.p.n[l] == 0 {
		return math.NaN()
	}
	lower, upper := middle(int(b.p.n[l]))
	x, y := sorted[lower*rankLanes+l], sorted[upper*rankLanes+l]
	if b.wide == nil {
		return mid(positive(float64(x)), positive(float64(y)))
	}
	// The samples that these stand for.
	var of [2]float64
	for i := l; i < len(b.wide); i += rankLanes {
		at := b.y[i]
		if b.ranked {
			at = b.signs[i]
		}
		if at == x {
			of[0] = b.wide[i]
		}
		if at == y {
			of[1] = b.wide[i]
		}
	}
	return mid(positive(of[0]), positive(of[1]))
}

// medianT returns the median of the times of the observations of a lane.
func (b *rankBlock) medianT(l int) float64 {
	lower, upper := middle(int(b.p.n[l]))
	first := math.NaN()
	for _, slot := range b.byTime {
		if math.Float32bits(b.y[int(slot)*rankLanes+l]) == math.MaxUint32 {
			continue
		}
		if lower == 0 {
			first = b.a.times[slot]
		}
		if upper == 0 {
			return mid(positive(first), positive(b.a.times[slot]))
		}
		lower--
		upper--
	}
	return first
}

// series copies the observations of a lane to s.y.
func (b *rankBlock) series(s *RankScratch, lane int) {
	for slot := range s.y {
		if i := slot*rankLanes + lane; b.wide == nil {
			s.y[slot] = float64(b.y[i])
		} else {
			s.y[slot] = b.wide[i]
		}
	}
}

// counts computes what follows from the numbers of observations, signs and ties.
func (b *rankBlock) counts(dst Ranks, s *RankScratch, from, m int) {
	p := &b.p
	var n, pairs, tiedY, tiedT, sum, variance [rankLanes]float64
	for l := range m {
		var all concordance
		for g := l; g < len(b.groupN); g += rankLanes {
			all.group(float64(b.groupN[g]))
		}
		if b.a.tied {
			b.series(s, l)
			begin := 0
			for g, end := range b.a.ends {
				s.addTies(&all, b.a, begin, int(end), float64(b.groupN[g*rankLanes+l]))
				begin = int(end)
			}
		} else {
			all.ties(tieSums{two: 2 * float64(p.same[l]), five: 6 * p.ties[l]})
		}
		all.s = all.pairs() - float64(2*int(p.less[l])) - float64(p.same[l])
		n[l], pairs[l], tiedY[l], tiedT[l], sum[l], variance[l] = all.n, all.pairs(), all.tiedY, all.tiedT, all.s, all.variance()
		b.pairs[l], b.variance[l] = int(pairs[l]), variance[l]
		if pairs[l] == 0 {
			sum[l], variance[l] = math.NaN(), math.NaN()
		}
	}
	for _, r := range [...]struct {
		to []float64
		x  *[rankLanes]float64
	}{{dst.N, &n}, {dst.Pairs, &pairs}, {dst.TiedY, &tiedY}, {dst.TiedT, &tiedT}, {dst.S, &sum}, {dst.Var, &variance}} {
		if r.to != nil {
			copy(r.to[from:from+m], r.x[:])
		}
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

// quotient writes the mean of the quotients with the numbers p.k1 and p.k2 for each lane.
func (b *rankBlock) quotient(dst []float64, s *RankScratch) {
	p := &b.p
	p.lanes = 0
	search := false
	p.step, p.hasMid = oneStep, [rankLanes]int32{}
	for l := range rankLanes {
		p.off[l] = -1
		if l >= len(dst) {
			continue
		}
		if b.pairs[l] == 0 {
			dst[l] = math.NaN()
			continue
		}
		if k1, k2, less := p.k1[l], p.k2[l], p.less[l]; k1 > less && k2 <= less+p.same[l] {
			dst[l] = 0
			continue
		}
		p.lanes |= laneBits[l]
		if p.size[l] >= 1e-25 && p.size[l] < 1e30 {
			p.off[l] = 0
			search = true
			b.begin(l)
		}
	}
	if p.lanes == 0 {
		return
	}
	p.pass, p.done = 0, 0
	for p.task = p.tasks; search && p.done == 0; {
		p.budget = rankPairs
		rankSearchAVX2(p)
	}
	zz.blocks++
	for try := 0; try < rankTries && p.lanes != 0; try++ {
		b.capture(try)
		for l := range dst {
			if p.lanes&laneBits[l] == 0 {
				continue
			}
			zz.lanes++
			if x, ok := b.pick(l); ok {
				dst[l] = x
				p.lanes &^= laneBits[l]
			}
		}
	}
	for l := range dst {
		if p.lanes&laneBits[l] == 0 {
			continue
		}
		b.series(s, l)
		q := s.newQuotients(b.a, b.pairs[l])
		dst[l] = mid(q.at(int(p.k1[l])-1), q.at(int(p.k2[l])-1))
	}
}

var allOff = [rankLanes]int32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

var oneStep = [rankLanes]float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}

// begin sets the state of a lane before a search: that of rankStart, or what the search for the
// median found.
func (b *rankBlock) begin(l int) {
	p := &b.p
	k := p.k1[l]
	if b.middle.off[l] != 0 {
		p.below[l], p.above[l], p.nBelow[l], p.nAbove[l] = -rankSlopeMax, rankSlopeMax, 0, int32(b.pairs[l])
		return
	}
	x := &b.middle
	p.below[l], p.above[l], p.nBelow[l], p.nAbove[l] = x.below[l], x.above[l], x.nBelow[l], x.nAbove[l]
	switch {
	case k > x.nAbove[l]:
		p.below[l], p.nBelow[l] = x.above[l], x.nAbove[l]
		p.above[l], p.nAbove[l] = rankSlopeMax, int32(b.pairs[l])
		p.m[l] = min(x.above[l]+float32(k-x.nAbove[l])*p.inv[l], rankSlopeMax)
	case k <= x.nBelow[l]:
		p.above[l], p.nAbove[l] = x.below[l], x.nBelow[l]
		p.below[l], p.nBelow[l] = -rankSlopeMax, 0
		p.m[l] = max(x.below[l]-float32(x.nBelow[l]+1-k)*p.inv[l], -rankSlopeMax)
	}
}

// capture finds the candidates of the lanes in p.lanes. The counts of a search are those of rounded
// numbers, so the bracket is widened by the slopes of as many pairs as may have been miscounted,
// and more with each try.
func (b *rankBlock) capture(try int) {
	p := &b.p
	p.left, p.right = p.below, p.above
	for l, pairs := range b.pairs {
		if pairs <= 1<<10 && try == 0 {
			continue
		}
		wide := p.inv[l] * float32(float64(try*8)+math.Sqrt(float64(pairs))/50)
		p.left[l] = max(p.left[l]-wide, -rankSlopeMax)
		p.right[l] = min(p.right[l]+wide, rankSlopeMax)
	}
	p.nQuotients = [rankLanes]int{}
	for p.task = p.tasks; p.task != p.tasksEnd; {
		p.budget = rankPairs
		rankCaptureAVX2(p)
		if b.wide == nil {
			rankQuotientsF32AVX2(p)
		} else {
			rankQuotientsF64AVX2(p)
		}
	}
	b.sort()
}

// pairOf has the numbers that a bit of an event adds to those of the samples of row and column.
var pairOf = func() (m [65]uint64) {
	for bit, x := range rankBit {
		m[bit] = uint64(x)<<32 | uint64(x&15)
	}
	return m
}()

// networkOf returns Batcher's odd-even merge sort of n rows, as their byte offsets, and an end.
func networkOf(n, row int) [][2]uint32 {
	size := 0
	exchanges(n, func(int, int) { size++ })
	net := make([][2]uint32, 0, size+1)
	exchanges(n, func(i, j int) { net = append(net, [2]uint32{uint32(i * row), uint32(j * row)}) })
	return append(net, [2]uint32{})
}

// exchanges calls f with the pairs of numbers that Batcher's sort of n numbers puts in order.
func exchanges(n int, f func(i, j int)) {
	for p := 1; p < n; p *= 2 {
		for k := p; k >= 1; k /= 2 {
			for from := k % p; from < n-k; from += 2 * k {
				for i := from; i < min(from+k, n-k); i++ {
					if i/(2*p) == (i+k)/(2*p) {
						f(i, i+k)
					}
				}
			}
		}
	}
}

// networks sort the quotients of each lane, of which there are as many as the number of the network.
var networks = func() (nets [rankSorted + 1][][2]uint32) {
	for n := range nets {
		nets[n] = networkOf(n, 8*rankLanes)
	}
	return nets
}()

// sort sorts the quotients of the lanes that have rankSorted at most.
func (b *rankBlock) sort() {
	p := &b.p
	p.rows = 0
	for _, n := range p.nQuotients {
		if n <= rankSorted {
			p.rows = max(p.rows, n)
		}
	}
	if net := networks[p.rows]; len(net) > 1 {
		p.network, p.networkEnd = &net[0], &net[len(net)-1]
		rankSortAVX2(p)
	}
}

// pick returns the result of a lane from its candidates, if they are all there and it is proved.
func (b *rankBlock) pick(l int) (float64, bool) {
	p := &b.p
	n, below := p.nQuotients[l], int(p.count[l])
	lower, upper := int(p.k1[l])-1-below, int(p.k2[l])-1-below
	if n > rankCandidates || lower < 0 || upper >= n || !(p.size[l] < 1e30) || p.size[l] < 1e-25 {
		return 0, false
	}
	var x, y float64
	if n <= rankSorted {
		x, y = b.some[lower*rankLanes+l], b.some[upper*rankLanes+l]
	} else {
		var some [rankCandidates]float64
		for i := range n {
			some[i] = b.some[i*rankLanes+l]
		}
		x, y = nth(some[:n], lower), nth(some[:n], upper)
	}
	unit := b.perPair * float64(p.scale[l])
	if below > 0 && !(x*unit >= float64(p.left[l])) || below+n < b.pairs[l] && !(y*unit <= float64(p.right[l])) {
		return 0, false
	}
	return mid(positive(x), positive(y)), true
}
