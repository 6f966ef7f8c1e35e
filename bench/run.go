package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
)

// Options are the options of a run.
type Options struct {
	Runs    int   // timed runs of each arm; 0: 15, or 10 if Quick
	Threads []int // numbers of threads of the scaling study, ascending; nil: UsualThreads
	Stack   int64 // bytes per stack; 0: four times the last-level cache, 8 MiB if Quick
	Quick   bool  // small stacks and few sizes: shows how it works, not how fast
	Version string

	Say      func(what string)     // called with a line of text before each step; may be nil
	Progress func(done, total int) // called until done = total; may be nil
}

const (
	usualRuns  = 15
	quickStack = 8 << 20
	leastStack = 1 << 16
	mostStack  = 512 << 20 // unless Options.Stack is more
	longest    = 512       // most dates of a sweep
)

func (o Options) withDefaults() Options {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	if o.Runs == 0 {
		o.Runs = usualRuns
		if o.Quick {
			o.Runs = LeastRuns
		}
	}
	if o.Stack == 0 {
		o.Stack = min(4*int64(ceiling.LastLevelCache()), mostStack)
		if o.Quick {
			o.Stack = quickStack
		}
	}
	o.Stack = max(o.Stack, leastStack)
	if len(o.Threads) == 0 {
		o.Threads = UsualThreads()
	}
	return o
}

// study is a run in progress.
type study struct {
	Options
	k      kernel.Kernel
	buffer []byte // of the samples, pixel by pixel
	report *Report
}

// newStudy checks the options and allocates memory.
func newStudy(o Options) (*study, error) {
	o = o.withDefaults()
	k, err := kernel.FromEnv()
	if err != nil {
		return nil, err
	}
	s := &study{Options: o, k: k, report: NewReport(NewEnvironment(o.Version, o.Runs))}
	// This is room for the source, two layouts, the triad and the results.
	if need := 5 * o.Stack; s.report.Environment.Memory > 0 && need > s.report.Environment.Memory {
		return nil, fmt.Errorf("stacks of %d MiB need %d MiB in all layouts, and %d MiB of memory are available: give a smaller size with --stack",
			o.Stack>>20, need>>20, s.report.Environment.Memory>>20)
	}
	s.report.Stack, s.report.Quick = o.Stack, o.Quick
	s.buffer, err = ceiling.Buffer(int(max(o.Stack, cacheBytes*int64(slices.Max(o.Threads)), longest*kernel.PanelPixels*8)))
	if err != nil {
		return nil, fmt.Errorf("cannot allocate %d MiB for a stack: %w", o.Stack>>20, err)
	}
	return s, nil
}

// The studies.
const (
	Kernel    = "kernel"    // one thread and tiles
	Scaling   = "scaling"   // threads
	Models    = "models"    // models of the year, polynomials and robust fits, on tiles in cache
	Ranks     = "ranks"     // rank trends, on tiles in cache
	Baselines = "baselines" // the serial baselines alone
)

// Studies are those of everything in memory. Baselines are a part of Kernel.
var Studies = []string{Kernel, Scaling, Models, Ranks}

// Run measures the named studies in turn. Call Finish on the report when nothing more is measured.
func Run(ctx context.Context, studies []string, o Options) (*Report, error) {
	s, err := newStudy(o)
	if err != nil {
		return nil, err
	}
	for _, name := range studies {
		switch name {
		case Kernel:
			err = s.kernels(ctx)
		case Scaling:
			err = s.scaling(ctx)
		case Models:
			cases, quick := modelCases()
			err = s.estimators(ctx, Models, cases, quick)
		case Ranks:
			cases, quick := rankCases()
			err = s.estimators(ctx, Ranks, cases, quick)
		case Baselines:
			err = s.baselines(ctx)
		default:
			err = fmt.Errorf("there is no study %q: use %s, %s, %s, %s or %s", name, Kernel, Scaling, Models, Ranks, Baselines)
		}
		if err != nil {
			return nil, err
		}
	}
	return s.report, nil
}

// run measures a group and adds its results to the report.
func (s *study) run(ctx context.Context, g *group) error {
	s.Say(fmt.Sprintf("measuring %s: %d arms, %d runs of each after a verified warm-up", NameOf(g.prefix...), len(g.arms), s.Runs))
	err := Measure(ctx, g.arms, Turns{Runs: s.Runs, Progress: s.Progress})
	s.report.Environment.noteHuge()
	if err != nil {
		return err
	}
	results, noise := g.results()
	s.report.Results = append(s.report.Results, results...)
	s.report.Noise = append(s.report.Noise, noise...)
	return nil
}
