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

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend"
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

// DefaultMemory is what Options.Memory stands for when it is 0; less than leastMemory does not do.
const (
	DefaultMemory = 512 << 20
	leastMemory   = 16 << 20
)

// Job is a fit made ready: all that can be checked is, and nothing is written yet.
type Job struct {
	Inputs    []string // what each date is read from, in date order
	Output    string
	Series    []string // further outputs: residuals, and what is detrended
	Grid      pixtrend.Grid
	Given     int      // rasters among which dates were selected; Inputs are those used
	DatedBy   []string // what the dates were read from, such as "file name", the most frequent first
	Unit      string   // of the samples; "": the files do not say
	Index     string   // what is fitted of two bands, such as nd:4,3; "": samples as they are
	Valid     string   // what observations are within, as ParseRange reads it; "": anything
	Masks     string   // by what samples are gaps, for people; "": by nothing but themselves
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
	cache   int64
	outputs []output
}

// Summary says what a fit did.
type Summary struct {
	Output         string    `json:"output"`
	Residuals      string    `json:"residuals,omitempty"` // another output
	Detrend        string    `json:"detrend,omitempty"`   // another
	Format         Format    `json:"format"`              // GTiff or COG
	Width          int       `json:"width"`
	Height         int       `json:"height"`
	Pixels         int       `json:"pixels"`
	Dates          int       `json:"dates"`
	Given          int       `json:"dates_given"`           // before some were left out
	Unit           string    `json:"unit"`                  // slopes are per it
	Fitted         int       `json:"fitted"`                // pixels with a result in the first field that is not n
	Index          string    `json:"index,omitempty"`       // what was fitted of two bands, such as nd:4,3
	Valid          string    `json:"valid_range,omitempty"` // what observations are within
	Masks          string    `json:"masks,omitempty"`       // by what samples were gaps
	Masked         int64     `json:"samples_masked"`        // by masks, of all pixels and dates
	Gaps           *int64    `json:"samples_missing"`       // of all pixels and dates; null where n is no field, so that nobody counted
	Fields         []string  `json:"fields"`
	Remote         int       `json:"remote_files"`  // inputs that are on servers
	Seconds        float64   `json:"seconds"`       // from the first read until the output is on the disk
	Times          Times     `json:"times"`         // what they were spent on
	Decoded        bool      `json:"decoded"`       // whether any of the inputs was compressed, so that reading was decoding too
	BytesRead      int64     `json:"bytes_read"`    // samples of all bands that were read, in their own types
	BytesWritten   int64     `json:"bytes_written"` // size of the outputs
	ISA            string    `json:"isa"`
	Threads        int       `json:"threads"`
	Pin            string    `json:"pin"`
	Unbound        string    `json:"unbound,omitempty"` // why not every worker had a CPU of its own
	SlopeQuintiles []float64 `json:"slope_quintiles"`   // the four limits, or nothing
	QuintilesOf    int       `json:"quintiles_of"`      // pixels that they, and the histogram, were computed from
	// Classes of the slopes, the first and the last of which have a twentieth of them each, or less; null where there is none.
	SlopeHistogram *stats.Histogram `json:"slope_histogram"`
	FDR            *FDR             `json:"false_discovery_rate,omitempty"`
	Warnings       []string         `json:"warnings"`
}

// Times says in seconds what the time of a fit was spent on. Start, Windows and Finish follow each other, and the last two are
// Summary.Seconds. The others are parts of Windows: Read, Fit and Wait of all threads added up, so that they and what threads were
// idle are Threads × Windows; Write of the one writer, which works beside them.
type Times struct {
	Start   float64 `json:"start"`   // until the first window is read: opening, checking and planning; from Options.Began on
	Windows float64 `json:"windows"` // of reading, fitting and writing
	Read    float64 `json:"read"`    // the files, and decoding what is compressed: GDAL does both in one
	Fit     float64 `json:"fit"`     // the arithmetic
	Wait    float64 `json:"wait"`    // of threads for the writer
	Write   float64 `json:"write"`   // windows
	Finish  float64 `json:"finish"`  // until the output has its name: compressing, overviews, bringing it to the disk
}

// FDR says what a false discovery rate came to.
type FDR struct {
	Rate   float64 `json:"rate"`
	PValue float64 `json:"pvalue"` // the largest that is a trend's; 0 where there is none
	Trends int64   `json:"trends"` // pixels whose p-value is not larger
	Of     int64   `json:"of"`     // pixels that have a p-value
}

// FitFiles fits the stack of the input files and writes the fields into one GeoTIFF, a band each.
// inputs are as Expand takes them.
func FitFiles(ctx context.Context, inputs []string, output string, o Options) (Summary, error) {
	job, err := Prepare(inputs, output, o)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = job.Close() }()
	return job.Run(ctx, nil)
}

