package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/stats"
)

// addModelFlags defines the flags of the terms of the model beside a line.
func addModelFlags(cmd *cobra.Command, o *raster.Options) {
	group(cmd, "Model", func(flags *pflag.FlagSet) {
		m := &o.Fit.Model
		option(flags, &m.Harmonics, "harmonics", "", "K",
			"also fit a season: K pairs of a cosine and a sine, of the period and its parts, 1 to 4; see pixtrend help models", upTo(stats.MaxHarmonics))
		option(flags, &m.Period, "period", "", "LENGTH",
			"LENGTH of the period of --harmonics: year (default), or a number of days, years or steps, whichever the dates count", parsePeriod)
		option(flags, &m.Degree, "degree", "", "D", "fit a polynomial in time of degree D, 1 to 4 (default 1, a line)", upTo(stats.MaxDegree))
		option(flags, &m.Step, "step", "", "DATE", "also fit another level from DATE on, such as that of another sensor", parseInterceptAt)
		option(flags, &o.Covariates, "covariate", "", "NAME=FROM",
			"also fit a coefficient of a covariate called NAME, whose values are in FROM: @file.csv with rows of date,number, or a folder or quoted pattern of rasters of the same dates; may be repeated, up to 8 times",
			func(s string) ([]raster.Covariate, error) { return addCovariate(o.Covariates, s) })
		option(flags, &o.Weights, "weights", "", "@FILE", "weight the observations of each date by a number, 0 or more, in FILE, a CSV with rows of date,number", parseWeights)
		option(flags, &m.Robust, "robust", "", "HOW", "give outliers less weight, as rlm of R's MASS does: huber or bisquare", parseRobust)
		flags.BoolVar(&m.AR1, "ar1", false, "correct standard errors and p-values for the autocorrelation of the residuals (effective sample size)")
	})
	complete(cmd, "period", "year")
	complete(cmd, "robust", "huber", "bisquare")
}

// checkModelFlags returns an error if flags need each other. BFAST monitor has a season by default.
func checkModelFlags(flags *pflag.FlagSet) error {
	if flags.Changed("period") && !flags.Changed("harmonics") && !flags.Changed("start") {
		return usagef("--period is the length of a season, and none is fitted: give --harmonics, such as --harmonics 2")
	}
	return nil
}

// explainUnused returns a *stats.UnusedError as one about the command line. what is what the flag is
// about.
func explainUnused(err error, what string) error {
	unused := (*stats.UnusedError)(nil)
	if !errors.As(err, &unused) {
		return err
	}
	return usagef("%s is for fields of %s, such as %v, and none of those that it changes is written: add one to --stats",
		optionFlag(raster.Option{Field: "Fit." + unused.Option}), what, unused.Field)
}

// checkFields returns an error if a field is no result of the model.
func checkFields(m stats.Model, fields []stats.Field) error {
	for _, f := range fields {
		if !m.Has(f) {
			return usagef("%v is no result of this model: %s", f, needed(f))
		}
	}
	return nil
}

// needed returns the flag that a field of a model needs.
func needed(f stats.Field) string {
	switch info := f.Info(); info.Option {
	case stats.OptionDegree:
		return fmt.Sprintf("it needs --degree %d or more", info.Number)
	case stats.OptionHarmonics:
		return fmt.Sprintf("it needs --harmonics %d or more", info.Number)
	case stats.OptionStep:
		return "it needs --step"
	case stats.OptionRobust:
		return "it needs --robust"
	case stats.OptionAR1:
		return "it needs --ar1"
	}
	return "it needs --covariate"
}

// parseRobust reads a way to treat outliers.
func parseRobust(s string) (stats.Robust, error) {
	psi, err := kernel.ParsePsi(s)
	return stats.Robust{Psi: psi}, err
}

// upTo returns a parser of whole numbers from 1 to most.
func upTo(most int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > most {
			return 0, fmt.Errorf("give a whole number from 1 to %d", most)
		}
		return n, nil
	}
}

// parsePeriod reads a length of time; a year is 0.
func parsePeriod(s string) (float64, error) {
	if s == "year" {
		return 0, nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x > 0) || math.IsInf(x, 0) {
		return 0, errors.New("give year, or a number of days, years or steps above 0")
	}
	return x, nil
}

// addCovariate reads a covariate and adds it to others.
func addCovariate(to []raster.Covariate, s string) ([]raster.Covariate, error) {
	c, err := raster.ParseCovariate(s)
	if err != nil {
		return nil, err
	}
	if len(to) == stats.MaxCovariates {
		return nil, fmt.Errorf("there are %d covariates already, as many as a model may have", len(to))
	}
	for _, other := range to {
		if err := stats.CheckNames(other.Name, c.Name); err != nil {
			return nil, err
		}
	}
	return append(to, c), nil
}

// parseWeights reads the name of a table.
func parseWeights(s string) (string, error) {
	if len(s) < 2 || s[0] != '@' {
		return "", errors.New("give a file with a weight for each date, such as @weights.csv")
	}
	return s[1:], nil
}

// explainModel returns the text of an error with the flag that would help, where it is about the
// model.
func explainModel(text string, err error) string {
	var period *pixtrend.PeriodError
	switch {
	case errors.As(err, &period) && period.Period == 0:
		return fmt.Sprintf("the dates are %s, and a season of a year has no parts in these: give the length of its period with --period, in %s", period.Counts, period.Counts)
	}
	return text
}
