// Package zones summarizes a band of a raster in each polygon of a vector file: how many pixels lie in it, their mean and
// quantiles, how many of them rise and fall significantly, and their areas.
//
//	table, err := zones.Of(ctx, "trend.tif", zones.Options{Polygons: geo.Vector{File: "districts.gpkg"}, Name: "district"})
//
// A pixel lies in a polygon if its centre does, see geo.Vector. Each feature of the file is a row, in the order of the file,
// and a pixel in several features counts in each. Areas are those on the ellipsoid, see geo.PixelAreas. Mean and quantiles
// count each pixel once, whatever its area.
//
// The raster is read window by window, and never as a whole: once for counts, means and areas, and again for quantiles, which are
// exact. Where the values do not fit the memory, they are counted in classes first, and only those in the classes of a quantile
// are kept.
package zones
