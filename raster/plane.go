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

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
)

// plane is one date: a band of a file, how its samples are meant, and what else they take.
type plane struct {
	file          int  // index into Stack.files
	band          int  // from 1
	dated         bool // it is one of several bands of its file that are dates
	dtype         kernel.DType
	signedByte    bool // GDAL before 3.7 calls int8 a Byte
	nodata        float64
	hasNodata     bool
	flags         int        // what GDAL says of the band's mask
	masked        bool       // it hides samples: a mask in the file or beside it, or an alpha band
	alpha         int        // the alpha band, where that is the mask; or 0
	second        *plane     // the other band of an index, of the same file
	mask          *plane     // the band that says which samples are gaps, maybe of another file
	maskTable     *maskTable // of a band that is a mask: what its values mean
	scale, offset float64
	unit          string // of what samples are, "" if the file does not say
	blockWidth    int
	blockHeight   int
	compressed    bool
	interleaved   bool          // with other bands, pixel by pixel
	direct        bool          // samples go from the file to the tile, and no block is ever held
	stored        *tiff.Samples // where the samples lie, if they can be read past GDAL
	predictor     int           // 2 or 3, if it is taken off here; or 0
	predictorAt   int64         // where the file keeps its number
	blockBytes    int64         // of a block as GDAL decodes it, with all bands where they are interleaved by pixel
	labels        labels
	form          form
}

// form is what a file says of itself and no fit asks for.
type form struct {
	driver      string
	bands       int
	alpha       int    // the band that is called alpha; 0: none
	compression string // as GDAL calls it; "": none
	interleave  string // of several bands: BAND, LINE or PIXEL
}

// describe opens a file and says what is in it.
func describe(ctx context.Context, name string, files int, o OpenOptions, folders *gdal.Folders) ([]plane, geo, error) {
	fail := func(format string, args ...any) ([]plane, geo, error) {
		return nil, geo{}, fault.Inputf("cannot use %s: "+format, slices.Insert(args, 0, any(gdal.DisplayName(name)))...)
	}
	ds, err := folders.OpenFirst(ctx, name, o.Drivers)
	if err != nil {
		return nil, geo{}, openError(ctx, name, o.Drivers, err)
	}
	defer func() { _ = ds.Close() }()
	bands := ds.Bands()
	if err := checkContent(ds, name, files); err != nil {
		return nil, geo{}, err
	}
	for _, band := range []int{o.Band, o.Index.A, o.Index.B, o.Mask.Band} {
		if band > len(bands) && (band != o.Mask.Band || o.Mask.inFiles()) {
			return fail("it has no band %d, only %d: name one that it has, or leave it out", band, len(bands))
		}
	}
	planes, err := o.choosePlanes(name, ds, files)
	if err != nil {
		return nil, geo{}, err
	}
	alpha := 1 + slices.IndexFunc(bands, gdal.Band.IsAlpha)
	for i := range planes {
		p := &planes[i]
		if o.Mask.inFiles() {
			p.mask = &plane{band: o.Mask.Band}
		}
		for _, q := range p.inFile() {
			nodata := o.Nodata
			if q == p.mask {
				nodata = nil
			}
			if err := q.read(bands[q.band-1], nodata); err != nil {
				return fail("%v", err)
			}
			q.blocks(ds, len(bands))
			q.form.alpha = alpha
		}
		if p.mask != nil {
			if err := p.mask.judge(o.Mask); err != nil {
				return fail("%v", err)
			}
		}
		p.masked = !o.NoMask && p.flags == gdal.MaskPerDataset
		// GDAL calls the fourth band of every file of bytes alpha: one that is fitted is none.
		if p.flags == gdal.MaskPerDataset|gdal.MaskAlpha && !o.NoMask && !p.dated && (p.second == nil || p.second.band != alpha) {
			p.masked, p.alpha = true, alpha
		}
		p.labels = labelsOf(ds, bands[p.band-1], len(planes) == 1)
	}
	return planes, geoOf(ds), nil
}

