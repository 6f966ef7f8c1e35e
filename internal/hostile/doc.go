// Package hostile makes rasters that lie: TIFFs that are damaged or malformed in some twenty ways, and the
// files beside them. The same seed gives the same files. It is for tests, of which that of
// cmd/pixtrend holds what the program makes of such files against what GDAL reads.
//
//	m := hostile.New(seed)
//	err := m.Write(dir)
package hostile
