// Package tiff reads the first directory of a TIFF, finds where its samples lie, and lays out the
// tiles of a new file, all without GDAL.
//
// A caller reads samples past GDAL only where [File.Samples], [File.Deflated] or
// [File.RemovablePredictor] says so. They refuse whatever they do not know, and the caller then lets
// GDAL read the file. All functions take
// bytes that nobody has checked: they end with an error and allocate a bounded amount of memory.
package tiff
