// Package cover finds the pixels of a grid that lie in polygons.
//
// Coordinates are columns and rows: the pixel in column c and row r is the square from (c, r) to (c + 1, r + 1). A pixel
// lies in a polygon if its centre does, by the rule of even and odd crossings. Of centres on the border, those on a left or
// an upper side lie inside, and those on a right or a lower one outside. So a pixel lies in one of two polygons that share a
// side, and in a box that is a polygon exactly if the box of a region has it.
//
// With Touched, a pixel lies in a polygon if it shares any area with it.
//
// The result depends on the polygon alone, and not on how the grid is read in windows.
package cover

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sort"
)

// Run is some pixels of a row that lie in a zone: the columns from First to before End.
type Run struct {
	Row, First, End int32
	Zone            int32
}

// RunBytes is the size of a Run in memory. A Builder takes up to twice as much for a moment.
const RunBytes = 16

// ErrTooMany says that the polygons have more runs than a Builder may hold.
var ErrTooMany = errors.New("the polygons have too many borders for the memory")

// Builder collects the pixels of polygons.
type Builder struct {
	Width, Height int  // of the grid
	Touched       bool // pixels that share any area with a polygon lie inside
	Most          int  // runs that it may hold

	runs      []Run
	crossings []uint64
}

// Add adds a polygon to a zone. Each ring has x and y by turns, and all coordinates are finite. Zones are numbered from 0, and
// polygons of one zone may overlap.
func (b *Builder) Add(zone int, rings [][]float64) error {
	b.crossings = b.crossings[:0]
	for _, xy := range rings {
		n := len(xy)
		for i := 0; i+1 < n; i += 2 {
			next := (i + 2) % n
			// Sides that two polygons share are the same numbers in both.
			x0, y0, x1, y1 := xy[i], xy[i+1], xy[next], xy[next+1]
			if y0 > y1 || y0 == y1 && x0 > x1 {
				x0, y0, x1, y1 = x1, y1, x0, y0
			}
			if y1 < 0 || y0 > float64(b.Height) {
				continue
			}
			b.cross(x0, y0, x1, y1)
			if b.Touched {
				b.touch(zone, x0, y0, x1, y1)
			}
			if len(b.crossings) > b.Most {
				return ErrTooMany
			}
			if err := b.room(); err != nil {
				return err
			}
		}
	}
	slices.Sort(b.crossings)
	for i := 0; i+1 < len(b.crossings); i += 2 {
		from, to := b.crossings[i], b.crossings[i+1]
		b.add(zone, int32(from>>32), int32(uint32(from)), int32(uint32(to)))
	}
	return b.room()
}

// add adds a run unless it is empty.
func (b *Builder) add(zone int, row, first, end int32) {
	if first < end {
		b.runs = append(b.runs, Run{Row: row, First: first, End: end, Zone: int32(zone)})
	}
}

// cross notes where a side crosses the middles of rows: the first column whose centre lies to the right of it, or on it.
func (b *Builder) cross(x0, y0, x1, y1 float64) {
	first, end := whole(y0-0.5, b.Height), whole(y1-0.5, b.Height)
	for row := first; row < end; row++ {
		x := along(x0, y0, x1, y1, float64(row)+0.5)
		b.crossings = append(b.crossings, uint64(row)<<32|uint64(whole(x-0.5, b.Width)))
	}
}

// touch adds the pixels that a side goes through. A side on the border between two pixels goes through neither.
func (b *Builder) touch(zone int, x0, y0, x1, y1 float64) {
	first, last := int(math.Max(math.Floor(y0), 0)), whole(y1, b.Height)-1
	for row := first; row <= last; row++ {
		from := along(x0, y0, x1, y1, max(y0, float64(row)))
		to := along(x0, y0, x1, y1, min(y1, float64(row+1)))
		if y0 == y1 {
			from, to = x0, x1
		}
		left, right := min(from, to), max(from, to)
		b.add(zone, int32(row), int32(min(max(math.Floor(left), 0), float64(b.Width))), int32(whole(right, b.Width)))
	}
}

