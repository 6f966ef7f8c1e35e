package pixtrend

import (
	"math"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
)

// inside returns the smallest part of a window that has all its pixels of the region, in whole blocks where these are read as
// a whole. It has no pixels if the window has none of the region.
func (p *StreamPlan) inside(w Window) Window {
	g := p.grid
	if g.Region == nil {
		return w
	}
	x0, x1, y0, y1 := math.MaxInt, 0, 0, 0
	g.Region.Runs(w, func(y, first, end int) bool {
		if x1 == 0 {
			y0 = y
		}
		x0, x1, y1 = min(x0, first), max(x1, end), y+1
		return true
	})
	if x1 == 0 {
		return Window{X: w.X, Y: w.Y}
	}
	if g.WholeBlocks {
		x0, x1 = wholeBlocks(x0, x1, g.BlockX, g.BlockWidth)
		y0, y1 = wholeBlocks(y0, y1, g.BlockY, g.BlockHeight)
	}
	part := Window{X: max(x0, w.X), Y: max(y0, w.Y)}
	part.Width, part.Height = min(x1, w.X+w.Width)-part.X, min(y1, w.Y+w.Height)-part.Y
	return part
}

// wholeBlocks extends a range to the ends of blocks, the first of which begins before pixels ahead of 0.
func wholeBlocks(first, end, before, block int) (int, int) {
	block = max(1, block)
	return (first+before)/block*block - before, ((end+before-1)/block+1)*block - before
}

// blankOutside makes the results of pixels outside the region NaN.
func (p *StreamPlan) blankOutside(w Window, planes kernel.Tile) {
	if p.grid.Region == nil {
		return
	}
	if planes.Type == kernel.Float64 {
		blankBetween(p.grid.Region, w, planesOf[float64](planes))
	} else {
		blankBetween(p.grid.Region, w, planesOf[float32](planes))
	}
}

// blankBetween makes the results between the runs of the region NaN.
func blankBetween[F float32 | float64](r Region, w Window, planes [][]F) {
	done := 0
	blankTo := func(next int) {
		for _, plane := range planes {
			fillNaN(plane[done:next])
		}
	}
	r.Runs(w, func(y, first, end int) bool {
		row := (y-w.Y)*w.Width - w.X
		blankTo(row + first)
		done = row + end
		return true
	})
	blankTo(w.Pixels())
}

func fillNaN[F float32 | float64](values []F) {
	nan := F(kernel.NaN())
	for i := range values {
		values[i] = nan
	}
}

// blankTile returns results for as many pixels as a window has. All are NaN, as outside the region.
func (p *StreamPlan) blankTile() kernel.Tile {
	pixels := p.WindowWidth * p.WindowHeight
	all := layout.NewTile(p.Type, pixels, p.planes(), make([]byte, p.resultBytes(pixels)))
	for i := range all.Dates {
		if p.Type == kernel.Float64 {
			fillNaN(kernel.Plane[float64](all, i))
		} else {
			fillNaN(kernel.Plane[float32](all, i))
		}
	}
	return all
}

// without returns the rest of a window that a part is taken from: above, below, to the left and to the right of it.
func (w Window) without(part Window) (rest []Window) {
	if part.Pixels() == 0 {
		return []Window{w}
	}
	end, bottom := part.X+part.Width, part.Y+part.Height
	for _, r := range []Window{
		{w.X, w.Y, w.Width, part.Y - w.Y},
		{w.X, bottom, w.Width, w.Y + w.Height - bottom},
		{w.X, part.Y, part.X - w.X, part.Height},
		{end, part.Y, w.X + w.Width - end, part.Height},
	} {
		if r.Pixels() > 0 {
			rest = append(rest, r)
		}
	}
	return rest
}
