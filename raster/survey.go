package raster

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
)

// A survey reads some windows of every raster, the same ones for all rasters of a grid and the same ones every
// time. What it takes is bounded by the bytes that have to be decoded, whatever the size of the stack.
const (
	surveyWindows     = 64        // of a grid, at most
	surveyBytes       = 512 << 20 // of samples, as they are decoded
	surveyRemoteBytes = 32 << 20  // the same, of stacks on servers
	surveyMostPixels  = 1 << 18   // of a window: larger blocks are cut
	surveyLeastPixels = 1 << 14   // smaller blocks are read several at a time, and so much where any part can be read
	surveyFewWindows  = 16        // fewer than that show less of a grid than smaller ones would
)

// survey is what is read of the rasters of one grid.
type survey struct {
	geo     geo
	blockW  int // of the largest blocks that have to be read whole
	blockH  int
	width   int // of a window, which may be cut by the edges of the grid
	height  int
	windows []pixtrend.Window
	every   int        // of so many rasters, in the order of their dates, one is read
	seen    [][]uint16 // of the first grid: observations by window and pixel
}

// newSurvey chooses the windows for planes of one grid, in as many bytes and pixels.
func newSurvey(g geo, planes []*plane, budget, pixels int64) *survey {
	s := &survey{geo: g, blockW: 1, blockH: 1}
	var held, each int64 // bytes of a block, which may be larger than the grid, and of a pixel at all dates
	for _, p := range planes {
		bw, bh := p.blockWidth, p.blockHeight
		if p.heldBytes() == 0 && bw >= g.width {
			bh = 1
		}
		s.blockW, s.blockH = max(s.blockW, min(bw, g.width)), max(s.blockH, min(bh, g.height))
		held = max(held, p.heldBytes())
		each += int64(p.dtype.Size())
	}
	least := int(min(max(surveyLeastPixels/16, budget/each/surveyFewWindows), surveyLeastPixels))
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
	for w < g.width && small() {
		w = min(w+s.blockW, g.width)
	}
	for w == g.width && h < g.height && small() {
		h = min(h+s.blockH, g.height)
	}
	s.width, s.height = w, h
	across, down := (g.width-1)/w+1, (g.height-1)/h+1
	n := surveyWindows
	if down <= n && across <= n {
		n = min(n, across*down)
	}
	enough := max(budget, s.cost(planes, 1)) // more windows of the same blocks cost no more
	for n > 1 && (s.cost(planes, n) > enough || int64(n)*int64(w)*int64(h) > pixels) {
		n--
	}
	s.every = int(max(1, min((s.cost(planes, n)+budget-1)/budget, int64(len(planes)))))
	for at := range places(n, across, down) {
		window := pixtrend.Window{X: at[0] * w, Y: at[1] * h}
		window.Width, window.Height = min(w, g.width-window.X), min(h, g.height-window.Y)
		s.windows = append(s.windows, window)
	}
	// Those of one block follow each other, so that it is decoded once.
	slices.SortStableFunc(s.windows, func(a, b pixtrend.Window) int {
		return cmp.Or(a.Y/s.blockH-b.Y/s.blockH, a.X/s.blockW-b.X/s.blockW)
	})
	return s
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
			continue // its blocks are those of the plane before
		}
		all := ceil(g.width, p.blockWidth) * ceil(g.height, p.blockHeight)
		sum += min(int64(n)*ceil(s.width, p.blockWidth)*ceil(s.height, p.blockHeight), all) * p.heldBytes()
	}
	return sum
}

// places spreads n places over a board, row by row; all of them where there are no more. They are points of the
// plane's additive sequence of least discrepancy (Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
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

// surveyed is what the reading of windows took, and what they told.
type surveyed struct {
	mu      sync.Mutex
	bytes   int64         // of samples that were read, and of those that had to be decoded with them
	reading time.Duration // by all threads together
	opening time.Duration // the same, of files that a fit opens again
	opened  int
	threads int
}

