package kernel

import (
	"fmt"
	"math"
)

// Residuals writes what the line of each pixel leaves of its observations: residual[i][p] for date i and pixel p of t
// is
//
//	Scale·((d − Σd/n) − b·(τ − Στ/n))    b = (n·Στd − Στ·Σd) / (n·Στ² − (Στ)²)
//
// with the sums of t in s, Scale and Offset being the last two arguments, in float64, rounded once to F, and NaN for gaps and where there is no line. detrended is
// the same with the pixel's mean in it, Scale·(Ref + Σd/n + …) + Offset: what the samples are once the trend is taken
// out of them. Either may be nil. There is one body, in Go: writing the results takes longer.
//
// It panics before it writes where an output has not a plane a date, or one is shorter than t.
func Residuals[F Float](residual, detrended [][]F, t Tile, s Sums, line Line, scale, offset float64, v Valid) {
	check(t, line.Axis)
	for _, planes := range [][][]F{residual, detrended} {
		if planes != nil && len(planes) != t.Dates {
			panic(fmt.Sprintf("kernel: residuals in %d planes for %d dates", len(planes), t.Dates))
		}
		for _, plane := range planes {
			if len(plane) < t.Pixels {
				panic(fmt.Sprintf("kernel: residuals in planes of %d for %d pixels", len(plane), t.Pixels))
			}
		}
	}
	switch t.Type {
	case Uint8:
		residualsOf[uint8](residual, detrended, t, s, line, scale, offset, v)
	case Int8:
		residualsOf[int8](residual, detrended, t, s, line, scale, offset, v)
	case Uint16:
		residualsOf[uint16](residual, detrended, t, s, line, scale, offset, v)
	case Int16:
		residualsOf[int16](residual, detrended, t, s, line, scale, offset, v)
	case Uint32:
		residualsOf[uint32](residual, detrended, t, s, line, scale, offset, v)
	case Int32:
		residualsOf[int32](residual, detrended, t, s, line, scale, offset, v)
	case Float32:
		residualsOf[float32](residual, detrended, t, s, line, scale, offset, v)
	default:
		residualsOf[float64](residual, detrended, t, s, line, scale, offset, v)
	}
}

func residualsOf[T Sample, F Float](residual, detrended [][]F, t Tile, s Sums, line Line, scale, offset float64, v Valid) {
	l := v.lower(t.Type)
	var slope, meanTime, mean [lanes]float64
	perTau := line
	perTau.Scale = 1
	for from := 0; from < t.Pixels; from += lanes {
		m := min(lanes, t.Pixels-from)
		for p := range m {
			slope[p] = s.Slope(from+p, perTau)
			meanTime[p], mean[p] = s.T[from+p]/s.N[from+p], s.Y[from+p]/s.N[from+p]
		}
		for i, tau := range line.Axis.Tau {
			mask := t.maskAt(i, from)
			for p, sample := range Row[T](t, i, from, from+m) {
				left, ref := math.NaN(), s.Ref[from+p]
				if y := float64(sample); l.observation(y) && t.Mask.observed(mask+p) {
					left = math.FMA(-slope[p], tau-meanTime[p], (y-ref)-mean[p])
				}
				if residual != nil {
					residual[i][from+p] = F(left * scale)
				}
				if detrended != nil {
					detrended[i][from+p] = F(math.FMA(ref+mean[p]+left, scale, offset))
				}
			}
		}
	}
}
