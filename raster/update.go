package raster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// PrepareUpdate is Prepare for the rasters whose sums an earlier fit or update kept in the file sums
// (Options.Keep), and those that Expand finds for inputs. It reads the latter alone. Options.Keep
// keeps the sums of both, in another file.
//
// The inputs are of dates that the sums do not have, before, between or after those. They lie on the
// grid of the sums, with Options.Region if it was set, and their samples mean the same. The fields are
// those that follow from sums of a line. If the samples are whole numbers of 8 or 16 bits, they have
// the bits of a fit of all rasters.
func PrepareUpdate(ctx context.Context, sums string, inputs []string, output string, o Options) (*Job, error) {
	if err := o.checkUpdate(); err != nil {
		return nil, err
	}
	kept, err := openSums(ctx, sums, o.OpenOptions)
	if err != nil {
		return nil, err
	}
	o.kept = kept
	j, err := Prepare(ctx, inputs, output, o)
	if err != nil {
		_ = kept.stack.Close()
	}
	return j, err
}

// checkUpdate returns an error if the options ask for what needs the samples of all dates.
func (o *Options) checkUpdate() error {
	if len(o.SideOutputs()) > 0 {
		return fault.Errorf("cannot update sums with an output of a band for each date, which needs the samples of all dates: fit all rasters for it")
	}
	for _, f := range o.Fit.Fields {
		if e := f.Info().Estimator; e != stats.Linear && e != stats.RelativeTrend {
			return fault.Errorf("cannot update sums for the field %v, which needs the samples of all dates: leave it out, or fit all rasters", f)
		}
	}
	return o.checkSums("update sums")
}

// keptSums is an open file of kept sums.
type keptSums struct {
	stack  *Stack // whose planes are the sums
	kept   stats.Kept
	origin timeaxis.Date
	dates  []timeaxis.Date // ascending
	of     map[string]string
	axis   timeaxis.Axis // of these dates and of those that are added
}

