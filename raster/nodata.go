package raster

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
)

// hugeValue is a magnitude that no measurement reaches. Fill values often lie beyond it, such as
// the least float32, and are often typed with fewer digits than the samples have.
const hugeValue = 1e37

// hugeResult is a magnitude that slopes and other results have only where huge values take part.
const hugeResult = 1e30

// nodataRange returns which values can be observations although they differ from nodata. The range
// is unlimited, unless nodata is huge: then samples beyond it, and those that GDAL takes for equal
// to it, are gaps as well. GDAL compares floats to within 2·FLT_EPSILON·|a + b| (ARE_REAL_EQUAL in
// its gdal_priv.h), a sum that overflows near the limits of the type, where any two values of one
// sign are equal. So from half of the greatest value on, all values are. An infinite nodata value
// is one that does not fit the type.
func nodataRange(d kernel.DType, nodata float64) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	size := math.Abs(nodata)
	if !d.IsFloat() || !(size >= hugeValue) {
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

// checkNodata returns an error if samples of p cannot be nodata, which was given for them. Of
// float32, that is what would be rounded to 0. NaN leaves samples of integers without a nodata value,
// and huge values are those of nodataRange.
func (p *plane) checkNodata(nodata float64) error {
	v := kernel.Valid{HasNodata: true, Nodata: nodata}
	rounded := p.dtype == kernel.Float32 && nodata != 0 && float32(nodata) == 0
	if math.IsNaN(nodata) || p.dtype.IsFloat() && !rounded || !p.dtype.IsFloat() && canHold(p.dtype, v) {
		return nil
	}
	return fault.Errorf("band %d holds samples of %s, which cannot be %v: give another value with %v, or leave it out",
		p.band, TypeName(p.dtype), Value(nodata), Option{Field: "Nodata"})
}

// valid returns which samples of p are observations, by its nodata value alone.
func (p *plane) valid() kernel.Valid {
	v := kernel.Valid{HasNodata: p.hasNodata, Nodata: p.nodata}
	if lo, hi := nodataRange(p.dtype, p.nodata); p.hasNodata && (!math.IsInf(lo, 0) || !math.IsInf(hi, 0)) {
		v.HasRange, v.Lo, v.Hi = true, lo, hi
	}
	return v
}

// valid returns which samples of p are observations, its mask aside.
func (s *Stack) valid(p *plane) kernel.Valid {
	v := p.valid()
	if r := s.options.Valid; r != nil {
		if !v.HasRange {
			v.Lo, v.Hi = math.Inf(-1), math.Inf(1)
		}
		v.HasRange, v.Lo, v.Hi = true, max(v.Lo, r.Lo), min(v.Hi, r.Hi)
	}
	return v
}

// hugeValues returns a warning about observations that no measurement reaches, which seem to be
// fill values; "" if there are none.
func hugeValues(c *Counts, who string) string {
	if c.Observations == 0 {
		return ""
	}
	for _, extreme := range []*Value{c.Min, c.Max} {
		if math.Abs(float64(*extreme)) >= hugeValue {
			return fmt.Sprintf("values of %s go to %v, which no measurement reaches: a trend that they take part in is meaningless", who, *extreme)
		}
	}
	return ""
}

// hugeResults returns a warning if some pixels have results as huge as only fill values make them.
func (o OpenOptions) hugeResults(pixels int) []string {
	if pixels == 0 {
		return nil
	}
	return []string{o.sentence("results of %d pixels are beyond ±%v, which no measurement gives: values that mean missing seem to take part, say which with %v", pixels, hugeResult, Option{Field: "Nodata"})}
}
