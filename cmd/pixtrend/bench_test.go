package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/bench/pipeline"
)

// tempIn makes the program take dir for its temporary files.
func tempIn(dir string) []string { return []string{"TMPDIR=" + dir} }

// Every case, at a size at which nothing but its working can be seen.
func TestBenchPipeline(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	code, stdout, stderr := start(t, command("", tempIn(tmp), "bench", "pipeline", "--size", "64", "--dates", "3", "--runs", "1", "--cases", "all,scaling", "--quick", "--json", "-"))
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if left := files(t, tmp); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	for _, want := range []string{"looking for 12 stacks in " + tmp, "needs up to ", "making ", "measuring the cases: ", "measuring scaling-pixels: ", dotted} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in the progress:\n%s", want, stderr)
		}
	}
	var r pipeline.Report
	whole := bench.Report{Pipeline: &r}
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&whole); err != nil || d.More() || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("not one JSON object on a line (%v):\n%s", err, stdout)
	}
	if whole.Schema != bench.Schema || whole.Environment.Pixtrend != "v0.0-test" || len(whole.Results) < 2*len(r.Rows) || len(whole.Curves) != 7 {
		t.Errorf("something is wrong in the report: %d results and %d curves", len(whole.Results), len(whole.Curves))
	}
	for _, x := range whole.Results {
		if !(x.OverPixel.Value > 0) || !(x.OverGeneric.Value > 0) || !(x.OfCeiling.Value > 0) {
			t.Errorf("%s is not set against baselines and ceiling: %+v", x.Name, x)
		}
	}
	threads := len(r.Environment.Threads)
	if len(r.Rows) != 7*threads || len(r.Growth) != 2 || len(r.Stacks) != 12 || r.Environment.Pixtrend != "v0.0-test" || r.Environment.GDAL == "" {
		t.Errorf("something is wrong in %+v", r)
	}
	jobs := 0
	for _, m := range r.Measurements {
		if len(m.Seconds) != 1 || m.Seconds[0] <= 0 {
			t.Errorf("%s has the seconds %v", m.Name, m.Seconds)
		}
		if strings.Contains(m.Name, "arm=fit") {
			jobs++
			if m.Checked == 0 || m.Bytes == 0 {
				t.Errorf("%s: %d pixels are checked, %d bytes read", m.Name, m.Checked, m.Bytes)
			}
		}
	}
	if want := 1 + 7*threads + 6 + len(r.Growth[0].Points) + len(r.Growth[1].Points); jobs != want || len(r.Growth[1].Points) < 2 {
		t.Errorf("%d jobs, want %d", jobs, want)
	}
	for _, row := range r.Rows {
		if row.Met != nil {
			t.Errorf("%s is judged at this size", row.Case)
		}
	}
}

