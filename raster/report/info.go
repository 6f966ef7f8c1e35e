package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// infoText writes a report of rows. Each row begins with a word that names its subject.
type infoText struct {
	*raster.Info
	b    strings.Builder
	hint string // how to see complete lists; "" if they are complete
	dir  string // the folder of all rasters, with its slash; names are printed without it
}

// The rows of Info are at most Width columns wide, and their texts begin in column Indent.
const (
	Width  = 100
	Indent = 10
)

// Info returns the report on a stack, as pixtrend info prints it. The middle of long lists is left
// out, and hint says how to see it, such as "--all shows them". With an empty hint, lists are
// complete.
func Info(i *raster.Info, hint string) string {
	r := &infoText{Info: i, hint: hint}
	r.dir = commonFolder(r.namesOf(func(raster.RasterInfo) bool { return true }))
	r.writeInputs()
	r.writeDates()
	r.writeTable()
	r.writeGrids()
	r.writeFormats()
	if m := r.Fit.Masks; m != "" {
		r.row("masks", "%s", m)
	}
	r.writeSurvey()
	for _, w := range i.Warnings {
		r.row("warning", "%s", r.withoutFolder(w))
	}
	r.writeUnusable()
	r.writeFit()
	return r.b.String()
}

func (r *infoText) writeInputs() {
	remote, in := "", ""
	if r.dir != "" {
		in = " in " + r.dir
	}
	if r.RemoteFiles > 0 {
		remote = fmt.Sprintf(", %d of them remote", r.RemoteFiles)
	}
	r.row("inputs", "%s%s, %s%s; %s of samples in memory", Counted(r.Files, "file"), in, Bytes(r.FileBytes), remote, Bytes(r.SampleBytes))
}

// withoutFolder returns a text in which rasters are named without their common folder.
func (r *infoText) withoutFolder(text string) string {
	if r.dir == "" {
		return text
	}
	for _, of := range r.Rasters {
		text = strings.ReplaceAll(text, of.Name, strings.TrimPrefix(of.Name, r.dir))
	}
	return text
}

const noBreak = "\u00a0"

var (
	signs = strings.NewReplacer(" %", noBreak+"%", " × ", noBreak+"×"+noBreak)
	units = regexp.MustCompile(`(\d) ((?:[kMGT]?B|[KMGT]iB|[mµ]?s|min|h|ha|[mk]?m)(?:/s)?)\b`)
)

// together keeps numbers and their units on one line.
func together(text string) string {
	return units.ReplaceAllString(signs.Replace(text), "$1"+noBreak+"$2")
}

// row writes a row, and wraps it if it is too long.
func (r *infoText) row(name, format string, args ...any) {
	line := fmt.Sprintf("%-*s", Indent, name)
	room := Width - Indent
	text := together(foreign.Line(fmt.Sprintf(format, args...)))
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }) {
		n := utf8.RuneCountInString(word)
		if room < Width-Indent && n+1 > room {
			fmt.Fprintln(&r.b, line)
			line, room = strings.Repeat(" ", Indent), Width-Indent
		}
		if room < Width-Indent {
			line, room = line+" ", room-1
		}
		line, room = line+strings.ReplaceAll(word, noBreak, " "), room-n
	}
	fmt.Fprintln(&r.b, line)
}

// line writes a line without a name in front, and does not wrap it.
func (r *infoText) line(format string, args ...any) {
	text := strings.Repeat(" ", Indent) + foreign.Line(fmt.Sprintf(format, args...))
	fmt.Fprintln(&r.b, strings.TrimRight(text, " "))
}

// each calls do for 0 to n−1. If n is large it leaves out the middle, unless lists are complete.
func (r *infoText) each(n int, do func(i int)) {
	for i := range n {
		switch {
		case r.hint == "" || n <= 40 || i < 10 || i >= n-10:
			do(i)
		case i == 10:
			r.line("… %d more (%s) …", n-20, r.hint)
		}
	}
}

func (r *infoText) writeDates() {
	d := r.Dates
	used := ""
	if d.Used < d.Given {
		used = fmt.Sprintf(" (%d of %d rasters used)", d.Used, d.Given)
	}
	if !slices.ContainsFunc(r.Rasters, func(of raster.RasterInfo) bool { return of.Error == "" }) {
		r.row("dates", "not known, since no raster can be used")
		return
	}
	if d.First == "" {
		r.row("dates", "%s", r.dateError("not known"))
		return
	}
	span := d.First + " to " + d.Last
	if d.Unit == "year" {
		span = d.First + "–" + d.Last
	}
	name := "dates"
	if len(r.Rasters) > 0 && r.Rasters[0].X != nil {
		name = "x"
	}
	r.row(name, "%s, %s%s%s", Counted(d.Used, "raster"), span, used, r.spacing())
	if len(d.Shared) > 0 {
		r.row("", "several rasters at %s", r.someOf(d.Shared))
	}
	if len(d.Sources) > 0 {
		r.row("", "from %s", strings.Join(d.Sources, "; "))
	}
	if d.Error != "" {
		r.row("", "%s", r.dateError("not of all rasters"))
	}
	r.writeDoubts()
}

