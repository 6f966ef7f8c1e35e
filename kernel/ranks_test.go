package kernel

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/guard"
)

// newRanks returns results of that many pixels, filled with canaries.
func newRanks(n int) Ranks {
	f := newFloats[float64]
	return Ranks{N: f(n), Pairs: f(n), TiedY: f(n), TiedT: f(n), S: f(n), Var: f(n), Slope: f(n), Lo: f(n), Hi: f(n), Siegel: f(n), MedianY: f(n), MedianT: f(n)}
}

var rankNames = [...]string{"N", "Pairs", "TiedY", "TiedT", "S", "Var", "Slope", "Lo", "Hi", "Siegel", "MedianY", "MedianT"}

// bruteRanks computes pixel p of r from a series with NaN in gaps, by the definitions and without
// any of the code that it checks.
func bruteRanks(r Ranks, p int, y, times []float64, groups []int, z float64) {
	if groups == nil {
		groups = make([]int, len(y))
	}
	var slopes, seen, when, siegel []float64
	var s, tiedY, tiedT, whole, mixed float64
	members := map[int][]int{}
	nan := math.NaN()
	median := func(x []float64) float64 {
		if len(x) == 0 {
			return nan
		}
		slices.Sort(x)
		m := x[len(x)/2]
		if len(x)%2 == 0 && x[len(x)/2-1] != m {
			m = (x[len(x)/2-1] + m) / 2
		}
		if m == 0 {
			m = 0
		}
		return m
	}
	for i := range y {
		if y[i] == y[i] {
			seen, when = append(seen, y[i]), append(when, times[i])
			members[groups[i]] = append(members[groups[i]], i)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(members)) {
		g := members[label]
		sizesY, sizesT := map[float64]int{}, map[float64]int{}
		for at, j := range g {
			var own []float64
			for _, i := range g {
				if times[i] != times[j] {
					own = append(own, (y[i]-y[j])/(times[i]-times[j]))
				}
			}
			if m := median(own); m == m {
				siegel = append(siegel, m)
			}
			sizesY[y[j]+0]++
			sizesT[times[j]+0]++
			for _, i := range g[:at] {
				if times[i] == times[j] {
					continue
				}
				slopes = append(slopes, (y[j]-y[i])/(times[j]-times[i]))
				if y[j] > y[i] {
					s++
				} else if y[j] < y[i] {
					s--
				}
			}
		}
		n := float64(len(g))
		v := n * (n - 1) * (2*n + 5)
		var y2, y3, t2, t3 float64
		for _, k := range sizesY {
			t := float64(k)
			v -= t * (t - 1) * (2*t + 5)
			y2 += t * (t - 1)
			y3 += t * (t - 1) * (t - 2)
		}
		for _, k := range sizesT {
			u := float64(k)
			v -= u * (u - 1) * (2*u + 5)
			t2 += u * (u - 1)
			t3 += u * (u - 1) * (u - 2)
		}
		tiedY += y2 / 2
		tiedT += t2 / 2
		if len(sizesY) < 2 || len(sizesT) < 2 {
			continue // S is 0 whatever the order
		}
		whole += v
		if n > 2 {
			mixed += y3 * t3 / (9 * n * (n - 1) * (n - 2))
		}
		mixed += y2 * t2 / (2 * n * (n - 1))
	}
	variance := whole/18 + mixed
	pairs := float64(len(slopes))
	r.N[p], r.Pairs[p], r.TiedY[p], r.TiedT[p] = float64(len(seen)), pairs, tiedY, tiedT
	r.MedianY[p], r.MedianT[p], r.Siegel[p] = median(seen), median(when), median(siegel)
	r.S[p], r.Var[p], r.Slope[p], r.Lo[p], r.Hi[p] = nan, nan, median(slopes), nan, nan
	if pairs == 0 {
		return
	}
	r.S[p], r.Var[p] = s, variance
	at := func(x float64) float64 { return slopes[int(min(max(x, 0), pairs-1))] + 0 }
	r.Lo[p] = at(math.RoundToEven((pairs-z*math.Sqrt(variance))/2) - 1)
	r.Hi[p] = at(math.RoundToEven((pairs + z*math.Sqrt(variance)) / 2))
	for _, x := range []*float64{&r.Lo[p], &r.Hi[p]} {
		if *x == 0 {
			*x = 0
		}
	}
}

// diffRanks compares results in every bit.
func diffRanks(want, got Ranks, pixels int) error {
	w := want.slices()
	for f, g := range got.slices() {
		for p := range pixels {
			if g == nil {
				break
			}
			if !sameBits(w[f][p], g[p]) {
				return fmt.Errorf("%s of pixel %d is %v, want %v", rankNames[f], p, g[p], w[f][p])
			}
		}
		for _, x := range g[min(pixels, len(g)):] {
			if x != canary {
				return fmt.Errorf("%s: wrote %v behind its end", rankNames[f], x)
			}
		}
	}
	return nil
}

// rankSeries are ways to draw the samples of a pixel.
var rankSeries = []struct {
	name string
	draw func(rng *rand.Rand, d DType, i, n int) float64
}{
	{"any", func(rng *rand.Rand, d DType, _, _ int) float64 { return draw(rng, d) }},
	{"ties", func(rng *rand.Rand, _ DType, _, _ int) float64 { return float64(rng.IntN(6)) }},
	{"trend", func(rng *rand.Rand, _ DType, i, n int) float64 {
		return math.Round(20 + 60*float64(i)/float64(n) + 10*rng.NormFloat64())
	}},
	{"constant", func(*rand.Rand, DType, int, int) float64 { return 7 }},
	{"line", func(_ *rand.Rand, _ DType, i, _ int) float64 { return float64(i % 120) }},
	{"tenths", func(rng *rand.Rand, _ DType, i, n int) float64 { return float64(rng.IntN(30)+i*20/n) * 0.1 }},
	{"spikes", func(rng *rand.Rand, d DType, i, n int) float64 {
		if rng.IntN(8) == 0 {
			return 100
		}
		return 10 + rng.Float64()
	}},
}

// rankTimes returns n ascending times of a kind: years, uneven days, days of which some are equal,
// fractions of years, all equal.
func rankTimes(rng *rand.Rand, n, kind int) []float64 {
	t := make([]float64, n)
	at := 0
	for i := range t {
		switch kind {
		case 0:
			t[i] = float64(1990 + i)
		case 1, 2:
			t[i] = float64(7000 + at)
			at += rng.IntN(40) + 2 - kind
			if kind == 2 && rng.IntN(2) == 0 {
				at = int(t[i]) - 7000
			}
		case 3:
			t[i] = 1990 + float64(i)/23 + rng.Float64()/50
		case 4:
			t[i] = 2000
		}
	}
	return t
}

// rankCase is a tile with its axis and the results of brute force.
type rankCase struct {
	tile   Tile
	times  []float64
	groups []int
	axis   RankAxis
	valid  Valid
	z      float64
	want   Ranks
}

func newRankCase(rng *rand.Rand, d DType, n, pixels int) rankCase {
	c := rankCase{tile: newTile(d, n, pixels, pixels+rng.IntN(5)), z: []float64{1.959964, 1.645, 0, 4}[rng.IntN(4)]}
	c.times = rankTimes(rng, n, []int{0, 0, 1, 1, 1, 2, 3, 3, 4}[rng.IntN(9)])
	if rng.IntN(3) == 0 {
		c.groups = make([]int, n)
		for i := range c.groups {
			c.groups[i] = (i*7 + rng.IntN(2)) % 4
		}
	}
	c.axis = NewRankAxis(c.times, c.groups)
	c.valid = Valid{HasNodata: true, Nodata: nodataOf(d)}
	if rng.IntN(8) == 0 {
		c.valid.HasRange, c.valid.Lo, c.valid.Hi = true, -1000, 60
	}
	fillTile(rng, c.tile, gapPatterns[0])
	share := []float64{0, 0.2, 0.4, 0.8}
	for p := range pixels {
		kind, gaps := rankSeries[rng.IntN(len(rankSeries))], share[rng.IntN(len(share))]
		for i := range n {
			y := kind.draw(rng, d, i, n)
			if rng.Float64() < gaps {
				y = nodataOf(d)
				if d.IsFloat() && i%2 == 0 {
					y = math.NaN()
				}
			}
			set(c.tile.Data, d, c.tile.at(i, p), y)
		}
	}
	if rng.IntN(4) == 0 {
		c.tile = addMask(rng, c.tile, gapPatterns[5], rng.IntN(2) == 0)
	}
	c.brute()
	return c
}

func (c *rankCase) brute() {
	c.want = newRanks(c.tile.Pixels)
	y := make([]float64, c.tile.Dates)
	for p := range c.tile.Pixels {
		c.tile.Series(y, p, c.valid)
		bruteRanks(c.want, p, y, c.times, c.groups, c.z)
	}
}

// check compares the kernels with brute force on the tile and on a packed copy.
func (c *rankCase) check(t testing.TB, rng *rand.Rand, ks []Kernel) {
	t.Helper()
	for _, tile := range []Tile{c.tile, pack(rng, c.tile)} {
		for _, k := range ks {
			got := newRanks(tile.Pixels + margin)
			k.Ranks(got, k.NewRankScratch(c.axis, tile.Type), tile, c.axis, c.valid, c.z)
			if err := diffRanks(c.want, got, tile.Pixels); err != nil {
				t.Fatalf("%v %v, %d dates, packed %t, mask %t, groups %v, times %v: %v", k.ISA(), tile.Type, tile.Dates, tile.Packed, tile.Mask.Data != nil, c.groups, c.times, err)
			}
		}
	}
}

// Every kernel agrees with brute force in every bit. There are more than 10^5 series without -short.
func TestRanksAgainstBruteForce(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 1
	}
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(17, uint64(d)))
			for range rounds {
				for n := 1; n <= 40; n++ {
					c := newRankCase(rng, d, n, 1+rng.IntN(60))
					c.check(t, rng, kernels(t))
				}
				for _, n := range []int{64, 97, 130, 240} {
					c := newRankCase(rng, d, n, 1+rng.IntN(20))
					c.check(t, rng, kernels(t))
				}
			}
			if testing.Short() {
				return
			}
			// Here the sums of words overflow unless they are carried over, and calls are split.
			for _, n := range []int{500, 700} {
				c := newRankCase(rng, d, n, 17)
				c.check(t, rng, kernels(t))
			}
		})
	}
}

