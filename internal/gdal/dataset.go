package gdal

/*
#include <gdal.h>
#include <ogr_srs_api.h>

static double epoch(GDALDatasetH ds) {
	OGRSpatialReferenceH srs = GDALGetSpatialRef(ds);
	return srs == NULL ? 0 : OSRGetCoordinateEpoch(srs);
}

static int set_epoch(GDALDatasetH ds, double epoch) {
	OGRSpatialReferenceH srs = GDALGetSpatialRef(ds);
	if (srs == NULL)
		return CE_Failure;
	srs = OSRClone(srs);
	OSRSetCoordinateEpoch(srs, epoch);
	CPLErr err = GDALSetSpatialRef(ds, srs);
	OSRRelease(srs);
	return err;
}
*/
import "C"

import (
	"fmt"
	"math"
	"sync"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Dataset is an open raster. It serves one goroutine at a time.
type Dataset struct {
	ds       *godal.Dataset
	name     string
	bands    []Band
	driver   string   // "": that of ds
	array    *array   // the variable that it is; nil if it is none of a file of arrays
	meaning  *meaning // of its samples, where attributes of a variable give it; nil for other rasters
	hdf5     bool     // it is read through HDF5
	deflated bool     // its blocks are compressed by DEFLATE, and not on a server
	together bool     // its bands are in the same blocks
	layouts  map[whichBlocks]*blockLayout
	said     []Message // by GDAL when it opened the raster
	// maskInside is whether the file of the raster, a TIFF, says that it has a mask.
	maskInside bool

	mu     sync.Mutex
	busy   bool // a read is in GDAL
	closed bool // while a read was in GDAL, which closes the dataset when it ends
}

func newDataset(ds *godal.Dataset, name string) *Dataset {
	const structure = "IMAGE_STRUCTURE"
	d := &Dataset{ds: ds, name: name}
	d.deflated = !IsRemote(name) && d.Metadata("COMPRESSION", structure) == "DEFLATE"
	d.together = d.Metadata("INTERLEAVE", structure) == "PIXEL"
	d.hdf5 = usesHDF5([]string{d.Driver()})
	for i, b := range ds.Bands() {
		d.bands = append(d.bands, Band{b, d, i})
	}
	return d
}

// Close closes the raster. Its bands are invalid afterwards.
func (d *Dataset) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy {
		d.closed = true
		return nil
	}
	return d.closeNow()
}

func (d *Dataset) closeNow() error {
	err := d.ds.Close()
	if d.array != nil {
		d.array.file.close()
	}
	return err
}

// interruptible calls read, which fills memory from the raster. For a remote file, the memory is of
// its own and copied to dst afterwards: when the context of t ends first, interruptible returns its
// cause and read goes on in the background. The raster must not be used then, but closed.
func interruptible[T any](d *Dataset, t *Transfer, dst []T, read func(into []T) error) error {
	if d.hdf5 {
		loud := read
		read = func(into []T) error {
			defer quietHDF5()()
			return loud(into)
		}
	}
	if t == nil {
		return read(dst)
	}
	into := make([]T, len(dst))
	d.mu.Lock()
	d.busy = true // before the context can end
	d.mu.Unlock()
	_, err := unlessDone(t.ctx, func() (struct{}, error) {
		err := read(into)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.busy = false; d.closed {
			_ = d.closeNow()
		}
		return struct{}{}, err
	}, func(struct{}) {})
	if err == nil {
		copy(dst, into)
	}
	return err
}

// Said returns the warnings that GDAL gave when it opened the raster.
func (d *Dataset) Said() []Message { return d.said }

// MaskInside reports whether the raster is a TIFF that says that it has a mask, which GDAL ignores if
// it cannot use it.
func (d *Dataset) MaskInside() bool { return d.maskInside }

// Bands returns the bands of the raster, band 1 first.
func (d *Dataset) Bands() []Band { return d.bands }

// Size returns the columns and rows of the raster.
func (d *Dataset) Size() (width, height int) {
	st := d.ds.Structure()
	return st.SizeX, st.SizeY
}

// Driver returns the short name of the driver that opened the raster, such as GTiff.
func (d *Dataset) Driver() string {
	if d.driver != "" {
		return d.driver
	}
	return d.ds.Driver().ShortName()
}

// WKT returns the CRS of the raster; "" if it has none.
func (d *Dataset) WKT() string {
	if d.array != nil {
		return d.array.place.wkt
	}
	return d.ds.Projection()
}

// Epoch returns the coordinate epoch of a dynamic CRS, such as 2021.3; 0 if the raster has none.
func (d *Dataset) Epoch() float64 { return float64(C.epoch(handleOf(d.ds))) }

// setEpoch gives the CRS of a raster that is open for writing a coordinate epoch.
func setEpoch(ds *godal.Dataset, epoch float64) error {
	if C.set_epoch(handleOf(ds), C.double(epoch)) != C.CE_None {
		return fmt.Errorf("the coordinate epoch %v cannot be set", epoch)
	}
	return nil
}

// handleOf returns GDAL's handle of a dataset. godal keeps it to itself, but its Dataset holds
// nothing else, or this does not compile.
func handleOf(ds *godal.Dataset) C.GDALDatasetH {
	const handleBytes = unsafe.Sizeof(C.GDALDatasetH(nil))
	var _ = [1]byte{}[handleBytes-unsafe.Sizeof(*ds)]
	return *(*C.GDALDatasetH)(unsafe.Pointer(ds))
}

