package pixtrend

import (
	"context"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Stack is a stack of dated rasters in memory. It keeps the samples that it was made from, and
// only reads them; one that Pack made holds them itself.
type Stack struct {
	// Valid says which samples are gaps besides NaN and ±Inf: nodata, values out of range.
	Valid kernel.Valid
	// A stored sample s means s·Scale + Offset. Scale 0 is taken as 1.
	Scale, Offset float64

	view  layout.View // without samples where packed holds them
	axis  timeaxis.Axis
	order []int // plane i of a tile is raster order[i] of the view; nil: as they stand

	packed kernel.Tile // all pixels, where the stack was made by Pack
	arena  *layout.Arena
}

// NewStack makes a stack of width × height pixels. The samples stand in the given order, one raster
// for each of dates; these may come in any order, and the results are as if they were sorted. A
// stack whose dates are in order is never copied where its planes are contiguous (BSQ, BIL).
//
// data must hold exactly len(dates)·width·height samples, and dates at least two different ones,
// all years or all days.
func NewStack[T kernel.Sample](data []T, order layout.Order, width, height int, dates []timeaxis.Date) (*Stack, error) {
	s := &Stack{view: layout.ViewOf(data, order, width, height, len(dates))}
	if err := s.view.Check(); err != nil {
		return nil, fmt.Errorf("pixtrend: %w", err)
	}
	axis, planes, err := timeaxis.NewAxis(dates)
	if err != nil {
		return nil, fmt.Errorf("pixtrend: %w", err)
	}
	return s.on(axis, planes), nil
}

// NewStackOn is NewStack for any axis: with slopes per another unit than the year, or of numbers that
// are no dates. timeaxis.NewAxis and timeaxis.NewXAxis return the axis, and the raster of each of its planes.
func NewStackOn[T kernel.Sample](data []T, order layout.Order, width, height int, axis timeaxis.Axis, planes []int) (*Stack, error) {
	s := &Stack{view: layout.ViewOf(data, order, width, height, len(planes))}
	if err := s.view.Check(); err != nil {
		return nil, fmt.Errorf("pixtrend: %w", err)
	}
	used := make([]bool, len(planes))
	for _, from := range planes {
		if from < 0 || from >= len(planes) || used[from] {
			return nil, fmt.Errorf("pixtrend: the planes %v are not each of 0 to %d once", planes, len(planes)-1)
		}
		used[from] = true
	}
	if len(axis.T) != len(planes) {
		return nil, fmt.Errorf("pixtrend: an axis of %d planes for %d rasters", len(axis.T), len(planes))
	}
	return s.on(axis, slices.Clone(planes)), nil
}

// on places the rasters on an axis; planes is kept.
func (s *Stack) on(axis timeaxis.Axis, planes []int) *Stack {
	s.axis = axis
	if !slices.IsSorted(planes) {
		s.order = planes
	}
	return s
}

// Years returns the dates first, first+1 … last.
func Years(first, last int) []timeaxis.Date {
	var dates []timeaxis.Date
	for y := first; y <= last; y++ {
		dates = append(dates, timeaxis.Year(y))
	}
	return dates
}

// Pixels returns the number of pixels.
func (s *Stack) Pixels() int { return s.view.Pixels() }

// Axis returns the axis: the dates, or the numbers in their place, in order.
func (s *Stack) Axis() timeaxis.Axis { return s.axis }

// Pack returns a copy of s in memory of its own, as kernels read it the fastest: packed, that is cut into
// panels of 64 pixels with their whole series, so that fitting reads one sequential stream. It pays for
// whoever fits one stack many times. A fit of the copy gives the same bits.
//
// The copy takes the size of the samples, rounded up to 64 pixels. It lies outside the Go heap, with
// huge pages where the system gives them, until Close gives it back. Each part of it is written, and so
// placed on a NUMA node, by the worker that fits it later with the same Threads and Pin. Of the
// options, Threads, Pin, ISA and Progress count.
//
// Valid, Scale and Offset are copied; s is not needed afterwards.
func (s *Stack) Pack(ctx context.Context, o Options) (*Stack, error) {
	if s.packed.Packed {
		return nil, fmt.Errorf("pixtrend: the stack is packed already")
	}
	if err := o.refuse("Pack", true, true); err != nil {
		return nil, err
	}
	k, err := o.kernel()
	if err != nil {
		return nil, fmt.Errorf("pixtrend: %w", err)
	}
	v := s.view
	bytes := layout.PackedBytes(v.Type, v.Pixels(), v.Dates)
	arena, err := layout.NewArena(bytes)
	if err != nil {
		return nil, fmt.Errorf("pixtrend: a packed copy of %d dates of %d × %d pixels of %v takes %s of memory: %w",
			v.Dates, v.Width, v.Height, v.Type, bytesText(int64(bytes)), err)
	}
	c := *s
	c.view.Data, c.order, c.arena = nil, nil, arena
	c.packed = layout.NewPacked(v.Type, v.Pixels(), v.Dates, arena.Cut(bytes))
	if _, err := eachPiece(ctx, &c, o, func(int) {}, func(_ int, p piece) error {
		v.Copy(k, p.first, s.order, c.packed.Slice(p.first, p.first+p.pixels))
		return nil
	}); err != nil {
		_ = c.Close()
		return nil, err
	}
	return &c, nil
}

// Close gives back the memory of a stack that Pack made, which must not be used from then on. To any
// other stack it does nothing.
func (s *Stack) Close() error {
	if s.arena == nil {
		return nil
	}
	s.packed.Data = nil // so that a use after this panics instead of faulting
	return s.arena.Close()
}
