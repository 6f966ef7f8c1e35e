package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// Student's t enters through r: with df degrees of freedom and t² = df·r²/(1−r²), the two-sided probability is
//
//	p = I_x(a, ½)    x = 1−r² = df/(df+t²), a = df/2
//
// the regularized incomplete beta function (Abramowitz and Stegun, 26.5.27 and 26.7.1). Kernels have no time for its
// continued fraction. But x^a, which takes few multiplications, holds all orders of magnitude of p, and what is left
// is smooth: p/x^a is analytic in w = |r| from 0 to 1, and looks like exp(s²)·erfc(s) with s = w·√a. Over
// q = 1/(1 + c·w) with c = (1+√a)/2, as Schonfelder flattens erfc (Mathematics of Computation 32, 1978), p/(x^a·q) is so
// near a constant that a polynomial of degree 16 has it to 12 digits and more: a row of regress.ByCount.

// A row costs some microseconds, so that where there are many, those beyond directDF degrees of freedom are interpolated over
// 1/√df, on which they depend as smoothly.
const (
	manyDF   = 400
	directDF = 200
	nodes    = 12 // rows that are interpolated between
)

// The tables are the same bits on every processor, since results that follow from them are. So there is no function here that
// may be computed differently elsewhere, but roots, and products are rounded before they are added, which
// compilers may otherwise leave out.

// setTails fills the polynomials of p for up to that many dates.
func setTails(by *regress.ByCount, dates int) {
	direct := dates - 2
	var far *polynomials
	if direct > manyDF {
		far = newPolynomials(direct)
		direct = directDF
	}
	for n := 3; n <= dates; n++ {
		df := n - 2
		c, a, b := flattening(df)
		by.Set(regress.ByC, n, c)
		by.Set(regress.ByA, n, a)
		by.Set(regress.ByB, n, b)
		var row [regress.Degree + 1]float64
		if df <= direct {
			row = polynomial(df)
		} else {
			row = far.at(df)
		}
		for i, x := range row {
			by.Set(regress.ByP+regress.Degree-i, n, x)
		}
	}
}

// setQuantiles fills the quantiles of t for limits of slopes that hold with that confidence.
func setQuantiles(by *regress.ByCount, dates int, confidence float64) {
	for n := 3; n <= dates; n++ {
		by.Set(regress.ByQuantile, n, quantile(n-2, confidence))
	}
}

// flattening returns c, and the a and b that take q = 1/(1+c·w) of w from 0 to 1 to z = a·q+b from 1 to −1.
func flattening(df int) (c, a, b float64) {
	c = (1 + math.Sqrt(float64(df)/2)) / 2
	least := 1 / (1 + c)
	return c, 2 / (1 - least), -(1 + least) / (1 - least)
}

// polynomial returns the coefficients of p/(x^a·q) in powers of z, the lowest first.
func polynomial(df int) [regress.Degree + 1]float64 {
	c, a, b := flattening(df)
	lead := leading(float64(df) / 2)
	// Chebyshev's series, by values at more points than it has terms, then its sum in powers.
	const points = 24
	var series [regress.Degree + 1]float64
	for i := range points {
		z := cosine(2*i+1, 2*points)
		q := (z - b) / a
		f := pOverPower(df, (1/q-1)/c, lead) / q
		for j := range series {
			series[j] += float64(f * cosine(j*(2*i+1), 2*points))
		}
	}
	for j := range series {
		series[j] *= 2. / points
	}
	series[0] /= 2
	var sum, before, here [regress.Degree + 1]float64 // before and here: T of j−1 and j
	here[0] = 1
	for j := range series {
		for i := range sum {
			sum[i] += float64(series[j] * here[i])
		}
		next := [regress.Degree + 1]float64{1: 1}
		if j > 0 {
			for i := range next {
				next[i] = -before[i]
				if i > 0 {
					next[i] += 2 * here[i-1]
				}
			}
		}
		before, here = here, next
	}
	return sum
}

// cosine returns cos(π·k/n), by its power series.
func cosine(k, n int) float64 {
	if k %= 2 * n; k > n {
		k = 2*n - k
	}
	if 2*k > n {
		return -cosine(n-k, n)
	}
	x := math.Pi * float64(k) / float64(n)
	square, sum := x*x, 1.0
	for i := 22.0; i > 0; i -= 2 {
		sum = 1 - square*sum/(i*(i-1))
	}
	return sum
}

