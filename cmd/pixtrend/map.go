package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// makeMap is the command line of pixtrend map, and what fit --map does with none of its options.
type makeMap struct {
	input       string
	drivers     []string // besides GTiff
	output      string   // .png or .svg
	field       string
	band        int // from 1; 0: by field
	classes     int
	method      classing
	breaks      []float64
	palette     string
	maskP       float64 // 0: none
	title       string
	size        int
	qgis        bool
	colors      string // a colour table
	overwrite   bool
	json, quiet bool
	most        int64 // pixels of rasters that are read whole; 0: mapAll
}

// classing is how limits are found.
type classing string

const (
	byQuantile classing = "quantile"
	byEqual    classing = "equal"

	defaultClasses = 5
	defaultSize    = 1000
	leastSize      = 100
	mostSize       = 4000
)

func newMapCommand() *cobra.Command {
	m := &makeMap{}
	cmd := &cobra.Command{
		Use:   "map TREND.tif -o FILE",
		Short: "Draw a map of a trend in classes, as PNG or SVG.",
		Long: "Draw a map of a trend in classes, as PNG or SVG, with a legend, the share of pixels of each class, a scale\n" +
			"bar and north.\n\n" +
			"Classes hold as many pixels each, unless --method or --breaks says otherwise; with five, their limits are\n" +
			"those that pixtrend fit prints. Trends and other values with a sign are coloured from zero: with the default\n" +
			"palette, losses are brown and gains are green, the deeper the larger. Pixels without a value are\n" +
			"transparent. Rasters larger than the map are averaged; limits and shares are those of their pixels. Of\n" +
			"rasters with more than " + humanize.Comma(mapAll) + " pixels, these are found from a sample of blocks, and the map from\n" +
			"overviews if there are some.",
		Example: "  # the map of a trend made for trying\n" +
			"  pixtrend synth demo && pixtrend fit 'demo/ndvi_*.tif' -o trend.tif --stats slope,pvalue,n\n" +
			"  pixtrend map trend.tif -o map.png\n" +
			"  # grey where the trend is not significant; classes with limits of one's own\n" +
			"  pixtrend map trend.tif -o sure.png --mask-p 0.05 --breaks -0.01,-0.002,0.002,0.01\n" +
			"  # another field in seven classes of equal width; for print\n" +
			"  pixtrend map trend.tif -o n.svg --field n --classes 7 --method equal --title 'Clear years'\n" +
			"  # the same classes and colours in QGIS, which reads trend.qml with trend.tif, and for gdaldem\n" +
			"  pixtrend map trend.tif -o map.png --overwrite --qgis --colors colors.txt",
		Args: func(_ *cobra.Command, args []string) error { return m.check(args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return m.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	group(cmd, "Input", func(flags *pflag.FlagSet) {
		option(flags, &m.field, "field", "", "NAME", "draw the band of the field NAME (default slope, or else the first band)", named("a field, such as pvalue"))
		option(flags, &m.band, "band", "", "N", "draw band N", atLeast(1))
		repeated(flags, &m.drivers, "if", "DRIVER", "open files of this GDAL DRIVER too, such as VRT; may be repeated", checkDriver)
	})
	group(cmd, "Classes", func(flags *pflag.FlagSet) {
		option(flags, &m.classes, "classes", "", "N", fmt.Sprintf("make N classes (default %d)", defaultClasses), parseClasses)
		option(flags, &m.method, "method", "", "METHOD", "METHOD of finding limits: quantile, as many pixels in each class (default), or equal, classes of equal width", parseMethod)
		option(flags, &m.breaks, "breaks", "", "LIMITS", "LIMITS between the classes, separated by commas, such as -0.01,0,0.01; values beyond them make two more classes", render.ParseBreaks)
		option(flags, &m.maskP, "mask-p", "", "ALPHA", "draw grey, and count apart, where the band pvalue is not below ALPHA, such as 0.05", between0And1)
	})
	group(cmd, "Map", func(flags *pflag.FlagSet) {
		option(flags, &m.palette, "palette", "", "NAME", "NAME of the colours: "+list(render.PaletteNames(), "or")+", with _r behind it for the reverse (default "+
			render.DefaultDiverging+" for values with a sign, "+render.DefaultSequential+" for others)", parsePalette)
		option(flags, &m.title, "title", "", "TEXT", "write TEXT above the map (default: what the field is, and when)", named("a text"))
		option(flags, &m.size, "size", "", "PIXELS", fmt.Sprintf("PIXELS of the longer side of the map, without legend, from %d to %d (default %d)", leastSize, mostSize, defaultSize), parseMapSize)
	})
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &m.output, "output", "o", "FILE", "write the map to FILE, whose name ends in .png or .svg", m.parseOutput)
		flags.BoolVar(&m.qgis, "qgis", false, "write a style beside the raster too, with .qml for its suffix: QGIS loads it by itself")
		option(flags, &m.colors, "colors", "", "FILE", "write the colours as a text for gdaldem color-relief to FILE too", named("a file, such as colors.txt"))
		flags.BoolVar(&m.overwrite, "overwrite", false, "replace files that exist")
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&m.json, "json", false, "print one JSON object on standard output")
		flags.BoolVarP(&m.quiet, "quiet", "q", false, "print no progress and no summary")
	})
	complete(cmd, "field", stats.FieldNames()...)
	complete(cmd, "method", string(byQuantile), string(byEqual))
	complete(cmd, "palette", render.PaletteNames()...)
	return cmd
}

