package raster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// OpenOptions say how files become a stack.
type OpenOptions struct {
	Dates timeaxis.Spec // how the inputs get their dates; zero: from their names
	// Band is the band of each file that is fitted, counted from 1. With 0 it is the first, except
	// that the bands of a single file with several are taken as its dates.
	Band    int
	Nodata  *float64 // replaces the nodata value of every band
	Drivers []string // GDAL drivers that may open the inputs; nil: GTiff
}

// Stack is a stack of raster files, opened and checked. It is a pixtrend.Source.
type Stack struct {
	grid     pixtrend.Grid
	planes   []plane // in the order of the axis
	files    []string
	drivers  []string
	nodata   *float64 // replaces that of the files
	geo      geo
	uniform  bool // all planes have one type, nodata, scale and offset, and no mask: samples are read as they are
	multi    bool // the planes are bands of one file
	warnings []string
	readers  readers
}

// plane is one date: a band of a file, and how its samples are meant.
type plane struct {
	file          int // index into Stack.files
	band          int // from 1
	dtype         kernel.DType
	signedByte    bool // GDAL before 3.7 calls int8 a Byte
	nodata        float64
	hasNodata     bool
	masked        bool // the file has a mask, internal or beside it
	scale, offset float64
	blockWidth    int
	blockHeight   int
	compressed    bool
	direct        bool  // samples go from the file to the tile, and no block is ever held
	blockBytes    int64 // of a block as GDAL decodes it, with all bands where they are interleaved by pixel
}

// geo is what places a raster on the earth.
type geo struct {
	width, height int
	transform     [6]float64
	hasTransform  bool
	wkt           string
}

// Open opens the rasters that Expand finds for inputs, reads their dates and checks that they make
// one stack: one grid (size, CRS, and geotransform to a thousandth of a pixel), real samples,
// at least two different dates. The error names the first file that does not fit, and how.
func Open(inputs []string, o OpenOptions) (*Stack, error) {
	files, err := Expand(inputs)
	if err != nil {
		return nil, err
	}
	if o.Band < 0 {
		return nil, inputErrorf("band %d does not exist: bands count from 1", o.Band)
	}
	s := &Stack{files: files, drivers: o.Drivers, nodata: o.Nodata}
	var descriptions []string // of the bands, where they are the dates
	for i, name := range files {
		planes, descs, g, err := describe(name, len(files), o)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			s.geo, descriptions = g, descs
		} else if how := s.geo.differs(g, "the first input, "+files[0]); how != "" {
			return nil, inputErrorf("%s %s: all inputs must share one grid, bring them to one, such as with gdalwarp", name, how)
		}
		for j := range planes {
			planes[j].file = i
		}
		s.planes = append(s.planes, planes...)
	}
	s.multi = len(files) == 1 && len(s.planes) > 1
	dates, err := s.dates(o.Dates, descriptions)
	if err != nil {
		return nil, err
	}
	// Scenes of one date are taken in the order of their names, so that the order of the arguments
	// never shows in a result.
	byName := make([]int, len(dates))
	for i := range byName {
		byName[i] = i
	}
	slices.SortStableFunc(byName, func(i, j int) int {
		return strings.Compare(files[s.planes[i].file], files[s.planes[j].file])
	})
	axis, order, err := timeaxis.NewAxis(permuted(dates, byName))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", described(files), err)
	}
	s.planes = permuted(permuted(s.planes, byName), order)
	s.resolve(axis)
	s.readers.limit = handleLimit()
	return s, nil
}

// permuted returns s[order[0]], s[order[1]], …
func permuted[T any](s []T, order []int) []T {
	p := make([]T, len(order))
	for i, from := range order {
		p[i] = s[from]
	}
	return p
}

// described names a list of files for a sentence.
func described(files []string) string {
	if len(files) == 1 {
		return files[0]
	}
	return fmt.Sprintf("%s … %s (%d files)", files[0], filepath.Base(files[len(files)-1]), len(files))
}

