package timeaxis

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrOrder: dates or numbers are given by position, and the order of the inputs is in doubt.
var ErrOrder = errors.New("the order of the inputs is in doubt")

// Error says why inputs cannot be dated, and what would do.
type Error struct {
	Kind   error    // one of the sentinels
	Found  string   // what was being done, to which input, and what was found
	Remedy Remedy   // what would do
	Inputs []string // the names of the inputs that Found speaks of, if any
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Found, e.Remedy) }
func (e *Error) Unwrap() error { return e.Kind }

// Remedy is what would resolve an [Error].
type Remedy int

const PairByPath Remedy = iota // a CSV with the path and the date, or the number, of every input

func (Remedy) String() string { return "pair them in a CSV with a row of path,date for every input" }

// ByPosition reports whether the i-th date, or number, is that of the i-th input, as in a range or a
// list. A CSV may turn out to have a row of path and date for each input.
func (s Spec) ByPosition() bool { return s.csv == "" && (s.mode == byDates || s.mode == byX) }

func monthNamed(text string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if full := m.String(); strings.EqualFold(text, full) || strings.EqualFold(text, full[:3]) {
			return m
		}
	}
	return 0
}