// writeDoubts writes why rasters have no certain date, except for the one that the last row is
// about.
func (r *infoText) writeDoubts() {
	const shown = 3
	n := 0
	for _, of := range r.Rasters {
		if of.Doubt == "" || strings.Contains(r.Fit.Why, of.Doubt) {
			continue
		}
		if n++; n <= shown || r.hint == "" {
			r.row("", "%s", r.withoutFolder(of.Doubt))
		}
	}
	if n > shown && r.hint != "" {
		r.row("", "… and %d more (%s)", n-shown, r.hint)
	}
}

// spacing says how far dates are apart, beginning with a comma; "" if there is one date.
func (r *infoText) spacing() string {
	d := r.Dates
	unit := d.Unit
	if unit == "day" || unit == "year" {
		unit += "s"
	}
	if unit != "" {
		unit = " " + unit
	}
	switch {
	case d.Every != "" && len(d.Missing) == 0:
		return ", every " + d.Every + ", none missing"
	case d.Every != "":
		return fmt.Sprintf(", every %s, %d missing: %s", d.Every, len(d.Missing), r.someOf(d.Missing))
	case d.Min < d.Max:
		return fmt.Sprintf(", irregular: %.6g to %.6g%s apart, median %.6g%s", d.Min, d.Max, unit, d.Median, unit)
	case d.Max == 1:
		return fmt.Sprintf(", 1%s apart", strings.TrimSuffix(unit, "s"))
	case d.Max > 0:
		return fmt.Sprintf(", %.6g%s apart", d.Max, unit)
	}
	return ""
}

// dateError says what is wrong with the dates, or refers to the last row if that says it.
func (r *infoText) dateError(what string) string {
	if e := r.Dates.Error; e != "" && !strings.Contains(r.Fit.Why, e) {
		return what + ": " + e
	}
	return what + ", as the last row says"
}

// someOf lists words. It leaves out the middle of a long list, unless lists are complete.
func (r *infoText) someOf(words []string) string {
	if n := len(words); n > 12 && r.hint != "" {
		return strings.Join(words[:5], ", ") + fmt.Sprintf(", … %d more …, ", n-10) + strings.Join(words[n-5:], ", ")
	}
	return strings.Join(words, ", ")
}

