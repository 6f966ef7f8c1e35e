package timeaxis

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Spec is a parsed --dates value: how the inputs get their dates. The zero Spec
// is "auto".
type Spec struct {
	text  string // canonical; "" is auto
	dates []Date // of a range or a list
	csv   string // path of a CSV
}

// specForms ends the errors of ParseSpec.
const specForms = "write auto, a range 1995-2015, a list 2001,2003,2004 or 2001-07-15,2001-08-01, or a file @dates.csv"

var yearRange = regexp.MustCompile(`^(\d{4})-(\d{4})$`)

// ParseSpec reads a --dates value. It opens no file. The forms are
//
//	auto (or nothing)        every file's date is read from its name
//	1995-2015                these years, the last included, in the order of the inputs
//	2001,2003,2004           these dates, in the order of the inputs; one is enough
//	2001-07-15,2001-08-01
//	@dates.csv               the dates in a file; see [Spec.Resolve]
//
// Anything else is an error that shows the forms.
func ParseSpec(s string) (Spec, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "auto" {
		return Spec{}, nil
	}
	if path, isFile := strings.CutPrefix(s, "@"); isFile {
		if path == "" {
			return Spec{}, fmt.Errorf("--dates @ names no file: write --dates @dates.csv")
		}
		return Spec{text: s, csv: path}, nil
	}
	if match := yearRange.FindStringSubmatch(s); match != nil {
		return parseRange(match[1], match[2])
	}
	return parseList(s)
}

// parseRange reads the years from first to last, four digits each: that alone
// keeps a range below 10,000 dates.
func parseRange(first, last string) (Spec, error) {
	from, err := Parse(first)
	if err != nil {
		return Spec{}, fmt.Errorf("--dates %s-%s: %w", first, last, err)
	}
	to, err := Parse(last)
	if err != nil {
		return Spec{}, fmt.Errorf("--dates %s-%s: %w", first, last, err)
	}
	if to.Compare(from) < 0 {
		return Spec{}, fmt.Errorf("--dates %v-%v runs backwards: write --dates %v-%v, and name the inputs in that order", from, to, to, from)
	}
	spec := Spec{text: first + "-" + last}
	for y := from.year; y <= to.year; y++ {
		spec.dates = append(spec.dates, Year(y))
	}
	return spec, nil
}

func parseList(s string) (Spec, error) {
	var spec Spec
	var texts []string
	for entry := range strings.SplitSeq(s, ",") {
		entry = strings.TrimSpace(entry)
		d, err := Parse(entry)
		if err != nil {
			return Spec{}, fmt.Errorf("--dates %q cannot be read at %q: %s", s, entry, specForms)
		}
		spec.dates = append(spec.dates, d)
		texts = append(texts, d.String())
	}
	spec.text = strings.Join(texts, ",")
	return spec, nil
}

// String returns the --dates value, without the spaces that mean nothing:
// ParseSpec reads it back as the same Spec.
func (s Spec) String() string {
	if s.Auto() {
		return "auto"
	}
	return s.text
}

// Auto reports whether the dates are to be read from the file names.
func (s Spec) Auto() bool { return s.text == "" }

// Resolve returns the date of every input. names are the inputs as the user
// wrote them, and the i-th date returned belongs to the i-th name.
//
// Auto reads the names ([FromNames]). A range or a list gives its i-th date to
// the i-th name, and their numbers must agree ([ErrCount]). A CSV, which is read
// with read (nil: [os.ReadFile]), holds one row an input, path and date:
//
//	# comments, blank lines and a header are skipped
//	path,date
//	ndvi/july.tif,2001-07-15
//	ndvi/august.tif,2001-08-16
//
// The first row is a header if its last cell is no date. A row belongs to the
// input whose path is the same once both are cleaned; or is the row's path
// taken from the CSV's folder; or has the same base name, if no other input and
// no other row's path has it. The first of these that fits counts. Rows for
// other files are ignored; an input without a row is [ErrNoDate], and one with
// two rows of different dates is [ErrAmbiguous]. A CSV with one column holds
// dates only and is taken as a list.
//
// Years beside days among the inputs are [ErrMixed].
func (s Spec) Resolve(names []string, read func(path string) ([]byte, error)) ([]Date, error) {
	if s.Auto() {
		return FromNames(names)
	}
	dates, note := s.dates, ""
	if s.csv != "" {
		if read == nil {
			read = os.ReadFile
		}
		data, err := read(s.csv)
		if err != nil {
			return nil, fmt.Errorf("reading the dates for --dates %v: %w", s, err)
		}
		t, err := parseTable(s.csv, data)
		if err != nil {
			return nil, err
		}
		dates, note = t.dates(), t.headerNote()
		if t.hasPaths {
			if dates, err = t.match(names); err != nil {
				return nil, err
			}
		}
	}
	if len(dates) != len(names) {
		return nil, fmt.Errorf("%w: --dates %v gives %s%s for %s: give one date an input, in the order of the inputs",
			ErrCount, s, count(len(dates), "date"), note, count(len(names), "input"))
	}
	if err := checkOneKind(names, dates); err != nil {
		return nil, err
	}
	return slices.Clone(dates), nil // a list's own slice stays the Spec's
}

// count returns "1 date", "2 dates".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