// openSums opens a file of kept sums.
func openSums(ctx context.Context, name string, o OpenOptions) (*keptSums, error) {
	s, err := newStack(ctx, []string{name}, OpenOptions{NoMask: true, Drivers: []string{"GTiff"}, Explain: o.Explain, ofSums: true}, newDescriptions())
	if err != nil {
		return nil, err
	}
	if len(s.sources) != 1 {
		return nil, fault.Inputf("cannot use %s: sums are one file that %v has named, and these are %d", name, Option{Field: "Keep"}, len(s.sources))
	}
	k := &keptSums{stack: s, of: map[string]string{}}
	if err := k.describe(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	return k, nil
}

// describe reads what the file says of its sums.
func (k *keptSums) describe(ctx context.Context) error {
	s := k.stack
	geos, err := s.describe(ctx, s.options)
	if err != nil {
		return err
	}
	s.geo = geos[0]
	if err := s.geo.Placed(); err != nil {
		return fault.Inputf("cannot use %s: %v", s.files[0], err)
	}
	ds, err := s.folders.OpenFirst(ctx, s.sources[0], s.options.Drivers)
	if err != nil {
		return openError(ctx, s.sources[0], s.options.Drivers, err)
	}
	defer func() { _ = ds.Close() }()
	if err := k.readItems(ds); err != nil {
		return fault.Inputf("cannot use %s: %v", s.files[0], err)
	}
	s.resolve(timeaxis.Axis{T: make([]float64, k.kept.Planes())})
	s.readers.limit = handleLimit() / 2
	return nil
}

// readItems reads the metadata of the file and the names of its bands.
func (k *keptSums) readItems(ds *gdal.Dataset) error {
	item := func(name string) string { return foreign.Printable(ds.Metadata(name, "")) }
	switch format := item(sumsItem); format {
	case "":
		return fault.Errorf("it is no file of sums: name one that %v has written", Option{Field: "Keep"})
	case sumsFormat:
	default:
		return fmt.Errorf("its sums have the format %s, and this version knows %s: keep them anew", format, sumsFormat)
	}
	var err error
	if k.origin, err = timeaxis.Parse(item(sumsOriginItem)); err != nil {
		return fmt.Errorf("it does not say from which date its times are counted: keep the sums anew (%w)", err)
	}
	for _, text := range strings.Fields(item(sumsDatesItem)) {
		date, err := timeaxis.Parse(text)
		if err != nil {
			return fmt.Errorf("it does not say of which dates its sums are: keep them anew (%w)", err)
		}
		k.dates = append(k.dates, date)
	}
	if _, _, err := timeaxis.NewAxis(append(slices.Clone(k.dates), k.origin)); err != nil || !slices.IsSortedFunc(k.dates, timeaxis.Date.Compare) {
		return errors.New("its metadata does not have the dates of a stack: keep the sums anew")
	}
	for _, of := range sumsOf {
		k.of[of.item] = item(of.item)
	}
	k.kept = stats.Kept{Origin: float64(k.origin.Number()), Exact: len(k.stack.planes) == stats.Kept{Exact: true}.Planes()}
	names := k.kept.Names()
	for i, p := range k.stack.planes {
		if len(k.stack.planes) != len(names) || p.dtype != kernel.Float64 || foreign.Printable(ds.Bands()[i].Description()) != names[i] || p.scale != 1 || p.offset != 0 {
			return fmt.Errorf("its bands are not the %d of sums: keep them anew", len(names))
		}
	}
	return nil
}

// with returns the axis of new dates alone and their order, and sets that of all dates.
func (k *keptSums) with(dates []timeaxis.Date, per timeaxis.Unit) (axis timeaxis.Axis, order []int, err error) {
	n := len(k.dates)
	all, from, err := timeaxis.NewAxis(append(slices.Clone(k.dates), dates...))
	if err != nil {
		return axis, nil, err
	}
	k.axis = all.Per(per)
	for i, was := range from {
		if was < n {
			continue
		}
		date := all.Dates[i]
		if _, there := slices.BinarySearchFunc(k.dates, date, timeaxis.Date.Compare); there {
			return axis, nil, fault.Inputf("the sums of %s have the date %v already, and sums do not tell which scenes they are of: leave its rasters out, or fit all rasters if it has several scenes",
				k.stack.files[0], date)
		}
		axis.Dates, axis.T, order = append(axis.Dates, date), append(axis.T, all.T[i]), append(order, was-n)
	}
	return axis, order, nil
}

// join returns an error if rasters cannot be added to the sums, else puts the file among those that
// are read with the stack.
func (s *Stack) join(k *keptSums) error {
	sums, part := k.stack, s.part()
	d := sums.geo.Difference(part)
	if d.Is != "" {
		return fault.Inputf("%s %s: bring it to the grid of the sums, such as with gdalwarp, and name the region that they are of",
			s.files[0], d.From("the file of sums, "+sums.files[0]))
	}
	now := s.sumsOf()
	for _, of := range sumsOf {
		if was := k.of[of.item]; was != now[of.item] {
			return fault.Inputf("the sums of %s are of samples with another %s than %s, %s and not %s: give the options that the sums were kept with, or fit all rasters",
				sums.files[0], of.what, s.files[0], was, now[of.item])
		}
	}
	if k.kept.Exact != stats.KeptOf(s.grid.Type, 0).Exact {
		return fault.Inputf("cannot use %s: its bands are not those of sums of %s: keep them anew", sums.files[0], TypeName(s.grid.Type))
	}
	s.covariates = append(s.covariates, sums)
	s.reads.merge(sums.reads)
	s.readers.limit /= 2
	return nil
}

// updating is the source of an update: kept sums, to which it adds the rasters of later dates.
type updating struct {
	pixtrend.Source // of the rasters
	summing
	sums *keptSums
	grid pixtrend.Grid // of the rasters
	at   int           // dates that are read at once
}

// addedAtOnce is how many dates of a window are held at once.
const addedAtOnce = 8

func newUpdating(of pixtrend.Source, sums *keptSums, keep bool) *updating {
	u := &updating{Source: of, sums: sums, grid: of.Grid(), summing: summing{kept: sums.kept}}
	if u.at = min(addedAtOnce, len(u.grid.Axis.T)); keep {
		u.sink = &sumsSink{}
	}
	return u
}

// Grid describes the sums of all dates.
func (u *updating) Grid() pixtrend.Grid {
	g, sums := u.grid, u.sums.stack.grid
	sample := g.Type.Size()
	if g.Masked {
		sample++
	}
	g.ScratchBytes += sums.ScratchBytes + 8*u.kept.Planes() + u.at*sample
	g.Axis, g.Type, g.Valid, g.Masked, g.Kept = u.sums.axis, kernel.Float64, kernel.Valid{}, false, &u.kept
	g.WholeBlocks = g.WholeBlocks || sums.WholeBlocks
	g.BlockWidth, g.BlockHeight = max(g.BlockWidth, sums.BlockWidth), max(g.BlockHeight, sums.BlockHeight)
	return g
}

// Read reads the sums of a window and adds the new dates to them.
func (u *updating) Read(ctx context.Context, worker int, w pixtrend.Window, _ int, dst kernel.Tile) error {
	file, dates := u.sums.stack, u.sums.dates
	if err := file.Read(ctx, worker, w, 0, dst); err != nil {
		return err
	}
	if err := u.kept.Check(dst, len(dates), float64(dates[0].Number()), float64(dates[len(dates)-1].Number())); err != nil {
		return fault.Inputf("%s is damaged at column %d, row %d: %v: keep the sums anew", file.files[0], w.X, w.Y, err)
	}
	own := &u.workers[worker]
	more := own.clear(u.kept, w)
	times := u.grid.Axis.T
	for first := 0; first < len(times); first += u.at {
		tile := own.tile(u.grid, w, min(u.at, len(times)-first))
		if err := u.Source.Read(ctx, worker, w, first, tile); err != nil {
			return err
		}
		u.kept.Add(u.k, more, tile, times[first:first+tile.Dates], u.grid.Valid)
	}
	u.kept.Merge(dst, more)
	if u.sink == nil {
		return nil
	}
	return u.sink.write(w, dst)
}

// tile returns memory for dates of a window, with a mask if the grid has one.
func (o *sumsOfWindow) tile(g pixtrend.Grid, w pixtrend.Window, dates int) kernel.Tile {
	n := layout.TileBytes(g.Type, w.Pixels(), dates)
	masks := layout.TileBytes(kernel.Uint8, w.Pixels(), dates)
	if len(o.samples) < n+masks {
		o.samples = make([]byte, n+masks)
	}
	t := layout.NewTile(g.Type, w.Pixels(), dates, o.samples)
	t.InCache = true
	if g.Masked {
		mask := layout.NewTile(kernel.Uint8, w.Pixels(), dates, o.samples[n:])
		t.Mask = kernel.Mask{Data: mask.Data, Stride: mask.Stride}
	}
	return t
}

// sourceOf returns the source of a job's windows, and what keeps or adds sums there; nil if nothing
// does.
func (s *Stack) sourceOf(o Options) (source pixtrend.Source, sums *summing, err error) {
	if source, err = s.fitted(s.region, o.Fit.Threads); err != nil {
		return nil, nil, err
	}
	switch {
	case s.options.kept != nil:
		u := newUpdating(source, s.options.kept, o.Keep != "")
		return u, &u.summing, nil
	case o.Keep != "" && !s.grid.Axis.Whole():
		return nil, nil, fault.Outputf("cannot keep sums of times within a day: sums count whole days, leave %v out", Option{Field: "Keep"})
	case o.Keep != "":
		k := newKeeping(source)
		return k, &k.summing, nil
	}
	return source, nil, nil
}

// text describes the sums.
func (k *keptSums) text() string {
	axis, _, err := timeaxis.NewAxis(k.dates)
	text := fmt.Sprintf("%d dates", len(k.dates))
	if err == nil {
		text = axis.String()
	}
	return fmt.Sprintf("sums of %s in %s", text, k.stack.files[0])
}
