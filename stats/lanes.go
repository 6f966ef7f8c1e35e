//go:build (amd64 || arm64) && !purego

package stats

//lint:file-ignore U1000 only the assembly uses some fields of rows and params

import (
	"math"
	"math/bits"

	"github.com/pixtrend/pixtrend/kernel"
)

// laneCount is how many pixels lanes divides into segments at once.
const laneCount = 8

//go:generate go run ./internal/lanes

// lanes does what segmenter does, for laneCount pixels at a time, each in a lane of the registers. All
// lanes take the same steps: what differs between them is masked. Pixels whose models have to be fitted a
// second time, all values together, are collected first, so that they fill the lanes then too. With AVX2 and
// NEON, each step takes one half of the lanes after the other.
type lanes struct {
	*segmenter
	times []float64
	most  float64 // pixels with greater numbers are left to segmenter

	first, second group
	block         []float64 // observations of panelPixels pixels, date by date
}

// panelPixels is how many pixels lanes reads at a time, those of a panel.
const panelPixels = kernel.PanelPixels

// vector is a number for each lane.
type vector [laneCount]float64

// Rows have one size, so that one index is good for all. The assembly takes the offsets from go_asm.h.

// dateRow is an observation of each lane, and the sums of those before it.
type dateRow struct{ x, y, sumX, sumXX, sumY, sumXY, sumYY, spike vector }

// vertexRow is a vertex, with the regression from it to the next one. x, y and angle are for culling.
type vertexRow struct{ at, mse, value, slope, x, y, angle, _ vector }

// modelRow is a vertex of a model, with its segment to the next one, and the equations of tridiagonal.
type modelRow struct{ at, value, slope, squares, diagonal, beside, right, _ vector }

// laneParams is the argument of the assembly.
type laneParams struct {
	dates       *dateRow
	vertices    *vertexRow
	model, next *modelRow
	fromRow     *vector   // the first row of a loop
	slots       *laneSlot // room for laneSlots values that do not fit into the registers
	count       int       // rows of a loop
	segments    int       // of the model, or of the lane with most of them
	bits        int       // of the greatest number of degrees of freedom
	active      uint64    // bits of the lanes that go on
	changed     uint64    // bits of the lanes with a changed observation

	spikeThreshold, done, segmentsNumber, enoughVertices float64
	perYear, recoveryThreshold, shortest                 float64

	// Pairs of registers of NEON lie at multiples of 16 bytes.
	last, mostMoves, mostVertices, least, lastInner, width vector
	vertexCount, squares, pvalue, allowed                  vector
	drop, end, number                                      vector

	laneBits [laneCount]uint64 // the bit of each lane
}

// laneSlot is room for a register of AVX2, or two of NEON. Memory of slots alone begins at a multiple of its size.
type laneSlot [laneCount / 2]float64

// padding is how many rows lie before the first date, as neighbours of it.
const padding = 2

// group is the memory of the pixels of the lanes.
type group struct {
	laneParams
	isa        kernel.ISA
	dateRows   []dateRow
	vertexRows []vertexRow
	models     [][]modelRow // models[k] has k vertices
	results    []struct{ pvalue, allowed vector }
	lane       [laneCount]laneSeries
	filled     int // lanes with a pixel
	longest    int // observations of the lane with most of them
	room       int // vertices before culling
}

// laneSeries is the pixel of a lane. See segmenter for the meaning.
type laneSeries struct {
	pixel, n int
	first    float64
	date     []int
	raw      []float64
	pvalues  []float64
	vertices int // of its first model
}

// newLanes returns lanes for series at the given times, or nil if k does not have them or if the times
// are extreme.
func newLanes(k kernel.Kernel, s *segmenter, times []float64) *lanes {
	if k.ISA() == kernel.Generic {
		return nil
	}
	const extreme = 1 << 40
	for i := range times[1:] {
		if d := times[i+1] - times[i]; !(d > 1./extreme && d < extreme) {
			return nil
		}
	}
	l := &lanes{segmenter: s, times: times, most: math.Ldexp(1, 200), block: make([]float64, panelPixels*len(times))}
	l.first.init(k, s.o, len(times))
	l.second.init(k, s.o, len(times))
	return l
}

