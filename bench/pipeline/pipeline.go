package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/runner"
)

// Options are the options of a run.
type Options struct {
	Dir     string   // folder in which stacks are kept for later runs; "": a temporary folder
	Cases   []string // from ParseCases
	Size    int      // pixels of a side of the large stacks; 0: FullSize
	Dates   int      // of each stack; 0: FullDates
	Threads []int    // numbers of threads, ascending from 1; nil: 1, 2 and all
	Runs    int      // timed runs of each arm; 0: bench.LeastRuns
	Program string   // path of pixtrend
	Version string   // of the program, for the report

	// Say is called with a line of text before each step. It may be nil.
	Say func(what string)
	// Progress is called during a step, at its end with done = total. It may be nil.
	Progress func(done, total int)
	// Free returns the free space of a folder in bytes. If it is nil, FreeBytes is used.
	Free func(dir string) (int64, error)
}

func (o Options) withDefaults() Options {
	set := func(n *int, standard int) {
		if *n == 0 {
			*n = standard
		}
	}
	set(&o.Size, FullSize)
	set(&o.Dates, FullDates)
	set(&o.Runs, bench.LeastRuns)
	if len(o.Cases) == 0 {
		o.Cases = usualCases
	}
	if len(o.Threads) == 0 {
		o.Threads = threadCounts()
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	if o.Free == nil {
		o.Free = FreeBytes
	}
	return o
}

// Run makes the stacks, measures, and compares the results with the goals. If a result differs from
// the reference, the error wraps bench.ErrWrong. Run leaves only complete stacks, and only in a
// folder that Options.Dir names.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	o = o.withDefaults()
	if err := register(); err != nil {
		return nil, err
	}
	dir, clear, err := folder(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, clear()) }()
	results, err := os.MkdirTemp(dir, ".results-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(results)) }()

	b := &study{Options: o, dir: dir, results: results, threads: o.Threads}
	b.report.Environment = newEnvironment(o, b.threads)
	b.plan()
	if err := b.makeStacks(ctx); err != nil {
		return nil, err
	}
	if err := b.measure(ctx); err != nil {
		return nil, err
	}
	b.report.Environment.Finish()
	b.judge()
	return &b.report, nil
}

