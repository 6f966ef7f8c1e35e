//go:build !purego

package kernel

import (
	"cmp"
	"math"
	"slices"
	"unsafe"
)

// Assembly computes rank trends for a block of 16 pixels, one per lane, in these steps:
//
//  1. Load: y, the samples by slot, with NaN in gaps. Long series are packed: the observations of
//     each lane move to the front, since time grows with the square of the number of slots.
//  2. Start: the least squares line and the scale σ, a power of two. u = σ·(y − y₀) − level is the
//     sample in quanta. In the same unit m stands for the slope m/(σ·κ), where κ is the unit of the
//     times t, another power of two, so that |t| ≤ 2.
//  3. Signs: pairs whose later sample is less, equal pairs, ties. If the median is among the pairs
//     with equal samples, it is 0.
//  4. Search: a quotient is less than m if z_j < z_i, where z = u − m·t. A pass counts such pairs of
//     words, z rounded to 16 bits, and moves m until few quotients are between left and right.
//  5. Capture: pairs are counted that are surely below left, and the quotients of those are computed
//     and sorted that are neither that nor surely above right.
//
// Steps 2 and 4 only guide: whatever they do, the result is proved or not taken.
//
// # Why a result is right
//
// Let M be the greatest of σ·|y − y₀| and |u|. In z, each of y − y₀, u, t and the product and sum is
// rounded to float32, with relative errors of at most 2^-24, so the error is at most
//
//	e = 2^-24 · (σ|y−y₀| + |u| + |m·t| + |u − m·t|) ≤ 2^-24 · (3M + 4|m|)
//
// and a word has the error e + ½, unless it saturates. Let E = 1 + ⌊2^-21·(M + 2|m|)⌋, which is at
// least ⌊1 + 2e⌋, with a quarter of it to spare for the rounding of M and E, for that of times and
// differences in float64, which are smaller by 2^-29, and for those of the quotient.
//
// If w_j < w_i − E for the words of a pair, then w_j − w_i < −(1 + 2e), so the exact z_j is less than
// the exact z_i, and the quotient, also when rounded, is at most m. Likewise, if w_j > w_i + E, the
// quotient is at least m. Saturation weakens both: a word that saturates is nearer to others than z
// is, and a sum w ± E that saturates, too. Gaps are never below, and an event with a gap gives the
// quotient NaN, which is left out.
//
// So of P quotients, b are surely at most left, c are candidates, and the others are at least right.
// Let v be candidate number r in order, from 1, with left ≤ v ≤ right. At least b + r quotients are
// at most v, and at least P − b − r + 1 are at least v. Hence v is number b + r of all. The condition
// cannot be left out: E is an error of z and not of quotients, so a candidate may be less than another
// quotient that is surely below left. If b is 0, or b + c is P, there is nothing to compare with on
// that side. Otherwise pick checks it, in float64, where the factors σ and κ are exact.
//
// If there are too many candidates, most of them are equal, because no bracket is narrow enough for
// others. The captured pairs are then visited again, and their quotients compared with one of them.
//
// If the proof fails, the capture is repeated with a wider bracket, and in the end the portable code
// computes the pixel.

// rankLanes is the number of pixels of a block.
const rankLanes = 16

const (
	rankEvents     = 10240    // room for events, of which a task has up to MaxRankDates+3
	rankCandidates = 512      // room for quotients of a lane, at least
	rankSorted     = 16       // quotients of a lane that a network sorts
	rankListed     = 192      // pairs of which the quotients are computed together
	rankPairs      = 64 << 10 // pairs that a call counts in about 30 µs
	rankLists      = 48       // lists of pairs whose quotients a call computes in about 50 µs
	rankSlots      = 2048     // slots that a call packs

	packedLeast = 96 // dates from which blocks are packed
	packedMost  = 92 // percent of the slots: if more are left, packing costs more than it saves

	rankFew      = 8       // pairs in a bracket at which a search ends
	rankPasses   = 16      // of a search at most
	rankTries    = 3       // of captures
	rankSlopeMax = 1 << 27 // greatest |m|
	// Lanes whose greatest |d| is outside this range are for the portable code. Squares of float32 numbers
	// within it are finite.
	rankSmallest, rankGreatest = 1e-25, 1e18
)

