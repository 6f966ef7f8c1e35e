package regress

import "math"

// pair is an unevaluated sum of two numbers, of which the second is at most half a unit in the last
// place of the first, so that it has about 106 bits. The sums and products are those of Dekker
// (Numerische Mathematik 18, 1971), with fused multiply-adds. Products are converted to float64
// before they are added, which keeps the compiler from fusing the two operations.
type pair struct{ hi, lo float64 }

// twoSum returns a + b and its rounding error.
func twoSum(a, b float64) pair {
	s := a + b
	v := s - a
	return pair{s, (a - (s - v)) + (b - v)}
}

// fastTwoSum is twoSum for |a| ≥ |b|.
func fastTwoSum(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

// twoProduct returns a·b and its rounding error.
func twoProduct(a, b float64) pair {
	p := float64(a * b)
	return pair{p, math.FMA(a, b, -p)}
}

func (a pair) plus(b pair) pair {
	s, t := twoSum(a.hi, b.hi), twoSum(a.lo, b.lo)
	s = fastTwoSum(s.hi, s.lo+t.hi)
	return fastTwoSum(s.hi, s.lo+t.lo)
}

func (a pair) minus(b pair) pair { return a.plus(pair{-b.hi, -b.lo}) }

func (a pair) times(b pair) pair {
	p := twoProduct(a.hi, b.hi)
	return fastTwoSum(p.hi, p.lo+(float64(a.hi*b.lo)+float64(a.lo*b.hi)))
}

// over returns a/b.
func (a pair) over(b pair) pair {
	q := a.hi / b.hi
	rest := a.minus(b.times(pair{q, 0}))
	return fastTwoSum(q, rest.hi/b.hi)
}

// add adds x to a running sum whose lo collects rounding errors and need not be small.
func (a *pair) add(x pair) {
	s := twoSum(a.hi, x.hi)
	a.hi = s.hi
	a.lo += s.lo + x.lo
}

// normal returns a running sum as a pair.
func (a pair) normal() pair { return fastTwoSum(a.hi, a.lo) }
