package tiff

import (
	"io"

	"github.com/pixtrend/pixtrend/kernel"
)

// Values of the tag Compression.
const (
	compressionDeflate    = 8
	compressionOldDeflate = 32946
)

// Deflated says where the blocks of a band lie that are compressed by DEFLATE, each by itself.
type Deflated struct {
	t               *File // without the file that it was read from
	blocks          blocks
	size            int // bytes of a sample
	band            blockRange
	offsets, counts entry
}

// Deflated returns where the blocks of a band, counted from 1, lie, if they are compressed by
// DEFLATE and decompress to its samples as they are, or to differences that Undo completes. ok is
// false also if a block is missing, or larger than DEFLATE makes one, or if the file is not
// canonical.
func (t *File) Deflated(band int, dtype kernel.DType) (d Deflated, ok bool) {
	method := t.value(tagCompression, 0)
	if method != compressionDeflate && method != compressionOldDeflate || !t.separate(band, dtype) || !undoes(t.Predictor(), dtype) {
		return Deflated{}, false
	}
	d.blocks, _ = t.blocks()
	d.size, d.band = dtype.Size(), d.blocks.ofBand(band)
	offsets, counts := t.tables()
	d.offsets, d.counts = *offsets, *counts
	d.t = &File{size: t.size, order: t.order}
	block := uint64(d.blocks.tileWidth) * uint64(d.blocks.tileHeight) * uint64(d.size)
	most := block + block/16 + 4096
	ok = t.eachBlock(d.band, func(_, offset, count uint64) bool {
		return offset > 0 && count > 0 && count <= most && offset <= uint64(t.size) && count <= uint64(t.size)-offset
	})
	return d, ok
}

// Read reads the block in column x and row y of blocks, as it is compressed, into memory that calls
// may share one after the other. whole is the number of bytes that it decompresses to.
func (d *Deflated) Read(r io.ReaderAt, x, y int, scratch *[]byte) (stored []byte, whole int, err error) {
	t := *d.t
	t.r = r
	i := d.band.first + uint64(y)*uint64(d.blocks.across()) + uint64(x)
	offset, err := t.part(&d.offsets, i, 1)
	if err != nil {
		return nil, 0, err
	}
	count, err := t.part(&d.counts, i, 1)
	if err != nil {
		return nil, 0, err
	}
	if count[0] == 0 || count[0] > uint64(t.size) || offset[0] > uint64(t.size)-count[0] {
		return nil, 0, ErrMissing
	}
	n := int(count[0])
	if len(*scratch) < n {
		*scratch = make([]byte, n)
	}
	rows := d.blocks.tileHeight
	if d.offsets.tag == tagStripOffsets { // the last one has only the rows that there are
		rows = min(rows, d.blocks.height-y*rows)
	}
	return (*scratch)[:n], rows * d.blocks.tileWidth * d.size, ReadWhole(r, (*scratch)[:n], int64(offset[0]))
}

// HasSizes reports whether the raster and its blocks have these sizes.
func (d *Deflated) HasSizes(width, height, blockWidth, blockHeight int) bool {
	b := d.blocks
	return b.width == width && b.height == height && b.tileWidth == blockWidth && b.tileHeight == blockHeight
}
