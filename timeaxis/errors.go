package timeaxis

import "errors"

// Sentinels for errors.Is. The errors returned wrap them in a sentence that
// names the file and what to type.
var (
	// ErrNoDate: no date could be read for an input.
	ErrNoDate = errors.New("no date")
	// ErrAmbiguous: more than one date could be read for an input.
	ErrAmbiguous = errors.New("more than one date")
	// ErrCount: a list or range of dates is longer or shorter than the inputs.
	ErrCount = errors.New("dates and inputs differ in number")
	// ErrMixed: some dates are years and others are days, or days are asked of years.
	ErrMixed = errors.New("years and days cannot be mixed")
	// ErrTooFew: the dates do not span time, so no trend can be fitted.
	ErrTooFew = errors.New("too few dates")

	// The same of numbers that are no dates.
	ErrNoX        = errors.New("no x")
	ErrAmbiguousX = errors.New("more than one x")
	ErrCountX     = errors.New("values of x and inputs differ in number")
	ErrTooFewX    = errors.New("too few values of x")
)

// What ends the errors that only the user can resolve.
const (
	howToGive = `give the dates with --date-pattern, such as --date-pattern 'ndvi_(?P<year>\d{4})', or with --dates 1995-2015 or --dates @dates.csv, which has rows of path,date`
	oneKind   = "give every input a year, or every input a day, with --dates @dates.csv"
)
