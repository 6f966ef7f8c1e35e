package pixtrend

import (
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Options say what to fit and with what. The zero value fits the slope with all cores and the
// fastest kernel.
type Options struct {
	Fields []stats.Field // in the order of the results; nil: slope
	MinObs int           // observations below which a pixel has no result; 0: 2

	InterceptAt  string  // date, or number, at which the intercept is the value of the line, as timeaxis.Axis.At reads it; "": where t is 0
	Confidence   float64 // of the limits of the slope, between 0 and 1; 0: 0.95
	Significance float64 // p-values below it make a trend, for stats.TrendClass

	// Worker threads; 0: one for each CPU that the process may use, and runtime.GOMAXPROCS(0) at most. The numbers of
	// workers, which functions of Map and Sources hear, count from 0 and stay below it.
	Threads int
	Pin     runner.Pinning // whether workers are bound to CPUs; by default as runner.PinAuto says
	ISA     string         // generic, avx2, avx512 or neon; "": as PIXTREND_ISA says, or the fastest

	// Progress is called from time to time with the pixels that are done, never concurrently.
	Progress func(done, total int)

	// Stream only:
	Residuals    bool  // a plane a date of what the line leaves of each observation, see stats.Series
	Detrended    bool  // the same with the pixel's mean in it
	Float64      bool  // results as float64 instead of float32
	TileMemory   int64 // bytes that tiles and results may take; 0: DefaultTileMemory
	WindowWidth  int   // size of the windows, both or neither; 0: chosen by cache, blocks and memory
	WindowHeight int
}

// DefaultTileMemory is what Options.TileMemory means where it is 0. Sources and sinks take memory of
// their own beside it.
const DefaultTileMemory = 256 << 20

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

// plan makes the statistics of a fit ready.
func (o Options) plan(axis timeaxis.Axis, scale, offset float64, v kernel.Valid) (*stats.Plan, kernel.Kernel, error) {
	k, err := o.kernel()
	if err != nil {
		return nil, k, fmt.Errorf("pixtrend: %w", err)
	}
	so := stats.Options{Fields: o.Fields, PerUnit: axis.PerUnit, Valid: v, MinObs: o.MinObs, Scale: scale, Offset: offset,
		Confidence: o.Confidence, Significance: o.Significance}
	if o.InterceptAt != "" {
		if so.InterceptAt, err = axis.At(o.InterceptAt); err != nil {
			return nil, k, fmt.Errorf("pixtrend: the time of the intercept: %w", err)
		}
	}
	p, err := stats.NewPlan(k, axis.T, so)
	if err != nil {
		return nil, k, fmt.Errorf("pixtrend: %w", err)
	}
	return p, k, nil
}

// crew looks at the machine and settles the most workers that work on that many pixels. A plan made
// with its options for fewer items, or a run, has at most so many: the memory of each can be
// indexed by its ID.
func (o Options) crew(pixels int) (runner.Options, error) {
	ro := runner.Options{Workers: o.Threads, Pin: o.Pin, Topology: runner.Machine()}
	plan, err := runner.Assign(pixels, ro)
	if err != nil {
		return ro, fmt.Errorf("pixtrend: %w", err)
	}
	ro.Workers = len(plan.Workers)
	return ro, nil
}