func (g *group) init(k kernel.Kernel, o LandTrendrOptions, dates int) {
	g.isa, g.slots = k.ISA(), &make([]laneSlot, laneSlots)[0]
	for i := range g.laneBits {
		g.laneBits[i] = 1 << i
	}
	g.dateRows = make([]dateRow, padding+dates+2)
	g.room = o.MaxSegments + 1 + o.VertexOvershoot
	g.vertexRows = make([]vertexRow, padding+g.room+2)
	g.models = make([][]modelRow, o.MaxSegments+2)
	for k := 2; k < len(g.models); k++ {
		g.models[k] = make([]modelRow, k+1)
	}
	g.results = make([]struct{ pvalue, allowed vector }, len(g.models))
	for i := range g.lane {
		g.lane[i] = laneSeries{date: make([]int, dates), raw: make([]float64, dates), pvalues: make([]float64, 0, o.MaxSegments)}
	}
	g.dates, g.vertices = &g.dateRows[padding], &g.vertexRows[padding]
	g.spikeThreshold, g.enoughVertices = o.SpikeThreshold, float64(o.MaxSegments+1)
	g.perYear, g.recoveryThreshold = o.PerYear, o.RecoveryThreshold
	g.shortest = float64(longestYear * o.PerYear)
	if o.OneYearRecovery {
		g.shortest = -1
	}
}

// bytes returns the memory of the lanes.
func (l *lanes) bytes() int {
	const row = laneCount * rowVectors * 8
	g := &l.first
	rows := len(g.dateRows) + len(g.vertexRows)
	for _, m := range g.models {
		rows += len(m)
	}
	dates := len(l.times)
	perLane := 16*dates + 8*cap(g.lane[0].pvalues)
	each := row*rows + 8*len(g.slots)*laneSlots + 2*8*laneCount*len(g.results) + laneCount*perLane
	return 8*len(l.block) + 2*each
}

const rowVectors = 8

// each calls found for every pixel of t, in any order, with its segments in the segmenter; ok is false if
// there are too few observations.
func (l *lanes) each(t kernel.Tile, valid kernel.Valid, found func(pixel int, ok bool)) {
	dates := len(l.times)
	l.setSign()
	for lo := 0; lo < t.Pixels; lo += panelPixels {
		hi := min(lo+panelPixels, t.Pixels)
		part := t.Slice(lo, hi)
		for i := range dates {
			part.Observations(l.block[i*panelPixels:], i, valid)
		}
		for p := range hi - lo {
			l.take(l.block[p:], lo+p, found)
		}
	}
	for _, g := range []*group{&l.first, &l.second} {
		if g.filled > 0 {
			l.run(g, found)
		}
	}
}

// take puts a pixel, whose observations are panelPixels apart, into a lane. Pixels with few observations or
// with extreme ones go to segmenter.
func (l *lanes) take(block []float64, pixel int, found func(pixel int, ok bool)) {
	g := &l.first
	at := g.filled
	s, rows := &g.lane[at], g.dateRows[padding:]
	n, extreme := 0, false
	start := 0.0
	for i, time := range l.times {
		y := block[i*panelPixels]
		if y != y {
			continue
		}
		if n == 0 {
			s.first, start = y, time
		}
		raw := l.sign * (y - s.first)
		extreme = extreme || !(math.Abs(raw) < l.most)
		s.date[n], s.raw[n] = i, raw
		rows[n].x[at], rows[n].y[at] = time-start, raw
		n++
	}
	if n < max(l.o.MinObs, 4) || extreme {
		series := l.series(block)
		found(pixel, l.segment(series, l.times))
		return
	}
	for i := n; i < len(l.times); i++ {
		rows[i].x[at], rows[i].y[at] = 0, 0
	}
	s.pixel, s.n = pixel, n
	g.filled++
	if g.filled == laneCount {
		l.run(g, found)
	}
}

