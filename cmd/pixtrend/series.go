package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gonum.org/v1/plot/plotter"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// series is the command line of pixtrend series.
type series struct {
	inputs    []string
	at, pixel raster.Point
	options   raster.Options
	drivers   []string // besides GTiff
	csv, plot string   // files, or - for standard output; "": none
	json      bool
	messages
}

func newSeriesCommand() *cobra.Command {
	s := &series{}
	cmd := &cobra.Command{
		Use:   "series INPUT... --at X,Y",
		Short: "Show the observations of one pixel and the line that a fit draws through them.",
		Long: "Show the observations of one pixel and the line that a fit draws through them.\n\n" +
			"It prints a row for each date, with the observation or why there is none, the line and what it\n" +
			"leaves, and then every field of the fit. An INPUT and the options are what they are for pixtrend\n" +
			"fit, and so are the numbers, bit for bit. Reasons for a gap: nodata, NaN, infinite, out of range\n" +
			"(--valid-range), masked, masked by its file (a mask band, a .msk file or alpha), division by 0\n" +
			"(of an index).\n\n" +
			"The band about the line in a plot, fitted_lo and fitted_hi, are confidence limits of the mean at\n" +
			"a date, not of single observations.",
		Example: "  # a pixel of a stack made for trying, by its place on the map\n" +
			"  pixtrend synth demo && pixtrend series demo --at 322000,4690000\n" +
			"  # by its column and row, with a plot\n" +
			"  pixtrend series demo --pixel 400,300 -o pixel.png\n" +
			"  # a row for each date, for other programs; and the plot of some of the dates\n" +
			"  pixtrend series demo --pixel 400,300 --csv pixel.csv --from 2001 -o pixel.svg",
		Args: func(cmd *cobra.Command, args []string) error {
			s.inputs = args
			if err := s.check(cmd.Flags()); err != nil {
				return err
			}
			return checkStackFlags(cmd, s.options.OpenOptions)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o := &s.options
	group(cmd, "Pixel", func(flags *pflag.FlagSet) {
		option(flags, &s.at, "at", "", "X,Y", "the pixel at this place, in units of the CRS of the rasters", parsePlace)
		option(flags, &s.pixel, "pixel", "", "COL,ROW", "or the pixel in this column and row, counted from 0 at the upper left", parsePixel)
	})
	addInputFlags(cmd, &o.OpenOptions, &s.drivers)
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Fit", func(flags *pflag.FlagSet) { lineFlags(flags, &o.Fit) })
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &s.plot, "output", "o", "FILE", "draw a plot into FILE, which ends with .png or .svg", s.parsePlot)
		option(flags, &s.csv, "csv", "", "FILE", "write a row for each date to FILE as CSV; - is standard output, without the table", s.parseCSV)
		flags.BoolVar(&o.Overwrite, "overwrite", false, "replace files that exist")
	})
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Memory, "memory", "", "SIZE", "keep to SIZE, such as 512M or 2GiB (default 512M)", parseSize)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&s.json, "json", false, "print one JSON object on standard output")
		s.messages.define(flags, "")
	})
	return cmd
}

// check looks at the command line as a whole, and at no file.
func (s *series) check(flags *pflag.FlagSet) error {
	if err := checkInputs(s.inputs); err != nil {
		return err
	}
	switch at, pixel := flags.Changed("at"), flags.Changed("pixel"); {
	case at && pixel:
		return usagef("--at and --pixel exclude each other: name the pixel once")
	case !at && !pixel:
		return usagef("no pixel: name a place on the map, such as --at 322000,4690000, or a column and row, such as --pixel 0,0")
	case pixel:
		s.at = s.pixel
	}
	if s.json && s.csv == "-" {
		return usagef("--json and --csv - exclude each other: standard output is for one of them")
	}
	s.options.Drivers = withGTiff(s.drivers)
	return nil
}

func (s *series) run(stdout, stderr io.Writer) error {
	ctx, stop := interruptible(context.Background())
	defer stop()
	log := s.log(stderr)
	tellProgram(log)
	start := time.Now()
	var targets []string
	for _, name := range []string{s.plot, s.csv} {
		if name != "" && name != "-" {
			targets = append(targets, name)
		}
	}
	of, err := raster.ReadSeries(ctx, s.inputs, s.at, s.options, targets...)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is written", context.Cause(ctx))
		}
		return err
	}
	log.Info("read the pixel and fitted it", "dates", len(of.Dates), "took", time.Since(start))
	warn(stderr, of.Warnings)
	table, err := csvText(of)
	if err != nil {
		return err
	}
	if err := s.write(of, table); err != nil {
		return err
	}
	text := table
	switch {
	case s.json:
		if text, err = jsonLine(of); err != nil {
			return err
		}
	case s.csv != "-":
		text = seriesText(of)
		if len(targets) > 0 {
			text += "\nwritten   " + list(targets, "and") + "\n"
		}
	}
	return print(stdout, text)
}

