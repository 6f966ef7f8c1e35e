//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// options are those of pixtrend.fit in Python, which documents them. What is left out is the default.
type options struct {
	Times string   `json:"times"` // what the times count: years, days since 1970-01-01, or numbers
	Per   string   `json:"per"`   // a unit of time, or the unit of the numbers
	Stats []string `json:"stats"`
	DType string   `json:"dtype"` // of the results

	Nodata     *float64    `json:"nodata"`
	ValidRange [2]*float64 `json:"valid_range"`
	Scale      *float64    `json:"scale"`
	Offset     float64     `json:"offset"`
	MinObs     *int        `json:"min_obs"`
	Covariates []covariate `json:"covariates"`
	Weights    []float64   `json:"weights"`

	Confidence   *float64 `json:"confidence"`
	Significance *float64 `json:"significance"`
	FDR          *float64 `json:"fdr"`
	InterceptAt  string   `json:"intercept_at"`

	Harmonics int      `json:"harmonics"`
	Period    *float64 `json:"period"` // nil: a year
	Degree    *int     `json:"degree"`
	Step      string   `json:"step"`
	Robust    string   `json:"robust"`
	AR1       bool     `json:"ar1"`

	Season           string `json:"season"`
	SeasonCovariance bool   `json:"season_covariance"`
	MK               string `json:"mk"`
	MKP              string `json:"mk_p"`
	SenIntercept     string `json:"sen_intercept"`

	Residuals  bool `json:"residuals"`
	Detrended  bool `json:"detrended"`
	Deseasoned bool `json:"deseasoned"`
}

// covariate is a covariate with a number for each date, or without: then it is one of the arrays of
// the call.
type covariate struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// problem is a fit without its arrays.
type problem struct {
	axis    timeaxis.Axis
	planes  []int // of each date of the axis: which of the times it is
	model   stats.Model
	options options
	opts    pixtrend.Options
}

// newProblem reads options and places times on an axis.
func newProblem(text string, times []float64) (*problem, error) {
	var p problem
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p.options); err != nil {
		return nil, fmt.Errorf("the options: %w", err)
	}
	if err := p.setAxis(times); err != nil {
		return nil, err
	}
	if err := p.setFit(); err != nil {
		return nil, err
	}
	return &p, nil
}

// setAxis places the times on an axis.
func (p *problem) setAxis(times []float64) (err error) {
	if len(times) < 2 {
		return fmt.Errorf("a trend needs two or more dates, and the stack has %d", len(times))
	}
	if slices.Min(times) == slices.Max(times) {
		return fmt.Errorf("a trend needs two or more different dates, and all %d are the same", len(times))
	}
	switch o := p.options; o.Times {
	case "numbers":
		p.axis, p.planes, err = timeaxis.NewXAxis(times, o.Per)
		return err
	case "days":
		p.axis, p.planes, err = timeaxis.NewInstantAxis(times)
	case "years":
		dates := make([]timeaxis.Date, len(times))
		for i, t := range times {
			dates[i] = timeaxis.Year(int(t))
		}
		p.axis, p.planes, err = timeaxis.NewAxis(dates)
	default:
		return fmt.Errorf("times=%q: it is years, days or numbers", o.Times)
	}
	if err != nil || p.options.Per == "" {
		return err
	}
	unit, err := timeaxis.ParseUnit(p.options.Per)
	if err != nil {
		return fmt.Errorf("per: %w", err)
	}
	p.axis = p.axis.Per(unit)
	return nil
}

// setFit reads the options of the fit.
func (p *problem) setFit() (err error) {
	o := p.options
	if err := p.checkNumbers(); err != nil {
		return err
	}
	f := &p.opts
	f.Pin, f.InterceptAt = runner.PinOff, o.InterceptAt
	f.Residuals, f.Detrended, f.Deseasoned = o.Residuals, o.Detrended, o.Deseasoned
	if o.MinObs != nil {
		f.MinObs = *o.MinObs
	}
	if o.Confidence != nil {
		f.Confidence = *o.Confidence
	}
	if err := p.setModel(&f.Model); err != nil {
		return err
	}
	if err := setRanks(o, &f.Rank); err != nil {
		return err
	}
	if p.model, err = f.Model.On(p.axis); err != nil {
		return err
	}
	if len(o.Stats) > 0 {
		if f.Fields, err = p.model.ParseFields(strings.Join(o.Stats, ",")); err != nil {
			return fmt.Errorf("stats: %w", err)
		}
	}
	switch classes := stats.Classes(f.Fields); {
	case o.FDR != nil && o.Significance != nil:
		return errors.New("significance and fdr exclude each other: one is a limit for each pixel's p-value, the other finds the limit from all of them")
	case o.FDR != nil:
		f.Significance = stats.LevelOf(*o.FDR)
		f.Fields = stats.WithClasses(f.Fields, true)
	case o.Significance != nil:
		f.Significance = *o.Significance
		f.Fields = stats.WithClasses(f.Fields, false)
	case len(classes) > 0:
		return fmt.Errorf("%v needs a level of significance: give significance, such as 0.05, or fdr", classes[0])
	}
	if len(f.Fields) == 0 {
		f.Fields = []stats.Field{stats.Slope}
	}
	return nil
}