// Prepare opens the inputs and settles how they will be fitted. It writes nothing. The caller
// closes the job.
func Prepare(inputs []string, output string, o Options) (*Job, error) {
	if o.Began.IsZero() {
		o.Began = time.Now()
	}
	if err := o.allowMemory(); err != nil {
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
		o.Fit.Significance = o.FDR // no more pixels than these
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
	s, err := Open(inputs, o.OpenOptions)
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

// allowMemory settles how much memory there is.
func (o *Options) allowMemory() error {
	if o.Memory < 0 {
		return fmt.Errorf("the memory of %d bytes is negative", o.Memory)
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.Memory < leastMemory {
		return fmt.Errorf("a memory of %s does not hold the program itself: allow %d MiB or more with --memory", humanize.IBytes(uint64(o.Memory)), leastMemory>>20)
	}
	return nil
}

func prepare(s *Stack, output string, o Options) (*Job, error) {
	for _, path := range []string{output, o.Residuals, o.Detrend} {
		if err := s.checkApart(path); err != nil {
			return nil, err
		}
	}
	// Half of the memory is for tiles and results, and what remote files take. A quarter is for blocks:
	// half of that GDAL's, for what is read, and half for those of the output that are not complete. The
	// rest is left to open files and to the program.
	o.Fit.TileMemory = o.Memory/2 - s.transferMemory(o.Memory)
	if err := s.checkBlocks(o.Memory / 4); err != nil {
		return nil, err
	}
	plan, err := s.newPlan(o.Fit)
	if short := (*pixtrend.MemoryError)(nil); errors.As(err, &short) {
		return nil, fmt.Errorf("a window of %d dates for each of %d threads does not fit the memory of %d MiB: allow %d MiB with --memory, or use fewer --threads",
			short.Dates, short.Threads, o.Memory>>20, 2*short.Need>>20+1)
	}
	if err != nil {
		return nil, err
	}
	if n := len(s.planes); o.Fit.MinObs > n {
		s.warnings = append(s.warnings, fmt.Sprintf("no pixel can have the %d observations that are asked for, there are %d dates: none gets a trend", o.Fit.MinObs, n))
	}
	// Each worker has a block of its own in GDAL's hands, beside what it was decoded from.
	if block := s.largest((*plane).heldBytes); block > 0 {
		if most := int(max(1, o.Memory/8/block)); most < len(plan.Workers) {
			s.warnings = append(s.warnings, fmt.Sprintf("%d threads are used and not %d: the files have blocks of %.1f MiB, and more would take more than the memory of %d MiB",
				most, len(plan.Workers), float64(block)/(1<<20), o.Memory>>20))
			o.Fit.Threads = most
			if plan, err = s.newPlan(o.Fit); err != nil {
				return nil, err
			}
		}
	}
	left := o.Memory - o.Memory/4 - plan.TileMemory - programBytes - s.transferMemory(o.Memory)
	s.keepHandles(left, s.spread(left, plan))
	g := s.Grid()
	j := &Job{Inputs: s.Names(), Output: output, Grid: g, Given: s.Given(), DatedBy: sourcesOf(s.readings), Unit: s.unit(), Plan: plan,
		Index: s.index.String(), Valid: s.validText(), Masks: s.maskText(),
		PixelSize: [2]float64{math.Hypot(s.geo.transform[1], s.geo.transform[4]), math.Hypot(s.geo.transform[2], s.geo.transform[5])},
		FileBytes: s.FileBytes(), Decoded: s.decoded(), Remote: s.RemoteFiles(), Memory: o.Memory, Warnings: s.Warnings(), stack: s, options: o, cache: o.Memory / 8}
	j.outputs = j.newOutputs()
	for _, o := range j.outputs[1:] {
		j.Series = append(j.Series, o.path)
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

// programBytes is what the rest of a fit takes: the sample behind the quintiles, and the heap.
const programBytes = 12 << 20

// checkBlocks refuses files of which one block would not fit the memory: to read any of it, GDAL
// must hold all of it.
func (s *Stack) checkBlocks(memory int64) error {
	for _, p := range s.bands {
		if p.heldBytes() > memory {
			return inputErrorf("%s has blocks of %d × %d pixels, %.1f MiB each, too large for a quarter of the memory, %.1f MiB: allow more with --memory, or rewrite the file with tiles (gdal_translate -co TILED=YES -co INTERLEAVE=BAND)",
				s.files[p.file], p.blockWidth, p.blockHeight, float64(p.heldBytes())/(1<<20), float64(memory)/(1<<20))
		}
	}
	return nil
}

// keepHandles bounds the files that stay open, so that what GDAL holds for them fits the memory
// beside those that each worker opens for a moment. Without the bound the memory would grow with
// files times workers.
func (s *Stack) keepHandles(memory int64, workers int) {
	s.readers.limit = max(0, min(s.readers.limit, memory/s.largest((*plane).handleBytes)-int64(workers)))
}

// largest returns the most bytes that any plane takes.
func (s *Stack) largest(bytes func(*plane) int64) int64 {
	var most int64
	for _, p := range s.bands {
		most = max(most, bytes(p))
	}
	return most
}

// CRS returns a short name of the CRS, or "none". To find it takes PROJ some milliseconds.
func (j *Job) CRS() (name string) {
	onThread(func() { name = crsName(j.stack.geo.wkt) })
	return name
}

// Close closes the inputs.
func (j *Job) Close() error { return j.stack.Close() }

// Run fits the stack and writes the output. progress, which may be nil, hears the pixels written, never
// concurrently; where Scratch is not 0 each is written twice, and counted twice in total. When Run
// returns an error, there is no file under the output's name but one that was there before.
func (j *Job) Run(ctx context.Context, progress func(done, total int)) (Summary, error) {
	defer blockCache(j.cache)()
	tally := newTally(j)
	pixels := j.Grid.Width * j.Grid.Height
	fitted, copied := progress, func(float64) {}
	if progress != nil && j.Scratch > 0 {
		fitted = func(done, _ int) { progress(done, 2*pixels) }
		copied = func(part float64) { progress(pixels+int(part*float64(pixels)), 2*pixels) }
	}
	start, hidden := time.Now(), j.stack.hidden.Load()
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
		Index: j.Index, Valid: j.Valid, Masks: j.Masks, Masked: j.stack.hidden.Load() - hidden}
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
		Threads: len(j.Plan.Workers), Memory: j.Memory / 8,
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
	maps.Copy(s.Metadata, j.stack.treatment())
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

// tally counts what goes into the file.
type tally struct {
	create func() (outputFiles, error) // the same files every time
	width  int
	field  int // the plane that tells whether a pixel has a result
	slope  int // the plane of the slopes, or -1
	fitted int
	slopes *stats.Sampler

	n            int // the plane of the numbers of observations, or -1
	observations int64

	discoveries *stats.Discoveries // nil: none are looked for
	pvalue      int                // the plane of the p-values
}

// newTally begins to make the files, which takes some ten milliseconds, beside what follows.
func newTally(j *Job) *tally {
	t := &tally{width: j.Grid.Width, slope: -1, n: slices.Index(j.Plan.Fields, stats.N)}
	t.create = sync.OnceValues(func() (outputFiles, error) { return createFiles(j.outputs) })
	go func() { _, _ = t.create() }()
	if j.options.FDR > 0 {
		t.discoveries, t.pvalue = stats.NewDiscoveries(j.options.FDR), slices.Index(j.Plan.Fields, stats.PValue)
	}
	for i, field := range j.Plan.Fields {
		if field == stats.Slope {
			t.slope = i
			t.slopes = stats.NewSampler(j.Grid.Width * j.Grid.Height)
		}
	}
	for i, field := range j.Plan.Fields {
		if field != stats.N {
			t.field = i
			break
		}
	}
	return t
}

// describe returns the limits of the quintiles of the slopes and their histogram; nil where there are no slopes.
func (t *tally) describe() ([]float64, *stats.Histogram) {
	q := t.slopes.Quantiles(0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
	if q == nil {
		return nil, nil
	}
	h := t.slopes.Histogram(q[0], q[5])
	return q[1:5], &h
}

// Write is called by one goroutine at a time.
func (t *tally) Write(w pixtrend.Window, planes kernel.Tile) error {
	if planes.Type == kernel.Float64 {
		count[float64](t, w, planes)
	} else {
		count[float32](t, w, planes)
	}
	files, err := t.create()
	if err != nil {
		return err
	}
	return files.Write(w, planes)
}

func count[F float32 | float64](t *tally, w pixtrend.Window, planes kernel.Tile) {
	for _, x := range kernel.Plane[F](planes, t.field) {
		if x == x {
			t.fitted++
		}
	}
	if t.n >= 0 {
		for _, n := range kernel.Plane[F](planes, t.n) {
			t.observations += int64(n)
		}
	}
	if t.discoveries != nil {
		stats.Count(t.discoveries, kernel.Plane[F](planes, t.pvalue))
	}
	if t.slope < 0 {
		return
	}
	slopes := kernel.Plane[F](planes, t.slope)
	for y := range w.Height {
		stats.Sample(t.slopes, (w.Y+y)*t.width+w.X, slopes[y*w.Width:(y+1)*w.Width])
	}
}
