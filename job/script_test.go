package job

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the scripts into testdata")

// a is a job whose names have what shells, YAML and JSON could misread.
var a = Script{
	Program: "/opt/pix trend/it's $HOME/pixtrend", Dir: `/data/night's "job" #1/{{x}} \n: %j`, Digest: "0123456789ab", Parts: 16, Missing: "0-15",
	Image: "registry.example/pixtrend:1.0", Claim: "data", MountPath: "/data", Queue: "night", Definition: "pixtrend:3",
}

// plain is a job with the usual names, of which some parts are done.
var plain = Script{Program: "/usr/bin/pixtrend", Dir: "/data/job", Digest: "0123456789ab", Parts: 1000, Missing: "17,40-41", AtOnce: 8, Threads: 4, Memory: 2 << 30,
	Image: "pixtrend", Claim: "data", MountPath: "/data", Queue: "night", Definition: "pixtrend"}

func written(t *testing.T, s Script, to Scheduler) string {
	t.Helper()
	var b strings.Builder
	if err := s.Write(&b, to); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestScripts(t *testing.T) {
	one, done, forAWS := plain, plain, plain
	one.Parts, one.Missing, one.AtOnce = 1, "0", 0
	done.Missing = ""
	forAWS.AtOnce = 0
	for _, tt := range []struct {
		file   string
		script Script
		to     Scheduler
	}{
		{"slurm.sh", plain, Slurm}, {"slurm-names.sh", a, Slurm}, {"slurm-done.sh", done, Slurm},
		{"kubernetes.yaml", plain, Kubernetes}, {"kubernetes-names.yaml", a, Kubernetes},
		{"aws-batch.sh", forAWS, AWSBatch}, {"aws-batch-names.sh", a, AWSBatch}, {"aws-batch-one.sh", one, AWSBatch},
	} {
		file, got := filepath.Join("testdata", tt.file), written(t, tt.script, tt.to)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%s: %v, the script is\n%s(go test ./job -run TestScripts -update writes it)", file, err, got)
		}
	}
}

func TestScriptsPassShellcheck(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: shellcheck is not installed")
	}
	files, err := filepath.Glob("testdata/*.sh")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		check := func(what, script string) {
			c := exec.Command(shellcheck, "--exclude=SC2016", "-") // names may have $ in single quotes
			c.Stdin = strings.NewReader(script)
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s of %s: %v\n%s", what, file, err, out)
			}
		}
		check("the script", string(text))
		for _, inner := range insideScripts(string(text)) {
			check("the script of tasks", inner)
		}
	}
}

// insideScripts returns the scripts inside the script for Slurm.
func insideScripts(text string) (inner []string) {
	for _, part := range strings.Split(text, "<<'END OF THE SCRIPT'\n")[1:] {
		script, _, _ := strings.Cut(part, "\nEND OF THE SCRIPT\n")
		inner = append(inner, script+"\n")
	}
	return inner
}

