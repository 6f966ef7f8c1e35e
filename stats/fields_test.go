package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// withClass is every field.
var withClass = append(slices.Clone(AllFields), TrendClass)

// Series of R's data sets, with the results of lm, confint(level = 0.99) and predict of R 4.2.2,
// printed with %.17g.
func TestFieldsOfR(t *testing.T) {
	for _, row := range []struct {
		name string
		x, y []float64
		want map[Field]float64
	}{
		{"women", years(58, 72), []float64{115, 117, 120, 123, 126, 129, 132, 135, 139, 142, 146, 150, 154, 159, 164}, map[Field]float64{
			Intercept: -87.516666666666453, Slope: 3.4499999999999971, InterceptStderr: 5.9369440489030323, Stderr: 0.091136495466201284,
			TValue: 37.855306837856823, PValue: 1.0909729585998729e-14, R2: 0.99100983268575038, RMSE: 1.4197026292698038, Mean: 136.73333333333332,
			SlopeLo: 3.1754717366818559, SlopeHi: 3.7245282633181382, First: 58, Last: 72, FittedFirst: 112.58333333333337, FittedLast: 160.88333333333346,
			N: 15, TrendClass: 1}},
		{"Nile", years(1871, 1970), []float64{1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
			1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120,
			1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742,
			801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740}, map[Field]float64{
			Intercept: 6132.1735793579346, Slope: -2.7143054305430536, InterceptStderr: 1001.7577674562973, Stderr: 0.52155409015745702,
			TValue: -5.2042644890841636, PValue: 1.0716948863250092e-06, R2: 0.21652880465011573, RMSE: 149.03904347273547, Mean: 919.35000000000002,
			SlopeLo: -4.0843920880966005, SlopeHi: -1.344218772989507, First: 1871, Last: 1970, FittedFirst: 1053.7081188118809, FittedLast: 784.9918811881189,
			N: 100, TrendClass: -1}},
	} {
		row.want[RValue] = math.Copysign(math.Sqrt(row.want[R2]), row.want[Slope])
		row.want[Change] = row.want[FittedLast] - row.want[FittedFirst]
		for _, k := range kernels(t) {
			out := fitSeries[float64](t, k, row.x, [][]float64{row.y}, Options{Fields: withClass, Confidence: 0.99, Significance: 0.01})
			for f, field := range withClass {
				if got, want := out[f][0], row.want[field]; !(math.Abs(got-want) <= 2e-13*math.Abs(want)) {
					t.Errorf("%s, %v: %v is %.17g, R has %.17g", row.name, k.ISA(), field, got, want)
				}
			}
		}
	}
}

