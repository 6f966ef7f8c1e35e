package trendmap

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/render"
)

// palette returns the palette that the options name, or one that suits the field.
func (d *drawing) palette() render.Palette {
	name := cmp.Or(d.kind.Palette, render.DefaultSequential)
	if d.signed {
		name = render.DefaultDiverging
	}
	p, err := render.ParsePalette(cmp.Or(d.o.Palette, name))
	if err != nil {
		panic(err) // check has read it
	}
	return p
}

// figure puts together what is drawn.
func (d *drawing) figure(classes []render.Class) (*render.Figure, error) {
	frame, coordinates, err := d.frame()
	if err != nil {
		return nil, err
	}
	f := &render.Figure{Title: cmp.Or(d.o.Title, d.title()), Subtitle: d.subtitle(), Heading: d.heading(), Column: "pixels", Entries: d.entries(classes),
		Source: d.source(coordinates), Layout: d.layout, Frame: frame, Outlines: d.outlines}
	colors := make([]color.NRGBA, len(classes))
	for i, c := range classes {
		colors[i] = c.Color
	}
	flipX, flipY := d.Flipped()
	f.Image = d.cells.Image(d.classes, colors, flipX, flipY)
	if ground, known := d.Ground(); known {
		note := ""
		if ground.Uneven {
			note = "at " + latitude(ground.Latitude)
		}
		f.Bar = render.NewBar(d.layout, ground.Metres, ground.Feet, note)
		if !ground.Turns {
			f.North = &ground.North
		}
	}
	return f, nil
}

// title says what the map shows: "Linear trend of NDVI, 1995 to 2015".
func (d *drawing) title() string {
	if d.kind.Title == "" {
		return sentenceCase(d.name) + " of " + cmp.Or(d.o.Variable, filepath.Base(d.Name))
	}
	title := d.kind.Title
	if d.o.Variable != "" {
		title = d.kind.TitleOf(d.o.Variable)
	}
	if p := period(d.Dates); p != "" {
		title += ", " + p
	}
	return title
}

// heading says what the numbers of the legend are: "slope, NDVI per year".
func (d *drawing) heading() string {
	unit := d.unit
	if unit == "1" || d.kind.Classes != nil {
		unit = ""
	}
	switch variable := d.o.Variable; {
	case variable == "":
	case strings.HasPrefix(unit, "per "):
		unit = variable + " " + unit
	case d.kind.OfSamples && unit == "":
		unit = variable
	case d.kind.OfSamples:
		return d.name + " of " + variable + ", " + unit
	}
	if unit == "" {
		return d.name
	}
	return d.name + ", " + unit
}

// entries are the lines of the legend.
func (d *drawing) entries(classes []render.Class) (entries []render.Entry) {
	total := d.classes.Total()
	for _, c := range classes {
		if total > 0 || d.classes.Given {
			entries = append(entries, render.Entry{Color: c.Color, Label: c.Label, Share: render.Percent(c.Pixels, total)})
		}
	}
	if d.mask.band >= 0 {
		entries = append(entries, render.Entry{Color: render.NotSignificant, Label: fmt.Sprintf("not significant (%s)", d.mask.text),
			Share: render.Percent(d.classes.Insignificant, total), Apart: true})
	}
	if n := d.classes.Nodata; n > 0 {
		entries = append(entries, render.Entry{Label: "no data (of all)", Share: render.Percent(n, n+total), Apart: true})
	}
	return entries
}

func latitude(degrees float64) string {
	switch round := math.Round(degrees); {
	case round < 0:
		return fmt.Sprintf("%v° S", -round)
	case round > 0:
		return fmt.Sprintf("%v° N", round)
	}
	return "the equator"
}

// subtitle says what the classes are.
func (d *drawing) subtitle() string {
	n := len(d.classes.Pixels)
	switch {
	case d.classes.Total() == 0:
		return "No pixel has a value"
	case d.kind.Classes != nil:
		return ""
	case d.kind.Years:
		return ""
	case d.classes.Given:
		return fmt.Sprintf("%d classes with given limits", n)
	case n == 1:
		return "All pixels are in one class"
	}
	text := fmt.Sprintf("%d classes by quantile", n)
	if d.classes.Signed {
		text = fmt.Sprintf("%d classes, by quantile on each side of zero", n)
	}
	if d.o.Method == Equal {
		text = fmt.Sprintf("%d classes of equal width", n)
		if d.classes.Signed {
			text += " from zero"
		}
	}
	if n < d.classes.Asked {
		text += fmt.Sprintf("; values repeat too often for %d", d.classes.Asked)
	}
	return text
}

// source says what the map was made from.
func (d *drawing) source(coordinates string) string {
	words := []string{fmt.Sprintf("%s, band %d", filepath.Base(d.Name), d.band+1), fmt.Sprintf("%s × %s pixels", humanize.Comma(int64(d.Width)), humanize.Comma(int64(d.Height)))}
	if crs := d.CRS(); crs != "none" {
		words = append(words, crs)
	}
	if coordinates != "" {
		words = append(words, coordinates)
	}
	if d.o.Outline != "" {
		words = append(words, "outlines of "+filepath.Base(d.o.Outline))
	}
	if d.Dates != "" {
		words = append(words, dateCount(d.Dates))
	}
	if d.sampled {
		words = append(words, "limits and shares of a sample of pixels")
	}
	return strings.Join(words, " · ")
}

// sentenceCase begins a text with a capital letter.
func sentenceCase(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// period returns the first and the last of the dates that a fit has written into its file: a list
// of them, or a summary such as "68 dates, 2015-07-11 to 2017-12-22".
func period(dates string) string {
	if _, summary, found := strings.Cut(dates, ", "); found {
		summary, _, _ = strings.Cut(summary, ",")
		return strings.Replace(summary, "–", " to ", 1)
	}
	if all := strings.Fields(dates); len(all) > 1 {
		return all[0] + " to " + all[len(all)-1]
	}
	return ""
}

// dateCount says how many dates those are.
func dateCount(dates string) string {
	if count, _, found := strings.Cut(dates, ","); found {
		return count
	}
	return fmt.Sprintf("%d dates", len(strings.Fields(dates)))
}

// describe says what is drawn.
func (d *drawing) describe(classes []render.Class) *Map {
	s := &Map{Output: d.output, Colors: d.o.Colors, Raster: d.Name, Band: d.band + 1, Field: d.name, Unit: d.unit, Width: d.Width, Height: d.Height,
		Method: string(d.o.Method), Sampled: d.sampled, NotSure: d.classes.Insignificant, Mask: d.mask.text, Alpha: d.o.MaskP, Nodata: d.classes.Nodata,
		Classes: []Class{}, Warnings: append([]string{}, d.warnings...), Notes: d.Notes, Description: d.subtitle(), Legend: d.entries(classes)}
	if d.classes.Given {
		s.Method = "breaks"
	}
	for i, c := range classes {
		class := Class{Label: c.Label, Color: c.Hex(), Pixels: c.Pixels, Share: c.Share}
		if i > 0 {
			class.Above = &d.classes.Limits[i-1]
		}
		if i < len(d.classes.Limits) {
			class.UpTo = &d.classes.Limits[i]
		}
		if d.classes.Total() > 0 || d.classes.Given {
			s.Classes = append(s.Classes, class)
		}
	}
	if d.classes.Total() == 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("no pixel of band %d of %s has a value, so the map is empty", s.Band, s.Raster))
	}
	if d.o.QGIS && d.mask.band >= 0 {
		s.Warnings = append(s.Warnings, "the style for QGIS shows all pixels: those that are not significant are grey in the map only")
	}
	return s
}
