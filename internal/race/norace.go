//go:build !race

// Package race tells the race detector which memory assembly reads and writes, since the detector
// does not see it. Without the detector its functions do nothing.
package race

// Enabled says whether the race detector is on.
const Enabled = false

// Read reports that s is read.
func Read[T any]([]T) {}

// Write reports that s is written.
func Write[T any]([]T) {}
