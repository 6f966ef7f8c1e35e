package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
)

// info is the command line of pixtrend info.
type info struct {
	inputs    []string
	options   raster.Options
	drivers   []string // besides GTiff
	json, all bool
	messages
}

// errWouldFail is what info ends with when a fit would not run. The report has said why.
var errWouldFail = errors.New("a fit would not run")

func newInfoCommand() *cobra.Command {
	n := &info{}
	cmd := &cobra.Command{
		Use:   "info INPUT...",
		Short: "Report on a stack before it is fitted.",
		Long: "Report on a stack before it is fitted: its dates and what they were read from, its grid, how samples\n" +
			"are stored, how many are missing, what a fit would take, and what may surprise.\n\n" +
			"An INPUT is what it is for pixtrend fit. Of every raster some windows are read, the same ones every\n" +
			"time: at most 64 windows, and 512 MiB for all rasters together. Nothing is written.\n\n" +
			"Exit codes: 0 a fit would run, 1 it would not, which the last line tells, 2 wrong usage.",
		Example: "  # a stack made for trying\n" +
			"  pixtrend synth demo && pixtrend info demo\n" +
			"  # every raster with its date, and nothing cut\n" +
			"  pixtrend info 'demo/ndvi_*.tif' --all\n" +
			"  # as pixtrend fit would read it with these options\n" +
			"  pixtrend info demo --from 2001 --nodata 0 --memory 128M\n" +
			"  # everything, for programs\n" +
			"  pixtrend info demo --json",
		Args: func(cmd *cobra.Command, args []string) error {
			n.inputs = args
			if err := n.check(); err != nil {
				return err
			}
			return checkStackFlags(cmd, n.options.OpenOptions)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := n.log(cmd.ErrOrStderr())
			tellProgram(log)
			start := time.Now()
			report, err := raster.Inspect(context.Background(), n.inputs, n.options)
			if err != nil {
				return err
			}
			log.Info("looked at the inputs", "rasters", len(report.Rasters), "read", bytesText(report.Survey.Bytes), "took", time.Since(start))
			nameDateFlags(report)
			text := infoText(report, n.all)
			if n.json {
				if text, err = jsonLine(report); err != nil {
					return err
				}
			}
			if err := print(cmd.OutOrStdout(), text); err != nil {
				return err
			}
			if !report.Fit.Runs {
				return errWouldFail
			}
			return nil
		},
	}
	o := &n.options
	group(cmd, "Input", func(flags *pflag.FlagSet) {
		option(flags, &o.Band, "band", "", "N", "look at band N of each raster (default 1; the bands of a lone raster are its dates)", atLeast(1))
		option(flags, &o.Index, "index", "", "INDEX", "look at an INDEX of two bands of each raster, such as nd:4,3", raster.ParseIndex)
		repeated(flags, &n.drivers, "if", "DRIVER", "open files of this GDAL DRIVER too, such as VRT; may be repeated", checkDriver)
	})
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Fit.Threads, "threads", "", "N", "work on N threads (default: one for each CPU that may be used)", atLeast(1))
		option(flags, &o.Memory, "memory", "", "SIZE", "keep to SIZE, such as 512M or 2GiB (default 512M)", parseSize)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&n.json, "json", false, "print one JSON object on standard output")
		flags.BoolVar(&n.all, "all", false, "print long lists to their ends")
		n.messages.define(flags, "")
	})
	complete(cmd, "index", "nd:", "ratio:", "diff:")
	return cmd
}

// check looks at the command line as a whole, and at no file.
func (n *info) check() error {
	if err := checkInputs(n.inputs); err != nil {
		return err
	}
	if n.json && n.all {
		return usagef("--json and --all exclude each other: JSON has everything")
	}
	n.options.Drivers = withGTiff(n.drivers)
	return nil
}

// report is a text of rows, each with a word in front, for a person.
type report struct {
	*raster.Info
	b   strings.Builder
	all bool
	dir string // that all rasters are in, with its slash; names are shown without it
}

const (
	reportWidth  = 100
	reportIndent = 10
)

