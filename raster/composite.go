package raster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Composite says which scenes become one, and how. The zero Composite leaves scenes as they are.
type Composite struct {
	Period timeaxis.Period
	By     stats.Composite
}

// String returns the composite in words, such as "annual max"; "" for the zero Composite.
func (c Composite) String() string {
	if c.Period == timeaxis.NoPeriod {
		return ""
	}
	return fmt.Sprintf("%v %v", c.Period, c.By)
}

// datesMonths reports whether composites are dated by the middle of their months.
func (o OpenOptions) datesMonths() bool {
	return o.Composite.Period == timeaxis.EachMonth && o.MonthDay == timeaxis.MiddleOfMonth
}

// compose sets the composites of s, whose scenes have the dates of axis.
func (s *Stack) compose(axis timeaxis.Axis) error {
	c := s.options.Composite
	if c.Period == timeaxis.NoPeriod {
		return nil
	}
	var err error
	if s.groups, err = c.Period.Groups(axis.Dates, s.options.Select.Months); err != nil {
		return err
	}
	dates := make([]timeaxis.Date, len(s.groups))
	for i := range s.groups {
		if s.options.datesMonths() {
			s.groups[i].Date = s.groups[i].Date.MiddleOfMonth()
		}
		dates[i] = s.groups[i].Date
	}
	if len(dates) == 1 {
		s.composites = timeaxis.Axis{Dates: dates, T: []float64{float64(dates[0].Number())}}
		return nil
	}
	s.composites, _, err = timeaxis.NewAxis(dates)
	if err == nil {
		s.composites = s.composites.Per(s.options.Per)
	}
	return err
}

// fittedAxis returns the axis of what is fitted: that of the scenes, or of their composites.
func (s *Stack) fittedAxis() timeaxis.Axis {
	if s.groups != nil {
		return s.composites
	}
	return s.grid.Axis
}

// fitted returns the source of what is fitted: the scenes or their composites, of a region of the
// stack. The zero Window is the whole stack. threads is as in pixtrend.Options.
func (s *Stack) fitted(of pixtrend.Window, threads int) (pixtrend.Source, error) {
	var source pixtrend.Source = s
	if s.cover != nil && of == (pixtrend.Window{}) {
		of = pixtrend.Window{Width: s.geo.Width, Height: s.geo.Height}
	}
	if of != (pixtrend.Window{}) {
		source = region{s, of}
	}
	if s.groups == nil {
		if s.canView() {
			source = inPlace{source, region{s, of}}
		}
		return source, nil
	}
	return pixtrend.Compose(source, s.groups, s.composites, s.options.Composite.By, threads)
}

// checkMixture returns an error if some files are composites and others are not, or composites of
// another kind: they lie in one folder, and are no stack.
func (s *Stack) checkMixture() error {
	for i := range s.planes {
		one, other := &s.planes[0], &s.planes[i]
		if one.composite == other.composite {
			continue
		}
		if one.composite == "" {
			one, other = other, one
		}
		what := "is a composite of another kind (" + other.composite + ")"
		if other.composite == "" {
			what = "is not"
		}
		return fault.Inputf("%s is a composite (%s), and %s %s: a stack is made of one of the two, leave the others out",
			s.files[one.file], one.composite, s.files[other.file], what)
	}
	return nil
}

// checkComposites returns an error if the composites do not make a trend.
func (s *Stack) checkComposites() error {
	if len(s.groups) > 0 && len(s.covariates) > 0 {
		return fault.Inputf("covariates that are rasters have values of scenes, and %v composites are fitted: write composites of both first, and fit these", s.options.Composite.Period)
	}
	if len(s.groups) != 1 {
		return nil
	}
	return fault.Inputf("%s: the %d rasters make one %v composite, of %v, and a trend needs two or more: name more inputs",
		described(s.files), len(s.planes), s.options.Composite.Period, s.groups[0].Date)
}

// PrepareComposites opens the rasters that Expand finds for inputs, checks them and the options, and
// plans the composites of Options.Composite, which are written without a fit: their values as
// float32, or as float64 with Options.Fit.Float64, with scale and offset applied, and NaN for gaps.
//
// output is the name of a file with a band for each composite, described by its date. If it has
// {year}, {month} or {date} in it, each composite has a file of its own, named by its date.
//
// PrepareComposites writes nothing. The caller runs the job, and closes it.
func PrepareComposites(ctx context.Context, inputs []string, output string, o Options) (*Job, error) {
	if o.Composite.Period == timeaxis.NoPeriod {
		return nil, errors.New("composites of no period: set Options.Composite")
	}
	if o.FDR != 0 || len(o.SideOutputs()) > 0 || o.Weights != "" || o.Covariates != nil || o.Keep != "" {
		return nil, errors.New("Options.FDR, Weights, Covariates, Residuals, Detrend, Deseason, Fitted, Vertices and Keep are not used for composites: leave them unset")
	}
	if err := o.checkFit(); err != nil {
		return nil, err
	}
	o.Fit.Samples, o.unfitted = true, true
	if err := o.begin(); err != nil {
		return nil, err
	}
	if o.Format.OfArrays() {
		return nil, noBandsOfDates(output, o.Format)
	}
	if err := o.Format.CheckName(output); err != nil {
		return nil, err
	}
	if err := o.checkForm(1); err != nil {
		return nil, err
	}
	return o.open(ctx, inputs, output, prepareComposites)
}

// prepareComposites makes the job of a stack that is open.
func prepareComposites(s *Stack, output string, o Options) (*Job, error) {
	names := s.compositeNames(output)
	for i, name := range names {
		if at := slices.Index(names, name); at < i {
			return nil, fault.Outputf("the composites of %v and %v would both be written to %s: put {date} into the name of the output",
				s.composites.Label(at), s.composites.Label(i), name)
		}
	}
	return newJob(s, output, o)
}

// compositeNames returns the names of the files of composites: one, or one for each.
func (s *Stack) compositeNames(output string) []string {
	if !strings.Contains(output, "{year}") && !strings.Contains(output, "{month}") && !strings.Contains(output, "{date}") {
		return []string{output}
	}
	var names []string
	for _, d := range s.composites.Dates {
		year, month, _ := strings.Cut(d.String(), "-")
		month, _, _ = strings.Cut(month, "-")
		names = append(names, strings.NewReplacer("{year}", year, "{month}", month, "{date}", d.String()).Replace(output))
	}
	return names
}

// compositeOutputs describes the files of composites.
func (j *Job) compositeOutputs() (outputs []outputFile) {
	spec := j.newSpec()
	// These are marks of results, which are no inputs.
	delete(spec.Metadata, datesItem)
	names, bands := j.stack.compositeNames(j.Output), j.dateBands()
	for i, name := range names {
		if spec.Bands = bands; len(names) > 1 {
			spec.Bands = bands[i : i+1]
		}
		outputs = append(outputs, outputFile{name, spec})
	}
	return outputs
}