// Subdatasets returns the names of the rasters inside the file, such as the variables of a netCDF
// file or the pages of a TIFF; nil if the raster is the only one.
func (d *Dataset) Subdatasets() []string {
	items := d.ds.Metadatas(godal.Domain("SUBDATASETS"))
	var names []string
	for n := 1; items[fmt.Sprintf("SUBDATASET_%d_NAME", n)] != ""; n++ {
		names = append(names, items[fmt.Sprintf("SUBDATASET_%d_NAME", n)])
	}
	return names
}

// GeoTransform returns the affine transform from pixels to the CRS, in GDAL's order; known is false
// if the raster has none.
func (d *Dataset) GeoTransform() (t [6]float64, known bool) {
	if d.array != nil {
		return d.array.place.transform, d.array.place.how == Affine
	}
	t, err := d.ds.GeoTransform(godal.ErrLogger(ignoreWarnings))
	return t, err == nil
}

// Place is how a raster says where on the earth it lies.
type Place int

const (
	Unplaced      Place = iota // it does not
	Affine                     // by an affine transform
	ControlPoints              // by ground control points
	RPC                        // by rational polynomial coefficients
	Geolocation                // by the coordinates of each pixel
)

// Place returns how the raster says where it lies: by an affine transform if it has one.
func (d *Dataset) Place() Place {
	if d.array != nil {
		return d.array.place.how
	}
	if _, affine := d.GeoTransform(); affine {
		return Affine
	}
	switch {
	case len(d.ds.GCPs()) > 0:
		return ControlPoints
	case len(d.ds.Metadatas(godal.Domain("RPC"))) > 0:
		return RPC
	case len(d.ds.Metadatas(godal.Domain("GEOLOCATION"))) > 0:
		return Geolocation
	}
	return Unplaced
}

// placed reports whether the raster says where it lies, and takes note of what GDAL says.
func (d *Dataset) placed() (known bool) {
	for _, m := range Listen(func() { known = d.Place() != Unplaced }) {
		d.said = addMessage(d.said, m)
	}
	return known
}

// Metadata returns an item of the raster's metadata in a domain; "" if there is none. The domain ""
// is the default one.
func (d *Dataset) Metadata(key, domain string) string {
	if d.array != nil && domain == "" {
		return d.array.file.text(key)
	}
	return d.ds.Metadata(key, godal.Domain(domain))
}

// Read fills dst with the samples of w in some bands of one type, numbered from 1. The samples of
// the next band begin stride bytes after those of the one before. t, which may be nil, collects
// GDAL's messages about a remote file.
func (d *Dataset) Read(w pixtrend.Window, bands []int, dst Samples, stride int, t *Transfer) error {
	if int64(stride) > math.MaxInt32 {
		return fmt.Errorf("a window of %d pixels is beyond GDAL's spacings", w.Pixels())
	}
	if d.array != nil {
		return d.readArray(w, bands, dst, stride, t)
	}
	indices := make([]int, len(bands))
	for i, b := range bands {
		indices[i] = b - 1
		if i == 0 || !d.together {
			if err := d.bands[b-1].checkWhole(w, false); err != nil {
				return err
			}
		}
	}
	return interruptible(d, t, dst.Data, func(into []byte) error {
		return d.ds.Read(w.X, w.Y, dst.typed(into), w.Width, w.Height,
			append(t.dataset(), godal.Bands(indices...), godal.PixelStride(1), godal.LineStride(w.Width), godal.BandStride(stride/dst.Type.Size()))...)
	})
}

// readArray is Read for an array, of which it reads bands that follow each other at once.
func (d *Dataset) readArray(w pixtrend.Window, bands []int, dst Samples, stride int, t *Transfer) error {
	return interruptible(d, t, dst.Data, func(into []byte) error {
		for i := 0; i < len(bands); {
			n := 1
			for i+n < len(bands) && bands[i+n] == bands[i]+n {
				n++
			}
			if err := d.array.read(w, bands[i]-1, n, dst.Type, into[i*stride:], stride); err != nil {
				return err
			}
			i += n
		}
		return nil
	})
}

// Samples is memory for samples of one type, in the byte order of the machine. The caller keeps it.
type Samples struct {
	Type       kernel.DType
	SignedByte bool // GDAL calls this int8 a Byte
	Data       []byte
}

// typed returns memory for samples like s as a slice whose type tells godal theirs.
func (s Samples) typed(data []byte) any {
	t := kernel.Tile{Type: s.Type, Data: data, Dates: 1, Pixels: len(data) / s.Type.Size()}
	switch s.Type {
	case kernel.Uint8:
		return data
	case kernel.Int8:
		if s.SignedByte {
			return data
		}
		return kernel.Plane[int8](t, 0)
	case kernel.Uint16:
		return kernel.Plane[uint16](t, 0)
	case kernel.Int16:
		return kernel.Plane[int16](t, 0)
	case kernel.Uint32:
		return kernel.Plane[uint32](t, 0)
	case kernel.Int32:
		return kernel.Plane[int32](t, 0)
	case kernel.Float32:
		return kernel.Plane[float32](t, 0)
	}
	return kernel.Plane[float64](t, 0)
}
