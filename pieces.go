package pixtrend

import (
	"context"
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
)

// eachTile calls fn on the workers for every tile of s. Tiles that are no views are copied with the
// instruction set of k, packed or plane by plane. setUp is called first, with the largest number of
// workers.
func eachTile(ctx context.Context, s *Stack, o Options, k kernel.Kernel, packed bool, setUp func(workers int),
	fn func(worker, first int, t kernel.Tile) error) (runner.Report, error) {
	var memory []tileMemory
	defer func() {
		for i := range memory {
			memory[i].close()
		}
	}()
	hold := func(workers int) {
		memory = make([]tileMemory, workers)
		setUp(workers)
	}
	return eachPiece(ctx, s, o, hold, func(worker int, p piece) error {
		t, err := s.tile(k, p, &memory[worker], packed)
		if err != nil {
			return fmt.Errorf("pixtrend: %w", err)
		}
		return fn(worker, p.first, t)
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

// tile returns the tile of p. If it cannot be a view, it is copied into m: packed, which kernels
// read the fastest, or plane by plane.
func (s *Stack) tile(k kernel.Kernel, p piece, m *tileMemory, packed bool) (kernel.Tile, error) {
	if s.packed.Packed {
		return s.packed.Slice(p.first, p.first+p.pixels), nil
	}
	if s.direct() {
		return s.view.Direct(p.first, p.pixels), nil
	}
	d, dates := s.view.Type, s.view.Dates
	bytes, lay := layout.TileBytes(d, p.pixels, dates), layout.NewTile
	if packed {
		bytes, lay = layout.PackedBytes(d, p.pixels, dates), layout.NewPacked
	}
	if err := m.hold(bytes); err != nil {
		return kernel.Tile{}, err
	}
	t := lay(d, p.pixels, dates, m.buf)
	s.view.Copy(k, p.first, s.order, t)
	t.InCache = true
	return t, nil
}
