package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
)

// The names of baselines and ceilings, which are values of the key arm.
const (
	SerialPixel   = "serial-pixel"
	SerialGeneric = "serial-generic"
	Read          = "read"
	Triad         = "triad"
)

// serialPixel fits pixel by pixel, in two passes: first the means of the observations, then the
// sums of products of their deviations.
func serialPixel[T float32 | int16](out []float32, samples []T, times []float64, v kernel.Valid) {
	missing := T(0)
	if v.HasNodata {
		missing = T(v.Nodata)
	}
	dates := len(times)
	for p := range out {
		series := samples[p*dates:][:dates]
		var n, sumT, sumY float64
		for i, y := range series {
			if y == y && !(v.HasNodata && y == missing) {
				n++
				sumT += times[i]
				sumY += float64(y)
			}
		}
		meanT, meanY := sumT/n, sumY/n
		var tt, ty float64
		for i, y := range series {
			if y == y && !(v.HasNodata && y == missing) {
				tt += (times[i] - meanT) * (times[i] - meanT)
				ty += (times[i] - meanT) * (float64(y) - meanY)
			}
		}
		out[p] = float32(ty / tt) // NaN with fewer than two observations
	}
}

// serialPixel runs the baseline on the pixels of the source, beginning at lo.
func (m *memory) serialPixel(out []float32, lo int) {
	if m.dtype == kernel.Int16 {
		serialPixel(out, as[int16](m.source)[lo*m.dates:], m.times(), m.valid())
	} else {
		serialPixel(out, as[float32](m.source)[lo*m.dates:], m.times(), m.valid())
	}
}

// triad writes b + s·c to a (McCalpin's STREAM).
func triad(a, b, c []float64) {
	b, c = b[:len(a)], c[:len(a)]
	for i := range a {
		a[i] = b[i] + 3*c[i]
	}
}

// group is a set of arms that take turns and are compared with the same baselines and ceilings.
type group struct {
	m        *memory
	prefix   []string // keys and values at the beginning of each name
	arms     []*Arm
	verified map[string]bool
	aheads   map[int]int // prefetch distance of the fastest read in bytes, by threads
}

func newGroup(m *memory, prefix ...string) *group {
	return &group{m: m, prefix: prefix, verified: map[string]bool{}, aheads: map[int]int{}}
}

func (g *group) name(pairs ...string) string {
	return NameOf(append(append([]string{}, g.prefix...), pairs...)...)
}

// add adds an arm that works on the stack as placed. run returns the seconds it took. result names
// what the arm writes to out, or is empty.
func (g *group) add(name string, bytes int64, at placement, result string, run func(ctx context.Context) (float64, error)) *Arm {
	a := &Arm{Measurement: Measurement{Name: name, Bytes: bytes}, Run: run}
	a.Prepare = func(ctx context.Context) error {
		if err := g.m.place(ctx, at); err != nil {
			return err
		}
		return g.m.spoil(ctx)
	}
	if result != "" {
		a.Result = fmt.Sprintf("%s of %d pixels", result, at.pixels)
		a.Sum = func() (uint64, error) {
			if !g.verified[a.Result] {
				if err := g.m.check(g.m.out); err != nil {
					return 0, fmt.Errorf("%s: %w", a.Name, err)
				}
				g.verified[a.Result] = true
			}
			return sumOf(g.m.out), nil
		}
	}
	g.arms = append(g.arms, a)
	return a
}

// whole returns the placement of all pixels for a number of threads.
func (m *memory) whole(threads int) placement { return placement{m.pixels, threads, runner.PinCPU} }

// addBaselines adds the two serial baselines, on the stack as placed.
func (g *group) addBaselines(at placement) {
	m := g.m
	g.addTimed(g.name("arm", SerialPixel), m.bytes(m.pixels), at, SerialPixel, func() { m.serialPixel(m.out, 0) })
	generic, _ := kernel.New(kernel.Generic) // never fails
	g.addSlope(g.name("arm", SerialGeneric), generic, at, func() kernel.Tile { return m.packed })
}

// addTimed adds an arm with one thread, which runs on the CPU that placed the memory. Its time is
// that of fn.
func (g *group) addTimed(name string, bytes int64, at placement, result string, fn func()) *Arm {
	return g.add(name, bytes, at, result, func(ctx context.Context) (float64, error) {
		return crew(ctx, 1, runner.PinCPU, func(int) { fn() })
	})
}

// timed returns the seconds that fn takes.
func timed(fn func() error) (float64, error) {
	begin := time.Now()
	err := fn()
	return time.Since(begin).Seconds(), err
}

