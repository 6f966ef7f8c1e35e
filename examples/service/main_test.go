package main

import (
	"context"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func TestRun(t *testing.T) {
	for _, workers := range []int{1, 3} {
		var out strings.Builder
		if err := run(t.Context(), &out, 40, 32, workers); err != nil {
			t.Fatal(err)
		}
		// Three of eight pixels gain, two lose.
		want := regexp.MustCompile(`^40 tiles of 32 × 32 pixels, 24 dates: 37\.5 % greener, 25\.0 % browner
\d workers: \d+ tiles/s, \d+ Mpixel/s, [0-9.]+ GB/s in; a fit takes \d+ µs, [0-9.]+ GB/s for each worker
[0-9.]+ allocations a tile
$`)
		if !want.MatchString(out.String()) {
			t.Errorf("printed\n%s", &out)
		}
	}
}

// newJob returns a job with the samples of observed.
func newJob(pixels, dates int) *job {
	return &job{
		tile:  kernel.TileOf(observed(pixels, dates), pixels, dates, pixels),
		slope: make([]float32, pixels), pvalue: make([]float32, pixels),
	}
}

// Slopes equal those of two passes over the observations.
func TestFit(t *testing.T) {
	const pixels, dates = 64, 24
	s, err := newService(pixtrend.Years(2001, 2000+dates), 1)
	if err != nil {
		t.Fatal(err)
	}
	j := newJob(pixels, dates)
	if s.fit(&s.workers[0], j); j.err != nil {
		t.Fatal(j.err)
	}
	for p, slope := range j.slope {
		var n, meanT, meanY, ty, tt float64
		each := func(fn func(year, y float64)) {
			for i := range dates {
				if y := kernel.Plane[int16](j.tile, i)[p]; y != nodata {
					fn(float64(2001+i), float64(y)/10000)
				}
			}
		}
		each(func(year, y float64) { n, meanT, meanY = n+1, meanT+year, meanY+y })
		meanT, meanY = meanT/n, meanY/n
		each(func(year, y float64) {
			ty += (year - meanT) * (y - meanY)
			tt += (year - meanT) * (year - meanT)
		})
		if want := ty / tt; !(math.Abs(float64(slope)-want) < 1e-9) {
			t.Errorf("pixel %d: slope %v, want %v", p, slope, want)
		}
		if p%8 < 5 != (j.pvalue[p] < 0.05) {
			t.Errorf("pixel %d: p %v", p, j.pvalue[p])
		}
	}
}

func TestFitAllocatesNothing(t *testing.T) {
	s, err := newService(pixtrend.Years(2001, 2024), 1)
	if err != nil {
		t.Fatal(err)
	}
	j := newJob(1000, 24)
	if n := testing.AllocsPerRun(20, func() { s.fit(&s.workers[0], j) }); n != 0 {
		t.Errorf("%v allocations a tile", n)
	}
	if j.err != nil {
		t.Error(j.err)
	}
}

// The service returns an error for a tile of a wrong shape and goes on.
func TestWrongTiles(t *testing.T) {
	s, err := newService(pixtrend.Years(2001, 2024), 1)
	if err != nil {
		t.Fatal(err)
	}
	fewer, larger, floats, short, right := newJob(100, 23), newJob(100, 24), newJob(100, 24), newJob(100, 24), newJob(100, 24)
	larger.slope = larger.slope[:99]
	floats.tile.Type = kernel.Uint16
	short.tile.Data = short.tile.Data[1:]
	jobs := []*job{fewer, larger, floats, short, right}
	queue, done := make(chan *job, len(jobs)), make(chan *job, len(jobs))
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	s.serve(t.Context(), queue, done)
	n := 0
	for j := range done {
		if (j.err == nil) != (j == right) {
			t.Errorf("job %d: %v", n, j.err)
		}
		n++
	}
	if n != len(jobs) {
		t.Errorf("%d of %d jobs came back", n, len(jobs))
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := run(ctx, io.Discard, math.MaxInt, 16, 2)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestWrongRuns(t *testing.T) {
	for _, o := range [][3]int{{0, 16, 1}, {1, 0, 1}, {1, 5000, 1}, {1, 16, 0}} {
		if err := run(t.Context(), io.Discard, o[0], o[1], o[2]); err == nil {
			t.Errorf("%v passes", o)
		}
	}
	if _, err := newService(nil, 1); !errors.Is(err, timeaxis.ErrTooFew) {
		t.Errorf("no dates: %v", err)
	}
}
