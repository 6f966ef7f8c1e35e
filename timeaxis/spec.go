package timeaxis

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Spec says how the inputs get their dates, or the numbers that stand for
// dates. The zero Spec is "auto".
type Spec struct {
	mode    mode
	text    string // canonical
	dates   []Date // of a range or a list
	xs      []float64
	csv     string // path of a CSV
	pattern *regexp.Regexp
}

type mode int

const (
	auto mode = iota
	byName
	byTag
	byPattern
	byDates // a range, a list or a CSV of dates
	byX     // a list or a CSV of other numbers
	byYears // time coordinates, as numbers of years
)

// specForms ends the errors of ParseSpec.
const specForms = "write auto, name, tag, a range 1995-2015, a list 2001,2003,2004 or 2001-07-15,2001-08-01, or a file @dates.csv"

var yearRange = whenUsed(`^(\d{4})-(\d{4})$`)

// ParseSpec reads how inputs get their dates. It opens no file. The forms are
//
//	auto (or nothing)        each date is read from the band's description, the acquisition
//	                         metadata or the file's name, the first of them that has one
//	name                     from the file's name alone
//	tag                      from TIFFTAG_DATETIME, which mostly says when a file was written
//	1995-2015                these years, the last included, in the order of the inputs
//	2001,2003,2004           these dates, in the order of the inputs; one is enough
//	2001-07-15,2001-08-01
//	@dates.csv               the dates in a file; see [Spec.Resolve]
//
// Anything else is an error that shows the forms.
func ParseSpec(s string) (Spec, error) {
	s = strings.TrimSpace(s)
	switch s {
	case "", "auto":
		return Spec{}, nil
	case "name":
		return Spec{mode: byName, text: s}, nil
	case "tag":
		return Spec{mode: byTag, text: s}, nil
	}
	if path, isFile := strings.CutPrefix(s, "@"); isFile {
		if path == "" {
			return Spec{}, errors.New("no file is named behind @: write @dates.csv")
		}
		return Spec{mode: byDates, text: s, csv: path}, nil
	}
	if match := yearRange().FindStringSubmatch(s); match != nil {
		return parseRange(match[1], match[2])
	}
	spec := Spec{mode: byDates}
	var err error
	if spec.dates, spec.text, err = parseList(s, Parse, Date.String); err != nil {
		return Spec{}, fmt.Errorf("%w is no date: %s", err, specForms)
	}
	return spec, nil
}

// ParseX reads numbers that stand for dates:
//
//	0.2,338.8,-1e3    in the order of the inputs
//	@doses.csv        those in a file with rows of path,number; see [Spec.Resolve]
//
// They must be finite. It opens no file.
func ParseX(s string) (Spec, error) {
	s = strings.TrimSpace(s)
	if path, isFile := strings.CutPrefix(s, "@"); isFile {
		if path == "" {
			return Spec{}, errors.New("no file is named behind @: write @x.csv")
		}
		return Spec{mode: byX, text: s, csv: path}, nil
	}
	spec := Spec{mode: byX}
	var err error
	if spec.xs, spec.text, err = parseList(s, parseNumber, number); err != nil {
		return Spec{}, fmt.Errorf("%w is no finite number: write numbers such as 0.2,338.8,412, or a file @x.csv", err)
	}
	return spec, nil
}

func parseNumber(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x-x != 0 {
		return 0, fmt.Errorf("%q is no finite number: write one such as 338.8", s)
	}
	return x, nil
}

// parseRange reads the years from first to last, four digits each: that alone
// keeps a range below 10,000 dates.
func parseRange(first, last string) (Spec, error) {
	from, err := Parse(first)
	if err != nil {
		return Spec{}, err
	}
	to, err := Parse(last)
	if err != nil {
		return Spec{}, err
	}
	if to.Compare(from) < 0 {
		return Spec{}, fmt.Errorf("the range runs backwards: write %v-%v, and name the inputs in that order", to, from)
	}
	spec := Spec{mode: byDates, text: first + "-" + last}
	for y := from.year; y <= to.year; y++ {
		spec.dates = append(spec.dates, Year(y))
	}
	return spec, nil
}

// parseList reads values between commas, and returns them with their canonical
// text. The error is the entry that cannot be read.
func parseList[V any](s string, parse func(string) (V, error), write func(V) string) (values []V, canonical string, err error) {
	var texts []string
	for entry := range strings.SplitSeq(s, ",") {
		entry = strings.TrimSpace(entry)
		v, err := parse(entry)
		if err != nil {
			return nil, "", fmt.Errorf("%q", entry)
		}
		values, texts = append(values, v), append(texts, write(v))
	}
	return values, strings.Join(texts, ","), nil
}

// String returns the text of the Spec, without the spaces that mean nothing:
// it is read back as the same Spec.
func (s Spec) String() string {
	if s.mode == auto {
		return "auto"
	}
	return s.text
}

// given names what the dates, or numbers, are given by.
func (s Spec) given() string {
	switch {
	case s.csv != "":
		return s.csv
	case s.mode == byPattern:
		return "the pattern '" + s.text + "'"
	case yearRange().MatchString(s.text):
		return "the range " + s.text
	}
	return "the list " + s.text
}

// LooksInside reports whether Resolve needs more of the inputs than their
// names, which is what they hold: descriptions and metadata. A band needs its
// description for a pattern, too.
func (s Spec) LooksInside() bool { return s.mode == auto || s.mode == byTag }

// IsAuto reports whether the Spec is auto: whatever dates an input is found to have.
func (s Spec) IsAuto() bool { return s.mode == auto }

// IsX reports whether readings have an X and no Date.
func (s Spec) IsX() bool { return s.mode == byX || s.mode == byYears }

