package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// withMKClass is every field of ranks.
var withMKClass = append(slices.Clone(rankFields), MKClass)

// The rows of the table of degenerate pixels in docs/ranks.md. A field that a row does not name is
// NaN.
func TestDegenerateRanks(t *testing.T) {
	times := []float64{2000, 2001, 2001, 2003, 2004}
	slope := func(x, at2000 float64) map[Field]float64 {
		return map[Field]float64{SenSlope: x, SenIntercept: at2000 - 2000*x, SenLo: x, SenHi: x, SiegelSlope: x}
	}
	with := func(m map[Field]float64, s, variance, tau, z, p, class float64) map[Field]float64 {
		m[MKS], m[MKVar], m[MKTau], m[MKZ], m[MKPValue], m[MKClass] = s, variance, tau, z, p, class
		return m
	}
	for _, row := range []struct {
		name   string
		y      []float64
		minObs int
		want   map[Field]float64
	}{
		{"no observation", []float64{nan, nan, nan, nan, nan}, 0, nil},
		{"one observation", []float64{nan, 3, nan, nan, nan}, 0, nil},
		{"fewer than asked for", []float64{1, 2, 3, nan, nan}, 4, nil},
		{"all at one date", []float64{nan, 1, 5, nan, nan}, 0, nil},
		{"two observations", []float64{nan, 1, nan, 5, nan}, 0, with(slope(2, -1), 1, 1, 1, 0, nan, nan)},
		{"two observations, falling", []float64{nan, 5, nan, 1, nan}, 0, with(slope(-2, 7), -1, 1, -1, 0, nan, nan)},
		{"two equal observations", []float64{nan, 7, nan, 7, nan}, 0, with(slope(0, 7), 0, 0, nan, 0, nan, nan)},
		{"constant", []float64{7, 7, 7, 7, 7}, 0, with(slope(0, 7), 0, 0, nan, 0, 1, 0)},
		{"constant with gaps", []float64{nan, 7, nan, 7, 7}, 0, with(slope(0, 7), 0, 0, nan, 0, 1, 0)},
		// Of the 6 orders of three observations, 2 are as extreme.
		{"on a line", []float64{4, 3, nan, 1, nan}, 0, with(slope(-1, 4), -3, 33./9, -1, -2/math.Sqrt(33./9), 1./3, -1)},
	} {
		for _, k := range kernels(t) {
			series := make([][]float64, 400)
			for p := range series {
				series[p] = []float64{1, 2, 3, 4, 5.5}
			}
			at := []int{0, 77, 256, 399}
			for _, p := range at {
				series[p] = row.y
			}
			out := fitSeries[float64](t, k, times, series, Options{Fields: withMKClass, MinObs: row.minObs, Significance: 0.5})
			for _, p := range at {
				for f, field := range withMKClass {
					got, want := out[f][p], nan
					if x, ok := row.want[field]; ok {
						want = x
					}
					if !(math.Abs(got-want) <= 1e-12*math.Abs(want) || got != got && want != want) {
						t.Errorf("%s, %v: %v is %v, want %v", row.name, k.ISA(), field, got, want)
					}
				}
			}
		}
	}
}

// rankOptions has options of every kind, for 48 dates.
func rankOptions() map[string]RankOptions {
	steps, month, quarter, year := make([]int, 48), make([]int, 48), make([]int, 48), make([]int, 48)
	for i := range steps {
		steps[i], month[i], quarter[i], year[i] = i, i%12, i%12/3, 2000+i/12
	}
	all := map[string]RankOptions{
		"joint":      {JointIntercept: true},
		"normal":     {NormalP: true},
		"months":     {Season: month, Year: year},
		"quarters":   {Season: quarter, Year: year, PerYear: 0.1, JointIntercept: true}, // of three observations each
		"covariance": {Season: quarter, Year: year, SeasonCovariance: true},
	}
	for m := range methodNames {
		all[methodNames[m]] = RankOptions{Method: Method(m), Steps: steps}
	}
	return all
}

