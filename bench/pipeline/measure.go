package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pixtrend/pixtrend/bench"
)

// Measurement is all runs of an arm.
type Measurement struct {
	bench.Measurement
	Fit     []float64 `json:"fit_seconds,omitempty"` // reported by the program
	Checked int64     `json:"checked,omitempty"`     // pixels compared with the reference
}

// Best returns the least of the seconds.
func (m *Measurement) Best() float64 { return slices.Min(m.Seconds) }

// Median returns the median of the seconds.
func (m *Measurement) Median() float64 { return bench.Median(m.Seconds) }

// arm is a floor or a job that is timed.
type arm struct {
	bench.Arm
	fit     []float64
	checked int64
	job     *job // whose result is verified; nil for floors
	stack   Stack
	dates   int
}

// group is a set of arms that take turns.
type group struct {
	arms []*arm
	dir  string // of the results
}

func (g *group) add(name string, bytes int64, run func(ctx context.Context) (float64, error)) *arm {
	a := &arm{Arm: bench.Arm{Measurement: bench.Measurement{Name: name, Bytes: bytes}, Run: run}}
	g.arms = append(g.arms, a)
	return a
}

// addFloor adds a floor of the first n files of a stack.
func (g *group) addFloor(k kind, s Stack, n, threads int, name string) error {
	f, err := newFloor(k, s.files(n), threads)
	if err != nil {
		return err
	}
	bytes, err := s.fileBytes(n)
	g.add(name, bytes, func(ctx context.Context) (float64, error) {
		took, err := f.run(ctx)
		return took.Seconds(), err
	})
	return err
}

// addJob adds a fit of the first n files of a stack.
func (g *group) addJob(program string, s Stack, n, threads int, stats string, inside bool, name string) error {
	bytes, err := s.fileBytes(n)
	if err != nil {
		return err
	}
	output := filepath.Join(g.dir, fmt.Sprintf("%s-%d-%s.tif", s.Name, n, stats))
	j := &job{program: program, files: s.files(n), output: output, stats: stats, threads: threads, inside: inside}
	a := g.add(name, bytes, nil)
	a.Run = func(ctx context.Context) (float64, error) {
		took, fit, err := j.run(ctx)
		if j.inside {
			a.fit = append(a.fit, fit)
		}
		return took.Seconds(), err
	}
	a.verified(j, s, n)
	return nil
}

// verified makes a job's result be verified. All jobs with the same output must give the same
// samples, with any number of threads.
func (a *arm) verified(j *job, s Stack, dates int) {
	a.job, a.stack, a.dates = j, s, dates
	a.Result = j.output
	a.Sum = func() (uint64, error) { return sum(j.output) }
}

// measure runs the arms in turn and returns the measurements.
func (g *group) measure(ctx context.Context, runs int, progress func(done, total int)) ([]*Measurement, error) {
	arms := make([]*bench.Arm, len(g.arms))
	for i, a := range g.arms {
		arms[i] = &a.Arm
	}
	if err := bench.Measure(ctx, arms, bench.Turns{Runs: runs, Verify: g.verify, Progress: progress}); err != nil {
		return nil, err
	}
	var all []*Measurement
	for _, a := range g.arms {
		m := &Measurement{Measurement: a.Measurement, Checked: a.checked}
		if len(a.fit) > 0 {
			m.Fit = a.fit[1:] // without the warm-up
		}
		all = append(all, m)
	}
	return all, os.RemoveAll(g.dir)
}

// verify compares the results of the first runs with the reference.
func (g *group) verify(ctx context.Context) error {
	for i, a := range g.arms {
		if a.job == nil || a.checked > 0 {
			continue
		}
		// All results of a stack are verified together, because the reference reads all its
		// files.
		var results []result
		var with []*arm
		for _, b := range g.arms[i:] {
			if b.job == nil || b.stack.Name != a.stack.Name || b.dates != a.dates {
				continue
			}
			with = append(with, b)
			if r := (result{b.job.output, b.job.stats}); !slices.Contains(results, r) {
				results = append(results, r)
			}
		}
		checked, err := verify(ctx, a.stack, a.dates, results)
		if err != nil {
			return err
		}
		for _, b := range with {
			b.checked = checked
		}
	}
	return nil
}
