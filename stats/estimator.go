package stats

import "github.com/pixtrend/pixtrend/kernel"

// Estimator is a way to compute fields from the observations of a pixel.
type Estimator uint8

// The estimators.
const (
	Linear        Estimator = iota // a straight line, or the linear model of Options.Model
	Rank                           // medians of slopes, and the ranks of the observations
	RelativeTrend                  // its slope in percent of the mean
)

// estimators holds the name of each Estimator, and the function that makes it ready for those
// fields of a plan that it computes. To add one is to add its constant, its row here and a file
// with its code.
var estimators = []struct {
	name string
	make func(p *Plan, fields []Field, o Options) (estimator, error)
}{
	Linear: {"linear", func(p *Plan, fields []Field, o Options) (estimator, error) {
		return newLinear(p, fields, o)
	}},
	Rank: {"rank", func(p *Plan, fields []Field, o Options) (estimator, error) {
		return newRank(p, fields, o)
	}},
	RelativeTrend: {"relative trend", func(p *Plan, _ []Field, o Options) (estimator, error) {
		return newRelative(p, o)
	}},
}

// newLinear makes the estimator of the linear model ready: the line, or any other model.
func newLinear(p *Plan, fields []Field, o Options) (estimator, error) {
	if o.Kept != nil {
		return newKeptLine(p, fields, o), nil
	}
	if o.Model.IsLine() {
		return newLine(p, fields, o), nil
	}
	return newModel(p, fields, o)
}

// String returns the name of the estimator.
func (e Estimator) String() string { return estimators[e].name }

// estimator computes some of the fields of a plan. It is made with the plan and does not change, so
// that goroutines can share it. A pixel's results depend on its own series alone, bit for bit.
type estimator interface {
	// newScratch returns memory for one goroutine, of scratchBytes bytes.
	newScratch() any
	scratchBytes() int
	// fit writes the fields that the estimator was made for, a plane each, of every pixel of t,
	// which has all dates.
	fit(scratch any, t kernel.Tile, out outPlanes)
}

// partsEstimator is an estimator that also takes the dates of a pixel a few at a time, with the
// same bits. The fields of any other estimator need all dates of a pixel together.
type partsEstimator interface {
	estimator
	// newSums returns the state of that many pixels before their first date, sumsBytes bytes for
	// each.
	newSums(pixels int) sums
	sumsBytes() int
}

// sums is the state of some pixels between one part of their dates and the next.
type sums interface {
	reset()                       // to the state before the first date
	add(t kernel.Tile, first int) // the dates of t, the first of which is date first of the plan
	// finish writes the fields of as many pixels as out has room for. If again is set, the fields of
	// some pixels have to be computed a second time: all dates are added again, as before, and finish
	// is called again with the same out.
	finish(out outPlanes) (again bool)
}

// outPlanes is where an estimator writes its fields, a plane each: float32 or float64, the other is
// nil.
type outPlanes struct {
	f32 [][]float32
	f64 [][]float64

	rasters []kernel.Raster // the covariates of the pixels, see Scratch.SetRasters
}

// share is what one estimator does in a plan.
type share struct {
	estimator
	fields []int // which of the plan's fields it computes, by their position
}

// run fits the pixels of t. Every NaN in the results is kernel.NaN.
func (s share) run(scratch any, t kernel.Tile, out outPlanes) {
	s.fit(scratch, t, out)
	switch s.estimator.(type) {
	case *line, *keptLine, *model:
		return // they write no other
	}
	oneNaN(out.f32)
	oneNaN(out.f64)
}

// oneNaN replaces every NaN by kernel.NaN.
func oneNaN[F float32 | float64](planes [][]F) {
	nan := F(kernel.NaN())
	for _, plane := range planes {
		for i, x := range plane {
			if x != x {
				plane[i] = nan
			}
		}
	}
}

// divide returns one share for each estimator that a field of p asks for.
func (p *Plan) divide(o Options) ([]share, error) {
	var shares []share
	for e := range estimators {
		var s share
		var fields []Field
		for i, f := range p.fields {
			if f.Info().Estimator == Estimator(e) {
				s.fields, fields = append(s.fields, i), append(fields, f)
			}
		}
		if len(fields) == 0 {
			continue
		}
		var err error
		if s.estimator, err = estimators[e].make(p, fields, o); err != nil {
			return nil, err
		}
		shares = append(shares, s)
	}
	return shares, nil
}

// roomFor returns planes with room for the headers of the planes of s.
func roomFor(s share) outPlanes {
	return outPlanes{f32: make([][]float32, len(s.fields)), f64: make([][]float64, len(s.fields))}
}

// planesOf returns the planes of s among out, from pixel lo to hi, with their headers in room.
func planesOf[F float32 | float64](s share, room outPlanes, out [][]F, lo, hi int) outPlanes {
	switch out := any(out).(type) {
	case [][]float32:
		for i, f := range s.fields {
			room.f32[i] = out[f][lo:hi]
		}
		return outPlanes{f32: room.f32}
	case [][]float64:
		for i, f := range s.fields {
			room.f64[i] = out[f][lo:hi]
		}
		return outPlanes{f64: room.f64}
	}
	panic("unreachable")
}
