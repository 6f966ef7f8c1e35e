package render

import (
	"cmp"
	"image/color"
	"slices"

	"github.com/pixtrend/pixtrend/stats"
)

// Kind is what is known of a field by its name.
type Kind struct {
	Title   string   // for people; "": the name is not one of the fields of a fit
	Signed  bool     // zero is a middle: the colours meet there
	Nearest bool     // a count, a date or a class, whose mean means nothing
	Classes []string // names of the classes of a field that has its own, which Limits tells apart
	Limits  []float64
}

var kinds = map[string]Kind{
	stats.Slope.String():           {Title: "Linear trend", Signed: true},
	stats.Intercept.String():       {Title: "Intercept of the linear trend"},
	stats.RValue.String():          {Title: "Correlation with time", Signed: true},
	stats.R2.String():              {Title: "Share of the variance that the linear trend explains"},
	stats.TValue.String():          {Title: "t-value of the linear trend", Signed: true},
	stats.PValue.String():          {Title: "p-value of the linear trend"},
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
	stats.TrendClass.String(): {Title: "Direction of the linear trend", Signed: true,
		Classes: []string{"falling", "neither", "rising"}, Limits: []float64{-0.5, 0.5}},
}

// KindOf returns what is known of the field of that name, and the zero Kind if a fit has no such field.
func KindOf(name string) Kind {
	i := slices.Index(stats.FieldNames(), name)
	if i < 0 {
		return Kind{}
	}
	k, info := kinds[name], stats.Field(i).Info()
	k.Title, k.Nearest = cmp.Or(k.Title, info.Help), info.Nearest
	return k
}

// Class is a class as it is shown.
type Class struct {
	Label  string
	Color  color.NRGBA
	Pixels int64
	Share  float64 // of the pixels that have a value
}

// Show names and colours the classes of values in a unit. names, where there is one for each class, are used in place of
// the limits.
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
