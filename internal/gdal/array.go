package gdal

/*
#include <stdlib.h>
#include <gdal.h>
#include <cpl_error.h>

// as_bands returns a part of an array as a raster, or NULL.
static GDALDatasetH as_bands(GDALMDArrayH array, const char *part, size_t x, size_t y) {
	GDALDatasetH ds = NULL;
	CPLPushErrorHandler(CPLQuietErrorHandler);
	GDALMDArrayH view = GDALMDArrayGetView(array, part);
	if (view != NULL) {
		ds = GDALMDArrayAsClassicDataset(view, x, y);
		GDALMDArrayRelease(view);
	}
	CPLPopErrorHandler();
	return ds;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/kernel"
)

// array is a variable of a file of arrays, read as a raster: two of its dimensions are columns and
// rows, and the third, if there is one, is the bands. Rows go from north to south, as in other
// rasters, whatever their order in the file.
type array struct {
	file    *multidim
	md      *mdArray
	x, y, z int // dimensions; z is -1 if there is one band
	flipped bool
	chunk   [3]int // columns, rows and bands of a chunk
	packed  string // how chunks are compressed; ""
	place   arrayPlace
	times   Times
	remarks []string
	held    []heldWindow
	parts   struct {
		block *Block
		list  []partToWarp
	}
}

// Times are the coordinates of the bands of a raster in time.
type Times struct {
	Values   []float64 // by band; nil if there are none
	Units    string    // such as "days since 1970-01-01"; "" if the dimension counts something else
	Calendar string    // "" for the standard one
	Name     string    // of the dimension
}

// VariablesError says that a file holds several variables, of which one has to be named, or none with
// the name that was asked for.
type VariablesError struct {
	Asked     string // "" if none was
	Variables []string
}

func (e *VariablesError) Error() string {
	list := strings.Join(e.Variables, ", ")
	if len(e.Variables) == 0 {
		list = "none"
	}
	if e.Asked != "" {
		return fmt.Sprintf("it has no variable %s: those of maps are %s", foreign.Printable(e.Asked), foreign.Printable(list))
	}
	return "it holds several variables, " + foreign.Printable(list) + ": name one"
}

// openArray opens a variable of a NetCDF file or a Zarr store. t, which may be nil, collects GDAL's
// messages about a remote file.
func openArray(name, driver string, t *Transfer) (d *Dataset, err error) {
	path, variable := FilePath(name), variableOf(name)
	opened := path
	if driver == "netCDF" && !strings.Contains(path, `"`) {
		opened = `NETCDF:"` + path + `"` // whatever the end of its name
	}
	defer quietHDF5()()
	t.during(func() { d, err = openVariable(name, opened, driver, variable) })
	return d, err
}

func openVariable(name, opened, driver, variable string) (*Dataset, error) {
	file, err := openMultidim(opened, driver)
	if err != nil && strings.Contains(err.Error(), "No such file") && atomicfile.Exists(FilePath(name)) {
		err = fmt.Errorf("GDAL's driver %s cannot open it", driver) // for which GDAL has no message
	}
	if err != nil {
		return nil, err
	}
	d, err := file.dataset(name, variable)
	if err != nil {
		file.close()
		return nil, err
	}
	return d, nil
}

// dataset makes a raster of a variable of the file.
func (m *multidim) dataset(name, variable string) (*Dataset, error) {
	md, remarks, err := m.choose(variable)
	if err != nil {
		return nil, err
	}
	a := &array{file: m, md: md, remarks: remarks}
	if err := a.findDimensions(); err != nil {
		return nil, err
	}
	if err := a.findPlace(); err != nil {
		return nil, err
	}
	if strings.EqualFold(md.text("_Unsigned"), "true") && !strings.HasPrefix(C.GoString(C.GDALGetDataTypeName(md.dataType())), "U") {
		return nil, contentError("the samples of %s are unsigned numbers in a signed type (_Unsigned), which is not read: convert it (ncpdq -U, or xarray)", md.base())
	}
	means, err := md.meaning(driverOf(m) == "netCDF")
	if err != nil {
		return nil, err
	}
	a.findTimes()
	a.findChunks()
	ds, err := a.band(0)
	if err != nil {
		return nil, err
	}
	d := newDataset(ds, name)
	d.array, d.meaning = a, means
	for i := 1; i < a.bands(); i++ { // of one type, unit and nodata value
		d.bands = append(d.bands, Band{d.bands[0].band, d, i})
	}
	d.driver = driverOf(m)
	d.hdf5 = d.driver == "netCDF"
	return d, nil
}

func driverOf(m *multidim) string {
	return C.GoString(C.GDALGetDriverShortName(C.GDALGetDatasetDriver(m.ds)))
}

// band returns a band as a raster of its own. GDAL would take a second for one of thousands of bands.
func (a *array) band(index int) (*godal.Dataset, error) {
	part := make([]string, len(a.md.dims))
	for i := range part {
		part[i] = ":"
		if i == a.z {
			part[i] = fmt.Sprintf("%d:%d", index, index+1)
		}
	}
	text := C.CString("[" + strings.Join(part, ",") + "]")
	defer C.free(unsafe.Pointer(text))
	handle := C.as_bands(a.md.h, text, C.size_t(a.x), C.size_t(a.y))
	if handle == nil {
		return nil, contentError("GDAL does not read %s as a raster", a.describe())
	}
	ds := &godal.Dataset{}
	*(*C.GDALDatasetH)(unsafe.Pointer(ds)) = handle
	return ds, nil
}

// base returns the name of an array without its groups.
func (a *mdArray) base() string { return a.name[strings.LastIndexByte(a.name, '/')+1:] }

// variableOf returns the variable of a name such as NETCDF:"f.nc":t2m; "" if it names none.
func variableOf(name string) string {
	path := FilePath(name)
	if path == name {
		return ""
	}
	rest := name[strings.Index(name, path)+len(path):]
	return strings.TrimLeft(rest, `":`)
}

// VariableName returns the name of a variable in a file of a format of arrays.
func VariableName(driver, path, variable string) string {
	return fmt.Sprintf(`%s:"%s":%s`, strings.ToUpper(driver), path, variable)
}

// choose returns the variable of a name, or the one that is a map; of several, the only one with most
// dimensions, with a remark.
func (m *multidim) choose(asked string) (*mdArray, []string, error) {
	all := m.all()
	maps := mapsAmong(all)
	e := &VariablesError{Asked: asked}
	for _, a := range maps {
		e.Variables = append(e.Variables, strings.TrimPrefix(a.name, "/"))
		if asked != "" && (strings.TrimPrefix(asked, "/") == strings.TrimPrefix(a.name, "/")) {
			return a, nil, nil
		}
	}
	if asked != "" {
		named := slices.DeleteFunc(slices.Clone(maps), func(a *mdArray) bool { return a.base() != asked })
		if len(named) == 1 {
			return named[0], nil, nil
		}
		return nil, nil, e
	}
	switch len(maps) {
	case 0:
		return nil, nil, contentError("it holds no variable that is a map")
	case 1:
		return maps[0], nil, nil
	}
	most := slices.MaxFunc(maps, func(a, b *mdArray) int { return len(a.dims) - len(b.dims) })
	if slices.ContainsFunc(maps, func(a *mdArray) bool { return a != most && len(a.dims) == len(most.dims) }) {
		return nil, nil, e
	}
	return most, []string{fmt.Sprintf("of its variables %s, %s is read, which alone has %d dimensions", foreign.Printable(strings.Join(e.Variables, ", ")),
		foreign.Printable(most.base()), len(most.dims))}, nil
}

// mapsAmong returns the arrays of two or more dimensions that are neither coordinates nor their bounds.
func mapsAmong(all []*mdArray) (maps []*mdArray) {
	aside := map[string]bool{}
	for _, a := range all {
		for _, attribute := range []string{"bounds", "climatology", "coordinates", "grid_mapping"} {
			for _, name := range strings.Fields(a.text(attribute)) {
				aside[strings.Trim(name, ":")] = true
			}
		}
	}
	for _, a := range all {
		n := len(a.dims)
		if n < 2 || aside[a.base()] || slices.Contains([]string{"bnds", "bounds", "nv", "nbnd", "nbnds", "vertices"}, strings.ToLower(a.dims[n-1].name)) {
			continue
		}
		maps = append(maps, a)
	}
	return maps
}

// findDimensions sets which dimensions are columns, rows and bands.
func (a *array) findDimensions() error {
	dims := a.md.dims
	a.x, a.y, a.z = -1, -1, -1
	for i, d := range dims {
		switch role := d.role(); {
		case role == 'x' && a.x < 0:
			a.x = i
		case role == 'y' && a.y < 0:
			a.y = i
		}
	}
	if a.x < 0 && a.y < 0 { // as GDAL takes them
		a.x, a.y = len(dims)-1, len(dims)-2
	}
	if a.x < 0 || a.y < 0 {
		return contentError("it is not clear which dimensions of %s are columns and rows: name them x and y, or lon and lat, or give their coordinates the attribute axis", a.describe())
	}
	for i, d := range dims {
		if i == a.x || i == a.y || d.size == 1 && (a.z >= 0 || d.role() != 't') {
			continue
		}
		if a.z >= 0 && dims[a.z].size > 1 {
			return contentError("%s has two dimensions besides columns and rows: keep one step of one of them (ncks -d, cdo sellevel, or xarray's isel)", a.describe())
		}
		a.z = i
	}
	return nil
}

// describe names the variable and its dimensions.
func (a *array) describe() string {
	var dims []string
	for _, d := range a.md.dims {
		dims = append(dims, fmt.Sprintf("%s: %d", d.name, d.size))
	}
	return foreign.Printable(fmt.Sprintf("%s (%s)", a.md.base(), strings.Join(dims, ", ")))
}

// role returns x, y or t for a dimension of columns, rows or times, by the CF conventions, or by its
// name; 0 if it may be any other.
func (d mdDimension) role() byte {
	switch d.kind {
	case "HORIZONTAL_X":
		return 'x'
	case "HORIZONTAL_Y":
		return 'y'
	case "TEMPORAL":
		return 't'
	}
	if v := d.index; v != nil {
		switch strings.ToUpper(v.text("axis")) {
		case "X":
			return 'x'
		case "Y":
			return 'y'
		case "T":
			return 't'
		}
		switch v.text("standard_name") {
		case "longitude", "projection_x_coordinate", "grid_longitude":
			return 'x'
		case "latitude", "projection_y_coordinate", "grid_latitude":
			return 'y'
		case "time":
			return 't'
		}
		switch unit := v.unit(); {
		case isDegrees(unit, 'e'):
			return 'x'
		case isDegrees(unit, 'n'):
			return 'y'
		case strings.Contains(unit, " since "):
			return 't'
		}
	}
	switch strings.ToLower(d.name) {
	case "x", "lon", "long", "longitude", "easting", "rlon", "xc", "west_east":
		return 'x'
	case "y", "lat", "latitude", "northing", "rlat", "yc", "south_north":
		return 'y'
	case "time", "t", "date", "valid_time", "year":
		return 't'
	}
	return 0
}

// findTimes sets the coordinates of the bands.
func (a *array) findTimes() {
	if a.z < 0 {
		return
	}
	d := a.md.dims[a.z]
	if d.index == nil {
		return
	}
	values, err := d.index.values()
	if err != nil {
		return // of which no date is then found
	}
	a.times = Times{Values: values, Name: d.name, Calendar: d.index.text("calendar")}
	if unit := d.index.unit(); strings.Contains(unit, " since ") {
		a.times.Units = unit
	}
}

// findChunks sets the size of the chunks.
func (a *array) findChunks() {
	blocks := a.md.blocks()
	a.chunk = [3]int{blocks[a.x], blocks[a.y], 1}
	if a.chunk[0] == 0 || a.chunk[1] == 0 {
		a.chunk = [3]int{a.md.dims[a.x].size, 1, 1}
		return
	}
	a.packed = a.md.compression()
	if a.z >= 0 {
		a.chunk[2] = max(1, blocks[a.z])
	}
	for i := range a.md.dims { // a chunk may hold several steps of no dimension besides
		if i != a.x && i != a.y && i != a.z {
			a.chunk[2] *= max(1, blocks[i])
		}
	}
}

// bands returns the number of bands.
func (a *array) bands() int {
	if a.z < 0 {
		return 1
	}
	return a.md.dims[a.z].size
}

// read fills dst with the samples of w in so many bands from first on, counted from 0. The samples of
// a band begin stride bytes after those of the one before.
func (a *array) read(w pixtrend.Window, first, bands int, t kernel.DType, dst []byte, stride int) error {
	if w.Pixels() == 0 || bands == 0 {
		return nil
	}
	if need := (bands-1)*stride + w.Pixels()*t.Size(); len(dst) < need {
		return errors.New("the memory for its samples is too small")
	}
	for done := 0; done < bands; {
		n := bands - done
		if !a.turned() { // a chunk in each piece
			n = min(n, a.chunk[2]-(first+done)%a.chunk[2])
		}
		if err := a.readPiece(w, first+done, n, t, dst[done*stride:], stride); err != nil {
			return err
		}
		done += n
	}
	return nil
}

// turned reports whether the dimensions have another order than bands, rows, columns.
func (a *array) turned() bool { return a.x < a.y || a.z > a.y }

// pieces holds memory for samples in the order of the file. GDAL reads arrays many times faster into
// memory without gaps.
var pieces = sync.Pool{New: func() any { return new([]byte) }}

// part returns where a window of some bands begins in each dimension of the file, and its extent.
func (a *array) part(w pixtrend.Window, first, bands int) (start []C.GUInt64, count []C.size_t) {
	start, count = make([]C.GUInt64, len(a.md.dims)), make([]C.size_t, len(a.md.dims))
	for i := range count {
		count[i] = 1
	}
	row := w.Y
	if a.flipped {
		row = a.md.dims[a.y].size - w.Y - w.Height
	}
	start[a.x], count[a.x] = C.GUInt64(w.X), C.size_t(w.Width)
	start[a.y], count[a.y] = C.GUInt64(row), C.size_t(w.Height)
	if a.z >= 0 {
		start[a.z], count[a.z] = C.GUInt64(first), C.size_t(bands)
	}
	return start, count
}

// readPiece is read for bands that are read at once.
func (a *array) readPiece(w pixtrend.Window, first, bands int, t kernel.DType, dst []byte, stride int) error {
	n, size := len(a.md.dims), t.Size()
	start, count := a.part(w, first, bands)
	all := w.Pixels() * bands * size
	if bands == 1 && !a.flipped && !a.turned() {
		return a.md.read(start, count, nil, gdalType(t), unsafe.Pointer(&dst[0]), all)
	}
	memory := pieces.Get().(*[]byte)
	defer pieces.Put(memory)
	*memory = slices.Grow((*memory)[:0], all)[:all]
	if err := a.md.read(start, count, nil, gdalType(t), unsafe.Pointer(&(*memory)[0]), all); err != nil {
		return err
	}
	// The distances of samples in the order of the file.
	step, next := make([]int, n), 1
	for i := n - 1; i >= 0; i-- {
		step[i] = next
		next *= int(count[i])
	}
	from := scatter{x: step[a.x], y: step[a.y], width: w.Width, height: w.Height, bands: bands, stride: stride / size}
	if a.z >= 0 {
		from.z = step[a.z]
	}
	if a.flipped {
		from.origin, from.y = (w.Height-1)*from.y, -from.y
	}
	switch size {
	case 1:
		scatterTo(from, samplesOf[uint8](dst), samplesOf[uint8](*memory))
	case 2:
		scatterTo(from, samplesOf[uint16](dst), samplesOf[uint16](*memory))
	case 4:
		scatterTo(from, samplesOf[uint32](dst), samplesOf[uint32](*memory))
	default:
		scatterTo(from, samplesOf[uint64](dst), samplesOf[uint64](*memory))
	}
	return nil
}

// scatter says where samples in the order of a file belong. The distances x, y and z are those of
// columns, rows and bands in the file, and stride is that of bands in the tile, in samples.
type scatter struct{ origin, x, y, z, width, height, bands, stride int }

func scatterTo[T uint8 | uint16 | uint32 | uint64](s scatter, dst, src []T) {
	for b := range s.bands {
		for y := range s.height {
			from, to := s.origin+b*s.z+y*s.y, dst[b*s.stride+y*s.width:][:s.width]
			if s.x == 1 {
				copy(to, src[from:])
				continue
			}
			for x := range to {
				to[x] = src[from+x*s.x]
			}
		}
	}
}

// samplesOf returns memory as samples of a size.
func samplesOf[T uint8 | uint16 | uint32 | uint64](b []byte) []T {
	var one T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(one)))
}

// flipRows turns rows of so many bytes upside down.
func flipRows(b []byte, row int) {
	for top, bottom := 0, len(b)-row; top < bottom; top, bottom = top+row, bottom-row {
		for i := range row {
			b[top+i], b[bottom+i] = b[bottom+i], b[top+i]
		}
	}
}

// gdalType returns GDAL's name of a type.
func gdalType(t kernel.DType) C.GDALDataType {
	for of, known := range dtypes {
		if known == t {
			return C.GDALDataType(of)
		}
	}
	return C.GDT_Unknown
}

// Times returns the coordinates of the bands in time; those of a raster that has none are zero.
func (d *Dataset) Times() Times {
	if d.array == nil {
		return Times{}
	}
	return d.array.times
}

// TimeValue returns the coordinate of a band as a text.
func (t Times) TimeValue(band int) string {
	if band >= len(t.Values) {
		return ""
	}
	return strconv.FormatFloat(t.Values[band], 'g', -1, 64)
}

// BlockDates returns how many bands of the raster a block holds, which are decoded together, and
// how many rows of the first block lie above the raster.
func (d *Dataset) BlockDates() (bands, above int) {
	if d.array == nil {
		return 1, 0
	}
	a := d.array
	height, rows := a.md.dims[a.y].size, max(1, a.chunk[1])
	if a.flipped {
		above = (rows - height%rows) % rows
	}
	return a.chunk[2], above
}

// Array reports whether the raster is a variable of a file of arrays, and how its chunks are
// compressed.
func (d *Dataset) Array() (compression string, is bool) {
	if d.array == nil {
		return "", false
	}
	return d.array.packed, true
}

// PieceBands returns how many bands are read at once, of so many, into memory of their own.
func (d *Dataset) PieceBands(of int) int {
	switch a := d.array; {
	case a == nil:
		return 0
	case a.turned():
		return of
	case a.chunk[2] > 1 || a.flipped:
		return min(of, a.chunk[2])
	}
	return 0
}
