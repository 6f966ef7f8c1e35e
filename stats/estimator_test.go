package stats

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// AddTestFields adds two estimators with a field each for the time of a test: the spread of a
// series, its largest less its smallest observation, which takes dates in parts, and its median,
// which does not.
func AddTestFields(t testing.TB) (spread, median Field) {
	rows, kinds := len(table), len(estimators)
	t.Cleanup(func() { table, estimators = table[:rows], estimators[:kinds] })
	add := func(name string, all bool, f func(p *Plan) estimator) Field {
		kind := estimators[Linear]
		kind.name = name
		kind.make = func(p *Plan, fields []Field, _ Options) (estimator, error) {
			if len(fields) != 1 {
				t.Errorf("the estimator of %s is made for %v", name, fields)
			}
			return f(p), nil
		}
		estimators = append(estimators, kind)
		table = append(table, FieldInfo{Name: name, Estimator: Estimator(len(estimators) - 1), Unit: UnitSamples, AllDates: all, NotInAll: true})
		return Field(len(table) - 1)
	}
	spread = add("spread", false, func(p *Plan) estimator { return spreads{p} })
	median = add("median", true, func(p *Plan) estimator { return medians{p} })
	return spread, median
}

// observations appends those of pixel p of t, which are float32.
func (p *Plan) observations(buf []float32, t kernel.Tile, pixel int) []float32 {
	limits := p.valid.Limits(t.Type)
	for i := range t.Dates {
		if y := kernel.Row[float32](t, i, pixel, pixel+1)[0]; limits.Observation(float64(y)) {
			buf = append(buf, y)
		}
	}
	return buf
}

func (o outPlanes) set(pixel int, x float64) {
	if o.f64 != nil {
		o.f64[0][pixel] = x
	} else {
		o.f32[0][pixel] = float32(x)
	}
}

type medians struct{ *Plan }

func (m medians) newScratch() any   { return make([]float32, 0, m.Dates()) }
func (m medians) scratchBytes() int { return 4 * m.Dates() }
func (m medians) fit(scratch any, t kernel.Tile, out outPlanes) {
	for pixel := range t.Pixels {
		y, x := m.observations(scratch.([]float32), t, pixel), math.NaN()
		if slices.Sort(y); len(y) > 0 {
			x = float64(y[len(y)/2])
		}
		out.set(pixel, x)
	}
}

type spreads struct{ *Plan }

func (s spreads) newScratch() any   { return s.newSums(blockPixels) }
func (s spreads) scratchBytes() int { return blockPixels * s.sumsBytes() }
func (s spreads) sumsBytes() int    { return 8 }
func (s spreads) fit(scratch any, t kernel.Tile, out outPlanes) {
	state := scratch.(sums)
	state.reset()
	state.add(t, 0)
	state.finish(out)
}
func (s spreads) newSums(pixels int) sums {
	state := &spreadSums{s.Plan, make([][2]float32, pixels), nil}
	state.reset()
	return state
}

type spreadSums struct {
	*Plan
	ends [][2]float32
	buf  []float32
}

func (s *spreadSums) reset() {
	for i := range s.ends {
		s.ends[i] = [2]float32{float32(math.Inf(1)), float32(math.Inf(-1))}
	}
}

func (s *spreadSums) add(t kernel.Tile, _ int) {
	for pixel := range t.Pixels {
		s.buf = s.observations(s.buf[:0], t, pixel)
		e := &s.ends[pixel]
		for _, y := range s.buf {
			e[0], e[1] = min(e[0], y), max(e[1], y)
		}
	}
}

func (s *spreadSums) finish(out outPlanes) (again bool) {
	for pixel := range max(lengthOf(out.f32), lengthOf(out.f64)) {
		if e := s.ends[pixel]; e[0] <= e[1] {
			out.set(pixel, float64(e[1])-float64(e[0]))
		} else {
			out.set(pixel, math.NaN())
		}
	}
	return false
}

func lengthOf[F any](planes [][]F) int {
	if planes == nil {
		return 0
	}
	return len(planes[0])
}

// seriesOfTest returns a tile of that many pixels, a third of them with gaps, and the median and
// the spread of each, computed otherwise.
func seriesOfTest(dates, pixels int) (data []float32, spread, median []float64) {
	data = make([]float32, dates*pixels)
	for i := range data {
		date, pixel := i/pixels, i%pixels
		if data[i] = float32((7*date+13*pixel)%31) + float32(date)/8; pixel%3 == 0 && (date+pixel)%4 != 0 || pixel == 5 {
			data[i] = float32(nan)
		}
	}
	for pixel := range pixels {
		var y []float64
		for date := range dates {
			if x := float64(data[date*pixels+pixel]); x == x {
				y = append(y, x)
			}
		}
		if len(y) == 0 {
			spread, median = append(spread, nan), append(median, nan)
			continue
		}
		spread = append(spread, slices.Max(y)-slices.Min(y))
		// The median is the value that as many are below as its rank says.
		at := slices.IndexFunc(y, func(x float64) bool {
			below, same := 0, 0
			for _, other := range y {
				if other < x {
					below++
				} else if other == x {
					same++
				}
			}
			return below <= len(y)/2 && len(y)/2 < below+same
		})
		median = append(median, y[at])
	}
	return data, spread, median
}

