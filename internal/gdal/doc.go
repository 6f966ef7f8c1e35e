// Package gdal has every call of godal and of GDAL's C API, and owns what is global in GDAL:
// registered drivers, the block cache, the file system that hides predictors, and the thread for
// coordinate systems. Package bench/pipeline, which measures GDAL itself, is the one exception.
package gdal
