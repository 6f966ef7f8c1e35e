package raster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

var nan = math.NaN()

// Options say how files are fitted. The zero value writes the slope as float32.
type Options struct {
	OpenOptions
	Fit    pixtrend.Options // TileMemory, Progress, planes of dates such as Residuals, Model.Covariates and Model.Weights must not be set
	Memory int64            // bytes that the whole fit may use; 0: 512 MiB
	// FDR is a false discovery rate, between 0 and 1; 0: none. stats.TrendClass and stats.MKClass then
	// mark trends of which that share is expected to be by chance. Fit.Fields must have one of them,
	// and the p-values of each. Fit.Significance must not be set.
	FDR        float64
	Weights    string        // a CSV with a weight for each date, see timeaxis.ReadValues; "": all 1
	Covariates []Covariate   // terms of the model
	Residuals  string        // a second output: the residuals of each observation, a band a date; "": none
	Detrend    string        // a third: the observations without the trend; "": none
	Deseason   string        // a fourth: the observations without the harmonics; "": none
	Fitted     string        // another: the trajectory of breaks, a band a date; "": none
	Vertices   string        // another: its vertices, bands of their times and then of their values; "": none
	Keep       string        // a file for the sums of the line, to which PrepareUpdate adds dates; "": they are not kept
	Others     []string      // files that the caller writes afterwards, such as a map, which are checked with the outputs
	Overwrite  bool          // replace outputs that exist
	Format     output.Format // of the outputs; "": GTiff
	Creation   []string      // creation options of the format, KEY=VALUE
	Software   string        // named in the output's metadata; "": pixtrend
	Began      time.Time     // when the program started, for Times.Start; zero: when Prepare was called
}

// Job is a fit that is prepared: its inputs and options are checked, and nothing is written yet.
type Job struct {
	Inputs      []string      // the raster of each scene, in date order
	Scenes      timeaxis.Axis // their dates: those of Grid, unless composites of the scenes are fitted
	Output      string
	SideOutputs []string // further outputs: residuals and the detrended stack
	Grid        pixtrend.Grid
	Given       int      // rasters before dates were selected; Inputs are those used
	DatedBy     []string // the sources of the dates, such as "file name", the most frequent first
	Sums        string   // the sums that an update adds to, such as "sums of 20 years, 1995–2014 in sums.tif"; "": a fit
	Polygons    string   // the file of the polygons that are fitted, such as "basin.gpkg, layer parks"; "": none
	Unit        string   // of the samples; "" if the files do not say
	Treatment
	Plan      pixtrend.StreamPlan
	PixelSize [2]float64    // in units of the CRS
	FileBytes int64         // size of the input files
	Decoded   bool          // whether any of them is compressed
	Remote    int           // how many of them are on servers
	Memory    int64         // bytes that the fit may use
	Format    output.Format // of the output
	Scratch   int64         // bytes of the temporary files of uncompressed tiles; 0: none
	Warnings  []string
	Notes     []string // what GDAL says of the files that makes no difference to the fit

	stack   *Stack
	geo     geo.Grid        // of the outputs
	source  pixtrend.Source // of the windows: the stack, or composites of it
	sums    *summing        // which the source keeps or adds to; nil: none
	options Options
	budget  budget
	outputs []outputFile
}

// FitFiles fits the stack of the rasters that Expand finds for inputs, and writes the fields into
// one GeoTIFF, a band each.
func FitFiles(ctx context.Context, inputs []string, output string, o Options) (Summary, error) {
	job, err := Prepare(ctx, inputs, output, o)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = job.Close() }()
	return job.Run(ctx, nil)
}

