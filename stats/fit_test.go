package stats

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

var nan = math.NaN()

func kernels(t testing.TB) []kernel.Kernel {
	t.Helper()
	var ks []kernel.Kernel
	for _, isa := range kernel.Available() {
		k, err := kernel.New(isa)
		if err != nil {
			t.Fatal(err)
		}
		ks = append(ks, k)
	}
	return ks
}

// fitSeries fits series, one for each pixel, and returns their fields.
func fitSeries[F float32 | float64, T kernel.Sample](t testing.TB, k kernel.Kernel, times []float64, series [][]T, o Options) [][]F {
	t.Helper()
	p, err := NewPlan(k, times, o)
	if err != nil {
		t.Fatal(err)
	}
	return fitPlan[F](p, series)
}

// fitPlan is fitSeries with a plan.
func fitPlan[F float32 | float64, T kernel.Sample](p *Plan, series [][]T) [][]F {
	data := make([]T, p.Dates()*len(series))
	for x, y := range series {
		for i := range p.Dates() {
			data[i*len(series)+x] = y[i]
		}
	}
	out := make([][]F, len(p.Fields()))
	for f := range out {
		out[f] = make([]F, len(series))
	}
	Fit(p, p.NewScratch(), kernel.TileOf(data, len(series), p.Dates(), len(series)), out)
	return out
}

func years(first, last int) []float64 {
	var t []float64
	for y := first; y <= last; y++ {
		t = append(t, float64(y))
	}
	return t
}

var all = []Field{Slope, Intercept, N}

// R's data set women, from its documentation: lm(weight ~ height) gives −87.51667 and 3.45000.
func TestWomen(t *testing.T) {
	height := years(58, 72)
	weight := []float64{115, 117, 120, 123, 126, 129, 132, 135, 139, 142, 146, 150, 154, 159, 164}
	for _, k := range kernels(t) {
		out := fitSeries[float64](t, k, height, [][]float64{weight}, Options{Fields: all})
		if slope := out[0][0]; !(math.Abs(slope-3.45) <= 1e-14) {
			t.Errorf("%v: slope %v, R has 3.45000", k.ISA(), slope)
		}
		if intercept := out[1][0]; !(math.Abs(intercept+87.51666666666667) <= 1e-12) {
			t.Errorf("%v: intercept %v, R has -87.51667", k.ISA(), intercept)
		}
		if out[2][0] != 15 {
			t.Errorf("%v: n = %v", k.ISA(), out[2][0])
		}
	}
}

// exact is the line through the observations of a series, in rational arithmetic.
func exact(times, y []float64) (slope, intercept float64, n int) {
	sum := func(f func(t, y *big.Rat) *big.Rat) *big.Rat {
		s := new(big.Rat)
		for i := range y {
			if !math.IsNaN(y[i]) {
				s.Add(s, f(new(big.Rat).SetFloat64(times[i]), new(big.Rat).SetFloat64(y[i])))
			}
		}
		return s
	}
	mul := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	sub := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
	one := big.NewRat(1, 1)
	num := sum(func(t, y *big.Rat) *big.Rat { return one })
	st := sum(func(t, y *big.Rat) *big.Rat { return t })
	sy := sum(func(t, y *big.Rat) *big.Rat { return y })
	den := sub(mul(num, sum(func(t, y *big.Rat) *big.Rat { return mul(t, t) })), mul(st, st))
	if den.Sign() == 0 {
		return nan, nan, int(num.Num().Int64())
	}
	b := new(big.Rat).Quo(sub(mul(num, sum(func(t, y *big.Rat) *big.Rat { return mul(t, y) })), mul(st, sy)), den)
	a := new(big.Rat).Quo(sub(sy, mul(b, st)), num)
	slope, _ = b.Float64()
	intercept, _ = a.Float64()
	return slope, intercept, int(num.Num().Int64())
}

