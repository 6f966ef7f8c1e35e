package runner

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Worker describes the worker that calls fn.
type Worker struct {
	// ID is the index of the worker in [Assignment].Workers. It is less than Options.Workers if
	// that is set. To allocate state per worker if it is not set, take the number from a plan:
	//
	//	plan, err := runner.Assign(items, opts)
	//	...
	//	opts.Workers = len(plan.Workers)
	ID int

	// Node is the NUMA node to which the worker is bound, or -1 if it is not pinned.
	Node int

	// Pinned says whether the worker's thread is bound to the CPUs of the plan.
	Pinned bool
}

// Report describes a run that has ended.
type Report struct {
	Workers int     // number of workers
	Pin     Pinning // PinCPU or PinNode if every worker was pinned in this way, otherwise PinOff
	Why     string  // a phrase that says why workers were not pinned to CPUs, "" if they were
}

// Run calls fn once for every item from 0 to items-1, from the workers of the plan that [Assign]
// returns, and waits for them. A worker makes one call at a time.
//
// The error is that of Assign, or the first that fn returned, or the cause of ctx if that was
// cancelled first. In the last two cases, there may be items for which fn was not called. Workers
// check ctx before every item. The context of fn is also cancelled by the first error, and fn
// should pass it to everything that may take long. A panic in fn is not recovered and ends the
// process.
//
// The report is valid if the plan was, even if the run failed.
func Run(ctx context.Context, items int, opts Options, fn func(ctx context.Context, w Worker, item int) error) (Report, error) {
	plan, err := Assign(items, opts)
	if err != nil {
		return Report{}, err
	}
	r := &run{
		fn:       fn,
		places:   plan.Workers,
		cursors:  make([]cursor, len(plan.Workers)),
		items:    items,
		progress: opts.Progress,
	}
	for i := range r.cursors {
		r.cursors[i].next.Store(int64(plan.Workers[i].First))
	}

	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for id := range plan.Workers {
		wg.Go(func() { r.work(inner, stop, id) })
	}
	wg.Wait()

	rep := Report{Workers: len(plan.Workers), Pin: plan.Pin, Why: plan.Why}
	if r.refused != nil {
		rep.Pin, rep.Why = PinOff, r.refused.Error()
	}
	return rep, r.outcome(ctx, inner)
}

// run is the state that the workers of one Run share.
type run struct {
	fn       func(context.Context, Worker, int) error
	places   []Placement
	cursors  []cursor // one per chunk
	items    int
	finished atomic.Int64 // items without error; a worker adds its number when it ends

	mu       sync.Mutex // guards the fields below
	refused  error      // the first refusal to pin
	progress func(done, total int)
	done     int // the last number passed to progress
}

// cursor is the next item of a chunk. It takes two cache lines so that workers on different chunks
// do not slow each other down: x86 prefetches lines in pairs, and some arm64 cores have lines of
// 128 bytes.
type cursor struct {
	next atomic.Int64
	_    [128 - 8]byte
}

// errGoexit is returned if fn ends its goroutine, for example by calling t.Fatal.
var errGoexit = errors.New("runner: fn ended its goroutine with runtime.Goexit instead of returning")

// outcome returns the error of a run whose workers have all ended.
func (r *run) outcome(ctx, inner context.Context) error {
	if r.finished.Load() == int64(r.items) {
		return nil // even if ctx was cancelled since
	}
	// The cause of inner is the first error of fn or the cause of ctx, whichever came first. An fn
	// that uses ctx itself can return the error of ctx before inner is cancelled. That is not an
	// error of fn.
	err := context.Cause(inner)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	if err == nil {
		return errGoexit
	}
	return err
}

// work is the goroutine of one worker.
func (r *run) work(ctx context.Context, stop context.CancelCauseFunc, id int) {
	w := Worker{ID: id, Node: -1}
	if place := r.places[id]; place.CPUs != nil {
		giveBack, err := bindThread(place.CPUs)
		if err != nil {
			r.noteRefusal(err)
		} else {
			defer giveBack() // the goroutine then ends locked, as bindThread requires
			w.Node, w.Pinned = place.Node, true
		}
	}

	finished := 0
	defer func() { r.finished.Add(int64(finished)) }()
	for _, chunk := range visits(r.places, id) {
		for {
			// One addition takes an item, from any chunk. At the end of a chunk, each worker moves
			// the cursor at most one step too far.
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

// visits returns the order in which a worker goes through the chunks: its own, then those of its
// node, then the others. The search begins after the worker's own chunk, so that helpers are
// distributed over the chunks instead of all helping with the first.
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

// tell calls progress for one more item. The lock keeps the calls separate and in order.
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
