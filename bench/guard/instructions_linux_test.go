package guard

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

var update = flag.Bool("update", false, "record the numbers of instructions")

const recorded = "testdata/instructions.txt"

// In a process that runs the cases, childISA names the instruction set and childMark how it marks
// where one begins and ends.
const (
	childISA     = "PIXTREND_GUARD_ISA"
	childMark    = "PIXTREND_GUARD_MARK"
	markByStop   = "stop" // for a process that is traced
	markByAsking = "ask"  // for an emulator that logs system calls
)

// childEnvironment returns the environment of a process that runs the cases.
func childEnvironment(isa kernel.ISA, mark string) []string {
	// A signal that preempts a goroutine would be one more thing to step through.
	return append(os.Environ(), childISA+"="+isa.String(), childMark+"="+mark, "GODEBUG=asyncpreemptoff=1")
}

func init() {
	if os.Getenv(childISA) != "" {
		runtime.LockOSThread() // to the main thread, which is the one that is traced
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(childISA) == "" {
		os.Exit(m.Run())
	}
	if err := child(os.Getenv(childISA), os.Getenv(childMark)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child runs the cases.
func child(name, how string) error {
	isa, err := kernel.ParseISA(name)
	if err != nil {
		return err
	}
	k, err := kernel.New(isa)
	if err != nil {
		return err
	}
	ask := func() { syscall.Getppid() } // the runtime does not ask for it
	if how == markByAsking {
		runCases(k, ask, ask)
		return nil
	}
	// A raw system call does not let another thread take over.
	pid, thread := uintptr(os.Getpid()), uintptr(syscall.Gettid())
	stop := func() { _, _, _ = syscall.RawSyscall(syscall.SYS_TGKILL, pid, thread, uintptr(syscall.SIGSTOP)) }
	begin := func() {
		runtime.Gosched() // for a whole time slice
		stop()
		// All other threads are stopped now. If the scheduler ends the time slice, it must not wait for
		// one of them to return the goroutine to its thread.
		runtime.UnlockOSThread()
	}
	end := func() {
		runtime.LockOSThread()
		stop()
	}
	runCases(k, begin, end)
	return nil
}

// TestInstructions compares the instructions of kernels and of fits of tiles with those recorded.
func TestInstructions(t *testing.T) {
	if os.Getenv("PIXTREND_LONG") == "" {
		t.Skip("takes half a minute: set PIXTREND_LONG")
	}
	for _, isa := range []kernel.ISA{kernel.Generic, kernel.AVX2, kernel.AVX512, kernel.NEON} {
		t.Run(isa.String(), func(t *testing.T) {
			var counts []int64
			var err error
			switch _, missing := exec.LookPath("qemu-aarch64"); {
			case slices.Contains(kernel.Available(), isa):
				if isa == kernel.Generic && runtime.GOARCH != "amd64" {
					t.Skip("the numbers of the portable code are recorded on amd64")
				}
				counts, err = stepped(isa)
			case isa == kernel.NEON && missing == nil:
				counts, err = emulated(isa, t.TempDir())
			case isa == kernel.NEON:
				t.Skip("SKIPPED, NOT TESTED: qemu-aarch64, which counts the instructions of arm64, is not installed (Debian: qemu-user)")
			default:
				t.Skipf("SKIPPED, NOT TESTED: this processor does not have %s", isa)
			}
			if errors.Is(err, errUntraceable) {
				t.Skip("SKIPPED, NOT TESTED: ", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, want := len(counts), len(testCases(isa)); got != want {
				t.Fatalf("%d cases were counted, want %d", got, want)
			}
			prefix, named := "isa="+isa.String()+"/", Counts{}
			for i, c := range testCases(isa) {
				named[prefix+c.name] = counts[i]
				t.Logf("%9d  %s", counts[i], prefix+c.name)
			}
			compare := Check
			if *update {
				compare = Update
			}
			if err := compare(recorded, prefix, named); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCountLog counts the lines of a log of qemu 7.2.
func TestCountLog(t *testing.T) {
	const line = "Trace 0: 0x7f5e8c000100 [00000000/0000000000011000/00000000/00000000] "
	log := line + "\n9 getppid() = 8\n" + line + "\n9 futex(0x1) = 0\n" + line + "\n9 getppid() = 8\n" +
		line + "\n9 getppid() = 8\n9 getppid() = 8\n"
	counts, err := countLog(strings.NewReader(log))
	if err != nil || !slices.Equal(counts, []int64{2, 0}) {
		t.Errorf("%v, %v, want 2 and 0", counts, err)
	}
}
