package kernel

import (
	"fmt"
	"math"
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
	medians                  medianSearch
	ModelScratch

	allD     []modelVector        // ModelScratch.d of all dates; that is of the history while it is fitted
	allBits  []uint32             // as allD
	allIndex [][modelLanes]uint16 // as allD
	r        []modelVector        // by date: residuals; infinity in gaps, once there are totals
	totals   []modelVector        // by date: sums of the residuals
	sums     []float64            // those of one pixel, by observation
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
	s.totals = make([]modelVector, m.all.dates)
	s.sums = make([]float64, m.all.dates+1)
	s.sorted = make([]float64, 0, m.all.dates)
	s.reverse.init(m.history.dates)
	return s
}

// ScratchBytes returns the memory that a MonitorScratch of m takes.
func (m Monitor) ScratchBytes() int {
	const more = int(unsafe.Sizeof(MonitorScratch{}) - unsafe.Sizeof(ModelScratch{}))
	return m.all.ScratchBytes(false) + more + m.all.dates*(2*modelRow+2*8) + m.history.dates*2*8
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
	todo := s.watch(m, f, count)
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

// residualsOf computes the residuals of all dates and their sums, and RSS of the history.
func (s *MonitorScratch) residualsOf(k Kernel, m *Monitor) {
	s.rss = modelVector{}
	columns := m.Columns()
	for i := 0; i < m.all.dates; i += modelDates {
		end := min(i+modelDates, m.all.dates)
		k.residuals(s.r[i:end], s.allD[i:end], s.coef[:columns], m.all.x[i*columns:], columns)
		if end = min(end, m.Start); i < end {
			k.addSquares(&s.rss, s.r[i:end], s.bits[i:end], nil, nil)
		}
	}
	k.totals(s.totals, s.r, s.allBits)
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
func (s *MonitorScratch) watch(m *Monitor, f *modelFactor, count int) (todo uint32) {
	columns := float64(m.Columns())
	for p := range count {
		n := s.n[p]
		window := int(m.Window * n)
		s.breaks[p], s.magnitude[p] = math.NaN(), math.NaN()
		if n <= columns || window < 2 || f.pivot[p] == 0 || !(f.pivot[p] >= m.LeastPivot) {
			s.monitored[p] = s.countMonitored(m, p)
			continue
		}
		variance := max(s.rss[p], 0x1p-80*s.explained(m, p)) / (n - columns)
		limit := m.Critical * math.Sqrt2 * math.Sqrt(float64(variance*n))
		date, monitored, sum := s.watchLane(m, p, window, limit)
		s.breaks[p], s.monitored[p] = date, monitored
		if monitored > 0 && sum-sum == 0 {
			todo |= 1 << p
			s.medians.n[p], s.medians.guess[p] = monitored, sum/monitored
			s.medians.spacing[p] = math.Sqrt(variance) / (normalDensity * monitored)
		}
	}
	return todo
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

func (s *MonitorScratch) countMonitored(m *Monitor, p int) float64 {
	n := 0
	for _, observed := range s.allBits[m.Start:] {
		n += int(observed >> p & 1)
	}
	return float64(n)
}

// watchLane returns the date of the break of lane p, or NaN, the number of monitored observations and
// the sum of their residuals.
func (s *MonitorScratch) watchLane(m *Monitor, p, window int, limit float64) (date, monitored, sum float64) {
	first := m.Start
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
	count := at - window
	after, before := sums[window:at], sums[:count]
	date, monitored, sum = math.NaN(), float64(count), sums[at-1]-sums[window-1]
	for i, total := range after {
		// The boundary is at limit or above it.
		if moving := math.Abs(total - before[i]); moving > limit {
			part := (s.n[p] + float64(i+1)) / s.n[p]
			if part <= math.E || moving > limit*math.Sqrt(logarithm(part)) {
				return s.dateOf(m, p, i), monitored, sum
			}
		}
	}
	return date, monitored, sum
}

// dateOf returns the date of an observation of lane p that is monitored, counted from 0.
func (s *MonitorScratch) dateOf(m *Monitor, p, number int) float64 {
	for i := m.Start; ; i++ {
		if s.allBits[i]>>p&1 == 0 {
			continue
		}
		if number--; number < 0 {
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
