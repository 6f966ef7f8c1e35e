package raster

import (
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

// surveyTotals counts the work of all surveys together.
type surveyTotals struct {
	mu      sync.Mutex    // held to change the totals, and what several files share
	bytes   int64         // decoded: samples that were read, and those in the same blocks
	reading time.Duration // of all threads together
	opening time.Duration // the same, for files that a fit opens again
	opened  int           // number of these files
	threads int
}

// surveyTask is the reading of some windows of the rasters of one file.
type surveyTask struct {
	file    int
	entries []*entry
	survey  *survey
	windows []int // indices into survey.windows
}

// surveyRasters reads the windows of the rasters that are used, and counts their samples.
func (in *inspection) surveyRasters(ctx context.Context, threads int) (*surveyTotals, error) {
	tasks := in.planSurveys(threads)
	totals := &surveyTotals{}
	if len(tasks) == 0 {
		return totals, nil
	}
	var block int64
	for _, t := range tasks {
		for _, e := range t.entries {
			block = max(block, e.plane.heldBytes())
		}
	}
	if block > 0 {
		threads = min(threads, in.budget.decoders(block))
	}
	totals.threads = min(threads, len(tasks))
	defer gdal.ShareBlockCache(in.budget.readCache())()
	_, err := runner.Run(ctx, len(tasks), runner.Options{Workers: totals.threads, Pin: runner.PinOff},
		func(ctx context.Context, _ runner.Worker, i int) error {
			in.runTask(ctx, totals, tasks[i])
			return context.Cause(ctx)
		})
	return totals, err
}

// planSurveys makes the survey of each grid, and divides the reading into tasks for so many
// threads.
func (in *inspection) planSurveys(threads int) (tasks []surveyTask) {
	budget := int64(surveyBytes)
	if in.RemoteFiles() > 0 {
		budget = surveyRemoteBytes
	}
	ofGrid, all := make([][]*entry, len(in.grids)), 0
	for _, e := range in.entries {
		// Blocks that a fit would refuse are not read here either.
		if e.used && e.plane != nil && in.budget.beside(in.decodingBytes(e.plane)) >= leastTiles {
			ofGrid[e.grid] = append(ofGrid[e.grid], e)
			all++
		}
	}
	for grid, entries := range ofGrid {
		if len(entries) == 0 {
			in.surveys = append(in.surveys, nil)
			continue
		}
		planes := make([]*plane, len(entries))
		for i, e := range entries {
			planes[i] = e.plane
		}
		s := newSurvey(in.grids[grid], in.area(in.grids[grid]), planes, max(1, budget*int64(len(entries))/int64(all)), in.budget.surveyPixels())
		if grid == 0 {
			for _, w := range s.windows {
				s.seen = append(s.seen, make([]uint16, w.Pixels()))
			}
			s.keepSeries(len(planes), in.budget.surveySeries())
		}
		in.surveys = append(in.surveys, s)
		tasks = append(tasks, s.tasks(entries, threads)...)
	}
	return tasks
}

// tasks divides the reading of entries by file, and by windows where there are fewer files than
// threads.
func (s *survey) tasks(entries []*entry, threads int) (tasks []surveyTask) {
	var files []*surveyTask
	byFile := map[int]*surveyTask{}
	for i, e := range entries {
		if i%s.every != 0 {
			continue
		}
		if s.kept > 0 {
			e.kept = slices.Repeat([]float64{nan}, s.kept)
		}
		f := byFile[e.file]
		if f == nil {
			f = &surveyTask{file: e.file, survey: s}
			byFile[e.file], files = f, append(files, f)
		}
		f.entries = append(f.entries, e)
	}
	parts := min(max(1, threads/len(files)), len(s.windows))
	for _, f := range files {
		for part := range parts {
			t := *f
			for i := len(s.windows) * part / parts; i < len(s.windows)*(part+1)/parts; i++ {
				t.windows = append(t.windows, i)
			}
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// surveyThreads returns how many threads a survey has if no fit is planned.
func (in *inspection) surveyThreads() int {
	if in.o.Fit.Threads > 0 {
		return in.o.Fit.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// taskRun is a task that is being read, by one thread.
type taskRun struct {
	surveyTask
	totals *surveyTotals
	stack  *Stack // of the file
	reader *reader
	counts []*Counts // by entry
	broken []bool    // by entry: a window of it could not be read

	buffer  []byte   // of a tile
	seen    []uint16 // observations of the pixels of a window
	visible []byte   // the mask of a window
	bytes   int64
	reading time.Duration
	block   [2]int // that the last window is in
}

// runTask reads the windows of a task. Errors are those of its entries.
func (in *inspection) runTask(ctx context.Context, totals *surveyTotals, t surveyTask) {
	stack := in.stackOfFile(t.file, t.entries)
	defer func() { _ = stack.Close() }()
	pixels := t.survey.width * t.survey.height
	r := &taskRun{surveyTask: t, totals: totals, stack: stack, reader: stack.readers.of(0), broken: make([]bool, len(t.entries)),
		seen: make([]uint16, pixels), visible: make([]byte, pixels), block: [2]int{-1, -1}}
	for range t.entries {
		r.counts = append(r.counts, newCounts())
	}
	start := time.Now()
	if err := r.readStatistics(ctx); err != nil {
		for i := range t.entries {
			r.fail(ctx, i, err)
		}
		return
	}
	opening := time.Since(start)
	for _, window := range t.windows {
		r.readWindow(ctx, window)
	}

	totals.mu.Lock()
	defer totals.mu.Unlock()
	for i, e := range t.entries {
		if e.counts == nil {
			e.counts = newCounts()
		}
		e.counts.merge(r.counts[i])
	}
	totals.bytes += r.bytes
	totals.reading += r.reading
	if !stack.planes[0].pastGDAL() {
		totals.opening += opening
		totals.opened++
	}
}

// fail notes that entry i cannot be read, unless the context has ended.
func (r *taskRun) fail(ctx context.Context, i int, err error) {
	r.totals.mu.Lock()
	defer r.totals.mu.Unlock()
	r.broken[i] = true
	if e := r.entries[i]; e.err == nil && ctx.Err() == nil {
		e.err, e.damaged = err, true
	}
}

// readStatistics opens the file and reads the statistics in its tags.
func (r *taskRun) readStatistics(ctx context.Context) error {
	first := pixtrend.Window{Width: 1, Height: 1} // for an error's text
	return r.stack.readLane(ctx, r.reader, 0, first, func() error {
		return r.reader.with(r.stack, 0, r.stack.sources[0], func(h *handle) error {
			r.totals.mu.Lock()
			defer r.totals.mu.Unlock()
			for _, e := range r.entries {
				e.statistics = statisticsOf(h.bands[e.plane.band-1])
			}
			return nil
		})
	})
}

// statisticsOf returns the statistics in the tags of a band.
func statisticsOf(b gdal.Band) statistics {
	number := func(name string) *float64 {
		if x, err := strconv.ParseFloat(b.Metadata("STATISTICS_"+name, ""), 64); err == nil {
			return &x
		}
		return nil
	}
	return statistics{number("MINIMUM"), number("MAXIMUM"), number("MEAN"), number("STDDEV"), b.Metadata("STATISTICS_APPROXIMATE", "") != ""}
}

// readWindow reads a window of all entries.
func (r *taskRun) readWindow(ctx context.Context, window int) {
	s := r.survey
	w := s.windows[window]
	block := [2]int{w.X / s.blockW, w.Y / s.blockH}
	clear(r.seen)
	for i := range r.entries {
		if r.broken[i] || ctx.Err() != nil {
			continue
		}
		if err := r.readRaster(ctx, window, i); err != nil {
			r.fail(ctx, i, err)
			continue
		}
		p, pixels := &r.stack.planes[i], int64(w.Pixels())
		if p.heldBytes() > 0 && (s.width < s.blockW || s.height < s.blockH) {
			pixels = 0 // all of a block is decoded once
			if block != r.block {
				pixels = int64(s.blockW) * int64(s.blockH)
			}
		}
		r.bytes += pixels * int64(p.sampleBytes())
	}
	r.block = block
	if s.seen == nil {
		return
	}
	r.totals.mu.Lock()
	defer r.totals.mu.Unlock()
	total := s.seen[window][:w.Pixels()]
	for pixel, n := range r.seen[:w.Pixels()] {
		if total[pixel] += n; total[pixel] < n { // more than a uint16 holds
			total[pixel] = math.MaxUint16
		}
	}
}

// readRaster reads a window of entry i, counts its samples, and keeps those of some pixels.
func (r *taskRun) readRaster(ctx context.Context, window, i int) error {
	e, p, w := r.entries[i], &r.stack.planes[i], r.survey.windows[window]
	dtype, valid, scale, offset := p.dtype, r.stack.valid(p), p.scale, p.offset
	if p.second != nil {
		dtype, valid, scale, offset = kernel.Float64, kernel.Valid{}, 1, 0 // the index, of which gaps are NaN
	}
	if need := layout.TileBytes(dtype, w.Pixels(), 1); len(r.buffer) < need {
		r.buffer = make([]byte, need)
	}
	tile := layout.NewTile(dtype, w.Pixels(), 1, r.buffer)
	if p.masked || p.mask != nil {
		tile.Mask = kernel.Mask{Data: r.visible[:w.Pixels()], Stride: w.Pixels()}
	}
	start := time.Now()
	err := r.stack.readDate(ctx, r.reader, p, w, 0, tile, false)
	r.reading += time.Since(start)
	if err != nil {
		return err
	}
	r.survey.area.each(w, func(first, end int) {
		part := tile.Slice(first, end)
		r.counts[i].addTile(part, valid, part.Mask.Data, r.seen[first:end])
	})
	if e.kept != nil {
		r.survey.keep(e.kept, window, tile, valid, scale, offset)
	}
	return nil
}

// stackOfFile returns a stack of the entries of one file, which reads samples in their own type, or
// computes the index. It has the files of their masks too.
func (in *inspection) stackOfFile(file int, entries []*entry) *Stack {
	s := &Stack{sources: slices.Clone(in.sources[file : file+1]), files: slices.Clone(in.files[file : file+1]), options: in.options, folders: in.folders, scenes: in.scenes,
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
			if mask.deflated != nil {
				mask.deflated, mask.predictor = nil, 0
			}
			p.mask = &mask
			s.bands = append(s.bands, &mask)
			s.sources, s.files, s.directFiles = append(s.sources, m.source), append(s.files, m.file), append(s.directFiles, nil)
		}
	}
	s.readers.limit = int64(4 * len(s.sources)) // a file may be open under several names: as it is, without its predictor, and where its samples lie
	return s
}
