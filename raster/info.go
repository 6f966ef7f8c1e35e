package raster

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Info is what Inspect finds out about a stack. Sizes are in bytes.
type Info struct {
	Files       int          `json:"files"`
	RemoteFiles int          `json:"remote_files"` // of them
	FileBytes   int64        `json:"file_bytes"`   // on the disk or the server
	SampleBytes int64        `json:"sample_bytes"` // of the bands that are used, in memory
	Dates       DatesInfo    `json:"dates"`
	Rasters     []RasterInfo `json:"rasters"` // in the order of their dates, and then those without one
	Grids       []GridInfo   `json:"grids"`   // the first is that of the first file that can be read
	Formats     []FormatInfo `json:"formats"`
	Survey      SurveyInfo   `json:"survey"`
	Fit         FitInfo      `json:"fit"`
	Warnings    []string     `json:"warnings"` // what may surprise, a sentence each
}

// DatesInfo says what the rasters are fitted against.
type DatesInfo struct {
	Given   int      `json:"given"` // rasters
	Used    int      `json:"used"`
	First   string   `json:"first"` // a date, or a number in its place; "": there is none
	Last    string   `json:"last"`
	Unit    string   `json:"distance_unit"` // of the distances from one date to the next: year, day or that of x
	Min     float64  `json:"distance_min"`
	Median  float64  `json:"distance_median"`
	Max     float64  `json:"distance_max"`
	Every   string   `json:"every"`   // such as "year" or "16 days"; "": they are irregular
	Missing []string `json:"missing"` // dates that are not there, where the others are regular
	Shared  []string `json:"shared"`  // dates of several rasters
	Sources []string `json:"sources"` // what the dates were read from, the most frequent first
	Error   string   `json:"error,omitempty"`
}

// RasterInfo is about a file, or a band of a file whose bands are dates.
type RasterInfo struct {
	Name    string   `json:"name"`
	Date    string   `json:"date,omitempty"`
	X       *float64 `json:"x,omitempty"`      // in place of a date
	Source  string   `json:"source,omitempty"` // of the date
	Rule    string   `json:"rule,omitempty"`   // that read the source
	Used    bool     `json:"used"`             // it is not left out by its date
	Grid    *int     `json:"grid"`             // index into Grids; null where the file cannot be read
	Format  *int     `json:"format"`           // index into Formats
	Error   string   `json:"error,omitempty"`  // why the file cannot be used
	Samples *Counts  `json:"samples"`          // null where none was read
}

// GridInfo is a grid, and how many rasters have it.
type GridInfo struct {
	Width     int        `json:"width"`
	Height    int        `json:"height"`
	PixelSize [2]float64 `json:"pixel_size"` // x and y, in units of the CRS
	CRS       string     `json:"crs"`        // such as EPSG:32617, or none
	Extent    [4]float64 `json:"extent"`     // least x, least y, greatest x, greatest y
	Placed    bool       `json:"placed"`     // the file says where it is on the earth
	Rotated   bool       `json:"rotated"`
	Rasters   int        `json:"rasters"`
	Differs   string     `json:"differs,omitempty"` // how it departs from the first, such as "lies 0.5 pixels off"
}

// FormatInfo is how samples are meant and stored, and how many rasters have it so.
type FormatInfo struct {
	Driver      string  `json:"driver"`
	Bands       int     `json:"bands"` // of a file
	Type        string  `json:"type"`
	Nodata      *Value  `json:"nodata"`
	Scale       float64 `json:"scale"`
	Offset      float64 `json:"offset"`
	Unit        string  `json:"unit"`
	Mask        bool    `json:"mask"`  // in the file or beside it
	Alpha       int     `json:"alpha"` // band that is called alpha, which is not used; 0: none
	Tiled       bool    `json:"tiled"` // and not in strips
	BlockWidth  int     `json:"block_width"`
	BlockHeight int     `json:"block_height"`
	BlockBytes  int64   `json:"block_bytes"` // decoded, with all bands where they are interleaved by pixel
	Compression string  `json:"compression"`
	Predictor   int     `json:"predictor"`  // 2, 3, or 0 for none or where it is not known
	Interleave  string  `json:"interleave"` // of several bands: BAND, LINE or PIXEL
	Rasters     int     `json:"rasters"`
	FileBytes   int64   `json:"file_bytes"`   // of the files of these rasters
	SampleBytes int64   `json:"sample_bytes"` // of their samples, in memory
}

