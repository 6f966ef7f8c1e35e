package render_test

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"github.com/pixtrend/pixtrend/render"
)

// A raster of 3 × 2 pixels in two classes on either side of zero.
func Example() {
	const width, height = 3, 2
	slopes := []float64{-0.5, 0.25, 0.5, math.NaN(), 0.25, -0.25}

	survey := render.NewSurvey(width * height)
	survey.Add(0, slopes)
	classes := survey.Breaks([]float64{0}) // or survey.SignedQuantiles(5)
	classes.Count(slopes, nil)

	layout := render.NewLayout(width, height, 1, 600)
	cells := render.NewCells(layout, false, false)
	cells.Add(0, 0, width, slopes, nil)

	palette, err := render.ParsePalette("BrBG")
	if err != nil {
		panic(err)
	}
	figure := render.Figure{Title: "Linear trend", Heading: "slope, per year", Column: "pixels", Layout: layout}
	var colors []color.NRGBA
	for _, c := range classes.Show(palette, true, "per year", nil) {
		figure.Entries = append(figure.Entries, render.Entry{Color: c.Color, Label: c.Label, Share: render.Percent(c.Pixels, classes.Total())})
		colors = append(colors, c.Color)
		fmt.Println(c.Hex(), c.Label, c.Pixels)
	}
	figure.Image = cells.Image(classes, colors, false, false)
	if err := figure.WritePNG(io.Discard); err != nil { // a file, or an http.ResponseWriter
		panic(err)
	}
	// Output:
	// #bf812d ≤ 0 2
	// #35978f > 0 3
}