// named returns a parser of texts that are not empty.
func named(what string) func(string) (string, error) {
	return func(s string) (string, error) {
		if strings.TrimSpace(s) == "" {
			return "", errors.New("give " + what)
		}
		return s, nil
	}
}

func parseClasses(s string) (int, error) {
	n, err := atLeast(2)(s)
	if err != nil || n > render.MostClasses {
		return 0, fmt.Errorf("give a whole number from 2 to %d", render.MostClasses)
	}
	return n, nil
}

func parseMethod(s string) (classing, error) {
	for _, m := range []classing{byQuantile, byEqual} {
		if strings.EqualFold(s, string(m)) {
			return m, nil
		}
	}
	return "", errors.New("give quantile or equal")
}

func parsePalette(s string) (string, error) {
	p, err := render.ParsePalette(s)
	return p.Name, err
}

func parseMapSize(s string) (int, error) {
	n, err := atLeast(leastSize)(s)
	if err != nil || n > mostSize {
		return 0, fmt.Errorf("give a number of pixels from %d to %d", leastSize, mostSize)
	}
	return n, nil
}

// parseOutput reads the output's name, which may be given once.
func (m *makeMap) parseOutput(s string) (string, error) {
	if m.output != "" {
		return "", fmt.Errorf("the output is given already, as %s", m.output)
	}
	return parsePicture(s)
}

// parsePicture reads the name of a picture.
func parsePicture(s string) (string, error) {
	switch strings.ToLower(filepath.Ext(s)) {
	case ".png", ".svg":
		return s, nil
	}
	return "", errors.New("give the name of a PNG or an SVG file, such as map.png")
}

// check looks at the command line as a whole, and at no file.
func (m *makeMap) check(args []string) error {
	switch {
	case len(args) == 0:
		return usagef("no input: name a raster that pixtrend fit has written, such as trend.tif")
	case len(args) > 1:
		return usagef("one raster makes a map, and %d are given: %s", len(args), list(args, "and"))
	case args[0] == "":
		return usagef("the input has an empty name")
	case m.output == "":
		return usagef("no output: name it with -o, such as -o map.png")
	case m.field != "" && m.band > 0:
		return usagef("--field and --band exclude each other: both name the band that is drawn")
	case m.breaks != nil && (m.classes > 0 || m.method != ""):
		return usagef("--breaks leaves nothing to --classes and --method: give one or the other")
	case m.json && m.quiet:
		return usagef("--json and --quiet exclude each other")
	}
	m.input = args[0]
	return nil
}

func (m *makeMap) run(stdout, stderr io.Writer) error {
	ctx, stop := interruptible(context.Background())
	defer stop()
	drawn, err := m.draw(ctx, stderr)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %s is not written", context.Cause(ctx), m.output)
		}
		return err
	}
	warn(stderr, drawn.Warnings)
	switch {
	case m.json:
		text, err := jsonLine(drawn)
		if err != nil {
			return err
		}
		return print(stdout, text)
	case m.quiet:
		return nil
	}
	return print(stdout, drawn.text())
}