// SurveyInfo is about the windows that were read of the rasters that are used.
type SurveyInfo struct {
	Windows int     `json:"windows"` // of a raster
	Width   int     `json:"window_width"`
	Height  int     `json:"window_height"`
	Share   float64 `json:"share"`   // of the pixels of the first grid
	Rasters int     `json:"rasters"` // that were read
	Counts
	Pixels   int     `json:"pixels"`       // of the first grid that were read
	Empty    int     `json:"empty_pixels"` // of them, those without any observation
	Full     int     `json:"full_pixels"`  // and those without any gap
	Fewest   int     `json:"fewest"`       // observations of a pixel; of those that have any
	Median   int     `json:"median"`       // the same of all pixels
	Threads  int     `json:"threads"`
	Bytes    int64   `json:"bytes"` // that were decoded
	Seconds  float64 `json:"seconds"`
	ReadRate float64 `json:"read_rate"` // bytes a second, of all threads; 0: not known
}

// FitInfo is what a fit would do.
type FitInfo struct {
	Runs bool   `json:"runs"`
	Why  string `json:"why,omitempty"` // it would not
	Treatment
	Unit         string  `json:"unit"`        // slopes are per it
	SampleType   string  `json:"sample_type"` // that the samples are brought to
	Windows      int     `json:"windows"`
	WindowWidth  int     `json:"window_width"`
	WindowHeight int     `json:"window_height"`
	DatesAtOnce  int     `json:"dates_at_once"`
	Threads      int     `json:"threads"`
	ISA          string  `json:"isa"`
	Memory       int64   `json:"memory"`      // that it keeps to
	TileMemory   int64   `json:"tile_memory"` // of that, for tiles and results
	Seconds      float64 `json:"seconds"`     // to open and read the stack, an estimate; 0: not known
}

// inspection is a stack whose files need not make one.
type inspection struct {
	*Stack
	o       Options
	budget  budget
	geos    []geo
	errs    []error // why a file cannot be used
	entries []*entry
	grids   []geo
	surveys []*survey
}

// entry is a raster: a file, or a band of the only one.
type entry struct {
	name       string
	file       int
	plane      *plane // nil if the file cannot be used
	reading    timeaxis.Reading
	used       bool
	grid       int
	err        error
	damaged    bool // it was found out by reading samples
	mask       *maskEntry
	counts     *Counts
	statistics statistics
	predictor  int
}

// maskEntry is the mask of a raster in another file.
type maskEntry struct {
	source, file string // its name to GDAL, and as it is shown
	plane        *plane
}

// statistics are those that a file gives of a band; nil where it does not.
type statistics struct {
	min, max, mean, deviation *float64
	approximate               bool
}

// Inspect looks at the files that Expand finds for inputs, whether or not they make a stack, and reads a sample of
// them: a few windows of each raster, the same ones every time. It writes nothing, and holds no more memory than
// the fit would. What is wrong with the stack is in the Info; an error means that there is nothing to be looked at, or
// that the options or the context say so.
func Inspect(ctx context.Context, inputs []string, o Options) (*Info, error) {
	memory, err := newBudget(o.Memory)
	if err != nil {
		return nil, err
	}
	s, err := newStack(inputs, o.OpenOptions, newDescriptions())
	if err != nil {
		return nil, err
	}
	in := &inspection{Stack: s, o: o, budget: memory}
	defer func() { _ = in.Close() }()
	in.lookAtFiles(ctx)
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	dateErr := in.date()
	in.findGrids()

	start := time.Now()
	job, jobErr := in.job(ctx, inputs)
	setup := time.Since(start)
	threads := in.surveyThreads()
	if job != nil {
		defer func() { _ = job.Close() }()
		threads = len(job.Plan.Workers)
		in.takeMasks(job.stack)
	}
	start = time.Now()
	got, err := in.surveyRasters(ctx, threads)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)

	info := &Info{Files: len(in.files), RemoteFiles: in.RemoteFiles(), FileBytes: in.FileBytes(), Dates: in.datesInfo(dateErr)}
	in.describeRasters(info)
	in.describeSurvey(&info.Survey, got, took)
	in.describeFit(info, job, jobErr, got, setup)
	info.Warnings = in.surprises(info, job)
	return info, nil
}

