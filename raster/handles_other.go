//go:build !unix

package raster

// handleLimit returns how many files may be kept open: the C library's streams end at 512.
func handleLimit() int64 { return 400 }
