package gdal

/*
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <gdalwarper.h>
#include <ogr_srs_api.h>
#include <cpl_conv.h>
#include <cpl_string.h>

static void keep_error(CPLErr class, CPLErrorNum number, const char *text) {
	char *message = CPLGetErrorHandlerUserData();
	if (class >= CE_Failure && message[0] == 0)
		snprintf(message, 512, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

// transform_between returns the transform between two CRSs, with x or the longitude first.
static OGRCoordinateTransformationH transform_between(const char *from, const char *to) {
	OGRSpatialReferenceH a = OSRNewSpatialReference(from), b = OSRNewSpatialReference(to);
	OGRCoordinateTransformationH t = NULL;
	if (a != NULL && b != NULL) {
		OSRSetAxisMappingStrategy(a, OAMS_TRADITIONAL_GIS_ORDER);
		OSRSetAxisMappingStrategy(b, OAMS_TRADITIONAL_GIS_ORDER);
		t = OCTNewCoordinateTransformation(a, b);
	}
	if (a != NULL)
		OSRRelease(a);
	if (b != NULL)
		OSRRelease(b);
	return t;
}

// A placing is the argument of the function that tells GDAL where pixels of a block lie in the source.
typedef struct {
	char kind[64]; // zeros: GDAL looks here for the names of its own arguments
	OGRCoordinateTransformationH to_source, to_block;
	double source[6], source_inverse[6], block[6], block_inverse[6];
	int left, top, width, height; // the part of the block that is resampled
	int source_left, source_top;  // of the window of the source that is held
	int stride;                   // from one row of the block to the next in x and y
	const double *x, *y;          // of the centres of the pixels of the block, in the CRS of the source
} placing;

static void shift(int left, int top, int n, double *x, double *y) {
	for (int i = 0; i < n; i++) {
		x[i] += left;
		y[i] += top;
	}
}

static void apply(const double *t, double *x, double *y) {
	double column = *x, row = *y;
	*x = t[0] + column * t[1] + row * t[2];
	*y = t[3] + column * t[4] + row * t[5];
}

// move brings points from the grid before, through a CRS, to the grid after.
static int move(OGRCoordinateTransformationH crs, const double *before, const double *after, int n, double *x, double *y, double *z, int *ok) {
	for (int i = 0; i < n; i++)
		apply(before, &x[i], &y[i]);
	OCTTransformEx(crs, n, x, y, z, ok);
	for (int i = 0; i < n; i++) {
		ok[i] = ok[i] && isfinite(x[i]) && isfinite(y[i]);
		if (ok[i])
			apply(after, &x[i], &y[i]);
	}
	return 1;
}

// from_block brings points of the whole block to the whole source.
static void from_block(const placing *p, int n, double *x, double *y, double *z, int *ok) {
	for (int i = 0; i < n; i++) {
		double column = x[i] - 0.5, row = y[i] - 0.5;
		if (column == floor(column) && row == floor(row) && column >= p->left && row >= p->top && column < p->left + p->width && row < p->top + p->height) {
			size_t at = (size_t)row * p->stride + (size_t)column;
			x[i] = p->x[at];
			y[i] = p->y[at];
			ok[i] = isfinite(x[i]) && isfinite(y[i]);
			if (ok[i])
				apply(p->source_inverse, &x[i], &y[i]);
			continue;
		}
		move(p->to_source, p->block, p->source_inverse, 1, &x[i], &y[i], &z[i], &ok[i]);
	}
}

// place_points is a GDALTransformerFunc.
static int place_points(void *arg, int to_source, int n, double *x, double *y, double *z, int *ok) {
	const placing *p = arg;
	shift(to_source ? p->left : p->source_left, to_source ? p->top : p->source_top, n, x, y);
	if (to_source)
		from_block(p, n, x, y, z, ok);
	else
		move(p->to_block, p->source, p->block_inverse, n, x, y, z, ok);
	shift(to_source ? -p->source_left : -p->left, to_source ? -p->source_top : -p->top, n, x, y);
	return 1;
}

// place_block finds the centres of the pixels of a block in the CRS of the source, row by row.
static void place_block(OGRCoordinateTransformationH to_source, const double *block, int width, int height, double *x, double *y, double *z, int *ok) {
	CPLPushErrorHandler(CPLQuietErrorHandler);
	for (int row = 0; row < height; row++) {
		double *xs = x + (size_t)row * width, *ys = y + (size_t)row * width;
		for (int column = 0; column < width; column++) {
			xs[column] = column + 0.5;
			ys[column] = row + 0.5;
			z[column] = 0;
			apply(block, &xs[column], &ys[column]);
		}
		OCTTransformEx(to_source, width, xs, ys, z, ok);
		for (int column = 0; column < width; column++)
			if (!ok[column])
				xs[column] = ys[column] = HUGE_VAL;
	}
	CPLPopErrorHandler();
}

typedef struct {
	GDALDatasetH source; // NULL: a window of it is in memory
	int held_width, held_height;
	GDALDataType held_type;
	placing place;
	int band, alpha; // of the source; alpha 0: none
	int has_nodata;
	double nodata;
	int how;         // GDALResampleAlg
	double xscale, yscale, memory;
} warp;

static CPLErr warp_into(warp *w, GDALDatasetH to) {
	char text[64];
	GDALWarpOptions *o = GDALCreateWarpOptions();
	o->hSrcDS = w->source;
	o->hDstDS = to;
	o->nBandCount = 1;
	o->panSrcBands = (int *)CPLMalloc(sizeof(int));
	o->panDstBands = (int *)CPLMalloc(sizeof(int));
	o->panSrcBands[0] = w->band;
	o->panDstBands[0] = 1;
	o->nSrcAlphaBand = w->alpha;
	o->nDstAlphaBand = 2;
	o->eResampleAlg = (GDALResampleAlg)w->how;
	o->dfWarpMemoryLimit = w->memory;
	o->pfnTransformer = place_points;
	o->pTransformerArg = &w->place;
	if (w->has_nodata) {
		o->padfSrcNoDataReal = (double *)CPLMalloc(sizeof(double));
		o->padfSrcNoDataReal[0] = w->nodata;
		o->papszWarpOptions = CSLSetNameValue(o->papszWarpOptions, "UNIFIED_SRC_NODATA", "YES");
	}
	o->papszWarpOptions = CSLSetNameValue(o->papszWarpOptions, "INIT_DEST", "0");
	o->papszWarpOptions = CSLSetNameValue(o->papszWarpOptions, "NUM_THREADS", "1");
	CPLsnprintf(text, sizeof text, "%.17g", w->xscale);
	o->papszWarpOptions = CSLSetNameValue(o->papszWarpOptions, "XSCALE", text);
	CPLsnprintf(text, sizeof text, "%.17g", w->yscale);
	o->papszWarpOptions = CSLSetNameValue(o->papszWarpOptions, "YSCALE", text);
	GDALWarpOperationH operation = GDALCreateWarpOperation(o);
	CPLErr result = CE_Failure;
	if (operation != NULL) {
		result = GDALChunkAndWarpImage(operation, 0, 0, w->place.width, w->place.height);
		GDALDestroyWarpOperation(operation);
	}
	GDALDestroyWarpOptions(o);
	return result;
}

// held_source makes a raster of a window that is in memory.
static GDALDatasetH held_source(const warp *w, const void *held) {
	char at[64] = {0};
	at[CPLPrintPointer(at, (void *)held, sizeof at - 1)] = 0;
	GDALDatasetH source = GDALCreate(GDALGetDriverByName("MEM"), "", w->held_width, w->held_height, 0, w->held_type, NULL);
	char **options = CSLSetNameValue(NULL, "DATAPOINTER", at);
	if (source != NULL && GDALAddBand(source, w->held_type, options) != CE_None) {
		GDALClose(source);
		source = NULL;
	}
	CSLDestroy(options);
	return source;
}

// warp_block fills samples, of the type of the band, and visible, 0 where there is no sample.
static CPLErr warp_block(warp *w, void *samples, unsigned char *visible) {
	int width = w->place.width, height = w->place.height;
	GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(w->source, w->band));
	if (!GDALInvGeoTransform(w->place.source, w->place.source_inverse) || !GDALInvGeoTransform(w->place.block, w->place.block_inverse))
		return CE_Failure;
	GDALDatasetH to = GDALCreate(GDALGetDriverByName("MEM"), "", width, height, 1, type, NULL);
	if (to == NULL)
		return CE_Failure;
	CPLErr result = GDALAddBand(to, GDT_Byte, NULL);
	if (result == CE_None)
		result = warp_into(w, to);
	if (result == CE_None)
		result = GDALRasterIO(GDALGetRasterBand(to, 1), GF_Read, 0, 0, width, height, samples, width, height, type, 0, 0);
	if (result == CE_None)
		result = GDALRasterIO(GDALGetRasterBand(to, 2), GF_Read, 0, 0, width, height, visible, width, height, GDT_Byte, 0, 0);
	GDALClose(to);
	return result;
}

// warp_placed is warp_block for a raster that has an affine transform of its own.
static CPLErr warp_placed(warp *w, void *samples, unsigned char *visible) {
	CPLErr result = GDALGetGeoTransform(w->source, w->place.source);
	return result == CE_None ? warp_block(w, samples, visible) : result;
}

static CPLErr warp_placed_heard(warp *w, void *samples, unsigned char *visible, char *message) {
	CPLPushErrorHandlerEx(keep_error, message);
	CPLErr result = warp_placed(w, samples, visible);
	CPLPopErrorHandler();
	return result;
}

// warp_held_heard is warp_block for a window of a raster that is in memory.
static CPLErr warp_held_heard(warp *w, const void *held, void *samples, unsigned char *visible, char *message) {
	CPLErr result = CE_Failure;
	CPLPushErrorHandlerEx(keep_error, message);
	w->source = held_source(w, held);
	if (w->source != NULL) {
		result = warp_block(w, samples, visible);
		GDALClose(w->source);
	}
	CPLPopErrorHandler();
	return result;
}
*/
import "C"

