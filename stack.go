package pixtrend

import (
	"context"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Stack is a stack of dated rasters in memory. It keeps a reference to the samples that it was made
// from, and only reads them. A stack that Pack made has its own copy.
type Stack struct {
	// Valid says which samples are gaps besides NaN and ±Inf: nodata, values out of range.
	Valid kernel.Valid
	// A stored sample s means s·Scale + Offset. Scale 0 is taken as 1.
	Scale, Offset float64

	view  layout.View // without samples if packed holds them
	axis  timeaxis.Axis
	order []int // plane i of a tile is raster order[i] of the view; nil: raster i

	packed kernel.Tile // all pixels, where the stack was made by Pack
	arena  *layout.Arena
}

// NewStack makes a stack of width × height pixels. data holds one raster for each of dates, in the
// given order of samples. The dates may come in any order, and the results are as if they were
// sorted. A stack in BSQ or BIL order whose dates are sorted is never copied.
//
// data must have exactly len(dates)·width·height samples. The dates must be all years or all days,
// and at least two must differ.
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

// NewStackOn is NewStack for any axis: one whose slopes are not per year, or one of numbers that
// are no dates. timeaxis.NewAxis and timeaxis.NewXAxis return the axis and the raster of each of
// its planes.
func NewStackOn[T kernel.Sample](data []T, order layout.Order, width, height int,
	axis timeaxis.Axis, planes []int) (*Stack, error) {
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

// on places the rasters on an axis. It keeps planes.
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

// Axis returns the axis: the dates, or the numbers in their place, in ascending order.
func (s *Stack) Axis() timeaxis.Axis { return s.axis }

// Pack returns a copy of s in the layout that kernels read the fastest: panels of 64 pixels with
// their whole series, so that a fit reads one sequential stream. This pays if a stack is fitted
// many times. A fit of the copy has the same bits.
//
// The copy has the size of the samples, rounded up to 64 pixels. It lies outside the Go heap, on
// huge pages if the system has them, until Close frees it. Each part of it is written, and so
// placed on a NUMA node, by the worker that fits it later with the same Threads and Pin. Pack uses
// the options Threads, Pin, ISA and Progress, and refuses others.
//
// Valid, Scale and Offset are copied. s is not needed afterwards.
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

// Close frees the memory of a stack that Pack made. The stack must not be used afterwards. Close
// does nothing to any other stack.
func (s *Stack) Close() error {
	if s.arena == nil {
		return nil
	}
	s.packed.Data = nil // a later use panics instead of faulting
	return s.arena.Close()
}
