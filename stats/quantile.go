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
}

// NewSampler returns a sampler for a raster of that many pixels.
func NewSampler(pixels int) *Sampler {
	s := &Sampler{every: math.MaxUint64, values: make([]float32, 0, min(pixels, sampleMost+sampleMost/64))}
	if pixels > sampleMost {
		s.every = uint64(float64(sampleMost) / float64(pixels) * (1 << 63) * 2)
	}
	return s
}

// Add takes the value of a pixel, kept as float32. NaN is not counted.
func (s *Sampler) Add(pixel int, value float64) {
	if value != value || s.every != math.MaxUint64 && hash(uint64(pixel)) > s.every {
		return
	}
	s.values = append(s.values, float32(value))
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
	out := make([]float64, len(q))
	for i, share := range q {
		at := float64(share * float64(len(s.values)-1)) // not to be fused with what follows
		k := min(int(at), len(s.values)-1)
		lo := float64(ranked(s.values, k))
		hi := lo
		if k+1 < len(s.values) {
			hi = float64(slices.Min(s.values[k+1:])) // ranked left the larger ones there
		}
		out[i] = lo + float64((at-float64(k))*(hi-lo))
	}
	return out
}

// ranked returns the value of rank k, counted from 0, and moves the smaller ones before it and the
// larger ones behind it: Hoare's selection, a third of the work of
// sorting here.
func ranked(v []float32, k int) float32 {
	lo, hi := 0, len(v)-1
	for lo < hi {
		pivot := v[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return v[k]
		}
	}
	return v[k]
}
