package raster

import (
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// surprises returns a sentence for each thing that is not as one would think, of the rasters that are used. j is nil
// where there is no fit, whose warnings come first.
func (in *inspection) surprises(info *Info, j *Job) []string {
	warnings := []string{}
	if j != nil {
		warnings = append(warnings, j.Warnings...)
	} else {
		warnings = append(warnings, in.dateSurprises()...)
	}
	if info.Dates.Used > 1 {
		warnings = append(warnings, in.mixtures()...)
	}
	for _, g := range in.groups(info, FormatInfo.meaning) {
		warnings = append(warnings, g.meanings()...)
	}
	for _, g := range in.groups(info, FormatInfo.storage) {
		warnings = append(warnings, g.storages(in.surveyThreads())...)
	}
	if in.options.Index.Kind == "" { // statistics are of a band
		warnings = append(warnings, in.junkStatistics()...)
	}
	return append(warnings, in.oddRasters()...)
}

// dateSurprises are those that Open warns of when it comes so far.
func (in *inspection) dateSurprises() (warnings []string) {
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
	return warnings
}

// mixtures tells of rasters whose samples do not mean the same.
func (in *inspection) mixtures() (warnings []string) {
	mixed := func(what, then string, of func(p *plane) string) {
		var names []string
		rasters := map[string][]*entry{}
		for _, e := range in.entries {
			if e.used && e.plane != nil {
				name := of(e.plane)
				if rasters[name] == nil {
					names = append(names, name)
				}
				rasters[name] = append(rasters[name], e)
			}
		}
		if len(names) < 2 {
			return
		}
		slices.SortStableFunc(names, func(a, b string) int { return len(rasters[b]) - len(rasters[a]) })
		text := fmt.Sprintf("the rasters do not have one %s: %d have %s", what, len(rasters[names[0]]), names[0])
		for i, name := range names[1:] {
			if i == 3 {
				text += fmt.Sprintf(", and so on, %d in all", len(names))
				break
			}
			text += fmt.Sprintf(", and %s %s", named(rasters[name]), name)
		}
		warnings = append(warnings, text+": "+then)
	}
	mixed("sample type", "each is read in its own", func(p *plane) string { return TypeName(p.dtype) })
	mixed("nodata value", "each is read with its own", func(p *plane) string {
		if nodata := NodataOf(p.valid()); nodata != nil {
			return nodata.String()
		}
		return "none"
	})
	mixed("scale and offset", "each is scaled by its own", func(p *plane) string { return fmt.Sprintf("%v and %v", p.scale, p.offset) })
	mixed("unit", "the output has that of the first date, and samples are not converted", func(p *plane) string {
		if p.unit == "" {
			return "none"
		}
		return fmt.Sprintf("%q", p.unit)
	})
	return warnings
}

// alike are rasters whose samples mean the same, or are stored alike.
type alike struct {
	who    string // the first of them, and how many more
	plane  *plane // of the first
	format FormatInfo
	counts *Counts
	multi  bool // they are bands of one file
	blocks int  // of the first, which are decoded each by one thread
	o      OpenOptions
}

// groups puts the rasters that are used together by a part of their format.
func (in *inspection) groups(info *Info, part func(FormatInfo) FormatInfo) (groups []*alike) {
	var entries [][]*entry
	for i, e := range in.entries {
		if !e.used || e.plane == nil {
			continue
		}
		f := part(info.Formats[*info.Rasters[i].Format])
		at := slices.IndexFunc(groups, func(g *alike) bool { return g.format.same(f) })
		if at < 0 {
			at = len(groups)
			p, geo := e.plane, in.geos[e.file]
			blocks := ((geo.width-1)/p.blockWidth + 1) * ((geo.height-1)/p.blockHeight + 1)
			groups = append(groups, &alike{o: in.o.OpenOptions, plane: p, format: f, counts: newCounts(), multi: in.multi, blocks: blocks})
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

// meaning is what tells what samples are.
func (f FormatInfo) meaning() FormatInfo {
	return FormatInfo{Type: f.Type, Nodata: f.Nodata, Scale: f.Scale, Offset: f.Offset, Mask: f.Mask, Alpha: f.Alpha}
}

// storage is what tells how they are read.
func (f FormatInfo) storage() FormatInfo {
	return FormatInfo{Bands: f.Bands, BlockBytes: f.BlockBytes, Compression: f.Compression, Interleave: f.Interleave}
}

// meanings are surprises in what samples are.
func (a *alike) meanings() (warnings []string) {
	f, c, p := a.format, a.counts, a.plane
	warn := func(format string, args ...any) { warnings = append(warnings, a.o.sentence(format, args...)) }
	fills := a.fills()
	switch {
	case p.hasNodata && !canHold(p.dtype, p.valid()) && !p.dtype.IsFloat():
		warn("nodata of %s is %v, which no sample of %s can be", a.who, *f.Nodata, f.Type)
	case p.hasNodata && p.nodata == p.nodata && c.Nodata == 0 && len(fills) > 0:
		warn("nodata of %s is %v, which no sample that was read has", a.who, *f.Nodata)
	}
	for _, fill := range fills {
		how := "as if it were missing"
		if fill.apart {
			how = "far from all others"
		}
		nodata := Option{Field: "Nodata", Value: fill.value.String()}
		advice := fault.Messagef("if it means missing, say %v", nodata)
		if c.Nodata > 0 {
			advice = fault.Messagef("if it means missing too, make it %v in the files, for %v would stand in its place", *f.Nodata, nodata)
		}
		warn("%v is %s of the samples of %s, %s: %v", fill.value, share(fill.count, c.Samples), a.who, how, advice)
	}
	if text := hugeValues(c, a.who); text != "" && len(fills) == 0 {
		warn("%s", text)
	}
	if c.Infinite > 0 {
		warn("%s of the samples of %s are infinite: they are taken as missing", share(c.Infinite, c.Samples), a.who)
	}
	if p.scale != 1 || p.offset != 0 {
		sign, offset := "+", p.offset
		if offset < 0 {
			sign, offset = "-", -offset
		}
		warn("samples of %s are scaled, value = sample × %v %s %v: slopes are of the values, nodata is of the samples", a.who, p.scale, sign, offset)
	}
	if c.Observations >= 100 && !c.fractional && p.dtype.IsFloat() && *c.Min != *c.Max {
		if smaller, ok := integerType(float64(*c.Min), float64(*c.Max)); ok {
			warn("all samples of %s are whole numbers from %v to %v, stored as %s: as %s they are read faster, with the same result", a.who, *c.Min, *c.Max, f.Type, smaller)
		}
	}
	if p.masked && p.alpha == 0 {
		warn("samples of %s have a mask, in the file or beside it: what it hides is taken as missing", a.who)
	}
	switch {
	case f.Alpha > 0 && a.multi:
		warn("band %d is called alpha: it is taken as a date like the others; say %v if the bands are not dates", f.Alpha, Option{Field: "Band", Value: "N"})
	case p.alpha > 0:
		warn("band %d of %s is called alpha: samples are taken for missing where it is 0; %v uses them", p.alpha, a.who, Option{Field: "NoMask"})
	case f.Alpha > 0 && f.Alpha != p.band:
		warn("band %d of %s is called alpha: it is not taken as a mask", f.Alpha, a.who)
	}
	return warnings
}

// largeBlock is a block from which on the memory for one a thread is felt, and slowBlock one whose decoding is.
const largeBlock, slowBlock = 8 << 20, 1 << 20

// storages are surprises in how samples are read, by so many threads.
func (a *alike) storages(threads int) (warnings []string) {
	p := a.plane
	if p.interleaved && !a.multi {
		read := "read"
		if p.compressed {
			read = "decoded"
		}
		warnings = append(warnings, fmt.Sprintf("blocks of %s hold all %d bands, of which one is used: %d times as much is %s; gdal_translate -co INTERLEAVE=BAND mends it",
			a.who, a.format.Bands, a.format.Bands, read))
	}
	switch held := p.heldBytes(); {
	case held > largeBlock:
		warnings = append(warnings, fmt.Sprintf("blocks of %s are large, %d × %d pixels and %d MiB each, and any part takes all of one: gdal_translate -co TILED=YES mends it",
			a.who, p.blockWidth, p.blockHeight, held>>20))
	case p.compressed && held >= slowBlock && a.blocks < threads:
		are := "one block of %d × %d pixels is all of a raster"
		if a.blocks > 1 {
			are = fmt.Sprint(a.blocks, " blocks of %d × %d pixels are all of a raster")
		}
		warnings = append(warnings, fmt.Sprintf(are+" in %s, and one thread decodes a block: of %d threads not all have work; gdal_translate -co TILED=YES mends it",
			p.blockWidth, p.blockHeight, a.who, threads))
	}
	return warnings
}

// fill is a value that may mean missing.
type fill struct {
	value Value
	count int64
	apart bool // from all other values
}

// usualFills are values that are often used for missing samples; those of few bits are also values.
var usualFills = []float64{-9999, -99999, -999, -99, -32768, -28672, -3000, -2147483648, -1e30, -1e32, -1e34, -3.4e38, 9999, 99999, 32767, 65535, 1e20, 1e30}

// fills returns the values that may mean missing though nothing says so: the least and the greatest, if they are
// often used for it or stand apart, and zero if it is frequent.
func (a *alike) fills() (found []fill) {
	c := a.counts
	if c.Observations == 0 {
		return nil
	}
	spread := -c.most.value - c.least.value
	for _, side := range []struct {
		e    extreme
		sign float64
	}{{c.least, 1}, {c.most, -1}} {
		value, distance := side.sign*side.e.value, side.e.next-side.e.value
		usual := math.Abs(value) > 1e38 || slices.ContainsFunc(usualFills, func(f float64) bool { return value == f || value == float64(float32(f)) })
		if spread == 0 { // all observations are alike
			if usual {
				return []fill{{value: Value(value), count: c.Observations}}
			}
			return nil
		}
		rest := spread - distance
		limit := a.limit(value) || value == 0
		apart := (rest > 0 || usual) && (distance > 2*rest || (usual || limit) && distance > rest/10)
		often := side.e.count*1000 >= c.Samples
		if apart && (usual || often && (limit || side.e.count > 1 && distance >= 3)) {
			found = append(found, fill{Value(value), side.e.count, true})
		}
	}
	binary := !c.fractional && *c.Min == 0 && *c.Max == 1
	if c.zeros*4 >= c.Observations && !binary && !slices.ContainsFunc(found, func(f fill) bool { return f.apart }) {
		found = append(found, fill{value: 0, count: c.zeros})
	}
	return found
}

// limit reports whether x is the least or the greatest number of an integer type.
func (a *alike) limit(x float64) bool {
	if a.plane.dtype.IsFloat() {
		return false
	}
	all := kernel.Valid{}
	return !all.Observation(a.plane.dtype, x-1) || !all.Observation(a.plane.dtype, x+1)
}

// integerType is the smallest type for whole numbers in that range, if it is smaller than float32.
func integerType(lo, hi float64) (name string, ok bool) {
	for _, d := range []kernel.DType{kernel.Uint8, kernel.Int16, kernel.Uint16} {
		if all := (kernel.Valid{}); all.Observation(d, lo) && all.Observation(d, hi) {
			return TypeName(d), true
		}
	}
	return "", false
}

// junkStatistics tells of statistics in the files that cannot be, or that samples contradict.
func (in *inspection) junkStatistics() (warnings []string) {
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

// oddRasters tells of rasters that are not like the others: without any observation, or of another size of values.
func (in *inspection) oddRasters() (warnings []string) {
	var empty, odd, filled []*entry
	var sizes []float64
	size := func(e *entry) float64 { return max(math.Abs(float64(*e.counts.Min)), math.Abs(float64(*e.counts.Max))) }
	scale := func(e *entry) float64 {
		if in.options.Index.Kind != "" {
			return 1 // it is computed of scaled samples
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

// named names the first of some rasters, and how many there are.
func named(entries []*entry) string { return entries[0].name + others(len(entries)-1) }

// share writes a part of a whole in percent, never rounding what is there to nothing.
func share(part, whole int64) string {
	if p := 100 * float64(part) / float64(whole); p >= 0.05 {
		return fmt.Sprintf("%.1f %%", p)
	}
	return "less than 0.1 %"
}
