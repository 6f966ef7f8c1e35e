//go:build race

package kernel

import (
	"runtime"
	"unsafe"
)

// The race detector does not see what assembly reads and writes: these tell it.

func raceTile(t Tile) {
	size := t.Type.Size()
	if t.Packed {
		runtime.RaceReadRange(unsafe.Pointer(&t.Data[0]), t.Dates*t.Panels()*PanelPixels*size)
		return
	}
	for i := range t.Dates {
		runtime.RaceReadRange(unsafe.Pointer(&t.Data[i*t.Stride*size]), t.Pixels*size)
		if t.Mask.Data != nil {
			runtime.RaceReadRange(unsafe.Pointer(&t.Mask.Data[t.Mask.bytes(i*t.Mask.Stride)]), t.Mask.bytes(t.Pixels))
		}
	}
}

func raceWrite[F Float](s []F) {
	if len(s) == 0 {
		return
	}
	runtime.RaceWriteRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
}
