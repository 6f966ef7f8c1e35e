package raster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Dated is a raster, a file or a band of one, and how its date was found.
type Dated struct {
	Name string
	timeaxis.Reading
}

// Dates returns the dates of all inputs, in the order of the inputs. It ignores the selection of
// dates in o. The rasters may have different grids. If some inputs have no date, Dates returns an
// error and also the dates of the others; the Source of an input without a date is "".
func Dates(ctx context.Context, inputs []string, o OpenOptions) ([]Dated, error) {
	s, err := newStack(ctx, inputs, o, newDescriptions())
	if err != nil {
		return nil, err
	}
	o = s.options
	if !s.named(o) {
		if _, err := s.describe(ctx, o); err != nil {
			return nil, err
		}
	}
	sources, files := s.dated()
	o, err = o.inCalendarOf(sources)
	if err != nil {
		return nil, err
	}
	readings, err := o.resolveWhole(sources, files)
	dated := make([]Dated, len(readings))
	for i, r := range readings {
		dated[i] = Dated{sources[i].Name, r}
	}
	return dated, err
}

// resolve returns the date, or the number, of every input.
func (o OpenOptions) resolve(inputs []timeaxis.Input) ([]timeaxis.Reading, error) {
	readings, err := o.Dates.Resolve(inputs, regular.ReadText)
	if o.MonthDay != timeaxis.MiddleOfMonth {
		return readings, err
	}
	if months := timeaxis.MiddleOfMonths(readings); months == 0 && err == nil && !o.datesMonths() && !o.ofMasks {
		err = fault.Inputf("no input is dated by a month without a day, so %v has no effect: leave it out", Option{Field: "MonthDay", Value: "middle"})
	}
	return readings, err
}

// inCalendarOf returns the options for inputs whose time coordinates count in a calendar without
// leap years, or of months of 30 days: their times are numbers of years.
func (o OpenOptions) inCalendarOf(inputs []timeaxis.Input) (OpenOptions, error) {
	dates := o.Dates.For(inputs)
	if dates.IsX() == o.Dates.IsX() {
		return o, nil
	}
	o.Dates, o.XUnit = dates, "year"
	return o, o.check()
}

// Readings returns how each date, or number in its place, was found, in the order of Names.
func (s *Stack) Readings() []timeaxis.Reading { return s.readings }

// sourcesOf returns the sources of dates, such as "file name: Landsat product id", the most
// frequent first.
func sourcesOf(readings []timeaxis.Reading) []string {
	sources, frequency := []string{}, map[string]int{}
	for _, r := range readings {
		source := r.Source
		if r.Rule != "" {
			source += ": " + r.Rule
		}
		if r.Source != "" {
			if frequency[source]++; frequency[source] == 1 {
				sources = append(sources, source)
			}
		}
	}
	slices.SortStableFunc(sources, func(a, b string) int { return frequency[b] - frequency[a] })
	return sources
}

// named reports whether the files can be dated without opening them: by their names, or by given
// dates. The bands of a single file may be its dates, so it must be opened.
func (s *Stack) named(o OpenOptions) bool {
	return len(s.files) > 1 && (!o.Dates.LooksInside() || o.ofItems && o.Dates.IsAuto())
}

// selectByDate finds the date of every plane, or of every file if no file is open yet, and returns
// the indices of those that are used.
func (s *Stack) selectByDate(o OpenOptions) (kept []int, err error) {
	inputs, files := s.dated()
	if s.readings, err = o.resolveWhole(inputs, files); err != nil {
		if s.multi && o.Dates.LooksInside() {
			return nil, fmt.Errorf("%s has %d bands, and not each has a date of its own: %w; %w", s.files[0], len(s.planes), err, fault.Errorf("or pick one band of it with %v", Option{Field: "Band"}))
		}
		return nil, err
	}
	if o.Dates.IsX() {
		kept = make([]int, len(s.readings))
		for i := range kept {
			kept[i] = i
		}
		return kept, nil
	}
	dates := make([]timeaxis.Date, len(s.readings))
	for i, r := range s.readings {
		dates[i] = r.Date
	}
	if o.kept != nil {
		kept, err = o.Select.Some(dates)
	} else {
		kept, err = o.Select.Select(dates)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", described(s.files), err)
	}
	s.readings = permuted(s.readings, kept)
	return kept, nil
}

