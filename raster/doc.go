// Package raster joins the trend engine to raster files: it opens and checks a stack of dated
// GeoTIFFs, reads it in windows, and writes the results as a GeoTIFF, through GDAL. It is the only
// package of the project that uses cgo.
//
//	summary, err := raster.FitFiles(ctx, []string{"ndvi_*.tif"}, "slope.tif", raster.Options{})
//
// Inputs are only read. An output is written to a temporary file beside its target, checked, brought
// to the disk and renamed: a run that fails or is killed leaves nothing under the target's name.
//
// Inputs may be on servers, as GDAL names them (/vsicurl/, /vsis3/, …) or as URLs. What GDAL is told for
// them is told for each call: options that the program, its environment or a configuration file sets are left as
// they are, and come first.
//
// Rasters need not be trusted: only drivers on a list are opened (GTiff, unless others are asked
// for by name), and sizes are checked before memory is taken for them.
package raster
