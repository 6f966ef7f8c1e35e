// Package trendmap draws the map of a band of a trend raster, as pixtrend fit writes them: classes by quantile, of equal
// width or by limits that are given, with the legend, the share of pixels, the scale bar and north that package render
// makes of them, as PNG or SVG; and the same classes for QGIS and for gdaldem.
//
//	m, err := trendmap.Draw(ctx, "trend.tif", "map.png", trendmap.Options{})
//
// It reads through package raster, and so through GDAL, in bounded memory however large the raster is.
package trendmap
