package stats

import (
	"fmt"
	"slices"
	"strings"

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

// The fields of ranks, see RankOptions. docs/ranks.md defines them.
const (
	SenSlope     Field = regress.Outs + iota // slope of Theil and Sen, per unit of time
	SenIntercept                             // value of a line with this slope at Options.InterceptAt
	SenLo                                    // lower limit of SenSlope, with Options.Confidence
	SenHi                                    // upper limit
	SiegelSlope                              // slope of Siegel's repeated medians, per unit of time
	MKS                                      // S of Mann and Kendall
	MKVar                                    // its variance without a trend
	MKTau                                    // Kendall's τ-b of time and samples
	MKZ                                      // S over its standard deviation, with continuity correction
	MKPValue                                 // two-sided p-value of S
	MKClass                                  // −1, 0 or 1: sign of S where MKPValue < Options.Significance, else 0
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
)

// Option is an option that a field depends on.
type Option uint8

// The options that fields depend on.
const (
	OptionNone         Option = iota
	OptionInterceptAt         // Options.InterceptAt
	OptionConfidence          // Options.Confidence
	OptionSignificance        // Options.Significance, without which a plan of the field is refused
)

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
	Help      string // what it is, in one line

	needs needs // what the line computes for it beside the sums
}

// table is the one list of fields.
var table = []FieldInfo{
	Slope: {Name: "slope", Unit: UnitPerTime, Help: "change per unit of time, fitted by least squares"},
	Intercept: {Name: "intercept", Unit: UnitSamples, Option: OptionInterceptAt,
		Help: "value of the line at the date of the intercept"},
	RValue: {Name: "rvalue", Help: "Pearson's correlation of time and samples"},
	R2:     {Name: "r2", Help: "square of rvalue: the share of the variance that the line explains"},
	TValue: {Name: "tvalue", Help: "slope divided by stderr"},
	PValue: {Name: "pvalue", needs: needsTails,
		Help: "two-sided p-value of the slope, by Student's t with n − 2 degrees of freedom"},
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
	SenSlope: {Name: "sen_slope", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true,
		Help: "Theil–Sen slope: the median of the slopes between two observations"},
	SenIntercept: {Name: "sen_intercept", Estimator: Rank, Unit: UnitSamples, AllDates: true, NotInAll: true, Option: OptionInterceptAt,
		Help: "value of the line with the slope sen_slope at the date of the intercept"},
	SenLo: {Name: "sen_lo", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true, Option: OptionConfidence,
		Help: "lower confidence limit of sen_slope"},
	SenHi: {Name: "sen_hi", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true, Option: OptionConfidence,
		Help: "upper confidence limit of sen_slope"},
	SiegelSlope: {Name: "siegel_slope", Estimator: Rank, Unit: UnitPerTime, AllDates: true, NotInAll: true,
		Help: "Siegel's slope: the median of the median slopes from each observation"},
	MKS: {Name: "mk_s", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "S of Mann–Kendall: pairs that rise minus pairs that fall"},
	MKVar: {Name: "mk_var", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "variance of mk_s without a trend"},
	MKTau: {Name: "mk_tau", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "Kendall's rank correlation τ-b of time and samples"},
	MKZ: {Name: "mk_z", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "mk_s, moved by 1 towards 0, divided by its standard deviation"},
	MKPValue: {Name: "mk_pvalue", Estimator: Rank, AllDates: true, NotInAll: true,
		Help: "two-sided p-value of mk_s"},
	MKClass: {Name: "mk_class", Estimator: Rank, Unit: UnitClass, Nearest: true, AllDates: true, NotInAll: true,
		Option: OptionSignificance, PValue: MKPValue,
		Help: "sign of mk_s (−1 or 1) where mk_pvalue is significant, else 0"},
}

// AllFields is what "all" stands for: every field of the line but those that need an option without
// a default, as TrendClass does. Fields of ranks take much longer, and are asked for by name.
var AllFields = slices.DeleteFunc(Fields(), func(f Field) bool { return f.Info().NotInAll })

// Classes returns those of fields that mark significant trends.
func Classes(fields []Field) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Info().Option != OptionSignificance })
}

// Fields returns every field, in the order of the table.
func Fields() []Field {
	fields := make([]Field, len(table))
	for i := range fields {
		fields[i] = Field(i)
	}
	return fields
}

// Info returns the field's row in the table. It panics if there is no such field.
func (f Field) Info() FieldInfo { return table[f] }

// String returns the field's name.
func (f Field) String() string {
	if int(f) >= len(table) {
		return fmt.Sprintf("Field(%d)", uint8(f))
	}
	return table[f].Name
}

// FieldNames returns the names of all fields, in the order of the table.
func FieldNames() []string {
	names := make([]string, len(table))
	for i := range names {
		names[i] = table[i].Name
	}
	return names
}

// ParseFields reads names separated by commas; "all" stands for AllFields. An unknown name, a name
// given twice and an empty one are errors.
func ParseFields(s string) ([]Field, error) {
	names := FieldNames()
	var fields []Field
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		add := AllFields
		if name != "all" {
			i := slices.Index(names, name)
			if i < 0 {
				return nil, fmt.Errorf("no field is called %q: the fields are %s, and all",
					name, strings.Join(names, ", "))
			}
			add = []Field{Field(i)}
		}
		for _, f := range add {
			if slices.Contains(fields, f) {
				return nil, fmt.Errorf("the field %v is asked for twice", f)
			}
			fields = append(fields, f)
		}
	}
	return fields, nil
}
