package raster

import (
	"fmt"
	"math"
	"slices"

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
	for _, f := range in.byFormat(info) {
		warnings = append(warnings, f.surprises(info.Dates.Unit != "" || j != nil)...)
	}
	warnings = append(warnings, in.junkStatistics()...)
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
	mixed := func(what string, of func(p *plane) string) {
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
		warnings = append(warnings, text)
	}
	mixed("sample type", func(p *plane) string { return TypeName(p.dtype) })
	mixed("nodata value", func(p *plane) string {
		if nodata := NodataOf(p.valid()); nodata != nil {
			return nodata.String()
		}
		return "none"
	})
	mixed("scale and offset", func(p *plane) string { return fmt.Sprintf("%v and %v", p.scale, p.offset) })
	mixed("unit", func(p *plane) string {
		if p.unit == "" {
			return "none"
		}
		return fmt.Sprintf("%q", p.unit)
	})
	return warnings
}

// alike are the rasters of one format.
type alike struct {
	format  FormatInfo
	dtype   kernel.DType
	entries []*entry
	counts  *Counts
	multi   bool
}

func (in *inspection) byFormat(info *Info) (groups []*alike) {
	of := make([]*alike, len(info.Formats))
	for i, e := range in.entries {
		if !e.used || e.plane == nil {
			continue
		}
		index := *info.Rasters[i].Format
		if of[index] == nil {
			of[index] = &alike{format: info.Formats[index], dtype: e.plane.dtype, counts: newCounts(), multi: in.multi}
			groups = append(groups, of[index])
		}
		of[index].entries = append(of[index].entries, e)
		if e.counts != nil {
			of[index].counts.merge(e.counts)
		}
	}
	return groups
}

// largeBlock is a block from which on reading a part of a raster takes more memory and time than it should.
const largeBlock = 8 << 20

func (a *alike) surprises(dated bool) (warnings []string) {
	f, c, p := a.format, a.counts, a.entries[0].plane
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	who := named(a.entries)

	fills := a.fills()
	switch {
	case p.hasNodata && !canHold(p.dtype, p.valid()) && !p.dtype.IsFloat():
		warn("nodata of %s is %v, which no sample of %s can be", who, *f.Nodata, f.Type)
	case p.hasNodata && p.nodata == p.nodata && c.Nodata == 0 && c.Observations > 0 && len(fills) > 0:
		warn("nodata of %s is %v, which no sample that was read has", who, *f.Nodata)
	}
	for _, fill := range fills {
		how := "as if it were missing"
		if fill.apart {
			how = "far from all others"
		}
		warn("%v is %s of the samples of %s, %s: if it means missing, say --nodata %v", fill.value, share(fill.count, c.Samples), who, how, fill.value)
	}
	if c.Infinite > 0 {
		warn("%s of the samples of %s are infinite: they are taken as missing", share(c.Infinite, c.Samples), who)
	}
	if p.scale != 1 || p.offset != 0 {
		sign, offset := "+", p.offset
		if offset < 0 {
			sign, offset = "−", -offset
		}
		warn("samples of %s are scaled, value = sample × %v %s %v: slopes are of the values, and nodata and ranges are of the samples", who, p.scale, sign, offset)
	}
	if c.Observations >= 100 && !c.fractional && p.dtype.IsFloat() && c.Min != nil && *c.Min != *c.Max {
		warn("all samples of %s are whole numbers from %v to %v stored as %s: as %s they are read faster, with the same result", who, *c.Min, *c.Max, f.Type, integerType(float64(*c.Min), float64(*c.Max)))
	}
	if p.interleaved && !a.multi {
		read := "read"
		if p.compressed {
			read = "decoded"
		}
		warn("blocks of %s hold all %d bands, of which one is used: %d times as much is %s; gdal_translate -co INTERLEAVE=BAND mends it", who, f.Bands, f.Bands, read)
	}
	if held := p.heldBytes(); held > largeBlock {
		warn("blocks of %s are large, %d × %d pixels, %d MiB each: each thread needs the memory for one; gdal_translate -co TILED=YES mends it", who, f.BlockWidth, f.BlockHeight, held>>20)
	}
	if f.Alpha > 0 && !a.multi && f.Alpha != p.band {
		warn("band %d of %s is called alpha: it is not taken as a mask", f.Alpha, who)
	}
	if p.masked {
		warn("%s has a mask, in the file or beside it: what it hides is taken as missing", who)
	}
	if a.multi && !dated && f.Alpha > 0 {
		warn("band %d of %s is called alpha: say --band N if the bands are not its dates", f.Alpha, who)
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
		if math.IsInf(distance, 0) {
			distance = 0 // all observations are alike
		}
		rest := spread - distance
		usual := slices.ContainsFunc(usualFills, func(f float64) bool { return value == f || math.Abs(value) > 1e38 || value == float64(float32(f)) })
		limit := a.limit(value)
		apart := distance > 0 && (distance > 2*rest || (usual || limit) && distance > rest/10)
		often := side.e.count*1000 >= c.Samples
		switch {
		case value == 0:
		case (usual || limit) && (apart || distance == 0), apart && often && side.e.count > 1 && distance >= 3:
			found = append(found, fill{Value(value), side.e.count, apart})
		}
	}
	if c.zeros*4 >= c.Observations && c.zeros < c.Observations && !slices.ContainsFunc(found, func(f fill) bool { return f.apart }) {
		found = append(found, fill{value: 0, count: c.zeros})
	}
	return found
}