// openError says why a file cannot be opened.
func openError(ctx context.Context, name string, drivers []string, err error) error {
	fail := func(format string, args ...any) error {
		return fault.Inputf("cannot use %s: %s", gdal.DisplayName(name), fmt.Sprintf(format, args...))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if remote := (*gdal.RemoteError)(nil); errors.As(err, &remote) {
		return fail("%v", remote)
	}
	what := gdal.Cause(err, name)
	info, statErr := os.Stat(name)
	switch {
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
		return fault.Inputf("cannot use %s: it is not a GeoTIFF but a file for GDAL's driver %s: allow that driver with %v, or convert it with gdal_translate",
			gdal.DisplayName(name), driver, Option{Field: "Drivers", Value: driver})
	}
	return fail("it is not a GeoTIFF: convert it first, such as with gdal_translate")
}

// readable reports whether the system lets this process read a file.
func readable(name string) bool {
	file, err := os.Open(name)
	if err == nil {
		_ = file.Close()
	}
	return !errors.Is(err, fs.ErrPermission)
}

// inFile returns p and the other bands of its file that a date takes.
func (p *plane) inFile() []*plane {
	bands := []*plane{p}
	if p.second != nil {
		bands = append(bands, p.second)
	}
	if p.mask != nil && p.mask.file == p.file {
		bands = append(bands, p.mask)
	}
	return bands
}

// sampleBytes is the size of a sample of p with those of the other bands that a date takes.
func (p *plane) sampleBytes() (n int) {
	for _, b := range p.inFile() {
		n += b.dtype.Size()
	}
	if p.maskedFrom() {
		n += p.mask.dtype.Size()
	}
	return n
}

// clone returns a copy of p that shares no other band with it.
func (p plane) clone() plane {
	for _, other := range []**plane{&p.second, &p.mask} {
		if *other != nil {
			c := **other
			*other = &c
		}
	}
	return p
}

// read takes the band's properties; nodata, if not nil, replaces its own.
func (p *plane) read(b gdal.Band, nodata *float64) error {
	p.blockWidth, p.blockHeight = b.BlockSize()
	p.scale, p.offset = b.Scaling()
	if p.scale == 0 || math.IsNaN(p.scale) || math.IsInf(p.scale, 0) || math.IsNaN(p.offset) || math.IsInf(p.offset, 0) {
		return fmt.Errorf("band %d has the scale %v and offset %v: mend them, such as with gdal_edit.py -scale 1 -offset 0", p.band, p.scale, p.offset)
	}
	p.unit = b.Unit()
	p.nodata, p.hasNodata = b.Nodata()
	if nodata != nil {
		p.nodata, p.hasNodata = *nodata, true
	}
	p.flags = b.MaskFlags() & (gdal.MaskPerDataset | gdal.MaskAlpha)
	var known bool
	if p.dtype, p.signedByte, known = b.Type(); !known {
		return fmt.Errorf("band %d holds samples of a type that cannot be fitted: convert it, such as with gdal_translate -ot Float64", p.band)
	}
	return nil
}

// blocks settles how the band's blocks are stored.
func (p *plane) blocks(ds *gdal.Dataset, bands int) {
	const structure = "IMAGE_STRUCTURE"
	width, _ := ds.Size()
	p.form = form{driver: ds.Driver(), bands: bands, compression: ds.Metadata("COMPRESSION", structure)}
	p.compressed = p.form.compression != ""
	p.direct = !p.compressed && p.blockWidth >= width
	p.blockBytes = int64(p.blockWidth) * int64(p.blockHeight) * int64(p.dtype.Size())
	if bands > 1 {
		p.form.interleave = ds.Metadata("INTERLEAVE", structure)
	}
	if p.form.interleave == "PIXEL" {
		p.blockBytes *= int64(bands)
		p.interleaved = true
	}
}

// heldBytes is the size of a block that must be in memory for any of it to be read.
func (p *plane) heldBytes() int64 {
	if p.direct {
		return 0
	}
	return p.blockBytes
}

// handleBytes is about what GDAL holds for the open file of p between reads: its directory, the
// block as it is stored and, compressed, a decoder that may be as large.
func (p *plane) handleBytes() int64 {
	const directory = 64 << 10
	switch {
	case p.direct:
		return directory
	case p.compressed:
		return directory + 2*p.blockBytes
	}
	return directory + p.blockBytes
}

// means reports whether a sample of p means what the same sample means in q.
func (p plane) means(q plane) bool {
	return p.dtype == q.dtype && p.signedByte == q.signedByte && p.flags == q.flags && p.hasNodata == q.hasNodata &&
		(!p.hasNodata || p.nodata == q.nodata || p.nodata != p.nodata && q.nodata != q.nodata) &&
		p.scale == q.scale && p.offset == q.offset
}
