package raster

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// A file of kept sums is a GeoTIFF of Float64 with the bands that stats.Kept names. These items of its
// metadata say what the sums are of. Beside them it has PIXTREND_DATES, so that it is no input of a fit.
const (
	sumsItem       = "PIXTREND_SUMS"        // the format
	sumsDatesItem  = "PIXTREND_SUMS_DATES"  // the date of each raster, ascending
	sumsOriginItem = "PIXTREND_SUMS_ORIGIN" // the date that times are counted from
	sumsFormat     = "1"
)

// sumsOf are the items that say what the samples are. Rasters that are added have the same.
var sumsOf = []struct{ item, what string }{
	{"PIXTREND_SUMS_TYPE", "sample type"}, {"PIXTREND_SUMS_SCALE", "scale and offset"}, {"PIXTREND_SUMS_VALID", "nodata value or range of observations"},
	{"PIXTREND_SUMS_INDEX", "index"}, {"PIXTREND_SUMS_MASK", "mask"}, {"PIXTREND_SUMS_UNIT", "unit"},
}

// sumsOf returns the text of each item of sumsOf for a stack.
func (s *Stack) sumsOf() map[string]string {
	g, valid := s.grid, s.sampleText(&s.planes[0])
	for i := range s.planes {
		if s.sampleText(&s.planes[i]) != valid {
			valid = "of each raster its own"
		}
	}
	mask := "masks of the files"
	if s.options.NoMask {
		mask = "no masks of the files"
	}
	if p := s.planes[0].mask; p != nil {
		mask += fmt.Sprintf(", band %d, %s", p.band, s.options.Mask.rule())
	}
	texts := []string{TypeName(g.Type), fmt.Sprintf("%v %v", g.Scale, g.Offset), valid, s.options.Index.String(), mask, s.unit()}
	items := map[string]string{}
	for i, of := range sumsOf {
		items[of.item] = cmp.Or(texts[i], "none")
	}
	return items
}

// sampleText says which samples of a plane are observations, its masks aside.
func (s *Stack) sampleText(p *plane) string {
	v, text := s.valid(p), "no nodata value"
	if v.HasNodata {
		text = fmt.Sprintf("nodata %v", v.Nodata)
	}
	if v.HasRange {
		text += fmt.Sprintf(", from %v to %v", v.Lo, v.Hi)
	}
	return text
}

// checkKeep returns an error if sums cannot be kept of what is fitted.
func (o *Options) checkKeep() error {
	if o.Keep == "" {
		return nil
	}
	if err := output.GTiff.CheckName(o.Keep); err != nil {
		return err
	}
	if err := o.checkSums("keep sums"); err != nil {
		return err
	}
	_, err := o.keptCreation()
	return err
}

// checkSums returns an error if the options ask for what does not follow from sums of a line.
func (o *Options) checkSums(doing string) error {
	for _, x := range []struct {
		set          bool
		what, remedy string
	}{
		{o.Dates.IsX(), "numbers in place of dates", "fit dates"},
		{o.Per == timeaxis.PerStep, "steps, whose numbers change with each date,", "name another unit of time"},
		{o.Composite.Period != timeaxis.NoPeriod, "composites, of which scenes that come later can be a part,", "write the composites first, and fit these"},
		{o.Region.Polygons.File != "", "pixels in polygons", "keep those of a rectangle"},
		{!o.Model().IsLine(), "a model with more than a line", "fit a line"},
	} {
		if x.set {
			return fault.Errorf("cannot %s of %s: %s", doing, x.what, x.remedy)
		}
	}
	return nil
}

// lossless are the creation options that leave all bits of sums.
var lossless = []string{"COMPRESS", "PREDICTOR", "ZLEVEL", "ZSTD_LEVEL", "TILED", "BLOCKXSIZE", "BLOCKYSIZE", "INTERLEAVE", "BIGTIFF", "NUM_THREADS"}

// keptCreation returns the creation options of the file of sums, which is a GeoTIFF: those of the
// outputs, if these are GeoTIFFs too.
func (o *Options) keptCreation() ([]string, error) {
	if o.Format == output.COG {
		return nil, nil
	}
	for _, option := range o.Creation {
		key, value, _ := strings.Cut(option, "=")
		if key = strings.ToUpper(strings.TrimSpace(key)); !slices.Contains(lossless, key) || strings.HasPrefix(strings.ToUpper(value), "LERC") {
			return nil, fault.Outputf("cannot keep sums with the creation option %s, with which they could lose digits: leave it out", option)
		}
	}
	return o.Creation, nil
}

