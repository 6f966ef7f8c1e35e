package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
)

// Curve is the rate as a function of the number of threads.
type Curve struct {
	Name   string       `json:"name"`
	Points []CurvePoint `json:"points"` // by ascending threads, beginning with one thread
	Roof   Roof         `json:"roof"`   // fitted to the rates in GB/s
}

// CurvePoint is the rate of one number of threads.
type CurvePoint struct {
	Threads    int      `json:"threads"`
	Nodes      int      `json:"numa_nodes"` // number of nodes that pinned threads use
	SMT        bool     `json:"smt"`        // whether pinned threads share cores
	Rate       Interval `json:"gb_per_s"`
	Speedup    Interval `json:"speedup"` // rate over that of one thread
	Efficiency Interval `json:"efficiency"`
	KarpFlatt  *float64 `json:"karp_flatt"` // the serial fraction; null for one thread
	OverPixel  Interval `json:"over_pixel"`
	OfCeiling  Interval `json:"of_ceiling"`
}

const (
	strong = "strong" // the same stack for all numbers of threads
	weak   = "weak"   // a stack that grows with the number of threads
)

// UsualThreads returns the default numbers of threads of a scaling study: powers of two, and the
// numbers that fill NUMA nodes, cores and CPUs.
func UsualThreads() []int { return threadsOf(runner.Machine(), runtime.GOMAXPROCS(0)) }

func threadsOf(t runner.Topology, procs int) []int {
	all := min(len(t.CPUs), procs)
	counts := []int{1, all, t.Cores()}
	for n := 2; n < all; n *= 2 {
		counts = append(counts, n)
	}
	for i := 1; i < len(t.CPUs); i++ {
		if t.CPUs[i].Node != t.CPUs[i-1].Node {
			counts = append(counts, i)
		}
	}
	return tidy(counts, all)
}

// tidy sorts numbers and removes duplicates and those above most.
func tidy(counts []int, most int) []int {
	slices.Sort(counts)
	return slices.DeleteFunc(slices.Compact(counts), func(n int) bool { return n > most })
}

// ParseThreads parses a comma-separated list of numbers of threads, to which it adds 1. The word
// all means every number up to the number of CPUs.
func ParseThreads(s string) ([]int, error) {
	most := allThreads()
	counts := []int{1}
	if s == "all" {
		for n := range most {
			counts = append(counts, n+1)
		}
		return tidy(counts, most), nil
	}
	for word := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > most {
			return nil, fmt.Errorf("give numbers of threads from 1 to %d, such as 1,%d, or all", most, most)
		}
		counts = append(counts, n)
	}
	return tidy(counts, most), nil
}

// scaling is the scaling study.
func (s *study) scaling(ctx context.Context) error {
	problems := []problem{{dtype: kernel.Float32, dates: usualDates}, {dtype: kernel.Float32, dates: usualDates, gaps: 0.2}}
	if s.Quick {
		problems = problems[:1]
	}
	measure := func(p problem, ws string, add func(ctx context.Context, g *group) error) error {
		from := len(s.report.Results)
		err := s.with(ctx, p, false, []string{"study", Scaling, "ws", ws}, func(g *group) error { return add(ctx, g) })
		if err == nil {
			s.report.Curves = append(s.report.Curves, curves(s.report.Results[from:], runner.Machine())...)
		}
		return err
	}
	for _, p := range problems {
		if err := measure(p.sized(s.Stack), groupRAM, s.addScaling); err != nil {
			return err
		}
	}
	// This shows the speed-up when memory is not the limit.
	return measure(problems[0].sized(int64(slices.Max(s.Threads))*cacheBytes), groupCache, s.addScalingInCache)
}

// addScaling adds the default kernel on packed tiles: the same stack for all numbers of threads, a
// stack that grows with them, pinned and not pinned, and the policies.
func (s *study) addScaling(ctx context.Context, g *group) error {
	m, isa := g.m, s.k.ISA().String()
	g.addBaselines(m.whole(1))
	most := slices.Max(s.Threads)
	add := func(at placement, pairs ...string) *Arm {
		name := g.name(append([]string{"arm", isa, "threads", strconv.Itoa(at.threads), "pin", at.pin.String()}, pairs...)...)
		return g.add(name, m.bytes(at.pixels), at, "slope", func(ctx context.Context) (float64, error) {
			piece := pieceOf(at.pixels, at.threads)
			if policy := Key(name, "policy"); policy != "" {
				return m.fitBy(ctx, policy, s.k, m.packed, piece, at.threads, at.pin)
			}
			return m.fit(ctx, s.k, m.packed, piece, at.threads, at.pin)
		})
	}
	for _, p := range s.Threads {
		a := add(m.whole(p), "scaling", strong)
		if p == most {
			g.repeat(a)
		}
		add(placement{m.pixels, p, runner.PinOff}, "scaling", strong)
		if p < most {
			_, share := part(m.pixels, most, p-1)
			add(placement{share, p, runner.PinCPU}, "scaling", weak)
		} else {
			add(m.whole(p), "scaling", weak)
		}
		for _, policy := range policies {
			add(m.whole(p), "policy", policy)
		}
		if err := g.addCeilings(ctx, m.whole(p)); err != nil {
			return err
		}
	}
	return nil
}

