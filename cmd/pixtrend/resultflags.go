package main

import (
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/report"
)

// bandFlags defines the flags that name the band of a result. does is what the command does with it, such
// as draw, and such is one of its fields.
func bandFlags(flags *pflag.FlagSet, field *string, band *int, does, such string) {
	option(flags, field, "field", "", "NAME",
		does+" the band of the field NAME (default slope or sen_slope, or else the first band)",
		named("a field, such as "+such))
	option(flags, band, "band", "", "N", does+" band N", atLeast(1))
}

// otherDriversFlag defines the flag of the drivers that open a result besides that of GeoTIFF.
func otherDriversFlag(flags *pflag.FlagSet, drivers *[]string) {
	repeated(flags, drivers, "if", "DRIVER",
		"open files of this GDAL DRIVER too, such as VRT; may be repeated", checkDriver)
}

// checkResult checks that the arguments are one raster, whose band is named once. one says that one is
// needed, and done is what is done with the band, such as drawn.
func checkResult(args []string, field string, band int, one, done string) error {
	switch {
	case len(args) == 0:
		return usagef("no input: name a raster that pixtrend fit has written, such as trend.tif")
	case len(args) > 1:
		var names []string
		for _, name := range args {
			names = append(names, gdal.DisplayName(name))
		}
		return usagef("%s, and %d are given: %s", one, len(args), report.List(names, "and"))
	case args[0] == "":
		return usagef("the input has an empty name")
	case field != "" && band > 0:
		return usagef("--field and --band exclude each other: both name the band that is %s", done)
	}
	return nil
}
