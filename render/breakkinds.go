package render

import "github.com/pixtrend/pixtrend/stats"

// breakKinds are the kinds of the fields of breaks whose names no field of a trend has.
var breakKinds = func() map[string]Kind {
	kinds := map[string]Kind{}
	for f, k := range map[stats.Field]Kind{
		stats.BreakYear:      {Title: "Year of the change", Palette: viridis, Years: true},
		stats.BreakMagnitude: {Title: "Magnitude of the change"},
		stats.BreakDuration:  {Title: "Duration of the change"},
		stats.BreakRate:      {Title: "Rate of the change"},
		stats.BreakBefore:    {Title: "Value before the change"},
		stats.BreakAfter:     {Title: "Value after the change"},
		stats.BreakDSNR:      {Title: "Magnitude of the change over the noise"},
		stats.Segments:       {Title: "Segments"},
	} {
		kinds[f.String()] = k.of(f)
	}
	return kinds
}()
