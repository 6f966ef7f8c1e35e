package bench

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is an estimate with its 95 % interval.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Contains reports whether x lies within the bounds.
func (i Interval) Contains(x float64) bool { return i.Low <= x && x <= i.High }

// inverse returns scale divided by i.
func (i Interval) inverse(scale float64) Interval {
	return Interval{scale / i.Value, scale / i.High, scale / i.Low}
}

const (
	resamples = 2000
	seed      = 20260101 // of shuffles and bootstraps, fixed so that reports can be repeated
)

// Median returns the median of some numbers. It is NaN without numbers.
func Median(xs []float64) float64 { return medianOfSorted(slices.Sorted(slices.Values(xs))) }

func medianOfSorted(s []float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// MedianOf returns the median and its bootstrap interval, from the 2.5th to the 97.5th percentile
// of the medians of 2000 samples drawn from xs with replacement (Efron and Tibshirani, An
// Introduction to the Bootstrap, chapter 13).
func MedianOf(xs []float64) Interval {
	rng := rand.New(rand.NewPCG(seed, 1))
	return interval(Median(xs), func(drawn []float64) float64 { return resample(rng, xs, drawn) }, len(xs))
}

// RatioOf returns the median of xs over the median of ys. Its interval comes from drawing from each
// on its own.
func RatioOf(xs, ys []float64) Interval {
	rng := rand.New(rand.NewPCG(seed, 2))
	return interval(Median(xs)/Median(ys), func(drawn []float64) float64 {
		x := resample(rng, xs, drawn[:len(xs)])
		return x / resample(rng, ys, drawn[:len(ys)])
	}, max(len(xs), len(ys)))
}

// resample returns the median of as many numbers as xs has, drawn from xs into drawn.
func resample(rng *rand.Rand, xs, drawn []float64) float64 {
	for i := range drawn {
		drawn[i] = xs[rng.IntN(len(xs))]
	}
	slices.Sort(drawn)
	return medianOfSorted(drawn)
}

func interval(value float64, again func(drawn []float64) float64, n int) Interval {
	if n == 0 || math.IsNaN(value) {
		return Interval{math.NaN(), math.NaN(), math.NaN()}
	}
	drawn, values := make([]float64, n), make([]float64, resamples)
	for i := range values {
		values[i] = again(drawn)
	}
	slices.Sort(values)
	return Interval{value, values[resamples*25/1000], values[resamples*975/1000-1]}
}
