package runner

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Worker tells fn which worker calls it.
type Worker struct {
	// ID counts workers from 0, as in [Assignment].Workers. It is below Options.Workers if that is set. To
	// size state for a run that leaves the number open, take it from an assignment and set it:
	//
	//	assigned, err := runner.Assign(items, opts)
	//	...
	//	opts.Workers = len(assigned.Workers)
	ID int

	// Node is the NUMA node the worker is bound to, -1 if it is not pinned.
	Node int

	// Pinned is whether the worker's thread is bound to the CPUs it was assigned.
	Pinned bool
}

// Report says how a run was done.
type Report struct {
	Workers int     // how many were started
	Pin     Pinning // PinCPU or PinNode if every worker was pinned so, otherwise PinOff
	Why     string  // one phrase why workers were not pinned to CPUs, "" if they were
}

// Run calls fn once for every item from 0 to items-1, from the workers that [Assign] returns, and
// waits for them. A worker makes one call at a time.
//
// The error is that of Assign, or the first that fn returned, or the cause of ctx if that was
// cancelled first; in the latter cases items may be left that fn was not called for. ctx is looked
// at before every item; fn gets a context that also ends with the first error, and should pass it on
// to whatever may take long. A panic in fn is not recovered and ends the process.
//
// The report is valid whenever the assignment was, even if the run failed.
func Run(ctx context.Context, items int, opts Options, fn func(ctx context.Context, w Worker, item int) error) (Report, error) {
	assigned, err := Assign(items, opts)
	if err != nil {
		return Report{}, err
	}
	r := &run{
		fn:       fn,
		places:   assigned.Workers,
		cursors:  make([]cursor, len(assigned.Workers)),
		items:    items,
		progress: opts.Progress,
	}
	for i := range r.cursors {
		r.cursors[i].next.Store(int64(assigned.Workers[i].First))
	}

	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for id := range assigned.Workers {
		wg.Go(func() { r.work(inner, stop, id) })
	}
	wg.Wait()

	rep := Report{Workers: len(assigned.Workers), Pin: assigned.Pin, Why: assigned.Why}
	if r.refused != nil {
		rep.Pin, rep.Why = PinOff, r.refused.Error()
	}
	return rep, r.outcome(ctx, inner)
}

// run is the state that the workers of one Run share.
type run struct {
	fn       func(context.Context, Worker, int) error
	places   []Placement
	cursors  []cursor // one a chunk
	items    int
	finished atomic.Int64 // items without error; each worker adds its own when it ends

	mu       sync.Mutex // guards what follows
	refused  error      // the first refusal to pin
	progress func(done, total int)
	done     int // as last told to progress; not counted without it
}

// cursor is the next item of a chunk. Each fills two cache lines, since x86 prefetches lines in pairs
// and some arm64 cores have lines of 128 bytes: workers on their own chunks must not disturb each
// other.
type cursor struct {
	next atomic.Int64
	_    [128 - 8]byte
}

// errGoexit can only be met if fn, say, calls t.Fatal.
var errGoexit = errors.New("runner: fn ended its goroutine with runtime.Goexit instead of returning")

// outcome is the error of a run whose workers have all ended.
func (r *run) outcome(ctx, inner context.Context) error {
	if r.finished.Load() == int64(r.items) {
		return nil // even if ctx was cancelled since
	}
	// The cause of inner is the first error of fn or the cause of ctx, whichever came first. An fn that
	// watches ctx itself can return its error before inner has heard of it; that is no error of fn.
	err := context.Cause(inner)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	if err == nil {
		return errGoexit
	}
	return err
}

// work is the life of one worker.
func (r *run) work(ctx context.Context, stop context.CancelCauseFunc, id int) {
	w := Worker{ID: id, Node: -1}
	if place := r.places[id]; place.CPUs != nil {
		giveBack, err := bindThread(place.CPUs)
		if err != nil {
			r.noteRefusal(err)
		} else {
			defer giveBack() // and the goroutine ends locked: see bindThread
			w.Node, w.Pinned = place.Node, true
		}
	}

	finished := 0
	defer func() { r.finished.Add(int64(finished)) }()
	for _, chunk := range visits(r.places, id) {
		for {
			// One addition takes an item, own or another's. At the end of a chunk the cursor runs past it by
			// at most one step a worker.
			item := r.cursors[chunk].next.Add(1) - 1
			if item >= int64(r.places[chunk].Last) {
				break
			}
			if ctx.Err() != nil {
				return
			}
			if err := r.fn(ctx, w, int(item)); err != nil {
				stop(err)
				return
			}
			finished++
			r.tell()
		}
	}
}

// visits is the order in which a worker goes through the chunks: its own, then those of its node, then
// the rest. Each round begins behind the worker itself, so that helpers spread over the chunks
// instead of all helping the first.
func visits(places []Placement, id int) []int {
	order := make([]int, 0, len(places))
	for _, near := range []bool{true, false} {
		for k := range places {
			chunk := (id + k) % len(places)
			if (places[chunk].Node == places[id].Node) == near {
				order = append(order, chunk)
			}
		}
	}
	return order
}

// tell reports one more item done. The lock is what keeps the calls apart and in order.
func (r *run) tell() {
	if r.progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.progress(r.done, r.items)
}

func (r *run) noteRefusal(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = err
	}
}