// sumsSpec describes the file of sums of a job, whose outputs have spec.
func (j *Job) sumsSpec(spec output.Spec) output.Spec {
	spec.Creation, _ = j.options.keptCreation() // which checkKeep has checked
	axis := j.Grid.Axis
	labels := make([]string, len(axis.T))
	for i := range labels {
		labels[i] = axis.Label(i)
	}
	items := map[string]string{sumsItem: sumsFormat, sumsDatesItem: strings.Join(labels, " "), sumsOriginItem: labels[0],
		"TIFFTAG_SOFTWARE": j.options.Software, datesItem: spec.Metadata[datesItem], "PIXTREND_INPUTS": spec.Metadata["PIXTREND_INPUTS"]}
	maps.Copy(items, j.stack.sumsOf())
	if k := j.stack.options.kept; k != nil {
		items[sumsOriginItem] = k.origin.String()
	}
	spec.Type, spec.Format, spec.Metadata, spec.Bands = kernel.Float64, output.GTiff, items, nil
	for _, name := range j.sums.kept.Names() {
		spec.Bands = append(spec.Bands, output.Band{Name: name, Nearest: true})
	}
	return spec
}

// sumsSink writes kept sums, window by window.
type sumsSink struct {
	create func() (output.Files, error) // of the job that runs; the last file is that of the sums
}

func (s *sumsSink) write(w pixtrend.Window, sums kernel.Tile) error {
	files, err := s.create()
	if err != nil {
		return err
	}
	return files[len(files)-1].Write(w, sums)
}

// summing is what sources that keep sums have in common.
type summing struct {
	kept    stats.Kept
	k       kernel.Kernel
	sink    *sumsSink // nil: the sums are not written
	workers []sumsOfWindow
}

// begin prepares s for the workers of a plan.
func (s *summing) begin(plan pixtrend.StreamPlan) (err error) {
	s.workers = make([]sumsOfWindow, len(plan.Workers))
	s.k, err = kernel.New(plan.ISA)
	return err
}

// sumsOfWindow is the sums of one window on a worker.
type sumsOfWindow struct {
	window  pixtrend.Window
	written bool // the sums of the window are complete
	room    []byte
	samples []byte
}

// clear returns sums of no date.
func (o *sumsOfWindow) clear(kept stats.Kept, w pixtrend.Window) kernel.Tile {
	o.window, o.written = w, false
	t := o.sums(kept)
	kept.Clear(t)
	return t
}

// sums returns the sums of the window.
func (o *sumsOfWindow) sums(kept stats.Kept) kernel.Tile {
	if n := layout.TileBytes(kernel.Float64, o.window.Pixels(), kept.Planes()); len(o.room) < n {
		o.room = make([]byte, n)
	}
	return layout.NewTile(kernel.Float64, o.window.Pixels(), kept.Planes(), o.room)
}

// keeping is the source of a fit whose sums are kept. It adds up what is read.
type keeping struct {
	pixtrend.Source
	summing
	grid pixtrend.Grid
}

func newKeeping(of pixtrend.Source) *keeping {
	g := of.Grid()
	return &keeping{Source: of, grid: g, summing: summing{kept: stats.KeptOf(g.Type, g.Axis.T[0]), sink: &sumsSink{}}}
}

// Grid describes the source. A worker holds the sums of its window.
func (k *keeping) Grid() pixtrend.Grid {
	g := k.grid
	g.ScratchBytes += 8 * k.kept.Planes()
	return g
}

// Read reads dates of a window and adds them to its sums. If a window is read a second time, its sums
// are complete.
func (k *keeping) Read(ctx context.Context, worker int, w pixtrend.Window, first int, dst kernel.Tile) error {
	if err := k.Source.Read(ctx, worker, w, first, dst); err != nil {
		return err
	}
	own := &k.workers[worker]
	if own.written && own.window == w {
		return nil
	}
	var sums kernel.Tile
	if first == 0 {
		sums = own.clear(k.kept, w)
	} else {
		sums = own.sums(k.kept)
	}
	times := k.grid.Axis.T[first : first+dst.Dates]
	k.kept.Add(k.k, sums, dst, times, k.grid.Valid)
	if first+dst.Dates < len(k.grid.Axis.T) {
		return nil
	}
	own.written = true
	return k.sink.write(w, sums)
}
