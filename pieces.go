package pixtrend

import (
	"context"
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
)

// eachTile calls fn for every tile of s on the workers, copied with the instruction set of k where it
// must be, packed or plane by plane; setUp hears how many workers there are at most.
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

// eachPiece calls fn for every piece of s on the workers.
func eachPiece(ctx context.Context, s *Stack, o Options, setUp func(workers int),
	fn func(worker int, p piece) error) (runner.Report, error) {
	ro, err := o.crew(s.Pixels())
	if err != nil {
		return runner.Report{}, err
	}
	pieces := s.pieces(max(1, ro.Workers))
	if o.Progress != nil {
		ro.Progress = func(done, total int) {
			// Pieces are alike but for the last.
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

// pieces cuts the stack into tiles that stay in the L2 cache of a core, four a worker at least, of
// whole panels where lines do not forbid it.
func (s *Stack) pieces(workers int) []piece {
	most := layout.CachePixels(s.view.Type, s.view.Dates)
	if s.direct() {
		// Nothing is copied, so that only the results need the cache: longer runs of every plane
		// serve the prefetchers better.
		most = 4096
	}
	if s.packed.Packed {
		// One sequential stream, of whatever length. Pack reads runs of that length of each plane.
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

// direct reports whether tiles are views on the stack's own memory.
func (s *Stack) direct() bool { return s.packed.Packed || s.order == nil && s.view.Contiguous() }

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

// tile returns the tile of p, copied into m where it is not a view: packed, as kernels read it the fastest, or
// plane by plane.
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
