package timeaxis

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Selection says which dates are used. The zero Selection uses all.
type Selection struct {
	// From and To are the first and the last date that may be used, both
	// included; a year stands for all of its days. The zero Date is no bound.
	From, To Date
	Months   Months
}

// Months is a set of months, bit m for month m. The empty set stands for all.
type Months uint16

// ParseMonths reads months: 7, 6-8, 11-2 (through the end of the year) or
// 3-5,9-11.
func ParseMonths(s string) (Months, error) {
	var set Months
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		m, ok1 := parseMonth(first)
		end, ok2 := parseMonth(last)
		if !ok1 || !ok2 {
			return 0, fmt.Errorf("%q is no month: write 7, 6-8, 11-2 or 3-5,9-11", strings.TrimSpace(part))
		}
		for ; m != end; m = m%12 + 1 {
			set |= 1 << m
		}
		set |= 1 << end
	}
	return set, nil
}

func parseMonth(s string) (m int, ok bool) {
	m, err := strconv.Atoi(strings.TrimSpace(s))
	return m, err == nil && m >= 1 && m <= 12
}

// Has reports whether the month is in the set.
func (ms Months) Has(m time.Month) bool { return ms>>m&1 == 1 }

// String lists the months, 6,7,8, as ParseMonths reads them.
func (ms Months) String() string {
	var numbers []string
	for m := time.January; m <= time.December; m++ {
		if ms.Has(m) {
			numbers = append(numbers, strconv.Itoa(int(m)))
		}
	}
	return strings.Join(numbers, ",")
}

// All reports whether all dates are used.
func (s Selection) All() bool { return s == Selection{} }

// Check returns an error if no date can be in the selection, whatever the inputs are.
func (s Selection) Check() error {
	if s.From != (Date{}) && s.To != (Date{}) && !s.To.notBefore(s.From) {
		return fmt.Errorf("the selection runs backwards, from %v to %v: exchange the two", s.From, s.To)
	}
	return nil
}

// Select returns the indices of the dates that are used, in their order.
//
// A day as a bound, or months, for dates that are years are [ErrMixed]: a year
// has no place among days. Fewer than two different dates left are [ErrTooFew].
func (s Selection) Select(dates []Date) ([]int, error) {
	kept, err := s.among(dates)
	if err != nil {
		return nil, err
	}
	different := map[Date]bool{}
	for _, i := range kept {
		different[dates[i]] = true
	}
	if len(different) < 2 && !s.All() {
		return nil, fmt.Errorf("%w: the selection %v leaves %d of %s, with %s: a trend needs two or more dates, use more of them",
			ErrTooFew, s, len(kept), count(len(dates), "raster"), count(len(different), "date"))
	}
	return kept, nil
}

// Some is Select for dates that join others: one is enough.
func (s Selection) Some(dates []Date) ([]int, error) {
	kept, err := s.among(dates)
	if err == nil && len(kept) == 0 && !s.All() {
		err = fmt.Errorf("%w: the selection %v leaves none of %s: use more of them", ErrTooFew, s, count(len(dates), "raster"))
	}
	return kept, err
}

// among returns the indices of the dates that are used.
func (s Selection) among(dates []Date) ([]int, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	var kept []int
	for i, d := range dates {
		if d.IsYear() {
			if what := s.needsDays(); what != "" {
				return nil, &Error{Kind: ErrMixed, Remedy: SelectYears, Dates: []Date{d},
					Found: fmt.Sprintf("%v: %s need days, and the inputs are dated by the year, such as %v", ErrMixed, what, d)}
			}
		}
		if s.has(d) {
			kept = append(kept, i)
		}
	}
	return kept, nil
}

func (s Selection) has(d Date) bool {
	return (s.From == (Date{}) || d.notBefore(s.From)) && (s.To == (Date{}) || s.To.notBefore(d)) && (s.Months == 0 || s.Months.Has(d.month))
}

// notBefore reports whether d is after e, or one may lie in the other.
func (d Date) notBefore(e Date) bool { return agree(d, e) || d.Compare(e) > 0 }

// needsDays names what cannot be asked of years.
func (s Selection) needsDays() string {
	switch {
	case s.Months != 0:
		return "months"
	case s.From != (Date{}) && !s.From.IsYear(), s.To != (Date{}) && !s.To.IsYear():
		return "bounds that are days"
	}
	return ""
}

// String returns the selection in words, "from 2001, months 6,7,8".
func (s Selection) String() string {
	var words []string
	if s.From != (Date{}) {
		words = append(words, "from "+s.From.String())
	}
	if s.To != (Date{}) {
		words = append(words, "to "+s.To.String())
	}
	if s.Months != 0 {
		words = append(words, "months "+s.Months.String())
	}
	return strings.Join(words, ", ")
}
