package raster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Point names a pixel of a stack.
type Point struct {
	X, Y   float64 // on the map, in units of the CRS of the rasters
	Pixel  bool    // X and Y are a column and a row instead, counted from 0 at the upper left
	LonLat bool    // X and Y are a longitude and a latitude on WGS 84 instead, in degrees
}

// Series is one pixel of a stack, or the pixels of a region as one: observations at all dates, and their fit.
type Series struct {
	*SeriesPixel               // nil for a region
	Region       *SeriesRegion `json:"region,omitempty"`
	CRS          string        `json:"crs"`            // such as EPSG:32617, or none
	Band         int           `json:"band,omitempty"` // of each file, counted from 1; 0 for an index, and if bands are dates
	Treatment
	Unit       string        `json:"unit"`               // of observations; "" if the files do not say
	Given      int           `json:"dates_given"`        // number of rasters before dates were selected
	Per        string        `json:"per"`                // unit of time of slopes
	Origin     string        `json:"origin"`             // date of intercepts
	Confidence float64       `json:"confidence"`         // level of confidence of limits
	MinObs     int           `json:"min_obs"`            // least number of observations for a line
	Dates      []SeriesDate  `json:"dates"`              // sorted by date; of composites, if the options make these
	Fields     []SeriesField `json:"fields"`             // all that need no option without a default
	Vertices   []Vertex      `json:"vertices,omitempty"` // of the trajectory of breaks, if Options.Fit.LandTrendr is set
	// History has the values of the model of the history at all dates, if Options.Fit.Monitor is set and
	// the pixel is monitored.
	History  []Vertex `json:"history_model,omitempty"`
	Warnings []string `json:"warnings"`
	Notes    []string `json:"-"` // what GDAL says of the files that makes no difference

	Axis   timeaxis.Axis `json:"-"`
	Scenes timeaxis.Axis `json:"-"` // Axis, unless Dates are composites of scenes

	slope, mean, half float64      // slope per unit of T, mean of observations, and half the width of the slope's limits
	time, spread      float64      // mean and variance of the times of the observations
	curve             *stats.Curve // of a model with more terms than a line
	seasonal          bool         // the model has harmonics
	inSeasons         bool         // ranks compare dates of one season
	sen               senLine
}

// SeriesPixel is the place of the pixel of a series.
type SeriesPixel struct {
	Column int      `json:"column"` // counted from 0
	Row    int      `json:"row"`    // counted from 0
	X      *float64 `json:"x"`      // centre of the pixel on the map; null if the rasters are not georeferenced
	Y      *float64 `json:"y"`
}

// SeriesDate is the pixel or the region at one date.
type SeriesDate struct {
	Label       string  `json:"date"`   // a date, or the number in its place
	T           float64 `json:"t"`      // time that is fitted against; Axis.Counts has its unit
	Raster      string  `json:"raster"` // "" for a composite
	*RegionDate         // nil for a pixel
	Stored      []Value `json:"stored"`        // before scale and offset; both bands of an index; null for a composite or a region
	Mask        *Value  `json:"mask"`          // value of the mask that the options name; null if they name none
	Observed    *Value  `json:"observed"`      // value that is fitted; null for a gap
	Gap         string  `json:"gap,omitempty"` // kind of gap, such as "nodata"; "" for an observation
	Fitted      *Value  `json:"fitted"`        // value of the line; null if there is none
	Lo          *Value  `json:"fitted_lo"`     // confidence limits of the line, see Series.Line
	Hi          *Value  `json:"fitted_hi"`
	Residual    *Value  `json:"residual"` // null for a gap too
	// Scenes are what a composite is made of. They are not fitted.
	Scenes []SeriesDate `json:"scenes,omitempty"`
}

// SeriesField is a field of the fit of the pixel.
type SeriesField struct {
	Of    stats.Field `json:"-"`
	Name  string      `json:"name"`
	Value *Value      `json:"value"` // in double precision; null for NaN
	Unit  string      `json:"unit"`
}

