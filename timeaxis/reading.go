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
	Item        string         // the day of its STAC item, such as 2018-01-31
	Time        TimeCoordinate // of the band
	Layer       string         // the time that R's terra keeps for the band in NAME.aux.json, such as 2001-07-15
	Description string         // of the band
	Acquired    string         // acquisition metadata, such as 2015-07-11 10:00:08
	Tag         string         // TIFFTAG_DATETIME, such as 2015:07:11 10:00:08
	// Listed says that a person named the input by itself, and so its place among the others; else
	// it was found in a folder or by a pattern, and stands where [SortNames] puts it.
	Listed bool
}

// Reading is where one input stands on the axis, and what says so.
type Reading struct {
	Date    Date
	Part    float64 // of the day that is over, by a time coordinate; else 0
	X       float64 // where Date is not given, see [Spec.IsX]
	Source  string  // such as "file name" or "the range 1995-2015"
	Month   bool    // the source has a month without a day, and Date is its first day unless [MiddleOfMonths] moved it
	Rule    string  // the rule that read the source, such as "Landsat product id"; "" where there is none
	Doubt   string  // why an input has no certain date, in the words of the error about it; "" where Source is given
	Warning string  // a sentence: another source says otherwise, or the day had to be rolled over; "": neither
}

// column is one source of dates, of all inputs.
type column struct {
	source string
	text   func(Input) string
	read   func([]Input) []reading
}

// columnOf makes a column of texts that are read together.
func columnOf(source string, text func(Input) string, read func(texts []string) []reading) column {
	return column{source, text, func(inputs []Input) []reading {
		texts := make([]string, len(inputs))
		for i, in := range inputs {
			texts[i] = text(in)
		}
		return read(texts)
	}}
}

// The sources of dates in the order of their rank. A folder's name only counts where it is a
// product id: scenes of one date are often in one, and any other date of a folder may be that of a
// project or of a run.
var (
	itemColumn  = columnOf("STAC item", func(in Input) string { return in.Item }, layerReadings)
	timeColumn  = column{"time coordinate", func(in Input) string { return in.Time.String() }, timeReadings}
	layerColumn = columnOf("terra's .aux.json", func(in Input) string { return in.Layer }, layerReadings)
	descColumn  = columnOf("band description", func(in Input) string { return in.Description }, readings)
	acqColumn   = columnOf("acquisition metadata", func(in Input) string { return in.Acquired }, readings)
	tagColumn   = columnOf("TIFFTAG_DATETIME", func(in Input) string { return in.Tag }, tagReadings)
	nameColumn  = column{"file name", func(in Input) string { return in.Path }, baseReadings}
	dirColumn   = column{"folder name", func(Input) string { return "" }, folderReadings}

	nameColumns = []column{nameColumn, dirColumn}
	allColumns  = []column{itemColumn, timeColumn, layerColumn, descColumn, acqColumn, nameColumn, dirColumn}
)

func baseReadings(inputs []Input) []reading {
	bases := make([]string, len(inputs))
	for i, in := range inputs {
		bases[i], _ = splitPath(in.Path)
	}
	return readings(bases)
}

func folderReadings(inputs []Input) []reading {
	folders := make([]string, len(inputs))
	for i, in := range inputs {
		_, folders[i] = splitPath(in.Path)
	}
	return productReadings(folders)
}

// tagReadings reads the tag that says when the file was written, or what its writer took for that.
func tagReadings(tags []string) []reading {
	all := make([]reading, len(tags))
	for i, tag := range tags {
		if match := tagPattern().FindStringSubmatch(tag); match != nil {
			dates, _ := spelled(tagPattern().SubexpNames(), match)
			for _, d := range dates {
				all[i].dates = append(all[i].dates, found{date: d, level: byDay})
			}
		}
	}
	return all
}

// cell is what one source says of one input.
type cell struct {
	source, text string
	reading
}

// resolve reads the dates of inputs from columns. With an error, which is that of the first input
// without one certain date, the readings of the others are returned too.
func resolve(inputs []Input, columns []column) ([]Reading, error) {
	rows := make([][]cell, len(inputs))
	for _, c := range columns {
		for i, r := range c.read(inputs) {
			rows[i] = append(rows[i], cell{c.source, c.text(inputs[i]), r})
		}
	}
	all := make([]Reading, len(inputs))
	var first error
	for i, in := range inputs {
		var err error
		if all[i], err = in.read(rows[i]); err != nil {
			all[i].Doubt = err.(*Error).Found
		}
		first = cmp.Or(first, err)
	}
	return all, first
}

