package kernel

import (
	"fmt"
	"math"
	"math/bits"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
)

// Monitoring defines what [Kernel.Monitor] looks for. The dates before Start are the history.
type Monitoring struct {
	From  int // number of the first date of the history
	Start int // number of the first date that is monitored

	// The sums are over the last ⌊Window·n⌋ observations, where n is the number of observations of the
	// stable history. Critical is their critical value.
	Window, Critical float64

	// Reverse is the critical value of the reverse-ordered CUSUM test, which finds where the stable
	// history begins. With 0, all of the history is stable.
	Reverse float64

	// LeastPivot is the least Pivot of a pixel that is monitored, see Fits.
	LeastPivot float64
}

// Monitor is a model with what BFAST monitor needs to look for a break in it.
type Monitor struct {
	Monitoring
	history Model // of the dates before Start
	all     Model // of all dates, for staging: its tables are those of history
}

// NewMonitor returns the monitor of a model with these columns, which are as those of NewModel. It
// panics if the columns are wrong, or if the numbers of o are not in their ranges.
func NewMonitor(columns [][]float64, o Monitoring) Monitor {
	all := NewModel(columns, 0, nil)
	if o.From < 0 || o.Start <= o.From || o.Start > all.dates {
		panic(fmt.Sprintf("kernel: history of the dates [%d:%d] of %d dates", o.From, o.Start, all.dates))
	}
	if !(o.Window > 0 && o.Window <= 1) || !(o.Critical > 0) || !(o.Reverse >= 0) {
		panic(fmt.Sprintf("kernel: sums over %v of the history with critical values %v and %v", o.Window, o.Critical, o.Reverse))
	}
	history := make([][]float64, len(columns))
	for j, column := range columns {
		history[j] = column[:o.Start]
	}
	var weights []float64
	if o.From > 0 {
		weights = make([]float64, o.Start)
		for i := o.From; i < o.Start; i++ {
			weights[i] = 1
		}
		clear(all.keep[:o.From])
	}
	m := Monitor{Monitoring: o, history: NewModel(history, 0, weights), all: all}
	m.all.tables, m.all.rows, m.all.products = m.history.tables, nil, nil
	return m
}

// Columns returns the number of coefficients of the model.
func (m Monitor) Columns() int { return m.history.shared }

// Breaks is where [Kernel.Monitor] writes its results, one number per pixel in each slice. Nil slices
// are not written. The slices belong to the caller and hold at least as many numbers as the tile has
// pixels. Dates are numbers of dates of the tile.
//
// A pixel is not monitored if its stable history has no more observations than the model has
// columns, if the sums would be over fewer than two of them, or if its Pivot is below LeastPivot. It
// has NaN in Break and Magnitude.
type Breaks struct {
	Break     []float64 // date of the break; NaN without one
	Magnitude []float64 // median of the residuals of the monitored observations; NaN without any
	First     []float64 // date of the first observation of the stable history; NaN without any
	N         []float64 // observations of the stable history
	Monitored []float64 // observations from Start on
	RSS, TSS  []float64 // of the stable history, see Fits
	Pivot     []float64 // of the stable history, see Fits
	Coef      [][]float64
}

func (d *Breaks) eachSlice(f func([]float64)) {
	for _, s := range [...][]float64{d.Break, d.Magnitude, d.First, d.N, d.Monitored, d.RSS, d.TSS, d.Pivot} {
		if s != nil {
			f(s)
		}
	}
	for _, s := range d.Coef {
		if s != nil {
			f(s)
		}
	}
}

func (d *Breaks) check(columns, pixels int) {
	fits := Fits{Coef: d.Coef}
	fits.check(columns, 0)
	d.eachSlice(func(s []float64) {
		if len(s) < pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(s), pixels))
		}
	})
}

