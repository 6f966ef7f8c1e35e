// Package output writes rasters: GeoTIFFs, cloud-optimized GeoTIFFs, NetCDF and Zarr.
//
//	file, err := output.Create("slope.tif", output.Spec{Width: width, Height: height,
//		Type: kernel.Float32, Bands: []output.Band{{Name: "slope"}}})
//	if err != nil {
//		return err
//	}
//	defer file.Abort()
//	if _, err := pixtrend.Stream(ctx, source, file, pixtrend.Options{}); err != nil {
//		return err
//	}
//	return file.Commit()
//
// [Create] returns a [File], which is a pixtrend.Sink: it is given each window of the raster once, in
// any order, by several goroutines. Create checks all that [Spec] asks for, and [Spec.Check] checks the
// format and the creation options without a file. [WriteMosaics] writes VRTs that show parts as one raster.
//
// # Files
//
// A file is written under a temporary name beside its target. Commit checks it, syncs it to the disk
// and renames it. [Files] get their names together. A program that fails or is killed leaves nothing
// under the name of the target, and a file that had the name before is unchanged.
//
// # Memory
//
// [Spec.Memory] bounds the tiles that are not complete, and [Spec.CopyMemory] the making of a compressed
// file.
//
// # Errors
//
// An error is one sentence that a person can act on. It wraps ErrOutput of package raster.
package output
