package gdal

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <cpl_error.h>

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
)

// ReadBlock decodes the block in column x and row y of the band's blocks into dst, past GDAL's
// block cache. dst has the size of a whole block.
func (b Band) ReadBlock(x, y int, dst []byte) error {
	text := C.read_block(b.handle(), C.int(x), C.int(y), unsafe.Pointer(&dst[0]))
	if text == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(text))
	return errors.New(C.GoString(text))
}