// Monitor looks for a break in every pixel of t as bfastmonitor of R's package bfast does (Verbesselt,
// Zeileis and Herold, Remote Sensing of Environment 123, 2012), with a test of moving sums of
// residuals (OLS-MOSUM of R's package strucchange). s must be of NewMonitorScratch(m), where m is this
// monitor or a copy of it; one goroutine at a time can use it.
//
// The bits of a pixel depend on its own series alone and are the same on every ISA, because this is
// the definition, in float64:
//
//   - With Reverse, the stable history begins after the observation that unstable finds. Else it is
//     all of the history.
//   - The model is fitted to the stable history as Models does. The residual of an observation of any
//     date is the observation minus the columns in their order, by fused multiply-adds.
//   - With n observations in the stable history, RSS and columns as Models has them, and w = ⌊Window·n⌋,
//     the residuals are added up in date order, beginning with the first of the stable history. A
//     moving sum is the difference of two of these sums, w observations apart.
//   - The break is the first monitored observation, number j counted from the first of the history, at
//     which the moving sum is farther from zero than Critical·√2·√(RSS/(n − columns)·n), times
//     √log(j/n) where j/n > e. RSS counts as at least 2⁻⁸⁰·Σ coefficient·XᵀWy, so that rounding
//     errors of a series without noise are no break.
//   - Magnitude is the median of the residuals from Start on, the mean of the middle two of an even
//     number.
//
// Monitor panics before it writes if an output has the wrong shape, if the model does not have as many
// dates as the tile, if s belongs to another monitor, or if the shape of the tile is wrong.
func (k Kernel) Monitor(dst Breaks, s *MonitorScratch, t Tile, m Monitor, v Valid) {
	checkModel(&s.ModelScratch, t, m.all, Extra{})
	dst.check(m.Columns(), t.Pixels)
	raceRead(t)
	dst.eachSlice(func(f []float64) { race.Write(f[:t.Pixels]) })
	p := lowerModel(t, m.all, v)
	for from := 0; from < t.Pixels; from += modelLanes {
		count := min(modelLanes, t.Pixels-from)
		s.lanes(k, &p, &dst, t, &m, v, from, count)
		s.put(&dst, from, count)
	}
}

// MonitorScratch is the memory that monitoring needs.
type MonitorScratch struct {
	breaks, magnitude, first modelVector
	n, monitored, pivot      modelVector
	sigma, limits            modelVector
	medians                  medianSearch
	windows, found           [modelLanes]int
	counts, starts, lengths  [modelLanes]int
	ModelScratch

	allD     []modelVector        // ModelScratch.d of all dates; that is of the history while it is fitted
	allBits  []uint32             // as allD
	allIndex [][modelLanes]uint16 // as allD
	r        []modelVector        // by date: residuals; infinity in gaps of monitored dates, once there are totals
	totals   []modelVector        // by date: sums of the residuals
	sums     []float64            // those of each lane, by observation
	stride   int                  // between the sums of two lanes
	sorted   []float64
	reverse  reverseCUSUM
	none     Extra
}

// NewMonitorScratch returns the memory for m.
func NewMonitorScratch(m Monitor) *MonitorScratch {
	s := &MonitorScratch{}
	s.init(m.all)
	s.qr = newModelQR(m.history.dates, m.Columns())
	s.allD, s.allBits, s.allIndex = s.d, s.bits, s.index
	s.r = make([]modelVector, m.all.dates)
	s.totals = make([]modelVector, m.all.dates+packDates)
	s.stride = m.sumsStride()
	s.sums = make([]float64, s.stride*modelLanes)
	s.sorted = make([]float64, 0, m.all.dates)
	s.reverse.init(m.history.dates)
	return s
}

// sumsStride returns the distance of the sums of two lanes, an odd number of cache lines so that they do
// not share sets of the cache.
func (m Monitor) sumsStride() int { return ((m.all.dates+2*packDates)/packDates | 1) * packDates }

// ScratchBytes returns the memory that a MonitorScratch of m takes.
func (m Monitor) ScratchBytes() int {
	const more = int(unsafe.Sizeof(MonitorScratch{}) - unsafe.Sizeof(ModelScratch{}))
	return m.all.ScratchBytes(false) + more + (m.all.dates+packDates)*(2*modelRow+8) + m.history.dates*2*8 + m.sumsStride()*modelRow
}

