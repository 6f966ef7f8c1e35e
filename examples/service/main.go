// Command service fits tiles as they arrive, like a server that gets them from a decoder or from
// the network. There are no files and no stack, and nothing is allocated per tile.
//
//	go run ./examples/service
//	go run ./examples/service -tiles 20000 -side 128 -workers 1
//
// Tiles circulate. A sender takes a free tile, fills it and puts it into a queue. Workers take
// tiles from the queue and fit them. A receiver looks at the results and frees the tile. So memory
// is bounded, and a sender that is too fast waits. The statistics of the dates are prepared once
// for all tiles (stats.NewPlan), and each worker has scratch memory of its own.
//
// Tiles are checked when they arrive, because the kernels treat a wrong shape as a bug and panic.
// Ctrl-C ends the run between two tiles.
//
// In place of a decoder, the sender here copies tiles that were made before. All have the same
// known trends.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("service: ")
	tiles := flag.Int("tiles", 2000, "tiles to fit")
	side := flag.Int("side", 256, "pixels of a tile's side")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "goroutines that fit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *tiles, *side, *workers); err != nil {
		log.Fatal(err)
	}
}

// nodata is the value of a gap, as in many 16-bit products.
const nodata = -9999

// job is a tile in circulation. Only its present holder may write it: the sender writes tile and
// pixels, a worker the other fields.
type job struct {
	tile          kernel.Tile // plane by plane, the oldest date first
	slope, pvalue []float32
	took          time.Duration // time of the fit alone
	err           error
}

// service fits the tiles of a queue.
type service struct {
	plan    *stats.Plan
	workers []worker
}

// worker is the memory of one goroutine.
type worker struct {
	scratch *stats.Scratch
	planes  [2][]float32
}

// newService prepares fits of int16 tiles of these dates. The results are the slope per year and
// the p-value.
func newService(dates []timeaxis.Date, workers int) (*service, error) {
	if workers < 1 {
		return nil, fmt.Errorf("%d workers cannot fit anything: give 1 or more", workers)
	}
	axis, _, err := timeaxis.NewAxis(dates)
	if err != nil {
		return nil, err
	}
	k, err := kernel.FromEnv() // the fastest one, unless PIXTREND_ISA names another
	if err != nil {
		return nil, err
	}
	plan, err := stats.NewPlan(k, axis.T, stats.Options{
		Fields:  []stats.Field{stats.Slope, stats.PValue},
		PerUnit: axis.PerUnit,
		Valid:   kernel.Valid{HasNodata: true, Nodata: nodata},
		MinObs:  3,
		Scale:   0.0001,
	})
	if err != nil {
		return nil, err
	}
	s := &service{plan: plan, workers: make([]worker, workers)}
	for i := range s.workers {
		s.workers[i].scratch = plan.NewScratch()
	}
	return s, nil
}

