package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// fitEveryWay fits one series in float64 on every ISA, among neighbours that have no gaps and alone,
// with fields alone and together, from a packed tile, and with dates in parts. The bits must be the
// same. It returns the fields of AllFields.
func fitEveryWay[T kernel.Sample](t testing.TB, times []float64, y []T, o Options) map[Field]float64 {
	t.Helper()
	const pixels = 130
	n := len(times)
	at := []int{0, 70, 129}
	plain, packed := make([]T, n*pixels), make([]T, n*192)
	for p := range pixels {
		for i := range n {
			plain[i*pixels+p] = T((p*p + 7*i*i + i*p) % 89)
			if p == at[0] || p == at[1] || p == at[2] {
				plain[i*pixels+p] = y[i]
			}
			packed[(p/64*n+i)*64+p%64] = plain[i*pixels+p]
		}
	}
	tile := kernel.TileOf(plain, pixels, n, pixels)
	dense := kernel.TileOf(packed, pixels, n, pixels)
	dense.Packed = true
	var want [][]float64
	check := func(what string, f int, got []float64) {
		t.Helper()
		for _, p := range at {
			if !sameBits([]float64{got[p]}, []float64{want[f][at[0]]}) {
				t.Fatalf("%s: %v of pixel %d is %v, want %v", what, AllFields[f], p, got[p], want[f][at[0]])
			}
		}
		for p := range got {
			if !sameBits([]float64{got[p]}, []float64{want[f][p]}) {
				t.Fatalf("%s: %v of neighbour %d is %v, want %v", what, AllFields[f], p, got[p], want[f][p])
			}
		}
	}
	planes := func(n int) [][]float64 {
		out := make([][]float64, n)
		for i := range out {
			out[i] = make([]float64, pixels)
		}
		return out
	}
	for _, k := range kernels(t) {
		o.Fields = AllFields
		p, err := NewPlan(k, times, o)
		if err != nil {
			t.Fatal(err)
		}
		for what, tile := range map[string]kernel.Tile{"planes": tile, "packed": dense, "alone": tile.Slice(0, 1)} {
			out := planes(len(AllFields))
			Fit(p, p.NewScratch(), tile, out)
			if what == "alone" {
				for f := range out {
					if want != nil && !sameBits(out[f][:1], want[f][:1]) {
						t.Fatalf("%v, alone: %v is %v, want %v", k.ISA(), AllFields[f], out[f][0], want[f][0])
					}
				}
				continue
			}
			if want == nil {
				want = out
			}
			for f := range out {
				check(k.ISA().String()+", "+what, f, out[f])
			}
		}
		for _, part := range []int{1, (n + 2) / 3} {
			s, out := p.NewSums(pixels), planes(len(AllFields))
			for again := true; again; again = Finish(p, s, out) {
				for first := 0; first < n; first += part {
					m := min(part, n-first)
					p.Add(s, kernel.TileOf(plain[first*pixels:], pixels, m, pixels), first)
				}
			}
			for f := range out {
				check(k.ISA().String()+", in parts", f, out[f])
			}
		}
		for f, field := range AllFields {
			for _, fields := range [][]Field{{field}, {field, N}} {
				if field == N && len(fields) == 2 {
					continue
				}
				o.Fields = fields
				p, err := NewPlan(k, times, o)
				if err != nil {
					t.Fatal(err)
				}
				for what, tile := range map[string]kernel.Tile{"planes": tile, "packed": dense} {
					out := planes(len(fields))
					Fit(p, p.NewScratch(), tile, out)
					check(k.ISA().String()+", a field alone, "+what, f, out[0])
				}
			}
		}
	}
	got := map[Field]float64{}
	for f, field := range AllFields {
		got[field] = want[f][0]
	}
	return got
}

// steps returns n times from first on, that far apart.
func steps(first, by float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = first + by*float64(i)
	}
	return x
}

// scaled returns x·f for each x.
func scaled(f float64, x ...float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] * f
	}
	return y
}

