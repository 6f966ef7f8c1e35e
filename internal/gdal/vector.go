package gdal

/*
#include <stdlib.h>
#include <string.h>
#include <cpl_conv.h>
#include <cpl_error.h>

// reading is what GDAL says while features are read: the first failure, and how many parts of
// geometries it leaves out, which it says in debug messages only. Listen would not do: it has room
// for a number of messages, which warnings may fill, and returns equal messages once.
typedef struct {
	int parts;
	char failure[500];
} reading;

static int is_lost_part(const char *text) {
	static const char *const parts[] = {"LinearRing: ", "LineString: ", "Unsupported geometry type"};
	for (int i = 0; i < 3; i++)
		if (strstr(text, parts[i]) != NULL)
			return 1;
	return 0;
}

static void hear_reading(CPLErr class, CPLErrorNum number, const char *text) {
	reading *r = CPLGetErrorHandlerUserData();
	if (class == CE_Debug)
		r->parts += is_lost_part(text);
	else if (class >= CE_Failure && r->failure[0] == 0)
		strncpy(r->failure, text, sizeof r->failure - 1);
}

static void begin_reading(reading *r, const char *debug) {
	CPLPushErrorHandlerEx(hear_reading, r);
	CPLSetThreadLocalConfigOption("CPL_DEBUG", debug);
}

static void end_reading(void) {
	CPLSetThreadLocalConfigOption("CPL_DEBUG", NULL);
	CPLPopErrorHandler();
}
*/
import "C"

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/airbusgeo/godal"
)

// vectorDrivers open the vector files that may come from anywhere: these formats hold geometries
// and name no other files.
var vectorDrivers = []string{"GeoJSON", "GPKG", "ESRI Shapefile", "FlatGeobuf"}

// VectorFormats names these formats for people.
const VectorFormats = "GeoJSON, GeoPackage, Shapefile or FlatGeobuf"

// errNoVector says that no driver opens a file.
var errNoVector = errors.New("it is not a " + VectorFormats + " file")

// Unread counts what of a vector file is not read.
type Unread struct {
	Features int // that have no geometry of the kind that is read, or none that GDAL can read
	Of       int // features in all
	Parts    int // rings and lines that are damaged, and which GDAL leaves out
}

