package pixtrend

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
)

// StreamPlan says what Stream will do. It is known before anything is read.
type StreamPlan struct {
	WindowWidth, WindowHeight int // windows at the right and lower edges are smaller
	Windows                   int
	DatesAtOnce               int // dates of a window that are read together: all, or as many as memory holds
	Workers                   []runner.Placement
	Pin                       runner.Pinning
	Unbound                   string // why not every worker has a CPU of its own; "": each has
	ISA                       kernel.ISA
	Fields                    []stats.Field
	Residuals, Detrended      bool // whether planes of these follow the fields
	Deseasoned, Fitted        bool
	VertexPlanes              int          // planes of vertices after those
	Samples                   bool         // whether the results are the samples, without fields
	Type                      kernel.DType // of the results
	TileMemory                int64        // bytes of tiles, results and scratch memory

	grid      Grid
	left, top int // of the first window, columns and rows outside the grid
	stats     *stats.Plan
	k         kernel.Kernel
	run       runner.Options
}

// NewStreamPlan plans the stream of a grid. It reads nothing.
func NewStreamPlan(g Grid, o Options) (StreamPlan, error) {
	if o.Progress != nil {
		return StreamPlan{}, &OptionError{Call: "NewStreamPlan", Option: "Progress"}
	}
	if g.Width <= 0 || g.Height <= 0 || !g.Type.Valid() {
		return StreamPlan{}, fmt.Errorf("pixtrend: a stack of %d × %d pixels of %v cannot be fitted", g.Width, g.Height, g.Type)
	}
	if g.ScratchBytes < 0 {
		return StreamPlan{}, fmt.Errorf("pixtrend: a source that holds %d bytes for a pixel cannot be planned for", g.ScratchBytes)
	}
	if g.BlockX < 0 || g.BlockY < 0 || g.BlockX >= max(1, g.BlockWidth) || g.BlockY >= max(1, g.BlockHeight) {
		return StreamPlan{}, fmt.Errorf("pixtrend: a stack that begins in column %d, row %d of a block of %d × %d pixels",
			g.BlockX, g.BlockY, g.BlockWidth, g.BlockHeight)
	}
	if g.Width > math.MaxInt/g.Height {
		return StreamPlan{}, fmt.Errorf("pixtrend: a stack of %d × %d pixels is too large to count them", g.Width, g.Height)
	}
	if o.WindowWidth < 0 || o.WindowHeight < 0 || o.TileMemory < 0 {
		return StreamPlan{}, fmt.Errorf("pixtrend: window %d × %d and memory %d must not be negative",
			o.WindowWidth, o.WindowHeight, o.TileMemory)
	}
	if (o.WindowWidth == 0) != (o.WindowHeight == 0) {
		return StreamPlan{}, fmt.Errorf("pixtrend: a window of %d × %d pixels: give both sides, or neither",
			o.WindowWidth, o.WindowHeight)
	}
	if g.Kept != nil && (o.Samples || o.series() != (series{})) {
		return StreamPlan{}, &OptionError{Call: "a stream of kept sums", Option: "Samples, Residuals, Detrended, Deseasoned, Fitted or Vertices"}
	}
	if g.Kept != nil && (g.Type != kernel.Float64 || g.Masked) {
		return StreamPlan{}, fmt.Errorf("pixtrend: kept sums are of %v without a mask, not %v", kernel.Float64, g.Type)
	}
	if n := o.Model.rasters(); n != len(g.Covariates) {
		return StreamPlan{}, fmt.Errorf("pixtrend: %d covariates of the model have values for each pixel, and the source has %d", n, len(g.Covariates))
	}
	p := StreamPlan{grid: g, Type: kernel.Float32, Residuals: o.Residuals, Detrended: o.Detrended, Deseasoned: o.Deseasoned,
		Fitted: o.Fitted, VertexPlanes: o.series().vertices, Samples: o.Samples}
	if o.Float64 {
		p.Type = kernel.Float64
	}
	var err error
	if !o.Samples {
		p.stats, p.k, err = o.plan(g.Axis, g.Scale, g.Offset, g.Valid, g.Kept)
	} else if err = o.refuse("a stream of Samples", true, false); err == nil {
		p.k, err = o.kernel()
	}
	if err != nil {
		return StreamPlan{}, err
	}
	p.ISA = p.k.ISA()
	if p.stats != nil {
		p.Fields = p.stats.Fields()
	}
	if p.Type == kernel.Float32 {
		if err := checkPrecision(p.Fields, g.Axis.T); err != nil {
			return StreamPlan{}, err
		}
	}
	// The largest number of workers decides how large a window may be. There may be fewer windows
	// than that.
	p.run, err = o.crew(g.Width * g.Height)
	if err != nil {
		return StreamPlan{}, err
	}
	if err := p.chooseWindow(o, p.run.Workers); err != nil {
		return StreamPlan{}, err
	}
	// A few workers with whole blocks decode less in all than more workers with parts of blocks.
	for fewer := p.run.Workers - 1; p.cutsBlocks(o) && fewer > 0; fewer-- {
		q := p
		if err := q.chooseWindow(o, fewer); err == nil && !q.cutsBlocks(o) {
			p = q
			p.run.Workers = fewer
			break
		}
	}
	if o.WindowWidth == 0 {
		p.left, p.top = g.BlockX, g.BlockY
	}
	across, down := p.windows()
	p.Windows = across * down
	crew, err := runner.Assign(p.Windows, p.run)
	if err != nil {
		return StreamPlan{}, fmt.Errorf("pixtrend: %w", err)
	}
	p.Workers, p.Pin, p.Unbound = crew.Workers, crew.Pin, crew.Why
	pixels := p.WindowWidth * p.WindowHeight
	p.TileMemory = int64(len(p.Workers)) * (p.workerBytes(pixels) + p.resultBytes(pixels))
	if g.Region != nil {
		p.TileMemory += p.resultBytes(pixels) // of pixels outside
	}
	return p, nil
}

