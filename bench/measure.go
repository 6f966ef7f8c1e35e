package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// ErrWrong is wrapped by the errors about results that are not what they should be.
var ErrWrong = errors.New("wrong result")

// LeastRuns is how many runs of each thing a figure should rest on.
const LeastRuns = 10

// Arm is one of the things that are timed in turn.
type Arm struct {
	Measurement
	// Prepare, which may be nil, is called before each run and is not in its time.
	Prepare func(ctx context.Context) error
	// Run does it once and returns the seconds that it took.
	Run func(ctx context.Context) (float64, error)
	// Sum returns a checksum of what the last run gave; nil where there is no result.
	Sum func() (uint64, error)
	// Result names what the arm computes. All arms with one name must have one checksum.
	Result string

	sum uint64
}

// Measurement is all runs of one thing.
type Measurement struct {
	Name    string    `json:"name"`    // key=value, joined by slashes
	Bytes   int64     `json:"bytes"`   // that are read, or written
	Seconds []float64 `json:"seconds"` // of every run, in the order of the runs
}

// NameOf joins pairs of keys and values; those with an empty value are left out.
func NameOf(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+"="+pairs[i+1])
		}
	}
	return strings.Join(parts, "/")
}

// Key returns the value of a key in a name, "" where it has none.
func Key(name, key string) string {
	for part := range strings.SplitSeq(name, "/") {
		if value, found := strings.CutPrefix(part, key+"="); found {
			return value
		}
	}
	return ""
}

// Turns says how arms take turns.
type Turns struct {
	Runs     int                             // timed runs of each arm
	Verify   func(ctx context.Context) error // called after the warm-up, whose results it should check; may be nil
	Progress func(done, total int)           // may be nil
}

// Measure runs every arm once without its time counting and compares the checksums of those that compute
// the same, has the results verified, then runs all arms in turn, each round in another order. A run whose
// result is not the verified one is an error that wraps ErrWrong.
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
				return fmt.Errorf("%w: a run of %s gave other samples than the one that was verified", ErrWrong, a.Name)
			}
			a.Seconds = append(a.Seconds, seconds)
			step()
		}
	}
	return nil
}

// once runs an arm and takes the checksum of its result.
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
