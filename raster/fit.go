package raster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

var nan = math.NaN()

// Options say how files are fitted. The zero value writes the slope as float32.
type Options struct {
	OpenOptions
	Fit    pixtrend.Options // without TileMemory, Progress, Residuals and Detrended, which are set here or by Job.Run
	Memory int64            // bytes that the whole fit may take; 0: 512 MiB
	// FDR is a false discovery rate: stats.TrendClass tells the trends of which that share is expected to be by chance.
	// The fields must have TrendClass and PValue then, and Fit.Significance is not used. 0: none
	FDR       float64
	Residuals string    // a second output: what the lines leave of each observation, a band a date; "": none
	Detrend   string    // another: the same with the mean of each pixel; "": none
	Overwrite bool      // whether an existing output is replaced
	Format    Format    // of the output; "": GTiff
	Creation  []string  // creation options of the format, KEY=VALUE
	Software  string    // named in the output's metadata; "": pixtrend
	Began     time.Time // when the program did, for Times.Start; zero: when Prepare was called
}

// Job is a fit made ready: all that can be checked is, and nothing is written yet.
type Job struct {
	Inputs      []string // what each date is read from, in date order
	Output      string
	SideOutputs []string // further outputs: residuals, and what is detrended
	Grid        pixtrend.Grid
	Given       int      // rasters among which dates were selected; Inputs are those used
	DatedBy     []string // what the dates were read from, such as "file name", the most frequent first
	Unit        string   // of the samples; "": the files do not say
	Treatment
	Plan      pixtrend.StreamPlan
	PixelSize [2]float64 // in units of the CRS
	FileBytes int64      // size of the input files
	Decoded   bool       // whether any of them is compressed
	Remote    int        // how many of them are on servers
	Memory    int64      // bytes that the fit may take
	Format    Format     // of the output
	Scratch   int64      // bytes of a file that stands beside the output while it is made; 0: none
	Warnings  []string

	stack   *Stack
	options Options
	budget  budget
	outputs []output
}

// FitFiles fits the stack of the input files and writes the fields into one GeoTIFF, a band each.
// inputs are as Expand takes them.
func FitFiles(ctx context.Context, inputs []string, output string, o Options) (Summary, error) {
	job, err := Prepare(ctx, inputs, output, o)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = job.Close() }()
	return job.Run(ctx, nil)
}

// Prepare opens the inputs and settles how they will be fitted. It writes nothing. When ctx ends, it returns the cause. The
// caller closes the job.
func Prepare(ctx context.Context, inputs []string, output string, o Options) (*Job, error) {
	if o.Began.IsZero() {
		o.Began = time.Now()
	}
	if _, err := newBudget(o.Memory); err != nil {
		return nil, err
	}
	if o.Software == "" {
		o.Software = "pixtrend"
	}
	if o.FDR != 0 {
		if !(o.FDR > 0 && o.FDR < 1) || !slices.Contains(o.Fit.Fields, stats.TrendClass) || !slices.Contains(o.Fit.Fields, stats.PValue) {
			return nil, fmt.Errorf("a false discovery rate of %v takes the fields %v and %v, and lies between 0 and 1", o.FDR, stats.PValue, stats.TrendClass)
		}
	}
	if err := o.checkFit(); err != nil {
		return nil, err
	}
	if o.FDR != 0 {
		// Pixels that become discoveries have p-values up to the rate, or up to the rate as float32.
		// Those that do not are revised at the end.
		rate := float64(math.Nextafter32(float32(o.FDR), 1))
		o.Fit.Significance = min(math.Nextafter(max(rate, o.FDR), 1), math.Nextafter(1, 0))
	}
	if err := checkTargets(o.Overwrite, output, o.Residuals, o.Detrend); err != nil {
		return nil, err
	}
	o.Fit.Residuals, o.Fit.Detrended = o.Residuals != "", o.Detrend != ""
	form := Spec{Format: o.Format, Creation: o.Creation, Type: kernel.Float32, Bands: make([]Band, max(1, len(o.Fit.Fields)))}
	if o.Fit.Float64 {
		form.Type = kernel.Float64
	}
	if err := form.checkCreation(); err != nil {
		return nil, err
	}
	s, err := Open(ctx, inputs, o.OpenOptions)
	if err != nil {
		return nil, err
	}
	j, err := prepare(s, output, o)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return j, nil
}

