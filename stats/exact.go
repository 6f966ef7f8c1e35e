package stats

// exactMost is the largest number of observations whose p-value of Kendall's test is exact.
const exactMost = 60

// exactTails holds, for each number of observations n, the two-sided p-value of Kendall's S without
// ties: exactTails[n][d] is the probability that |S| is at least n(n−1)/2 − 2d if every order of the
// observations is equally likely.
//
// Of the n! orders, those with k inversions are counted by the Mahonian numbers, the coefficients
// of ∏ (1 + q + … + q^(m−1)) over m from 2 to n (Kendall, Rank Correlation Methods, 4th ed., section
// 5.2). An order with k inversions has S = n(n−1)/2 − 2k. All terms are positive and are added from
// the small end, so that the relative error is about 1e-15.
type exactTails [][]float64

// newExactTails returns the p-values of up to n observations, and of no more than exactMost.
func newExactTails(n int) exactTails {
	tails := exactTails{nil, nil}
	counts, factorial := []float64{1}, 1.0
	for m := 2; m <= min(n, exactMost); m++ {
		// next[k] is the number of permutations of m numbers with k inversions. As many have pairs−k
		// inversions, so the upper half is copied from the lower one.
		pairs := m * (m - 1) / 2
		next := make([]float64, pairs+1)
		for k := range next {
			if 2*k > pairs {
				next[k] = next[pairs-k]
				continue
			}
			for i := max(0, k-len(counts)+1); i < min(m, k+1); i++ {
				next[k] += counts[k-i]
			}
		}
		counts = next
		factorial *= float64(m)
		row, sum := make([]float64, pairs/2+1), 0.0
		for d := range row {
			sum += counts[d]
			row[d] = min(2*sum/factorial, 1)
		}
		tails = append(tails, row)
	}
	return tails
}

// pvalue returns the p-value of S for n observations without ties, n being at most the number that
// the table was made for.
func (t exactTails) pvalue(n, s int) float64 {
	if s < 0 {
		s = -s
	}
	return t[n][(n*(n-1)/2-s)/2]
}
