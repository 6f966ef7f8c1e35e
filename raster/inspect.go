package raster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// inspection examines files that may fail to make a stack. It goes on where Open would return an
// error.
type inspection struct {
	*Stack
	o       Options
	budget  budget
	geos    []geo.Grid
	errs    []error    // by file: why it cannot be used
	entries []*entry   // sorted by date once date is called
	grids   []geo.Grid // those that differ, the first raster's first
	surveys []*survey  // by grid; nil where no raster can be read

	instants *timeaxis.Axis // of the rasters that are used, if their times lie within days
}

// entry is a raster: a file, or a band of the only file.
type entry struct {
	name       string
	file       int
	plane      *plane // nil if the file cannot be used
	reading    timeaxis.Reading
	used       bool
	grid       int
	err        error
	damaged    bool // err was found by reading samples
	mask       *maskEntry
	counts     *Counts
	kept       []float64 // values of the pixels that the survey keeps
	statistics statistics
	predictor  int
}

// maskEntry is a mask that is in another file than its raster.
type maskEntry struct {
	source, file string // the name for GDAL, and the one that is shown
	plane        *plane
}

// statistics are the STATISTICS_ tags of a band; nil if a tag is absent.
type statistics struct {
	min, max, mean, deviation *float64
	approximate               bool
}

// Inspect examines the files that Expand finds for inputs, whether or not they make a stack. It
// reads a sample of them: some windows of each raster, the same ones every time. It writes nothing,
// and takes no more memory than the fit. Problems of the stack are reported in the Info. Inspect
// returns an error only if there are no files, if the options are wrong, or if the context ends.
func Inspect(ctx context.Context, inputs []string, o Options) (*Info, error) {
	memory, err := newBudget(o.Memory)
	if err != nil {
		return nil, err
	}
	o.polygonMemory = polygonMemory(memory.total)
	s, err := newStack(ctx, inputs, o.OpenOptions, newDescriptions())
	if err != nil {
		return nil, err
	}
	o.OpenOptions = s.options
	in := &inspection{Stack: s, o: o, budget: memory}
	defer func() { _ = in.Close() }()
	in.describeFiles(ctx)
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	dateErr := in.date()
	in.instants = in.findInstants()
	in.findGrids()

	start := time.Now()
	job, jobErr := in.job(ctx, inputs)
	setup := time.Since(start)
	threads := in.surveyThreads()
	if job != nil {
		defer func() { _ = job.Close() }()
		threads = len(job.Plan.Workers)
		in.takeMasks(job.stack)
		in.region, in.cover = job.stack.region, job.stack.cover
	}
	start = time.Now()
	got, err := in.surveyRasters(ctx, threads)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)

	info := &Info{Files: len(in.files), RemoteFiles: in.RemoteFiles(), FileBytes: in.FileBytes(),
		Dates: in.datesInfo(dateErr), Notes: in.notes}
	in.describeRasters(info)
	in.describeSurvey(&info.Survey, got, took)
	in.describeFit(info, job, jobErr, got, setup)
	info.Warnings = in.findWarnings(info, job)
	changed, err := in.reads.unchanged()
	if err != nil {
		changed = append(changed, in.o.explain(err))
	}
	info.Warnings = append(info.Warnings, changed...)
	return info, nil
}

// takeMasks sets the masks that the fit reads from other files.
func (in *inspection) takeMasks(s *Stack) {
	type raster struct {
		source string
		band   int
	}
	masks := map[raster]*maskEntry{}
	for _, p := range s.rasters() {
		if p.maskedFrom() && p.mask.at == p.at && p.mask.warp == nil { // else it lies on another grid
			mask := *p.mask
			mask.at, mask.pieces = pixtrend.Window{}, nil
			masks[raster{s.sources[p.file], p.band}] = &maskEntry{s.sources[p.mask.file], s.files[p.mask.file], &mask}
		}
	}
	for _, e := range in.entries {
		if e.plane != nil {
			e.mask = masks[raster{in.sources[e.file], e.plane.band}]
		}
	}
}

