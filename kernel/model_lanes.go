package kernel

import "unsafe"

// modelParams is the argument of the bodies of models, which take the offsets of its fields from
// go_asm.h. model_amd64.h says what each body does with them.
type modelParams struct {
	out, out2, in, in2, in3  *modelVector
	rows, scale, pivot, size *modelVector
	numbers                  *float64
	stride                   int // bytes from the numbers of one date to those of the next
	dates                    int // or tables
	resume                   int // 0: sums begin with 0
	count                    int // of rows, or registers of products
	end                      int // of rows, in bytes
	bits                     *uint32
	index                    *[modelLanes]uint16
	w                        *modelVector

	counts, starts, windows, found *[modelLanes]int
}

// modelBody identifies one of the bodies in assembly.
type modelBody uint8

const (
	modelIndexBody modelBody = iota // not for AVX-512, where stage does it
	modelGramBody
	modelTurnBody
	modelDotsBody
	modelResidualsBody
	modelSquaresBody
	modelTotalsBody
	modelPackBody   // for AVX-512 alone
	modelMovingBody // for AVX-512 alone
	modelFactorBody
	modelSolveBody
	modelInvertBody
	modelCovarianceBody
	modelErrorsBody
	modelHuberBody
	modelBisquareBody
	modelCountBody
	modelHuberSpreadBody
	modelBisquareSpreadBody
)

// modelRow is the size of a modelVector in bytes.
const modelRow = modelLanes * 8

// modelDates is the number of dates of which one call works on all columns, so that their vectors
// stay in the L1 cache.
const modelDates = 32

// stage puts the count pixels of t that begin with pixel from into the lanes. p is of
// lowerModel. It returns the weights of the pixels if they have weights or rasters of their own.
func (s *ModelScratch) stage(k Kernel, p *params, t Tile, m Model, v Valid, x *Extra, from, count int) (w []modelVector) {
	keep := m.keep
	if x.Weights != nil || m.rasters > 0 {
		s.stageOwn(m, x, from, count)
		keep, w = s.keep, s.w
	}
	s.ref = modelVector{}
	if k.has(stageBody, t.Type) && count == modelLanes && m.dates > 0 {
		s.stageBody(k, p, t, m, keep, from)
	} else {
		s.stageGeneric(t, m, v.lower(t.Type), keep, from, count)
	}
	if w != nil {
		s.removeGaps(m)
	}
	return w
}

// lowerModel returns the params that all calls of stageBody on a tile share.
func lowerModel(t Tile, m Model, v Valid) (p params) {
	if t.Dates > 0 {
		p = lower(t, Axis{Tau: m.x}, v)
		p.row = m.width * 8
	}
	return p
}

// stageBody is stageGeneric for all lanes.
func (s *ModelScratch) stageBody(k Kernel, p *params, t Tile, m Model, keep []uint32, from int) {
	const most = maxCallSamples / modelLanes / tableDates * tableDates
	p.refs, p.seen, p.gaps = &s.ref, 0, 0
	for date := 0; date < m.dates; date += most {
		p.src = unsafe.Pointer(&t.Data[t.at(date, from)*t.Type.Size()])
		if t.Mask.Data != nil {
			p.mask = unsafe.Pointer(&t.Mask.Data[t.Mask.bytes(t.maskAt(date, from))])
		}
		p.dates = min(most, m.dates-date)
		p.keep, p.bits, p.d, p.index = &keep[date], &s.bits[date], &s.d[date], &s.index[date/tableDates]
		k.call(stageBody, t.Type, p)
		if k.isa == AVX2 && m.tables != nil {
			k.callModel(modelIndexBody, &modelParams{bits: p.bits, index: p.index, dates: p.dates, stride: p.row})
		}
	}
	s.whole = p.gaps == 0
}

// callDates limits the dates of one call of the bodies that take all, which keeps it below 100 µs.
const callDates = 4096

// tableBytes is the size of the tables that one call adds for all pixels, so that rows stay in the L1
// cache.
const tableBytes = 28 << 10

// addTables computes XᵀWX and n of the lanes from tables.
func (s *ModelScratch) addTables(k Kernel, f *modelFactor, m Model) {
	if !k.hasModels() || len(s.index) == 0 {
		addTablesGeneric(f, m, s.index)
	} else {
		row := m.width * 8
		size := row * tableRows
		most := max(1, tableBytes/size)
		sums := (*modelVector)(unsafe.Pointer(&s.sums))
		p := modelParams{out: sums, stride: size, count: row / 64}
		for table := 0; table < len(s.index); table += most {
			p.numbers, p.index = &m.tables[table*size/8], &s.index[table]
			p.dates, p.resume = min(most, len(s.index)-table), table
			k.callModel(modelGramBody, &p)
		}
		p = modelParams{out: &f.g[0], in: sums, count: row / 64}
		k.callModel(modelTurnBody, &p)
	}
	f.n = f.g[pairs(m.shared)]
}

