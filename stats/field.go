package stats

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// Field is one result of a fit. [Field.Info] returns its row in the table of fields.
type Field uint8

// The fields. Their names are those of scipy.stats.linregress where it has them.
const (
	Slope           Field = regress.OutSlope           // change a unit of time: stored units times Scale, times PerUnit
	Intercept       Field = regress.OutIntercept       // value of the line at Options.InterceptAt
	RValue          Field = regress.OutR               // Pearson's correlation of time and samples
	R2              Field = regress.OutR2              // its square, the share of the variance that the line explains
	TValue          Field = regress.OutT               // Slope / Stderr
	PValue          Field = regress.OutP               // two-sided p-value of Student's t with n−2 degrees of freedom, for no trend
	Stderr          Field = regress.OutStderr          // standard error of the slope
	InterceptStderr Field = regress.OutInterceptStderr // standard error of the intercept
	RMSE            Field = regress.OutRMSE            // square root of the mean of the squared residuals
	Mean            Field = regress.OutMean            // mean of the observations
	N               Field = regress.OutN               // observations
	First           Field = regress.OutFirst           // time of the first observation, as the plan's times are
	Last            Field = regress.OutLast            // time of the last observation
	FittedFirst     Field = regress.OutFittedFirst     // value of the line at First
	FittedLast      Field = regress.OutFittedLast      // value of the line at Last
	Change          Field = regress.OutChange          // FittedLast − FittedFirst
	SlopeLo         Field = regress.OutSlopeLo         // lower limit of the slope, with Options.Confidence
	SlopeHi         Field = regress.OutSlopeHi         // upper limit
	TrendClass      Field = regress.OutClass           // −1, 0 or 1: sign of the slope where PValue < Options.Significance, else 0
)

// Unit says what the numbers of a field count.
type Unit uint8

// The units of fields.
const (
	UnitNone    Unit = iota // a pure number
	UnitSamples             // the unit of the samples, with Options.Scale applied
	UnitPerTime             // the unit of the samples, per unit of time
	UnitTime                // a time, as the plan's times are given
	UnitCount               // a number of observations
	UnitClass               // the number of a class

	UnitPerTime2     // the unit of the samples, per square of the unit of time
	UnitPerTime3     // per its cube
	UnitPerTime4     // per its fourth power
	UnitPerCovariate // the unit of the samples, per unit of the covariate
	UnitPercent      // percent per unit of time
	UnitPhase        // a day of the year, from 1 on, or a time since the period began
	UnitDuration     // a length of time, in the unit that slopes are per
	UnitSegments     // a number of segments
)

var unitNames = [...]string{UnitNone: "none", UnitSamples: "samples", UnitPerTime: "samples per time", UnitTime: "time",
	UnitCount: "observations", UnitClass: "class", UnitPerTime2: "samples per time²", UnitPerTime3: "samples per time³",
	UnitPerTime4: "samples per time⁴", UnitPerCovariate: "samples per covariate", UnitPercent: "percent per time", UnitPhase: "phase",
	UnitDuration: "duration", UnitSegments: "segments"}

// String returns the unit in words, such as "samples per time".
func (u Unit) String() string {
	if int(u) >= len(unitNames) {
		return fmt.Sprintf("Unit(%d)", uint8(u))
	}
	return unitNames[u]
}

// Option is an option that a field depends on.
type Option uint8

// The options that fields depend on.
const (
	OptionNone         Option = iota
	OptionInterceptAt         // Options.InterceptAt
	OptionConfidence          // Options.Confidence
	OptionSignificance        // Options.Significance, without which a plan of the field is refused

	// Without these, a plan of the field is refused too.

	OptionDegree     // Model.Degree of FieldInfo.Number or more
	OptionHarmonics  // Model.Harmonics of FieldInfo.Number or more
	OptionStep       // Model.Step
	OptionRobust     // Model.Robust
	OptionAR1        // Model.AR1
	OptionCovariates // Model.Covariates, FieldInfo.Number or more
)

// isOfModel reports whether the option is one of Model.
func (o Option) isOfModel() bool { return o >= OptionDegree && o <= OptionCovariates }

// FieldInfo describes a field. Everything that is said of fields elsewhere follows from it: names
// on the command line, units of bands, the table in docs/semantics.md.
type FieldInfo struct {
	Name      string    // as ParseFields reads it
	Estimator Estimator // what computes it
	Unit      Unit
	Nearest   bool   // overviews take the nearest value, since a mean of several has no meaning
	AllDates  bool   // all dates of a pixel must be in memory together
	NotInAll  bool   // "all", the fields of the line, does not stand for it
	Option    Option // the option that it depends on
	PValue    Field  // of a class: the p-values that it depends on
	Number    int    // of the power, harmonic or covariate that it belongs to, from 1; 0: none
	Family    string // what lists show once for all fields of the family, such as cosK; "": Name
	Help      string // what it is, in one line

	needs needs // what the line computes for it beside the sums
	term  term  // of a model
	part  part  // what it is of the term
}

// table is the one list of fields. Those of breaks come last.
var table = slices.Concat(lineFields, modelFields, rankRows, breakRows)