// pOverPower returns p/x^a at w = |r|, by the continued fraction of the incomplete beta function (DLMF 8.17.22), on the
// side where it converges fast. lead is leading(a), a = df/2.
func pOverPower(df int, w, lead float64) float64 {
	a, square := float64(df)/2, float64(w*w)
	if x := 1 - square; x < (a+1)/(a+2.5) {
		return lead * w * betaFraction(a, 0.5, x)
	}
	x := 1 - square
	less := (1 - x) - square - math.FMA(w, w, -square) // of x
	return 1/math.Sqrt(power(x, less, df)) - float64(float64(df)*lead*w*betaFraction(0.5, a, square))
}

// power returns (x+less)^n, rounded about once: less is what x lacks in digits, and so it goes on.
func power(x, less float64, n int) float64 {
	p, pLess := 1.0, 0.0
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p, pLess = times(p, pLess, x, less)
		}
		x, less = times(x, less, x, less)
	}
	return p + pLess
}

// times multiplies two numbers that are sums of two (Dekker, Numerische Mathematik 18, 1971).
func times(x, xLess, y, yLess float64) (p, less float64) {
	product := float64(x * y)
	less = math.FMA(x, y, -product) + (float64(x*yLess) + float64(xLess*y))
	p = product + less
	return p, (product - p) + less
}

// betaFraction is I_x(a, b)·a·B(a, b) / (x^a·(1−x)^b), by the modified Lentz algorithm.
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := 1; i < 10000; i++ {
		m := float64(i / 2)
		var e float64
		if i%2 == 0 {
			e = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		} else {
			e = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if d = 1 + float64(e*d); d == 0 {
			d = tiny
		}
		if c = 1 + e/c; c == 0 {
			c = tiny
		}
		d = 1 / d
		change := float64(c * d)
		f *= change
		if math.Abs(change-1) < 1e-16 {
			break
		}
	}
	return 1 / f
}

// leading returns 1/(a·B(a, ½)) = Γ(a+½) / (Γ(a+1)·√π), by its asymptotic series in 1/a (Tricomi and Erdélyi, Pacific
// Journal of Mathematics 1, 1951) where a is large, and from there down by the recurrence of Γ.
func leading(a float64) float64 {
	ratio := 1.0
	for ; a < 50; a++ {
		ratio *= (a + 1) / (a + 0.5)
	}
	series := 0.0
	for _, c := range []float64{39325. / 33554432, 869. / 4194304, -399. / 262144, -21. / 32768, 5. / 1024, 1. / 128, -1. / 8, 1} {
		series = series/a + c
	}
	return ratio * series / math.Sqrt(math.Pi*a)
}

// polynomials are rows from directDF degrees of freedom on, at about Chebyshev's points of the range of 1/√df.
type polynomials struct {
	points  [nodes]float64
	weights [nodes]float64
	rows    [nodes][regress.Degree + 1]float64
}

// newPolynomials returns those up to df, which is above manyDF.
func newPolynomials(df int) *polynomials {
	f := &polynomials{}
	lo, hi := 1/math.Sqrt(float64(df)), 1/math.Sqrt(directDF)
	for k := range f.points {
		v := (lo+hi)/2 + float64((hi-lo)/2*cosine(2*k+1, 2*nodes))
		near := int(1/(v*v) + 0.5)
		f.points[k] = 1 / math.Sqrt(float64(near))
		f.rows[k] = polynomial(near)
	}
	for k, x := range f.points {
		f.weights[k] = 1
		for j, y := range f.points {
			if j != k {
				f.weights[k] *= (hi - lo) / 4 / (x - y)
			}
		}
	}
	return f
}

// at interpolates by the barycentric formula (Berrut and Trefethen, SIAM Review 46, 2004).
func (f *polynomials) at(df int) [regress.Degree + 1]float64 {
	v := 1 / math.Sqrt(float64(df))
	var sum [regress.Degree + 1]float64
	var total float64
	for k, x := range f.points {
		if v == x {
			return f.rows[k]
		}
		weight := f.weights[k] / (v - x)
		total += weight
		for i := range sum {
			sum[i] += float64(weight * f.rows[k][i])
		}
	}
	for i := range sum {
		sum[i] /= total
	}
	return sum
}

// probability returns the two-sided probability of Student's t, and how fast it falls with t.
func probability(df int, t float64) (p, falls float64) {
	lead := leading(float64(df) / 2)
	length := math.Sqrt(float64(df) + float64(t*t))
	over := pOverPower(df, t/length, lead)
	tail := power(math.Sqrt(float64(df))/length, 0, df) // x^a
	return over * tail, float64(df) * lead * tail / length
}

// quantile returns the t that |t| exceeds with probability 1−confidence, which lies between 0 and 1. p is convex, so
// that Newton's method comes from below and does not go past it.
func quantile(df int, confidence float64) float64 {
	t := 0.0
	for range 1000 {
		p, falls := probability(df, t)
		next := t + (p-(1-confidence))/falls
		if !(next > t) {
			break
		}
		t = next
	}
	return t
}
