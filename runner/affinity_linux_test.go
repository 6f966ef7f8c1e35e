package runner

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func needPinning(t *testing.T) {
	t.Helper()
	if err := CanPin(); err != nil {
		t.Skipf("this machine does not let threads be pinned: %v", err)
	}
}

// maskOf returns the mask of a thread of this process.
func maskOf(t *testing.T, tid int) []int {
	t.Helper()
	set := unix.NewCPUSet(maxCPUs)
	if err := unix.SchedGetaffinityDynamic(tid, set); err != nil {
		t.Errorf("sched_getaffinity of thread %d: %v", tid, err)
	}
	var ids []int
	for id := range maxCPUs {
		if set.IsSet(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// TestRunPinsAsPlanned reads the mask of every worker's thread back from the kernel.
func TestRunPinsAsPlanned(t *testing.T) {
	needPinning(t)
	cpus := len(Machine().CPUs)
	for _, c := range []struct {
		pin     Pinning
		workers int
		want    Pinning
	}{
		{PinAuto, cpus, PinCPU},
		{PinCPU, 1, PinCPU},
		{PinNode, cpus, PinNode},
		{PinNode, 2 * cpus, PinNode},
		{PinAuto, 2 * cpus, PinOff},
		{PinOff, cpus, PinOff},
	} {
		t.Run(fmt.Sprintf("pin=%v/workers=%d", c.pin, c.workers), func(t *testing.T) {
			all := maskOf(t, 0)
			opts := Options{Workers: c.workers, Pin: c.pin, Topology: Machine()}
			items := c.workers
			assigned, err := Assign(items, opts)
			if err != nil {
				t.Fatal(err)
			}
			// Each call waits for all others, so every worker processes one item.
			var met sync.WaitGroup
			met.Add(items)
			rep, err := Run(t.Context(), items, opts, func(_ context.Context, w Worker, _ int) error {
				met.Done()
				met.Wait()
				place := assigned.Workers[w.ID]
				want, pinned := place.CPUs, place.CPUs != nil
				if !pinned {
					want = all
				}
				if got := maskOf(t, 0); !slices.Equal(got, want) {
					t.Errorf("worker %d may run on %v, want %v", w.ID, got, want)
				}
				if w.Pinned != pinned || w.Node != place.Node {
					t.Errorf("worker %d was told %+v, planned %+v", w.ID, w, place)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if want := (Report{Workers: c.workers, Pin: c.want, Why: assigned.Why}); rep != want {
				t.Errorf("reported %+v, want %+v", rep, want)
			}
		})
	}
}

// TestRunLeavesMasksAlone checks, after many pinned runs, the masks of all threads that goroutines
// may run on, and of the main thread, whose mask is that of the process.
func TestRunLeavesMasksAlone(t *testing.T) {
	needPinning(t)
	all := maskOf(t, 0)
	for range 50 {
		_, err := Run(t.Context(), 64, Options{Pin: PinCPU}, func(context.Context, Worker, int) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := CanPin(); err != nil {
			t.Fatal(err)
		}
	}
	const n = 100 // goroutines, each holding a thread of its own until all have looked
	var looked, ended sync.WaitGroup
	looked.Add(n)
	for range n {
		ended.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if got := maskOf(t, 0); !slices.Equal(got, all) {
				t.Errorf("thread %d may run on %v, want %v", unix.Gettid(), got, all)
			}
			looked.Done()
			looked.Wait()
		})
	}
	ended.Wait()
	if got := maskOf(t, os.Getpid()); !slices.Equal(got, all) {
		t.Errorf("the main thread may run on %v, want %v", got, all)
	}
}

// Pinned threads must end instead of returning to the runtime, except for the main thread.
func TestRunEndsItsThreads(t *testing.T) {
	needPinning(t)
	var mu sync.Mutex
	tids := make(map[int]bool)
	_, err := Run(t.Context(), 64, Options{Pin: PinCPU}, func(context.Context, Worker, int) error {
		mu.Lock()
		defer mu.Unlock()
		tids[unix.Gettid()] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(tids, os.Getpid())
	deadline := time.Now().Add(10 * time.Second)
	for tid := range tids {
		for {
			if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", tid)); err != nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("thread %d is still there", tid)
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// The topology must have exactly the CPUs of the mask.
func TestMachineIsWhatIsAllowed(t *testing.T) {
	var ids []int
	for _, c := range Machine().CPUs {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	if want := maskOf(t, 0); !slices.Equal(ids, want) {
		t.Errorf("Machine has CPUs %v, the mask is %v", ids, want)
	}
}
