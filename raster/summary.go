package raster

import (
	"math"
	"os"
	"slices"
	"sync"
	"unsafe"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
)

// Summary describes a fit that is done.
type Summary struct {
	Output    string        `json:"output"`
	Outputs   []string      `json:"outputs,omitempty"`           // of composites: a file, or a file for each
	Sums      string        `json:"sums,omitempty"`              // what an update was added to, see Job.Sums
	Keep      string        `json:"kept,omitempty"`              // the file of kept sums
	Residuals string        `json:"residuals,omitempty"`         // the second output; "": none
	Detrend   string        `json:"detrend,omitempty"`           // the third; "": none
	Deseason  string        `json:"deseason,omitempty"`          // the fourth; "": none
	Fitting   string        `json:"fitted_trajectory,omitempty"` // of breaks; "": none
	Vertices  string        `json:"vertices,omitempty"`          // of breaks; "": none
	Format    output.Format `json:"format"`                      // GTiff, COG, NetCDF or Zarr
	Breaks    bool          `json:"breaks,omitempty"`            // the fields are those of a method that finds breaks
	Width     int           `json:"width"`
	Height    int           `json:"height"`
	Pixels    int           `json:"pixels"` // that are fitted: all, or those in the polygons of the region
	Dates     int           `json:"dates"`
	Given     int           `json:"dates_given"` // before dates were selected
	Unit      string        `json:"unit"`        // of time, of slopes
	Fitted    int           `json:"fitted"`      // pixels with a result in the first field that is not n
	Treatment
	Masked         int64     `json:"samples_masked"`  // by masks, of all pixels and dates
	Gaps           *int64    `json:"samples_missing"` // of all pixels and dates; null if n is no field; of composites, those without an observation
	Fields         []string  `json:"fields"`
	Remote         int       `json:"remote_files"`     // inputs that are on servers
	Shards         int       `json:"shards,omitempty"` // that were merged; 0: the inputs were fitted
	Seconds        float64   `json:"seconds"`          // from the first read until the output is on the disk
	Times          Times     `json:"times"`            // the parts of Seconds
	Decoded        bool      `json:"decoded"`          // an input was compressed, so that reading includes decoding
	BytesRead      int64     `json:"bytes_read"`       // size of all samples of the pixels, in their own types
	BytesWritten   int64     `json:"bytes_written"`    // size of the outputs
	ISA            string    `json:"isa"`
	Threads        int       `json:"threads"`
	Pin            string    `json:"pin"`
	Unbound        string    `json:"unbound,omitempty"` // why workers had no CPU of their own
	SlopeQuintiles []float64 `json:"slope_quintiles"`   // the four limits; empty without slopes
	QuintilesOf    int       `json:"quintiles_of"`      // pixels that quintiles and histogram are computed from
	// Classes of the slopes. The first and the last class have at most a twentieth of the slopes
	// each; null without slopes.
	SlopeHistogram *stats.Histogram `json:"slope_histogram"`
	FDR            *FDR             `json:"false_discovery_rate,omitempty"`    // of trend_class
	MKFDR          *FDR             `json:"mk_false_discovery_rate,omitempty"` // of mk_class
	Warnings       []string         `json:"warnings"`
}

// Times are the parts of the time of a fit, in seconds. Start, Windows and Finish follow each
// other; Windows + Finish is Summary.Seconds. Read, Fit and Write are sums over all threads, and
// with the time that threads were idle they add up to Threads × Windows.
type Times struct {
	Start   float64 `json:"start"`   // opening, checking and planning, from Options.Began on
	Windows float64 `json:"windows"` // reading, fitting and writing windows
	Read    float64 `json:"read"`    // reading files and decoding blocks, which GDAL does together
	Fit     float64 `json:"fit"`     // arithmetic, and reading of what the system has in memory and is not copied
	Write   float64 `json:"write"`   // counting and writing results
	Finish  float64 `json:"finish"`  // compressing, overviews and syncing, until the output has its name
}

