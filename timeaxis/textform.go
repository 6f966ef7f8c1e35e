package timeaxis

import "strings"

// The text forms of the types that say how inputs are dated, for JSON and other documents. Each is
// what the parser of the type reads.

// Spec has the texts of three parsers. These prefixes tell them apart.
const (
	patternPrefix = "pattern:"
	xPrefix       = "x:"
)

// MarshalText returns what UnmarshalText reads back as the same Spec: the text of ParseSpec, or that
// of ParsePattern behind "pattern:", or that of ParseX behind "x:".
func (s Spec) MarshalText() ([]byte, error) {
	switch s.mode {
	case byPattern:
		return []byte(patternPrefix + s.text), nil
	case byX:
		return []byte(xPrefix + s.text), nil
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText returns.
func (s *Spec) UnmarshalText(text []byte) (err error) {
	if pattern, is := strings.CutPrefix(string(text), patternPrefix); is {
		*s, err = ParsePattern(pattern)
	} else if x, is := strings.CutPrefix(string(text), xPrefix); is {
		*s, err = ParseX(x)
	} else {
		*s, err = ParseSpec(string(text))
	}
	return err
}

// MarshalText returns the date as Parse reads it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date as Parse does.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = Parse(string(text))
	return err
}

// MarshalText returns the months as ParseMonths reads them, "" for the empty set.
func (ms Months) MarshalText() ([]byte, error) { return []byte(ms.String()), nil }

// UnmarshalText reads months as ParseMonths does.
func (ms *Months) UnmarshalText(text []byte) (err error) {
	*ms, err = ParseMonths(string(text))
	return err
}

// MarshalText returns the unit as ParseUnit reads it.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads a unit as ParseUnit does.
func (u *Unit) UnmarshalText(text []byte) (err error) {
	*u, err = ParseUnit(string(text))
	return err
}

// MarshalText returns the seasons as ParseSeasons reads them.
func (s Seasons) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads seasons as ParseSeasons does.
func (s *Seasons) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeasons(string(text))
	return err
}

// MarshalText returns first or middle.
func (m MonthDay) MarshalText() ([]byte, error) { return []byte(monthDayNames[m]), nil }

// UnmarshalText reads a day as ParseMonthDay does.
func (m *MonthDay) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMonthDay(string(text))
	return err
}

// MarshalText returns annual, seasonal or monthly.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a period as ParsePeriod does.
func (p *Period) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePeriod(string(text))
	return err
}