// Random series with gaps, on year and day axes, evenly spaced or not, whole or not.
func TestAgainstExactLine(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	day := func(n int) []float64 {
		times := make([]float64, n)
		d := 7000
		for i := range times {
			d += rng.IntN(30) // scenes of one day happen
			times[i] = float64(d)
		}
		return times
	}
	dose := []float64{0.2, 338.8, 118.1, 884.6, 10.1, 226.5, 666.3, 996.3} // neither whole nor sorted
	for name, times := range map[string][]float64{
		"years": years(1995, 2015), "even number": years(2001, 2020), "days": day(68), "447 days": day(447), "dose": dose,
	} {
		const pixels = 300
		series := make([][]float64, pixels)
		for p := range series {
			series[p] = make([]float64, len(times))
			slope := 0.01 * rng.NormFloat64()
			for i := range times {
				series[p][i] = 0.5 + slope*(times[i]-times[0])/10 + 0.05*rng.NormFloat64()
				if rng.Float64() < float64(p%5)/5 {
					series[p][i] = nan
				}
			}
		}
		for _, k := range kernels(t) {
			out := fitSeries[float64](t, k, times, series, Options{Fields: all})
			for p, y := range series {
				slope, intercept, n := exact(times, y)
				if int(out[2][p]) != n {
					t.Fatalf("%s, %v: n of pixel %d is %v, want %d", name, k.ISA(), p, out[2][p], n)
				}
				if math.IsNaN(slope) {
					if !math.IsNaN(out[0][p]) || !math.IsNaN(out[1][p]) {
						t.Fatalf("%s, %v: pixel %d of %d observations has no line, got %v, %v", name, k.ISA(), p, n, out[0][p], out[1][p])
					}
					continue
				}
				// The error of a slope near zero is relative to the change that the last digit of a
				// sample makes.
				tol := 1e-12 * max(math.Abs(slope), 0.05/(times[len(times)-1]-times[0]+1))
				if !(math.Abs(out[0][p]-slope) <= tol) {
					t.Fatalf("%s, %v: slope of pixel %d is %v, want %v", name, k.ISA(), p, out[0][p], slope)
				}
				if tol := 1e-11 * max(1, math.Abs(intercept)); !(math.Abs(out[1][p]-intercept) <= tol) {
					t.Fatalf("%s, %v: intercept of pixel %d is %v, want %v", name, k.ISA(), p, out[1][p], intercept)
				}
			}
		}
	}
}

// The rows of the table of degenerate pixels in docs/semantics.md, for slope, intercept and n.
func TestDegeneratePixels(t *testing.T) {
	times := []float64{2000, 2001, 2001, 2003, 2004}
	for _, row := range []struct {
		name                string
		y                   []float64
		minObs              int
		slope, intercept, n float64
	}{
		{"no observation", []float64{nan, nan, nan, nan, nan}, 0, nan, nan, 0},
		{"one observation", []float64{nan, 3, nan, nan, nan}, 0, nan, nan, 1},
		{"infinite ones are gaps", []float64{math.Inf(1), 3, nan, math.Inf(-1), nan}, 0, nan, nan, 1},
		{"fewer than asked for", []float64{1, 2, 3, nan, nan}, 4, nan, nan, 3},
		{"as many as asked for", []float64{1, 2, 2, 4, nan}, 4, 1, -1999, 4},
		{"all at one date", []float64{nan, 1, 5, nan, nan}, 0, nan, nan, 2},
		{"two observations", []float64{nan, 1, nan, 5, nan}, 0, 2, -4001, 2},
		{"constant", []float64{7, 7, 7, 7, 7}, 0, 0, 7, 5},
		{"constant with gaps", []float64{nan, 7, nan, 7, 7}, 0, 0, 7, 3},
		{"more asked for than dates", []float64{1, 2, 2, 4, 5}, 6, nan, nan, 5},
	} {
		for _, k := range kernels(t) {
			// Among neighbours without gaps, and enough of them for every path.
			series := make([][]float64, 200)
			for p := range series {
				series[p] = []float64{1, 2, 3, 4, 5}
			}
			at := []int{0, 77, 199}
			for _, p := range at {
				series[p] = row.y
			}
			full := fitSeries[float64](t, k, times, series, Options{Fields: all, MinObs: row.minObs})
			alone := fitSeries[float64](t, k, times, series, Options{Fields: []Field{Slope, N}, MinObs: row.minObs})
			for _, p := range at {
				got := [3]float64{full[0][p], full[1][p], full[2][p]}
				if want := [3]float64{row.slope, row.intercept, row.n}; !sameBits(got[:], want[:]) {
					t.Errorf("%s, %v: %v, want %v", row.name, k.ISA(), got, want)
				}
				if !sameBits([]float64{alone[0][p], alone[1][p]}, []float64{row.slope, row.n}) {
					t.Errorf("%s, %v, without intercept: %v, %v", row.name, k.ISA(), alone[0][p], alone[1][p])
				}
			}
		}
	}
}

func sameBits(a, b []float64) bool {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && !(a[i] != a[i] && b[i] != b[i]) {
			return false
		}
	}
	return true
}

