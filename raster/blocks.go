package raster

/*
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <gdal.h>
#include <cpl_error.h>
#include <cpl_vsi.h>

// A file system of one file a name, "AT,PATH": the file at PATH, in which the two bytes at AT, where a
// TIFF's directory keeps the number of its predictor, are those of 1, no predictor.

typedef struct {
	int fd;
	vsi_l_offset at, size, changed;
	int past; // a read went past the end
} plain_file;

static void *plain_open(void *user, const char *name, const char *access) {
	char *path = NULL;
	unsigned long long changed = strtoull(name, &path, 10);
	if (strchr(access, 'w') != NULL || strchr(access, '+') != NULL || strchr(access, 'a') != NULL || *path != ',')
		return NULL;
	struct stat st;
	int fd = open(path + 1, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	plain_file *f = calloc(1, sizeof *f);
	f->fd = fd;
	f->size = (vsi_l_offset)st.st_size;
	f->changed = changed;
	return f;
}

static vsi_l_offset plain_tell(void *file) { return ((plain_file *)file)->at; }
static int plain_eof(void *file) { return ((plain_file *)file)->past; }

static int plain_seek(void *file, vsi_l_offset at, int whence) {
	plain_file *f = file;
	f->at = whence == SEEK_SET ? at : whence == SEEK_CUR ? f->at + at : f->size + at;
	f->past = 0;
	return 0;
}

static size_t plain_read(void *file, void *to, size_t size, size_t count) {
	plain_file *f = file;
	size_t all = size * count, done = 0;
	while (done < all) {
		ssize_t n = pread(f->fd, (char *)to + done, all - done, (off_t)(f->at + done));
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	f->past = done < all;
	for (int i = 0; i < 2; i++) {
		if (f->changed + i >= f->at && f->changed + i < f->at + done)
			((char *)to)[f->changed + i - f->at] = i == 0;
	}
	f->at += done;
	return size == 0 ? 0 : done / size;
}

static int plain_close(void *file) {
	int result = close(((plain_file *)file)->fd);
	free(file);
	return result;
}

static int plain_install(const char *prefix) {
	VSIFilesystemPluginCallbacksStruct *c = VSIAllocFilesystemPluginCallbacksStruct();
	c->open = plain_open;
	c->tell = plain_tell;
	c->seek = plain_seek;
	c->read = plain_read;
	c->eof = plain_eof;
	c->close = plain_close;
	int result = VSIInstallPluginHandler(prefix, c);
	VSIFreeFilesystemPluginCallbacksStruct(c);
	return result;
}

static void first_error(CPLErr class, CPLErrorNum number, const char *text) {
	char *message = CPLGetErrorHandlerUserData();
	if (class >= CE_Failure && message[0] == 0)
		snprintf(message, 512, "%s", text[0] != 0 ? text : "GDAL gives no reason");
}

// read_block decodes a block into to, past GDAL's block cache. It returns NULL, or what went wrong, which the
// caller frees.
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
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Blocks of compressed files that make up a window are decoded straight into the tile. Where a predictor made
// samples compress better, libtiff's way of taking it off again takes longer than inflating what ZSTD compressed:
// of a fit of 21 dates of int16, 40 %, and of float32 in predictor 3, 60 %. So GDAL is told by way of a file system of
// its own that the file has no predictor, and it is taken off here while the block is in cache, in a fifth of
// the time.

// plainPrefix begins the names in that file system.
const plainPrefix = "/vsipixtrend-plain/"

func registerPlain() error {
	prefix := C.CString(plainPrefix) // not freed: GDAL 3.6 keeps the pointer
	if C.plain_install(prefix) != 0 {
		return errors.New("GDAL takes no more file systems")
	}
	return nil
}

// blocksName is what GDAL is to open for the blocks of p in the file at path.
func (p *plane) blocksName(path string) string {
	if p.predictor == 0 {
		return path
	}
	return fmt.Sprintf("%s%d,%s", plainPrefix, p.predictorAt, path)
}

// madeOfBlocks reports whether w is whole blocks of p, which then are decoded past GDAL's block cache.
func (p *plane) madeOfBlocks(g geo, w pixtrend.Window) bool {
	whole := func(from, n, block, all int) bool {
		return from%block == 0 && (n%block == 0 || from+n == all)
	}
	return p.compressed && !p.interleaved && whole(w.X, w.Width, p.blockWidth, g.width) && whole(w.Y, w.Height, p.blockHeight, g.height)
}

// readBlocks fills dst, pixels of w row by row, from the blocks of p.
func (r *reader) readBlocks(h *handle, p *plane, w pixtrend.Window, dst []byte) error {
	size := p.dtype.Size()
	line, row := p.blockWidth*size, w.Width*size
	block := line * p.blockHeight
	band := bandHandle(h.bands[p.band-1])
	for y := 0; y < w.Height; y += p.blockHeight {
		rows := min(p.blockHeight, w.Height-y)
		for x := 0; x < w.Width; x += p.blockWidth {
			into, straight := dst[y*row:], p.blockWidth == w.Width && rows == p.blockHeight
			if !straight {
				if len(r.tile) < block {
					r.tile = make([]byte, block)
				}
				into = r.tile
			}
			into = into[:block]
			if text := C.read_block(band, C.int((w.X+x)/p.blockWidth), C.int((w.Y+y)/p.blockHeight), unsafe.Pointer(&into[0])); text != nil {
				defer C.free(unsafe.Pointer(text))
				return errors.New(C.GoString(text))
			}
			if p.predictor > 0 {
				undo(p.predictor, into[:rows*line], p.blockWidth, size, &r.row)
			}
			if straight {
				continue
			}
			part := min(p.blockWidth, w.Width-x) * size
			for i := range rows {
				copy(dst[(y+i)*row+x*size:][:part], into[i*line:])
			}
		}
	}
	return nil
}

// undo takes a predictor, 2 or 3, off rows of width samples of size bytes. scratch is for a row.
func undo(predictor int, rows []byte, width, size int, scratch *[]byte) {
	switch {
	case predictor == 3:
		if len(*scratch) < width*size {
			*scratch = make([]byte, width*size)
		}
		for line := width * size; len(rows) >= line; rows = rows[line:] {
			gatherBytes(rows[:line], (*scratch)[:line], width)
		}
	case size == 1:
		sumRows[uint8](rows, width)
	case size == 2:
		sumRows[uint16](rows, width)
	case size == 4:
		sumRows[uint32](rows, width)
	}
}

// sumRows makes samples of the differences to the one before (TIFF 6.0, section 14).
func sumRows[T uint8 | uint16 | uint32](rows []byte, width int) {
	samples := kernel.Row[T](kernel.Tile{Type: kernel.DTypeOf[T](), Data: rows, Dates: 1}, 0, 0, len(rows)/kernel.DTypeOf[T]().Size())
	for ; len(samples) >= width; samples = samples[width:] {
		var sum T
		row := samples[:width]
		for i := range row {
			sum += row[i]
			row[i] = sum
		}
	}
}

// gatherBytes makes a row of float32 or float64, low byte first, of the differences between its bytes, of which the
// high ones of all samples come first, and so on (Adobe Photoshop TIFF Technical Note 3).
func gatherBytes(row, scratch []byte, width int) {
	var sum byte
	for i, b := range row {
		sum += b
		scratch[i] = sum
	}
	size := len(row) / width
	if size == 4 {
		b3, b2, b1, b0 := scratch[:width], scratch[width:][:width], scratch[2*width:][:width], scratch[3*width:][:width]
		for i := range b3 {
			binary.LittleEndian.PutUint32(row[4*i:], uint32(b0[i])|uint32(b1[i])<<8|uint32(b2[i])<<16|uint32(b3[i])<<24)
		}
		return
	}
	for i := range row {
		row[i] = scratch[(size-1-i%size)*width+i/size]
	}
}
