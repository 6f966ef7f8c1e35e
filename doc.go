// Package pixtrend fits a trend to every pixel of a stack of dated rasters.
//
// It is the front door for programs that have samples in memory or bring their own reader. It uses
// no cgo. The package raster, which needs GDAL, reads and writes files.
//
//   - [Fit] fits a stack in memory.
//   - [Map] passes the series of a stack to any function, a tile at a time, on all cores.
//   - [Stream] fits a stack that is larger than memory, window by window, from any [Source] to any
//     [Sink].
//
// For example, the slopes of yearly rasters, one after another in a slice:
//
//	stack, err := pixtrend.NewStack(samples, layout.BSQ, width, height, pixtrend.Years(2001, 2020))
//	result, err := pixtrend.Fit(ctx, stack, pixtrend.Options{})
//	slopes := result.Planes[0]
//
// A pixel's result depends on its own series and on nothing else, bit for bit: not on the machine's
// instruction set, the number of threads, the windows, or its neighbours. Slopes are per year by
// default, in stored units times scale. NaN, ±Inf and nodata samples are gaps: each removes one
// observation, never the pixel. docs/semantics.md defines the fields, and their values for pixels
// with too few observations.
package pixtrend
