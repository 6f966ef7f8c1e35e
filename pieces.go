package pixtrend

import (
	"context"
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
)

// eachTile calls fn on the workers for every tile of s, with the covariates of its pixels. Tiles that
// are no views are copied with the instruction set of k, packed or plane by plane. If the samples of
// pixels are interleaved and inPlace is not nil, it is called before, and the pixels that it has done are
// left out. setUp is called first, with the largest number of workers.
func eachTile(ctx context.Context, s *Stack, o Options, k kernel.Kernel, packed bool, setUp func(workers int),
	inPlace func(first int, series []byte) (done int),
	fn func(worker, first int, t kernel.Tile, rasters []kernel.Raster) error) (runner.Report, error) {
	var memory []pieceMemory
	defer func() {
		for i := range memory {
			memory[i].close()
		}
	}()
	hold := func(workers int) {
		memory = make([]pieceMemory, workers)
		for i := range memory {
			memory[i].covariates = make([]tileMemory, len(s.covariates))
		}
		setUp(workers)
	}
	return eachPiece(ctx, s, o, hold, func(worker int, p piece) error {
		if inPlace != nil && s.interleaved() {
			done := inPlace(p.first, s.view.Interleaved(p.first, p.pixels))
			if p = (piece{p.first + done, p.pixels - done}); p.pixels == 0 {
				return nil
			}
		}
		m := &memory[worker]
		t, err := s.tile(k, p, m, packed)
		if err != nil {
			return fmt.Errorf("pixtrend: %w", err)
		}
		var rasters []kernel.Raster
		for i, c := range s.covariates {
			of, err := tileOf(k, c.View, s.order, p, &m.covariates[i], false)
			if err != nil {
				return fmt.Errorf("pixtrend: %w", err)
			}
			rasters = append(rasters, kernel.Raster{Tile: of, Valid: c.Valid})
		}
		return fn(worker, p.first, t, rasters)
	})
}

// eachPiece calls fn on the workers for every piece of s, after setUp.
func eachPiece(ctx context.Context, s *Stack, o Options, setUp func(workers int),
	fn func(worker int, p piece) error) (runner.Report, error) {
	ro, err := o.crew(s.Pixels())
	if err != nil {
		return runner.Report{}, err
	}
	pieces := s.pieces(max(1, ro.Workers))
	if o.Progress != nil {
		ro.Progress = func(done, total int) {
			// All pieces but the last have about the same size.
			o.Progress(int(float64(s.Pixels())*float64(done)/float64(total)), s.Pixels())
		}
	}
	setUp(ro.Workers)
	return runner.Run(ctx, len(pieces), ro, func(_ context.Context, w runner.Worker, item int) error {
		return fn(w.ID, pieces[item])
	})
}

// A piece is the pixels of a stack that one worker takes at a time.
type piece struct{ first, pixels int }

// pieces cuts the stack into tiles that stay in the L2 cache of a core, at least four for each
// worker, of whole panels unless lines end within one.
func (s *Stack) pieces(workers int) []piece {
	most := layout.CachePixels(s.view.Type, s.view.Dates)
	if s.direct() {
		// Nothing is copied, so only the results need the cache. Longer runs of every plane suit
		// the prefetchers better.
		most = 4096
	}
	if s.packed.Packed {
		// A fit reads one sequential stream, of whatever length. Pack reads runs of this length of
		// each plane.
		most = 16384
	}
	most = min(most, max(kernel.PanelPixels, s.Pixels()/(4*workers)))
	most -= most % kernel.PanelPixels
	var ps []piece
	for at := 0; at < s.view.Pixels(); {
		n := min(most, s.Pixels()-at)
		if !s.packed.Packed {
			n = s.view.Run(at, n)
		}
		ps = append(ps, piece{at, n})
		at += n
	}
	return ps
}

// interleaved reports whether the samples of a pixel are contiguous in the stack's own memory and in the
// order of their dates, and nothing else decides which of them are gaps.
func (s *Stack) interleaved() bool {
	return !s.packed.Packed && s.view.Order == layout.BIP && s.order == nil && s.mask.Data == nil
}

// direct reports whether tiles are views of the stack's own memory.
func (s *Stack) direct() bool { return s.packed.Packed || s.order == nil && s.view.Contiguous() }

// tileMemory holds the tiles that one worker copies or reads. The worker is the first to write to
// it, which places it on the worker's NUMA node.
type tileMemory struct {
	arena *layout.Arena
	buf   []byte
}

// hold makes m hold n bytes or more.
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

// pieceMemory is what one worker copies of a piece.
type pieceMemory struct {
	samples, mask tileMemory
	covariates    []tileMemory
}

func (m *pieceMemory) close() {
	m.samples.close()
	m.mask.close()
	for i := range m.covariates {
		m.covariates[i].close()
	}
}

// tile returns the tile of p with its mask. If it cannot be a view, it is copied into m: packed,
// which kernels read the fastest, or plane by plane.
func (s *Stack) tile(k kernel.Kernel, p piece, m *pieceMemory, packed bool) (kernel.Tile, error) {
	if s.packed.Packed {
		return s.packed.Slice(p.first, p.first+p.pixels), nil
	}
	packed = packed && !s.direct()
	t, err := tileOf(k, s.view, s.order, p, &m.samples, packed)
	if err != nil || s.mask.Data == nil {
		return t, err
	}
	mask, err := tileOf(k, s.mask, s.order, p, &m.mask, packed)
	t.Mask = kernel.Mask{Data: mask.Data, Stride: mask.Stride}
	return t, err
}

// tileOf returns the pixels of p of a view: plane i is raster order[i], or raster i if order is nil.
// If the tile has to be packed, or cannot be a view, it is copied into m.
func tileOf(k kernel.Kernel, v layout.View, order []int, p piece, m *tileMemory, packed bool) (kernel.Tile, error) {
	if !packed && order == nil && v.Contiguous() && v.Run(p.first, p.pixels) == p.pixels {
		return v.Direct(p.first, p.pixels), nil
	}
	bytes, lay := layout.TileBytes(v.Type, p.pixels, v.Dates), layout.NewTile
	if packed {
		bytes, lay = layout.PackedBytes(v.Type, p.pixels, v.Dates), layout.NewPacked
	}
	if err := m.hold(bytes); err != nil {
		return kernel.Tile{}, err
	}
	t := lay(v.Type, p.pixels, v.Dates, m.buf)
	v.Copy(k, p.first, order, t)
	t.InCache = true
	return t, nil
}