// Vertex is where two segments of a trajectory meet, or where it begins or ends, or a value of a model.
type Vertex struct {
	T     float64 `json:"t"` // as that of SeriesDate
	Value float64 `json:"value"`
}

// seriesFields returns the fields of a series of that many dates: all of the model that need no
// option without a default, and those of ranks up to the number of dates that these take.
func seriesFields(m stats.Model, dates int) []stats.Field {
	fields := m.AllFields()
	for _, f := range stats.Fields() {
		if info := f.Info(); info.Estimator == stats.Rank && info.Option != stats.OptionSignificance && dates <= kernel.MaxRankDates {
			fields = append(fields, f)
		}
	}
	return fields
}

// Field returns a field of the fit; a zero SeriesField if it is not among Fields.
func (s *Series) Field(f stats.Field) SeriesField {
	if i := slices.IndexFunc(s.Fields, func(of SeriesField) bool { return of.Of == f }); i >= 0 {
		return s.Fields[i]
	}
	return SeriesField{}
}

// ReadSeries reads and fits one pixel of the stack of inputs. Fields and residuals have the bits
// that a fit with o writes as float64 for that pixel. ReadSeries reads one pixel of each raster,
// for which GDAL may decode a block. Of o.Fit it uses MinObs, Confidence, InterceptAt, Rank, Model,
// LandTrendr and Monitor, whose fields are added if they are set, and ISA.
//
// targets are files that the caller will write with Stage. If one of them cannot be written, or is
// an input, ReadSeries returns an error before it reads anything.
func ReadSeries(ctx context.Context, inputs []string, at Point, o Options, targets ...string) (*Series, error) {
	if o.Region != (Region{}) {
		return nil, errors.New("ReadSeries reads one pixel: leave Options.Region unset, or call ReadRegionSeries")
	}
	s, memory, err := openSeries(ctx, inputs, o, targets)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	column, row, err := s.pixelAt(at)
	if err != nil {
		return nil, err
	}
	p := &pixel{Stack: s.Stack, column: column, row: row, seen: make([]seen, len(s.planes))}
	for i := range p.seen {
		if s.planes[i].placed() { // it may have no pixel there
			p.seen[i].sample, p.seen[i].second, p.seen[i].mask = nan, nan, nan
		}
	}
	s.observer = p.see
	source, err := p.fitted()
	if err != nil {
		return nil, err
	}
	fit, err := s.plan(source.Grid(), o)
	if err != nil {
		return nil, err
	}
	defer gdal.ShareBlockCache(memory.readCache())()
	s.keepFilesWithin(memory, fit.plan)
	if _, err := fit.plan.Run(ctx, source, fit, nil); err != nil {
		return nil, err
	}
	result, err := fit.series(p.dates(), p.covariates)
	if err != nil {
		return nil, err
	}
	result.SeriesPixel = p.place()
	return s.end(ctx, result)
}

// seriesStack is the stack of a series.
type seriesStack struct {
	*Stack
	tables modelFiles
}

// openSeries opens the stack of a series, and checks the files that the caller will write.
func openSeries(ctx context.Context, inputs []string, o Options, targets []string) (*seriesStack, budget, error) {
	none := func(err error) (*seriesStack, budget, error) { return nil, budget{}, err }
	if _, err := newBudget(o.Memory); err != nil {
		return none(err)
	}
	var outputs []atomicfile.Target
	for _, path := range targets {
		outputs = append(outputs, atomicfile.Target{Path: path})
	}
	if err := atomicfile.CheckTargets(o.Overwrite, outputs...); err != nil {
		return none(err)
	}
	tables, err := o.readModel()
	if err != nil {
		return none(err)
	}
	o.seasonal = o.yearly()
	stack, err := Open(ctx, inputs, o.OpenOptions)
	if err != nil {
		return none(err)
	}
	s := &seriesStack{stack, tables}
	memory, err := s.check(ctx, o, outputs)
	if err != nil {
		_ = s.Close()
		return none(err)
	}
	return s, memory, nil
}

