package raster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/raster/output"
)

// Trend is an open raster: the result of a fit, or any other.
type Trend struct {
	Name     string // to show to people
	geo.Grid        // where it lies
	Bands    []TrendBand
	Dates    string   // that were fitted, from the file's metadata; "" if it has none
	Warnings []string // what GDAL says of the raster, a sentence each
	Notes    []string // the same, if it makes no difference to what is read

	path    string
	reads   reads
	files   []*gdal.Dataset // the raster, or one for each variable that is a band
	bands   []gdal.Band
	planes  []plane
	values  [][]float64 // of each band, which Read returns
	release func()      // releases the share of GDAL's block cache
}

// TrendBand is a band of a Trend.
type TrendBand struct {
	Name     string // the description, which is the field if a fit wrote the band; it may be empty
	Unit     string // "" if unknown
	Paletted bool   // whether values are indices of colours
	// How the fit found the classes of trend_class: one is a number such as 0.05, the other "".
	Significance, FDR string
}

// TrendCache is the number of bytes of decoded blocks that GDAL may hold while a Trend is open, unless
// Cache says otherwise.
const TrendCache = 128 << 20

const (
	trendWindow  = 1 << 18 // the least pixels of a window, about
	trendSample  = 1 << 16 // the same for windows that are a sample; more and smaller ones are spread better
	trendLargest = 1 << 23 // the most pixels of a window. GDAL caches the rest of larger blocks
)

// OpenTrend opens a raster with one of the named drivers, or with GTiff if none is named. The maps of
// a file of NetCDF or Zarr are its bands, as the fields of a fit are. The caller closes it.
func OpenTrend(ctx context.Context, name string, drivers []string) (*Trend, error) {
	path := gdal.FromURL(name)
	t := &Trend{Name: gdal.DisplayName(path), path: path}
	err := t.reads.add(path)
	if err == nil {
		err = t.open(ctx, drivers)
	}
	if err != nil {
		return nil, openError(ctx, path, drivers, err)
	}
	first := t.files[0]
	if other := first.OverviewFile(); other != "" {
		_ = first.Close()
		return nil, fault.Inputf("cannot use %s: its metadata says that its overviews are in another file, %s, which is not opened: remove the item OVERVIEW_FILE of the domain OVERVIEWS",
			gdal.DisplayName(path), gdal.DisplayName(other))
	}
	for _, ds := range t.files {
		t.bands = append(t.bands, ds.Bands()...)
	}
	said := gdal.Listen(func() { err = t.describe() })
	if err != nil {
		_ = t.Close()
		return nil, fault.Inputf("cannot use %s: %v", t.Name, err)
	}
	warnings, notes := sentences(addRemark(nil, t.Name, saidOf(path, append(first.Said(), said...))))
	t.Warnings, t.Notes = warnings, append(t.Notes, notes...)
	return t, nil
}

// open opens the raster, or the variables that are its bands.
func (t *Trend) open(ctx context.Context, drivers []string) error {
	ds, err := openTrendFile(ctx, t.path, drivers)
	variables := (*gdal.VariablesError)(nil)
	switch {
	case err == nil:
		t.files = []*gdal.Dataset{ds}
	case errors.As(err, &variables) && len(variables.Variables) > 0 && variables.Asked == "":
		return t.openVariables(ctx, variables.Variables, drivers)
	}
	return err
}

func openTrendFile(ctx context.Context, path string, drivers []string) (*gdal.Dataset, error) {
	if gdal.IsRemote(path) {
		return gdal.OpenFirst(ctx, path, drivers)
	}
	return gdal.Open(path, drivers, nil, filepath.Base(path)+".ovr") // with overviews, which a stack does not need
}

// mostVariables is how many variables a raster has as bands.
const mostVariables = 200

