package gdal

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>

static void first_failure(CPLErr class, CPLErrorNum number, const char *text) {
	char *message = CPLGetErrorHandlerUserData();
	if (class >= CE_Failure && message[0] == 0)
		snprintf(message, 512, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

static char *reason(const char *message) {
	return strdup(message[0] != 0 ? message : "a part of it is missing");
}

// open_arrays opens a file for its arrays. It returns NULL, or what went wrong, which the caller frees.
static char *open_arrays(const char *name, const char *driver, GDALDatasetH *ds) {
	char message[512] = "";
	const char *drivers[] = {driver, NULL};
	CPLPushErrorHandlerEx(first_failure, message);
	*ds = GDALOpenEx(name, GDAL_OF_MULTIDIM_RASTER | GDAL_OF_VERBOSE_ERROR, drivers, NULL, NULL);
	CPLPopErrorHandler();
	return *ds != NULL ? NULL : reason(message);
}

// read_array reads a part of an array. It returns NULL, or what went wrong, which the caller frees.
static char *read_array(GDALMDArrayH array, const GUInt64 *start, const size_t *count, const GPtrDiff_t *stride,
		GDALDataType type, void *to, size_t bytes) {
	char message[512] = "";
	CPLPushErrorHandlerEx(first_failure, message);
	GDALExtendedDataTypeH t = GDALExtendedDataTypeCreate(type);
	int ok = GDALMDArrayRead(array, start, count, NULL, stride, t, to, to, bytes);
	GDALExtendedDataTypeRelease(t);
	CPLPopErrorHandler();
	return ok ? NULL : reason(message);
}

static int is_numeric(GDALMDArrayH array) {
	GDALExtendedDataTypeH t = GDALMDArrayGetDataType(array);
	int numeric = GDALExtendedDataTypeGetClass(t) == GEDTC_NUMERIC;
	GDALExtendedDataTypeRelease(t);
	return numeric;
}

static GDALDataType type_of_array(GDALMDArrayH array) {
	GDALExtendedDataTypeH t = GDALMDArrayGetDataType(array);
	GDALDataType type = GDALExtendedDataTypeGetNumericDataType(t);
	GDALExtendedDataTypeRelease(t);
	return type;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// GDAL's classic interface makes a band of each slice of an array, and reads slice by slice: it
// decodes a chunk of 100 dates 100 times. Arrays of NetCDF and Zarr are hence read through its
// interface of arrays, which also says what their dimensions are.

// multidim is an open file of arrays. Its handles are released by close.
type multidim struct {
	ds     C.GDALDatasetH
	store  string     // of Zarr; "" for other formats
	arrays []*mdArray // all that were opened
	groups []C.GDALGroupH
	root   C.GDALGroupH
}

// mdArray is an array of any number of dimensions. It is valid until its file is closed.
type mdArray struct {
	h    C.GDALMDArrayH
	name string // with the groups that it is in: /t2m
	dims []mdDimension

	store  string      // as in multidim
	chunks *zarrChunks // their files in a store of Zarr; nil until they are read, and for other formats

	attributes map[string]C.GDALAttributeH // nil until one is asked for
	list       *C.GDALAttributeH           // the same
}

type mdDimension struct {
	name  string
	size  int
	kind  string   // GDAL's, such as HORIZONTAL_X; "" if it is not known
	index *mdArray // its coordinates; nil if it has none
}

// failure returns an error of a text of C's, which it frees; nil for NULL.
func failure(text *C.char) error {
	if text == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(text))
	return errors.New(C.GoString(text))
}

func openMultidim(name, driver string) (*multidim, error) {
	cname, cdriver := C.CString(name), C.CString(driver)
	defer C.free(unsafe.Pointer(cname))
	defer C.free(unsafe.Pointer(cdriver))
	m := &multidim{}
	if driver == "Zarr" {
		m.store = FilePath(name)
	}
	if err := failure(C.open_arrays(cname, cdriver, &m.ds)); err != nil {
		return nil, err
	}
	if m.root = C.GDALDatasetGetRootGroup(m.ds); m.root == nil {
		m.close()
		return nil, errors.New("it holds no arrays")
	}
	m.groups = append(m.groups, m.root)
	return m, nil
}

// close releases all handles.
func (m *multidim) close() {
	for _, a := range m.arrays {
		if a.list != nil {
			C.GDALReleaseAttributes(a.list, C.size_t(len(a.attributes)))
		}
		C.GDALMDArrayRelease(a.h)
	}
	for _, g := range m.groups {
		C.GDALGroupRelease(g)
	}
	C.GDALReleaseDataset(m.ds)
}

// mostArrays is how many arrays of a file are looked at.
const mostArrays = 10000

// all returns the arrays of numbers of the file and of all its groups.
func (m *multidim) all() (arrays []*mdArray) {
	for i := 0; i < len(m.groups); i++ { // which grows
		g := m.groups[i]
		for _, name := range namesOf(C.GDALGroupGetMDArrayNames(g, nil)) {
			if len(arrays) == mostArrays {
				return arrays
			}
			if a := m.open(g, name); a != nil && C.is_numeric(a.h) != 0 {
				arrays = append(arrays, a)
			}
		}
		for _, name := range namesOf(C.GDALGroupGetGroupNames(g, nil)) {
			cname := C.CString(name)
			if sub := C.GDALGroupOpenGroup(g, cname, nil); sub != nil && len(m.groups) < mostArrays {
				m.groups = append(m.groups, sub)
			}
			C.free(unsafe.Pointer(cname))
		}
	}
	return arrays
}

// open opens an array of a group; nil if there is none of that name.
func (m *multidim) open(g C.GDALGroupH, name string) *mdArray {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	return m.keep(C.GDALGroupOpenMDArray(g, cname, nil))
}

// find opens an array by a name that another array of the same file gives; nil if there is none.
func (m *multidim) find(name string, from *mdArray) *mdArray {
	folder := from.name[:strings.LastIndexByte(from.name, '/')+1]
	cname, cfolder := C.CString(name), C.CString(folder)
	defer C.free(unsafe.Pointer(cname))
	defer C.free(unsafe.Pointer(cfolder))
	return m.keep(C.GDALGroupResolveMDArray(m.root, cname, cfolder, nil))
}

// keep describes an array that GDAL has opened; nil for NULL.
func (m *multidim) keep(h C.GDALMDArrayH) *mdArray {
	if h == nil {
		return nil
	}
	a := &mdArray{h: h, name: C.GoString(C.GDALMDArrayGetFullName(h)), store: m.store}
	m.arrays = append(m.arrays, a)
	var n C.size_t
	dims := C.GDALMDArrayGetDimensions(h, &n)
	for _, d := range unsafe.Slice(dims, int(n)) {
		dim := mdDimension{name: C.GoString(C.GDALDimensionGetName(d)), size: int(C.GDALDimensionGetSize(d)), kind: C.GoString(C.GDALDimensionGetType(d))}
		if n > 1 { // the coordinates of a dimension have only that one
			dim.index = m.keep(C.GDALDimensionGetIndexingVariable(d))
		}
		a.dims = append(a.dims, dim)
	}
	C.GDALReleaseDimensions(dims, n)
	return a
}

// attribute returns an attribute, also one that GDAL has made use of and otherwise leaves out; nil if
// there is none.
func (a *mdArray) attribute(name string) C.GDALAttributeH {
	if a.attributes == nil {
		options, free := cList([]string{"SHOW_ALL=YES"})
		defer free()
		var n C.size_t
		a.list = C.GDALMDArrayGetAttributes(a.h, &n, options)
		a.attributes = map[string]C.GDALAttributeH{}
		for i, h := range unsafe.Slice(a.list, int(n)) {
			key := C.GoString(C.GDALAttributeGetName(h))
			if _, known := a.attributes[key]; known {
				key = fmt.Sprintf("%s\x00%d", key, i) // so that none is lost
			}
			a.attributes[key] = h
		}
	}
	return a.attributes[name]
}

// text returns an attribute; "" if there is none.
func (a *mdArray) text(attribute string) string {
	if h := a.attribute(attribute); h != nil {
		return C.GoString(C.GDALAttributeReadAsString(h))
	}
	return ""
}

// text returns an attribute of the whole file; "" if there is none.
func (m *multidim) text(attribute string) string {
	name := C.CString(attribute)
	defer C.free(unsafe.Pointer(name))
	h := C.GDALGroupGetAttribute(m.root, name)
	if h == nil {
		return ""
	}
	defer C.GDALAttributeRelease(h)
	return C.GoString(C.GDALAttributeReadAsString(h))
}

// numbers returns an attribute of numbers; nil if there is none.
func (a *mdArray) numbers(attribute string) []float64 {
	h := a.attribute(attribute)
	if h == nil {
		return nil
	}
	var n C.size_t
	values := C.GDALAttributeReadAsDoubleArray(h, &n)
	if values == nil {
		return nil
	}
	defer C.VSIFree(unsafe.Pointer(values))
	numbers := make([]float64, int(n))
	for i, v := range unsafe.Slice(values, int(n)) {
		numbers[i] = float64(v)
	}
	return numbers
}

// dataType returns the type of the numbers of an array.
func (a *mdArray) dataType() C.GDALDataType { return C.type_of_array(a.h) }

// isFloat reports whether an attribute is of floating-point numbers.
func (a *mdArray) isFloat(attribute string) bool {
	h := a.attribute(attribute)
	if h == nil {
		return false
	}
	t := C.GDALAttributeGetDataType(h)
	defer C.GDALExtendedDataTypeRelease(t)
	return C.GDALDataTypeIsFloating(C.GDALExtendedDataTypeGetNumericDataType(t)) != 0
}

// unit returns the unit of an array; "" if there is none.
func (a *mdArray) unit() string {
	if unit := C.GoString(C.GDALMDArrayGetUnit(a.h)); unit != "" {
		return unit
	}
	return a.text("units")
}

// values returns all numbers of coordinates, unpacked, with NaN for those that are missing by their attributes. The
// fill value of a store of Zarr does not count: it is 0 unless its writer has chosen another.
func (a *mdArray) values() ([]float64, error) {
	const most = 1 << 24
	if len(a.dims) != 1 || a.dims[0].size < 1 || a.dims[0].size > most {
		return nil, errors.New("it is no list of numbers")
	}
	values := make([]float64, a.dims[0].size)
	if err := a.read([]C.GUInt64{0}, []C.size_t{C.size_t(len(values))}, nil, C.GDT_Float64, unsafe.Pointer(&values[0]), 8*len(values)); err != nil {
		return nil, err
	}
	scale, offset, err := a.scaling()
	missing := a.stored(missingIn(a))
	for i, v := range values {
		values[i] = float64(v*scale) + offset
		if slices.Contains(missing, v) {
			values[i] = math.NaN()
		}
	}
	return values, err
}

// scaling returns the factor of the numbers of an array, and the offset that is added to the product.
func (a *mdArray) scaling() (scale, offset float64, err error) {
	var scaled, moved C.int
	scale, offset = float64(C.GDALMDArrayGetScale(a.h, &scaled)), float64(C.GDALMDArrayGetOffset(a.h, &moved))
	if scaled == 0 {
		scale, err = 1, a.noNumber("scale_factor")
	}
	if moved == 0 && err == nil {
		offset, err = 0, a.noNumber("add_offset")
	}
	return scale, offset, err
}

// noNumber returns an error if an array has an attribute that GDAL does not take for a number.
func (a *mdArray) noNumber(attribute string) error {
	if a.attribute(attribute) == nil {
		return nil
	}
	return contentError("the %s of %s is %q, which is no number: mend it, such as with ncatted", attribute, foreign.Printable(a.base()), foreign.Printable(a.text(attribute)))
}

// stored returns numbers as the array holds them, each once.
func (a *mdArray) stored(values []float64) []float64 {
	if a.dataType() == C.GDT_Float32 {
		for i, v := range values {
			values[i] = float64(float32(v))
		}
	}
	return different(values)
}

// meaning returns what the attributes of an array say about its samples. Files of the NetCDF library have
// the fill values of that library where their attributes give none, and stores of Zarr have one besides attributes.
func (a *mdArray) meaning(netcdf bool) (*meaning, error) {
	m := &meaning{}
	var err error
	if m.scale, m.offset, err = a.scaling(); err != nil {
		return nil, err
	}
	missing := missingIn(a)
	if netcdf {
		silent := a.attribute("_FillValue") == nil && a.attribute("missing_value") == nil && a.attribute("_Unsigned") == nil
		if fill, ok := defaultFills[a.dataType()]; ok && silent {
			missing = append(missing, fill)
		}
	} else {
		var has C.int
		if fill := float64(C.GDALMDArrayGetNoDataValueAsDouble(a.h, &has)); has != 0 {
			missing = append(missing, fill)
		}
	}
	m.missing = a.stored(missing)
	m.valid = m.validIn(a, C.GDALDataTypeIsInteger(a.dataType()) != 0)
	return m, nil
}

// defaultFills are what the NetCDF library fills variables with before samples are written (NC_FILL_SHORT and others of
// netcdf.h). The NetCDF Users Guide takes them for missing where no attribute gives another value, except for bytes,
// all values of which may be needed.
var defaultFills = map[C.GDALDataType]float64{C.GDT_Int16: -32767, C.GDT_UInt16: 65535, C.GDT_Int32: -2147483647, C.GDT_UInt32: 4294967295,
	C.GDT_Float32: 9.9692099683868690e+36, C.GDT_Float64: 9.9692099683868690e+36}

// read fills memory of bytes with a part of the array, of which GDAL converts the numbers to a type.
// stride are the distances of numbers in memory by dimension; nil: those of the order of the file.
func (a *mdArray) read(start []C.GUInt64, count []C.size_t, stride []C.GPtrDiff_t, t C.GDALDataType, to unsafe.Pointer, bytes int) error {
	if err := a.checkChunks(start, count); err != nil {
		return err
	}
	return failure(C.read_array(a.h, unsafe.SliceData(start), unsafe.SliceData(count), unsafe.SliceData(stride), t, to, C.size_t(bytes)))
}

// checkChunks returns an error if GDAL would take a chunk of a part of an array of Zarr for missing, and it is not.
func (a *mdArray) checkChunks(start []C.GUInt64, count []C.size_t) error {
	if a.store == "" {
		return nil
	}
	if a.chunks == nil {
		var err error
		if a.chunks, err = newZarrChunks(a.store, a.name); err != nil {
			return err
		}
		if a.chunks == nil {
			a.store = "" // in an archive, which holds all that it lists
			return nil
		}
	}
	from, n := make([]int, len(start)), make([]int, len(start))
	for i := range from {
		from[i], n[i] = int(start[i]), int(count[i])
	}
	return a.chunks.check(from, n)
}

// blocks returns the size of a chunk by dimension; 0 where the array is not in chunks.
func (a *mdArray) blocks() []int {
	var n C.size_t
	sizes := C.GDALMDArrayGetBlockSize(a.h, &n)
	if sizes == nil {
		return make([]int, len(a.dims))
	}
	defer C.VSIFree(unsafe.Pointer(sizes))
	blocks := make([]int, int(n))
	for i, size := range unsafe.Slice(sizes, int(n)) {
		blocks[i] = int(min(uint64(size), uint64(a.dims[i].size)))
	}
	return blocks
}

// compression returns how the chunks of an array are compressed; "" if they are not.
func (a *mdArray) compression() string {
	list := C.GDALMDArrayGetStructuralInfo(a.h)
	for _, key := range []string{"COMPRESS", "COMPRESSOR"} {
		ckey := C.CString(key)
		value := C.GoString(C.CSLFetchNameValue(list, ckey))
		C.free(unsafe.Pointer(ckey))
		if value != "" {
			return value
		}
	}
	return ""
}