// drawnMap says what a map shows. In JSON it is what --json prints.
type drawnMap struct {
	Output      string       `json:"output"`
	QGIS        string       `json:"qgis,omitempty"`   // a style
	Colors      string       `json:"colors,omitempty"` // a colour table
	Raster      string       `json:"raster"`
	Band        int          `json:"band"`
	Field       string       `json:"field"`
	Unit        string       `json:"unit"`
	Width       int          `json:"width"` // of the raster
	Height      int          `json:"height"`
	Method      string       `json:"method"`  // quantile, equal or breaks
	Sampled     bool         `json:"sampled"` // limits and pixels are those of a part of the raster
	Classes     []drawnClass `json:"classes"`
	NotSure     int64        `json:"not_significant"` // pixels
	Alpha       float64      `json:"alpha,omitempty"`
	Nodata      int64        `json:"nodata"`
	Warnings    []string     `json:"warnings"`
	description string
	entries     []render.Entry
}

type drawnClass struct {
	Above  *float64 `json:"above"` // null: there is no limit
	UpTo   *float64 `json:"up_to"`
	Label  string   `json:"label"`
	Color  string   `json:"color"`
	Pixels int64    `json:"pixels"`
	Share  float64  `json:"share"` // of the pixels that have a value
}

const (
	mapAll     = 1 << 28 // pixels: of larger rasters
	mapSampled = 4       // a fourth of these are looked at
	mapMeter   = 1 << 25 // pixels that take long enough for a meter
)

// mapped is what was found out about the band that is drawn.
type mapped struct {
	*raster.Trend
	band, pvalue int // indices; pvalue is -1 where none is needed
	name, unit   string
	kind         render.Kind
	sampled      bool
	classes      *render.Classes
	cells        *render.Cells
}

// draw reads the raster, and writes the map and what goes with it.
func (m *makeMap) draw(ctx context.Context, stderr io.Writer) (*drawnMap, error) {
	m.classes, m.size = cmp.Or(m.classes, defaultClasses), cmp.Or(m.size, defaultSize)
	m.method = cmp.Or(m.method, byQuantile)
	var drivers []string
	if len(m.drivers) > 0 {
		drivers = append([]string{"GTiff"}, m.drivers...)
	}
	t, err := raster.OpenTrend(m.input, drivers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.Close() }()
	style := ""
	if m.qgis {
		if t.Remote() {
			return nil, fmt.Errorf("--qgis writes a style beside the raster, and %s is on a server: copy it first, or leave the option out", t.Name)
		}
		style = strings.TrimSuffix(m.input, filepath.Ext(m.input)) + ".qml"
	}
	if err := m.checkTargets(style); err != nil {
		return nil, err
	}
	d := &mapped{Trend: t}
	if err := m.choose(d); err != nil {
		return nil, err
	}
	if err := m.read(ctx, d, stderr); err != nil {
		return nil, err
	}
	palette, centred := m.colouring(d)
	classes := d.classes.Show(palette, centred, d.unit, d.kind.Classes)
	figure := m.figure(d, classes)
	drawn := m.describe(d, classes)
	drawn.QGIS = style

	targets := []target{{m.output, figure.WritePNG}}
	if strings.EqualFold(filepath.Ext(m.output), ".svg") {
		targets[0].write = figure.WriteSVG
	}
	if m.qgis {
		targets = append(targets, target{style, func(w io.Writer) error { return render.WriteQML(w, d.band+1, d.classes, classes) }})
	}
	if m.colors != "" {
		targets = append(targets, target{m.colors, func(w io.Writer) error { return render.WriteColors(w, d.classes, classes) }})
	}
	return drawn, writeAll(ctx, targets, m.overwrite)
}

