//go:build race

package layout

import (
	"runtime"
	"unsafe"
)

// The race detector does not see what assembly reads and writes: these tell it.

func raceRead(b []byte)  { runtime.RaceReadRange(unsafe.Pointer(&b[0]), len(b)) }
func raceWrite(b []byte) { runtime.RaceWriteRange(unsafe.Pointer(&b[0]), len(b)) }
