package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// jobPlace returns a folder with the stack tiles/, of which a job has several shards, and whole.tif,
// what pixtrend fit makes of it with args.
func jobPlace(t *testing.T, args ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, args := range [][]string{
		{"synth", "tiles", "--width", "600", "--height", "520", "--dates", "2001-2006", "--co", "TILED=YES", "--co", "COMPRESS=DEFLATE", "-q"},
		append([]string{"fit", "tiles", "-o", "whole.tif", "-q"}, args...),
	} {
		if code, _, stderr := call(t, dir, args...); code != 0 {
			t.Fatal(stderr)
		}
	}
	return dir
}

// expect runs a command and checks its exit code and that it prints some words.
func expect(t *testing.T, dir string, code int, words string, args ...string) (stdout string) {
	t.Helper()
	got, stdout, stderr := call(t, dir, args...)
	if got != code || !strings.Contains(stdout+stderr, words) {
		t.Fatalf("%q: exit code %d, %q, %q, want %d and %q", args, got, stdout, stderr, code, words)
	}
	return stdout
}

// sameBytes checks that two files are the same.
func sameBytes(t *testing.T, dir, one, other string) {
	t.Helper()
	a, err := os.ReadFile(filepath.Join(dir, one))
	if err != nil {
		t.Error(err)
		return
	}
	if b, err := os.ReadFile(filepath.Join(dir, other)); err != nil || string(a) != string(b) {
		t.Errorf("%s and %s differ, %v", one, other, err)
	}
}

func TestJob(t *testing.T) {
	fit := []string{"--stats", "slope,n", "--fdr", "0.1", "--co", "COMPRESS=DEFLATE"}
	dir := jobPlace(t, fit...)
	plan := append([]string{"job", "plan", "job", "tiles", "-o", "merged.tif", "--map", "map.svg", "--parts", "4"}, fit...)
	expect(t, dir, 0, "4 parts", plan...)
	expect(t, dir, 0, "4 parts", plan...)
	expect(t, dir, 1, "--stats", append(plan, "--stats", "r2")...)
	expect(t, dir, 3, "parts: 0-3", "job", "status", "job")
	expect(t, dir, 0, "part 2", "job", "run", "job", "--part", "2", "--threads", "1")
	expect(t, dir, 3, "parts: 0-1,3", "job", "status", "job")
	expect(t, dir, 3, "parts 0-1,3", "job", "merge", "job")
	expect(t, dir, 1, "no part 4", "job", "run", "job", "--part", "4")
	// From anywhere else.
	other := t.TempDir()
	expect(t, other, 0, "made", "job", "run", filepath.Join(dir, "job"))
	var status struct {
		Missing int    `json:"shards_missing"`
		Parts   string `json:"parts_missing"`
		Merged  bool   `json:"merged"`
	}
	if err := json.Unmarshal([]byte(expect(t, dir, 0, "", "job", "status", "job", "--json")), &status); err != nil || status.Missing != 0 || status.Parts != "" {
		t.Errorf("%+v, %v", status, err)
	}
	expect(t, other, 0, "trends at a false discovery rate", "job", "merge", filepath.Join(dir, "job"))
	sameBytes(t, dir, "merged.tif", "whole.tif")
	if _, err := os.Stat(filepath.Join(dir, "map.svg")); err != nil {
		t.Error(err)
	}
	expect(t, dir, 0, "merged into", "job", "status", "job")
	expect(t, dir, 0, "was written before", "job", "merge", "job")
}

func TestJobUsage(t *testing.T) {
	dir := folder(t)
	for _, tt := range []struct {
		code  int
		words string
		args  []string
	}{
		{2, "plan, run", []string{"job"}},
		{2, "rum", []string{"job", "rum"}},
		{2, "no folder", []string{"job", "plan"}},
		{2, "no input", []string{"job", "plan", "job", "-o", "out.tif"}},
		{2, "no output", []string{"job", "plan", "job", "stack"}},
		{2, "exclude each other", []string{"job", "plan", "job", "stack", "-o", "out.tif", "--parts", "2", "--part-minutes", "3"}},
		{2, "exclude each other", []string{"fit", "stack", "-o", "out.tif", "--resume", "job", "--dry-run"}},
		{1, "of which there are 1", []string{"job", "plan", "job", "stack", "-o", "out.tif", "--parts", "2"}},
		{1, "--parts", []string{"job", "plan", "job", "stack", "-o", "out.tif", "--parts", "2"}},
		{2, "name the folder", []string{"job", "run"}},
		{2, "one job at a time", []string{"job", "merge", "a", "b"}},
		{1, "no plan in", []string{"job", "run", "stack"}},
		{1, "no plan in", []string{"job", "status", "none"}},
	} {
		expect(t, dir, tt.code, tt.words, tt.args...)
	}
	if _, err := os.Stat(filepath.Join(dir, "job")); err == nil {
		t.Error("a plan that was refused is there")
	}
}

