package zones

import (
	"context"
	"math"
	"slices"
)

// interval is some values of a zone that have ranks which are sought.
type interval struct {
	lo, hi float64 // the least and the greatest of the values
	below  int64   // values of the zone that are less than lo
	count  int64
	ranks  []int64 // that are sought, of the zone
	values []float64
	bins   []bin
}

// bin counts the values of a part of an interval.
type bin struct {
	count  int64
	lo, hi float64
}

const (
	valueBytes = 8
	binBytes   = 24
	leastBins  = 16
	mostBins   = 1 << 16
)

// quantiles returns the quantiles of the zones, which interpolate linearly between neighbours, as those of numpy and of R
// (type 7) do. They are exact. Each pass over the raster collects the values of as many intervals as the memory holds. If
// an interval does not fit, its values are counted in bins of equal width, and the bins with ranks take its place.
func (s *summary) quantiles(ctx context.Context) ([][len(quantiles)]float64, error) {
	found := make([]map[int64]float64, len(s.of)) // by zone and rank
	open := make([][]interval, len(s.of))
	for i, z := range s.of {
		found[i] = map[int64]float64{}
		if z.valid > 0 {
			open[i] = []interval{{lo: z.min, hi: z.max, count: z.valid, ranks: ranksOf(z.valid)}}
		}
	}
	for {
		settle(open, found)
		if !s.assign(open) {
			break
		}
		if err := s.pass(ctx, open); err != nil {
			return nil, err
		}
		for i := range open {
			open[i] = narrowed(open[i], found[i])
		}
	}
	out := make([][len(quantiles)]float64, len(s.of))
	for i, z := range s.of {
		for k, q := range quantiles {
			out[i][k] = interpolated(q, z.valid, found[i])
		}
	}
	return out, nil
}

// place returns the rank below a quantile of n values, and how far it is on the way to the next.
func place(q float64, n int64) (rank int64, share float64) {
	at := float64(q * float64(n-1)) // the conversion keeps the product from being fused with what follows
	rank = min(int64(at), n-1)
	return rank, at - float64(rank)
}

// ranksOf returns the ranks that the quantiles of n values need, ascending.
func ranksOf(n int64) (ranks []int64) {
	for _, q := range quantiles {
		rank, _ := place(q, n)
		ranks = append(ranks, rank, min(rank+1, n-1))
	}
	slices.Sort(ranks)
	return slices.Compact(ranks)
}

func interpolated(q float64, n int64, values map[int64]float64) float64 {
	if n == 0 {
		return math.NaN()
	}
	rank, share := place(q, n)
	lo, hi := values[rank], values[min(rank+1, n-1)]
	return lo + float64(share*(hi-lo))
}

// settle removes intervals whose values are all the same.
func settle(open [][]interval, found []map[int64]float64) {
	for zone := range open {
		open[zone] = slices.DeleteFunc(open[zone], func(i interval) bool {
			if i.lo < i.hi {
				return false
			}
			for _, rank := range i.ranks {
				found[zone][rank] = i.lo
			}
			return true
		})
	}
}

// assign decides for the next pass which intervals keep their values, and which count them in bins, in a quarter of the memory.
// It reports whether there is any interval.
func (s *summary) assign(open [][]interval) (any bool) {
	left := s.o.Memory / 4
	var large []*interval
	for zone := range open {
		for k := range open[zone] {
			i := &open[zone][k]
			i.values, i.bins, any = nil, nil, true
			if need := i.count * valueBytes; need <= left {
				i.values, left = make([]float64, 0, i.count), left-need
			} else {
				large = append(large, i)
			}
		}
	}
	for k, i := range large {
		n := min(max(left/int64(len(large)-k)/binBytes, leastBins), mostBins)
		if n*binBytes > left && (k > 0 || left < s.o.Memory/4) {
			break // the rest is for later passes
		}
		i.bins, left = make([]bin, n), left-n*binBytes
	}
	return any
}

// pass reads the raster once.
func (s *summary) pass(ctx context.Context, open [][]interval) error {
	for _, w := range s.windows {
		wanted := false
		s.zones.Each(w, func(zone, _, _ int) { wanted = wanted || len(open[zone]) > 0 })
		if !wanted {
			continue
		}
		values, err := s.trend.Read(ctx, s.band, w)
		if err != nil {
			return err
		}
		s.zones.Each(w, func(zone, first, end int) {
			for k := range open[zone] {
				open[zone][k].add(values[first:end])
			}
		})
		s.step(w)
	}
	return nil
}

// add keeps or counts those of some values that lie in the interval.
func (i *interval) add(values []float64) {
	if i.values == nil && i.bins == nil {
		return
	}
	for _, x := range values {
		switch {
		case !(x >= i.lo && x <= i.hi):
		case i.bins == nil:
			i.values = append(i.values, x)
		default:
			i.bins[i.bin(x)].add(x)
		}
	}
}

// bin returns the number of the bin of a value. It does not fall where values rise, the least value is in the first bin, and the
// greatest in the last.
func (i *interval) bin(x float64) int {
	n := len(i.bins)
	if x == i.hi {
		return n - 1
	}
	width := i.hi/2 - i.lo/2 // which does not overflow
	if !(width > 0) {
		return 0
	}
	return min(int((x/2-i.lo/2)/width*float64(n)), n-1)
}

func (b *bin) add(x float64) {
	if b.count == 0 {
		b.lo, b.hi = x, x
	}
	b.count++
	b.lo, b.hi = min(b.lo, x), max(b.hi, x)
}

// narrowed returns what is left of the intervals of a zone after a pass, and adds the values of ranks that were found.
func narrowed(open []interval, found map[int64]float64) (next []interval) {
	for _, i := range open {
		switch {
		case i.values != nil:
			slices.Sort(i.values)
			for _, rank := range i.ranks {
				found[rank] = i.values[rank-i.below]
			}
		case i.bins == nil:
			next = append(next, i)
		default:
			next = append(next, i.split()...)
		}
	}
	return next
}

// split returns the bins that have ranks.
func (i *interval) split() (parts []interval) {
	below := i.below
	for _, b := range i.bins {
		part := interval{lo: b.lo, hi: b.hi, below: below, count: b.count}
		for _, rank := range i.ranks {
			if rank >= below && rank < below+b.count {
				part.ranks = append(part.ranks, rank)
			}
		}
		if below += b.count; part.ranks != nil {
			parts = append(parts, part)
		}
	}
	return parts
}