// lineFields are the rows of the fields that a line has.
var lineFields = []FieldInfo{
	Slope: {Name: "slope", Unit: UnitPerTime, Help: "change per unit of time, fitted by least squares"},
	Intercept: {Name: "intercept", Unit: UnitSamples, Option: OptionInterceptAt,
		Help: "value of the line at the date of the intercept"},
	RValue: {Name: "rvalue", Help: "Pearson's correlation of time and samples"},
	R2:     {Name: "r2", Help: "square of rvalue: the share of the variance that the line explains"},
	TValue: {Name: "tvalue", Help: "slope divided by stderr"},
	PValue: {Name: "pvalue", needs: needsTails,
		Help: "two-sided p-value of slope, by Student's t (n − coefficients degrees of freedom)"},
	Stderr: {Name: "stderr", Unit: UnitPerTime, Help: "standard error of the slope"},
	InterceptStderr: {Name: "intercept_stderr", Unit: UnitSamples, Option: OptionInterceptAt,
		Help: "standard error of the intercept"},
	RMSE:        {Name: "rmse", Unit: UnitSamples, Help: "root mean square of the residuals"},
	Mean:        {Name: "mean", Unit: UnitSamples, Help: "mean of the observations"},
	N:           {Name: "n", Unit: UnitCount, Nearest: true, Help: "number of observations"},
	First:       {Name: "first", Unit: UnitTime, Nearest: true, needs: needsEnds, Help: "date of the first observation"},
	Last:        {Name: "last", Unit: UnitTime, Nearest: true, needs: needsEnds, Help: "date of the last observation"},
	FittedFirst: {Name: "fitted_first", Unit: UnitSamples, needs: needsEnds, Help: "value of the line at first"},
	FittedLast:  {Name: "fitted_last", Unit: UnitSamples, needs: needsEnds, Help: "value of the line at last"},
	Change:      {Name: "change", Unit: UnitSamples, needs: needsEnds, Help: "fitted_last minus fitted_first"},
	SlopeLo: {Name: "slope_lo", Unit: UnitPerTime, Option: OptionConfidence, needs: needsQuantiles,
		Help: "lower confidence limit of the slope"},
	SlopeHi: {Name: "slope_hi", Unit: UnitPerTime, Option: OptionConfidence, needs: needsQuantiles,
		Help: "upper confidence limit of the slope"},
	TrendClass: {Name: "trend_class", Unit: UnitClass, Nearest: true, NotInAll: true,
		Option: OptionSignificance, PValue: PValue, needs: needsTails,
		Help: "sign of the slope (−1 or 1) where pvalue is significant, else 0"},
}

// AllFields is what "all" stands for: every field of the line but those that need an option without
// a default, as TrendClass does. Fields of ranks take much longer, and are asked for by name.
var AllFields = slices.DeleteFunc(Fields(), func(f Field) bool { return f.Info().NotInAll })

// Classes returns those of fields that mark significant trends.
func Classes(fields []Field) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Info().Option != OptionSignificance })
}

// WithClasses adds the fields of classes, and with ps also their p-values, for each kind of trend that
// fields has a field of. No field stands for Slope.
func WithClasses(fields []Field, ps bool) []Field {
	if len(fields) == 0 {
		fields = []Field{Slope}
	}
	ofRanks := slices.ContainsFunc(fields, func(f Field) bool { return f.Info().Estimator == Rank })
	for _, class := range []Field{TrendClass, MKClass} {
		kind := class.Info().Estimator
		ofKind := func(f Field) bool { return f.Info().Estimator == kind && f.OfTrend() }
		if !slices.ContainsFunc(fields, ofKind) && (kind == Rank || ofRanks) {
			continue
		}
		added := []Field{class}
		if ps {
			added = []Field{class.Info().PValue, class}
		}
		for _, f := range added {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// Fields returns every field of a trend, in the order of the table. BreakFields returns those of breaks.
func Fields() []Field {
	fields := make([]Field, firstBreak)
	for i := range fields {
		fields[i] = Field(i)
	}
	return fields
}

// Info returns the field's row in the table. It panics if there is no such field.
func (f Field) Info() FieldInfo { return table[f] }

// OfTrend reports whether f describes a trend, and not the observations alone, as N, Mean, First and
// Last do.
func (f Field) OfTrend() bool { return !slices.Contains([]Field{N, Mean, First, Last}, f) }

// String returns the field's name.
func (f Field) String() string {
	if int(f) >= len(table) {
		return fmt.Sprintf("Field(%d)", uint8(f))
	}
	return table[f].Name
}

// FieldNames returns the names of Fields.
func FieldNames() []string {
	names := make([]string, firstBreak)
	for i := range names {
		names[i] = table[i].Name
	}
	return names
}

// FamilyNames returns the names of Fields as lists show them: one for each family.
func FamilyNames() []string {
	var names []string
	for _, info := range table[:firstBreak] {
		if name := cmp.Or(info.Family, info.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// ParseFields reads names separated by commas; "all" stands for AllFields. An unknown name, a name
// given twice and an empty one are errors. Model.ParseFields also reads the names that a model gives.
func ParseFields(s string) ([]Field, error) { return Model{}.ParseFields(s) }