// Several estimators share a tile: each gives what it gives alone, in the order that was asked for,
// and the line has the bits that it has without the others.
func TestEstimatorsShareATile(t *testing.T) {
	spread, median := AddTestFields(t)
	const dates, pixels = 21, 2*blockPixels + 77
	data, spreads, medians := seriesOfTest(dates, pixels)
	tile := kernel.TileOf(data, pixels, dates, pixels)
	run := func(k kernel.Kernel, fields ...Field) (*Plan, [][]float64) {
		p, err := NewPlan(k, years(1995, 2015), Options{Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
		out := planes(len(fields), pixels)
		Fit(p, p.NewScratch(), tile, out)
		return p, out
	}
	for _, k := range kernels(t) {
		fields := []Field{PValue, median, Slope, spread, N, Last}
		p, got := run(k, fields...)
		_, line := run(k, PValue, Slope, N, Last)
		for f, want := range [][]float64{line[0], medians, line[1], spreads, line[2], line[3]} {
			if !sameBits(got[f], want) {
				t.Errorf("%v: %v beside other estimators is not what it is alone", k.ISA(), fields[f])
			}
		}
		if !p.AllDates() {
			t.Error("the median takes dates in parts")
		}
		if want := 4*dates + 8*blockPixels; p.ScratchBytes() <= want {
			t.Errorf("%d bytes of scratch memory, those of the line beside %d", p.ScratchBytes(), want)
		}
		narrow := make([][]float32, len(fields))
		for f := range narrow {
			narrow[f] = make([]float32, pixels)
		}
		scratch := p.NewScratch()
		if n := testing.AllocsPerRun(5, func() { Fit(p, scratch, tile, narrow) }); n != 0 {
			t.Errorf("%v: a fit allocates %v times", k.ISA(), n)
		}
		for f := range narrow {
			for i, x := range narrow[f] {
				if want := float32(got[f][i]); x != want && want == want {
					t.Fatalf("%v: %v of pixel %d is %v as float32, want %v", k.ISA(), fields[f], i, x, want)
				}
			}
		}
		// Only where slopes, and n, are all of the line does its kernel write the results.
		if _, got := run(k, spread, Slope, N); !sameBits(got[1], line[1]) || !sameBits(got[2], line[2]) || !sameBits(got[0], spreads) {
			t.Errorf("%v: other bits beside a slope", k.ISA())
		}
		if p, got := run(k, median); !sameBits(got[0], medians) || p.ScratchBytes() != 4*dates {
			t.Errorf("%v: the median alone differs, or takes %d bytes", k.ISA(), p.ScratchBytes())
		} else {
			residual := planes(dates, pixels)
			Series(p, p.NewScratch(), tile, residual, nil, nil) // is of the line, whatever the fields
			if x := residual[0][1]; !(math.Abs(x) < 31) {
				t.Errorf("%v: a residual is %v", k.ISA(), x)
			}
		}
	}
}

// Dates in parts give the same bits with every estimator that takes them, and a field that needs
// all dates is refused.
func TestEstimatorsInParts(t *testing.T) {
	spread, median := AddTestFields(t)
	const dates, pixels = 21, 300
	data, spreads, _ := seriesOfTest(dates, pixels)
	fields := []Field{Slope, spread, First}
	p, err := NewPlan(kernel.Best(), years(1995, 2015), Options{Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	if p.AllDates() || p.SumsBytes() != 9*8+4+8 {
		t.Errorf("all dates: %v, %d bytes a pixel", p.AllDates(), p.SumsBytes())
	}
	want, got := planes(len(fields), pixels), planes(len(fields), pixels)
	Fit(p, p.NewScratch(), kernel.TileOf(data, pixels, dates, pixels), want)
	s := p.NewSums(pixels)
	for range 2 {
		s.Reset()
		for from := 0; from < dates; from += 5 {
			n := min(5, dates-from)
			p.Add(s, kernel.TileOf(data[from*pixels:], pixels, n, pixels), from)
		}
		Finish(p, s, got)
		for f, field := range fields {
			if !sameBits(got[f], want[f]) {
				t.Errorf("%v differs in parts", field)
			}
		}
	}
	if !sameBits(got[1], spreads) {
		t.Error("the spread is wrong")
	}
	p, err = NewPlan(kernel.Best(), years(1995, 2015), Options{Fields: []Field{Slope, median}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if text, ok := recover().(string); !ok || !strings.Contains(text, "median needs all dates") {
			t.Errorf("sums of a median: %q", text)
		}
	}()
	p.NewSums(1)
}
