package kernel

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/guard"
)

// defaultCritical is the critical value of sums over a quarter of the history, at the level 0.05.
const (
	defaultCritical = 1.34182451007628
	defaultReverse  = 0.947898
)

func newBreaks(columns, pixels int) Breaks {
	one := func() []float64 { return newFloats[float64](pixels) }
	b := Breaks{Break: one(), Magnitude: one(), First: one(), N: one(), Monitored: one(), RSS: one(), TSS: one(), Pivot: one()}
	for range columns {
		b.Coef = append(b.Coef, one())
	}
	return b
}

// breaksOf returns all results of m by kernel k.
func breaksOf(k Kernel, t Tile, m Monitor, v Valid) Breaks {
	b := newBreaks(m.Columns(), t.Pixels)
	k.Monitor(b, NewMonitorScratch(m), t, m, v)
	return b
}

func (d Breaks) slices() (all [][]float64) {
	d.eachSlice(func(s []float64) { all = append(all, s) })
	return all
}

// diffBreaks returns an error if the results of the count pixels of want from lo on are not those of got.
func diffBreaks(want, got Breaks, lo, count int) error {
	w, g := want.slices(), got.slices()
	for j := range w {
		for p := range count {
			if !sameBits(w[j][lo+p], g[j][p]) {
				return fmt.Errorf("output %d of pixel %d is %v, want %v", j, lo+p, g[j][p], w[j][lo+p])
			}
		}
		for p := count; p < len(g[j]); p++ {
			if g[j][p] != canary {
				return fmt.Errorf("output %d was written at %d, beyond the tile", j, p)
			}
		}
	}
	return nil
}

// fitOf returns the coefficients of y on the rows x, and a function for the leverage xᵀ(XᵀX)⁻¹x of a row.
func fitOf(x [][]float64, y []float64) (coef []float64, leverage func(row []float64) float64) {
	k := len(x[0])
	q, r := make([][]float64, k), make([][]float64, k)
	rest := slices.Clone(y)
	z := make([]float64, k)
	for j := range k {
		r[j] = make([]float64, k)
		for i := range x {
			q[j] = append(q[j], x[i][j])
		}
		for range 2 { // the second time removes what rounding left
			for c := range j {
				along := dot(q[c], q[j])
				r[c][j] += along
				for i := range q[j] {
					q[j][i] -= along * q[c][i]
				}
			}
		}
		r[j][j] = math.Sqrt(dot(q[j], q[j]))
		for i := range q[j] {
			q[j][i] /= r[j][j]
		}
		z[j] = dot(q[j], rest)
		for i := range rest {
			rest[i] -= z[j] * q[j][i]
		}
	}
	coef = make([]float64, k)
	for c := k - 1; c >= 0; c-- {
		coef[c] = z[c]
		for j := c + 1; j < k; j++ {
			coef[c] -= r[c][j] * coef[j]
		}
		coef[c] /= r[c][c]
	}
	return coef, func(row []float64) float64 {
		u := make([]float64, k)
		for c := range k {
			u[c] = row[c]
			for j := range c {
				u[c] -= r[j][c] * u[j]
			}
			u[c] /= r[c][c]
		}
		return dot(u, u)
	}
}

// monitorReference is the oracle: the definitions of bfastmonitor, mefp and recresid step by step, with a
// new fit for each recursive residual. Near says that another result is a matter of rounding.
type monitorReference struct {
	date, magnitude, first, n, rss float64
	near                           bool
}

