package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// Student's t enters through r: with df degrees of freedom and t² = df·r²/(1−r²), the two-sided probability is
//
//	p = I_x(a, ½)    x = 1−r² = df/(df+t²), a = df/2
//
// the regularized incomplete beta function (Abramowitz and Stegun, 26.5.27 and 26.7.1). Kernels have no time for its
// continued fraction. But x^a, which takes few multiplications, holds all orders of magnitude of p, and what is left
// is smooth: p/x^a is analytic in w = |r| from 0 to 1, and looks like exp(s²)·erfc(s) with s = w·√a. Over
// q = 1/(1 + c·w) with c = (1+√a)/2, as Schonfelder flattens erfc (Mathematics of Computation 32, 1978), p/(x^a·q) is so
// near a constant that a polynomial of degree 16 has it to 12 digits and more: a row of kernel.ByCount.

// A row costs some microseconds, so beyond this many degrees of freedom rows are interpolated over 1/√df, on which
// they depend as smoothly.
const (
	directDF = 64
	nodes    = 14 // rows that are interpolated between
)

// setTails fills the polynomials of p for up to that many dates.
func setTails(by *kernel.ByCount, dates int) {
	far := newPolynomials(dates - 2)
	for n := 3; n <= dates; n++ {
		df := float64(n - 2)
		c, a, b := flattening(df)
		by.Set(kernel.ByC, n, c)
		by.Set(kernel.ByA, n, a)
		by.Set(kernel.ByB, n, b)
		var row [kernel.Degree + 1]float64
		if n-2 <= directDF {
			row = polynomial(df)
		} else {
			row = far.at(df)
		}
		for i, x := range row {
			by.Set(kernel.ByP+kernel.Degree-i, n, x)
		}
	}
}

// setQuantiles fills the quantiles of t for limits of slopes that hold with that confidence.
func setQuantiles(by *kernel.ByCount, dates int, confidence float64) {
	for n := 3; n <= dates; n++ {
		by.Set(kernel.ByQuantile, n, quantile(float64(n-2), confidence))
	}
}

// flattening returns c, and the a and b that take q = 1/(1+c·w) of w from 0 to 1 to z = a·q+b from 1 to −1.
func flattening(df float64) (c, a, b float64) {
	c = (1 + math.Sqrt(df/2)) / 2
	least := 1 / (1 + c)
	return c, 2 / (1 - least), -(1 + least) / (1 - least)
}

// polynomial returns the coefficients of p/(x^a·q) in powers of z, the lowest first.
func polynomial(df float64) [kernel.Degree + 1]float64 {
	c, a, b := flattening(df)
	lead := leading(df / 2)
	// Chebyshev's series, by values at more points than it has terms, then its sum in powers.
	const points = kernel.Degree + 8
	var series [kernel.Degree + 1]float64
	for i := range points {
		angle := math.Pi * (float64(i) + 0.5) / points
		q := (math.Cos(angle) - b) / a
		f := pOverPower(df/2, (1/q-1)/c, lead) / q
		for j := range series {
			series[j] += 2. / points * f * math.Cos(float64(j)*angle)
		}
	}
	series[0] /= 2
	var sum, before, here [kernel.Degree + 1]float64 // before and here: T of j−1 and j
	before[1], here[0] = 1, 1                        // T of −1 is T of 1
	for j := range series {
		for i := range sum {
			sum[i] += series[j] * here[i]
		}
		next := [kernel.Degree + 1]float64{}
		for i := range next {
			next[i] = -before[i]
			if i > 0 {
				next[i] += 2 * here[i-1]
			}
		}
		if j == 0 {
			next = [kernel.Degree + 1]float64{1: 1}
		}
		before, here = here, next
	}
	return sum
}

// pOverPower returns p/x^a at w = |r|, by the continued fraction of the incomplete beta function (DLMF 8.17.22), on the
// side where it converges fast. lead is leading(a).
func pOverPower(a, w, lead float64) float64 {
	square := w * w
	if x := 1 - square; x < (a+1)/(a+2.5) {
		return lead * w * betaFraction(a, 0.5, x)
	}
	return math.Exp(-a*math.Log1p(-square)) - 2*a*lead*w*betaFraction(0.5, a, square)
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
		if d = 1 + e*d; d == 0 {
			d = tiny
		}
		if c = 1 + e/c; c == 0 {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if math.Abs(c*d-1) < 1e-16 {
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
	u := 1 / a
	series := 1 + u*(-1./8+u*(1./128+u*(5./1024+u*(-21./32768+u*(-399./262144+u*(869./4194304+u*39325./33554432))))))
	return ratio * series / math.Sqrt(math.Pi*a)
}

// polynomials are rows over the range of 1/√df from df down to directDF, at Chebyshev's points of it.
type polynomials struct {
	points  [nodes]float64
	weights [nodes]float64
	rows    [nodes][kernel.Degree + 1]float64
}

// newPolynomials returns none that can be used where df is not above directDF.
func newPolynomials(df int) *polynomials {
	if df <= directDF {
		return nil
	}
	f := &polynomials{}
	lo, hi := 1/math.Sqrt(float64(df)), 1/math.Sqrt(directDF)
	for k := range f.points {
		angle := math.Pi * (float64(k) + 0.5) / nodes
		f.points[k] = (lo+hi)/2 + (hi-lo)/2*math.Cos(angle)
		f.weights[k] = math.Sin(angle)
		if k%2 == 1 {
			f.weights[k] = -f.weights[k]
		}
		f.rows[k] = polynomial(1 / (f.points[k] * f.points[k]))
	}
	return f
}

// at interpolates by the barycentric formula (Berrut and Trefethen, SIAM Review 46, 2004).
func (f *polynomials) at(df float64) [kernel.Degree + 1]float64 {
	v := 1 / math.Sqrt(df)
	var sum [kernel.Degree + 1]float64
	var total float64
	for k, x := range f.points {
		if v == x {
			return f.rows[k]
		}
		weight := f.weights[k] / (v - x)
		total += weight
		for i := range sum {
			sum[i] += weight * f.rows[k][i]
		}
	}
	for i := range sum {
		sum[i] /= total
	}
	return sum
}

// logP returns the natural logarithm of the two-sided probability of Student's t, and its derivative by log t.
func logP(df, t float64) (log, slope float64) {
	a := df / 2
	lead := leading(a)
	w := t / math.Sqrt(df+t*t)
	power := -a * math.Log1p(t*t/df) // log x^a
	over := pOverPower(a, w, lead)
	// The density of |t| is 2a·lead·x^(a+½)/√df, and √x = √(df/(df+t²)).
	return power + math.Log(over), -t * 2 * a * lead / (over * math.Sqrt(df+t*t))
}

// quantile returns the t that |t| exceeds with probability 1−confidence, which lies between 0 and 1, by Newton's
// method for log p as a function of log t, a concave one, from the exact quantile of one degree of freedom.
func quantile(df, confidence float64) float64 {
	p := 1 - confidence
	t := 1 / math.Tan(math.Pi/2*p)
	for range 100 {
		log, slope := logP(df, t)
		step := (math.Log(p) - log) / slope
		step = max(-1, min(1, step))
		t *= math.Exp(step)
		if math.Abs(step) < 1e-15 {
			break
		}
	}
	return t
}
