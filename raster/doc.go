// Package raster joins the trend engine to raster files: it opens and checks a stack of dated
// GeoTIFFs, reads it in windows, and writes the results as a GeoTIFF or a COG, through GDAL. It is
// the only package of the project that uses cgo.
//
//	summary, err := raster.FitFiles(ctx, []string{"ndvi_*.tif"}, "slope.tif", raster.Options{})
//
// Inputs are only read. An output is written to a temporary file beside its target, checked, brought
// to the disk and renamed: a run that fails or is killed leaves nothing under the target's name.
//
// Uncompressed tiles do not go through GDAL. It makes the header; the tiles have their places behind
// it, in room that is reserved beforehand, and each is written at once when the windows that it spans
// have come. Set against writes through GDAL's block cache in one run, on Zen 5, 4096 × 4096 float32
// in windows of a few rows take a third of the time until they are on the disk, and 0.6 of it on a file
// system in memory, where finding pages is most of what is left. Mapping the file took 1.3 to 1.8 times
// as long as writing whole tiles, writing their rows as they come 2 to 4 times. The disk is at work
// meanwhile: all of it at the end took 1.4 times as long. Every other file is a copy that GDAL makes
// of such a one: see [File].
//
// Whole blocks of compressed files are decoded into the tile, and a predictor is taken off here (blocks.go), so that a
// fit takes about as long as GDAL takes to decode the blocks alone: int16 in 256 × 256 tiles on two threads, 1.04
// times as long with DEFLATE, 0.90 with ZSTD, 0.99 with LZW; 1.26, 1.50 and 1.25 through the block cache.
//
// What a fit of 21 uncompressed files of 4096 × 4096 float32 takes 155 ms for, two threads, page cache warm: 41 are the
// loading of GDAL's 115 libraries, 15 what PROJ needs to find the CRS, 47 reading 1.4 GB, which nobody does faster, 13
// the fit, 20 writing 67 MB; the rest is opening, the header and the end. Of 827 × 883 pixels, 72 ms, most is the first two. Tried
// without gain: mapping the files (1.3 times as long as reading on a file system in memory, 0.8 on ext4, and a
// file cut short would be a fault); finding the CRS in the background (the header waits for it); more windows of results
// in wait for the header.
//
// Inputs may be on servers, as GDAL names them (/vsicurl/, /vsis3/, …) or as URLs. What GDAL is told for
// them is told for each call: options that the program, its environment or a configuration file sets are left as
// they are, and come first.
//
// Rasters need not be trusted: only drivers on a list are opened (GTiff, unless others are asked
// for by name), and sizes are checked before memory is taken for them.
package raster