func newMonitorReference(columns [][]float64, y []float64, o Monitoring) (ref monitorReference) {
	k := len(columns)
	var x [][]float64
	var ys []float64
	var dates []int
	history := 0
	for i := o.From; i < len(y); i++ {
		if math.IsNaN(y[i]) {
			continue
		}
		row := make([]float64, k)
		for j := range row {
			row[j] = columns[j][i]
		}
		x, ys, dates = append(x, row), append(ys, y[i]), append(dates, i)
		if i < o.Start {
			history++
		}
	}
	decide := func(value, limit float64) bool {
		if math.Abs(value/limit-1) < 1e-8 {
			ref.near = true
		}
		return value > limit
	}
	begin := 0
	if o.Reverse > 0 && history > k+1 {
		var w []float64
		for i := history - k - 1; i >= 0; i-- {
			coef, leverage := fitOf(x[i+1:history], ys[i+1:history])
			w = append(w, (ys[i]-dot(coef, x[i]))/math.Sqrt(1+leverage(x[i])))
		}
		mean, squares, m := 0.0, 0.0, float64(len(w))
		for _, w := range w {
			mean += w / m
		}
		for _, w := range w {
			squares += (w - mean) * (w - mean)
		}
		sum := 0.0
		for q := range w {
			sum += w[q]
			if decide(math.Abs(sum)/math.Sqrt(squares/(m-1)*m), o.Reverse*(1+2*float64(q+1)/m)) {
				begin = history - k - q
				break
			}
		}
	}
	ref.date, ref.magnitude, ref.first, ref.rss = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	x, ys, dates, history = x[begin:], ys[begin:], dates[begin:], history-begin
	ref.n = float64(history)
	if history > 0 {
		ref.first = float64(dates[0])
	}
	window := int(math.Floor(o.Window * float64(history)))
	if history < k {
		return ref
	}
	coef, _ := fitOf(x[:history], ys[:history])
	e := make([]float64, len(ys))
	for i := range e {
		e[i] = ys[i] - dot(coef, x[i])
	}
	ref.rss = dot(e[:history], e[:history])
	if history == k || window < 2 {
		return ref
	}
	if monitored := slices.Sorted(slices.Values(e[history:])); len(monitored) > 0 {
		ref.magnitude = (monitored[(len(monitored)-1)/2] + monitored[len(monitored)/2]) / 2
	}
	sigma := math.Sqrt(ref.rss / float64(history-k))
	for j := history; j < len(e); j++ {
		sum := 0.0
		for _, e := range e[j-window+1 : j+1] {
			sum += e
		}
		part := float64(j+1) / float64(history)
		boundary := o.Critical * math.Sqrt(2*max(1, math.Log(part)))
		if decide(math.Abs(sum)/(sigma*math.Sqrt(float64(history))), boundary) {
			ref.date = float64(dates[j])
			break
		}
	}
	return ref
}

// monitorTile fills a tile with seasons, some with a break, some with gaps, some with both.
func monitorTile(rng *rand.Rand, d DType, n, pixels int) Tile {
	t := newTile(d, n, pixels, pixels+3)
	for p := range pixels {
		at, size := rng.IntN(n), float64(rng.IntN(4))*40
		for i := range n {
			y := 600 + 200*math.Sin(2*math.Pi*float64(i)/11.7) + 20*rng.NormFloat64()
			if i >= at {
				y -= size
			}
			if d.Size() == 1 {
				y = 40 + y/16
			}
			set(t.Data, d, i*t.Stride+p, math.Round(y))
			if p%4 != 0 && rng.IntN(4) == 0 {
				set(t.Data, d, i*t.Stride+p, nodataOf(d))
			}
		}
	}
	return t
}