// lanes finds the results of the count pixels that begin with pixel from.
func (s *MonitorScratch) lanes(k Kernel, p *params, dst *Breaks, t Tile, m *Monitor, v Valid, from, count int) {
	s.d, s.bits, s.index = s.allD, s.allBits, s.allIndex
	s.stage(k, p, t, m.all, v, &s.none, from, count)
	s.takeHistory(m)
	f := s.fit(k, m.history, nil, false, count)
	if m.Reverse > 0 && s.cut(m, f, count) {
		f = s.fit(k, m.history, nil, false, count)
	}
	s.n, s.pivot = f.n, f.pivot
	if dst.TSS != nil {
		s.squares(k, m.history, f, nil, &Fits{TSS: dst.TSS})
	}
	s.residualsOf(k, m)
	s.findFirst(count)
	todo := s.watch(k, m, f, count)
	s.magnitudes(k, m, todo)
}

// takeHistory limits what is fitted to the dates before Start.
func (s *MonitorScratch) takeHistory(m *Monitor) {
	tables := m.history.tableCount()
	s.d, s.bits, s.index = s.allD[:m.Start], s.allBits[:m.Start], s.allIndex[:tables]
	if m.Start%tableDates != 0 {
		s.findRow(m.history, tables-1) // without the monitored dates of the table
	}
}

// residualsOf computes the residuals of all dates and their sums, and RSS of the history. It takes some
// dates at a time, whose vectors stay in the L1 cache.
func (s *MonitorScratch) residualsOf(k Kernel, m *Monitor) {
	s.rss = modelVector{}
	columns := m.Columns()
	var total modelVector
	for from := 0; from < m.all.dates; {
		to := min(from+modelDates, m.all.dates)
		if from < m.Start {
			to = min(to, m.Start)
		}
		r, observed := s.r[from:to], s.allBits[from:to]
		k.residuals(r, s.allD[from:to], s.coef[:columns], m.all.x[from*columns:], columns)
		if from < m.Start {
			k.addSquares(&s.rss, r, observed, nil, nil)
		}
		k.totals(&total, s.totals[from:to], r, observed, from >= m.Start)
		from = to
	}
}

// findFirst finds the first date of the history of the count pixels in lanes.
func (s *MonitorScratch) findFirst(count int) {
	for p := range count {
		s.first[p] = math.NaN()
		for i, observed := range s.bits {
			if observed>>p&1 != 0 {
				s.first[p] = float64(i)
				break
			}
		}
	}
}

// watch finds the breaks of the count pixels in lanes, and how many observations are monitored. It
// returns the bits of the lanes that have magnitudes, and leaves first guesses of these.
func (s *MonitorScratch) watch(k Kernel, m *Monitor, f *modelFactor, count int) (todo uint32) {
	valid := s.setLimits(m, f, count)
	s.cross(k, m, valid)
	last, history := &s.totals[m.all.dates-1], &s.totals[m.Start-1]
	for p := range count {
		s.breaks[p], s.magnitude[p] = math.NaN(), math.NaN()
		if valid>>p&1 == 0 {
			s.monitored[p] = s.countMonitored(m, p)
			continue
		}
		if found := s.found[p]; found >= 0 {
			s.breaks[p] = s.dateOf(m, p, found)
		}
		monitored := s.monitored[p]
		if sum := last[p] - history[p]; monitored > 0 && sum-sum == 0 {
			todo |= 1 << p
			s.medians.n[p], s.medians.guess[p] = monitored, sum/monitored
			s.medians.spacing[p] = s.sigma[p] / (normalDensity * monitored)
		}
	}
	return todo
}