import (
	"errors"
	"runtime"
	"unsafe"

	"github.com/pixtrend/pixtrend"
)

// warpMethods are the ways to resample to another grid.
var warpMethods = map[string]C.GDALResampleAlg{
	"nearest": C.GRA_NearestNeighbour, "bilinear": C.GRA_Bilinear, "cubic": C.GRA_Cubic, "cubicspline": C.GRA_CubicSpline,
	"lanczos": C.GRA_Lanczos, "average": C.GRA_Average, "mode": C.GRA_Mode,
}

// CanWarp reports whether a way to resample has that name.
func CanWarp(method string) bool { _, known := warpMethods[method]; return known }

// WarpMemory is about how much memory GDAL takes to warp a block, beside its block cache.
const WarpMemory = 4 << 20

// WarpHeld is about how many bytes of a variable are held to warp a block.
const WarpHeld = 8 << 20

// Warper finds the place of pixels of a grid in another CRS. Rasters of one CRS share it.
type Warper struct {
	to     [6]float64
	source crsTransforms
}

type crsTransforms struct {
	toSource, toBlock C.OGRCoordinateTransformationH
}

// NewWarper makes a Warper to the grid that begins at to, in the CRS wkt, for rasters in the CRS source.
func NewWarper(source, wkt string, to [6]float64) (*Warper, error) {
	from, dst := C.CString(source), C.CString(wkt)
	defer C.free(unsafe.Pointer(from))
	defer C.free(unsafe.Pointer(dst))
	var t crsTransforms
	Quietly(func() { t.toSource, t.toBlock = C.transform_between(dst, from), C.transform_between(from, dst) })
	w := &Warper{to, t}
	// A read that has been interrupted may still use the transforms.
	runtime.AddCleanup(w, func(t crsTransforms) {
		for _, each := range []C.OGRCoordinateTransformationH{t.toSource, t.toBlock} {
			if each != nil {
				C.OCTDestroyCoordinateTransformation(each)
			}
		}
	}, t)
	if t.toSource == nil || t.toBlock == nil {
		return nil, errors.New("PROJ knows no way between its CRS and that of the grid")
	}
	return w, nil
}

