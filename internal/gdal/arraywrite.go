package gdal

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <ogr_srs_api.h>

static void note_failure(CPLErr class, CPLErrorNum number, const char *text) {
	char *message = CPLGetErrorHandlerUserData();
	if (class >= CE_Failure && message[0] == 0)
		snprintf(message, 512, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

static void listen_to(char *message) { CPLPushErrorHandlerEx(note_failure, message); }

static void stop_listening(void) { CPLPopErrorHandler(); }

static GDALDatasetH create_arrays(const char *driver, const char *path) {
	return GDALCreateMultiDimensional(GDALGetDriverByName(driver), path, NULL, NULL);
}

static GDALMDArrayH create_array(GDALGroupH group, const char *name, size_t n, GDALDimensionH *dims, GDALDataType type, char **options) {
	GDALExtendedDataTypeH t = GDALExtendedDataTypeCreate(type);
	GDALMDArrayH array = GDALGroupCreateMDArray(group, name, n, dims, t, options);
	GDALExtendedDataTypeRelease(t);
	return array;
}

static int write_text(GDALAttributeH attribute, const char *text) {
	int ok = attribute != NULL && GDALAttributeWriteString(attribute, text);
	if (attribute != NULL)
		GDALAttributeRelease(attribute);
	return ok;
}

static int set_text(GDALMDArrayH array, const char *name, const char *text) {
	GDALExtendedDataTypeH t = GDALExtendedDataTypeCreateString(0);
	GDALAttributeH a = GDALMDArrayCreateAttribute(array, name, 0, NULL, t, NULL);
	GDALExtendedDataTypeRelease(t);
	return write_text(a, text);
}

static int set_group_text(GDALGroupH group, const char *name, const char *text) {
	GDALExtendedDataTypeH t = GDALExtendedDataTypeCreateString(0);
	GDALAttributeH a = GDALGroupCreateAttribute(group, name, 0, NULL, t, NULL);
	GDALExtendedDataTypeRelease(t);
	return write_text(a, text);
}

static int write_part(GDALMDArrayH array, const GUInt64 *start, const size_t *count, GDALDataType type, const void *from) {
	GDALExtendedDataTypeH t = GDALExtendedDataTypeCreate(type);
	int ok = GDALMDArrayWrite(array, start, count, NULL, NULL, t, from, NULL, 0);
	GDALExtendedDataTypeRelease(t);
	return ok;
}

static int set_nan(GDALMDArrayH array) { return GDALMDArraySetNoDataValueAsDouble(array, strtod("nan", NULL)); }

static int set_crs(GDALMDArrayH array, const char *wkt) {
	OGRSpatialReferenceH srs = OSRNewSpatialReference(wkt);
	if (srs == NULL)
		return 0;
	OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
	int ok = GDALMDArraySetSpatialRef(array, srs);
	OSRRelease(srs);
	return ok;
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/kernel"
)

// arrayChunk is the columns and rows of a chunk of the arrays that are written.
const arrayChunk = 256

// arrayOptions are the options of arrays by driver. Level 1 takes half the time of the default level.
var arrayOptions = map[string][]string{
	"netCDF": {"COMPRESS=DEFLATE", "ZLEVEL=1"},
	"Zarr":   {"COMPRESS=ZSTD", "ZSTD_LEVEL=1"},
}

// ArrayHeader is what files of arrays say of a raster, in the terms of the CF conventions.
type ArrayHeader struct {
	Header            // Metadata are attributes of the file
	Geographic bool   // the CRS has longitudes and latitudes
	Unit       string // of coordinates in another CRS; "": unknown
}

// RegisterArrays registers a driver of files of arrays.
func RegisterArrays(driver string) error { return registerFormat(driver) }

// WriteArrays copies a GeoTIFF to a file of arrays, a variable for each band, with the driver netCDF or
// Zarr, which is registered.
func WriteArrays(ctx context.Context, from, to, driver string, h ArrayHeader, progress func(float64)) (err error) {
	src, err := godal.Open(from, godal.RasterOnly(), godal.Drivers("GTiff"), godal.SiblingFiles(), godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	message := (*C.char)(C.calloc(1, 512))
	defer C.free(unsafe.Pointer(message))
	restore := quietHDF5()
	defer restore()
	C.listen_to(message)
	defer C.stop_listening()
	w := &arrayWriter{driver: driver, header: h}
	err = w.write(ctx, src, to, progress)
	w.release()
	if text := C.GoString(message); text != "" && ctx.Err() == nil {
		return errors.New(text)
	}
	if err == nil && driver == "Zarr" && h.CRS != "" {
		return addNoDimensions(to)
	}
	return err
}

// addNoDimensions says in a Zarr store that the array of the grid mapping has no dimensions, which xarray
// asks for and GDAL leaves out.
func addNoDimensions(store string) error {
	const key = "_ARRAY_DIMENSIONS"
	own := filepath.Join(store, mappingName, ".zattrs")
	err := editJSON(own, func(all map[string]any) { all[key] = []string{} })
	all := filepath.Join(store, ".zmetadata")
	if _, absent := os.Stat(all); absent != nil {
		return err
	}
	return errors.Join(err, editJSON(all, func(all map[string]any) {
		metadata, _ := all["metadata"].(map[string]any)
		if attributes, ok := metadata[mappingName+"/.zattrs"].(map[string]any); ok {
			attributes[key] = []string{}
		}
	}))
}

// editJSON changes an object in a file.
func editJSON(path string, edit func(all map[string]any)) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	edit(all)
	if text, err = json.MarshalIndent(all, "", "  "); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o666)
}

// arrayWriter writes a file of arrays.
type arrayWriter struct {
	driver string
	header ArrayHeader
	ds     C.GDALDatasetH
	root   C.GDALGroupH
	dims   []C.GDALDimensionH // rows and columns
	arrays []C.GDALMDArrayH
}

// release completes the file.
func (w *arrayWriter) release() {
	for _, a := range w.arrays {
		C.GDALMDArrayRelease(a)
	}
	for _, d := range w.dims {
		C.GDALDimensionRelease(d)
	}
	if w.root != nil {
		C.GDALGroupRelease(w.root)
	}
	if w.ds != nil {
		C.GDALClose(w.ds)
	}
}

var errArrays = errors.New("GDAL cannot make it")

func (w *arrayWriter) write(ctx context.Context, src *godal.Dataset, to string, progress func(float64)) error {
	driver, path := C.CString(w.driver), C.CString(to)
	defer C.free(unsafe.Pointer(driver))
	defer C.free(unsafe.Pointer(path))
	if w.ds = C.create_arrays(driver, path); w.ds == nil {
		return errArrays
	}
	if w.root = C.GDALDatasetGetRootGroup(w.ds); w.root == nil {
		return errArrays
	}
	texts := map[string]string{"Conventions": "CF-1.8"}
	maps.Copy(texts, w.header.Metadata)
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if texts[key] != "" {
			w.setText(nil, key, texts[key])
		}
	}
	if err := w.addDimensions(); err != nil {
		return err
	}
	var fields []C.GDALMDArrayH
	for _, b := range w.header.Bands {
		a, err := w.addField(b)
		if err != nil {
			return err
		}
		fields = append(fields, a)
	}
	for i, a := range fields {
		part := func(done float64) { progress((float64(i) + done) / float64(len(fields))) }
		if err := w.copyField(ctx, src.Bands()[i], a, part); err != nil {
			return err
		}
	}
	return nil
}

