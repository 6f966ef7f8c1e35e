package stats

import (
	"fmt"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// The fields of models with more terms than a line. Those of covariates have no constants, see
// CovariateField.
const (
	Quadratic       Field = regress.Outs + iota // coefficient of the square of time
	QuadraticStderr                             // its standard error
	QuadraticPValue                             // its two-sided p-value
	Cubic
	CubicStderr
	CubicPValue
	Quartic
	QuarticStderr
	QuarticPValue
	Cos1 // coefficient of the cosine of the first harmonic
	Cos1Stderr
	Cos1PValue
	Sin1
	Sin1Stderr
	Sin1PValue
	Cos2
	Cos2Stderr
	Cos2PValue
	Sin2
	Sin2Stderr
	Sin2PValue
	Cos3
	Cos3Stderr
	Cos3PValue
	Sin3
	Sin3Stderr
	Sin3PValue
	Cos4
	Cos4Stderr
	Cos4PValue
	Sin4
	Sin4Stderr
	Sin4PValue
	Amplitude1 // of the first harmonic, √(Cos1² + Sin1²)
	Amplitude2
	Amplitude3
	Amplitude4
	Phase1 // where the first harmonic has its maximum
	Phase2
	Phase3
	Phase4
	SeasonPValue // p-value of the F test of all harmonics together
	SeasonR2     // share of the variance that the rest of the model leaves which the harmonics explain
	Step         // change of the level at Model.Step
	StepStderr
	StepPValue
	RobustScale  // scale of the residuals of a robust fit
	RobustRounds // how often it was weighted again; NaN if it did not converge
	Lag1         // lag-1 autocorrelation of the residuals
	EffectiveN   // number of observations without autocorrelation that say as much
	Relative     // Slope in percent of Mean

	firstCovariate
)

// CovariateField returns the field of the coefficient of a covariate, counted from 0; the fields of
// its standard error and p-value follow.
func CovariateField(i int) Field { return firstCovariate + Field(3*i) }

// part is what a field is of its term.
type part uint8

const (
	noPart       part = iota
	estimatePart      // the coefficient
	stderrPart
	pvaluePart
	amplitudePart
	phasePart
)

// suffix is what the name of the field has after that of the term.
func (p part) suffix() string {
	switch p {
	case stderrPart:
		return "_stderr"
	case pvaluePart:
		return "_pvalue"
	}
	return ""
}

// modelFields are the rows of the fields of models in the table.
var modelFields = func() (rows []FieldInfo) {
	coefficient := func(row FieldInfo, kind termKind) {
		row.NotInAll, row.AllDates, row.term, row.part = true, true, term{kind, 0}, estimatePart
		if kind != stepTerm {
			row.term.number = row.Number
		}
		errors := row
		errors.part, errors.Name, errors.Family, errors.Help = stderrPart, row.Name+stderrPart.suffix(), "TERM_stderr",
			"standard error of the coefficient TERM, such as quadratic_stderr"
		test := row
		test.part, test.Name, test.Family, test.Unit, test.Help = pvaluePart, row.Name+pvaluePart.suffix(), "TERM_pvalue", UnitNone,
			"two-sided p-value of the coefficient TERM, such as quadratic_pvalue"
		rows = append(rows, row, errors, test)
	}
	for i, name := range []string{"quadratic", "cubic", "quartic"} {
		power := []string{"square", "cube", "fourth power"}[i]
		coefficient(FieldInfo{Name: name, Unit: UnitPerTime2 + Unit(i), Option: OptionDegree, Number: i + 2,
			Help: "coefficient of the " + power + " of time, from the middle of the dates"}, powerTerm)
	}
	for k := 1; k <= MaxHarmonics; k++ {
		coefficient(FieldInfo{Name: fmt.Sprint("cos", k), Family: "cosK", Unit: UnitSamples, Option: OptionHarmonics, Number: k,
			Help: "coefficient of the cosine of harmonic K, from 1 to 4"}, cosineTerm)
		coefficient(FieldInfo{Name: fmt.Sprint("sin", k), Family: "sinK", Unit: UnitSamples, Option: OptionHarmonics, Number: k,
			Help: "coefficient of the sine of harmonic K"}, sineTerm)
	}
	for k := 1; k <= MaxHarmonics; k++ {
		rows = append(rows, FieldInfo{Name: fmt.Sprint("amplitude", k), Family: "amplitudeK", Unit: UnitSamples, AllDates: true, NotInAll: true,
			Option: OptionHarmonics, Number: k, Help: "amplitude of harmonic K: √(cosK² + sinK²)", part: amplitudePart, term: term{cosineTerm, k}})
	}
	for k := 1; k <= MaxHarmonics; k++ {
		rows = append(rows, FieldInfo{Name: fmt.Sprint("phase", k), Family: "phaseK", Unit: UnitPhase, Nearest: true, AllDates: true, NotInAll: true,
			Option: OptionHarmonics, Number: k, Help: "day of the year of the first maximum of harmonic K", part: phasePart, term: term{cosineTerm, k}})
	}
	rows = append(rows,
		FieldInfo{Name: "season_pvalue", AllDates: true, NotInAll: true, Option: OptionHarmonics, Number: 1,
			Help: "p-value of the F test of all harmonics together"},
		FieldInfo{Name: "season_r2", AllDates: true, NotInAll: true, Option: OptionHarmonics, Number: 1,
			Help: "share of the variance about the rest of the model that the harmonics explain"})
	coefficient(FieldInfo{Name: "step", Unit: UnitSamples, Option: OptionStep, Help: "change of the level at the date of the step"}, stepTerm)
	rows = append(rows,
		FieldInfo{Name: "robust_scale", Unit: UnitSamples, AllDates: true, NotInAll: true, Option: OptionRobust,
			Help: "scale of the residuals of a robust fit: their median size over 0.6745"},
		FieldInfo{Name: "robust_rounds", Unit: UnitCount, Nearest: true, AllDates: true, NotInAll: true, Option: OptionRobust,
			Help: "rounds of a robust fit, NaN where it did not converge"},
		FieldInfo{Name: "lag1", AllDates: true, NotInAll: true, Option: OptionAR1,
			Help: "lag-1 autocorrelation of the residuals, 0 if negative"},
		FieldInfo{Name: "effective_n", AllDates: true, NotInAll: true, Option: OptionAR1,
			Help: "effective number of observations, after autocorrelation"},
		FieldInfo{Name: "relative", Estimator: RelativeTrend, Unit: UnitPercent, AllDates: true, NotInAll: true,
			Help: "slope in percent of mean"})
	for i := 1; i <= MaxCovariates; i++ {
		coefficient(FieldInfo{Name: fmt.Sprint("covariate", i), Family: "NAME", Unit: UnitPerCovariate, Option: OptionCovariates, Number: i,
			Help: "coefficient of the covariate NAME"}, covariateTerm)
	}
	return rows
}()
