// Package pixtrend fits a trend to every pixel of a stack of dated rasters.
//
// It is the front door for programs that have samples in memory or bring their own reader, and it
// uses no cgo. Files are read and written by the package raster, which needs GDAL.
//
//   - [Fit] fits a stack in memory.
//   - [Map] hands the series of a stack to any function, a tile at a time, on all cores.
//   - [Stream] fits a stack that fits no memory, window by window, from any [Source] to any [Sink].
//
// A pixel's result depends on its own series and on nothing else, bit for bit: not on the machine's
// instruction set, the number of threads, the windows, or its neighbours. Slopes are a year, in
// stored units times scale. NaN, ±Inf and nodata samples are gaps: each removes one observation,
// never the pixel. What a pixel with too few observations gets stands in package stats.
package pixtrend
