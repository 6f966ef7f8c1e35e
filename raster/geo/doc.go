// Package geo computes where rasters lie on the earth: their grids, the places and areas of their pixels,
// and which pixels lie in polygons.
//
//	grid := trend.Grid // of raster.OpenTrend
//	x, y, err := grid.FromLonLat(-81.2, 42.3)
//	pixels, err := geo.Vector{File: "basin.gpkg"}.Cover(ctx, grid, "trend.tif", "", 64<<20)
//
// A [Grid] is a size, an affine transform and a CRS. [Grid.Difference] compares two: pixels that lie
// within [SamePixel] of each other are the same, whatever the spelling of the CRS. [Lattice] finds rasters
// whose pixels are those of one grid, [Grid.Outlines] and [Vector] read vector files, and
// [Grid.PixelAreas] computes areas on the ellipsoid.
//
// Coordinates are in the order x, y or longitude, latitude. PROJ takes some ten milliseconds for a CRS
// that is new to it.
package geo
