package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// newRanks returns results of that many pixels, filled with canaries.
func newRanks(n int) Ranks {
	f := newFloats[float64]
	return Ranks{N: f(n), Pairs: f(n), TiedY: f(n), TiedT: f(n), S: f(n), Var: f(n), Slope: f(n), Lo: f(n), Hi: f(n), MedianY: f(n), MedianT: f(n)}
}

var rankNames = [...]string{"N", "Pairs", "TiedY", "TiedT", "S", "Var", "Slope", "Lo", "Hi", "MedianY", "MedianT"}

// bruteRanks computes pixel p of r from a series with NaN in gaps, by the definitions and without
// any of the code that it checks.
func bruteRanks(r Ranks, p int, y, times []float64, groups []int, z float64) {
	if groups == nil {
		groups = make([]int, len(y))
	}
	var slopes, seen, when []float64
	var s, tiedY, tiedT, variance float64
	members := map[int][]int{}
	for i := range y {
		if y[i] == y[i] {
			seen, when = append(seen, y[i]), append(when, times[i])
			members[groups[i]] = append(members[groups[i]], i)
		}
	}
	for _, g := range members {
		sizesY, sizesT := map[float64]int{}, map[float64]int{}
		for at, j := range g {
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
		v /= 18
		if n > 2 {
			v += y3 * t3 / (9 * n * (n - 1) * (n - 2))
		}
		if n > 1 {
			v += y2 * t2 / (2 * n * (n - 1))
		}
		tiedY += y2 / 2
		tiedT += t2 / 2
		variance += v
	}
	nan := math.NaN()
	pairs := float64(len(slopes))
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
	r.N[p], r.Pairs[p], r.TiedY[p], r.TiedT[p] = float64(len(seen)), pairs, tiedY, tiedT
	r.MedianY[p], r.MedianT[p] = median(seen), median(when)
	r.S[p], r.Var[p], r.Slope[p], r.Lo[p], r.Hi[p] = nan, nan, median(slopes), nan, nan
	if pairs == 0 {
		return
	}
	variance = max(variance, 0)
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

// diffRanks compares results. The variance of the brute force is added in another order, so that it
// may differ in its last bits where there are groups or ties in samples and in times.
func diffRanks(want, got Ranks, pixels int) error {
	w := want.slices()
	for f, g := range got.slices() {
		for p := range pixels {
			if g == nil {
				break
			}
			same := sameBits(w[f][p], g[p])
			if rankNames[f] == "Var" {
				n := want.N[p]
				same = same || math.Abs(w[f][p]-g[p]) <= 1e-13*w[f][p]+1e-16*n*n*n
			}
			if !same {
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

// Every kernel agrees with brute force in every bit.
func TestRanksAgainstBruteForce(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 2
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
				for _, n := range []int{64, 130, 240} {
					c := newRankCase(rng, d, n, 1+rng.IntN(20))
					c.check(t, rng, kernels(t))
				}
			}
			c := newRankCase(rng, d, 500, 17)
			c.check(t, rng, kernels(t))
		})
	}
}
