package main

import (
	"errors"
	"strings"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// dateFlags say with which flags to do what the errors of timeaxis advise.
var dateFlags = map[timeaxis.Remedy]string{
	timeaxis.GiveDates:   `give the dates with --date-pattern, such as --date-pattern 'ndvi_(?P<year>\d{4})', or with --dates 1995-2015 or --dates @dates.csv, which has rows of path,date`,
	timeaxis.GiveOneKind: "give every input a year, or every input a day, with --dates @dates.csv",
	timeaxis.SelectYears: "use years as --from and --to, or give the days with --dates @dates.csv",
	timeaxis.OtherInputs: `name inputs of other dates, or give the dates with --date-pattern, such as --date-pattern 'ndvi_(?P<year>\d{4})', or with --dates @dates.csv, which has rows of path,date`,
	timeaxis.PairByPath:  "pair them with --dates @dates.csv, or --x @x.csv, which has a row of path,date, or path,number, for every input",

	timeaxis.ComposeYears: "make --annual composites, or give the days with --dates @dates.csv",
}

// withDateFlags returns text, that of err, with the flags where an error of timeaxis advises what
// to do.
func withDateFlags(text string, err error) string {
	var of *timeaxis.Error
	if !errors.As(err, &of) {
		return text
	}
	return strings.Replace(text, of.Error(), of.Found+": "+dateFlags[of.Remedy], 1)
}