// checkTargets reports whether the outputs can be written, and none is the input or another of them.
func (m *makeMap) checkTargets(style string) error {
	var seen []string
	for _, path := range []string{m.output, style, m.colors} {
		if path == "" {
			continue
		}
		if err := raster.CheckTarget(path, m.overwrite); err != nil {
			return err
		}
		if from, err := os.Stat(m.input); err == nil {
			if to, err := os.Stat(path); err == nil && os.SameFile(from, to) {
				return fmt.Errorf("the output %s is the input: name another file", path)
			}
		}
		abs, err := filepath.Abs(path)
		if err == nil && slices.Contains(seen, abs) {
			return fmt.Errorf("the output %s is given twice: name another file for each", path)
		}
		seen = append(seen, abs)
	}
	return nil
}

// target is a file to be written.
type target struct {
	path  string
	write func(io.Writer) error
}

// writeAll writes files that appear together, once all of them are whole.
func writeAll(ctx context.Context, targets []target, overwrite bool) error {
	var staged []*raster.Staged
	defer func() {
		for _, s := range staged {
			s.Drop()
		}
	}()
	for _, t := range targets {
		s, err := raster.Stage(t.path, overwrite, t.write)
		if err != nil {
			return err
		}
		staged = append(staged, s)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	for _, s := range staged {
		if err := s.Publish(); err != nil {
			return err
		}
	}
	return nil
}

// choose settles which band is drawn.
func (m *makeMap) choose(d *mapped) error {
	var names []string
	for i, b := range d.Bands {
		names = append(names, cmp.Or(b.Name, fmt.Sprintf("band %d, which has no name", i+1)))
	}
	switch {
	case m.band > len(d.Bands):
		return fmt.Errorf("%s has no band %d: it has %s", d.Name, m.band, list(names, "and"))
	case m.band > 0:
		d.band = m.band - 1
	case m.field != "":
		if d.band = d.Trend.Band(m.field); d.band < 0 {
			return fmt.Errorf("%s has no band called %s: it has %s", d.Name, m.field, list(names, "and"))
		}
	default:
		d.band = max(0, d.Trend.Band(stats.Slope.String()))
	}
	b := d.Bands[d.band]
	d.name, d.unit, d.kind = cmp.Or(b.Name, fmt.Sprintf("band %d", d.band+1)), b.Unit, render.KindOf(strings.ToLower(b.Name))
	if b.Paletted {
		return fmt.Errorf("band %d of %s holds numbers of colours, which are classes already: name another with --band, or another raster", d.band+1, d.Name)
	}
	if d.pvalue = -1; m.maskP > 0 {
		if d.pvalue = d.Trend.Band(stats.PValue.String()); d.pvalue < 0 {
			return fmt.Errorf("--mask-p needs a band called pvalue, and %s has %s: fit it again with --stats slope,pvalue", d.Name, list(names, "and"))
		}
	}
	return nil
}

// read finds the classes, counts their pixels and brings the raster to the size of the map.
func (m *makeMap) read(ctx context.Context, d *mapped, stderr io.Writer) error {
	most := cmp.Or(m.most, mapAll)
	if d.sampled = int64(d.Width)*int64(d.Height) > most; d.sampled {
		most /= mapSampled
	}
	windows, err := d.Windows(d.band, most)
	if err != nil {
		return err
	}
	pixels := 0
	for _, w := range windows {
		pixels += w.Width * w.Height
	}
	meter, done := newMeter(stderr, m.quiet || pixels < mapMeter, int64(2*pixels)), 0
	step := func(n int) { done += n; meter.set(done, 2*pixels) }
	defer func() { meter.end(done == 2*pixels) }()

	// The first pass finds the limits.
	survey, taken := render.NewSurvey(pixels), 0
	for _, w := range windows {
		values, err := d.Read(ctx, d.band, w)
		if err != nil {
			return err
		}
		for y := range w.Height {
			first := (w.Y+y)*d.Width + w.X
			if d.sampled {
				first = taken + y*w.Width
			}
			survey.Add(first, values[y*w.Width:(y+1)*w.Width])
		}
		taken += w.Width * w.Height
		step(w.Width * w.Height)
	}
	switch {
	case m.breaks != nil:
		d.classes = survey.Breaks(m.breaks)
	case d.kind.Limits != nil:
		d.classes = survey.Breaks(d.kind.Limits)
	case m.method == byEqual:
		d.classes = survey.Intervals(m.classes)
	default:
		d.classes = survey.Quantiles(m.classes)
	}

	// The second counts by them, and gathers the map.
	layout := render.NewLayout(d.Width, d.Height, d.Aspect(), m.size)
	if !d.sampled {
		d.cells = render.NewCells(layout, d.kind.Nearest, d.pvalue >= 0)
	}
	for _, w := range windows {
		values, err := d.Read(ctx, d.band, w)
		if err != nil {
			return err
		}
		var pvalues []float64
		if d.pvalue >= 0 {
			if pvalues, err = d.Read(ctx, d.pvalue, w); err != nil {
				return err
			}
		}
		d.classes.Count(values, pvalues, m.maskP)
		if d.cells != nil {
			d.cells.Add(w.X, w.Y, w.Width, values, pvalues, m.maskP)
		}
		step(w.Width * w.Height)
	}
	if d.pvalue < 0 && d.kind.Limits == nil && m.method == byQuantile {
		d.classes.Merge()
	}
	if d.sampled {
		return m.readReduced(ctx, d, layout)
	}
	return nil
}

// readReduced gathers the map from a smaller raster, with some pixels for each cell, that GDAL makes or takes from overviews.
func (m *makeMap) readReduced(ctx context.Context, d *mapped, layout render.Layout) error {
	each := max(1, 3000/max(layout.Width, layout.Height))
	small := layout
	small.RasterWidth, small.RasterHeight = min(d.Width, each*layout.Width), min(d.Height, each*layout.Height)
	d.cells = render.NewCells(small, d.kind.Nearest, d.pvalue >= 0)
	values, err := d.Reduced(ctx, d.band, small.RasterWidth, small.RasterHeight, d.kind.Nearest)
	if err != nil {
		return err
	}
	var pvalues []float64
	if d.pvalue >= 0 {
		if pvalues, err = d.Reduced(ctx, d.pvalue, small.RasterWidth, small.RasterHeight, true); err != nil {
			return err
		}
	}
	d.cells.Add(0, 0, small.RasterWidth, values, pvalues, m.maskP)
	return nil
}

// colouring returns the palette, and whether zero is its middle.
func (m *makeMap) colouring(d *mapped) (render.Palette, bool) {
	centred := d.kind.Signed || d.kind.Title == "" && d.classes.Min < 0 && d.classes.Max > 0
	name := render.DefaultSequential
	if centred {
		name = render.DefaultDiverging
	}
	p, err := render.ParsePalette(cmp.Or(m.palette, name))
	if err != nil {
		panic(err) // it has been read before
	}
	return p, centred
}

// figure puts together what is drawn.
func (m *makeMap) figure(d *mapped, classes []render.Class) *render.Figure {
	layout := d.cells.Layout
	layout.RasterWidth = d.Width
	f := &render.Figure{Title: m.title, Subtitle: m.subtitle(d), Heading: d.name, Column: "pixels", Entries: m.entries(d, classes), Source: m.source(d), Layout: layout}
	if f.Title == "" {
		f.Title = cmp.Or(d.kind.Title, sentenceCase(d.name)+" of "+filepath.Base(d.Name))
		if p := period(d.Dates); p != "" && d.kind.Title != "" {
			f.Title += ", " + p
		}
	}
	if d.unit != "" && d.unit != "1" && d.kind.Classes == nil {
		f.Heading += ", " + d.unit
	}
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
		f.Bar = render.NewBar(layout, ground.Metres, ground.Feet, note)
		if !ground.Turns {
			f.North = &ground.North
		}
	}
	return f
}

