package bench

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tiny runs all studies at a size that only shows that they work.
func tiny(t *testing.T) *Report {
	t.Helper()
	r, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var once = sync.OnceValues(func() (*Report, error) {
	r, err := Run(context.Background(), Studies, Options{Stack: leastStack, Quick: true, Runs: 3, Version: "v0.0-test"})
	if err == nil {
		r.Finish()
	}
	return r, err
})

func TestBaselines(t *testing.T) {
	r, err := Run(t.Context(), []string{Baselines}, Options{Stack: leastStack, Runs: 2})
	if err != nil || len(r.groups()) != 3 {
		t.Fatalf("%v, groups %q", err, r.groups())
	}
	base := r.of("arm", SerialPixel, "dtype", "int16")[0]
	pixel, generic := r.OverSerial("int16", false, 10*base.Bytes, base.Seconds)
	if !(math.Abs(pixel.Value-10) < 1e-9) || !(generic.Value > 0) {
		t.Errorf("ten times the bytes in the same time: %+v, %+v", pixel, generic)
	}
	if none, _ := r.OverSerial("uint8", false, 1, base.Seconds); none != (Interval{}) {
		t.Errorf("over a baseline that is not there: %+v", none)
	}
	if _, err := Run(t.Context(), []string{"speed"}, Options{Stack: leastStack}); err == nil || !strings.Contains(err.Error(), `there is no study "speed"`) {
		t.Error(err)
	}
	if _, err := Run(t.Context(), []string{Kernel}, Options{Stack: 1 << 50}); err == nil || !strings.Contains(err.Error(), "--stack") {
		t.Errorf("a stack that fits no memory: %v", err)
	}
}

func TestRun(t *testing.T) {
	r := tiny(t)
	groups := r.groups()
	if len(groups) != 4+2+3+1+2+3+4 || len(r.Noise) != len(groups) {
		t.Errorf("%d groups with %d noise checks: %q", len(groups), len(r.Noise), groups)
	}
	for i := range r.Results {
		x := &r.Results[i]
		if len(x.Seconds) != 3 || !(slices.Min(x.Seconds) > 0) || x.Bytes <= 0 {
			t.Errorf("%s has the seconds %v of %d bytes", x.Name, x.Seconds, x.Bytes)
		}
		// Every result is compared with both baselines and the ceiling.
		for _, v := range []Interval{x.Median, x.Rate, x.OverPixel, x.OverGeneric, x.OfCeiling} {
			if !(v.Low > 0 && v.Low <= v.Value && v.Value <= v.High) {
				t.Errorf("%s: %+v", x.Name, x)
				break
			}
		}
		if fits := x.key("arm") != Read && x.key("arm") != Triad; fits != (x.SeriesRate.Value > 0) {
			t.Errorf("%s has the rate %+v of series", x.Name, x.SeriesRate)
		}
		if Key(x.Ceiling, "arm") != Read {
			t.Errorf("%s has the ceiling %q", x.Name, x.Ceiling)
		}
	}
	names := map[string]bool{}
	for i := range r.Results {
		if names[r.Results[i].Name] {
			t.Errorf("there are two of %s", r.Results[i].Name)
		}
		names[r.Results[i].Name] = true
	}
	if len(r.Curves) != 4 || len(r.Curves[0].Points) != len(UsualThreads()) {
		t.Errorf("curves %+v", r.Curves)
	}
	text := r.Text()
	for _, want := range []string{SerialPixel, SerialGeneric, "Karp–Flatt", "model huber-line (slope, stderr, pvalue)", "12 seasons (sen_slope,", "a quick run", "3 runs of each: figures need 10 or more"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Programs that read reports must be able to go on reading them: the keys are those of the golden
// file, and a change of the keys changes Schema.
func TestSchema(t *testing.T) {
	text, err := json.Marshal(tiny(t))
	if err != nil {
		t.Fatal(err)
	}
	var r any
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(at+"."+k, x)
			}
		case []any:
			for _, x := range v {
				walk(at+"[]", x)
			}
		case nil: // null in place of a number
		default:
			keys[strings.TrimPrefix(at, ".")+" "+jsonKind(v)] = true
		}
	}
	walk("", r)
	var lines []string
	for k := range keys {
		if !strings.Contains(k, "karp_flatt") { // only on machines with two CPUs
			lines = append(lines, k)
		}
	}
	slices.Sort(lines)
	got := Schema + "\n" + strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "schema.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the keys are not those of %s (-update writes it anew; change Schema with it):\n%s", golden, got)
	}
}

func jsonKind(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "bool"
	}
	return "?"
}

func TestCSV(t *testing.T) {
	r := tiny(t)
	for name, tt := range map[string]struct {
		write func(*strings.Builder) error
		rows  int
	}{
		"summary": {func(b *strings.Builder) error { return r.WriteSummary(b) }, len(r.Results)},
		"samples": {func(b *strings.Builder) error { return r.WriteSamples(b) }, 3 * len(r.Results)},
	} {
		var b strings.Builder
		if err := tt.write(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || len(rows) != tt.rows+1 || rows[0][0] != "name" {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}
