package job

import "slices"

// empty returns the numbers of the shards of a cutting that have no pixel of the region. No part makes them.
func (p *Plan) empty(c Cutting) (numbers []int) {
	for i := range c.Shards() {
		if p.job.Outside(c.Window(i)) {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// countFilled returns how many shards of a cutting parts have to make.
func (p *Plan) countFilled(c Cutting) int { return c.Shards() - len(p.empty(c)) }

// filled returns the numbers of the shards that parts make: all but the empty ones.
func (p *Plan) filled() []int { return filled(p.Cutting, p.Empty) }

func filled(c Cutting, empty []int) []int {
	numbers := make([]int, 0, c.Shards()-len(empty))
	for i := range c.Shards() {
		if len(empty) > 0 && empty[0] == i {
			empty = empty[1:]
			continue
		}
		numbers = append(numbers, i)
	}
	return numbers
}

// soundEmpty reports whether the numbers of empty shards are some.
func (p *Plan) soundEmpty() bool {
	n := len(p.Empty)
	return n == 0 || slices.IsSorted(p.Empty) && len(slices.Compact(slices.Clone(p.Empty))) == n && p.Empty[0] >= 0 && p.Empty[n-1] < p.Shards() && p.Parts <= p.Shards()-n
}