// addSlope adds a kernel that runs on one thread.
func (g *group) addSlope(name string, k kernel.Kernel, at placement, tile func() kernel.Tile) *Arm {
	m := g.m
	line, valid := m.line(), m.valid()
	return g.addTimed(name, m.bytes(at.pixels), at, "slope", func() { kernel.Slope(k, m.out, nil, tile(), line, valid) })
}

// addCeilings adds a read of as many bytes with that many threads, and the triad.
func (g *group) addCeilings(ctx context.Context, at placement) error {
	m := g.m
	threads := strconv.Itoa(at.threads)
	read := func(ctx context.Context, ahead int) (float64, error) {
		return crew(ctx, at.threads, at.pin, func(w int) {
			lo, hi := part(at.pixels, at.threads, w)
			ceiling.Read(m.packed.Data[m.bytes(lo):m.bytes(hi)], ahead)
		})
	}
	if err := m.place(ctx, at); err != nil {
		return err
	}
	best := 0.0
	for range 3 {
		for _, ahead := range ceiling.Aheads {
			if err := m.spoil(ctx); err != nil {
				return err
			}
			seconds, err := read(ctx, ahead)
			if err != nil {
				return err
			}
			if best == 0 || seconds < best {
				best, g.aheads[at.threads] = seconds, ahead
			}
		}
	}
	g.add(g.name("arm", Read, "threads", threads), m.bytes(at.pixels), at, "", func(ctx context.Context) (float64, error) {
		return read(ctx, g.aheads[at.threads])
	})
	third := int(m.bytes(at.pixels)) / 8 / 3
	g.add(g.name("arm", Triad, "threads", threads), int64(3*8*third), at, "", func(ctx context.Context) (float64, error) {
		return crew(ctx, at.threads, at.pin, func(w int) {
			lo, hi := third*w/at.threads, third*(w+1)/at.threads
			triad(m.triad[lo:hi], m.triad[third+lo:third+hi], m.triad[2*third+lo:2*third+hi])
		})
	})
	return nil
}

// fit fits a tile as pixtrend.FitInto fits a packed stack, piece pixels at a time. It returns the
// seconds from before the workers start until they have ended.
func (m *memory) fit(ctx context.Context, k kernel.Kernel, t kernel.Tile, piece, threads int, pin runner.Pinning) (float64, error) {
	pieces, one := m.pieces(k, t, piece)
	return timed(func() error {
		_, err := runner.Run(ctx, pieces, runner.Options{Workers: threads, Pin: pin}, func(_ context.Context, _ runner.Worker, i int) error {
			one(i)
			return nil
		})
		return err
	})
}

// pieces returns the number of pieces of a tile, and a function that fits one of them.
func (m *memory) pieces(k kernel.Kernel, t kernel.Tile, piece int) (n int, one func(i int)) {
	line, valid := m.line(), m.valid()
	return (t.Pixels + piece - 1) / piece, func(i int) {
		lo, hi := i*piece, min((i+1)*piece, t.Pixels)
		kernel.Slope(k, m.out[lo:hi], nil, t.Slice(lo, hi), line, valid)
	}
}

// The ways to assign pieces of a stack to workers.
const (
	policyHelp        = "help"        // a chunk per worker; idle workers help, as in runner
	policyStatic      = "static"      // the same without help
	policyInterleaved = "interleaved" // piece i to worker i mod p
	policyCounter     = "counter"     // a free worker takes the next piece, from one counter
)

var policies = []string{policyHelp, policyStatic, policyInterleaved, policyCounter}

// fitBy fits a tile with one of these policies. It returns the seconds from when all workers are
// ready until all are done, so the start and pinning of workers do not count.
func (m *memory) fitBy(ctx context.Context, policy string, k kernel.Kernel, t kernel.Tile, piece, threads int, pin runner.Pinning) (float64, error) {
	pieces, one := m.pieces(k, t, piece)
	next := make([]struct {
		atomic.Int64
		_ [128 - 8]byte // a cache line each, as in runner
	}, threads)
	first := func(w int) int { return pieces * w / threads }
	for w := range next {
		next[w].Store(int64(first(w)))
	}
	return crew(ctx, threads, pin, func(w int) {
		switch policy {
		case policyHelp:
			for k := range threads {
				chunk := (w + k) % threads
				for i := int(next[chunk].Add(1)) - 1; i < first(chunk+1); i = int(next[chunk].Add(1)) - 1 {
					one(i)
				}
			}
		case policyStatic:
			for i := first(w); i < first(w+1); i++ {
				one(i)
			}
		case policyInterleaved:
			for i := w; i < pieces; i += threads {
				one(i)
			}
		case policyCounter:
			for i := int(next[0].Add(1)) - 1; i < pieces; i = int(next[0].Add(1)) - 1 {
				one(i)
			}
		}
	})
}
