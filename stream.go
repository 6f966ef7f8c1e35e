package pixtrend

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Window is a rectangle of pixels.
type Window struct{ X, Y, Width, Height int }

// Pixels returns Width × Height.
func (w Window) Pixels() int { return w.Width * w.Height }

// Grid describes a stack that is read in windows.
type Grid struct {
	Width, Height int
	Axis          timeaxis.Axis // NewAxis sorts dates, and tells which of the source's rasters is plane i
	Type          kernel.DType  // of the samples that Read delivers
	Valid         kernel.Valid
	Scale, Offset float64 // a stored sample s means s·Scale + Offset; Scale 0 is taken as 1
	// What the source reads at once: windows are made of whole blocks where memory allows.
	// 0: no preference.
	BlockWidth, BlockHeight int
}

// Source is a stack that can be read in windows: files, or an array store of one's own.
type Source interface {
	// Grid describes the stack. It is called once, before the first Read.
	Grid() Grid
	// Read fills dst, which has Grid's type, with the samples of w: plane i is date i of the axis,
	// pixels row by row. It is called from several goroutines at once, but never twice at once
	// with the same worker, which counts from 0. dst must not be kept.
	Read(ctx context.Context, worker int, w Window, dst kernel.Tile) error
}

// Sink takes finished windows.
type Sink interface {
	// Write stores the fields of w: plane f of planes is field f of the options, pixels row by row,
	// as float32, or float64 where Options.Float64 asks for it. Windows come in any order, each
	// once, never two at a time. planes must not be kept.
	Write(w Window, planes kernel.Tile) error
}

// Plan is a stream's resolved plan: what Stream will do, known before it starts.
type Plan struct {
	WindowWidth, WindowHeight int // at the right and lower edges windows are smaller
	Windows                   int
	Workers                   []runner.Placement
	Pin                       runner.Pinning
	Unbound                   string // why not every worker has a CPU of its own, or ""
	ISA                       kernel.ISA
	Fields                    []stats.Field
	Type                      kernel.DType // of the results
	Memory                    int64        // bytes of tiles and results

	grid  Grid
	stats *stats.Plan
	k     kernel.Kernel
	run   runner.Options
}

// NewPlan resolves options for a grid, without reading anything.
func NewPlan(g Grid, o Options) (Plan, error) {
	if g.Width <= 0 || g.Height <= 0 || !g.Type.Valid() {
		return Plan{}, fmt.Errorf("pixtrend: a stack of %d × %d pixels of %v cannot be fitted", g.Width, g.Height, g.Type)
	}
	if g.Width > math.MaxInt/g.Height {
		return Plan{}, fmt.Errorf("pixtrend: a stack of %d × %d pixels is too large to count them", g.Width, g.Height)
	}
	if o.WindowWidth < 0 || o.WindowHeight < 0 || o.Memory < 0 {
		return Plan{}, fmt.Errorf("pixtrend: window %d × %d and memory %d must not be negative", o.WindowWidth, o.WindowHeight, o.Memory)
	}
	if (o.WindowWidth == 0) != (o.WindowHeight == 0) {
		return Plan{}, fmt.Errorf("pixtrend: a window of %d × %d pixels: give both sides, or neither", o.WindowWidth, o.WindowHeight)
	}
	p := Plan{grid: g, Type: kernel.Float32}
	if o.Float64 {
		p.Type = kernel.Float64
	}
	var err error
	p.stats, p.k, err = o.plan(g.Axis.T, g.Axis.PerYear, g.Scale, g.Offset, g.Valid)
	if err != nil {
		return Plan{}, err
	}
	p.ISA, p.Fields = p.k.ISA(), p.stats.Fields()
	// The most workers that there can be decide how large a window may be; there may be fewer
	// windows than that.
	_, all, err := o.crew(g.Width * g.Height)
	if err != nil {
		return Plan{}, err
	}
	if err := p.chooseWindow(o, len(all.Workers)); err != nil {
		return Plan{}, err
	}
	p.Windows = ((g.Width-1)/p.WindowWidth + 1) * ((g.Height-1)/p.WindowHeight + 1)
	ro, crew, err := o.crew(p.Windows)
	if err != nil {
		return Plan{}, err
	}
	p.run, p.Workers, p.Pin, p.Unbound = ro, crew.Workers, crew.Pin, crew.Why
	pixels := p.WindowWidth * p.WindowHeight
	p.Memory = int64(len(p.Workers))*p.tileBytes(pixels) + int64(p.buffers())*p.resultBytes(pixels)
	return p, nil
}