// along returns x where a side reaches y.
func along(x0, y0, x1, y1, y float64) float64 {
	switch {
	case y <= y0:
		return x0
	case y >= y1:
		return x1
	}
	x := x0 + (y-y0)/(y1-y0)*(x1-x0)
	return min(max(x, min(x0, x1)), max(x0, x1))
}

// whole returns the least whole number that is not below x, from 0 to n.
func whole(x float64, n int) int { return int(min(max(math.Ceil(x), 0), float64(n))) }

// room merges the runs when there are too many, and returns an error if that does not help.
func (b *Builder) room() error {
	if len(b.runs) <= b.Most {
		return nil
	}
	b.merge()
	if len(b.runs) > b.Most/2 { // so that merging stays seldom
		return ErrTooMany
	}
	return nil
}

// merge sorts the runs and joins those of a zone that overlap or touch.
func (b *Builder) merge() {
	slices.SortFunc(b.runs, func(a, c Run) int {
		return cmp.Or(cmp.Compare(a.Row, c.Row), cmp.Compare(a.Zone, c.Zone), cmp.Compare(a.First, c.First))
	})
	kept := b.runs[:0]
	for _, r := range b.runs {
		if n := len(kept) - 1; n >= 0 && kept[n].Row == r.Row && kept[n].Zone == r.Zone && r.First <= kept[n].End {
			kept[n].End = max(kept[n].End, r.End)
			continue
		}
		kept = append(kept, r)
	}
	b.runs = kept
}

// Cover returns the pixels of all polygons. The Builder must not be used after it.
func (b *Builder) Cover() *Cover {
	b.merge()
	c := &Cover{runs: slices.Clip(b.runs)}
	if len(c.runs) == 0 {
		return c
	}
	c.X, c.X1 = math.MaxInt, 0
	c.Y, c.Y1 = int(c.runs[0].Row), int(c.runs[len(c.runs)-1].Row)+1
	c.rows = make([]int, c.Y1-c.Y+1)
	for _, r := range c.runs {
		c.X, c.X1 = min(c.X, int(r.First)), max(c.X1, int(r.End))
		c.Pixels += int64(r.End - r.First)
		c.rows[int(r.Row)-c.Y+1]++
	}
	for i := range c.rows[1:] {
		c.rows[i+1] += c.rows[i]
	}
	return c
}

// Cover is the pixels of a grid that lie in polygons. It does not change.
type Cover struct {
	X, Y, X1, Y1 int   // the columns from X to before X1, and the rows from Y to before Y1, have all pixels
	Pixels       int64 // those in several zones count in each

	runs []Run
	rows []int // the index of the first run of each row from Y on, and of the end
}

// Bytes returns the memory that the cover takes.
func (c *Cover) Bytes() int64 { return int64(len(c.runs))*RunBytes + int64(len(c.rows))*8 }

// Each calls use for each run in a window, cut at its sides, row by row and in a row zone by zone. It ends when use returns
// false, and reports whether it did not.
func (c *Cover) Each(x, y, width, height int, use func(Run) bool) bool {
	if x >= c.X1 || x+width <= c.X {
		return true
	}
	for row := max(y, c.Y); row < min(y+height, c.Y1); row++ {
		runs := c.runs[c.rows[row-c.Y]:c.rows[row-c.Y+1]]
		if n := len(runs); n > 0 && runs[0].Zone == runs[n-1].Zone { // whose runs ascend
			runs = runs[sort.Search(n, func(i int) bool { return int(runs[i].End) > x }):]
		}
		for _, r := range runs {
			if int(r.End) <= x || int(r.First) >= x+width {
				continue
			}
			r.First, r.End = max(r.First, int32(x)), min(r.End, int32(x+width))
			if !use(r) {
				return false
			}
		}
	}
	return true
}

// Within returns the pixels of a window of the grid, in columns and rows of the grid.
func (c *Cover) Within(x, y, width, height int) *Cover {
	b := Builder{}
	c.Each(x, y, width, height, func(r Run) bool { b.runs = append(b.runs, r); return true })
	return b.Cover()
}
