package tiff

import (
	"encoding/binary"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// Samples are read past GDAL only from canonical files: every tag that bears on where samples lie
// and what they mean is known and has the one value that leaves no choice to a reader. Any other
// tag, kind or value leaves the file to GDAL.

// canonical reports whether each tag of the directory is canonical by itself.
func (t *File) canonical() bool { return known(&t.isCanonical, t.findCanonical) }

// Plain reports whether the blocks of the file hold its samples as they are, in either byte order:
// each is there, has the size that its samples take, and lies inside the file. GDAL may then read
// them past its block cache, for which it looks at hardly any tag.
func (t *File) Plain() bool { return known(&t.isPlain, t.findPlain) }

// known returns what find returned when it was first called: it may look at each of many bands.
func known(is **bool, find func() bool) bool {
	if *is == nil {
		found := find()
		*is = &found
	}
	return **is
}

func (t *File) findCanonical() bool {
	for _, required := range []uint16{tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric} {
		if t.entry(required) == nil {
			return false
		}
	}
	return !slices.ContainsFunc(t.entries, func(e entry) bool { return !t.canonicalTag(&e) }) && t.canonicalBlocks()
}

// canonicalTag reports whether a tag is one that is known, of its kind, with a value that is
// understood.
func (t *File) canonicalTag(e *entry) bool {
	one := func(values ...uint64) bool {
		n, err := t.number(e.tag, 0)
		return err == nil && e.count == 1 && (len(values) == 0 || slices.Contains(values, n))
	}
	short := e.kind == kindShort
	switch e.tag {
	case tagSubfile:
		return e.kind == kindLong && one(0)
	case tagWidth, tagHeight, tagRowsPerStrip, tagTileWidth, tagTileHeight:
		return (short || e.kind == kindLong) && one() && t.value(e.tag, 0) > 0
	case tagBits, tagSampleFormat: // which all bands share
		_, err := t.number(e.tag, 0)
		return short && err == nil && e.count == t.bands()
	case tagCompression, tagSamplesPerPixel, tagResolutionUnit:
		return short && one()
	case tagPhotometric:
		return short && one(1, 2, 3) // grey, RGB, or indices of colours
	case tagFillOrder, tagOrientation:
		return short && one(1)
	case tagPlanar:
		return short && one(1, 2)
	case tagPredictor:
		return short && one(1, 2, 3)
	case tagExtraSamples, tagColorMap, tagPageNumber, tagGeoKeys:
		return short
	case tagStripOffsets, tagStripCounts, tagTileOffsets, tagTileCounts:
		return short || e.kind == kindLong || e.kind == kindLong8
	case tagXResolution, tagYResolution:
		return e.kind == kindRational
	case tagPixelScale, tagTiePoints, tagTransformation, tagGeoDoubles, tagRPC:
		return e.kind == kindDouble
	case tagDocument, tagDescription, tagMake, tagModel, tagPage, tagSoftware, tagDateTime, tagArtist, tagHost, tagCopyright,
		tagGeoTexts, tagGDALMetadata, tagGDALNodata:
		return e.kind == kindASCII
	case tagXMP:
		return e.kind == kindByte
	}
	return false
}

// canonicalBlocks reports whether the raster is in strips or in tiles, and has an offset and a byte
// count for each.
func (t *File) canonicalBlocks() bool {
	b, ok := t.blocks()
	tiled, strips := t.Tiled(), t.entry(tagStripOffsets) != nil || t.entry(tagStripCounts) != nil || t.entry(tagRowsPerStrip) != nil
	if !ok || tiled == strips || tiled && t.entry(tagTileHeight) == nil {
		return false
	}
	offsets, counts := t.tables()
	perPlane := uint64(b.across()) * uint64(b.down())
	all := perPlane * b.planes
	return perPlane <= mostBlocks && offsets != nil && counts != nil && offsets.count == all && counts.count == all
}

// blocks are the sizes of the raster and its strips or tiles.
type blocks struct {
	width, height         int // of the raster
	tileWidth, tileHeight int // of a block
	planes                uint64
}

// blocks returns the sizes of the raster and its blocks.
func (t *File) blocks() (b blocks, ok bool) {
	const most = 1<<31 - 1
	width, height := t.value(tagWidth, 0), t.value(tagHeight, 0)
	tw, th := width, min(t.value(tagRowsPerStrip, height), height)
	if t.Tiled() {
		tw, th = t.value(tagTileWidth, 0), t.value(tagTileHeight, 0)
	}
	for _, n := range []uint64{width, height, tw, th} {
		if n == 0 || n > most {
			return blocks{}, false
		}
	}
	b = blocks{width: int(width), height: int(height), tileWidth: int(tw), tileHeight: int(th), planes: 1}
	if t.value(tagPlanar, 1) == 2 {
		b.planes = t.bands()
	}
	return b, b.planes > 0
}

// across and down return the number of blocks in a row and in a column of them.
func (b blocks) across() int { return (b.width-1)/b.tileWidth + 1 }
func (b blocks) down() int   { return (b.height-1)/b.tileHeight + 1 }

// tables returns the tags of the offsets and the byte counts of blocks; nil if there are none.
func (t *File) tables() (offsets, counts *entry) {
	if t.Tiled() {
		return t.entry(tagTileOffsets), t.entry(tagTileCounts)
	}
	return t.entry(tagStripOffsets), t.entry(tagStripCounts)
}

// bands returns the number of bands; 0 if it is not understood.
func (t *File) bands() uint64 {
	if n := t.value(tagSamplesPerPixel, 1); n < 1<<16 {
		return n
	}
	return 0
}

func (t *File) findPlain() bool {
	if !t.canonical() || t.value(tagCompression, 0) != 1 || t.value(tagPredictor, 1) != 1 {
		return false
	}
	b, _ := t.blocks()
	bits := t.value(tagBits, 0)
	if !slices.Contains([]uint64{8, 16, 32, 64}, bits) {
		return false
	}
	line := uint64(b.tileWidth) * bits / 8
	if b.planes == 1 {
		line *= t.bands()
	}
	last := b.height - (b.down()-1)*b.tileHeight // rows of the last strip
	perPlane := uint64(b.across() * b.down())
	return t.eachBlock(blockRange{0, perPlane * b.planes}, func(i, offset, count uint64) bool {
		rows := b.tileHeight
		if !t.Tiled() && i%perPlane == perPlane-1 {
			rows = last
		}
		return offset > 0 && count > 0 && count/line == uint64(rows) && count%line == 0 &&
			offset <= uint64(t.size) && count <= uint64(t.size)-offset
	})
}

// Tiled reports whether the file is in tiles and not in strips.
func (t *File) Tiled() bool { return t.entry(tagTileWidth) != nil }

// separate reports whether a band, counted from 1, has samples of a type, in the byte order of this
// machine, in blocks of its own.
func (t *File) separate(band int, dtype kernel.DType) bool {
	format := uint64(1)
	switch dtype {
	case kernel.Int8, kernel.Int16, kernel.Int32:
		format = 2
	case kernel.Float32, kernel.Float64:
		format = 3
	}
	bands := t.bands()
	return t.canonical() && t.order == binary.ByteOrder(binary.LittleEndian) && littleEndian &&
		t.value(tagBits, 0) == uint64(8*dtype.Size()) && t.value(tagSampleFormat, 1) == format &&
		band >= 1 && uint64(band) <= bands && (bands == 1 || t.value(tagPlanar, 1) == 2)
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// value is number, but larger than any real value if the tag has no single one.
func (t *File) value(tag uint16, absent uint64) uint64 {
	n, err := t.number(tag, absent)
	if err != nil {
		return 1 << 62
	}
	return n
}

// blockRange is a run of blocks.
type blockRange struct{ first, n uint64 }

// ofBand returns the blocks of a band, counted from 1, which has blocks of its own.
func (b blocks) ofBand(band int) blockRange {
	n := uint64(b.across()) * uint64(b.down())
	return blockRange{uint64(band-1) * n, n}
}

// eachBlock calls ok with the offset and the byte count of each block of r. It reports whether all
// could be read and ok was true for all of them.
func (t *File) eachBlock(r blockRange, ok func(i, offset, count uint64) bool) bool {
	offsets, counts := t.tables()
	for from := r.first; from < r.first+r.n; from += blocksPerRead {
		part := min(blocksPerRead, r.first+r.n-from)
		at, err := t.part(offsets, from, part)
		if err != nil {
			return false
		}
		sizes, err := t.part(counts, from, part)
		if err != nil {
			return false
		}
		for i := range at {
			if !ok(from+uint64(i), at[i], sizes[i]) {
				return false
			}
		}
	}
	return true
}

// part returns n values of a table of blocks from one on.
func (t *File) part(e *entry, from, n uint64) ([]uint64, error) {
	each := kindBytes[e.kind]
	data, err := t.bytes(e.at+int64(from*each), n*each)
	if err != nil {
		return nil, err
	}
	return t.integers(e.kind, data)
}