// series returns the observations of a pixel, which are panelPixels apart.
func (l *lanes) series(block []float64) []float64 {
	series := make([]float64, len(l.times))
	for i := range series {
		series[i] = block[i*panelPixels]
	}
	return series
}

// run finds the segments of the pixels of a group, and empties it.
func (l *lanes) run(g *group, found func(pixel int, ok bool)) {
	together := g == &l.second
	g.begin()
	g.addUp(0)
	if !together {
		l.prepare(g)
	}
	g.ladder(together)
	filled := g.filled
	g.filled = 0
	for i := range filled {
		best := l.chooseIn(g, i)
		if !together && !(g.lane[i].pvalues[best] <= l.o.PValue) {
			l.again(g, i, found)
			continue
		}
		l.concludeIn(g, i, best)
		found(g.lane[i].pixel, true)
	}
}

// begin sets what follows from the numbers of observations.
func (g *group) begin() {
	g.longest = 0
	for i := range g.lane {
		n := g.lane[min(i, g.filled-1)].n
		g.longest = max(g.longest, n)
		g.last[i], g.mostMoves[i], g.mostVertices[i] = float64(n-1), float64(mostMoves*n), float64(min(g.room, n-2))
	}
	g.bits = bits.Len(uint(g.longest))
}

// all returns the bits of the lanes that have a pixel.
func (g *group) all() uint64 { return 1<<g.filled - 1 }

// loopOver sets the rows of dates of a loop, from one to before another.
func (g *group) loopOver(from, to int) {
	g.fromRow, g.count = &g.dateRows[padding+from].x, to-from
}

// addUp computes the prefix sums from observation i on.
func (g *group) addUp(i int) {
	g.loopOver(i, g.longest)
	g.laneAddUp()
}

// prepare despikes the observations and finds the vertices that all models begin with.
func (l *lanes) prepare(g *group) {
	if l.o.SpikeThreshold < 1 {
		g.loopOver(1, g.longest-1)
		g.laneSpikes()
		for g.active, g.done = g.all(), 0; g.active != 0; g.done++ {
			g.laneDespike()
		}
		g.addUp(0)
	}
	g.laneBegin()
	g.count = g.longest - 1
	for g.active = g.all(); g.active != 0; {
		g.setSegments(g.mostVerticesNow() - 1)
		g.laneSplit()
	}
	if most := g.mostVerticesNow(); most > l.o.MaxSegments+1 {
		g.segments = most
		g.laneAngles()
		for ; most > l.o.MaxSegments+1; most-- {
			g.segments = most - 1
			g.laneCull()
		}
	}
	for i := range g.lane {
		g.lane[i].vertices = int(g.vertexCount[i])
	}
}

func (g *group) setSegments(n int) { g.segments, g.segmentsNumber = n, float64(n) }

// mostVerticesNow returns the number of vertices of the lane with most of them.
func (g *group) mostVerticesNow() int {
	most := 0.0
	for _, n := range g.vertexCount {
		most = max(most, n)
	}
	return int(most)
}

// ladder is that of segmenter. The lanes whose models begin with fewer vertices join later.
func (g *group) ladder(together bool) {
	top := 0
	for i := range g.lane {
		top = max(top, g.lane[i].vertices)
	}
	same := 0 // segments that are those of the model before, in all lanes
	for k := top; ; k-- {
		if g.join(k) {
			same = 0
		}
		m := g.models[k]
		g.model = &m[0]
		g.setSegments(k - 1)
		g.fit(m, same, together)
		g.laneTest()
		active := g.active
		if together || k == 2 {
			g.active = 0
		}
		g.laneRecovery()
		g.results[k].pvalue, g.results[k].allowed = g.pvalue, g.allowed
		if k == 2 {
			return
		}
		if g.changed != 0 {
			from := g.longest
			for set := g.changed; set != 0; set &= set - 1 {
				from = min(from, int(g.number[bits.TrailingZeros64(set)]))
			}
			g.addUp(from)
		}
		g.next = &g.models[k-1][0]
		g.laneWeakest()
		same = k
		for set := active; set != 0; set &= set - 1 {
			same = min(same, int(g.drop[bits.TrailingZeros64(set)])-1)
		}
	}
}