// cutsBlocks reports whether the windows are smaller than blocks that are decoded whole.
func (p *StreamPlan) cutsBlocks(o Options) bool {
	g := p.grid
	return g.WholeBlocks && o.WindowWidth == 0 &&
		(p.WindowWidth < min(g.BlockWidth, g.BlockX+g.Width) || p.WindowHeight < min(g.BlockHeight, g.BlockY+g.Height))
}

// dates returns the number of planes of a tile: one for each date, or those of kept sums.
func (p *StreamPlan) dates() int {
	if p.grid.Kept != nil {
		return p.grid.Kept.Planes()
	}
	return len(p.grid.Axis.T)
}

func (p *StreamPlan) tileBytes(pixels int) int64 {
	return tileBytes(p.grid.Type, p.grid.Masked, pixels, p.DatesAtOnce)
}

// tileBytes returns the size of a tile, with its mask if it has one.
func tileBytes(d kernel.DType, masked bool, pixels, dates int) int64 {
	bytes := int64(layout.TileBytes(d, pixels, dates))
	if masked {
		bytes += int64(layout.TileBytes(kernel.Uint8, pixels, dates))
	}
	return bytes
}

// workerBytes returns what a worker holds for a window of that many pixels, without results: the
// tile, what the source holds, and the scratch memory of the fit, or its sums where dates are read
// in parts.
func (p *StreamPlan) workerBytes(pixels int) int64 {
	bytes := p.tileBytes(pixels) + int64(pixels)*int64(p.grid.ScratchBytes)
	for _, c := range p.grid.Covariates {
		bytes += tileBytes(c.Type, c.Masked, pixels, p.dates())
	}
	if p.stats == nil {
		return bytes
	}
	if p.DatesAtOnce == p.dates() {
		return bytes + int64(p.stats.ScratchBytes())
	}
	return bytes + int64(pixels)*int64(p.stats.SumsBytes())
}

// planes returns the number of planes of results: the fields, and a plane a date of each series
// asked for.
func (p *StreamPlan) planes() int {
	n := len(p.Fields) + p.series().planes(p.dates())
	if p.Samples {
		n += p.dates()
	}
	return n
}

func (p *StreamPlan) resultBytes(pixels int) int64 {
	return int64(layout.TileBytes(p.Type, pixels, p.planes()))
}

// partBytes is the size of a tile above which the dates of whole blocks are read in parts even if
// the memory holds all of them: 200 dates of 512 × 512 blocks took 1.8 times as long in one tile.
const partBytes = 32 << 20

// chooseWindow sets the size of the windows. It begins with the source's block, and adds whole
// blocks, first along the rows, as long as a tile stays in cache (layout.StreamPixels). If a block
// of every date does not fit the memory, it reads the dates in parts or cuts the block.
func (p *StreamPlan) chooseWindow(o Options, workers int) error {
	memory := o.TileMemory
	if memory == 0 {
		memory = DefaultTileMemory
	}
	memory = min(memory, math.MaxInt64-1) // below what need returns for numbers that are too large
	p.DatesAtOnce = p.dates()
	g := p.grid
	fits := func(w, h int) bool { return p.need(w, h, workers) <= memory }
	w, h := min(max(g.BlockWidth, 1), g.BlockX+g.Width), min(max(g.BlockHeight, 1), g.BlockY+g.Height)
	switch {
	case o.WindowWidth > 0 || o.WindowHeight > 0:
		w, h = min(o.WindowWidth, g.Width), min(o.WindowHeight, g.Height)
	case p.readsInParts(w, h, fits):
	default:
		w, h = smaller(w, h, fits)
		if fits(w, h) {
			w, h = p.larger(w, h, workers, fits)
		}
	}
	if !fits(w, h) {
		return p.tooLarge(w, h, workers, memory)
	}
	p.WindowWidth, p.WindowHeight = w, h
	return nil
}

