package trendmap

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gonum.org/v1/plot/plotter"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// PlotOf returns the plot of a series. variable is what the samples are, such as NDVI; "" if that
// is not known.
func PlotOf(s *raster.Series, variable string) render.Series {
	p := render.Series{Title: plotTitle(s, variable), Subtitle: trendText(s, variable), YLabel: sampleLabel(s, variable), Axis: render.Numbers,
		BandLabel: fmt.Sprintf("%g %% confidence band of the line", 100*s.Confidence)}
	switch {
	case s.Axis.Dates == nil:
		if p.XLabel = s.Axis.Unit(); p.XLabel == "" {
			p.XLabel = "x"
		}
	case s.Per == "step":
		p.XLabel = fmt.Sprintf("steps from %s", s.Axis.Label(0))
	case s.Axis.Dates[0].IsYear():
		p.Axis, p.XLabel = render.Years, "year"
	default:
		p.Axis, p.XLabel = render.Days, "date"
	}
	p.Scenes = scenePoints(s)
	for _, d := range s.Dates {
		if d.Observed != nil {
			p.Observed = append(p.Observed, plotter.XY{X: d.T, Y: float64(*d.Observed)})
		} else {
			p.Gaps = append(p.Gaps, d.T)
		}
	}
	if s.HasLine() {
		p.Line = s.Line
		if s.HasSenLine() {
			p.Sen, p.SenLabel = s.SenLine, fmt.Sprintf("%g %% limits of its slope", 100*s.Confidence)
		}
		if _, ok := s.Trend(0); ok {
			p.Trend = func(x float64) float64 { y, _ := s.Trend(x); return y }
		}
	}
	for _, v := range s.Vertices {
		p.Segments = append(p.Segments, plotter.XY{X: v.T, Y: v.Value})
	}
	p.SegmentsLabel = fmt.Sprintf("LandTrendr, %d segments", len(s.Vertices)-1)
	if len(s.Vertices) == 2 {
		p.SegmentsLabel = "LandTrendr, 1 segment"
	}
	for _, v := range s.History {
		p.History = append(p.History, plotter.XY{X: v.T, Y: v.Value})
	}
	if date := s.Field(stats.MonitorDate).Value; date != nil {
		p.Breaks = []float64{float64(*date)}
	}
	if s.Model != "" {
		p.LineLabel, p.BandLabel = "fitted model", fmt.Sprintf("%g %% confidence band of the model", 100*s.Confidence)
	}
	return p
}

// scenePoints returns the observations that composites are made of, nil if there are none. Beside
// yearly composites, the middle of a year lies at its number. Steps of composites are not those of
// scenes, which then have no place.
func scenePoints(s *raster.Series) (points plotter.XYs) {
	if s.Per == "step" {
		return nil
	}
	yearly := s.Axis.Dates != nil && s.Axis.Dates[0].IsYear() && s.Scenes.CountsDays()
	for _, d := range s.Dates {
		for _, scene := range d.Scenes {
			if scene.Observed == nil {
				continue
			}
			x := scene.T
			if yearly {
				x = placeInYears(x)
			}
			points = append(points, plotter.XY{X: x, Y: float64(*scene.Observed)})
		}
	}
	return points
}

// placeInYears returns the place of a day, counted from 1970-01-01, on an axis of years whose numbers
// stand at the middle of each year.
func placeInYears(day float64) float64 {
	t := time.Unix(int64(day)*24*60*60, 0).UTC()
	start := time.Date(t.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	length := start.AddDate(1, 0, 0).Sub(start)
	return float64(t.Year()) + float64(t.Sub(start))/float64(length) - 0.5
}

func plotTitle(s *raster.Series, variable string) string {
	if s.Region != nil {
		of := s.Region.String()
		if variable != "" {
			return variable + ", " + of
		}
		return strings.ToUpper(of[:1]) + of[1:]
	}
	title := fmt.Sprintf("Pixel in column %d, row %d", s.Column, s.Row)
	if variable != "" {
		title = fmt.Sprintf("%s of the pixel in column %d, row %d", variable, s.Column, s.Row)
	}
	if s.X != nil {
		title += fmt.Sprintf(" at %.9g, %.9g (%s)", *s.X, *s.Y, s.CRS)
	}
	return title
}

// trendText is the trend in a sentence.
func trendText(s *raster.Series, variable string) string {
	if !s.HasLine() {
		return "no trend: " + s.WhyNoLine()
	}
	value := func(f stats.Field) *raster.Value { return s.Field(f).Value }
	slope, unit := *value(stats.Slope), s.Field(stats.Slope).Unit
	if variable != "" && strings.HasPrefix(unit, "per ") {
		unit = variable + " " + unit
	}
	text := fmt.Sprintf("slope %s %s", signed(slope), unit)
	if lo, hi := value(stats.SlopeLo), value(stats.SlopeHi); lo != nil && hi != nil {
		text += fmt.Sprintf(" (%g %% limits %s to %s)", 100*s.Confidence, signed(*lo), signed(*hi))
	}
	if p := value(stats.PValue); p != nil {
		text += ", p = " + probability(*p)
	}
	if sen := value(stats.SenSlope); s.HasSenLine() && sen != nil {
		text += fmt.Sprintf("; Theil–Sen %s", signed(*sen))
		if p := value(stats.MKPValue); p != nil {
			text += ", Mann–Kendall p = " + probability(*p)
		}
	}
	return text
}

// probability writes two digits of a p-value.
func probability(p raster.Value) string {
	return strings.Replace(fmt.Sprintf("%.2g", float64(p)), "-", "−", 1)
}

// signed writes three digits of a number with its sign, as print has it.
func signed(v raster.Value) string {
	return strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("%+#.3g", float64(v)), "-", "−"), ".")
}

func sampleLabel(s *raster.Series, variable string) string {
	label := cmp.Or(variable, s.Index, "value")
	if s.Band > 0 && variable == "" {
		label = fmt.Sprintf("band %d", s.Band)
	}
	if s.Unit != "" {
		label += " (" + s.Unit + ")"
	}
	return label
}
