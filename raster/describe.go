package raster

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// datesInfo describes the dates that were found. err is the error of date.
func (in *inspection) datesInfo(err error) DatesInfo {
	d := DatesInfo{Given: len(in.entries), Missing: []string{}, Shared: []string{}}
	if err != nil {
		d.Error = in.o.explain(err)
	}
	var readings []timeaxis.Reading
	var xs []float64
	for _, e := range in.entries {
		if e.used {
			d.Used++
			xs = append(xs, e.reading.X)
		}
		readings = append(readings, e.reading)
	}
	d.Sources = sourcesOf(readings)
	if in.o.Dates.IsX() {
		if err == nil {
			d.numbers(xs, in.o.XUnit)
		}
		return d
	}
	dates := in.givenDates(true)
	mixed := func(t timeaxis.Date) bool { return t.IsYear() != dates[0].IsYear() }
	if len(dates) == 0 || slices.ContainsFunc(dates, mixed) {
		return d
	}
	s := timeaxis.SpacingOf(dates)
	d.First, d.Last = s.Dates[0].String(), s.Dates[len(s.Dates)-1].String()
	d.Unit, d.Min, d.Median, d.Max, d.Every = s.Unit, s.Min, s.Median, s.Max, s.Every
	for _, date := range s.Missing {
		d.Missing = append(d.Missing, date.String())
	}
	shared := s.Shared
	if in.instants != nil {
		shared = in.instants.Duplicates()
		d.instants(in.instants)
	}
	for _, date := range shared {
		d.Shared = append(d.Shared, date.String())
	}
	return d
}

// findInstants returns the axis of the rasters that are used, if their times lie within days; else nil.
func (in *inspection) findInstants() *timeaxis.Axis {
	var readings []timeaxis.Reading
	for _, e := range in.entries {
		if e.used {
			readings = append(readings, e.reading)
		}
	}
	days := timeaxis.Instants(readings)
	if days == nil {
		return nil
	}
	axis, _, err := timeaxis.NewInstantAxis(days)
	if err != nil {
		return nil
	}
	return &axis
}

// instants describes times within days. They are every so many hours if all are as far apart.
func (d *DatesInfo) instants(axis *timeaxis.Axis) {
	last := len(axis.T) - 1
	d.numbers(axis.T, "day")
	d.First, d.Last, d.Every, d.Missing = axis.Label(0), axis.Label(last), "", nil
	const second = 1.0 / 86400
	if hours := math.Round(24 * d.Median); d.Max-d.Min < second && hours > 0 && math.Abs(hours/24-d.Median) < second {
		d.Every = "hour"
		if hours > 1 {
			d.Every = fmt.Sprintf("%v hours", hours)
		}
	}
}

// numbers describes ascending numbers in place of dates.
func (d *DatesInfo) numbers(xs []float64, unit string) {
	n := len(xs) - 1
	d.Unit, d.First, d.Last = unit, timeaxis.Brief(xs[0]), timeaxis.Brief(xs[n])
	if n == 0 {
		return
	}
	gaps := make([]float64, n)
	for i := range gaps {
		gaps[i] = xs[i+1] - xs[i]
	}
	slices.Sort(gaps)
	d.Min, d.Median, d.Max = gaps[0], (gaps[(n-1)/2]+gaps[n/2])/2, gaps[n-1]
}

// describeRasters fills in the rasters, the grids and the formats.
func (in *inspection) describeRasters(info *Info) {
	info.Rasters, info.Grids, info.Formats = []RasterInfo{}, []GridInfo{}, []FormatInfo{}
	for i, g := range in.grids {
		info.Grids = append(info.Grids, describeGrid(g))
		if i > 0 {
			info.Grids[i].Differs = in.grids[0].Difference(g).Is
		}
	}
	counted := map[int]bool{} // files whose size is in a format
	for _, e := range in.entries {
		r := in.describeRaster(e)
		if p := e.plane; p != nil {
			r.Grid, r.Format = &e.grid, info.addFormat(in.formatOf(e))
			info.Grids[e.grid].Rasters++
			pixels := int64(in.geos[e.file].Width) * int64(in.geos[e.file].Height)
			f := &info.Formats[*r.Format]
			f.Rasters, f.SampleBytes = f.Rasters+1, f.SampleBytes+pixels*int64(p.dtype.Size())
			if !counted[e.file] {
				f.FileBytes += in.fileBytes(e.file)
				counted[e.file] = true
			}
			if e.used {
				info.SampleBytes += pixels * int64(e.readBytes())
			}
		}
		info.Rasters = append(info.Rasters, r)
	}
}

// describeRaster describes one raster, without its grid and its format.
func (in *inspection) describeRaster(e *entry) RasterInfo {
	r := RasterInfo{Name: e.name, Source: e.reading.Source, Rule: e.reading.Rule, Doubt: e.reading.Doubt,
		Used: e.used, Samples: e.counts}
	switch {
	case e.reading.Source == "":
	case in.o.Dates.IsX():
		r.X = &e.reading.X
	default:
		if r.Date = e.reading.Date.String(); in.instants != nil {
			r.Date = e.reading.Instant()
		}
	}
	if e.err != nil {
		r.Error = in.o.explain(e.err)
	}
	return r
}

// readBytes returns the size of the samples that a fit reads for a pixel of e, those of its mask
// included.
func (e *entry) readBytes() int {
	size := e.plane.sampleBytes()
	if e.mask != nil {
		size += e.mask.plane.dtype.Size()
	}
	return size
}