// infoText is the report for a person.
func infoText(i *raster.Info, all bool) string {
	r := &report{Info: i, all: all}
	r.dir = commonFolder(r.namesOf(func(raster.RasterInfo) bool { return true }))
	remote, in := "", ""
	if r.dir != "" {
		in = " in " + r.dir
	}
	if i.RemoteFiles > 0 {
		remote = fmt.Sprintf(", %d of them remote", i.RemoteFiles)
	}
	r.row("inputs", "%s%s, %s%s; %s of samples in memory", counted(i.Files, "file"), in, bytesText(i.FileBytes), remote, bytesText(i.SampleBytes))
	r.dates()
	r.table()
	r.grids()
	r.formats()
	if m := r.Fit.Masks; m != "" {
		r.row("masks", "%s", m)
	}
	r.survey()
	for _, w := range i.Warnings {
		r.row("warning", "%s", r.short(w))
	}
	r.unusable()
	r.fit()
	return r.b.String()
}

// commonFolder is the folder that all rasters are below, with its slash; "" if there is none.
func commonFolder(names []string) string {
	dir := ""
	for i, name := range names {
		if i == 0 {
			dir = name
		}
		for !strings.HasPrefix(name, dir) || !strings.HasSuffix(dir, "/") {
			dir = dir[:strings.LastIndexByte(strings.TrimSuffix(dir, "/"), '/')+1]
			if dir == "" {
				return ""
			}
		}
	}
	return dir
}

// short is a text in which rasters are named without the folder of all of them.
func (r *report) short(text string) string {
	if r.dir == "" {
		return text
	}
	for _, of := range r.Rasters {
		text = strings.ReplaceAll(text, of.Name, strings.TrimPrefix(of.Name, r.dir))
	}
	return text
}

// together keeps numbers and what belongs to them on one line.
var together = strings.NewReplacer(" %", noBreak+"%", " × ", noBreak+"×"+noBreak)

const noBreak = "\u00a0"

// row writes a row, which goes on below itself where it is too long.
func (r *report) row(name, format string, args ...any) {
	line := fmt.Sprintf("%-*s", reportIndent, name)
	room := reportWidth - reportIndent
	text := together.Replace(fmt.Sprintf(format, args...))
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }) {
		n := utf8.RuneCountInString(word)
		if room < reportWidth-reportIndent && n+1 > room {
			fmt.Fprintln(&r.b, line)
			line, room = strings.Repeat(" ", reportIndent), reportWidth-reportIndent
		}
		if room < reportWidth-reportIndent {
			line, room = line+" ", room-1
		}
		line, room = line+strings.ReplaceAll(word, noBreak, " "), room-n
	}
	fmt.Fprintln(&r.b, line)
}

// line writes a line as it is, without a word in front.
func (r *report) line(format string, args ...any) {
	text := strings.Repeat(" ", reportIndent) + fmt.Sprintf(format, args...)
	fmt.Fprintln(&r.b, strings.TrimRight(text, " "))
}

// each calls do for the numbers below n, and leaves out the middle of many.
func (r *report) each(n int, do func(i int)) {
	for i := range n {
		switch {
		case r.all || n <= 40 || i < 10 || i >= n-10:
			do(i)
		case i == 10:
			r.line("… %d more (--all shows them) …", n-20)
		}
	}
}

func (r *report) dates() {
	d := r.Dates
	used := ""
	if d.Used < d.Given {
		used = fmt.Sprintf(" (%d of %d rasters used)", d.Used, d.Given)
	}
	if d.First == "" {
		r.row("dates", "%s", r.dateError("not known"))
		return
	}
	span := d.First + " to " + d.Last
	if d.Unit == "year" {
		span = d.First + "–" + d.Last
	}
	unit := d.Unit
	if unit == "day" || unit == "year" {
		unit += "s"
	}
	var how string
	switch {
	case d.Every != "":
		how = ", every " + d.Every
		if n := len(d.Missing); n == 0 {
			how += ", none missing"
		} else {
			how += fmt.Sprintf(", %d missing: %s", n, r.someOf(d.Missing))
		}
	case d.Min < d.Max:
		how = strings.TrimRight(fmt.Sprintf(", irregular: %.6g to %.6g apart, median %.6g %s", d.Min, d.Max, d.Median, unit), " ")
	case d.Max > 0:
		how = strings.TrimRight(fmt.Sprintf(", %.6g apart %s", d.Max, unit), " ")
	}
	name := "dates"
	if len(r.Rasters) > 0 && r.Rasters[0].X != nil {
		name = "x"
	}
	r.row(name, "%s, %s%s%s", counted(d.Used, "raster"), span, used, how)
	if len(d.Shared) > 0 {
		r.row("", "several rasters at %s", r.someOf(d.Shared))
	}
	if len(d.Sources) > 0 {
		r.row("", "from %s", strings.Join(d.Sources, "; "))
	}
	if d.Error != "" {
		r.row("", "%s", r.dateError("not of all rasters"))
	}
	r.doubts()
}

