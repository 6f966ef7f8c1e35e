package pixtrend

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Options says what to fit, and with what. The zero value fits the slope with all cores and the
// fastest kernel.
//
// Map and Stack.Pack use the options of the workers, Fit and FitInto those of the fit too, and
// Stream uses all. A call that is given an option that it does not use returns an *OptionError.
type Options struct {
	// Of the fit.

	Fields []stats.Field // in the order of the results; nil: stats.Slope
	// MinObs is the number of observations that a pixel needs to have a result. 0: 2 of a line, and
	// one more than the coefficients of any other model.
	MinObs int
	Model  Model // what is fitted beside a line
	// InterceptAt is the date, or the number, at which the intercept is the value of the line, as
	// timeaxis.Axis.At reads it. "": where t is 0
	InterceptAt  string
	Confidence   float64 // of the limits of the slope, between 0 and 1; 0: stats.DefaultConfidence
	Significance float64 // p-values below it make a trend, for stats.TrendClass and stats.MKClass
	Rank         RankOptions
	Residuals    bool // write a plane for each date with the residuals of the model too, see stats.Series
	Detrended    bool // write the observations without the trend too
	Deseasoned   bool // write the observations without the season too; needs Model.Harmonics
	// LandTrendr has the parameters of the fields of LandTrendr, such as stats.Segments; nil: those of
	// stats.DefaultLandTrendr. PerYear follows from the axis.
	LandTrendr *stats.LandTrendrOptions
	// Monitor has the options of the fields of BFAST monitor, such as stats.MonitorDate, which need them.
	Monitor  *MonitorOptions
	Fitted   bool // write the fitted trajectory too, a plane for each date, see stats.Trajectories
	Vertices bool // write its vertices too: planes of their times, then of their values

	// Of the workers.

	// Threads is the number of workers. 0 is one for each CPU that the process may use, and no more
	// than runtime.GOMAXPROCS(0). Functions of Map and Sources are given the number of their
	// worker, which counts from 0 and stays below it.
	Threads int
	Pin     runner.Pinning // whether workers are bound to CPUs; by default as runner.PinAuto says
	ISA     string         // generic, avx2, avx512 or neon; "": as PIXTREND_ISA says, or the fastest
	// Progress is called from time to time with the number of pixels done, never concurrently.
	// NewStreamPlan does not use it, since StreamPlan.Run takes a function of its own.
	Progress func(done, total int)

	// Of a stream.

	Samples      bool  // write a plane for each date with the observations, and no fields: gaps are NaN
	Float64      bool  // results as float64 instead of float32
	TileMemory   int64 // bytes that tiles, results and scratch memory may take; 0: DefaultTileMemory
	WindowWidth  int   // size of the windows, both or neither; 0: chosen by cache, blocks and memory
	WindowHeight int
}

// DefaultTileMemory is the meaning of Options.TileMemory 0. Sources and sinks take their own memory
// beside it.
const DefaultTileMemory = 256 << 20

// OptionError says that a call was given an option that it does not use.
type OptionError struct {
	Call   string // such as Map
	Option string // the field of Options
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("pixtrend: %s does not use Options.%s: leave it unset", e.Call, e.Option)
}

// PrecisionError says that float32 does not hold the times of a stack, which a field would have.
// Whole numbers beyond 2^24 and times that are far from zero and close to each other need results of
// float64.
type PrecisionError struct {
	Field stats.Field // stats.First, stats.Last or stats.BreakYear
	Time  float64
}

func (e *PrecisionError) Error() string {
	return fmt.Sprintf("pixtrend: the field %v would have the time %v as %v in float32: take results of float64, or leave the field out",
		e.Field, e.Time, float32(e.Time))
}

// checkPrecision returns a *PrecisionError if a field of float32 is a time, and a whole number among
// the times is not kept, or two times become one. times are ascending.
func checkPrecision(fields []stats.Field, times []float64) error {
	i := slices.IndexFunc(fields, func(f stats.Field) bool { return f.Info().Unit == stats.UnitTime })
	if i < 0 {
		return nil
	}
	for j, t := range times {
		lost := t == math.Trunc(t) && float64(float32(t)) != t
		if same := j > 0 && t != times[j-1] && float32(t) == float32(times[j-1]); lost || same {
			return &PrecisionError{Field: fields[i], Time: t}
		}
	}
	return nil
}