// readsInParts reports whether windows of w × h, whole blocks of the files, fit the memory and a
// cache only with some of the dates at a time, and sets DatesAtOnce to how many. More parts cost
// only sums.
func (p *StreamPlan) readsInParts(w, h int, fits func(w, h int) bool) bool {
	tooLarge := func() bool { return !fits(w, h) || p.tileBytes(w*h) > partBytes }
	if !p.grid.WholeBlocks || p.series() != (series{}) || p.grid.Kept != nil || p.stats != nil && p.stats.AllDates() || !tooLarge() {
		return false
	}
	for p.DatesAtOnce > 1 && tooLarge() {
		p.DatesAtOnce = (p.DatesAtOnce + 1) / 2
	}
	if n := p.grid.BlockDates; n > 1 {
		// Fewer dates than a block has would decode it again.
		p.DatesAtOnce = max(p.DatesAtOnce/n*n, min(n, p.dates()))
	}
	if fits(w, h) {
		return true
	}
	p.DatesAtOnce = p.dates()
	return false
}

// smaller halves w × h until it fits, or is as small as a window gets.
func smaller(w, h int, fits func(w, h int) bool) (width, height int) {
	for !fits(w, h) && h > 1 {
		h = (h + 1) / 2
	}
	for !fits(w, h) && w > 64 {
		w = (w + 1) / 2
	}
	return w, h
}

// larger adds whole blocks of w × h, to the right and then below, as long as the window stays in a
// worker's share of the caches.
func (p *StreamPlan) larger(w, h, workers int, fits func(w, h int) bool) (width, height int) {
	g := p.grid
	most := layout.StreamPixels(g.Type, p.dates(), workers)
	// At least four windows for each worker, so that none waits long for the last window of
	// another.
	most = min(most, max(layout.CachePixels(g.Type, p.dates()), g.Width*g.Height/(4*workers)))
	roomy := func(w, h int) bool { return w*h <= most && fits(w, h) }
	bw, bh := w, h
	width, height = g.BlockX+g.Width, g.BlockY+g.Height // of all blocks, but the ends of the last
	for w < width && roomy(w+bw, h) {
		w += bw
	}
	w = min(w, width)
	for w == width && h < height && roomy(w, h+bh) {
		h += bh
	}
	return w, min(h, height)
}

// need returns the bytes that windows of w × h take on all workers, or MaxInt64 if they overflow,
// since a file may give any number as the size of its blocks.
func (p *StreamPlan) need(w, h, workers int) int64 {
	sample := p.grid.Type.Size() + 1 // with its mask
	// Bytes of a pixel, before planes are staggered.
	for _, c := range p.grid.Covariates {
		sample += c.Type.Size() + 1
	}
	each := p.dates()*sample + p.grid.ScratchBytes + p.planes()*p.Type.Size()
	if p.stats != nil {
		each += p.stats.SumsBytes()
	}
	if w*h > math.MaxInt/4/each/workers {
		return math.MaxInt64
	}
	return int64(workers) * (p.workerBytes(w*h) + p.resultBytes(w*h))
}

func (p *StreamPlan) tooLarge(w, h, workers int, memory int64) error {
	return &MemoryError{Have: memory, Need: p.need(w, h, workers), Window: Window{Width: w, Height: h},
		Threads: workers, Dates: p.dates()}
}

// MemoryError says that the memory is too small for one window on each worker.
type MemoryError struct {
	Have, Need int64  // bytes
	Window     Window // the smallest possible, or the one that was asked for
	Threads    int
	Dates      int
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("pixtrend: windows of %d × %d pixels × %d dates on %d threads take %s of memory and %s are allowed: allow more, or use fewer threads",
		e.Window.Width, e.Window.Height, e.Dates, e.Threads, bytesText(e.Need), bytesText(e.Have))
}

// bytesText returns a size as words.
func bytesText(n int64) string {
	if n < 10<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", (n-1)>>20+1)
}

// windows returns how many windows there are in a row, and in a column.
func (p *StreamPlan) windows() (across, down int) {
	return (p.left+p.grid.Width-1)/p.WindowWidth + 1, (p.top+p.grid.Height-1)/p.WindowHeight + 1
}

// window returns window number i, counted row by row. The first of a row or column can be smaller
// than the others, as the last can.
func (p *StreamPlan) window(i int) Window {
	across, _ := p.windows()
	x, y := i%across*p.WindowWidth-p.left, i/across*p.WindowHeight-p.top
	w := Window{X: max(x, 0), Y: max(y, 0)}
	w.Width = min(x+p.WindowWidth, p.grid.Width) - w.X
	w.Height = min(y+p.WindowHeight, p.grid.Height) - w.Y
	return w
}