// The rows of the table of degenerate pixels in docs/semantics.md. A field that a row does not name
// is NaN.
func TestDegenerateFields(t *testing.T) {
	times := []float64{2000, 2001, 2001, 2003, 2004}
	inf := math.Inf(1)
	line := func(slope, at2000, first, last float64) map[Field]float64 {
		at := func(time float64) float64 { return at2000 + slope*(time-2000) }
		return map[Field]float64{Slope: slope, Intercept: at(0), First: first, Last: last, FittedFirst: at(first), FittedLast: at(last), Change: slope * (last - first), RMSE: 0}
	}
	with := func(m map[Field]float64, more map[Field]float64) map[Field]float64 {
		for f, x := range more {
			m[f] = x
		}
		return m
	}
	constant := func(first, last, n float64) map[Field]float64 {
		return with(line(0, 7, first, last), map[Field]float64{N: n, Mean: 7, Stderr: 0, InterceptStderr: 0, SlopeLo: 0, SlopeHi: 0})
	}
	for _, row := range []struct {
		name   string
		y      []float64
		minObs int
		want   map[Field]float64
	}{
		{"no observation", []float64{nan, nan, nan, nan, nan}, 0, map[Field]float64{N: 0}},
		{"one observation", []float64{nan, 3, nan, nan, nan}, 0, map[Field]float64{N: 1}},
		{"fewer than asked for", []float64{1, 2, 3, nan, nan}, 4, map[Field]float64{N: 3}},
		{"all at one date", []float64{nan, 1, 5, nan, nan}, 0, map[Field]float64{N: 2}},
		{"two observations", []float64{nan, 1, nan, 5, nan}, 0,
			with(line(2, -1, 2001, 2003), map[Field]float64{N: 2, Mean: 3, RValue: 1, R2: 1})},
		{"two observations, falling", []float64{nan, 5, nan, 1, nan}, 0,
			with(line(-2, 7, 2001, 2003), map[Field]float64{N: 2, Mean: 3, RValue: -1, R2: 1})},
		{"two equal observations", []float64{nan, 7, nan, 7, nan}, 0, with(line(0, 7, 2001, 2003), map[Field]float64{N: 2, Mean: 7})},
		{"constant", []float64{7, 7, 7, 7, 7}, 0, constant(2000, 2004, 5)},
		{"constant with gaps", []float64{nan, 7, nan, 7, 7}, 0, constant(2001, 2004, 3)},
		{"on a line", []float64{4, 3, nan, 1, nan}, 0, with(line(-1, 4, 2000, 2003), map[Field]float64{N: 3, Mean: 8. / 3, RValue: -1, R2: 1,
			Stderr: 0, InterceptStderr: 0, SlopeLo: -1, SlopeHi: -1, TValue: -inf, PValue: 0, TrendClass: -1})},
	} {
		for _, k := range kernels(t) {
			// Among neighbours without gaps, and enough of them for every path.
			series := make([][]float64, 200)
			for p := range series {
				series[p] = []float64{1, 2, 3, 4, 5.5}
			}
			at := []int{0, 77, 199}
			for _, p := range at {
				series[p] = row.y
			}
			out := fitSeries[float64](t, k, times, series, Options{Fields: withClass, MinObs: row.minObs, Significance: 0.05})
			for _, p := range at {
				for f, field := range withClass {
					got, want := out[f][p], nan
					if x, ok := row.want[field]; ok {
						want = x
					}
					if !(got == want || math.Abs(got-want) <= 1e-12*math.Abs(want) || got != got && want != want) {
						t.Errorf("%s, %v: %v is %v, want %v", row.name, k.ISA(), field, got, want)
					}
				}
			}
		}
	}
}

// exactFields returns the fields of a series computed with 400 bits, and 1−r². It lacks the
// p-value, and the limits, which depend on a quantile.
func exactFields(times, y []float64, at float64) (map[Field]float64, float64) {
	big400 := func(x float64) *big.Float { return new(big.Float).SetPrec(400).SetFloat64(x) }
	op := func(f func(z, x, y *big.Float) *big.Float, x, y *big.Float) *big.Float { return f(big400(0), x, y) }
	add := func(x, y *big.Float) *big.Float { return op((*big.Float).Add, x, y) }
	sub := func(x, y *big.Float) *big.Float { return op((*big.Float).Sub, x, y) }
	mul := func(x, y *big.Float) *big.Float { return op((*big.Float).Mul, x, y) }
	quo := func(x, y *big.Float) *big.Float { return op((*big.Float).Quo, x, y) }
	root := func(x *big.Float) *big.Float { return big400(0).Sqrt(x) }
	n, st, sy := big400(0), big400(0), big400(0)
	var first, last float64
	for i := range y {
		if y[i] == y[i] {
			if n.Sign() == 0 {
				first = times[i]
			}
			last = times[i]
			n, st, sy = add(n, big400(1)), add(st, big400(times[i])), add(sy, big400(y[i]))
		}
	}
	if n.Cmp(big400(3)) < 0 {
		return nil, 0
	}
	mt, my := quo(st, n), quo(sy, n)
	sxx, sxy, syy := big400(0), big400(0), big400(0)
	for i := range y {
		if y[i] == y[i] {
			dt, dy := sub(big400(times[i]), mt), sub(big400(y[i]), my)
			sxx, sxy, syy = add(sxx, mul(dt, dt)), add(sxy, mul(dt, dy)), add(syy, mul(dy, dy))
		}
	}
	if sxx.Sign() == 0 || syy.Sign() == 0 {
		return nil, 0
	}
	b := quo(sxy, sxx)
	sse := sub(syy, mul(b, sxy))
	if sse.Sign() < 0 { // rounded
		sse = big400(0)
	}
	stderr := root(quo(quo(sse, sub(n, big400(2))), sxx))
	lineAt := func(t float64) *big.Float { return add(my, mul(b, sub(big400(t), mt))) }
	r := quo(sxy, root(mul(sxx, syy)))
	away := sub(big400(at), mt)
	want := map[Field]*big.Float{Slope: b, Intercept: lineAt(at), RValue: r, R2: mul(r, r), TValue: quo(b, stderr), Stderr: stderr,
		InterceptStderr: mul(stderr, root(add(quo(sxx, n), mul(away, away)))), RMSE: root(quo(sse, n)), Mean: my, N: n,
		First: big400(first), Last: big400(last), FittedFirst: lineAt(first), FittedLast: lineAt(last), Change: mul(b, sub(big400(last), big400(first)))}
	out := map[Field]float64{}
	for f, x := range want {
		out[f], _ = x.Float64()
	}
	unexplained, _ := quo(sse, syy).Float64()
	return out, unexplained
}