// checkNumbers returns an error if a number is given that would be taken for the default, or that no
// default excludes.
func (p *problem) checkNumbers() error {
	o := p.options
	for _, level := range []struct {
		name string
		x    *float64
	}{{"confidence", o.Confidence}, {"significance", o.Significance}, {"fdr", o.FDR}} {
		if level.x != nil && !(*level.x > 0 && *level.x < 1) {
			return fmt.Errorf("%s is %v: give a number between 0 and 1", level.name, *level.x)
		}
	}
	switch {
	case o.MinObs != nil && *o.MinObs < 2:
		return fmt.Errorf("min_obs is %d: give 2 or more", *o.MinObs)
	case o.Scale != nil && *o.Scale == 0:
		return errors.New("scale is 0, which makes all samples the same: give another number")
	case o.Period != nil && !(*o.Period > 0):
		return fmt.Errorf("period is %v: give a number above 0, or 'year'", *o.Period)
	case o.Period != nil && o.Harmonics == 0:
		return errors.New("period is the length of a season, and none is fitted: give harmonics, such as 2")
	case o.Harmonics < 0 || o.Harmonics > stats.MaxHarmonics:
		return fmt.Errorf("harmonics is %d: give 0 to %d", o.Harmonics, stats.MaxHarmonics)
	case o.Degree != nil && (*o.Degree < 1 || *o.Degree > stats.MaxDegree):
		return fmt.Errorf("degree is %d: give 1 to %d", *o.Degree, stats.MaxDegree)
	case o.DType != "float32" && o.DType != "float64":
		return fmt.Errorf("results of %q: they are float32 or float64", o.DType)
	}
	lo, hi := p.validRange()
	if !(lo <= hi) {
		return fmt.Errorf("valid_range runs from %v to %v: give the smaller number first", lo, hi)
	}
	return nil
}

// setModel reads the options of the model. Numbers for dates come in the order of the times.
func (p *problem) setModel(m *pixtrend.Model) (err error) {
	o := p.options
	m.Harmonics, m.Step, m.AR1 = o.Harmonics, o.Step, o.AR1
	if o.Degree != nil {
		m.Degree = *o.Degree
	}
	if o.Period != nil {
		m.Period = *o.Period
	}
	if o.Robust != "" {
		if m.Robust.Psi, err = kernel.ParsePsi(o.Robust); err != nil {
			return fmt.Errorf("robust: %w", err)
		}
	}
	if m.Weights, err = p.inOrder("weights", o.Weights); err != nil {
		return err
	}
	for _, c := range o.Covariates {
		if err := stats.CheckName(c.Name); err != nil {
			return err
		}
		values, err := p.inOrder("the covariate "+c.Name, c.Values)
		if err != nil {
			return err
		}
		m.Covariates = append(m.Covariates, stats.Covariate{Name: c.Name, Values: values})
	}
	return nil
}

// inOrder returns numbers of the times for the dates of the axis.
func (p *problem) inOrder(what string, values []float64) ([]float64, error) {
	if values == nil {
		return nil, nil
	}
	if len(values) != len(p.planes) {
		return nil, fmt.Errorf("%s: %d numbers for %d dates: give one for each date", what, len(values), len(p.planes))
	}
	sorted := make([]float64, len(values))
	for i, from := range p.planes {
		sorted[i] = values[from]
	}
	return sorted, nil
}

// setRanks reads the options of the fields of ranks.
func setRanks(o options, r *pixtrend.RankOptions) (err error) {
	if o.Season != "" {
		if r.Season, err = timeaxis.ParseSeasons(o.Season); err != nil {
			return err
		}
	}
	r.SeasonCovariance = o.SeasonCovariance
	if o.MK != "" {
		if r.Method, err = stats.ParseMethod(o.MK); err != nil {
			return fmt.Errorf("mk: %w", err)
		}
	}
	switch {
	case o.SeasonCovariance && o.Season == "":
		return errors.New("season_covariance needs seasons: give season, such as 'month'")
	case o.Season != "" && r.Method != stats.Original:
		return fmt.Errorf("mk=%q and season exclude each other: with seasons, season_covariance accounts for serial correlation", o.MK)
	}
	if r.NormalP, err = second("mk_p", o.MKP, "exact", "normal"); err != nil {
		return err
	}
	r.JointIntercept, err = second("sen_intercept", o.SenIntercept, "separate", "joint")
	return err
}

// second reports whether an option has the second of two values, of which the first is the default.
func second(option, value, first, second string) (bool, error) {
	if value != "" && value != first && value != second {
		return false, fmt.Errorf("%s is %q: give %q or %q", option, value, first, second)
	}
	return value == second, nil
}

// validRange returns the range of observations, before scale and offset.
func (p *problem) validRange() (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if x := p.options.ValidRange[0]; x != nil {
		lo = *x
	}
	if x := p.options.ValidRange[1]; x != nil {
		hi = *x
	}
	return lo, hi
}
