package gdal

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gdal.h>
#include <cpl_vsi.h>

// find_block sets where the file of a band keeps a block. It returns 0 if the block is not there,
// or if the driver does not say.
static int find_block(GDALRasterBandH band, int x, int y, unsigned long long *at, unsigned long long *bytes) {
	char key[64];
	snprintf(key, sizeof key, "BLOCK_OFFSET_%d_%d", x, y);
	const char *offset = GDALGetMetadataItem(band, key, "TIFF");
	if (offset == NULL)
		return 0;
	*at = strtoull(offset, NULL, 10);
	snprintf(key, sizeof key, "BLOCK_SIZE_%d_%d", x, y);
	const char *size = GDALGetMetadataItem(band, key, "TIFF");
	if (size == NULL)
		return 0;
	*bytes = strtoull(size, NULL, 10);
	return *bytes > 0;
}
*/
import "C"

import (
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync"
	"unsafe"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/tiff"
)

// If the bytes of a block end early, libtiff reports most decoders' failure. With libdeflate it
// takes a stream that seems to go on beyond the block for a whole one, and leaves what it did not
// write as it was: samples of another window, or zeros in the last rows of a raster. So the blocks that GDAL decodes into its own memory
// are decompressed here first, once for an open file.

const (
	// largeBlock is the size in bytes of a block from which on it is decompressed as a stream, which
	// takes longer and next to no memory.
	largeBlock = 4 << 20
	// mostChecked is how many blocks of a band a dataset remembers.
	mostChecked = 1 << 20
)

// blockMemory holds memory for a block, as it is stored and as it is decompressed.
var blockMemory = sync.Pool{New: func() any { return new([]byte) }}

var errShortBlock = errors.New("a block of it ends early")

// blockLayout says how the blocks of a band are stored that libdeflate decompresses.
type blockLayout struct {
	file          string // that has the blocks
	line          int    // bytes of a row of a block
	width, height int    // of a block
	across, down  int    // blocks of the raster
	lastRows      int    // of a block in the last row of them
	tiled         bool
	checked       []uint64
}

// layoutOf returns the layout of a band, or nil if its blocks are not compressed by DEFLATE, or are
// on a server, from where they would have to be transferred twice.
func layoutOf(band C.GDALRasterBandH, name string) *blockLayout {
	ds := C.GDALGetBandDataset(band)
	if ds == nil || item(C.GDALMajorObjectH(ds), "COMPRESSION", "IMAGE_STRUCTURE") != "DEFLATE" {
		return nil
	}
	if own := C.GoString(C.GDALGetDescription(C.GDALMajorObjectH(ds))); own != "" {
		name = own
	}
	if path := FilePath(name); path != "" {
		name = path
	}
	if IsRemote(name) {
		return nil
	}
	var w, h C.int
	C.GDALGetBlockSize(band, &w, &h)
	width, height := int(C.GDALGetRasterBandXSize(band)), int(C.GDALGetRasterBandYSize(band))
	bits := int(C.GDALGetDataTypeSizeBits(C.GDALGetRasterDataType(band)))
	if n, err := strconv.Atoi(item(C.GDALMajorObjectH(band), "NBITS", "IMAGE_STRUCTURE")); err == nil && n > 0 {
		bits = n
	}
	if item(C.GDALMajorObjectH(ds), "INTERLEAVE", "IMAGE_STRUCTURE") == "PIXEL" {
		bits *= int(C.GDALGetRasterCount(ds))
	}
	l := &blockLayout{file: name, width: int(w), height: int(h)}
	l.line = (l.width*bits + 7) / 8
	l.across, l.down = (width-1)/l.width+1, (height-1)/l.height+1
	l.lastRows = height - (l.down-1)*l.height
	l.tiled = l.width < width || l.width%16 == 0 && l.height%16 == 0 && !inStrips(name)
	return l
}

// inStrips reports whether the first directory of a TIFF has strips.
func inStrips(name string) bool {
	t, file := tiff.Open(name)
	if t == nil {
		return false
	}
	defer func() { _ = file.Close() }()
	return !t.Tiled()
}

// whichBlocks names the blocks of a band, or of the masks that it has.
type whichBlocks struct {
	band int
	mask bool
}

