package kernel

import (
	"math"
	"math/bits"
	"unsafe"
)

// widenRow writes the samples of the count pixels of date i that begin with pixel from into the
// first lanes of dst, and returns the bits of those that are observations. It writes any number
// into lanes with gaps.
func widenRow(dst *modelVector, t Tile, l limits, i, from, count int) uint32 {
	switch t.Type {
	case Uint8:
		return widenRowOf[uint8](dst, t, l, i, from, count)
	case Int8:
		return widenRowOf[int8](dst, t, l, i, from, count)
	case Uint16:
		return widenRowOf[uint16](dst, t, l, i, from, count)
	case Int16:
		return widenRowOf[int16](dst, t, l, i, from, count)
	case Uint32:
		return widenRowOf[uint32](dst, t, l, i, from, count)
	case Int32:
		return widenRowOf[int32](dst, t, l, i, from, count)
	case Float32:
		return widenRowOf[float32](dst, t, l, i, from, count)
	}
	return widenRowOf[float64](dst, t, l, i, from, count)
}

func widenRowOf[T Sample](dst *modelVector, t Tile, l limits, i, from, count int) (observed uint32) {
	mask := t.maskAt(i, from)
	for p, sample := range Row[T](t, i, from, from+count) {
		y := float64(sample)
		dst[p] = y
		if l.observation(y) && t.Mask.observed(mask+p) {
			observed |= 1 << p
		}
	}
	return observed
}

// stage puts the count pixels of t that begin with pixel from into the lanes.
func (s *ModelScratch) stage(t Tile, m Model, v Valid, x *Extra, from, count int) {
	keep := m.keep
	if x.Weights != nil || m.rasters > 0 {
		s.stageOwn(m, x, from, count)
		keep = s.keep
	}
	l := v.lower(t.Type)
	var seen uint32
	s.ref = modelVector{}
	for i := range s.d {
		d := &s.d[i]
		observed := keep[i] & widenRow(d, t, l, i, from, count)
		for first := observed &^ seen; first != 0; first &= first - 1 {
			p := bits.TrailingZeros32(first)
			s.ref[p] = d[p]
		}
		seen |= observed
		s.bits[i] = observed
		for p := range d {
			if observed>>p&1 == 0 {
				d[p] = 0
			} else {
				d[p] -= s.ref[p]
			}
		}
	}
	s.stageIndex(m)
	if x.Weights != nil || m.rasters > 0 {
		s.removeGaps(m)
	}
}

// stageIndex finds the row of each table for each lane, and whether all lanes have no gap.
func (s *ModelScratch) stageIndex(m Model) {
	s.whole = true
	row := uint16(m.width) * uint16(unsafe.Sizeof(m.tables[0]))
	clear(s.index)
	for i, observed := range s.bits {
		s.whole = s.whole && observed == m.keep[i]
		index := &s.index[i/tableDates]
		for p := range index {
			index[p] += uint16(observed>>p&1) << (i % tableDates) * row
		}
	}
}

// stageOwn stages weights and rasters per pixel, and finds which observations they keep.
func (s *ModelScratch) stageOwn(m Model, x *Extra, from, count int) {
	copy(s.keep, m.keep)
	for i := range s.w {
		w := &s.w[i]
		for p := range w {
			w[p] = m.weight(i)
		}
		if x.Weights == nil {
			continue
		}
		for p, own := range x.Weights[i*x.Stride:][from : from+count] {
			if !(own > 0) || math.IsInf(own, 0) {
				s.keep[i] &^= 1 << p
			}
			w[p] *= own
		}
	}
	for j, r := range x.Rasters {
		l := r.Valid.lower(r.Tile.Type)
		for i := range m.dates {
			s.keep[i] &= widenRow(&s.x[j*m.dates+i], r.Tile, l, i, from, count)
		}
	}
}

