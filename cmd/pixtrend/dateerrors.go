package main

import (
	"errors"
	"strings"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// dateFlags say with which flags to do what the errors of timeaxis advise.
var dateFlags = map[timeaxis.Remedy]string{
	timeaxis.GiveDates:   `give the dates with --date-pattern, such as --date-pattern 'ndvi_(?P<year>\d{4})', or with --dates 1995-2015 or --dates @dates.csv, which has rows of path,date`,
	timeaxis.GiveOneKind: "give every input a year, or every input a day, with --dates @dates.csv",
	timeaxis.SelectYears: "use years as --from and --to, or give the days with --dates @dates.csv",
	timeaxis.OtherInputs: `name inputs of other dates, or give the dates with --date-pattern, such as --date-pattern 'ndvi_(?P<year>\d{4})', or with --dates @dates.csv, which has rows of path,date`,
	timeaxis.PairByPath:  "pair them with --dates @dates.csv, or --x @x.csv, which has a row of path,date, or path,number, for every input",
}

// withDateFlags returns the text of an error. Where it has one of timeaxis in it, the text names
// the flags.
func withDateFlags(err error) string {
	text := err.Error()
	var of *timeaxis.Error
	if !errors.As(err, &of) {
		return text
	}
	return strings.Replace(text, of.Error(), of.Found+": "+dateFlags[of.Remedy], 1)
}

// nameDateFlags puts the flags into the errors of a report.
func nameDateFlags(i *raster.Info) {
	if i.Dates.Err != nil {
		i.Dates.Error = withDateFlags(i.Dates.Err)
	}
	if i.Fit.Err != nil {
		i.Fit.Why = withDateFlags(i.Fit.Err)
	}
}