// A plan whose folders are relative works where both are mounted elsewhere; another is refused there.
func TestJobMovesWithItsFolder(t *testing.T) {
	dir := jobPlace(t)
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o777); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, 0, "", "job", "plan", "home/moves", "tiles", "-o", "moved.tif", "--relative", "--parts", "2", "-q")
	expect(t, dir, 0, "", "job", "plan", "home/stays", "tiles", "-o", "stayed.tif", "-q")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(dir, elsewhere); err != nil {
		t.Fatal(err)
	}
	expect(t, "/", 0, "made", "job", "run", filepath.Join(elsewhere, "home/moves"))
	expect(t, "/", 0, "", "job", "merge", filepath.Join(elsewhere, "home/moves"), "-q")
	sameBytes(t, elsewhere, "moved.tif", "whole.tif")
	expect(t, "/", 1, "--relative", "job", "run", filepath.Join(elsewhere, "home/stays"))
}

// Parts of a time are as many as the time needs, and the same plan again has as many.
func TestPartMinutes(t *testing.T) {
	dir := jobPlace(t)
	parts := func() (n int) {
		t.Helper()
		var plan struct {
			Parts    int
			Estimate *struct{ Seconds float64 }
		}
		text := expect(t, dir, 0, "", "job", "plan", "job", "tiles", "-o", "out.tif", "--part-minutes", "1e-7", "--json")
		if err := json.Unmarshal([]byte(text), &plan); err != nil || plan.Estimate == nil || plan.Estimate.Seconds <= 0 {
			t.Fatalf("%+v, %v", plan, err)
		}
		return plan.Parts
	}
	if n := parts(); n != 9 || parts() != n {
		t.Errorf("%d parts, want as many as there are blocks", n)
	}
	expect(t, dir, 0, "1 part,", "job", "plan", "long", "tiles", "-o", "out.tif", "--part-minutes", "1000")
}

func TestResume(t *testing.T) {
	dir := jobPlace(t)
	resume := []string{"fit", "tiles", "-o", "out.tif", "--resume", "job"}
	expect(t, dir, 0, "slope of 600 × 520 pixels", resume...)
	sameBytes(t, dir, "out.tif", "whole.tif")
	if _, err := os.Stat(filepath.Join(dir, "job", "shards")); err == nil {
		t.Error("shards are left")
	}
	expect(t, dir, 0, "was written before", resume...)
	expect(t, dir, 0, "was written before", append(resume, "--threads", "1", "--memory", "64M")...)
	expect(t, dir, 1, "--stats", append(resume, "--stats", "n")...)
	// An output that was removed is made again, and one of somebody else stays.
	if err := os.Remove(filepath.Join(dir, "out.tif")); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, 0, "slope of 600 × 520 pixels", resume...)
	if err := os.WriteFile(filepath.Join(dir, "out.tif"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, 1, "--overwrite", resume...)
	expect(t, dir, 0, "slope of 600 × 520 pixels", append(resume, "--overwrite")...)
	sameBytes(t, dir, "out.tif", "whole.tif")
	if runtime.GOOS == "linux" {
		if left, _ := filepath.Glob(filepath.Join(dir, "*", ".*")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}

// Files on servers make the same output in a job as in a fit, and one that was replaced is refused.
func TestJobRemote(t *testing.T) {
	local, list, env, address := serve(t, always, 0)
	dir := t.TempDir()
	remote := func(code int, words string, args ...string) string {
		t.Helper()
		got, stdout, stderr := start(t, command(dir, env, args...))
		if got != code || !strings.Contains(stdout+stderr, words) {
			t.Fatalf("%q: exit code %d, %q, %q, want %d and %q", args, got, stdout, stderr, code, words)
		}
		return stdout + stderr
	}
	remote(0, "", "fit", "@"+list, "-o", "whole.tif", "-q")
	remote(0, "", "job", "plan", "job", "@"+list, "-o", "out.tif", "-q")
	remote(0, "1 shard made", "job", "run", "job")
	remote(0, "", "job", "merge", "job", "-q")
	sameBytes(t, dir, "whole.tif", "out.tif")

	remote(0, "", "job", "plan", "again", "@"+list, "-o", "again.tif", "-q")
	if text := remote(0, "mtime_ns", "job", "plan", "signed", address+"/ndvi_1995.tif?sig="+secret, address+"/ndvi_1996.tif", "-o", "signed.tif", "--json"); strings.Contains(text, secret) {
		t.Errorf("a secret is printed: %s", text)
	}
	if err := os.Truncate(filepath.Join(local, "ndvi_2001.tif"), 1); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(local, "ndvi_2002.tif"))
	if err == nil {
		err = os.WriteFile(filepath.Join(local, "ndvi_2001.tif"), append(whole, 0), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	remote(1, "ndvi_2001.tif", "job", "run", "again")
}

// A server that is overloaded is a reason to try again.
func TestJobRemoteFails(t *testing.T) {
	_, list, env, _ := serve(t, 70, 503)
	dir := t.TempDir()
	code, _, stderr := start(t, command(dir, env, "fit", "@"+list, "-o", "out.tif", "--resume", "job", "-q"))
	if code != 75 || !strings.Contains(stderr, "503") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
