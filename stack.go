package pixtrend

import (
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Stack is a stack of dated rasters in memory. It keeps the samples that it was made from, and
// only reads them.
type Stack struct {
	// Valid says which samples are gaps besides NaN and ±Inf: nodata, values out of range.
	Valid kernel.Valid
	// A stored sample s means s·Scale + Offset. Scale 0 is taken as 1.
	Scale, Offset float64

	view  layout.View
	axis  timeaxis.Axis
	order []int // plane i of a tile is raster order[i] of the view; nil: as they stand
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
	axis, perm, err := timeaxis.NewAxis(dates)
	if err != nil {
		return nil, fmt.Errorf("pixtrend: %w", err)
	}
	s.axis = axis
	for i, from := range perm {
		if from != i {
			s.order = perm
			break
		}
	}
	return s, nil
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

// Axis returns the time axis: the dates in order.
func (s *Stack) Axis() timeaxis.Axis { return s.axis }

// A piece is the pixels of a stack that one worker takes at a time.
type piece struct{ first, pixels int }

// pieces cuts the stack into tiles that stay in the L2 cache of a core, four a worker at least.
func (s *Stack) pieces(workers int) []piece {
	most := layout.CachePixels(s.view.Type, s.view.Dates)
	if s.direct() {
		// Nothing is copied, so that only the results need the cache: longer runs of every plane
		// serve the prefetchers better.
		most = 4096
	}
	most = min(most, max(64, s.Pixels()/(4*workers)))
	var ps []piece
	for at := 0; at < s.view.Pixels(); {
		n := s.view.Run(at, most)
		ps = append(ps, piece{at, n})
		at += n
	}
	return ps
}

// direct reports whether tiles are views on the stack's own memory.
func (s *Stack) direct() bool { return s.order == nil && s.view.Order != layout.BIP }

// tileMemory is where one worker copies tiles to, if it must. The worker itself touches it first,
// which puts it on its own NUMA node.
type tileMemory struct {
	arena *layout.Arena
	buf   []byte
}

// hold makes room for n bytes.
func (m *tileMemory) hold(n int) error {
	if m.arena != nil && n <= len(m.buf) {
		return nil
	}
	m.close()
	arena, err := layout.NewArena(n)
	if err != nil {
		return err
	}
	m.arena, m.buf = arena, arena.Cut(n)
	return nil
}

func (m *tileMemory) close() {
	if m.arena != nil {
		_ = m.arena.Close()
	}
	*m = tileMemory{}
}

// tile returns the tile of p, copied into m where it is not a view.
func (s *Stack) tile(k kernel.Kernel, p piece, m *tileMemory) (kernel.Tile, error) {
	if !s.direct() {
		if err := m.hold(layout.TileBytes(s.view.Type, p.pixels, s.view.Dates)); err != nil {
			return kernel.Tile{}, err
		}
	}
	return s.view.Tile(k, p.first, p.pixels, s.order, m.buf), nil
}
