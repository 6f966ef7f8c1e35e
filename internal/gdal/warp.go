package gdal

/*
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <gdalwarper.h>
#include <cpl_conv.h>
#include <cpl_string.h>

static void keep_error(CPLErr class, CPLErrorNum number, const char *text) {
	char *message = CPLGetErrorHandlerUserData();
	if (class >= CE_Failure && message[0] == 0)
		snprintf(message, 512, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

static void *transformer_to(GDALDatasetH src, const char *wkt, char *message) {
	char **options = CSLSetNameValue(NULL, "DST_SRS", wkt);
	CPLPushErrorHandlerEx(keep_error, message);
	void *t = GDALCreateGenImgProjTransformer2(src, NULL, options);
	CPLPopErrorHandler();
	CSLDestroy(options);
	return t;
}

typedef struct {
	GDALDatasetH src;
	void *transformer;
	double place[6];    // of the block
	int width, height;  // of the block
	int band, alpha;    // of the source; alpha 0: none
	int has_nodata;
	double nodata;
	int how;            // GDALResampleAlg
	double xscale, yscale, memory;
} warp;

static CPLErr warp_into(const warp *w, GDALDatasetH to) {
	char text[64];
	GDALWarpOptions *o = GDALCreateWarpOptions();
	o->hSrcDS = w->src;
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
	o->pfnTransformer = GDALGenImgProjTransform;
	o->pTransformerArg = w->transformer;
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
		result = GDALChunkAndWarpImage(operation, 0, 0, w->width, w->height);
		GDALDestroyWarpOperation(operation);
	}
	GDALDestroyWarpOptions(o);
	return result;
}

// warp_block fills samples, of the type of the band, and visible, 0 where there is no sample.
static CPLErr warp_block(warp *w, void *samples, unsigned char *visible) {
	GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(w->src, w->band));
	GDALDatasetH to = GDALCreate(GDALGetDriverByName("MEM"), "", w->width, w->height, 1, type, NULL);
	if (to == NULL)
		return CE_Failure;
	CPLErr result = GDALAddBand(to, GDT_Byte, NULL);
	GDALSetGenImgProjTransformerDstGeoTransform(w->transformer, w->place);
	if (result == CE_None)
		result = warp_into(w, to);
	if (result == CE_None)
		result = GDALRasterIO(GDALGetRasterBand(to, 1), GF_Read, 0, 0, w->width, w->height, samples, w->width, w->height, type, 0, 0);
	if (result == CE_None)
		result = GDALRasterIO(GDALGetRasterBand(to, 2), GF_Read, 0, 0, w->width, w->height, visible, w->width, w->height, GDT_Byte, 0, 0);
	GDALClose(to);
	return result;
}

static CPLErr warp_block_heard(warp *w, void *samples, unsigned char *visible, char *message) {
	CPLPushErrorHandlerEx(keep_error, message);
	CPLErr result = warp_block(w, samples, visible);
	CPLPopErrorHandler();
	return result;
}
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/pixtrend/pixtrend"
)

// Ways to resample, beside Nearest and Average. Their numbers are GDAL's for warping.
var warpMethods = map[string]C.GDALResampleAlg{
	"nearest": C.GRA_NearestNeighbour, "bilinear": C.GRA_Bilinear, "cubic": C.GRA_Cubic, "cubicspline": C.GRA_CubicSpline,
	"lanczos": C.GRA_Lanczos, "average": C.GRA_Average, "mode": C.GRA_Mode,
}

// CanWarp reports whether a way to resample has that name.
func CanWarp(method string) bool { _, known := warpMethods[method]; return known }

// WarpMemory is about how much memory GDAL takes to warp a block, beside its block cache.
const WarpMemory = 8 << 20

// Warper resamples bands of a raster to another grid. The position of each pixel is computed exactly
// by PROJ, not interpolated, and the filter has one size, so that neighbouring blocks fit together.
type Warper struct {
	from        *Dataset
	transformer unsafe.Pointer
}

// NewWarper makes a Warper to the CRS wkt. It is valid until the raster is closed.
func NewWarper(from *Dataset, wkt string) (*Warper, error) {
	to := C.CString(wkt)
	defer C.free(unsafe.Pointer(to))
	message := (*C.char)(C.calloc(512, 1))
	defer C.free(unsafe.Pointer(message))
	w := &Warper{from: from, transformer: C.transformer_to(handleOf(from.ds), to, message)}
	if w.transformer == nil {
		return nil, errors.New("it cannot be placed in the other CRS: " + C.GoString(message))
	}
	from.atClose = append(from.atClose, func() { C.GDALDestroyTransformer(w.transformer) })
	return w, nil
}

// Warp is how a band is resampled.
type Warp struct {
	Band, Alpha int      // of the source; Alpha 0: no band is alpha
	Nodata      *float64 // samples that are none; nil: all count, but for those that a mask hides
	Method      string   // a name that CanWarp knows
	Scale       [2]float64
}

// Read resamples the pixels of w of a grid that begins at place. into gets the samples of the type of
// the band, row by row, and then a byte a pixel, which is 0 where there is no sample. t, which may be
// nil, collects GDAL's messages about a remote file.
func (w *Warper) Read(of Warp, place [6]float64, window pixtrend.Window, into []byte, t *Transfer) error {
	x, y := float64(window.X), float64(window.Y)
	place[0], place[3] = place[0]+x*place[1]+y*place[2], place[3]+x*place[4]+y*place[5]
	return interruptible(w.from, t, into, func(into []byte) error {
		block := C.warp{src: handleOf(w.from.ds), transformer: w.transformer, width: C.int(window.Width), height: C.int(window.Height),
			band: C.int(of.Band), alpha: C.int(of.Alpha), how: C.int(warpMethods[of.Method]),
			xscale: C.double(of.Scale[0]), yscale: C.double(of.Scale[1]), memory: WarpMemory}
		for i, x := range place {
			block.place[i] = C.double(x)
		}
		if of.Nodata != nil {
			block.has_nodata, block.nodata = 1, C.double(*of.Nodata)
		}
		visible := into[len(into)-window.Pixels():]
		samples, valid := unsafe.Pointer(&into[0]), (*C.uchar)(unsafe.Pointer(&visible[0]))
		if t != nil {
			failed := false
			t.during(func() { failed = C.warp_block(&block, samples, valid) != C.CE_None })
			if failed {
				return errors.New("a part of it is missing")
			}
			return nil
		}
		message := (*C.char)(C.calloc(512, 1))
		defer C.free(unsafe.Pointer(message))
		if C.warp_block_heard(&block, samples, valid, message) != C.CE_None {
			return errors.New(C.GoString(message))
		}
		return nil
	})
}
