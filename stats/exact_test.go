package stats

import (
	"math"
	"testing"
)

// p-values of Kendall's test are the shares of all orders of up to 8 observations.
func TestExactTailsOfAllOrders(t *testing.T) {
	tails := newExactTails(100)
	if len(tails) != exactMost+1 {
		t.Fatalf("p-values of up to %d observations", len(tails)-1)
	}
	for n := 2; n <= 8; n++ {
		pairs := n * (n - 1) / 2
		count, orders := make([]float64, pairs+1), 0.0 // by |S|
		eachOrder(n, func(order []int) {
			s := 0
			for j := range order {
				for i := range j {
					if order[i] < order[j] {
						s++
					} else {
						s--
					}
				}
			}
			count[max(s, -s)]++
			orders++
		})
		tail := 0.0
		for s := pairs; s >= 0; s-- {
			tail += count[s]
			if count[s] == 0 {
				continue // S has the parity of the pairs
			}
			for _, sign := range []int{s, -s} {
				if p := tails.pvalue(n, sign); !(math.Abs(p-tail/orders) <= 1e-15) {
					t.Errorf("n %d, S %d: p %v, not %v", n, sign, p, tail/orders)
				}
			}
		}
	}
}

func eachOrder(n int, f func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var fix func(k int)
	fix = func(k int) {
		if k == n {
			f(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			fix(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	fix(0)
}

// The values are those of scipy.stats.kendalltau(method="exact") 1.17.1, as its _kendall_p_exact
// returns them.
func TestExactTailsOfSciPy(t *testing.T) {
	tails := newExactTails(60)
	for _, c := range []struct {
		n, s int
		p    float64
	}{
		{11, 39, 0.0015912097162097162}, {20, 86, 0.004748309856126978}, {33, 120, 0.06488652605740822}, {33, 528, 2.30326712415439e-37}, {45, 200, 0.05118825219762076},
		{60, 0, 1.0}, {60, 130, 0.4122840373344851}, {60, 400, 0.010511480254238254}, {60, 900, 1.564206925922914e-09}, {60, 1770, 2.4035609872986455e-82},
	} {
		if p := tails.pvalue(c.n, c.s); !(math.Abs(p-c.p) <= 1e-13*c.p) {
			t.Errorf("n %d, S %d: p %v, not %v", c.n, c.s, p, c.p)
		}
	}
}
