package runner

import "runtime"

// bindThread locks the calling goroutine to its thread and restricts the thread to the given CPUs.
// If it fails, nothing has changed.
//
// If it succeeds, the goroutine must call giveBack as its last action and then end, still locked.
// The runtime ends a thread whose goroutine exits locked, so no other goroutine runs with the
// narrowed mask. If the goroutine unlocked the thread instead, the thread would differ from the
// others even after its mask is restored: the kernel remembers that a mask was set and keeps to it
// when the process's cpuset is widened later.
//
// giveBack restores the mask because of the one thread that the runtime cannot end, the main
// thread. That thread is parked forever, but `taskset -p` and /proc/PID/status show its mask as the
// mask of the process.
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
	// An error needs no handling: if the old CPUs are gone, the kernel has already chosen others.
	return func() { _ = setAffinity(before) }, nil
}

// CanPin pins a thread that it then discards, and returns an error if the system refuses. [Assign]
// does not ask the system and cannot know: containers and sandboxes may refuse the call, and
// systems other than Linux do not have it ([errors.ErrUnsupported]).
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