// Series that sums in float64 lose digits of, with values from exact arithmetic. Each is fitted in
// every way.
func TestDigitsByHand(t *testing.T) {
	near := func(name string, got map[Field]float64, field Field, want, tol float64) {
		t.Helper()
		if x := got[field]; !(math.Abs(x-want) <= tol) && x != want {
			t.Errorf("%s: %v is %.17g, want %.17g", name, field, x, want)
		}
	}
	is := func(name string, got map[Field]float64, want map[Field]float64) {
		t.Helper()
		for f, x := range want {
			near(name, got, f, x, 4e-16*math.Abs(x))
		}
	}

	// One date far from all others, which alone a pixel has.
	far := []float64{0, 1e9, 1e9 + 1, 1e9 + 2}
	got := fitEveryWay(t, far, []float64{nan, 1, 2, 4}, Options{InterceptAt: 1e9})
	is("a far date", got, map[Field]float64{Slope: 1.5, Stderr: 0.5 / math.Sqrt(3), Mean: 7. / 3, RMSE: math.Sqrt(1. / 18), N: 3,
		Intercept: 5. / 6, FittedFirst: 5. / 6, FittedLast: 23. / 6, Change: 3, First: 1e9, Last: 1e9 + 2})
	got = fitEveryWay(t, far, []float64{nan, 2, nan, 4}, Options{})
	is("a far date and two observations", got, map[Field]float64{Slope: 1, Change: 2, FittedFirst: 2, RMSE: 0, RValue: 1})
	got = fitEveryWay(t, append([]float64{0}, steps(1e9, 1, 11)...), append([]float64{nan}, scaled(1./3, 1, 4, 2, 8, 5, 7, 1, 4, 2, 8, 5)...), Options{})
	want, _ := exactFields(steps(1e9, 1, 11), scaled(1./3, 1, 4, 2, 8, 5, 7, 1, 4, 2, 8, 5), 0)
	is("a far date and 11 observations", got, map[Field]float64{Slope: want[Slope], Stderr: want[Stderr], R2: want[R2]})
	// A pixel of one date has no line, however far another date is.
	got = fitEveryWay(t, []float64{0, 1e9, 1e9, 1e9}, []float64{nan, 1, 2, 4}, Options{})
	if !math.IsNaN(got[Slope]) || !math.IsNaN(got[FittedFirst]) || got[N] != 3 {
		t.Errorf("a far date and no other: %v", got)
	}

	// Lines that are exact, or as exact as samples can be.
	whole := make([]uint32, 21)
	for i := range whole {
		whole[i] = 204522253 * uint32(i)
	}
	exactly := map[Field]float64{Slope: 204522253, RMSE: 0, Stderr: 0, InterceptStderr: 0, TValue: math.Inf(1), PValue: 0, R2: 1,
		RValue: 1, SlopeLo: 204522253, SlopeHi: 204522253}
	is("large whole samples", fitEveryWay(t, years(2000, 2020), whole, Options{}), exactly)
	// Slopes that float64 does not have.
	got = fitEveryWay(t, scaled(3, steps(0, 1, 21)...), steps(0, 1, 21), Options{})
	is("a slope of 1/3", got, map[Field]float64{Slope: 1. / 3, RMSE: 0, Stderr: 0, TValue: math.Inf(1), PValue: 0})
	tenths := scaled(0.1, steps(0, 1, 21)...)
	got = fitEveryWay(t, years(2000, 2020), tenths, Options{})
	want, _ = exactFields(years(2000, 2020), tenths, 0)
	if !(want[RMSE] > 5e-17 && want[RMSE] < 6e-17) {
		t.Errorf("the rmse of multiples of 0.1 is %v", want[RMSE])
	}
	is("multiples of 0.1", got, map[Field]float64{Slope: 0.1, RMSE: want[RMSE], Stderr: want[Stderr], TValue: want[TValue]})

	// Samples whose squares leave the range of float64.
	noise := []float64{1, 3, 2, 7, 4, 5, 9}
	for _, f := range []float64{1e-300, 1e-170, 1e-110, 1e152, 1e290} {
		y := scaled(f, noise...)
		got := fitEveryWay(t, years(2000, 2006), y, Options{InterceptAt: 2003})
		want, _ := exactFields(years(2000, 2006), y, 2003)
		for _, field := range []Field{Slope, Intercept, RValue, R2, TValue, Stderr, InterceptStderr, RMSE, Mean, Change, FittedLast} {
			near(fmt.Sprintf("samples of %v", f), got, field, want[field], 1e-15*math.Abs(want[field]))
		}
	}
	// The same for times.
	for _, f := range []float64{1e200, 1e-170, 1e120} {
		x := scaled(f, steps(0, 1, 7)...)
		got := fitEveryWay(t, x, noise, Options{InterceptAt: 3 * f})
		want, _ := exactFields(x, noise, 3*f)
		for _, field := range []Field{Slope, Intercept, RValue, R2, TValue, Stderr, InterceptStderr, RMSE, Mean, Change, FittedFirst, FittedLast, First, Last} {
			near(fmt.Sprintf("times of %v", f), got, field, want[field], 2e-15*math.Abs(want[field]))
		}
	}

	// The mean of samples that cancel.
	ones := []int16{1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1}
	is("ones that cancel", fitEveryWay(t, years(2001, 2014), ones, Options{}), map[Field]float64{Mean: 0})

	// The ends of a line on times far from zero.
	for _, first := range []float64{2000, 1e9, 1e15} {
		got := fitEveryWay(t, steps(first, 1, 4), []float64{1, 2, nan, 4}, Options{InterceptAt: first + 1})
		is(fmt.Sprintf("times from %v", first), got, map[Field]float64{Slope: 1, FittedLast: 4, Intercept: 2, Change: 3, First: first, Last: first + 3})
		near(fmt.Sprintf("times from %v", first), got, FittedFirst, 1, 5e-16)
	}
}