// removeGaps sets the weights and rasters of gaps to 0.
func (s *ModelScratch) removeGaps(m Model) {
	for i, observed := range s.bits {
		for p := range modelLanes {
			if observed>>p&1 != 0 {
				continue
			}
			s.w[i][p] = 0
			for j := range m.rasters {
				s.x[j*m.dates+i][p] = 0
			}
		}
	}
}

// count counts the observations of the lanes.
func (s *ModelScratch) count(n *modelVector) {
	clear(n[:])
	for _, b := range s.bits {
		for ; b != 0; b &= b - 1 {
			n[bits.TrailingZeros32(b)]++
		}
	}
}

// gram computes XᵀWX of the lanes.
func (s *ModelScratch) gram(m Model, f *modelFactor, own bool) {
	switch {
	case m.rasters > 0:
		s.gramRasters(m, f)
	case own:
		s.gramWeights(m, f)
	default:
		s.gramTables(m, f)
	}
	f.first = f.g[0]
}

func (s *ModelScratch) gramTables(m Model, f *modelFactor) {
	n := pairs(s.columns)
	for p := range modelLanes {
		var sums [maxPairs + 1]float64
		for table := range s.index {
			row := m.tables[table*tableRows*m.width+int(s.index[table][p]/8):][:n+1]
			for q, x := range row {
				sums[q] += x
			}
		}
		for q := range n {
			f.g[q][p] = sums[q]
		}
		f.n[p] = sums[n]
	}
}

func (s *ModelScratch) gramWeights(m Model, f *modelFactor) {
	n := pairs(s.columns)
	clear(f.g[:n])
	for i := range s.w {
		for q, x := range m.products[i*n:][:n] {
			addProduct(&f.g[q], x, &s.w[i])
		}
	}
	s.count(&f.n)
}

// addProduct adds x·v to sum.
func addProduct(sum *modelVector, x float64, v *modelVector) {
	for p := range sum {
		sum[p] = math.FMA(x, v[p], sum[p])
	}
}

// column writes column j of date i into dst.
func (s *ModelScratch) column(dst *modelVector, m Model, i, j int) {
	if j >= m.shared {
		*dst = s.x[(j-m.shared)*m.dates+i]
		return
	}
	for p := range dst {
		dst[p] = m.x[i*m.shared+j]
	}
}

func (s *ModelScratch) gramRasters(m Model, f *modelFactor) {
	clear(f.g[:pairs(s.columns)])
	var x [MaxColumns]modelVector
	for i := range s.w {
		for r := range s.columns {
			s.column(&x[r], m, i, r)
			for c := range r + 1 {
				g := &f.g[pair(r, c)]
				for p := range g {
					g[p] = math.FMA(s.w[i][p]*x[r][p], x[c][p], g[p])
				}
			}
		}
	}
	s.count(&f.n)
}

// dots computes XᵀWy of the lanes.
func (s *ModelScratch) dots(m Model, own bool) {
	clear(s.h[:s.columns])
	for i := range s.d {
		if !own {
			for j, x := range m.xw[i*m.shared:][:m.shared] {
				addProduct(&s.h[j], x, &s.d[i])
			}
			continue
		}
		var x, wd modelVector
		for p := range wd {
			wd[p] = s.w[i][p] * s.d[i][p]
		}
		for j := range s.columns {
			s.column(&x, m, i, j)
			for p := range x {
				s.h[j][p] = math.FMA(x[p], wd[p], s.h[j][p])
			}
		}
	}
}

// residual computes the residuals of date i.
func (s *ModelScratch) residual(r *modelVector, m Model, i int) {
	*r = s.d[i]
	for j, x := range m.x[i*m.shared:][:m.shared] {
		b := &s.coef[j]
		for p := range r {
			r[p] = math.FMA(-x, b[p], r[p])
		}
	}
	for j := range m.rasters {
		x, b := &s.x[j*m.dates+i], &s.coef[m.shared+j]
		for p := range r {
			r[p] = math.FMA(-x[p], b[p], r[p])
		}
	}
}

