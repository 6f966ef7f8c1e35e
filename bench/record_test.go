package bench

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// server returns a report with made-up seconds of a machine with 8 CPUs.
func server() *Report {
	r := NewReport(Environment{Time: time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC), CPU: "A (R) Processor 9000", CPUs: 8, Cores: 4, SMT: 2, NUMANodes: 2,
		Arch: "amd64", OS: "linux 6", Go: "1.26", Pixtrend: "v1.0", Commit: "0123456789ab", ISA: "avx512", ISAs: []string{"generic", "avx512"}, Runs: 10, HugePages: "madvise", Load: 3})
	r.Stack = 128 << 20
	add := func(group string, seconds float64, pairs ...string) {
		m := Measurement{Name: group + "/" + NameOf(pairs...), Bytes: 128 << 20}
		for i := range 10 {
			m.Seconds = append(m.Seconds, seconds*(1+0.01*float64(i%4)))
		}
		x := Result{Measurement: m, Group: group, Median: MedianOf(m.Seconds)}
		x.Rate = RateOf(m.Bytes, x.Median)
		x.OverPixel, x.OverGeneric, x.OfCeiling, x.Ceiling = Interval{40, 39, 41}, Interval{30, 29, 31}, Interval{0.9, 0.8, 1}, "arm=read"
		r.Results = append(r.Results, x)
	}
	for _, ws := range []string{groupRAM, groupCache, groupDates} {
		group := NameOf("study", "kernel", "ws", ws, "dtype", "float32", "n", "21", "gaps", "0")
		add(group, 0.05, "arm", SerialPixel)
		add(group, 0.04, "arm", SerialGeneric)
		if ws == groupCache {
			add(group, 0.001, "arm", "avx512")
			add(group, 0.004, "arm", "avx512", "op", "coefficients", "rows", "8")
		} else {
			add(group, 0.004, "arm", "avx512", "layout", "packed")
			add(group, 0.004, "arm", "avx512", "layout", "packed", repeated, "yes")
			add(group, 0.006, "arm", "avx512", "layout", "planes")
		}
		add(group, 0.003, "arm", Read, "threads", "1")
	}
	tiles := NameOf("study", "kernel", "ws", groupTiles, "dtype", "float32", "n", "21", "gaps", "0")
	for tile, size := range map[string]string{"64": "1", "256": "16", "1024": "1"} {
		add(tiles, 0.002, "arm", "avx512", "threads", "8", "tile", tile, "group", size)
	}
	scaling := NameOf("study", "scaling", "ws", groupRAM, "dtype", "float32", "n", "21", "gaps", "0")
	for _, point := range []struct {
		p       string
		seconds float64
	}{{"1", 0.004}, {"2", 0.0021}, {"4", 0.0012}, {"8", 0.001}} {
		p, seconds := point.p, point.seconds
		for _, pin := range []string{"cpu", "off"} {
			add(scaling, seconds, "arm", "avx512", "threads", p, "pin", pin, "scaling", strong)
		}
		add(scaling, seconds, "arm", "avx512", "threads", p, "pin", "cpu", "policy", policyStatic)
		add(scaling, seconds*0.9, "arm", Read, "threads", p)
	}
	for _, pin := range []string{"cpu", "off"} {
		var of []*Result
		for _, p := range []string{"1", "2", "4", "8"} {
			of = append(of, r.of("study", "scaling", "scaling", strong, "threads", p, "pin", pin)...)
		}
		r.Curves = append(r.Curves, NewCurve(scaling+"/scaling=strong/pin="+pin, of, twoSockets))
	}
	r.Noise = append(r.Noise, NewNoise(scaling, []float64{1, 1.1}, []float64{1.2, 1.3}, scaling+"/arm=avx512"))
	r.AddPipeline(map[string]int{"rows": 0}, "a table of files\n")
	r.Finish()
	return r
}

