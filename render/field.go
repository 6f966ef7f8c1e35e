package render

import (
	"cmp"
	"image/color"
	"maps"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/stats"
)

// Kind is what is known of a field by its name.
type Kind struct {
	Title   string   // in words; "" if the name is not a field of a fit
	Signed  bool     // zero is a limit between classes, and the middle of the colours
	Nearest bool     // a count, a date or a class, whose mean means nothing
	Classes []string // names of the classes of a field that has its own, which Limits tells apart
	Limits  []float64
	Palette string // "": the default of values with a sign or without one
	Years   bool   // whole numbers have classes of their own, or of a few years each

	OfSamples bool // in the unit of the samples, or in that per time
}

// kinds are the kinds of all fields.
var kinds = func() map[string]Kind {
	kinds := modelKinds()
	maps.Copy(kinds, lineKinds)
	return kinds
}()

// lineKinds are the kinds of the fields of lines and ranks.
var lineKinds = map[string]Kind{
	stats.Slope.String():           {Title: "Linear trend", Signed: true},
	stats.Intercept.String():       {Title: "Intercept of the linear trend"},
	stats.RValue.String():          {Title: "Correlation with time", Signed: true},
	stats.R2.String():              {Title: "Share of the variance that the linear trend explains"},
	stats.TValue.String():          {Title: "t-value of the linear trend", Signed: true},
	stats.PValue.String():          pvalues("p-value of the linear trend"),
	stats.Stderr.String():          {Title: "Standard error of the linear trend"},
	stats.InterceptStderr.String(): {Title: "Standard error of the intercept"},
	stats.RMSE.String():            {Title: "Root mean square deviation from the linear trend"},
	stats.Mean.String():            {Title: "Mean"},
	stats.N.String():               {Title: "Number of observations"},
	stats.First.String():           {Title: "First observation"},
	stats.Last.String():            {Title: "Last observation"},
	stats.FittedFirst.String():     {Title: "Linear trend at the first observation"},
	stats.FittedLast.String():      {Title: "Linear trend at the last observation"},
	stats.Change.String():          {Title: "Change along the linear trend", Signed: true},
	stats.SlopeLo.String():         {Title: "Linear trend, lower confidence limit", Signed: true},
	stats.SlopeHi.String():         {Title: "Linear trend, upper confidence limit", Signed: true},
	stats.TrendClass.String():      directions("Direction of the linear trend"),
	stats.SenSlope.String():        {Title: "Theil–Sen trend", Signed: true},
	stats.SenIntercept.String():    {Title: "Intercept of the Theil–Sen trend"},
	stats.SenLo.String():           {Title: "Theil–Sen trend, lower confidence limit", Signed: true},
	stats.SenHi.String():           {Title: "Theil–Sen trend, upper confidence limit", Signed: true},
	stats.SiegelSlope.String():     {Title: "Siegel trend", Signed: true},
	stats.MKS.String():             {Title: "S of Mann and Kendall", Signed: true},
	stats.MKVar.String():           {Title: "Variance of S of Mann and Kendall"},
	stats.MKTau.String():           {Title: "Rank correlation with time", Signed: true},
	stats.MKZ.String():             {Title: "z of Mann and Kendall", Signed: true},
	stats.MKPValue.String():        pvalues("p-value of the Mann–Kendall trend"),
	stats.MKClass.String():         directions("Direction of the Mann–Kendall trend"),
}

// pvalues is the kind of p-values, and directions that of classes of trends.
func pvalues(title string) Kind {
	return Kind{Title: title, Palette: DefaultSequential + reversed,
		Classes: []string{"p ≤ 0.01", "0.01 < p ≤ 0.05", "0.05 < p ≤ 0.1", "p > 0.1"}, Limits: []float64{0.01, 0.05, 0.1}}
}

func directions(title string) Kind {
	return Kind{Title: title, Signed: true, Classes: []string{"falling", "neither", "rising"}, Limits: []float64{-0.5, 0.5}}
}

// KindOf returns the kind of a field. It is the zero Kind if the name is not a field of a fit, but
// p-values of other programs have the classes of pvalue.
func KindOf(name string) Kind {
	i := slices.Index(stats.FieldNames(), name)
	switch {
	case i >= 0:
		return kinds[name].of(stats.Field(i))
	case breakKinds[name].Title != "":
		return breakKinds[name]
	case strings.HasSuffix(name, "pvalue"):
		k := kinds[stats.PValue.String()]
		k.Title = ""
		return k
	}
	return Kind{}
}

// of returns the kind with what the table of fields says of a field.
func (k Kind) of(f stats.Field) Kind {
	info := f.Info()
	k.Title, k.Nearest = cmp.Or(k.Title, info.Help), info.Nearest
	k.OfSamples = info.Unit == stats.UnitSamples || info.Unit == stats.UnitPerTime
	return k
}

// TitleOf returns the title of a field of samples that have a name, such as "Linear trend of NDVI".
func (k Kind) TitleOf(variable string) string {
	for _, of := range []string{"inear trend", "Theil–Sen trend", "Siegel trend", "Mann–Kendall trend", "orrelation"} {
		if at := strings.Index(k.Title, of); at >= 0 {
			at += len(of)
			return k.Title[:at] + " of " + variable + k.Title[at:]
		}
	}
	return k.Title + " of " + variable
}

// Class is a class as it is shown.
type Class struct {
	Label  string
	Color  color.NRGBA
	Pixels int64
	Share  float64 // of the pixels that have a value
}

// Show names and colours the classes of values in a unit. names, where there is one for each class,
// are used in place of the limits.
func (c *Classes) Show(p Palette, centred bool, unit string, names []string) []Class {
	labels, colors := c.Labels(unit), p.Colors(c, centred)
	if len(names) == len(labels) {
		labels = slices.Clone(names)
	}
	classes := make([]Class, len(labels))
	for i := range classes {
		classes[i] = Class{labels[i], colors[i], c.Pixels[i], float64(c.Pixels[i]) / float64(max(c.Total(), 1))}
	}
	return classes
}
