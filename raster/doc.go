// Package raster joins the trend engine to raster files: it opens and checks a stack of dated
// GeoTIFFs, reads it in windows, and writes the results as a GeoTIFF, through GDAL. It is the only
// package of the project that uses cgo.
//
//	summary, err := raster.FitFiles(ctx, []string{"ndvi_*.tif"}, "slope.tif", raster.Options{})
//
// Inputs are only read. An output is written to a temporary file beside its target, checked, brought
// to the disk and renamed: a run that fails or is killed leaves nothing under the target's name.
//
// Rasters need not be trusted: only drivers on a list are opened (GTiff, unless others are asked
// for by name), and sizes are checked before memory is taken for them.
package raster
