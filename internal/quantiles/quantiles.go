// Package quantiles finds exact quantiles of groups of values in bounded memory, by reading the
// values several times.
//
// Quantiles interpolate linearly between neighbours, as those of numpy and of R (type 7) do. Each
// pass over the values collects those of as many intervals as the memory holds. If an interval does
// not fit, its values are counted in bins of equal width, and the bins with ranks that are sought
// take its place.
package quantiles

import (
	"math"
	"slices"
)

// Group is what is known of the values of a group before the first pass.
type Group struct {
	Count    int64
	Min, Max float64 // finite, unless Count is 0
}

// Search finds quantiles of groups of values:
//
//	for s.Next() {
//		// Call s.Add with the values of each group, in any order and any parts.
//	}
//	s.Of(group)
type Search struct {
	quantiles []float64
	memory    int64
	groups    []Group
	open      [][]interval        // by group; what the pass fills
	found     []map[int64]float64 // by group and rank
}

// New returns a search for quantiles from 0 to 1, in ascending order. It holds values or counts of
// memory bytes.
func New(groups []Group, memory int64, quantiles ...float64) *Search {
	s := &Search{quantiles, memory, groups, make([][]interval, len(groups)), make([]map[int64]float64, len(groups))}
	for i, g := range groups {
		s.found[i] = map[int64]float64{}
		if g.Count > 0 {
			s.open[i] = []interval{{lo: g.Min, hi: g.Max, count: g.Count, ranks: s.ranksOf(g.Count)}}
		}
	}
	return s
}

// Next ends a pass over the values and prepares the next. It returns false if all quantiles are
// known.
func (s *Search) Next() bool {
	for i := range s.open {
		s.open[i] = narrowed(s.open[i], s.found[i])
	}
	s.settle()
	return s.assign()
}

// Wanted reports whether the pass needs the values of a group.
func (s *Search) Wanted(group int) bool { return len(s.open[group]) > 0 }

// Add takes some values of a group in a pass, of which each occurs once. NaN is no value.
func (s *Search) Add(group int, values []float64) {
	for k := range s.open[group] {
		s.open[group][k].add(values)
	}
}

// Of returns the quantiles of a group, when Next has returned false; NaN if it has no values.
func (s *Search) Of(group int) []float64 {
	out := make([]float64, len(s.quantiles))
	for k, q := range s.quantiles {
		out[k] = interpolated(q, s.groups[group].Count, s.found[group])
	}
	return out
}

// interval is some values of a group that have ranks which are sought.
type interval struct {
	lo, hi float64 // the least and the greatest of the values
	below  int64   // values of the group that are less than lo
	count  int64
	ranks  []int64 // that are sought, of the group
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

// place returns the rank below a quantile of n values, and how far it is on the way to the next.
func place(q float64, n int64) (rank int64, share float64) {
	at := float64(q * float64(n-1)) // the conversion keeps the product from being fused with what follows
	rank = min(int64(at), n-1)
	return rank, at - float64(rank)
}

// ranksOf returns the ranks that the quantiles of n values need, ascending.
func (s *Search) ranksOf(n int64) (ranks []int64) {
	for _, q := range s.quantiles {
		rank, _ := place(q, n)
		ranks = append(ranks, rank, min(rank+1, n-1))
	}
	slices.Sort(ranks)
	return slices.Compact(ranks)
}

// interpolated returns a quantile of n values; NaN if the values of its ranks were not found, since
// there are none or they were others in a later pass.
func interpolated(q float64, n int64, values map[int64]float64) float64 {
	rank, share := place(q, n)
	lo, has := values[rank]
	hi, hasNext := values[min(rank+1, n-1)]
	if !has || !hasNext {
		return math.NaN()
	}
	return lo + float64(share*(hi-lo))
}

// settle removes intervals whose values are all the same.
func (s *Search) settle() {
	for group := range s.open {
		s.open[group] = slices.DeleteFunc(s.open[group], func(i interval) bool {
			if i.lo < i.hi {
				return false
			}
			for _, rank := range i.ranks {
				s.found[group][rank] = i.lo
			}
			return true
		})
	}
}

// assign decides for the next pass which intervals keep their values, and which count them in bins.
// It reports whether there is any interval.
func (s *Search) assign() (any bool) {
	left := s.memory
	var large []*interval
	for group := range s.open {
		for k := range s.open[group] {
			i := &s.open[group][k]
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
		if n*binBytes > left && (k > 0 || left < s.memory) {
			break // the rest is for later passes
		}
		i.bins, left = make([]bin, n), left-n*binBytes
	}
	return any
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

// bin returns the number of the bin of a value. It does not fall where values rise, the least value
// is in the first bin, and the greatest in the last.
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

// narrowed returns what is left of the intervals of a group after a pass, and adds the values of
// ranks that were found.
func narrowed(open []interval, found map[int64]float64) (next []interval) {
	for _, i := range open {
		switch {
		case i.values != nil:
			slices.Sort(i.values)
			for _, rank := range i.ranks {
				if at := rank - i.below; at < int64(len(i.values)) {
					found[rank] = i.values[at]
				}
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
