package main

import (
	"os"
	"runtime"
	"runtime/debug"

	"github.com/pixtrend/pixtrend/raster"
)

const (
	usualGrowth = 100 // the value of GOGC by default: percent by which the heap grows between collections
	// leastHeap is the size in bytes of the heap at which Go's garbage collector runs first with
	// usualGrowth. The size is proportional to the growth.
	leastHeap = 4 << 20
)

// useHeap has the garbage collector run for the first time when the heap has used up its part of the
// memory of a command, in bytes, and as usual from then on. A small fit then ends without a collection,
// which would take CPU time from the workers and stop them twice. A user who sets GOGC decides instead.
func useHeap(memory int64) {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(int(raster.HeapMemory(memory) * usualGrowth / leastHeap))
	// The first collection finds that nothing refers to this value.
	runtime.AddCleanup(new(struct{ _ *byte }), func(percent int) { debug.SetGCPercent(percent) }, usualGrowth)
}
