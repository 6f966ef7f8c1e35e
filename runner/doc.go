// Package runner distributes numbered items of work over worker goroutines that run on chosen CPUs.
//
// The caller decides what the number of an item means, for example a window or a tile. The runner
// decides which worker processes the item and on which CPU.
//
//	rep, err := runner.Run(ctx, len(windows), runner.Options{},
//		func(ctx context.Context, w runner.Worker, item int) error {
//			return fit(ctx, windows[item], &scratch[w.ID])
//		})
//
// # Contract
//
//   - Every item is given to exactly one call of fn. If [Run] returns nil, each of them returned
//     nil.
//   - A worker makes one call at a time, so state indexed by [Worker.ID] needs no lock.
//   - The first error stops the run. No further item is begun, the contexts of running calls are
//     cancelled, and Run returns the error when these calls have returned. A cancelled parent
//     context stops the run in the same way, and Run returns its [context.Cause].
//   - A panic in fn is not recovered. It ends the process with its own stack trace.
//   - Run leaves no goroutine behind, and no thread with a narrowed CPU mask.
//   - The CPU of a worker affects only speed. If the system refuses pinning, the same work is done
//     unpinned, and [Report] has the reason.
//
// # Distribution of items
//
// The items are divided into one contiguous chunk per worker, in the order of the workers. The
// sizes of chunks differ by at most one item. Workers of one NUMA node are neighbours, and so are
// their items. A worker takes items from the front of its own chunk. When its chunk is empty, it
// takes items from other chunks, those of its own node first, so that a slow chunk does not leave
// other workers idle. [Assign] returns the distribution without starting anything.
//
// # First touch
//
// Linux places a page on the NUMA node of the CPU that first writes to it. Memory that a worker
// maps and writes inside fn is therefore local to it, so scratch memory should be allocated in the
// first call with a given Worker.ID, and not before Run. The Go heap guarantees this only for
// memory that is new from the system; reused memory stays on the node where it was first written.
// Large buffers that must be local should come from an anonymous mapping.
//
// # Effects of pinning
//
// A pinned worker is locked to its thread, and waking it through a channel takes several
// microseconds longer. So an item should be a window, not a pixel. Threads that C code starts
// inside fn inherit the CPU mask of the worker, and so do child processes. [Machine] called inside
// fn returns only the CPUs of the worker. Two runs at the same time in one process are planned
// independently of each other; give each its own [Topology].
package runner
