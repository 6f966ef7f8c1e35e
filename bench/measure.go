package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// ErrWrong is wrapped by errors about wrong results.
var ErrWrong = errors.New("wrong result")

// LeastRuns is the number of runs per arm that a figure needs.
const LeastRuns = 10

// Arm is a computation that is timed. Arms run in turn.
type Arm struct {
	Measurement
	// Prepare is called before each run and does not count. It may be nil.
	Prepare func(ctx context.Context) error
	// Run runs the arm once and returns the seconds it took.
	Run func(ctx context.Context) (float64, error)
	// Sum returns a checksum of the result of the last run. It is nil if there is no result.
	Sum func() (uint64, error)
	// Result names what the arm computes. All arms with the same name must have the same
	// checksum.
	Result string

	sum uint64
}

// Measurement is all runs of an arm.
type Measurement struct {
	Name    string    `json:"name"`    // key=value pairs joined by slashes
	Bytes   int64     `json:"bytes"`   // bytes read or written
	Seconds []float64 `json:"seconds"` // of each run, in order
}

// NameOf joins pairs of keys and values and leaves out those with an empty value.
func NameOf(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+"="+pairs[i+1])
		}
	}
	return strings.Join(parts, "/")
}

// Key returns the value of a key in a name, or an empty string.
func Key(name, key string) string {
	for part := range strings.SplitSeq(name, "/") {
		if value, found := strings.CutPrefix(part, key+"="); found {
			return value
		}
	}
	return ""
}

// Turns are the options of Measure.
type Turns struct {
	Runs     int                             // timed runs of each arm
	Verify   func(ctx context.Context) error // checks the results of the warm-up; may be nil
	Progress func(done, total int)           // may be nil
}

// Measure first runs every arm once as a warm-up. It compares the checksums of arms that compute
// the same result, and calls Verify. Then it times all arms in turn, each round in another order.
// It returns an error that wraps ErrWrong if a timed run gives another result than the verified
// one.
func Measure(ctx context.Context, arms []*Arm, t Turns) error {
	done, total := 0, len(arms)*(t.Runs+1)
	step := func() {
		done++
		if t.Progress != nil {
			t.Progress(done, total)
		}
	}
	first := map[string]*Arm{}
	for _, a := range arms {
		if _, err := a.once(ctx); err != nil {
			return err
		}
		if f := first[a.Result]; f != nil && f.sum != a.sum {
			return fmt.Errorf("%w: %s and %s give different samples", ErrWrong, f.Name, a.Name)
		}
		if a.Result != "" && first[a.Result] == nil {
			first[a.Result] = a
		}
		step()
	}
	if t.Verify != nil {
		if err := t.Verify(ctx); err != nil {
			return err
		}
	}
	for round := range t.Runs {
		for _, i := range rand.New(rand.NewPCG(seed, uint64(round))).Perm(len(arms)) {
			a := arms[i]
			sum := a.sum
			seconds, err := a.once(ctx)
			if err != nil {
				return err
			}
			if a.sum != sum {
				return fmt.Errorf("%w: a run of %s gave other samples than the verified run", ErrWrong, a.Name)
			}
			a.Seconds = append(a.Seconds, seconds)
			step()
		}
	}
	return nil
}

// once runs an arm and computes the checksum of its result.
func (a *Arm) once(ctx context.Context) (seconds float64, err error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if a.Prepare != nil {
		if err := a.Prepare(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	if seconds, err = a.Run(ctx); err == nil && a.Sum != nil {
		a.sum, err = a.Sum()
	}
	return seconds, err
}
