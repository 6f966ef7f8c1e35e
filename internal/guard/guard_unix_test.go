//go:build unix

package guard

import (
	"os"
	"os/exec"
	"testing"
	"unsafe"
)

// sink keeps the compiler from removing a read.
var sink byte

// TestGuardIsFatal reads a byte beyond either end of a buffer in another process, which must crash.
func TestGuardIsFatal(t *testing.T) {
	switch side := os.Getenv("PIXTREND_GUARD_SIDE"); side {
	case "head":
		b := Head(t, 100)
		sink = *(*byte)(unsafe.Add(unsafe.Pointer(&b[0]), -1))
		return
	case "tail":
		b := Tail(t, 100)
		sink = *(*byte)(unsafe.Add(unsafe.Pointer(&b[99]), 1))
		return
	}
	for _, side := range []string{"head", "tail"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestGuardIsFatal$")
		cmd.Env = append(os.Environ(), "PIXTREND_GUARD_SIDE="+side)
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Errorf("a read beyond the %s of a guarded buffer went through:\n%s", side, out)
		}
	}
}