// Every result is that of the definitions step by step.
func TestMonitorAgainstReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 1))
	breaks, cuts, late, near := 0, 0, 0, 0
	for round := range 40 {
		const pixels = 9
		n := 30 + rng.IntN(120)
		k := []int{1, 2, 4, 8}[round%4]
		o := Monitoring{Start: k + 3 + rng.IntN(n-k-3), Window: []float64{0.25, 0.5, 1}[round%3], Critical: defaultCritical}
		if round%2 == 0 {
			o.Reverse = defaultReverse
		}
		if round%5 == 0 {
			o.From = rng.IntN(o.Start / 2)
		}
		columns := modelColumns(k, n, true)
		m := NewMonitor(columns, o)
		tile := monitorTile(rng, Float32, n, pixels)
		v := Valid{HasNodata: true, Nodata: nodataOf(Float32)}
		got := breaksOf(Best(), tile, m, v)
		for p := range pixels {
			y := make([]float64, n)
			tile.Series(y, p, v)
			want := newMonitorReference(columns, y, o)
			if want.near {
				near++
				continue
			}
			for _, x := range []struct {
				what      string
				got, want float64
				bound     float64
			}{
				{"break", got.Break[p], want.date, 0},
				{"first", got.First[p], want.first, 0},
				{"n", got.N[p], want.n, 0},
				{"magnitude", got.Magnitude[p], want.magnitude, 1e-8 * max(1, math.Abs(want.magnitude))},
				{"RSS", got.RSS[p], want.rss, 1e-9 * (1 + want.rss)},
			} {
				if err := math.Abs(x.got - x.want); !(err <= x.bound) && !(math.IsNaN(x.got) && math.IsNaN(x.want)) {
					t.Errorf("%d dates, %d columns, %+v, pixel %d: %s is %v, want %v", n, k, o, p, x.what, x.got, x.want)
				}
			}
			if want.date == want.date {
				breaks++
				if want.date > math.E*float64(o.Start) {
					late++
				}
			}
			if o.Reverse > 0 && want.first > float64(o.From)+5 {
				cuts++
			}
		}
	}
	t.Logf("%d breaks, %d late, %d histories cut, %d left out", breaks, late, cuts, near)
	if breaks < 50 || late < 1 || cuts < 10 || near > 5 {
		t.Error("the series do not test enough")
	}
}

// Every kernel gives the bits of the portable code, for every type, shape and pattern of gaps, and a
// pixel has them in every tile and beside any neighbours.
func TestMonitorSameBits(t *testing.T) {
	ks := kernels(t)
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(22, uint64(d)))
			const pixels = 2*modelLanes + 9
			for round := range 16 {
				if testing.Short() && round%4 != 0 {
					continue
				}
				k := 1 + round*MaxColumns/16
				n := 2*k + 8 + rng.IntN(2*modelDates)
				o := Monitoring{Start: k + 2 + rng.IntN(n-k-2), Window: 0.25, Critical: defaultCritical, Reverse: float64(round%2) * defaultReverse}
				if round%3 == 0 {
					o.From, o.LeastPivot = rng.IntN(o.Start), 1e-3
				}
				m := NewMonitor(modelColumns(k, n, round%5 != 0), o)
				tile := monitorTile(rng, d, n, pixels)
				v := Valid{HasNodata: true, Nodata: nodataOf(d)}
				switch round % 4 {
				case 1:
					fillTile(rng, tile, gapPatterns[round%len(gapPatterns)])
				case 2:
					tile = addMask(rng, tile, gapPatterns[5], round%8 < 4)
				case 3:
					v.HasRange, v.Lo, v.Hi = true, 20, 1e6
				}
				want := breaksOf(Kernel{}, tile, m, v)
				scratch := NewMonitorScratch(m)
				for _, kernel := range ks {
					for _, tile := range []Tile{tile, pack(rng, tile)} {
						for _, part := range [][2]int{{0, 1}, {0, 31}, {0, 33}, {64, 73}, {0, pixels}} {
							got := newBreaks(k, part[1]-part[0]+margin)
							kernel.Monitor(got, scratch, tile.Slice(part[0], part[1]), m, v)
							if err := diffBreaks(want, got, part[0], part[1]-part[0]); err != nil {
								t.Fatalf("%v %v, %d columns, %d dates, %+v, pixels %v: %v", kernel.ISA(), d, k, n, o, part, err)
							}
						}
					}
				}
			}
		})
	}
}

