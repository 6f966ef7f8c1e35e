package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// aSeries is a line with scatter, and gaps at both ends.
func aSeries() Series {
	s := Series{Title: "Pixel in column 3, row 4", Subtitle: "slope +0.01 per year", XLabel: "year", YLabel: "ndvi", Axis: Years,
		Gaps: []float64{1995, 2015}, BandLabel: "95 % band",
		Line: func(x float64) (y, lo, hi float64) { y = 0.3 + 0.01*(x-2005); return y, y - 0.02, y + 0.02 },
		Sen: func(x float64) (y, lo, hi float64) {
			return 0.31 + 0.009*(x-2005), 0.31 + 0.007*(x-2005), 0.31 + 0.012*(x-2005)
		}, SenLabel: "95 % limits"}
	for i := range 200 {
		s.Scenes = append(s.Scenes, plotter.XY{X: 1996 + float64(i)/10, Y: 0.3 + 0.02*math.Cos(float64(i))})
	}
	for i := 1996; i < 2015; i++ {
		s.Observed = append(s.Observed, plotter.XY{X: float64(i), Y: 0.3 + 0.01*float64(i-2005) + 0.01*math.Sin(float64(i))})
	}
	return s
}

// A plot has all its parts in both formats.
func TestSeriesDraw(t *testing.T) {
	data, err := aSeries().Draw("png")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	count := map[color.NRGBA]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			count[color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)]++
		}
	}
	for what, c := range map[string]color.NRGBA{"observations": seriesDots, "line": seriesLine, "band": seriesBand, "second line": seriesSen, "scenes": seriesScenes} {
		if count[c] < 300 {
			t.Errorf("%d pixels have the colour of the %s", count[c], what)
		}
	}
	if got := picture.Bounds().Size(); got != (image.Point{X: 1181, Y: 709}) {
		t.Errorf("the picture has %v pixels", got)
	}
	if data, err = aSeries().Draw("svg"); err != nil {
		t.Fatal(err)
	}
	text := ""
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := token.(xml.CharData); ok {
			text += string(c) + "\n"
		}
	}
	for _, want := range []string{"Pixel in column 3, row 4", "slope +0.01 per year", "year", "ndvi", "19 composites", "observations", "2 gaps", "least-squares line", "Theil–Sen line", "95 % limits", "95 % band", "2000", "0.30"} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%q is not in the drawing:\n%s", want, text)
		}
	}
	if _, err := aSeries().Draw("gif"); err == nil || !strings.Contains(err.Error(), "png, svg or pdf") {
		t.Errorf("a gif: %v", err)
	}
}

// Every kind of series can be drawn.
func TestSeriesOfLittle(t *testing.T) {
	at := func(y ...float64) (o plotter.XYs) {
		for i, v := range y {
			o = append(o, plotter.XY{X: float64(i), Y: v})
		}
		return o
	}
	for name, s := range map[string]Series{
		"nothing":      {},
		"gaps":         {Gaps: []float64{1, 2, 3}, Axis: Days},
		"one":          {Observed: at(5), Axis: Years},
		"one day":      {Observed: at(5), Axis: Days},
		"constant":     {Observed: at(5, 5, 5)},
		"zeros":        {Observed: at(0, 0, 0)},
		"large":        {Observed: at(1e300, -1e300, 1e308)},
		"too large":    {Observed: at(math.MaxFloat64, -math.MaxFloat64)},
		"small":        {Observed: at(1e-300, 2e-300)},
		"close":        {Observed: at(1, math.Nextafter(1, 2))},
		"far band":     {Observed: at(1, 2), Line: func(x float64) (y, lo, hi float64) { return x, -1e9, 1e9 }},
		"second line":  {Observed: at(1, 2), Line: func(x float64) (y, lo, hi float64) { return x, math.NaN(), math.NaN() }, Sen: func(x float64) (y, lo, hi float64) { return x, math.NaN(), math.NaN() }},
		"infinite":     {Observed: at(1, 2), Line: func(x float64) (y, lo, hi float64) { return x, math.NaN(), math.Inf(1) }},
		"ancient":      {Observed: plotter.XYs{{X: -719162, Y: 1}, {X: 2932896, Y: 2}}, Axis: Days},
		"far years":    {Observed: plotter.XYs{{X: 1, Y: 1}, {X: 1e15, Y: 2}}, Axis: Years},
		"long title":   {Title: strings.Repeat("word ", 60) + strings.Repeat("x", 300), Observed: at(1, 2)},
		"odd alphabet": {Title: "µmol m⁻² s⁻¹ − 日本 🌿", Observed: at(1, 2)},
	} {
		for _, format := range Formats {
			if data, err := s.Draw(format); err != nil || len(data) < 500 {
				t.Errorf("%s as %s: %d bytes, %v", name, format, len(data), err)
			}
		}
	}
}

// Labels are at usual places and not too many.
func TestSeriesTicks(t *testing.T) {
	for _, tt := range []struct {
		axis   TimeAxis
		lo, hi float64
		want   string
	}{
		{Years, 1994.6, 2015.4, "1995 2000 2005 2010 2015"},
		{Years, 2000.9, 2004.1, "2001 2002 2003 2004"},
		{Days, 5215, 15850, "1985 1990 1995 2000 2005 2010"},                    // 1984-04-12 to 2013-05-25
		{Days, 16610, 17532, "2015-07 2016-01 2016-07 2017-01 2017-07 2018-01"}, // 2015-06-24 to 2018-01-01
		{Days, 16617, 16680, "2015-07-01 2015-07-10 2015-07-19 2015-07-28 2015-08-06 2015-08-15 2015-08-24 2015-09-02"},
		{Numbers, -0.1, 0.62, "0.0 0.2 0.4 0.6"},
		{Numbers, -250, 1100, "−200 0 200 400 600 800 1000"},
		{Numbers, 0, 3e8, "0 5e+07 1e+08 1.5e+08 2e+08 2.5e+08 3e+08"},
	} {
		var labels []string
		for _, tick := range tt.axis.ticks(tt.lo, tt.hi) {
			labels = append(labels, tick.Label)
			if tick.Value < tt.lo || tick.Value > tt.hi {
				t.Errorf("%v to %v: a label at %v", tt.lo, tt.hi, tick.Value)
			}
		}
		if got := strings.Join(labels, " "); got != tt.want {
			t.Errorf("%v to %v: %s, want %s", tt.lo, tt.hi, got, tt.want)
		}
	}
	for _, span := range []float64{1, 3, 10, 69, 71, 300, 1000, 4000, 40000, 3e6, 5e6} {
		if n := len(Days.ticks(10000, 10000+span)); n < 1 || n > 2*seriesTicks+1 {
			t.Errorf("%d labels for %v days", n, span)
		}
	}
}
