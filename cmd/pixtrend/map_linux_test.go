package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"
)

// measured runs a command and returns the most memory that it took, in MiB. That in its resource usage
// is no less than what the process of the tests has.
func measured(t *testing.T, c *exec.Cmd) (code int, stderr string, took int) {
	t.Helper()
	var errs strings.Builder
	c.Stderr = &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
			_, peak, found := strings.Cut(string(status), "VmHWM:")
			if !found {
				return // the process has ended
			}
			var kib int
			_, _ = fmt.Sscan(peak, &kib)
			took = max(took, kib>>10)
			time.Sleep(time.Millisecond)
		}
	}()
	_ = c.Wait()
	<-ended
	if took == 0 {
		t.Fatal("no memory was measured")
	}
	return c.ProcessState.ExitCode(), errs.String(), took
}

// The map of a fit keeps to the memory of the fit, or is refused before anything is written.
func TestMemoryOfMapOfFit(t *testing.T) {
	if testing.Short() {
		t.Skip("fits a large stack")
	}
	const allowed = 64 + 64
	dir := t.TempDir()
	if code, _, stderr := call(t, dir, "synth", "stack", "--dates", "2001-2003", "--width", "3000", "--height", "2000"); code != 0 {
		t.Fatal(stderr)
	}
	for _, format := range []string{"GTiff", "COG"} {
		c := command(dir, nil, "fit", "stack", "-o", "trend.tif", "--map", "map.png", "--of", format, "--memory", "64M", "--overwrite", "--threads", "2")
		code, stderr, took := measured(t, c)
		if code != 0 {
			t.Fatalf("%s: exit code %d, %s", format, code, stderr)
		}
		t.Logf("%s: %d MiB", format, took)
		if took > allowed {
			t.Errorf("%s took %d MiB, allowed were %d", format, took, allowed)
		}
	}
	code, _, stderr := call(t, dir, "fit", "stack", "-o", "none.tif", "--map", "none.png", "--memory", "32M")
	if _, err := os.Stat(filepath.Join(dir, "none.tif")); code != 2 || !strings.Contains(stderr, "--memory 64M") || err == nil {
		t.Errorf("exit code %d, %s, %v", code, stderr, err)
	}
}

// The memory of a map is what it is allowed, whatever the size of raster and picture.
func TestMapMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("draws a large map")
	}
	const side, allowed = 3000, 340
	dir := t.TempDir()
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Create(godal.GTiff, filepath.Join(dir, "large.tif"), 1, godal.Float32, side, side)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, side*side)
	for p := range values {
		values[p] = float32(math.Sin(float64(p%side)/500) * math.Cos(float64(p/side)/300))
	}
	if err := ds.Bands()[0].Write(0, 0, values, side, side); err != nil {
		t.Fatal(err)
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{"map.png", "map.svg", "map.pdf"} {
		c := command(dir, nil, "map", "large.tif", "-o", output, "--size", "3000", "--memory", "340M")
		code, stderr, took := measured(t, c)
		if code != 0 {
			t.Fatalf("exit code %d, %s", code, stderr)
		}
		if took > allowed {
			t.Errorf("%s took %d MiB, allowed were %d", output, took, allowed)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "map.png"))
	if err != nil || binary.BigEndian.Uint32(data[16:]) < side {
		t.Errorf("%v: the picture is %d pixels wide", err, binary.BigEndian.Uint32(data[16:]))
	}
}
