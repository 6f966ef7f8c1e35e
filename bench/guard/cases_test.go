package guard

import (
	"math"
	"runtime/debug"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
)

// testCase is a computation on one tile. The tiles are small, because a processor that stops after
// every instruction executes a few ten thousand a second.
type testCase struct {
	name    string
	prepare func(k kernel.Kernel) (run func())
}

const (
	usualDates = 21
	usualGaps  = 0.2
)

// pixelsFor returns the number of pixels of a tile. Assembly works on panels, and portable code takes
// so many instructions a pixel that it gets few.
func pixelsFor(k kernel.Kernel) int {
	if k.ISA() == kernel.Generic {
		return 16
	}
	return 2 * kernel.PanelPixels
}

const (
	scipyFields  = "slope,intercept,rvalue,pvalue,stderr,intercept_stderr"
	modelFields  = "slope,stderr,pvalue"
	rankFields   = "sen_slope,mk_s,mk_var,mk_pvalue"
	slopeFields  = "slope"
	countsFields = "slope,intercept,n"
)

// testCases returns the cases of an instruction set. Portable code takes millions of instructions for
// models and ranks, which have assembly for amd64 alone.
func testCases(isa kernel.ISA) []testCase {
	cubic, season := stats.Model{Degree: 3}, stats.Model{Harmonics: 2, Period: 12}
	cases := []testCase{
		{"op=slope/dtype=f32/n=21/gaps=0", slope[float32](usualDates, 0, true)},
		{"op=slope/dtype=f32/n=21/gaps=0.2", slope[float32](usualDates, usualGaps, true)},
		{"op=slope/dtype=f32/n=64/gaps=0.2", slope[float32](64, usualGaps, true)},
		{"op=slope/dtype=f32/n=21/gaps=0.2/layout=planes", slope[float32](usualDates, usualGaps, false)},
		{"op=slope/dtype=i16/n=21/gaps=0", slope[int16](usualDates, 0, true)},
		{"op=slope/dtype=i16/n=21/gaps=0.2", slope[int16](usualDates, usualGaps, true)},
		{"op=slope/dtype=u8/n=21/gaps=0.2", slope[uint8](usualDates, usualGaps, true)},
		{"op=slope/dtype=f64/n=21/gaps=0", slope[float64](usualDates, 0, true)},
		{"op=slope/dtype=f64/n=21/gaps=0.2", slope[float64](usualDates, usualGaps, true)},
		{"op=slope/dtype=i32/n=21/gaps=0.2", slope[int32](usualDates, usualGaps, true)},
		{"op=sums/dtype=f32/n=21/gaps=0", sums[float32](0)},
		{"op=sums/dtype=f32/n=21/gaps=0.2", sums[float32](usualGaps)},
		{"op=sums/dtype=i16/n=21/gaps=0.2", sums[int16](usualGaps)},
		{"op=sums/dtype=f64/n=21/gaps=0.2", sums[float64](usualGaps)},
		{"op=coefficients/dtype=f32/n=21/gaps=0", coefficients()},
		{"op=transpose/dtype=f32/n=21", transpose[float32]()},
		{"op=transpose/dtype=i16/n=21", transpose[int16]()},
		{"op=fit/dtype=f32/n=21/gaps=0.2/fields=" + slopeFields, fit(stats.Options{}, slopeFields)},
		{"op=fit/dtype=f32/n=21/gaps=0.2/fields=" + countsFields, fit(stats.Options{}, countsFields)},
		{"op=fit/dtype=f32/n=21/gaps=0.2/fields=" + scipyFields, fit(stats.Options{}, scipyFields)},
	}
	if isa == kernel.Generic || isa == kernel.NEON {
		return cases
	}
	return append(cases, []testCase{
		{"op=fit/dtype=f32/n=21/gaps=0.2/model=cubic/fields=" + modelFields, fit(stats.Options{Model: cubic}, modelFields)},
		{"op=fit/dtype=f32/n=21/gaps=0.2/model=season/fields=" + modelFields, fit(stats.Options{Model: season}, modelFields)},
		{"op=fit/dtype=f32/n=21/gaps=0.2/fields=" + rankFields, fit(stats.Options{}, rankFields)},
	}...)
}

// runCases runs the cases of an instruction set in turn, each between begin and end.
func runCases(k kernel.Kernel, begin, end func()) {
	debug.SetGCPercent(-1)
	for _, c := range testCases(k.ISA()) {
		run := c.prepare(k)
		run() // what is done once only does not count
		begin()
		run()
		end()
	}
}

