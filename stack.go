package pixtrend

import (
	"context"
	"errors"
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

	view       layout.View // without samples if packed holds them
	mask       layout.View // of bytes, 0 for a gap; without samples: no mask
	covariates []CovariateView
	axis       timeaxis.Axis
	order      []int // plane i of a tile is raster order[i] of the view; nil: raster i

	packed kernel.Tile // all pixels, where the stack was made by Pack
	arena  *layout.Arena
}

// CovariateView is a covariate of which every pixel of a stack has values of its own. A value x means
// x·Scale + Offset of the covariate in Options.Model.
type CovariateView struct {
	layout.View              // with the size and the dates of the stack, in any order
	Valid       kernel.Valid // which values count; where one does not, the sample of its date is a gap
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
	return NewStackView(layout.ViewOf(data, order, width, height, len(planes)), axis, planes)
}

// NewStackView is NewStackOn for a view, which can be a part of a larger array: a window of its
// pixels, or some of its rasters.
func NewStackView(v layout.View, axis timeaxis.Axis, planes []int) (*Stack, error) {
	s := &Stack{view: v}
	if err := v.Check(); err != nil {
		return nil, fmt.Errorf("pixtrend: %w", err)
	}
	if v.Dates != len(planes) {
		return nil, fmt.Errorf("pixtrend: a view of %d rasters for %d planes", v.Dates, len(planes))
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

// SetMask sets a mask: a view of bytes with the size and the dates of the stack, in any order. Samples
// whose byte is 0 are gaps, whatever Valid says.
func (s *Stack) SetMask(mask layout.View) error {
	if err := s.fits(mask); err != nil {
		return fmt.Errorf("pixtrend: the mask: %w", err)
	}
	switch {
	case mask.Type != kernel.Uint8:
		return fmt.Errorf("pixtrend: a mask of %v: it has bytes, of %v", mask.Type, kernel.Uint8)
	case s.packed.Packed:
		return errors.New("pixtrend: the stack is packed already: set the mask before")
	}
	s.mask = mask
	return nil
}

// SetCovariates sets the values of those of Options.Model.Covariates that have none for dates, in
// their order.
func (s *Stack) SetCovariates(covariates ...CovariateView) error {
	for _, c := range covariates {
		if err := s.fits(c.View); err != nil {
			return fmt.Errorf("pixtrend: a covariate: %w", err)
		}
	}
	s.covariates = slices.Clone(covariates)
	return nil
}

// masked reports whether the stack has a mask.
func (s *Stack) masked() bool { return s.mask.Data != nil || s.packed.Mask.Data != nil }

// fits returns an error if a view does not have a sample for each of s.
func (s *Stack) fits(v layout.View) error {
	if err := v.Check(); err != nil {
		return err
	}
	if of := s.view; v.Width != of.Width || v.Height != of.Height || v.Dates != of.Dates {
		return fmt.Errorf("%d dates of %d × %d pixels for a stack of %d dates of %d × %d pixels",
			v.Dates, v.Width, v.Height, of.Dates, of.Width, of.Height)
	}
	return nil
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
// Valid, Scale, Offset and the mask are copied. s is not needed afterwards, but its covariates are
// not copied, and must stay.
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
	v, masks := s.view, 0
	bytes := layout.PackedBytes(v.Type, v.Pixels(), v.Dates)
	if s.mask.Data != nil {
		masks = layout.PackedBytes(kernel.Uint8, v.Pixels(), v.Dates)
	}
	arena, err := layout.NewArena(bytes + masks)
	if err != nil {
		return nil, fmt.Errorf("pixtrend: a packed copy of %d dates of %d × %d pixels of %v takes %s of memory: %w",
			v.Dates, v.Width, v.Height, v.Type, bytesText(int64(bytes+masks)), err)
	}
	c := *s
	c.view.Data, c.mask.Data, c.arena = nil, nil, arena
	c.packed = layout.NewPacked(v.Type, v.Pixels(), v.Dates, arena.Cut(bytes))
	var mask kernel.Tile
	if masks > 0 {
		mask = layout.NewPacked(kernel.Uint8, v.Pixels(), v.Dates, arena.Cut(masks))
		c.packed.Mask.Data = mask.Data
	}
	if _, err := eachPiece(ctx, &c, o, func(int) {}, func(_ int, p piece) error {
		v.Copy(k, p.first, s.order, c.packed.Slice(p.first, p.first+p.pixels))
		if masks > 0 {
			s.mask.Copy(k, p.first, s.order, mask.Slice(p.first, p.first+p.pixels))
		}
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
	s.packed.Data, s.packed.Mask.Data = nil, nil // a later use panics instead of faulting
	return s.arena.Close()
}