// checkFit returns an error if Fit sets an option that is not used of it.
func (o *Options) checkFit() error {
	for _, x := range []struct {
		set           bool
		name, instead string
	}{
		{o.Fit.TileMemory != 0, "TileMemory", "set Options.Memory"},
		{o.Fit.Progress != nil, "Progress", "pass it to Job.Run"},
		{o.Fit.Residuals, "Residuals", "name the file in Options.Residuals"},
		{o.Fit.Detrended, "Detrended", "name the file in Options.Detrend"},
		{o.Fit.Significance != 0 && o.FDR != 0, "Significance", "leave it unset beside Options.FDR, which finds the limit"},
	} {
		if x.set {
			return fmt.Errorf("Options.Fit.%s is not used for files: %s", x.name, x.instead)
		}
	}
	return nil
}

func prepare(s *Stack, output string, o Options) (*Job, error) {
	for _, path := range []string{output, o.Residuals, o.Detrend} {
		if err := s.checkApart(path); err != nil {
			return nil, err
		}
	}
	memory, err := s.budget(o.Memory)
	if err != nil {
		return nil, err
	}
	o.Fit.TileMemory = memory.tiles()
	if err := s.checkBlocks(memory); err != nil {
		return nil, err
	}
	plan, err := s.newPlan(o.Fit)
	if short := (*pixtrend.MemoryError)(nil); errors.As(err, &short) {
		return nil, fault.Errorf("a window of %d dates for each of %d threads does not fit the memory of %d MiB: allow %d MiB with %v, or fewer threads with %v",
			short.Dates, short.Threads, memory.total>>20, 2*short.Need>>20+1, Option{Field: "Memory"}, Option{Field: "Fit.Threads"})
	}
	if err != nil {
		return nil, err
	}
	if n := len(s.planes); o.Fit.MinObs > n {
		s.warnings = append(s.warnings, fmt.Sprintf("no pixel can have the %d observations that are asked for, there are %d dates: none gets a trend", o.Fit.MinObs, n))
	}
	// Each worker has a block of its own in GDAL's hands, beside what it was decoded from.
	if block := s.largest((*plane).heldBytes); block > 0 {
		if most := memory.decoders(block); most < len(plan.Workers) {
			s.warnings = append(s.warnings, fmt.Sprintf("%d threads are used and not %d: the files have blocks of %.1f MiB, and more would take more than the memory of %d MiB",
				most, len(plan.Workers), float64(block)/(1<<20), memory.total>>20))
			o.Fit.Threads = most
			if plan, err = s.newPlan(o.Fit); err != nil {
				return nil, err
			}
		}
	}
	left := memory.openFiles(plan.TileMemory)
	s.keepHandles(left, s.spread(left, plan))
	g := s.Grid()
	j := &Job{Inputs: s.Names(), Output: output, Grid: g, Given: s.Given(), DatedBy: sourcesOf(s.readings), Unit: s.unit(), Plan: plan,
		Treatment: s.treatment(),
		PixelSize: [2]float64{math.Hypot(s.geo.transform[1], s.geo.transform[4]), math.Hypot(s.geo.transform[2], s.geo.transform[5])},
		FileBytes: s.FileBytes(), Decoded: s.decoded(), Remote: s.RemoteFiles(), Memory: memory.total, Warnings: s.Warnings(), stack: s, options: o, budget: memory}
	j.outputs = j.newOutputs()
	for _, o := range j.outputs[1:] {
		j.SideOutputs = append(j.SideOutputs, o.path)
	}
	for _, o := range j.outputs {
		j.Format = o.spec.format()
		made, err := o.spec.resolve()
		if err != nil {
			return nil, err
		}
		if !made.plain {
			j.Scratch += o.spec.rawBytes()
		}
	}
	return j, nil
}