// describe opens a file and says what is in it.
func describe(name string, files int, o OpenOptions) ([]plane, []string, geo, error) {
	fail := func(format string, args ...any) ([]plane, []string, geo, error) {
		return nil, nil, geo{}, inputErrorf("cannot use %s: %s", name, fmt.Sprintf(format, args...))
	}
	ds, err := open(name, o.Drivers)
	if err != nil {
		what := cause(err, name)
		info, statErr := os.Stat(name)
		switch {
		case statErr == nil && info.Size() == 0:
			return fail("it is empty: make it anew or leave it out")
		case !strings.Contains(what, "not recognized"):
			return fail("%s: is it whole?", what)
		case len(o.Drivers) > 0:
			return fail("none of the drivers %s knows its format: name the one that does, or convert it with gdal_translate", strings.Join(o.Drivers, ", "))
		}
		return fail("it is not a GeoTIFF: convert it first, such as with gdal_translate")
	}
	defer func() { _ = ds.Close() }()
	bands := ds.Bands()
	if len(bands) == 0 {
		return fail("it has no bands")
	}
	var planes []plane
	var descriptions []string
	switch {
	case o.Band > len(bands):
		return fail("it has no band %d, only %d", o.Band, len(bands))
	case o.Band == 0 && files == 1:
		for i, b := range bands {
			planes = append(planes, plane{band: i + 1})
			descriptions = append(descriptions, b.Description())
		}
	default:
		planes = []plane{{band: max(o.Band, 1)}}
	}
	for i := range planes {
		if err := planes[i].read(bands[planes[i].band-1], o.Nodata); err != nil {
			return fail("%v", err)
		}
		planes[i].blocks(ds, len(bands))
	}
	st := ds.Structure()
	g := geo{width: st.SizeX, height: st.SizeY, wkt: ds.Projection()}
	if t, err := ds.GeoTransform(godal.ErrLogger(ignoreWarnings)); err == nil {
		g.transform, g.hasTransform = t, true
	} else {
		g.transform = [6]float64{0, 1, 0, 0, 0, 1}
	}
	return planes, descriptions, g, nil
}

// read takes the band's properties; nodata, if not nil, replaces its own.
func (p *plane) read(b godal.Band, nodata *float64) error {
	st := b.Structure()
	p.blockWidth, p.blockHeight = st.BlockSizeX, st.BlockSizeY
	p.scale, p.offset = st.Scale, st.Offset
	if p.scale == 0 || math.IsNaN(p.scale) || math.IsInf(p.scale, 0) || math.IsNaN(p.offset) || math.IsInf(p.offset, 0) {
		return fmt.Errorf("band %d has the scale %v and offset %v: mend them, such as with gdal_edit.py -scale 1 -offset 0", p.band, p.scale, p.offset)
	}
	p.nodata, p.hasNodata = b.NoData()
	if nodata != nil {
		p.nodata, p.hasNodata = *nodata, true
	}
	// An alpha band is no mask here: GDAL calls the fourth band of every file of bytes one, and it
	// may well be a date.
	const perDataset, alpha = 2, 4
	p.masked = maskFlags(b)&(perDataset|alpha) == perDataset
	switch st.DataType {
	case godal.Byte:
		p.dtype = kernel.Uint8
		if b.Metadata("PIXELTYPE", godal.Domain("IMAGE_STRUCTURE")) == "SIGNEDBYTE" {
			p.dtype, p.signedByte = kernel.Int8, true
		}
	case godal.Int8:
		p.dtype = kernel.Int8
	case godal.UInt16:
		p.dtype = kernel.Uint16
	case godal.Int16:
		p.dtype = kernel.Int16
	case godal.UInt32:
		p.dtype = kernel.Uint32
	case godal.Int32:
		p.dtype = kernel.Int32
	case godal.Float32:
		p.dtype = kernel.Float32
	case godal.Float64:
		p.dtype = kernel.Float64
	default:
		return fmt.Errorf("band %d holds samples of a type that cannot be fitted: convert it, such as with gdal_translate -ot Float64", p.band)
	}
	return nil
}