// Block is a window of a grid with the places of its pixels.
type Block struct {
	warper *Warper
	window pixtrend.Window
	place  [6]float64
	xy     unsafe.Pointer // x, then y, of each pixel
}

// Block finds the places of the pixels of a window. It takes most of the time of warping one.
func (w *Warper) Block(window pixtrend.Window) *Block {
	b := &Block{warper: w, window: window, place: w.to}
	x, y := float64(window.X), float64(window.Y)
	b.place[0], b.place[3] = w.to[0]+x*w.to[1]+y*w.to[2], w.to[3]+x*w.to[4]+y*w.to[5]
	n := window.Pixels()
	b.xy = C.malloc(C.size_t(16 * n))
	runtime.AddCleanup(b, func(xy unsafe.Pointer) { C.free(xy) }, b.xy)
	z, ok := make([]float64, window.Width), make([]C.int, window.Width)
	xs := (*C.double)(b.xy)
	ys := (*C.double)(unsafe.Add(b.xy, 8*n))
	C.place_block(w.source.toSource, (*C.double)(unsafe.Pointer(&b.place[0])), C.int(window.Width), C.int(window.Height), xs, ys, (*C.double)(unsafe.Pointer(&z[0])), &ok[0])
	return b
}

// BlockBytes is the memory that a Block of so many pixels takes.
func BlockBytes(pixels int) int64 { return 16 * int64(pixels) }

// Warp is how a band is resampled. The filter has one size, so that neighbouring blocks fit together.
type Warp struct {
	Band, Alpha int        // of the source; Alpha 0: no band is alpha
	Nodata      *float64   // samples that are none; nil: all count, but for those that a mask hides
	Method      string     // a name that CanWarp knows
	Scale       [2]float64 // columns and rows of the grid that a pixel of the source takes; 1 if it takes more
	// Valid are the limits of valid samples of a variable, which has a Nodata outside of them; nil: all are valid.
	Valid *[2]float64
}

