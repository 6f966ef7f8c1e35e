package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
)

// The groups of the kernel study.
const (
	groupRAM   = "ram"   // stacks larger than the caches, one thread
	groupCache = "l2"    // a tile that stays in the L2 cache, over and over
	groupDates = "dates" // the rate by number of dates
	groupTiles = "tiles" // the rate by pixels per tile and tiles per work item
)

const (
	usualDates = 21
	usualGaps  = "0.2" // as in names
)

// baselines measures the serial baselines alone, for comparison with fits of files.
func (s *study) baselines(ctx context.Context) error {
	for _, p := range []problem{{dtype: kernel.Float32, dates: usualDates}, {dtype: kernel.Float32, dates: usualDates, gaps: 0.2}, {dtype: kernel.Int16, dates: usualDates}} {
		err := s.with(ctx, p.sized(s.Stack), false, []string{"study", "baselines", "ws", groupRAM}, func(g *group) error {
			at := g.m.whole(1)
			g.addBaselines(at)
			g.repeat(g.arms[len(g.arms)-1])
			return g.addCeilings(ctx, at)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// kernels is the kernel study.
func (s *study) kernels(ctx context.Context) error {
	for _, p := range []problem{
		{dtype: kernel.Float32, dates: usualDates}, {dtype: kernel.Float32, dates: usualDates, gaps: 0.2},
		{dtype: kernel.Int16, dates: usualDates}, {dtype: kernel.Int16, dates: usualDates, gaps: 0.2},
	} {
		if err := s.inRAM(ctx, p); err != nil {
			return err
		}
	}
	for _, d := range []kernel.DType{kernel.Float32, kernel.Int16} {
		if err := s.inCache(ctx, problem{dtype: d, dates: usualDates}); err != nil {
			return err
		}
	}
	dates := []int{4, 8, 16, 21, 32, 64, 128, 256, longest}
	if s.Quick {
		dates = []int{4, 21, 64}
	}
	for _, n := range dates {
		if err := s.overDates(ctx, problem{dtype: kernel.Float32, dates: n}); err != nil {
			return err
		}
	}
	return s.overTiles(ctx, problem{dtype: kernel.Float32, dates: usualDates})
}

// with measures a group of arms, which add defines, on the samples of a problem.
func (s *study) with(ctx context.Context, p problem, both bool, prefix []string, add func(g *group) error) error {
	m, err := newMemory(ctx, p, s.k, s.buffer, both)
	if err != nil {
		return err
	}
	prefix = append(prefix, "dtype", p.dtype.String(), "n", strconv.Itoa(p.dates), "gaps", fmt.Sprintf("%g", p.gaps))
	g := newGroup(m, prefix...)
	err = add(g)
	if err == nil {
		err = s.run(ctx, g)
	}
	return errors.Join(err, m.close())
}

// inRAM measures every implementation on packed tiles, and the default one on whole planes side by
// side.
func (s *study) inRAM(ctx context.Context, p problem) error {
	return s.with(ctx, p.sized(s.Stack), true, []string{"study", "kernel", "ws", groupRAM}, func(g *group) error {
		at := g.m.whole(1)
		g.addBaselines(at)
		for _, isa := range kernel.Available() {
			if isa == kernel.Generic {
				continue // it is serial-generic
			}
			k, err := kernel.New(isa)
			if err != nil {
				return err
			}
			a := g.addSlope(g.name("arm", isa.String(), "layout", "packed"), k, at, func() kernel.Tile { return g.m.packed })
			if isa == s.k.ISA() {
				g.repeat(a)
			}
		}
		if s.k.ISA() == kernel.Generic {
			g.repeat(g.arms[len(g.arms)-1])
		}
		g.addSlope(g.name("arm", s.k.ISA().String(), "layout", "planes"), s.k, at, func() kernel.Tile { return g.m.planes })
		return g.addCeilings(ctx, at)
	})
}

const cacheBytes = 256 << 10

// inCache measures tiles of 256 KiB. A tile is read as many times as a stack has such tiles.
func (s *study) inCache(ctx context.Context, p problem) error {
	p = p.sized(cacheBytes)
	times := s.timesInCache()
	return s.with(ctx, p, false, []string{"study", "kernel", "ws", groupCache}, func(g *group) error {
		m, at := g.m, g.m.whole(1)
		line, valid, bytes := p.line(), p.valid(), p.bytes(p.pixels)*int64(times)
		again := func(name, result string, fn func(out []float32)) *Arm {
			return g.addTimed(name, bytes, at, result, func() {
				for range times {
					fn(m.out)
				}
			})
		}
		again(g.name("arm", SerialPixel), SerialPixel, func(out []float32) { m.serialPixel(out, 0) })
		for _, isa := range kernel.Available() {
			k, err := kernel.New(isa)
			if err != nil {
				return err
			}
			name := isa.String()
			if isa == kernel.Generic {
				name = SerialGeneric
			}
			a := again(g.name("arm", name), "slope", func(out []float32) {
				t := m.packed
				t.InCache = true
				kernel.Slope(k, out, nil, t, line, valid)
			})
			if isa == s.k.ISA() {
				g.repeat(a)
			}
		}
		again(g.name("arm", Read, "threads", "1"), "", func([]float32) { ceiling.Read(m.packed.Data, 0) })
		// Up to eight sums of products per sample show the rate of the arithmetic units
		// when the cache is not the limit.
		for _, rows := range []int{1, 2, 4, 8} {
			weights, dst := make([][]float64, rows), make([][]float64, rows)
			for r := range rows {
				weights[r], dst[r] = p.times(), make([]float64, p.pixels)
			}
			design := kernel.NewDesign(weights...)
			a := again(g.name("arm", s.k.ISA().String(), "op", "coefficients", "rows", strconv.Itoa(rows)), "", func([]float32) {
				t := m.packed
				t.InCache = true
				s.k.Coefficients(dst, t, design, valid)
			})
			a.Sum = func() (uint64, error) {
				for i := range m.out { // a row is the slope times the sum of squared times
					m.out[i] = float32(dst[rows-1][i] / line.Axis.TT)
				}
				return sumOf(m.out), m.check(m.out)
			}
		}
		return nil
	})
}

// overDates measures the default kernel on stacks of p.dates dates.
func (s *study) overDates(ctx context.Context, p problem) error {
	return s.with(ctx, p.sized(s.Stack), true, []string{"study", "kernel", "ws", groupDates}, func(g *group) error {
		at := g.m.whole(1)
		g.addBaselines(at)
		g.repeat(g.addSlope(g.name("arm", s.k.ISA().String(), "layout", "packed"), s.k, at, func() kernel.Tile { return g.m.packed }))
		g.addSlope(g.name("arm", s.k.ISA().String(), "layout", "planes"), s.k, at, func() kernel.Tile { return g.m.planes })
		return g.addCeilings(ctx, at)
	})
}

// overTiles measures all threads on planes side by side, for tiles of several sizes and several
// numbers of tiles per work item.
func (s *study) overTiles(ctx context.Context, p problem) error {
	tiles, sizes := []int{64, 256, 1024, 4096, 16384, 65536}, []int{1, 4, 16, 64}
	if s.Quick {
		tiles, sizes = []int{64, 1024, 16384}, []int{1, 16}
	}
	threads := allThreads()
	return s.with(ctx, p.sized(s.Stack), true, []string{"study", "kernel", "ws", groupTiles}, func(g *group) error {
		m, at := g.m, g.m.whole(threads)
		g.addBaselines(at)
		for _, tile := range tiles {
			for _, size := range sizes {
				if tile*size > m.pixels/threads {
					continue // some threads would be idle
				}
				name := g.name("arm", s.k.ISA().String(), "threads", strconv.Itoa(threads), "tile", strconv.Itoa(tile), "group", strconv.Itoa(size))
				g.add(name, m.bytes(m.pixels), at, "slope", func(ctx context.Context) (float64, error) {
					return m.fitTiles(ctx, s.k, tile, size, threads)
				})
			}
		}
		g.repeat(g.arms[len(g.arms)-1])
		if err := g.addCeilings(ctx, m.whole(1)); err != nil || threads == 1 {
			return err
		}
		return g.addCeilings(ctx, at)
	})
}

// fitTiles fits the planes tile by tile. A work item is size tiles.
func (m *memory) fitTiles(ctx context.Context, k kernel.Kernel, tile, size, threads int) (float64, error) {
	line, valid, t := m.line(), m.valid(), m.planes
	items := (t.Pixels + tile*size - 1) / (tile * size)
	return timed(func() error {
		_, err := runner.Run(ctx, items, runner.Options{Workers: threads, Pin: runner.PinCPU}, func(_ context.Context, _ runner.Worker, i int) error {
			end := min((i+1)*tile*size, t.Pixels)
			for lo := i * tile * size; lo < end; lo += tile {
				hi := min(lo+tile, end)
				kernel.Slope(k, m.out[lo:hi], nil, t.Slice(lo, hi), line, valid)
			}
			return nil
		})
		return err
	})
}