// addDots adds the sum over dates of numbers[date*stride+j]·in[date] to every vector of out.
func (k Kernel) addDots(out, in []modelVector, numbers []float64, stride int) {
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

// totals adds the observations of r, of which bits has a bit set, to total in date order: out[date] is
// their sum up to that date. With mark, gaps of r become infinity.
func (k Kernel) totals(total *modelVector, out, r []modelVector, bits []uint32, mark bool) {
	if !k.hasModels() {
		totalsGeneric(total, out, r, bits, mark)
		return
	}
	p := modelParams{rows: total, out: &out[0], in: &r[0], bits: &bits[0], dates: len(r)}
	if mark {
		p.count = 1
	}
	k.callModel(modelTotalsBody, &p)
}

// factor computes L of LLᵀ = XᵀWX.
func (f *modelFactor) factor(k Kernel, columns int) {
	if !k.hasModels() {
		f.factorGeneric(columns)
		return
	}
	p := modelParams{rows: &f.l[0], scale: &f.scale[0], pivot: &f.pivot, size: &f.size, end: columns * modelRow}
	k.callModel(modelFactorBody, &p)
}

// solve computes the coefficients from XᵀWy by substitution.
func (f *modelFactor) solve(k Kernel, b, h []modelVector) {
	if !k.hasModels() {
		f.solveGeneric(b, h)
		return
	}
	p := modelParams{out: &b[0], in: &h[0], rows: &f.l[0], scale: &f.scale[0], end: len(b) * modelRow}
	k.callModel(modelSolveBody, &p)
}

// invert computes L⁻¹.
func (f *modelFactor) invert(k Kernel, columns int) {
	if !k.hasModels() {
		f.invertGeneric(columns)
		return
	}
	p := modelParams{out: &f.inverse[0], rows: &f.l[0], scale: &f.scale[0], end: columns * modelRow}
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

// errors computes the errors e of some dates, residuals r times the roots of weights, which are 0 in
// gaps, and their absolute values, which are infinite in gaps. It adds (e − last)² to change and last²
// to size.
func (k Kernel) errors(e, absolute, r, root, last []modelVector, change, size *modelVector) {
	if !k.hasModels() {
		errorsGeneric(e, absolute, r, root, last, change, size)
		return
	}
	p := modelParams{out: &e[0], out2: &absolute[0], in: &r[0], in2: &root[0], in3: &last[0],
		rows: change, scale: size, dates: len(e)}
	k.callModel(modelErrorsBody, &p)
}

// reweigh computes the weights v of some dates, those of psi for errors e times w, and v·d. See
// Psi.limit for limit.
func (k Kernel) reweigh(psi Psi, v, vd, e, w, d []modelVector, limit *modelVector) {
	if !k.hasModels() {
		reweighGeneric(psi, v, vd, e, w, d, limit)
		return
	}
	p := modelParams{out: &v[0], out2: &vd[0], in: &e[0], in2: &w[0], in3: &d[0], rows: limit, dates: len(e)}
	if psi == Huber {
		k.callModel(modelHuberBody, &p)
	} else {
		k.callModel(modelBisquareBody, &p)
	}
}

// spreads computes the sums over dates of psi², slope and slope² of the errors e, whose absolute
// values are infinite in gaps. With Huber's weights, slopes are 0 or 1, and the last sum is not set.
func (k Kernel) spreads(psi Psi, out *[3]modelVector, e, absolute []modelVector, limit *modelVector) {
	if !k.hasModels() {
		spreadsGeneric(psi, out, e, absolute, limit)
		return
	}
	b := modelHuberSpreadBody
	if psi == Bisquare {
		b = modelBisquareSpreadBody
	}
	*out = [3]modelVector{}
	p := modelParams{out: &out[0], rows: limit}
	for date := 0; date < len(e); date += callDates {
		p.in, p.in2, p.dates = &e[date], &absolute[date], min(callDates, len(e)-date)
		k.callModel(b, &p)
	}
}

// countLess counts at how many dates in is less than limit. It returns the greatest of these numbers,
// or −infinity, and the least of the others, or infinity.
func (k Kernel) countLess(n *modelVector, ends *[2]modelVector, in []modelVector, limit *modelVector) {
	p := modelParams{out: n, out2: &ends[0], in: &in[0], rows: limit, dates: min(callDates, len(in))}
	k.callModel(modelCountBody, &p)
	if len(in) <= callDates {
		return
	}
	var moreN modelVector
	var more [2]modelVector
	k.countLess(&moreN, &more, in[callDates:], limit)
	for i := range n {
		n[i] += moreN[i]
		ends[0][i], ends[1][i] = max(ends[0][i], more[0][i]), min(ends[1][i], more[1][i])
	}
}
