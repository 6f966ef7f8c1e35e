//go:build race

// Package race tells the race detector which memory assembly reads and writes, since the detector
// does not see it. Without the detector its functions do nothing.
package race

import (
	"runtime"
	"unsafe"
)

// Enabled says whether the race detector is on.
const Enabled = true

// Read reports that s is read.
func Read[T any](s []T) {
	if len(s) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
	}
}

// Write reports that s is written.
func Write[T any](s []T) {
	if len(s) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
	}
}
