package kernel

import (
	"os"
	"testing"
)

// PIXTREND_WANT_ISA names the ISA that Best must choose. scripts/cross-isa.sh sets it for each
// processor that it emulates, so that an emulator of another processor does not go unnoticed.
func TestBestISA(t *testing.T) {
	want := os.Getenv("PIXTREND_WANT_ISA")
	if want == "" {
		t.Skip("PIXTREND_WANT_ISA does not say which ISA to expect")
	}
	if got := Best().ISA().String(); got != want {
		t.Fatalf("the best ISA is %s, want %s: available are %v", got, want, Available())
	}
}

// emulated reports whether scripts/cross-isa.sh runs the tests under qemu-user, where they take some
// thirty times as long. Tests with a large matrix of cases then leave out more of it than -short
// does.
func emulated() bool { return os.Getenv("PIXTREND_WANT_ISA") != "" }
