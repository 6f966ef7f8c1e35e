package stats

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// keptStack is a stack of integer or float samples for tests of kept sums.
type keptStack[T kernel.Sample] struct {
	times []float64
	dates [][]T // by date, pixel by pixel
	valid kernel.Valid
}

// tile returns a tile of some dates.
func (s keptStack[T]) tile(dates []int) kernel.Tile {
	pixels := len(s.dates[0])
	var data []T
	for _, i := range dates {
		data = append(data, s.dates[i]...)
	}
	return kernel.TileOf(data, pixels, len(dates), pixels)
}

func (s keptStack[T]) timesOf(dates []int) (t []float64) {
	for _, i := range dates {
		t = append(t, s.times[i])
	}
	return t
}

// keptFields are the fields that follow from kept sums.
func keptFields() (fields []Field) {
	for _, f := range Fields() {
		if e := f.Info().Estimator; (e == Linear || e == RelativeTrend) && (Model{}).Has(f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// newKeptStack draws dates and samples: of pixel 0 mod 8 without gaps, 1 with some, 2 with a few
// observations close to each other, 3 nearly on a line, 4 on a line, 5 constant, 6 whose first
// observation is far from the others, and 7 with at most three observations.
func newKeptStack[T kernel.Sample](r *rand.Rand, pixels int) keptStack[T] {
	n := 3 + r.IntN(60)
	s := keptStack[T]{dates: make([][]T, n), valid: kernel.Valid{HasNodata: true, Nodata: 99}}
	from, step := float64(1900+r.IntN(100)), 1
	if r.IntN(2) == 0 {
		from, step = float64(r.IntN(20000)), 1+r.IntN(60)
	}
	for i := range n {
		s.times = append(s.times, from)
		from += float64(max(r.IntN(step+1), min(1, i%7))) // some dates come twice
	}
	s.times[n-1] += 1
	for i := range s.dates {
		s.dates[i] = make([]T, pixels)
		for p := range pixels {
			y := float64(r.IntN(90))
			gap := 0
			switch p % 8 {
			case 1:
				gap = r.IntN(3)
			case 2:
				if c := p % n; i < c || i > c+2 {
					gap = 1
				}
			case 3:
				y = math.Floor((s.times[i] - s.times[0]) * 90 / (s.times[n-1] - s.times[0]))
			case 4:
				y = s.times[i] - s.times[0]
				if y > 90 {
					gap = 1
				}
			case 5:
				y = float64(p % 90)
			case 6:
				y = 40 + float64(r.IntN(2))
				if i == 0 {
					y = 0
				}
			case 7:
				gap = r.IntN(n) / 2
			}
			if gap == 1 || gap > 2 {
				y = 99
			}
			s.dates[i][p] = T(y)
		}
	}
	return s
}

// keep returns the sums of some dates, which are added three at a time.
func keep[T kernel.Sample](k kernel.Kernel, of Kept, s keptStack[T], dates []int) kernel.Tile {
	pixels := len(s.dates[0])
	sums := kernel.TileOf(make([]float64, of.Planes()*pixels), pixels, of.Planes(), pixels)
	of.Clear(sums)
	for part := range slices.Chunk(dates, 3) {
		of.Add(k, sums, s.tile(part), s.timesOf(part), s.valid)
	}
	return sums
}

// fitKeptSums returns the fields that follow from kept sums.
func fitKeptSums[F float32 | float64](t *testing.T, k kernel.Kernel, times []float64, of Kept, sums kernel.Tile, o Options) [][]F {
	t.Helper()
	o.Kept, o.Valid = &of, kernel.Valid{}
	p, err := NewPlan(k, times, o)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]F, len(o.Fields))
	for i := range out {
		out[i] = make([]F, sums.Pixels)
	}
	Fit(p, p.NewScratch(), sums, out)
	return out
}

// groupsOf divides dates of times at random: dates that are equal stay together. The groups come in
// any order.
func groupsOf(r *rand.Rand, times []float64) [][]int {
	groups := make([][]int, 1+r.IntN(4))
	to := map[float64]int{}
	for i, x := range times {
		if _, known := to[x]; !known {
			to[x] = r.IntN(len(groups))
			if r.IntN(2) == 0 { // often a year is added after all others
				to[x] = i * len(groups) / len(times)
			}
		}
		groups[to[x]] = append(groups[to[x]], i)
	}
	groups = slices.DeleteFunc(groups, func(g []int) bool { return len(g) == 0 })
	r.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	return groups
}

// mergedSums merges the sums of groups of dates.
func mergedSums[T kernel.Sample](k kernel.Kernel, of Kept, s keptStack[T], groups [][]int) kernel.Tile {
	sums := keep(k, of, s, groups[0])
	for g := 1; g < len(groups); g++ {
		of.Merge(sums, keep(k, of, s, groups[g]))
	}
	return sums
}

// Fields of exact sums have the bits of a fit of all dates, however the dates were divided.
func TestKeptSumsSameBits(t *testing.T) {
	t.Run("uint8", testKeptBits[uint8])
	t.Run("int8", testKeptBits[int8])
	t.Run("uint16", testKeptBits[uint16])
	t.Run("int16", testKeptBits[int16])
}

func testKeptBits[T kernel.Sample](t *testing.T) {
	r := rand.New(rand.NewPCG(1, uint64(kernel.DTypeOf[T]())))
	fields := keptFields()
	again, rounds := 0, 12
	if os.Getenv("PIXTREND_LONG") != "" {
		rounds = 120
	}
	for round := range rounds {
		s := newKeptStack[T](r, 200)
		o := Options{Fields: fields, Valid: s.valid, PerUnit: 365.2425, MinObs: 2 + r.IntN(3), Scale: 0.01, Offset: 3,
			InterceptAt: s.times[0] - float64(r.IntN(3)), Confidence: 0.9, Significance: 0.05}
		for _, k := range kernels(t) {
			p, err := NewPlan(k, s.times, o)
			if err != nil {
				t.Fatal(err)
			}
			all := make([]int, len(s.times))
			for i := range all {
				all[i] = i
			}
			want, narrow := make([][]float64, len(fields)), make([][]float32, len(fields))
			for i := range want {
				want[i], narrow[i] = make([]float64, len(s.dates[0])), make([]float32, len(s.dates[0]))
			}
			Fit(p, p.NewScratch(), s.tile(all), want)
			Fit(p, p.NewScratch(), s.tile(all), narrow)
			of := KeptOf(kernel.DTypeOf[T](), s.times[r.IntN(len(s.times))])
			if !of.Exact {
				t.Fatalf("sums of %v are not exact", kernel.DTypeOf[T]())
			}
			groups := groupsOf(r, s.times)
			sums := mergedSums(k, of, s, groups)
			if err := of.Check(sums, len(s.times), s.times[0], s.times[len(s.times)-1]); err != nil {
				t.Fatal(err)
			}
			got, gotNarrow := fitKeptSums[float64](t, k, s.times, of, sums, o), fitKeptSums[float32](t, k, s.times, of, sums, o)
			for f := range fields {
				for i := range got[f] {
					if math.Float64bits(got[f][i]) != math.Float64bits(want[f][i]) {
						t.Fatalf("round %d, %v, %d groups, %d dates: %v of pixel %d is %v, and %v of all dates",
							round, k.ISA(), len(groups), len(s.times), fields[f], i, got[f][i], want[f][i])
					}
					if math.Float32bits(gotNarrow[f][i]) != math.Float32bits(narrow[f][i]) {
						t.Fatalf("round %d, %v: %v of pixel %d is %v as float32, and %v of all dates", round, k.ISA(), fields[f], i, gotNarrow[f][i], narrow[f][i])
					}
				}
			}
			alone := fitKeptSums[float64](t, k, s.times, of, sums.Slice(77, 78), o)
			for f := range fields {
				if !sameBits(alone[f], got[f][77:78]) {
					t.Fatalf("%v of a pixel alone is %v, and %v among others", fields[f], alone[f], got[f][77:78])
				}
			}
			again += secondLooks(p, s.tile(all))
		}
	}
	if again < 20*rounds {
		t.Errorf("%d second looks: the draw tests little", again)
	}
}

// secondLooks returns how many pixels of a tile a fit computes a second time.
func secondLooks(p *Plan, t kernel.Tile) int {
	s := p.line.newScratch().(*lineScratch)
	out := make([][]float64, len(p.line.fields))
	for i := range out {
		out[i] = make([]float64, t.Pixels)
	}
	fitLine(p.line, s, t, out)
	return len(s.room.Again)
}

// exactLine returns the slope, the mean and the root mean squared residual of a series, by exact
// arithmetic.
func exactLine(times, y []float64) (slope, mean, rmse float64, ok bool) {
	number := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	n, st, stt, sy, sty, syy := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	product := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	for i, v := range y {
		if v != v {
			continue
		}
		a, b := number(times[i]), number(v)
		n.Add(n, number(1))
		st.Add(st, a)
		stt.Add(stt, product(a, a))
		sy.Add(sy, b)
		sty.Add(sty, product(a, b))
		syy.Add(syy, product(b, b))
	}
	of := func(a, b, c, d *big.Rat) *big.Rat { return new(big.Rat).Sub(product(a, b), product(c, d)) }
	ctt, cty, cyy := of(n, stt, st, st), of(n, sty, st, sy), of(n, syy, sy, sy)
	if ctt.Sign() == 0 {
		return 0, 0, 0, false
	}
	slope, _ = new(big.Rat).Quo(cty, ctt).Float64()
	mean, _ = new(big.Rat).Quo(sy, n).Float64()
	sse, _ := new(big.Rat).Quo(of(ctt, cyy, cty, cty), product(ctt, product(n, n))).Float64()
	return slope, mean, math.Sqrt(sse), true
}

// Fields of float samples are as close to those of exact arithmetic as a fit of all dates is, within a
// few units in the last place, also where lines are nearly perfect or observations lie close together.
func TestKeptSumsOfFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	fields := []Field{Slope, Mean, RMSE}
	worst, worstFit := [3]float64{}, [3]float64{}
	looks := 0
	for range 60 {
		whole := newKeptStack[int16](r, 96)
		s := keptStack[float32]{times: whole.times, dates: make([][]float32, len(whole.dates))}
		offset := []float64{0, 0.25, 273.15, 1 << 20}[r.IntN(4)]
		for i, date := range whole.dates {
			for _, y := range date {
				x := float32(float64(y)*0.013 + offset)
				if y == 99 {
					x = float32(math.NaN())
				}
				s.dates[i] = append(s.dates[i], x)
			}
		}
		k := kernels(t)[0]
		o := Options{Fields: fields}
		p, err := NewPlan(k, s.times, o)
		if err != nil {
			t.Fatal(err)
		}
		all := make([]int, len(s.times))
		for i := range all {
			all[i] = i
		}
		fit := make([][]float64, len(fields))
		for i := range fit {
			fit[i] = make([]float64, len(s.dates[0]))
		}
		Fit(p, p.NewScratch(), s.tile(all), fit)
		looks += secondLooks(p, s.tile(all))
		of := KeptOf(kernel.Float32, s.times[0])
		got := fitKeptSums[float64](t, k, s.times, of, mergedSums(k, of, s, groupsOf(r, s.times)), o)
		for i := range got[0] {
			y := make([]float64, len(s.times))
			for j := range y {
				y[j] = float64(s.dates[j][i])
			}
			slope, mean, rmse, ok := exactLine(s.times, y)
			for f, want := range []float64{slope, mean, rmse} {
				if math.IsNaN(got[f][i]) != math.IsNaN(fit[f][i]) || ok && math.IsNaN(got[f][i]) {
					t.Fatalf("%v of pixel %d is %v, and %v of all dates", fields[f], i, got[f][i], fit[f][i])
				}
				if !ok || want == 0 {
					continue
				}
				worst[f] = max(worst[f], math.Abs(got[f][i]/want-1)*0x1p52)
				worstFit[f] = max(worstFit[f], math.Abs(fit[f][i]/want-1)*0x1p52)
			}
		}
	}
	t.Logf("slope, mean and rmse: errors up to %.3g units of 2^-52, of a fit of all dates %.3g; %d second looks", worst, worstFit, looks)
	if looks < 300 {
		t.Errorf("%d second looks: the draw tests little", looks)
	}
	for f, limit := range [3]float64{4, 4, 64} {
		if !(worst[f] <= limit) {
			t.Errorf("%v: an error of %.4g units of 2^-52, more than %v", fields[f], worst[f], limit)
		}
	}
}