// mix is the finisher of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// series returns samples, pixel by pixel, which are the same on every machine: a line with noise and
// with that share of gaps.
func series[T kernel.Sample](pixels, dates int, gaps float64, gap T) []T {
	limit := uint64(gaps * (1 << 16))
	samples := make([]T, pixels*dates)
	for i := range samples {
		if samples[i] = T(1 + i%dates + int(mix(uint64(i))%97)); mix(uint64(i))>>32%(1<<16) < limit {
			samples[i] = gap
		}
	}
	return samples
}

// view returns the samples of series as a stack, and which of them are observations.
func view[T kernel.Sample](pixels, dates int, gaps float64) (layout.View, kernel.Valid) {
	var gap T
	valid := kernel.Valid{}
	if kernel.DTypeOf[T]().IsFloat() {
		nan := math.NaN()
		gap = T(nan)
	} else {
		valid = kernel.Valid{HasNodata: true}
	}
	return layout.ViewOf(series(pixels, dates, gaps, gap), layout.BIP, pixels, 1, dates), valid
}

// tile returns a tile of these samples, in the L2 cache.
func tile[T kernel.Sample](k kernel.Kernel, dates int, gaps float64, packed bool) (kernel.Tile, kernel.Valid) {
	pixels := pixelsFor(k)
	v, valid := view[T](pixels, dates, gaps)
	t := layout.NewTile(v.Type, pixels, dates, make([]byte, layout.TileBytes(v.Type, pixels, dates)))
	if packed {
		t = layout.NewPacked(v.Type, pixels, dates, make([]byte, layout.PackedBytes(v.Type, pixels, dates)))
	}
	v.Copy(k, 0, nil, t)
	t.InCache = true
	return t, valid
}

// times returns times one apart and centred.
func times(dates int) []float64 {
	t := make([]float64, dates)
	for i := range t {
		t[i] = float64(i) - float64(dates-1)/2
	}
	return t
}

func slope[T kernel.Sample](dates int, gaps float64, packed bool) func(kernel.Kernel) func() {
	return func(k kernel.Kernel) func() {
		t, valid := tile[T](k, dates, gaps, packed)
		line := kernel.Line{Axis: kernel.NewAxis(times(dates)), Scale: 1, MinObs: 2}
		out := make([]float32, t.Pixels)
		return func() { kernel.Slope(k, out, nil, t, line, valid) }
	}
}

func sums[T kernel.Sample](gaps float64) func(kernel.Kernel) func() {
	return func(k kernel.Kernel) func() {
		t, valid := tile[T](k, usualDates, gaps, true)
		axis, out := kernel.NewAxis(times(usualDates)), kernel.NewSums(t.Pixels)
		return func() { k.Sums(out, t, axis, valid) }
	}
}

func coefficients() func(kernel.Kernel) func() {
	return func(k kernel.Kernel) func() {
		t, valid := tile[float32](k, usualDates, 0, true)
		design := kernel.NewDesign(times(usualDates), times(usualDates))
		out := [][]float64{make([]float64, t.Pixels), make([]float64, t.Pixels)}
		return func() { k.Coefficients(out, t, design, valid) }
	}
}

func transpose[T kernel.Sample]() func(kernel.Kernel) func() {
	return func(k kernel.Kernel) func() {
		pixels := pixelsFor(k)
		v, _ := view[T](pixels, usualDates, 0)
		t := layout.NewPacked(v.Type, pixels, usualDates, make([]byte, layout.PackedBytes(v.Type, pixels, usualDates)))
		return func() { v.Copy(k, 0, nil, t) }
	}
}

func fit(o stats.Options, names string) func(kernel.Kernel) func() {
	return func(k kernel.Kernel) func() {
		t, valid := tile[float32](k, usualDates, usualGaps, true)
		var err error
		if o.Fields, err = stats.ParseFields(names); err != nil {
			panic(err)
		}
		o.Valid = valid
		plan, err := stats.NewPlan(k, times(usualDates), o)
		if err != nil {
			panic(err)
		}
		out := make([][]float32, len(o.Fields))
		for f := range out {
			out[f] = make([]float32, t.Pixels)
		}
		scratch := plan.NewScratch()
		return func() { stats.Fit(plan, scratch, t, out) }
	}
}