// blocks settles how the band's blocks are stored.
func (p *plane) blocks(ds *godal.Dataset, bands int) {
	structure := godal.Domain("IMAGE_STRUCTURE")
	p.compressed = ds.Metadata("COMPRESSION", structure) != ""
	p.direct = !p.compressed && p.blockWidth >= ds.Structure().SizeX
	p.blockBytes = int64(p.blockWidth) * int64(p.blockHeight) * int64(p.dtype.Size())
	if ds.Metadata("INTERLEAVE", structure) == "PIXEL" {
		p.blockBytes *= int64(bands)
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
	return p.dtype == q.dtype && p.signedByte == q.signedByte && p.masked == q.masked && p.hasNodata == q.hasNodata &&
		(!p.hasNodata || p.nodata == q.nodata || p.nodata != p.nodata && q.nodata != q.nodata) &&
		p.scale == q.scale && p.offset == q.offset
}

// stillHas reports whether a file that is opened again has the planes that were found in it at
// first.
func (s *Stack) stillHas(file int, h *handle) bool {
	if st := h.ds.Structure(); st.SizeX != s.geo.width || st.SizeY != s.geo.height {
		return false
	}
	for _, p := range s.planes {
		if p.file != file {
			continue
		}
		now := plane{band: p.band}
		if p.band > len(h.bands) || now.read(h.bands[p.band-1], s.nodata) != nil || !now.means(p) {
			return false
		}
	}
	return true
}

// differs says how the grid b departs from a, which is that of first; "" if it does not.
func (a geo) differs(b geo, first string) string {
	switch {
	case a.width != b.width || a.height != b.height:
		return fmt.Sprintf("has %d × %d pixels, where %s, has %d × %d", b.width, b.height, first, a.width, a.height)
	case !sameCRS(a.wkt, b.wkt):
		return fmt.Sprintf("has the CRS %s, where %s, has %s", crsName(b.wkt), first, crsName(a.wkt))
	case a.hasTransform && !b.hasTransform:
		return fmt.Sprintf("is not georeferenced, where %s, is", first)
	case b.hasTransform && !a.hasTransform:
		return fmt.Sprintf("is georeferenced, where %s, is not", first)
	}
	// The corners in pixels of the first.
	det := a.transform[1]*a.transform[5] - a.transform[2]*a.transform[4]
	for _, c := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := c[0]*float64(a.width), c[1]*float64(a.height)
		dx := (b.transform[0] - a.transform[0]) + x*(b.transform[1]-a.transform[1]) + y*(b.transform[2]-a.transform[2])
		dy := (b.transform[3] - a.transform[3]) + x*(b.transform[4]-a.transform[4]) + y*(b.transform[5]-a.transform[5])
		px := (dx*a.transform[5] - dy*a.transform[2]) / det
		py := (dy*a.transform[1] - dx*a.transform[4]) / det
		if d := math.Hypot(px, py); !(d <= 1e-3) {
			if a.transform == b.transform {
				continue // without an extent there is no measure
			}
			return fmt.Sprintf("lies %.3g pixels off %s", d, first)
		}
	}
	return ""
}

func sameCRS(a, b string) bool {
	if a == b {
		return true
	}
	if a == "" || b == "" {
		return false
	}
	x, err := godal.NewSpatialRefFromWKT(a, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return false
	}
	defer x.Close()
	y, err := godal.NewSpatialRefFromWKT(b, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return false
	}
	defer y.Close()
	return x.IsSame(y)
}

// crsName returns a short name of a CRS for people: EPSG:32617, its own name, or "none".
func crsName(wkt string) string {
	if wkt == "" {
		return "none"
	}
	sr, err := godal.NewSpatialRefFromWKT(wkt, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return "unreadable"
	}
	defer sr.Close()
	if code := sr.AuthorityCode(""); code != "" {
		return sr.AuthorityName("") + ":" + code
	}
	for _, node := range []string{"PROJCRS", "PROJCS", "GEOGCRS", "GEOGCS"} {
		if name, ok := sr.AttrValue(node, 0); ok {
			return name
		}
	}
	return "unnamed"
}

