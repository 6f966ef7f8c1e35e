package kernel

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
)

// MaxColumns is the maximum number of columns of a [Model].
const MaxColumns = 12

// maxPairs is the number of different products of two columns.
const maxPairs = MaxColumns * (MaxColumns + 1) / 2

// Pixels below these limits of the smallest pivot over its diagonal have their solution refined, are
// solved by QR, or have no solution.
const (
	pivotRefine = 1. / 32
	pivotQR     = 1e-7
	pivotRank   = 1e-14
)

// Model is a linear model of a series: y is a sum of columns, each times a coefficient of the
// pixel. [Kernel.Models] fits it to the observations of every pixel by weighted least squares.
//
// Columns should be of similar size and not nearly dependent: a time axis from −1 to 1 and its
// powers, cosines, numbers with mean 0 and deviation 1. Pixels with nearly dependent columns are
// fitted in another way, which takes longer, and those with dependent columns not at all.
type Model struct {
	dates   int
	shared  int // columns that all pixels share
	rasters int // columns that each pixel has of its own

	x       []float64 // date after date, the numbers of the shared columns
	xw      []float64 // the same times the weight
	weights []float64 // by date; nil: all are 1
	keep    []uint32  // by date, all ones if the weight is positive, else 0

	rows     []float64 // xw with 4 or 8 numbers per date, for gapFree; nil if that cannot be used
	products []float64 // date after date, x·x of all pairs of columns, without weight
	tables   []float64 // see newTables
	width    int       // of a row of tables
}

// NewModel returns a model of columns that all pixels share, with one finite number per date, and
// of that many rasters, columns that each pixel has of its own. Column 0 must be the constant 1.
// Weights has a number per date, which multiplies the square of the residual: the inverse of the
// variance. A weight of 0 removes the observations of its date. With nil, all weights are 1.
//
// It panics if the columns do not have this shape, if there are more than MaxColumns, or if a
// weight is negative or not finite. The columns and weights are copied.
func NewModel(columns [][]float64, rasters int, weights []float64) Model {
	if len(columns) == 0 || rasters < 0 || len(columns)+rasters > MaxColumns {
		panic(fmt.Sprintf("kernel: model of %d columns and %d rasters, not of 1 to %d", len(columns), rasters, MaxColumns))
	}
	m := Model{dates: len(columns[0]), shared: len(columns), rasters: rasters}
	if weights != nil && len(weights) != m.dates {
		panic(fmt.Sprintf("kernel: %d weights for a model of %d dates", len(weights), m.dates))
	}
	for j, column := range columns {
		if len(column) != m.dates {
			panic(fmt.Sprintf("kernel: column %d of a model has %d numbers, column 0 has %d", j, len(column), m.dates))
		}
		for i, x := range column {
			if math.IsNaN(x-x) || j == 0 && x != 1 {
				panic(fmt.Sprintf("kernel: number %d of column %d of a model is %v", i, j, x))
			}
		}
	}
	m.x = make([]float64, m.dates*m.shared)
	m.xw = m.x
	m.keep = make([]uint32, m.dates)
	if weights != nil {
		m.weights = append([]float64{}, weights...)
		m.xw = make([]float64, len(m.x))
	}
	for i := range m.dates {
		w := m.weight(i)
		if !(w >= 0) || math.IsInf(w, 0) {
			panic(fmt.Sprintf("kernel: weight %d of a model is %v", i, w))
		}
		if w > 0 {
			m.keep[i] = math.MaxUint32
		}
		for j, column := range columns {
			m.x[i*m.shared+j] = column[i]
			m.xw[i*m.shared+j] = column[i] * w
		}
	}
	m.newProducts()
	if rasters == 0 {
		m.newTables()
		m.newRows()
	}
	return m
}

// Columns returns the number of coefficients of the model.
func (m Model) Columns() int { return m.shared + m.rasters }

// Dates returns the number of dates of the model.
func (m Model) Dates() int { return m.dates }

func (m Model) weight(date int) float64 {
	if m.weights == nil {
		return 1
	}
	return m.weights[date]
}

// pairs returns the number of products of two of n columns.
func pairs(n int) int { return n * (n + 1) / 2 }

// pair returns the number of the product of columns r and c, c ≤ r.
func pair(r, c int) int { return r*(r+1)/2 + c }

