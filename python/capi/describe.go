//go:build cgo

package main

import (
	"cmp"

	"github.com/pixtrend/pixtrend/stats"
)

// field is a row of the table of fields, for Python.
type field struct {
	Name      string `json:"name"`
	Row       string `json:"row"` // its name in the table: that of a covariate's field differs
	Estimator string `json:"estimator"`
	Unit      string `json:"unit"`
	Needs     string `json:"needs"` // the option without which it is no result
	All       bool   `json:"all"`   // "all" stands for it
	Nearest   bool   `json:"nearest"`
	Help      string `json:"help"`
}

// allFields returns the table.
func allFields() []field {
	var rows []field
	for _, f := range stats.Fields() {
		rows = append(rows, describe(f, f.String()))
	}
	return rows
}

func describe(f stats.Field, name string) field {
	info := f.Info()
	return field{Name: name, Row: info.Name, Estimator: info.Estimator.String(), Unit: info.Unit.String(), Needs: needs(info),
		All: !info.NotInAll, Nearest: info.Nearest, Help: info.Help}
}

// plan is what a fit will write.
type plan struct {
	Fields []field `json:"fields"`
	Unit   string  `json:"unit"`   // of time, that slopes are per
	Counts string  `json:"counts"` // what times count
	Period string  `json:"period"` // what phases count, if their period is not a year
	Origin string  `json:"origin"` // where the intercept is
	Text   string  `json:"text"`   // the dates as a sentence
}

// describe checks all that can be checked without samples, and says what a fit will write.
func (p *problem) describe() (*plan, error) {
	if err := p.opts.Check(p.axis, p.options.DType == "float64"); err != nil {
		return nil, err
	}
	d := &plan{Unit: p.axis.Unit(), Counts: p.axis.Counts(), Period: p.axis.PeriodUnit(), Origin: cmp.Or(p.options.InterceptAt, p.axis.Origin()),
		Text: p.axis.String()}
	for _, f := range p.opts.Fields {
		d.Fields = append(d.Fields, describe(f, p.model.FieldName(f)))
	}
	return d, nil
}
