package bench

import (
	"context"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// estimate is a case of the studies Models and Ranks: a list of fields of a model, or of ranks.
type estimate struct {
	problem
	name   string // of the model; empty for ranks
	model  stats.Model
	season int    // of ranks: dates in a year; 0: every date is compared with every other
	fields string // separated by commas; the first is the slope, which is checked
	ws     string // groupCache or groupRAM
}

const (
	tests     = ",stderr,pvalue"
	rankTests = "sen_slope,mk_s,mk_var,mk_pvalue"
	limits    = ",sen_intercept,sen_lo,sen_hi"
)

// modelCases are the cases of the study Models, the quick ones first.
func modelCases() (cases []estimate, quick int) {
	line, cubic, season := stats.Model{}, stats.Model{Degree: 3}, stats.Model{Harmonics: 3, Period: 12}
	robust := func(m stats.Model, psi kernel.Psi) stats.Model { m.Robust.Psi = psi; return m }
	few := problem{dtype: kernel.Float32, dates: usualDates, gaps: 0.2}
	many := problem{dtype: kernel.Float32, dates: 240, gaps: 0.2}
	most := problem{dtype: kernel.Float32, dates: 500, gaps: 0.4}
	without := func(p problem) problem { p.gaps = 0; return p }
	return []estimate{
		{problem: few, name: "cubic", model: cubic, fields: "slope" + tests, ws: groupCache},
		{problem: few, name: "huber-line", model: robust(line, kernel.Huber), fields: "slope" + tests, ws: groupCache},
		{problem: without(few), name: "cubic", model: cubic, fields: "slope", ws: groupRAM},
		{problem: few, name: "cubic", model: cubic, fields: "slope", ws: groupCache},
		{problem: few, name: "bisquare-line", model: robust(line, kernel.Bisquare), fields: "slope" + tests, ws: groupCache},
		{problem: many, name: "season", model: season, fields: "slope", ws: groupCache},
		{problem: many, name: "season", model: season, fields: "slope" + tests, ws: groupCache},
		{problem: without(many), name: "season", model: season, fields: "slope" + tests, ws: groupCache},
		{problem: without(many), name: "season", model: season, fields: "slope", ws: groupRAM},
		{problem: many, name: "huber-season", model: robust(season, kernel.Huber), fields: "slope" + tests, ws: groupCache},
		{problem: most, name: "season", model: season, fields: "slope" + tests, ws: groupCache},
	}, 3
}

// rankCases are the cases of the study Ranks, the quick ones first.
func rankCases() (cases []estimate, quick int) {
	for _, c := range []struct {
		dates, season int
		gaps          float64
	}{{usualDates, 0, 0.2}, {240, 12, 0.2}, {40, 0, 0.2}, {64, 0, 0.2}, {240, 0, 0.2}, {500, 0, 0.4}} {
		p := problem{dtype: kernel.Float32, dates: c.dates, gaps: c.gaps}
		for _, fields := range []string{rankTests, rankTests + limits} {
			cases = append(cases, estimate{problem: p, season: c.season, fields: fields, ws: groupCache})
		}
	}
	return cases, 4
}

// estimators measures cases of the study of that name.
func (s *study) estimators(ctx context.Context, name string, cases []estimate, quick int) error {
	if s.Quick {
		cases = cases[:quick]
	}
	for _, e := range cases {
		season := ""
		if e.season > 0 {
			season = strconv.Itoa(e.season)
		}
		threads := 1
		e.problem = e.sized(s.Stack)
		if e.ws == groupCache {
			threads = slices.Max(s.Threads)
			e.problem = e.sized(int64(threads) * cacheBytes)
		}
		prefix := []string{"study", name, "ws", e.ws, "model", e.name, "season", season, "fields", e.fields}
		err := s.with(ctx, e.problem, false, prefix, func(g *group) error { return s.addEstimate(ctx, g, e, threads) })
		if err != nil {
			return err
		}
	}
	return nil
}

// addEstimate adds the arms of a case.
func (s *study) addEstimate(ctx context.Context, g *group, e estimate, threads int) error {
	f := &fits{estimate: e, s: s, g: g, m: g.m, at: g.m.whole(threads), y: make([]float64, e.dates)}
	for range strings.Split(e.fields, ",") {
		f.out = append(f.out, make([]float32, e.pixels))
	}
	f.slope = f.plain()
	if err := f.m.place(ctx, f.at); err != nil {
		return err
	}
	for _, add := range []func(context.Context) error{f.addPlain, f.addKernels, f.addThreads, f.addReads} {
		if err := add(ctx); err != nil {
			return err
		}
	}
	return nil
}

// fits is what the arms of a case share. On several threads, each has as many pixels as one alone.
type fits struct {
	estimate
	s     *study
	g     *group
	m     *memory
	at    placement
	out   [][]float32               // by field
	slope func(y []float64) float64 // of a series, by plain code
	y     []float64                 // a series
}

// ofThreads returns the number of pixels of that many threads.
func (f *fits) ofThreads(threads int) int {
	_, end := part(f.pixels, f.at.threads, threads-1)
	return end
}

// few is the number of pixels that arms take which are tens of times slower than others.
const few = kernel.PanelPixels

// addPlain adds the loop over pixels, which computes the slope alone.
func (f *fits) addPlain(ctx context.Context) error {
	_, err := f.add(ctx, f.g.name("arm", SerialPixel), few, 1, SerialPixel, func(_, lo, hi int) {
		for p := lo; p < hi; p++ {
			f.out[0][p] = float32(f.slope(f.m.series(f.y, p)))
		}
	})
	return err
}

// addKernels adds every implementation on one thread.
func (f *fits) addKernels(ctx context.Context) error {
	for _, isa := range kernel.Available() {
		name, pixels := isa.String(), f.ofThreads(1)
		if isa == kernel.Generic {
			name, pixels = SerialGeneric, few
		}
		a, err := f.addFit(ctx, f.g.name("arm", name), isa, pixels, 1)
		if err != nil {
			return err
		}
		if isa == f.s.k.ISA() {
			f.g.repeat(a)
		}
	}
	return nil
}

// addThreads adds the default implementation on all threads of the group.
func (f *fits) addThreads(ctx context.Context) error {
	isa, n := f.s.k.ISA(), f.at.threads
	if n == 1 {
		return nil
	}
	_, err := f.addFit(ctx, f.g.name("arm", isa.String(), "threads", strconv.Itoa(n), "scaling", weak), isa, f.pixels, n)
	return err
}

// addReads adds reading the same bytes on as many threads as other arms have.
func (f *fits) addReads(ctx context.Context) error {
	if f.ws == groupRAM {
		return f.g.addCeilings(ctx, f.at)
	}
	for _, n := range slices.Compact([]int{1, f.at.threads}) {
		_, err := f.add(ctx, f.g.name("arm", Read, "threads", strconv.Itoa(n)), f.ofThreads(n), n, "", func(_, lo, hi int) {
			ceiling.Read(f.m.packed.Data[f.bytes(lo):f.bytes(hi)], 0)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// addFit adds a fit of the first pixels.
func (f *fits) addFit(ctx context.Context, name string, isa kernel.ISA, pixels, threads int) (*Arm, error) {
	plan, err := f.plan(isa)
	if err != nil {
		return nil, err
	}
	scratch := make([]*stats.Scratch, threads)
	for w := range scratch {
		scratch[w] = plan.NewScratch()
	}
	return f.add(ctx, name, pixels, threads, f.fields, func(w, lo, hi int) {
		t := f.m.packed.Slice(lo, hi)
		t.InCache = f.ws == groupCache
		out := make([][]float32, len(f.out))
		for i, o := range f.out {
			out[i] = o[lo:hi]
		}
		stats.Fit(plan, scratch[w], t, out)
	})
}

// plan returns the plan of a fit with an implementation.
func (f *fits) plan(isa kernel.ISA) (*stats.Plan, error) {
	k, err := kernel.New(isa)
	if err != nil {
		return nil, err
	}
	o := stats.Options{Model: f.model}
	if o.Fields, err = f.model.ParseFields(f.fields); err != nil {
		return nil, err
	}
	if f.season > 0 {
		o.Rank.Season, o.Rank.Year = f.seasons()
	}
	return stats.NewPlan(k, f.times(), o)
}

// seasons returns the season and the year of each date.
func (e *estimate) seasons() (season, year []int) {
	for i := range e.dates {
		season, year = append(season, i%e.season), append(year, i/e.season)
	}
	return season, year
}

// plain returns a function that computes the slope of a series by plain code.
func (e *estimate) plain() func(y []float64) float64 {
	switch {
	case e.name != "":
		return newPlainModel(e.model, e.times()).slope
	case e.season == 0:
		return plainSen{times: e.times(), season: make([]int, e.dates)}.slope
	}
	sen := plainSen{times: make([]float64, e.dates)}
	season, year := e.seasons()
	for i := range year {
		sen.times[i] = float64(year[i])
	}
	sen.season = season
	return sen.slope
}

// add adds an arm that calls run on that many threads, each with its share [lo, hi) of the first
// pixels. result names what it writes to out, or is empty.
func (f *fits) add(ctx context.Context, name string, pixels, threads int, result string, run func(worker, lo, hi int)) (*Arm, error) {
	work := func(ctx context.Context, times int) (float64, error) {
		return crew(ctx, threads, f.at.pin, func(w int) {
			lo, hi := part(pixels, threads, w)
			for range times {
				run(w, lo, hi)
			}
		})
	}
	times, err := f.s.timesOf(ctx, work)
	if err != nil {
		return nil, err
	}
	a := f.g.add(name, f.bytes(pixels)*int64(times), f.at, "", func(ctx context.Context) (float64, error) { return work(ctx, times) })
	if result != "" {
		f.verify(a, fmt.Sprintf("%s of %d pixels", result, pixels), pixels)
	}
	return a, nil
}

// timesOf returns how many times in a row work has to be done for the clock not to matter.
func (s *study) timesOf(ctx context.Context, work func(ctx context.Context, times int) (float64, error)) (int, error) {
	enough := 0.02
	if s.Quick {
		enough = 0.001
	}
	for times := 1; ; times *= 4 {
		least := math.Inf(1) // of several, since other programs may run in between
		for range 3 {
			seconds, err := work(ctx, times)
			if err != nil {
				return 0, err
			}
			least = min(least, seconds)
		}
		if least > enough/16 {
			return max(times, int(math.Ceil(float64(times)*enough/least))), nil
		}
	}
}

// mostEstimates is the number of pixels whose slopes are compared with those of plain code.
const mostEstimates = 64

// verify makes the results of an arm count as those of other arms do: they are overwritten before
// each run, compared with plain code once, and have a checksum.
func (f *fits) verify(a *Arm, result string, pixels int) {
	prepare := a.Prepare
	a.Result = result
	a.Prepare = func(ctx context.Context) error {
		for _, out := range f.out {
			for i := range out {
				out[i] = spoiled
			}
		}
		return prepare(ctx)
	}
	a.Sum = func() (uint64, error) {
		if !f.g.verified[result] {
			if err := f.m.compare(f.out[0][:pixels], mostEstimates, f.reference); err != nil {
				return 0, fmt.Errorf("%s: %w", a.Name, err)
			}
			f.g.verified[result] = true
		}
		sum := uint32(0)
		for _, out := range f.out {
			sum = crc32.Update(sum, castagnoli(), kernel.Bytes(out[:pixels]))
		}
		return uint64(sum), nil
	}
}

// reference returns the slope of a series by plain code, and by how much that may be wrong.
func (f *fits) reference(y []float64) (slope, off float64) {
	largest := 0.0
	for _, v := range y {
		if v == v {
			largest = max(largest, math.Abs(v))
		}
	}
	return f.slope(y), 1e-11 * largest / float64(f.dates)
}