// ReadWarped resamples a block. into gets the samples of the type of the band, row by row, and then a
// byte a pixel, which is 0 where there is no sample. t, which may be nil, collects GDAL's messages
// about a remote file.
func (d *Dataset) ReadWarped(of Warp, b *Block, into []byte, t *Transfer) error {
	return interruptible(d, t, into, func(into []byte) error {
		if d.array != nil {
			return d.array.readWarped(of, b, into)
		}
		defer runtime.KeepAlive(b)
		n := b.window.Pixels()
		w := of.onto(b, pixtrend.Window{Width: b.window.Width, Height: b.window.Height})
		defer C.free(unsafe.Pointer(w))
		w.source = handleOf(d.ds)
		samples, visible := unsafe.Pointer(&into[0]), (*C.uchar)(unsafe.Pointer(&into[len(into)-n]))
		if t == nil {
			return heard(func(message *C.char) C.CPLErr { return C.warp_placed_heard(w, samples, visible, message) })
		}
		failed := false
		t.during(func() { failed = C.warp_placed(w, samples, visible) != C.CE_None })
		if failed {
			return errors.New("a part of it is missing")
		}
		return nil
	})
}

// heard calls a function of C's that writes the first error of GDAL to message.
func heard(call func(message *C.char) C.CPLErr) error {
	message := (*C.char)(C.calloc(512, 1))
	defer C.free(unsafe.Pointer(message))
	if call(message) != C.CE_None {
		return errors.New(C.GoString(message))
	}
	return nil
}

// onto returns the warp of a part of a block, which the caller frees. Its source is not set.
func (of Warp) onto(b *Block, part pixtrend.Window) *C.warp {
	w := (*C.warp)(C.calloc(1, C.sizeof_warp))
	w.band, w.alpha, w.how = C.int(of.Band), C.int(of.Alpha), C.int(warpMethods[of.Method])
	w.xscale, w.yscale, w.memory = C.double(of.Scale[0]), C.double(of.Scale[1]), WarpMemory
	if of.Nodata != nil {
		w.has_nodata, w.nodata = 1, C.double(*of.Nodata)
	}
	w.place.to_source, w.place.to_block = b.warper.source.toSource, b.warper.source.toBlock
	w.place.left, w.place.top, w.place.width, w.place.height = C.int(part.X), C.int(part.Y), C.int(part.Width), C.int(part.Height)
	w.place.stride = C.int(b.window.Width)
	w.place.x, w.place.y = (*C.double)(b.xy), (*C.double)(unsafe.Add(b.xy, 8*b.window.Pixels()))
	for i, x := range b.place {
		w.place.block[i] = C.double(x)
	}
	return w
}

// readWarped is ReadWarped for a variable. What a part of the block needs of it is read into memory, in
// the order of other rasters, and resampled from there.
func (a *array) readWarped(of Warp, b *Block, into []byte) error {
	t, n := a.dtype(), b.window.Pixels()
	size := t.Size()
	for _, part := range a.partsToWarp(of, b) {
		m := part.of.Pixels()
		warped := make([]byte, m*(size+1))
		if part.source.Pixels() > 0 {
			held, err := a.hold(part.source, of, t)
			if err != nil {
				return err
			}
			if err := a.warpHeld(of, b, part, held, warped); err != nil {
				return err
			}
		}
		putPart(b.window, part.of, into, warped, size)
		putPart(b.window, part.of, into[n*size:], warped[m*size:], 1)
	}
	return nil
}

// warpHeld resamples a part of a block from samples that are in memory.
func (a *array) warpHeld(of Warp, b *Block, part partToWarp, held, into []byte) error {
	defer runtime.KeepAlive(b)
	w := of.onto(b, part.of)
	defer C.free(unsafe.Pointer(w))
	w.band, w.held_type = 1, a.md.dataType()
	w.held_width, w.held_height = C.int(part.source.Width), C.int(part.source.Height)
	w.place.source_left, w.place.source_top = C.int(part.source.X), C.int(part.source.Y)
	for i, x := range a.place.transform {
		w.place.source[i] = C.double(x)
	}
	samples, visible := unsafe.Pointer(&into[0]), (*C.uchar)(unsafe.Pointer(&into[len(into)-part.of.Pixels()]))
	return heard(func(message *C.char) C.CPLErr {
		return C.warp_held_heard(w, unsafe.Pointer(&held[0]), samples, visible, message)
	})
}
