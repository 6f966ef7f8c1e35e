package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// discoveries counts ps in pieces, and also returns the number of rounds.
func discoveries[F float32 | float64](rate float64, ps []F) (threshold float64, found, of int64, rounds int) {
	d := NewDiscoveries(rate)
	for ; !d.Done(); rounds++ {
		for rest := ps; len(rest) > 0; {
			n := min(len(rest), 7)
			Count(d, rest[:n])
			rest = rest[n:]
		}
		d.Next()
	}
	threshold, found, of = d.Threshold()
	return
}

// The example of Benjamini and Hochberg (1995), section 4.1: 15 comparisons, of which four are
// rejected at 0.05, where Bonferroni's method rejects three. R: p.adjust(p, "BH") <= 0.05 gives the
// same four.
func TestDiscoveriesOfThePaper(t *testing.T) {
	ps := []float32{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	p, found, of, _ := discoveries(0.05, ps)
	if p != float64(float32(0.0095)) || found != 4 || of != 15 {
		t.Errorf("%v, %d of %d, want 0.0095, 4 of 15", p, found, of)
	}
}

func TestDiscoveriesAgainstSorting(t *testing.T) {
	t.Run("float32", checkDiscoveries[float32])
	t.Run("float64", checkDiscoveries[float64])
}

func checkDiscoveries[F float32 | float64](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 1000 {
		ps := make([]F, 1+rng.IntN(60))
		rate := []float64{0.01, 0.05, 0.2, 0.9}[round%4]
		for i := range ps {
			switch rng.IntN(4) {
			case 0:
				ps[i] = F(math.NaN())
			case 1:
				ps[i] = F(math.Pow(10, -8*rng.Float64()))
			case 2: // near the line, where it is decided
				ps[i] = F(rate * float64(1+rng.IntN(len(ps))) / float64(len(ps)))
				if rng.IntN(3) == 0 {
					ps[i] *= 1 + 1e-12
				}
			default:
				ps[i] = F(rng.IntN(3)) / 2
			}
		}
		sorted := slices.DeleteFunc(slices.Clone(ps), func(p F) bool { return p != p })
		slices.Sort(sorted)
		want, wantFound := math.NaN(), int64(0)
		_, narrow := any(ps).([]float32)
		for i, p := range sorted {
			m, k := float64(len(sorted)), float64(i+1)
			if float64(p)*m <= k*rate || narrow && p <= F(k*rate/m) {
				want, wantFound = float64(p), int64(i+1)
			}
		}
		p, found, of, _ := discoveries(rate, ps)
		if p != want && !(p != p && want != want) || found != wantFound || of != int64(len(sorted)) {
			t.Fatalf("%v at %v: %v, %d of %d, want %v, %d of %d", ps, rate, p, found, of, want, wantFound, len(sorted))
		}
	}
}

// If all p-values equal the rate, all are discoveries, as for false_discovery_control of scipy 1.17.1.
func TestDiscoveriesAtTheRate(t *testing.T) {
	for _, rate := range []float64{0.08753430418755064, 0.05, 0.1, 0.3} {
		narrow, wide := make([]float32, 1000), make([]float64, 1000)
		for i := range wide {
			narrow[i], wide[i] = float32(rate), rate
		}
		if p, found, _, _ := discoveries(rate, narrow); p != float64(float32(rate)) || found != 1000 {
			t.Errorf("float32 at %v: %d up to %v", rate, found, p)
		}
		if p, found, _, rounds := discoveries(rate, wide); p != rate || found != 1000 || rounds != 4 {
			t.Errorf("float64 at %v: %d up to %v in %d rounds", rate, found, p, rounds)
		}
		wide[7] = math.Nextafter(rate, 1)
		if _, found, _, _ := discoveries(rate, wide); found != 0 {
			// 999 p-values equal to the rate are larger than 999/1000 of it.
			t.Errorf("float64 at %v: %d with one above", rate, found)
		}
	}
}

func TestDiscoveriesTakeTwoRounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	ps := make([]float32, 200000)
	for i := range ps {
		if ps[i] = rng.Float32(); i%3 == 0 {
			ps[i] *= ps[i] * ps[i] * ps[i]
		}
	}
	if _, found, _, rounds := discoveries(0.05, ps); rounds > 3 || found == 0 {
		t.Errorf("%d discoveries in %d rounds", found, rounds)
	}
	if p, found, of, _ := discoveries[float32](0.05, nil); p == p || found != 0 || of != 0 {
		t.Errorf("of nothing: %v, %d of %d", p, found, of)
	}
}
