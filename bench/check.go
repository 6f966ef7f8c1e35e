package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
)

// ErrSlower is wrapped by the error that Comparison.Err returns if a build is slower than another.
var ErrSlower = errors.New("slower than before")

const (
	allowedRatio = 1.10 // time of the new build over time of the old one
	onceRuns     = 5    // runs per arm in one process; their median is one sample
)

// CheckOnce is the command with which Check makes a build measure itself.
const CheckOnce = "check-once"

// Once is the result of one arm in one process: the median seconds, and the checksum of the result.
type Once struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Sum     uint64  `json:"sum"`
}

// RunOnce measures the arms that Check compares and writes them as JSON.
func RunOnce(ctx context.Context, o Options, w io.Writer) error {
	o.Runs = onceRuns
	s, err := newStudy(o)
	if err != nil {
		return err
	}
	var all []Once
	for _, p := range []problem{{dtype: kernel.Float32, dates: usualDates}, {dtype: kernel.Float32, dates: usualDates, gaps: 0.2},
		{dtype: kernel.Int16, dates: usualDates}, {dtype: kernel.Int16, dates: usualDates, gaps: 0.2}} {
		prefix := []string{"study", "check", "ws", groupRAM}
		err := s.with(ctx, p.sized(s.Stack), true, prefix, func(g *group) error { return s.addChecked(ctx, g) })
		if err != nil {
			return err
		}
	}
	for i := range s.report.Results {
		r := &s.report.Results[i]
		all = append(all, Once{r.Name, r.Median.Value, r.sum})
	}
	return json.NewEncoder(w).Encode(all)
}

// addChecked adds the arms that Check compares: the kernel on one thread, and fits of a stack in
// memory on one thread and on all.
func (s *study) addChecked(ctx context.Context, g *group) error {
	m, at := g.m, g.m.whole(1)
	if err := m.place(ctx, at); err != nil {
		return err
	}
	g.addSlope(g.name("arm", s.k.ISA().String(), "layout", "packed"), s.k, at, func() kernel.Tile { return m.packed })
	for _, order := range []layout.Order{layout.BSQ, layout.BIP} {
		for _, fields := range []string{"slope", "slope,intercept,n"} {
			if err := s.addFit(g, order, fields, 1); err != nil {
				return err
			}
		}
	}
	if m.all == 1 {
		return nil
	}
	return s.addFit(g, layout.BSQ, "slope", m.all)
}

// addFit adds a fit of the stack on that many threads.
func (s *study) addFit(g *group, order layout.Order, names string, threads int) error {
	m := g.m
	fields, err := stats.ParseFields(names)
	if err != nil {
		return err
	}
	stack, err := m.stack(order)
	if err != nil {
		return err
	}
	planes := make([][]float32, len(fields)) // the first is checked
	for f := 1; f < len(planes); f++ {
		planes[f] = make([]float32, m.pixels)
	}
	name := g.name("arm", "fit", "layout", strings.ToLower(order.String()), "fields", names, "threads", strconv.Itoa(threads))
	g.add(name, m.bytes(m.pixels), m.whole(1), "fit", func(ctx context.Context) (float64, error) {
		planes[0] = m.out
		return timed(func() error {
			_, err := pixtrend.FitInto(ctx, stack, pixtrend.Options{Fields: fields, Threads: threads}, planes)
			return err
		})
	})
	return nil
}

// stack returns the samples as a stack in memory, in one of the two orders that m has.
func (m *memory) stack(order layout.Order) (*pixtrend.Stack, error) {
	dates := pixtrend.Years(2000, 2000+m.dates-1)
	data := m.source
	if order == layout.BSQ {
		data = m.planes.Data
	}
	var s *pixtrend.Stack
	var err error
	if m.dtype == kernel.Int16 {
		s, err = pixtrend.NewStack(as[int16](data), order, m.pixels, 1, dates)
	} else {
		s, err = pixtrend.NewStack(as[float32](data), order, m.pixels, 1, dates)
	}
	if err == nil {
		s.Valid = m.valid()
	}
	return s, err
}

// Comparison is the result of Check.
type Comparison struct {
	Rows []ComparisonRow `json:"rows"`
	Runs int             `json:"runs"`
}