// hardSeries returns times, and series whose digits are hard to keep.
func hardSeries(rng *rand.Rand, kind string, pixels int) (times []float64, series [][]float64) {
	n := 4 + rng.IntN(40)
	if kind == "long" {
		n = 1000 + rng.IntN(4001)
	}
	t := float64(rng.IntN(20000))
	for range n {
		switch rng.IntN(3) {
		case 0:
			t += float64(1 + rng.IntN(30))
		default:
			t++
		}
		times = append(times, t)
	}
	switch rng.IntN(4) {
	case 0: // no whole numbers
		for i := range times {
			times[i] /= 365.2425
		}
	case 1: // far from zero
		far := math.Pow(10, float64(4+rng.IntN(8)))
		for i := range times {
			times[i] += far
		}
	}
	if kind == "far" { // one date far from the others
		at := rng.IntN(2) * (n - 1)
		times[at] = math.Floor(times[at] + math.Copysign(math.Pow(10, 4+6*rng.Float64()), float64(at)-0.5))
	}
	span := times[n-1] - times[0]
	for range pixels {
		y := make([]float64, n)
		noise, size := 1.0, 1.0
		switch kind {
		case "perfect":
			noise = math.Pow(10, -1-16*rng.Float64())
		case "huge":
			size = math.Pow(10, 100+190*rng.Float64())
		case "tiny":
			size = math.Pow(10, -100-190*rng.Float64())
		}
		level, slope := rng.NormFloat64()*math.Pow(10, 3*rng.Float64()), rng.NormFloat64()
		lo, hi := 0, n
		if kind == "clustered" {
			lo = rng.IntN(n - 3)
			hi = lo + 3 + rng.IntN(min(4, n-lo-2))
		}
		for i := range y {
			y[i] = size * (level + slope*(times[i]-times[0])/span + noise*rng.NormFloat64())
			if i < lo || i >= hi || kind != "long" && kind != "clustered" && i > 3 && rng.IntN(8) == 0 {
				y[i] = nan
			}
		}
		if kind == "far" {
			y[rng.IntN(2)*(n-1)] = nan
		}
		if kind == "long" && rng.IntN(2) == 0 {
			y[0] += 1e6 // the first observation is far from the others
		}
		series = append(series, y)
	}
	return times, series
}

// Slope, intercept and standard error of series that are hard are within 1e-13 of the truth, plus what
// the samples allow: the largest change that half a unit in the last place of each sample can make.
// Standard errors, and all three if times are no whole numbers, may be off by half a unit of rounding more
// for each observation. Standard errors of lines that are nearly
// perfect, and have no second look, may be off by 4e-15/(1−r²). PIXTREND_LONG is set for ten times as
// many series.
func TestHardSeries(t *testing.T) {
	stacks := 250
	if os.Getenv("PIXTREND_LONG") != "" {
		stacks = 2500
	}
	const pixels = 8
	rng := rand.New(rand.NewPCG(81, 81))
	kinds := []string{"perfect", "clustered", "far", "huge", "tiny"}
	series := 0
	run := func(kind string) {
		times, ys := hardSeries(rng, kind, pixels)
		at := times[0] + math.Floor(rng.Float64()*3*(times[len(times)-1]-times[0]))
		k := kernels(t)[rng.IntN(len(kernels(t)))]
		fields := []Field{Slope, Intercept, Stderr}
		out := fitSeries[float64](t, k, times, ys, Options{Fields: fields, InterceptAt: at})
		for p, y := range ys {
			want, unexplained := exactFields(times, y, at)
			if want == nil {
				continue
			}
			series++
			size, allowed := conditions(times, y, at, want, unexplained)
			n := want[N]
			for f, field := range fields {
				bound := 1e-13
				if field == Stderr || times[0] != math.Floor(times[0]) {
					bound += n / (1 << 53)
				}
				if field == Stderr && unexplained < 0.01 && unexplained >= max(1./(1<<10), n/(1<<20)) {
					bound = max(bound, 4e-15/unexplained)
				}
				if e := math.Abs(out[f][p] - want[field]); !(e <= bound*size[f]+allowed[f]) {
					t.Errorf("%s: %v of %v observations, 1−r² = %.2g, is %.17g, want %.17g: off by %.2g, allowed %.2g and %.2g",
						kind, field, n, unexplained, out[f][p], want[field], e/size[f], bound, allowed[f]/size[f])
				}
			}
		}
	}
	for range stacks {
		for _, kind := range kinds {
			run(kind)
		}
	}
	for range stacks / 25 {
		run("long")
	}
	if series < 7*stacks*len(kinds) {
		t.Errorf("%d series", series)
	}
}

