// Package raster joins the trend engine to raster files. It opens and checks a stack of dated
// GeoTIFFs, reads it in windows, and writes the results as a GeoTIFF or a COG.
//
//	summary, err := raster.FitFiles(ctx, []string{"ndvi_*.tif"}, "slope.tif", raster.Options{})
//
// # Functions
//
// [FitFiles] fits files. [Prepare] and [Job.Run] are its two steps: Prepare checks all that can be
// checked and writes nothing. [Open] returns a [Stack], which is a pixtrend.Source, and [output.Create]
// an [output.File], which is a pixtrend.Sink. [Inspect] reports on a stack that need not be fit for a
// fit, [ReadSeries] on one pixel, and [ReadRegionSeries] on the mean of a region. [OpenTrend] reads a
// result. [Job.FitShard] and [Job.Merge] do in pieces what Run does; package job is about these.
//
// Every function that opens or reads files takes a context. When the context ends, the function
// returns its cause. GDAL cannot be interrupted in a request to a server; such a request ends in
// the background, after half a minute at most.
//
// # Files
//
// Inputs are only read. An output is written to a temporary file beside its target, checked, synced
// to the disk and renamed. A run that fails or is killed leaves nothing under the target's name.
//
// Inputs may be on servers, named as GDAL names them (/vsicurl/, /vsis3/, …) or by URL. GDAL
// options for remote files are set per call. Options that the program, its environment or a
// configuration file has set take precedence.
//
// Rasters need not be trusted. Only drivers on a list open them: that of their format, of a few, or
// those that [OpenOptions.Drivers] names. Sizes are checked before memory is allocated for them.
//
// # Memory
//
// [Options.Memory] bounds a fit, whatever the size of the stack: half of it is for tiles and
// results, a quarter for blocks of the files, and the rest for open files and the program. GDAL's
// block cache is one for the process; fits that run at the same time share it.
//
// # Errors
//
// An error is one sentence that a person can act on. It wraps [ErrInput] or [ErrOutput] if a file
// is at fault. Options that would help are named by their Go fields; [Sentence] and
// [OpenOptions.Explain] name them otherwise, such as by the flags of a command.
//
// docs/measured.md has what was measured of reading and writing, and what brought no gain.
package raster
