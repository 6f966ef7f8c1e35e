package runner

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"unsafe"
)

func TestRunEveryItemOnce(t *testing.T) {
	for _, pin := range []Pinning{PinAuto, PinCPU, PinNode, PinOff} {
		for _, items := range []int{0, 1, 2, 3, 7, 64, 1000} {
			for _, workers := range []int{0, 1, 2, 3, 8, 33} {
				t.Run(fmt.Sprintf("pin=%v/items=%d/workers=%d", pin, items, workers), func(t *testing.T) {
					opts := Options{Workers: workers, Pin: pin}
					assigned, err := Assign(items, opts)
					if err != nil {
						t.Fatal(err)
					}
					opts.Workers = len(assigned.Workers)
					calls := make([]atomic.Int32, items)
					perWorker := make([]int, len(assigned.Workers)) // no lock: the race detector checks the promise
					rep, err := Run(t.Context(), items, opts, func(_ context.Context, w Worker, item int) error {
						calls[item].Add(1)
						perWorker[w.ID]++
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
					if rep.Workers != len(assigned.Workers) {
						t.Errorf("reported %d workers, planned %d", rep.Workers, len(assigned.Workers))
					}
					for item := range calls {
						if n := calls[item].Load(); n != 1 {
							t.Fatalf("item %d was done %d times", item, n)
						}
					}
					sum := 0
					for _, n := range perWorker {
						sum += n
					}
					if sum != items {
						t.Errorf("workers counted %d items of %d", sum, items)
					}
				})
			}
		}
	}
}

// TestRunHelps blocks one worker in its first item until all other items are done, so other workers
// must process the rest of its chunk.
func TestRunHelps(t *testing.T) {
	const items = 40
	var others atomic.Int32
	allOthers := make(chan struct{})
	_, err := Run(t.Context(), items, Options{Workers: 4, Pin: PinOff}, func(_ context.Context, _ Worker, item int) error {
		if item == 0 {
			<-allOthers
			return nil
		}
		if others.Add(1) == items-1 {
			close(allOthers)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunProgress(t *testing.T) {
	const items = 500
	var seen []int // appended to without a lock: calls never overlap
	opts := Options{Workers: 8, Progress: func(done, total int) {
		if total != items {
			t.Errorf("total is %d, want %d", total, items)
		}
		seen = append(seen, done)
	}}
	if _, err := Run(t.Context(), items, opts, func(context.Context, Worker, int) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if len(seen) != items {
		t.Fatalf("%d calls, want %d", len(seen), items)
	}
	for i, done := range seen {
		if done != i+1 {
			t.Fatalf("call %d says %d done", i, done)
		}
	}
}

// TestRunFirstError lets one item fail while another is running. The context of the other must be
// cancelled, and the error that it then returns must not hide the first.
func TestRunFirstError(t *testing.T) {
	broken := errors.New("broken")
	under := make(chan struct{})
	var begun atomic.Int32
	_, err := Run(t.Context(), 1000, Options{Workers: 2, Pin: PinOff}, func(ctx context.Context, w Worker, item int) error {
		begun.Add(1)
		switch item {
		case 0:
			close(under)
			<-ctx.Done()
			return ctx.Err()
		case 500:
			<-under
			return broken
		}
		t.Errorf("item %d was begun by a worker that should be busy", item)
		return nil
	})
	if err != broken {
		t.Errorf("Run returned %v, want %v", err, broken)
	}
	if n := begun.Load(); n != 2 {
		t.Errorf("%d items were begun, want 2", n)
	}
}

func TestRunErrorLeavesNoProgress(t *testing.T) {
	var last int
	opts := Options{Workers: 1, Progress: func(done, _ int) { last = done }}
	_, err := Run(t.Context(), 10, opts, func(_ context.Context, _ Worker, item int) error {
		if item == 4 {
			return errors.New("broken")
		}
		return nil
	})
	if err == nil || last != 4 {
		t.Errorf("error %v after %d items done, want one after 4", err, last)
	}
}

func TestRunCancel(t *testing.T) {
	cause := errors.New("interrupted")
	for _, c := range []struct {
		name string
		// ret is what fn returns once the parent is cancelled.
		ret func(parent, ctx context.Context) error
	}{
		{"fn goes on", func(_, _ context.Context) error { return nil }},
		{"fn returns its context's error", func(_, ctx context.Context) error { return fmt.Errorf("reading: %w", ctx.Err()) }},
		{"fn returns the parent's error", func(parent, _ context.Context) error { return parent.Err() }},
		{"fn fails because of it", func(_, _ context.Context) error { return errors.New("file closed") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent, cancel := context.WithCancelCause(t.Context())
			var begun atomic.Int32
			_, err := Run(parent, 1000, Options{Workers: 2, Pin: PinOff}, func(ctx context.Context, _ Worker, item int) error {
				begun.Add(1)
				if item == 0 {
					cancel(cause)
				}
				<-ctx.Done()
				return c.ret(parent, ctx)
			})
			if err != cause {
				t.Errorf("Run returned %v, want %v", err, cause)
			}
			if n := begun.Load(); n > 2 {
				t.Errorf("%d items were begun by 2 workers", n)
			}
		})
	}
}

func TestRunCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Run(ctx, 5, Options{}, func(context.Context, Worker, int) error {
		t.Error("fn was called")
		return nil
	})
	if err != context.Canceled {
		t.Errorf("Run returned %v", err)
	}
}

// A run whose items are all done succeeds even if its context was cancelled.
func TestRunCancelledAfter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, 5, Options{Workers: 1}, func(_ context.Context, _ Worker, item int) error {
		if item == 4 {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Errorf("Run returned %v though every item was done", err)
	}
}

func TestRunGoexit(t *testing.T) {
	_, err := Run(t.Context(), 5, Options{Workers: 2}, func(_ context.Context, _ Worker, item int) error {
		if item == 3 {
			runtime.Goexit()
		}
		return nil
	})
	if err != errGoexit {
		t.Errorf("Run returned %v, want %v", err, errGoexit)
	}
}

// Run must leave no goroutine behind. The synctest bubble fails if one is left.
func TestRunWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := Run(t.Context(), 100, Options{Workers: 7, Pin: PinOff}, func(_ context.Context, _ Worker, item int) error {
			if item == 50 {
				return errors.New("broken")
			}
			return nil
		})
		if err == nil {
			t.Error("no error")
		}
	})
}

// TestRunRefused uses a CPU that no machine of today has. The work must be done unpinned, and the
// report must say so.
func TestRunRefused(t *testing.T) {
	opts := Options{Workers: 2, Topology: Topology{[]CPU{{ID: maxCPUs - 2}, {ID: maxCPUs - 1, Core: 1}}}}
	var done atomic.Int32
	rep, err := Run(t.Context(), 100, opts, func(_ context.Context, w Worker, _ int) error {
		if w.Pinned || w.Node != -1 {
			t.Errorf("fn was told %+v", w)
		}
		done.Add(1)
		return nil
	})
	if err != nil || done.Load() != 100 {
		t.Fatalf("%d items done, error %v", done.Load(), err)
	}
	if rep.Pin != PinOff || rep.Why == "" {
		t.Errorf("reported %+v", rep)
	}
	if runtime.GOOS == "linux" && !strings.HasPrefix(rep.Why, "sched_") {
		t.Errorf("the reason is %q", rep.Why)
	}
}

func TestRunBadOptions(t *testing.T) {
	rep, err := Run(t.Context(), -1, Options{}, nil)
	if err == nil || rep != (Report{}) {
		t.Errorf("Run = %+v, %v", rep, err)
	}
}

func TestCursorFillsItsLines(t *testing.T) {
	if n := unsafe.Sizeof(cursor{}); n != 128 {
		t.Errorf("a cursor has %d bytes", n)
	}
}

// BenchmarkRun measures the runner's own cost, with items that do nothing.
func BenchmarkRun(b *testing.B) {
	for _, pin := range []Pinning{PinAuto, PinOff} {
		for _, items := range []int{1, 1000, 100000} {
			b.Run(fmt.Sprintf("pin=%v/items=%d", pin, items), func(b *testing.B) {
				for b.Loop() {
					if _, err := Run(b.Context(), items, Options{Pin: pin}, func(context.Context, Worker, int) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(items), "ns/item")
			})
		}
	}
}
