package stats

import "math"

// Functions of the standard normal distribution. Like the tables of student.go, they have the same
// bits on every processor.

// erfcxSeries is the Chebyshev series of (1+2s)·exp(s²)·erfc(s) in (s−3)/(s+3), which goes from −1
// to 1 as s goes from 0 to infinity. It was computed with 60 digits, and is exact to 1e-16.
var erfcxSeries = [...]float64{
	1.1775625741965600463, 0.0053539045396156767694, -0.093775503422842090522, 0.054366525557443220495,
	-0.018976596707845207386, 0.0044534260614627115695, -0.00063355317105531469398, 1.7661719523171591851e-5,
	1.2841532864056670734e-5, -2.0072285659059914439e-6, -1.8075227904148371038e-7, 7.5498283438250928201e-8,
	1.8856685238386027886e-9, -2.6995190497983639248e-9, -1.4600791199390913271e-11, 1.0361607445969507564e-10,
	1.4757159766236674555e-12, -4.2773400643967303402e-12, -2.0792249285965984693e-13, 1.8134502003184637599e-13,
	1.9734255745450175304e-14, -7.2879437376641699345e-15, -1.5169878691576277334e-15, 2.3514112241024784638e-16,
	1.0006111672493825325e-16,
}

// normalTails returns the probability of a standard normal number that is farther from zero than z,
// erfc(|z|/√2). Its relative error is below 1e-15 up to |z| = 1, and grows to 3e-15 at 37. It is
// never 2·(1−Φ(|z|)), which is 0 from 8.3 on.
func normalTails(z float64) float64 {
	z = math.Abs(z)
	if !(z < 39) {
		if math.IsNaN(z) {
			return z
		}
		return 0 // the smallest positive number is reached at 38.6
	}
	s := float64(z * (1 / math.Sqrt2))
	x := 2 * (s - 3) / (s + 3)
	var here, before float64 // the recurrence of Clenshaw
	for i := len(erfcxSeries) - 1; i > 0; i-- {
		here, before = math.FMA(x, here, erfcxSeries[i]-before), here
	}
	scaled := math.FMA(x/2, here, erfcxSeries[0]-before)
	// exp(−z²/2), z² being square + rest.
	square := float64(z * z)
	rest := math.FMA(z, z, -square)
	e, two := exponential(-square / 2)
	return math.Ldexp(float64(e*scaled)*(1-rest/2)/math.FMA(2, s, 1), two)
}

// exponential returns exp(x) = e·2^two for |x| below 1e6, with e between 0.7 and 1.42.
func exponential(x float64) (e float64, two int) {
	const ln2, less = 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56
	n := math.RoundToEven(x * (1 / ln2))
	r := math.FMA(-n, less, math.FMA(-n, ln2, x)) // |r| ≤ ln(2)/2
	sum := 1.0
	for i := 14.0; i > 0; i-- { // its power series
		sum = math.FMA(r/i, sum, 1)
	}
	return sum, int(n)
}

// normalQuantile returns the number whose distance from zero a standard normal number exceeds with
// probability 1−confidence. Newton's method approaches it from below, as in quantile.
func normalQuantile(confidence float64) float64 {
	z := 0.0
	for range 1000 {
		e, two := exponential(-float64(z*z) / 2)
		falls := math.Ldexp(e*math.Sqrt(2/math.Pi), two)
		next := z + (normalTails(z)-(1-confidence))/falls
		if !(next > z) {
			break
		}
		z = next
	}
	return z
}
