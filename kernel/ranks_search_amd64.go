//go:build !purego

package kernel

import (
	"math"

	"github.com/pixtrend/pixtrend/internal/selection"
)

// bracket is where a search ended, with the numbers of quotients less than each of its ends.
type bracket struct {
	off            [rankLanes]int32 // not 0: there was no search
	below, above   [rankLanes]float32
	nBelow, nAbove [rankLanes]int32
}

// quotient writes the mean of the quotients with the numbers p.k1 and p.k2, from 1, for each lane.
func (b *rankBlock) quotient(dst []float64, s *RankScratch) {
	p := &b.p
	b.prepareSearch(dst)
	if p.lanes != 0 {
		p.pass, p.done = 0, 0
		for p.task = p.tasks; p.done == 0; {
			p.budget = rankPairs
			rankSearchAVX2(p)
		}
	}
	for try := 0; try < rankTries && p.lanes != 0; try++ {
		b.capture(try)
		for l := range dst {
			if p.lanes&laneBits[l] == 0 {
				continue
			}
			if x, ok := b.pick(s, l); ok {
				dst[l] = x
				p.lanes &^= laneBits[l]
			}
		}
		if p.lanes != 0 {
			b.pickEqual(dst, s)
		}
	}
	for l := range dst {
		if p.lanes&laneBits[l] != 0 || b.hard[l] {
			b.series(s, l)
			q := s.newQuotients(b.a, b.pairs[l])
			dst[l] = mid(q.at(int(p.k1[l])-1, int(p.k2[l])-1))
		}
	}
}

// prepareSearch sets p.lanes to the lanes to search, and b.hard to those that are for the portable
// code. It writes the results of the others.
func (b *rankBlock) prepareSearch(dst []float64) {
	p := &b.p
	p.lanes, p.hasMid = 0, [rankLanes]int32{}
	for l := range rankLanes {
		p.step[l], p.off[l], b.hard[l] = 1, -1, false
		if l >= len(dst) {
			continue
		}
		if b.pairs[l] == 0 {
			dst[l] = math.NaN()
			continue
		}
		if k1, k2, less := p.k1[l], p.k2[l], p.less[l]; k1 > less && k2 <= less+p.same[l] {
			dst[l] = 0 // as many quotients are negative, and as many are zero
			continue
		}
		if !(p.size[l] >= rankSmallest && p.size[l] <= rankGreatest) {
			b.hard[l] = true
			continue
		}
		p.lanes |= laneBits[l]
		p.off[l] = 0
		b.begin(l)
	}
}

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
// numbers, so the bracket is widened by the slopes of as many pairs as may have been miscounted, and more
// with each try. Pairs of equal words are not counted, so half of a quantum is added.
func (b *rankBlock) capture(try int) {
	p := &b.p
	p.left, p.right = p.below, p.above
	for l, pairs := range b.pairs {
		if pairs <= 1<<10 && try == 0 {
			continue
		}
		wide := p.inv[l]*float32(float64(try*8)+math.Sqrt(float64(pairs))/50) + float32(2*try) + 0.5
		p.left[l] = max(p.left[l]-wide, -rankSlopeMax)
		p.right[l] = min(p.right[l]+wide, rankSlopeMax)
	}
	p.nQuotients = [rankLanes]int{}
	if b.wide == nil {
		b.visit(rankQuotientsF32AVX2)
	} else {
		b.visit(rankQuotientsF64AVX2)
	}
	b.sort()
}

// visit calls f with the events of the lanes in p.lanes.
func (b *rankBlock) visit(f func(*rankParams)) {
	p := &b.p
	for p.task = p.tasks; p.task != p.tasksEnd; {
		p.budget = rankPairs
		rankCaptureAVX2(p)
		for p.event = 0; p.event < p.nEvents; {
			p.budget = rankLists
			f(p)
		}
	}
}

// pickEqual writes the results of the lanes in p.lanes that have more candidates than there is room for.
// It compares the candidates with one of them. If that is not the result, the portable code finds it.
func (b *rankBlock) pickEqual(dst []float64, s *RankScratch) {
	p := &b.p
	crowded, others := uint64(0), p.lanes
	for l := range dst {
		n := p.nQuotients[l]
		if p.lanes&laneBits[l] == 0 || n <= p.room {
			continue
		}
		crowded |= laneBits[l]
		k := (int(p.k1[l]) - 1 - int(p.count[l])) * p.room / n
		p.pivot[l] = positive(selection.Nth(b.candidates(s, l, p.room), min(max(k, 0), p.room-1)))
	}
	if crowded == 0 {
		return
	}
	p.nLess, p.nEqual = [rankLanes]int{}, [rankLanes]int{}
	p.lanes = crowded
	if b.wide == nil {
		b.visit(rankCompareF32AVX2)
	} else {
		b.visit(rankCompareF64AVX2)
	}
	for l := range dst {
		if crowded&laneBits[l] == 0 {
			continue
		}
		below := int(p.count[l])
		lower, upper := int(p.k1[l])-1-below, int(p.k2[l])-1-below
		equal := lower >= p.nLess[l] && upper < p.nLess[l]+p.nEqual[l]
		dst[l] = p.pivot[l]
		b.hard[l] = !equal || !b.proves(l, p.pivot[l], p.pivot[l])
	}
	p.lanes = others &^ crowded
}

// candidates returns the first n candidates of a lane, in s.slopes.
func (b *rankBlock) candidates(s *RankScratch, l, n int) []float64 {
	some := s.slopes[:n]
	for i := range some {
		some[i] = b.some[i*rankLanes+l]
	}
	return some
}

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
func (b *rankBlock) pick(s *RankScratch, l int) (float64, bool) {
	p := &b.p
	n, below := p.nQuotients[l], int(p.count[l])
	lower, upper := int(p.k1[l])-1-below, int(p.k2[l])-1-below
	if n > p.room || lower < 0 || upper >= n {
		return 0, false
	}
	var x, y float64
	if n <= rankSorted {
		x, y = b.some[lower*rankLanes+l], b.some[upper*rankLanes+l]
	} else {
		x, y = two(b.candidates(s, l, n), lower, upper)
	}
	// x and y are positive zeros where they are zero, so that a product that underflows is noticed.
	x, y = positive(x), positive(y)
	if !b.proves(l, x, y) {
		return 0, false
	}
	return mid(x, y), true
}

// proves reports whether x and y, which are the same or neighbours among the candidates of a lane,
// have their places among all quotients.
func (b *rankBlock) proves(l int, x, y float64) bool {
	p := &b.p
	unit := b.perPair * float64(p.scale[l])
	xm, ym := x*unit, y*unit
	if (x != 0 && xm == 0) || (y != 0 && ym == 0) {
		return false
	}
	below, n := int(p.count[l]), p.nQuotients[l]
	return (below == 0 || xm >= float64(p.left[l])) && (below+n == b.pairs[l] || ym <= float64(p.right[l]))
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

// pairOf has the numbers that a bit of an event adds to those of the samples of row and column.
var pairOf = func() (m [65]uint64) {
	for bit, x := range rankBit {
		m[bit] = uint64(x)<<32 | uint64(x&15)
	}
	return m
}()
