package kernel

import (
	"fmt"
	"math"
)

// Residuals writes the differences between the observations and the line of their pixel. s holds
// the sums of t. For date i and pixel p, residual[i][p] is
//
//	scale·((d − Σd/n) − b·(τ − Στ/n))    b = (n·Στd − Στ·Σd) / (n·Στ² − (Στ)²)
//
// and detrended[i][p] is the observation without the trend, which keeps the mean of the pixel:
//
//	scale·(Ref + Σd/n + (d − Σd/n) − b·(τ − Στ/n)) + offset
//
// Both are computed in float64 and rounded once to F. They are NaN for gaps and for pixels without
// a line. Either output may be nil. There is no assembly for this function, because storing the
// results takes longer than computing them.
//
// It panics before it writes if an output does not have one plane per date or if a plane is shorter
// than t.
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
					residual[i][from+p] = F(OneNaN(left * scale))
				}
				if detrended != nil {
					detrended[i][from+p] = F(OneNaN(math.FMA(ref+mean[p]+left, scale, offset)))
				}
			}
		}
	}
}