// doubts says of rasters why they have no certain date, but for the one that the last row speaks of.
func (r *report) doubts() {
	const shown = 3
	n := 0
	for _, of := range r.Rasters {
		if of.Doubt == "" || strings.Contains(r.Fit.Why, of.Doubt) {
			continue
		}
		if n++; n <= shown || r.all {
			r.row("", "%s", r.short(of.Doubt))
		}
	}
	if n > shown && !r.all {
		r.row("", "… and %d more (--all shows them)", n-shown)
	}
}

// dateError says what is wrong with the dates, or that the last row says it.
func (r *report) dateError(what string) string {
	if e := r.Dates.Error; e != "" && !strings.Contains(r.Fit.Why, e) {
		return what + ": " + e
	}
	return what + ", as the last row says"
}

// someOf is a list of words, of which many are left out unless all are asked for.
func (r *report) someOf(words []string) string {
	if n := len(words); n > 12 && !r.all {
		return strings.Join(words[:5], ", ") + fmt.Sprintf(", … %d more …, ", n-10) + strings.Join(words[n-5:], ", ")
	}
	return strings.Join(words, ", ")
}

// table lists the rasters: what each is dated, and what was read of it.
func (r *report) table() {
	rows := [][]string{{"date", "gaps", "least", "greatest", "raster", "date from"}}
	if len(r.Rasters) > 0 && r.Rasters[0].X != nil {
		rows[0][0] = "x"
	}
	for _, raster := range r.Rasters {
		rows = append(rows, r.cells(raster))
	}
	columns := len(rows[0])
	if len(r.Dates.Sources) < 2 {
		columns-- // the row of dates says it
	}
	var widths [6]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	const name = 4
	left := reportWidth - reportIndent
	for i, w := range widths[:columns] {
		if i != name {
			left -= w + 2
		}
	}
	widths[name] = min(widths[name], max(left, 24))
	write := func(row []string) {
		var line strings.Builder
		for i, cell := range row[:columns] {
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			switch i {
			case 1, 2, 3: // numbers
				line.WriteString(pad + cell + "  ")
			case name:
				line.WriteString(shortened(cell, widths[i]) + pad + "  ")
			default:
				line.WriteString(cell + pad + "  ")
			}
		}
		r.line("%s", line.String())
	}
	write(rows[0])
	r.each(len(rows)-1, func(i int) { write(rows[i+1]) })
}

// cells are the table's row of a raster.
func (r *report) cells(of raster.RasterInfo) []string {
	cells := []string{of.Date, "", "", "", strings.TrimPrefix(of.Name, r.dir), of.Source}
	if of.X != nil {
		cells[0] = strconv.FormatFloat(*of.X, 'g', -1, 64)
	}
	cells[0] = cmp.Or(cells[0], "?")
	if of.Rule != "" {
		cells[5] += ": " + of.Rule
	}
	if s := of.Samples; s != nil && s.Samples > 0 {
		cells[1] = percentText(int(s.Gaps()), int(s.Samples))
		if s.Min != nil {
			cells[2], cells[3] = fmt.Sprintf("%.5g", float64(*s.Min)), fmt.Sprintf("%.5g", float64(*s.Max))
		}
	}
	switch {
	case of.Error != "":
		cells[1] = "unusable"
	case !of.Used:
		cells[1] = "not used"
	}
	return cells
}

// shortened is a name without its beginning, where it is too long: its end tells it from others.
func shortened(name string, width int) string {
	letters := []rune(name)
	if len(letters) <= width {
		return name
	}
	return "…" + string(letters[len(letters)-width+1:])
}

