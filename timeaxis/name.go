package timeaxis

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// rule is one way in which file names carry their date. It is tried where a run
// of digits begins, so nothing before its pattern needs to be a non-digit.
type rule struct {
	example string         // a real name, for which the rule was made
	pattern *regexp.Regexp // group 1: the text that is used up; group 2: the date in it
	layout  string         // how package time reads group 2; yearLayout gives a year
}

// rules are tried in order, and the first whose pattern fits has the text, even
// if that is no date: 2001-02-30 must not be read as the year 2001.
//
// A time of day behind a day is used up with it, lest 1955 in T1955 be taken
// for a year. A month or day of year behind a lone year (2001_07, 2001_193) is
// not read yet: such files get their year, and share it.
var rules = []rule{
	{"S2_NDVI_20150711T100008.tif", dayPattern(`\d{8}`), "20060102"},
	{"TERRA_MODIS_012010_NDVI_2013-09-14.jp2", dayPattern(`\d{4}-\d\d-\d\d`), dayLayout},
	{"2000_02_18.NDVI.tif", dayPattern(`\d{4}_\d\d_\d\d`), "2006_01_02"}, // Earth Engine's name of a MODIS composite
	{"chirps-v2.0.1981.01.01.tif", dayPattern(`\d{4}\.\d\d\.\d\d`), "2006.01.02"},
	{"LAI_2001.tif", regexp.MustCompile(`^((\d{4}))(?:\D|$)`), yearLayout},
}

// dayPattern matches day, with or without a time of day, up to a non-digit.
func dayPattern(day string) *regexp.Regexp {
	return regexp.MustCompile(`^((` + day + `)(?:[Tt]\d{4}(?:\d\d)?)?)(?:\D|$)`)
}

// The years that are believed in a name: outside them, four or eight digits are
// more often a tile, an orbit or a size than a date.
const firstYear, lastYear = 1900, 2100

// FromName reads the date in a file's base name; folders and the extension are
// ignored. These are read, in the years 1900 to 2100 and bounded by
// non-digits:
//
//   - a day: YYYYMMDD, YYYY-MM-DD, YYYY_MM_DD or YYYY.MM.DD, and a time of day
//     behind it (T100008) is skipped;
//   - a lone year: YYYY.
//
// One date written several times is one date, and so is a day with its own year
// elsewhere in the name. No date is [ErrNoDate]; any second date is
// [ErrAmbiguous], and the error shows all that were read.
func FromName(name string) (Date, error) {
	found := readings(baseName(name))
	switch len(found) {
	case 0:
		return Date{}, fmt.Errorf("%w in the file name %q: %s", ErrNoDate, name, howToGive)
	case 1:
		return found[0], nil
	}
	texts := make([]string, len(found))
	for i, d := range found {
		texts[i] = d.String()
	}
	last := len(texts) - 1
	return Date{}, fmt.Errorf("%w in the file name %q, %s and %s: %s",
		ErrAmbiguous, name, strings.Join(texts[:last], ", "), texts[last], howToGive)
}

// FromNames reads the date of every file from its name, as [FromName] does. The
// i-th date belongs to the i-th name. The first name without one date is an
// error ([ErrNoDate], [ErrAmbiguous]), and so are years beside days
// ([ErrMixed]).
func FromNames(names []string) ([]Date, error) {
	dates := make([]Date, len(names))
	for i, name := range names {
		d, err := FromName(name)
		if err != nil {
			return nil, err
		}
		dates[i] = d
	}
	if err := checkOneKind(names, dates); err != nil {
		return nil, err
	}
	return dates, nil
}

// Mismatches compares dates that were given with those that the names carry,
// and returns a sentence, fit for a warning, for each name that says otherwise.
// The i-th date belongs to the i-th name. A name without one clear date says
// nothing, and a year agrees with every day in it.
func Mismatches(names []string, dates []Date) []string {
	var warnings []string
	for i, name := range names {
		own, err := FromName(name)
		if err != nil || agree(own, dates[i]) {
			continue
		}
		warnings = append(warnings, fmt.Sprintf("the file name %q says %v, but the date given for it is %v", name, own, dates[i]))
	}
	return warnings
}

// agree reports whether two dates can both be right about one file.
func agree(a, b Date) bool {
	if a.IsYear() || b.IsYear() {
		return a.year == b.year
	}
	return a == b
}

// baseName cuts the folders and the extension off a path. Both kinds of slash
// end a folder, whatever the system: neither is part of a date. What stands
// behind the last dot and begins with a digit is no extension but the end of a
// name like chirps-v2.0.1981.01.01.
func baseName(path string) string {
	base := strings.TrimRight(path, `/\`)
	base = base[strings.LastIndexAny(base, `/\`)+1:]
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 && dot+1 < len(base) && !isDigit(base[dot+1]) {
		base = base[:dot]
	}
	return base
}

// readings returns the different dates in a base name, in the order in which
// they stand there, without the years that only repeat a day's own.
func readings(base string) []Date {
	var found []Date
	for i := 0; i < len(base); {
		if !isDigit(base[i]) {
			i++
			continue
		}
		d, isDate, length := readAt(base[i:])
		if isDate && !slices.Contains(found, d) {
			found = append(found, d)
		}
		i += length
	}
	var kept []Date
	for _, d := range found {
		repeats := d.IsYear() && slices.ContainsFunc(found, func(e Date) bool {
			return !e.IsYear() && agree(d, e)
		})
		if !repeats {
			kept = append(kept, d)
		}
	}
	return kept
}

// readAt reads text, which begins a run of digits, by the first rule that fits,
// and returns how many bytes are done with: what the rule used up, or the run.
func readAt(text string) (d Date, isDate bool, length int) {
	for _, r := range rules {
		match := r.pattern.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		d, isDate = parseLayout(r.layout, match[2])
		return d, isDate && d.year >= firstYear && d.year <= lastYear, len(match[1])
	}
	for length < len(text) && isDigit(text[length]) {
		length++
	}
	return Date{}, false, length
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// checkOneKind returns an error that names a file of each kind if some dates
// are years and others days. The i-th date belongs to the i-th name.
func checkOneKind(names []string, dates []Date) error {
	year, day, mixed := firstOfEach(dates)
	if !mixed {
		return nil
	}
	return fmt.Errorf("%w: %q is dated %v and %q is dated %v: give every input a year, or every input a day, with --dates @dates.csv",
		ErrMixed, names[year], dates[year], names[day], dates[day])
}
