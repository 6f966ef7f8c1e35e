package pipeline

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/bench"
)

var update = flag.Bool("update", false, "write the golden file anew")

// judged returns a run of all cases at full size with made-up seconds. A fit takes a tenth of a
// second more than its floor.
func judged(size int, threads ...int) *study {
	b := &study{Options: Options{Size: size, Cases: append(slices.Clone(usualCases), scalingDates, scalingPixels)}.withDefaults(), threads: threads}
	b.report.Environment = Environment{Environment: bench.Environment{CPU: "A processor", CPUs: 2, Cores: 2, OS: "linux", Arch: "amd64", Go: "1.26",
		Pixtrend: "v1.0", ISA: "avx512", Runs: b.Runs, Load: 1.5, Steal: 0.021, Others: 0.3, Memory: 4 << 30}, GDAL: "3.6.2", Threads: threads}
	b.plan()
	b.report.Stacks, _ = b.stacks()
	add := func(name string, bytes int64, seconds ...float64) *Measurement {
		m := &Measurement{Measurement: bench.Measurement{Name: name, Bytes: bytes, Seconds: seconds}}
		b.report.Measurements = append(b.report.Measurements, m)
		return m
	}
	add(startName, 0, 0.034, 0.033)
	add(leastName, 0, 0.056, 0.055)
	for i, c := range b.cases {
		for _, threads := range threads {
			floor := float64(i+1) / float64(threads)
			add(floorName(c, threads), 0, floor, floor+0.01)
			for _, stats := range c.stats {
				add(jobName(c.name, stats, threads), 0, floor+0.3, floor+0.1, floor+0.2)
			}
		}
	}
	add(writeName(67e6), 67e6, 0.0512, 0.0256)
	for _, name := range []string{scalingDates, scalingPixels} {
		for i, p := range b.points[name] {
			fit := float64(p.samples) * 1e-9 * (1 + 0.03*float64(i))
			add(p.name(name, threads[len(threads)-1]), 0, fit+0.06).Fit = []float64{fit + 0.01, fit}
		}
	}
	return b
}

func TestReport(t *testing.T) {
	b := judged(FullSize, 1, 2)
	b.judge()
	got := b.report.Text()
	golden := filepath.Join("testdata", "report.txt")
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
		t.Errorf("the report is not that of %s (-update writes it anew):\n%s", golden, got)
	}
}

func TestJudge(t *testing.T) {
	b := judged(FullSize, 1, 2)
	b.judge()
	met := map[string]string{}
	for _, r := range b.report.Rows {
		met[jobName(r.Case, r.Stats, r.Threads)] = r.met(false)
	}
	for name, want := range map[string]string{
		jobName("f32", slope, 1):           "",    // goals are for two threads
		jobName("f32", slope, 2):           "yes", // 0.6 of 0.5 s
		jobName("f32", three, 2):           "yes", // equal
		jobName("f32-nan", slope, 2):       "no",  // 1.1 of 0.6 s
		jobName("int16-deflate", slope, 2): "yes", // 1.6 of 1.5 s
		jobName("int16-lzw", slope, 2):     "yes",
		jobName("small", slope, 2):         "no",
	} {
		if got, has := met[name]; got != want || !has {
			t.Errorf("%s: met %q, want %q", name, got, want)
		}
	}
	if text, err := json.Marshal(b.report); err != nil || !strings.Contains(string(text), `"met":true`) || !strings.Contains(string(text), `"seconds":[0.034,0.033]`) {
		t.Errorf("%v in %s", err, text)
	}

	for what, b := range map[string]*study{"another size": judged(256, 1, 2), "one thread": judged(FullSize, 1)} {
		b.judge()
		for _, r := range b.report.Rows {
			if r.Met != nil {
				t.Errorf("%s: %s %s is judged", what, r.Case, r.Stats)
			}
		}
		for _, s := range b.report.Speedups {
			if s.Met != nil {
				t.Errorf("%s: the speed-up of %s is judged", what, s.Case)
			}
		}
	}

	// A goal is not checked if the case it is compared with was not measured.
	b = judged(FullSize, 1, 2)
	b.cases = b.cases[1:]
	b.report.Measurements = slices.DeleteFunc(b.report.Measurements, func(m *Measurement) bool { return strings.HasPrefix(m.Name, "case=f32/") })
	b.judge()
	if r := b.report.Rows[1]; r.Case != "f32-nan" || r.Goal == "" || r.Met != nil || r.Value != 0 {
		t.Errorf("f32-nan alone: %+v", r)
	}
}

func TestParseCases(t *testing.T) {
	for s, want := range map[string]string{
		"": strings.Join(usualCases, " "), "all": strings.Join(usualCases, " "), "scaling": "scaling-dates scaling-pixels",
		"small, f32,small": "f32 small", "all,scaling-dates": strings.Join(usualCases, " ") + " scaling-dates",
	} {
		if got, err := ParseCases(s); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"f64", "f32,,small", "f32;small"} {
		if got, err := ParseCases(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestPoints(t *testing.T) {
	of := func(name string, size, dates int) (pixels, n []int) {
		for _, p := range newPoints(name, size, dates) {
			pixels, n = append(pixels, p.stack.Width*p.stack.Height), append(n, p.dates)
			if p.dates > p.stack.Dates || p.samples != int64(p.dates*p.stack.Width*p.stack.Height) {
				t.Errorf("%+v", p)
			}
		}
		return pixels, n
	}
	if _, n := of(scalingDates, FullSize, FullDates); !slices.Equal(n, []int{10, 32, 100, 316, 1000}) {
		t.Errorf("dates %v", n)
	}
	if pixels, _ := of(scalingPixels, FullSize, FullDates); !slices.Equal(pixels, []int{1 << 20, 9 << 20, 100 << 20, 961 << 20}) {
		t.Errorf("pixels %v", pixels)
	}
	if _, n := of(scalingDates, 4, 2); !slices.IsSorted(n) || n[0] != 2 || len(n) < 2 {
		t.Errorf("dates %v", n)
	}
}