func (r *report) grids() {
	if len(r.Grids) == 0 {
		return
	}
	g := r.Grids[0]
	where := "not georeferenced"
	if g.Placed {
		rotated := ""
		if g.Rotated {
			rotated = ", rotated"
		}
		where = fmt.Sprintf("of %.6g × %.6g, CRS %s%s, x %.9g to %.9g, y %.9g to %.9g", g.PixelSize[0], g.PixelSize[1],
			g.CRS, rotated, g.Extent[0], g.Extent[2], g.Extent[1], g.Extent[3])
	}
	r.row("grid", "%d × %d pixels %s", g.Width, g.Height, where)
	if len(r.Grids) == 1 {
		return
	}
	var other []raster.RasterInfo
	widest := 0
	for _, of := range r.Rasters {
		if of.Grid != nil && *of.Grid > 0 {
			other = append(other, of)
			widest = max(widest, utf8.RuneCountInString(r.Grids[*of.Grid].Differs))
		}
	}
	first := r.namesOf(func(of raster.RasterInfo) bool { return of.Grid != nil && *of.Grid == 0 })
	r.row("", "%s of %d depart from the grid of %s:", counted(len(other), "raster"), len(r.Rasters), strings.TrimPrefix(first[0], r.dir))
	r.each(len(other), func(i int) {
		how := r.Grids[*other[i].Grid].Differs
		pad := strings.Repeat(" ", widest-utf8.RuneCountInString(how))
		r.line("%s%s  %s", how, pad, shortened(strings.TrimPrefix(other[i].Name, r.dir), reportWidth-reportIndent-widest-2))
	})
}

// namesOf are the names of some rasters.
func (r *report) namesOf(has func(raster.RasterInfo) bool) (names []string) {
	for _, of := range r.Rasters {
		if has(of) {
			names = append(names, of.Name)
		}
	}
	return names
}

func (r *report) formats() {
	r.each(len(r.Formats), func(i int) {
		f, count := r.Formats[i], ""
		if len(r.Formats) > 1 {
			names := r.namesOf(func(of raster.RasterInfo) bool { return of.Format != nil && *of.Format == i })
			count = counted(f.Rasters, "raster") + ", " + strings.TrimPrefix(names[0], r.dir)
			if f.Rasters > 1 {
				count += ", …"
			}
			count += fmt.Sprintf(", %s, %s in memory: ", bytesText(f.FileBytes), bytesText(f.SampleBytes))
		}
		words := []string{f.Type, "no nodata"}
		if f.Nodata != nil {
			words[1] = "nodata " + f.Nodata.String()
		}
		if f.Scale != 1 || f.Offset != 0 {
			words = append(words, fmt.Sprintf("scale %v, offset %v", f.Scale, f.Offset))
		}
		if f.Unit != "" {
			words = append(words, "unit "+f.Unit)
		}
		if f.Mask {
			words = append(words, "with a mask")
		}
		if f.Alpha > 0 {
			words = append(words, fmt.Sprintf("alpha in band %d", f.Alpha))
		}
		name := "samples"
		if i > 0 {
			name = ""
		}
		r.row(name, "%s%s; %s", count, strings.Join(words, ", "), storage(f))
	})
}

// storage says how the samples of a file lie in it.
func storage(f raster.FormatInfo) string {
	blocks := "strips"
	if f.Tiled {
		blocks = "tiles"
	}
	s := fmt.Sprintf("%s, %s of %d × %d", f.Driver, blocks, f.BlockWidth, f.BlockHeight)
	switch {
	case f.Compression == "":
		s += ", not compressed"
	case f.Predictor > 0:
		s += fmt.Sprintf(", %s with predictor %d", f.Compression, f.Predictor)
	default:
		s += ", " + f.Compression
	}
	if f.Bands > 1 {
		s += fmt.Sprintf(", %d bands", f.Bands)
		if f.Interleave != "" {
			s += " interleaved by " + strings.ToLower(f.Interleave)
		}
	}
	return s
}