// check opens the covariates, and returns an error if the stack has no series or cannot be read in the memory.
func (s *seriesStack) check(ctx context.Context, o Options, outputs []atomicfile.Target) (budget, error) {
	if err := s.openCovariates(ctx, o); err != nil {
		return budget{}, err
	}
	if err := s.checkComposites(); err != nil {
		return budget{}, err
	}
	links, err := s.reads.checkTargets(o.Overwrite, outputs)
	if err != nil {
		return budget{}, err
	}
	s.warnings = append(s.warnings, links...)
	memory, err := s.budget(o.Memory)
	if err != nil {
		return budget{}, err
	}
	_, _, err = s.checkBlocks(memory)
	return memory, err
}

// end checks that the files are those that were opened, and adds what was assumed about them to the result.
func (s *seriesStack) end(ctx context.Context, result *Series) (*Series, error) {
	changed, err := s.unchanged(ctx)
	if err != nil {
		return nil, err
	}
	result.Warnings, result.Notes = append(append(result.Warnings, s.warnings...), changed...), s.notes
	return result, nil
}

// seriesFit is the fit of a series. As a Sink, it takes the results.
type seriesFit struct {
	stack   *seriesStack
	options Options // of the fit
	plan    pixtrend.StreamPlan
	results []float64 // the fields, then a residual for each date, and planes of breaks
}

// Write appends the results.
func (f *seriesFit) Write(_ pixtrend.Window, planes kernel.Tile) error {
	for i := range planes.Dates {
		f.results = append(f.results, kernel.Plane[float64](planes, i)[0])
	}
	return nil
}

// plan plans the fit of a series that a grid of one pixel has.
func (s *seriesStack) plan(g pixtrend.Grid, o Options) (*seriesFit, error) {
	var err error
	if o.Fit.Model, err = o.modelOn(s.Stack, s.tables); err != nil {
		return nil, err
	}
	fields, given := seriesFields(o.Model(), len(g.Axis.T)), o.Fit.MinObs
	if o.Fit.LandTrendr != nil {
		fields = append(fields, stats.BreakFields(stats.LandTrendr)...)
	}
	if o.Fit.Monitor != nil {
		fields = append(fields, stats.BreakFields(stats.BFASTMonitor)...)
	}
	o.Fit = pixtrend.Options{Fields: fields, Residuals: true, LandTrendr: o.Fit.LandTrendr, Vertices: o.Fit.LandTrendr != nil,
		Monitor: o.Fit.Monitor, Fitted: o.Fit.Monitor != nil, Float64: true, Threads: 1, Pin: runner.PinOff,
		Model: o.Fit.Model, Rank: o.Fit.Rank, MinObs: given,
		Confidence: cmp.Or(o.Fit.Confidence, stats.DefaultConfidence), InterceptAt: o.Fit.InterceptAt, ISA: o.Fit.ISA}
	plan, err := pixtrend.NewStreamPlan(g, o.Fit)
	if err != nil {
		return nil, explainBreaks(explainRanks(err, o.Fit.Rank))
	}
	o.Fit.MinObs = cmp.Or(given, o.Model().LeastObs())
	return &seriesFit{stack: s, options: o, plan: plan}, nil
}

