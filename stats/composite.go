package stats

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// Composite is a way to make one value of the observations of a period. The zero Composite is the
// largest of them.
type Composite struct {
	kind    compositeKind
	percent float64 // of the kind percentile
}

type compositeKind uint8

const (
	largest compositeKind = iota
	smallest
	average
	percentile
	observations
)

var compositeNames = map[string]Composite{
	"max":    {kind: largest},
	"min":    {kind: smallest},
	"mean":   {kind: average},
	"median": {kind: percentile, percent: 50},
	"count":  {kind: observations},
}

// ParseComposite reads max, min, mean, median, count or a percentile such as p90.
func ParseComposite(s string) (Composite, error) {
	if c, known := compositeNames[s]; known {
		return c, nil
	}
	digits, isPercentile := strings.CutPrefix(s, "p")
	p, err := strconv.ParseFloat(digits, 64)
	if !isPercentile || err != nil || !(p >= 0 && p <= 100) {
		return Composite{}, fmt.Errorf("%q is no composite: give max, min, mean, median, count or a percentile such as p90", s)
	}
	return Composite{percentile, p}, nil
}

// String returns the composite as ParseComposite reads it.
func (c Composite) String() string {
	for name, named := range compositeNames {
		if named == c {
			return name
		}
	}
	return "p" + strconv.FormatFloat(c.percent, 'g', -1, 64)
}

// IsCount reports whether the composite counts observations, so that it does not have their unit.
func (c Composite) IsCount() bool { return c.kind == observations }

// Percentile returns the percentile that the composite is: 50 of a median, 0 of the smallest and 100
// of the largest observation. It returns false for a mean or a count.
func (c Composite) Percentile() (percent float64, ok bool) {
	switch c.kind {
	case percentile:
		return c.percent, true
	case smallest:
		return 0, true
	case largest:
		return 100, true
	}
	return 0, false
}

// Type returns the type of the composites of samples: float32 if it holds all of them exactly,
// otherwise float64.
func (c Composite) Type(of kernel.DType) kernel.DType {
	exact := of == kernel.Float32 || of.Size() < 4
	if c.kind == observations || exact && (c.kind == largest || c.kind == smallest) {
		return kernel.Float32
	}
	return kernel.Float64
}

// Downwards returns the composite for samples whose values descend as they ascend: those with a
// negative scale.
func (c Composite) Downwards() Composite {
	switch c.kind {
	case largest:
		c.kind = smallest
	case smallest:
		c.kind = largest
	case percentile:
		c.percent = 100 - c.percent
	}
	return c
}

// composeBlock is how many pixels are composed at a time. Their observations stay in the L2 cache.
const composeBlock = 64

// ComposeRoom is the memory of one goroutine for composites of periods of up to so many dates.
type ComposeRoom struct {
	dates          int
	row, values, n []float64 // observations of a date, composites and numbers of observations, by pixel
	series         []float64 // the observations of a pixel after those of another, for percentiles
}

// NewRoom returns memory for composites of periods of up to so many dates.
func (c Composite) NewRoom(dates int) *ComposeRoom {
	numbers := func() []float64 { return make([]float64, composeBlock) }
	r := &ComposeRoom{dates: dates, row: numbers(), values: numbers(), n: numbers()}
	if c.kind == percentile {
		r.series = make([]float64, dates*composeBlock)
	}
	return r
}

// Compose writes the composite of all dates of t to plane i of dst, which has the Type of the
// composite. Values are in the units of t, without scale and offset. A pixel without an observation
// is NaN; its count is 0.
//
// The mean is the sum of the observations, added in date order in float64, divided by their number.
// A percentile p lies between the observations of ranks ⌊h⌋ and ⌊h⌋+1, counted from 0, with h =
// (n−1)·p/100, in proportion (Hyndman and Fan, The American Statistician 50, 1996, definition 7,
// the default of R and NumPy).
//
// Compose panics if dst has another type or fewer pixels than t, or room is for fewer dates.
func (c Composite) Compose(dst kernel.Tile, i int, t kernel.Tile, v kernel.Valid, room *ComposeRoom) {
	if dst.Type != c.Type(t.Type) || dst.Pixels < t.Pixels || room.dates < t.Dates {
		panic(fmt.Sprintf("stats: composites of %d × %d samples of %v written to %d of %v, in memory for %d dates",
			t.Dates, t.Pixels, t.Type, dst.Pixels, dst.Type, room.dates))
	}
	for lo := 0; lo < t.Pixels; lo += composeBlock {
		values := c.block(t.Slice(lo, min(lo+composeBlock, t.Pixels)), v, room)
		if dst.Type == kernel.Float64 {
			copy(kernel.Row[float64](dst, i, lo, lo+len(values)), values)
			continue
		}
		to := kernel.Row[float32](dst, i, lo, lo+len(values))
		for p, x := range values {
			to[p] = float32(x)
		}
	}
}

// block returns the composites of up to composeBlock pixels.
func (c Composite) block(t kernel.Tile, v kernel.Valid, room *ComposeRoom) []float64 {
	row, values, n := room.row[:t.Pixels], room.values[:t.Pixels], room.n[:t.Pixels]
	clear(n)
	if c.kind == average || c.kind == observations {
		clear(values)
	} else {
		fill(values, math.NaN())
	}
	for date := range t.Dates {
		t.Observations(row, date, v)
		switch c.kind { // comparisons with NaN, a gap, are false
		case largest:
			for p, y := range row {
				if y > values[p] || values[p] != values[p] {
					values[p] = y
				}
			}
		case smallest:
			for p, y := range row {
				if y < values[p] || values[p] != values[p] {
					values[p] = y
				}
			}
		case average:
			for p, y := range row {
				if y == y {
					values[p] += y
					n[p]++
				}
			}
		case observations:
			for p, y := range row {
				if y == y {
					values[p]++
				}
			}
		case percentile:
			for p, y := range row {
				if y == y {
					room.series[p*room.dates+int(n[p])] = y
					n[p]++
				}
			}
		}
	}
	switch c.kind {
	case average:
		for p := range values {
			values[p] /= n[p] // 0/0 is NaN
		}
	case percentile:
		for p := range values {
			if n[p] > 0 {
				values[p] = c.between(room.series[p*room.dates:][:int(n[p])])
			}
		}
	}
	return values
}

// between returns the percentile of one or more observations, which it sorts.
func (c Composite) between(y []float64) float64 {
	slices.Sort(y)
	h := float64(len(y)-1) * c.percent / 100
	rank := int(h)
	if rank+1 >= len(y) {
		return y[len(y)-1]
	}
	lo, hi := y[rank], y[rank+1]
	return lo + float64((h-float64(rank))*(hi-lo))
}
