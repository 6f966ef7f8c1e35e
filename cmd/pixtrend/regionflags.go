package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// addRegionFlags defines the flags of a part of the stack.
func addRegionFlags(cmd *cobra.Command, r *raster.Region) {
	group(cmd, "Region", func(flags *pflag.FlagSet) { regionFlags(flags, r, "; all others are NaN") })
}

// regionFlags defines the flags of a part of the stack. others says what becomes of pixels outside of polygons.
func regionFlags(flags *pflag.FlagSet, r *raster.Region, others string) {
	rectangleFlags(flags, r)
	option(flags, &r.Polygons.File, "region", "", "FILE",
		"read only pixels with their centre in a polygon of a vector FILE ("+geo.VectorFormats+")"+others+
			"; see pixtrend help regions", onceGiven(&r.Polygons.File, named("a file, such as basin.gpkg")))
	layerFlags(flags, &r.Polygons, "region-layer", "--region")
}

// layerFlags defines the flags of how the polygons of a file are read, which the flag file names.
func layerFlags(flags *pflag.FlagSet, v *geo.Vector, layer, file string) {
	option(flags, &v.Layer, layer, "", "NAME", "NAME of the layer of the file of "+file+" (default: the only one with features)", named("the name of a layer"))
	flags.BoolVar(&v.AllTouched, "all-touched", false, "take all pixels that share any area with a polygon, too")
}

// rectangleFlags defines the flags of a rectangle of the stack.
func rectangleFlags(flags *pflag.FlagSet, r *raster.Region) {
	once := func(parse func(string) (raster.Region, error)) func(string) (raster.Region, error) {
		return func(s string) (raster.Region, error) {
			if r.Window != (raster.Region{}).Window || r.Box != nil {
				return raster.Region{}, errors.New("--srcwin and --bbox exclude each other: give one of them, once")
			}
			given, err := parse(s)
			region := *r
			region.Window, region.Box = given.Window, given.Box
			return region, err
		}
	}
	option(flags, r, "srcwin", "", "X,Y,W,H", "read only W × H pixels from column X, row Y on, counted from 0 at the upper left", once(raster.ParseWindow))
	option(flags, r, "bbox", "", "X0,Y0,X1,Y1", "read only pixels with their centre in this box, in units of the CRS of the rasters", once(raster.ParseBox))
	option(flags, &r.BoxCRS, "bbox-crs", "", "CRS", "CRS of the box of --bbox, such as EPSG:4326: the smallest box in the CRS of the rasters that has all of it is read", named("a CRS, such as EPSG:4326"))
}

// onceGiven returns a parser of a text that may be given once.
func onceGiven(to *string, parse func(string) (string, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		if *to != "" {
			return "", fmt.Errorf("it is given already, as %s", *to)
		}
		return parse(s)
	}
}

// checkRegionFlags checks the flags of addRegionFlags as a whole.
func checkRegionFlags(flags *pflag.FlagSet) error {
	for _, needs := range [][2]string{{"bbox-crs", "bbox"}, {"region-layer", "region"}, {"all-touched", "region"}} {
		if flags.Lookup(needs[1]) != nil && flags.Changed(needs[0]) && !flags.Changed(needs[1]) {
			return usagef("--%s belongs to --%s, which is missing: give both, or neither", needs[0], needs[1])
		}
	}
	return nil
}
