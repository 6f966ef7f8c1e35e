package guard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/pixtrend/pixtrend/kernel"
)

// longest is the time after which a process of a few seconds is taken to wait for a thread that is
// stopped.
const longest = 2 * time.Minute

// errUntraceable: the system does not let a process trace another, as in some containers.
var errUntraceable = errors.New("this system allows no process to be traced")

// stepped returns the counts of the cases of an instruction set that this processor has. It runs
// them in a process of this test, one instruction at a time.
func stepped(isa kernel.ISA) ([]int64, error) {
	runtime.LockOSThread() // only the thread that starts a traced process may control it
	defer runtime.UnlockOSThread()
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	c := exec.CommandContext(ctx, program)
	c.Env = childEnvironment(isa, markByStop)
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errUntraceable, err)
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}()
	s := &stepper{pid: c.Process.Pid, counted: map[uint64]bool{}}
	if _, err := s.wait(); err != nil { // for the start of the program
		return nil, err
	}
	var counts []int64
	for range testCases(isa) {
		n, err := s.count()
		if err != nil {
			return nil, fmt.Errorf("%s, case %d: %w", isa, len(counts), err)
		}
		counts = append(counts, n)
	}
	return counts, nil
}

// stepper controls the main thread of a process.
type stepper struct {
	pid     int
	counted map[uint64]bool // by address: whether the instruction counts
}

// count returns the number of instructions from the next mark to the one after it.
func (s *stepper) count() (n int64, err error) {
	if err := s.next(); err != nil {
		return 0, err
	}
	// With this signal, all threads of the process stop. The steps below are of the main thread alone,
	// so that Go's monitor, which runs on another thread, does not preempt what seems to take so long.
	if err := syscall.PtraceCont(s.pid, int(syscall.SIGSTOP)); err != nil {
		return 0, err
	}
	if _, err := s.wait(); err != nil {
		return 0, err
	}
	for {
		var registers syscall.PtraceRegs
		if err := syscall.PtraceGetRegs(s.pid, &registers); err != nil {
			return 0, err
		}
		if s.counts(registers.PC()) {
			n++
		}
		if err := syscall.PtraceSingleStep(s.pid); err != nil {
			return 0, err
		}
		switch signal, err := s.wait(); {
		case err != nil:
			return 0, err
		case signal == syscall.SIGSTOP:
			return n, syscall.Kill(s.pid, syscall.SIGCONT) // for the other threads
		case signal != syscall.SIGTRAP:
			return 0, fmt.Errorf("it got the signal %v", signal)
		}
	}
}

// next continues the process until its next mark.
func (s *stepper) next() error {
	for {
		if err := syscall.PtraceCont(s.pid, 0); err != nil {
			return err
		}
		if signal, err := s.wait(); err != nil || signal == syscall.SIGSTOP {
			return err
		}
	}
}

// wait waits until the process stops, and returns the signal that stopped it.
func (s *stepper) wait() (syscall.Signal, error) {
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(s.pid, &status, syscall.WALL, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 0, err
		case status.Signaled():
			return 0, fmt.Errorf("it was ended by the signal %v", status.Signal())
		case !status.Stopped():
			return 0, fmt.Errorf("it ended with status %d", status.ExitStatus())
		default:
			return status.StopSignal(), nil
		}
	}
}

// counts reports whether the instruction at an address belongs to this module. The process runs the
// program of this test, so its functions have the same addresses.
func (s *stepper) counts(address uint64) bool {
	counts, known := s.counted[address]
	if !known {
		counts = isCounted(functionAt(uintptr(address)))
		s.counted[address] = counts
	}
	return counts
}

// functionAt returns the name of the function at an address: the outer one if another is inlined
// there.
func functionAt(address uintptr) string {
	f := runtime.FuncForPC(address)
	if f == nil {
		return ""
	}
	return runtime.FuncForPC(f.Entry()).Name()
}

const module = "github.com/pixtrend/pixtrend/"

// isCounted reports whether the instructions of a function count: those of this module, but not of
// this package.
func isCounted(function string) bool {
	return strings.HasPrefix(function, module) && !strings.HasPrefix(function, module+"bench/")
}