// pixelAt returns the column and row of the pixel at a point.
func (s *Stack) pixelAt(at Point) (column, row int, err error) {
	g := describeGrid(s.geo)
	x, y := at.X, at.Y
	given := strconv.FormatFloat(x, 'f', -1, 64) + "," + strconv.FormatFloat(y, 'f', -1, 64)
	outside := ""
	if at.Pixel {
		outside = fmt.Sprintf("the pixel %s lies outside %s, which has %d × %d pixels: give a column from 0 to %d and a row from 0 to %d",
			given, s.files[0], g.Width, g.Height, g.Width-1, g.Height-1)
	} else {
		t := s.geo.Transform
		det := t[1]*t[5] - t[2]*t[4]
		if !g.Placed || det == 0 {
			return 0, 0, fault.Inputf("%s is not georeferenced, so that no pixel of it is known to lie at %s: give its column and row with %v, counted from 0", s.files[0], given, Option{Field: "Point.Pixel"})
		}
		within := "spans"
		if g.Rotated {
			within = "is rotated within"
		}
		outside = fmt.Sprintf("%s lies outside %s, which %s x %.9g to %.9g and y %.9g to %.9g in units of its CRS (%s): give a place inside, in these units",
			given, s.files[0], within, g.Extent[0], g.Extent[2], g.Extent[1], g.Extent[3], g.CRS)
		if at.LonLat {
			var err error
			if x, y, err = s.geo.FromLonLat(at.X, at.Y); err != nil {
				return 0, 0, fault.Inputf("no pixel of %s is known to lie at longitude and latitude %s: %v", s.files[0], given, err)
			}
			outside = fmt.Sprintf("longitude and latitude %s, which is %.9g,%.9g in units of the CRS (%s), lies outside %s, which %s x %.9g to %.9g and y %.9g to %.9g: give a place inside, the longitude first",
				given, x, y, g.CRS, s.files[0], within, g.Extent[0], g.Extent[2], g.Extent[1], g.Extent[3])
		}
		dx, dy := x-t[0], y-t[3]
		x, y = inside((dx*t[5]-dy*t[2])/det, g.Width), inside((dy*t[1]-dx*t[4])/det, g.Height)
	}
	if !(x >= 0 && x < float64(g.Width) && y >= 0 && y < float64(g.Height)) {
		return 0, 0, fault.Inputf("%s", outside)
	}
	return int(x), int(y), nil
}

// inside returns the index of the pixel at a place along a side of n pixels. The far end belongs to
// the last pixel.
func inside(place float64, n int) float64 {
	if place == float64(n) {
		return float64(n - 1)
	}
	return math.Floor(place)
}

// watch is called with the samples that are read of each band, as they are stored, for plane i of a
// tile. Several goroutines call it at the same time, for different i.
type watch func(i int, b *plane, samples []byte)

func (w watch) see(i int, b *plane, samples []byte) {
	if w != nil {
		w(i, b, samples)
	}
}

// pixel is one pixel of a stack, as the Source of a fit.
type pixel struct {
	*Stack
	column, row int
	seen        []seen      // by date
	covariates  [][]float64 // those that are rasters, by date; NaN for gaps
	composed    *composed   // nil if the scenes are fitted
}

// seen is what was read at one date.
type seen struct {
	sample, second, mask float64 // as they are stored in the files
	value                float64 // in the tile: the sample, converted or made into an index
	hidden               bool    // whether the mask of the file hides it
	read                 bool    // whether a raster has the pixel, where one may not
}

// Grid describes the pixel.
func (p *pixel) Grid() pixtrend.Grid {
	g := p.Stack.Grid()
	g.Width, g.Height, g.BlockWidth, g.BlockHeight, g.WholeBlocks = 1, 1, 1, 1, false
	return g
}

// Read reads the pixel at all dates.
func (p *pixel) Read(ctx context.Context, worker int, _ pixtrend.Window, first int, dst kernel.Tile) error {
	if err := p.Stack.Read(ctx, worker, pixtrend.Window{X: p.column, Y: p.row, Width: 1, Height: 1}, first, dst); err != nil {
		return err
	}
	for i := range dst.Dates {
		of := &p.seen[first+i]
		of.value = number(dst.Type, dst.PlaneBytes(i))
		if p.readsDatesAtOnce() { // such samples are not passed to the watch
			of.sample = of.value
		}
		of.hidden = dst.Mask.Data != nil && maskOf(dst, i)[0] == 0
	}
	return nil
}

