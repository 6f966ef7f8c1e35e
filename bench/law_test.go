package bench

import (
	"math"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/runner"
)

// KarpFlatt returns the serial fraction of Amdahl's law.
func TestKarpFlatt(t *testing.T) {
	for _, serial := range []float64{0, 0.01, 0.1, 0.5, 1} {
		for _, p := range []int{2, 3, 8, 64} {
			speedup := 1 / (serial + (1-serial)/float64(p)) // Amdahl
			if got := KarpFlatt(speedup, p); !(math.Abs(got-serial) <= 1e-12) {
				t.Errorf("%d threads, serial %v: %v", p, serial, got)
			}
		}
	}
	if !math.IsNaN(KarpFlatt(1, 1)) {
		t.Error("one thread has a serial fraction")
	}
	// From the literature: a speed-up of 4.71 on 8 processors is a fraction of 0.0998 (M. J.
	// Quinn, Parallel Programming in C with MPI and OpenMP, section 7.5).
	if got := KarpFlatt(4.71, 8); !(math.Abs(got-0.0998) <= 0.0005) {
		t.Errorf("%v, want 0.0998", got)
	}
}

func TestFitRoof(t *testing.T) {
	threads := []int{1, 2, 3, 4, 6, 8, 12, 16}
	for _, tt := range []struct {
		name      string
		one, most float64
		reached   bool
	}{{"bound from 5 on", 10, 50, true}, {"bound at a point", 10, 40, true}, {"bound between the first two", 10, 15, true}, {"bound at once", 10, 10, true}, {"no bound", 10, 160, false}} {
		rates := make([]float64, len(threads))
		for i, p := range threads {
			rates[i] = min(float64(p)*tt.one, tt.most)
		}
		got := FitRoof(threads, rates)
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*b }
		if !near(got.One, tt.one) || !near(got.Most, tt.most) || got.Reached != tt.reached || !(got.Residual < 1e-9) || !near(got.Threads, tt.most/tt.one) {
			t.Errorf("%s: %+v", tt.name, got)
		}
		// With errors of 2 % the fit stays within 2 %.
		for i := range rates {
			rates[i] *= 1 + 0.02*float64(1-i%2*2)
		}
		got = FitRoof(threads, rates)
		if math.Abs(got.One/tt.one-1) > 0.025 || math.Abs(got.Most/tt.most-1) > 0.025 {
			t.Errorf("%s with errors: %+v", tt.name, got)
		}
	}
	if got := FitRoof([]int{1}, []float64{7}); got.One != 7 || got.Most != 7 || got.Reached {
		t.Errorf("of one point: %+v", got)
	}
}

// twoSockets has two nodes of two cores with two threads each, in the order of package runner.
var twoSockets = runner.Topology{CPUs: []runner.CPU{
	{ID: 0, Core: 0, Package: 0, Node: 0}, {ID: 1, Core: 1, Package: 0, Node: 0}, {ID: 2, Core: 0, Package: 1, Node: 1}, {ID: 3, Core: 1, Package: 1, Node: 1},
	{ID: 4, Core: 0, Package: 0, Node: 0}, {ID: 5, Core: 1, Package: 0, Node: 0}, {ID: 6, Core: 0, Package: 1, Node: 1}, {ID: 7, Core: 1, Package: 1, Node: 1},
}}

func TestThreadsOf(t *testing.T) {
	for procs, want := range map[int][]int{8: {1, 2, 4, 6, 8}, 64: {1, 2, 4, 6, 8}, 3: {1, 2, 3}, 1: {1}} {
		if got := threadsOf(twoSockets, procs); !slices.Equal(got, want) {
			t.Errorf("GOMAXPROCS %d: %v, want %v", procs, got, want)
		}
	}
	for p, want := range map[int]struct {
		nodes int
		smt   bool
	}{1: {1, false}, 2: {1, false}, 3: {2, false}, 4: {2, false}, 5: {2, true}, 8: {2, true}} {
		if nodes, smt := spread(twoSockets, p); nodes != want.nodes || smt != want.smt {
			t.Errorf("%d threads: %d nodes, SMT %v", p, nodes, smt)
		}
	}
}

func TestNewCurve(t *testing.T) {
	var of []*Result
	for _, p := range []int{1, 2, 4, 5} {
		seconds := slices.Repeat([]float64{8 / float64(min(p, 4))}, 10)
		m := Measurement{Name: NameOf("arm", "x", "threads", map[int]string{1: "1", 2: "2", 4: "4", 5: "5"}[p]), Bytes: 16e9, Seconds: seconds}
		of = append(of, &Result{Measurement: m, Rate: RateOf(m.Bytes, MedianOf(seconds))})
	}
	c := NewCurve("c", of, twoSockets)
	last := c.Points[3]
	if last.Speedup.Value != 4 || last.Efficiency.Value != 0.8 || !last.SMT || last.Nodes != 2 || math.Abs(*last.KarpFlatt-0.0625) > 1e-12 || c.Points[0].KarpFlatt != nil {
		t.Errorf("%+v", last)
	}
	if c.Roof.One != 2 || c.Roof.Most != 8 || !c.Roof.Reached {
		t.Errorf("%+v", c.Roof)
	}
}

func TestParseThreads(t *testing.T) {
	if got, err := ParseThreads("1"); err != nil || !slices.Equal(got, []int{1}) {
		t.Errorf("1: %v, %v", got, err)
	}
	if got, err := ParseThreads("all"); err != nil || got[0] != 1 || len(got) != allThreads() {
		t.Errorf("all: %v, %v", got, err)
	}
	for _, s := range []string{"", "0", "1,,2", "two", "-1", "1000000"} {
		if got, err := ParseThreads(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}
