// Package runner spreads numbered items of work over worker goroutines that sit on chosen CPUs.
//
// An item is whatever the caller makes of a number: a window, a tile. The runner decides who works
// on it and where, and knows nothing of what is in it.
//
//	rep, err := runner.Run(ctx, len(windows), runner.Options{},
//		func(ctx context.Context, w runner.Worker, item int) error {
//			return fit(ctx, windows[item], &scratch[w.ID])
//		})
//
// # Contract
//
//   - Every item is given to exactly one call of fn. If [Run] returns nil, each of them returned nil.
//   - A worker makes one call at a time, so state indexed by [Worker.ID] needs no lock.
//   - The first error stops the run: no further item is begun, the calls under way find their context
//     cancelled, and Run returns that error once all of them are back. A cancelled parent context
//     stops the run in the same way, and its [context.Cause] is returned.
//   - A panic in fn is not recovered. It ends the process with its own stack trace.
//   - Run leaves no trace: no goroutine, and no thread with a narrowed CPU mask.
//   - Where a worker runs is a matter of speed. It never decides whether an item is done, and a
//     machine that refuses pinning gets the same work done unpinned, with the reason in [Report].
//
// # Who works where
//
// The items are cut into one contiguous chunk a worker, of equal size to within one item, in the
// order of the workers; workers of one NUMA node are neighbours, and so are their items. A worker
// takes items from the front of its own chunk. When that is empty it helps with the others, those of
// its own node first, so a slow chunk costs no idle time at the end. [Assign] returns all this
// without starting anything.
//
// # First touch
//
// Linux puts a page on the node of the CPU that first writes to it. What a worker maps and writes
// inside fn is therefore local to it, which is the way to allocate scratch: on the first call with a
// given Worker.ID, not before Run. The Go heap promises this only for memory fresh from the system;
// a recycled span stays on the node where it was first touched. Large buffers that must be local
// should come from an anonymous mapping.
//
// # What pinning touches
//
// A pinned worker is locked to its thread, which makes waking it through a channel several
// microseconds dearer: hand over work by the window, not by the pixel. Threads that C code starts
// inside fn inherit the worker's mask, and so do child processes. [Machine] called inside fn sees
// the worker's CPUs only. Two runs at once in one process each plan as if they were alone; give them
// a [Topology] each.
package runner