// ReadLines calls line for each line, and each ring of a polygon, of all layers of a local vector
// file: with its vertices as x and y by turns, and with the CRS of its layer as WKT, "" if the
// layer has none. Points are left out. The first error of line ends the reading, and is returned.
func ReadLines(path string, line func(wkt string, xy []float64) error) (Unread, error) {
	return readVector(path, func(ds *godal.Dataset, u *Unread) error {
		for _, layer := range ds.Layers() {
			if err := layerLines(layer, line, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// damagedKeys is the option that makes GDAL's driver for GeoJSON say which parts of geometries it
// leaves out. Other drivers report a failure.
const damagedKeys = "GeoJSON"

// readVector opens a local vector file and calls read with it. It is an error if GDAL fails to read a
// part of the file, except for what is counted.
func readVector(path string, read func(*godal.Dataset, *Unread) error) (u Unread, err error) {
	ds, opened, err := openVector(path)
	if err != nil {
		return u, err
	}
	defer func() { _ = ds.Close() }()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, keys := (*C.reading)(C.calloc(1, C.sizeof_reading)), C.CString(damagedKeys)
	defer C.free(unsafe.Pointer(r))
	defer C.free(unsafe.Pointer(keys))
	C.begin_reading(r, keys)
	err = read(ds, &u)
	C.end_reading()
	u.Parts = max(opened, int(r.parts)) // GDAL may read small files as a whole when it opens them
	if failure := C.GoString(&r.failure[0]); err == nil && failure != "" {
		err = fmt.Errorf("a part of it cannot be read: %s", Message{Text: failure}.About(path))
	}
	return u, err
}

// openVector opens a local vector file. Only the drivers of vectorDrivers are registered for it. parts
// is how many parts of geometries GDAL has left out.
func openVector(path string) (ds *godal.Dataset, parts int, err error) {
	if err := registerVectors(); err != nil {
		return nil, 0, err
	}
	hear := func(ec godal.ErrorCategory, number int, text string) error {
		if ec == godal.CE_Debug && isLostPart(text) {
			parts++
		}
		return ignoreWarnings(ec, number, text)
	}
	ds, err = godal.Open(path, godal.VectorOnly(), godal.Drivers(vectorDrivers...), godal.ErrLogger(hear),
		godal.SiblingFiles(vectorSidecars(path)...), godal.ConfigOption("CPL_DEBUG="+damagedKeys))
	if err != nil {
		if cause := Cause(err, path); !strings.Contains(cause, "not recognized") {
			return nil, 0, fmt.Errorf("%w that can be read: %s", errNoVector, cause)
		}
		return nil, 0, errNoVector
	}
	return ds, parts, nil
}

// isLostPart reports whether a debug message says that a part of a geometry is left out.
func isLostPart(text string) bool {
	ctext := C.CString(text)
	defer C.free(unsafe.Pointer(ctext))
	return C.is_lost_part(ctext) != 0
}

// registerVectors registers the drivers of vectorDrivers, whose functions in GDAL have other names.
var registerVectors = sync.OnceValue(func() error {
	registration.Lock()
	defer registration.Unlock()
	return godal.RegisterVector("GeoJSON", "GeoPackage", "Shape", "FlatGeobuf")
})

// VectorFiles returns the files that a vector file is read from: itself, and those that make a Shapefile with it.
func VectorFiles(path string) []string {
	files := []string{path}
	for _, name := range vectorSidecars(path) {
		if file := filepath.Join(filepath.Dir(path), name); file != filepath.Clean(path) {
			files = append(files, file)
		}
	}
	return files
}

// vectorSidecars returns the names of the files that make a Shapefile with the one at path.
func vectorSidecars(path string) []string {
	stem, found := "", false
	for _, ext := range []string{".shp", ".SHP"} {
		if stem, found = strings.CutSuffix(path, ext); found {
			break
		}
	}
	if !found {
		return nil
	}
	var names []string
	for _, ext := range []string{".shp", ".shx", ".dbf", ".prj", ".cpg"} {
		base := stem[strings.LastIndexAny(stem, `/\`)+1:]
		names = append(names, base+ext, base+strings.ToUpper(ext))
	}
	return names
}

func layerLines(layer godal.Layer, line func(wkt string, xy []float64) error, u *Unread) error {
	wkt := layerWKT(layer)
	d := wkbReader{line: func(xy []float64) error { return line(wkt, xy) }}
	return eachFeature(layer, func(f *godal.Feature) error { return d.feature(f, u) })
}

// layerWKT returns the CRS of a layer as WKT; "" if it has none.
func layerWKT(layer godal.Layer) string {
	sr := layer.SpatialRef()
	if sr == nil {
		return ""
	}
	wkt, err := sr.WKT(godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return ""
	}
	return wkt
}

// eachFeature calls use for each feature of a layer, and returns an error if some are missing.
func eachFeature(layer godal.Layer, use func(*godal.Feature) error) error {
	want, err := layer.FeatureCount(godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return err
	}
	layer.ResetReading()
	n := 0
	for f := layer.NextFeature(); f != nil; f = layer.NextFeature() {
		n++
		err := use(f)
		f.Close()
		if err != nil {
			return err
		}
	}
	if n < want {
		return fmt.Errorf("the layer %s has %d features, and %d of them can be read", layer.Name(), want, n)
	}
	return nil
}

// feature reads the geometry of a feature, and counts the feature.
func (d *wkbReader) feature(f *godal.Feature, u *Unread) error {
	u.Of++
	d.found = false
	wkb, err := f.Geometry().WKB(godal.ErrLogger(ignoreWarnings))
	if err == nil && len(wkb) > 0 {
		d.rest = wkb
		if err := d.geometry(0); err != nil {
			return err
		}
	}
	if !d.found {
		u.Features++
	}
	return nil
}

// wkbReader reads geometries in well-known binary form (OGC 06-103r4, section 8; Z and M as ISO
// 13249-3 or as PostGIS codes them).
type wkbReader struct {
	rest  []byte
	order binary.ByteOrder
	line  func(xy []float64) error // of each line, and of each ring unless polygon is set
	// polygon, which may be nil, gets all rings of each polygon, the outer one first.
	polygon func(rings [][]float64) error
	found   bool // a line of two vertices or more, or a polygon of three if polygon is set
}

var errWKB = errors.New("a geometry is damaged")

// The types of geometries.
const (
	wkbPoint = iota + 1
	wkbLineString
	wkbPolygon
	wkbMultiPoint
	wkbMultiLineString
	wkbMultiPolygon
	wkbCollection
	wkbPolyhedral = 15
	wkbTIN        = 16
	wkbTriangle   = 17
)

// geometry reads one geometry, within depth others.
func (d *wkbReader) geometry(depth int) error {
	if len(d.rest) < 5 || depth > 32 {
		return errWKB
	}
	d.order = binary.BigEndian
	if d.rest[0] == 1 {
		d.order = binary.LittleEndian
	}
	code := d.order.Uint32(d.rest[1:])
	d.rest = d.rest[5:]
	dimensions := 2
	for _, flag := range []uint32{1 << 31, 1 << 30} { // of PostGIS: Z, M
		if code&flag != 0 {
			dimensions++
		}
	}
	code &^= 7 << 29
	switch code / 1000 { // of ISO: Z, M, both
	case 1, 2:
		dimensions++
	case 3:
		dimensions += 2
	}
	switch kind := code % 1000; kind {
	case wkbPoint:
		return d.skip(8 * dimensions)
	case wkbLineString:
		return d.vertices(dimensions)
	case wkbPolygon, wkbTriangle:
		if d.polygon != nil {
			return d.rings(dimensions)
		}
		return d.each(func() error { return d.vertices(dimensions) })
	case wkbMultiPoint, wkbMultiLineString, wkbMultiPolygon, wkbCollection, wkbPolyhedral, wkbTIN:
		return d.each(func() error { return d.geometry(depth + 1) })
	default:
		return fmt.Errorf("a geometry has curves, or is of an unknown kind (%d): "+
			"convert it to straight lines (ogr2ogr -nlt CONVERT_TO_LINEAR)", kind)
	}
}

func (d *wkbReader) count() (int, error) {
	if len(d.rest) < 4 {
		return 0, errWKB
	}
	n := d.order.Uint32(d.rest)
	d.rest = d.rest[4:]
	if int64(n) > int64(len(d.rest)) { // each part takes some bytes
		return 0, errWKB
	}
	return int(n), nil
}

func (d *wkbReader) skip(bytes int) error {
	if len(d.rest) < bytes {
		return errWKB
	}
	d.rest = d.rest[bytes:]
	return nil
}

func (d *wkbReader) each(read func() error) error {
	n, err := d.count()
	for i := 0; i < n && err == nil; i++ {
		err = read()
	}
	return err
}

// rings reads the rings of a polygon.
func (d *wkbReader) rings(dimensions int) error {
	var rings [][]float64
	one := wkbReader{rest: d.rest, order: d.order}
	one.line = func(xy []float64) error { rings = append(rings, xy); return nil }
	err := one.each(func() error { return one.vertices(dimensions) })
	if d.rest = one.rest; err != nil {
		return err
	}
	d.found = d.found || len(rings) > 0 && distinct(rings[0]) > 2
	return d.polygon(rings)
}

func (d *wkbReader) vertices(dimensions int) error {
	n, err := d.count()
	if err != nil || len(d.rest) < n*8*dimensions {
		return errWKB
	}
	xy := make([]float64, 0, 2*n)
	for i := range n {
		at := d.rest[i*8*dimensions:]
		xy = append(xy, math.Float64frombits(d.order.Uint64(at)), math.Float64frombits(d.order.Uint64(at[8:])))
	}
	d.rest = d.rest[n*8*dimensions:]
	d.found = d.found || d.polygon == nil && n > 1
	return d.line(xy)
}

// distinct returns how many vertices a ring has, without the last one if it repeats the first.
func distinct(ring []float64) int {
	n := len(ring) / 2
	if n > 1 && ring[0] == ring[2*n-2] && ring[1] == ring[2*n-1] {
		n--
	}
	return n
}