func (m *Model) newProducts() {
	m.products = make([]float64, 0, m.dates*pairs(m.shared))
	for i := range m.dates {
		x := m.x[i*m.shared:][:m.shared]
		for r := range x {
			for c := range r + 1 {
				m.products = append(m.products, x[r]*x[c])
			}
		}
	}
}

// The sums of products over the observations of a pixel are added up by four dates at a time:
// which of four dates are observations selects one of 16 rows of a table, which holds the sums of
// all products over these dates.
const (
	tableDates = 4
	tableRows  = 1 << tableDates
)

// newTables computes the rows of m.tables. Table after table, one for every four dates, each row
// has the weighted sums of all products, then the number of observations, then zeros.
func (m *Model) newTables() {
	n := pairs(m.shared)
	m.width = (n + 1 + 7) / 8 * 8
	count := m.tableCount()
	m.tables = make([]float64, count*tableRows*m.width)
	for i := range m.dates {
		table := m.tables[i/tableDates*tableRows*m.width:]
		bit := i % tableDates
		for pattern := range tableRows {
			if pattern>>bit&1 == 0 {
				continue
			}
			row := table[pattern*m.width:][:m.width]
			for q, x := range m.products[i*n:][:n] {
				row[q] += float64(x * m.weight(i))
			}
			row[n]++
		}
	}
}

// tableCount returns the number of tables of all dates.
func (m Model) tableCount() int { return (m.dates + tableDates - 1) / tableDates }

// Fits is where [Kernel.Models] writes its results, one number per pixel in each slice. Nil slices
// are not written. The slices belong to the caller and hold at least as many numbers as the tile
// has pixels.
//
// A pixel with fewer observations than columns, or whose columns are dependent over its
// observations, has NaN everywhere but in N and a Pivot of 0.
type Fits struct {
	N     []float64   // number of observations with positive weight
	Coef  [][]float64 // by column: the coefficient
	Var   [][]float64 // by column: the element of the diagonal of (XᵀWX)⁻¹
	Cov   [][]float64 // the elements (r, c), c < r, of (XᵀWX)⁻¹, at index r·(r−1)/2 + c
	RSS   []float64   // Σ w·(residual)²
	TSS   []float64   // Σ w·(y − mean)², with the weighted mean
	Pivot []float64   // smallest pivot over its diagonal: 1 for orthogonal columns, 0 for dependent ones
}

// eachSlice calls f for all slices that are not nil.
func (d *Fits) eachSlice(f func([]float64)) {
	for _, s := range [...][]float64{d.N, d.RSS, d.TSS, d.Pivot} {
		if s != nil {
			f(s)
		}
	}
	for _, list := range [...][][]float64{d.Coef, d.Var, d.Cov} {
		for _, s := range list {
			if s != nil {
				f(s)
			}
		}
	}
}

func (d *Fits) check(columns, pixels int) {
	for _, l := range [...]struct{ got, want int }{
		{len(d.Coef), columns}, {len(d.Var), columns}, {len(d.Cov), columns * (columns - 1) / 2},
	} {
		if l.got != 0 && l.got != l.want {
			panic(fmt.Sprintf("kernel: outputs of a model of %d columns in %d slices, not %d", columns, l.got, l.want))
		}
	}
	d.eachSlice(func(s []float64) {
		if len(s) < pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(s), pixels))
		}
	})
}

// Raster is a column of which every pixel has numbers of its own. Where it has a gap, the pixel has
// none of its observation of that date.
type Raster struct {
	Tile  Tile // as many dates and pixels as the samples
	Valid Valid
}

// Extra is what a model has of its own for every pixel. The zero value is for a model without
// rasters.
type Extra struct {
	Rasters []Raster // the columns after those that all pixels share

	// Weights has a number per sample, which multiplies the weight of the date: pixel p of date i has
	// Weights[i*Stride+p]. Observations whose weight is not positive and finite are removed. With nil,
	// all are 1.
	Weights []float64
	Stride  int
}

