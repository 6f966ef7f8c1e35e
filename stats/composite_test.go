package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// The percentiles are those of numpy 2.4: np.percentile([3, 1, 4, 1, 5, 9, 2, 6], [0, 10, 33.3, 50,
// 90, 100]).
func TestCompositeOfOnePixel(t *testing.T) {
	y := []float64{3, 1, math.NaN(), 4, 1, 5, math.Inf(1), 9, -9999, 2, 6}
	for how, want := range map[string]float64{"max": 9, "min": 1, "mean": 3.875, "median": 3.5, "count": 8,
		"p0": 1, "p10": 1, "p33.3": 2.331, "p50": 3.5, "p90": 6.9, "p100": 9} {
		c, err := ParseComposite(how)
		if err != nil {
			t.Fatal(err)
		}
		dst := kernel.TileOf(make([]float64, 1), 1, 1, 1)
		if c.Type(kernel.Float64) == kernel.Float32 {
			dst = kernel.TileOf(make([]float32, 1), 1, 1, 1)
		}
		c.Compose(dst, 0, kernel.TileOf(y, 1, len(y), 1), kernel.Valid{HasNodata: true, Nodata: -9999}, c.NewRoom(len(y)))
		got := value(dst, 0)
		if !(math.Abs(got-want) < 1e-14) {
			t.Errorf("%s is %v, want %v", how, got, want)
		}
	}
}

func value(t kernel.Tile, p int) float64 {
	if t.Type == kernel.Float32 {
		return float64(kernel.Plane[float32](t, 0)[p])
	}
	return kernel.Plane[float64](t, 0)[p]
}

func TestParseComposite(t *testing.T) {
	const none = -1
	for s, percentile := range map[string]float64{"max": 100, "min": 0, "mean": none, "median": 50, "count": none, "p90": 90, "p2.5": 2.5, "p0": 0, "p100": 100} {
		c, err := ParseComposite(s)
		if err != nil || c.String() != s {
			t.Errorf("%s is read as %v, %v", s, c, err)
		}
		if p, is := c.Percentile(); is != (percentile != none) || is && p != percentile {
			t.Errorf("%s is the percentile %v, %v", s, p, is)
		}
	}
	for _, s := range []string{"", "Max", "p", "p101", "p-1", "pNaN", "90", "mode"} {
		if c, err := ParseComposite(s); err == nil {
			t.Errorf("%q is read as %v", s, c)
		}
	}
}

// Composites of every type, of tiles of any shape, with masks, are those of each pixel by itself.
func TestComposites(t *testing.T) {
	composites[uint8](t)
	composites[int8](t)
	composites[uint16](t)
	composites[int16](t)
	composites[uint32](t)
	composites[int32](t)
	composites[float32](t)
	composites[float64](t)
}

func composites[T kernel.Sample](t *testing.T) {
	const dates, pixels, stride = 7, 2*composeBlock + 5, 2*composeBlock + 9
	random := rand.New(rand.NewPCG(1, 2))
	data, mask := make([]T, dates*stride), make([]byte, dates*stride)
	for i := range data {
		data[i], mask[i] = T(random.IntN(100)), byte(random.IntN(4))
	}
	tile := kernel.TileOf(data, stride, dates, pixels)
	tile.Mask = kernel.Mask{Data: mask, Stride: stride}
	v := kernel.Valid{HasNodata: true, Nodata: 7, HasRange: true, Lo: 3, Hi: 90}
	for _, how := range []string{"max", "min", "mean", "median", "p75", "count"} {
		c, _ := ParseComposite(how)
		d := c.Type(tile.Type)
		dst := kernel.Tile{Type: d, Data: make([]byte, pixels*d.Size()), Stride: pixels, Dates: 1, Pixels: pixels}
		c.Compose(dst, 0, tile, v, c.NewRoom(dates))
		for p := range pixels {
			var y []float64
			for date := range dates {
				if x := float64(data[date*stride+p]); mask[date*stride+p] != 0 && x != 7 && x >= 3 && x <= 90 {
					y = append(y, x)
				}
			}
			if got, want := value(dst, p), compositeOf(how, y); got != want && !(got != got && want != want) {
				t.Fatalf("%s of %v, %v, is %v, want %v", how, tile.Type, y, got, want)
			}
		}
	}
}

// compositeOf is a composite computed otherwise.
func compositeOf(how string, y []float64) float64 {
	sorted := slices.Sorted(slices.Values(y))
	switch {
	case how == "count":
		return float64(len(y))
	case len(y) == 0:
		return math.NaN()
	case how == "max":
		return sorted[len(y)-1]
	case how == "min":
		return sorted[0]
	case how == "mean":
		sum := 0.0
		for _, x := range y {
			sum += x
		}
		return sum / float64(len(y))
	}
	share := map[string]float64{"median": 0.5, "p75": 0.75}[how]
	h := share * float64(len(y)-1)
	lo := sorted[int(h)]
	return lo + (h-math.Floor(h))*(sorted[int(math.Ceil(h))]-lo)
}

// Values that descend as samples ascend have their maximum where samples have their minimum.
func TestDownwards(t *testing.T) {
	for how, want := range map[string]string{"max": "min", "min": "max", "mean": "mean", "median": "median", "count": "count", "p90": "p10"} {
		c, _ := ParseComposite(how)
		if got := c.Downwards().String(); got != want {
			t.Errorf("%s becomes %s, want %s", how, got, want)
		}
	}
}
