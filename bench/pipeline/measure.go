package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Measurement is all runs of one thing. Its name is key=value, joined by slashes.
type Measurement struct {
	Name    string    `json:"name"`
	Bytes   int64     `json:"bytes"`                 // of the files that are read, or written
	Seconds []float64 `json:"seconds"`               // of every run, in the order of the runs
	Fit     []float64 `json:"fit_seconds,omitempty"` // what the program counts itself, without its start and end
	Checked int64     `json:"checked,omitempty"`     // pixels compared with the reference
}

// Best is the least of the seconds.
func (m *Measurement) Best() float64 { return slices.Min(m.Seconds) }

// Median is the middle of the seconds.
func (m *Measurement) Median() float64 {
	s := slices.Sorted(slices.Values(m.Seconds))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// nameOf joins pairs of keys and values; those with an empty value are left out.
func nameOf(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+"="+pairs[i+1])
		}
	}
	return strings.Join(parts, "/")
}

// arm is one of the things that are timed in turn.
type arm struct {
	*Measurement
	run   func(ctx context.Context) (seconds, fit float64, err error)
	job   *job // whose result is verified; nil for floors
	stack Stack
	dates int
	sum   uint32 // of the verified result
}

// group is a set of arms that take turns.
type group struct {
	arms []*arm
	dir  string // of the results
}

func (g *group) add(m Measurement, run func(ctx context.Context) (float64, float64, error)) *arm {
	a := &arm{Measurement: &m, run: run}
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
	g.add(Measurement{Name: name, Bytes: bytes}, func(ctx context.Context) (float64, float64, error) {
		took, err := f.run(ctx)
		return took.Seconds(), 0, err
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
	a := g.add(Measurement{Name: name, Bytes: bytes}, func(ctx context.Context) (float64, float64, error) {
		took, fit, err := j.run(ctx)
		return took.Seconds(), fit, err
	})
	a.job, a.stack, a.dates = j, s, n
	return nil
}

// measure runs every arm once without its time counting, verifies the results, then runs all
// of them in turn, each time in another order.
func (g *group) measure(ctx context.Context, runs int, progress func(done, total int)) error {
	total := len(g.arms) * (runs + 1)
	done := 0
	for _, a := range g.arms {
		if _, _, err := a.once(ctx); err != nil {
			return err
		}
		done++
		progress(done, total)
	}
	if err := g.verify(ctx); err != nil {
		return err
	}
	for round := range runs {
		shuffled := rand.New(rand.NewPCG(uint64(round), 0)).Perm(len(g.arms))
		for _, i := range shuffled {
			a := g.arms[i]
			sum := a.sum
			seconds, fit, err := a.once(ctx)
			if err != nil {
				return err
			}
			if a.sum != sum {
				return fmt.Errorf("%w: a run of %s gave other samples than the one that was verified", ErrWrong, a.Name)
			}
			a.Seconds = append(a.Seconds, seconds)
			if a.job != nil && a.job.inside {
				a.Fit = append(a.Fit, fit)
			}
			done++
			progress(done, total)
		}
	}
	return os.RemoveAll(g.dir)
}

// once runs an arm and takes the checksum of its result.
func (a *arm) once(ctx context.Context) (seconds, fit float64, err error) {
	if ctx.Err() != nil {
		return 0, 0, context.Cause(ctx)
	}
	if seconds, fit, err = a.run(ctx); err == nil && a.job != nil {
		a.sum, err = sum(a.job.output)
	}
	return seconds, fit, err
}

// verify compares the results of the first runs with the reference. Jobs that differ in their
// threads have one result, bit for bit.
func (g *group) verify(ctx context.Context) error {
	for i, a := range g.arms {
		if a.job == nil || a.Checked > 0 {
			continue
		}
		// All results of one stack are verified together, as the reference reads all its files.
		var results []result
		var with []*arm
		of := map[string]*arm{}
		for _, b := range g.arms[i:] {
			if b.job == nil || b.stack.Name != a.stack.Name || b.dates != a.dates {
				continue
			}
			with = append(with, b)
			switch first := of[b.job.output]; {
			case first == nil:
				of[b.job.output] = b
				results = append(results, result{b.job.output, b.job.stats})
			case first.sum != b.sum:
				return fmt.Errorf("%w: %s and %s give different samples", ErrWrong, first.Name, b.Name)
			}
		}
		checked, err := verify(ctx, a.stack, a.dates, results)
		if err != nil {
			return err
		}
		for _, b := range with {
			b.Checked = checked
		}
	}
	return nil
}
