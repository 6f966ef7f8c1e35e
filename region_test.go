package pixtrend

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// blob is a region: a disc with a hole.
type blob struct{ x, y, radius, hole float64 }

func (b blob) has(x, y int) bool {
	d := math.Hypot(float64(x)-b.x, float64(y)-b.y)
	return d <= b.radius && d >= b.hole
}

func (b blob) Runs(w Window, run func(y, first, end int) bool) {
	for y := w.Y; y < w.Y+w.Height; y++ {
		for x := w.X; x < w.X+w.Width; x++ {
			first := x
			for x < w.X+w.Width && b.has(x, y) {
				x++
			}
			if x > first && !run(y, first, x) {
				return
			}
		}
	}
}

// Pixels of a region have the bits of a stream without one, all others are NaN, and windows without a pixel of it are not read.
func TestStreamRegion(t *testing.T) {
	s := drawScene[float32](1, 61, 47, days(9))
	of := blob{20, 25, 13, 5}
	whole := newStore(t, s, 2)
	o := Options{Fields: all, Threads: 2, WindowWidth: 8, WindowHeight: 8, Float64: true}
	if _, err := Stream(t.Context(), whole, whole, o); err != nil {
		t.Fatal(err)
	}
	for _, float64s := range []bool{true, false} {
		for _, window := range []int{1, 7, 8, 100} {
			for _, blocks := range []int{0, 4, 16} {
				name := fmt.Sprintf("window %d, blocks %d, float64 %v", window, blocks, float64s)
				o.Float64, o.WindowWidth, o.WindowHeight = float64s, window, window
				part := newStore(t, s, 2)
				part.grid.Region, part.grid.BlockWidth, part.grid.BlockHeight, part.grid.WholeBlocks = of, blocks, blocks, blocks == 16
				read := 0
				part.onRead = func(_ context.Context, _ int, w Window) error {
					part.mu.Lock()
					defer part.mu.Unlock()
					read += w.Pixels()
					any := false
					of.Runs(w, func(int, int, int) bool { any = true; return false })
					if !any {
						t.Errorf("%s: the window %+v is read", name, w)
					}
					return nil
				}
				if _, err := Stream(t.Context(), part, part, o); err != nil {
					t.Fatal(err)
				}
				inside := 0
				for p := range part.out[0] {
					in := of.has(p%61, p/61)
					if in {
						inside++
					}
					for f := range part.out {
						want := math.NaN()
						if in {
							if want = whole.out[f][p]; !float64s {
								want = float64(float32(want))
							}
						}
						if got := part.out[f][p]; math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
							t.Fatalf("%s: field %d of pixel %d is %v, want %v", name, f, p, got, want)
						}
					}
					if part.seen[0][p] != 1 {
						t.Fatalf("%s: pixel %d is written %v times", name, p, part.seen[0][p])
					}
				}
				if window == 1 && read != inside {
					t.Errorf("%s: %d pixels are read for %d", name, read, inside)
				}
			}
		}
	}
}

// Samples outside a region are NaN too, with the NaN of all results.
func TestSamplesOfARegion(t *testing.T) {
	s := drawScene[int16](1, 20, 10, days(3))
	part := newStore(t, s, 1)
	part.grid.Region = blob{10, 5, 3, 0}
	if _, err := Stream(t.Context(), part, part, Options{Samples: true, Threads: 1, Float64: true}); err != nil {
		t.Fatal(err)
	}
	for p := range part.out[0] {
		for i := range 3 {
			if x := part.out[i][p]; !(blob{10, 5, 3, 0}).has(p%20, p/20) && math.Float64bits(x) != math.Float64bits(kernel.NaN()) {
				t.Fatalf("sample %d of pixel %d is %v", i, p, x)
			}
		}
	}
}