// ReadCovariate reads a covariate of the pixel at all dates.
func (p *pixel) ReadCovariate(ctx context.Context, worker int, covariate int, _ pixtrend.Window, dst kernel.Tile) error {
	at := pixtrend.Window{X: p.column, Y: p.row, Width: 1, Height: 1}
	if err := p.Stack.ReadCovariate(ctx, worker, covariate, at, dst); err != nil {
		return err
	}
	values := make([]float64, dst.Dates)
	dst.Series(values, 0, p.Stack.covariates[covariate].grid.Valid)
	p.covariates = append(p.covariates, values)
	return nil
}

// see is the stack's watch.
func (p *pixel) see(i int, b *plane, samples []byte) {
	x, of := number(b.dtype, samples), &p.seen[i]
	for _, q := range p.planes[i].withPieces() {
		if b == q.second {
			of.second = x
			return
		}
		if q.mask != nil && slices.Contains(q.mask.withPieces(), b) {
			of.mask = x
			return
		}
	}
	of.sample, of.read = x, true
}

// number returns the first sample in raw.
func number(d kernel.DType, raw []byte) float64 {
	t := kernel.Tile{Type: d, Data: raw, Dates: 1, Pixels: 1}
	switch d {
	case kernel.Uint8:
		return float64(raw[0])
	case kernel.Int8:
		return float64(int8(raw[0]))
	case kernel.Uint16:
		return float64(kernel.Plane[uint16](t, 0)[0])
	case kernel.Int16:
		return float64(kernel.Plane[int16](t, 0)[0])
	case kernel.Uint32:
		return float64(kernel.Plane[uint32](t, 0)[0])
	case kernel.Int32:
		return float64(kernel.Plane[int32](t, 0)[0])
	case kernel.Float32:
		return float64(kernel.Plane[float32](t, 0)[0])
	}
	return kernel.Plane[float64](t, 0)[0]
}

// place returns where the pixel lies.
func (p *pixel) place() *SeriesPixel {
	at := &SeriesPixel{Column: p.column, Row: p.row}
	if describeGrid(p.geo).Placed {
		t, x, y := p.geo.Transform, float64(p.column)+0.5, float64(p.row)+0.5
		x, y = t[0]+x*t[1]+y*t[2], t[3]+x*t[4]+y*t[5]
		at.X, at.Y = &x, &y
	}
	return at
}