// The slope of a pixel has the same bits by the dot product and by sums, whatever fields are asked
// for, on every ISA, and whether its neighbours have gaps.
func TestSlopeIsTheSameByEveryPath(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	times := []float64{10, 17, 17, 40, 41, 90, 333}
	const pixels = 3000
	series, clean := make([][]float32, pixels), make([][]float32, pixels)
	for p := range series {
		y := make([]float32, len(times))
		for i := range y {
			y[i] = float32(rng.NormFloat64())
		}
		clean[p] = y
		series[p] = append([]float32(nil), y...)
		if p%100 < 30 && rng.IntN(3) == 0 {
			series[p][rng.IntN(len(times))] = float32(nan)
		}
	}
	var want [][]float64
	for _, k := range kernels(t) {
		for _, o := range []Options{{Fields: all}, {Fields: []Field{Slope}}, {Fields: []Field{N, Slope}},
			{Valid: kernel.Valid{HasRange: true, Lo: -100, Hi: 100}}, {Valid: kernel.Valid{HasNodata: true, Nodata: 55}}} {
			o.PerUnit = 365.2425
			p := 0
			if len(o.Fields) == 2 {
				p = 1
			}
			gappy := fitSeries[float64](t, k, times, series, o)[p]
			whole := fitSeries[float64](t, k, times, clean, o)[p]
			if want == nil {
				want = [][]float64{gappy, whole}
			}
			if !sameBits(gappy, want[0]) || !sameBits(whole, want[1]) {
				t.Fatalf("%v, %+v: other bits than before", k.ISA(), o)
			}
		}
	}
	for p := range series {
		if !math.IsNaN(float64(series[p][0])) && sameSeries(series[p], clean[p]) && want[0][p] != want[1][p] {
			t.Fatalf("pixel %d without a gap changes with its neighbours: %v, %v", p, want[0][p], want[1][p])
		}
	}
}

func sameSeries(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// An offset must not cost digits: 2^20 added to samples that stay exact changes nothing.
func TestOffsetCostsNoDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	times := years(1995, 2015)
	low, high := make([][]float32, 500), make([][]float32, 500)
	for p := range low {
		low[p], high[p] = make([]float32, len(times)), make([]float32, len(times))
		for i := range times {
			low[p][i] = float32(rng.IntN(8)) / 8 // 1/8 and 2^20 fit in 24 bits
			high[p][i] = low[p][i] + 1<<20
			if rng.IntN(5) == 0 {
				low[p][i], high[p][i] = float32(nan), float32(nan)
			}
		}
	}
	for _, k := range kernels(t) {
		a := fitSeries[float64](t, k, times, low, Options{})
		b := fitSeries[float64](t, k, times, high, Options{})
		if !sameBits(a[0], b[0]) {
			t.Errorf("%v: slopes change with the offset", k.ISA())
		}
	}
}

func TestScaleOffsetAndUnit(t *testing.T) {
	series := [][]int16{{1000, 2000, 3000}, {-9999, 2000, 3000}, {10000, -9999, 8000}}
	o := Options{Fields: all, Scale: 0.0001, Offset: 0.5, PerUnit: 365.2425, Valid: kernel.Valid{HasNodata: true, Nodata: -9999}}
	for _, k := range kernels(t) {
		out := fitSeries[float64](t, k, []float64{0, 10, 20}, series, o)
		for p, want := range [][3]float64{
			{0.01 * 365.2425, 0.1 + 0.5, 3},
			{0.01 * 365.2425, 0.1 + 0.5, 2},
			{-0.01 * 365.2425, 1 + 0.5, 2},
		} {
			for f := range all {
				if !(math.Abs(out[f][p]-want[f]) <= 1e-14*math.Abs(want[f])) {
					t.Errorf("%v: %v of pixel %d is %v, want %v", k.ISA(), all[f], p, out[f][p], want[f])
				}
			}
		}
	}
}

func TestFloat32IsFloat64RoundedOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	series := make([][]float32, 2000)
	for p := range series {
		series[p] = make([]float32, 21)
		for i := range series[p] {
			series[p][i] = float32(rng.NormFloat64())
			if p > 1000 && rng.IntN(9) == 0 {
				series[p][i] = float32(nan)
			}
		}
	}
	k := kernel.Best()
	narrow := fitSeries[float32](t, k, years(1995, 2015), series, Options{Fields: all})
	wide := fitSeries[float64](t, k, years(1995, 2015), series, Options{Fields: all})
	for f := range wide {
		for p := range wide[f] {
			if x := float32(wide[f][p]); x != narrow[f][p] {
				t.Fatalf("%v of pixel %d: %v and %v", all[f], p, x, narrow[f][p])
			}
		}
	}
}

