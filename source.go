package pixtrend

import (
	"context"

	"github.com/pixtrend/pixtrend/kernel"
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
	// WholeBlocks says that to read any of a block costs all of it, as with compressed files. Where memory is
	// short, windows are then not cut; the dates are read a few at a time instead.
	WholeBlocks bool
	// Masked says that Read tells which samples are gaps apart from their values, in the mask of its tile.
	Masked bool
	// ScratchBytes is what Read itself holds for each pixel of a window, for each worker: the plan counts it.
	ScratchBytes int
}

// Source is a stack that can be read in windows: files, or an array store of one's own.
type Source interface {
	// Grid describes the stack. It is called once, before the first Read.
	Grid() Grid
	// Read fills dst, which has Grid's type, with the samples of w: plane i is date first+i of the axis,
	// pixels row by row. Where Grid's Masked is set, dst has a mask of bytes, and Read fills it too: 0 for a
	// gap, and any other number where the sample itself decides. Unless Grid's WholeBlocks is set, dst has all
	// dates and first is 0. Read is called from several goroutines at once, but never twice at once with the
	// same worker, which counts from 0 and stays below Options.Threads. dst must not be kept.
	Read(ctx context.Context, worker int, w Window, first int, dst kernel.Tile) error
}

// Sink takes finished windows.
type Sink interface {
	// Write stores the fields of w: plane f of planes is field f of the options, pixels row by row,
	// as float32, or float64 where Options.Float64 asks for it. After the fields come the residuals, a plane a date,
	// and then what is detrended, where Options ask for them. Windows come in any order, each
	// once, never two at a time. planes must not be kept.
	Write(w Window, planes kernel.Tile) error
}