// What does not follow from sums is refused.
func TestKeptSumsRefuse(t *testing.T) {
	kept := KeptOf(kernel.Int16, 2000)
	times := []float64{2000, 2001, 2003}
	for _, o := range []Options{
		{Fields: []Field{SenSlope}}, {Fields: []Field{Slope, MKPValue}}, {Model: Model{Degree: 2}},
	} {
		o.Kept = &kept
		if _, err := NewPlan(kernels(t)[0], times, o); err == nil {
			t.Errorf("%+v is not refused", o)
		}
	}
	var refused *KeptError
	if _, err := NewPlan(kernels(t)[0], times, Options{Fields: []Field{SenSlope}, Kept: &kept}); !errors.As(err, &refused) || refused.Field != SenSlope {
		t.Errorf("the error is %v", err)
	}
	for _, times := range [][]float64{{2000, 2000.5, 2001}, {0, 4e15, 8e15}} {
		if _, err := NewPlan(kernels(t)[0], times, Options{Kept: &kept}); err == nil {
			t.Errorf("times %v are not refused", times)
		}
	}
}

// Sums that no dates have are found before a fit uses them.
func TestKeptSumsCheck(t *testing.T) {
	s := keptStack[int16]{times: []float64{2000, 2001, 2002}, dates: [][]int16{{1, 2}, {2, 2}, {4, 1}}}
	kept := KeptOf(kernel.Int16, 2000)
	good := func() kernel.Tile { return keep(kernels(t)[0], kept, s, []int{0, 1, 2}) }
	if err := kept.Check(good(), 3, 2000, 2002); err != nil {
		t.Fatal(err)
	}
	for plane, bad := range map[int][]float64{
		0: {-1, 4, 1.5, math.NaN(), math.Inf(1)}, 1: {0.5, 1e9, math.NaN()}, 2: {0.5, 1e9, math.Inf(1)}, 3: {0.5, math.NaN()},
		4: {0.25}, 5: {-1, math.NaN()}, 6: {math.NaN(), math.Inf(-1)}, 7: {-1, 3, math.NaN()}, 8: {-1, 3, math.NaN()},
	} {
		for _, x := range bad {
			sums := good()
			kernel.Plane[float64](sums, plane)[1] = x
			if err := kept.Check(sums, 3, 2000, 2002); err == nil {
				t.Errorf("%v in plane %d (%s) is not found", x, plane, kept.Names()[plane])
			}
		}
	}
}