// dated returns the texts that may date the planes, or the files if no file is open yet, and the file of
// each.
func (s *Stack) dated() (inputs []timeaxis.Input, files []string) {
	if s.planes == nil {
		inputs = make([]timeaxis.Input, len(s.files))
		for i, name := range s.files {
			inputs[i] = timeaxis.Input{Name: name, Path: s.datedPath(i), Listed: s.listed[i], Item: s.itemOf(i)}
		}
		return inputs, s.sources
	}
	inputs = make([]timeaxis.Input, len(s.planes))
	for i, name := range s.Names() {
		p := &s.planes[i]
		inputs[i] = p.labels.input(name)
		if !p.dated {
			inputs[i].Path, inputs[i].Listed, inputs[i].Item = s.datedPath(p.file), s.listed[p.file], s.itemOf(p.file)
		}
		files = append(files, s.sources[p.file])
	}
	return inputs, files
}

// datedPath returns the path whose name may date a file; "" for a page of the only file.
func (s *Stack) datedPath(file int) string {
	if s.pages {
		return ""
	}
	return withoutPiece(gdal.DatedName(s.sources[file]))
}

// sortByDate sorts the planes by date and returns the axis.
func (s *Stack) sortByDate(o OpenOptions) (timeaxis.Axis, error) {
	// Scenes of one date are in the order of their names, so that results do not depend on the
	// order of the arguments.
	byName := make([]int, len(s.planes))
	for i := range byName {
		byName[i] = i
	}
	slices.SortStableFunc(byName, func(i, j int) int {
		return strings.Compare(s.sources[s.planes[i].file], s.sources[s.planes[j].file])
	})
	s.planes, s.readings = permuted(s.planes, byName), permuted(s.readings, byName)
	warning, warned := "", 0
	for _, r := range s.readings {
		if r.Warning != "" {
			warning, warned = cmp.Or(warning, r.Warning), warned+1
		}
	}
	if warning != "" {
		warning += others(warned - 1)
		s.warnings = append(s.warnings, warning)
	}
	axis, order, err := o.axis(s.readings)
	if err != nil && warning != "" {
		err = fmt.Errorf("%w; %s", err, warning)
	}
	if err != nil {
		return timeaxis.Axis{}, fmt.Errorf("%s: %w", described(s.files), err)
	}
	s.planes, s.readings = permuted(s.planes, order), permuted(s.readings, order)
	if err := s.compose(axis); err != nil {
		return timeaxis.Axis{}, fmt.Errorf("%s: %w", described(s.files), err)
	}
	dates := axis.Dates
	if o.kept != nil {
		dates = o.kept.axis.Dates
	}
	if s.groups != nil {
		dates = s.composites.Dates
	} else if d := axis.Duplicates(); len(d) > 0 {
		s.warnings = append(s.warnings, sharedDates(d, o.Per))
	}
	if warning := o.seasonWarning(dates); warning != "" && !o.unfitted {
		s.warnings = append(s.warnings, warning)
	}
	return axis, nil
}

// axis makes the axis of readings.
func (o OpenOptions) axis(readings []timeaxis.Reading) (timeaxis.Axis, []int, error) {
	if o.Dates.IsX() {
		xs := make([]float64, len(readings))
		for i, r := range readings {
			xs[i] = r.X
		}
		return timeaxis.NewXAxis(xs, o.XUnit)
	}
	dates := make([]timeaxis.Date, len(readings))
	for i, r := range readings {
		dates[i] = r.Date
	}
	days := timeaxis.Instants(readings)
	switch {
	case o.kept != nil && days != nil:
		return timeaxis.Axis{}, nil, fault.Inputf("kept sums count whole days, and these rasters have different times of day: fit all rasters together, without kept sums")
	case o.kept != nil:
		return o.kept.with(dates, o.Per)
	}
	var axis timeaxis.Axis
	var order []int
	var err error
	if days != nil {
		axis, order, err = timeaxis.NewInstantAxis(days)
	} else {
		axis, order, err = timeaxis.NewAxis(dates)
	}
	if err != nil {
		return timeaxis.Axis{}, nil, err
	}
	return axis.Per(o.Per), order, nil
}

// sharedDates is the warning about scenes that share a date.
func sharedDates(dates []timeaxis.Date, per timeaxis.Unit) string {
	what := fmt.Sprintf("share the date %v", dates[0])
	if len(dates) > 1 {
		what = fmt.Sprintf("share a date (%v, …)", dates[0])
	}
	if per == timeaxis.PerStep {
		return fmt.Sprintf("several scenes %s: each is a step of its own", what)
	}
	return fmt.Sprintf("several scenes %s: all are used", what)
}
