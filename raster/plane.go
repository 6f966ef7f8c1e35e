package raster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// plane is a date of a stack: a band of a file, what its samples mean, and the other bands that it
// needs.
type plane struct {
	file          int  // index into Stack.files
	band          int  // from 1
	dated         bool // it is one of several bands of its file that are dates
	dtype         kernel.DType
	signedByte    bool // GDAL before 3.7 calls int8 a Byte
	nodata        float64
	hasNodata     bool
	flags         int        // GDAL's flags of the band's mask, or maskOfBand
	masked        bool       // a mask in the file or beside it, or an alpha band, hides samples
	alpha         int        // the alpha band that is the mask; 0: none
	second        *plane     // the other band of an index, of the same file
	mask          *plane     // the band that says which samples are gaps, which may be of another file
	maskTable     *maskTable // of a band that is a mask: the meaning of its values
	scale, offset float64
	unit          string // of the samples; "" if the file does not say
	blockWidth    int
	blockHeight   int
	compressed    bool
	interleaved   bool           // with other bands, pixel by pixel
	direct        bool           // samples go from the file to the tile, and no block is held
	stored        *tiff.Samples  // where the samples lie, if they can be read past GDAL; or nil
	deflated      *tiff.Deflated // where its blocks lie, if they are decompressed past GDAL; or nil
	predictor     int            // 2 or 3 if it is undone here; or 0
	predictorAt   int64          // where the file keeps its number
	blockBytes    int64          // of a block as GDAL decodes it, with all bands if they are interleaved by pixel
	labels        labels
	at            pixtrend.Window // where its raster lies on the grid of the stack; zero: it covers the grid
	pieces        []*plane        // other rasters of its date, on other parts of the grid
	warp          *warp           // how it is resampled; nil: it is not
	classes       bool            // its samples are indices into a colour table
	files         []string        // of the first plane: all files that its file is read with; nil: only itself
	composite     string          // what the file is of scenes, such as annual max; "" if it does not say
	rng           *Range          // of valid samples, as the file says; nil if it does not
	array         bool            // it is a slice of an array of several dimensions
	blockDates    int             // of an array: bands that a block holds
	pieceDates    int             // of an array: bands of a window that are held besides the tile
	blockAbove    int             // of an array: rows of the first block above the raster
	form          form
}

// maskOfBand are the flags of a mask that is of one band alone. GDAL has no flag for it.
const maskOfBand = 1 << 8

// form describes a file for a report. No fit uses it.
type form struct {
	driver      string
	bands       int
	alpha       int    // the alpha band; 0: none
	compression string // as GDAL calls it; "": none
	interleave  string // of several bands: BAND, LINE or PIXEL
	said        []gdal.Message
	remarks     []string // what was assumed about the file
}

// describe opens a file and returns its planes and its grid. files is the number of files of the
// stack.
func describe(ctx context.Context, name string, files int, o OpenOptions, folders *gdal.Folders) ([]plane, geo.Grid, error) {
	ds, err := folders.OpenFirst(ctx, name, o.Drivers)
	if err != nil {
		return nil, geo.Grid{}, openError(ctx, name, o.Drivers, err)
	}
	defer func() { _ = ds.Close() }()
	var planes []plane
	var g geo.Grid
	said := gdal.Listen(func() {
		if planes, g, err = describeOpen(ds, name, files, o); err == nil {
			planes[0].files = filesOf(ds, name, folders)
		}
	})
	if err != nil {
		return nil, geo.Grid{}, err
	}
	planes[0].form.said = saidOf(name, append(ds.Said(), said...))
	planes[0].form.remarks = ds.Remarks()
	return planes, g, nil
}

// describeOpen is describe for an open file.
func describeOpen(ds *gdal.Dataset, name string, files int, o OpenOptions) ([]plane, geo.Grid, error) {
	if err := o.checkContent(ds, name, files); err != nil {
		return nil, geo.Grid{}, err
	}
	bands := len(ds.Bands())
	for _, band := range []int{o.Band, o.Index.A, o.Index.B, o.Mask.Band} {
		if band > bands && (band != o.Mask.Band || o.Mask.inFiles()) {
			return nil, geo.Grid{}, fault.Inputf("cannot use %s: it has no band %d, only %d: name one that it has, or leave it out", gdal.DisplayName(name), band, bands)
		}
	}
	planes, err := o.choosePlanes(name, ds, files)
	if err != nil {
		return nil, geo.Grid{}, err
	}
	if err := describePlanes(ds, planes, o); err != nil {
		return nil, geo.Grid{}, fault.Inputf("cannot use %s: %v", gdal.DisplayName(name), err)
	}
	if ds.MaskInside() && !slices.ContainsFunc(planes, plane.hasMask) && !o.NoMask {
		return nil, geo.Grid{}, fault.Inputf("cannot use %s: it has a mask that GDAL cannot use: make it anew, or ignore masks with %v", gdal.DisplayName(name), Option{Field: "NoMask"})
	}
	return planes, geo.Of(ds), nil
}