// CRS returns a short name of the CRS, or "none". To find it takes PROJ some milliseconds.
func (j *Job) CRS() (name string) {
	gdal.OnCRSThread(func() { name = gdal.CRSName(j.stack.geo.wkt) })
	return name
}

// Close closes the inputs.
func (j *Job) Close() error { return j.stack.Close() }

// Run fits the stack and writes the output. progress, which may be nil, hears the pixels written, never
// concurrently; where Scratch is not 0 each is written twice, and counted twice in total. When Run
// returns an error, there is no file under the output's name but one that was there before.
func (j *Job) Run(ctx context.Context, progress func(done, total int)) (Summary, error) {
	defer gdal.ShareBlockCache(j.budget.readCache())()
	tally := startTally(j)
	pixels := j.Grid.Width * j.Grid.Height
	fitted, copied := progress, func(float64) {}
	if progress != nil && j.Scratch > 0 {
		fitted = func(done, _ int) { progress(done, 2*pixels) }
		copied = func(part float64) { progress(pixels+int(part*float64(pixels)), 2*pixels) }
	}
	start, hidden := time.Now(), j.stack.maskedSamples.Load()
	report, err := j.Plan.Run(ctx, j.stack, tally, fitted)
	files, createErr := tally.create()
	if createErr != nil {
		return Summary{}, createErr
	}
	if err != nil {
		files.Abort()
		return Summary{}, err
	}
	var slopes sync.WaitGroup // beside what is left to do, which the disk is waited for in
	var quintiles []float64
	var histogram *stats.Histogram
	if tally.slopes != nil {
		slopes.Go(func() { quintiles, histogram = tally.describe() })
	}
	defer slopes.Wait()
	changed, err := j.stack.unchanged(ctx)
	if d := tally.discoveries; err == nil && d != nil {
		err = files[0].discover(ctx, d, tally.pvalue, slices.Index(j.Plan.Fields, stats.TrendClass))
	}
	if err != nil {
		files.Abort()
		return Summary{}, err
	}
	if err := files.commit(ctx, copied); err != nil {
		return Summary{}, err
	}
	g := j.Grid
	s := Summary{Output: j.Output, Format: j.Format, Width: g.Width, Height: g.Height, Pixels: report.Pixels, Dates: report.Dates, Given: j.Given, Unit: g.Axis.Unit(),
		Fitted: tally.fitted, Remote: j.Remote, Seconds: time.Since(start).Seconds(), Decoded: j.Decoded, ISA: report.ISA, Threads: report.Threads, Pin: report.Pin,
		Unbound: report.Unbound, Warnings: append(append([]string{}, j.Warnings...), changed...), SlopeQuintiles: []float64{}, BytesRead: int64(report.Pixels) * j.stack.pixelBytes(),
		Treatment: j.Treatment, Masked: j.stack.maskedSamples.Load() - hidden}
	busy := report.Busy
	s.Times = Times{Start: start.Sub(j.options.Began).Seconds(), Windows: report.Elapsed.Seconds(), Finish: s.Seconds - report.Elapsed.Seconds(),
		Read: busy.Read.Seconds(), Fit: busy.Fit.Seconds(), Wait: busy.Wait.Seconds(), Write: busy.Write.Seconds()}
	for _, f := range j.Plan.Fields {
		s.Fields = append(s.Fields, f.String())
	}
	if tally.n >= 0 {
		gaps := int64(report.Pixels)*int64(report.Dates) - tally.observations
		s.Gaps = &gaps
	}
	if tally.slopes != nil {
		slopes.Wait()
		s.QuintilesOf = tally.slopes.Len()
		s.SlopeQuintiles, s.SlopeHistogram = append(s.SlopeQuintiles, quintiles...), histogram
	}
	if d := tally.discoveries; d != nil {
		p, found, of := d.Threshold()
		s.FDR = &FDR{Rate: j.options.FDR, Trends: found, Of: of}
		if found > 0 {
			s.FDR.PValue = p
		}
	}
	for _, o := range j.outputs {
		if info, err := os.Stat(o.path); err == nil {
			s.BytesWritten += info.Size()
		}
	}
	s.Residuals, s.Detrend = j.options.Residuals, j.options.Detrend
	return s, nil
}

