package stats

import (
	"math"
	"slices"
)

// sampleMost is up to how many pixels a Sampler keeps all values: 4 MiB of float32. A quantile of a
// sample of a million lies within 0.001 of the share that was asked for, nearly always.
const sampleMost = 1 << 20

// Sampler finds quantiles of a field over a raster in bounded memory. Up to about a million
// pixels it keeps every value; of larger rasters it keeps a sample of that size, chosen by the
// pixels' numbers alone, so that the result does not depend on the order in which they come.
type Sampler struct {
	values []float32
	every  uint64 // a pixel is kept where its hash is at most this
	sorted bool
}

// NewSampler returns a sampler for a raster of that many pixels.
func NewSampler(pixels int) *Sampler {
	s := &Sampler{every: math.MaxUint64, values: make([]float32, 0, min(pixels, sampleMost+sampleMost/64))}
	if pixels > sampleMost {
		s.every = uint64(float64(sampleMost) / float64(pixels) * (1 << 63) * 2)
	}
	return s
}

// Add takes the value of a pixel. It is kept as float32.
func (s *Sampler) Add(pixel int, value float64) {
	if s.every != math.MaxUint64 && hash(uint64(pixel)) > s.every {
		return
	}
	s.values = append(s.values, float32(value))
	s.sorted = false
}

// hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014): neighbouring pixels get
// unrelated numbers, so that no pattern of the raster meets a pattern of the sample.
func hash(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Len returns the number of values kept.
func (s *Sampler) Len() int { return len(s.values) }

// Quantiles returns the values below which the shares q of the kept ones lie, interpolated linearly
// between neighbours as numpy and R (type 7) do; nil if there are none.
func (s *Sampler) Quantiles(q ...float64) []float64 {
	if len(s.values) == 0 {
		return nil
	}
	if !s.sorted {
		slices.Sort(s.values)
		s.sorted = true
	}
	out := make([]float64, len(q))
	for i, share := range q {
		at := share * float64(len(s.values)-1)
		k := min(int(at), len(s.values)-1)
		lo := float64(s.values[k])
		hi := float64(s.values[min(k+1, len(s.values)-1)])
		out[i] = lo + float64((at-float64(k))*(hi-lo))
	}
	return out
}