// join copies the vertices of the lanes whose models begin with k of them, and reports whether there are
// any. The lanes with models of k vertices are active then.
func (g *group) join(k int) (any bool) {
	g.active = 0
	for i := range g.lane {
		s := &g.lane[i]
		if s.vertices == k {
			any = true
			for v := range k {
				g.models[k][v].at[i] = g.vertexRows[padding+v].at[i]
			}
		}
		if s.vertices >= k {
			g.active |= 1 << i
		}
	}
	g.active &= g.all()
	return any
}

// fit fits the values of a model, whose first segments are known, as many as same says.
func (g *group) fit(m []modelRow, same int, together bool) {
	if together {
		g.laneFitTogether()
		return
	}
	if same == 0 {
		g.fromRow = &m[0].at
		g.laneFitFirst()
		same = 1
	}
	g.fromRow, g.count = &m[min(same, len(m)-1)].at, len(m)-1-same
	g.laneFitOthers()
	g.laneSquares()
}

// chooseIn returns which model of lane i to use, see segmenter.choose. Model b has b vertices fewer than
// the first.
func (l *lanes) chooseIn(g *group, i int) (best int) {
	s := &g.lane[i]
	s.pvalues = s.pvalues[:0]
	for k := s.vertices; k >= 2; k-- {
		s.pvalues = append(s.pvalues, g.results[k].pvalue[i])
	}
	return chooseModel(s.pvalues, l.o.BestModel, func(b int) bool { return g.results[s.vertices-b].allowed[i] == 1 })
}

// again puts the pixel of a lane into the group whose values are fitted together.
func (l *lanes) again(g *group, i int, found func(pixel int, ok bool)) {
	to := &l.second
	at := to.filled
	from, s := &g.lane[i], &to.lane[at]
	*from, *s = *s, *from
	for k := range s.n {
		to.dateRows[padding+k].x[at], to.dateRows[padding+k].y[at] = g.dateRows[padding+k].x[i], g.dateRows[padding+k].y[i]
	}
	for k := s.n; k < len(l.times); k++ {
		to.dateRows[padding+k].x[at], to.dateRows[padding+k].y[at] = 0, 0
	}
	for k := range s.vertices {
		to.vertexRows[padding+k].at[at] = g.vertexRows[padding+k].at[i]
	}
	to.least[at] = g.least[i]
	to.filled++
	if to.filled == laneCount {
		l.run(to, found)
	}
}

// concludeIn sets the results of segmenter to those of lane i, whose model to use is best.
func (l *lanes) concludeIn(g *group, i, best int) {
	s, c := l.segmenter, &g.lane[i]
	date, raw, y := s.date, s.raw, s.y
	s.date, s.raw, s.y, s.first = c.date[:c.n], c.raw[:c.n], s.y[:c.n], c.first
	k := c.vertices - best
	m := &s.models[0]
	m.vertices, m.values, m.pvalue = m.vertices[:0], m.values[:k], c.pvalues[best]
	if !(m.pvalue <= s.o.PValue) { // the result is their mean
		for k := range s.y {
			s.y[k] = g.dateRows[padding+k].y[i]
		}
	}
	for v := range k {
		m.vertices = append(m.vertices, int(g.models[k][v].at[i]))
		m.values[v] = g.models[k][v].value[i]
	}
	s.conclude(m, l.times)
	s.setRMSE(l.times)
	s.date, s.raw, s.y = date, raw, y
}
