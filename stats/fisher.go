package stats

import "math"

// fisher returns the probability that F with 2h and df degrees of freedom is at least f. It is
//
//	I_x(a, h) = x^a · Σⱼ₌₀^{h−1} (a)ⱼ/j! · (1−x)^j    x = df/(df + 2h·f), a = df/2
//
// (Abramowitz and Stegun, 26.6.2 and 26.6.8), a sum of positive terms.
func fisher(f float64, h int, df float64) float64 {
	if f > math.MaxFloat64 {
		return 0
	}
	length := df + float64(float64(2*h)*f)
	part, less := df/length, float64(float64(2*h)*f)/length
	term, sum := 1.0, 1.0
	for j := 1; j < h; j++ {
		term = float64(term * (df/2 + float64(j-1)) / float64(j) * less)
		sum += term
	}
	return min(powerOf(math.Sqrt(part), df)*sum, 1)
}

// powerOf returns x to the power of df, which need not be whole, for x from 0 to 1. It is a product
// of squares and of square roots, which have the same bits on every processor.
func powerOf(x, df float64) float64 {
	whole := math.Floor(df)
	product := power(x, 0, int(whole))
	for part, root := df-whole, x; part > 0; {
		root, part = math.Sqrt(root), part*2
		if part >= 1 {
			product, part = product*root, part-1
		}
	}
	return product
}

// arctangent returns the part of a turn, from 0 to 1, at which a cosine and a sine with these
// coefficients have their sum's maximum: that of the angle whose cosine and sine are as cos and sin.
// Its bits are the same on every processor.
func arctangent(sin, cos float64) float64 {
	// The angle is halved until the series converges fast: tan(x/2) = sin/(length + cos).
	length := math.Sqrt(float64(sin*sin) + float64(cos*cos))
	y, x := math.Abs(sin), math.Abs(cos)
	if length == 0 || math.IsNaN(length) {
		return math.NaN()
	}
	swap := y > x
	if swap {
		x, y = y, x
	}
	tan := y / x // 0 to 1
	const halvings = 2
	for range halvings {
		tan /= 1 + math.Sqrt(1+float64(tan*tan))
	}
	square, sum := float64(tan*tan), 0.0
	for i := 25.0; i > 0; i -= 2 {
		sum = 1/i - float64(square*sum)
	}
	part := float64(tan*sum) * (1 << halvings) / (2 * math.Pi)
	if swap {
		part = 0.25 - part
	}
	if cos < 0 {
		part = 0.5 - part
	}
	if sin < 0 {
		part = 1 - part
	}
	if part >= 1 {
		part = 0
	}
	return part
}
