package kernel

import (
	"math"
	"math/bits"
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

// stageGeneric stages the count pixels of t that begin with pixel from. A bit of keep is clear if
// the observation of its lane does not count.
func (s *ModelScratch) stageGeneric(t Tile, m Model, l limits, keep []uint32, from, count int) {
	var seen, gaps uint32
	for i := range s.d {
		d := &s.d[i]
		observed := keep[i] & widenRow(d, t, l, i, from, count)
		for first := observed &^ seen; first != 0; first &= first - 1 {
			p := bits.TrailingZeros32(first)
			s.ref[p] = d[p]
		}
		seen |= observed
		gaps |= observed ^ keep[i]
		s.bits[i] = observed
		for p := range d {
			if observed>>p&1 == 0 {
				d[p] = 0
			} else {
				d[p] -= s.ref[p]
			}
		}
	}
	s.whole = gaps == 0
	s.findRows(m)
}

// findRows finds from the bits where the row of each lane begins in each table.
func (s *ModelScratch) findRows(m Model) {
	for table := range s.index {
		s.findRow(m, table)
	}
}

// findRow finds where the row of each lane begins in one table.
func (s *ModelScratch) findRow(m Model, table int) {
	row, index := uint16(m.width*8), &s.index[table]
	*index = [modelLanes]uint16{}
	first := table * tableDates
	for i, observed := range s.bits[first:min(first+tableDates, len(s.bits))] {
		for p := range index {
			index[p] += uint16(observed>>p&1) << i * row
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
	s.widenRasters(m, x, from, count)
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

// addTablesGeneric implements Kernel.addTables. n follows the products in f.g.
func addTablesGeneric(f *modelFactor, m Model, index [][modelLanes]uint16) {
	n := pairs(m.shared)
	for p := range modelLanes {
		var sums [maxPairs + 1]float64
		for table := range index {
			row := m.tables[table*tableRows*m.width+int(index[table][p]/8):][:n+1]
			for q, x := range row {
				sums[q] += x
			}
		}
		for q := range n + 1 {
			f.g[q][p] = sums[q]
		}
	}
}

// addDotsGeneric implements Kernel.addDots.
func addDotsGeneric(out, in []modelVector, numbers []float64, stride int) {
	for i := range in {
		for j, x := range numbers[i*stride:][:len(out)] {
			sum := &out[j]
			for p, v := range in[i] {
				sum[p] = math.FMA(x, v, sum[p])
			}
		}
	}
}

// residualsGeneric implements Kernel.residuals.
func residualsGeneric(out, in, rows []modelVector, numbers []float64, stride int) {
	for i := range in {
		r := &out[i]
		*r = in[i]
		for j, x := range numbers[i*stride:][:len(rows)] {
			for p, v := range rows[j] {
				r[p] = math.FMA(-x, v, r[p])
			}
		}
	}
}

// addSquaresGeneric implements Kernel.addSquares.
func addSquaresGeneric(sum *modelVector, r []modelVector, bits []uint32, w []modelVector, weights []float64) {
	weight := 1.0
	for i := range r {
		if weights != nil {
			weight = weights[i]
		}
		for p, r := range r[i] {
			if w != nil {
				weight = w[i][p]
			}
			if bits[i]>>p&1 != 0 {
				sum[p] = math.FMA(weight*r, r, sum[p])
			}
		}
	}
}

// totalsGeneric implements Kernel.totals.
func totalsGeneric(total *modelVector, out, r []modelVector, bits []uint32, mark bool) {
	for i := range r {
		for p := range total {
			if bits[i]>>p&1 != 0 {
				total[p] += r[i][p]
			} else if mark {
				r[i][p] = math.Inf(1)
			}
		}
		out[i] = *total
	}
}

// factorGeneric implements modelFactor.factor.
func (f *modelFactor) factorGeneric(columns int) {
	for c := range columns {
		diagonal := &f.g[pair(c, c)]
		d := *diagonal
		for k := range c {
			subtractProduct(&d, &f.l[pair(c, k)], &f.l[pair(c, k)])
		}
		for p := range d {
			if c == 0 || !(d[p]*f.size[p] >= f.pivot[p]*diagonal[p]) {
				f.pivot[p], f.size[p] = d[p], diagonal[p]
			}
			f.scale[c][p] = 1 / math.Sqrt(d[p])
		}
		for r := c + 1; r < columns; r++ {
			v := &f.l[pair(r, c)]
			*v = f.g[pair(r, c)]
			for k := range c {
				subtractProduct(v, &f.l[pair(r, k)], &f.l[pair(c, k)])
			}
			for p := range v {
				v[p] *= f.scale[c][p]
			}
		}
	}
	for p := range f.pivot {
		f.pivot[p] /= f.size[p]
	}
}

// subtractProduct subtracts a·b from v.
func subtractProduct(v, a, b *modelVector) {
	for p := range v {
		v[p] = math.FMA(-a[p], b[p], v[p])
	}
}

// solveGeneric implements modelFactor.solve.
func (f *modelFactor) solveGeneric(b, h []modelVector) {
	copy(b, h)
	for c := range b {
		for k := range c {
			subtractProduct(&b[c], &f.l[pair(c, k)], &b[k])
		}
		for p := range b[c] {
			b[c][p] *= f.scale[c][p]
		}
	}
	for c := len(b) - 1; c >= 0; c-- {
		for k := c + 1; k < len(b); k++ {
			subtractProduct(&b[c], &f.l[pair(k, c)], &b[k])
		}
		for p := range b[c] {
			b[c][p] *= f.scale[c][p]
		}
	}
}

// invertGeneric implements modelFactor.invert.
func (f *modelFactor) invertGeneric(columns int) {
	for c := range columns {
		f.inverse[pair(c, c)] = f.scale[c]
		for r := c + 1; r < columns; r++ {
			v := &f.inverse[pair(r, c)]
			*v = modelVector{}
			for k := c; k < r; k++ {
				subtractProduct(v, &f.l[pair(r, k)], &f.inverse[pair(k, c)])
			}
			for p := range v {
				v[p] *= f.scale[r][p]
			}
		}
	}
}

// covarianceGeneric implements modelFactor.covariance.
func (f *modelFactor) covarianceGeneric(sum *modelVector, r, c, columns int) {
	*sum = modelVector{}
	for k := r; k < columns; k++ {
		a, b := &f.inverse[pair(k, r)], &f.inverse[pair(k, c)]
		for p := range sum {
			sum[p] = math.FMA(a[p], b[p], sum[p])
		}
	}
}