func (p *Plan) tileBytes(pixels int) int64 {
	return int64(layout.TileBytes(p.grid.Type, pixels, p.stats.Dates()))
}

func (p *Plan) resultBytes(pixels int) int64 {
	return int64(layout.TileBytes(p.Type, pixels, len(p.Fields)))
}

// buffers is how many windows of results there are: one with each worker, and as many waiting for
// the writer, so that neither waits for the other.
func (p *Plan) buffers() int { return 2 * len(p.Workers) }

// chooseWindow sets the size of the windows: the source's block, grown by whole blocks, first
// along the rows, as long as a tile stays in cache (layout.StreamPixels); or cut where a block of
// every date would not fit the memory.
func (p *Plan) chooseWindow(o Options, workers int) error {
	g, memory := p.grid, o.Memory
	if memory == 0 {
		memory = DefaultMemory
	}
	memory = min(memory, math.MaxInt64-1) // below what need says of numbers that are too large
	fits := func(w, h int) bool { return p.need(w, h, workers) <= memory }
	w, h := min(max(g.BlockWidth, 1), g.Width), min(max(g.BlockHeight, 1), g.Height)
	if o.WindowWidth > 0 || o.WindowHeight > 0 {
		w, h = min(o.WindowWidth, g.Width), min(o.WindowHeight, g.Height)
		if !fits(w, h) {
			return p.tooLarge(w, h, workers, memory)
		}
		p.WindowWidth, p.WindowHeight = w, h
		return nil
	}
	for !fits(w, h) && h > 1 {
		h = (h + 1) / 2
	}
	for !fits(w, h) && w > 64 {
		w = (w + 1) / 2
	}
	if !fits(w, h) {
		return p.tooLarge(w, h, workers, memory)
	}
	most := layout.StreamPixels(g.Type, p.stats.Dates(), workers)
	// Four windows a worker at least, so that none waits long for the last of another.
	most = min(most, max(layout.CachePixels(g.Type, p.stats.Dates()), g.Width*g.Height/(4*workers)))
	roomy := func(w, h int) bool { return w*h <= most && fits(w, h) }
	bw, bh := w, h
	for w < g.Width && roomy(w+bw, h) {
		w += bw
	}
	w = min(w, g.Width)
	for w == g.Width && h < g.Height && roomy(w, h+bh) {
		h += bh
	}
	p.WindowWidth, p.WindowHeight = w, min(h, g.Height)
	return nil
}

// need returns the bytes that windows of w × h take on all workers, or MaxInt64 where an int does
// not hold them: the size of a block is whatever a file says.
func (p *Plan) need(w, h, workers int) int64 {
	each := p.stats.Dates()*p.grid.Type.Size() + 2*len(p.Fields)*p.Type.Size() // bytes a pixel, before planes are staggered
	if w*h > math.MaxInt/4/each/workers {
		return math.MaxInt64
	}
	return int64(workers) * (p.tileBytes(w*h) + 2*p.resultBytes(w*h))
}

func (p *Plan) tooLarge(w, h, workers int, memory int64) error {
	return &MemoryError{Have: memory, Need: p.need(w, h, workers), Window: Window{Width: w, Height: h}, Threads: workers, Dates: p.stats.Dates()}
}

// MemoryError says that the memory is too small for one window a worker.
type MemoryError struct {
	Have, Need int64
	Window     Window
	Threads    int
	Dates      int
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("pixtrend: windows of %d × %d pixels × %d dates on %d threads take %s of memory and %s are allowed: allow more, or use fewer threads",
		e.Window.Width, e.Window.Height, e.Dates, e.Threads, bytesText(e.Need), bytesText(e.Have))
}

// bytesText writes a size for a sentence.
func bytesText(n int64) string {
	if n < 10<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", (n-1)>>20+1)
}