// writeTable lists the rasters with their dates and a summary of their samples.
func (r *infoText) writeTable() {
	rows := [][]string{{"date", "gaps", "least", "greatest", "raster", "date from"}}
	if len(r.Rasters) > 0 && r.Rasters[0].X != nil {
		rows[0][0] = "x"
	}
	for _, raster := range r.Rasters {
		rows = append(rows, r.cells(raster))
	}
	columns := len(rows[0])
	if len(r.Dates.Sources) < 2 {
		columns-- // the row of dates has the one source
	}
	var widths [6]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	const name = 4
	left := Width - Indent
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

// cells returns the table's row of a raster.
func (r *infoText) cells(of raster.RasterInfo) []string {
	cells := []string{of.Date, "", "", "", strings.TrimPrefix(of.Name, r.dir), of.Source}
	if of.X != nil {
		cells[0] = timeaxis.Brief(*of.X)
	}
	cells[0] = cmp.Or(cells[0], "?")
	if of.Rule != "" {
		cells[5] += ": " + of.Rule
	}
	if s := of.Samples; s != nil && s.Samples > 0 {
		cells[1] = Percent(int(s.Gaps()), int(s.Samples))
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

func (r *infoText) writeGrids() {
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
	r.row("", "%s of %d differ from the grid of %s:", Counted(len(other), "raster"), len(r.Rasters), strings.TrimPrefix(first[0], r.dir))
	r.each(len(other), func(i int) {
		how := r.Grids[*other[i].Grid].Differs
		pad := strings.Repeat(" ", widest-utf8.RuneCountInString(how))
		r.line("%s%s  %s", how, pad, shortened(strings.TrimPrefix(other[i].Name, r.dir), Width-Indent-widest-2))
	})
}

// namesOf returns the names of the rasters for which has is true.
func (r *infoText) namesOf(has func(raster.RasterInfo) bool) (names []string) {
	for _, of := range r.Rasters {
		if has(of) {
			names = append(names, of.Name)
		}
	}
	return names
}

func (r *infoText) writeFormats() {
	r.each(len(r.Formats), func(i int) {
		f, count := r.Formats[i], ""
		if len(r.Formats) > 1 {
			names := r.namesOf(func(of raster.RasterInfo) bool { return of.Format != nil && *of.Format == i })
			count = Counted(f.Rasters, "raster") + ", " + strings.TrimPrefix(names[0], r.dir)
			if f.Rasters > 1 {
				count += ", …"
			}
			count += fmt.Sprintf(", %s, %s in memory: ", Bytes(f.FileBytes), Bytes(f.SampleBytes))
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

// storage says how samples are stored.
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

func (r *infoText) writeSurvey() {
	s := r.Survey
	if s.Samples == 0 {
		return
	}
	r.writeRead()
	if s.Min != nil {
		of := "as they are stored"
		if r.Fit.Index != "" {
			of = "of " + r.Fit.Index
		}
		r.row("values", "%.6g to %.6g, %s", float64(*s.Min), float64(*s.Max), of)
	}
	r.writeGaps()
	switch {
	case s.Pixels == 0 || s.Gaps() == 0:
	case s.Empty == s.Pixels:
		r.row("pixels", "none has any observation")
	default:
		r.row("pixels", "%s without any observation, %s without a gap; the others have %d or more, the median pixel %d",
			Percent(s.Empty, s.Pixels), Percent(s.Full, s.Pixels), s.Fewest, s.Median)
	}
	if c := s.Cycle; c != nil {
		r.row("season", "a yearly cycle explains %s of the variance about the line, and changes the sign of the slope in %s of %s",
			shareText(c.Share), shareText(c.Signs), Counted(c.Pixels, "pixel"))
	}
}

// writeRead says what was read.
func (r *infoText) writeRead() {
	s := r.Survey
	part := "every pixel"
	if s.Pixels > 0 && s.Share < 1 {
		part = fmt.Sprintf("%s of %d × %d pixels, %s of them", Counted(s.Windows, "window"), s.Width, s.Height, shareText(s.Share))
	}
	of := "each raster"
	if used := r.Dates.Used; s.Rasters < used {
		of = fmt.Sprintf("%d of %s", s.Rasters, Counted(used, "raster"))
	}
	r.row("read", "%s of %s, %s samples in %s", part, of, humanize.Comma(s.Samples), Seconds(s.Seconds))
}

// writeGaps says how many samples are gaps, and of which kinds.
func (r *infoText) writeGaps() {
	s := r.Survey
	if s.Gaps() == 0 {
		r.row("gaps", "none")
		return
	}
	var kinds []string
	for _, k := range []struct {
		name string
		n    int64
	}{{"nodata", s.Nodata}, {"NaN", s.NaN}, {"infinite", s.Infinite}, {"out of " + r.Fit.Valid, s.Outside}, {"masked", s.Masked}} {
		if k.n > 0 {
			kinds = append(kinds, Percent(int(k.n), int(s.Samples))+" "+k.name)
		}
	}
	if len(kinds) == 1 {
		_, kind, _ := strings.Cut(kinds[0], " % ")
		kinds[0] = "all " + kind
	}
	r.row("gaps", "%s of samples: %s%s", Percent(int(s.Gaps()), int(s.Samples)), strings.Join(kinds, ", "), r.mostGaps())
}

// mostGaps names the rasters with the most gaps; "" if none has many more than most.
func (r *infoText) mostGaps() string {
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
		words = append(words, fmt.Sprintf("%s (%s)", label, Percent(int(of.Samples.Gaps()), int(of.Samples.Samples))))
	}
	return "; most in " + strings.Join(words, ", ")
}

// writeUnusable lists the files that cannot be used, and why.
func (r *infoText) writeUnusable() {
	var errs []string
	for _, of := range r.Rasters {
		if of.Error != "" && !slices.Contains(errs, of.Error) {
			errs = append(errs, of.Error)
		}
	}
	if len(errs) == 1 && errs[0] == r.Fit.Why {
		return // the last row has it
	}
	r.each(len(errs), func(i int) { r.row("unusable", "%s", OneLine(errs[i])) })
}

// writeFit writes the last row: what a fit would do, or why it would not run.
func (r *infoText) writeFit() {
	f := r.Fit
	if !f.Runs {
		r.row("no fit", "%s", OneLine(f.Why))
		return
	}
	part := ""
	if f.DatesAtOnce < r.Dates.Used {
		part = fmt.Sprintf(", %d dates at a time", f.DatesAtOnce)
	}
	r.row("fit", "would run: slopes per %s, %s in %s of %d × %d pixels%s on %s (%s), at most %s of memory", f.Unit, f.SampleType,
		Counted(f.Windows, "window"), f.WindowWidth, f.WindowHeight, part, Counted(f.Threads, "thread"), f.ISA, humanize.IBytes(uint64(f.Memory)))
	if f.Seconds > 0 {
		r.row("", "%s to open and read everything, estimated from the %s at which the sample was read", About(f.Seconds), Rate(r.Survey.ReadRate, "B/s"))
	}
}
