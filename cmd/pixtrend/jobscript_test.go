package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The number of a part comes from the flag, or from a scheduler.
func TestJobPart(t *testing.T) {
	dir := t.TempDir()
	for _, args := range []string{"synth stack --width 300 --height 600 --dates 2001-2003 -q", "job plan job stack -o a.tif --parts 3 -q"} {
		if code, _, stderr := call(t, dir, strings.Fields(args)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	for _, tt := range []struct {
		env, args string
		code      int
		left      string // of the parts
		stderr    string
	}{
		{"SLURM_ARRAY_TASK_ID=1 JOB_COMPLETION_INDEX=2", "", 1, "0-2", "SLURM_ARRAY_TASK_ID=1 and JOB_COMPLETION_INDEX=2 stand for different parts"},
		{"SLURM_ARRAY_TASK_ID=3", "", 1, "0-2", "part 3"},
		{"SLURM_ARRAY_TASK_ID=x", "", 1, "0-2", "--part"},
		{"SLURM_ARRAY_TASK_ID=1", "", 0, "0,2", ""},
		{"SLURM_ARRAY_TASK_ID=1 JOB_COMPLETION_INDEX=2", "--part 0", 0, "2", ""},
		{"SGE_TASK_ID=3", "", 0, "", ""},
		{"SGE_TASK_ID=undefined", "", 0, "", ""},
	} {
		args := append([]string{"job", "run", "job", "-q"}, strings.Fields(tt.args)...)
		code, _, stderr := start(t, command(dir, strings.Fields(tt.env), args...))
		if code != tt.code || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%s %s: exit code %d, %q", tt.env, tt.args, code, stderr)
		}
		_, status, _ := call(t, dir, "job", "status", "job")
		_, left, _ := strings.Cut(strings.TrimSpace(status), "parts: ")
		if left != tt.left {
			t.Errorf("%s %s: the parts %q are left, want %q", tt.env, tt.args, left, tt.left)
		}
	}
}

// Scripts have what is left of a job, and names as the tasks see them.
func TestJobScript(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a folder")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"synth stack --width 300 --height 600 --dates 2001-2003 -q", "job plan job stack -o a.tif --parts 3 -q", "job run job --part 1 -q",
	} {
		if code, _, stderr := call(t, dir, strings.Fields(args)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	quoted := "'" + strings.ReplaceAll(dir, "'", `'\''`) + "/job'"
	for _, tt := range []struct {
		args string
		code int
		want []string
	}{
		{"--slurm", 0, []string{program + " job run " + quoted + " ||", program + " job merge " + quoted + " ||", "--array=0,2 ", "--mem=576M"}},
		{"--slurm --at-once 5 --threads 4 --memory 1G --program /opt/pixtrend", 0, []string{"/opt/pixtrend job run " + quoted + " --memory 1073741824 ||", "--array=0,2%5 ", "--cpus-per-task=4 --mem=1088M"}},
		{"--kubernetes --image i --volume c:/m", 0, []string{`command: ["pixtrend","job","run","` + dir + `/job"]`, "completions: 3", `claimName: "c"`, `mountPath: "/m"`}},
		{"--aws-batch --queue q --definition d", 0, []string{`"size": 3`, `"jobQueue": "q"`}},
		{"", 2, []string{"name one scheduler"}},
		{"--slurm --aws-batch", 2, []string{"name one scheduler"}},
		{"--slurm --image i", 2, []string{"--image is for --kubernetes, and the script is for --slurm"}},
		{"--kubernetes --image i", 2, []string{"--kubernetes needs --volume"}},
		{"--kubernetes --image i --volume c", 2, []string{"data:/data"}},
		{"--aws-batch --queue q", 2, []string{"--aws-batch needs --definition"}},
		{"--aws-batch --queue q --definition d --at-once 2", 1, []string{"vCPUs"}},
	} {
		code, stdout, stderr := call(t, dir, append([]string{"job", "script", "job"}, strings.Fields(tt.args)...)...)
		if code != tt.code || (code == 0) != (stderr == "") {
			t.Errorf("%s: exit code %d, %q", tt.args, code, stderr)
		}
		for _, want := range tt.want {
			if !strings.Contains(stdout+stderr, want) {
				t.Errorf("%s prints\n%s%s\nwithout %s", tt.args, stdout, stderr, want)
			}
		}
	}
	for _, args := range []string{"job run job -q", "job merge job -q"} {
		if code, _, stderr := call(t, dir, strings.Fields(args)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	if code, _, stderr := call(t, dir, "job", "script", "job", "--slurm"); code != 1 || !strings.Contains(stderr, "nothing is left to run") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if code, _, stderr := call(t, dir, "job", "script", "stack", "--slurm"); code != 1 || !strings.Contains(stderr, "no plan") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