// Long series have more quotients than are kept in memory, and a pass takes many calls.
func TestRanksOfLongSeries(t *testing.T) {
	n := 5000
	if testing.Short() {
		n = 600
	}
	rng := rand.New(rand.NewPCG(19, 19))
	for i, d := range []DType{Float32, Int16} {
		c := newRankCase(rng, d, n, 2-i)
		c.check(t, rng, []Kernel{{}, Best()})
	}
}

// Samples at the limits of their types, zeros of both signs, subnormal numbers, and times of all
// sizes. Most are too large or too small for the assembly, which must notice.
func TestRanksOfExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 20))
	values := map[DType][]float64{
		Float32: {0, math.Copysign(0, -1), 1e-45, -1e-45, 1e-38, 3e38, -3e38, 1, 1 + 0x1p-23, 1e30, 1e-30, 16777216, 16777218},
		Float64: {0, math.Copysign(0, -1), 5e-324, -5e-324, 1e-300, 1.7e308, -1.7e308, 1, 1 + 0x1p-52, 1e30, 1e-30, 1e16, 1e16 + 2, 1e-20},
		Uint32:  {0, 1, math.MaxUint32, math.MaxUint32 - 1, 1 << 31, 1<<31 + 1, 1 << 24, 1<<24 + 1},
		Int32:   {0, 1, math.MaxInt32, math.MinInt32, math.MinInt32 + 1, 1 << 24, 1<<24 + 1},
		Int16:   {0, 1, math.MaxInt16, math.MinInt16},
		Uint16:  {0, 1, math.MaxUint16},
	}
	for d, of := range values {
		for round := range 40 {
			n := 2 + rng.IntN(30)
			c := newRankCase(rng, d, n, 33)
			c.valid = Valid{}
			c.tile.Mask = Mask{}
			few := of[rng.IntN(len(of)):]
			for i := range n {
				for p := range c.tile.Pixels {
					set(c.tile.Data, d, c.tile.at(i, p), few[rng.IntN(len(few))])
				}
			}
			factor := []float64{1, 1e-300, 1e300, 1e-5, 0x1p-1040}[round%5]
			for i := range c.times {
				c.times[i] = (c.times[i] - 1990) * factor
			}
			if !slices.IsSorted(c.times) {
				continue // groups of years that are not in order
			}
			c.axis = NewRankAxis(c.times, c.groups)
			c.brute()
			c.check(t, rng, kernels(t))
		}
	}
}

