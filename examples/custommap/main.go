// Command custommap applies a function of its own to the series of every pixel with pixtrend.Map.
// The function finds the deepest fall of NDVI below an earlier high, and the year of that fall. No
// regression computes this. It finds clearings that have grown back since and have no trend any
// more.
//
//	go run ./examples/custommap
//
// The example shows how to use Map:
//
//   - Map calls the function with tiles, which are runs of pixels with their series, from several
//     goroutines at once. The function loops over planes (Tile.Plane), not over pixels
//     (Tile.Series), because the samples of one date are contiguous.
//   - Each pixel is in one tile only, so the function writes to First+p without a lock.
//   - Worker is the number of the goroutine. Each has scratch memory of its own, which is allocated
//     once.
//   - Samples are in the type in which they are stored, with dates in order for any order of the
//     stack. The function handles gaps (IsGap), scale and offset itself.
//   - The first error ends the run, and so does the context.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"math"
	"os"
	"os/signal"
	"runtime"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("custommap: ")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// falls holds one result per pixel of a stack.
type falls struct {
	depth []float32 // largest fall below an earlier observation; NaN without an observation
	year  []float32 // year of that fall; NaN without a fall
}

// deepestFalls finds the deepest fall of every pixel of s.
func deepestFalls(ctx context.Context, s *pixtrend.Stack, threads int) (falls, error) {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0) // as Map does
	}
	scale := float32(s.Scale)
	if scale == 0 {
		scale = 1
	}
	f := falls{depth: make([]float32, s.Pixels()), year: make([]float32, s.Pixels())}
	highs := make([][]int16, threads) // scratch memory of each worker, for one tile
	err := pixtrend.Map(ctx, s, pixtrend.Options{Threads: threads}, func(t pixtrend.Tile[int16]) error {
		nan := float32(math.NaN())
		depth, year := f.depth[t.First:][:t.Pixels], f.year[t.First:][:t.Pixels]
		high := slices.Grow(highs[t.Worker][:0], t.Pixels)[:t.Pixels]
		highs[t.Worker] = high
		for p := range t.Pixels {
			depth[p], year[p] = nan, nan
		}
		for i, when := range t.T {
			for p, y := range t.Plane(i) {
				switch {
				case t.IsGap(y):
				case depth[p] != depth[p]: // the first observation
					high[p], depth[p] = y, 0
				case y > high[p]:
					high[p] = y
				default:
					if fall := scale * (float32(high[p]) - float32(y)); fall > depth[p] {
						depth[p], year[p] = fall, float32(when)
					}
				}
			}
		}
		return nil
	})
	return f, err
}

// run finds clearings in a forest and prints how many pixels were cleared in each year.
func run(ctx context.Context, w io.Writer) error {
	s, err := forest(400, 300, 1995, 2015)
	if err != nil {
		return err
	}
	f, err := deepestFalls(ctx, s, 0)
	if err != nil {
		return err
	}
	trend, err := pixtrend.Fit(ctx, s, pixtrend.Options{})
	if err != nil {
		return err
	}

	type clearing struct {
		pixels       int
		depth, slope float64 // sums
	}
	byYear := map[int]clearing{}
	for p, depth := range f.depth {
		if depth > 0.2 {
			c := byYear[int(f.year[p])]
			byYear[int(f.year[p])] = clearing{c.pixels + 1, c.depth + float64(depth), c.slope + float64(trend.Planes[0][p])}
		}
	}
	fmt.Fprintf(w, "%d pixels, %v\n", s.Pixels(), s.Axis())
	for _, year := range slices.Sorted(maps.Keys(byYear)) {
		c := byYear[year]
		n := float64(c.pixels)
		fmt.Fprintf(w, "%d: %d pixels fell by %.2f; their slope is %+.4f a year\n", year, c.pixels, c.depth/n, c.slope/n)
	}
	return nil
}

// forest returns yearly NDVI times 10000 of a forest with clouds, in which two blocks were cleared.
// The first block has grown back.
func forest(width, height, first, last int) (*pixtrend.Stack, error) {
	const nodata = -9999
	dates := pixtrend.Years(first, last)
	samples := make([]int16, 0, len(dates)*width*height)
	for i := range dates {
		for y := range height {
			for x := range width {
				ndvi := 8000
				switch {
				case x/40 == 2 && y/40 == 3 && i >= 5: // cleared in year 6, back in year 15
					ndvi -= max(0, 4500-500*(i-5))
				case x/50 == 6 && y/50 == 1 && i >= 14: // cleared in year 15
					ndvi -= 5000
				}
				if (x/7+y/5+3*i)%11 == 0 {
					ndvi = nodata
				}
				samples = append(samples, int16(ndvi))
			}
		}
	}
	s, err := pixtrend.NewStack(samples, layout.BSQ, width, height, dates)
	if err != nil {
		return nil, err
	}
	s.Scale, s.Valid = 0.0001, kernel.Valid{HasNodata: true, Nodata: nodata}
	return s, nil
}
