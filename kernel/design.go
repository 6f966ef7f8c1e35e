package kernel

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/race"
)

// maxRows is the most coefficients of one pass.
const maxRows = 8

// Design is up to 8 linear functions of a series, made ready for [Kernel.Coefficients]: the rows of a
// pseudo-inverse, for example, which give the coefficients of a polynomial or of harmonics, or
// weights of any other kind.
type Design struct {
	rows  int
	dates int
	by    []float64 // numbers of a date beside each other: of 4 rows or of 8, zeros in those that are not there
	sums  [maxRows]float64
}

// NewDesign returns the design of those rows: 1 to 8 of them, alike in length, one finite number a date. Other
// shapes panic. The rows are copied.
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

// width returns how many rows the bodies do.
func (d Design) width() int {
	if d.rows <= 4 {
		return 4
	}
	return 8
}

// sum adds with the rounding errors carried along (Neumaier, Zeitschrift für Angewandte Mathematik und
// Mechanik 54, 1974), since what is meant to cancel in a row should.
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

// Coefficients writes Σ cᵢ·yᵢ, with the numbers c of row j of the design, of every pixel of t into dst[j];
// NaN where the pixel has a gap. It is computed as Σ cᵢ·(yᵢ − y₀) + y₀·Σ cᵢ, which keeps a common offset
// from costing digits, in one pass over the samples, with fused multiply-adds in the order of the dates: the
// same bits on every ISA.
//
// It panics before it writes where dst has not as many slices as the design rows or one is shorter than the
// tile, the design has not one number a date or the tile's shape is wrong.
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
			// A block with a gap is rare enough here to go the portable way.
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
		p.src, p.mask = start(t, from)
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

// coefficientsOf is Kernel.Coefficients in portable Go, for the pixels [from, to).
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