// FDR is the result of a false discovery rate.
type FDR struct {
	Rate   float64 `json:"rate"`
	PValue float64 `json:"pvalue"` // the largest p-value of a trend; 0 without trends
	Trends int64   `json:"trends"` // pixels whose p-value is at most PValue
	Of     int64   `json:"of"`     // pixels that have a p-value
}

// summary returns what is known of a fit once its outputs have their names. The caller adds times,
// masked samples and slopes.
func (j *Job) summary(report pixtrend.Report, tally *tally) Summary {
	g, busy, pixels := j.Grid, report.Busy, int(j.Pixels())
	s := Summary{
		Output: j.Output, Sums: j.Sums, Keep: j.options.Keep, Residuals: j.options.Residuals, Detrend: j.options.Detrend, Deseason: j.options.Deseason,
		Fitting: j.options.Fitted, Vertices: j.options.Vertices, Format: j.Format,
		Width: g.Width, Height: g.Height, Pixels: pixels,
		Dates: report.Dates, Given: j.Given, Unit: g.Axis.Unit(), Fitted: tally.fitted, Treatment: j.Treatment,
		Remote: j.Remote, Decoded: j.Decoded, BytesRead: int64(pixels) * j.stack.pixelBytes(),
		ISA: report.ISA, Threads: report.Threads, Pin: report.Pin, Unbound: report.Unbound,
		SlopeQuintiles: []float64{}, Warnings: slices.Concat([]string{}, j.Warnings, j.options.hugeResults(tally.huge), tally.noResults()),
		Times: Times{Windows: report.Elapsed.Seconds(), Read: busy.Read.Seconds(), Fit: busy.Fit.Seconds(), Write: busy.Write.Seconds()},
	}
	for _, f := range j.Plan.Fields {
		s.Fields = append(s.Fields, j.options.Model().FieldName(f))
		s.Breaks = s.Breaks || f.Info().Estimator.OfBreaks()
	}
	if tally.n >= 0 || tally.samples {
		gaps := int64(pixels)*int64(report.Dates) - tally.observations
		s.Gaps = &gaps
	}
	if tally.slopes != nil {
		s.QuintilesOf = tally.slopes.Len()
	}
	for _, d := range tally.discoveries {
		p, found, of := d.Threshold()
		result := &FDR{Rate: j.options.FDR, Trends: found, Of: of}
		if found > 0 {
			result.PValue = p
		}
		if d.of == stats.MKClass {
			s.MKFDR = result
		} else {
			s.FDR = result
		}
	}
	for _, o := range j.outputs {
		if j.Plan.Samples {
			s.Outputs = append(s.Outputs, o.path)
		}
		if info, err := os.Stat(o.path); err == nil {
			s.BytesWritten += info.Size()
		}
	}
	return s
}

// noResults returns a warning if no pixel has a result.
func (t *tally) noResults() []string {
	if t.fitted > 0 || t.samples {
		return nil
	}
	return []string{"no pixel has a result: all samples are gaps, or too few are observations; the report on the stack counts what makes them gaps"}
}

// tally is the sink of a job. It counts results on their way to the files.
type tally struct {
	create  func() (output.Files, error) // creates the files when it is called first
	width   int
	field   int  // the plane that is NaN where a pixel has no result
	slope   int  // the plane of the slopes, or -1
	samples bool // whether the planes are composites, a gap of which is NaN
	n       int  // the plane of the numbers of observations, or -1

	mu sync.Mutex // guards the fields below until all windows are written
	results
	slopes      *stats.Sampler
	discoveries []discovery // for a false discovery rate
}

// results counts results.
type results struct {
	fitted       int
	huge         int // pixels whose result is as huge as only fill values make it
	observations int64
}