// Prepare opens the rasters that Expand finds for inputs, checks them and the options, and plans
// the fit. It writes nothing. When ctx ends, it returns the cause. The caller closes the job.
func Prepare(ctx context.Context, inputs []string, output string, o Options) (*Job, error) {
	if err := o.begin(); err != nil {
		return nil, err
	}
	if o.FDR != 0 {
		classes := stats.Classes(o.Fit.Fields)
		without := func(class stats.Field) bool { return !slices.Contains(o.Fit.Fields, class.Info().PValue) }
		if !(o.FDR > 0 && o.FDR < 1) || len(classes) == 0 || slices.ContainsFunc(classes, without) {
			return nil, fmt.Errorf("a false discovery rate of %v takes the fields %v and %v, or %v and %v, and lies between 0 and 1",
				o.FDR, stats.PValue, stats.TrendClass, stats.MKPValue, stats.MKClass)
		}
	}
	if err := o.checkFit(); err != nil {
		return nil, err
	}
	files, err := o.readModel()
	if err != nil {
		return nil, err
	}
	if o.FDR != 0 {
		o.Fit.Significance = stats.LevelOf(o.FDR) // classes that turn out to be none are revised at the end
	}
	for _, path := range o.sideOutputs() {
		if path != "" && o.Format.OfArrays() {
			return nil, noBandsOfDates(path, o.Format)
		}
	}
	for _, path := range append([]string{output}, o.sideOutputs()...) {
		if err := o.Format.CheckName(path); err != nil {
			return nil, err
		}
	}
	if err := cmp.Or(o.checkKeep(), o.checkTargets(output)); err != nil {
		return nil, err
	}
	o.Fit.Residuals, o.Fit.Detrended, o.Fit.Deseasoned = o.Residuals != "", o.Detrend != "", o.Deseason != ""
	o.Fit.Fitted, o.Fit.Vertices = o.Fitted != "", o.Vertices != ""
	o.seasonal = o.yearly()
	if err := o.checkForm(max(1, len(o.Fit.Fields))); err != nil {
		return nil, err
	}
	return o.open(ctx, inputs, output, func(s *Stack, output string, o Options) (*Job, error) { return prepare(s, output, o, files) })
}

// begin sets defaults, and checks the memory.
func (o *Options) begin() error {
	if o.Began.IsZero() {
		o.Began = time.Now()
	}
	o.Software = cmp.Or(o.Software, "pixtrend")
	b, err := newBudget(o.Memory)
	o.polygonMemory = polygonMemory(b.total)
	return err
}

// checkForm returns an error if outputs of so many bands cannot be made as the options say.
func (o *Options) checkForm(bands int) error {
	memory, err := newBudget(o.Memory)
	if err != nil {
		return err
	}
	form := output.Spec{Format: o.Format, Creation: o.Creation, Type: kernel.Float32, Bands: make([]output.Band, bands), CopyMemory: memory.copies()}
	if o.Fit.Float64 {
		form.Type = kernel.Float64
	}
	return form.Check()
}

// open opens the stack of a job and prepares the job.
func (o Options) open(ctx context.Context, inputs []string, output string, prepare func(*Stack, string, Options) (*Job, error)) (*Job, error) {
	s, err := Open(ctx, inputs, o.OpenOptions)
	if err != nil {
		return nil, err
	}
	if err := s.openCovariates(ctx, o); err != nil {
		_ = s.Close()
		return nil, err
	}
	j, err := prepare(s, output, o)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return j, nil
}

// checkFit returns an error if Fit sets an option that a fit of files does not use.
func (o *Options) checkFit() error {
	for _, x := range []struct {
		set           bool
		name, instead string
	}{
		{o.Fit.TileMemory != 0, "TileMemory", "set Options.Memory"},
		{o.Fit.Progress != nil, "Progress", "pass it to Job.Run"},
		{o.Fit.Residuals, "Residuals", "name the file in Options.Residuals"},
		{o.Fit.Detrended, "Detrended", "name the file in Options.Detrend"},
		{o.Fit.Samples, "Samples", "PrepareComposites writes samples"},
		{o.Fit.Fitted, "Fitted", "name the file in Options.Fitted"},
		{o.Fit.Vertices, "Vertices", "name the file in Options.Vertices"},
		{o.Fit.Deseasoned, "Deseasoned", "name the file in Options.Deseason"},
		{o.Fit.Significance != 0 && o.FDR != 0, "Significance", "leave it unset beside Options.FDR, which finds the limit"},
	} {
		if x.set {
			return fmt.Errorf("Options.Fit.%s is not used for files: %s", x.name, x.instead)
		}
	}
	return nil
}

// sideOutputs returns the names of the outputs of series, with a band for each date or vertex, in their
// order. "" is none.
func (o *Options) sideOutputs() []string {
	return []string{o.Residuals, o.Detrend, o.Deseason, o.Fitted, o.Vertices}
}

// SideOutputs returns the names of the outputs of series that are asked for, in their order.
func (o *Options) SideOutputs() []string {
	return slices.DeleteFunc(o.sideOutputs(), func(name string) bool { return name == "" })
}

// prepare makes the job of a stack that is open.
func prepare(s *Stack, output string, o Options, files modelFiles) (*Job, error) {
	if err := s.checkComposites(); err != nil {
		return nil, err
	}
	if k := s.options.kept; k != nil {
		if err := s.join(k); err != nil {
			return nil, err
		}
	}
	var err error
	if o.Fit.Model, err = o.modelOn(s, files); err != nil {
		return nil, err
	}
	return newJob(s, output, o)
}

