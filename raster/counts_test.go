package raster

import (
	"math"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// Every type is counted as its samples read one after the other.
func TestCounts(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	t.Run("uint8", func(t *testing.T) {
		checkCounts(t, []uint8{0, 1, 255, 255, 7}, kernel.Valid{HasNodata: true, Nodata: 255}, nil, Counts{Samples: 5, Observations: 3, Nodata: 2}, 0, 7)
	})
	t.Run("uint8 without what it cannot hold", func(t *testing.T) {
		checkCounts(t, []uint8{0, 1, 241}, kernel.Valid{HasNodata: true, Nodata: -9999}, nil, Counts{Samples: 3, Observations: 3}, 0, 241)
		checkCounts(t, []uint8{0, 1, 241}, kernel.Valid{HasNodata: true, Nodata: 0.5}, nil, Counts{Samples: 3, Observations: 3}, 0, 241)
	})
	t.Run("int8", func(t *testing.T) {
		checkCounts(t, []int8{-128, 3, -4}, kernel.Valid{HasNodata: true, Nodata: -128}, nil, Counts{Samples: 3, Observations: 2, Nodata: 1}, -4, 3)
	})
	t.Run("uint16", func(t *testing.T) {
		checkCounts(t, []uint16{0, 65535}, kernel.Valid{HasNodata: true, Nodata: 0}, nil, Counts{Samples: 2, Observations: 1, Nodata: 1}, 65535, 65535)
	})
	t.Run("int16", func(t *testing.T) {
		checkCounts(t, []int16{-9999, -32768, 12}, kernel.Valid{HasNodata: true, Nodata: -9999}, []byte{0, 255, 0},
			Counts{Samples: 3, Observations: 1, Nodata: 1, Masked: 1}, -32768, -32768)
	})
	t.Run("uint32", func(t *testing.T) {
		checkCounts(t, []uint32{1, math.MaxUint32}, kernel.Valid{}, nil, Counts{Samples: 2, Observations: 2}, 1, math.MaxUint32)
	})
	t.Run("int32", func(t *testing.T) {
		checkCounts(t, []int32{math.MinInt32, 5}, kernel.Valid{HasNodata: true, Nodata: 5}, nil, Counts{Samples: 2, Observations: 1, Nodata: 1}, math.MinInt32, math.MinInt32)
	})
	t.Run("float32", func(t *testing.T) {
		samples := []float32{float32(nan), 0.5, float32(inf), -3.4e38, float32(-inf), -0.25}
		checkCounts(t, samples, kernel.Valid{HasNodata: true, Nodata: -3.4e38}, nil, Counts{Samples: 6, Observations: 2, NaN: 1, Infinite: 2, Nodata: 1}, -0.25, 0.5)
		checkCounts(t, samples, kernel.Valid{HasNodata: true, Nodata: nan}, nil, Counts{Samples: 6, Observations: 3, NaN: 1, Infinite: 2}, float64(float32(-3.4e38)), 0.5)
	})
	t.Run("float64", func(t *testing.T) {
		checkCounts(t, []float64{1e300, nan, 2}, kernel.Valid{HasNodata: true, Nodata: 2}, []byte{1, 0, 0}, Counts{Samples: 3, Observations: 1, NaN: 1, Nodata: 1}, 1e300, 1e300)
	})
	t.Run("beyond a range", func(t *testing.T) {
		c, v := newCounts(), kernel.Valid{HasNodata: true, Nodata: -3.4e38, HasRange: true, Lo: 0, Hi: 10}
		seen := make([]uint16, 8)
		seen[7] = math.MaxUint16
		c.addTile(kernel.TileOf([]float32{0, 11, -1, float32(inf), float32(nan), -3.4e38, 10, 5}, 8, 1, 8), v, []byte{1, 1, 1, 1, 1, 1, 0, 1}, seen)
		if c.Samples != 8 || c.Observations != 2 || c.Outside != 2 || c.Infinite != 1 || c.NaN != 1 || c.Nodata != 1 || c.Masked != 1 || *c.Min != 0 || *c.Max != 5 {
			t.Errorf("%+v from %v to %v", *c, *c.Min, *c.Max)
		}
		if want := []uint16{1, 0, 0, 0, 0, 0, 0, math.MaxUint16}; !slices.Equal(seen, want) {
			t.Errorf("seen %v, want %v", seen, want)
		}
	})
	t.Run("nothing but gaps", func(t *testing.T) {
		c := newCounts()
		c.addTile(kernel.TileOf([]float64{nan, nan}, 2, 1, 2), kernel.Valid{}, nil, make([]uint16, 2))
		if c.Min != nil || c.Max != nil || c.Gaps() != 2 {
			t.Errorf("%+v", c)
		}
	})
}

func checkCounts[T kernel.Sample](t *testing.T, samples []T, v kernel.Valid, visible []byte, want Counts, lo, hi float64) {
	t.Helper()
	n := len(samples)
	tile := kernel.TileOf(samples, n, 1, n)
	got, seen := newCounts(), make([]uint16, n)
	got.addTile(tile, v, visible, seen)
	if got.Samples != want.Samples || got.Observations != want.Observations || got.NaN != want.NaN || got.Nodata != want.Nodata ||
		got.Infinite != want.Infinite || got.Masked != want.Masked || float64(*got.Min) != lo || float64(*got.Max) != hi {
		t.Errorf("%v: %+v from %v to %v, want %+v from %v to %v", samples, *got, *got.Min, *got.Max, want, lo, hi)
	}
	// What a fit takes for an observation is what was seen.
	for i, y := range samples {
		observed := v.Observation(tile.Type, float64(y)) && (visible == nil || visible[i] != 0)
		if observed != (seen[i] == 1) {
			t.Errorf("%v is an observation: %v, and was seen %d times", y, observed, seen[i])
		}
	}
	// In two parts they are the same.
	for cut := range n + 1 {
		parts := newCounts()
		for _, part := range [][2]int{{cut, n}, {0, cut}} {
			c := newCounts()
			var hidden []byte
			if visible != nil {
				hidden = visible[part[0]:part[1]]
			}
			if m := part[1] - part[0]; m > 0 {
				c.addTile(kernel.TileOf(slices.Clone(samples[part[0]:part[1]]), m, 1, m), v, hidden, make([]uint16, m))
			}
			parts.merge(c)
		}
		a, b := *parts, *got
		if *a.Min != *b.Min || *a.Max != *b.Max {
			t.Errorf("in parts from %v to %v", *a.Min, *a.Max)
		}
		if a.Min, a.Max, b.Min, b.Max = nil, nil, nil, nil; a != b {
			t.Errorf("in parts %+v, at once %+v", a, b)
		}
	}
}

// The least, the next and how often, whatever the order.
func TestExtremes(t *testing.T) {
	c := newCounts()
	c.addTile(kernel.TileOf([]float32{3, -9999, 7, 3, -9999, 0.5, -9999, 8, 8}, 9, 1, 9), kernel.Valid{}, nil, make([]uint16, 9))
	if want := (extreme{value: -9999, next: 0.5, count: 3}); c.least != want {
		t.Errorf("least %+v, want %+v", c.least, want)
	}
	if want := (extreme{value: -8, next: -7, count: 2}); c.most != want {
		t.Errorf("greatest %+v, want %+v", c.most, want)
	}
}
