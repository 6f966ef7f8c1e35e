package trendmap

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// drawing is a map in the making.
type drawing struct {
	*raster.Trend
	o             Options
	choice        bool // the options say what the classes are; otherwise a field may have its own
	input, output string
	band          int // its index
	mask          rule
	layout        render.Layout
	outlines      [][]float64 // in pixels of the picture
	warnings      []string
	name, unit    string
	kind          render.Kind
	signed        bool // values have a sign, which colours show
	sampled       bool // not all of the raster is read
	classes       *render.Classes
	cells         *render.Cells
	weak          []bool // scratch memory of count
}

// Draw draws a band of the raster input into output, as PNG, SVG or PDF by the end of its name. Its
// files appear together, once all are whole: after an error or a cancelled context there are none
// but those that were there before.
func Draw(ctx context.Context, input, output string, o Options) (*Map, error) {
	choice := o.Classes != 0 || o.Method != "" || o.Breaks != nil
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	format, err := formatOf(output)
	if err != nil {
		return nil, err
	}
	t, err := raster.OpenTrend(ctx, input, o.Drivers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.Close() }()
	d := &drawing{Trend: t, o: o, choice: choice, input: input, output: output, warnings: slices.Clone(t.Warnings)}
	style, err := d.styleName()
	if err != nil {
		return nil, err
	}
	if err := d.checkTargets(style); err != nil {
		return nil, err
	}
	if err := d.prepare(ctx); err != nil {
		return nil, err
	}
	if err := d.read(ctx); err != nil {
		return nil, err
	}
	changed, err := d.Unchanged()
	if err != nil {
		return nil, err
	}
	d.warnings = append(d.warnings, changed...)
	palette := d.palette()
	classes := d.classes.Show(palette, d.signed, d.unit, d.kind.Classes)
	figure, err := d.figure(classes)
	if err != nil {
		return nil, err
	}
	d.cells = nil // which the picture does not need, and whose memory it takes
	debug.FreeOSMemory()
	if warning := palette.Warning(); warning != "" {
		d.warnings = append(d.warnings, warning)
	}
	m := d.describe(classes)
	m.QGIS = style
	files := []atomicfile.Content{{Path: d.output, Write: func(w io.Writer) error { return figure.Write(w, format) }}}
	if style != "" {
		files = append(files, atomicfile.Content{Path: style, Write: func(w io.Writer) error {
			return render.WriteQML(w, d.band+1, d.classes, classes)
		}})
	}
	if d.o.Colors != "" {
		files = append(files, atomicfile.Content{Path: d.o.Colors, Write: func(w io.Writer) error {
			return render.WriteColors(w, d.classes, classes)
		}})
	}
	return m, atomicfile.WriteAll(ctx, d.o.Overwrite, files...)
}

// formatOf returns the format of a picture by the end of its name.
func formatOf(output string) (string, error) {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(output), "."))
	if !slices.Contains(render.Formats, format) {
		return "", fmt.Errorf("cannot draw a map into %s: name a file that ends in .%s", output, strings.Join(render.Formats, ", ."))
	}
	return format, nil
}

// styleName returns the name of the style for QGIS, "" if none is asked for.
func (d *drawing) styleName() (string, error) {
	switch {
	case !d.o.QGIS:
		return "", nil
	case d.Remote():
		return "", fault.Errorf("a style for QGIS is written beside the raster, and %s is on a server: copy it first, or leave %v out", d.Name, fault.Option{Field: "QGIS"})
	case d.OfVariables():
		return "", fault.Errorf("a style for QGIS numbers bands, and %s has variables: fit to a GeoTIFF, or leave %v out", d.Name, fault.Option{Field: "QGIS"})
	}
	return strings.TrimSuffix(d.input, filepath.Ext(d.input)) + ".qml", nil
}

// prepare settles what is drawn and how large, and reads the outlines.
func (d *drawing) prepare(ctx context.Context) error {
	if err := d.choose(); err != nil {
		return err
	}
	d.layOut()
	if err := d.shareMemory(); err != nil {
		return err
	}
	return d.readOutlines(ctx)
}

// layOut settles the size of the map, and whether all of the raster is read.
func (d *drawing) layOut() {
	d.layout = render.NewLayout(d.Width, d.Height, d.Aspect(), d.o.Size)
	d.layout.DPI = d.o.DPI
	d.sampled = int64(d.Width)*int64(d.Height) > cmp.Or(d.o.whole, Whole)
}

// checkTargets returns an error if an output cannot be written, if two outputs are the same file, or
// if an output is a file that the map is made from.
func (d *drawing) checkTargets(style string) error {
	var read, paths []string
	if d.o.Outline != "" {
		read = append(read, d.o.Outline)
	}
	for _, path := range []string{d.output, style, d.o.Colors} {
		if path != "" {
			paths = append(paths, path)
		}
	}
	warnings, err := d.CheckTargets(d.o.Overwrite, read, paths...)
	d.warnings = append(d.warnings, warnings...)
	return err
}

// choose settles which band is drawn, and by which rule pixels are grey.
func (d *drawing) choose() (err error) {
	switch {
	case d.o.Band > len(d.Bands):
		return fmt.Errorf("%s has no band %d: it has %s", d.Name, d.o.Band, d.bandNames())
	case d.o.Band > 0:
		d.band = d.o.Band - 1
	case d.o.Field != "":
		if d.band = d.Trend.Band(d.o.Field); d.band < 0 {
			return fmt.Errorf("%s has no band called %s: it has %s", d.Name, d.o.Field, d.bandNames())
		}
	default:
		for _, f := range []stats.Field{stats.SenSlope, stats.Slope} {
			if band := d.Trend.Band(f.String()); band >= 0 {
				d.band = band
			}
		}
	}
	b := d.Bands[d.band]
	d.name, d.unit, d.kind = cmp.Or(b.Name, fmt.Sprintf("band %d", d.band+1)), b.Unit, render.KindOf(strings.ToLower(b.Name))
	if d.kind.Years && d.unit == "years" {
		d.unit = "" // the name says it
	}
	if b.Paletted {
		return fault.Errorf("band %d of %s holds numbers of colours, which are classes already: name another with %v, or another raster", d.band+1, d.Name, fault.Option{Field: "Band"})
	}
	if d.choice {
		d.kind.Classes, d.kind.Limits, d.kind.Years = nil, nil, false
	}
	d.mask, err = d.rule()
	return err
}