// takeMasks gives each raster that is used the mask that a fit would read from another file.
func (in *inspection) takeMasks(s *Stack) {
	type raster struct {
		source string
		band   int
	}
	masks := map[raster]*maskEntry{}
	for i := range s.planes {
		if p := &s.planes[i]; p.maskedFrom() {
			masks[raster{s.sources[p.file], p.band}] = &maskEntry{s.sources[p.mask.file], s.files[p.mask.file], p.mask}
		}
	}
	for _, e := range in.entries {
		if e.plane != nil {
			e.mask = masks[raster{in.sources[e.file], e.plane.band}]
		}
	}
}

// lookAtFiles describes every file, or says why it cannot.
func (in *inspection) lookAtFiles(ctx context.Context) {
	look, known := in.look(ctx, in.o.OpenOptions, true), likenesses{}
	for i, name := range in.sources {
		planes, g, lying, err := known.describe(name, in.o.OpenOptions, in.folders, func() ([]plane, geo, error) { return look(i) })
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
			if in.multi {
				e.name = fmt.Sprintf("%s band %d", in.files[i], planes[j].band)
			}
			in.entries = append(in.entries, e)
		}
	}
}

// predictorOf returns the number of the predictor of a local TIFF; 0 for none.
func predictorOf(name string) int {
	t, file := tiff.Open(name)
	if t == nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	return t.Predictor()
}

