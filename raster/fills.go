package raster

import (
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// fill is a value that may mean missing.
type fill struct {
	value Value
	count int64
	apart bool // whether it is far from all other values
}

// usualFills are values that often mean missing.
var usualFills = []float64{-9999, -99999, -999, -99, -32768, -28672, -3000, -2147483648, -1e30, -1e32, -1e34, -3.4e38, 9999, 99999, 32767, 65535, 1e20, 1e30}

// fills returns the values that may mean missing although they are no nodata value: the least and
// the greatest value if they are usual fills or far from the others, and zero if it is frequent.
func (g *rasterGroup) fills() (found []fill) {
	c := g.counts
	if c.Observations == 0 {
		return nil
	}
	spread := -c.most.value - c.least.value
	for _, side := range []struct {
		e    extreme
		sign float64
	}{{c.least, 1}, {c.most, -1}} {
		value, distance := side.sign*side.e.value, side.e.next-side.e.value
		usual := math.Abs(value) > 1e38 || slices.ContainsFunc(usualFills, func(f float64) bool { return value == f || value == float64(float32(f)) })
		if spread == 0 { // all observations are equal
			if usual {
				return []fill{{value: Value(value), count: c.Observations}}
			}
			return nil
		}
		rest := spread - distance
		limit := g.limit(value) || value == 0
		apart := (rest > 0 || usual) && (distance > 2*rest || (usual || limit) && distance > rest/10)
		often := side.e.count*1000 >= c.Samples
		if apart && (usual || often && (limit || side.e.count > 1 && distance >= 3)) {
			found = append(found, fill{Value(value), side.e.count, true})
		}
	}
	binary := !c.fractional && *c.Min == 0 && *c.Max == 1
	if c.zeros*4 >= c.Observations && !binary && !slices.ContainsFunc(found, func(f fill) bool { return f.apart }) {
		found = append(found, fill{value: 0, count: c.zeros})
	}
	return found
}

// limit reports whether x is the least or the greatest number of the integer type of the samples.
func (g *rasterGroup) limit(x float64) bool {
	if g.plane.dtype.IsFloat() {
		return false
	}
	all := kernel.Valid{}
	return !all.Observation(g.plane.dtype, x-1) || !all.Observation(g.plane.dtype, x+1)
}
