package raster

import (
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// findWarnings returns the warnings about the rasters that are used, a sentence each. j is the fit,
// whose own warnings come first; it is nil if there is none.
func (in *inspection) findWarnings(info *Info, j *Job) []string {
	warnings := []string{}
	if j != nil {
		warnings = append(warnings, j.Warnings...)
	} else {
		warnings = append(append(warnings, in.warnings...), in.dateWarnings()...)
	}
	if warning := in.o.cycleWarning(info.Survey.Cycle); warning != "" && !seasonsOf(in.givenDates(true)).distort() {
		warnings = append(warnings, warning)
	}
	if info.Dates.Used > 1 {
		warnings = append(warnings, in.mixtureWarnings()...)
	}
	for _, g := range in.groupBy(info, FormatInfo.meaning) {
		warnings = append(warnings, g.meaningWarnings()...)
	}
	for _, g := range in.groupBy(info, FormatInfo.storage) {
		warnings = append(warnings, g.storageWarnings(in.surveyThreads())...)
	}
	if in.options.Index.Kind == "" { // statistics are those of a band, not of an index
		warnings = append(warnings, in.statisticsWarnings()...)
	}
	return append(warnings, in.oddRasterWarnings()...)
}

// dateWarnings returns the warnings about dates that Open would give.
func (in *inspection) dateWarnings() (warnings []string) {
	first, n := "", 0
	for _, e := range in.entries {
		if e.used && e.reading.Warning != "" {
			if n++; n == 1 {
				first = e.reading.Warning
			}
		}
	}
	if n > 0 {
		warnings = append(warnings, first+others(n-1))
	}
	if in.o.Dates.IsX() {
		return warnings
	}
	if shared := timeaxis.SpacingOf(in.givenDates(true)).Shared; len(shared) > 0 {
		warnings = append(warnings, sharedDates(shared, in.o.Per))
	}
	if warning := in.o.seasonWarning(in.givenDates(true)); warning != "" {
		warnings = append(warnings, warning)
	}
	return warnings
}

// mixtureWarnings returns a warning for each property of samples in which rasters differ.
func (in *inspection) mixtureWarnings() (warnings []string) {
	var used []*entry
	for _, e := range in.entries {
		if e.used && e.plane != nil {
			used = append(used, e)
		}
	}
	mixed := func(what, then string, of func(p *plane) string) {
		var values []string
		for _, e := range used {
			values = append(values, of(e.plane))
		}
		if text := mixture(what, values, func(i int) string { return used[i].name }); text != "" {
			warnings = append(warnings, text+": "+then)
		}
	}
	mixed("sample type", "each is read in its own", func(p *plane) string { return TypeName(p.dtype) })
	mixed("nodata value", "each is read with its own", func(p *plane) string {
		if nodata := NodataOf(p.valid()); nodata != nil {
			return nodata.String()
		}
		return "none"
	})
	mixed("scale and offset", "each is scaled by its own", func(p *plane) string { return fmt.Sprintf("%v and %v", p.scale, p.offset) })
	return warnings
}

// rasterGroup is the rasters whose samples mean the same, or are stored in the same way.
type rasterGroup struct {
	who    string     // names the first of them, and how many more there are
	plane  *plane     // of the first
	format FormatInfo // the part that they share
	counts *Counts    // of all of them
	multi  bool       // whether they are bands of one file
	blocks int        // number of blocks of the first
	o      OpenOptions
}

// groupBy groups the rasters that are used by a part of their format.
func (in *inspection) groupBy(info *Info, part func(FormatInfo) FormatInfo) (groups []*rasterGroup) {
	var entries [][]*entry
	for i, e := range in.entries {
		if !e.used || e.plane == nil {
			continue
		}
		f := part(info.Formats[*info.Rasters[i].Format])
		at := slices.IndexFunc(groups, func(g *rasterGroup) bool { return g.format.same(f) })
		if at < 0 {
			at = len(groups)
			p, grid := e.plane, in.geos[e.file]
			blocks := ((grid.Width-1)/p.blockWidth + 1) * ((grid.Height-1)/p.blockHeight + 1)
			groups = append(groups, &rasterGroup{o: in.o.OpenOptions, plane: p, format: f, counts: newCounts(), multi: p.dated, blocks: blocks})
			entries = append(entries, nil)
		}
		entries[at] = append(entries[at], e)
		if e.counts != nil {
			groups[at].counts.merge(e.counts)
		}
	}
	for i, g := range groups {
		g.who = named(entries[i])
	}
	return groups
}

// meaning returns the part of a format that says what samples mean.
func (f FormatInfo) meaning() FormatInfo {
	return FormatInfo{Type: f.Type, Nodata: f.Nodata, Scale: f.Scale, Offset: f.Offset, Mask: f.Mask, Alpha: f.Alpha}
}

// storage returns the part of a format that says how samples are read.
func (f FormatInfo) storage() FormatInfo {
	return FormatInfo{Bands: f.Bands, BlockBytes: f.BlockBytes, Compression: f.Compression, Interleave: f.Interleave}
}

// meaningWarnings returns warnings about what samples mean.
func (g *rasterGroup) meaningWarnings() (warnings []string) {
	p, c := g.plane, g.counts
	warn := func(format string, args ...any) { warnings = append(warnings, g.o.sentence(format, args...)) }
	warnings = append(warnings, g.nodataWarnings()...)
	if text := hugeValues(c, g.who); text != "" && len(g.fills()) == 0 {
		warn("%s", text)
	}
	if c.Infinite > 0 {
		warn("%s of the samples of %s are infinite: they are taken as missing", share(c.Infinite, c.Samples), g.who)
	}
	if p.scale != 1 || p.offset != 0 {
		sign, offset := "+", p.offset
		if offset < 0 {
			sign, offset = "-", -offset
		}
		warn("samples of %s are scaled, value = sample × %v %s %v: slopes are of the values, nodata is of the samples", g.who, p.scale, sign, offset)
	}
	if smaller := g.integerType(); smaller != "" {
		warn("all samples of %s are whole numbers from %v to %v, stored as %s: as %s they are read faster, with the same result",
			g.who, *c.Min, *c.Max, g.format.Type, smaller)
	}
	return append(warnings, g.maskWarnings()...)
}

// nodataWarnings returns warnings about the nodata value, and about values that seem to mean
// missing.
func (g *rasterGroup) nodataWarnings() (warnings []string) {
	f, c, p := g.format, g.counts, g.plane
	warn := func(format string, args ...any) { warnings = append(warnings, g.o.sentence(format, args...)) }
	fills := g.fills()
	switch {
	case p.hasNodata && !canHold(p.dtype, p.valid()) && !p.dtype.IsFloat():
		warn("nodata of %s is %v, which no sample of %s can be", g.who, *f.Nodata, f.Type)
	case p.hasNodata && p.nodata == p.nodata && c.Nodata == 0 && len(fills) > 0:
		warn("nodata of %s is %v, which no sample that was read has", g.who, *f.Nodata)
	}
	for _, fill := range fills {
		how := "as if it were missing"
		if fill.apart {
			how = "far from all others"
		}
		nodata := Option{Field: "Nodata", Value: fill.value.String()}
		advice := fault.Messagef("if it means missing, say %v", nodata)
		if c.Nodata > 0 {
			advice = fault.Messagef("if it means missing too, make it %v in the files, for %v would replace that value", *f.Nodata, nodata)
		}
		warn("%v is %s of the samples of %s, %s: %v", fill.value, share(fill.count, c.Samples), g.who, how, advice)
	}
	return warnings
}

// integerType returns the smallest integer type that holds all samples, "" if they are not whole
// numbers stored as floats.
func (g *rasterGroup) integerType() string {
	c := g.counts
	if !g.plane.dtype.IsFloat() || c.Observations < 100 || c.fractional || *c.Min == *c.Max {
		return ""
	}
	return smallestIntegerType(float64(*c.Min), float64(*c.Max))
}

// maskWarnings returns warnings about masks and alpha bands.
func (g *rasterGroup) maskWarnings() (warnings []string) {
	f, p := g.format, g.plane
	warn := func(format string, args ...any) { warnings = append(warnings, g.o.sentence(format, args...)) }
	if p.masked && p.alpha == 0 {
		warn("samples of %s have a mask, in the file or beside it: what it hides is taken as missing", g.who)
	}
	switch {
	case f.Alpha > 0 && g.multi:
		warn("band %d is called alpha: it is taken as a date like the others; say %v if the bands are not dates", f.Alpha, Option{Field: "Band", Value: "N"})
	case p.alpha > 0:
		warn("band %d of %s is called alpha: samples are taken as missing where it is 0; %v uses them", p.alpha, g.who, Option{Field: "NoMask"})
	case f.Alpha > 0 && f.Alpha != p.band:
		warn("band %d of %s is called alpha: it is not taken as a mask", f.Alpha, g.who)
	}
	return warnings
}

// Above largeBlock bytes, one block for each thread takes noticeable memory. Above slowBlock,
// decoding a block takes noticeable time.
const largeBlock, slowBlock = 8 << 20, 1 << 20

// storageWarnings returns warnings about blocks that make a fit with so many threads slow.
func (g *rasterGroup) storageWarnings(threads int) (warnings []string) {
	p := g.plane
	if p.interleaved && !g.multi {
		read := "read"
		if p.compressed {
			read = "decoded"
		}
		warnings = append(warnings, fmt.Sprintf("blocks of %s hold all %d bands, of which one is used: %d times as much is %s; gdal_translate -co INTERLEAVE=BAND fixes it",
			g.who, g.format.Bands, g.format.Bands, read))
	}
	switch held := p.heldBytes(); {
	case held > largeBlock:
		warnings = append(warnings, fmt.Sprintf("blocks of %s are large, %d × %d pixels and %d MiB each, and any part takes all of one: gdal_translate -co TILED=YES fixes it",
			g.who, p.blockWidth, p.blockHeight, held>>20))
	case p.compressed && held >= slowBlock && g.blocks < threads:
		are := "one block of %d × %d pixels is all of a raster"
		if g.blocks > 1 {
			are = fmt.Sprint(g.blocks, " blocks of %d × %d pixels are all of a raster")
		}
		warnings = append(warnings, fmt.Sprintf(are+" in %s, and one thread decodes a block: of %d threads not all have work; gdal_translate -co TILED=YES fixes it",
			p.blockWidth, p.blockHeight, g.who, threads))
	}
	return warnings
}

// smallestIntegerType returns the smallest type for whole numbers in a range, "" if it is not
// smaller than float32.
func smallestIntegerType(lo, hi float64) string {
	for _, d := range []kernel.DType{kernel.Uint8, kernel.Int16, kernel.Uint16} {
		if all := (kernel.Valid{}); all.Observation(d, lo) && all.Observation(d, hi) {
			return TypeName(d)
		}
	}
	return ""
}

// statisticsWarnings returns warnings about statistics in the files that are impossible, or that
// the samples contradict.
func (in *inspection) statisticsWarnings() (warnings []string) {
	const use = "a fit does not use these tags, programs that draw do"
	var impossible, wrong []*entry
	for _, e := range in.entries {
		t, c := e.statistics, e.counts
		if t.min == nil || t.max == nil {
			continue
		}
		if *t.min > *t.max || t.deviation != nil && *t.deviation < 0 || t.mean != nil && (*t.mean < *t.min || *t.mean > *t.max) {
			impossible = append(impossible, e)
			continue
		}
		if t.approximate || c == nil || c.Observations == 0 {
			continue
		}
		least, most := float64(*c.Min), float64(*c.Max)
		tolerance := 1e-6 * max(math.Abs(least), math.Abs(most), most-least)
		if !(*t.min <= least+tolerance && most <= *t.max+tolerance) {
			wrong = append(wrong, e)
		}
	}
	if len(impossible) > 0 {
		e := impossible[0]
		text := fmt.Sprintf("%.6g to %.6g", *e.statistics.min, *e.statistics.max)
		for _, more := range []struct {
			name  string
			value *float64
		}{{"mean", e.statistics.mean}, {"standard deviation", e.statistics.deviation}} {
			if more.value != nil {
				text += fmt.Sprintf(", %s %.6g", more.name, *more.value)
			}
		}
		warnings = append(warnings, fmt.Sprintf("statistics in %s are impossible, %s: %s", named(impossible), text, use))
	}
	if len(wrong) > 0 {
		e := wrong[0]
		warnings = append(warnings, fmt.Sprintf("statistics in %s say %.6g to %.6g, and its samples go from %.6g to %.6g: %s",
			named(wrong), *e.statistics.min, *e.statistics.max, float64(*e.counts.Min), float64(*e.counts.Max), use))
	}
	return warnings
}

// oddRasterWarnings returns warnings about rasters that differ from most others: they have no
// observation, or values more than a hundred times as large.
func (in *inspection) oddRasterWarnings() (warnings []string) {
	var empty, odd, filled []*entry
	var sizes []float64
	size := func(e *entry) float64 { return max(math.Abs(float64(*e.counts.Min)), math.Abs(float64(*e.counts.Max))) }
	scale := func(e *entry) float64 {
		if in.options.Index.Kind != "" {
			return 1 // the index is computed from scaled samples
		}
		return math.Abs(e.plane.scale)
	}
	for _, e := range in.entries {
		switch {
		case e.counts == nil || e.counts.Samples == 0:
		case e.counts.Observations == 0:
			empty = append(empty, e)
		default:
			filled, sizes = append(filled, e), append(sizes, size(e)*scale(e))
		}
	}
	if len(empty) > 0 && len(filled) > 0 {
		warnings = append(warnings, fmt.Sprintf("no observation was found in %s", named(empty)))
	}
	if len(sizes) < 3 {
		return warnings
	}
	slices.Sort(sizes)
	usual := sizes[len(sizes)/2]
	for _, e := range filled {
		if s := size(e) * scale(e); usual > 0 && s > 100*usual {
			odd = append(odd, e)
		}
	}
	if len(odd) > 0 && len(odd)*4 <= len(filled) {
		warnings = append(warnings, fmt.Sprintf("values of %s go to %.6g, those of most others to %.6g: it seems to have another scale, or a value that means missing",
			named(odd), size(odd[0]), usual/scale(odd[0])))
	}
	return warnings
}

// named returns the name of the first raster, and how many more there are.
func named(entries []*entry) string { return entries[0].name + others(len(entries)-1) }

// share writes a part of a whole in percent. A part that is not zero is not written as 0.0 %.
func share(part, whole int64) string {
	if p := 100 * float64(part) / float64(whole); p >= 0.05 {
		return fmt.Sprintf("%.1f %%", p)
	}
	return "less than 0.1 %"
}
