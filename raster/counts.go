package raster

import (
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Counts counts samples by kind. Each sample counts once: as the first of NaN, nodata, infinite,
// outside the valid range and masked that it is, or as an observation. The index of two bands is
// NaN where either band is a gap.
type Counts struct {
	Samples      int64  `json:"samples"`
	Observations int64  `json:"observations"`
	NaN          int64  `json:"nan"`
	Nodata       int64  `json:"nodata"` // samples that are NaN count as NaN even if nodata is NaN
	Infinite     int64  `json:"infinite"`
	Outside      int64  `json:"outside"` // of the valid range
	Masked       int64  `json:"masked"`
	Min          *Value `json:"min"` // of the observations, as they are stored; null if there are none
	Max          *Value `json:"max"`

	least, most extreme // most stores negated values, so that the same code finds the greatest
	zeros       int64
	fractional  bool // whether an observation is not a whole number
}

// Gaps returns how many samples are not observations.
func (c *Counts) Gaps() int64 { return c.Samples - c.Observations }

// extreme is the least of some numbers.
type extreme struct {
	value float64 // +Inf if there is none
	next  float64 // the least of those that are greater; +Inf if there is none
	count int64   // how many are equal to value
}

// add adds count numbers that are equal to x.
func (e *extreme) add(x float64, count int64) {
	switch {
	case count == 0:
	case x == e.value:
		e.count += count
	case x < e.value:
		e.value, e.next, e.count = x, e.value, count
	case x < e.next:
		e.next = x
	}
}

// newCounts returns the Counts of no samples.
func newCounts() *Counts {
	none := extreme{value: math.Inf(1), next: math.Inf(1)}
	return &Counts{least: none, most: none}
}

// addTile counts the samples of plane 0 of t. visible is 0 where a sample is masked; it is nil if
// no sample is. addTile adds 1 to seen[i] if sample i is an observation.
func (c *Counts) addTile(t kernel.Tile, v kernel.Valid, visible []byte, seen []uint16) {
	switch t.Type {
	case kernel.Uint8:
		countSamples[uint8](c, t, v, visible, seen)
	case kernel.Int8:
		countSamples[int8](c, t, v, visible, seen)
	case kernel.Uint16:
		countSamples[uint16](c, t, v, visible, seen)
	case kernel.Int16:
		countSamples[int16](c, t, v, visible, seen)
	case kernel.Uint32:
		countSamples[uint32](c, t, v, visible, seen)
	case kernel.Int32:
		countSamples[int32](c, t, v, visible, seen)
	case kernel.Float32:
		countSamples[float32](c, t, v, visible, seen)
	default:
		countSamples[float64](c, t, v, visible, seen)
	}
}

// countSamples is addTile for one type.
func countSamples[T kernel.Sample](c *Counts, t kernel.Tile, v kernel.Valid, visible []byte, seen []uint16) {
	samples := kernel.Plane[T](t, 0)
	seen = seen[:len(samples)]
	g := gapsOf[T](t.Type, v)
	least, most := c.least.next, -c.most.next
	maybeWhole := t.Type.IsFloat() && !c.fractional
	var observations, zeros int64
	for i, s := range samples {
		x := float64(s)
		if !(x >= g.first && x <= g.last) || g.hasNodata && s == g.nodata || visible != nil && visible[i] == 0 {
			g.count(c, s)
			continue
		}
		observations++
		if seen[i] < math.MaxUint16 {
			seen[i]++
		}
		if s == 0 {
			zeros++
		}
		if x <= least {
			c.least.add(x, 1)
			least = c.least.next
		}
		if x >= most {
			c.most.add(-x, 1)
			most = -c.most.next
		}
		if maybeWhole && x != math.Trunc(x) {
			maybeWhole, c.fractional = false, true
		}
	}
	c.Samples += int64(len(samples))
	c.Observations += observations
	c.zeros += zeros
	c.setRange()
}

// gaps says which samples are gaps, apart from those that are masked.
type gaps[T kernel.Sample] struct {
	valid     kernel.Valid
	nodata    T
	hasNodata bool
	lo, hi    float64 // what is beyond these is nodata
	// All samples from first to last are observations if they are not nodata, and no others are.
	first, last float64
}

func gapsOf[T kernel.Sample](d kernel.DType, v kernel.Valid) gaps[T] {
	g := gaps[T]{valid: v, hasNodata: canHold(d, v), lo: math.Inf(-1), hi: math.Inf(1)}
	if g.hasNodata {
		g.nodata = T(v.Nodata)
	}
	if v.HasNodata {
		g.lo, g.hi = pixtrend.NodataRange(d, v.Nodata)
	}
	g.first, g.last = max(g.lo, -math.MaxFloat64), min(g.hi, math.MaxFloat64)
	if v.HasRange {
		g.first, g.last = max(g.first, v.Lo), min(g.last, v.Hi)
	}
	return g
}

// count counts a sample that is a gap.
func (g *gaps[T]) count(c *Counts, s T) {
	x := float64(s)
	switch {
	case s != s:
		c.NaN++
	case g.hasNodata && s == g.nodata:
		c.Nodata++
	case math.IsInf(x, 0):
		c.Infinite++
	case x < g.lo || x > g.hi:
		c.Nodata++
	case g.valid.HasRange && !(x >= g.valid.Lo && x <= g.valid.Hi):
		c.Outside++
	default:
		c.Masked++
	}
}

// canHold reports whether a sample of the type can be nodata. NaN and infinities are gaps whatever
// nodata is.
func canHold(d kernel.DType, v kernel.Valid) bool {
	nodata := v.Nodata
	if d == kernel.Float32 {
		nodata = float64(float32(nodata)) // nodata is compared in the type of the samples
	}
	return v.HasNodata && kernel.Valid{}.Observation(d, nodata) && !v.Observation(d, nodata)
}

// merge adds the counts of other samples.
func (c *Counts) merge(o *Counts) {
	c.Samples += o.Samples
	c.Observations += o.Observations
	c.NaN += o.NaN
	c.Nodata += o.Nodata
	c.Infinite += o.Infinite
	c.Outside += o.Outside
	c.Masked += o.Masked
	c.zeros += o.zeros
	c.fractional = c.fractional || o.fractional
	for _, e := range []struct{ to, from *extreme }{{&c.least, &o.least}, {&c.most, &o.most}} {
		e.to.add(e.from.value, e.from.count)
		if !math.IsInf(e.from.next, 1) && e.from.next != e.to.value {
			e.to.add(e.from.next, 1)
		}
	}
	c.setRange()
}

// setRange sets Min and Max.
func (c *Counts) setRange() {
	if c.Observations > 0 {
		least, most := Value(c.least.value), Value(-c.most.value)
		c.Min, c.Max = &least, &most
	}
}