// surveyRasters reads the windows of the rasters that are used, and counts their samples.
func (in *inspection) surveyRasters(ctx context.Context, threads int) (*surveyed, error) {
	// Blocks that a fit would refuse are not read here either.
	readable := func(e *entry) bool { return e.used && e.plane != nil && e.plane.heldBytes() <= in.budget.block() }
	budget := int64(surveyBytes)
	if in.RemoteFiles() > 0 {
		budget = surveyRemoteBytes
	}
	of := make([]int64, len(in.grids)) // rasters by grid
	for _, e := range in.entries {
		if readable(e) {
			of[e.grid]++
		}
	}
	var total, block int64
	for _, n := range of {
		total += n
	}
	type item struct {
		file    int
		entries []*entry
		survey  *survey
		windows []int
	}
	var items []item
	for grid, g := range in.grids {
		var planes []*plane
		var entries []*entry
		for _, e := range in.entries {
			if e.grid == grid && readable(e) {
				planes, entries = append(planes, e.plane), append(entries, e)
				block = max(block, e.plane.heldBytes())
			}
		}
		if len(planes) == 0 {
			in.surveys = append(in.surveys, nil)
			continue
		}
		s := newSurvey(g, planes, max(1, budget*of[grid]/total), in.budget.surveyPixels())
		if grid == 0 {
			for _, w := range s.windows {
				s.seen = append(s.seen, make([]uint16, w.Pixels()))
			}
		}
		in.surveys = append(in.surveys, s)
		byFile := map[int]*item{}
		var files []*item
		for i, e := range entries {
			if i%s.every != 0 {
				continue
			}
			if byFile[e.file] == nil {
				byFile[e.file] = &item{file: e.file, survey: s}
				files = append(files, byFile[e.file])
			}
			byFile[e.file].entries = append(byFile[e.file].entries, e)
		}
		parts := min(max(1, threads/len(files)), len(s.windows))
		for _, f := range files {
			for part := range parts {
				f.windows = nil
				for i := len(s.windows) * part / parts; i < len(s.windows)*(part+1)/parts; i++ {
					f.windows = append(f.windows, i)
				}
				items = append(items, *f)
			}
		}
	}
	got := &surveyed{}
	if len(items) == 0 {
		return got, nil
	}
	if block > 0 {
		threads = min(threads, in.budget.decoders(block))
	}
	got.threads = min(threads, len(items))
	defer gdal.ShareBlockCache(in.budget.readCache())()
	_, err := runner.Run(ctx, len(items), runner.Options{Workers: got.threads, Pin: runner.PinOff},
		func(ctx context.Context, _ runner.Worker, i int) error {
			in.surveyFile(ctx, got, items[i].file, items[i].entries, items[i].survey, items[i].windows)
			return context.Cause(ctx)
		})
	return got, err
}