// Rows of the table of degenerate pixels, by hand.
func TestDegenerateRanks(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name  string
		y     []float64
		times []float64
		want  [12]float64 // in the order of rankNames, with z = 1.96
	}{
		{"nothing", []float64{nan, nan, nan}, []float64{1, 2, 3}, [12]float64{0, 0, 0, 0, nan, nan, nan, nan, nan, nan, nan, nan}},
		{"one", []float64{nan, 5, nan}, []float64{1, 2, 3}, [12]float64{1, 0, 0, 0, nan, nan, nan, nan, nan, nan, 5, 2}},
		{"two", []float64{1, nan, 5}, []float64{1, 2, 3}, [12]float64{2, 1, 0, 0, 1, 1, 2, 2, 2, 2, 3, 2}},
		{"constant", []float64{4, 4, 4}, []float64{1, 2, 3}, [12]float64{3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 4, 2}},
		{"one date", []float64{1, 2, 3}, []float64{2, 2, 2}, [12]float64{3, 0, 0, 3, nan, nan, nan, nan, nan, nan, 2, 2}},
		// n = 4, two at one time: var S = (4·3·13 − 2·1·9)/18 = 23/3; slopes 1, 1, 3/2, 2, 2
		{"two of a date", []float64{1, 2, 3, 4}, []float64{1, 2, 2, 3}, [12]float64{4, 5, 0, 1, 5, 23. / 3, 1.5, 1, 2, 1.5, 2.5, 2}},
	} {
		tile := newTile(Float64, len(c.y), 1, 1)
		for i, y := range c.y {
			set(tile.Data, Float64, i, y)
		}
		want := newRanks(1)
		for f, r := range want.slices() {
			r[0] = c.want[f]
		}
		axis := NewRankAxis(c.times, nil)
		for _, k := range kernels(t) {
			got := newRanks(1)
			k.Ranks(got, k.NewRankScratch(axis, Float64), tile, axis, Valid{}, 1.96)
			if err := diffRanks(want, got, 1); err != nil {
				t.Errorf("%s, %v: %v", c.name, k.ISA(), err)
			}
		}
	}
}