// read returns the date that cells give to an input. The first that has one certain date decides,
// but for this: a year gives way to a day in it that a later one has, and is doubtful where a later
// one has a doubt about a date in it; and where one before has several dates or a doubt, the date
// must be one that it may have.
func (in Input) read(cells []cell) (Reading, error) {
	var r Reading
	var open *cell // the first that has dates and not one for certain, while none decides
	for i, c := range cells {
		switch {
		case len(c.dates) == 0:
		case !c.certain() && r.Source == "":
			if open == nil {
				open = &cells[i]
			}
		case !c.certain():
			if r.Date.IsYear() && c.mayBe(r.Date) {
				return Reading{}, in.unclear(c)
			}
		case r.Source == "" && open != nil && !open.mayBe(c.dates[0].date):
			return Reading{}, in.unclear(*open)
		case r.Source == "" && open != nil && c.dates[0].date.IsYear() && open.doubt != "":
			return Reading{}, in.unclear(*open)
		case r.Source == "" || r.Date.IsYear() && !c.dates[0].date.IsYear() && agree(r.Date, c.dates[0].date):
			r.Date, r.Part, r.Month, r.Source, r.Rule = c.dates[0].date, c.dates[0].part, c.dates[0].month, c.source, c.dates[0].rule
			if c.dates[0].rolled {
				r.Warning = in.rolled(r)
			}
		case !agree(r.Date, c.dates[0].date) && r.Warning == "":
			r.Warning = fmt.Sprintf("the %s of %q says %v, which is used, and its %s says %v", r.Source, in.Name, r.Date, c.source, c.dates[0].date)
		}
	}
	switch {
	case r.Source != "":
		return r, nil
	case open != nil:
		return Reading{}, in.unclear(*open)
	}
	return Reading{}, in.noDate(cells)
}

// mayBe reports whether one of the dates of c can be right where d is.
func (c cell) mayBe(d Date) bool {
	return slices.ContainsFunc(c.dates, func(f found) bool {
		return agree(f.date, d) || f.level == byMonth && f.contains(d)
	})
}

// rolled is the warning about day 366 of a year of 365 days.
func (in Input) rolled(r Reading) string {
	return fmt.Sprintf("the %s of %q has the day 366 of a year of 365 days, which is taken for %v", r.Source, in.Name, r.Date)
}

// unclear is the error about a text that has several dates, or one that is in doubt.
func (in Input) unclear(c cell) error {
	e := &Error{Kind: ErrAmbiguous, Inputs: []string{in.Name}}
	var texts []string
	for _, f := range c.dates {
		e.Dates, texts = append(e.Dates, f.date), append(texts, f.date.String())
	}
	if last := len(texts) - 1; last > 0 {
		e.Found = fmt.Sprintf("%v in %s, %s and %s", e.Kind, in.named(c), strings.Join(texts[:last], ", "), texts[last])
		return e
	}
	e.Kind = ErrDoubtful
	e.Found = fmt.Sprintf("%v in %s, %s: %s", e.Kind, in.named(c), texts[0], c.doubt)
	return e
}

func (in Input) noDate(cells []cell) error {
	e := &Error{Kind: ErrNoDate, Inputs: []string{in.Name}}
	var names []string
	why := ""
	for _, c := range cells {
		if c.text != "" {
			names = append(names, in.named(c))
		}
		if why == "" && c.doubt != "" {
			why = ": " + c.doubt
		}
	}
	e.Found = fmt.Sprintf("%v in %s%s", e.Kind, strings.Join(names, " or "), why)
	if len(names) == 0 {
		e.Found = fmt.Sprintf("%v in %q, which has no %s", e.Kind, in.Name, lacking(cells))
	}
	return e
}

// lacking names what an input without any text lacks.
func lacking(cells []cell) string {
	for _, c := range cells {
		if c.source != itemColumn.source && c.source != timeColumn.source && c.source != layerColumn.source {
			return c.source
		}
	}
	return cells[0].source
}

// named names a source of the input in a sentence.
func (in Input) named(c cell) string {
	if c.text == in.Path {
		return fmt.Sprintf("the %s %q", c.source, in.Name)
	}
	return fmt.Sprintf("the %s %q of %q", c.source, c.text, in.Name)
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
	a, b := readings[year], readings[day]
	return &Error{Kind: ErrMixed, Remedy: GiveOneKind, Inputs: []string{inputs[year].Name, inputs[day].Name}, Dates: []Date{a.Date, b.Date},
		Found: fmt.Sprintf("%v: %q is dated %v and %q is dated %v", ErrMixed, inputs[year].Name, a.Date, inputs[day].Name, b.Date)}
}

// Instants returns the times of readings in days since 1970-01-01 with parts of days, if all of them are
// by time coordinates whose times of day differ; else nil. Where all have one time of day, slopes are
// those of whole days.
func Instants(readings []Reading) []float64 {
	days, differ := make([]float64, len(readings)), false
	for i, r := range readings {
		if r.Source != timeColumn.source || r.Date == (Date{}) {
			return nil
		}
		days[i] = float64(r.Date.Number()) + r.Part
		differ = differ || r.Part != readings[0].Part
	}
	if !differ {
		return nil
	}
	return days
}

// Instant writes the date with its time of day, such as 2021-01-31T06:00.
func (r Reading) Instant() string { return instant(r.Date, r.Part) }

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
