package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// The thread for CRSs is the one that was started before Go's runtime, and serves all calls. The test
// is a program with arguments, as go test starts it.
func TestEarlyCRSThread(t *testing.T) {
	if len(os.Args) < 3 {
		t.Skip("SKIPPED, NOT TESTED: programs without arguments do not start the thread early; go test gives two")
	}
	var threads []int
	for range 3 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			gdal.OnCRSThread(func() { threads = append(threads, unix.Gettid()) })
		}()
		<-done
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/comm", threads[0]))
	if err != nil || strings.TrimSpace(string(name)) != "crs" || threads[1] != threads[0] || threads[2] != threads[0] {
		t.Errorf("calls on threads %v, the first of which is called %q (%v)", threads, name, err)
	}
}