// A result is the same if others are not asked for.
func TestMonitorOneResult(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 3))
	m := NewMonitor(modelColumns(4, 70, true), Monitoring{Start: 40, Window: 0.25, Critical: defaultCritical, Reverse: defaultReverse})
	tile := monitorTile(rng, Int16, 70, 40)
	v := Valid{HasNodata: true, Nodata: nodataOf(Int16)}
	want := breaksOf(Best(), tile, m, v)
	s := NewMonitorScratch(m)
	for _, name := range []string{"break", "magnitude", "r2"} {
		all, some := newBreaks(4, 40), Breaks{}
		switch name {
		case "break":
			some.Break = all.Break
			all.Magnitude, all.First, all.N, all.Monitored, all.RSS, all.TSS, all.Pivot, all.Coef = want.Magnitude, want.First, want.N, want.Monitored, want.RSS, want.TSS, want.Pivot, want.Coef
		case "magnitude":
			some.Magnitude = all.Magnitude
			all.Break, all.First, all.N, all.Monitored, all.RSS, all.TSS, all.Pivot, all.Coef = want.Break, want.First, want.N, want.Monitored, want.RSS, want.TSS, want.Pivot, want.Coef
		case "r2":
			some.RSS, some.TSS = all.RSS, all.TSS
			all.Break, all.Magnitude, all.First, all.N, all.Monitored, all.Pivot, all.Coef = want.Break, want.Magnitude, want.First, want.N, want.Monitored, want.Pivot, want.Coef
		}
		Best().Monitor(some, s, tile, m, v)
		if err := diffBreaks(want, all, 0, 40); err != nil {
			t.Errorf("%s alone: %v", name, err)
		}
	}
}

// The pixels that no break can be found in, and those without noise.
func TestDegenerateMonitor(t *testing.T) {
	const n, start = 60, 40
	nan, inf := math.NaN(), math.Inf(1)
	rng := rand.New(rand.NewPCG(22, 4))
	noise := make([]float64, n)
	for i := range noise {
		noise[i] = rng.NormFloat64()
	}
	for _, c := range []struct {
		name                                   string
		y                                      func(i int) float64
		date, magnitude, first, seen, watching float64
	}{
		{"no observations", func(int) float64 { return nan }, nan, nan, nan, 0, 0},
		{"none in the history", func(i int) float64 { return map[bool]float64{true: 1, false: nan}[i >= start] }, nan, nan, nan, 0, 20},
		{"as many as columns", func(i int) float64 { return map[bool]float64{true: noise[i], false: nan}[i >= start-2] }, nan, nan, 38, 2, 20},
		{"window of one", func(i int) float64 { return map[bool]float64{true: noise[i], false: nan}[i >= start-7] }, nan, nan, 33, 7, 20},
		{"window of two", func(i int) float64 { return map[bool]float64{true: noise[i], false: nan}[i >= start-8] }, inf, inf, 32, 8, 20},
		{"nothing monitored", func(i int) float64 { return map[bool]float64{true: nan, false: noise[i]}[i >= start] }, nan, nan, 0, 40, 0},
		{"history at one date", func(i int) float64 { return map[bool]float64{true: noise[i], false: nan}[i == 3 || i >= start] }, nan, nan, 3, 1, 20},
		{"constant", func(int) float64 { return 7 }, nan, 0, 0, 40, 20},
		{"constant, then another", func(i int) float64 { return map[bool]float64{true: 9, false: 7}[i >= 50] }, 50, 1, 0, 40, 20},
		{"exact line", func(i int) float64 { return 0.1 * float64(i) }, nan, inf, 0, 40, 20},
		{"exact line, then another", func(i int) float64 { return 0.1*float64(i) + map[bool]float64{true: 1e-6}[i >= 45] }, 45, 1e-6, 0, 40, 20},
		{"infinite", func(i int) float64 { return map[bool]float64{true: inf, false: noise[i]}[i == 45] }, inf, inf, 0, 40, 19},
	} {
		for _, reverse := range []float64{0, defaultReverse} {
			m := NewMonitor(modelColumns(2, n, false), Monitoring{Start: start, Window: 0.25, Critical: defaultCritical, Reverse: reverse})
			tile := newTile(Float64, n, 1, 1)
			for i := range n {
				set(tile.Data, Float64, i, c.y(i))
			}
			got := breaksOf(Best(), tile, m, Valid{})
			for _, x := range []struct {
				what             string
				got, want, bound float64
			}{
				{"break", got.Break[0], c.date, 0}, {"magnitude", got.Magnitude[0], c.magnitude, 1e-9},
				{"first", got.First[0], c.first, 0}, {"n", got.N[0], c.seen, 0}, {"monitored", got.Monitored[0], c.watching, 0},
			} {
				if math.IsInf(x.want, 1) { // any
					continue
				}
				if !(math.Abs(x.got-x.want) <= x.bound) && !(math.IsNaN(x.got) && math.IsNaN(x.want)) {
					t.Errorf("%s, reverse %v: %s is %v, want %v", c.name, reverse, x.what, x.got, x.want)
				}
			}
		}
	}
}

