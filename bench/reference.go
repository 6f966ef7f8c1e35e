package bench

import "math"

// Trend is the reference result of a pixel, with bounds on its own rounding errors.
type Trend struct {
	Slope, Intercept           float64 // NaN without a trend
	N                          int
	SlopeError, InterceptError float64
}

// Reference fits y over t by least squares in two passes, means first. NaN is a gap. It is written
// to be plainly correct.
func Reference(t, y []float64) Trend {
	var n int
	var sumT, sumY, largest float64
	for i, v := range y {
		if !math.IsNaN(v) {
			n++
			sumT += t[i]
			sumY += v
			largest = max(largest, math.Abs(v))
		}
	}
	meanT, meanY := sumT/float64(n), sumY/float64(n)
	var tt, ty float64
	for i, v := range y {
		if !math.IsNaN(v) {
			tt += (t[i] - meanT) * (t[i] - meanT)
			ty += (t[i] - meanT) * (v - meanY)
		}
	}
	if n < 2 || tt == 0 {
		return Trend{Slope: math.NaN(), Intercept: math.NaN(), N: n}
	}
	const some = 1e-13 // several hundred roundings of float64
	r := Trend{Slope: ty / tt, N: n, SlopeError: some * largest * math.Sqrt(float64(n)/tt)}
	r.Intercept = meanY - r.Slope*meanT
	r.InterceptError = some*largest + math.Abs(meanT)*(r.SlopeError+some*math.Abs(r.Slope))
	return r
}

// Near reports whether a float32 is the rounded value of want, which may be wrong by off. NaN is
// near NaN and nothing else.
func Near(got float32, want, off float64) bool {
	if math.IsNaN(want) {
		return got != got
	}
	half := math.Abs(want)/(1<<24) + math.SmallestNonzeroFloat32
	return math.Abs(float64(got)-want) <= half*(1+1e-6)+off
}
