package main

import (
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
		repeated(flags, drivers, "if", "DRIVER", "also open files of this GDAL DRIVER, such as VRT; may be repeated", checkDriver)
		flags.BoolVar(&o.Recursive, "recursive", false, "also search the folders in a folder that is an INPUT")
	})
	complete(cmd, "index", "nd:", "ratio:", "diff:")
}

// lineFlags defines the flags of the line and its fields.
func lineFlags(flags *pflag.FlagSet, o *pixtrend.Options) {
	option(flags, &o.Confidence, "confidence", "", "LEVEL",
		"LEVEL of confidence of slope_lo, slope_hi, sen_lo and sen_hi (default 0.95)", parseConfidence)
	option(flags, &o.InterceptAt, "intercept-at", "", "DATE",
		"compute the intercept at DATE: a year or a day, whichever the inputs have, or a number for --x (default: year 0, 1970-01-01, or 0)", parseInterceptAt)
	option(flags, &o.MinObs, "min-obs", "", "N", "fit only pixels with N observations or more (default 2, or with a model the number of its coefficients plus 1)", atLeast(2))
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
