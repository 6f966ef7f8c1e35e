package tiff

import (
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

func TestUndo(t *testing.T) {
	b := kernel.Bytes([]uint16{1, 2, 65535, 10, 65530, 10})
	Undo(2, b, 3, 2, nil)
	want := []uint16{1, 3, 2, 10, 4, 14}
	for i, x := range want {
		if got := uint16(b[2*i]) | uint16(b[2*i+1])<<8; got != x {
			t.Errorf("sample %d is %d, want %d", i, got, x)
		}
	}
}