func (x *Extra) check(m Model, t Tile) {
	if len(x.Rasters) != m.rasters {
		panic(fmt.Sprintf("kernel: %d rasters for a model with %d", len(x.Rasters), m.rasters))
	}
	for _, r := range x.Rasters {
		if err := r.Tile.Check(); err != nil {
			panic(err.Error())
		}
		if r.Tile.Dates != t.Dates || r.Tile.Pixels != t.Pixels {
			panic(fmt.Sprintf("kernel: raster of %d dates × %d pixels for a tile of %d dates × %d pixels",
				r.Tile.Dates, r.Tile.Pixels, t.Dates, t.Pixels))
		}
	}
	if x.Weights != nil && t.Dates > 0 && (x.Stride < t.Pixels || len(x.Weights) < (t.Dates-1)*x.Stride+t.Pixels) {
		panic(fmt.Sprintf("kernel: %d weights, stride %d, for a tile of %d dates × %d pixels",
			len(x.Weights), x.Stride, t.Dates, t.Pixels))
	}
}

// Models fits m to the observations of every pixel of t by weighted least squares. s must be of
// NewModelScratch(m), where m is this model or a copy of it; one goroutine at a time can use it.
//
// Coefficients and their variances are those of the columns as they were given to NewModel. The
// bits of a pixel depend on its own series alone and are the same on every ISA, because this is
// the definition:
//
//   - The first observation is subtracted from the others, and added to coefficient 0 at the end.
//   - XᵀWX is the sum over tables of four dates, each the sum of w·(x·x) over the observations in
//     date order. With weights or rasters per pixel it is a sum of fused multiply-adds in date
//     order, of w and x·x without rasters and of w·x and x with them.
//   - XᵀWy is a sum of fused multiply-adds in date order of w·x, or with weights or rasters per pixel
//     of x and w·y.
//   - XᵀWX is factored by Cholesky's method, column by column, with fused multiply-adds and
//     products with the reciprocal of the square root of the pivot.
//   - If the smallest pivot over its diagonal is below 1/32, the solution is refined once: what it
//     leaves of XᵀWy is computed in twice the precision and solved for.
//   - If the smallest pivot over its diagonal is below 1e-7, the pixel is solved again by
//     Householder's QR. If that finds it below 1e-14, the columns are dependent.
//   - RSS and TSS are sums of fused multiply-adds of w·r and r in date order, where r is the
//     observation minus the columns in their order, or minus the mean.
//
// It panics before it writes if an output has the wrong shape, if the model does not have as many
// dates as the tile, if x does not belong to the model and tile, or if the shape of the tile is
// wrong.
func (k Kernel) Models(dst Fits, s *ModelScratch, t Tile, m Model, v Valid, x Extra) {
	checkModel(s, t, m, x)
	dst.check(m.Columns(), t.Pixels)
	raceRead(t)
	dst.eachSlice(func(f []float64) { race.Write(f[:t.Pixels]) })
	p := lowerModel(t, m, v)
	free := s.mayBeFree(k, dst, t, m, v, x)
	wait := 1 // blocks after one with gaps, until the next try
	for from := 0; from < t.Pixels; {
		if free && t.Pixels-from >= block {
			done := s.gapFree(k, dst, t, m, v, from)
			if from += done; done > 0 {
				wait = 1
			}
		}
		to := t.Pixels
		if free {
			to = min(from+wait*block, to)
			wait = min(2*wait, maxWait)
		}
		for ; from < to; from += modelLanes {
			s.lanes(k, &p, dst, t, m, v, &x, from, min(modelLanes, to-from))
		}
		from = to
	}
}

// lanes fits the count pixels that begin with pixel from. p is of lowerModel.
func (s *ModelScratch) lanes(k Kernel, p *params, dst Fits, t Tile, m Model, v Valid, x *Extra, from, count int) {
	w := s.stage(k, p, t, m, v, x, from, count)
	f := s.fit(k, m, w, dst.Var != nil || dst.Cov != nil, count)
	s.squares(k, m, f, w, &dst)
	s.put(k, dst, f, from, count)
}

func checkModel(s *ModelScratch, t Tile, m Model, x Extra) {
	if err := t.Check(); err != nil {
		panic(err.Error())
	}
	if m.dates != t.Dates {
		panic(fmt.Sprintf("kernel: model of %d dates for a tile of %d dates", m.dates, t.Dates))
	}
	if s.of != unsafe.SliceData(m.x) {
		panic("kernel: scratch of another model") // it keeps what it has computed of its own
	}
	x.check(m, t)
}

