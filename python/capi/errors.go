//go:build cgo

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// keywords has the argument of pixtrend.fit for each option that errors of the library name.
var keywords = map[string]string{
	"Model.AR1":             "ar1",
	"Model.Covariates":      "covariates",
	"Model.Degree":          "degree",
	"Model.Harmonics":       "harmonics",
	"Model.Robust":          "robust",
	"Model.Step":            "step",
	"Model.Weights":         "weights",
	"Rank.JointIntercept":   "sen_intercept='joint'",
	"Rank.Method":           "mk",
	"Rank.NormalP":          "mk_p='normal'",
	"Rank.Season":           "season",
	"Rank.SeasonCovariance": "season_covariance",
}

// sentence returns the text of an error with the arguments of pixtrend.fit where the library speaks
// of its options.
func sentence(err error) string {
	var field *stats.FieldError
	var unused *stats.UnusedError
	var period *pixtrend.PeriodError
	var precision *pixtrend.PrecisionError
	var dates *timeaxis.Error
	switch {
	case errors.As(err, &field):
		return fmt.Sprintf("the field %v is no result of this model: it needs %s", field.Field, needs(field.Field.Info()))
	case errors.As(err, &unused):
		what := "ranks"
		if strings.HasPrefix(unused.Option, "Model.") {
			what = "the line"
		}
		return fmt.Sprintf("%s is for fields of %s, such as %v, and none of those that it changes is asked for: "+
			"add one to stats", keywords[unused.Option], what, unused.Field)
	case errors.As(err, &period) && period.Period == 0:
		return fmt.Sprintf("the dates are %s, and a season of a year has no parts in these: give the length of its period, in %s", period.Counts, period.Counts)
	case errors.As(err, &precision):
		return fmt.Sprintf("the field %v would have the time %v as %v in float32: give dtype='float64', or leave the field out",
			precision.Field, precision.Time, float32(precision.Time))
	case errors.As(err, &dates):
		return dates.Found
	}
	text := err.Error()
	for _, name := range []string{"pixtrend", "stats", "layout", "kernel", "runner"} {
		text = strings.TrimPrefix(text, name+": ")
	}
	return text
}

// needs returns the argument that a field depends on, "" if there is none.
func needs(info stats.FieldInfo) string {
	switch info.Option {
	case stats.OptionSignificance:
		return "significance or fdr"
	case stats.OptionDegree:
		return fmt.Sprintf("degree=%d or more", info.Number)
	case stats.OptionHarmonics:
		return fmt.Sprintf("harmonics=%d or more", info.Number)
	case stats.OptionStep:
		return "step"
	case stats.OptionRobust:
		return "robust"
	case stats.OptionAR1:
		return "ar1=True"
	case stats.OptionCovariates:
		return "covariates"
	}
	return ""
}