// Results that are not asked for are not computed, and the others are the same without them.
func TestRanksAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 21))
	for _, d := range []DType{Float32, Int32} {
		c := newRankCase(rng, d, 30, 35)
		for _, k := range kernels(t) {
			s := k.NewRankScratch(c.axis, d)
			for f := range rankNames {
				var only Ranks
				to := [...]*[]float64{&only.N, &only.Pairs, &only.TiedY, &only.TiedT, &only.S, &only.Var, &only.Slope, &only.Lo, &only.Hi, &only.Siegel, &only.MedianY, &only.MedianT}
				*to[f] = newFloats[float64](c.tile.Pixels)
				k.Ranks(only, s, c.tile, c.axis, c.valid, c.z)
				if err := diffRanks(c.want, only, c.tile.Pixels); err != nil {
					t.Errorf("%v %v, %s alone: %v", k.ISA(), d, rankNames[f], err)
				}
			}
		}
	}
}

// A pixel has the same results wherever its tile is cut.
func TestRanksInEveryTile(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 22))
	for _, d := range dtypes {
		c := newRankCase(rng, d, 21, 200)
		for _, k := range kernels(t) {
			s := k.NewRankScratch(c.axis, d)
			for lo := 0; lo < c.tile.Pixels; {
				hi := min(c.tile.Pixels, lo+8*(1+rng.IntN(5)))
				got := newRanks(hi - lo)
				k.Ranks(got, s, c.tile.Slice(lo, hi), c.axis, c.valid, c.z)
				want := c.want
				for _, x := range []*[]float64{&want.N, &want.Pairs, &want.TiedY, &want.TiedT, &want.S, &want.Var, &want.Slope, &want.Lo, &want.Hi, &want.Siegel, &want.MedianY, &want.MedianT} {
					*x = (*x)[lo:hi]
				}
				if err := diffRanks(want, got, hi-lo); err != nil {
					t.Fatalf("%v %v, pixels from %d to %d: %v", k.ISA(), d, lo, hi, err)
				}
				lo = hi
			}
		}
	}
}

