package stats

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// Field is one result of a fit.
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

var fieldNames = [regress.Outs]string{Slope: "slope", Intercept: "intercept", RValue: "rvalue", R2: "r2", TValue: "tvalue",
	PValue: "pvalue", Stderr: "stderr", InterceptStderr: "intercept_stderr", RMSE: "rmse", Mean: "mean", N: "n",
	First: "first", Last: "last", FittedFirst: "fitted_first", FittedLast: "fitted_last", Change: "change",
	SlopeLo: "slope_lo", SlopeHi: "slope_hi", TrendClass: "trend_class"}

// AllFields is what "all" stands for: every field but TrendClass, which needs a level of significance to be chosen.
var AllFields = []Field{Slope, Intercept, RValue, R2, TValue, PValue, Stderr, InterceptStderr, RMSE, Mean, N,
	First, Last, FittedFirst, FittedLast, Change, SlopeLo, SlopeHi}

// String returns the field's name, as ParseFields reads it.
func (f Field) String() string {
	if int(f) >= len(fieldNames) {
		return fmt.Sprintf("Field(%d)", uint8(f))
	}
	return fieldNames[f]
}

// FieldNames returns the names of all fields.
func FieldNames() []string { return slices.Clone(fieldNames[:]) }

// ParseFields reads names separated by commas; "all" stands for AllFields. An unknown name, one given twice or none is
// an error.
func ParseFields(s string) ([]Field, error) {
	var fields []Field
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		add := AllFields
		if name != "all" {
			i := slices.Index(fieldNames[:], name)
			if i < 0 {
				return nil, fmt.Errorf("no field is called %q: the fields are %s, and all", name, strings.Join(fieldNames[:], ", "))
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