// selectByDate finds the date of every raster, as far as there is one, which of them are used, and puts them in order.
func (in *inspection) date() error {
	inputs := make([]timeaxis.Input, len(in.entries))
	for i, e := range in.entries {
		inputs[i].Name = e.name
		if !in.multi {
			inputs[i].Path = gdal.DatedName(in.sources[e.file])
		}
		if e.plane != nil {
			l := e.plane.labels
			inputs[i].Description, inputs[i].Acquired, inputs[i].Tag = l.description, l.acquired, l.tag
		}
	}
	readings, err := in.o.Dates.Resolve(inputs, nil)
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

// givenDates returns the dates of all rasters that have one, or of those that are used.
func (in *inspection) givenDates(used bool) (dates []timeaxis.Date) {
	for _, e := range in.entries {
		if e.reading.Source != "" && (e.used || !used) {
			dates = append(dates, e.reading.Date)
		}
	}
	return dates
}

// findGrids tells the grids apart, that of the first raster that is used first.
func (in *inspection) findGrids() {
	known := grids{}
	inOrder := slices.SortedStableFunc(slices.Values(in.entries), func(a, b *entry) int { return cmp.Compare(a.file, b.file) })
	for _, used := range []bool{true, false} {
		for _, e := range inOrder {
			if e.plane == nil || e.used != used {
				continue
			}
			e.grid = slices.IndexFunc(in.grids, func(g geo) bool { return known.difference(g, in.geos[e.file]).is == "" })
			if e.grid < 0 {
				e.grid = len(in.grids)
				in.grids = append(in.grids, in.geos[e.file])
			}
		}
	}
}

// job makes the fit ready, to see whether it can be.
func (in *inspection) job(ctx context.Context, inputs []string) (*Job, error) {
	s, err := open(ctx, inputs, in.o.OpenOptions, in.known)
	if err != nil {
		return nil, err
	}
	j, err := prepare(s, "", in.o)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return j, nil
}

func (in *inspection) datesInfo(err error) DatesInfo {
	d := DatesInfo{Given: len(in.entries), Missing: []string{}, Shared: []string{}}
	if err != nil {
		d.Error = in.o.explain(err)
	}
	var readings []timeaxis.Reading
	var xs []float64
	for _, e := range in.entries {
		if e.used {
			d.Used++
			xs = append(xs, e.reading.X)
		}
		readings = append(readings, e.reading)
	}
	d.Sources = sourcesOf(readings)
	if in.o.Dates.IsX() {
		if err == nil {
			d.numbers(xs, in.o.XUnit)
		}
		return d
	}
	dates := in.givenDates(true)
	if len(dates) == 0 || slices.ContainsFunc(dates, func(t timeaxis.Date) bool { return t.IsYear() != dates[0].IsYear() }) {
		return d
	}
	s := timeaxis.SpacingOf(dates)
	d.First, d.Last = s.Dates[0].String(), s.Dates[len(s.Dates)-1].String()
	d.Unit, d.Min, d.Median, d.Max, d.Every = s.Unit, s.Min, s.Median, s.Max, s.Every
	for _, date := range s.Missing {
		d.Missing = append(d.Missing, date.String())
	}
	for _, date := range s.Shared {
		d.Shared = append(d.Shared, date.String())
	}
	return d
}

// numbers sets what is known of ascending numbers that are no dates.
func (d *DatesInfo) numbers(xs []float64, unit string) {
	n := len(xs) - 1
	d.Unit, d.First, d.Last = unit, Value(xs[0]).String(), Value(xs[n]).String()
	if n == 0 {
		return
	}
	gaps := make([]float64, n)
	for i := range gaps {
		gaps[i] = xs[i+1] - xs[i]
	}
	slices.Sort(gaps)
	d.Min, d.Median, d.Max = gaps[0], (gaps[(n-1)/2]+gaps[n/2])/2, gaps[n-1]
}

// describeRasters fills in the rasters, the grids and the formats.
func (in *inspection) describeRasters(info *Info) {
	info.Rasters, info.Grids, info.Formats = []RasterInfo{}, []GridInfo{}, []FormatInfo{}
	for i, g := range in.grids {
		info.Grids = append(info.Grids, describeGrid(g))
		if i > 0 {
			info.Grids[i].Differs = in.grids[0].difference(g).is
		}
	}
	counted := map[int]bool{} // files
	for _, e := range in.entries {
		r := RasterInfo{Name: e.name, Source: e.reading.Source, Rule: e.reading.Rule, Used: e.used, Samples: e.counts}
		switch {
		case e.reading.Source == "":
		case in.o.Dates.IsX():
			r.X = &e.reading.X
		default:
			r.Date = e.reading.Date.String()
		}
		if e.err != nil {
			r.Error = in.o.explain(e.err)
		}
		if p := e.plane; p != nil {
			f := describeFormat(p, e.predictor)
			f.Tiled = p.blockWidth != in.geos[e.file].width
			index := slices.IndexFunc(info.Formats, f.same)
			if index < 0 {
				index = len(info.Formats)
				info.Formats = append(info.Formats, f)
			}
			r.Grid, r.Format = &e.grid, &index
			info.Grids[e.grid].Rasters++
			to, g := &info.Formats[index], in.geos[e.file]
			bytes := int64(g.width) * int64(g.height) * int64(p.dtype.Size())
			to.Rasters, to.SampleBytes = to.Rasters+1, to.SampleBytes+bytes
			if !counted[e.file] {
				to.FileBytes += in.fileBytes(e.file)
				counted[e.file] = true
			}
			if e.used {
				size := p.sampleBytes()
				if e.mask != nil {
					size += e.mask.plane.dtype.Size()
				}
				info.SampleBytes += int64(g.width) * int64(g.height) * int64(size)
			}
		}
		info.Rasters = append(info.Rasters, r)
	}
}

func describeGrid(g geo) GridInfo {
	t := g.transform
	d := GridInfo{Width: g.width, Height: g.height, Placed: g.hasTransform, Rotated: t[2] != 0 || t[4] != 0,
		PixelSize: [2]float64{math.Hypot(t[1], t[4]), math.Hypot(t[2], t[5])},
		Extent:    [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}}
	gdal.OnCRSThread(func() { d.CRS = gdal.CRSName(g.wkt) })
	for _, corner := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := corner[0]*float64(g.width), corner[1]*float64(g.height)
		for i, at := range []float64{t[0] + x*t[1] + y*t[2], t[3] + x*t[4] + y*t[5]} {
			d.Extent[i], d.Extent[i+2] = min(d.Extent[i], at), max(d.Extent[i+2], at)
		}
	}
	return d
}

