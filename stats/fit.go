package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// Options says what to fit. The zero value asks for the slope per unit of time, and takes every
// finite sample for an observation.
type Options struct {
	Fields        []Field            // in the order of the results; nil: Slope
	PerUnit       float64            // slopes are multiplied by it: 365.2425 makes slopes per day slopes per year. 0: 1
	Valid         kernel.Valid       // which samples are observations, in stored units
	MinObs        int                // observations that a pixel needs to have a result, at least 2. 0: 2, and see Model and LandTrendr
	Scale, Offset float64            // a stored sample s means s·Scale + Offset. Scale 0: 1
	InterceptAt   float64            // time at which Intercept is the value of the line
	Confidence    float64            // of the limits of slopes, such as SlopeLo, between 0 and 1. 0: DefaultConfidence
	Significance  float64            // p-values below it make a TrendClass or MKClass of −1 or 1; between 0 and 1
	Rank          RankOptions        // of the fields of ranks
	Model         Model              // what is fitted; the zero Model is a line
	LandTrendr    *LandTrendrOptions // of the fields of LandTrendr; nil: DefaultLandTrendr
	Monitor       *MonitorOptions    // of the fields of BFAST monitor, which need them
	// Kept says that the planes of tiles are kept sums over the dates of the plan and not its dates; nil:
	// they are dates. Valid is not used then.
	Kept *Kept
}

// DefaultConfidence is the confidence of limits where Options.Confidence is 0.
const DefaultConfidence = 0.95

// Plan is a fit made ready. Any number of goroutines may use one.
type Plan struct {
	k      kernel.Kernel
	model  Model
	times  []float64
	frame  frame
	at     []float64 // the times in the frame
	axis   axis
	fields []Field
	valid  kernel.Valid
	minObs int // Options.MinObs as it was given
	kept   *Kept
	shares []share
	line   *line // for Series, which uses the one that is not nil
	terms  *model
}

// NewPlan makes a plan for tiles whose plane i was taken at times[i], in any unit. The times are
// finite, and at least two of them differ. They need not be sorted, but only times in the same
// order give the same bits.
func NewPlan(k kernel.Kernel, times []float64, o Options) (*Plan, error) {
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return nil, fmt.Errorf("stats: time %d is %v: times are finite numbers", i, t)
		}
	}
	if len(times) < 2 {
		return nil, fmt.Errorf("stats: a trend needs two dates, got %d", len(times))
	}
	for _, x := range []float64{o.PerUnit, o.Scale, o.Offset, o.InterceptAt} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("stats: unit %v, scale %v, offset %v and time of the intercept %v must be finite",
				o.PerUnit, o.Scale, o.Offset, o.InterceptAt)
		}
	}
	o.PerUnit, o.Scale = cmp.Or(o.PerUnit, 1), cmp.Or(o.Scale, 1)
	if err := o.Model.check(len(times)); err != nil {
		return nil, err
	}
	minObs := o.MinObs
	o.Confidence, o.MinObs = cmp.Or(o.Confidence, DefaultConfidence), cmp.Or(o.MinObs, o.Model.LeastObs())
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return nil, fmt.Errorf("stats: the confidence %v does not lie between 0 and 1", o.Confidence)
	}
	if o.MinObs < 2 {
		return nil, fmt.Errorf("stats: a line needs at least 2 observations, the minimum is set to %d", o.MinObs)
	}
	frame, at := newFrame(times)
	p := &Plan{k: k, model: o.Model, times: slices.Clone(times), frame: frame, at: at, axis: newAxis(at), fields: slices.Clone(o.Fields), valid: o.Valid, minObs: minObs, kept: o.Kept}
	if p.axis.Step == 0 {
		return nil, fmt.Errorf("stats: a trend needs two different dates, all %d are %v", len(times), times[0])
	}
	if len(p.fields) == 0 {
		p.fields = []Field{Slope}
	}
	for i, f := range p.fields {
		if int(f) >= len(table) || slices.Contains(p.fields[:i], f) {
			return nil, fmt.Errorf("stats: field %v is unknown or asked for twice", f)
		}
		if !o.Model.Has(f) {
			return nil, &FieldError{f, f.Info().Option, f.Info().Number}
		}
		if f.Info().Option == OptionSignificance && !(o.Significance > 0 && o.Significance < 1) {
			return nil, fmt.Errorf("stats: the field %v needs a level of significance between 0 and 1, not %v",
				f, o.Significance)
		}
	}
	err := o.Rank.CheckUse(p.fields)
	if err != nil {
		return nil, err
	}
	if o.Kept != nil {
		if err := p.checkKept(o); err != nil {
			return nil, err
		}
	}
	if p.shares, err = p.divide(o); err != nil {
		return nil, err
	}
	if o.Kept != nil {
		return p, nil // series need samples
	}
	for _, s := range p.shares {
		p.keep(s.estimator)
	}
	if p.line == nil && p.terms == nil {
		of, err := newLinear(p, nil, o)
		if err != nil {
			return nil, err
		}
		p.keep(of)
	}
	return p, nil
}

// keep keeps the estimator of the linear model for Series.
func (p *Plan) keep(e estimator) {
	switch e := e.(type) {
	case *line:
		p.line = e
	case *model:
		p.terms = e
	}
}

