package render

import (
	"fmt"

	"github.com/pixtrend/pixtrend/stats"
)

// modelKinds returns the kinds of the fields of models with more terms than a line. Those of
// covariates are found by their places in the table of fields, since options give their names.
func modelKinds() map[string]Kind {
	kinds := map[string]Kind{
		stats.SeasonPValue.String(): pvalues("p-value of the season"),
		stats.SeasonR2.String():     {Title: "Share of the variance that the season explains"},
		stats.RobustScale.String():  {Title: "Scale of the residuals"},
		stats.RobustRounds.String(): {Title: "Rounds of the robust fit"},
		stats.Lag1.String():         {Title: "Autocorrelation of the residuals"},
		stats.EffectiveN.String():   {Title: "Effective number of observations"},
		stats.Relative.String():     {Title: "Linear trend in percent of the mean", Signed: true},
	}
	coefficient := func(name, what string) {
		kinds[name] = Kind{Title: "Coefficient of " + what, Signed: true}
		kinds[name+"_stderr"] = Kind{Title: "Standard error of the coefficient of " + what}
		kinds[name+"_pvalue"] = pvalues("p-value of the coefficient of " + what)
	}
	for i, name := range []string{"quadratic", "cubic", "quartic"} {
		coefficient(name, "the "+[]string{"square", "cube", "fourth power"}[i]+" of time")
	}
	coefficient("step", "the step")
	for k := 1; k <= stats.MaxHarmonics; k++ {
		harmonic := fmt.Sprintf("harmonic %d", k)
		coefficient(fmt.Sprint("cos", k), "the cosine of "+harmonic)
		coefficient(fmt.Sprint("sin", k), "the sine of "+harmonic)
		kinds[fmt.Sprint("amplitude", k)] = Kind{Title: "Amplitude of " + harmonic}
		kinds[fmt.Sprint("phase", k)] = Kind{Title: "Maximum of " + harmonic}
	}
	for i := range stats.MaxCovariates {
		coefficient(stats.CovariateField(i).String(), fmt.Sprintf("covariate %d", i+1))
	}
	return kinds
}