// addSquares adds w·r² of the observations of date i to sum.
func (s *ModelScratch) addSquares(sum, r *modelVector, m Model, i int, own bool) {
	w := m.weight(i)
	for p := range sum {
		if own {
			w = s.w[i][p]
		}
		if s.bits[i]>>p&1 != 0 {
			sum[p] = math.FMA(w*r[p], r[p], sum[p])
		}
	}
}

// residuals computes Σ w·r², the squares of the residuals of the lanes.
func (s *ModelScratch) residuals(m Model, own bool) {
	var r modelVector
	s.rss = modelVector{}
	for i := range s.d {
		s.residual(&r, m, i)
		s.addSquares(&s.rss, &r, m, i, own)
	}
}

// deviations computes Σ w·(y − mean)².
func (s *ModelScratch) deviations(m Model, f *modelFactor, own bool) {
	var mean, r modelVector
	for p := range mean {
		mean[p] = s.h[0][p] / f.first[p]
	}
	s.tss = modelVector{}
	for i := range s.d {
		for p := range r {
			r[p] = s.d[i][p] - mean[p]
		}
		s.addSquares(&s.tss, &r, m, i, own)
	}
}

// factor replaces XᵀWX by L of LLᵀ.
func (f *modelFactor) factor(columns int) {
	var d modelVector
	for c := range columns {
		diagonal := &f.g[pair(c, c)]
		d = *diagonal
		for k := range c {
			subtractProduct(&d, &f.g[pair(c, k)], &f.g[pair(c, k)])
		}
		for p := range d {
			ratio := d[p] / diagonal[p]
			if c == 0 || !(ratio >= f.pivot[p]) {
				f.pivot[p] = ratio
			}
			f.scale[c][p] = 1 / math.Sqrt(d[p])
		}
		for r := c + 1; r < columns; r++ {
			v := &f.g[pair(r, c)]
			for k := range c {
				subtractProduct(v, &f.g[pair(r, k)], &f.g[pair(c, k)])
			}
			for p := range v {
				v[p] *= f.scale[c][p]
			}
		}
	}
}

// subtractProduct subtracts a·b from v.
func subtractProduct(v, a, b *modelVector) {
	for p := range v {
		v[p] = math.FMA(-a[p], b[p], v[p])
	}
}

// solve computes the coefficients from XᵀWy by substitution.
func (f *modelFactor) solve(b, h *[MaxColumns]modelVector, columns int) {
	for c := range columns {
		b[c] = h[c]
		for k := range c {
			subtractProduct(&b[c], &f.g[pair(c, k)], &b[k])
		}
		for p := range b[c] {
			b[c][p] *= f.scale[c][p]
		}
	}
	for c := columns - 1; c >= 0; c-- {
		for k := c + 1; k < columns; k++ {
			subtractProduct(&b[c], &f.g[pair(k, c)], &b[k])
		}
		for p := range b[c] {
			b[c][p] *= f.scale[c][p]
		}
	}
}

// invert computes L⁻¹.
func (f *modelFactor) invert(columns int) {
	for c := range columns {
		f.inverse[pair(c, c)] = f.scale[c]
		for r := c + 1; r < columns; r++ {
			v := &f.inverse[pair(r, c)]
			*v = modelVector{}
			for k := c; k < r; k++ {
				subtractProduct(v, &f.g[pair(r, k)], &f.inverse[pair(k, c)])
			}
			for p := range v {
				v[p] *= f.scale[r][p]
			}
		}
	}
}

// covariance writes the element (r, c) of (XᵀWX)⁻¹ = L⁻ᵀL⁻¹ into sum, c ≤ r.
func (f *modelFactor) covariance(sum *modelVector, r, c, columns int) {
	*sum = modelVector{}
	for k := r; k < columns; k++ {
		a, b := &f.inverse[pair(k, r)], &f.inverse[pair(k, c)]
		for p := range sum {
			sum[p] = math.FMA(a[p], b[p], sum[p])
		}
	}
}
