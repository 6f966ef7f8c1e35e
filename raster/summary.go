package raster

import (
	"slices"
	"sync"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// Summary says what a fit did.
type Summary struct {
	Output    string `json:"output"`
	Residuals string `json:"residuals,omitempty"` // another output
	Detrend   string `json:"detrend,omitempty"`   // another
	Format    Format `json:"format"`              // GTiff or COG
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Pixels    int    `json:"pixels"`
	Dates     int    `json:"dates"`
	Given     int    `json:"dates_given"` // before some were left out
	Unit      string `json:"unit"`        // slopes are per it
	Fitted    int    `json:"fitted"`      // pixels with a result in the first field that is not n
	Treatment
	Masked         int64     `json:"samples_masked"`  // by masks, of all pixels and dates
	Gaps           *int64    `json:"samples_missing"` // of all pixels and dates; null where n is no field, so that nobody counted
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

// tally counts what goes into the file.
type tally struct {
	create func() (outputFiles, error) // the same files every time
	width  int
	field  int // the plane that tells whether a pixel has a result
	slope  int // the plane of the slopes, or -1
	fitted int
	huge   int // pixels whose result is as huge as only fill values make it
	slopes *stats.Sampler

	n            int // the plane of the numbers of observations, or -1
	observations int64

	discoveries *stats.Discoveries // nil: none are looked for
	pvalue      int                // the plane of the p-values
}

// startTally begins to make the files, which takes some ten milliseconds, beside what follows.
func startTally(j *Job) *tally {
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
		if x >= hugeResult || x <= -hugeResult {
			t.huge++
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