// A pretend folder has programs that write down how they are called.
func pretend(t *testing.T, programs map[string]string) string {
	t.Helper()
	bin := t.TempDir()
	for name, text := range programs {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(bin, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func bash(t *testing.T, script, bin string, env ...string) (out string, code int) {
	t.Helper()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	c := exec.Command(shell)
	c.Stdin = strings.NewReader(script)
	c.Env = append(os.Environ(), append(env, "PATH="+bin+":"+os.Getenv("PATH"))...)
	text, _ := c.CombinedOutput()
	return string(text), c.ProcessState.ExitCode()
}

// Names reach the program as they are, whatever is in them.
func TestScriptsQuoteNames(t *testing.T) {
	s := a
	s.Dir = filepath.Join(t.TempDir(), `night's "job" #1 $HOME {{x}} \n: %j *`)
	if err := os.Mkdir(s.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	bin := pretend(t, map[string]string{
		"sbatch":                   `pwd; printf '<%s>\n' "$@"; cat >"$0.$(ls "$0"* | wc -l)"; echo 7`,
		"pix trend/it's $x/progr'": `printf '<%s>' "$0" "$@"`,
	})
	s.Program = filepath.Join(bin, "pix trend/it's $x/progr'")
	if out, code := bash(t, written(t, s, Slurm), bin); code != 0 || !strings.Contains(out, "merges them") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "logs")); err != nil {
		t.Error(err)
	}
	for i, command := range []string{"run", "merge"} {
		script, err := os.ReadFile(filepath.Join(bin, []string{"sbatch.1", "sbatch.2"}[i]))
		if err != nil {
			t.Fatal(err)
		}
		out, code := bash(t, string(script), bin)
		if want := "<" + s.Program + "><job><" + command + "><" + s.Dir + ">"; code != 0 || out != want {
			t.Errorf("exit code %d, %s, want %s", code, out, want)
		}
	}
}

// What Slurm is asked for, and that the merge depends on the parts.
func TestSlurmIsAsked(t *testing.T) {
	s := plain
	s.Dir = t.TempDir()
	bin := pretend(t, map[string]string{"sbatch": `echo "$@" >>"$0.log"; cat >/dev/null; echo "42;cluster"`})
	out, code := bash(t, written(t, s, Slurm), bin)
	if want := "job 42 runs the parts 17,40-41\njob 42 merges them\n"; code != 0 || out != want {
		t.Errorf("exit code %d, %q", code, out)
	}
	text, err := os.ReadFile(filepath.Join(bin, "sbatch.log"))
	if err != nil {
		t.Fatal(err)
	}
	calls := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(calls) != 2 {
		t.Fatalf("calls of sbatch: %q", calls)
	}
	for i, want := range [][]string{
		{"--array=17,40-41%8", "--cpus-per-task=4", "--mem=2112M", "--requeue", "--open-mode=append", "--output=logs/part-%a.log"},
		{"--dependency=afterok:42", "--kill-on-invalid-dep=yes", "--output=logs/merge.log"},
	} {
		for _, option := range want {
			if !slices.Contains(strings.Fields(calls[i]), option) {
				t.Errorf("sbatch %s: want %s", calls[i], option)
			}
		}
	}
	// Nothing is submitted after a failure.
	bin = pretend(t, map[string]string{"sbatch": `echo "$@" >>"$0.log"; exit 1`})
	if _, code := bash(t, written(t, s, Slurm), bin); code == 0 {
		t.Error("the script succeeds without sbatch")
	}
	if text, _ := os.ReadFile(filepath.Join(bin, "sbatch.log")); strings.Count(string(text), "\n") != 1 {
		t.Errorf("calls of sbatch: %q", text)
	}
}

// A task is queued again after 75 and signals only, and three times.
func TestSlurmRequeues(t *testing.T) {
	for _, tt := range []struct {
		code     string
		restarts string
		requeues bool
		exit     int
	}{
		{"0", "", false, 0}, {"1", "", false, 1}, {"2", "1", false, 2}, {"3", "", false, 3}, {"128", "", false, 128},
		{"75", "", true, 0}, {"75", "2", true, 0}, {"75", "3", false, 75}, {"137", "", true, 0}, {"143", "2", true, 0}, {"137", "4", false, 137},
	} {
		bin := pretend(t, map[string]string{"pixtrend": "exit " + tt.code, "scontrol": `echo "scontrol $*"`})
		s := plain
		s.Program = filepath.Join(bin, "pixtrend")
		for _, script := range insideScripts(written(t, s, Slurm)) {
			out, code := bash(t, script, bin, "SLURM_JOB_ID=99", "SLURM_RESTART_COUNT="+tt.restarts)
			if requeues := strings.Contains(out, "scontrol requeue 99\n"); requeues != tt.requeues || code != tt.exit {
				t.Errorf("%+v: exit code %d, %q", tt, code, out)
			}
		}
	}
	// If Slurm refuses, the task fails.
	bin := pretend(t, map[string]string{"pixtrend": "exit 75", "scontrol": "exit 1"})
	s := plain
	s.Program = filepath.Join(bin, "pixtrend")
	if out, code := bash(t, insideScripts(written(t, s, Slurm))[0], bin, "SLURM_JOB_ID=99"); code != 75 {
		t.Errorf("exit code %d, %q", code, out)
	}
}

func TestScriptErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Script)
		to     Scheduler
		want   string
	}{
		{func(s *Script) { s.Dir = "/data/a\nb" }, Slurm, "line break"},
		{func(s *Script) { s.Program = "/bin/\x1b[m" }, AWSBatch, "control character"},
		{func(s *Script) {}, "pbs", `"pbs"`},
		{func(s *Script) { s.Image = "" }, Kubernetes, "image"},
		{func(s *Script) { s.Parts = 100_001 }, Kubernetes, "at most 100000"},
		{func(s *Script) { s.Queue, s.AtOnce = "", 0 }, AWSBatch, "queue"},
		{func(s *Script) { s.Parts = 10_001 }, AWSBatch, "at most 10000"},
		{func(s *Script) {}, AWSBatch, "limit the vCPUs"},
	} {
		s := plain
		tt.change(&s)
		var b strings.Builder
		if err := s.Write(&b, tt.to); err == nil || !strings.Contains(err.Error(), tt.want) || b.Len() > 0 {
			t.Errorf("%s: %v, want %s", tt.to, err, tt.want)
		}
	}
}