// rankSeries returns series of 48 dates with serial correlation, ties and gaps, with values that
// stay whole numbers of eighths.
func rankSeries(pixels int) [][]float64 {
	r := rand.New(rand.NewPCG(17, 2))
	series := make([][]float64, pixels)
	for p := range series {
		series[p] = make([]float64, 48)
		y := 0.0
		for i := range series[p] {
			y = 0.6*y + r.NormFloat64()
			series[p][i] = math.Round(8*(100+y+float64(p%5)*0.02*float64(i))) / 8
			if r.IntN(100) < p%4*12 {
				series[p][i] = nan
			}
		}
	}
	return series
}

func monthsOfTest() []float64 {
	times := make([]float64, 48)
	for i := range times {
		times[i] = math.Round(7000 + 30.4369*float64(i))
	}
	return times
}

// A field has the same bits alone and beside all others, for float32 and float64 samples, in packed
// tiles and in any block of pixels, on every ISA.
func TestRanksAreTheSameAlone(t *testing.T) {
	times, series := monthsOfTest(), rankSeries(300)
	narrow := make([][]float32, len(series))
	for p := range series {
		for _, y := range series[p] {
			narrow[p] = append(narrow[p], float32(y))
		}
	}
	for name, rank := range rankOptions() {
		o := Options{Fields: withMKClass, Significance: 0.05, PerUnit: 365.2425, InterceptAt: 8000, Rank: rank}
		series, narrow := series, narrow
		if name == "zhang" { // some pixels take 500 rounds
			series, narrow = series[:70], narrow[:70]
		}
		var want [][]float64
		for _, k := range kernels(t) {
			all := fitSeries[float64](t, k, times, series, o)
			if want == nil {
				want = all
			}
			for f, field := range withMKClass {
				if !sameBits(all[f], want[f]) {
					t.Errorf("%s, %v: %v differs", name, k.ISA(), field)
				}
				alone := o
				alone.Fields = []Field{field, N, Slope}
				p, err := NewPlan(k, times, alone)
				if unused := (*UnusedError)(nil); errors.As(err, &unused) {
					continue
				} else if err != nil {
					t.Fatal(err)
				}
				if got := fitPlan[float64](p, narrow[:40]); !sameBits(got[0], want[f][:40]) {
					t.Errorf("%s, %v: %v differs alone", name, k.ISA(), field)
				}
				if got := fitPlan[float64](p, series[69:70]); !sameBits(got[0], want[f][69:70]) {
					t.Errorf("%s, %v: %v of one pixel differs", name, k.ISA(), field)
				}
			}
		}
		finite := 0
		for _, x := range want[slices.Index(withMKClass, MKPValue)] {
			if x >= 0 && x <= 1 {
				finite++
			}
		}
		if finite < 2*len(series)/3 {
			t.Errorf("%s: only %d pixels of %d have a p-value", name, finite, len(series))
		}
	}
}

// Samples with scale and offset have the fields of the values that they stand for, also where a
// scale turns rising samples into falling values.
func TestRanksOfScaledSamples(t *testing.T) {
	times, series := monthsOfTest(), rankSeries(100)
	values := make([][]float64, len(series))
	for p := range series {
		for _, y := range series[p] {
			values[p] = append(values[p], 3-2*y)
		}
	}
	for name, rank := range rankOptions() {
		o := Options{Fields: withMKClass, Significance: 0.05, PerUnit: 365.2425, InterceptAt: 8000, Rank: rank}
		want := fitSeries[float64](t, kernel.Best(), times, values, o)
		o.Scale, o.Offset = -2, 3
		got := fitSeries[float64](t, kernel.Best(), times, series, o)
		unsettled := 0
		for f, field := range withMKClass {
			for p := range series {
				a, b := got[f][p], want[f][p]
				if math.Abs(a-b) <= 1e-9*math.Max(math.Abs(b), 1e-3) || a != a && b != b {
					continue
				}
				if unsettled++; name != "zhang" || unsettled > 8 { // the iteration of a pixel or two does not settle
					t.Errorf("%s: %v of pixel %d is %v, and of its values %v", name, field, p, a, b)
				}
			}
		}
	}
}

