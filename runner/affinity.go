package runner

import "runtime"

// bindThread locks the calling goroutine to its thread and lets that thread run on the given CPUs
// only. If it fails, nothing has changed.
//
// If it succeeds, the goroutine must call giveBack as its last act and then end, still locked: the
// runtime ends a thread whose goroutine exits locked, so the narrowed mask can reach no other
// goroutine. Unlocking instead would hand the thread on, and even with its mask set back it would
// differ from the others: the kernel remembers that a mask was asked for, and keeps to it when the
// process's cpuset is widened later.
//
// giveBack sets the former mask back for the sake of the one thread that the runtime cannot end, the
// main thread. It is parked for good, but its mask is what `taskset -p` and /proc/PID/status show as
// the mask of the process.
func bindThread(cpus []int) (giveBack func(), err error) {
	runtime.LockOSThread()
	before, err := allowedCPUs()
	if err == nil {
		err = setAffinity(cpus)
	}
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	// No error to handle: if the old CPUs are gone, the kernel has already chosen others.
	return func() { _ = setAffinity(before) }, nil
}

// CanPin reports whether a worker could be pinned here and now, nil if so, by pinning a thread that
// is thrown away. It is what [Assign], which asks the system nothing, cannot know: containers and
// sandboxes may refuse the call, and systems other than Linux do not have it
// ([errors.ErrUnsupported]).
func CanPin() error {
	result := make(chan error)
	go func() {
		allowed, err := allowedCPUs()
		if err != nil {
			result <- err
			return
		}
		giveBack, err := bindThread(allowed[:1])
		if err == nil {
			giveBack()
		}
		result <- err
	}()
	return <-result
}