// startTally creates the files in a goroutine, since that takes about ten milliseconds.
func startTally(j *Job) *tally {
	t := &tally{width: j.Grid.Width, samples: j.Plan.Samples, slope: -1, n: slices.Index(j.Plan.Fields, stats.N)}
	t.create = sync.OnceValues(func() (output.Files, error) { return createFiles(j.outputs) })
	go func() { _, _ = t.create() }()
	if j.options.FDR > 0 {
		t.discoveries = discoveries(j.options.FDR, j.Plan.Fields)
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

// describe returns the limits of the quintiles of the slopes and their histogram; nil without
// slopes.
func (t *tally) describe() ([]float64, *stats.Histogram) {
	q := t.slopes.Quantiles(0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
	if q == nil {
		return nil, nil
	}
	h := t.slopes.Histogram(q[0], q[5])
	return q[1:5], &h
}

// Parallel returns true: Write may be called from several goroutines at once.
func (t *tally) Parallel() bool { return true }

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
	var of results
	if t.samples {
		for i := range planes.Dates {
			numbers, _ := countResults(kernel.Plane[F](planes, i))
			of.observations += int64(numbers)
		}
	} else {
		of.fitted, of.huge = countResults(kernel.Plane[F](planes, t.field))
		if t.n >= 0 {
			of.observations = sumOfNumbers(kernel.Plane[F](planes, t.n))
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fitted += of.fitted
	t.huge += of.huge
	t.observations += of.observations
	for _, d := range t.discoveries {
		stats.Count(d.Discoveries, kernel.Plane[F](planes, d.pvalue))
	}
	if t.slope < 0 {
		return
	}
	slopes := kernel.Plane[F](planes, t.slope)
	for y := range w.Height {
		stats.Sample(t.slopes, (w.Y+y)*t.width+w.X, slopes[y*w.Width:(y+1)*w.Width])
	}
}

// countResults returns how many values are numbers, and how many of these are as huge as only fill values make
// them. Most runs of results have no NaN and no huge numbers, which takes a fraction of the time of counting to see.
func countResults[F float32 | float64](values []F) (numbers, huge int) {
	const run = 128
	nan, large := 0, 0 // NaN counts as large, too
	for len(values) > 0 {
		part := values[:min(run, len(values))]
		values = values[len(part):]
		numbers += len(part)
		if len(part) == run && allSmall(part) {
			continue
		}
		n, l := countLarge(part)
		nan, large = nan+n, large+l
	}
	return numbers - nan, large - nan
}

// allSmall reports whether all values, of which the number is even, are below hugeResult. It looks at two float32 at a time:
// magnitudes are in the order of their bits, with NaN last, and the highest bit of each half stays set if subtracting the
// magnitude from the highest bit and the limit leaves it set.
func allSmall[F float32 | float64](values []F) bool {
	least, highest := math.Float64bits(hugeResult)-1, uint64(1)<<63
	if unsafe.Sizeof(values[0]) == 4 {
		half := uint64(math.Float32bits(hugeResult) - 1)
		least, highest = half<<32|half, 1<<63|1<<31
	}
	words := unsafe.Slice((*uint64)(unsafe.Pointer(&values[0])), len(values)*int(unsafe.Sizeof(values[0]))/8)
	set := highest
	for _, w := range words {
		set &= highest + least - w&^highest
	}
	return set == highest
}

// countLarge returns how many values are NaN, and how many are NaN or at least hugeResult, without a branch.
func countLarge[F float32 | float64](values []F) (nan, large int) {
	switch values := any(values).(type) {
	case []float32:
		inf, least := int32(math.Float32bits(float32(math.Inf(1)))), int32(math.Float32bits(hugeResult))
		for _, x := range values {
			bits := int32(math.Float32bits(x) &^ (1 << 31))
			nan += int(uint32(inf-bits) >> 31)
			large += int(uint32(least-1-bits) >> 31)
		}
	case []float64:
		inf, least := int64(math.Float64bits(math.Inf(1))), int64(math.Float64bits(hugeResult))
		for _, x := range values {
			bits := int64(math.Float64bits(x) &^ (1 << 63))
			nan += int(uint64(inf-bits) >> 63)
			large += int(uint64(least-1-bits) >> 63)
		}
	}
	return nan, large
}

// sumOfNumbers adds up whole numbers. Outside a region they are NaN.
func sumOfNumbers[F float32 | float64](values []F) (sum int64) {
	for _, x := range values {
		if x == x {
			sum += int64(x)
		}
	}
	return sum
}
