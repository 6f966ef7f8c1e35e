package quantiles

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// found returns the quantiles of groups, and how many passes they took.
func found(values [][]float64, memory int64, quantiles ...float64) (of [][]float64, passes int) {
	groups := make([]Group, len(values))
	for i, group := range values {
		groups[i] = Group{0, math.Inf(1), math.Inf(-1)}
		for _, x := range group {
			if x == x {
				groups[i] = Group{groups[i].Count + 1, min(groups[i].Min, x), max(groups[i].Max, x)}
			}
		}
	}
	s := New(groups, memory, quantiles...)
	for s.Next() {
		passes++
		for i, group := range values {
			if !s.Wanted(i) {
				continue
			}
			for part := range slices.Chunk(group, 7) {
				s.Add(i, part)
			}
		}
	}
	for i := range values {
		of = append(of, s.Of(i))
	}
	return of, passes
}

// Quantiles of several groups are those of sorted values, whatever the memory.
func TestQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := [][]float64{{}, {3}, {math.NaN(), 5, math.NaN()}, slices.Repeat([]float64{7}, 100)}
	for range 20 {
		var group []float64
		for range 1 + rng.IntN(500) {
			group = append(group, math.Exp(rng.NormFloat64()*20))
		}
		values = append(values, append(group, math.NaN()))
	}
	shares := []float64{0, 0.25, 0.5, 0.9, 1}
	for _, memory := range []int64{1 << 20, 1 << 12, 1} {
		of, passes := found(values, memory, shares...)
		if memory == 1<<20 && passes != 1 {
			t.Errorf("%d passes over values that fit the memory", passes)
		}
		for i, group := range values {
			sorted := slices.DeleteFunc(slices.Clone(group), math.IsNaN)
			slices.Sort(sorted)
			for k, q := range shares {
				want := math.NaN()
				if n := len(sorted); n > 0 {
					rank, share := place(q, int64(n))
					next := sorted[min(int(rank)+1, n-1)]
					want = sorted[rank] + float64(share*(next-sorted[rank]))
				}
				if got := of[i][k]; got != want && !(got != got && want != want) {
					t.Fatalf("memory %d: quantile %v of group %d is %v, want %v", memory, q, i, got, want)
				}
			}
		}
	}
}

// Values that are others in the second pass end in NaN, and not in a panic.
func TestValuesThatChange(t *testing.T) {
	s := New([]Group{{Count: 100, Min: 1, Max: 9}}, 1<<20, 0.5)
	for s.Next() {
		s.Add(0, []float64{2, 3})
	}
	if got := s.Of(0)[0]; got == got {
		t.Errorf("the median is %v", got)
	}
}