// openVariables opens the variables of the file that are one map each, on one grid.
func (t *Trend) openVariables(ctx context.Context, names, drivers []string) (err error) {
	defer func() {
		if err != nil {
			_ = t.closeFiles()
		}
	}()
	var others []string
	for _, name := range names[:min(len(names), mostVariables)] {
		ds, err := openTrendFile(ctx, gdal.VariableName(gdal.FormatOf(t.path), t.path, name), drivers)
		if err != nil {
			return err
		}
		if len(ds.Bands()) != 1 || len(t.files) > 0 && geo.Of(ds) != geo.Of(t.files[0]) {
			others = append(others, name)
			_ = ds.Close()
			continue
		}
		t.files = append(t.files, ds)
	}
	others = append(others, names[min(len(names), mostVariables):]...)
	if len(t.files) == 0 {
		return fault.Inputf("cannot use %s: its variables %s have several dates each, and no map is of several dates", t.Name, foreign.Printable(strings.Join(names, ", ")))
	}
	if len(others) > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%s: the variables %s are left out, which are not maps on the grid of the others", t.Name, foreign.Printable(strings.Join(others, ", "))))
	}
	return nil
}

// describe sets what is known of the raster and of its bands.
func (t *Trend) describe() error {
	t.Cache(TrendCache)
	ds := t.files[0]
	if err := t.reads.addFiles(filesOf(ds, t.path, nil)); err != nil {
		return err
	}
	t.Dates, t.Grid = foreign.Printable(ds.Metadata("PIXTREND_DATES", "")), geo.Of(ds)
	t.values = make([][]float64, len(t.bands))
	if len(t.bands) == 0 {
		return errors.New("it has no bands")
	}
	for i, b := range t.bands {
		p := plane{band: i + 1}
		if err := p.read(b, nil); err != nil {
			return err
		}
		of := t.files[min(i, len(t.files)-1)]
		p.blocks(of, len(of.Bands()))
		if unit := b.Metadata(output.UnitItem, ""); unit != "" {
			p.unit = foreign.Printable(unit)
		}
		t.planes = append(t.planes, p)
		t.Bands = append(t.Bands, TrendBand{foreign.Printable(b.Description()), p.unit, b.IsPaletted(),
			foreign.Printable(b.Metadata("SIGNIFICANCE", "")), foreign.Printable(b.Metadata("FALSE_DISCOVERY_RATE", ""))})
	}
	if ds.MaskInside() && !slices.ContainsFunc(t.planes, plane.hasMask) {
		return errors.New("it has a mask that GDAL cannot use: make it anew")
	}
	return nil
}

// CheckTargets reports whether files can be written that show the raster: none of them is another,
// or is read, as are the raster and the files of read. It returns warnings about links that are
// replaced.
func (t *Trend) CheckTargets(overwrite bool, read []string, paths ...string) (warnings []string, err error) {
	var targets []atomicfile.Target
	for _, path := range paths {
		targets = append(targets, atomicfile.Target{Path: path})
	}
	for _, f := range read {
		if err := t.reads.add(f); err != nil {
			return nil, fault.Inputf("cannot read %s: %v", f, err)
		}
	}
	return t.reads.checkTargets(overwrite, targets)
}

// Unchanged returns an error if the files that the raster is read from have changed since they were
// opened, and warnings if that cannot be said.
func (t *Trend) Unchanged() (warnings []string, err error) { return t.reads.unchanged() }

// Cache sets the number of bytes of decoded blocks that GDAL may hold.
func (t *Trend) Cache(bytes int64) {
	if t.release != nil {
		t.release()
	}
	t.release = gdal.ShareBlockCache(bytes)
}

// BlockBytes returns the memory that reading any part of a band takes: a whole block, and what it is
// decoded from.
func (t *Trend) BlockBytes(band int) int64 {
	p := &t.planes[band]
	if p.compressed || p.interleaved {
		return 2 * p.heldBytes()
	}
	return p.heldBytes()
}

// OfVariables reports whether the bands are variables of a file.
func (t *Trend) OfVariables() bool { return len(t.files) > 1 }

// Remote reports whether the raster is on a server.
func (t *Trend) Remote() bool { return gdal.IsRemote(t.path) }

