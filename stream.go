package pixtrend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
)

// Stream fits a stack window by window. A worker reads the window of every date into its tile, fits
// it while it is in cache, and writes the results. The stack is never in memory as a whole.
//
// When Stream returns, neither source nor sink is in use. It returns the first error, or the cause
// if ctx was cancelled; the sink then has some of the windows.
func Stream(ctx context.Context, source Source, sink Sink, o Options) (Report, error) {
	progress := o.Progress
	o.Progress = nil
	p, err := NewStreamPlan(source.Grid(), o)
	if err != nil {
		return Report{}, err
	}
	return p.Run(ctx, source, sink, progress)
}

// Run streams the source whose grid the plan was made for. progress, which may be nil, is called
// with the number of pixels written, never concurrently.
func (p StreamPlan) Run(ctx context.Context, source Source, sink Sink, progress func(done, total int)) (Report, error) {
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := make([]streamWorker, len(p.Workers))
	defer func() {
		for i := range workers {
			workers[i].tile.close()
			for j := range workers[i].covariates {
				workers[i].covariates[j].close()
			}
		}
	}()
	out := newOutlet(&p, sink, cancel, progress)
	r, err := runner.Run(ctx, p.Windows, p.run, func(ctx context.Context, w runner.Worker, item int) error {
		own := &workers[w.ID]
		if own.since.IsZero() {
			own.since = time.Now()
		}
		window := p.window(item)
		inside, err := own.fit(ctx, &p, source, w.ID, window)
		own.lap(&own.busy.Fit)
		if err == nil {
			err = out.write(ctx, own, window, inside)
		} else {
			cancel(err) // at once, so that nothing more is written
		}
		return err
	})
	rep := report(r, p.k, p.grid.Width*p.grid.Height, len(p.grid.Axis.T), start)
	for i := range workers {
		rep.Busy.add(workers[i].busy)
	}
	return rep, err
}

// outlet is where the workers of a stream write their windows.
type outlet struct {
	plan     *StreamPlan
	sink     Sink
	stop     context.CancelCauseFunc
	turn     chan struct{}      // holds an element while a worker writes; nil: several may write at once
	outside  func() kernel.Tile // results of pixels outside the region
	progress func(done, total int)

	counting sync.Mutex // guards written, and calls of progress
	written  int        // pixels
}

func newOutlet(p *StreamPlan, sink Sink, stop context.CancelCauseFunc, progress func(done, total int)) *outlet {
	o := &outlet{plan: p, sink: sink, stop: stop, outside: sync.OnceValue(p.blankTile), progress: progress}
	if parallel, is := sink.(ParallelSink); !is || !parallel.Parallel() {
		o.turn = make(chan struct{}, 1)
	}
	return o
}

// write passes a window to the sink: what a worker has fitted, and the rest of it, which is outside the region. After an
// error or a cancellation, it writes nothing.
func (o *outlet) write(ctx context.Context, own *streamWorker, window, inside Window) error {
	if o.turn != nil {
		o.turn <- struct{}{}
		defer func() { <-o.turn }()
		own.lap(&own.busy.Wait)
	}
	defer own.lap(&own.busy.Write)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := o.writeParts(own, window, inside)
	if err != nil {
		o.stop(err) // before another worker can write
	}
	return err
}

func (o *outlet) writeParts(own *streamWorker, window, inside Window) error {
	if inside.Pixels() > 0 {
		if err := o.sink.Write(inside, own.planes); err != nil {
			return err
		}
	}
	for _, w := range window.without(inside) {
		blank := o.outside()
		blank.Pixels = w.Pixels()
		if err := o.sink.Write(w, blank); err != nil {
			return err
		}
	}
	o.count(window.Pixels())
	return nil
}

// count reports progress of so many pixels more.
func (o *outlet) count(pixels int) {
	if o.progress == nil {
		return
	}
	o.counting.Lock()
	defer o.counting.Unlock()
	o.written += pixels
	o.progress(o.written, o.plan.grid.Width*o.plan.grid.Height)
}

