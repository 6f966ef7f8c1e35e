//go:build race

package kernel

import (
	"runtime"
	"unsafe"
)

// The race detector does not see what assembly reads and writes: these tell it.

func raceTile(t Tile) {
	for i := range t.Dates {
		runtime.RaceReadRange(unsafe.Pointer(&t.Data[i*t.Stride*t.Type.Size()]), t.Pixels*t.Type.Size())
	}
}

func raceWrite(s []float64) {
	runtime.RaceWriteRange(unsafe.Pointer(&s[0]), 8*len(s))
}
