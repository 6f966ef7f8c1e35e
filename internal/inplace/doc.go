// Package inplace shows the samples of files where the system has them in memory, in its page cache.
// A fit of files that were written or read before then copies no samples: reading them takes twice as long
// as computing slopes from them.
//
// A file that is cut short while it is mapped, or whose disk fails, makes the system send the process
// a signal (SIGBUS) in place of samples. Planes.Use turns it into an error.
package inplace

import "os"

// Piece is a part of a plane whose samples follow each other in the file.
type Piece struct {
	FileAt int64 // where the file has it, in bytes
	Bytes  int64
}

// Source is planes of one size whose samples lie in files.
type Source struct {
	Planes     int
	PlaneBytes int64
	SampleSize int
	// Pieces returns the parts of a plane in their order.
	Pieces func(plane int) []Piece
	// With calls fn with the open file of a plane.
	With func(plane int, fn func(*os.File) error) error
}