// ComparisonRow compares two builds in one arm.
type ComparisonRow struct {
	Name   string   `json:"name"`
	Old    Interval `json:"old_s"`
	New    Interval `json:"new_s"`
	Ratio  Interval `json:"ratio"` // of the new seconds to the old ones
	Noise  Interval `json:"noise"` // the ratio of the old build to itself
	Slower bool     `json:"slower"`
}

// Check runs two builds in turn, each run in a process of its own, and compares their times by
// ratio. The old build runs twice as often, for the noise.
func Check(ctx context.Context, old, new string, o Options) (*Comparison, error) {
	runs := o.Runs
	if runs == 0 {
		runs = LeastRuns
	}
	programs := []string{old, new, old}
	seconds := map[string]*[3][]float64{}
	sums := map[string]uint64{}
	var names []string
	for round := range runs {
		if o.Say != nil {
			o.Say(fmt.Sprintf("round %d of %d", round+1, runs))
		}
		for _, which := range rand.New(rand.NewPCG(seed, uint64(round))).Perm(len(programs)) {
			all, err := runOnce(ctx, programs[which], o)
			if err != nil {
				return nil, err
			}
			for _, x := range all {
				if seconds[x.Name] == nil {
					seconds[x.Name] = &[3][]float64{}
					sums[x.Name] = x.Sum
					names = append(names, x.Name)
				}
				if sums[x.Name] != x.Sum {
					return nil, fmt.Errorf("%w: the builds give different results for %s", ErrWrong, x.Name)
				}
				seconds[x.Name][which] = append(seconds[x.Name][which], x.Seconds)
			}
		}
	}
	c := &Comparison{Runs: runs}
	for _, name := range names {
		s := seconds[name]
		if len(s[0]) == 0 || len(s[1]) == 0 {
			continue // missing in one of the builds
		}
		c.Rows = append(c.Rows, compareBuilds(name, s[0], s[1], s[2]))
	}
	return c, nil
}

// compareBuilds compares the times of an arm. The new build is slower if the ratio is above
// allowedRatio and its whole interval is above the noise, the ratio of the old build to itself.
func compareBuilds(name string, old, new, again []float64) ComparisonRow {
	r := ComparisonRow{Name: name, Old: MedianOf(append(append([]float64{}, old...), again...)), New: MedianOf(new), Noise: RatioOf(again, old)}
	r.Ratio = RatioOf(new, append(append([]float64{}, old...), again...))
	r.Slower = r.Ratio.Value > allowedRatio && r.Ratio.Low > max(1, r.Noise.High, 1/r.Noise.Low)
	return r
}

func runOnce(ctx context.Context, program string, o Options) ([]Once, error) {
	args := []string{CheckOnce, "--quiet"}
	if o.Quick {
		args = append(args, "--quick")
	}
	if o.Stack > 0 {
		args = append(args, "--stack", strconv.FormatInt(o.Stack>>20, 10))
	}
	c := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	c.Env = os.Environ()
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("%s failed: %w: %s", program, err, strings.TrimSpace(stderr.String()))
	}
	var all []Once
	if err := json.Unmarshal(stdout.Bytes(), &all); err != nil {
		return nil, fmt.Errorf("%s printed no measurements: %w", program, err)
	}
	return all, nil
}

// Text formats the comparison as a table.
func (c *Comparison) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "old and new build in turn, %d processes of each; ratios of the new seconds to the old ones, with 95 %% intervals\n", c.Runs)
	rows := [][]string{{"what", "old", "new", "ratio", "interval", "old to itself", ""}}
	for _, r := range c.Rows {
		verdict := ""
		if r.Slower {
			verdict = "SLOWER"
		}
		rows = append(rows, []string{strings.TrimPrefix(r.Name, "study=check/"), Duration(r.Old.Value), Duration(r.New.Value), fmt.Sprintf("%.3f", r.Ratio.Value),
			fmt.Sprintf("%.3f to %.3f", r.Ratio.Low, r.Ratio.High), fmt.Sprintf("%.3f to %.3f", r.Noise.Low, r.Noise.High), verdict})
	}
	Table(&b, rows)
	return b.String()
}

// Err returns an error that wraps ErrSlower if an arm is slower.
func (c *Comparison) Err() error {
	var slower []string
	for _, r := range c.Rows {
		if r.Slower {
			slower = append(slower, fmt.Sprintf("%s takes %.2f times as long", strings.TrimPrefix(r.Name, "study=check/"), r.Ratio.Value))
		}
	}
	if len(slower) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrSlower, strings.Join(slower, "; "))
}