// setText sets an attribute of an array, or of the file if the array is nil.
func (w *arrayWriter) setText(array C.GDALMDArrayH, key, text string) {
	ckey, ctext := C.CString(key), C.CString(foreign.Printable(text))
	defer C.free(unsafe.Pointer(ckey))
	defer C.free(unsafe.Pointer(ctext))
	if array == nil {
		C.set_group_text(w.root, ckey, ctext)
		return
	}
	C.set_text(array, ckey, ctext)
}

// add adds an array.
func (w *arrayWriter) add(name string, dims []C.GDALDimensionH, t C.GDALDataType, options []string) (C.GDALMDArrayH, error) {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	list, free := cList(options)
	defer free()
	a := C.create_array(w.root, cname, C.size_t(len(dims)), unsafe.SliceData(dims), t, list)
	if a == nil {
		return nil, errArrays
	}
	w.arrays = append(w.arrays, a)
	return a, nil
}

// axis describes a dimension of the raster.
type axis struct {
	name, standard, units, letter, kind, direction string
	size                                           int
	first, step                                    float64
}

// axes returns the dimensions, rows first. A raster without a place has no coordinates.
func (h ArrayHeader) axes() []axis {
	t := h.GeoTransform
	y := axis{"y", "projection_y_coordinate", h.Unit, "Y", "HORIZONTAL_Y", "NORTH", h.Height, t[3] + t[5]/2, t[5]}
	x := axis{"x", "projection_x_coordinate", h.Unit, "X", "HORIZONTAL_X", "EAST", h.Width, t[0] + t[1]/2, t[1]}
	if h.Geographic {
		y.name, y.standard, y.units = "lat", "latitude", "degrees_north"
		x.name, x.standard, x.units = "lon", "longitude", "degrees_east"
	}
	return []axis{y, x}
}