// surveyThreads is how many threads a survey has where no plan of a fit says it.
func (in *inspection) surveyThreads() int {
	if in.o.Fit.Threads > 0 {
		return in.o.Fit.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// surveyFile reads windows of some rasters of one file, as far as they can be read.
func (in *inspection) surveyFile(ctx context.Context, got *surveyed, file int, entries []*entry, s *survey, windows []int) {
	alone := in.stackOfFile(file, entries)
	defer func() { _ = alone.Close() }()
	r := alone.readers.of(0)
	fail := func(e *entry, err error) {
		got.mu.Lock()
		defer got.mu.Unlock()
		if e.err == nil && ctx.Err() == nil {
			e.err, e.damaged = err, true
		}
	}

	first := pixtrend.Window{Width: 1, Height: 1}
	start := time.Now()
	err := alone.readLane(ctx, r, 0, first, func() error {
		return r.with(alone, 0, alone.sources[0], func(h *handle) error {
			got.mu.Lock()
			defer got.mu.Unlock()
			for _, e := range entries {
				b := h.bands[e.plane.band-1]
				number := func(name string) *float64 {
					if x, err := strconv.ParseFloat(b.Metadata("STATISTICS_"+name, ""), 64); err == nil {
						return &x
					}
					return nil
				}
				e.statistics = statistics{number("MINIMUM"), number("MAXIMUM"), number("MEAN"), number("STDDEV"), b.Metadata("STATISTICS_APPROXIMATE", "") != ""}
			}
			return nil
		})
	})
	opening := time.Since(start)
	if err != nil {
		for _, e := range entries {
			fail(e, err)
		}
		return
	}

	var buf []byte
	seen, visible := make([]uint16, s.width*s.height), make([]byte, s.width*s.height)
	broken := map[*entry]bool{}
	counts := make([]*Counts, len(entries))
	for i := range counts {
		counts[i] = newCounts()
	}
	var bytes int64
	var reading time.Duration
	lastBlock := [2]int{-1, -1}
	for _, i := range windows {
		w := s.windows[i]
		block := [2]int{w.X / s.blockW, w.Y / s.blockH}
		clear(seen)
		for j, e := range entries {
			if broken[e] || ctx.Err() != nil {
				continue
			}
			p := &alone.planes[j]
			dtype, valid := p.dtype, alone.valid(p)
			if p.second != nil {
				dtype, valid = kernel.Float64, kernel.Valid{} // the index, of which gaps are NaN
			}
			if need := layout.TileBytes(dtype, w.Pixels(), 1); len(buf) < need {
				buf = make([]byte, need)
			}
			tile := layout.NewTile(dtype, w.Pixels(), 1, buf)
			if p.masked || p.mask != nil {
				tile.Mask = kernel.Mask{Data: visible[:w.Pixels()], Stride: w.Pixels()}
			}
			start := time.Now()
			err := alone.readLane(ctx, r, 0, w, func() error { return alone.readDate(r, p, w, 0, tile, false) })
			if err == nil && p.maskedFrom() {
				err = alone.readLane(ctx, r, p.mask.file, w, func() error { return alone.readMask(r, p, w, 0, tile) })
			}
			reading += time.Since(start)
			if err != nil {
				fail(e, err)
				broken[e] = true
				continue
			}
			counts[j].addTile(tile, valid, tile.Mask.Data, seen)
			pixels := int64(w.Pixels())
			if p.heldBytes() > 0 && (s.width < s.blockW || s.height < s.blockH) {
				pixels = 0 // of a block, all is decoded once
				if block != lastBlock {
					pixels = int64(s.blockW) * int64(s.blockH)
				}
			}
			bytes += pixels * int64(p.sampleBytes())
		}
		lastBlock = block
		got.mu.Lock()
		if s.seen != nil {
			for p, n := range seen[:w.Pixels()] {
				s.seen[i][p] = uint16(min(int(s.seen[i][p])+int(n), math.MaxUint16))
			}
		}
		got.mu.Unlock()
	}

	got.mu.Lock()
	defer got.mu.Unlock()
	for i, e := range entries {
		if e.counts == nil {
			e.counts = newCounts()
		}
		e.counts.merge(counts[i])
	}
	got.bytes += bytes
	got.reading += reading
	if alone.planes[0].stored == nil {
		got.opening += opening
		got.opened++
	}
}

// stackOfFile returns a stack of one file, whose samples are read as they are, or of which the index is computed, and of the
// files of their masks.
func (in *inspection) stackOfFile(file int, entries []*entry) *Stack {
	s := &Stack{sources: slices.Clone(in.sources[file : file+1]), files: slices.Clone(in.files[file : file+1]), options: in.options, folders: in.folders,
		geo: in.geos[file], uniform: in.options.Index.Kind == "", scaled: in.options.Index.Kind != "", directFiles: []*directFile{nil}}
	if v, remote := in.remote.versions[file]; remote {
		s.remote.versions = map[int]gdal.FileVersion{0: v}
	}
	if d := in.directFiles[file]; d != nil {
		s.directFiles[0] = &directFile{name: d.name, info: d.info}
	}
	for _, e := range entries {
		p := e.plane.clone()
		for _, q := range p.bandsInFile() {
			q.file = 0
		}
		s.planes = append(s.planes, p)
	}
	for i, e := range entries {
		p := &s.planes[i]
		s.bands = append(s.bands, p.bandsInFile()...)
		if m := e.mask; m != nil {
			mask := m.plane.clone()
			mask.file, mask.stored = len(s.sources), nil
			p.mask = &mask
			s.bands = append(s.bands, &mask)
			s.sources, s.files, s.directFiles = append(s.sources, m.source), append(s.files, m.file), append(s.directFiles, nil)
		}
	}
	s.readers.limit = int64(4 * len(s.sources)) // by name: as it is, without its predictor, and where samples lie
	return s
}