// modelLanes is the number of pixels that are fitted at once.
const modelLanes = 32

type modelVector = [modelLanes]float64

// ModelScratch is the memory that fitting a model needs. The vectors come first, so that they begin
// at cache lines.
type ModelScratch struct {
	ref    modelVector // first observations
	coef   [MaxColumns]modelVector
	h      [MaxColumns]modelVector // XᵀWy
	rss    modelVector
	tss    modelVector
	block  [modelDates]modelVector          // residuals of some dates
	dotsOf [maxRows][freePixels + 8]float64 // XᵀWy of pixels without gaps
	sums   [modelLanes][maxPairs + 2]float64
	local  modelFactor // of the pixels in lanes
	free   modelFactor // of pixels without gaps, which is the same for all

	of                      *float64 // numbers of the model
	dates, columns, rasters int

	// The samples of the pixels in lanes, widened to float64. Lanes beyond the last pixel have gaps.
	d     []modelVector        // by date: observation minus first observation, or 0
	bits  []uint32             // by date: bit p is set if lane p has an observation
	keep  []uint32             // by date: bit p is clear if weights or rasters remove the observation
	index [][modelLanes]uint16 // by table: where its row of each lane begins, in bytes
	w     []modelVector        // by date, if there are weights or rasters per pixel; 0 in gaps
	wd    []modelVector        // w·d
	x     []modelVector        // by raster and date
	whole bool                 // no lane has a gap

	haveFree bool // free has been computed
	qr       *modelQR
}

// modelFactor is what follows from the columns and weights alone.
type modelFactor struct {
	g       [maxPairs + 2]modelVector // XᵀWX; then n and padding
	l       [maxPairs]modelVector     // its Cholesky factor L below the diagonal
	n       modelVector
	scale   [MaxColumns]modelVector // reciprocals of the diagonal of L
	inverse [maxPairs]modelVector   // L⁻¹
	pivot   modelVector             // smallest pivot over its diagonal
	size    modelVector             // that diagonal
}

// NewModelScratch returns the memory for fitting m.
func NewModelScratch(m Model) *ModelScratch {
	s := &ModelScratch{}
	s.init(m)
	return s
}

func (s *ModelScratch) init(m Model) {
	s.of = unsafe.SliceData(m.x)
	s.dates, s.columns, s.rasters = m.dates, m.Columns(), m.rasters
	s.d = make([]modelVector, m.dates)
	s.w = make([]modelVector, m.dates)
	s.wd = make([]modelVector, m.dates)
	s.x = make([]modelVector, m.rasters*m.dates)
	s.bits = make([]uint32, m.dates)
	s.keep = make([]uint32, m.dates)
	s.index = make([][modelLanes]uint16, m.tableCount())
	s.qr = newModelQR(m.dates, s.columns)
}

// fit computes the coefficients of the count pixels in lanes, and the inverse of their factor if
// asked for. It returns the factor. w are weights per pixel by date, 0 in gaps. Without them, the
// weights are those of the model.
func (s *ModelScratch) fit(k Kernel, m Model, w []modelVector, inverse bool, count int) *modelFactor {
	f := s.factorOf(k, m, w)
	if inverse && f != &s.free {
		f.invert(k, s.columns)
	}
	s.dots(k, m, w)
	s.solve(k, m, f, w, count)
	return f
}

// solve computes the coefficients of the count pixels in lanes.
func (s *ModelScratch) solve(k Kernel, m Model, f *modelFactor, w []modelVector, count int) {
	f.solve(k, s.coef[:s.columns], s.h[:s.columns])
	columns := float64(s.columns)
	for p := range count {
		switch {
		case f.pivot[p] >= pivotRefine && f.n[p] >= columns: // nearly all
		case f.usable(p, s.columns):
			s.refine(f, p)
		default:
			s.again(m, f, p, w)
		}
	}
}

// factorOf returns the factor of the pixels in lanes.
func (s *ModelScratch) factorOf(k Kernel, m Model, w []modelVector) *modelFactor {
	if s.whole && s.haveFree && w == nil {
		return &s.free
	}
	f := &s.local
	s.gram(k, m, f, w)
	f.factor(k, s.columns)
	if s.whole && w == nil && f.usable(0, s.columns) {
		f.invert(k, s.columns)
		s.free, s.haveFree = *f, true
	}
	return f
}

