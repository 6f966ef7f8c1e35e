package pixtrend

import (
	"context"

	"github.com/pixtrend/pixtrend/kernel"
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
	Axis          timeaxis.Axis // timeaxis.NewAxis sorts dates, and returns the raster of each plane
	Type          kernel.DType  // of the samples that Read stores
	Valid         kernel.Valid
	Scale, Offset float64 // a stored sample s means s·Scale + Offset; Scale 0 is taken as 1
	// The size of what the source reads at once. Windows are whole blocks if the memory allows.
	// 0: no preference.
	BlockWidth, BlockHeight int
	// BlockX and BlockY are the columns and rows of the first block that lie outside the grid, to
	// the left of it and above it: those of a source that is a part of another.
	BlockX, BlockY int
	// WholeBlocks says that reading any part of a block costs as much as all of it, as in
	// compressed files. If the memory is short, windows are then not smaller than blocks; their
	// dates are read a few at a time.
	WholeBlocks bool
	// BlockDates is the number of dates that a block holds, from the first date on; 0 or 1: one. If the
	// dates of windows are read a few at a time, they are whole blocks as far as the memory allows.
	BlockDates int
	// Masked says that Read marks gaps in the mask of its tile, apart from the values of samples.
	Masked bool
	// Covariates are those of Options.Model.Covariates that have no values for dates but for each
	// pixel, in their order. The source is then a CovariateSource.
	Covariates []GridCovariate
	// Kept says that Read stores kept sums over the dates of Axis, whose planes take the place of dates;
	// nil: it stores samples. Type is then Float64. The results are fields that follow from such sums.
	Kept *stats.Kept
	// Region says which pixels are fitted; nil: all. The results of others are NaN, those of Samples and of N too, and windows
	// without a pixel of the region are not read.
	Region Region
	// ScratchBytes is the memory that Read holds for each pixel of a window on each worker. Plans
	// count it.
	ScratchBytes int
}

// Source is a stack that can be read in windows, such as files or an array store.
type Source interface {
	// Grid describes the stack. It is called once, before the first Read.
	Grid() Grid
	// Read fills dst, which has the type of Grid, with the samples of w: plane i is date first+i of
	// the axis, pixels row by row. If Grid.Masked is set, dst has a mask of bytes, which Read fills
	// too: 0 for a gap, and any other number if the sample itself decides. Unless Grid.WholeBlocks
	// is set, dst has all dates and first is 0. Read is called from several goroutines at once, but
	// never twice at once with the same worker, a number from 0 to below Options.Threads. Read must
	// not keep dst.
	Read(ctx context.Context, worker int, w Window, first int, dst kernel.Tile) error
}

// ViewSource is a Source that may have the samples of windows in memory. Stream then does not ask for a copy of
// them where the fields follow from sums.
type ViewSource interface {
	Source
	// View calls use with a tile of the samples of w at all dates, which is valid until use returns, or reports that it
	// does not have them: Stream then calls Read. Grid.Masked is not set. View is called as Read is. After an error, the
	// results of use are not used.
	View(ctx context.Context, worker int, w Window, use func(kernel.Tile)) (viewed bool, err error)
}

// Region is some of the pixels of a grid.
type Region interface {
	// Runs calls run for each run of pixels of w that lie in the region, row by row and from left to right: those of row y from
	// column first to before end, counted in the grid. It ends when run returns false. Runs is called from several goroutines
	// at once.
	Runs(w Window, run func(y, first, end int) bool)
}

// GridCovariate describes a covariate of a stack that is read in windows. Its scale and offset are
// those of stats.Covariate.
type GridCovariate struct {
	Type   kernel.DType
	Valid  kernel.Valid
	Masked bool // as Grid.Masked
}

// CovariateSource is a Source with covariates for each pixel.
type CovariateSource interface {
	Source
	// ReadCovariate fills dst with all dates of a window of a covariate, as Read does.
	ReadCovariate(ctx context.Context, worker int, covariate int, w Window, dst kernel.Tile) error
}

// Sink stores results, window by window.
type Sink interface {
	// Write stores the fields of w: plane f of planes is field f of the options, pixels row by row,
	// as float32, or as float64 with Options.Float64. The planes of Options.Residuals, one for each
	// date, follow the fields, then those of Options.Detrended, Deseasoned, Fitted and Vertices. Windows come
	// in any order, each once. Write is called from several goroutines, but never twice at once unless the sink
	// is a ParallelSink. Write must not keep planes.
	Write(w Window, planes kernel.Tile) error
}

// ParallelSink is a Sink that need not be written by one worker at a time.
type ParallelSink interface {
	Sink
	// Parallel reports whether Write may be called from several goroutines at once.
	Parallel() bool
}