// write makes the files that are asked for: all of them, or none.
func (s *series) write(of *raster.Series, table string) error {
	contents := map[string][]byte{}
	if s.csv != "" && s.csv != "-" {
		contents[s.csv] = []byte(table)
	}
	if s.plot != "" {
		picture, err := seriesPlot(of).Draw(plotFormat(s.plot))
		if err != nil {
			return err
		}
		contents[s.plot] = picture
	}
	var staged []*raster.Staged
	defer func() {
		for _, file := range staged {
			file.Drop()
		}
	}()
	for name, content := range contents {
		file, err := raster.Stage(name, s.options.Overwrite, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
		if err != nil {
			return err
		}
		staged = append(staged, file)
	}
	for _, file := range staged {
		if err := file.Publish(); err != nil {
			return err
		}
	}
	return nil
}

// parsePlace reads X,Y.
func parsePlace(s string) (raster.Point, error) {
	x, y, _ := strings.Cut(s, ",")
	var p raster.Point
	var errs [2]error
	p.X, errs[0] = strconv.ParseFloat(strings.TrimSpace(x), 64)
	p.Y, errs[1] = strconv.ParseFloat(strings.TrimSpace(y), 64)
	if errors.Join(errs[:]...) != nil || math.IsNaN(p.X+p.Y) || math.IsInf(p.X, 0) || math.IsInf(p.Y, 0) {
		return p, errors.New("give X,Y on the map with a comma between them, such as 322000,4690000")
	}
	return p, nil
}

// parsePixel reads COL,ROW.
func parsePixel(s string) (raster.Point, error) {
	column, row, _ := strings.Cut(s, ",")
	x, errX := strconv.ParseUint(strings.TrimSpace(column), 10, 31)
	y, errY := strconv.ParseUint(strings.TrimSpace(row), 10, 31)
	if errX != nil || errY != nil {
		return raster.Point{}, errors.New("give COL,ROW, whole numbers from 0, such as 120,80")
	}
	return raster.Point{X: float64(x), Y: float64(y), Pixel: true}, nil
}

// parsePlot reads the name of the plot. As that of the table, it may be given once: of two, one would be dropped silently.
func (s *series) parsePlot(name string) (string, error) {
	switch {
	case !slices.Contains(render.SeriesFormats, plotFormat(name)):
		return "", errors.New("give the name of a file that ends with .png or .svg, such as pixel.png")
	case s.plot != "":
		return "", fmt.Errorf("the plot is given already, as %s", s.plot)
	}
	return name, nil
}

// parseCSV reads the name of the table.
func (s *series) parseCSV(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("give the name of a file, such as pixel.csv, or - for standard output")
	case s.csv != "":
		return "", fmt.Errorf("the table is given already, as %s", s.csv)
	}
	return name, nil
}

// plotFormat is the format of a plot by the ending of its file.
func plotFormat(name string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
}

// csvText is a row for each date, with every digit. What there is not is empty.
func csvText(s *raster.Series) (string, error) {
	number := func(v *raster.Value) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(float64(*v), 'g', -1, 64)
	}
	header := []string{firstColumn(s), "t", "raster"}
	header = append(header, storedColumns(s)...)
	header = append(header, "mask", "observed", "gap", "fitted", "fitted_lo", "fitted_hi", "residual")
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(header) // to memory
	for _, d := range s.Dates {
		row := []string{d.Label, strconv.FormatFloat(d.T, 'g', -1, 64), d.Raster}
		for _, y := range d.Stored {
			row = append(row, number(&y))
		}
		_ = w.Write(append(row, number(d.Mask), number(d.Observed), d.Gap, number(d.Fitted), number(d.Lo), number(d.Hi), number(d.Residual)))
	}
	w.Flush()
	return b.String(), w.Error()
}

// firstColumn is the name of what tells the rows of a table apart.
func firstColumn(s *raster.Series) string {
	if s.Axis.Dates == nil {
		return "x"
	}
	return "date"
}

// storedColumns are the names of the columns of stored samples.
func storedColumns(s *raster.Series) []string {
	if s.Index == "" {
		return []string{"stored"}
	}
	x, err := raster.ParseIndex(s.Index)
	if err != nil {
		return []string{"a", "b"} // which is what it cannot be: it is written as it is read
	}
	return []string{fmt.Sprintf("band_%d", x.A), fmt.Sprintf("band_%d", x.B)}
}