// For returns s or, if s is auto and all inputs have time coordinates in a calendar whose years have one
// length, such as noleap or 360_day, the Spec whose readings are their numbers of years: the days of
// such a calendar have no dates.
func (s Spec) For(inputs []Input) Spec {
	if s.mode != auto || len(inputs) == 0 || slices.ContainsFunc(inputs, func(in Input) bool { return in.Time.uniform() == 0 }) {
		return s
	}
	return Spec{mode: byYears, text: s.text}
}

// inYears returns the time coordinates of inputs as numbers of years.
func inYears(inputs []Input) ([]Reading, error) {
	readings := make([]Reading, len(inputs))
	for i, in := range inputs {
		x, err := in.Time.Years()
		if err != nil {
			return readings, fmt.Errorf("%w (of %q)", err, in.Name)
		}
		readings[i] = Reading{X: x, Source: timeColumn.source, Rule: "calendar " + in.Time.Calendar}
	}
	return readings, nil
}

// Resolve returns the date, or the number, of every input: the i-th reading
// belongs to the i-th input.
//
// With auto, name and tag, an input is read as [ParseSpec] says: of several
// sources the first with exactly one date decides. A year gives way to a day of
// it in a later source. A source with several dates is passed over if the next
// that has one date has one of them, as a name does with the dates of
// acquisition and processing in its description; if not, it is [ErrAmbiguous].
// A later source that says otherwise is the reading's Warning.
//
// A range or a list gives its i-th value to the i-th input, and their numbers
// must agree ([ErrCount]). The order of the inputs must be beyond doubt
// ([CheckOrder], [ErrOrder]), and inputs that are dated the other way round by
// themselves are [ErrContradicted]. A CSV, which is read with read (nil: [os.ReadFile]),
// holds one row an input, path and date, or path and number:
//
//	# comments, blank lines and a header are skipped
//	path,date
//	ndvi/july.tif,2001-07-15
//	ndvi/august.tif,2001-08-16
//
// The first row is a header if its last cell has no digit. A row belongs to the
// input whose name is the same once both are cleaned; or is the row's path
// taken from the CSV's folder; or has the same base name, if no other input and
// no other row's path has it. The first of these that fits counts. Rows for
// other files are ignored; an input without a row is [ErrNoDate], and one with
// two rows of different dates is [ErrAmbiguous]. A CSV with one column holds
// dates only and is taken as a list. For numbers the errors are [ErrNoX] and its
// like.
//
// Years beside days among the inputs are [ErrMixed].
//
// With an error about one input, or about years beside days, the readings of
// the others are returned too; those of inputs without one have no Source.
func (s Spec) Resolve(inputs []Input, read func(path string) ([]byte, error)) ([]Reading, error) {
	switch s.mode {
	case byYears:
		return inYears(inputs)
	case byX:
		xs, byPath, err := given(s, xKind, s.xs, inputs, read)
		if err != nil {
			return nil, err
		}
		readings := make([]Reading, len(inputs))
		for i, x := range xs {
			readings[i] = Reading{X: x, Source: s.given()}
		}
		return readings, checkPlaces(inputs, readings, byPath)
	case byDates:
		dates, byPath, err := given(s, dateKind, s.dates, inputs, read)
		if err != nil {
			return nil, err
		}
		readings := make([]Reading, len(inputs))
		for i, d := range dates {
			readings[i] = Reading{Date: d, Source: s.given()}
		}
		if err := cmp.Or(contradicted(inputs, readings, byPath), checkPlaces(inputs, readings, byPath)); err != nil {
			return nil, err
		}
		return readings, checkOneKind(inputs, readings)
	}
	readings, err := s.found(inputs)
	if err != nil {
		return readings, err
	}
	return readings, checkOneKind(inputs, readings)
}

// found returns the dates that are to be found in the inputs.
func (s Spec) found(inputs []Input) ([]Reading, error) {
	switch s.mode {
	case byName:
		return resolve(inputs, nameColumns)
	case byTag:
		return resolve(inputs, []column{tagColumn})
	case byPattern:
		readings := make([]Reading, len(inputs))
		var first error
		for i, in := range inputs {
			var err error
			readings[i], err = s.matched(in)
			first = cmp.Or(first, err)
		}
		return readings, first
	}
	return resolve(inputs, allColumns)
}

// File returns the path of the CSV that Resolve reads; "" if there is none.
func (s Spec) File() string { return s.csv }

// given returns the value of every input that a list, or the Spec's CSV, gives, and whether the CSV
// pairs them by paths.
func given[V comparable](s Spec, k kind[V], list []V, inputs []Input, read func(path string) ([]byte, error)) (values []V, byPath bool, err error) {
	note := ""
	if s.csv != "" {
		if read == nil {
			read = os.ReadFile
		}
		data, err := read(s.csv)
		if err != nil {
			var why *fs.PathError
			if errors.As(err, &why) {
				err = why.Err // the sentence names the file
			}
			return nil, false, fmt.Errorf("cannot read the %s in %s: %w: check the name of the file", k.plural, s.csv, err)
		}
		t, err := parseTable(k, s.csv, data)
		if err != nil {
			return nil, false, err
		}
		if t.hasPaths {
			values, err = t.match(inputs)
			return values, true, err
		}
		list, note = t.values(), t.headerNote()
	}
	if len(list) != len(inputs) {
		return nil, false, fmt.Errorf("%w: %s gives %d %s%s for %s: give one %s an input, in the order of the inputs",
			k.errCount, s.given(), len(list), k.noun(len(list)), note, count(len(inputs), "input"), k.singular)
	}
	return slices.Clone(list), false, nil // a list's own slice stays the Spec's
}

// count returns "1 date", "2 dates".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
