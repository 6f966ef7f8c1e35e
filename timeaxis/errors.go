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
	// ErrMixed: some dates are years and others are days.
	ErrMixed = errors.New("years and days cannot be mixed")
	// ErrTooFew: the dates do not span time, so no trend can be fitted.
	ErrTooFew = errors.New("too few dates")
)

// howToGive ends the errors that only explicit dates can resolve.
const howToGive = "give the dates with --dates 1995-2015, --dates 2001,2003,2004 or --dates @dates.csv"