// series returns the result once the observations of dates are fitted. covariates are those that are rasters, by date.
func (f *seriesFit) series(dates []SeriesDate, covariates [][]float64) (*Series, error) {
	of, o := f.stack, f.options
	first, axis := &of.planes[0], of.fittedAxis()
	s := &Series{CRS: describeGrid(of.geo).CRS, Treatment: of.treatment(), Unit: of.unit(), Given: of.given,
		Per: axis.Unit(), Origin: cmp.Or(o.Fit.InterceptAt, axis.Origin()),
		Confidence: o.Fit.Confidence, MinObs: o.Fit.MinObs,
		Axis: axis, Scenes: of.grid.Axis, Dates: dates, Warnings: []string{}}
	s.Model, s.seasonal = o.modelText(axis), o.Fit.Model.Harmonics > 0
	s.inSeasons = o.Fit.Rank.Season != timeaxis.Seasons{}
	if !first.dated && s.Index == "" {
		s.Band = first.band
	}
	value := map[stats.Field]float64{}
	for i, field := range o.Fit.Fields {
		value[field] = f.results[i]
		b := o.band(field, axis, s.Unit)
		if field.Info().Estimator.OfBreaks() {
			b.Name = field.FullName()
		}
		s.Fields = append(s.Fields, SeriesField{field, b.Name, valueOf(f.results[i]), b.Unit})
	}
	n := 0.0
	residuals := f.results[len(o.Fit.Fields):]
	residuals, vertices := residuals[:len(axis.T)], residuals[len(axis.T):]
	if o.Fit.Fitted {
		for i, y := range vertices[:len(axis.T)] {
			if y == y {
				s.History = append(s.History, Vertex{axis.T[i], y})
			}
		}
		vertices = vertices[len(axis.T):]
	}
	for i := range len(vertices) / 2 {
		if t, y := vertices[i], vertices[len(vertices)/2+i]; t == t {
			s.Vertices = append(s.Vertices, Vertex{t, y})
		}
	}
	for i, residual := range residuals {
		d := &s.Dates[i]
		if d.Residual = valueOf(residual); d.Gap == "" {
			n++
			s.time += d.T
		}
	}
	s.time /= n
	for _, d := range s.Dates {
		if d.Gap == "" {
			s.spread += (d.T - s.time) * (d.T - s.time) / n
		}
	}
	s.mean, s.slope = value[stats.Mean], value[stats.Slope]/axis.PerUnit
	s.half = (value[stats.SlopeHi] - value[stats.SlopeLo]) / 2 / axis.PerUnit
	s.sen = s.newSenLine(value, o.Fit.InterceptAt)
	if s.Model != "" {
		if err := s.fitCurve(o, covariates); err != nil {
			return nil, err
		}
	}
	for i := range s.Dates {
		d := &s.Dates[i]
		y, lo, hi := s.atDate(i)
		d.Fitted, d.Lo, d.Hi = valueOf(y), valueOf(lo), valueOf(hi)
	}
	return s, nil
}

// fitCurve fits the model of the pixel, to draw it.
func (s *Series) fitCurve(o Options, rasters [][]float64) error {
	model, err := o.Fit.Model.On(s.Axis)
	if err != nil {
		return err
	}
	observations := make([]float64, len(s.Dates))
	for i, d := range s.Dates {
		if observations[i] = nan; d.Observed != nil {
			observations[i] = float64(*d.Observed)
		}
	}
	// The covariates of the pixel are those of dates. Where one is a gap, nothing is observed.
	model.Covariates = slices.Clone(model.Covariates)
	for i := range model.Covariates {
		c := &model.Covariates[i]
		if c.Values != nil {
			continue
		}
		c.Values, rasters = rasters[0], rasters[1:]
		if !fillCovariate(c.Values, observations) {
			return nil // the pixel has no fit
		}
		for j := range c.Values {
			c.Values[j] = math.FMA(c.Values[j], cmp.Or(c.Scale, 1), c.Offset)
		}
	}
	s.curve, err = stats.NewCurve(s.Axis.T, observations, stats.Options{Model: model, MinObs: s.MinObs, Confidence: s.Confidence})
	return err
}

// fillCovariate removes the observations at the gaps of a covariate, and puts the mean of its values
// into these. It returns false if the values do not differ.
func fillCovariate(values, observations []float64) bool {
	sum, n, lo, hi := 0.0, 0.0, math.Inf(1), math.Inf(-1)
	for i, x := range values {
		if math.IsNaN(x) {
			observations[i] = nan
		} else if !math.IsNaN(observations[i]) {
			sum, n, lo, hi = sum+x, n+1, min(lo, x), max(hi, x)
		}
	}
	for i, x := range values {
		if math.IsNaN(x) {
			values[i] = sum / n
		}
	}
	return lo < hi
}

// atDate returns the value of the line or the model at a date, with confidence limits.
func (s *Series) atDate(i int) (y, lo, hi float64) {
	if s.curve != nil {
		return s.curve.AtDate(i)
	}
	return s.Line(s.Dates[i].T)
}

// valueOf returns x as JSON can hold it: NaN is null.
func valueOf(x float64) *Value {
	if math.IsNaN(x) {
		return nil
	}
	v := Value(x)
	return &v
}