// Samples, masks and results lie beside pages without access.
func TestRanksGuardPages(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 23))
	for _, place := range []func(testing.TB, int) []byte{guard.Head, guard.Tail} {
		floats := func(n int) []float64 {
			return unsafe.Slice((*float64)(unsafe.Pointer(&place(t, 8*n)[0])), n)
		}
		for _, d := range dtypes {
			for _, pixels := range []int{1, 7, 16, 33, 64, 79} {
				c := newRankCase(rng, d, 2+rng.IntN(9), pixels)
				for _, tile := range []Tile{c.tile, addMask(rng, c.tile, gapPatterns[0], true), addMask(rng, c.tile, gapPatterns[0], false)} {
					samples, err := tile.samples(tile.Stride)
					if err != nil {
						t.Fatal(err)
					}
					data := place(t, int(samples)*d.Size())
					copy(data, tile.Data)
					tile.Data = data
					if c.tile.Mask.Data != nil {
						tile.Mask = c.tile.Mask
					}
					if tile.Mask.Data != nil {
						if samples, err = tile.samples(tile.Mask.Stride); err != nil {
							t.Fatal(err)
						}
						mask := place(t, tile.Mask.bytes(int(samples)))
						copy(mask, tile.Mask.Data)
						tile.Mask.Data = mask
					}
					for _, k := range kernels(t) {
						got := Ranks{N: floats(pixels), Pairs: floats(pixels), TiedY: floats(pixels), TiedT: floats(pixels), S: floats(pixels), Var: floats(pixels),
							Slope: floats(pixels), Lo: floats(pixels), Hi: floats(pixels), Siegel: floats(pixels), MedianY: floats(pixels), MedianT: floats(pixels)}
						k.Ranks(got, k.NewRankScratch(c.axis, d), tile, c.axis, c.valid, c.z)
						if err := diffRanks(c.want, got, pixels); err != nil {
							t.Fatalf("%v %v, %d pixels: %v", k.ISA(), d, pixels, err)
						}
					}
				}
			}
		}
	}
}

func TestRanksAllocateNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(24, 24))
	for _, d := range dtypes {
		for _, n := range []int{21, 130} {
			c := newRankCase(rng, d, n, 40)
			for _, k := range kernels(t) {
				s, dst := k.NewRankScratch(c.axis, d), newRanks(40)
				if a := testing.AllocsPerRun(3, func() { k.Ranks(dst, s, c.tile, c.axis, c.valid, c.z) }); a != 0 {
					t.Errorf("%v %v, %d dates: %v allocations", k.ISA(), d, n, a)
				}
			}
		}
	}
}