// refuse returns an error if o sets an option of a fit or of a stream, and the call does not use
// these.
func (o *Options) refuse(call string, ofFit, ofStream bool) error {
	for _, x := range []struct {
		option       string
		refused, set bool
	}{
		{"Fields", ofFit, len(o.Fields) > 0},
		{"MinObs", ofFit, o.MinObs != 0},
		{"Model", ofFit, !o.Model.isZero()},
		{"InterceptAt", ofFit, o.InterceptAt != ""},
		{"Confidence", ofFit, o.Confidence != 0},
		{"Significance", ofFit, o.Significance != 0},
		{"Rank", ofFit, o.Rank != RankOptions{}},
		{"Residuals", ofFit, o.Residuals},
		{"Detrended", ofFit, o.Detrended},
		{"Deseasoned", ofFit, o.Deseasoned},
		{"LandTrendr", ofFit, o.LandTrendr != nil},
		{"Monitor", ofFit, o.Monitor != nil},
		{"Fitted", ofFit, o.Fitted},
		{"Vertices", ofFit, o.Vertices},
		{"Samples", ofStream, o.Samples},
		{"Float64", ofStream, o.Float64},
		{"TileMemory", ofStream, o.TileMemory != 0},
		{"WindowWidth", ofStream, o.WindowWidth != 0},
		{"WindowHeight", ofStream, o.WindowHeight != 0},
	} {
		if x.refused && x.set {
			return &OptionError{Call: call, Option: x.option}
		}
	}
	return nil
}

func (o Options) kernel() (kernel.Kernel, error) {
	if o.ISA == "" {
		return kernel.FromEnv()
	}
	isa, err := kernel.ParseISA(o.ISA)
	if err != nil {
		return kernel.Kernel{}, err
	}
	return kernel.New(isa)
}

// plan makes the fit of an axis ready. kept is as in Grid.
func (o Options) plan(axis timeaxis.Axis, scale, offset float64, v kernel.Valid, kept *stats.Kept) (*stats.Plan, kernel.Kernel, error) {
	k, err := o.kernel()
	if err != nil {
		return nil, k, fmt.Errorf("pixtrend: %w", err)
	}
	so := stats.Options{Fields: o.Fields, PerUnit: axis.PerUnit, Valid: v, MinObs: o.MinObs,
		Scale: scale, Offset: offset, Confidence: o.Confidence, Significance: o.Significance, Kept: kept}
	if so.Rank, err = o.Rank.on(axis, o.Fields); err != nil {
		return nil, k, err
	}
	if so.LandTrendr, err = o.landTrendrOn(axis); err != nil {
		return nil, k, err
	}
	if so.Monitor, err = o.monitorOn(axis); err != nil {
		return nil, k, fmt.Errorf("pixtrend: %w", err)
	}
	if so.Model, err = o.Model.On(axis); err != nil {
		return nil, k, fmt.Errorf("pixtrend: %w", err)
	}
	if !o.Residuals && !o.Detrended && !o.Deseasoned {
		if err := so.Model.CheckUse(o.Fields); err != nil {
			return nil, k, err
		}
	}
	if o.InterceptAt != "" {
		if so.InterceptAt, err = axis.At(o.InterceptAt); err != nil {
			return nil, k, fmt.Errorf("pixtrend: the time of the intercept: %w", err)
		}
	}
	if o.Deseasoned && o.Model.Harmonics == 0 {
		return nil, k, errors.New("pixtrend: deseasoned observations need a season: set Model.Harmonics to 1 or more")
	}
	p, err := stats.NewPlan(k, axis.T, so)
	if err != nil {
		return nil, k, fmt.Errorf("pixtrend: %w", o.monitorError(err, axis))
	}
	return p, k, nil
}

// Check returns the error that FitInto of a stack on an axis would return for the options of the fit,
// with results of float64 or of float32.
func (o Options) Check(axis timeaxis.Axis, float64s bool) error {
	if err := o.refuse("Fit", false, true); err != nil {
		return err
	}
	p, _, err := o.plan(axis, 1, 0, kernel.Valid{}, nil)
	if err != nil || float64s {
		return err
	}
	return checkPrecision(p.Fields(), axis.T)
}

// crew returns the options of a run over that many pixels, with the largest number of workers. A
// run with fewer items has no more workers, so that memory for each can be indexed by its ID.
func (o Options) crew(pixels int) (runner.Options, error) {
	ro := runner.Options{Workers: o.Threads, Pin: o.Pin}
	if o.Pin != runner.PinOff {
		ro.Topology = runner.Machine() // which Run does not have to read again
	}
	plan, err := runner.Assign(pixels, ro)
	if err != nil {
		return ro, fmt.Errorf("pixtrend: %w", err)
	}
	ro.Workers = len(plan.Workers)
	return ro, nil
}