// newJob plans a job and describes its outputs.
func newJob(s *Stack, output string, o Options) (*Job, error) {
	memory, err := s.budget(o.Memory)
	if err != nil {
		return nil, err
	}
	source, sums, err := s.sourceOf(o)
	if err != nil {
		return nil, err
	}
	grid := source.Grid()
	plan, err := s.planWithin(memory, grid, o.Fit)
	if err != nil {
		return nil, err
	}
	if sums != nil {
		if err := sums.begin(plan); err != nil {
			return nil, err
		}
	}
	s.keepFilesWithin(memory, plan)
	if inSeasons(o.Fit) {
		s.dropSeasonWarning(o.OpenOptions)
	}
	part := s.part()
	transform := part.Transform
	j := &Job{
		Inputs: s.Names(), Scenes: s.grid.Axis, Output: output, Grid: grid, Given: s.Given(), DatedBy: sourcesOf(s.readings),
		Polygons: s.options.Region.Polygons.String(), Unit: s.unit(), Treatment: s.treatment(), Plan: plan,
		PixelSize: [2]float64{math.Hypot(transform[1], transform[4]), math.Hypot(transform[2], transform[5])},
		FileBytes: s.FileBytes(), Decoded: s.decoded(), Remote: s.RemoteFiles(), Memory: memory.total,
		Notes: s.Notes(), stack: s, geo: part, source: source, sums: sums, options: o, budget: memory,
	}
	if k := s.options.kept; k != nil {
		j.Sums, j.FileBytes = k.text(), j.FileBytes+k.stack.FileBytes()
	}
	j.Treatment.Model = cmp.Or(breaksText(o.Fit), o.modelText(grid.Axis))
	if err := j.addOutputs(); err != nil {
		return nil, err
	}
	j.Warnings = s.Warnings()
	return j, nil
}

// planWithin plans the windows of a fit in a budget of memory. It adds warnings about what the
// budget and the dates do not allow.
func (s *Stack) planWithin(memory budget, g pixtrend.Grid, o pixtrend.Options) (plan pixtrend.StreamPlan, err error) {
	alone, tiles, err := s.checkBlocks(memory)
	if err != nil {
		return plan, err
	}
	o.TileMemory = tiles
	threads := o.Threads
	if alone {
		o.Threads = 1
	}
	plan, err = s.newPlan(g, o)
	if short := (*pixtrend.MemoryError)(nil); errors.As(err, &short) {
		return plan, fault.Errorf("a window of %d dates for each of %d threads does not fit the memory of %d MiB: allow %d MiB with %v, or fewer threads with %v",
			short.Dates, short.Threads, memory.total>>20, 2*short.Need>>20+1, Option{Field: "Memory"}, Option{Field: "Fit.Threads"})
	}
	if lost := (*pixtrend.PrecisionError)(nil); errors.As(err, &lost) {
		return plan, fault.Errorf("the band %v would have %v as %v in Float32, which does not hold it: write %v, or leave the band out",
			lost.Field, Value(lost.Time), Value(float32(lost.Time)), Option{Field: "Fit.Float64"})
	}
	if err != nil {
		return plan, explainBreaks(explainRanks(err, o.Rank))
	}
	if n := len(g.Axis.T); o.MinObs > n {
		s.warnings = append(s.warnings, fmt.Sprintf("no pixel can have the %d observations that are asked for, there are %d dates: none gets a trend", o.MinObs, n))
	}
	// GDAL holds a block for each worker, and the bytes that the block was decoded from.
	block := s.largest((*plane).heldBytes)
	if block == 0 {
		return plan, nil
	}
	most, workers := memory.decoders(block), len(plan.Workers)
	if alone && plan.Windows > 1 {
		many, err := runner.Assign(plan.Windows, runner.Options{Workers: threads})
		if err != nil {
			return plan, err
		}
		workers = len(many.Workers)
	}
	if most >= workers {
		return plan, nil
	}
	s.warnings = append(s.warnings, fmt.Sprintf("%d threads are used and not %d: the files have blocks of %.1f MiB, and more would take more than the memory of %d MiB",
		most, workers, float64(block)/(1<<20), memory.total>>20))
	o.Threads = most
	return s.newPlan(g, o)
}

// Pixels returns the number of pixels that are fitted: those of Grid, or those of it that lie in the polygons of the region.
func (j *Job) Pixels() int64 {
	if c := j.stack.cover; c != nil {
		return c.Pixels
	}
	return int64(j.Grid.Width) * int64(j.Grid.Height)
}

// Model returns the model as far as it decides which fields there are, and their names.
func (j *Job) Model() stats.Model { return j.options.Model() }

