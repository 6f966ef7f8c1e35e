package gdal

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>

static size_t inflated(const void *from, size_t n, void *to, size_t room) {
	size_t got = 0;
	CPLPushErrorHandler(CPLQuietErrorHandler);
	if (CPLZLibInflate(from, n, to, room, &got) == NULL)
		got = 0;
	CPLPopErrorHandler();
	return got;
}

static void first_error(CPLErr class, CPLErrorNum number, const char *text) {
	char *message = CPLGetErrorHandlerUserData();
	if (class >= CE_Failure && message[0] == 0)
		snprintf(message, 512, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

// read_block decodes a block into to, past GDAL's block cache. It returns NULL, or what went wrong,
// which the caller frees.
static char *read_block(GDALRasterBandH band, int x, int y, void *to) {
	char message[512] = "";
	CPLPushErrorHandlerEx(first_error, message);
	CPLErr result = GDALReadBlock(band, x, y, to);
	CPLPopErrorHandler();
	return result < CE_Failure ? NULL : strdup(message[0] != 0 ? message : "a part of it is missing");
}
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/pixtrend/pixtrend"
)

// ReadBlock decodes the block in column x and row y of the band's blocks into dst, past GDAL's
// block cache. dst has the size of a whole block.
func (b Band) ReadBlock(x, y int, dst []byte) error {
	if text := C.read_block(b.handle(), C.int(x), C.int(y), unsafe.Pointer(&dst[0])); text != nil {
		defer C.free(unsafe.Pointer(text))
		return errors.New(C.GoString(text))
	}
	width, height := b.BlockSize()
	return b.checkWhole(pixtrend.Window{X: x * width, Y: y * height, Width: 1, Height: 1}, false)
}

// Inflate decompresses a stream of zlib into dst, which it must fill.
func Inflate(dst, stream []byte) error {
	if inflated(stream, dst) != len(dst) {
		return errShortBlock
	}
	return nil
}

// inflated decompresses a stream of zlib, and returns how many bytes it makes; 0 if it is damaged or
// makes more than there is room for.
func inflated(stream, room []byte) int {
	return int(C.inflated(unsafe.Pointer(unsafe.SliceData(stream)), C.size_t(len(stream)), unsafe.Pointer(unsafe.SliceData(room)), C.size_t(len(room))))
}
