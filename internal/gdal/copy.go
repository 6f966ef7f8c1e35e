package gdal

/*
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>

// godal has no copies and overviews that report progress and can be stopped, and no overviews whose
// resampling differs from band to band.

typedef struct {
	volatile int stop;     // set from outside
	volatile double done;  // 0 to 1
	double from, to;       // the part of done that the step at hand is
	int strict;            // a warning is a failure
	char message[1024];    // of the first failure
} watch;

static void note(CPLErr class, CPLErrorNum number, const char *text) {
	watch *w = (watch *)CPLGetErrorHandlerUserData();
	if ((class >= CE_Failure || (w->strict && class == CE_Warning)) && w->message[0] == 0)
		snprintf(w->message, sizeof w->message, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

static int report(double done, const char *text, void *arg) {
	watch *w = (watch *)arg;
	w->done = w->from + done * (w->to - w->from);
	return !w->stop;
}

static void failed(watch *w, const char *text) {
	if (w->message[0] == 0)
		snprintf(w->message, sizeof w->message, "%s", text);
}

// hold_at_most keeps the buffers that GDAL's copies and overviews read into, of 10 MB if nothing else
// is said, to so many bytes.
static void hold_at_most(const char *bytes) {
	CPLSetThreadLocalConfigOption("GDAL_SWATH_SIZE", bytes);
	CPLSetThreadLocalConfigOption("GDAL_OVR_CHUNK_MAX_SIZE", bytes);
}

// copy_raster copies a GeoTIFF to a new raster of another driver or with other options.
static void copy_raster(const char *from, const char *to, const char *driver, char **options, const char *buffer, watch *w) {
	const char *drivers[] = {"GTiff", NULL};
	hold_at_most(buffer);
	CPLPushErrorHandlerEx(note, w);
	GDALDatasetH src = GDALOpenEx(from, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers, NULL, NULL);
	if (src != NULL) {
		GDALDatasetH dst = GDALCreateCopy(GDALGetDriverByName(driver), to, src, FALSE, options, report, w);
		if (dst != NULL)
			GDALClose(dst);
		else
			failed(w, "it cannot be made");
		GDALClose(src);
	} else {
		failed(w, "it cannot be read again");
	}
	hold_at_most(NULL);
	CPLPopErrorHandler();
}

// build_overviews adds overviews to a GeoTIFF, band i by methods[i].
static void build_overviews(const char *path, int levels, const int *factors, const char **methods, const char *buffer, watch *w) {
	hold_at_most(buffer);
	CPLPushErrorHandlerEx(note, w);
	GDALDatasetH ds = GDALOpen(path, GA_Update);
	double from = w->from, to = w->to;
	if (ds == NULL || GDALBuildOverviews(ds, "NONE", levels, (int *)factors, 0, NULL, NULL, NULL) != CE_None) {
		failed(w, "it cannot have overviews");
	} else {
		int bands = GDALGetRasterCount(ds);
		GDALRasterBandH *overviews = (GDALRasterBandH *)malloc(sizeof(GDALRasterBandH) * (size_t)levels);
		for (int b = 0; b < bands && w->message[0] == 0; b++) {
			GDALRasterBandH band = GDALGetRasterBand(ds, b + 1);
			w->from = from + (to - from) * b / bands;
			w->to = from + (to - from) * (b + 1) / bands;
			if (GDALGetOverviewCount(band) != levels) {
				failed(w, "it has other overviews than were asked for");
				break;
			}
			for (int i = 0; i < levels; i++)
				overviews[i] = GDALGetOverview(band, i);
			if (GDALRegenerateOverviews(band, levels, overviews, methods[b], report, w) != CE_None)
				failed(w, "its overviews cannot be computed");
		}
		free(overviews);
	}
	if (ds != NULL)
		GDALClose(ds);
	hold_at_most(NULL);
	CPLPopErrorHandler();
}
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/airbusgeo/godal"
)

// RegisterCOG registers GDAL's COG driver, once, and the one for VRTs with which it brings rasters to
// a tiling scheme.
var RegisterCOG = sync.OnceValue(func() error {
	registration.Lock()
	defer registration.Unlock()
	return godal.RegisterRaster("COG", godal.VRT)
})

// watched runs a long step of GDAL. The step ends early if ctx ends. progress, which may be nil, is
// called from time to time with the part that is done, from 0 to 1. If strict is set, warnings are
// errors.
func watched(ctx context.Context, strict bool, progress func(float64), step func(w *C.watch)) error {
	w := (*C.watch)(C.calloc(1, C.sizeof_watch))
	defer C.free(unsafe.Pointer(w))
	w.to = 1
	if strict {
		w.strict = 1
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		step(w)
	}()
	ticks := time.NewTicker(50 * time.Millisecond)
	defer ticks.Stop()
	ended := ctx.Done()
	for {
		select {
		case <-done:
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if text := C.GoString(&w.message[0]); text != "" {
				return errors.New(text)
			}
			if progress != nil {
				progress(1)
			}
			return nil
		case <-ended:
			w.stop = 1
			ended = nil
		case <-ticks.C:
			if progress != nil && w.stop == 0 {
				progress(float64(w.done))
			}
		}
	}
}

// CopyRaster copies a GeoTIFF with a driver that is registered, and creation options. If strict is
// set, warnings of GDAL are errors. memory is how many bytes the copy may take.
func CopyRaster(ctx context.Context, from, to, driver string, options []string, memory int64, strict bool, progress func(float64)) error {
	defer ReturnBlocks()()
	buffer := bufferFor(memory)
	defer C.free(unsafe.Pointer(buffer))
	cfrom, cto, cdriver := C.CString(from), C.CString(to), C.CString(driver)
	defer C.free(unsafe.Pointer(cfrom))
	defer C.free(unsafe.Pointer(cto))
	defer C.free(unsafe.Pointer(cdriver))
	list, free := cList(options)
	defer free()
	return watched(ctx, strict, progress, func(w *C.watch) { C.copy_raster(cfrom, cto, cdriver, list, buffer, w) })
}

// bufferFor returns the size of a buffer of GDAL's if memory is how many bytes a copy may take.
func bufferFor(memory int64) *C.char {
	return C.CString(fmt.Sprint(min(max(memory/16, 1e6), 1e7)))
}

// BuildOverviews adds overviews to a GeoTIFF that nobody has open, those of band i by the method
// methods[i] in GDAL's words. Averages leave nodata out. memory is how many bytes it may take.
func BuildOverviews(ctx context.Context, path string, factors []int, methods []string, memory int64, progress func(float64)) error {
	defer ReturnBlocks()()
	buffer := bufferFor(memory)
	defer C.free(unsafe.Pointer(buffer))
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	list, free := cList(methods)
	defer free()
	cfactors := make([]C.int, len(factors))
	for i, f := range factors {
		cfactors[i] = C.int(f)
	}
	return watched(ctx, false, progress, func(w *C.watch) {
		C.build_overviews(cpath, C.int(len(cfactors)), unsafe.SliceData(cfactors), list, buffer, w)
	})
}
