package render

import (
	"bytes"
	"cmp"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Series is a plot of the observations of one pixel, its gaps, and the line through it.
type Series struct {
	Title    string
	Subtitle string // smaller, below it
	XLabel   string
	YLabel   string
	Axis     TimeAxis    // the kind of x
	Observed plotter.XYs // finite numbers
	Scenes   plotter.XYs // what composites in Observed are made of; drawn smaller, behind them
	Gaps     []float64   // x of the gaps, which are marked along the axis
	// Line returns the value of the line at x and the limits of its confidence band, which are
	// NaN if there is no band. The line is drawn from the first observation to the last. If
	// Line is nil, no line is drawn. A line needs at least one observation.
	Line      func(x float64) (y, lo, hi float64)
	LineLabel string // in the legend; "": fitted line
	BandLabel string // of the confidence band, in the legend
	// Sen returns the value of a second line at x, that of Theil and Sen, and those of the lines with
	// the limits of its slope, which are NaN if there are none. It is drawn if it is not nil and Line
	// is not either.
	Sen      func(x float64) (y, lo, hi float64)
	SenLabel string // of the lines with the limits, in the legend
	// Trend returns the value of the trend of a line that has a season. If it is not nil, the trend
	// is drawn too.
	Trend func(x float64) float64
	// Segments are the vertices of a trajectory of straight lines, which is drawn if there are any.
	Segments      plotter.XYs
	SegmentsLabel string // of the trajectory, in the legend
	// History are points of the model of the history that BFAST monitor tests the observations with, and
	// Breaks are where they no longer follow it. Both are drawn if there are any.
	History plotter.XYs
	Breaks  []float64
	// DPI is the resolution of a PNG, in pixels an inch of the 20 × 12 cm of a plot. 0: 150
	DPI float64
}

// These colours are by Okabe and Ito; people with any colour vision can tell them apart.
var (
	seriesDots = color.NRGBA{0, 114, 178, 255}
	seriesLine = color.NRGBA{213, 94, 0, 255}
	seriesBand = color.NRGBA{252, 229, 214, 255} // the colour of the line at 20 % opacity on white
	seriesSen  = color.NRGBA{0, 158, 115, 255}
	seriesGaps = color.NRGBA{90, 90, 90, 255}
	// seriesSegments is the colour of the trajectory of breaks.
	seriesSegments = color.NRGBA{204, 121, 167, 255}
	// seriesScenes is the colour of the dots at 50 % opacity on white.
	seriesScenes = color.NRGBA{128, 185, 217, 255}
	seriesText   = color.NRGBA{30, 30, 30, 255}
	seriesGrid   = color.Gray{228}
)

const (
	seriesWidth  = 20 * vg.Centimeter
	seriesHeight = 12 * vg.Centimeter
	seriesMargin = 10
	seriesDPI    = 150
	seriesPoints = 200 // of the line and its band
	seasonPoints = 2000
)

// Draw returns the plot as a file in one of the Formats.
func (s Series) Draw(format string) ([]byte, error) {
	for _, text := range []*string{&s.Title, &s.Subtitle, &s.XLabel, &s.YLabel, &s.BandLabel} {
		*text = shown(*text)
	}
	dpi := s.DPI
	if dpi == 0 {
		dpi = seriesDPI
	}
	var canvas vg.CanvasSizer
	var write func(io.Writer) error
	switch format {
	case "png":
		c := vgimg.NewWith(vgimg.UseWH(seriesWidth, seriesHeight), vgimg.UseDPI(int(math.Round(dpi))), vgimg.UseBackgroundColor(color.White))
		canvas, write = c, func(w io.Writer) error { return writePNG(w, c.Image(), s.DPI) }
	case "svg":
		c := vgsvg.New(seriesWidth, seriesHeight)
		canvas, write = c, func(w io.Writer) error { return writeFixed(w, c) }
	case "pdf":
		c := newPDF(seriesWidth, seriesHeight)
		canvas, write = c, c.write
	default:
		return nil, noFormat("plot", format)
	}
	c := draw.Crop(draw.New(canvas), seriesMargin, -seriesMargin, seriesMargin, -seriesMargin)
	if format != "png" {
		c.SetColor(color.White)
		c.Fill(vg.Rectangle{Max: vg.Point{X: seriesWidth, Y: seriesHeight}}.Path())
	}
	c = s.heading(c)
	p, err := s.plot()
	if err != nil {
		return nil, err
	}
	p.Draw(c)
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return b.Bytes(), nil
}

// writeFixed writes an SVG with substitutes for its font.
func writeFixed(w io.Writer, c *vgsvg.Canvas) error {
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	_, err := fontFix.WriteString(w, b.String())
	return err
}

// seriesStyle returns the style of text of a size.
func seriesStyle(size vg.Length) text.Style {
	f := font.From(plot.DefaultFont, size)
	f.Variant = "Sans"
	return text.Style{Color: seriesText, Font: f, XAlign: draw.XLeft, YAlign: draw.YTop, Handler: plot.DefaultTextHandler}
}

// heading writes title and legend at the top of c and returns the rest of c.
func (s Series) heading(c draw.Canvas) draw.Canvas {
	write := func(style text.Style, words string) {
		for _, line := range wrapped(style, words, c.Max.X-c.Min.X) {
			c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, line)
			c.Max.Y -= style.Font.Size * 1.3
		}
	}
	title := seriesStyle(13)
	title.Font.Weight = 3 // bold
	write(title, s.Title)
	c.Max.Y -= 2
	write(seriesStyle(9.5), s.Subtitle)
	c.Max.Y -= 5
	s.legend(&c)
	c.Max.Y -= 8
	return c
}

