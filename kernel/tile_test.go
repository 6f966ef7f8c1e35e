package kernel

import (
	"bytes"
	"testing"
)

// The memory of a plane is that of its samples, wherever they lie in a tile, and a packed tile has no planes.
func TestPlaneBytes(t *testing.T) {
	samples := []int16{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	tile := TileOf(samples, 4, 3, 3).Slice(1, 3)
	for date := range 3 {
		if got, want := tile.PlaneBytes(date), Bytes(samples[4*date+1:][:2]); !bytes.Equal(got, want) {
			t.Errorf("date %d: % x, want % x", date, got, want)
		}
	}
	clear(tile.PlaneBytes(1))
	if samples[4] != 5 || samples[5] != 0 || samples[6] != 0 || samples[7] != 8 {
		t.Errorf("%v: other samples are cleared than those of the plane", samples)
	}
	tile.Packed = true
	defer func() {
		if recover() == nil {
			t.Error("a packed tile has a plane")
		}
	}()
	tile.PlaneBytes(0)
}