// seriesText is the series for a person.
func seriesText(s *raster.Series) string {
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-*s%s\n", reportIndent, name, fmt.Sprintf(format, args...))
	}
	row("pixel", "%s", pixelText(s))
	row("dates", "%s: %s", datesText(s.Axis, s.Given), observationsText(s))
	row("samples", "%s", sampleText(s))
	if s.Masks != "" {
		row("masks", "%s", s.Masks)
	}
	row("t", "%s; slopes are per %s", s.Axis.Counts(), s.Per)
	b.WriteByte('\n')
	b.WriteString(seriesTable(s))
	b.WriteByte('\n')
	if why := noLine(s); why != "" {
		row("no line", "%s", why)
	}
	b.WriteString(fieldTable(s))
	return b.String()
}

func pixelText(s *raster.Series) string {
	text := fmt.Sprintf("column %d, row %d", s.Column, s.Row)
	if s.X != nil {
		text += fmt.Sprintf("; centre x %.10g, y %.10g, CRS %s", *s.X, *s.Y, s.CRS)
	}
	return text
}

func observationsText(s *raster.Series) string {
	n := s.Observations()
	text := counted(n, "observation")
	kinds, count := s.Gaps()
	if len(kinds) == 0 {
		return text + ", no gap"
	}
	var words []string
	for _, k := range kinds {
		words = append(words, fmt.Sprintf("%d %s", count[k], k))
	}
	return text + ", " + counted(len(s.Dates)-n, "gap") + " (" + strings.Join(words, ", ") + ")"
}

// sampleText says what is fitted.
func sampleText(s *raster.Series) string {
	var words []string
	switch {
	case s.Index != "":
		words = append(words, s.Index+" of two bands")
	case s.Band > 0:
		words = append(words, fmt.Sprintf("band %d", s.Band))
	default:
		words = append(words, "a band for each date")
	}
	if s.Unit != "" {
		words = append(words, "in "+s.Unit)
	}
	if s.Valid != "" {
		words = append(words, "gaps outside "+s.Valid+", as they are stored")
	}
	return strings.Join(words, ", ")
}

// noLine says why a pixel has no line, "" if it has one.
func noLine(s *raster.Series) string {
	switch n := s.Observations(); {
	case s.HasLine():
		return ""
	case n < s.MinObs:
		return fmt.Sprintf("%s, and a line takes %d", counted(n, "observation"), s.MinObs)
	}
	return "all observations are of one date"
}

// seriesTable is the row of each date. Columns that would say nothing are left out.
func seriesTable(s *raster.Series) string {
	var names []string
	stored, mask, t := s.Index != "", false, false
	for _, d := range s.Dates {
		names = append(names, d.Raster)
		mask = mask || d.Mask != nil
		t = t || d.Label != strconv.FormatFloat(d.T, 'f', -1, 64)
		y := float64(d.Stored[0])
		stored = stored || d.Observed == nil && !math.IsNaN(y) || d.Observed != nil && y != float64(*d.Observed)
	}
	dir := commonFolder(names)
	var columns [][]string // each with its name, and a cell for each date
	add := func(name string, cell func(d raster.SeriesDate) string) {
		column := []string{name}
		for _, d := range s.Dates {
			column = append(column, cell(d))
		}
		columns = append(columns, column)
	}
	add(firstColumn(s), func(d raster.SeriesDate) string { return d.Label })
	if t {
		add("t", func(d raster.SeriesDate) string { return strconv.FormatFloat(d.T, 'f', -1, 64) })
	}
	if stored {
		for i, name := range storedColumns(s) {
			add(name, func(d raster.SeriesDate) string { return shortText(d.Stored[i]) })
		}
	}
	if mask {
		add("mask", func(d raster.SeriesDate) string {
			if d.Mask == nil {
				return ""
			}
			return d.Mask.String()
		})
	}
	observed := decimals(s, func(d raster.SeriesDate) *raster.Value { return d.Observed })
	add("observed", func(d raster.SeriesDate) string { return cmp.Or(d.Gap, observed(d.Observed)) })
	fitted := decimals(s, func(d raster.SeriesDate) *raster.Value { return d.Fitted })
	add("fitted", func(d raster.SeriesDate) string { return fitted(d.Fitted) })
	add("residual", func(d raster.SeriesDate) string { return fitted(d.Residual) })
	name := "raster"
	if dir != "" {
		name += " in " + dir
	}
	add(name, func(d raster.SeriesDate) string { return strings.TrimPrefix(d.Raster, dir) })
	return aligned(columns)
}