// addDimensions adds the dimensions and their coordinates.
func (w *arrayWriter) addDimensions() error {
	for _, d := range w.header.axes() {
		name, kind, direction := C.CString(d.name), C.CString(d.kind), C.CString(d.direction)
		dim := C.GDALGroupCreateDimension(w.root, name, kind, direction, C.GUInt64(d.size), nil)
		C.free(unsafe.Pointer(name))
		C.free(unsafe.Pointer(kind))
		C.free(unsafe.Pointer(direction))
		if dim == nil {
			return errArrays
		}
		w.dims = append(w.dims, dim)
		if d.step == 0 {
			continue
		}
		a, err := w.add(d.name, []C.GDALDimensionH{dim}, C.GDT_Float64, nil)
		if err != nil {
			return err
		}
		w.setText(a, "standard_name", d.standard)
		w.setText(a, "axis", d.letter)
		w.setUnit(a, d.units)
		values := make([]float64, d.size)
		for i := range values {
			values[i] = d.first + d.step*float64(i)
		}
		if C.write_part(a, &[]C.GUInt64{0}[0], &[]C.size_t{C.size_t(d.size)}[0], C.GDT_Float64, unsafe.Pointer(&values[0])) == 0 {
			return errArrays
		}
		if w.driver == "Zarr" { // in NetCDF they are those of the dimension by their name
			C.GDALDimensionSetIndexingVariable(dim, a)
		}
	}
	return nil
}

// setUnit sets the unit of an array.
func (w *arrayWriter) setUnit(array C.GDALMDArrayH, unit string) {
	if unit == "" {
		return
	}
	text := C.CString(foreign.Printable(unit))
	defer C.free(unsafe.Pointer(text))
	C.GDALMDArraySetUnit(array, text)
}

// addField adds the variable of a band.
func (w *arrayWriter) addField(b BandHeader) (C.GDALMDArrayH, error) {
	t := C.GDALDataType(C.GDT_Float32)
	if w.header.Type == kernel.Float64 {
		t = C.GDT_Float64
	}
	chunk := fmt.Sprintf("BLOCKSIZE=%d,%d", min(arrayChunk, w.header.Height), min(arrayChunk, w.header.Width))
	a, err := w.add(b.Name, w.dims, t, append(slices.Clone(arrayOptions[w.driver]), chunk))
	if err != nil {
		return nil, err
	}
	if C.set_nan(a) == 0 {
		return nil, errArrays
	}
	w.setUnit(a, b.Unit)
	for _, key := range slices.Sorted(maps.Keys(b.Metadata)) {
		w.setText(a, key, b.Metadata[key])
	}
	if w.header.CRS == "" {
		return a, nil
	}
	wkt := C.CString(w.header.CRS)
	defer C.free(unsafe.Pointer(wkt))
	if C.set_crs(a, wkt) == 0 {
		return nil, errors.New("GDAL cannot write its CRS")
	}
	if w.driver == "Zarr" {
		return a, w.addMapping(a)
	}
	return a, nil
}

// mappingName is the array whose attributes are the grid mapping of a Zarr store, as rioxarray names it.
const mappingName = "spatial_ref"

// addMapping adds the CRS as xarray finds it. GDAL writes it in a way of its own.
func (w *arrayWriter) addMapping(field C.GDALMDArrayH) error {
	w.setText(field, "grid_mapping", mappingName)
	if w.hasMapping() {
		return nil
	}
	m, err := w.add(mappingName, nil, C.GDT_Int32, nil)
	if err != nil {
		return err
	}
	w.setText(m, "crs_wkt", w.header.CRS)
	w.setText(m, "spatial_ref", w.header.CRS)
	return nil
}

func (w *arrayWriter) hasMapping() bool {
	return slices.ContainsFunc(w.arrays, func(a C.GDALMDArrayH) bool { return C.GoString(C.GDALMDArrayGetName(a)) == mappingName })
}

// copyField copies a band, some whole chunks at a time.
func (w *arrayWriter) copyField(ctx context.Context, from godal.Band, to C.GDALMDArrayH, progress func(float64)) error {
	const columns = 8 * arrayChunk // 4 MiB of float64
	t, width, height := w.header.Type, w.header.Width, w.header.Height
	memory := make([]byte, min(columns, width)*min(arrayChunk, height)*t.Size())
	for y := 0; y < height; y += arrayChunk {
		for x := 0; x < width; x += columns {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, rows := min(columns, width-x), min(arrayChunk, height-y)
			if err := from.Read(x, y, Samples{Type: t, Data: memory}.typed(memory[:n*rows*t.Size()]), n, rows); err != nil {
				return err
			}
			start, count := []C.GUInt64{C.GUInt64(y), C.GUInt64(x)}, []C.size_t{C.size_t(rows), C.size_t(n)}
			if C.write_part(to, &start[0], &count[0], gdalType(t), unsafe.Pointer(&memory[0])) == 0 {
				return errors.New("a part of it cannot be written")
			}
		}
		progress(float64(min(y+arrayChunk, height)) / float64(height))
	}
	return nil
}