// A pixel of a season and year with several observations is their median, and slopes are per year of
// the seasons: the result is that of the medians, one a season and year.
func TestSeasonsMergeObservations(t *testing.T) {
	times, series := monthsOfTest(), rankSeries(60)
	o := Options{Fields: []Field{SenSlope, SenLo, SenHi, SiegelSlope, MKS, MKVar, MKTau, MKZ, MKPValue}, Rank: rankOptions()["quarters"]}
	o.Rank.PerYear, o.Rank.JointIntercept = 1, false
	got := fitSeries[float64](t, kernel.Best(), times, series, o)
	season, year, medians := []int{}, []int{}, make([][]float64, len(series))
	for c := range 16 {
		season, year = append(season, c%4), append(year, 2000+c/4)
		for p, y := range series {
			var cell []float64
			for _, y := range y[3*c : 3*c+3] {
				if y == y {
					cell = append(cell, y)
				}
			}
			slices.Sort(cell)
			switch n := len(cell); n {
			case 0:
				medians[p] = append(medians[p], nan)
			case 2:
				medians[p] = append(medians[p], (cell[0]+cell[1])/2)
			default:
				medians[p] = append(medians[p], cell[n/2])
			}
		}
	}
	o.Rank.Season, o.Rank.Year = season, year
	want := fitSeries[float64](t, kernel.Best(), years(1, 16), medians, o)
	for f, field := range o.Fields {
		if !sameBits(got[f], want[f]) {
			t.Errorf("%v of merged observations differs from that of medians", field)
		}
	}
	// The same counted by hand.
	for p, y := range medians {
		s, slopes := 0.0, []float64{}
		for j := range y {
			for i := range j {
				if season[i] == season[j] && y[i] == y[i] && y[j] == y[j] {
					s += signOf(y[j] - y[i])
					slopes = append(slopes, (y[j]-y[i])/float64(year[j]-year[i]))
				}
			}
		}
		slices.Sort(slopes)
		n := len(slopes)
		slope := (slopes[(n-1)/2] + slopes[n/2]) / 2
		if got[4][p] != s || got[0][p] != slope {
			t.Errorf("pixel %d: S %v and slope %v, not %v and %v", p, got[4][p], got[0][p], s, slope)
		}
	}
}

