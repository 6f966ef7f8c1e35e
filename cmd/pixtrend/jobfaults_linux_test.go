package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// kills returns how often tests kill processes of jobs: few times, or many with PIXTREND_LONG.
func kills(few, many int) int {
	if os.Getenv("PIXTREND_LONG") != "" {
		return many
	}
	return few
}

// killedAfter starts a command, kills it after a time unless it has ended, and returns its exit code,
// -1 if it was killed.
func killedAfter(t *testing.T, after time.Duration, dir string, args ...string) (code int) {
	t.Helper()
	c := command(dir, nil, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	over := time.AfterFunc(after, func() { _ = c.Process.Kill() })
	_ = c.Wait()
	over.Stop()
	return c.ProcessState.ExitCode()
}

// shards returns the names in the folder of shards of a job.
func shards(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "job", "shards"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Plans, runs and merges that are killed at any moment are repeated until they are done, and the
// output has the right bytes.
func TestKilledJobs(t *testing.T) {
	fit := []string{"--stats", "slope,n", "--residuals", "residuals.tif", "--fdr", "0.1", "--co", "COMPRESS=DEFLATE"}
	dir := jobPlace(t, fit...)
	if err := os.Rename(filepath.Join(dir, "residuals.tif"), filepath.Join(dir, "whole-residuals.tif")); err != nil {
		t.Fatal(err)
	}
	steps := [][]string{append([]string{"job", "plan", "job", "tiles", "-o", "out.tif", "--parts", "3", "-q"}, fit...),
		{"job", "run", "job", "-q"}, {"job", "merge", "job", "-q"}}
	r := rand.New(rand.NewPCG(3, 4))
	begin := time.Now()
	for _, step := range steps {
		expect(t, dir, 0, "", step...)
	}
	took := time.Since(begin) / 3
	killed, done := 0, 0
	for killed < kills(6, 200) || done == 0 {
		for _, name := range []string{"out.tif", "residuals.tif", "job"} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range steps {
			code := -1
			for code != 0 {
				after := time.Duration(r.Float64() * 2 * float64(took))
				if killed >= kills(6, 200) {
					after = time.Hour
				}
				if code = killedAfter(t, after, dir, step...); code > 0 {
					t.Fatalf("%q: exit code %d after %d kills", step, code, killed)
				}
				if code < 0 {
					killed++
				}
			}
		}
		done++
		sameBytes(t, dir, "out.tif", "whole.tif")
		sameBytes(t, dir, "residuals.tif", "whole-residuals.tif")
		if left, _ := filepath.Glob(filepath.Join(dir, ".*.pixtrend-*")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
	t.Logf("%d kills, %d outputs", killed, done)
}

// A fit that is killed goes on when it is started again, as often as that is, and takes away what
// it needed for that.
func TestKilledResume(t *testing.T) {
	dir := jobPlace(t)
	resume := []string{"fit", "tiles", "-o", "out.tif", "--resume", "job", "-q"}
	begin := time.Now()
	expect(t, dir, 0, "", resume...)
	took := time.Since(begin)
	r := rand.New(rand.NewPCG(5, 6))
	for n := 0; n < kills(3, 50); {
		for _, name := range []string{"out.tif", "job"} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		for code := -1; code != 0; n++ {
			if code = killedAfter(t, time.Duration((0.2+r.Float64())*float64(took)), dir, resume...); code > 0 {
				t.Fatalf("exit code %d after %d kills", code, n)
			}
		}
		sameBytes(t, dir, "out.tif", "whole.tif")
		if names := shards(t, dir); len(names) > 0 {
			t.Errorf("left behind: %q", names)
		}
	}
}

// A run that is asked to end has the exit code of its signal, drops the shard that it was making, and
// keeps those that were made.
func TestJobStopped(t *testing.T) {
	dir := jobPlace(t)
	expect(t, dir, 0, "", "job", "plan", "job", "tiles", "-o", "out.tif", "-q")
	c := command(dir, nil, "job", "run", "job", "--window", "1x1", "--threads", "1")
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stderr.Read(make([]byte, 1)); err != nil { // the first dot: it is at work
		t.Fatal(err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 143 {
		t.Errorf("exit code %d, want 143", code)
	}
	if names := shards(t, dir); slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".lock") }) {
		t.Errorf("left behind: %q", names)
	}
	expect(t, dir, 0, "", "job", "run", "job", "-q")
	expect(t, dir, 0, "", "job", "merge", "job", "-q")
	sameBytes(t, dir, "out.tif", "whole.tif")
}

// A folder without room for shards is a reason to try again, and what was made is not lost.
func TestJobOnFullDisk(t *testing.T) {
	dir := jobPlace(t)
	disk := filepath.Join(dir, "job")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=1M"); err != nil {
		t.Skip("no disk of a given size:", err)
	}
	defer func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	expect(t, dir, 0, "", "job", "plan", "job", "tiles", "-o", "out.tif", "--parts", "9", "-q")
	expect(t, dir, 75, "job/shards", "job", "run", "job", "-q")
	made := len(shards(t, dir))
	if made == 0 {
		t.Error("no shard is made")
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=16M"); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, 0, "", "job", "run", "job", "-q")
	expect(t, dir, 0, "", "job", "merge", "job", "-q")
	sameBytes(t, dir, "out.tif", "whole.tif")
}
