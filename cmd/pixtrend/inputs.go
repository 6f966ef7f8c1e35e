package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/raster"
)

// addInputFlags defines the flags that select the bands of the inputs.
func addInputFlags(cmd *cobra.Command, o *raster.OpenOptions, drivers *[]string) {
	group(cmd, "Input", func(flags *pflag.FlagSet) {
		option(flags, &o.Band, "band", "", "N", "fit band N of each raster (default: the only one; bands that all have a date in their description are dates)", atLeast(1))
		option(flags, &o.Index, "index", "", "INDEX",
			"fit an INDEX of two bands of each raster: nd:A,B, (A − B)/(A + B), such as nd:4,3 for NDVI; ratio:A,B, A/B; or diff:A,B, A − B", raster.ParseIndex)
		repeated(flags, drivers, "if", "DRIVER", "open files of GeoTIFF and of this GDAL DRIVER alone, such as VRT; may be repeated", checkDriver)
		option(flags, &o.Variable, "variable", "", "NAME", "fit the variable NAME of files that hold several, as NetCDF, Zarr, HDF5, HDF4 and GRIB do", named("a variable, such as t2m"))
		option(flags, &o.Asset, "asset", "", "NAME",
			"fit the asset NAME of each item in a file of STAC items: its key, such as nir08, or the name of its band (default: the only raster); see pixtrend help stac", parseAsset)
		flags.BoolVar(&o.Recursive, "recursive", false, "also search the folders in a folder that is an INPUT")
	})
	complete(cmd, "index", "nd:", "ratio:", "diff:")
	addGridFlags(cmd, o)
}

// addGridFlags defines the flags that bring rasters to one grid.
func addGridFlags(cmd *cobra.Command, o *raster.OpenOptions) {
	group(cmd, "Grid", func(flags *pflag.FlagSet) {
		option(flags, &o.Extent, "extent", "", "HOW",
			"cut and pad rasters that have pixels of one grid to the union or the intersection of all, or to the first: HOW is union, intersection or first (default: refuse rasters that differ)",
			checked(raster.CheckExtent))
		option(flags, &o.ToGrid, "to-grid", "", "GRID",
			"resample rasters on other grids to GRID as they are read: first, a raster that has the grid, or a CRS and a pixel size such as EPSG:32618,30; see pixtrend help grids", checked(raster.CheckGrid))
		option(flags, &o.Resample, "resample", "", "METHOD",
			"resample with METHOD: nearest, bilinear, cubic, cubicspline, lanczos, average or mode (default bilinear; masks and bands with a colour table always nearest)", checked(raster.CheckResample))
	})
	complete(cmd, "extent", raster.ExtentUnion, raster.ExtentIntersection, raster.ExtentFirst)
	complete(cmd, "resample", "nearest", "bilinear", "cubic", "cubicspline", "lanczos", "average", "mode")
}

// checked returns a parser of texts that check allows.
func checked(check func(string) error) func(string) (string, error) {
	return func(s string) (string, error) { return s, check(s) }
}

// lineFlags defines the flags of the line and its fields.
func lineFlags(flags *pflag.FlagSet, o *pixtrend.Options) {
	option(flags, &o.Confidence, "confidence", "", "LEVEL",
		"LEVEL of confidence of slope_lo, slope_hi, sen_lo and sen_hi (default 0.95)", parseConfidence)
	option(flags, &o.InterceptAt, "intercept-at", "", "DATE",
		"compute the intercept at DATE: a year or a day, whichever the inputs have, or a number for --x (default: year 0, 1970-01-01, or 0)", parseInterceptAt)
	option(flags, &o.MinObs, "min-obs", "", "N", "fit only pixels with N observations or more (default 2, or with a model the number of its coefficients plus 1)", atLeast(2))
}

// parseAsset reads the name of an asset.
func parseAsset(s string) (string, error) {
	if s == "" {
		return "", errors.New("name an asset, such as nir08")
	}
	return s, nil
}

// checkInputs checks the arguments that name inputs. It opens no file.
func checkInputs(inputs []string) error {
	switch {
	case len(inputs) == 0:
		return usagef("no input: name files, a folder or a quoted pattern such as 'ndvi_*.tif'")
	case slices.Contains(inputs, ""):
		return usagef("an input has an empty name")
	}
	return nil
}

// checkStackFlags checks the flags that say how inputs make a stack. It opens no file.
func checkStackFlags(cmd *cobra.Command, o raster.OpenOptions) error {
	if err := checkDateFlags(cmd.Flags(), o); err != nil {
		return err
	}
	if err := checkGapFlags(cmd.Flags()); err != nil {
		return err
	}
	if err := checkRegionFlags(cmd.Flags()); err != nil {
		return err
	}
	_, err := isaFromEnv(cmd)
	return err
}

// withGTiff adds the driver of GeoTIFF to those that were named; nil if none was.
func withGTiff(drivers []string) []string {
	if len(drivers) == 0 {
		return nil
	}
	return append([]string{"GTiff"}, drivers...)
}
