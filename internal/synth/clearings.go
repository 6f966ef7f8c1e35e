package synth

// A stand is a square of trees of one age.
const (
	standSide  = 16   // pixels
	standNDVI  = 8200 // of grown trees
	leastLoss  = 2000 // of NDVI where trees are felled
	mostLoss   = 5500
	leastYears = 10 // until trees have grown again
	mostYears  = 30
)

// Clearing returns the year in which the trees of a pixel are felled, 0 if they are not, and whether the
// pixel has trees at all. In a scene with clearings, one square in three is planted with trees. Half of
// these are felled once, in any year from the third on to the last but one.
func (s *Scene) Clearing(x, y int) (year int, trees bool) {
	return s.stand(x-s.Width/2, y-s.Height/2).cleared(s)
}

// stand is the random bits of a square.
type stand uint64

func (s *Scene) stand(east, south int) stand {
	square := func(at int) int { return (at + standSide<<16) / standSide }
	return stand(hash(keyOf(s.Seed, "stand"), square(east), square(south)))
}

// cleared returns what Scene.Clearing does.
func (h stand) cleared(s *Scene) (year int, trees bool) {
	first, last := s.Years[0], s.Years[0]
	for _, y := range s.Years {
		first, last = min(first, y), max(last, y)
	}
	if between(uint64(h), 0, 0, 3) > 0 {
		return 0, false
	}
	if first += 2; h>>63 == 0 || last <= first {
		return 0, true
	}
	return between(uint64(h), 16, first, last), true
}

// cover returns the cover of a stand in a year.
func (h stand) cover(cleared, year int) cover {
	c := cover{ndvi: standNDVI, plants: 6, noise: 150}
	if cleared > 0 && year >= cleared {
		more := mix(uint64(h))
		loss, years := between(more, 0, leastLoss, mostLoss), between(more, 16, leastYears, mostYears)
		c.ndvi -= loss * max(years-(year-cleared), 0) / years
	}
	return c
}