// Samples returns the type of the samples of the inputs and which of them are observations.
func (j *Job) Samples() (kernel.DType, kernel.Valid) {
	if j.Grid.Kept != nil {
		return j.stack.grid.Type, j.stack.grid.Valid
	}
	return j.Grid.Type, j.Grid.Valid
}

// CRS returns a short name of the CRS, or "none". Finding it takes some milliseconds.
func (j *Job) CRS() string {
	return j.stack.geo.CRS()
}

// Close closes the inputs.
func (j *Job) Close() error { return j.stack.Close() }

// Run fits the stack and writes the output. progress, which may be nil, is called with the number
// of pixels written, by one goroutine at a time. If Scratch is not 0, each pixel is written twice,
// and total counts it twice. When Run returns an error, no file has the name of an output, except
// one that had it before, or the error says which has.
func (j *Job) Run(ctx context.Context, progress func(done, total int)) (Summary, error) {
	defer gdal.ShareBlockCache(j.budget.readCache())()
	defer j.stack.returnLargeBlocks()()
	hidden := j.stack.maskedSamples.Load()
	fit := func(ctx context.Context, sink pixtrend.Sink, progress func(done, total int)) (pixtrend.Report, error) {
		return j.Plan.Run(ctx, j.source, sink, progress)
	}
	s, err := j.run(ctx, fit, nil, progress)
	if err == nil {
		s.Masked = j.stack.maskedSamples.Load() - hidden
	}
	return s, err
}

// run writes the outputs. fill passes every window of the results to a sink once. When the outputs
// are complete, and before they get their names, run calls ready with their temporary files. ready may
// be nil.
func (j *Job) run(ctx context.Context, fill func(context.Context, pixtrend.Sink, func(done, total int)) (pixtrend.Report, error),
	ready func(files []string) error, progress func(done, total int)) (Summary, error) {
	tally := startTally(j)
	if j.sums != nil && j.sums.sink != nil {
		j.sums.sink.create = tally.create
	}
	filled, copied := j.inSteps(progress)
	start := time.Now()
	report, err := fill(ctx, tally, filled)
	files, createErr := tally.create()
	if createErr != nil {
		return Summary{}, createErr
	}
	if err != nil {
		files.Abort()
		return Summary{}, err
	}
	// Beside the rest, which mostly waits for the disk.
	var slopes sync.WaitGroup
	var quintiles []float64
	var histogram *stats.Histogram
	if tally.slopes != nil {
		slopes.Go(func() { quintiles, histogram = tally.describe() })
	}
	defer slopes.Wait()
	changed, err := j.complete(ctx, files, tally, ready, copied)
	if err != nil {
		return Summary{}, err
	}
	s := j.summary(report, tally)
	s.Warnings = append(s.Warnings, changed...)
	s.Seconds = time.Since(start).Seconds()
	s.Times.Start, s.Times.Finish = start.Sub(j.options.Began).Seconds(), s.Seconds-s.Times.Windows
	slopes.Wait()
	s.SlopeQuintiles, s.SlopeHistogram = append(s.SlopeQuintiles, quintiles...), histogram
	return s, nil
}

// inSteps returns the progress of the fit and of the copy that may follow it.
func (j *Job) inSteps(progress func(done, total int)) (fitted func(done, total int), copied func(part float64)) {
	if progress == nil || j.Scratch == 0 {
		return progress, func(float64) {}
	}
	pixels := j.Grid.Width * j.Grid.Height
	fitted = func(done, _ int) { progress(done, 2*pixels) }
	return fitted, func(part float64) { progress(pixels+int(part*float64(pixels)), 2*pixels) }
}

// complete checks that the inputs are those that were opened, settles the false discovery rate, and
// gives the files their names, after ready. On error it removes them.
func (j *Job) complete(ctx context.Context, files output.Files, tally *tally, ready func([]string) error, copied func(float64)) (changed []string, err error) {
	changed, err = j.unchanged(ctx)
	for _, d := range tally.discoveries {
		if err == nil {
			err = d.settle(ctx, files[0], j.Plan.Type)
		}
	}
	if err != nil {
		files.Abort()
		return nil, err
	}
	if j.Scratch > 0 { // GDAL's memory for the inputs is needed to make the outputs
		if err := j.stack.Close(); err != nil {
			files.Abort()
			return nil, err
		}
	}
	return changed, files.Commit(ctx, ready, copied)
}

// unchanged checks that the inputs are those that were opened. It returns warnings if that cannot be
// said of some.
func (j *Job) unchanged(ctx context.Context) (warnings []string, err error) {
	for _, s := range append([]*Stack{j.stack}, j.stack.covariates...) {
		more, err := s.unchanged(ctx)
		if err != nil {
			return nil, err
		}
		warnings = append(warnings, more...)
	}
	return warnings, nil
}