func describeFormat(p *plane, predictor int) FormatInfo {
	return FormatInfo{Driver: p.form.driver, Bands: p.form.bands, Type: TypeName(p.dtype), Nodata: NodataOf(p.valid()),
		Scale: p.scale, Offset: p.offset, Unit: p.unit, Mask: p.masked, Alpha: p.form.alpha,
		BlockWidth: p.blockWidth, BlockHeight: p.blockHeight, BlockBytes: p.blockBytes,
		Compression: p.form.compression, Predictor: predictor, Interleave: p.form.interleave}
}

// same reports whether two formats are one.
func (f FormatInfo) same(g FormatInfo) bool {
	nodata := func(v *Value) string {
		if v == nil {
			return ""
		}
		return v.String()
	}
	if nodata(f.Nodata) != nodata(g.Nodata) {
		return false
	}
	for _, one := range []*FormatInfo{&f, &g} { // but for what is counted
		one.Nodata, one.Rasters, one.FileBytes, one.SampleBytes = nil, 0, 0, 0
	}
	return f == g
}

func (in *inspection) describeSurvey(d *SurveyInfo, got *surveyed, took time.Duration) {
	d.Counts = *newCounts()
	for _, e := range in.entries {
		if e.counts != nil && e.counts.Samples > 0 {
			d.Rasters++
			d.merge(e.counts)
		}
	}
	d.Threads, d.Bytes, d.Seconds = got.threads, got.bytes, took.Seconds()
	if got.reading > 0 {
		d.ReadRate = float64(got.bytes) / (got.reading.Seconds() / float64(got.threads))
	}
	if len(in.surveys) == 0 || in.surveys[0] == nil {
		return
	}
	s := in.surveys[0]
	rasters := 0
	for _, e := range in.entries {
		if e.counts != nil && e.counts.Samples > 0 && e.grid == 0 {
			rasters++
		}
	}
	d.Windows, d.Width, d.Height = len(s.windows), s.width, s.height
	observations := make([]int, rasters+1) // pixels by their number of observations
	for _, window := range s.seen {
		for _, n := range window {
			observations[min(int(n), rasters)]++
			d.Pixels++
		}
	}
	d.Share = float64(d.Pixels) / (float64(s.geo.width) * float64(s.geo.height))
	d.Empty, d.Full = observations[0], observations[rasters]
	below := 0
	for n, pixels := range observations {
		if n > 0 && pixels > 0 && d.Fewest == 0 {
			d.Fewest = n
		}
		if below*2 < d.Pixels && (below+pixels)*2 >= d.Pixels {
			d.Median = n
		}
		below += pixels
	}
}

// describeFit says what a fit would do, or why it would not.
func (in *inspection) describeFit(info *Info, j *Job, err error, got *surveyed, setup time.Duration) {
	for _, e := range in.entries {
		if err == nil && e.damaged {
			err = e.err
		}
	}
	f := &info.Fit
	f.Runs = err == nil
	if err != nil {
		f.Why = in.o.explain(err)
	}
	if j == nil {
		return
	}
	p := j.Plan
	f.Treatment = j.Treatment
	f.Unit, f.SampleType = j.Grid.Axis.Unit(), TypeName(j.Grid.Type)
	f.Windows, f.WindowWidth, f.WindowHeight, f.DatesAtOnce = p.Windows, p.WindowWidth, p.WindowHeight, p.DatesAtOnce
	f.Threads, f.ISA, f.Memory, f.TileMemory = len(p.Workers), p.ISA.String(), j.Memory, p.TileMemory
	if info.Survey.ReadRate > 0 {
		// What is decoded whole is decoded for each window that has a part of it.
		times := 1
		if g := j.Grid; g.WholeBlocks {
			times = ((min(g.BlockWidth, g.Width)-1)/p.WindowWidth + 1) * ((min(g.BlockHeight, g.Height)-1)/p.WindowHeight + 1)
		}
		f.Seconds = setup.Seconds() + float64(times)*float64(info.SampleBytes)/info.Survey.ReadRate
		if got.opened > 0 { // by every thread, at the same time
			f.Seconds += got.opening.Seconds() / float64(got.opened) * float64(len(j.stack.sources))
		}
	}
}
