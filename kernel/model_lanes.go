package kernel

import "unsafe"

// modelParams is the argument of the bodies of models, which take the offsets of its fields from
// go_asm.h. model_amd64.h says what each body does with them.
type modelParams struct {
	out, in, rows, scale *modelVector
	pivot, size          *modelVector
	numbers              *float64
	stride               int // bytes from the numbers of one date to those of the next
	dates                int
	count                int
	end                  int // of rows, in bytes; or registers of products
	bits                 *uint32
	index                *[modelLanes]uint16
	w                    *modelVector
}

// modelBody identifies one of the bodies in assembly.
type modelBody uint8

const (
	modelIndexBody modelBody = iota // not for AVX-512, where stage does it
	modelGramBody
	modelDotsBody
	modelResidualsBody
	modelSquaresBody
	modelFactorBody
	modelSolveBody
	modelInvertBody
	modelCovarianceBody
)

// modelRow is the size of a modelVector in bytes.
const modelRow = modelLanes * 8

// modelDates is the number of dates of which one call works on all columns, so that their vectors
// stay in the L1 cache.
const modelDates = 32

// stage puts the count pixels of t that begin with pixel from into the lanes. It returns their
// weights if they have weights or rasters of their own.
func (s *ModelScratch) stage(k Kernel, t Tile, m Model, v Valid, x *Extra, from, count int) (w []modelVector) {
	keep := m.keep
	if x.Weights != nil || m.rasters > 0 {
		s.stageOwn(m, x, from, count)
		keep, w = s.keep, s.w
	}
	s.ref = modelVector{}
	if k.has(stageBody, t.Type) && count == modelLanes && m.dates > 0 {
		s.stageBody(k, t, m, v, keep, from)
	} else {
		s.stageGeneric(t, m, v.lower(t.Type), keep, from, count)
	}
	if w != nil {
		s.removeGaps(m)
	}
	return w
}

// stageBody is stageGeneric for all lanes.
func (s *ModelScratch) stageBody(k Kernel, t Tile, m Model, v Valid, keep []uint32, from int) {
	const most = maxCallSamples / modelLanes / tableDates * tableDates
	p := lower(t, Axis{Tau: m.x}, v)
	p.src, p.mask = start(t, from)
	p.refs, p.row = &s.ref, m.width*8
	for date := 0; date < m.dates; date += most {
		p.dates = min(most, m.dates-date)
		p.keep, p.bits, p.d, p.index = &keep[date], &s.bits[date], &s.d[date], &s.index[date/tableDates]
		k.call(stageBody, t.Type, &p)
		p.src = unsafe.Add(p.src, p.dates*p.stride)
		if p.mask != nil {
			p.mask = unsafe.Add(p.mask, p.dates*p.maskStride)
		}
	}
	s.whole = p.gaps == 0
	if k.isa == AVX2 && m.tables != nil {
		p := modelParams{bits: &s.bits[0], index: &s.index[0], dates: m.dates, stride: m.width * 8}
		k.callModel(modelIndexBody, &p)
	}
}

// addTables computes XᵀWX and n of the lanes from tables.
func (k Kernel) addTables(f *modelFactor, m Model, index [][modelLanes]uint16) {
	n := pairs(m.shared)
	if !k.hasModels() || len(index) == 0 {
		addTablesGeneric(f, m, index)
	} else {
		row := m.width * 8
		p := modelParams{out: &f.g[0], numbers: &m.tables[0], stride: row * tableRows,
			end: row / 64, index: &index[0], count: len(index)}
		k.callModel(modelGramBody, &p)
	}
	f.n = f.g[n]
}

// addDots computes the sum over dates of numbers[date*stride+j]·in[date] for every vector of out.
func (k Kernel) addDots(out, in []modelVector, numbers []float64, stride int) {
	clear(out)
	if !k.hasModels() {
		addDotsGeneric(out, in, numbers, stride)
		return
	}
	p := modelParams{out: &out[0], count: len(out), stride: stride * 8}
	for date := 0; date < len(in); date += modelDates {
		p.in, p.numbers = &in[date], &numbers[date*stride]
		p.dates = min(modelDates, len(in)-date)
		k.callModel(modelDotsBody, &p)
	}
}

// residuals computes in[date] − the sum of numbers[date*stride+j]·rows[j] for every date.
func (k Kernel) residuals(out, in, rows []modelVector, numbers []float64, stride int) {
	if !k.hasModels() {
		residualsGeneric(out, in, rows, numbers, stride)
		return
	}
	p := modelParams{rows: &rows[0], count: len(rows), stride: stride * 8}
	for date := 0; date < len(in); date += modelDates {
		p.out, p.in, p.numbers = &out[date], &in[date], &numbers[date*stride]
		p.dates = min(modelDates, len(in)-date)
		k.callModel(modelResidualsBody, &p)
	}
}

// addSquares adds w·r² of observations, of which bits has a bit set, to sum. w is a vector per date,
// or else weights a number per date, or else all are 1.
func (k Kernel) addSquares(sum *modelVector, r []modelVector, bits []uint32, w []modelVector, weights []float64) {
	if !k.hasModels() {
		addSquaresGeneric(sum, r, bits, w, weights)
		return
	}
	p := modelParams{out: sum, in: &r[0], bits: &bits[0], dates: len(r)}
	switch {
	case w != nil:
		p.w = &w[0]
	case weights != nil:
		p.numbers = &weights[0]
	}
	k.callModel(modelSquaresBody, &p)
}

// factor replaces XᵀWX by L of LLᵀ.
func (f *modelFactor) factor(k Kernel, columns int) {
	if !k.hasModels() {
		f.factorGeneric(columns)
		return
	}
	p := modelParams{rows: &f.g[0], scale: &f.scale[0], pivot: &f.pivot, size: &f.size, end: columns * modelRow}
	k.callModel(modelFactorBody, &p)
}

// solve computes the coefficients from XᵀWy by substitution.
func (f *modelFactor) solve(k Kernel, b, h []modelVector) {
	if !k.hasModels() {
		f.solveGeneric(b, h)
		return
	}
	p := modelParams{out: &b[0], in: &h[0], rows: &f.g[0], scale: &f.scale[0], end: len(b) * modelRow}
	k.callModel(modelSolveBody, &p)
}

// invert computes L⁻¹.
func (f *modelFactor) invert(k Kernel, columns int) {
	if !k.hasModels() {
		f.invertGeneric(columns)
		return
	}
	p := modelParams{out: &f.inverse[0], rows: &f.g[0], scale: &f.scale[0], end: columns * modelRow}
	k.callModel(modelInvertBody, &p)
}

// covariance writes the element (r, c) of (XᵀWX)⁻¹ = L⁻ᵀL⁻¹ into sum, c ≤ r.
func (f *modelFactor) covariance(k Kernel, sum *modelVector, r, c, columns int) {
	if !k.hasModels() {
		f.covarianceGeneric(sum, r, c, columns)
		return
	}
	p := modelParams{out: sum, in: &f.inverse[pair(r, r)], rows: &f.inverse[pair(r, c)],
		stride: (r + 1) * modelRow, count: columns - r}
	k.callModel(modelCovarianceBody, &p)
}
