package bench

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// These colours are by Okabe and Ito; people with any colour vision can tell them apart.
var colors = []color.Color{
	color.RGBA{0, 114, 178, 255}, color.RGBA{213, 94, 0, 255}, color.RGBA{0, 158, 115, 255}, color.RGBA{204, 121, 167, 255},
	color.RGBA{230, 159, 0, 255}, color.RGBA{86, 180, 233, 255}, color.RGBA{0, 0, 0, 255}, color.RGBA{140, 140, 140, 255},
}

var grey = color.RGBA{110, 110, 110, 255}

const (
	plotWidth  = 20 * vg.Centimeter
	plotHeight = 13 * vg.Centimeter
	dpi        = 110
	sans       = "Sans" // a variant of the typeface Liberation
)

// figure is a plot with its source in a line below it.
type figure struct {
	*plot.Plot
	source  string
	next    int     // index of the next colour
	beside  float64 // horizontal shift between series, so that no points are hidden
	entries int     // entries of the legend

}

func (r *Report) figure(title, subtitle, x, y string) *figure {
	p := plot.New()
	p.Title.Text = title + "\n" + subtitle
	p.Title.TextStyle.Font.Size = 12
	p.Title.Padding = 8
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Label.Padding, p.Y.Label.Padding = 4, 4
	p.X.Tick.Marker, p.Y.Tick.Marker = linear{}, linear{}
	p.Legend.Padding = 3
	p.Legend.ThumbnailWidth = 22
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = color.Gray{225}, color.Gray{225}
	p.Add(g)
	for _, style := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant = sans
	}
	f := &figure{Plot: p, source: r.Environment.Title()}
	if r.Quick {
		f.source += fmt.Sprintf(" · a quick run with stacks of %d MiB, which may lie in the caches", r.Stack>>20)
	}
	return f
}

func (f *figure) color() color.Color {
	c := colors[f.next%len(colors)]
	f.next++
	return c
}

// legendAbove puts the legend above the lines and begins the y axis at zero.
func (f *figure) legendAbove() {
	const each = 0.052 // share of the height per entry
	f.Legend.Top, f.Legend.Left = true, true
	f.Y.Min, f.Y.Max = 0, f.Y.Max/(1-min(0.6, each*float64(f.entries)+0.03))
}

// linear places ticks at 1, 2 or 5 times a power of ten, with as many digits as they need.
type linear struct{}

func (linear) Ticks(lo, hi float64) (ticks []plot.Tick) {
	if !(hi > lo) {
		return plot.DefaultTicks{}.Ticks(lo, hi)
	}
	digits := math.Floor(math.Log10((hi - lo) / 4))
	step := math.Pow10(int(digits))
	for _, m := range []float64{5, 2} {
		if step*m <= (hi-lo)/4 {
			step *= m
			break
		}
	}
	for i := math.Ceil(lo / step); i*step <= hi*(1+1e-12); i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'f', int(max(0, -digits)), 64)})
	}
	return ticks
}

// xy is a point with the interval of its value.
type xy struct {
	x float64
	Interval
}

type xys []xy

func (s xys) Len() int                      { return len(s) }
func (s xys) XY(i int) (x, y float64)       { return s[i].x, s[i].Value }
func (s xys) YError(i int) (lo, hi float64) { return s[i].Value - s[i].Low, s[i].High - s[i].Value }

// series draws points with their intervals, joined by a line.
func (f *figure) series(name string, points xys) error {
	c := f.color()
	shifted := slices.Clone(points)
	for i := range shifted {
		shifted[i].x += f.beside * float64(f.next-1)
	}
	points = shifted
	line, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = c, 1.4
	dots.Color, dots.Shape, dots.Radius = c, draw.CircleGlyph{}, 2.6
	bars, err := plotter.NewYErrorBars(points)
	if err != nil {
		return err
	}
	bars.Color = c
	f.Add(line, dots, bars)
	f.Legend.Add(name, line, dots)
	f.entries++
	return nil
}