func (r *report) survey() {
	s := r.Survey
	if s.Samples == 0 {
		return
	}
	part := "every pixel"
	if s.Pixels > 0 && s.Share < 1 {
		part = fmt.Sprintf("%s of %d × %d pixels, %s of them", counted(s.Windows, "window"), s.Width, s.Height, shareText(s.Share))
	}
	of := "each raster"
	if used := r.Dates.Used; s.Rasters < used {
		of = fmt.Sprintf("%d of %s", s.Rasters, counted(used, "raster"))
	}
	r.row("read", "%s of %s, %s samples in %s", part, of, humanize.Comma(s.Samples), secondsText(s.Seconds))
	if s.Min != nil {
		of := "as they are stored"
		if r.Fit.Index != "" {
			of = "of " + r.Fit.Index
		}
		r.row("values", "%.6g to %.6g, %s", float64(*s.Min), float64(*s.Max), of)
	}
	if s.Gaps() == 0 {
		r.row("gaps", "none")
	} else {
		var kinds []string
		for _, k := range []struct {
			name string
			n    int64
		}{{"nodata", s.Nodata}, {"NaN", s.NaN}, {"infinite", s.Infinite}, {"out of " + r.Fit.Valid, s.Outside}, {"masked", s.Masked}} {
			if k.n > 0 {
				kinds = append(kinds, percentText(int(k.n), int(s.Samples))+" "+k.name)
			}
		}
		if len(kinds) == 1 {
			_, kind, _ := strings.Cut(kinds[0], " % ")
			kinds[0] = "all " + kind
		}
		r.row("gaps", "%s of samples: %s%s", percentText(int(s.Gaps()), int(s.Samples)), strings.Join(kinds, ", "), r.worst())
	}
	switch {
	case s.Pixels == 0 || s.Gaps() == 0:
	case s.Empty == s.Pixels:
		r.row("pixels", "none has any observation")
	default:
		r.row("pixels", "%s without any observation, %s without a gap; the others have %d or more, the median pixel %d",
			percentText(s.Empty, s.Pixels), percentText(s.Full, s.Pixels), s.Fewest, s.Median)
	}
}

// worst names the rasters with the most gaps, where some have more than others.
func (r *report) worst() string {
	share := func(of raster.RasterInfo) float64 { return float64(of.Samples.Gaps()) / float64(of.Samples.Samples) }
	read := slices.DeleteFunc(slices.Clone(r.Rasters), func(of raster.RasterInfo) bool { return of.Samples == nil || of.Samples.Observations == 0 })
	slices.SortStableFunc(read, func(a, b raster.RasterInfo) int { return cmp.Compare(share(b), share(a)) })
	if len(read) < 4 || share(read[0]) < 1.5*share(read[len(read)/2]) {
		return ""
	}
	var words []string
	for _, of := range read[:3] {
		label := r.cells(of)[0]
		if of.Source == "" {
			label = strings.TrimPrefix(of.Name, r.dir)
		}
		words = append(words, fmt.Sprintf("%s (%s)", label, percentText(int(of.Samples.Gaps()), int(of.Samples.Samples))))
	}
	return "; most in " + strings.Join(words, ", ")
}

// unusable lists the files that cannot be used, and why.
func (r *report) unusable() {
	var errs []string
	for _, of := range r.Rasters {
		if of.Error != "" && !slices.Contains(errs, of.Error) {
			errs = append(errs, of.Error)
		}
	}
	if len(errs) == 1 && errs[0] == r.Fit.Why {
		return // the last row says it
	}
	r.each(len(errs), func(i int) { r.row("unusable", "%s", oneLine(errors.New(errs[i]))) })
}

// fit is the last row: what a fit would do, or why it would not.
func (r *report) fit() {
	f := r.Fit
	if !f.Runs {
		r.row("no fit", "%s", oneLine(errors.New(f.Why)))
		return
	}
	part := ""
	if f.DatesAtOnce < r.Dates.Used {
		part = fmt.Sprintf(", %d dates at a time", f.DatesAtOnce)
	}
	r.row("fit", "would run: slopes per %s, %s in %s of %d × %d pixels%s on %s (%s), at most %s of memory", f.Unit, f.SampleType,
		counted(f.Windows, "window"), f.WindowWidth, f.WindowHeight, part, counted(f.Threads, "thread"), f.ISA, humanize.IBytes(uint64(f.Memory)))
	if f.Seconds > 0 {
		r.row("", "%s to open and read it all, an estimate from the %s of what was read here", aboutText(f.Seconds), rateText(r.Survey.ReadRate, "B/s"))
	}
}

// aboutText writes a time that is not known well.
func aboutText(seconds float64) string {
	switch {
	case seconds < 0.1:
		return "less than 0.1 s"
	case seconds < 60:
		return fmt.Sprintf("about %.1g s", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("about %.0f minutes", seconds/60)
	}
	return fmt.Sprintf("about %.0f hours", time.Duration(seconds*float64(time.Second)).Hours())
}

func shareText(x float64) string { return percentText(int(x*1e9), 1e9) }

func bytesText(n int64) string { return humanize.Bytes(uint64(n)) }

// counted writes "1 file", "2 files".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(int64(n)) + " " + noun + "s"
}