// Samples whose squares leave the range of float64 have no fields of residuals, and no wrong ones.
func TestKeptSumsOutOfRange(t *testing.T) {
	for _, size := range []float64{1e-200, 1e200} {
		s := keptStack[float64]{times: []float64{0, 1, 2, 3}, dates: [][]float64{{0}, {size}, {3 * size}, {2 * size}}}
		kept := KeptOf(kernel.Float64, 0)
		o := Options{Fields: []Field{Slope, Stderr, PValue, N}}
		got := fitKeptSums[float64](t, kernels(t)[0], s.times, kept, mergedSums(kernels(t)[0], kept, s, [][]int{{0, 1}, {2, 3}}), o)
		if want := 0.8 * size; !(math.Abs(got[0][0]/want-1) <= 1e-14) || got[3][0] != 4 {
			t.Errorf("samples of %v: slope %v, n %v", size, got[0][0], got[3][0])
		}
		if !math.IsNaN(got[1][0]) || !math.IsNaN(got[2][0]) {
			t.Errorf("samples of %v: stderr %v and p-value %v, which are not known", size, got[1][0], got[2][0])
		}
	}
}

func BenchmarkKept(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const pixels = 1 << 14
	for _, d := range []kernel.DType{kernel.Int16, kernel.Float32} {
		kept := KeptOf(d, 2000)
		k, err := kernel.FromEnv()
		if err != nil {
			b.Fatal(err)
		}
		times := []float64{2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007}
		sums := kernel.TileOf(make([]float64, kept.Planes()*pixels), pixels, kept.Planes(), pixels)
		whole, floats := make([]int16, len(times)*pixels), make([]float32, len(times)*pixels)
		for i := range whole {
			whole[i], floats[i] = int16(r.IntN(1000)), r.Float32()
		}
		tile := kernel.TileOf(whole, pixels, len(times), pixels)
		if d == kernel.Float32 {
			tile = kernel.TileOf(floats, pixels, len(times), pixels)
		}
		kept.Clear(sums)
		kept.Add(k, sums, tile, times, kernel.Valid{})
		p, err := NewPlan(k, times, Options{Kept: &kept, Fields: []Field{Slope, PValue}})
		if err != nil {
			b.Fatal(err)
		}
		out, scratch := [][]float32{make([]float32, pixels), make([]float32, pixels)}, p.NewScratch()
		b.Run(fmt.Sprintf("do=add/dtype=%v", d), func(b *testing.B) {
			for b.Loop() {
				kept.Clear(sums)
				kept.Add(k, sums, tile, times, kernel.Valid{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(times)*pixels), "ns/sample")
		})
		b.Run(fmt.Sprintf("do=fit/dtype=%v", d), func(b *testing.B) {
			for b.Loop() {
				Fit(p, scratch, sums, out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/pixels, "ns/pixel")
		})
	}
}
