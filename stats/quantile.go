package stats

import (
	"math"
	"math/bits"
	"sort"
)

// sampleMost is up to how many pixels a Sampler keeps all values: 4 MiB of float32. A quantile of a
// sample of half as many lies within 0.0015 of the share that was asked for, nearly always.
const sampleMost = 1 << 20

// Sampler finds quantiles of a field over a raster in bounded memory. Up to about a million
// pixels it keeps every value; of larger rasters it keeps one of every two, three or more neighbours, half a million
// or more in all, chosen by the pixels' numbers alone, so that the result does not depend on the order in which
// they come.
type Sampler struct {
	values []float32
	every  int // one of as many pixels that follow each other is kept
}

// NewSampler returns a sampler for a raster of that many pixels.
func NewSampler(pixels int) *Sampler {
	every := max(1, (pixels-1)/sampleMost+1)
	return &Sampler{every: every, values: make([]float32, 0, (max(0, pixels-1))/every+1)}
}

// Sample offers s the values of the pixels from number first on, to be kept as float32. NaN is not counted.
func Sample[F float32 | float64](s *Sampler, first int, values []F) {
	if s.every == 1 {
		for _, x := range values {
			if x == x {
				s.values = append(s.values, float32(x))
			}
		}
		return
	}
	for group := first / s.every; group*s.every < first+len(values); group++ {
		one, _ := bits.Mul64(hash(uint64(group)), uint64(s.every))
		if i := group*s.every + int(one) - first; i >= 0 && i < len(values) && values[i] == values[i] {
			s.values = append(s.values, float32(values[i]))
		}
	}
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
	last := len(s.values) - 1
	at := func(share float64) float64 { return float64(share * float64(last)) } // not to be fused with what follows
	var ks []int
	for _, share := range q {
		k := min(int(at(share)), last)
		ks = append(ks, k, min(k+1, last))
	}
	values := byRank(s.values, ks)
	out := make([]float64, len(q))
	for i, share := range q {
		lo, hi := float64(values[2*i]), float64(values[2*i+1])
		out[i] = lo + float64((at(share)-float64(ks[2*i]))*(hi-lo))
	}
	return out
}

// byRank returns the values of those ranks, counted from 0. One pass counts the values by the upper half of their
// bits, a second collects those of the counts that the ranks fall into, and among these each is selected:
// for the four limits of a million slopes a fifteenth of the time of selecting them among all.
func byRank(values []float32, ranks []int) []float32 {
	upTo := make([]int, 1<<16) // values whose key is at most this
	for _, x := range values {
		upTo[key(x)]++
	}
	for k := 1; k < len(upTo); k++ {
		upTo[k] += upTo[k-1]
	}
	slot := make([]int, len(upTo)) // 1 + the index into alike, 0 for keys that no rank falls into
	var alike [][]float32
	for _, k := range ranks {
		if at := sort.SearchInts(upTo, k+1); slot[at] == 0 {
			n := upTo[at]
			if at > 0 {
				n -= upTo[at-1]
			}
			alike = append(alike, make([]float32, 0, n))
			slot[at] = len(alike)
		}
	}
	for _, x := range values {
		if i := slot[key(x)]; i > 0 {
			alike[i-1] = append(alike[i-1], x)
		}
	}
	out := make([]float32, len(ranks))
	for i, k := range ranks {
		at := sort.SearchInts(upTo, k+1)
		among := alike[slot[at]-1]
		out[i] = ranked(among, k-(upTo[at]-len(among)))
	}
	return out
}

// key orders values as they are ordered themselves, as far as it tells them apart; it never orders two the
// other way round. -0 and +0 are different here, which makes no difference to a quantile.
func key(x float32) int {
	b := math.Float32bits(x)
	b ^= uint32(int32(b)>>31) | 1<<31 // without a branch, which signs that change would mislead
	return int(b >> 16)
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