// streamWorker is the memory of one worker.
type streamWorker struct {
	tile       tileMemory
	covariates []tileMemory
	scratch    *stats.Scratch
	sums       *stats.Sums // of a window whose dates are read in parts
	results    []byte
	planes     kernel.Tile // the results of a window
	busy       Busy
	since      time.Time // up to when busy counts
}

// lap adds the time since the last lap to an account. A lap costs about 50 ns, negligible beside
// the 100 µs or more of a window.
func (m *streamWorker) lap(account *time.Duration) {
	now := time.Now()
	*account += now.Sub(m.since)
	m.since = now
}

// fit reads the part of a window that lies in the region, and fills the planes. It returns that part.
func (m *streamWorker) fit(ctx context.Context, p *StreamPlan, source Source, worker int, window Window) (inside Window, err error) {
	if inside = p.inside(window); inside.Pixels() == 0 {
		return inside, nil
	}
	if err := m.fitInside(ctx, p, source, worker, inside); err != nil {
		return inside, err
	}
	p.blankOutside(inside, m.planes)
	return inside, nil
}

// fitInside fits the part of a window that is read.
func (m *streamWorker) fitInside(ctx context.Context, p *StreamPlan, source Source, worker int, w Window) error {
	most := p.WindowWidth * p.WindowHeight
	if m.results == nil {
		m.results = make([]byte, p.resultBytes(most))
	}
	pixels := w.Pixels()
	m.planes = layout.NewTile(p.Type, pixels, p.planes(), m.results)
	if p.DatesAtOnce == p.dates() {
		if m.scratch == nil && p.stats != nil {
			m.scratch = p.stats.NewScratch()
		}
		if viewed, err := m.fitView(ctx, p, source, worker, w); viewed || err != nil {
			return err
		}
	}
	if err := m.tile.hold(int(p.tileBytes(most))); err != nil {
		return err
	}
	if p.DatesAtOnce < p.dates() {
		return m.fitInParts(ctx, p, source, worker, w)
	}
	tile := newTile(p.grid.Type, p.grid.Masked, pixels, p.dates(), m.tile.buf)
	if err := source.Read(ctx, worker, w, 0, tile); err != nil {
		return err
	}
	m.lap(&m.busy.Read)
	if p.stats == nil {
		p.copySamples(m.planes, tile, 0)
		return nil
	}
	if err := m.readCovariates(ctx, p, source, worker, w); err != nil {
		return err
	}
	m.lap(&m.busy.Read)
	m.fitTile(p, tile)
	return nil
}

// fitView fits a window whose samples the source has in memory. The tile of a worker then takes no memory.
func (m *streamWorker) fitView(ctx context.Context, p *StreamPlan, source Source, worker int, w Window) (viewed bool, err error) {
	// Estimators that need all dates of a pixel together read them more than once, and take long beside a copy of them.
	from, ok := source.(ViewSource)
	if !ok || p.stats == nil || p.stats.AllDates() || p.grid.Masked || len(p.grid.Covariates) > 0 {
		return false, nil
	}
	return from.View(ctx, worker, w, func(tile kernel.Tile) {
		m.tile.close()
		m.fitTile(p, tile)
	})
}

// fitTile fits a tile, and fills the planes.
func (m *streamWorker) fitTile(p *StreamPlan, tile kernel.Tile) {
	if p.Type == kernel.Float64 {
		fitTile(p.stats, m.scratch, tile, p.series(), planesOf[float64](m.planes))
	} else {
		fitTile(p.stats, m.scratch, tile, p.series(), planesOf[float32](m.planes))
	}
}

// fitInParts is fit for a window that is read a few dates at a time, which it adds to sums.
func (m *streamWorker) fitInParts(ctx context.Context, p *StreamPlan, source Source, worker int, w Window) error {
	if p.stats == nil {
		return m.eachPart(ctx, p, source, worker, w, func(tile kernel.Tile, first int) { p.copySamples(m.planes, tile, first) })
	}
	if m.sums == nil {
		m.sums = p.stats.NewSums(p.WindowWidth * p.WindowHeight)
	}
	m.sums.Reset()
	// Few windows have pixels that need their dates again.
	for again := true; again; {
		err := m.eachPart(ctx, p, source, worker, w, func(tile kernel.Tile, first int) { p.stats.Add(m.sums, tile, first) })
		if err != nil {
			return err
		}
		if p.Type == kernel.Float64 {
			again = stats.Finish(p.stats, m.sums, planesOf[float64](m.planes))
		} else {
			again = stats.Finish(p.stats, m.sums, planesOf[float32](m.planes))
		}
	}
	return nil
}

