package kernel

import "math"

// Columns that every pixel has of its own, and the steps that use them. There is no assembly for
// these, because such columns are rare.

// widenRasters stages the rasters of the count pixels that begin with pixel from, and clears the
// bits of their gaps in s.keep.
func (s *ModelScratch) widenRasters(m Model, x *Extra, from, count int) {
	for j, r := range x.Rasters {
		l := r.Valid.lower(r.Tile.Type)
		for i := range m.dates {
			s.keep[i] &= widenRow(&s.x[j*m.dates+i], r.Tile, l, i, from, count)
		}
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

// gramRasters computes XᵀWX of the lanes.
func (s *ModelScratch) gramRasters(m Model, f *modelFactor, w []modelVector) {
	clear(f.g[:pairs(s.columns)])
	var x [MaxColumns]modelVector
	for i := range w {
		for r := range s.columns {
			s.column(&x[r], m, i, r)
			for c := range r + 1 {
				g := &f.g[pair(r, c)]
				for p := range g {
					g[p] = math.FMA(w[i][p]*x[r][p], x[c][p], g[p])
				}
			}
		}
	}
}

// dotsRasters computes the elements of XᵀWy that belong to rasters.
func (s *ModelScratch) dotsRasters(m Model, wd []modelVector) {
	for j := range m.rasters {
		h, x := &s.h[m.shared+j], s.x[j*m.dates:]
		*h = modelVector{}
		for i := range wd {
			for p := range h {
				h[p] = math.FMA(x[i][p], wd[i][p], h[p])
			}
		}
	}
}

// residualsRasters subtracts the parts of rasters from the residuals of the dates that begin with
// number first.
func (s *ModelScratch) residualsRasters(r []modelVector, m Model, first int) {
	for j := range m.rasters {
		b, x := &s.coef[m.shared+j], s.x[j*m.dates+first:]
		for i := range r {
			for p := range b {
				r[i][p] = math.FMA(-x[i][p], b[p], r[i][p])
			}
		}
	}
}
