package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
)

// addGapFlags defines the flags that decide which samples are gaps.
func addGapFlags(cmd *cobra.Command, o *raster.OpenOptions) {
	group(cmd, "Gaps", func(flags *pflag.FlagSet) {
		option(flags, &o.Nodata, "nodata", "", "VALUE",
			"VALUE that means missing, a number or nan (default: the nodata value of each file)", parseNodata)
		option(flags, &o.Valid, "valid-range", "", "LO,HI",
			"take stored samples outside LO to HI as missing, before scale and offset; either end may be left out, as in 0,", raster.ParseRange)
		option(flags, &o.Mask.Band, "mask-band", "", "N",
			"use band N of each raster, or of the rasters of --mask-from (default there 1), as its mask", atLeast(1))
		option(flags, &o.Mask.From, "mask-from", "", "MASKS",
			"use as the mask of each raster the one of its date among MASKS: a quoted pattern such as '*_QA.tif', a folder, @list.txt or a file; may be repeated",
			func(s string) ([]string, error) {
				if s == "" {
					return nil, errors.New("name the rasters of masks, such as '*_QA.tif'")
				}
				return append(o.Mask.From, s), nil
			})
		option(flags, &o.Mask.Asset, "mask-asset", "", "NAME", "use as the mask of each raster the asset NAME of its STAC item, such as qa_pixel", parseAsset)
		option(flags, &o.Mask.Keep, "mask-keep", "", "VALUES", "keep only samples where the mask has one of VALUES, such as 0,1 or 0-1,4", raster.ParseKeep)
		option(flags, &o.Mask.Drop, "mask-drop-bits", "", "BITS",
			"drop samples where the mask has one of BITS set, such as 1,3,4 (0 is the lowest), where several bits make a number, such as 8-9=3, and where the mask is nodata", raster.ParseBits)
		flags.BoolVar(&o.NoMask, "no-mask", false, "ignore mask bands, .msk files and alpha bands of the rasters")
	})
}

// checkGapFlags returns an error if flags exclude or need each other.
func checkGapFlags(flags *pflag.FlagSet) error {
	mask := flags.Changed("mask-band") || flags.Changed("mask-from") || flags.Changed("mask-asset")
	keep, drop := flags.Changed("mask-keep"), flags.Changed("mask-drop-bits")
	switch {
	case flags.Changed("band") && flags.Changed("index"):
		return usagef("--band and --index exclude each other: the index names its bands")
	case keep && drop:
		return usagef("--mask-keep and --mask-drop-bits exclude each other: a mask holds either values or bits")
	case flags.Changed("mask-from") && flags.Changed("mask-asset"):
		return usagef("--mask-from and --mask-asset exclude each other: the masks are either files or assets of STAC items")
	case mask && !keep && !drop:
		return usagef("the meaning of the mask is not given: name the values to keep, such as --mask-keep 0,1, or the bits to drop, such as --mask-drop-bits 1,3,4")
	case !mask && (keep || drop):
		return usagef("no mask is given: name its band with --mask-band, its files with --mask-from, or its asset with --mask-asset")
	}
	return nil
}