// Random series with gaps on several axes, against exact arithmetic. Fields that follow from the
// sum of squared residuals may lose as many digits as 1−r² has zeros.
func TestAgainstExactFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	days := make([]float64, 100)
	for i, d := 0, 7000; i < len(days); i++ {
		d += rng.IntN(30)
		days[i] = float64(d)
	}
	dose := []float64{0.2, 338.8, 118.1, 884.6, 10.1, 226.5, 666.3, 996.3}
	worst := map[Field]float64{}
	for name, times := range map[string][]float64{"years": years(1995, 2015), "days": days, "dose": dose} {
		const pixels = 400
		series := make([][]float64, pixels)
		span := slices.Max(times) - slices.Min(times)
		for p := range series {
			series[p] = make([]float64, len(times))
			noise := math.Pow(10, -float64(p%7)) // 1−r² down to 1e-12
			for i := range times {
				series[p][i] = 0.5 + 0.3*(times[i]-times[0])/span + noise*rng.NormFloat64()
				if rng.Float64() < float64(p%5)/6 {
					series[p][i] = nan
				}
			}
		}
		at := math.Floor(times[0] + span/3)
		for _, k := range kernels(t) {
			out := fitSeries[float64](t, k, times, series, Options{Fields: AllFields, InterceptAt: at})
			for p, y := range series {
				want, unexplained := exactFields(times, y, at)
				if want == nil || want[N] < 4 {
					continue
				}
				for f, field := range AllFields {
					got, x := out[f][p], want[field]
					size, digits := math.Abs(x), 4e-15
					switch field {
					case Slope, RValue, R2, Change:
						// The error of a value near zero is relative to its value without scatter.
						size = math.Abs(x) + math.Abs(x/want[RValue])
					case Intercept, FittedFirst, FittedLast, Mean:
						size = math.Abs(x) + 1 + math.Sqrt(unexplained)
					case TValue:
						size, digits = math.Abs(x)+1, digits/unexplained
					case Stderr, InterceptStderr, RMSE:
						digits /= unexplained
					case PValue:
						w, y := math.Abs(want[RValue]), math.Sqrt(unexplained)
						df := want[N] - 2
						x = math.Exp(df*math.Log(y)) * pOverPower(int(df), w, leading(df/2))
						size, digits = max(x, 1e-290), 1e-11+digits*df/unexplained
					case SlopeLo, SlopeHi:
						margin := quantile(int(want[N])-2, 0.95) * want[Stderr]
						x = want[Slope] + map[Field]float64{SlopeLo: -margin, SlopeHi: margin}[field]
						size, digits = math.Abs(want[Slope])+margin, 4e-15+4e-15*margin/(math.Abs(want[Slope])+margin)/unexplained
					}
					e := math.Abs(got-x) / size
					worst[field] = max(worst[field], e/digits)
					if !(e <= 10*digits) {
						t.Fatalf("%s, %v: %v of pixel %d with n = %v, 1−r² = %.2g is %v, want %v: off by %.2g", name, k.ISA(), field, p, want[N], unexplained, got, x, e)
					}
				}
			}
		}
	}
	t.Log("largest errors, in what is expected of them:", worst)
}