// Medians of numbers of either sign, with ties and infinite gaps, are those of sorted numbers.
func TestMedianSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 5))
	for _, k := range kernels(t) {
		for range 200 {
			rows := make([]modelVector, 1+rng.IntN(90))
			var m medianSearch
			var want modelVector
			todo := uint32(0)
			for p := range modelLanes {
				var xs []float64
				scale := math.Pow(10, float64(rng.IntN(9)-4))
				for i := range rows {
					x := scale * (rng.NormFloat64() + float64(p%5-2))
					if p%3 == 0 {
						x = math.Round(x)
					}
					if rng.IntN(4) == 0 {
						x = math.Inf(1)
					} else {
						xs = append(xs, x)
					}
					rows[i][p] = x
				}
				if len(xs) == 0 {
					continue
				}
				todo |= 1 << p
				slices.Sort(xs)
				want[p] = (xs[(len(xs)-1)/2] + xs[len(xs)/2]) / 2
				m.n[p], m.guess[p] = float64(len(xs)), 10*rng.NormFloat64()
				m.spacing[p] = float64(p%4) * rng.Float64()
			}
			m.find(k, rows, todo, make([]float64, 0, len(rows)))
			for p := range modelLanes {
				if todo>>p&1 != 0 && m.median[p] != want[p] {
					t.Fatalf("%v, %d rows, lane %d: the median is %v, want %v", k.ISA(), len(rows), p, m.median[p], want[p])
				}
			}
		}
	}
}

func TestLogarithm(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 6))
	for range 10000 {
		x := math.Exp(20 * (rng.Float64() - 0.25))
		if got, want := logarithm(x), math.Log(x); !(math.Abs(got-want) <= 4e-16*max(1, math.Abs(want))) {
			t.Fatalf("log %v is %v, want %v", x, got, want)
		}
	}
}

func TestMonitorGuardPages(t *testing.T) {
	for _, place := range []func(testing.TB, int) []byte{guard.Head, guard.Tail} {
		floats := func(n int) []float64 { return unsafe.Slice((*float64)(unsafe.Pointer(&place(t, 8*n)[0])), n) }
		for _, pixels := range []int{1, 32, 75} {
			const n, k = 41, 4
			m := NewMonitor(modelColumns(k, n, true), Monitoring{Start: 30, Window: 0.25, Critical: defaultCritical, Reverse: defaultReverse})
			tile := Tile{Type: Int16, Stride: pixels, Dates: n, Pixels: pixels, Data: place(t, n*pixels*2)}
			fillTile(rand.New(rand.NewPCG(22, 7)), tile, gapPatterns[5])
			v := Valid{HasNodata: true, Nodata: nodataOf(Int16)}
			want := breaksOf(Kernel{}, tile, m, v)
			for _, kernel := range kernels(t) {
				got := Breaks{Break: floats(pixels), Magnitude: floats(pixels), First: floats(pixels), N: floats(pixels),
					Monitored: floats(pixels), RSS: floats(pixels), TSS: floats(pixels), Pivot: floats(pixels)}
				for range k {
					got.Coef = append(got.Coef, floats(pixels))
				}
				kernel.Monitor(got, NewMonitorScratch(m), tile, m, v)
				if err := diffBreaks(want, got, 0, pixels); err != nil {
					t.Fatalf("%v, %d pixels: %v", kernel.ISA(), pixels, err)
				}
			}
		}
	}
}

