package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/bench"
)

func call(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

func TestUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"name what to measure":                 {},
		`there is no command "kernels"`:        {"kernels"},
		`kernel takes no argument such as "x"`: {"kernel", "x"},
		"check takes two builds":               {"check", "old"},
		"flag provided but not defined: -slow": {"kernel", "--slow"},
		"give a whole number, 1 or more":       {"--runs", "none", "kernel"},
		"cannot both be standard output":       {"kernel", "--csv", "-", "--json", "-"},
	} {
		if code, _, stderr := call(args...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %q, want %q", args, code, stderr, want)
		}
	}
	if code, stdout, _ := call("--help"); code != exitDone || !strings.Contains(stdout, "-threads LIST") {
		t.Errorf("exit code %d, help\n%s", code, stdout)
	}
}

func TestStudies(t *testing.T) {
	for _, study := range []string{bench.Scaling, bench.Models, bench.Ranks} {
		code, stdout, stderr := call(study, "--quick", "--stack", "1", "--runs", "1", "--threads", "1", "--json", "-")
		var r bench.Report
		if err := json.Unmarshal([]byte(stdout), &r); code != exitDone || err != nil || len(r.Results) == 0 || !strings.Contains(stderr, "measuring study="+study) {
			t.Errorf("%s: exit code %d, %v, %s", study, code, err, stderr)
		}
	}
}

// A build is compared with itself. The result depends on the clock, so the test only checks that
// there is one.
func TestCheck(t *testing.T) {
	program := filepath.Join(t.TempDir(), "pixtrend-bench")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	code, stdout, stderr := call("check", program, program, "--quick", "--stack", "1", "--runs", "2", "--quiet")
	if code != exitDone && !strings.Contains(stderr, bench.ErrSlower.Error()) || !strings.Contains(stdout, "arm=fit/layout=bip") || !strings.Contains(stdout, "2 processes of each") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("#!/bin/sh\necho '[{\"name\":\"x\",\"seconds\":1,\"sum\":'$$'}]'\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := call("check", wrong, wrong, "--runs", "1", "--quiet"); code != exitFailed || !strings.Contains(stderr, "wrong result: the builds give different results for x") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if code, _, stderr := call("check", filepath.Join(t.TempDir(), "none"), program, "--quiet"); code != exitFailed || !strings.Contains(stderr, "none failed") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
