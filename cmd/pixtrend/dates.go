package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// addDateFlags defines the flags for the dates of the inputs, and for the numbers in their place.
func addDateFlags(cmd *cobra.Command, o *raster.OpenOptions) {
	o.Explain = explain
	group(cmd, "Dates", func(flags *pflag.FlagSet) {
		option(flags, &o.Dates, "dates", "", "DATES",
			"DATES of the inputs: auto, from the description of the band, acquisition metadata or the file name, in this order (default); "+
				"name, from the file name alone; tag, from TIFFTAG_DATETIME; a range 1995-2015; a list 2001,2003,2004; or @file.csv with rows of path,date", timeaxis.ParseSpec)
		option(flags, &o.Dates, "date-pattern", "", "REGEXP",
			`read dates from paths by a REGEXP with groups named year, month, day, doy, dekad or pentad, such as 'ndvi_(?P<year>\d{4})'`, timeaxis.ParsePattern)
		option(flags, &o.MonthDay, "month-day", "", "DAY",
			"DAY that a month without a day in a name or description, and a monthly composite, is taken for: first (default) or middle, the 16th, or the 15th of February", timeaxis.ParseMonthDay)
		option(flags, &o.Select.From, "from", "", "DATE", "leave out rasters before DATE, a year or a day such as 2001-07-15", timeaxis.Parse)
		option(flags, &o.Select.To, "to", "", "DATE", "leave out rasters after DATE; a year includes all its days", timeaxis.Parse)
		option(flags, &o.Select.Months, "months", "", "MONTHS", "use only rasters of these MONTHS, such as 6-8, 11-2 or 3,9", timeaxis.ParseMonths)
		option(flags, &o.Per, "per", "", "UNIT",
			"UNIT of time of slopes: year (default), decade, month, day, or step, from one raster to the next in date order as in r.series and CDO trend", timeaxis.ParseUnit)
		option(flags, &o.Dates, "x", "", "NUMBERS",
			"fit against NUMBERS instead of dates, such as 0.2,338.8 in the order of the inputs, or @file.csv with rows of path,number", timeaxis.ParseX)
		option(flags, &o.XUnit, "x-unit", "", "NAME", "NAME of the unit of --x, such as ppm", parseXUnit)
	})
	complete(cmd, "dates", "auto", "name", "tag")
	complete(cmd, "month-day", "first", "middle")
	complete(cmd, "per", "year", "decade", "month", "day", "step")
}

// checkDateFlags returns an error if flags exclude each other.
func checkDateFlags(flags *pflag.FlagSet, o raster.OpenOptions) error {
	if flags.Changed("x") {
		for _, other := range []string{"dates", "date-pattern", "month-day", "from", "to", "months", "per"} {
			if flags.Changed(other) {
				return usagef("--x and --%s exclude each other: numbers in place of dates have no calendar, and their unit is set by --x-unit", other)
			}
		}
	}
	switch {
	case flags.Changed("dates") && flags.Changed("date-pattern"):
		return usagef("--dates and --date-pattern exclude each other: give one of them")
	case flags.Changed("x-unit") && !flags.Changed("x"):
		return usagef("--x-unit names the unit of --x, which is not given")
	}
	if s := o.Select; s.Check() != nil {
		return usagef("--from %v --to %v runs backwards: write --from %v --to %v", s.From, s.To, s.To, s.From)
	}
	return nil
}

func parseXUnit(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", errors.New("give a name, such as ppm")
	}
	return s, nil
}
