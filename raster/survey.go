package raster

import (
	"cmp"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// A survey reads some windows of every raster: the same ones in all rasters of a grid, and the same
// ones every time. Its time is limited by the bytes that have to be decoded, whatever the size of
// the stack.
const (
	surveyWindows     = 64        // of a grid, at most
	surveyBytes       = 512 << 20 // of decoded samples
	surveyRemoteBytes = 32 << 20  // the same for stacks on servers
	surveyMostPixels  = 1 << 18   // of a window; larger blocks are cut
	surveyLeastPixels = 1 << 14   // of a window; smaller blocks are joined. Files that can be read in any part are read in such windows
	surveyFewWindows  = 16        // with fewer windows, smaller ones would show more of a grid
)

// survey is the plan of what is read from the rasters of one grid, and what was read.
type survey struct {
	geo     geo.Grid
	area    area
	blockW  int // size of the largest block that has to be read whole
	blockH  int
	width   int // size of a window; those at the edges of the grid may be smaller
	height  int
	windows []pixtrend.Window
	every   int        // one raster in so many is read, in the order of their dates
	seen    [][]uint16 // of the first grid: observations by window and pixel
	pixels  [][]int    // of the first grid: the pixels of each window whose samples are kept
	first   []int      // the number of the first of them, by window
	kept    int        // how many there are
}

// newSurvey chooses the windows for the planes of one grid. budget is how many bytes may be
// decoded, and pixels how many pixels the windows may have together. Windows have pixels of the area
// a, and are cut at its sides.
func newSurvey(g geo.Grid, a area, planes []*plane, budget, pixels int64) *survey {
	s := &survey{geo: g, area: a, blockW: 1, blockH: 1}
	var held, each int64 // bytes of the largest block, and of a pixel at all dates
	for _, p := range planes {
		bw, bh := p.blockWidth, p.blockHeight
		if p.heldBytes() == 0 && bw >= g.Width {
			bh = 1
		}
		s.blockW, s.blockH = max(s.blockW, min(bw, g.Width)), max(s.blockH, min(bh, g.Height))
		held = max(held, p.heldBytes())
		each += int64(p.dtype.Size())
	}
	s.chooseSize(int(min(max(surveyLeastPixels/16, budget/each/surveyFewWindows), surveyLeastPixels)), held)
	w, h := s.width, s.height
	left, top := a.X/w, a.Y/h // of the windows that have pixels of the area
	across, down := (a.X+a.Width-1)/w-left+1, (a.Y+a.Height-1)/h-top+1
	n := surveyWindows
	if down <= n && across <= n {
		n = min(n, across*down)
	}
	enough := max(budget, s.cost(planes, 1)) // more windows in the same blocks cost no more
	for n > 1 && (s.cost(planes, n) > enough || int64(n)*int64(w)*int64(h) > pixels) {
		n--
	}
	s.every = int(max(1, min((s.cost(planes, n)+budget-1)/budget, int64(len(planes)))))
	for window := range s.area.places(n, across, down, func(at [2]int) pixtrend.Window {
		return pixtrend.Window{X: (left + at[0]) * w, Y: (top + at[1]) * h, Width: w, Height: h}
	}) {
		s.windows = append(s.windows, window)
	}
	// Windows in one block follow each other, so that it is decoded once.
	slices.SortStableFunc(s.windows, func(a, b pixtrend.Window) int {
		return cmp.Or(a.Y/s.blockH-b.Y/s.blockH, a.X/s.blockW-b.X/s.blockW)
	})
	return s
}

// chooseSize sets the size of windows: whole blocks, joined until they have the least number of
// pixels, unless they are larger than surveyMostPixels. held is the size of the largest block in
// bytes, 0 if any part can be read alone.
func (s *survey) chooseSize(least int, held int64) {
	most := surveyMostPixels
	if held == 0 {
		most = least
	}
	w, h := min(s.blockW, most), s.blockH
	if w*h > most {
		h = max(1, most/w)
	}
	small := func() bool {
		blocks := int64((w-1)/s.blockW+1) * int64((h-1)/s.blockH+1)
		return w*h < least && blocks*held < surveyBytes/surveyWindows
	}
	for w < s.geo.Width && small() {
		w = min(w+s.blockW, s.geo.Width)
	}
	for w == s.geo.Width && h < s.geo.Height && small() {
		h = min(h+s.blockH, s.geo.Height)
	}
	s.width, s.height = w, h
}

// cost returns about how many bytes have to be decoded for n windows of all planes.
func (s *survey) cost(planes []*plane, n int) int64 {
	g := s.geo
	ceil := func(a, b int) int64 { return int64((a-1)/b + 1) }
	var sum int64
	for i, p := range planes {
		if p.heldBytes() == 0 {
			sum += int64(n) * int64(s.width) * int64(s.height) * int64(p.dtype.Size())
			continue
		}
		if i > 0 && p.interleaved && p.file == planes[i-1].file {
			continue // its blocks are those of the previous plane
		}
		all := ceil(g.Width, p.blockWidth) * ceil(g.Height, p.blockHeight)
		sum += min(int64(n)*ceil(s.width, p.blockWidth)*ceil(s.height, p.blockHeight), all) * p.heldBytes()
	}
	return sum
}

// places yields n cells of a board of across × down cells, spread evenly, row by row; all cells if
// there are no more. They are points of the additive sequence R2 (Roberts, "The unreasonable
// effectiveness of quasirandom sequences", 2018).
func places(n, across, down int) func(yield func([2]int) bool) {
	taken := map[[2]int]bool{}
	if down <= n && across <= n && across*down <= n {
		for i := range across * down {
			taken[[2]int{i % across, i / across}] = true
		}
	}
	const a, b = 0.7548776662466927, 0.5698402909980532
	for i := 0; len(taken) < n && i < 4*n; i++ {
		_, x := math.Modf(0.5 + a*float64(i))
		_, y := math.Modf(0.5 + b*float64(i))
		taken[[2]int{int(x * float64(across)), int(y * float64(down))}] = true
	}
	list := make([][2]int, 0, len(taken))
	for at := range taken {
		list = append(list, at)
	}
	slices.SortFunc(list, func(p, q [2]int) int { return (p[1]-q[1])*across + p[0] - q[0] })
	return slices.Values(list)
}
