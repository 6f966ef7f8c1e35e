package timeaxis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Input is one raster of a stack, a file or a band of one, as far as it can
// tell its date. Every text may be empty.
type Input struct {
	Name string // as people know it: errors show it, and the rows of a CSV are matched with it
	// Path is where its name is read from; "" for a band, whose file has other dates too.
	Path        string
	Description string // of the band
	Acquired    string // acquisition metadata, such as 2015-07-11 10:00:08
	Tag         string // TIFFTAG_DATETIME, such as 2015:07:11 10:00:08
}

// Reading is where one input stands on the axis, and what says so.
type Reading struct {
	Date    Date
	X       float64 // where Date is not given, see [Spec.IsX]
	Source  string  // such as "file name" or "--dates 1995-2015"
	Rule    string  // the rule that read the source, such as "Landsat product id"; "" where there is none
	Warning string  // a sentence: another source says otherwise, or the day had to be rolled over; "": neither
}

// text is a source that may hold a date.
type text struct {
	source, text string
	found        []found
}

// texts are the sources of an input in the order of their rank. A folder's name
// only counts where it is a product id: scenes of one date are often in one, and
// any other date of a folder may be that of a project or of a run.
func (in Input) texts() []text {
	return append([]text{
		{"band description", in.Description, readings(in.Description)},
		{"acquisition metadata", in.Acquired, readings(in.Acquired)},
	}, in.nameTexts()...)
}

// nameTexts are the sources of texts that need no look into the file.
func (in Input) nameTexts() []text {
	base, folder := splitPath(in.Path)
	return []text{
		{"file name", in.Path, readings(base)},
		{"folder name", "", productDates(folder)},
	}
}

// tagTexts is the source that says when the file was written, or what its writer took for that.
func (in Input) tagTexts() []text {
	t := text{source: "TIFFTAG_DATETIME", text: in.Tag}
	if match := tagPattern.FindStringSubmatch(in.Tag); match != nil {
		dates, _ := datesIn(tagPattern.SubexpNames(), match)
		for _, d := range dates {
			t.found = append(t.found, found{date: d})
		}
	}
	return []text{t}
}

// read returns the date that texts give to an input. The first that has exactly
// one date decides, but for this: a year gives way to a day in it that a later
// text has; and where a text before has several dates, it must be one of them.
func (in Input) read(texts []text) (Reading, error) {
	var r Reading
	var several *text // the first text with more dates than one, while none decides
	for i, t := range texts {
		switch {
		case len(t.found) == 0:
		case len(t.found) > 1:
			if r.Source == "" && several == nil {
				several = &texts[i]
			}
		case r.Source == "" && several != nil && !slices.ContainsFunc(several.found, func(f found) bool { return agree(f.date, t.found[0].date) }):
			return Reading{}, in.ambiguous(*several)
		case r.Source == "" || r.Date.IsYear() && !t.found[0].date.IsYear() && agree(r.Date, t.found[0].date):
			r.Date, r.Source, r.Rule = t.found[0].date, t.source, t.found[0].rule
			if t.found[0].rolled {
				r.Warning = in.rolled(r)
			}
		case !agree(r.Date, t.found[0].date) && r.Warning == "":
			r.Warning = fmt.Sprintf("the %s of %q says %v, which is used, and its %s says %v", r.Source, in.Name, r.Date, t.source, t.found[0].date)
		}
	}
	switch {
	case r.Source != "":
		return r, nil
	case several != nil:
		return Reading{}, in.ambiguous(*several)
	}
	return Reading{}, in.noDate(texts)
}

// rolled is the warning about day 366 of a year of 365 days.
func (in Input) rolled(r Reading) string {
	return fmt.Sprintf("the %s of %q has the day 366 of a year of 365 days, which is taken for %v", r.Source, in.Name, r.Date)
}

func (in Input) ambiguous(t text) error {
	var dates []string
	for _, f := range t.found {
		dates = append(dates, f.date.String())
	}
	last := len(dates) - 1
	return fmt.Errorf("%w in %s, %s and %s: %s", ErrAmbiguous, in.named(t), strings.Join(dates[:last], ", "), dates[last], howToGive)
}

func (in Input) noDate(texts []text) error {
	var names []string
	for _, t := range texts {
		if t.text != "" {
			names = append(names, in.named(t))
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%w in %q, which has no %s: %s", ErrNoDate, in.Name, texts[0].source, howToGive)
	}
	return fmt.Errorf("%w in %s: %s", ErrNoDate, strings.Join(names, " or "), howToGive)
}

// named names a source of the input in a sentence.
func (in Input) named(t text) string {
	if t.text == in.Path {
		return fmt.Sprintf("the %s %q", t.source, in.Name)
	}
	return fmt.Sprintf("the %s %q of %q", t.source, t.text, in.Name)
}

// against returns what is read of an input whose date was given, with a
// warning if its name says otherwise. A name without one clear date says nothing.
func (in Input) against(given Reading) Reading {
	own, err := in.read(in.nameTexts())
	if err == nil && !agree(own.Date, given.Date) {
		given.Warning = fmt.Sprintf("the %s %q says %v, but the date given for it is %v, which is used", own.Source, in.Name, own.Date, given.Date)
	}
	return given
}

// FromName reads the date in a file's name. The product ids and the notations
// that are known, each with a real name, are the tables in rules.go; a product
// id goes before notations, and years from 1900 to 2100 are believed. Only the
// base name is looked at, without its extension, and then the name of the
// folder, if that is a product id.
//
// One date written several times is one date, and so is a day with its own year
// elsewhere in the name. A month or dekad is its first day. No date is
// [ErrNoDate]; any second date is [ErrAmbiguous], and the error shows all.
func FromName(name string) (Date, error) {
	in := Input{Name: name, Path: name}
	r, err := in.read(in.nameTexts())
	return r.Date, err
}

// splitPath returns the base name of a path without its extension, and the name
// of its folder. Both kinds of slash end a folder, whatever the system: neither
// is part of a date. What stands behind the last dot and begins with a digit is
// no extension but the end of a name like chirps-v2.0.1981.01.01.
func splitPath(path string) (base, folder string) {
	base = strings.TrimRight(path, `/\`)
	if slash := strings.LastIndexAny(base, `/\`); slash >= 0 {
		folder, base = strings.TrimRight(base[:slash], `/\`), base[slash+1:]
		folder = folder[strings.LastIndexAny(folder, `/\`)+1:]
	}
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 && dot+1 < len(base) && !isDigit(base[dot+1]) {
		base = base[:dot]
	}
	return base, folder
}

// checkOneKind returns an error that names an input of each kind if some dates
// are years and others days.
func checkOneKind(inputs []Input, readings []Reading) error {
	year, day, mixed := firstOfEach(datesOf(readings))
	if !mixed {
		return nil
	}
	return fmt.Errorf("%w: %q is dated %v and %q is dated %v: %s",
		ErrMixed, inputs[year].Name, readings[year].Date, inputs[day].Name, readings[day].Date, oneKind)
}

func datesOf(readings []Reading) []Date {
	dates := make([]Date, len(readings))
	for i, r := range readings {
		dates[i] = r.Date
	}
	return dates
}

// String says what was read, such as "2018-01-31 by the file name (Landsat
// product id)".
func (r Reading) String() string {
	value := r.Date.String()
	if r.Date == (Date{}) {
		value = number(r.X)
	}
	s := fmt.Sprintf("%s by %s", value, cmp.Or(r.Source, "nothing"))
	if r.Rule != "" {
		s += " (" + r.Rule + ")"
	}
	return s
}