// folder returns the folder of the stacks, and a function to call at the end.
func folder(name string) (dir string, clear func() error, err error) {
	if name == "" {
		dir, err = os.MkdirTemp("", "pixtrend-bench-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	if err := os.MkdirAll(name, 0o777); err != nil {
		var why *fs.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return "", nil, fmt.Errorf("cannot make the folder %s: %w", name, err)
	}
	dir, err = filepath.Abs(name)
	return dir, func() error { return nil }, err
}

// threadCounts returns the default numbers of threads: one, two and all.
func threadCounts() []int {
	all := min(len(runner.Machine().CPUs), runtime.GOMAXPROCS(0))
	counts := []int{1, min(goalThreads, all), all}
	return slices.Compact(counts)
}

// study is a run in progress.
type study struct {
	Options
	dir, results string
	threads      []int
	cases        []benchCase
	points       map[string][]point // by case of scaling
	report       Report
}

// full reports whether the goals apply to this size.
func (b *study) full() bool { return b.Size == FullSize && b.Dates == FullDates }

func (b *study) plan() {
	b.points = map[string][]point{}
	for _, name := range b.Cases {
		if name != scalingDates && name != scalingPixels {
			c := newCase(name, b.Size, b.Dates)
			c.stack.dir = b.dir
			b.cases = append(b.cases, c)
			continue
		}
		points := newPoints(name, b.Size, b.Dates)
		for i := range points {
			points[i].stack.dir = b.dir
		}
		b.points[name] = points
	}
}

// stacks returns the stacks that are needed, and the most bytes that results take at one time.
func (b *study) stacks() (stacks []Stack, results int64) {
	add := func(s Stack) {
		if !slices.ContainsFunc(stacks, func(t Stack) bool { return t.Name == s.Name }) {
			stacks = append(stacks, s)
		}
	}
	if len(b.cases) > 0 {
		add(b.least())
	}
	for _, c := range b.cases {
		add(c.stack)
		for _, stats := range c.stats {
			results += resultBytes(c.stack, stats)
		}
	}
	for _, points := range b.points {
		var sum int64
		for _, p := range points {
			add(p.stack)
			sum += resultBytes(p.stack, slope)
		}
		results = max(results, sum)
	}
	slices.SortStableFunc(stacks, func(s, t Stack) int { return int(s.sampleBytes() - t.sampleBytes()) })
	return stacks, results
}

func resultBytes(s Stack, stats string) int64 {
	bands := int64(1)
	if stats == three {
		bands = 3
	}
	return 4 * int64(s.Width) * int64(s.Height) * bands
}

// makeStacks makes the missing stacks, after checking that there is room for them.
func (b *study) makeStacks(ctx context.Context) error {
	stacks, need := b.stacks()
	var missing []Stack
	b.Say(fmt.Sprintf("looking for %d stacks in %s", len(stacks), b.dir))
	for _, s := range stacks {
		found, err := s.find(ctx)
		if err != nil {
			return err
		}
		if !found {
			missing = append(missing, s)
			need += s.sampleBytes()
		}
		b.report.Stacks = append(b.report.Stacks, s)
	}
	free, err := b.Free(b.dir)
	if err != nil {
		return fmt.Errorf("cannot find the free space of %s: %w", b.dir, err)
	}
	sizes := fmt.Sprintf("needs up to %s in %s for %d stacks and results; %s are free",
		humanize.Bytes(uint64(need)), b.dir, len(missing), humanize.Bytes(uint64(free)))
	if need > free {
		return fmt.Errorf("the benchmark %s: name another folder, or make the stacks smaller with --size", sizes)
	}
	b.Say(sizes)
	for len(missing) > 0 {
		first := missing[0]
		same := func(s Stack) bool {
			return s.scene() == first.scene() && s.Width == first.Width && s.Height == first.Height && s.Dates == first.Dates
		}
		var together []Stack
		names := ""
		for _, s := range missing {
			if same(s) {
				together = append(together, s)
				names += " " + s.Name
			}
		}
		b.Say("making" + names)
		if err := makeStacks(ctx, together, b.Progress); err != nil {
			return err
		}
		missing = slices.DeleteFunc(missing, same)
	}
	return nil
}

// measure measures the usual cases together, so that their figures can be compared, and each case
// of scaling by itself.
func (b *study) measure(ctx context.Context) error {
	if len(b.cases) > 0 {
		g, err := b.usual()
		if err != nil {
			return err
		}
		if err := b.run(ctx, "the cases", g); err != nil {
			return err
		}
	}
	for _, name := range []string{scalingDates, scalingPixels} {
		if len(b.points[name]) == 0 {
			continue
		}
		g, err := b.newGroup()
		if err != nil {
			return err
		}
		threads := b.threads[len(b.threads)-1]
		for _, p := range b.points[name] {
			if err := g.addJob(b.Program, p.stack, p.dates, threads, slope, true, p.name(name, threads)); err != nil {
				return err
			}
		}
		if err := b.run(ctx, name, g); err != nil {
			return err
		}
	}
	return nil
}

func (b *study) newGroup() (*group, error) {
	dir, err := os.MkdirTemp(b.results, "group-")
	return &group{dir: dir}, err
}

func (b *study) run(ctx context.Context, what string, g *group) error {
	b.Say(fmt.Sprintf("measuring %s: %d arms, %d runs of each after a verified warm-up", what, len(g.arms), b.Runs))
	measured, err := g.measure(ctx, b.Runs, b.Progress)
	b.report.Measurements = append(b.report.Measurements, measured...)
	return err
}

// least returns a stack of almost no samples. The time of its fit is a fixed cost of every fit.
func (b *study) least() Stack {
	s := Stack{Width: 16, Height: 16, Dates: 2, Type: "float32", Samples: noise}.named("least")
	s.dir = b.dir
	return s
}

// usual returns the group of the usual cases: their floors and jobs, the start of the program, the
// smallest fit, and writes of as many bytes as the results have.
func (b *study) usual() (*group, error) {
	g, err := b.newGroup()
	if err != nil {
		return nil, err
	}
	g.add(startName, 0, func(ctx context.Context) (float64, error) {
		_, took, err := runProgram(ctx, b.Program, "version")
		return took.Seconds(), err
	})
	least := b.least()
	if err := g.addJob(b.Program, least, least.Dates, 1, slope, false, leastName); err != nil {
		return nil, err
	}
	written := map[int64]bool{}
	for _, c := range b.cases {
		for _, threads := range b.threads {
			if err := g.addFloor(c.floor, c.stack, c.stack.Dates, threads, floorName(c, threads)); err != nil {
				return nil, err
			}
			for _, stats := range c.stats {
				if err := g.addJob(b.Program, c.stack, c.stack.Dates, threads, stats, false, jobName(c.name, stats, threads)); err != nil {
					return nil, err
				}
			}
		}
		// Measure one job twice, for the noise.
		most := b.threads[len(b.threads)-1]
		if err := g.addJob(b.Program, c.stack, c.stack.Dates, most, c.stats[0], false, bench.Again(jobName(c.name, c.stats[0], most))); err != nil {
			return nil, err
		}
		for _, stats := range c.stats {
			bytes := resultBytes(c.stack, stats)
			if written[bytes] {
				continue
			}
			written[bytes] = true
			g.add(writeName(bytes), bytes, func(context.Context) (float64, error) {
				took, err := writeFloor(g.dir, bytes)
				return took.Seconds(), err
			})
		}
	}
	return g, nil
}

const (
	startName = "arm=start"
	leastName = "case=least/arm=fit/stats=slope/threads=1"
)

func writeName(bytes int64) string {
	return bench.NameOf("arm", "write", "bytes", strconv.FormatInt(bytes, 10))
}

func floorName(c benchCase, threads int) string {
	return bench.NameOf("case", c.name, "arm", string(c.floor), "threads", strconv.Itoa(threads))
}

func jobName(name, stats string, threads int) string {
	return bench.NameOf("case", name, "arm", "fit", "stats", stats, "threads", strconv.Itoa(threads))
}

func (p point) name(name string, threads int) string {
	return bench.NameOf("case", name, "pixels", strconv.Itoa(p.stack.Width*p.stack.Height), "dates", strconv.Itoa(p.dates),
		"arm", "fit", "stats", slope, "threads", strconv.Itoa(threads))
}
