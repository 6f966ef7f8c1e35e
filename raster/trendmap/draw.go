package trendmap

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// drawing is what was found out about the band that is drawn.
type drawing struct {
	*raster.Trend
	o             Options
	input, output string
	band, pvalue  int // indices; pvalue is -1 where none is needed
	name, unit    string
	kind          render.Kind
	sampled       bool
	classes       *render.Classes
	cells         *render.Cells
}

// Draw draws a band of the raster input into output, a PNG, or an SVG if its name ends so. Its files appear together, once all
// are whole: after an error or a cancelled context there are none but those that were there before.
func Draw(ctx context.Context, input, output string, o Options) (*Map, error) {
	o.Classes, o.Size, o.Method = cmp.Or(o.Classes, DefaultClasses), cmp.Or(o.Size, DefaultSize), cmp.Or(o.Method, Quantile)
	if err := o.check(); err != nil {
		return nil, err
	}
	t, err := raster.OpenTrend(ctx, input, o.Drivers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.Close() }()
	style := ""
	if o.QGIS {
		if t.Remote() {
			return nil, fault.Errorf("a style for QGIS is written beside the raster, and %s is on a server: copy it first, or leave %v out", t.Name, fault.Option{Field: "QGIS"})
		}
		style = strings.TrimSuffix(input, filepath.Ext(input)) + ".qml"
	}
	d := &drawing{Trend: t, o: o, input: input, output: output}
	if err := d.checkTargets(style); err != nil {
		return nil, err
	}
	if err := d.choose(); err != nil {
		return nil, err
	}
	if err := d.read(ctx); err != nil {
		return nil, err
	}
	palette, centred := d.colouring()
	classes := d.classes.Show(palette, centred, d.unit, d.kind.Classes)
	figure := d.figure(classes)
	m := d.describe(classes)
	m.QGIS = style

	targets := []target{{d.output, figure.WritePNG}}
	if strings.EqualFold(filepath.Ext(d.output), ".svg") {
		targets[0].write = figure.WriteSVG
	}
	if d.o.QGIS {
		targets = append(targets, target{style, func(w io.Writer) error { return render.WriteQML(w, d.band+1, d.classes, classes) }})
	}
	if d.o.Colors != "" {
		targets = append(targets, target{d.o.Colors, func(w io.Writer) error { return render.WriteColors(w, d.classes, classes) }})
	}
	return m, writeAll(ctx, targets, d.o.Overwrite)
}

// checkTargets reports whether the outputs can be written, and none is the input or another of them.
func (d *drawing) checkTargets(style string) error {
	var seen []string
	for _, path := range []string{d.output, style, d.o.Colors} {
		if path == "" {
			continue
		}
		if err := atomicfile.CheckTarget(path, d.o.Overwrite); err != nil {
			return err
		}
		if from, err := os.Stat(d.input); err == nil {
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
	var staged []*atomicfile.Staged
	defer func() {
		for _, s := range staged {
			s.Drop()
		}
	}()
	for _, t := range targets {
		s, err := atomicfile.Stage(t.path, overwrite, t.write)
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

// choose settles which band is m.
func (d *drawing) choose() error {
	var names []string
	for i, b := range d.Bands {
		names = append(names, cmp.Or(b.Name, fmt.Sprintf("band %d, which has no name", i+1)))
	}
	switch {
	case d.o.Band > len(d.Bands):
		return fmt.Errorf("%s has no band %d: it has %s", d.Name, d.o.Band, strings.Join(names, ", "))
	case d.o.Band > 0:
		d.band = d.o.Band - 1
	case d.o.Field != "":
		if d.band = d.Trend.Band(d.o.Field); d.band < 0 {
			return fmt.Errorf("%s has no band called %s: it has %s", d.Name, d.o.Field, strings.Join(names, ", "))
		}
	default:
		d.band = max(0, d.Trend.Band(stats.Slope.String()))
	}
	b := d.Bands[d.band]
	d.name, d.unit, d.kind = cmp.Or(b.Name, fmt.Sprintf("band %d", d.band+1)), b.Unit, render.KindOf(strings.ToLower(b.Name))
	if b.Paletted {
		return fault.Errorf("band %d of %s holds numbers of colours, which are classes already: name another with %v, or another raster", d.band+1, d.Name, fault.Option{Field: "Band"})
	}
	if d.pvalue = -1; d.o.MaskP > 0 {
		if d.pvalue = d.Trend.Band(stats.PValue.String()); d.pvalue < 0 {
			return fault.Errorf("%v needs a band called pvalue, and %s has %s: fit it again with %v", fault.Option{Field: "MaskP"}, d.Name, strings.Join(names, ", "),
				fault.Option{Field: "Fit.Fields", Value: "slope,pvalue"})
		}
	}
	return nil
}
