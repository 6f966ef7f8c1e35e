package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/raster"
)

// addInputFlags defines the flags that choose what is fitted of the inputs.
func addInputFlags(cmd *cobra.Command, o *raster.OpenOptions, drivers *[]string) {
	group(cmd, "Input", func(flags *pflag.FlagSet) {
		option(flags, &o.Band, "band", "", "N", "fit band N of each raster (default: the only one; the bands of a lone raster are its dates, as are bands that are all described by dates)", atLeast(1))
		option(flags, &o.Index, "index", "", "INDEX",
			"fit an INDEX of two bands of each raster: nd:A,B, (A − B)/(A + B), such as nd:4,3 for NDVI; ratio:A,B, A/B; or diff:A,B, A − B", raster.ParseIndex)
		repeated(flags, drivers, "if", "DRIVER", "open files of this GDAL DRIVER too, such as VRT; may be repeated", checkDriver)
		flags.BoolVar(&o.Recursive, "recursive", false, "search the folders in a folder that is an INPUT too")
	})
	complete(cmd, "index", "nd:", "ratio:", "diff:")
}

// lineFlags defines the flags about the line of a pixel.
func lineFlags(flags *pflag.FlagSet, o *pixtrend.Options) {
	option(flags, &o.Confidence, "confidence", "", "LEVEL",
		"slope_lo and slope_hi enclose the slope with this LEVEL of confidence (default 0.95)", parseConfidence)
	option(flags, &o.InterceptAt, "intercept-at", "", "DATE",
		"the intercept is the value of the line at DATE, a year or a day as the dates of the inputs are, or a number of --x (default: year 0, 1970-01-01, or 0)", parseInterceptAt)
	option(flags, &o.MinObs, "min-obs", "", "N", "a pixel with fewer than N observations has no trend (default 2)", atLeast(2))
}

// checkInputs checks the inputs on the command line, without looking at files.
func checkInputs(inputs []string) error {
	switch {
	case len(inputs) == 0:
		return usagef("no input: name files, a folder or a quoted pattern such as 'ndvi_*.tif'")
	case slices.Contains(inputs, ""):
		return usagef("an input has an empty name")
	}
	return nil
}

// checkStackFlags checks the flags about the stack, without looking at files.
func checkStackFlags(cmd *cobra.Command, o raster.OpenOptions) error {
	if err := checkDateFlags(cmd.Flags(), o); err != nil {
		return err
	}
	if err := checkGapFlags(cmd.Flags()); err != nil {
		return err
	}
	_, err := isaFromEnv(cmd)
	return err
}

// withGTiff returns the drivers that may open the inputs: GTiff and those that were asked for; nil if
// none was.
func withGTiff(drivers []string) []string {
	if len(drivers) == 0 {
		return nil
	}
	return append([]string{"GTiff"}, drivers...)
}
