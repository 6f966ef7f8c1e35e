package stats

import (
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// seasonal divides the dates of a stack into cells: those of one season and year.
type seasonal struct {
	axis   kernel.RankAxis // of the cells: years, compared within seasons
	season []int           // of each cell
	year   []float64       // of each cell
	first  []int           // date of each cell, and the number of dates at the end

	seasons, years int // numbers of them, from the first year to the last
}

// checkSeasons returns an error unless the seasons and years of n dates ascend.
func checkSeasons(season, year []int, n int) error {
	if len(season) != n || len(year) != n {
		return fmt.Errorf("stats: %d seasons and %d years for %d dates", len(season), len(year), n)
	}
	for i := range season {
		if season[i] < 0 || i > 0 && (year[i] < year[i-1] || year[i] == year[i-1] && season[i] < season[i-1]) {
			return fmt.Errorf("stats: date %d is of season %d of year %d: seasons count from 0, and dates ascend", i, season[i], year[i])
		}
	}
	return nil
}

func newSeasonal(o RankOptions) *seasonal {
	s := &seasonal{seasons: slices.Max(o.Season) + 1, years: o.Year[len(o.Year)-1] - o.Year[0] + 1}
	for i := range o.Season {
		if i == 0 || o.Season[i] != o.Season[i-1] || o.Year[i] != o.Year[i-1] {
			s.first = append(s.first, i)
			s.season = append(s.season, o.Season[i])
			s.year = append(s.year, float64(o.Year[i]))
		}
	}
	s.first = append(s.first, len(o.Season))
	s.axis = kernel.NewRankAxis(s.year, s.season)
	return s
}

// cells returns the number of cells.
func (s *seasonal) cells() int { return len(s.season) }

// merge writes the median of the observations of each cell to s.changed, NaN where it has none, and
// the number of observations to s.n.
func (r *rank) merge(s *rankScratch, t kernel.Tile) {
	for p := range t.Pixels {
		t.Series(s.series, p, r.valid)
		n := 0
		for c := range r.seasons.cells() {
			cell := s.slopes[:0]
			for _, y := range s.series[r.seasons.first[c]:r.seasons.first[c+1]] {
				if y == y {
					cell = append(cell, y)
				}
			}
			n += len(cell)
			s.changed[c*r.pixels+p] = median(cell)
		}
		s.n[p] = float64(n)
	}
}

// seasonTable is the cells of a pixel as a table, a row of years for each season.
type seasonTable struct {
	y     []float64 // NaN: gap
	ranks []float64
	n     []float64 // observations of each season
}

func newSeasonTable(s *seasonal) seasonTable {
	size := s.seasons * s.years
	return seasonTable{make([]float64, size), make([]float64, size), make([]float64, s.seasons)}
}

func (t seasonTable) floats() int { return len(t.y) + len(t.ranks) + len(t.n) }

// covariances returns three times the sum of the covariances of S of all pairs of different seasons
// g and h, in both orders, a whole number (Hirsch and Slack, Water Resources Research 20, 1984):
//
//	cov = (K + 4·Σ R_g·R_h − n(n_g+1)(n_h+1)) / 3
//
// K is the sum, over all pairs of years, of the sign of the product of both seasons' differences. R
// is the rank of an observation in its season, in the middle of equal ones, or (n_g+1)/2 in a gap. n
// is the number of years.
func (s *seasonal) covariances(t seasonTable, cells []float64) float64 {
	for i := range t.y {
		t.y[i] = math.NaN()
	}
	for c, y := range cells {
		t.y[s.season[c]*s.years+int(s.year[c]-s.year[0])] = y
	}
	for g := range s.seasons {
		t.n[g] = midranks(t.ranks[g*s.years:][:s.years], t.y[g*s.years:][:s.years])
	}
	sum := 0.0
	for g := range s.seasons {
		for h := range g {
			sum += t.product(g, h, s.years)
		}
	}
	return 2 * sum
}

// product returns three times the covariance of two seasons, a whole number.
func (t seasonTable) product(g, h, years int) float64 {
	yg, yh := t.y[g*years:][:years], t.y[h*years:][:years]
	rg, rh := t.ranks[g*years:][:years], t.ranks[h*years:][:years]
	sum := 0.0
	for j := range yg {
		for i := range j {
			// A difference is NaN where one of the observations is a gap, and has no sign then.
			sum += signOf(yg[j]-yg[i]) * signOf(yh[j]-yh[i])
		}
		sum += float64(4*rg[j]*rh[j]) - float64((t.n[g]+1)*(t.n[h]+1))
	}
	return sum
}

// signOf returns −1, 0 or 1; 0 for NaN.
func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// midranks writes the rank of each observation, from 1 on, which is the mean of the ranks of equal
// ones, and (n+1)/2 in gaps. It returns n, the number of observations.
func midranks(ranks, y []float64) (n float64) {
	for _, x := range y {
		if x == x {
			n++
		}
	}
	for i, x := range y {
		sum := 0.0
		for _, other := range y {
			sum += signOf(x - other)
		}
		ranks[i] = (n + 1 + sum) / 2
	}
	return n
}