// serve fits the tiles from queue and sends them to done, until queue is closed or ctx ends. Then
// it closes done.
func (s *service) serve(ctx context.Context, queue <-chan *job, done chan<- *job) {
	var wg sync.WaitGroup
	for i := range s.workers {
		wg.Go(func() {
			for j := range queue {
				if ctx.Err() != nil {
					return
				}
				s.fit(&s.workers[i], j)
				select {
				case done <- j:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	wg.Wait()
	close(done)
}

// fit fits one tile. It allocates nothing.
func (s *service) fit(w *worker, j *job) {
	start := time.Now()
	if j.err = s.check(j); j.err != nil {
		return
	}
	w.planes = [2][]float32{j.slope, j.pvalue}
	stats.Fit(s.plan, w.scratch, j.tile, w.planes[:])
	j.took = time.Since(start)
}

// check returns an error if a tile from elsewhere has a wrong shape, on which the kernels would
// panic.
func (s *service) check(j *job) error {
	if err := j.tile.Check(); err != nil {
		return err
	}
	if t := j.tile; t.Type != kernel.Int16 || t.Dates != s.plan.Dates() || t.Pixels > min(len(j.slope), len(j.pvalue)) {
		return fmt.Errorf("a tile of %d dates × %d pixels of %v came, and the service takes %d dates × at most %d pixels of int16",
			t.Dates, t.Pixels, t.Type, s.plan.Dates(), min(len(j.slope), len(j.pvalue)))
	}
	return nil
}

// run sends that many tiles of side × side pixels through a service and prints a summary.
func run(ctx context.Context, w io.Writer, tiles, side, workers int) error {
	if tiles < 1 || side < 1 || side > 4096 {
		return fmt.Errorf("%d tiles of %d × %d pixels cannot be sent: give 1 or more, of 1 to 4096 pixels a side", tiles, side, side)
	}
	dates := pixtrend.Years(2001, 2024)
	s, err := newService(dates, workers)
	if err != nil {
		return err
	}

	// There is one tile for each worker, one waiting for each worker, and one each for the
	// sender and the receiver. The samples are outside the Go heap, in huge pages if there are
	// any.
	jobs := 2*workers + 2
	pixels := side * side
	bytes := layout.TileBytes(kernel.Int16, pixels, len(dates))
	arena, err := layout.NewArena(jobs * (bytes + 64))
	if err != nil {
		return err
	}
	defer arena.Close()
	free, queue, done := make(chan *job, jobs), make(chan *job, workers), make(chan *job, workers)
	for range jobs {
		free <- &job{
			tile:  layout.NewTile(kernel.Int16, pixels, len(dates), arena.Cut(bytes)),
			slope: make([]float32, pixels), pvalue: make([]float32, pixels),
		}
	}

	var senders sync.WaitGroup
	defer senders.Wait() // runs before the arena is closed
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	senders.Go(func() {
		defer close(queue)
		send(ctx, tiles, observed(pixels, len(dates)), free, queue)
	})
	senders.Go(func() { s.serve(ctx, queue, done) })

	var c count
	start, warm := time.Now(), min(jobs, tiles-1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for j := range done {
		if j.err != nil {
			return j.err
		}
		c.add(j)
		free <- j
		if c.tiles == warm {
			runtime.ReadMemStats(&before)
		}
	}
	runtime.ReadMemStats(&after)
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %d of %d tiles were fitted", context.Cause(ctx), c.tiles, tiles)
	}
	seconds := time.Since(start).Seconds()
	input := float64(c.tiles) * float64(pixels*len(dates)*kernel.Int16.Size())
	fmt.Fprintf(w, "%d tiles of %d × %d pixels, %d dates: %.1f %% greener, %.1f %% browner\n",
		c.tiles, side, side, len(dates), 100*c.share(c.greener), 100*c.share(c.browner))
	fmt.Fprintf(w, "%d workers: %.0f tiles/s, %.0f Mpixel/s, %.1f GB/s in; a fit takes %.0f µs, %.1f GB/s for each worker\n",
		workers, float64(c.tiles)/seconds, float64(c.pixels)/seconds/1e6, input/seconds/1e9,
		c.took.Seconds()/float64(c.tiles)*1e6, input/c.took.Seconds()/1e9)
	fmt.Fprintf(w, "%.2f allocations a tile\n", float64(after.Mallocs-before.Mallocs)/float64(max(1, c.tiles-warm)))
	return nil
}

// send fills free tiles with samples, as a decoder would, and queues them.
func send(ctx context.Context, tiles int, samples []int16, free <-chan *job, queue chan<- *job) {
	for range tiles {
		var j *job
		select {
		case j = <-free:
		case <-ctx.Done():
			return
		}
		for i := range j.tile.Dates {
			copy(kernel.Plane[int16](j.tile, i), samples[i*j.tile.Pixels:])
		}
		select {
		case queue <- j:
		case <-ctx.Done():
			return
		}
	}
}

// observed returns samples with known trends, one date after another. Of every eight pixels three
// gain 50, 100 and 150 (of 10000) per year, two lose 50 and 100, and three have no trend. All
// scatter a little, and every fifth observation of a pixel is missing.
func observed(pixels, dates int) []int16 {
	trends := [8]int{50, 100, 150, -50, -100, 0, 0, 0}
	samples := make([]int16, dates*pixels)
	for i := range dates {
		scatter := 20 - 40*(i/2%2) // +20, +20, −20, −20, which has no trend
		for p := range pixels {
			y := 5000 + trends[p%8]*(i-dates/2) + scatter
			if (i+p)%5 == 0 {
				y = nodata
			}
			samples[i*pixels+p] = int16(y)
		}
	}
	return samples
}

// count summarizes the results.
type count struct {
	tiles, pixels    int
	greener, browner int // pixels with a significant trend
	took             time.Duration
}

func (c *count) add(j *job) {
	c.tiles++
	c.pixels += j.tile.Pixels
	c.took += j.took
	for p, pvalue := range j.pvalue[:j.tile.Pixels] {
		switch {
		case pvalue >= 0.05 || pvalue != pvalue:
		case j.slope[p] > 0:
			c.greener++
		default:
			c.browner++
		}
	}
}

func (c *count) share(n int) float64 { return float64(n) / float64(c.pixels) }