// Correlations over gaps are those of observations that are steps apart, by R's acf with na.pass,
// here computed from its definition.
func TestSerialOverGaps(t *testing.T) {
	times, series := years(1961, 2008), rankSeries(200)
	steps := rankOptions()["yue-wang"].Steps
	variance := func(m Method) []float64 {
		return fitSeries[float64](t, kernel.Best(), times, series, Options{Fields: []Field{MKVar}, Rank: RankOptions{Method: m, Steps: steps}})[0]
	}
	plain := fitSeries[float64](t, kernel.Best(), times, series, Options{Fields: []Field{SenSlope, MKVar, N}})
	all, first, ranked := variance(YueWangAll), variance(YueWang), variance(HamedRao)
	white := fitSeries[float64](t, kernel.Best(), times, series, Options{Fields: []Field{MKS}, Rank: RankOptions{Method: Prewhiten, Steps: steps}})[0]
	acf := func(y []float64, k int) (r float64, pairs int) {
		var mean, n, square, sum float64
		for _, x := range y {
			if x == x {
				mean, n = mean+x, n+1
			}
		}
		mean /= n
		for i, x := range y {
			if x == x {
				square += (x - mean) * (x - mean) / n
			}
			if i >= k && x == x && y[i-k] == y[i-k] {
				sum += (x - mean) * (y[i-k] - mean)
				pairs++
			}
		}
		return sum / float64(pairs+k) / square, pairs
	}
	few := 0
	for p, y := range series {
		rest, n := make([]float64, len(y)), plain[2][p]
		for i := range y {
			rest[i] = y[i] - plain[0][p]*times[i]
		}
		ranks := slices.Clone(rest)
		exact := slices.Clone(rest)
		for i := range exact { // samples are eighths: what differs by less is equal but for rounding
			exact[i] = math.Round(rest[i]*0x1p30) / 0x1p30
		}
		midranks(ranks, exact)
		for i := range rest {
			if rest[i] != rest[i] {
				ranks[i] = nan
			}
		}
		r1, pairs := acf(rest, 1)
		want := map[string][2]float64{"yue-wang": {first[p], plain[1][p] * (1 + 2*(1-1/n)*r1)}}
		var sumAll, sumRanked float64
		for k := 1; k < int(n); k++ {
			r, m := acf(rest, k)
			if m > 0 {
				sumAll += (1 - float64(k)/n) * r
			}
			if r, m := acf(ranks, k); m > 0 && math.Abs(r) > 1.959963984540054/math.Sqrt(n) {
				k := float64(k)
				sumRanked += (n - k) * (n - k - 1) * (n - k - 2) * r
			}
		}
		want["yue-wang-all"] = [2]float64{all[p], plain[1][p] * (1 + 2*sumAll)}
		want["hamed-rao"] = [2]float64{ranked[p], plain[1][p] * (1 + 2*math.Abs(sumRanked)/(n*(n-1)*(n-2)))}
		r1, _ = acf(y, 1)
		s := 0.0
		for j := 1; j < len(y); j++ {
			for i := 1; i < j; i++ {
				s += signOf((y[j] - r1*y[j-1]) - (y[i] - r1*y[i-1]))
			}
		}
		want["prewhiten"] = [2]float64{white[p], s}
		for name, x := range want {
			if pairs < leastLagged {
				few++
				if !math.IsNaN(x[0]) {
					t.Errorf("%s of pixel %d: %v from %d pairs", name, p, x[0], pairs)
				}
			} else if !(math.Abs(x[0]-x[1]) <= 1e-9*math.Abs(x[1])) {
				t.Errorf("%s of pixel %d: %v, not %v", name, p, x[0], x[1])
			}
		}
	}
	if few == 0 || few > 400 {
		t.Errorf("%d results are of too few pairs", few)
	}
}

// An exact line leaves nothing that could be correlated but rounding errors.
func TestSerialOfExactLines(t *testing.T) {
	times := years(1990, 2019)
	line, flat := make([]float64, 30), make([]float64, 30)
	for i := range line {
		line[i], flat[i] = 0.1*times[i], 7
	}
	for m := range Method(len(methodNames)) {
		o := Options{Fields: []Field{MKVar, MKPValue, SenSlope}, Rank: RankOptions{Method: m, Steps: rankOptions()["tfpw"].Steps[:30]}}
		out := fitSeries[float64](t, kernel.Best(), times, [][]float64{line, flat}, o)
		if m.inflates() && !(math.Abs(out[0][0]-30*29*65/18.) <= 1e-9) {
			t.Errorf("%v: the variance of a line is %v", m, out[0][0])
		}
		if out[1][1] != 1 || !(out[1][0] < 1e-7) || !(math.Abs(out[2][0]-0.1) <= 1e-12) || out[2][1] != 0 {
			t.Errorf("%v: p of a line %v, of a constant %v, slopes %v", m, out[1][0], out[1][1], out[2])
		}
	}
}

