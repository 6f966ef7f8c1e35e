package pipeline

/*
#cgo pkg-config: gdal
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_error.h>

// godal has no function that decodes a stored block into the caller's memory without GDAL's block
// cache. GDAL itself has no cheaper way to read; raster/blocks.go is faster because it undoes
// predictors itself.

typedef struct {
	GDALDatasetH ds;
	GDALRasterBandH band;
	int across, blocks;
	size_t block_bytes;
} blocks_t;

static int blocks_open(blocks_t *b, const char *path) {
	const char *base = strrchr(path, '/');
	const char *drivers[] = {"GTiff", NULL};
	const char *siblings[] = {base ? base + 1 : path, NULL}; // GDAL need not read the folder
	CPLPushErrorHandler(CPLQuietErrorHandler);
	b->ds = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, drivers, NULL, siblings);
	CPLPopErrorHandler();
	if (b->ds == NULL)
		return 0;
	int w, h;
	b->band = GDALGetRasterBand(b->ds, 1);
	GDALGetBlockSize(b->band, &w, &h);
	b->across = (GDALGetRasterBandXSize(b->band) + w - 1) / w;
	b->blocks = b->across * ((GDALGetRasterBandYSize(b->band) + h - 1) / h);
	b->block_bytes = (size_t)w * h * GDALGetDataTypeSizeBytes(GDALGetRasterDataType(b->band));
	return 1;
}

static int blocks_read(blocks_t *b, int first, int last, void *to) {
	CPLPushErrorHandler(CPLQuietErrorHandler);
	int ok = 1;
	for (int i = first; ok && i < last; i++)
		ok = GDALReadBlock(b->band, i % b->across, i / b->across, to) == CE_None;
	CPLPopErrorHandler();
	return ok;
}

static void blocks_close(blocks_t *b) {
	if (b->ds != NULL)
		GDALClose(b->ds);
	b->ds = NULL;
}
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// blockFile reads the first band of a raster block by block. Only one goroutine may use it at a
// time.
type blockFile struct {
	path   string
	c      C.blocks_t
	blocks int
	buffer []byte // for one block
}

// open opens a file and closes the previous one.
func (f *blockFile) open(path string) error {
	f.close()
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if C.blocks_open(&f.c, name) == 0 {
		return fmt.Errorf("cannot open %s", path)
	}
	f.path, f.blocks = path, int(f.c.blocks)
	f.buffer = sized(f.buffer, int(f.c.block_bytes))
	return nil
}

// read decodes the blocks from first to before last, each into the same buffer.
func (f *blockFile) read(first, last int) error {
	if C.blocks_read(&f.c, C.int(first), C.int(last), unsafe.Pointer(&f.buffer[0])) == 0 {
		return fmt.Errorf("cannot read %s", f.path)
	}
	return nil
}

func (f *blockFile) close() { C.blocks_close(&f.c) }
