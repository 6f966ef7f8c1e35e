package kernel

import (
	"os"
	"testing"
)

// Where somebody says which ISA this processor must get, as scripts/cross-isa.sh does of each that it
// emulates, it is the best one: an emulator that ignores what it is asked for must not pass unseen.
func TestBestISA(t *testing.T) {
	want := os.Getenv("PIXTREND_WANT_ISA")
	if want == "" {
		t.Skip("PIXTREND_WANT_ISA does not say which ISA to expect")
	}
	if got := Best().ISA().String(); got != want {
		t.Fatalf("the best ISA is %s, want %s: available are %v", got, want, Available())
	}
}