// FieldError says that a field is no result of a model.
type FieldError struct {
	Field  Field
	Option Option // of the model, which the field depends on
	Number int    // what the option has to be at least; 0: set
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("stats: the field %v is no result of the model: set %s", e.Field, map[Option]string{
		OptionDegree: fmt.Sprintf("Model.Degree to %d or more", e.Number), OptionHarmonics: fmt.Sprintf("Model.Harmonics to %d or more", e.Number),
		OptionStep: "Model.Step", OptionRobust: "Model.Robust", OptionAR1: "Model.AR1", OptionCovariates: "Model.Covariates"}[e.Option])
}

// Fields returns the fields in the order of the results.
func (p *Plan) Fields() []Field { return slices.Clone(p.fields) }

// Dates returns the number of planes that tiles must have: one for each date, unless sums are kept.
func (p *Plan) Dates() int {
	if p.kept != nil {
		return p.kept.Planes()
	}
	return len(p.at)
}

// AllDates reports whether a field needs all dates of a pixel together. Fit computes such fields;
// NewSums panics.
func (p *Plan) AllDates() bool {
	return slices.ContainsFunc(p.shares, func(s share) bool {
		_, inParts := s.estimator.(partsEstimator)
		return !inParts
	})
}

// blockPixels is how many pixels are fitted at a time. Their sums (72 bytes a pixel with the times
// of their first and last observation) stay in the L2 cache beside the samples.
const blockPixels = 1024

// Scratch is the memory of one goroutine's fits.
type Scratch struct {
	of      []any         // by share
	planes  []outPlanes   // by share
	series  kernel.Sums   // for Series of a line
	ofPixel []float64     // for Series of a line: observations of a pixel
	model   *modelScratch // for Series of a model
	rasters []kernel.Raster
}

// NewScratch returns memory for one goroutine.
func (p *Plan) NewScratch() *Scratch {
	s := &Scratch{}
	for _, share := range p.shares {
		s.of, s.planes = append(s.of, share.newScratch()), append(s.planes, roomFor(share))
	}
	return s
}

// ScratchBytes returns the memory that a Scratch takes.
func (p *Plan) ScratchBytes() int {
	bytes := 0
	for _, share := range p.shares {
		bytes += share.scratchBytes()
	}
	return bytes
}

// SetRasters sets the values of the covariates that every pixel has of its own, for the tiles of the
// next calls of Fit and Series: a tile each, with the dates and pixels of the tile that is fitted, in
// the order of the model's covariates.
func (s *Scratch) SetRasters(rasters []kernel.Raster) { s.rasters = rasters }

// rastersOf returns the pixels [lo, hi) of rasters.
func rastersOf(rasters []kernel.Raster, lo, hi int) []kernel.Raster {
	var parts []kernel.Raster
	for _, r := range rasters {
		parts = append(parts, kernel.Raster{Tile: r.Tile.Slice(lo, hi), Valid: r.Valid})
	}
	return parts
}

// FitInterleaved fits pixels whose samples are interleaved: date i of pixel p is element p·dates+i of
// data, which has samples of type d. It begins with the first pixel, writes field f of pixel p to out[f][p]
// and returns the number of pixels that it has done. The others are for Fit, on a tile of their samples.
// It does none unless the fields are the slope and n, and it stops where a pixel may have a gap.
func FitInterleaved[F float32 | float64](p *Plan, d kernel.DType, data []byte, out [][]F) int {
	if len(p.shares) != 1 {
		return 0
	}
	l, ok := p.shares[0].estimator.(*line)
	if !ok || !l.kernelDoesAll() {
		return 0
	}
	slope, n := slopeAndN(l, out)
	return kernel.SlopeInterleaved(l.k, slope, n, d, data, l.lines.Line, l.valid)
}

// Fit fits every pixel of t and writes field f of pixel i to out[f][i], in the order of the plan's
// fields. Numbers are computed in float64 and rounded once to F. Fit panics before it writes if t
// does not have the plan's dates or out is too short.
func Fit[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, out [][]F) {
	if t.Dates != p.Dates() {
		panic(fmt.Sprintf("stats: tile of %d dates for a plan of %d", t.Dates, p.Dates()))
	}
	if len(out) != len(p.fields) {
		panic(fmt.Sprintf("stats: %d planes of output for %d fields", len(out), len(p.fields)))
	}
	if len(s.rasters) != p.model.Rasters() {
		panic(fmt.Sprintf("stats: %d rasters for %d covariates that pixels have of their own", len(s.rasters), p.model.Rasters()))
	}
	for _, o := range out {
		if len(o) < t.Pixels {
			panic(fmt.Sprintf("stats: %d numbers of output for a tile of %d pixels", len(o), t.Pixels))
		}
	}
	if len(p.shares) == 1 {
		planes := planesOf(p.shares[0], s.planes[0], out, 0, t.Pixels)
		planes.rasters = s.rasters
		p.shares[0].run(s.of[0], t, planes)
		return
	}
	// All estimators work on a block before the next one, so that only the first reads it from
	// memory.
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		hi := min(lo+blockPixels, t.Pixels)
		block := t.Slice(lo, hi)
		for i, share := range p.shares {
			planes := planesOf(share, s.planes[i], out, lo, hi)
			planes.rasters = rastersOf(s.rasters, lo, hi)
			share.run(s.of[i], block, planes)
			block.InCache = true
		}
	}
}
