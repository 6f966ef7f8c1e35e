package raster

import (
	"iter"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// area is the part of a grid that a survey looks at: a rectangle, and the pixels of it that lie in polygons.
type area struct {
	pixtrend.Window
	cover *cover.Cover // nil: all
}

// area returns the part of a grid that a fit reads, of which the region is known.
func (s *Stack) area(g geo.Grid) area {
	a := area{s.region, s.cover}
	if a.Window == (pixtrend.Window{}) || a.X+a.Width > g.Width || a.Y+a.Height > g.Height {
		a.Window = pixtrend.Window{Width: g.Width, Height: g.Height}
	}
	return a
}

// pixels returns the number of pixels of the area.
func (a area) pixels() int64 {
	if a.cover != nil {
		return a.cover.Pixels
	}
	return int64(a.Width) * int64(a.Height)
}

// cut returns the part of a window that lies in the rectangle of the area.
func (a area) cut(w pixtrend.Window) pixtrend.Window {
	part := pixtrend.Window{X: max(w.X, a.X), Y: max(w.Y, a.Y)}
	part.Width, part.Height = min(w.X+w.Width, a.X+a.Width)-part.X, min(w.Y+w.Height, a.Y+a.Height)-part.Y
	return part
}

// has reports whether a window has a pixel of the area.
func (a area) has(w pixtrend.Window) bool {
	return a.cover == nil || !a.cover.Each(w.X, w.Y, w.Width, w.Height, func(cover.Run) bool { return false })
}

// each calls use for each run of pixels of the area in a window: from number first to before end, counted row by row.
func (a area) each(w pixtrend.Window, use func(first, end int)) {
	if a.cover == nil {
		use(0, w.Pixels())
		return
	}
	a.cover.Each(w.X, w.Y, w.Width, w.Height, func(r cover.Run) bool {
		row := (int(r.Row)-w.Y)*w.Width - w.X
		use(row+int(r.First), row+int(r.End))
		return true
	})
}

// places yields n windows of a board of across × down, spread evenly, that have a pixel of the area; window returns the one of
// a cell.
func (a area) places(n, across, down int, window func(cell [2]int) pixtrend.Window) iter.Seq[pixtrend.Window] {
	return func(yield func(pixtrend.Window) bool) {
		if a.cover == nil {
			for at := range places(n, across, down) {
				if !yield(a.cut(window(at))) {
					return
				}
			}
			return
		}
		var all []pixtrend.Window
		for i := range across * down {
			if w := a.cut(window([2]int{i % across, i / across})); a.has(w) {
				all = append(all, w)
			}
		}
		n = min(n, len(all))
		for i := range n {
			if !yield(all[i*len(all)/n]) {
				return
			}
		}
	}
}

// readShare returns the share of the samples of a stack that a fit of its region reads: of whole blocks, where these are
// decoded.
func (s *Stack) readShare() float64 {
	g, a := s.grid, s.area(s.geo)
	whole := float64(s.geo.Width) * float64(s.geo.Height)
	if a.cover == nil || !g.WholeBlocks {
		return float64(a.pixels()) / whole
	}
	w, h, blocks := g.BlockWidth, g.BlockHeight, 0
	across, down := (s.geo.Width-1)/w+1, (s.geo.Height-1)/h+1
	for y := a.Y / h; y <= (a.Y+a.Height-1)/h; y++ {
		for x := a.X / w; x <= (a.X+a.Width-1)/w; x++ {
			if a.has(a.cut(pixtrend.Window{X: x * w, Y: y * h, Width: w, Height: h})) {
				blocks++
			}
		}
	}
	return float64(blocks) / (float64(across) * float64(down))
}
