package stats

import (
	"math"
	"math/bits"
	"sort"
)

// sampleMost is the number of pixels up to which a Sampler keeps every value, in 4 MiB.
const sampleMost = 1 << 20

// Sampler finds quantiles of a field over a raster in bounded memory. Of a raster of up to about a
// million pixels it keeps every value. Of a larger one it keeps one value of each group of two,
// three or more neighbours, at least half a million in all. Which one depends on the pixels'
// numbers alone, so that the order in which values come does not change the result.
type Sampler struct {
	values []float32
	every  int // the size of a group
}

// NewSampler returns a sampler for a raster of that many pixels.
func NewSampler(pixels int) *Sampler {
	every := max(1, (pixels-1)/sampleMost+1)
	return &Sampler{every: every, values: make([]float32, 0, (max(0, pixels-1))/every+1)}
}

// Sample passes the values of the pixels from number first on to s, which keeps them as float32.
// NaN is not kept.
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

// hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014). Neighbouring pixels get
// unrelated numbers, so that the sample has no pattern that a pattern of the raster could match.
func hash(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Len returns the number of values kept.
func (s *Sampler) Len() int { return len(s.values) }

// Quantiles returns the values below which the shares q of the kept values lie, or nil if none is
// kept. It interpolates linearly between neighbours, as numpy and R (type 7) do.
func (s *Sampler) Quantiles(q ...float64) []float64 {
	if len(s.values) == 0 {
		return nil
	}
	last := len(s.values) - 1
	// The conversion keeps the product from being fused with the subtraction below.
	at := func(share float64) float64 { return float64(share * float64(last)) }
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

// byRank returns the values of those ranks, counted from 0. A first pass counts the values by the
// upper half of their bits, a second one collects the values whose upper half holds a rank, and
// each rank is selected among these. docs/measured.md compares it with selecting among all values.
func byRank(values []float32, ranks []int) []float32 {
	upTo := make([]int, 1<<16) // number of values whose key is at most the index
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

// key returns the upper half of the bits of x, changed so that keys never have the opposite order
// of values. -0 and +0 have different keys, which makes no difference to a quantile.
func key(x float32) int {
	b := math.Float32bits(x)
	b ^= uint32(int32(b)>>31) | 1<<31 // without a branch, since signs change from value to value
	return int(b >> 16)
}

// ranked returns the value of rank k, counted from 0, by Hoare's selection: it moves smaller values
// before it and larger ones behind it.
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
