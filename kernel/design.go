package kernel

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/race"
)

// maxRows is the maximum number of coefficients per pass.
const maxRows = 8

// Design holds up to 8 linear functions of a series for [Kernel.Coefficients]. They can be the rows
// of a pseudo-inverse, which give the coefficients of a polynomial or of harmonics, or any other
// weights.
type Design struct {
	rows  int
	dates int
	by    []float64 // date after date, the numbers of 4 or 8 rows; zeros for rows beyond the last
	sums  [maxRows]float64
}

// NewDesign returns the design of 1 to 8 rows of equal length, with one finite number per date. It
// panics if the rows do not have this shape. The rows are copied.
func NewDesign(rows ...[]float64) Design {
	if len(rows) == 0 || len(rows) > maxRows {
		panic(fmt.Sprintf("kernel: design of %d rows, not of 1 to %d", len(rows), maxRows))
	}
	d := Design{rows: len(rows), dates: len(rows[0])}
	width := d.width()
	d.by = make([]float64, d.dates*width)
	for j, row := range rows {
		if len(row) != d.dates {
			panic(fmt.Sprintf("kernel: row %d of a design has %d numbers, row 0 has %d", j, len(row), d.dates))
		}
		for i, c := range row {
			if math.IsNaN(c) || math.IsInf(c, 0) {
				panic(fmt.Sprintf("kernel: number %d of row %d of a design is %v", i, j, c))
			}
			d.by[i*width+j] = c
		}
		d.sums[j] = sum(row)
	}
	return d
}

// width returns how many rows the body computes.
func (d Design) width() int {
	if d.rows <= 4 {
		return 4
	}
	return 8
}

// sum adds xs and carries the rounding errors along (Neumaier, Zeitschrift für Angewandte
// Mathematik und Mechanik 54, 1974), so that numbers that should cancel do.
func sum(xs []float64) float64 {
	var s, lost float64
	for _, x := range xs {
		t := s + x
		if math.Abs(s) >= math.Abs(x) {
			lost += (s - t) + x
		} else {
			lost += (x - t) + s
		}
		s = t
	}
	return s + lost
}

// Coefficients writes Σ cᵢ·yᵢ of every pixel of t into dst[j], where c are the numbers of row j of
// the design. A pixel that has a gap gets NaN. The sum is computed as Σ cᵢ·(yᵢ − y₀) + y₀·Σ cᵢ, so
// that a common offset does not cost digits, by fused multiply-adds in the order of the dates. The
// bits are the same on every ISA.
//
// It panics before it writes if dst does not have one slice per row of the design, if a slice is
// shorter than the tile, if the design does not have one number per date, or if the shape of the
// tile is wrong.
func (k Kernel) Coefficients(dst [][]float64, t Tile, d Design, v Valid) {
	if err := t.Check(); err != nil {
		panic(err.Error())
	}
	if d.dates != t.Dates || len(dst) != d.rows {
		panic(fmt.Sprintf("kernel: design of %d rows of %d numbers for %d outputs and a tile of %d dates", d.rows, d.dates, len(dst), t.Dates))
	}
	for _, s := range dst {
		if len(s) < t.Pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(s), t.Pixels))
		}
	}
	b := rows4Body
	if d.width() == 8 {
		b = rows8Body
	}
	whole := t.Pixels / block * block
	if !k.has(b, t.Type) || t.Dates == 0 || v.HasRange {
		whole = 0
	}
	if whole > 0 {
		raceRead(t)
		for _, s := range dst {
			race.Write(s[:t.Pixels])
		}
	}
	for done := 0; done < whole; {
		if done = k.runRows(b, dst, t, d, v, done, whole); done < whole {
			// Blocks with gaps are rare here, so the portable code handles them.
			coefficientsGeneric(dst, t, d, v, done, done+block)
			done += block
		}
	}
	coefficientsGeneric(dst, t, d, v, whole, t.Pixels)
}

// runRows calls a body on the pixels [from, to) and returns where it stopped.
func (k Kernel) runRows(b body, dst [][]float64, t Tile, d Design, v Valid, from, to int) int {
	p := lower(t, Axis{Tau: d.by}, v)
	p.fetchAhead(k, b, t)
	p.rowSums = d.sums
	for from < to {
		p.pixels = min(to-from, callPixels(t))
		p.src, p.mask = start(t, 0, from)
		for j, s := range dst {
			p.rows[j] = &s[from]
		}
		k.call(b, t.Type, &p)
		from += p.done
		if p.done < p.pixels {
			break
		}
	}
	return from
}

func coefficientsGeneric(dst [][]float64, t Tile, d Design, v Valid, from, to int) {
	switch t.Type {
	case Uint8:
		coefficientsOf[uint8](dst, t, d, v, from, to)
	case Int8:
		coefficientsOf[int8](dst, t, d, v, from, to)
	case Uint16:
		coefficientsOf[uint16](dst, t, d, v, from, to)
	case Int16:
		coefficientsOf[int16](dst, t, d, v, from, to)
	case Uint32:
		coefficientsOf[uint32](dst, t, d, v, from, to)
	case Int32:
		coefficientsOf[int32](dst, t, d, v, from, to)
	case Float32:
		coefficientsOf[float32](dst, t, d, v, from, to)
	default:
		coefficientsOf[float64](dst, t, d, v, from, to)
	}
}

// coefficientsOf implements Kernel.Coefficients in portable Go for the pixels [from, to).
func coefficientsOf[T Sample](dst [][]float64, t Tile, d Design, v Valid, from, to int) {
	l := v.lower(t.Type)
	width := d.width()
	for ; from < to; from += lanes {
		m := min(lanes, to-from)
		var ref [lanes]float64
		var gap [lanes]bool
		var dots [maxRows][lanes]float64
		for i := range d.dates {
			mask := t.maskAt(i, from)
			for p, sample := range Row[T](t, i, from, from+m) {
				y := float64(sample)
				gap[p] = gap[p] || !l.observation(y) || !t.Mask.observed(mask+p)
				if i == 0 {
					ref[p] = y
				}
				for j := range d.rows {
					dots[j][p] = math.FMA(d.by[i*width+j], y-ref[p], dots[j][p])
				}
			}
		}
		for j, s := range dst {
			for p := range m {
				s[from+p] = math.FMA(ref[p], d.sums[j], dots[j][p])
				if gap[p] {
					s[from+p] = math.NaN()
				}
			}
		}
	}
}