// line draws a dashed line without points.
func (f *figure) line(name string, c color.Color, points plotter.XYs, dashes ...vg.Length) error {
	l, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	l.Color, l.Width, l.Dashes = c, 1.2, dashes
	f.Add(l)
	f.Legend.Add(name, l)
	f.entries++
	return nil
}

// write writes a figure as SVG and as PNG.
func (f *figure) write(dir, name string) error {
	for _, kind := range []struct {
		suffix string
		canvas interface {
			vg.CanvasSizer
			io.WriterTo
		}
	}{
		{".svg", vgsvg.New(plotWidth, plotHeight)},
		{".png", vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))}},
	} {
		c := draw.New(kind.canvas)
		small := font.From(plot.DefaultFont, 8)
		small.Variant = sans
		style := text.Style{Color: grey, Font: small, XAlign: draw.XLeft, YAlign: draw.YBottom, Handler: plot.DefaultTextHandler}
		c.FillText(style, vg.Point{X: 8, Y: 5}, f.source)
		f.Draw(draw.Crop(c, 6, -14, 20, -6))
		if err := writeFile(filepath.Join(dir, name+kind.suffix), func(w io.Writer) error {
			_, err := kind.canvas.WriteTo(w)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Plot draws all plots of the report into a folder, which it creates. It returns their names,
// without suffix.
func (r *Report) Plot(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	var names []string
	for _, p := range []struct {
		name string
		make func() (*figure, error)
	}{
		{"speedup", func() (*figure, error) { return r.plotSpeedup(Scaling) }}, {"efficiency", func() (*figure, error) { return r.plotEfficiency(Scaling) }},
		{"files-speedup", func() (*figure, error) { return r.plotSpeedup("pipeline") }}, {"files-efficiency", func() (*figure, error) { return r.plotEfficiency("pipeline") }},
		{"policies", r.plotPolicies}, {"roofline", r.plotRoofline},
		{"dates", r.plotDates}, {"tiles", r.plotTiles}, {"samples", r.plotSamples},
	} {
		f, err := p.make()
		if err == nil && f != nil {
			names = append(names, p.name)
			err = f.write(dir, p.name)
		}
		if err != nil {
			return names, fmt.Errorf("plot %s: %w", p.name, err)
		}
	}
	return names, nil
}

// curveLabel returns the label of a curve in a legend.
func curveLabel(c *Curve) string {
	words := []string{Key(c.Name, "scaling")}
	if Key(c.Name, "ws") == groupCache {
		words = append(words, "in cache")
	}
	switch Key(c.Name, "pin") {
	case "cpu":
		words = append(words, "pinned")
	case "off":
		words = append(words, "not pinned")
	}
	if gaps := Key(c.Name, "gaps"); gaps != "" && gaps != "0" {
		words = append(words, "gaps "+gaps)
	}
	if name := Key(c.Name, "case"); name != "" {
		words = append(words, name, strings.ReplaceAll(Key(c.Name, "stats"), ",", "+"))
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// curvesOf returns the curves of a study that have more than one point, and their largest number of
// threads.
func (r *Report) curvesOf(study string) (of []*Curve, most int) {
	for i := range r.Curves {
		c := &r.Curves[i]
		if n := len(c.Points); n > 1 && Key(c.Name, "study") == study {
			of = append(of, c)
			most = max(most, c.Points[n-1].Threads)
		}
	}
	return of, most
}

func (f *figure) overThreads(most int) {
	f.X.Min, f.X.Max = 0.8, float64(most)+0.2
	f.beside = min(0.02*float64(most-1), 0.1)
	var ticks []plot.Tick
	step := max(1, most/16)
	for p := 1; p <= most; p++ {
		label := ""
		if p == 1 || p%step == 0 {
			label = strconv.Itoa(p)
		}
		ticks = append(ticks, plot.Tick{Value: float64(p), Label: label})
	}
	f.X.Tick.Marker = plot.ConstantTicks(ticks)
}

// ofStudy returns what a study fits, for a title.
func ofStudy(study string) string {
	if study == "pipeline" {
		return "whole fits of files"
	}
	return "packed stacks"
}

func (r *Report) plotSpeedup(study string) (*figure, error) {
	of, most := r.curvesOf(study)
	if len(of) == 0 {
		return nil, nil
	}
	subtitle := "strong: one stack; weak: as much for each thread; bars: 95 % intervals"
	if study == "pipeline" {
		subtitle = "from the start of the program to its end; bars: 95 % intervals"
	}
	f := r.figure("Speed-up over one thread: "+ofStudy(study), subtitle, "threads", "speed-up")
	f.overThreads(most)
	if err := f.line("ideal", grey, plotter.XYs{{X: 1, Y: 1}, {X: float64(most), Y: float64(most)}}, 4, 3); err != nil {
		return nil, err
	}
	if c := of[0]; study == Scaling {
		// The rate of reading alone, over the rate of one thread.
		var points plotter.XYs
		for _, p := range c.Points {
			points = append(points, plotter.XY{X: float64(p.Threads), Y: p.Rate.Value / p.OfCeiling.Value / c.Points[0].Rate.Value})
		}
		if err := f.line("ceiling of "+curveLabel(c)+": reading", color.Black, points, 1, 2); err != nil {
			return nil, err
		}
	}
	for _, c := range of {
		var points xys
		for _, p := range c.Points {
			points = append(points, xy{float64(p.Threads), p.Speedup})
		}
		if err := f.series(curveLabel(c), points); err != nil {
			return nil, err
		}
	}
	f.legendAbove()
	return f, nil
}

func (r *Report) plotEfficiency(study string) (*figure, error) {
	of, most := r.curvesOf(study)
	if len(of) == 0 {
		return nil, nil
	}
	f := r.figure("Efficiency: "+ofStudy(study), "speed-up over one thread, divided by the threads; bars: 95 % intervals", "threads", "efficiency")
	f.overThreads(most)
	if err := f.line("ideal", grey, plotter.XYs{{X: 1, Y: 1}, {X: float64(most), Y: 1}}, 4, 3); err != nil {
		return nil, err
	}
	for _, c := range of {
		var points xys
		for _, p := range c.Points {
			points = append(points, xy{float64(p.Threads), p.Efficiency})
		}
		if err := f.series(curveLabel(c), points); err != nil {
			return nil, err
		}
	}
	f.legendAbove()
	return f, nil
}

func (r *Report) plotPolicies() (*figure, error) {
	ceiling := r.of("study", Scaling, "ws", groupRAM, "arm", Read, "gaps", "0")
	if len(ceiling) < 2 {
		return nil, nil
	}
	f := r.figure("Ways to hand out work", "one stack, pinned threads, from when all are there; bars: 95 % intervals", "threads", "GB/s of samples")
	f.overThreads(ceiling[len(ceiling)-1].threads())
	for _, p := range []struct{ policy, name string }{
		{policyHelp, "own chunk, then help (pixtrend)"}, {policyStatic, "own chunk only"}, {policyInterleaved, "interleaved"}, {policyCounter, "shared counter"},
	} {
		var points xys
		for _, x := range r.of("study", Scaling, "policy", p.policy, "gaps", "0") {
			points = append(points, xy{float64(x.threads()), x.Rate})
		}
		if len(points) == 0 {
			continue
		}
		if err := f.series(p.name, points); err != nil {
			return nil, err
		}
	}
	var points plotter.XYs
	for _, x := range ceiling {
		points = append(points, plotter.XY{X: float64(x.threads()), Y: x.Rate.Value})
	}
	if err := f.line("ceiling: reading alone", color.Black, points, 1, 2); err != nil {
		return nil, err
	}
	f.legendAbove()
	return f, nil
}

// plotRoofline plots the arithmetic rate below the rates of memory and cache. A multiplication and
// an addition are two operations. Only the operations that the slope needs are counted, one pair
// per sample.
func (r *Report) plotRoofline() (*figure, error) {
	f := r.figure("Roofline, one thread", "2 operations a sample and row (one fused multiply-add); roofs: reading, measured in the same run",
		"operations per byte of samples", "Gop/s")
	intensity := func(x *Result) float64 {
		rows := 1.0
		if n, err := strconv.ParseFloat(x.key("rows"), 64); err == nil {
			rows = n
		}
		size := 4.0
		if x.key("dtype") == "int16" {
			size = 2
		}
		return 2 * rows / size
	}
	// The roofs are the fastest reads in each place.
	for i, ws := range []string{groupCache, groupRAM} {
		best := 0.0
		for _, x := range r.of("study", Kernel, "arm", Read, "ws", ws) {
			best = max(best, x.Rate.Value)
		}
		if best == 0 {
			return nil, nil
		}
		name := map[string]string{groupCache: "reading the L2 cache", groupRAM: "reading memory"}[ws]
		dashes := [][]vg.Length{{1, 2}, {5, 3}}[i]
		if err := f.line(fmt.Sprintf("%s: %.0f GB/s", name, best), grey, plotter.XYs{{X: 0.25, Y: 0.25 * best}, {X: 8, Y: 8 * best}}, dashes...); err != nil {
			return nil, err
		}
	}
	peak := 0.0
	for _, x := range r.of("study", Kernel, "ws", groupCache) {
		if x.key("arm") != Read {
			peak = max(peak, x.Rate.Value*intensity(x))
		}
	}
	if err := f.line(fmt.Sprintf("most operations measured: %.0f Gop/s", peak), grey, plotter.XYs{{X: 0.25, Y: peak}, {X: 8, Y: peak}}); err != nil {
		return nil, err
	}
	isa := r.Environment.ISA
	for _, s := range []struct {
		name  string
		pairs []string
	}{
		{isa + ", in cache", []string{"study", Kernel, "arm", isa, "ws", groupCache, "op", "", repeated, ""}},
		{isa + ", coefficients of 1 to 8 rows, in cache", []string{"arm", isa, "ws", groupCache, "op", "coefficients"}},
		{isa + ", packed, from memory", []string{"arm", isa, "ws", groupRAM, "study", Kernel, "layout", "packed", "gaps", "0", repeated, ""}},
		{isa + ", planes, from memory", []string{"arm", isa, "ws", groupRAM, "study", Kernel, "layout", "planes", "gaps", "0"}},
		{SerialGeneric + ", from memory", []string{"arm", SerialGeneric, "ws", groupRAM, "study", Kernel, "gaps", "0", repeated, ""}},
		{SerialPixel + ", from memory", []string{"arm", SerialPixel, "ws", groupRAM, "study", Kernel, "gaps", "0"}},
	} {
		var points plotter.XYs
		for _, x := range r.of(s.pairs...) {
			points = append(points, plotter.XY{X: intensity(x), Y: x.Rate.Value * intensity(x)})
		}
		if len(points) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.PyramidGlyph{}, draw.BoxGlyph{}}
		dots.Shape, dots.Radius = shapes[f.next%len(shapes)], 3.6
		dots.Color = f.color()
		f.Add(dots)
		f.Legend.Add(s.name, dots)
	}
	f.X.Scale, f.Y.Scale = plot.LogScale{}, plot.LogScale{}
	f.X.Tick.Marker = plot.ConstantTicks{{Value: 0.25, Label: "1/4"}, {Value: 0.5, Label: "1/2"}, {Value: 1, Label: "1"}, {Value: 2, Label: "2"}, {Value: 4, Label: "4"}, {Value: 8, Label: "8"}}
	f.X.Min, f.X.Max = 0.22, 8.5
	f.logTicks()
	return f, nil
}

// logTicks labels a logarithmic y axis at 1, 2 and 5 times powers of ten, with room at both ends.
func (f *figure) logTicks() {
	f.Y.Min = max(f.Y.Min*0.8, 1e-3)
	f.Y.Max *= 1.3
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(f.Y.Min)); e <= math.Ceil(math.Log10(f.Y.Max)); e++ {
		for _, m := range []float64{1, 2, 5} {
			if v := m * math.Pow10(int(e)); v >= f.Y.Min && v <= f.Y.Max {
				ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', -1, 64)})
			}
		}
	}
	f.Y.Tick.Marker = plot.ConstantTicks(ticks)
}

func (r *Report) plotDates() (*figure, error) {
	isa := r.Environment.ISA
	all := r.of("ws", groupDates, repeated, "")
	if len(all) == 0 {
		return nil, nil
	}
	f := r.figure("Rate by number of dates, one thread", "float32 without gaps, stacks larger than the caches; bars: 95 % intervals", "dates", "GB/s of samples")
	for _, s := range []struct{ name, arm, layout string }{
		{"ceiling: reading alone", Read, ""}, {isa + ", packed", isa, "packed"}, {isa + ", planes side by side", isa, "planes"},
		{SerialGeneric, SerialGeneric, ""}, {SerialPixel, SerialPixel, ""},
	} {
		var points xys
		for _, x := range all {
			if x.key("arm") == s.arm && x.key("layout") == s.layout {
				n, _ := strconv.ParseFloat(x.key("n"), 64)
				points = append(points, xy{n, x.Rate})
			}
		}
		if len(points) == 0 {
			continue
		}
		if err := f.series(s.name, points); err != nil {
			return nil, err
		}
	}
	f.X.Scale, f.Y.Scale = plot.LogScale{}, plot.LogScale{}
	var ticks []plot.Tick
	for _, x := range r.of("ws", groupDates, "arm", SerialPixel) {
		n, _ := strconv.ParseFloat(x.key("n"), 64)
		ticks = append(ticks, plot.Tick{Value: n, Label: x.key("n")})
	}
	f.X.Tick.Marker = plot.ConstantTicks(ticks)
	f.X.Min, f.X.Max = f.X.Min*0.9, f.X.Max*1.1
	f.Y.Min *= 0.12 // for the legend
	f.logTicks()
	return f, nil
}

// tileGrid is the heat map of tiles and groups, with rates in GB/s. It is NaN where some threads
// would be idle.
type tileGrid struct {
	tiles, groups []int
	rates         map[[2]int]float64
}

func (g tileGrid) Dims() (c, r int) { return len(g.tiles), len(g.groups) }
func (g tileGrid) X(c int) float64  { return float64(c) }
func (g tileGrid) Y(r int) float64  { return float64(r) }
func (g tileGrid) Z(c, r int) float64 {
	if v, has := g.rates[[2]int{g.tiles[c], g.groups[r]}]; has {
		return v
	}
	return math.NaN()
}

func (r *Report) plotTiles() (*figure, error) {
	g := tileGrid{rates: map[[2]int]float64{}}
	for _, x := range r.of("ws", groupTiles, repeated, "") {
		tile, err := strconv.Atoi(x.key("tile"))
		if err != nil {
			continue
		}
		size, _ := strconv.Atoi(x.key("group"))
		g.tiles, g.groups = append(g.tiles, tile), append(g.groups, size)
		g.rates[[2]int{tile, size}] = x.Rate.Value
	}
	for _, s := range []*[]int{&g.tiles, &g.groups} {
		slices.Sort(*s)
		*s = slices.Compact(*s)
	}
	if len(g.tiles) < 2 || len(g.groups) < 2 {
		return nil, nil
	}
	f := r.figure("Rate by size of tiles and groups, all threads", "GB/s of samples, float32, 21 dates side by side; empty: too few groups for all threads",
		"pixels of a tile (one call of the kernel)", "tiles that a worker takes at once")
	least, most := math.Inf(1), 0.0
	for _, v := range g.rates {
		least, most = min(least, v), max(most, v)
	}
	h := plotter.NewHeatMap(g, blues{})
	h.Min, h.Max = least-1e-9, most+1e-9
	h.NaN = color.White
	f.Add(h)
	labels := plotter.XYLabels{}
	var ink []color.Color
	for c := range g.tiles {
		for row := range g.groups {
			v := g.Z(c, row)
			if math.IsNaN(v) {
				continue
			}
			labels.XYs = append(labels.XYs, plotter.XY{X: float64(c), Y: float64(row)})
			labels.Labels = append(labels.Labels, fmt.Sprintf("%.1f", v))
			tone := color.Color(color.Black)
			if (v-least)/(most-least+1e-12) > 0.55 {
				tone = color.White
			}
			ink = append(ink, tone)
		}
	}
	l, err := plotter.NewLabels(labels)
	if err != nil {
		return nil, err
	}
	for i := range l.TextStyle {
		l.TextStyle[i].Color = ink[i]
		l.TextStyle[i].XAlign, l.TextStyle[i].YAlign = draw.XCenter, draw.YCenter
		l.TextStyle[i].Font.Size, l.TextStyle[i].Font.Variant = 11, sans
	}
	f.Add(l)
	ticks := func(ns []int) (t plot.ConstantTicks) {
		for i, n := range ns {
			t = append(t, plot.Tick{Value: float64(i), Label: strconv.Itoa(n)})
		}
		return t
	}
	f.X.Tick.Marker, f.Y.Tick.Marker = ticks(g.tiles), ticks(g.groups)
	return f, nil
}

// blues is a palette from nearly white to dark blue.
type blues struct{}

func (blues) Colors() []color.Color {
	c := make([]color.Color, 64)
	for i := range c {
		x := float64(i) / 63
		c[i] = color.RGBA{uint8(235 - 227*x), uint8(243 - 195*x), uint8(251 - 144*x), 255}
	}
	return c
}

var _ palette.Palette = blues{}

// plotSamples plots the distribution of the runs of the first group, each divided by its own
// median. It shows at most as many arms as there are colours, and leaves out the policies.
func (r *Report) plotSamples() (*figure, error) {
	var of []*Result
	for i := range r.Results {
		x := &r.Results[i]
		if x.Group == r.Results[0].Group && x.key("policy") == "" && x.key("pin") != "off" && x.key("scaling") != weak && len(of) < len(colors) {
			of = append(of, x)
		}
	}
	if len(of) == 0 {
		return nil, nil
	}
	f := r.figure("Every run, over the median of its arm", heading(of[0].Group), "seconds over the median", "share of the runs that took no longer")
	least, most := 1.0, 1.0
	for _, x := range of {
		s := slices.Sorted(slices.Values(x.Seconds))
		var points plotter.XYs
		for i, v := range s {
			points = append(points, plotter.XY{X: v / x.Median.Value, Y: float64(i) / float64(len(s))}, plotter.XY{X: v / x.Median.Value, Y: float64(i+1) / float64(len(s))})
		}
		least, most = min(least, points[0].X), max(most, points[len(points)-1].X)
		if err := f.line(x.label(), f.color(), points); err != nil {
			return nil, err
		}
	}
	f.X.Scale = plot.LogScale{}
	f.X.Min, f.X.Max = least*0.98, max(most*1.02, 1.01)
	f.X.Tick.Marker = ratioTicks(f.X.Min, f.X.Max)
	f.Y.Min, f.Y.Max = 0, 1.02
	f.Legend.XOffs = -4
	return f, nil
}

// ratioTicks returns ticks for a logarithmic axis of ratios: evenly spaced ones if the range is small,
// and few round ones if not.
func ratioTicks(lo, hi float64) plot.ConstantTicks {
	if hi < 2*lo {
		return linear{}.Ticks(lo, hi)
	}
	var ticks plot.ConstantTicks
	for _, v := range []float64{0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100} {
		if v >= lo && v <= hi {
			ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', -1, 64)})
		}
	}
	return ticks
}