// conditions returns what the errors of slope, intercept and standard error are relative to, and the
// changes that half a unit in the last place of each sample can make. want is what is right.
func conditions(times, y []float64, at float64, want map[Field]float64, unexplained float64) (size, allowed [3]float64) {
	var x []float64
	var sum, largest, sumX, sxx float64
	for i := range y {
		if y[i] == y[i] {
			x = append(x, times[i])
			sum += times[i] - x[0]
			largest = max(largest, math.Abs(y[i]))
		}
	}
	n := float64(len(x))
	mean := x[0] + sum/n
	for _, x := range x {
		sumX += math.Abs(x - mean)
		sxx += (x - mean) * (x - mean)
	}
	half := largest / (1 << 53)
	if times[0] != math.Floor(times[0]) { // so have times
		half += math.Abs(want[Slope]) * max(math.Abs(times[0]), math.Abs(times[len(times)-1])) / (1 << 53)
	}
	away := math.Abs(at - mean)
	perfect := math.Abs(want[Slope] / max(math.Sqrt(1-min(1, unexplained)), 1e-6)) // the slope of a perfect line
	size = [3]float64{perfect, max(largest, perfect*away), want[Stderr]}
	allowed = [3]float64{half * sumX / sxx, half * (1 + away*sumX/sxx), half * math.Sqrt(n/(n-2)/sxx)}
	return size, allowed
}

// Slopes of 5000 observations on days are within 1e-13 of their standard error, plus 2e-14 of themselves.
// The first observation is up to 8 standard deviations off the line, and there may be no trend.
func TestLongSeries(t *testing.T) {
	const n, pixels = 5000, 12
	rng := rand.New(rand.NewPCG(7, 7))
	worst := 0.0
	for _, distance := range []int{1, 30} {
		times := make([]float64, n)
		for i, d := 0, 8000; i < n; i++ {
			d += 1 + rng.IntN(distance)
			times[i] = float64(d)
		}
		ys := make([][]float64, pixels)
		for p := range ys {
			ys[p] = make([]float64, n)
			for i := range ys[p] {
				ys[p][i] = rng.NormFloat64() + float64(p%3)*times[i]/times[n-1]
				if i > 0 && p%2 == 1 && rng.IntN(3) == 0 {
					ys[p][i] = nan
				}
			}
			ys[p][0] += 8 * rng.Float64()
		}
		out := fitSeries[float64](t, kernel.Best(), times, ys, Options{Fields: []Field{Slope, Stderr}})
		for p, y := range ys {
			want, _ := exactFields(times, y, 0)
			e := math.Abs(out[0][p] - want[Slope])
			if p%3 == 0 { // without a trend
				worst = max(worst, e/want[Stderr])
			}
			slopeOff, stderrOff := 1e-13*want[Stderr]+2e-14*math.Abs(want[Slope]), (1e-13+want[N]/(1<<53))*want[Stderr]
			if !(e <= slopeOff && math.Abs(out[1][p]-want[Stderr]) <= stderrOff) {
				t.Errorf("slope %.17g, want %.17g; stderr %.17g, want %.17g", out[0][p], want[Slope], out[1][p], want[Stderr])
			}
		}
	}
	t.Logf("without a trend, off by up to %.1g standard errors", worst)
}

// BenchmarkSecond measures pixels that are all computed a second time.
func BenchmarkSecond(b *testing.B) {
	for _, n := range []int{21, 64, 500} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			pixels := 256 << 10 / (4 * n) / kernel.PanelPixels * kernel.PanelPixels
			data := make([]float32, n*pixels)
			rng := rand.New(rand.NewPCG(1, 1))
			for i := range data {
				data[i] = float32(i/pixels) + 1e-4*rng.Float32()
			}
			tile := kernel.TileOf(data, pixels, n, pixels)
			tile.InCache = true
			p, err := NewPlan(kernel.Best(), years(1, n), Options{Fields: []Field{Slope, PValue}})
			if err != nil {
				b.Fatal(err)
			}
			out := [][]float32{make([]float32, pixels), make([]float32, pixels)}
			s := p.NewScratch()
			for b.Loop() {
				Fit(p, s, tile, out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pixels), "ns/pixel")
		})
	}
}