// addScalingInCache adds the default kernel on one tile of 256 KiB per thread, which is read from
// the cache many times.
func (s *study) addScalingInCache(_ context.Context, g *group) error {
	m, most := g.m, slices.Max(s.Threads)
	at, times := m.whole(most), s.timesInCache()
	long := times // so that the start of a thread does not show
	if !s.Quick {
		long *= 8
	}
	line, valid := m.line(), m.valid()
	generic, _ := kernel.New(kernel.Generic) // never fails
	slope := func(k kernel.Kernel, lo, hi int) {
		t := m.packed.Slice(lo, hi)
		t.InCache = true
		kernel.Slope(k, m.out[lo:hi], nil, t, line, valid)
	}
	// each adds an arm in which that many threads call fn so many times, each with its own
	// tile.
	each := func(threads, times int, fn func(lo, hi int), result bool, pairs ...string) *Arm {
		_, done := part(m.pixels, most, threads-1)
		bytes := m.bytes(done) * int64(times)
		name := g.name(append(pairs, "threads", strconv.Itoa(threads))...)
		a := g.add(name, bytes, at, "", func(ctx context.Context) (float64, error) {
			return crew(ctx, threads, at.pin, func(w int) {
				lo, hi := part(m.pixels, most, w)
				for range times {
					fn(lo, hi)
				}
			})
		})
		if result {
			a.Sum = func() (uint64, error) { return sumOf(m.out[:done]), m.check(m.out[:done]) }
		}
		return a
	}
	each(1, times, func(lo, hi int) { m.serialPixel(m.out[lo:hi], lo) }, true, "arm", SerialPixel)
	each(1, times, func(lo, hi int) { slope(generic, lo, hi) }, true, "arm", SerialGeneric)
	for _, p := range s.Threads {
		a := each(p, long, func(lo, hi int) { slope(s.k, lo, hi) }, true, "arm", s.k.ISA().String(), "pin", at.pin.String(), "scaling", weak)
		if p == most {
			g.repeat(a)
		}
		each(p, long, func(lo, hi int) { ceiling.Read(m.packed.Data[m.bytes(lo):m.bytes(hi)], 0) }, false, "arm", Read)
	}
	return nil
}

// timesInCache returns how many times a tile in cache is read in one run, enough to be timed.
func (s *study) timesInCache() int { return int(max(16, min(s.Stack, 64<<20)/cacheBytes)) }

// pieceOf returns how many pixels a worker takes at a time, the same number as pixtrend.FitInto
// with a packed stack.
func pieceOf(pixels, threads int) int {
	n := min(16384, max(kernel.PanelPixels, pixels/(4*threads)))
	return n - n%kernel.PanelPixels
}

// curves returns the curves of the results of one group.
func curves(results []Result, t runner.Topology) []Curve {
	var all []Curve
	for _, kind := range []string{strong, weak} {
		for _, pin := range []runner.Pinning{runner.PinCPU, runner.PinOff} {
			var of []*Result
			for i := range results {
				r := &results[i]
				if r.key("scaling") == kind && r.key("pin") == pin.String() && r.key(repeated) == "" {
					of = append(of, r)
				}
			}
			if len(of) == 0 || of[0].threads() != 1 {
				continue
			}
			all = append(all, NewCurve(of[0].Group+"/scaling="+kind+"/pin="+pin.String(), of, t))
		}
	}
	return all
}

// NewCurve returns the curve of results. The first of them is for one thread.
func NewCurve(name string, of []*Result, t runner.Topology) Curve {
	c := Curve{Name: name}
	var threads []int
	var rates []float64
	for _, r := range of {
		p := r.threads()
		ratio := RatioOf(of[0].Seconds, r.Seconds)
		scale := float64(r.Bytes) / float64(of[0].Bytes)
		s := Interval{ratio.Value * scale, ratio.Low * scale, ratio.High * scale}
		if p == 1 {
			s = Interval{1, 1, 1}
		}
		n := float64(p)
		point := CurvePoint{Threads: p, Rate: r.Rate, Speedup: s, Efficiency: Interval{s.Value / n, s.Low / n, s.High / n},
			OverPixel: r.OverPixel, OfCeiling: r.OfCeiling}
		point.Nodes, point.SMT = spread(t, p)
		if e := KarpFlatt(s.Value, p); !math.IsNaN(e) {
			point.KarpFlatt = &e
		}
		c.Points = append(c.Points, point)
		threads, rates = append(threads, p), append(rates, r.Rate.Value)
	}
	c.Roof = FitRoof(threads, rates)
	return c
}

// spread returns the number of nodes of the first CPUs, and whether two of these CPUs share a core.
func spread(t runner.Topology, threads int) (nodes int, smt bool) {
	first := runner.Topology{CPUs: t.CPUs[:min(threads, len(t.CPUs))]}
	return len(first.Nodes()), first.Cores() < len(first.CPUs)
}