// limit reports whether x is the least or the greatest number of an integer type.
func (a *alike) limit(x float64) bool {
	if a.dtype.IsFloat() || x == 0 {
		return false
	}
	all := kernel.Valid{}
	return !all.Observation(a.dtype, x-1) || !all.Observation(a.dtype, x+1)
}

// integerType is the smallest type for whole numbers in that range.
func integerType(lo, hi float64) string {
	for _, d := range []kernel.DType{kernel.Uint8, kernel.Int16, kernel.Uint16, kernel.Int32, kernel.Uint32} {
		if all := (kernel.Valid{}); all.Observation(d, lo) && all.Observation(d, hi) {
			return TypeName(d)
		}
	}
	return TypeName(kernel.Float64)
}

// junkStatistics tells of statistics in the files that samples contradict.
func (in *inspection) junkStatistics() []string {
	var wrong []*entry
	for _, e := range in.entries {
		if e.counts == nil || e.counts.Observations == 0 || e.tagMin == nil || e.tagMax == nil || e.tagApproximate {
			continue
		}
		least, most := float64(*e.counts.Min), float64(*e.counts.Max)
		tolerance := 1e-6 * max(math.Abs(least), math.Abs(most), most-least)
		if !(*e.tagMin <= least+tolerance && most <= *e.tagMax+tolerance) {
			wrong = append(wrong, e)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	e := wrong[0]
	return []string{fmt.Sprintf("statistics in %s say %.6g to %.6g, and its samples go from %.6g to %.6g: the tags are wrong; a fit does not use them, and programs that draw do",
		named(wrong), *e.tagMin, *e.tagMax, float64(*e.counts.Min), float64(*e.counts.Max))}
}

// oddRasters tells of rasters that are not like the others: without any observation, or of another size of values.
func (in *inspection) oddRasters() (warnings []string) {
	var empty, odd, filled []*entry
	var sizes []float64
	size := func(e *entry) float64 { return max(math.Abs(float64(*e.counts.Min)), math.Abs(float64(*e.counts.Max))) }
	for _, e := range in.entries {
		switch {
		case e.counts == nil || e.counts.Samples == 0:
		case e.counts.Observations == 0:
			empty = append(empty, e)
		default:
			filled, sizes = append(filled, e), append(sizes, size(e)*math.Abs(e.plane.scale))
		}
	}
	if len(empty) > 0 && len(filled) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s has no observation among the samples that were read", named(empty)))
	}
	if len(sizes) < 3 {
		return warnings
	}
	slices.Sort(sizes)
	usual := sizes[len(sizes)/2]
	for _, e := range filled {
		if s := size(e) * math.Abs(e.plane.scale); usual > 0 && s > 100*usual {
			odd = append(odd, e)
		}
	}
	if len(odd) > 0 && len(odd)*4 <= len(filled) {
		warnings = append(warnings, fmt.Sprintf("values of %s go to %.6g, those of most others to %.6g: it seems to have another scale, or a value that means missing",
			named(odd), size(odd[0]), usual/math.Abs(odd[0].plane.scale)))
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
