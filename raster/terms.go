package raster

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Covariate is a term of the model whose values come from files: a number for each date, or a raster
// for each date.
type Covariate struct {
	Name    string   // of its field
	Table   string   // a CSV with rows of date,number, see timeaxis.ReadValues; "": Rasters
	Rasters []string // inputs of which Expand finds a raster for each date, on the grid of the stack
}

// ParseCovariate reads NAME=@file.csv, or NAME=RASTERS.
func ParseCovariate(s string) (Covariate, error) {
	name, from, _ := strings.Cut(s, "=")
	table, isTable := strings.CutPrefix(from, "@")
	switch {
	case table == "":
		return Covariate{}, errors.New("give a name and where its values are: a file with a number for each date, such as rain=@rain.csv, or rasters, such as rain=rain/")
	case isTable:
		return Covariate{Name: name, Table: table}, stats.CheckName(name)
	}
	return Covariate{Name: name, Rasters: []string{from}}, stats.CheckName(name)
}

// Model returns the model as far as it decides which fields there are, and their names. The numbers
// of its covariates follow from the inputs.
func (o Options) Model() stats.Model {
	m := stats.Model{Degree: o.Fit.Model.Degree, Harmonics: o.Fit.Model.Harmonics, Robust: o.Fit.Model.Robust, AR1: o.Fit.Model.AR1}
	if o.Fit.Model.Step != "" {
		m.Step = new(float64)
	}
	for _, c := range o.Covariates {
		m.Covariates = append(m.Covariates, stats.Covariate{Name: c.Name})
	}
	if o.Weights != "" {
		m.Weights = []float64{} // which they are does not matter
	}
	return m
}

// yearly reports whether the model has a season of a year.
func (o Options) yearly() bool {
	m := o.Fit.Model
	return m.Harmonics > 0 && (m.Period == 0 || math.Abs(m.Period-daysPerYear) < 1)
}

// modelFiles are the tables of numbers that a model uses.
type modelFiles struct {
	reads      reads
	weights    *timeaxis.Values
	covariates []timeaxis.Values
}

// tables returns the names of the tables of numbers.
func (o Options) tables() (names []string) {
	for _, c := range o.Covariates {
		names = append(names, c.Table)
	}
	return slices.DeleteFunc(append(names, o.Weights), func(name string) bool { return name == "" })
}

// readModel reads the tables of numbers.
func (o Options) readModel() (f modelFiles, err error) {
	if o.Fit.Model.Covariates != nil || o.Fit.Model.Weights != nil {
		return f, errors.New("Options.Fit.Model.Covariates and Weights are not used for files: name the tables in Options.Covariates and Options.Weights")
	}
	for _, table := range o.tables() {
		if err := f.reads.add(table); err != nil {
			return f, fault.Inputf("%s: %v", table, err)
		}
	}
	if o.Weights != "" {
		weights, err := timeaxis.ReadValues(o.Weights, regular.ReadText)
		if err != nil {
			return f, fault.Inputf("weights: %v", err)
		}
		f.weights = &weights
	}
	for _, c := range o.Covariates {
		if c.Table == "" {
			f.covariates = append(f.covariates, timeaxis.Values{})
			continue
		}
		values, err := timeaxis.ReadValues(c.Table, regular.ReadText)
		if err != nil {
			return f, fault.Inputf("the covariate %s: %v", c.Name, err)
		}
		f.covariates = append(f.covariates, values)
	}
	return f, nil
}

// modelOn returns the model with the numbers of the tables at the dates of a stack.
func (o Options) modelOn(s *Stack, files modelFiles) (m pixtrend.Model, err error) {
	m = o.Fit.Model
	s.reads.merge(files.reads)
	axis, rasters := s.fittedAxis(), 0
	if files.weights != nil {
		if m.Weights, err = files.weights.On(axis); err != nil {
			return m, fault.Inputf("weights: %v", err)
		}
		for i, w := range m.Weights {
			if w < 0 {
				return m, fault.Inputf("the weight of %s is %v: weights are 0 or more", axis.Label(i), w)
			}
		}
	}
	for i, c := range o.Covariates {
		if c.Table == "" {
			g := s.covariates[rasters].grid
			m.Covariates = append(m.Covariates, stats.Covariate{Name: c.Name, Scale: g.Scale, Offset: g.Offset})
			rasters++
			continue
		}
		values, err := files.covariates[i].On(axis)
		if err != nil {
			return m, fault.Inputf("the covariate %s: %v", c.Name, err)
		}
		m.Covariates = append(m.Covariates, stats.Covariate{Name: c.Name, Values: values})
	}
	return m, nil
}

// modelText describes the model for people; "" for a line.
func (o Options) modelText(axis timeaxis.Axis) string {
	m := o.Fit.Model
	var parts []string
	if m.Degree > 1 {
		parts = append(parts, fmt.Sprintf("polynomial of degree %d", m.Degree))
	} else {
		parts = append(parts, "line")
	}
	if m.Harmonics > 0 {
		noun, period := "harmonics", "a year"
		if m.Harmonics == 1 {
			noun = "harmonic"
		}
		if m.Period != 0 {
			period = fmt.Sprintf("%v %s", m.Period, axis.PeriodUnit())
		}
		parts = append(parts, fmt.Sprintf("%d %s of %s", m.Harmonics, noun, period))
	}
	if m.Step != "" {
		parts = append(parts, "step at "+m.Step)
	}
	for _, c := range o.Covariates {
		text := "covariate " + c.Name
		if c.Table == "" {
			text += " (rasters)"
		}
		parts = append(parts, text)
	}
	text := strings.Join(parts, ", ")
	if o.Weights != "" {
		text += ", weighted"
	}
	if psi := m.Robust.Psi; psi != 0 {
		text += ", robust (" + psi.String() + ")"
	}
	if m.AR1 {
		text += ", errors with autocorrelation"
	}
	if text == "line" {
		return ""
	}
	return text
}