// formatOf describes the format of a raster. Its counts are zero.
func (in *inspection) formatOf(e *entry) FormatInfo {
	p := e.plane
	return FormatInfo{Driver: p.form.driver, Bands: p.form.bands, Type: TypeName(p.dtype), Nodata: NodataOf(p.valid()),
		Scale: p.scale, Offset: p.offset, Unit: p.unit, Mask: p.masked, Alpha: p.form.alpha,
		Tiled:      p.blockWidth != in.geos[e.file].Width,
		BlockWidth: p.blockWidth, BlockHeight: p.blockHeight, BlockBytes: p.blockBytes,
		Compression: p.form.compression, Predictor: e.predictor, Interleave: p.form.interleave}
}

// addFormat returns the index of a format in i.Formats, to which it adds a new one.
func (i *Info) addFormat(f FormatInfo) *int {
	index := slices.IndexFunc(i.Formats, f.same)
	if index < 0 {
		index = len(i.Formats)
		i.Formats = append(i.Formats, f)
	}
	return &index
}

// describeGrid describes a grid, without counting rasters.
func describeGrid(g geo.Grid) GridInfo {
	t := g.Transform
	return GridInfo{CRS: g.CRS(), Width: g.Width, Height: g.Height, Placed: g.HasTransform, Rotated: t[2] != 0 || t[4] != 0,
		PixelSize: [2]float64{math.Hypot(t[1], t[4]), math.Hypot(t[2], t[5])}, Extent: g.Extent()}
}

// same reports whether two formats are equal, their counts aside.
func (f FormatInfo) same(g FormatInfo) bool {
	nodata := func(v *Value) string {
		if v == nil {
			return ""
		}
		return v.String()
	}
	if nodata(f.Nodata) != nodata(g.Nodata) {
		return false
	}
	for _, one := range []*FormatInfo{&f, &g} {
		one.Nodata, one.Rasters, one.FileBytes, one.SampleBytes = nil, 0, 0, 0
	}
	return f == g
}

// describeSurvey fills in what was read. took is the time from the first read to the last.
func (in *inspection) describeSurvey(d *SurveyInfo, totals *surveyTotals, took time.Duration) {
	d.Counts = *newCounts()
	for _, e := range in.entries {
		if e.counts != nil && e.counts.Samples > 0 {
			d.Rasters++
			d.merge(e.counts)
		}
	}
	d.Threads, d.Bytes, d.Seconds = totals.threads, totals.bytes, took.Seconds()
	if totals.reading > 0 {
		d.ReadRate = float64(totals.bytes) / (totals.reading.Seconds() / float64(totals.threads))
	}
	if len(in.surveys) > 0 && in.surveys[0] != nil {
		in.describePixels(d, in.surveys[0])
	}
}

// describePixels fills in what was read of the pixels of the first grid, whose survey is s.
func (in *inspection) describePixels(d *SurveyInfo, s *survey) {
	rasters := 0
	for _, e := range in.entries {
		if e.counts != nil && e.counts.Samples > 0 && e.grid == 0 {
			rasters++
		}
	}
	d.Windows, d.Width, d.Height = len(s.windows), s.width, s.height
	pixels := make([]int, rasters+1) // by their number of observations
	for i, seen := range s.seen {
		s.area.each(s.windows[i], func(first, end int) {
			for _, n := range seen[first:end] {
				pixels[min(int(n), rasters)]++
				d.Pixels++
			}
		})
	}
	d.Share = float64(d.Pixels) / float64(s.area.pixels())
	d.Empty, d.Full = pixels[0], pixels[rasters]
	d.Cycle = in.yearlyCycle()
	below := 0 // pixels with fewer observations
	for n, count := range pixels {
		if n > 0 && count > 0 && d.Fewest == 0 {
			d.Fewest = n
		}
		if below*2 < d.Pixels && (below+count)*2 >= d.Pixels {
			d.Median = n
		}
		below += count
	}
}

// describeFit describes the fit j, or says why there is none: err, or the first error that reading
// samples found. setup is the time that j took to prepare.
func (in *inspection) describeFit(info *Info, j *Job, err error, totals *surveyTotals, setup time.Duration) {
	for _, e := range in.entries {
		if err == nil && e.damaged {
			err = e.err
		}
	}
	f := &info.Fit
	f.Runs = err == nil
	if err != nil {
		f.Why = in.o.explain(err)
	}
	if j == nil {
		return
	}
	p := j.Plan
	f.Treatment = j.Treatment
	f.Unit, f.SampleType = j.Grid.Axis.Unit(), TypeName(j.Grid.Type)
	f.Windows, f.WindowWidth, f.WindowHeight, f.DatesAtOnce = p.Windows, p.WindowWidth, p.WindowHeight, p.DatesAtOnce
	f.Threads, f.ISA, f.Memory, f.TileMemory = len(p.Workers), p.ISA.String(), j.Memory, p.TileMemory
	if info.Survey.ReadRate > 0 && !j.stack.resampled() { // the survey does not resample
		f.Seconds = setup.Seconds() + float64(decodings(j))*j.stack.readShare()*float64(info.SampleBytes)/info.Survey.ReadRate
		if totals.opened > 0 { // every thread opens all files, at the same time as the others
			f.Seconds += totals.opening.Seconds() / float64(totals.opened) * float64(len(j.stack.sources))
		}
	}
}

// decodings returns how often a fit decodes each block: once for each window that has a part of it.
func decodings(j *Job) int {
	g, p := j.Grid, j.Plan
	if !g.WholeBlocks {
		return 1
	}
	return ((min(g.BlockWidth, g.Width)-1)/p.WindowWidth + 1) * ((min(g.BlockHeight, g.Height)-1)/p.WindowHeight + 1)
}