// A recorded run says what was compared, where, how certain it is, and how to repeat it.
func TestRecord(t *testing.T) {
	dir := t.TempDir()
	r := server()
	if err := r.Record(dir); err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(dir, "2026-11-24-a-9000")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(run, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	report := read("report.md")
	for _, want := range []string{"A (R) Processor 9000", "8 on 4 cores (SMT: 2 per core), 2 NUMA nodes", "commit 0123456789ab", "avx512 (of generic, avx512)", "madvise",
		"load average 3.0", "10 runs of each", "bin/pixtrend bench all --record", "95 %", SerialPixel, SerialGeneric, "Karp–Flatt", "Noise:", "a table of files", "two measurements of the same arm differ"} {
		if !strings.Contains(report, want) {
			t.Errorf("report.md does not say %q", want)
		}
	}
	for _, name := range []string{"speedup", "efficiency", "policies", "roofline", "tiles", "samples"} {
		if !strings.Contains(report, "(plots/"+name+".png)") {
			t.Errorf("report.md shows no %s", name)
		}
		f, err := os.Open(filepath.Join(run, "plots", name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(f)
		_ = f.Close()
		if err != nil || picture.Bounds().Dx() < 800 {
			t.Errorf("%s.png: %v", name, err)
		}
		svg := read("plots/" + name + ".svg")
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s.svg: %v", name, err)
			}
		}
		if !strings.Contains(svg, "A (R) Processor 9000") || !strings.Contains(svg, "0123456789ab") {
			t.Errorf("%s.svg does not say the machine and the commit", name)
		}
	}
	var e Environment
	if err := json.Unmarshal([]byte(read("env.json")), &e); err != nil || e.CPU != r.Environment.CPU {
		t.Errorf("env.json: %+v, %v", e, err)
	}
	if rows := strings.Count(read("samples.csv"), "\n"); rows != 1+10*len(r.Results) {
		t.Errorf("%d rows of samples for %d results", rows, len(r.Results))
	}
	if rows := strings.Count(read("summary.csv"), "\n"); rows != 1+len(r.Results) {
		t.Errorf("%d rows of the summary", rows)
	}
	var again Report
	if err := json.Unmarshal([]byte(read("report.json")), &again); err != nil || len(again.Results) != len(r.Results) || again.Schema != Schema {
		t.Errorf("report.json: %v", err)
	}
	if err := r.Record(dir); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(filepath.Join(run+"-2", "report.md")); err != nil || string(again) != report {
		t.Errorf("a second run of the day: %v", err)
	}
}

// An empty report has no plots and causes no error.
func TestRecordOfNothing(t *testing.T) {
	r := NewReport(Environment{CPU: "x"})
	if names, err := r.Plot(t.TempDir()); err != nil || len(names) > 0 {
		t.Errorf("plots %v, %v", names, err)
	}
	if err := r.Record(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestOutput(t *testing.T) {
	r := server()
	dir := t.TempDir()
	var stdout strings.Builder
	o := Output{JSON: filepath.Join(dir, "r.json"), CSV: "-", Plots: filepath.Join(dir, "plots")}
	if err := errors.Join(o.Conflict(), o.Check(), o.Write(r, &stdout)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.JSON)
	if err != nil || !json.Valid(text) || !strings.HasPrefix(stdout.String(), "name,bytes,runs,") {
		t.Errorf("%v; JSON of %d bytes, standard output %.40q", err, len(text), stdout.String())
	}
	same := filepath.Join(t.TempDir(), "same")
	if err := (Output{JSON: same, CSV: filepath.Dir(same) + "/./same"}).Check(); err == nil || !strings.Contains(err.Error(), "are one file") {
		t.Errorf("two reports in one file: %v", err)
	}
	if err := (Output{JSON: "-", CSV: "-"}).Conflict(); err == nil {
		t.Error("two reports on one standard output")
	}
	if err := (Output{JSON: filepath.Join(dir, "no", "r.json")}).Check(); err == nil {
		t.Error("a file in a folder that is not there")
	}
	if err := (Output{Plots: o.JSON}).Check(); err == nil {
		t.Error("a file for a folder")
	}
}
