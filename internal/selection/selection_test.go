package selection

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		x := make([]float64, 1+random.IntN(40))
		for i := range x {
			x[i] = float64(random.IntN(20)) - 10
		}
		sorted, k := slices.Sorted(slices.Values(x)), random.IntN(len(x))
		if got := Nth(slices.Clone(x), k); got != sorted[k] {
			t.Fatalf("number %d of %v is %v, want %v", k, x, got, sorted[k])
		}
	}
}