// A folder that is named keeps its stacks, and nothing else.
func TestBenchPipelineFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := []string{"bench", "pipeline", "new/stacks", "--size", "32", "--dates", "2", "--runs", "1", "--cases", "small", "--quick"}
	code, stdout, stderr := call(t, dir, args...)
	if code != 0 || !strings.Contains(stderr, "making least-16x16x2") || !strings.Contains(stderr, "making small-32x32x2") {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if !strings.HasPrefix(stdout, "pixtrend v0.0-test (") || !strings.Contains(stdout, "\nsmall  slope  1 ") || !strings.Contains(stdout, "serial-pixel") {
		t.Errorf("the table is\n%s", stdout)
	}
	before := files(t, dir)
	if len(before) != 3+2*(1+2+1) { // the folders, the files and what says what they are
		t.Errorf("%d files and folders: %v", len(before), before)
	}
	made := func() time.Time {
		info, err := os.Stat(filepath.Join(dir, "new/stacks/small-32x32x2/stack.json"))
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	first := made()
	code, _, stderr = call(t, dir, args...)
	if code != 0 || strings.Contains(stderr, "making") || !strings.Contains(stderr, "for 0 stacks") || made() != first {
		t.Errorf("exit code %d, the stacks are made again: %s", code, stderr)
	}
	if code, stdout, stderr := call(t, dir, append(args, "-q")...); code != 0 || stderr != "" || stdout == "" {
		t.Errorf("quiet: exit code %d, standard error %q", code, stderr)
	}
	checkSame(t, before, dir)
}

func TestBenchPipelineWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	b := &benchRun{benchmark: benchmark{fits: true}, files: pipeline.Options{Dir: dir, Free: func(string) (int64, error) { return 1 << 20, nil }}}
	err := b.run(io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "1.0 MB are free") || !strings.Contains(err.Error(), "--size") {
		t.Errorf("error %v", err)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// Ctrl-C leaves no stacks that nobody asked to keep, and no half of one.
func TestBenchPipelineInterrupt(t *testing.T) {
	if signal.Ignored(syscall.SIGINT) {
		t.Skip("signals are ignored here, and so by the program")
	}
	for name, args := range map[string][]string{
		"while a stack is made": {"--cases", "f32"},
		"while it is measured":  {"--cases", "small", "--size", "16", "--dates", "2", "--runs", "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			c := command("", tempIn(tmp), append([]string{"bench", "pipeline"}, args...)...)
			stderr, err := c.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			killer := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
			word := "making f32"
			if strings.Contains(name, "measured") {
				word = "measuring"
			}
			var said strings.Builder
			piece := make([]byte, 256)
			for !strings.Contains(said.String(), word) {
				n, err := stderr.Read(piece)
				if said.Write(piece[:n]); err != nil {
					t.Fatalf("%v after %q", err, said.String())
				}
			}
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(stderr)
			_ = c.Wait()
			killer.Stop()
			if got := c.ProcessState.ExitCode(); got != 130 || !strings.HasSuffix(string(rest), "pixtrend: interrupted: nothing is measured\n") {
				t.Errorf("exit code %d, standard error ends with %q", got, rest)
			}
			if left := files(t, tmp); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Kernels and scaling, at a size at which nothing but their working can be seen.
func TestBenchInMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, stdout, stderr := call(t, dir, "bench", "kernel", "--quick", "--stack", "1", "--runs", "2", "--json", "kernel.json", "--csv", "kernel.csv", "--plots", "plots")
	if code != 0 || !strings.Contains(stdout, bench.SerialPixel) || !strings.Contains(stderr, "measuring study=kernel") {
		t.Fatalf("exit code %d, standard error\n%s\nstandard output\n%s", code, stderr, stdout)
	}
	text, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r bench.Report
	if err := json.Unmarshal(text, &r); err != nil || len(r.Results) == 0 || r.Environment.Pixtrend != "v0.0-test" || !r.Quick {
		t.Errorf("the report is %.200s, %v", text, err)
	}
	for _, name := range []string{"kernel.csv", "plots/roofline.png", "plots/roofline.svg", "plots/dates.png", "plots/samples.png"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	code, stdout, stderr = call(t, dir, "bench", "scaling", "--quick", "--stack", "1", "--runs", "2", "--threads", "1", "--record", "runs", "-q")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "the same stack for all (strong), pinned") {
		t.Errorf("exit code %d, standard error %q, standard output\n%s", code, stderr, stdout)
	}
	if found, err := filepath.Glob(filepath.Join(dir, "runs", "*", "report.md")); err != nil || len(found) != 1 {
		t.Errorf("recorded: %v, %v", found, err)
	}
}

func TestBenchUsage(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"name what to measure: kernel, scaling, models, ranks, pipeline or all": {},
		`bench knows no "kernels": use kernel, scaling`:                         {"kernels"},
		`kernel takes no argument such as "stacks"`:                             {"kernel", "stacks"},
		"all takes one folder":                                                  {"all", "a", "b"},
		"--json and --csv cannot both be standard output":                       {"kernel", "--json", "-", "--csv", "-"},
		"--threads 0: give numbers of threads from 1 to":                        {"scaling", "--threads", "0"},
		"--stack x: give a whole number of MiB":                                 {"kernel", "--stack", "x"},
		"--runs 0: give a whole number, 1 or more":                              {"pipeline", "--runs", "0"},
		"--json needs a value":                                                  {"pipeline", "--json"},
	} {
		code, _, stderr := call(t, t.TempDir(), append([]string{"bench"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %q, want %q", args, code, stderr, want)
		}
	}
	code, _, stderr := call(t, t.TempDir(), "bench", "kernel", "--json", "no/such/folder.json", "-q")
	if code != exitFailed || !strings.Contains(stderr, "cannot write the report: open no/such/folder.json") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// A fit that fails, or gives something else, is the end of a benchmark.
func TestBenchPipelineOfAWrongProgram(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	for name, tt := range map[string]struct{ script, want string }{
		"fails":          {`test "$1" = version || { echo "pixtrend: no luck" >&2; exit 1; }`, "fit failed: no luck"},
		"gives an input": {`shift; f=$1; while test "$1" != -o; do shift; done; cp "$f" "$2" 2>/dev/null; exit 0`, "wrong result"},
	} {
		dir := t.TempDir()
		wrong := filepath.Join(dir, "wrong")
		if err := os.WriteFile(wrong, []byte("#!"+shell+"\ntest \"$1\" = version && exit 0\n"+tt.script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		stacks := filepath.Join(dir, "stacks")
		_, err := pipeline.Run(t.Context(), pipeline.Options{Dir: stacks, Cases: []string{"small"}, Size: 16, Dates: 2, Runs: 1, Program: wrong})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		for left := range files(t, stacks) {
			if strings.Contains(left, "results") {
				t.Errorf("%s: left behind: %s", name, left)
			}
		}
	}
}
