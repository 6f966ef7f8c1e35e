package bench

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
)

// fake returns an arm that reports about that many seconds and has a checksum.
func fake(rng *rand.Rand, name string, seconds float64, sum func(run int) uint64) *Arm {
	run := -1
	return &Arm{Measurement: Measurement{Name: name, Bytes: 1e9}, Result: "r",
		Run: func(context.Context) (float64, error) {
			run++
			return seconds * (1 + 0.02*rng.Float64()), nil
		},
		Sum: func() (uint64, error) { return sum(run), nil }}
}

func always(sum uint64) func(int) uint64 { return func(int) uint64 { return sum } }

// A build that is made slower is found, and a build compared with itself is not called slower.
func TestPlantedSlowArm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	arms := []*Arm{fake(rng, "arm=base", 1, always(7)), fake(rng, "arm=slow", 1.15, always(7)), fake(rng, "arm=base/again=yes", 1, always(7))}
	if err := Measure(t.Context(), arms, Turns{Runs: LeastRuns}); err != nil {
		t.Fatal(err)
	}
	if r := RatioOf(arms[1].Seconds, arms[0].Seconds); !(r.Low > 1.1) {
		t.Errorf("15 %% slower: %+v", r)
	}
	if n := NewNoise("g", arms[0].Seconds, arms[2].Seconds, "arm=base"); !(n.Level < 0.02) {
		t.Errorf("noise %+v", n)
	}
	for _, tt := range []struct {
		name           string
		old, new, same []float64
		want           bool
	}{
		{"15 % slower", arms[0].Seconds, arms[1].Seconds, arms[2].Seconds, true},
		{"the same", arms[0].Seconds, arms[2].Seconds, arms[0].Seconds, false},
		{"faster", arms[1].Seconds, arms[0].Seconds, arms[1].Seconds, false},
		{"within the noise", arms[0].Seconds, arms[1].Seconds, slices.Repeat([]float64{1.3}, 10), false},
	} {
		row := compareBuilds(tt.name, tt.old, tt.new, tt.same)
		c := Comparison{Rows: []ComparisonRow{row}}
		if row.Slower != tt.want || errors.Is(c.Err(), ErrSlower) != tt.want || strings.Contains(c.Text(), "SLOWER") != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, row, c.Err())
		}
	}
}

func TestPlantedWrongResult(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, tt := range map[string]struct {
		sum  func(run int) uint64
		want string
	}{
		"from the first run on": {always(8), "arm=a and arm=b give different samples"},
		"in a later run": {func(run int) uint64 {
			if run == 3 {
				return 8
			}
			return 7
		}, "a run of arm=b gave other samples"},
	} {
		arms := []*Arm{fake(rng, "arm=a", 1, always(7)), fake(rng, "arm=b", 1, tt.sum)}
		if err := Measure(t.Context(), arms, Turns{Runs: 5}); !errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The order of the arms differs from round to round, and all arms run equally often.
func TestTurns(t *testing.T) {
	var order []string
	var arms []*Arm
	for _, name := range []string{"a", "b", "c", "d"} {
		arms = append(arms, &Arm{Measurement: Measurement{Name: name}, Run: func(context.Context) (float64, error) {
			order = append(order, name)
			return 1, nil
		}})
	}
	told, total := 0, 0
	verified := -1
	err := Measure(t.Context(), arms, Turns{Runs: 10, Verify: func(context.Context) error { verified = len(order); return nil },
		Progress: func(done, of int) { told, total = done, of }})
	if err != nil || verified != 4 || told != 44 || total != 44 || len(order) != 44 {
		t.Fatalf("%v; verified after %d, told %d of %d, %d runs", err, verified, told, total, len(order))
	}
	rounds := map[string]bool{}
	for at := 4; at < len(order); at += 4 {
		rounds[strings.Join(order[at:at+4], "")] = true
		if s := slices.Sorted(slices.Values(order[at : at+4])); strings.Join(s, "") != "abcd" {
			t.Errorf("a round of %v", s)
		}
	}
	if len(rounds) < 3 {
		t.Errorf("only %d orders in 10 rounds", len(rounds))
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if err := Measure(ctx, arms, Turns{Runs: 1}); err == nil || err.Error() != "enough" {
		t.Errorf("after the end: %v", err)
	}
}

// smallMemory returns a problem in memory, placed for one thread.
func smallMemory(t *testing.T, p problem) *memory {
	t.Helper()
	m, err := newMemory(t.Context(), p, kernel.Best(), make([]byte, p.bytes(p.pixels)), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.close() })
	if err := m.place(t.Context(), m.whole(1)); err != nil {
		t.Fatal(err)
	}
	return m
}

// The baseline and the kernels agree with the reference. A result that is wrong in one pixel is
// refused.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	for _, p := range []problem{
		{kernel.Float32, 21, 0, 640}, {kernel.Float32, 5, 0.6, 640}, {kernel.Int16, 21, 0.2, 640}, {kernel.Int16, 2, 0.5, 64},
	} {
		m := smallMemory(t, p)
		m.serialPixel(m.out, 0)
		if err := m.check(m.out); err != nil {
			t.Errorf("%+v, %s: %v", p, SerialPixel, err)
		}
		for _, tile := range []kernel.Tile{m.packed, m.planes} {
			if err := m.spoil(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := m.check(m.out); !errors.Is(err, ErrWrong) {
				t.Errorf("%+v: spoilt results pass: %v", p, err)
			}
			kernel.Slope(m.k, m.out, nil, tile, p.line(), p.valid())
			if err := m.check(m.out); err != nil {
				t.Errorf("%+v: %v", p, err)
			}
		}
		for _, wrong := range []float32{0, float32(math.Inf(1)), math.Float32frombits(math.Float32bits(m.out[9]) + 3)} {
			right := m.out[9]
			m.out[9] = wrong
			if err := m.check(m.out); right == right && !errors.Is(err, ErrWrong) {
				t.Errorf("%+v: %v for %v passes", p, wrong, right)
			}
			m.out[9] = right
		}
	}
}

// Every policy gives the same bits, also with unequal shares of work.
func TestPolicies(t *testing.T) {
	m := smallMemory(t, problem{kernel.Float32, 7, 0.2, 64 * 37})
	kernel.Slope(m.k, m.out, nil, m.packed, m.line(), m.valid())
	want := sumOf(m.out)
	for _, threads := range []int{1, 2, 3, 5} {
		if err := m.place(t.Context(), placement{m.pixels, threads, runner.PinOff}); err != nil {
			t.Fatal(err)
		}
		for _, policy := range append(policies, "") {
			if err := m.spoil(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err := m.fitBy(t.Context(), policy, m.k, m.packed, 192, threads, runner.PinOff)
			if policy == "" {
				_, err = m.fit(t.Context(), m.k, m.packed, 192, threads, runner.PinOff)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := sumOf(m.out); got != want {
				t.Errorf("%s with %d threads gives other bits", policy, threads)
			}
		}
	}
}
