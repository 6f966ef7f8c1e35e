// Package trendmap draws the map of a band of a trend raster, as pixtrend fit writes them, and the
// plot of the series of a pixel. It finds classes by quantile or of equal width, or takes limits
// that are given, and has package render draw them as PNG, SVG or PDF, with a legend, the share of
// pixels, coordinates, outlines, a scale bar and north. It writes the same classes for QGIS and for
// gdaldem.
//
//	m, err := trendmap.Draw(ctx, "trend.tif", "map.png", trendmap.Options{})
//
// The package reads through package raster, and so through GDAL, in bounded memory however large
// the raster is.
package trendmap