// setLimits finds the lengths of the moving sums of the count pixels in lanes, and their limits. It
// returns the bits of the lanes that are monitored.
func (s *MonitorScratch) setLimits(m *Monitor, f *modelFactor, count int) (valid uint32) {
	columns := float64(m.Columns())
	for p := range count {
		n := s.n[p]
		window := int(m.Window * n)
		if n <= columns || window < 2 || f.pivot[p] == 0 || !(f.pivot[p] >= m.LeastPivot) {
			continue
		}
		valid |= 1 << p
		variance := max(s.rss[p], 0x1p-80*s.explained(m, p)) / (n - columns)
		s.windows[p], s.sigma[p] = window, math.Sqrt(variance)
		s.limits[p] = m.Critical * math.Sqrt2 * math.Sqrt(float64(variance*n))
	}
	return valid
}

// normalDensity is the density of a standard normal number at its median.
const normalDensity = 0.4

// explained returns Σ coefficient·XᵀWy of lane p, the sum of squares that the model explains, counted
// from the first observation.
func (s *MonitorScratch) explained(m *Monitor, p int) (sum float64) {
	for c := range m.Columns() {
		sum = math.FMA(s.coef[c][p], s.h[c][p], sum)
	}
	return sum
}

// countMonitored counts the monitored observations of a lane that is not of those of cross.
func (s *MonitorScratch) countMonitored(m *Monitor, p int) float64 {
	n := 0
	for _, observed := range s.allBits[m.Start:] {
		n += int(observed >> p & 1)
	}
	return float64(n)
}

// cross finds for each lane of valid how many observations are monitored, and the first of them, counted
// from 0, at which the moving sum crosses its boundary, −1 if there is none.
func (s *MonitorScratch) cross(k Kernel, m *Monitor, valid uint32) {
	if k.isa == AVX512 && m.all.dates <= callDates {
		valid = s.crossLanes(k, m, valid)
	}
	for ; valid != 0; valid &= valid - 1 {
		p := bits.TrailingZeros32(valid)
		s.found[p] = s.crossLane(m, p)
	}
}

// crossLanes is cross for 32 lanes at once, as far as it can: it returns the lanes that are left.
//
// It takes as many dates of the history as most lanes need. Sums have room for 8 more than there are.
func (s *MonitorScratch) crossLanes(k Kernel, m *Monitor, valid uint32) (left uint32) {
	most := 0
	for lanes := valid; lanes != 0; lanes &= lanes - 1 {
		most = max(most, s.windows[bits.TrailingZeros32(lanes)])
	}
	first := m.Start - min(most*7/4, m.Start)/packDates*packDates
	s.counts = [modelLanes]int{}
	p := modelParams{numbers: &s.sums[0], stride: s.stride * 8, counts: &s.counts, starts: &s.starts, windows: &s.lengths, found: &s.found, in: &s.limits}
	s.pack(k, p, first, m.Start)
	for lane := range s.counts {
		s.starts[lane], s.lengths[lane] = s.counts[lane], s.windows[lane]
		if valid>>lane&1 == 0 || s.counts[lane] < s.windows[lane] {
			left |= 1 << lane
		}
	}
	s.pack(k, p, m.Start, m.all.dates)
	for lane := range s.counts {
		s.monitored[lane] = float64(s.counts[lane] - s.starts[lane])
		if left>>lane&1 != 0 {
			s.starts[lane], s.lengths[lane] = s.counts[lane], 0 // nothing to do
		}
	}
	k.callModel(modelMovingBody, &p)
	for lane, found := range s.found {
		// The boundary is at the limit, or above it after a while.
		if found >= 0 && s.part(lane, found) > math.E {
			left |= 1 << lane
		}
	}
	return left & valid
}

// packDates is the number of dates that modelPackBody takes at a time.
const packDates = 8