func TestMonitorAllocatesNothing(t *testing.T) {
	const n, pixels, k = 60, 70, 4
	m := NewMonitor(modelColumns(k, n, true), Monitoring{Start: 40, Window: 0.25, Critical: defaultCritical, Reverse: defaultReverse})
	s, out := NewMonitorScratch(m), newBreaks(k, pixels)
	tile := monitorTile(rand.New(rand.NewPCG(22, 8)), Int16, n, pixels)
	v := Valid{HasNodata: true, Nodata: nodataOf(Int16)}
	for _, kernel := range kernels(t) {
		if a := testing.AllocsPerRun(2, func() { kernel.Monitor(out, s, tile, m, v) }); a != 0 {
			t.Errorf("%v: %v allocations", kernel.ISA(), a)
		}
	}
}

func TestWrongMonitorsPanic(t *testing.T) {
	columns := modelColumns(3, 20, false)
	good := Monitoring{Start: 12, Window: 0.25, Critical: defaultCritical}
	m := NewMonitor(columns, good)
	out, tile := newBreaks(3, 40), newTile(Float32, 20, 40, 40)
	with := func(change func(*Monitoring)) func() {
		o := good
		change(&o)
		return func() { NewMonitor(columns, o) }
	}
	monitor := func(out Breaks, s *MonitorScratch, t Tile) func() {
		return func() { Best().Monitor(out, s, t, m, Valid{}) }
	}
	short, few := out, out
	short.Magnitude = short.Magnitude[:39]
	few.Coef = few.Coef[:2]
	for name, f := range map[string]func(){
		"no history":        with(func(o *Monitoring) { o.Start = 0 }),
		"empty history":     with(func(o *Monitoring) { o.From = 12 }),
		"negative from":     with(func(o *Monitoring) { o.From = -1 }),
		"start too late":    with(func(o *Monitoring) { o.Start = 21 }),
		"no window":         with(func(o *Monitoring) { o.Window = 0 }),
		"wide window":       with(func(o *Monitoring) { o.Window = 1.5 }),
		"no critical value": with(func(o *Monitoring) { o.Critical = math.NaN() }),
		"negative reverse":  with(func(o *Monitoring) { o.Reverse = -1 }),
		"other dates":       monitor(out, NewMonitorScratch(m), newTile(Float32, 19, 40, 40)),
		"short output":      monitor(short, NewMonitorScratch(m), tile),
		"few coefficients":  monitor(few, NewMonitorScratch(m), tile),
		"another's scratch": monitor(out, NewMonitorScratch(NewMonitor(columns, good)), tile),
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	for _, s := range out.slices() {
		if slices.ContainsFunc(s, func(x float64) bool { return x != canary }) {
			t.Fatal("a result was written")
		}
	}
}

// goldenMonitor is the hash of the results of a fixed tile, which are the same on every architecture.
const goldenMonitor = 0x74093a59b2c9a010

func TestGoldenMonitor(t *testing.T) {
	const n, pixels, k = 75, modelLanes + 5, 6
	random := splitMix(22)
	tile := newTile(Int16, n, pixels, pixels)
	for i := range n * pixels {
		y := 1000 + float64(random.next()%64) - float64(i/pixels/60*(i%pixels))
		if random.next()%5 == 0 {
			y = 77
		}
		set(tile.Data, Int16, i, y)
	}
	columns := make([][]float64, k)
	for j := range columns {
		for i := range n {
			x := 1.0
			for range j {
				x *= float64(i-n/2) / 64
			}
			columns[j] = append(columns[j], x)
		}
	}
	for _, kernel := range kernels(t) {
		h := fnv.New64a()
		for _, o := range []Monitoring{{Start: 50}, {Start: 20, From: 1}, {Start: 50, Reverse: defaultReverse}} {
			o.Window, o.Critical = 0.25, defaultCritical
			for _, s := range breaksOf(kernel, tile, NewMonitor(columns, o), Valid{HasNodata: true, Nodata: 77}).slices() {
				hashBits(h, s)
			}
		}
		if got := h.Sum64(); got != goldenMonitor {
			t.Errorf("%v: the results have hash %#016x, want %#016x", kernel.ISA(), got, uint64(goldenMonitor))
		}
	}
}