// rankParams is the argument of the assembly, which takes the offsets of the fields from go_asm.h.
// Arrays by slot have a number for each lane of each slot.
type rankParams struct {
	// Load.
	src, mask          unsafe.Pointer // the first pixel's sample at the first date, and its mask or nil
	stride, maskStride int            // bytes from one date to the next
	maskBits           int            // 1: the mask has bits
	order              *int32         // dates of the slots
	lo, hi, nodata     float32        // limits of observations
	few                int32          // rankFew + 1

	// Arrays by slot, and groups.
	slots     int
	y, t, u   *float32
	signs     *float32 // numbers in the order of y, and equal where y is
	y64       *float64 // the samples, of types that do not fit float32
	gap       *int16   // all bits set in gaps; one word per lane
	z         *int16   // four words per lane
	slotOf    *int32   // the slot of the axis that a sample is of
	ends      *int32   // the slot after each group
	groups    int
	groupN    *int32   // observations of the groups
	means     *float32 // means of times and of y − y₀ of the groups
	times     *float64 // of the slots of the axis
	firstSlot int      // the slot of the axis that packing begins with
	packedY   *float32
	packedT   *float32

	packedSlotOf *int32
	place        [rankLanes]int32 // where packing puts the next observation, 16 to a slot

	// Counts.
	task, tasks, tasksEnd *rankTask // the next, the first, the end
	budget                int       // pairs or lists of pairs that the call may still take
	pass, passes, done    int       // passes of the search; their limit; 1: the search has ended

	// Events and quotients.
	events         *uint64 // rankEvents times the bits of pairs, then rankEvents times row and column
	nEvents, event int     // number of events; the next
	lanes          uint64  // bits of the lanes that capture works on
	pairOf         *uint64
	quotients      *float64 // of the lanes, by number
	room           int      // for quotients of a lane
	nQuotients     [rankLanes]int
	pivot          [rankLanes]float64 // what quotients are compared with
	nLess          [rankLanes]int
	nEqual         [rankLanes]int
	//lint:ignore U1000 only the assembly uses it
	list [rankListed + 64 + 4]uint64 // pairs whose quotients are computed together

	// Sorting.
	network, networkEnd, networkBegin *[2]uint32 // the next pair, the end, the first pair
	values, present                   *float32   // what is sorted, and where it is no gap
	rows                              int

	// Middle times.
	byTime       *int32           // slots in the order of their times
	lower, upper [rankLanes]int32 // numbers of observations; the slots before them

	// Rows of quotients, see siegel.
	row, column unsafe.Pointer // the sample of a slot, and of the first column
	rowTime     float64        // of the slot
	columnTimes *float64       // of the columns
	columns     int
	rowTo       *float64 // where the quotients are

	// Numbers that are the same in all lanes.
	floor, tiny, target, over72  [8]float32 // 2^-11, least deviation, that of the residuals in quanta, 1/72
	mmax, inv0                   [8]float32 // greatest |m|, least inv
	slack, least, greatest, grow [8]float32 // how the search aims
	error, reach                 [8]float32 // 2^-21 and greatest |t|

	// The state of the lanes.
	//lint:ignore U1000 only the assembly uses it
	ctt, cty, cyy, variance, most, mid [rankLanes]float32
	scale, size                        [rankLanes]float32 // σ; greatest |y − y₀|
	m, inv                             [rankLanes]float32 // of a pass; change of m per pair
	below, above, left, right          [rankLanes]float32 // brackets of the search and of the capture
	step, tol                          [rankLanes]float32 // added pairs of a step outwards; narrowest bracket
	n, less, same                      [rankLanes]int32   // observations, pairs
	count, nBelow, nAbove              [rankLanes]int32   // pairs below m or left, below, above
	hasMid, off                        [rankLanes]int32   // all bits set: mid is known; there is no search
	k1, k2                             [rankLanes]int32   // numbers of the quotients that are sought, from 1
	ties                               [rankLanes]float64 // Σ f(f+2)
}

// rankTask is a part of the pairs: those of rows j … j+rows−1 with the columns from slot a on and, if
// there are four rows, with one another.
type rankTask struct{ j, a, cols, rows int32 }