// Close closes the raster.
func (t *Trend) Close() error {
	t.release()
	return t.closeFiles()
}

func (t *Trend) closeFiles() error {
	var errs []error
	for _, ds := range t.files {
		errs = append(errs, ds.Close())
	}
	return errors.Join(errs...)
}

// Band returns the index of the band of a name; -1 if there is none.
func (t *Trend) Band(name string) int {
	for i, b := range t.Bands {
		if strings.EqualFold(b.Name, name) {
			return i
		}
	}
	return -1
}

// Windows divides the raster into windows of whole blocks of a band, in an order in which each
// block is decoded once. If the raster has more than most pixels, Windows returns a sample of about
// most pixels: windows spread evenly, the same every time.
func (t *Trend) Windows(band int, most int64) (windows []pixtrend.Window) {
	p := &t.planes[band]
	all, least := int64(t.Width)*int64(t.Height) <= most, trendWindow
	if !all {
		least = trendSample
	}
	w, h := min(p.blockWidth, t.Width), min(p.blockHeight, t.Height)
	for w < t.Width && w*h < least {
		w = min(w+p.blockWidth, t.Width)
	}
	for w == t.Width && h < t.Height && w*h < least {
		h = min(h+p.blockHeight, t.Height)
	}
	w = min(w, trendLargest)
	h = max(1, min(h, trendLargest/w))
	across, down := (t.Width-1)/w+1, (t.Height-1)/h+1
	n := across * down
	if !all {
		n = max(1, int(most/(int64(w)*int64(h))))
	}
	for at := range places(n, across, down) {
		win := pixtrend.Window{X: at[0] * w, Y: at[1] * h}
		win.Width, win.Height = min(w, t.Width-win.X), min(h, t.Height-win.Y)
		windows = append(windows, win)
	}
	return windows
}

// Read reads a window of a band, row by row, with scale and offset applied. Nodata, masked and
// infinite samples are NaN. The slice is valid until the next Read of the band.
func (t *Trend) Read(ctx context.Context, band int, w pixtrend.Window) ([]float64, error) {
	values := slices.Grow(t.values[band][:0], w.Pixels())[:w.Pixels()]
	t.values[band] = values
	return values, t.read(ctx, band, w, values, w.Width, w.Height, gdal.Nearest)
}

// Reduced reads a whole band as width × height pixels, from overviews if the file has suitable
// ones. Each pixel is the average of those that it covers, or, with nearest, one of them.
func (t *Trend) Reduced(ctx context.Context, band, width, height int, nearest bool) ([]float64, error) {
	how := gdal.Average
	if nearest {
		how = gdal.Nearest
	}
	values := make([]float64, width*height)
	return values, t.read(ctx, band, pixtrend.Window{Width: t.Width, Height: t.Height}, values, width, height, how)
}

// read reads a window of a band as width × height values.
func (t *Trend) read(ctx context.Context, band int, w pixtrend.Window, values []float64, width, height int, how gdal.Resampling) error {
	var visible []byte
	p := &t.planes[band]
	try := func(r *gdal.Transfer) error {
		b := t.bands[band]
		err := b.ReadReduced(w, values, width, height, how, r)
		if err == nil && p.hasMask() && !b.IsAlpha() {
			visible = make([]byte, len(values))
			err = b.ReadMaskReduced(w, visible, width, height, r)
		}
		return err
	}
	var err error
	if gdal.IsRemote(t.path) {
		err = gdal.Persist(ctx, t.path, gdal.PatienceFor(t.path), &gdal.Troubles{}, try)
	} else {
		err = try(nil)
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return readError(t.Name, w, err)
	}
	limits := p.valid().Limits(p.dtype)
	for i, x := range values {
		if p.signedByte && x > math.MaxInt8 {
			x -= 1 << 8 // GDAL before 3.7 reads signed bytes as unsigned
		}
		switch {
		case !limits.Observation(x), visible != nil && visible[i] == 0:
			values[i] = nan
		default:
			values[i] = x*p.scale + p.offset
		}
	}
	return nil
}
