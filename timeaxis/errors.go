package timeaxis

import (
	"errors"
	"fmt"
)

// Sentinels for errors.Is. Most errors that wrap them are an [Error].
var (
	// ErrNoDate: no date could be read for an input.
	ErrNoDate = errors.New("no date")
	// ErrAmbiguous: more than one date could be read for an input.
	ErrAmbiguous = errors.New("more than one date")
	// ErrDoubtful: a date could be read for an input, but it may be another one.
	ErrDoubtful = errors.New("a doubtful date")
	// ErrCount: a list or range of dates is longer or shorter than the inputs.
	ErrCount = errors.New("dates and inputs differ in number")
	// ErrMixed: some dates are years and others are days, or days are asked of years.
	ErrMixed = errors.New("years and days cannot be mixed")
	// ErrTooFew: the dates do not span time, so no trend can be fitted.
	ErrTooFew = errors.New("too few dates")
	// ErrContradicted: the inputs say of themselves that the dates given for them are wrong.
	ErrContradicted = errors.New("the dates given contradict those of the inputs")
	// ErrOrder: dates or numbers are given by position, and the order of the inputs is in doubt.
	ErrOrder = errors.New("the order of the inputs is in doubt")
	// ErrCalendar: a time coordinate counts in a unit or a calendar that has no days of the
	// Gregorian one.
	ErrCalendar = errors.New("a time coordinate that gives no calendar day")

	// The same of numbers that are no dates.
	ErrNoX        = errors.New("no x")
	ErrAmbiguousX = errors.New("more than one x")
	ErrCountX     = errors.New("values of x and inputs differ in number")
	ErrTooFewX    = errors.New("too few values of x")
)

// Error says why inputs cannot be dated, and what would do. A program that sets options by flags,
// fields or arguments of its own can say the remedy in its words: the text is Found, a colon, and
// the Remedy's.
type Error struct {
	Kind   error    // one of the sentinels
	Found  string   // what was being done, to which input, and what was found
	Remedy Remedy   // what would do
	Inputs []string // the names of the inputs that Found speaks of, if any
	Dates  []Date   // the dates that were found, if any
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Found, e.Remedy) }
func (e *Error) Unwrap() error { return e.Kind }

// Remedy is what would resolve an [Error].
type Remedy int

const (
	GiveDates    Remedy = iota // a pattern for the names, or dates in a list or a CSV
	GiveOneKind                // a year for every input, or a day for every input, in a CSV
	SelectYears                // bounds that are years, or days for the inputs
	OtherInputs                // inputs of other dates, or GiveDates
	PairByPath                 // a CSV with the path and the date, or the number, of every input
	ComposeYears               // annual composites, or days for the inputs
)

var remedies = [...]string{
	GiveDates:   "give the dates by a pattern of the names, as a list, or in a CSV with rows of path,date",
	GiveOneKind: "give every input a year, or every input a day, in a CSV with rows of path,date",
	SelectYears: "select by years, or give the days in a CSV with rows of path,date",
	OtherInputs: "name inputs of other dates, or give the dates by a pattern of the names, as a list, or in a CSV with rows of path,date",
	PairByPath:  "pair them in a CSV with a row of path,date for every input",

	ComposeYears: "make annual composites, or give the days in a CSV with rows of path,date",
}

// String says what to do in words for a person.
func (r Remedy) String() string {
	if r < 0 || int(r) >= len(remedies) {
		return fmt.Sprintf("Remedy(%d)", int(r))
	}
	return remedies[r]
}