// rankBlock is the memory of the assembly.
type rankBlock struct {
	p       rankParams
	isa     ISA
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
	packed           bool // the block is packed

	// For types that do not fit float32.
	wide, packedWide []float64       // the samples, and the packed ones
	inexact          [rankLanes]bool // y may be equal where samples are not
	signs            []float32       // ranks of the samples
	ranks            []float64       // room for the samples of a lane

	events   [2 * rankEvents]uint64
	some     []float64 // quotients of candidates: those of all lanes by number; for siegel, medians by slot
	perPair  float64   // power of two: m is a slope · scale · perPair
	variance [rankLanes]float64
	pairs    [rankLanes]int
	hard     [rankLanes]bool // the quotients of the lane are for the portable code
	middle   bracket         // of the search for the slope
	network  [][2]uint32     // that sorts the dates
	byTime   []int32         // slots
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
	if exponent < -100 || exponent > 100 {
		return nil
	}
	n := a.dates
	b := &rankBlock{isa: k.isa, a: a, perPair: math.Ldexp(1, exponent-1)}
	f := make([]float32, 3*n*rankLanes+2*len(a.ends)*rankLanes)
	next := func(n int) []float32 {
		r := f[:n:n]
		f = f[n:]
		return r
	}
	b.y, b.t, b.u = next(n*rankLanes), next(n*rankLanes), next(n*rankLanes)
	b.means = next(2 * len(a.ends) * rankLanes)
	w := make([]int16, 5*n*rankLanes)
	b.z, b.gap = w[:4*n*rankLanes], w[4*n*rankLanes:]
	b.slotOf = make([]int32, n*rankLanes)
	b.groupN = make([]int32, len(a.ends)*rankLanes)
	// Of n²/2 pairs, the search leaves one in about 4,000, because words differ by at least 1.
	b.some = make([]float64, max(rankCandidates, n, n*n/5000)*rankLanes)
	b.fillTimes(centre)
	b.tasks = appendTasks(nil, a.ends, a.equal)
	b.network = networkOf(n, 4*rankLanes)
	if n >= packedLeast && !a.tied {
		f := make([]float32, 2*(n+1)*rankLanes) // one slot more, for gaps after the last observation
		b.packedY, b.packedT = f[:(n+1)*rankLanes], f[(n+1)*rankLanes:]
		b.packedSlotOf = make([]int32, (n+1)*rankLanes)
		b.packedEnds = make([]int32, len(a.ends))
		b.packedTasks = make([]rankTask, n/4+4*len(a.ends)+1)
	}
	if d.Size() > 2 && d != Float32 {
		b.wide, b.signs, b.ranks = make([]float64, n*rankLanes), make([]float32, n*rankLanes), make([]float64, n)
		if b.packedY != nil {
			b.packedWide = make([]float64, n*rankLanes)
		}
	}
	b.prepare()
	return b
}

func (b *rankBlock) fillTimes(centre float64) {
	b.byTime = make([]int32, b.a.dates)
	for i := range b.byTime {
		b.byTime[i] = int32(i)
	}
	slices.SortStableFunc(b.byTime, func(i, j int32) int { return cmp.Compare(b.a.times[i], b.a.times[j]) })
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
	p.events, p.quotients, p.room, p.pairOf = &b.events[0], &b.some[0], len(b.some)/rankLanes, &pairOf[0]
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
	for _, x := range [...][]float32{b.y, b.t, b.u, b.means, b.packedY, b.packedT, b.signs} {
		n += 4 * len(x)
	}
	for _, x := range [...][]float64{b.wide, b.packedWide, b.ranks, b.some} {
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
		p.src, p.mask = start(t, 0, from)
		p.slots, p.y = b.a.dates, &b.y[0]
		if m < rankLanes || !rankLoad(t.Type, p) {
			b.load(t, from, m, l)
		}
		b.compute(dst, s, from, m, z)
	}
	p.src, p.mask = nil, nil
}

// use lets the assembly work on slots.
func (b *rankBlock) use(y, t []float32, slotOf, ends []int32, tasks []rankTask) {
	p := &b.p
	p.slots = int(ends[len(ends)-1])
	p.y, p.t, p.slotOf, p.ends = &y[0], &t[0], &slotOf[0], &ends[0]
	p.signs = p.y
	p.tasks, p.tasksEnd = &tasks[0], &tasks[len(tasks)-1]
}