// newSpec describes the output.
func (j *Job) newSpec() Spec {
	g, geo := j.Grid, j.stack.geo
	s := Spec{Width: g.Width, Height: g.Height, Type: j.Plan.Type, CRS: geo.wkt, Format: j.options.Format, Creation: j.options.Creation,
		Threads: len(j.Plan.Workers), Memory: j.budget.writeCells(),
		Overwrite: j.options.Overwrite, Metadata: map[string]string{
			"TIFFTAG_SOFTWARE": j.options.Software,
			"PIXTREND_INPUTS":  described(j.Inputs),
		}}
	if g.Axis.Dates == nil {
		s.Metadata["PIXTREND_X"] = labelList(j)
	} else {
		s.Metadata["PIXTREND_DATES"] = labelList(j)
	}
	if j.stack.multi {
		s.Metadata["PIXTREND_INPUTS"] = fmt.Sprintf("%s (%d bands)", j.stack.files[0], len(j.Inputs))
	}
	if geo.hasTransform {
		s.GeoTransform = geo.transform
	}
	maps.Copy(s.Metadata, j.metadata())
	unit := j.stack.unit()
	for _, f := range j.Plan.Fields {
		s.Bands = append(s.Bands, j.options.band(f, g.Axis, unit))
	}
	return s
}

// band describes the band of a field, of samples in a unit that may be unknown, "".
func (o Options) band(f stats.Field, axis timeaxis.Axis, unit string) Band {
	info := f.Info()
	b := Band{Name: info.Name, Nearest: info.Nearest}
	switch info.Unit {
	case stats.UnitNone:
		b.Unit = "1" // UDUNITS' word for a pure number
	case stats.UnitSamples:
		b.Unit = unit
	case stats.UnitPerTime:
		if b.Unit = "per " + axis.Unit(); unit != "" {
			b.Unit = unit + "/" + axis.Unit()
		}
	case stats.UnitTime:
		b.Unit = axis.Counts()
	case stats.UnitCount:
		b.Unit = "observations"
	case stats.UnitClass:
		b.Unit = "class"
	}
	switch info.Option {
	case stats.OptionInterceptAt:
		b.Metadata = map[string]string{"TIME_ORIGIN": cmp.Or(o.Fit.InterceptAt, axis.Origin())}
	case stats.OptionConfidence:
		b.Metadata = map[string]string{"CONFIDENCE": fmt.Sprint(cmp.Or(o.Fit.Confidence, stats.DefaultConfidence))}
	case stats.OptionSignificance:
		b.Metadata = map[string]string{"SIGNIFICANCE": fmt.Sprint(o.Fit.Significance)}
		if o.FDR > 0 {
			b.Metadata = map[string]string{"FALSE_DISCOVERY_RATE": fmt.Sprint(o.FDR)}
		}
	}
	return b
}

// labelList names the dates, or the numbers in their place: all of them up to 40, else how many and the ends.
func labelList(j *Job) string {
	axis, n := j.Grid.Axis, len(j.Inputs)
	if n > 40 {
		return axis.String()
	}
	names := make([]string, n)
	for i := range names {
		names[i] = axis.Label(i)
	}
	return strings.Join(names, " ")
}