// Sums of integer samples on whole years are exact, so that no digit is lost even if the samples
// are nearly on a line.
func TestExactSumsLoseNoDigits(t *testing.T) {
	times := years(1995, 2015)
	stored, wide := make([]int16, len(times)), make([]float64, len(times))
	for i := range times {
		stored[i] = int16(1000 + 1500*i + i%2) // 1−r² is 3e-9
		wide[i] = float64(stored[i])
	}
	want, unexplained := exactFields(times, wide, 2000)
	if !(unexplained < 1e-8) {
		t.Fatalf("1−r² is %v", unexplained)
	}
	for _, k := range kernels(t) {
		out := fitSeries[float64](t, k, times, [][]int16{stored}, Options{Fields: AllFields, InterceptAt: 2000})
		for f, field := range AllFields {
			if x, ok := want[field]; ok && !(math.Abs(out[f][0]-x) <= 2e-15*math.Abs(x)) {
				t.Errorf("%v: %v is %.17g, want %.17g", k.ISA(), field, out[f][0], x)
			}
		}
	}
}

// Adding 2^20 to samples that stay exact changes no bit of a field that does not depend on the
// level, on any axis.
func TestOffsetCostsNoDigitsOfFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	low, high := make([][]float32, 500), make([][]float32, 500)
	for p := range low {
		low[p], high[p] = make([]float32, 21), make([]float32, 21)
		for i := range low[p] {
			low[p][i] = float32(rng.IntN(8)) / 8 // 1/8 and 2^20 fit in 24 bits
			high[p][i] = low[p][i] + 1<<20
			if rng.IntN(5) == 0 {
				low[p][i], high[p][i] = float32(nan), float32(nan)
			}
		}
	}
	fields := []Field{Slope, RValue, R2, TValue, PValue, Stderr, InterceptStderr, RMSE, N, First, Last, Change, SlopeLo, SlopeHi}
	for _, k := range kernels(t) {
		a := fitSeries[float32](t, k, years(1995, 2015), low, Options{Fields: fields})
		b := fitSeries[float32](t, k, years(1995, 2015), high, Options{Fields: fields})
		for f, field := range fields {
			for p := range a[f] {
				if math.Float32bits(a[f][p]) != math.Float32bits(b[f][p]) && a[f][p] == a[f][p] {
					t.Fatalf("%v: %v of pixel %d is %v, and %v with the offset", k.ISA(), field, p, a[f][p], b[f][p])
				}
			}
		}
	}
}

// A field has the same bits alone as among all others, on every ISA, and as float32 it is the
// float64 rounded once.
func TestFieldsAreTheSameAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	series := make([][]float32, 300)
	for p := range series {
		series[p] = make([]float32, 21)
		for i := range series[p] {
			series[p][i] = float32(rng.NormFloat64())
			if p >= 100 && rng.IntN(20) < p/20 {
				series[p][i] = float32(nan)
			}
		}
	}
	var want [][]float64
	for _, k := range kernels(t) {
		o := Options{Fields: withClass, Significance: 0.1, Scale: -0.01, Offset: 3, PerUnit: 2, InterceptAt: 2001}
		got := fitSeries[float64](t, k, years(1995, 2015), series, o)
		narrow := fitSeries[float32](t, k, years(1995, 2015), series, o)
		if want == nil {
			want = got
		}
		for f, field := range withClass {
			o.Fields = []Field{field}
			alone := fitSeries[float64](t, k, years(1995, 2015), series, o)[0]
			if !sameBits(got[f], want[f]) || !sameBits(alone, want[f]) {
				t.Errorf("%v: other bits of %v", k.ISA(), field)
			}
			for p := range narrow[f] {
				if x := float32(got[f][p]); x != narrow[f][p] && x == x {
					t.Fatalf("%v: %v of pixel %d is %v as float64 and %v as float32", k.ISA(), field, p, got[f][p], narrow[f][p])
				}
			}
		}
	}
}