// describePlanes sets the properties of planes, of which the bands are known, and of the other
// bands that they need.
func describePlanes(ds *gdal.Dataset, planes []plane, o OpenOptions) error {
	bands := ds.Bands()
	alpha, composite := 1+slices.IndexFunc(bands, gdal.Band.IsAlpha), ds.Metadata(compositeItem, "")
	for i := range planes {
		p := &planes[i]
		if o.Mask.inFiles() {
			p.mask = &plane{band: o.Mask.Band}
		}
		for _, q := range p.bandsInFile() {
			nodata := o.Nodata
			if q == p.mask {
				nodata = nil
			}
			if err := q.read(bands[q.band-1], nodata); err != nil {
				return err
			}
			q.blocks(ds, len(bands))
			if err := q.readAttributes(ds, nodata); err != nil {
				return err
			}
			q.form.alpha = alpha
		}
		if p.mask != nil {
			if err := p.mask.becomeMask(o.Mask); err != nil {
				return err
			}
		}
		p.masked = !o.NoMask && (p.flags == gdal.MaskPerDataset || p.flags == maskOfBand)
		// GDAL calls the fourth band of every file of bytes alpha, even if it is fitted.
		fitted := p.dated || p.second != nil && p.second.band == alpha
		if p.flags == gdal.MaskPerDataset|gdal.MaskAlpha && !o.NoMask && !fitted {
			p.masked, p.alpha = true, alpha
		}
		p.labels = labelsOf(ds, bands[p.band-1], len(planes) == 1)
		p.composite = composite
	}
	return nil
}