// aligned writes columns beside each other: numbers to the right, the first and the last to the left.
func aligned(columns [][]string) string {
	var b strings.Builder
	widths := make([]int, len(columns))
	for i, column := range columns {
		for _, cell := range column {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for r := range columns[0] {
		var line strings.Builder
		for i, column := range columns {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(column[r]))
			if i == 0 || i == len(columns)-1 {
				line.WriteString(column[r] + pad + "  ")
			} else {
				line.WriteString(pad + column[r] + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// shortText is a number as it is stored, with as many digits as a float32 has.
func shortText(v raster.Value) string {
	if y := float64(v); y != math.Trunc(y) && math.Abs(y) < 1e30 {
		return strconv.FormatFloat(y, 'g', 7, 64)
	}
	return v.String()
}

// decimals returns how the numbers of a column are written: with six digits of the largest, or as whole ones.
func decimals(s *raster.Series, of func(raster.SeriesDate) *raster.Value) func(*raster.Value) string {
	largest, whole := 0.0, true
	for _, d := range s.Dates {
		if y := of(d); y != nil {
			largest = max(largest, math.Abs(float64(*y)))
			whole = whole && float64(*y) == math.Trunc(float64(*y))
		}
	}
	n := 0
	if largest > 0 && !whole {
		n = max(5-int(math.Floor(math.Log10(largest))), 0)
	}
	return func(v *raster.Value) string {
		switch {
		case v == nil:
			return ""
		case n > 12 || largest >= 1e12:
			return strconv.FormatFloat(float64(*v), 'g', 6, 64)
		}
		word := strconv.FormatFloat(float64(*v), 'f', n, 64)
		if strings.Trim(word, "-0.") == "" {
			word = strings.TrimPrefix(word, "-")
		}
		return word
	}
}

// fieldTable is the row of each field of the fit.
func fieldTable(s *raster.Series) string {
	columns := [][]string{{}, {}, {}}
	for i, f := range s.Fields {
		unit := f.Unit
		if unit == "1" {
			unit = ""
		}
		value := "none"
		if f.Value != nil {
			value = strconv.FormatFloat(float64(*f.Value), 'g', 8, 64)
		}
		switch field := stats.AllFields[i]; field {
		case stats.Intercept, stats.InterceptStderr:
			unit += " at " + s.Origin
		case stats.SlopeLo, stats.SlopeHi:
			unit += fmt.Sprintf(" (%g %%)", 100*s.Confidence)
		case stats.First, stats.Last:
			if f.Value != nil {
				value = strconv.FormatFloat(float64(*f.Value), 'f', -1, 64)
				for _, d := range s.Dates {
					if d.T == float64(*f.Value) && d.Label != value {
						unit += ": " + d.Label
						break
					}
				}
			}
		}
		for c, cell := range []string{f.Name, value, strings.TrimSpace(unit)} {
			columns[c] = append(columns[c], cell)
		}
	}
	return aligned(columns)
}

// seriesPlot is the plot of a series.
func seriesPlot(s *raster.Series) render.Series {
	p := render.Series{Title: plotTitle(s), Subtitle: trendText(s), YLabel: sampleLabel(s), Axis: render.Numbers,
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
	for _, d := range s.Dates {
		if d.Observed != nil {
			p.Observed = append(p.Observed, plotter.XY{X: d.T, Y: float64(*d.Observed)})
		} else {
			p.Gaps = append(p.Gaps, d.T)
		}
	}
	if s.HasLine() {
		p.Line = s.Line
	}
	return p
}

func plotTitle(s *raster.Series) string {
	title := fmt.Sprintf("Pixel in column %d, row %d", s.Column, s.Row)
	if s.X != nil {
		title += fmt.Sprintf(" at %.9g, %.9g (%s)", *s.X, *s.Y, s.CRS)
	}
	return title
}

// trendText is the trend in a sentence.
func trendText(s *raster.Series) string {
	if !s.HasLine() {
		return "no trend: " + noLine(s)
	}
	value := func(f stats.Field) *raster.Value { return s.Fields[slices.Index(stats.AllFields, f)].Value }
	slope := *value(stats.Slope)
	unit := s.Fields[slices.Index(stats.AllFields, stats.Slope)].Unit
	text := fmt.Sprintf("slope %s %s", signed(slope), unit)
	if lo, hi := value(stats.SlopeLo), value(stats.SlopeHi); lo != nil && hi != nil {
		text += fmt.Sprintf(" (%g %% limits %s to %s)", 100*s.Confidence, signed(*lo), signed(*hi))
	}
	if p := value(stats.PValue); p != nil {
		text += ", p = " + strings.Replace(fmt.Sprintf("%.2g", float64(*p)), "-", "−", 1)
	}
	return text
}

// signed writes three digits of a number with its sign, as print has it.
func signed(v raster.Value) string {
	return strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("%+#.3g", float64(v)), "-", "−"), ".")
}

func sampleLabel(s *raster.Series) string {
	label := cmp.Or(s.Index, "value")
	if s.Band > 0 {
		label = fmt.Sprintf("band %d", s.Band)
	}
	if s.Unit != "" {
		label += " (" + s.Unit + ")"
	}
	return label
}
