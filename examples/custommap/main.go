// Command custommap applies a function of one's own to every pixel's series with pixtrend.Map, here one that no
// regression gives: the deepest fall of NDVI below an earlier high, and the year in which it was reached. That
// is how clearings are found that have grown back since, and have no trend any more.
//
//	go run ./examples/custommap
//
// What it shows of Map:
//
//   - The function gets tiles, runs of pixels with their series, from several goroutines at once. It goes over
//     planes (Tile.Plane), not over pixels (Tile.Series), since the samples of one date lie side by side.
//   - No pixel comes twice, so that results are written to First+p without a lock.
//   - Worker numbers the goroutines: each has its own scratch memory, which is made once.
//   - Samples come as they are stored, dates in order, whatever the order of the stack. Gaps (IsGap) are left to
//     the function, and so are scale and offset.
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

// falls are results, one for each pixel of a stack.
type falls struct {
	depth []float32 // how far the series fell below the highest observation before; NaN without an observation
	year  []float32 // when it was there; NaN where it never fell
}

// deepestFalls looks for the deepest fall of every pixel of s.
func deepestFalls(ctx context.Context, s *pixtrend.Stack, threads int) (falls, error) {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0) // as Map does
	}
	scale := float32(s.Scale)
	if scale == 0 {
		scale = 1
	}
	f := falls{depth: make([]float32, s.Pixels()), year: make([]float32, s.Pixels())}
	highs := make([][]int16, threads) // of the tile that a worker has
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

// run looks for clearings in a forest, and tells where they are in space and time.
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

// forest returns NDVI times 10000 of a forest, yearly, with clouds, in which two blocks were cleared. The first has
// grown back.
func forest(width, height, first, last int) (*pixtrend.Stack, error) {
	const nodata = -9999
	dates := pixtrend.Years(first, last)
	samples := make([]int16, 0, len(dates)*width*height)
	for i := range dates {
		for y := range height {
			for x := range width {
				ndvi := 8000
				switch {
				case x/40 == 2 && y/40 == 3 && i >= 5: // cleared in the sixth year, and back after nine more
					ndvi -= max(0, 4500-500*(i-5))
				case x/50 == 6 && y/50 == 1 && i >= 14: // in the fifteenth
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
