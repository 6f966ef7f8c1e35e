package stats

import (
	"math/bits"

	"github.com/pixtrend/pixtrend/internal/selection"
)

// sampleMost is the number of pixels up to which a Sampler keeps every value, in 4 MiB if they are
// float32 and 8 MiB if they are float64.
const sampleMost = 1 << 20

// Sampler finds quantiles of a field over a raster in bounded memory. Of a raster of up to about a
// million pixels it keeps every value. Of a larger one it keeps one value of each group of two,
// three or more neighbours, at least half a million in all. Which one depends on the pixels'
// numbers alone, so that the order in which values come does not change the result.
type Sampler struct {
	narrow []float32
	wide   []float64     // instead of narrow, if float64 values are passed
	most   int           // number of values
	every  int           // the size of a group
	upTo   *[keys]uint32 // of the values that are kept, see byKey; nil if they are not counted
}

// NewSampler returns a sampler for a raster of that many pixels.
func NewSampler(pixels int) *Sampler {
	every := max(1, (pixels-1)/sampleMost+1)
	return &Sampler{every: every, most: (max(0, pixels-1))/every + 1}
}

// Sample passes the values of the pixels from number first on to s. NaN is not kept. All calls for a
// sampler have the same type.
func Sample[F float32 | float64](s *Sampler, first int, values []F) {
	s.upTo = nil
	switch values := any(values).(type) {
	case []float32:
		s.narrow = sample(s, s.narrow, first, values)
	case []float64:
		s.wide = sample(s, s.wide, first, values)
	}
}

// sample appends to kept those of the values that are kept.
func sample[F float32 | float64](s *Sampler, kept []F, first int, values []F) []F {
	if kept == nil {
		kept = make([]F, 0, s.most)
	}
	if s.every == 1 {
		for _, x := range values {
			if x == x {
				kept = append(kept, x)
			}
		}
		return kept
	}
	for group := first / s.every; group*s.every < first+len(values); group++ {
		one, _ := bits.Mul64(hash(uint64(group)), uint64(s.every))
		if i := group*s.every + int(one) - first; i >= 0 && i < len(values) && values[i] == values[i] {
			kept = append(kept, values[i])
		}
	}
	return kept
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
func (s *Sampler) Len() int { return len(s.narrow) + len(s.wide) }

// Quantiles returns the values below which the shares q of the kept values lie, or nil if none is
// kept. It interpolates linearly between neighbours, as numpy and R (type 7) do.
func (s *Sampler) Quantiles(q ...float64) []float64 {
	if s.wide != nil {
		return quantiles(counted(s, s.wide), q)
	}
	return quantiles(counted(s, s.narrow), q)
}

// counted returns the values that s keeps. It counts their keys once for all calls.
func counted[F float32 | float64](s *Sampler, kept []F) byKey[F] {
	if s.upTo == nil {
		s.upTo = countKeys(kept)
	}
	return byKey[F]{kept, s.upTo}
}

func quantiles[F float32 | float64](kept byKey[F], q []float64) []float64 {
	if len(kept.values) == 0 {
		return nil
	}
	last := len(kept.values) - 1
	// The conversion keeps the product from being fused with the subtraction below.
	at := func(share float64) float64 { return float64(share * float64(last)) }
	var ks []int
	for _, share := range q {
		k := min(int(at(share)), last)
		ks = append(ks, k, min(k+1, last))
	}
	values := kept.byRank(ks)
	out := make([]float64, len(q))
	for i, share := range q {
		lo, hi := float64(values[2*i]), float64(values[2*i+1])
		out[i] = lo + float64((at(share)-float64(ks[2*i]))*(hi-lo))
	}
	return out
}

// byRank returns the values of those ranks, counted from 0. Each is selected among the values of its
// key. docs/measured.md compares that with selecting among all values.
func (b byKey[F]) byRank(ranks []int) []F {
	of := make([]uint16, len(ranks))
	for i, rank := range ranks {
		of[i] = b.keyAt(rank)
	}
	alike := b.alike(of...)
	out := make([]F, len(ranks))
	for i, rank := range ranks {
		out[i] = selection.Nth(alike[of[i]], rank-b.before(of[i]))
	}
	return out
}