// describeFiles makes the entries of all files. A file that cannot be used has one entry, with the
// error.
func (in *inspection) describeFiles(ctx context.Context) {
	look, known := in.look(ctx, in.o.OpenOptions, true), likenesses{}
	for i, name := range in.sources {
		planes, g, lying, err := in.describeFile(i, known, in.o.OpenOptions, look)
		in.directFiles, in.geos, in.errs = append(in.directFiles, lying), append(in.geos, g), append(in.errs, err)
		in.multi = len(in.sources) == 1 && len(planes) > 1
		if err != nil {
			in.entries = append(in.entries, &entry{name: in.files[i], file: i, err: err})
			continue
		}
		predictor := predictorOf(name)
		for j := range planes {
			for _, q := range planes[j].bandsInFile() {
				q.file = i
			}
			e := &entry{name: in.files[i], file: i, plane: &planes[j], predictor: predictor}
			if e.plane.dated {
				e.name = fmt.Sprintf("%s band %d", in.files[i], planes[j].band)
			}
			in.entries = append(in.entries, e)
		}
	}
	var read []*plane
	for _, e := range in.entries {
		if e.plane != nil {
			read = append(read, e.plane)
		}
	}
	warnings, notes := sentences(in.remarks(read))
	in.warnings = append(append(append(in.warnings, warnings...), in.assumed(read)...), append(in.sceneWarnings(), in.mixtures(read)...)...)
	in.notes = append(notes, oneLock(read)...)
}

// oneLock returns a note if planes are read through HDF5.
func oneLock(planes []*plane) []string {
	for _, p := range planes {
		if driver := p.form.driver; p.compressed && (driver == "netCDF" || driver == "HDF5") {
			return []string{"HDF5, which reads NetCDF-4 too, decodes one block at a time, whatever the number of threads: " +
				"the parts of a job, which are processes, decode side by side"}
		}
	}
	return nil
}

// predictorOf returns the predictor of a local TIFF, 2 or 3; 0 if it has none.
func predictorOf(name string) int {
	t, file := tiff.Open(name)
	if t == nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	return t.Predictor()
}

// date finds the dates of the rasters, selects those that are used, and sorts the entries. With an
// error, the dates that were found are set nevertheless.
func (in *inspection) date() error {
	inputs, files := make([]timeaxis.Input, len(in.entries)), make([]string, len(in.entries))
	for i, e := range in.entries {
		var l labels
		if e.plane != nil {
			l = e.plane.labels
		}
		inputs[i], files[i] = l.input(e.name), in.sources[e.file]
		if e.plane == nil || !e.plane.dated {
			inputs[i].Path, inputs[i].Listed, inputs[i].Item = in.datedPath(e.file), in.listed[e.file], in.itemOf(e.file)
		}
	}
	o, err := in.o.inCalendarOf(inputs)
	if err != nil {
		return err
	}
	in.o.OpenOptions = o
	readings, err := in.o.resolveWhole(inputs, files)
	for i, e := range in.entries {
		e.used = true
		if len(readings) == len(in.entries) {
			e.reading = readings[i]
		}
	}
	if err != nil {
		return err
	}
	if !in.o.Dates.IsX() {
		var kept []int
		if kept, err = in.o.Select.Select(in.givenDates(false)); err == nil {
			for _, e := range in.entries {
				e.used = false
			}
			for _, i := range kept {
				in.entries[i].used = true
			}
		}
	}
	slices.SortStableFunc(in.entries, func(a, b *entry) int {
		return cmp.Or(a.reading.Date.Compare(b.reading.Date), cmp.Compare(a.reading.X, b.reading.X))
	})
	return err
}

// givenDates returns the dates of the rasters that have one: of all, or only of those that are
// used.
func (in *inspection) givenDates(used bool) (dates []timeaxis.Date) {
	for _, e := range in.entries {
		if e.reading.Source != "" && (e.used || !used) {
			dates = append(dates, e.reading.Date)
		}
	}
	return dates
}

// findGrids lists the grids that differ. The first is that of the first raster that is used.
func (in *inspection) findGrids() {
	known := geo.Grids{}
	inOrder := slices.SortedStableFunc(slices.Values(in.entries),
		func(a, b *entry) int { return cmp.Compare(a.file, b.file) })
	for _, used := range []bool{true, false} {
		for _, e := range inOrder {
			if e.plane == nil || e.used != used {
				continue
			}
			e.grid = slices.IndexFunc(in.grids, func(g geo.Grid) bool { return known.Difference(g, in.geos[e.file]).Is == "" })
			if e.grid < 0 {
				e.grid = len(in.grids)
				in.grids = append(in.grids, in.geos[e.file])
			}
		}
	}
}

// job prepares the fit, to find out whether it would run.
func (in *inspection) job(ctx context.Context, inputs []string) (*Job, error) {
	files, err := in.o.readModel()
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, inputs, in.o.OpenOptions, in.known)
	if err != nil {
		return nil, err
	}
	j, err := prepare(s, "", in.o, files)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return j, nil
}