// The memory of a call is that which NewRankScratch made, and Bytes tells it.
func TestRankScratchIsBounded(t *testing.T) {
	times := rankTimes(rand.New(rand.NewPCG(25, 25)), MaxRankDates, 0)
	axis := NewRankAxis(times, nil)
	for _, k := range kernels(t) {
		for _, d := range []DType{Float32, Float64} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			said := uint64(k.NewRankScratch(axis, d).Bytes())
			runtime.ReadMemStats(&after)
			if is := after.TotalAlloc - before.TotalAlloc; said > 18<<20 || said < is*9/10 || said > is {
				t.Errorf("%v %v: %d bytes are said, %d are allocated", k.ISA(), d, said, is)
			}
		}
	}
}

func TestWrongRanksPanic(t *testing.T) {
	k := Best()
	tile := newTile(Float32, 3, 20, 20)
	axis := NewRankAxis([]float64{1, 2, 3}, nil)
	s := k.NewRankScratch(axis, Float32)
	good, short := newRanks(20), newRanks(20)
	short.Hi = short.Hi[:19]
	for name, f := range map[string]func(){
		"times that descend":   func() { NewRankAxis([]float64{2, 1}, nil) },
		"times without a size": func() { NewRankAxis([]float64{-1e308, 1e308}, nil) },
		"not a time":           func() { NewRankAxis([]float64{1, math.NaN()}, nil) },
		"too many dates":       func() { NewRankAxis(make([]float64, MaxRankDates+1), nil) },
		"few groups":           func() { NewRankAxis([]float64{1, 2}, []int{1}) },
		"short output":         func() { k.Ranks(short, s, tile, axis, Valid{}, 2) },
		"other axis":           func() { k.Ranks(good, s, tile, NewRankAxis([]float64{1, 2}, nil), Valid{}, 2) },
		"other type":           func() { k.Ranks(good, k.NewRankScratch(axis, Int16), tile, axis, Valid{}, 2) },
		"scratch of fewer": func() {
			k.Ranks(good, k.NewRankScratch(NewRankAxis([]float64{1, 2}, nil), Float32), tile, axis, Valid{}, 2)
		},
		"scratch of other times": func() {
			k.Ranks(good, k.NewRankScratch(NewRankAxis([]float64{1, 2, 4}, nil), Float32), tile, axis, Valid{}, 2)
		},
		"quantile": func() { k.Ranks(good, s, tile, axis, Valid{}, math.NaN()) },
		"tile":     func() { k.Ranks(good, s, TileOf(make([]float32, 59), 20, 3, 20), axis, Valid{}, 2) },
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
	for i, n := range good.N {
		if n != canary {
			t.Errorf("a byte was written before the panic: N[%d] = %v", i, n)
		}
	}
}

// FuzzRanks takes arbitrary bytes as samples, times and groups. Every kernel must agree with brute
// force.
func FuzzRanks(f *testing.F) {
	f.Add([]byte("\x00\x00\x80\x3f\x00\x00\xc0\x7f\x00\x00\x80\x7f\xff\xff\x7f\xff"), uint8(6), uint8(3), uint8(0), uint64(1), 1.96)
	f.Add(make([]byte, 2000), uint8(7), uint8(9), uint8(2), uint64(2), 0.0)
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x01\x02\x03\x04\x05"), uint8(0), uint8(4), uint8(3), uint64(3), 1.5)
	f.Fuzz(func(t *testing.T, data []byte, dtype, dates, kind uint8, seed uint64, z float64) {
		d := dtypes[int(dtype)%len(dtypes)]
		n := 2 + int(dates)%60
		stride := len(data) / d.Size() / n
		if !(z >= 0 && z < 100) || stride == 0 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		c := rankCase{tile: Tile{Type: d, Data: data, Stride: stride, Dates: n, Pixels: min(stride, 40)}, times: rankTimes(rng, n, int(kind)%5), z: z}
		if kind&64 != 0 {
			c.groups = make([]int, n)
			for i := range c.groups {
				c.groups[i] = rng.IntN(3)
			}
		}
		c.axis = NewRankAxis(c.times, c.groups)
		c.valid = Valid{HasNodata: kind&32 != 0, Nodata: 0}
		c.brute()
		c.check(t, rng, kernels(t))
	})
}
