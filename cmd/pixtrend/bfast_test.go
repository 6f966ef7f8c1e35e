package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scenes makes a folder with a stack of 4 years of scenes of 40 × 30 pixels, in scenes/.
func scenes(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if code, _, stderr := call(t, dir, strings.Fields("synth scenes --dates 2008-2011 --every 24 --width 40 --height 30 -q")...); code != 0 {
		t.Fatal(stderr)
	}
	return dir
}

// BFAST monitor writes the same bytes whatever the instruction set, the threads and the windows are, in one run
// or in shards, and series has what it writes.
func TestMonitor(t *testing.T) {
	dir := scenes(t)
	run := func(env, args string) {
		t.Helper()
		c := command(dir, []string{env}, strings.Fields("breaks scenes --method bfast-monitor --start 2011-01-01 --harmonics 1 -q "+args)...)
		if code, _, stderr := start(t, c); code != 0 {
			t.Fatalf("%s %s: %s", env, args, stderr)
		}
	}
	run("", "-o breaks.tif --fitted fitted.tif --history roc")
	for _, other := range []struct{ env, args string }{
		{"PIXTREND_ISA=generic", "--threads 1"},
		{"", "--window 16x16"},
		{"", "--resume shards"},
	} {
		run(other.env, "-o again.tif --fitted other.tif --overwrite --history roc "+other.args)
		for name, same := range map[string]string{"again.tif": "breaks.tif", "other.tif": "fitted.tif"} {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if want, err := os.ReadFile(filepath.Join(dir, same)); err != nil || string(got) != string(want) {
				t.Errorf("%s %s: %s differs from %s (%v)", other.env, other.args, name, same, err)
			}
		}
	}
	code, stdout, stderr := call(t, dir, strings.Fields("series scenes --pixel 3,4 --breaks bfast-monitor --start 2011-01-01 --harmonics 1 --json -o plot.svg")...)
	var series struct {
		Dates  []struct{}
		Fields []struct {
			Name  string
			Value *float64
		}
		History []struct{ T, Value float64 } `json:"history_model"`
	}
	if err := json.Unmarshal([]byte(stdout), &series); err != nil || code != 0 {
		t.Fatal(code, stderr, err)
	}
	if len(series.History) != len(series.Dates) {
		t.Errorf("the model of the history has %d values at %d dates", len(series.History), len(series.Dates))
	}
	found := 0
	for _, f := range series.Fields {
		if strings.HasPrefix(f.Name, "bfast-monitor_") {
			found++
		}
	}
	if found != 6 {
		t.Errorf("the series has %d fields of BFAST monitor, want 6", found)
	}
	plot, err := os.ReadFile(filepath.Join(dir, "plot.svg"))
	if err != nil || !strings.Contains(string(plot), "model of the history") {
		t.Errorf("the plot does not name the model of the history (%v)", err)
	}
}

// Options that BFAST monitor lacks, or that are those of another method, are errors that name the flag.
func TestMonitorErrors(t *testing.T) {
	dir := scenes(t)
	before := files(t, dir)
	for _, tt := range []struct {
		args string
		code int
		want []string
	}{
		{"breaks scenes -o o.tif --method bfast-monitor", 2, []string{"--start", "2010-01-01"}},
		{"breaks scenes -o o.tif --start 2011-01-01", 2, []string{"--start is an option of --method bfast-monitor"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2011-01-01 --max-segments 3", 2, []string{"--max-segments is an option of --method landtrendr"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2011-01-01 --stats year", 2, []string{"--stats year", "history_start"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2011-01-01 --history some", 2, []string{"--history some", "all, roc"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2011-01-01 --h 0.3", 2, []string{"--h 0.3", "0.25, 0.5 or 1"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2011-01-01 --level 0.1", 2, []string{"--level 0.1", "0.001 to 0.05"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2011-01-01 --harmonics 0 --period 90", 2, []string{"--period", "--harmonics"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2012-01-01", 1, []string{"2012-01-01", "run from 2008-01-01"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2008-03-01", 1, []string{"before 2008-03-01", "8 coefficients"}},
		{"breaks scenes -o o.tif --method bfast-monitor --start 2010-01-01 --annual max --harmonics 0", 1, []string{"2010-01-01 is a day"}},
		{"series scenes --pixel 1,1 --breaks bfast-monitor", 2, []string{"--breaks bfast-monitor needs", "--start"}},
		{"series scenes --pixel 1,1 --start 2010-01-01", 2, []string{"--start", "--breaks bfast-monitor"}},
		{"series scenes --pixel 1,1 --breaks bfast-monitor --start 2010-01-01 --direction gain", 2, []string{"--direction", "--breaks landtrendr"}},
	} {
		code, stdout, stderr := call(t, dir, strings.Fields(tt.args)...)
		if code != tt.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "pixtrend: ") {
			t.Errorf("%s: exit code %d, printed %q and %q", tt.args, code, stdout, stderr)
		}
		for _, want := range tt.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: no %q in %q", tt.args, want, stderr)
			}
		}
	}
	checkSame(t, before, dir)
}