// entries are the lines of the legend.
func (m *makeMap) entries(d *mapped, classes []render.Class) (entries []render.Entry) {
	total := d.classes.Total()
	for _, c := range classes {
		if total > 0 || d.classes.Given {
			entries = append(entries, render.Entry{Color: c.Color, Label: c.Label, Share: render.Percent(c.Pixels, total)})
		}
	}
	if d.pvalue >= 0 {
		entries = append(entries, render.Entry{Color: render.NotSignificant, Label: fmt.Sprintf("not significant (p ≥ %v)", m.maskP),
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
func (m *makeMap) subtitle(d *mapped) string {
	n := len(d.classes.Pixels)
	switch {
	case d.classes.Total() == 0:
		return "No pixel has a value"
	case d.kind.Classes != nil && m.breaks == nil:
		return ""
	case d.classes.Given:
		return fmt.Sprintf("%d classes with given limits", n)
	case n == 1:
		return "All pixels are in one class"
	}
	text := fmt.Sprintf("%d classes by quantile", n)
	if m.method == byEqual {
		text = fmt.Sprintf("%d classes of equal width", n)
	}
	if n < d.classes.Asked {
		text += fmt.Sprintf("; values repeat too often for %d", d.classes.Asked)
	}
	return text
}

// source says what the map was made from.
func (m *makeMap) source(d *mapped) string {
	words := []string{fmt.Sprintf("%s, band %d", filepath.Base(d.Name), d.band+1), fmt.Sprintf("%s × %s pixels", humanize.Comma(int64(d.Width)), humanize.Comma(int64(d.Height)))}
	if crs := d.CRS(); crs != "none" {
		words = append(words, crs)
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

// period returns the first and the last of the dates that a fit has written into its file: a list of them, or a
// summary such as "68 dates, 2015-07-11 to 2017-12-22".
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
	return counted(len(strings.Fields(dates)), "date")
}

// describe says what is drawn.
func (m *makeMap) describe(d *mapped, classes []render.Class) *drawnMap {
	s := &drawnMap{Output: m.output, Colors: m.colors, Raster: d.Name, Band: d.band + 1, Field: d.name, Unit: d.unit, Width: d.Width, Height: d.Height,
		Method: string(m.method), Sampled: d.sampled, NotSure: d.classes.Insignificant, Alpha: m.maskP, Nodata: d.classes.Nodata,
		Classes: []drawnClass{}, Warnings: []string{}, description: m.subtitle(d), entries: m.entries(d, classes)}
	if d.classes.Given {
		s.Method = "breaks"
	}
	for i, c := range classes {
		class := drawnClass{Label: c.Label, Color: c.Hex(), Pixels: c.Pixels, Share: c.Share}
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
	if m.qgis && d.pvalue >= 0 {
		s.Warnings = append(s.Warnings, "the style for QGIS shows all pixels: those that are not significant are grey in the map only")
	}
	return s
}

// text is a summary for a person.
func (s *drawnMap) text() string {
	var b strings.Builder
	unit := ""
	if s.Unit != "" && s.Unit != "1" {
		unit = " (" + s.Unit + ")"
	}
	fmt.Fprintf(&b, "%s: %s%s of %s", s.Output, s.Field, unit, s.Raster)
	if s.description != "" {
		fmt.Fprintf(&b, ", %s", strings.ToLower(s.description[:1])+s.description[1:])
	}
	b.WriteByte('\n')
	wide := 0
	for _, e := range s.entries {
		wide = max(wide, utf8.RuneCountInString(e.Label))
	}
	for _, e := range s.entries {
		fmt.Fprintf(&b, "  %-*s  %8s\n", wide, e.Label, e.Share) // fmt counts runes
	}
	if s.QGIS != "" {
		fmt.Fprintf(&b, "%s: the same classes for QGIS\n", s.QGIS)
	}
	if s.Colors != "" {
		fmt.Fprintf(&b, "%s: the same colours for gdaldem color-relief\n", s.Colors)
	}
	return b.String()
}

// mapOf returns the map that fit --map draws of its output: what pixtrend map draws without options.
func mapOf(output, picture string, overwrite bool) *makeMap {
	return &makeMap{input: output, output: picture, overwrite: overwrite}
}

// checkMap reports, before the fit, whether its map can be written, and is none of the inputs.
func checkMap(picture string, overwrite bool, inputs []string) error {
	if err := raster.CheckTarget(picture, overwrite); err != nil {
		return err
	}
	to, err := os.Stat(picture)
	if err != nil {
		return nil
	}
	for _, name := range inputs {
		if from, err := os.Stat(name); err == nil && os.SameFile(from, to) {
			return fmt.Errorf("the map %s is also an input: name another file", picture)
		}
	}
	return nil
}