// dates finds the date of every plane.
func (s *Stack) dates(spec timeaxis.Spec, descriptions []string) ([]timeaxis.Date, error) {
	if !s.multi {
		dates, err := spec.Resolve(s.files, nil)
		if err == nil && !spec.Auto() {
			s.warnings = append(s.warnings, timeaxis.Mismatches(s.files, dates)...)
		}
		return dates, err
	}
	names := make([]string, len(s.planes))
	for i := range names {
		names[i] = fmt.Sprintf("%s band %d", s.files[0], i+1)
	}
	if !spec.Auto() {
		return spec.Resolve(names, nil)
	}
	dates, err := timeaxis.FromNames(descriptions)
	if err != nil {
		why := timeaxis.ErrNoDate
		for _, e := range []error{timeaxis.ErrAmbiguous, timeaxis.ErrMixed} {
			if errors.Is(err, e) {
				why = e
			}
		}
		return nil, fmt.Errorf("%s has %d bands and their descriptions do not date them (%w): give the dates with --dates 1995-2015, --dates 2001,2003,2004 or --dates @dates.csv, or pick one band of it with --band",
			s.files[0], len(s.planes), why)
	}
	return dates, nil
}

// resolve settles how windows are read and describes the grid.
func (s *Stack) resolve(axis timeaxis.Axis) {
	first := s.planes[0]
	s.uniform = true
	g := pixtrend.Grid{Width: s.geo.width, Height: s.geo.height, Axis: axis, BlockWidth: 1, BlockHeight: 1}
	for _, p := range s.planes {
		s.uniform = s.uniform && !p.masked && p.means(first)
		// Strips that are not compressed can be read by the row.
		bh := p.blockHeight
		if p.direct {
			bh = 1
		}
		g.BlockWidth, g.BlockHeight = max(g.BlockWidth, p.blockWidth), max(g.BlockHeight, bh)
	}
	if s.uniform {
		g.Type, g.Scale, g.Offset = first.dtype, first.scale, first.offset
		g.Valid = kernel.Valid{HasNodata: first.hasNodata, Nodata: first.nodata}
	} else {
		// Each plane is brought to its meaning as it is read: float64 holds every type, gaps
		// become NaN.
		g.Type = kernel.Float64
	}
	s.grid = g
	if d := axis.Duplicates(); len(d) > 0 {
		s.warnings = append(s.warnings, fmt.Sprintf("several scenes share a date (%v, …): all are used", d[0]))
		if len(d) == 1 {
			s.warnings[len(s.warnings)-1] = fmt.Sprintf("several scenes share the date %v: all are used", d[0])
		}
	}
}

// Grid describes the stack.
func (s *Stack) Grid() pixtrend.Grid { return s.grid }

// Warnings returns what was assumed and may surprise, a sentence each.
func (s *Stack) Warnings() []string { return s.warnings }

// Names returns what each date is read from, in the order of the axis.
func (s *Stack) Names() []string {
	names := make([]string, len(s.planes))
	for i, p := range s.planes {
		names[i] = s.files[p.file]
		if s.multi {
			names[i] = fmt.Sprintf("%s band %d", names[i], p.band)
		}
	}
	return names
}

