package raster

import (
	"cmp"
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
)

// hugeResult is a magnitude that slopes and other results have only where huge values take part.
const hugeResult = 1e30

// checkNodata returns an error if samples of p cannot be nodata, which was given for them.
func (p *plane) checkNodata(nodata float64) error {
	if pixtrend.CanBeNodata(p.dtype, nodata) {
		return nil
	}
	return fault.Errorf("band %d holds samples of %s, which cannot be %v: give another value with %v, or leave it out",
		p.band, TypeName(p.dtype), Value(nodata), Option{Field: "Nodata"})
}

// valid returns which samples of p are observations, by its nodata value alone.
func (p *plane) valid() kernel.Valid {
	v := kernel.Valid{HasNodata: p.hasNodata, Nodata: p.nodata}
	if lo, hi := pixtrend.NodataRange(p.dtype, p.nodata); p.hasNodata && (!math.IsInf(lo, 0) || !math.IsInf(hi, 0)) {
		v.HasRange, v.Lo, v.Hi = true, lo, hi
	}
	return v
}

// validRange returns the range of valid samples that the file gives.
func (p plane) validRange() Range {
	if p.rng == nil {
		return Range{math.Inf(-1), math.Inf(1)}
	}
	return *p.rng
}

// readAttributes sets the range of valid samples and the nodata value that attributes of a variable give for p. It
// refuses samples that several values make gaps. If nodata is not nil, it replaces these values.
func (p *plane) readAttributes(ds *gdal.Dataset, nodata *float64) error {
	if lo, hi, has := ds.ValidRange(); has {
		p.rng = &Range{lo, hi}
		if err := p.rng.check(); err != nil {
			return err
		}
	}
	if nodata != nil {
		return nil
	}
	var within []float64 // others are gaps without them, or are no samples
	for _, v := range ds.Missing() {
		if r := p.validRange(); v >= r.Lo && v <= r.Hi && pixtrend.CanBeNodata(p.dtype, v) {
			within = append(within, v)
		}
	}
	switch len(within) {
	case 0:
	case 1:
		p.nodata, p.hasNodata = within[0], true
	default:
		return fault.Errorf("two values mean missing, its _FillValue and missing_value, %v and %v: name one with %v, and leave the other out with %v",
			Value(within[0]), Value(within[1]), Option{Field: "Nodata"}, Option{Field: "Valid"})
	}
	return nil
}

// valid returns which samples of p are observations, its mask aside.
func (s *Stack) valid(p *plane) kernel.Valid {
	v := p.valid()
	if r := cmp.Or(s.options.Valid, p.rng); r != nil {
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
		if math.Abs(float64(*extreme)) >= pixtrend.HugeValue {
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
