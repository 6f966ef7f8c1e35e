package pixtrend

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// HugeValue is a magnitude that no measurement reaches. Fill values often lie beyond it, such as
// the least float32, and are often typed with fewer digits than the samples have.
const HugeValue = 1e37

// NodataRange returns which values can be observations although they differ from nodata. The range
// is unlimited, unless nodata is huge: then samples beyond it, and those that GDAL takes for equal
// to it, are gaps as well. GDAL compares floats to within 2·FLT_EPSILON·|a + b| (ARE_REAL_EQUAL in
// its gdal_priv.h), a sum that overflows near the limits of the type, where any two values of one
// sign are equal. So from half of the greatest value on, all values are. An infinite nodata value
// is one that does not fit the type.
func NodataRange(d kernel.DType, nodata float64) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	size := math.Abs(nodata)
	if !d.IsFloat() || !(size >= HugeValue) {
		return lo, hi
	}
	largest := math.MaxFloat64
	if d == kernel.Float32 {
		largest = math.MaxFloat32
	}
	limit := largest / 2
	if size < limit {
		limit = size - size/(1<<21)
	}
	limit = math.Nextafter(limit, 0) // which is still an observation
	if nodata < 0 {
		return -limit, hi
	}
	return lo, limit
}

// CanBeNodata reports whether samples of type d can be nodata, which was given for them. A number
// other than 0 that float32 rounds to 0 cannot. NaN can: it leaves samples of integers without a
// nodata value. Huge values are those of NodataRange.
func CanBeNodata(d kernel.DType, nodata float64) bool {
	switch {
	case math.IsNaN(nodata):
		return true
	case d.IsFloat():
		return d != kernel.Float32 || nodata == 0 || float32(nodata) != 0
	}
	v := kernel.Valid{HasNodata: true, Nodata: nodata}
	return kernel.Valid{}.Observation(d, nodata) && !v.Observation(d, nodata)
}