func TestRankOptionsRefused(t *testing.T) {
	times := years(1, 4)
	season, year := []int{0, 1, 0, 1}, []int{1, 1, 2, 2}
	for name, o := range map[string]Options{
		"unsorted":                 {Fields: []Field{SenSlope}},
		"method without steps":     {Fields: []Field{MKS}, Rank: RankOptions{Method: TFPW}},
		"steps that do not ascend": {Fields: []Field{MKS}, Rank: RankOptions{Method: TFPW, Steps: []int{0, 1, 1, 2}}},
		"unknown method":           {Fields: []Field{MKS}, Rank: RankOptions{Method: 99}},
		"method with seasons":      {Fields: []Field{MKS}, Rank: RankOptions{Method: TFPW, Season: season, Year: year}},
		"covariance alone":         {Fields: []Field{MKVar}, Rank: RankOptions{SeasonCovariance: true}},
		"seasons that descend":     {Fields: []Field{MKVar}, Rank: RankOptions{Season: []int{1, 0, 0, 1}, Year: year}},
		"years that descend":       {Fields: []Field{MKVar}, Rank: RankOptions{Season: season, Year: []int{2, 2, 1, 1}}},
		"seasons without years":    {Fields: []Field{MKVar}, Rank: RankOptions{Season: season}},
		"too many dates":           {Fields: []Field{MKVar}},
	} {
		at := times
		switch name {
		case "unsorted":
			at = []float64{1, 3, 2, 4}
		case "too many dates":
			at = years(1, kernel.MaxRankDates+1)
		}
		if _, err := NewPlan(kernel.Best(), at, o); err == nil || errors.As(err, new(*UnusedError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for option, o := range map[string]Options{
		"Rank.Method":           {Fields: []Field{SenSlope, Slope}, Rank: RankOptions{Method: TFPW, Steps: []int{0, 1, 2, 3}}},
		"Rank.NormalP":          {Fields: []Field{MKS}, Rank: RankOptions{NormalP: true}},
		"Rank.JointIntercept":   {Fields: []Field{SenSlope}, Rank: RankOptions{JointIntercept: true}},
		"Rank.Season":           {Fields: []Field{Slope}, Rank: RankOptions{Season: season, Year: year}},
		"Rank.SeasonCovariance": {Fields: []Field{MKS}, Rank: RankOptions{Season: season, Year: year, SeasonCovariance: true}},
	} {
		var unused *UnusedError
		if _, err := NewPlan(kernel.Best(), times, o); !errors.As(err, &unused) || unused.Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
}

func TestParseMethod(t *testing.T) {
	for i, name := range MethodNames() {
		if m, err := ParseMethod(name); err != nil || m != Method(i) || m.String() != name {
			t.Errorf("%s reads as %v: %v", name, m, err)
		}
	}
	if m, err := ParseMethod("ar1"); err == nil {
		t.Errorf("ar1 reads as %v", m)
	}
}

// goldenRanks is the hash of all fields, with options of every kind, on every ISA and architecture.
const goldenRanks = 0xce5fcf506a2132da

func TestGoldenRanks(t *testing.T) {
	times, series := monthsOfTest(), rankSeries(80)
	for _, k := range kernels(t) {
		var planes [][]float64
		for _, name := range append(MethodNames(), "joint", "normal", "months", "quarters", "covariance") {
			o := Options{Fields: withMKClass, Significance: 0.05, PerUnit: 365.2425, InterceptAt: 8000, Rank: rankOptions()[name]}
			planes = append(planes, fitSeries[float64](t, k, times, series, o)...)
		}
		if got := hashOf(t, planes...); got != goldenRanks {
			t.Errorf("%v: the fields have hash %#016x, want %#016x", k.ISA(), got, uint64(goldenRanks))
		}
	}
}

// Fits allocate nothing once a goroutine's memory is made.
func TestRanksDoNotAllocate(t *testing.T) {
	const pixels = 20
	times, series := monthsOfTest(), rankSeries(pixels)
	data := make([]float64, 48*pixels)
	for p, y := range series {
		for i := range y {
			data[i*pixels+p] = y[i]
		}
	}
	tile := kernel.TileOf(data, pixels, 48, pixels)
	for name, rank := range rankOptions() {
		p, err := NewPlan(kernel.Best(), times, Options{Fields: withMKClass, Significance: 0.05, Rank: rank})
		if err != nil {
			t.Fatal(err)
		}
		s, out := p.NewScratch(), planes(len(withMKClass), pixels)
		Fit(p, s, tile, out)
		if n := testing.AllocsPerRun(3, func() { Fit(p, s, tile, out) }); n > 0 {
			t.Errorf("%s: a fit allocates %v times", name, n)
		}
	}
}