// pack packs the totals of the dates [first, end).
func (s *MonitorScratch) pack(k Kernel, p modelParams, first, end int) {
	if first == end {
		return
	}
	whole := (end - first) / packDates * packDates
	p.in, p.bits, p.dates = &s.totals[first], &s.allBits[first], whole
	if whole > 0 {
		k.callModel(modelPackBody, &p)
	}
	if rest := end - first - whole; rest > 0 {
		var some [packDates]uint32 // of the rest of the dates
		copy(some[:], s.allBits[first+whole:end])
		p.in, p.bits, p.dates = &s.totals[first+whole], &some[0], packDates
		k.callModel(modelPackBody, &p)
	}
}

// part returns how long it is from the beginning of the stable history to a monitored observation,
// relative to the history.
func (s *MonitorScratch) part(lane, number int) float64 {
	return (s.n[lane] + float64(number+1)) / s.n[lane]
}

// crossLane is cross for one lane.
func (s *MonitorScratch) crossLane(m *Monitor, p int) int {
	window, limit, first := s.windows[p], s.limits[p], m.Start
	for seen := 0; seen < window; {
		first--
		seen += int(s.bits[first] >> p & 1)
	}
	// The sums up to each observation, from the last of the history but window − 1 on. A gap writes
	// where the next observation does, so that there is no branch that could be mispredicted.
	observations := s.allBits[first:]
	sums, totals, at := s.sums[:len(observations)+1], s.totals[first:][:len(observations)], 0
	for i, observed := range observations {
		sums[at] = totals[i][p]
		at += int(observed >> p & 1)
	}
	s.monitored[p] = float64(at - window)
	before := sums[:at-window]
	for i, total := range sums[window:at] {
		if moving := math.Abs(total - before[i]); moving > limit {
			part := s.part(p, i)
			if part <= math.E || moving > limit*math.Sqrt(logarithm(part)) {
				return i
			}
		}
	}
	return -1
}

// dateOf returns the date of an observation of lane p that is monitored, counted from 0.
func (s *MonitorScratch) dateOf(m *Monitor, p, number int) float64 {
	for i := m.Start; ; i++ {
		if number -= int(s.allBits[i] >> p & 1); number < 0 {
			return float64(i)
		}
	}
}

// logarithm returns the natural logarithm of x, which is normal and positive. It has the same bits on
// every processor, which that of package math has not where the compiler fuses operations.
func logarithm(x float64) float64 {
	m, two := math.Frexp(x) // 0.5 to 1
	if m < math.Sqrt2/2 {
		m *= 2
		two--
	}
	// log m = 2·artanh(z), by its power series.
	z := (m - 1) / (m + 1) // at most 0.172 from zero
	square, sum := float64(z*z), 0.0
	for i := 23.0; i > 0; i -= 2 {
		sum = math.FMA(sum, square, 1/i)
	}
	return math.FMA(float64(two), math.Ln2, float64(2*z*sum))
}

// magnitudes finds the medians of the monitored residuals of the lanes of todo.
func (s *MonitorScratch) magnitudes(k Kernel, m *Monitor, todo uint32) {
	if todo == 0 {
		return
	}
	s.medians.find(k, s.r[m.Start:], todo, s.sorted)
	for p, median := range s.medians.median {
		if todo>>p&1 != 0 {
			s.magnitude[p] = median
		}
	}
}

// put writes the results of the count pixels in lanes that begin with pixel from.
func (s *MonitorScratch) put(dst *Breaks, from, count int) {
	put := func(to []float64, v *modelVector) {
		if to != nil {
			copy(to[from:from+count], v[:])
		}
	}
	for p, ref := range s.ref {
		s.coef[0][p] += ref
		if s.pivot[p] == 0 {
			s.rss[p], s.tss[p] = math.NaN(), math.NaN()
		}
	}
	put(dst.Break, &s.breaks)
	put(dst.Magnitude, &s.magnitude)
	put(dst.First, &s.first)
	put(dst.N, &s.n)
	put(dst.Monitored, &s.monitored)
	put(dst.RSS, &s.rss)
	put(dst.TSS, &s.tss)
	put(dst.Pivot, &s.pivot)
	for j, to := range dst.Coef {
		put(to, &s.coef[j])
	}
}