// wrapped breaks a text into lines of at most a width. A word that is longer has a line of its own.
func wrapped(style text.Style, words string, width vg.Length) (lines []string) {
	line := ""
	for _, word := range strings.Split(words, " ") {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if line != "" && style.Width(longer) > width {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// legend writes the legend as a row at the top of c and removes its height from c.
func (s Series) legend(c *draw.Canvas) {
	const gap = 14 // between entries
	style := seriesStyle(9.5)
	style.YAlign = draw.YCenter
	at := vg.Point{X: c.Min.X, Y: c.Max.Y - style.Font.Size/2}
	entry := func(label string, wide vg.Length, thumbnail func(left vg.Point)) {
		if needs := wide + 4 + style.Width(label); at.X > c.Min.X && at.X+needs > c.Max.X {
			at = vg.Point{X: c.Min.X, Y: at.Y - style.Font.Size*1.4}
		}
		thumbnail(at)
		c.FillText(style, vg.Point{X: at.X + wide + 4, Y: at.Y}, label)
		at.X += wide + 4 + style.Width(label) + gap
	}
	noun := "observation"
	if s.Scenes != nil {
		noun = "composite"
	}
	entry(seriesCount(len(s.Observed), noun), 6, func(left vg.Point) {
		c.DrawGlyphNoClip(s.glyph(), vg.Point{X: left.X + 3, Y: left.Y})
	})
	if s.Scenes != nil {
		entry("observations", 4, func(left vg.Point) { c.DrawGlyphNoClip(sceneGlyph, vg.Point{X: left.X + 2, Y: left.Y}) })
	}
	if len(s.Gaps) > 0 {
		entry(seriesCount(len(s.Gaps), "gap"), 4, func(left vg.Point) {
			x := left.X + 2
			c.StrokeLine2(gapStyle, x, left.Y-gapHeight/2, x, left.Y+gapHeight/2)
		})
	}
	if s.Line != nil {
		const wide = 18
		stroke := func(style draw.LineStyle) func(left vg.Point) {
			return func(left vg.Point) { c.StrokeLine2(style, left.X, left.Y, left.X+wide, left.Y) }
		}
		label := cmp.Or(s.LineLabel, "fitted line")
		if s.LineLabel == "" && s.Sen != nil {
			label = "least-squares line"
		}
		entry(label, wide, stroke(lineStyle))
		if _, lo, _ := s.Line(s.Observed[0].X); !math.IsNaN(lo) {
			entry(s.BandLabel, wide, func(left vg.Point) {
				box := vg.Rectangle{Min: vg.Point{X: left.X, Y: left.Y - 4}, Max: vg.Point{X: left.X + wide, Y: left.Y + 4}}
				c.SetColor(seriesBand)
				c.Fill(box.Path())
			})
		}
		if s.Sen != nil {
			entry("Theil–Sen line", wide, stroke(senStyle))
			if _, lo, _ := s.Sen(s.Observed[0].X); !math.IsNaN(lo) {
				entry(s.SenLabel, wide, stroke(limitStyle))
			}
		}
		if s.Trend != nil {
			entry("trend without the season", wide, stroke(trendStyle))
		}
	}
	if len(s.Segments) > 0 {
		entry(s.SegmentsLabel, 18, func(left vg.Point) {
			c.StrokeLine2(segmentStyle, left.X, left.Y, left.X+18, left.Y)
			c.DrawGlyphNoClip(vertexGlyph, vg.Point{X: left.X + 9, Y: left.Y})
		})
	}
	if len(s.History) > 0 {
		entry("BFAST monitor, model of the history", 18, func(left vg.Point) {
			c.StrokeLine2(segmentStyle, left.X, left.Y, left.X+18, left.Y)
		})
	}
	if len(s.Breaks) > 0 {
		entry(seriesCount(len(s.Breaks), "break"), 18, func(left vg.Point) {
			c.StrokeLine2(breakStyle, left.X, left.Y, left.X+18, left.Y)
		})
	}
	c.Max.Y = at.Y - style.Font.Size/2
}

func seriesCount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

var (
	lineStyle  = draw.LineStyle{Color: seriesLine, Width: 1.5}
	senStyle   = draw.LineStyle{Color: seriesSen, Width: 1.5}
	limitStyle = draw.LineStyle{Color: seriesSen, Width: 0.8, Dashes: []vg.Length{3, 2}}
	gapStyle   = draw.LineStyle{Color: seriesGaps, Width: 0.9}
	// trendStyle is that of the trend of a line with a season.
	trendStyle = draw.LineStyle{Color: seriesLine, Width: 1.2, Dashes: []vg.Length{5, 3}}
)

// segmentStyle is that of a trajectory of segments, and vertexGlyph the symbol of its vertices.
var (
	segmentStyle = draw.LineStyle{Color: seriesSegments, Width: 1.5}
	vertexGlyph  = draw.GlyphStyle{Color: seriesSegments, Radius: 3.2, Shape: draw.BoxGlyph{}}
)

// sceneGlyph is the symbol of what composites are made of.
var sceneGlyph = draw.GlyphStyle{Color: seriesScenes, Radius: 1.4, Shape: draw.CircleGlyph{}}

const gapHeight = 7.0

// glyph is the symbol of an observation.
func (s Series) glyph() draw.GlyphStyle {
	radius := vg.Length(2.8)
	if len(s.Observed) > 150 {
		radius = 1.8
	}
	return draw.GlyphStyle{Color: seriesDots, Radius: radius, Shape: draw.CircleGlyph{}}
}

// plot lays out the data.
func (s Series) plot() (*plot.Plot, error) {
	p := plot.New()
	p.BackgroundColor = nil
	for _, style := range []*text.Style{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		style.Font.Variant, style.Font.Size, style.Color = "Sans", 9.5, seriesText
	}
	p.X.Label.Text, p.Y.Label.Text = s.XLabel, s.YLabel
	p.X.Label.Padding, p.Y.Label.Padding = 4, 4
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(s.Axis.ticks), plot.TickerFunc(numberTicks)
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = seriesGrid, seriesGrid
	if s.Line == nil {
		p.Add(g)
	} else if err := s.addLine(p, g); err != nil {
		return nil, err
	}
	for _, of := range []struct {
		points plotter.XYs
		glyph  draw.GlyphStyle
	}{{s.Scenes, sceneGlyph}, {s.Observed, s.glyph()}} {
		if len(of.points) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(of.points)
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		dots.GlyphStyle = of.glyph
		p.Add(dots)
	}
	if len(s.Segments) > 0 {
		line, vertices, err := plotter.NewLinePoints(s.Segments)
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		line.LineStyle, vertices.GlyphStyle = segmentStyle, vertexGlyph
		p.Add(line, vertices)
	}
	if len(s.History) > 0 {
		line, err := plotter.NewLine(s.History)
		if err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		line.LineStyle = segmentStyle
		p.Add(line)
	}
	p.Add(breakMarks(s.Breaks))
	p.Add(gapMarks(s.Gaps))
	s.limit(p)
	return p, nil
}

// addLine adds the band, the grid and the line, in this order from back to front.
func (s Series) addLine(p *plot.Plot, g *plotter.Grid) error {
	first, last := math.Inf(1), math.Inf(-1)
	for _, o := range s.Observed {
		first, last = min(first, o.X), max(last, o.X)
	}
	var line, trend, upper, band plotter.XYs
	points := seriesPoints
	if s.Trend != nil {
		points = seasonPoints
	}
	for i := range points + 1 {
		x := first + (last-first)*float64(i)/float64(points)
		y, lo, hi := s.Line(x)
		if s.Trend != nil {
			trend = append(trend, plotter.XY{X: x, Y: s.Trend(x)})
		}
		line = append(line, plotter.XY{X: x, Y: y})
		if !math.IsNaN(lo) && !math.IsNaN(hi) {
			band, upper = append(band, plotter.XY{X: x, Y: lo}), append(upper, plotter.XY{X: x, Y: hi})
		}
	}
	for i := len(upper) - 1; i >= 0; i-- {
		band = append(band, upper[i])
	}
	if len(band) > 0 {
		area, err := plotter.NewPolygon(band)
		if err != nil {
			return fmt.Errorf("render: %w", err)
		}
		area.Color, area.Width = seriesBand, 0
		p.Add(area)
	}
	l, err := plotter.NewLine(line)
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	l.LineStyle = lineStyle
	p.Add(g, l)
	if s.Trend != nil {
		t, err := plotter.NewLine(trend)
		if err != nil {
			return fmt.Errorf("render: %w", err)
		}
		t.LineStyle = trendStyle
		p.Add(t)
	}
	if s.Sen == nil {
		return nil
	}
	return s.addSen(p, first, last)
}

// addSen adds the line of Theil and Sen and those with the limits of its slope, from the first
// observation to the last.
func (s Series) addSen(p *plot.Plot, first, last float64) error {
	y0, lo0, hi0 := s.Sen(first)
	y1, lo1, hi1 := s.Sen(last)
	for _, of := range []struct {
		from, to float64
		style    draw.LineStyle
	}{{lo0, lo1, limitStyle}, {hi0, hi1, limitStyle}, {y0, y1, senStyle}} {
		if math.IsNaN(of.from) || math.IsNaN(of.to) {
			continue
		}
		l, err := plotter.NewLine(plotter.XYs{{X: first, Y: of.from}, {X: last, Y: of.to}})
		if err != nil {
			return fmt.Errorf("render: %w", err)
		}
		l.LineStyle = of.style
		p.Add(l)
	}
	return nil
}

// limit sets the visible ranges. They contain all dates and all observations, with space below for
// the marks of gaps. A band that is much wider than the observations is cut off.
func (s Series) limit(p *plot.Plot) {
	left, right, low, high := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, o := range slices.Concat(s.Observed, s.Scenes) {
		left, right, low, high = min(left, o.X), max(right, o.X), min(low, o.Y), max(high, o.Y)
	}
	for _, x := range s.Gaps {
		left, right = min(left, x), max(right, x)
	}
	if !(left <= right) {
		left, right = 0, 1
	}
	if !(low <= high) {
		low, high = 0, 1
	}
	if low == high {
		around := math.Max(math.Abs(low)/10, 1e-300)
		if low == 0 {
			around = 1
		}
		low, high = low-around, high+around
	}
	tall := high - low
	if !(p.Y.Min >= low-tall) {
		p.Y.Min = low - tall
	}
	if !(p.Y.Max <= high+tall) {
		p.Y.Max = high + tall
	}
	p.Y.Min, p.Y.Max = min(p.Y.Min, low)-tall*0.08, max(p.Y.Max, high)+tall*0.04
	around := (right - left) * 0.02
	if around == 0 {
		around = 1
	}
	p.X.Min, p.X.Max = left-around, right+around
}

// breakStyle is that of breaks.
var breakStyle = draw.LineStyle{Color: seriesText, Width: 1, Dashes: []vg.Length{6, 3}}

// breakMarks are strokes from the bottom to the top.
type breakMarks []float64

func (b breakMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, at := range b {
		c.StrokeLine2(breakStyle, x(at), c.Min.Y, x(at), c.Max.Y)
	}
}

// gapMarks are short strokes on the x axis.
type gapMarks []float64

func (g gapMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, at := range g {
		c.StrokeLine2(gapStyle, x(at), c.Min.Y, x(at), c.Min.Y+gapHeight)
	}
}