// eachPart reads a window a few dates at a time, and calls do with these and the first of them.
func (m *streamWorker) eachPart(ctx context.Context, p *StreamPlan, source Source, worker int, w Window, do func(tile kernel.Tile, first int)) error {
	for first := 0; first < p.dates(); first += p.DatesAtOnce {
		tile := newTile(p.grid.Type, p.grid.Masked, w.Pixels(), min(p.DatesAtOnce, p.dates()-first), m.tile.buf)
		if err := source.Read(ctx, worker, w, first, tile); err != nil {
			return err
		}
		m.lap(&m.busy.Read)
		do(tile, first)
		m.lap(&m.busy.Fit)
	}
	return nil
}

// copySamples writes the observations of a tile to the planes from first on, with scale and offset
// applied.
func (p *StreamPlan) copySamples(planes, tile kernel.Tile, first int) {
	for i := range tile.Dates {
		if p.Type == kernel.Float64 {
			copyPlane(kernel.Plane[float64](planes, first+i), tile, i, p.grid)
		} else {
			copyPlane(kernel.Plane[float32](planes, first+i), tile, i, p.grid)
		}
	}
}

func copyPlane[F float32 | float64](dst []F, tile kernel.Tile, i int, g Grid) {
	scale := cmp.Or(g.Scale, 1)
	var room [kernel.PanelPixels]float64
	for lo := 0; lo < tile.Pixels; lo += len(room) {
		hi := min(lo+len(room), tile.Pixels)
		samples := room[:hi-lo]
		tile.Slice(lo, hi).Observations(samples, i, g.Valid)
		for p, y := range samples {
			dst[lo+p] = F(kernel.OneNaN(math.FMA(y, scale, g.Offset)))
		}
	}
}

// readCovariates reads the covariates of a window, for the next fit.
func (m *streamWorker) readCovariates(ctx context.Context, p *StreamPlan, source Source, worker int, w Window) error {
	if len(p.grid.Covariates) == 0 {
		return nil
	}
	from, ok := source.(CovariateSource)
	if !ok {
		return fmt.Errorf("pixtrend: the source of a model with %d covariates for each pixel does not read them", len(p.grid.Covariates))
	}
	if m.covariates == nil {
		m.covariates = make([]tileMemory, len(p.grid.Covariates))
	}
	var rasters []kernel.Raster
	for i, c := range p.grid.Covariates {
		if err := m.covariates[i].hold(int(tileBytes(c.Type, c.Masked, p.WindowWidth*p.WindowHeight, p.dates()))); err != nil {
			return err
		}
		t := newTile(c.Type, c.Masked, w.Pixels(), p.dates(), m.covariates[i].buf)
		if err := from.ReadCovariate(ctx, worker, i, w, t); err != nil {
			return err
		}
		rasters = append(rasters, kernel.Raster{Tile: t, Valid: c.Valid})
	}
	m.scratch.SetRasters(rasters)
	return nil
}

// newTile returns a tile in buf for that many dates of a window, followed by its mask if it has one.
func newTile(d kernel.DType, masked bool, pixels, dates int, buf []byte) kernel.Tile {
	t := layout.NewTile(d, pixels, dates, buf)
	t.InCache = true
	if masked {
		mask := layout.NewTile(kernel.Uint8, pixels, dates, buf[len(t.Data):])
		t.Mask = kernel.Mask{Data: mask.Data, Stride: mask.Stride}
	}
	return t
}

func planesOf[F float32 | float64](t kernel.Tile) [][]F {
	planes := make([][]F, t.Dates)
	for i := range planes {
		planes[i] = kernel.Plane[F](t, i)
	}
	return planes
}