// usable reports whether the factor of lane p gives its coefficients.
func (f *modelFactor) usable(p, columns int) bool {
	return f.n[p] >= float64(columns) && f.pivot[p] >= pivotQR
}

// gram computes XᵀWX of the lanes.
func (s *ModelScratch) gram(k Kernel, m Model, f *modelFactor, w []modelVector) {
	switch {
	case w == nil:
		s.addTables(k, f, m)
	case m.rasters > 0:
		s.gramRasters(m, f, w)
		s.count(&f.n)
	default:
		n := pairs(m.shared)
		clear(f.g[:n])
		k.addDots(f.g[:n], w, m.products, n)
		s.count(&f.n)
	}
}

// dots computes XᵀWy of the lanes.
func (s *ModelScratch) dots(k Kernel, m Model, w []modelVector) {
	clear(s.h[:m.shared])
	if w == nil {
		k.addDots(s.h[:m.shared], s.d, m.xw, m.shared)
		return
	}
	for i := range s.wd {
		for p := range s.wd[i] {
			s.wd[i][p] = w[i][p] * s.d[i][p]
		}
	}
	k.addDots(s.h[:m.shared], s.wd, m.x, m.shared)
	s.dotsRasters(m, s.wd)
}

// residuals computes the residuals of len(r) dates that begin with number first.
func (s *ModelScratch) residuals(k Kernel, r []modelVector, m Model, first int) {
	k.residuals(r, s.d[first:][:len(r)], s.coef[:m.shared], m.x[first*m.shared:], m.shared)
	s.residualsRasters(r, m, first)
}

// squares computes RSS and TSS, as far as dst has them.
func (s *ModelScratch) squares(k Kernel, m Model, f *modelFactor, w []modelVector, dst *Fits) {
	var mean [1]modelVector
	for p := 0; p < modelLanes && dst.TSS != nil; p++ {
		mean[0][p] = s.h[0][p] / f.g[0][p] // Σ w·d / Σ w
	}
	s.rss, s.tss = modelVector{}, modelVector{}
	for i := 0; i < m.dates; i += modelDates {
		end := min(i+modelDates, m.dates)
		bits := s.bits[i:end]
		var ws []modelVector
		var weights []float64
		if w != nil {
			ws = w[i:end]
		} else if m.weights != nil {
			weights = m.weights[i:end]
		}
		r := s.block[:end-i]
		if dst.RSS != nil {
			s.residuals(k, r, m, i)
			k.addSquares(&s.rss, r, bits, ws, weights)
		}
		if dst.TSS != nil {
			k.residuals(r, s.d[i:end], mean[:], m.x[i*m.shared:], m.shared)
			k.addSquares(&s.tss, r, bits, ws, weights)
		}
	}
}

// put writes the results of the count pixels in lanes that begin with pixel from.
func (s *ModelScratch) put(k Kernel, dst Fits, f *modelFactor, from, count int) {
	put := func(to []float64, v *modelVector) {
		if to != nil {
			copy(to[from:from+count], v[:])
		}
	}
	for p, ref := range s.ref {
		s.coef[0][p] += ref
	}
	if dst.RSS != nil || dst.TSS != nil {
		for p, pivot := range f.pivot {
			if pivot == 0 {
				s.rss[p], s.tss[p] = math.NaN(), math.NaN()
			}
		}
	}
	put(dst.N, &f.n)
	put(dst.RSS, &s.rss)
	put(dst.TSS, &s.tss)
	put(dst.Pivot, &f.pivot)
	for j, to := range dst.Coef {
		put(to, &s.coef[j])
	}
	var sum modelVector
	for j, to := range dst.Var {
		if to != nil {
			f.covariance(k, &sum, j, j, s.columns)
			put(to, &sum)
		}
	}
	for r := 1; r < s.columns && dst.Cov != nil; r++ {
		for c := range r {
			if to := dst.Cov[r*(r-1)/2+c]; to != nil {
				f.covariance(k, &sum, r, c, s.columns)
				put(to, &sum)
			}
		}
	}
}
