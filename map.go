package pixtrend

import (
	"context"
	"errors"
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
)

// Tile is a run of pixels with their series, which Map passes to a function. Its memory is valid
// until the function returns, and must not be written.
type Tile[T kernel.Sample] struct {
	First  int       // number of the first pixel in the stack, counted row by row from 0
	Pixels int       // number of pixels
	T      []float64 // time of each date, ascending, in the unit of the stack's axis
	Worker int       // number of the worker, see Options.Threads; calls with the same number never overlap

	tile   kernel.Tile
	limits kernel.Limits
}

// Plane returns the samples of date i, one for each pixel.
func (t Tile[T]) Plane(i int) []T { return kernel.Row[T](t.tile, i, 0, t.Pixels) }

// Series appends the samples of pixel First+p, oldest first, to buf and returns it.
func (t Tile[T]) Series(buf []T, p int) []T {
	for i := range t.T {
		buf = append(buf, t.Plane(i)[p])
	}
	return buf
}

// IsGap reports whether a sample is missing: NaN, ±Inf, nodata or outside the stack's valid range.
func (t Tile[T]) IsGap(y T) bool { return !t.limits.Observation(float64(y)) }

// Map calls fn with every pixel of s once, a tile at a time, on all workers at once, without a copy
// of the stack. fn stores its results itself. Writing to element First+p of a slice needs no lock,
// since no pixel is in two tiles. T must be the type of the stack's samples. The first error stops
// the others and is returned. Map uses the options Threads, Pin, ISA (to copy tiles) and Progress,
// and refuses others. It also refuses stacks with a mask, which its tiles do not have.
func Map[T kernel.Sample](ctx context.Context, s *Stack, o Options, fn func(Tile[T]) error) error {
	if err := o.refuse("Map", true, true); err != nil {
		return err
	}
	if d := kernel.DTypeOf[T](); d != s.view.Type {
		return fmt.Errorf("pixtrend: a function over %v series cannot take a stack of %v", d, s.view.Type)
	}
	if s.masked() {
		return errors.New("pixtrend: Map does not use masks: mark the gaps in the samples, as nodata")
	}
	k, err := o.kernel()
	if err != nil {
		return fmt.Errorf("pixtrend: %w", err)
	}
	limits := s.Valid.Limits(s.view.Type)
	_, err = eachTile(ctx, s, o, k, false, func(int) {}, nil, func(worker, first int, t kernel.Tile, _ []kernel.Raster) error {
		most := t.Pixels
		if t.Packed {
			most = kernel.PanelPixels // planes are contiguous within a panel only
		}
		for lo := 0; lo < t.Pixels; lo += most {
			part := t.Slice(lo, min(lo+most, t.Pixels))
			err := fn(Tile[T]{First: first + lo, Pixels: part.Pixels, T: s.axis.T, Worker: worker,
				tile: part, limits: limits})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
