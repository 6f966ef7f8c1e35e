package stats

import (
	"math"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// The two-sided p-value of Student's t with df degrees of freedom follows from r, since t² =
// df·r²/(1−r²):
//
//	p = I_x(a, ½)    x = 1−r² = df/(df+t²), a = df/2
//
// I is the regularized incomplete beta function (Abramowitz and Stegun, 26.5.27 and 26.7.1). Its
// continued fraction is too slow to be computed for each pixel. But x^a, which takes few
// multiplications, has all orders of magnitude of p, and the rest is smooth: p/x^a is analytic in w
// = |r| from 0 to 1, and similar to exp(s²)·erfc(s) with s = w·√a. With q = 1/(1 + c·w) and c =
// (1+√a)/2, as Schonfelder flattens erfc (Mathematics of Computation 32, 1978), p/(x^a·q) is nearly
// constant in q. A polynomial of degree 16 gives it to 12 digits and more. Its coefficients for
// each number of observations are a row of regress.ByCount.

// Computing a row takes some microseconds. If there are more than manyDF of them, those beyond
// directDF degrees of freedom are interpolated over 1/√df, in which they are smooth.
const (
	manyDF   = 400
	directDF = 200
	nodes    = 12 // number of rows to interpolate between
)

// Results have the same bits on every processor, and so must the tables. The code below therefore
// calls no function of package math that differs between processors, such as math.Exp, and converts
// products to float64 before it adds them, which keeps the compiler from fusing the two operations.

// tail is what the p-values of a number of degrees of freedom are computed from.
type tail struct {
	c, a, b float64
	powers  [regress.Degree + 1]float64 // the coefficients of P, the lowest power first
}

// newTails returns the tails of up to that many degrees of freedom; those of 0 are NaN.
func newTails(most int) []tail {
	tails := make([]tail, max(most, 0)+1)
	tails[0].c = math.NaN()
	direct := most
	var far *polynomials
	if direct > manyDF {
		far = newPolynomials(direct)
		direct = directDF
	}
	for df := 1; df < len(tails); df++ {
		t := &tails[df]
		t.c, t.a, t.b = flattening(df)
		if df <= direct {
			t.powers = polynomial(df)
		} else {
			t.powers = far.at(df)
		}
	}
	return tails
}

// setTails sets the polynomials of p-values for up to that many dates.
func setTails(by *regress.ByCount, dates int) {
	for df, t := range newTails(dates - 2) {
		if df == 0 {
			continue
		}
		n := df + 2
		by.Set(regress.ByC, n, t.c)
		by.Set(regress.ByA, n, t.a)
		by.Set(regress.ByB, n, t.b)
		for i, x := range t.powers {
			by.Set(regress.ByP+regress.Degree-i, n, x)
		}
	}
}

// setQuantiles sets the quantiles of t for the confidence limits of slopes.
func setQuantiles(by *regress.ByCount, dates int, confidence float64) {
	for n := 3; n <= dates; n++ {
		by.Set(regress.ByQuantile, n, quantile(n-2, confidence))
	}
}

// flattening returns c of q = 1/(1+c·w), and a and b, with which z = a·q+b goes from 1 to −1 as w
// goes from 0 to 1.
func flattening(df int) (c, a, b float64) {
	c = (1 + math.Sqrt(float64(df)/2)) / 2
	least := 1 / (1 + c)
	return c, 2 / (1 - least), -(1 + least) / (1 - least)
}

// polynomial returns the coefficients of p/(x^a·q) in powers of z, the lowest first.
func polynomial(df int) [regress.Degree + 1]float64 {
	c, a, b := flattening(df)
	lead := leading(float64(df) / 2)
	// The Chebyshev series follows from values at more points than it has terms. Then it is summed
	// in powers.
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

// pOverPower returns p/x^a at w = |r|, by the continued fraction of the incomplete beta function
// (DLMF 8.17.22) or of its complement, whichever converges faster. lead is leading(a), a = df/2.
func pOverPower(df int, w, lead float64) float64 {
	a, square := float64(df)/2, float64(w*w)
	if x := 1 - square; x < (a+1)/(a+2.5) {
		return lead * w * betaFraction(a, 0.5, x)
	}
	x := 1 - square
	less := (1 - x) - square - math.FMA(w, w, -square) // of x
	return 1/math.Sqrt(power(x, less, df)) - float64(float64(df)*lead*w*betaFraction(0.5, a, square))
}

// power returns (x+less)^n, rounded about once. less holds the digits of the base that x has no
// room for.
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

// times multiplies two double-double numbers (Dekker, Numerische Mathematik 18, 1971).
func times(x, xLess, y, yLess float64) (p, less float64) {
	product := float64(x * y)
	less = math.FMA(x, y, -product) + (float64(x*yLess) + float64(xLess*y))
	p = product + less
	return p, (product - p) + less
}

// betaFraction returns I_x(a, b)·a·B(a, b) / (x^a·(1−x)^b), by the modified Lentz algorithm.
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

// leading returns 1/(a·B(a, ½)) = Γ(a+½) / (Γ(a+1)·√π), by the asymptotic series in 1/a for large a
// (Tricomi and Erdélyi, Pacific Journal of Mathematics 1, 1951), and by the recurrence of Γ for
// smaller ones.
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

// polynomials holds rows from directDF degrees of freedom on, near the Chebyshev points of the
// range of 1/√df.
type polynomials struct {
	points  [nodes]float64
	weights [nodes]float64
	rows    [nodes][regress.Degree + 1]float64
}

// newPolynomials returns rows for up to df degrees of freedom, more than manyDF.
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

// at interpolates the row of df by the barycentric formula (Berrut and Trefethen, SIAM Review 46,
// 2004).
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

// probability returns the two-sided p-value of t, and minus its derivative.
func probability(df int, t float64) (p, falls float64) {
	lead := leading(float64(df) / 2)
	length := math.Sqrt(float64(df) + float64(t*t))
	over := pOverPower(df, t/length, lead)
	tail := power(math.Sqrt(float64(df))/length, 0, df) // x^a
	return over * tail, float64(df) * lead * tail / length
}

// quantile returns the value that |t| exceeds with probability 1−confidence, for a confidence
// between 0 and 1.
func quantile(df int, confidence float64) float64 {
	return solveTail(func(t float64) (p, falls float64) { return probability(df, t) }, confidence)
}

// solveTail returns the t of which probability returns the two-sided p-value 1−confidence and minus
// its derivative. p is convex in t, so that Newton's method approaches the value from below and never
// passes it.
func solveTail(probability func(t float64) (p, falls float64), confidence float64) float64 {
	t := 0.0
	for range 1000 {
		p, falls := probability(t)
		next := t + (p-(1-confidence))/falls
		if !(next > t) {
			break
		}
		t = next
	}
	return t
}

// studentTail returns the two-sided p-value of a t whose square is given, for any number of degrees
// of freedom above 0, whole or not.
func studentTail(square, df float64) float64 {
	if square > math.MaxFloat64 {
		return 0
	}
	a, length := df/2, df+square
	x, less := df/length, square/length
	power := powerOf(math.Sqrt(x), df)
	if x < (a+1)/(a+2.5) {
		return float64(leading(a)*math.Sqrt(less)) * betaFraction(a, 0.5, x) * power
	}
	return max(0, 1-float64(float64(df*leading(a)*math.Sqrt(less))*betaFraction(0.5, a, less)*power))
}

// studentQuantile is quantile for any number of degrees of freedom above 0.
func studentQuantile(df, confidence float64) float64 {
	lead := leading(df / 2)
	return solveTail(func(t float64) (p, falls float64) {
		length := df + float64(t*t)
		tail := powerOf(math.Sqrt(df/length), df)
		return studentTail(float64(t*t), df), df * lead * tail / math.Sqrt(length)
	}, confidence)
}