func TestWrongPlans(t *testing.T) {
	k := kernel.Best()
	for want, f := range map[string]func() error{
		"needs two dates":           func() error { _, err := NewPlan(k, []float64{1}, Options{}); return err },
		"needs two different dates": func() error { _, err := NewPlan(k, []float64{3, 3}, Options{}); return err },
		"finite":                    func() error { _, err := NewPlan(k, []float64{1, nan}, Options{}); return err },
		"at least 2":                func() error { _, err := NewPlan(k, []float64{1, 2}, Options{MinObs: 1}); return err },
		"must be finite":            func() error { _, err := NewPlan(k, []float64{1, 2}, Options{Scale: nan}); return err },
		"asked for twice":           func() error { _, err := NewPlan(k, []float64{1, 2}, Options{Fields: []Field{N, N}}); return err },
		`called "slop"`:             func() error { _, err := ParseFields("n,slop"); return err },
		"n is asked for twice":      func() error { _, err := ParseFields("n, n"); return err },
		`called ""`:                 func() error { _, err := ParseFields(""); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if f, err := ParseFields("n, slope,intercept"); err != nil || len(f) != 3 || f[0] != N || f[1] != Slope {
		t.Errorf("%v, %v", f, err)
	}
	p, err := NewPlan(k, []float64{1, 2}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(){
		"dates": func() {
			Fit(p, p.NewScratch(), kernel.TileOf(make([]float32, 3), 1, 3, 1), [][]float32{make([]float32, 1)})
		},
		"planes": func() { Fit(p, p.NewScratch(), kernel.TileOf(make([]float32, 2), 1, 2, 1), [][]float32{}) },
		"short": func() {
			Fit(p, p.NewScratch(), kernel.TileOf(make([]float32, 4), 2, 2, 2), [][]float32{make([]float32, 1)})
		},
	} {
		err := func() (err error) {
			defer func() {
				if recover() == nil {
					err = errors.New("no panic")
				}
			}()
			f()
			return nil
		}()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Evenly spaced times become small whole numbers that sum to zero; so do any whole ones.
func TestAxisIsWholeAndSumsToZero(t *testing.T) {
	for _, row := range []struct {
		times []float64
		tau   []float64
	}{
		{years(2001, 2003), []float64{-1, 0, 1}},
		{years(2001, 2004), []float64{-3, -1, 1, 3}},
		{[]float64{0, 1, 3}, []float64{-4, -1, 5}},
		{[]float64{-7, -7, 7}, []float64{-1, -1, 2}},
	} {
		a := newAxis(row.times)
		if !a.Centred() || !sameBits(a.Tau, row.tau) {
			t.Errorf("%v: τ = %v, want %v", row.times, a.Tau, row.tau)
		}
		for i, tau := range a.Tau {
			if got := a.mean(tau); got != row.times[i] {
				t.Errorf("%v: τ = %v is taken back to %v", row.times, tau, got)
			}
		}
	}
}

// Sums in parts give the bits of Fit. Parts that are not all dates in order panic.
func TestParts(t *testing.T) {
	const n, pixels = 21, 300
	rng := rand.New(rand.NewPCG(41, 41))
	data := make([]float32, n*pixels)
	for i := range data {
		if data[i] = float32(rng.NormFloat64()); rng.IntN(5) == 0 {
			data[i] = float32(nan)
		}
	}
	for _, fields := range [][]Field{all, {Slope}, {N, Intercept}, AllFields, {Last}} {
		p, err := NewPlan(kernel.Best(), years(1995, 2015), Options{Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
		out := func() [][]float64 {
			o := make([][]float64, len(fields))
			for f := range o {
				o[f] = make([]float64, pixels)
			}
			return o
		}
		want, got := out(), out()
		Fit(p, p.NewScratch(), kernel.TileOf(data, pixels, n, pixels), want)
		s := p.NewSums(pixels + 20)
		for range 2 {
			s.Reset()
			for from := 0; from < n; from += 8 {
				to := min(from+8, n)
				p.Add(s, kernel.TileOf(data[from*pixels:], pixels, to-from, pixels), from)
			}
			Finish(p, s, got)
			for f := range want {
				for i := range want[f] {
					if math.Float64bits(want[f][i]) != math.Float64bits(got[f][i]) && want[f][i] == want[f][i] {
						t.Fatalf("%v of pixel %d is %v in parts, %v in one", fields[f], i, got[f][i], want[f][i])
					}
				}
			}
		}
		for name, wrong := range map[string]func(){
			"a date again":    func() { p.Add(s, kernel.TileOf(data, pixels, 1, pixels), 0) },
			"a date too many": func() { p.Add(s, kernel.TileOf(data, pixels, 1, pixels), n) },
			"too early":       func() { Finish(p, p.NewSums(pixels), got) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: no panic", name)
					}
				}()
				wrong()
			}()
		}
	}
}