// openError returns an error that says why a file cannot be opened, and what to do.
func openError(ctx context.Context, name string, drivers []string, err error) error {
	fail := func(format string, args ...any) error {
		return fault.Because(fault.Inputf("cannot use %s: %s", gdal.DisplayName(name), fmt.Sprintf(format, args...)), err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, fault.ErrInput) {
		return err
	}
	if remote := (*gdal.RemoteError)(nil); errors.As(err, &remote) {
		return fail("%v", remote)
	}
	if variables := (*gdal.VariablesError)(nil); errors.As(err, &variables) {
		if hasOutputs(name, variables.Variables) {
			return outputError(name)
		}
		return variablesError(name, variables)
	}
	if missing := (*gdal.MissingDriverError)(nil); errors.As(err, &missing) {
		return fail("%v", missing)
	}
	if local := (*gdal.LocalOnlyError)(nil); errors.As(err, &local) {
		return fail("%v", local)
	}
	if gdal.IsZarr3(gdal.FilePath(name)) {
		return fail("it is a store of Zarr 3, which GDAL %s does not read, or not with its codecs; later releases of GDAL read such stores: write it as Zarr 2, such as with xarray's to_zarr(…, zarr_format=2)", gdal.Version())
	}
	if content := (*gdal.ContentError)(nil); errors.As(err, &content) {
		return fail("%v", content)
	}
	what := gdal.Cause(err, name)
	info, statErr := os.Stat(name)
	kind := (*regular.KindError)(nil)
	switch {
	case errors.As(err, &kind):
		return fail("%v: copy it to a file", err)
	case errors.Is(statErr, fs.ErrNotExist) && strings.Contains(what, "No such file"):
		return fail("there is no such file")
	case statErr == nil && info.IsDir():
		return fail("it is a folder: name a file")
	case statErr == nil && !readable(name):
		return fail("the system does not let you read it: change its permissions, or leave it out")
	case statErr == nil && info.Size() == 0:
		return fail("it is empty: make it anew or leave it out")
	case !strings.Contains(what, "not recognized"):
		return fail("%s: is it whole? Make it anew or leave it out", what)
	case len(drivers) > 0:
		return fail("none of the drivers %s knows its format: name the one that does, or convert it with gdal_translate", strings.Join(drivers, ", "))
	}
	if driver := gdal.Identify(name, append(identifying(), "PNG", "JPEG")); driver != "" {
		return fault.Inputf("cannot use %s: it is not a GeoTIFF but a file for GDAL's driver %s, %s: allow that driver with %v, or convert it with gdal_translate",
			gdal.DisplayName(name), driver, whyAsked(driver), Option{Field: "Drivers", Value: driver})
	}
	return fail("it is not a GeoTIFF, nor of another format that is read, such as NetCDF: convert it first, such as with gdal_translate")
}

// whyAsked says why a driver opens no file unless it is named.
func whyAsked(driver string) string {
	if driver == "VRT" {
		return "which opens other files and addresses that the file names"
	}
	return "which reads no file unless it is asked for"
}

// readable reports whether the system lets this process read a file.
func readable(name string) bool {
	file, err := regular.Open(name)
	if err == nil {
		_ = file.Close()
	}
	return !errors.Is(err, fs.ErrPermission)
}

// hasMask reports whether GDAL has a mask for p, which may be an alpha band.
func (p plane) hasMask() bool { return p.flags&(gdal.MaskPerDataset|maskOfBand) != 0 }

// bandsInFile returns p and the other bands of its file that a date takes.
func (p *plane) bandsInFile() []*plane {
	bands := []*plane{p}
	if p.second != nil {
		bands = append(bands, p.second)
	}
	if p.mask != nil && p.mask.file == p.file {
		bands = append(bands, p.mask)
	}
	return bands
}

// sampleBytes returns the size of a sample of p and of all other bands that its date needs.
func (p *plane) sampleBytes() (n int) {
	for _, b := range p.bandsInFile() {
		n += b.dtype.Size()
	}
	if p.maskedFrom() {
		n += p.mask.dtype.Size()
	}
	return n
}

// clone returns a copy of p with copies of its other bands.
func (p plane) clone() plane {
	for _, other := range []**plane{&p.second, &p.mask} {
		if *other != nil {
			c := **other
			*other = &c
		}
	}
	return p
}

// read sets what p knows of its samples from a band. If nodata is not nil, it replaces that of the
// band.
func (p *plane) read(b gdal.Band, nodata *float64) error {
	p.blockWidth, p.blockHeight = b.BlockSize()
	p.scale, p.offset = b.Scaling()
	if p.scale == 0 || math.IsNaN(p.scale) || math.IsInf(p.scale, 0) || math.IsNaN(p.offset) || math.IsInf(p.offset, 0) {
		return fmt.Errorf("band %d has the scale %v and offset %v: mend them, such as with gdal_edit.py -scale 1 -offset 0", p.band, p.scale, p.offset)
	}
	p.unit, p.classes = b.Unit(), b.IsPaletted()
	p.nodata, p.hasNodata = b.Nodata()
	if nodata != nil {
		p.nodata, p.hasNodata = *nodata, true
	}
	flags := b.MaskFlags()
	if p.flags = flags & (gdal.MaskPerDataset | gdal.MaskAlpha); flags == 0 {
		p.flags = maskOfBand
	}
	var known bool
	if p.dtype, p.signedByte, known = b.Type(); !known {
		return fmt.Errorf("band %d holds samples of a type that cannot be fitted: convert it, such as with gdal_translate -ot Float64", p.band)
	}
	if nodata != nil {
		return p.checkNodata(*nodata)
	}
	return nil
}

// blocks sets what p knows of how its blocks are stored.
func (p *plane) blocks(ds *gdal.Dataset, bands int) {
	const structure = "IMAGE_STRUCTURE"
	p.form = form{driver: ds.Driver(), bands: bands, compression: ds.Metadata("COMPRESSION", structure)}
	p.compressed = p.form.compression != ""
	p.blockBytes = int64(p.blockWidth) * int64(p.blockHeight) * int64(p.dtype.Size())
	if packed, array := ds.Array(); array {
		p.array, p.form.compression, p.compressed = true, packed, packed != ""
		p.blockDates, p.blockAbove = ds.BlockDates()
		p.pieceDates = ds.PieceBands(bands)
		p.blockBytes *= int64(p.blockDates)
		p.interleaved = p.blockDates > 1
		return
	}
	if bands > 1 {
		p.form.interleave = ds.Metadata("INTERLEAVE", structure)
	}
	if p.form.interleave == "PIXEL" {
		p.blockBytes *= int64(bands)
		p.interleaved = true
	}
}

// pastGDAL reports whether whole blocks of p are read without GDAL.
func (p *plane) pastGDAL() bool { return p.stored != nil || p.deflated != nil }

// heldBytes returns the size of a block that must be in memory to read any part of it; 0 if there
// is none.
func (p *plane) heldBytes() int64 {
	if p.direct {
		return 0
	}
	return p.blockBytes
}

// sameMeaning reports whether the same sample has the same meaning in p and in q.
func (p plane) sameMeaning(q plane) bool {
	return p.dtype == q.dtype && p.signedByte == q.signedByte && p.flags == q.flags && p.hasNodata == q.hasNodata &&
		(!p.hasNodata || p.nodata == q.nodata || p.nodata != p.nodata && q.nodata != q.nodata) &&
		p.scale == q.scale && p.offset == q.offset && p.validRange() == q.validRange()
}