// compute computes the block of m pixels that begins with pixel from.
func (b *rankBlock) compute(dst Ranks, s *RankScratch, from, m int, z float64) {
	p := &b.p
	b.use(b.y, b.t, b.slotOf, b.a.ends, b.tasks)
	if b.wide != nil {
		p.y64 = &b.wide[0]
	}
	rankStartAVX2(p)
	if b.pack() {
		rankStartAVX2(p)
	}
	b.countSigns()
	if b.wide != nil && b.confused() {
		b.rank()
		b.countSigns()
	}
	b.counts(dst, s, from, m)
	if dst.MedianY != nil || dst.MedianT != nil {
		b.medians(dst, s, from, m)
	}
	for l := range rankLanes {
		b.middle.off[l] = -1
	}
	if dst.Slope != nil {
		for l := range m {
			lower, upper := middle(b.pairs[l])
			p.k1[l], p.k2[l] = int32(lower+1), int32(upper+1)
		}
		b.quotient(dst.Slope[from:from+m], s)
		b.middle = bracket{p.off, p.below, p.above, p.nBelow, p.nAbove}
	}
	if dst.Siegel != nil {
		b.siegel(dst.Siegel[from : from+m])
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

// countSigns counts the pairs with a lesser or equal later sample.
func (b *rankBlock) countSigns() {
	p := &b.p
	p.less, p.same, p.ties = [rankLanes]int32{}, [rankLanes]int32{}, [rankLanes]float64{}
	for p.task = p.tasks; p.task != p.tasksEnd; {
		p.budget = rankPairs
		if b.isa == AVX512 {
			rankSignsAVX512(p)
		} else {
			rankSignsAVX2(p)
		}
	}
}

// medians computes the medians of samples and times.
func (b *rankBlock) medians(dst Ranks, s *RankScratch, from, m int) {
	p := &b.p
	if dst.MedianY != nil {
		sorted := b.order(p.y, p.y, p.slots)
		for l := range m {
			switch {
			case p.n[l] == 0:
				dst.MedianY[from+l] = math.NaN()
			case b.wide == nil:
				lower, upper := middle(int(p.n[l]))
				dst.MedianY[from+l] = mid(positive(float64(sorted[lower*rankLanes+l])), positive(float64(sorted[upper*rankLanes+l])))
			default:
				dst.MedianY[from+l] = b.wideMedian(s, sorted, l)
			}
		}
	}
	if dst.MedianT == nil {
		return
	}
	p.values, p.rows, p.byTime = &b.y[0], b.a.dates, &b.byTime[0]
	for l, n := range p.n {
		lower, upper := middle(int(n))
		p.lower[l], p.upper[l] = int32(lower+1), int32(upper+1)
	}
	rankMiddleAVX2(p)
	for l := range m {
		dst.MedianT[from+l] = math.NaN()
		if p.n[l] > 0 {
			lower, upper := b.byTime[p.lower[l]], b.byTime[p.upper[l]]
			dst.MedianT[from+l] = mid(positive(b.a.times[lower]), positive(b.a.times[upper]))
		}
	}
}

// order sorts the values of each lane for which present is not NaN, and returns them in z.
func (b *rankBlock) order(values, present *float32, rows int) []float32 {
	p := &b.p
	p.values, p.present, p.rows = values, present, rows
	net := b.network
	p.network, p.networkBegin = &net[0], &net[0]
	for len(net) > 1 {
		n := min(len(net)-1, rankPairs/8)
		p.networkEnd = &net[n]
		rankOrderAVX2(p)
		net = net[n:]
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(p.z)), rows*rankLanes)
}

// wideMedian returns the median of the samples of a lane from their sorted differences in float32.
func (b *rankBlock) wideMedian(s *RankScratch, sorted []float32, l int) float64 {
	if b.inexact[l] {
		b.series(s, l)
		return s.medianOf(func(slot int) float64 { return s.y[slot] })
	}
	lower, upper := middle(int(b.p.n[l]))
	x, y := sorted[lower*rankLanes+l], sorted[upper*rankLanes+l]
	var of [2]float64 // the samples that these are of
	for i := l; i < len(b.wide); i += rankLanes {
		if b.y[i] == x {
			of[0] = b.wide[i]
		}
		if b.y[i] == y {
			of[1] = b.wide[i]
		}
	}
	return mid(positive(of[0]), positive(of[1]))
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