// FileBytes returns the size of the input files; 0 for those that are not local.
func (s *Stack) FileBytes() int64 {
	var sum int64
	for _, name := range s.files {
		if info, err := os.Stat(name); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// Close closes all files.
func (s *Stack) Close() error { return s.readers.close() }

// Read fills dst with the samples of w, as pixtrend.Source asks for.
func (s *Stack) Read(ctx context.Context, worker int, w pixtrend.Window, dst kernel.Tile) error {
	r := s.readers.of(worker)
	if s.multi && s.uniform {
		err := r.with(s, 0, func(h *handle) error { return s.readBands(h.ds, w, dst) })
		if err != nil {
			return readError(s.files[0], w, err)
		}
		return nil
	}
	for i, p := range s.planes {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		err := r.with(s, p.file, func(h *handle) error {
			band := h.bands[p.band-1]
			if err := band.Read(w.X, w.Y, buffer(dst, i, p.signedByte), w.Width, w.Height); err != nil {
				return err
			}
			if !s.uniform {
				p.widen(kernel.Plane[float64](dst, i))
			}
			if p.masked {
				return r.mask(band.MaskBand(), w, kernel.Plane[float64](dst, i))
			}
			return nil
		})
		if err != nil {
			return readError(s.files[p.file], w, err)
		}
	}
	return nil
}

// mask makes a gap of every sample that the mask hides.
func (r *reader) mask(band godal.Band, w pixtrend.Window, samples []float64) error {
	r.visible = slices.Grow(r.visible[:0], w.Pixels())[:w.Pixels()]
	if err := band.Read(w.X, w.Y, r.visible, w.Width, w.Height); err != nil {
		return err
	}
	for i, v := range r.visible {
		if v == 0 {
			samples[i] = math.NaN()
		}
	}
	return nil
}

func readError(name string, w pixtrend.Window, err error) error {
	if errors.Is(err, ErrInput) {
		return err
	}
	return inputErrorf("cannot read %s at column %d, row %d (%s): the file seems damaged, make it anew or leave it out",
		name, w.X, w.Y, cause(err, name))
}

// readBands reads the planes of one file in one go, which decodes a block of a pixel-interleaved
// file once and not once a band.
func (s *Stack) readBands(ds *godal.Dataset, w pixtrend.Window, dst kernel.Tile) error {
	size := dst.Type.Size()
	if int64(dst.Stride)*int64(size) > math.MaxInt32 {
		return fmt.Errorf("a window of %d pixels is beyond GDAL's spacings", w.Pixels())
	}
	bands := make([]int, len(s.planes))
	for i, p := range s.planes {
		bands[i] = p.band - 1
	}
	return ds.Read(w.X, w.Y, buffer(kernel.Tile{Type: dst.Type, Data: dst.Data, Stride: len(dst.Data) / size, Dates: 1, Pixels: len(dst.Data) / size}, 0, s.planes[0].signedByte),
		w.Width, w.Height, godal.Bands(bands...), godal.PixelStride(1), godal.LineStride(w.Width), godal.BandStride(dst.Stride))
}

// buffer returns plane i of t as the slice that godal takes its type from.
func buffer(t kernel.Tile, i int, signedByte bool) any {
	switch t.Type {
	case kernel.Uint8:
		return kernel.Plane[uint8](t, i)
	case kernel.Int8:
		if signedByte {
			t.Type = kernel.Uint8 // the same bytes
			return kernel.Plane[uint8](t, i)
		}
		return kernel.Plane[int8](t, i)
	case kernel.Uint16:
		return kernel.Plane[uint16](t, i)
	case kernel.Int16:
		return kernel.Plane[int16](t, i)
	case kernel.Uint32:
		return kernel.Plane[uint32](t, i)
	case kernel.Int32:
		return kernel.Plane[int32](t, i)
	case kernel.Float32:
		return kernel.Plane[float32](t, i)
	}
	return kernel.Plane[float64](t, i)
}

// widen gives samples that were read as float64 their meaning: gaps become NaN, the others are
// scaled.
func (p *plane) widen(samples []float64) {
	valid := kernel.Valid{HasNodata: p.hasNodata, Nodata: p.nodata}
	for i, y := range samples {
		if p.signedByte && y > 127 {
			y -= 256
		}
		if valid.Observation(p.dtype, y) {
			samples[i] = math.FMA(y, p.scale, p.offset)
		} else {
			samples[i] = math.NaN()
		}
	}
}