// window returns window number i, counted row by row.
func (p *Plan) window(i int) Window {
	across := (p.grid.Width-1)/p.WindowWidth + 1
	w := Window{X: i % across * p.WindowWidth, Y: i / across * p.WindowHeight}
	w.Width = min(p.WindowWidth, p.grid.Width-w.X)
	w.Height = min(p.WindowHeight, p.grid.Height-w.Y)
	return w
}

// Stream fits a stack window by window: a worker reads the window of every date into its tile,
// fits it while it is in cache, and hands the results to one writer. The stack is never in memory
// as a whole.
//
// When Stream returns, neither source nor sink is in use. After an error or a cancelled context,
// which it returns, the sink holds some of the windows.
func Stream(ctx context.Context, source Source, sink Sink, o Options) (Report, error) {
	p, err := NewPlan(source.Grid(), o)
	if err != nil {
		return Report{}, err
	}
	return p.Run(ctx, source, sink, o.Progress)
}

// finished is a window on its way to the writer.
type finished struct {
	window Window
	planes kernel.Tile
	buf    []byte
}

// Run does what the plan says, on the source whose grid it was made for. progress may be nil; it
// hears the pixels that are written.
func (p Plan) Run(ctx context.Context, source Source, sink Sink, progress func(done, total int)) (Report, error) {
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	// Buffers go around: free, filled by a worker, written, free. Their number bounds how far
	// the workers run ahead of the writer.
	free := make(chan []byte, p.buffers())
	for range p.buffers() {
		free <- nil
	}
	full := make(chan finished, p.buffers())
	var writer sync.WaitGroup
	var writeErr error
	writer.Go(func() {
		written := 0
		for f := range full {
			// Whoever cancelled, or met an error, need not wait for what is left in the queue.
			if ctx.Err() != nil && writeErr == nil {
				writeErr = context.Cause(ctx)
			}
			if writeErr == nil {
				if writeErr = sink.Write(f.window, f.planes); writeErr != nil {
					cancel(writeErr)
				}
				written += f.window.Pixels()
				if progress != nil && writeErr == nil {
					progress(written, p.grid.Width*p.grid.Height)
				}
			}
			free <- f.buf
		}
	})

	workers := make([]streamWorker, len(p.Workers))
	defer func() {
		for i := range workers {
			workers[i].tile.close()
		}
	}()
	r, err := runner.Run(ctx, p.Windows, p.run, func(ctx context.Context, w runner.Worker, item int) error {
		var buf []byte
		select {
		case buf = <-free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		f := finished{window: p.window(item), buf: buf}
		if err := workers[w.ID].fit(ctx, &p, source, w.ID, &f); err != nil {
			cancel(err) // for the writer
			return err
		}
		full <- f // has room for every buffer
		return nil
	})
	close(full)
	writer.Wait()
	if writeErr != nil {
		err = writeErr
	}
	return report(r, p.k, p.grid.Width*p.grid.Height, p.stats.Dates(), start), err
}

// streamWorker is the memory of one worker.
type streamWorker struct {
	tile    tileMemory
	scratch *stats.Scratch
}

// fit reads the window of f and fills its planes.
func (m *streamWorker) fit(ctx context.Context, p *Plan, source Source, worker int, f *finished) error {
	most := p.WindowWidth * p.WindowHeight
	if err := m.tile.hold(int(p.tileBytes(most))); err != nil {
		return err
	}
	if m.scratch == nil {
		m.scratch = p.stats.NewScratch()
	}
	if f.buf == nil {
		f.buf = make([]byte, p.resultBytes(most))
	}
	pixels := f.window.Pixels()
	tile := layout.NewTile(p.grid.Type, pixels, p.stats.Dates(), m.tile.buf)
	f.planes = layout.NewTile(p.Type, pixels, len(p.Fields), f.buf)
	if err := source.Read(ctx, worker, f.window, tile); err != nil {
		return err
	}
	if p.Type == kernel.Float64 {
		stats.Fit(p.stats, m.scratch, tile, planesOf[float64](f.planes))
	} else {
		stats.Fit(p.stats, m.scratch, tile, planesOf[float32](f.planes))
	}
	return nil
}

func planesOf[F float32 | float64](t kernel.Tile) [][]F {
	planes := make([][]F, t.Dates)
	for i := range planes {
		planes[i] = kernel.Plane[F](t, i)
	}
	return planes
}