// gap returns the kind of gap at date i, by the tests of docs/gaps.md in their order; "" for an
// observation.
func (p *pixel) gap(i int) string {
	of, first := p.seen[i], &p.planes[i]
	if first.placed() && !of.read || first.warp != nil && of.hidden && first.mask == nil {
		return "outside its raster"
	}
	for _, band := range []struct {
		*plane
		y float64
	}{{first, of.sample}, {first.second, of.second}} {
		if band.plane == nil {
			continue
		}
		why := ""
		switch nodata, valid := band.valid(), p.valid(band.plane); {
		case math.IsNaN(band.y):
			why = "NaN"
		case math.IsInf(band.y, 0):
			why = "infinite"
		case !nodata.Observation(band.dtype, band.y):
			why = "nodata"
		case !valid.Observation(band.dtype, band.y):
			why = "out of range"
		default:
			continue
		}
		if first.second != nil {
			why += fmt.Sprintf(" in band %d", band.band)
		}
		return why
	}
	switch {
	case first.mask != nil && (of.mask != of.mask || first.mask.maskTable.of(int64(of.mask)) == 0):
		return "masked"
	case of.hidden:
		return "masked by its file"
	case math.IsNaN(of.value) || math.IsInf(of.value, 0):
		return "division by 0"
	}
	return ""
}

// HasLine reports whether there is a line.
func (s *Series) HasLine() bool { return !math.IsNaN(s.slope) }

// WhyNoLine returns why there is no line; "" if there is one.
func (s *Series) WhyNoLine() string {
	switch n := s.Observations(); {
	case s.HasLine():
		return ""
	case n == 1 && s.MinObs > 1:
		return fmt.Sprintf("1 observation, and a line takes %d", s.MinObs)
	case n < s.MinObs && s.Model == "":
		return fmt.Sprintf("%d observations, and a line takes %d", n, s.MinObs)
	case n < s.MinObs:
		return fmt.Sprintf("%d observations, and the model takes %d", n, s.MinObs)
	case s.Model != "":
		return "the dates of the observations do not determine the model"
	}
	return "all observations are of one date"
}

// Line returns the value of the line at t, a time like those in Axis.T, and confidence limits of
// the mean there, of the same level as the limits of the slope. Without a line all are NaN; with
// two observations the limits are.
//
//	y = mean + slope·(t − t̄)    limits y ∓ q·√(s²·(1/n + (t − t̄)²/Stt))
//
// with q the quantile of Student's t, s² the variance of the residuals and Stt the sum of (tᵢ −
// t̄)² (Draper and Smith, Applied Regression Analysis, 3rd ed., section 3.1). The limits of the
// slope lie q·√(s²/Stt) from it. Of any other model it is the value with covariates at their mean.
func (s *Series) Line(t float64) (y, lo, hi float64) {
	if s.curve != nil {
		return s.curve.At(t)
	}
	dt := t - s.time
	y = math.FMA(s.slope, dt, s.mean)
	off := s.half * math.Sqrt(s.spread+dt*dt)
	return y, y - off, y + off
}

// Trend returns the value of the model without its season at t; ok is false where the model has no
// season, or the pixel no fit.
func (s *Series) Trend(t float64) (y float64, ok bool) {
	if s.curve == nil || !s.seasonal {
		return 0, false
	}
	return s.curve.Trend(t), true
}

// Observations returns how many dates are not gaps.
func (s *Series) Observations() int {
	n := 0
	for _, d := range s.Dates {
		if d.Gap == "" {
			n++
		}
	}
	return n
}

// Gaps returns the kinds of gaps, the most frequent first, and how many gaps of each kind there
// are.
func (s *Series) Gaps() (kinds []string, count map[string]int) {
	count = map[string]int{}
	for _, d := range s.Dates {
		if d.Gap == "" {
			continue
		}
		if count[d.Gap]++; count[d.Gap] == 1 {
			kinds = append(kinds, d.Gap)
		}
	}
	slices.SortStableFunc(kinds, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	return kinds, count
}
