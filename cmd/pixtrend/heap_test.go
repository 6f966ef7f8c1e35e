package main

import (
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// A small fit ends before the garbage collector runs, unless the user sets GOGC.
func TestSmallFitsCollectNoGarbage(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := call(t, dir, "synth", "stack", "--dates", "2001-2003", "--width", "827", "--height", "883", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	collections := func(env ...string) int {
		t.Helper()
		c := command(dir, append(env, "GODEBUG=gctrace=1"), "fit", "stack", "-o", filepath.Join(t.TempDir(), "slope.tif"), "-q")
		code, _, stderr := start(t, c)
		if code != 0 {
			t.Fatal(stderr)
		}
		return strings.Count("\n"+stderr, "\ngc ")
	}
	if n := collections(); n > 0 {
		t.Errorf("the garbage collector ran %d times", n)
	}
	if n := collections("GOGC=100"); n == 0 {
		t.Error("GOGC=100: the garbage collector did not run")
	}
}

// After its first run, the garbage collector runs as usual.
func TestHeapGrowsAsUsualLater(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(usualGrowth))
	growth := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	useHeap(64 << 20)
	if n := growth(); n <= usualGrowth {
		t.Fatalf("the heap grows by %d %% before the first collection", n)
	}
	for growth() != usualGrowth { // until the cleanup has run, or the test times out
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}