// layout returns the layout of a band or its mask, which the dataset remembers.
func (b Band) layout(mask bool) *blockLayout {
	key := whichBlocks{b.index, mask}
	if b.of.together && !mask {
		key.band = 0 // the bands are in the same blocks
	}
	if l, known := b.of.layouts[key]; known {
		return l
	}
	if b.of.layouts == nil {
		b.of.layouts = map[whichBlocks]*blockLayout{}
	}
	l := layoutOf(b.blocksOf(mask), b.of.name)
	b.of.layouts[key] = l
	return l
}

// blocksOf returns GDAL's handle of the band, or of its mask.
func (b Band) blocksOf(mask bool) C.GDALRasterBandH {
	if mask {
		return Band{band: b.band.MaskBand()}.handle()
	}
	return b.handle()
}

// checkWhole returns an error unless the blocks of the band, or of its mask, that a window lies in
// are whole.
func (b Band) checkWhole(w pixtrend.Window, mask bool) error {
	if !b.of.deflated && !mask {
		return nil
	}
	return b.layout(mask).check(b.blocksOf(mask), w)
}

// item returns an item of metadata; "" if there is none.
func item(of C.GDALMajorObjectH, key, domain string) string {
	ckey, cdomain := C.CString(key), C.CString(domain)
	defer C.free(unsafe.Pointer(ckey))
	defer C.free(unsafe.Pointer(cdomain))
	return C.GoString(C.GDALGetMetadataItem(of, ckey, cdomain))
}

// check returns an error unless the blocks of band that a window lies in are whole.
func (l *blockLayout) check(band C.GDALRasterBandH, w pixtrend.Window) error {
	if l == nil {
		return nil
	}
	var file *virtualFile
	defer func() {
		if file != nil {
			file.Close()
		}
	}()
	for y := w.Y / l.height; y*l.height < w.Y+w.Height; y++ {
		for x := w.X / l.width; x*l.width < w.X+w.Width; x++ {
			block := y*l.across + x
			if l.wasChecked(block) {
				continue
			}
			if file == nil {
				var err error
				if file, err = openVirtual(l.file, nil); err != nil {
					return errors.New("it cannot be opened again")
				}
			}
			if err := l.checkBlock(file, band, x, y); err != nil {
				return err
			}
			l.remember(block)
		}
	}
	return nil
}

func (l *blockLayout) wasChecked(block int) bool {
	return block/64 < len(l.checked) && l.checked[block/64]&(1<<(block%64)) != 0
}

func (l *blockLayout) remember(block int) {
	if l.across*l.down > mostChecked {
		return
	}
	if l.checked == nil {
		l.checked = make([]uint64, (l.across*l.down+63)/64)
	}
	l.checked[block/64] |= 1 << (block % 64)
}

// checkBlock returns an error unless the block in column x and row y of blocks is whole: it makes
// all rows that the raster has, and not more than a block has.
func (l *blockLayout) checkBlock(file *virtualFile, band C.GDALRasterBandH, x, y int) error {
	var at, stored C.ulonglong
	if C.find_block(band, C.int(x), C.int(y), &at, &stored) == 0 {
		return nil // which GDAL fills with nodata
	}
	whole := int64(l.line) * int64(l.height)
	need := whole
	if y == l.down-1 {
		need = int64(l.line) * int64(l.lastRows)
	}
	raw := io.NewSectionReader(file, int64(at), int64(stored))
	got := int64(0)
	if whole > largeBlock || uint64(stored) > 2*largeBlock {
		stream, err := zlib.NewReader(raw)
		if err != nil {
			return errShortBlock
		}
		if got, err = io.Copy(io.Discard, io.LimitReader(stream, whole+1)); err != nil {
			return errShortBlock
		}
	} else {
		memory := blockMemory.Get().(*[]byte)
		defer blockMemory.Put(memory)
		*memory = slices.Grow((*memory)[:0], int(stored)+int(whole))[:int(stored)+int(whole)]
		from, to := (*memory)[:stored], (*memory)[stored:]
		if _, err := io.ReadFull(raw, from); err != nil {
			return errShortBlock
		}
		got = int64(inflated(from, to))
	}
	switch {
	case got == need || got == whole && l.tiled:
		return nil
	case got > need:
		// libdeflate has no room for the last bytes, and writes none of those that it repeats with them.
		return errors.New("a strip of it has more rows than the raster")
	}
	return errShortBlock
}