// A scale turns every field as it should: stored samples are 128·(3−y), falling where y rises.
func TestScaledFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	stored, values := make([][]float64, 50), make([][]float64, 50)
	for p := range stored {
		stored[p], values[p] = make([]float64, 21), make([]float64, 21)
		for i := range stored[p] {
			stored[p][i] = float64(rng.IntN(1000))
			values[p][i] = 3 - stored[p][i]/128
		}
	}
	o := Options{Fields: withClass, Significance: 0.5, PerUnit: 365.2425}
	want := fitSeries[float64](t, kernel.Best(), years(1995, 2015), values, o)
	o.Scale, o.Offset = -1./128, 3
	got := fitSeries[float64](t, kernel.Best(), years(1995, 2015), stored, o)
	for f, field := range withClass {
		for p := range got[f] {
			if !(math.Abs(got[f][p]-want[f][p]) <= 1e-12*max(math.Abs(want[f][p]), math.Abs(want[4][p]))) {
				t.Errorf("%v of pixel %d is %v, want %v", field, p, got[f][p], want[f][p])
			}
		}
	}
}

func TestWrongFieldOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"confidence 1 ":         {Fields: AllFields, Confidence: 1},
		"confidence -0.1 ":      {Fields: AllFields, Confidence: -0.1},
		"level of significance": {Fields: withClass},
		"not 1":                 {Fields: withClass, Significance: 1},
		"must be finite":        {InterceptAt: nan},
	} {
		if _, err := NewPlan(kernel.Best(), years(1995, 2015), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if f, err := ParseFields("all"); err != nil || !slices.Equal(f, AllFields) {
		t.Errorf("all: %v, %v", f, err)
	}
	if f, err := ParseFields("trend_class,all"); err != nil || len(f) != len(withClass) {
		t.Errorf("trend_class,all: %v, %v", f, err)
	}
	if _, err := ParseFields("slope,all"); err == nil || !strings.Contains(err.Error(), "slope is asked for twice") {
		t.Errorf("slope,all: %v", err)
	}
}

// BenchmarkFit measures one thread on a packed tile of 256 KiB of float32 samples, which stays in
// the L2 cache. benchstat -col /fields compares more fields with the slope alone.
func BenchmarkFit(b *testing.B) {
	for _, n := range []int{21, 64, 500} {
		pixels := 256 << 10 / (4 * n) / kernel.PanelPixels * kernel.PanelPixels
		data := make([]float32, n*pixels)
		for _, gaps := range []string{"none", "random"} {
			rng := rand.New(rand.NewPCG(1, 1))
			for i := range data {
				if data[i] = float32(rng.NormFloat64()); gaps == "random" && rng.IntN(5) == 0 {
					data[i] = float32(nan)
				}
			}
			tile := kernel.TileOf(data, pixels, n, pixels)
			tile.Packed, tile.InCache = true, true
			for _, fields := range []string{"slope", "slope,intercept", "slope,pvalue", "slope,intercept,rvalue,pvalue,stderr", "all"} {
				for _, k := range kernels(b) {
					if k.ISA() == kernel.Generic && n > 21 {
						continue
					}
					b.Run("isa="+k.ISA().String()+"/dtype=float32/n="+strconv.Itoa(n)+"/gaps="+gaps+"/ws=L2/fields="+fields, func(b *testing.B) {
						f, err := ParseFields(fields)
						if err != nil {
							b.Fatal(err)
						}
						p, err := NewPlan(k, years(1, n), Options{Fields: f})
						if err != nil {
							b.Fatal(err)
						}
						out := make([][]float32, len(f))
						for i := range out {
							out[i] = make([]float32, pixels)
						}
						s := p.NewScratch()
						b.SetBytes(int64(4 * len(data)))
						for b.Loop() {
							Fit(p, s, tile, out)
						}
						b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pixels), "ns/pixel")
					})
				}
			}
		}
	}
}
