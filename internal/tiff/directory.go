package tiff

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// GDAL opens a GeoTIFF in a millisecond, most of which goes into its CRS, and reads uncompressed samples by
// the row. So the directory of a local file is read here too. It shows at once that a file is like the
// first one but for its samples, which then needs no look through GDAL; and where uncompressed samples lie,
// which then are read as they lie. What this reader does not know, GDAL does.

// Tags of the TIFF directory (TIFF 6.0, sections 4, 8 and 15; GDAL's own from its GTiff driver).
const (
	tagSubfile         = 254
	tagWidth           = 256
	tagHeight          = 257
	tagBits            = 258
	tagCompression     = 259
	tagFillOrder       = 266
	tagDescription     = 270
	TagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripCounts     = 279
	tagPlanar          = 284
	tagSoftware        = 305
	TagDateTime        = 306
	TagPredictor       = 317
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileCounts      = 325
	tagGDALMetadata    = 42112
)

const (
	mostEntries   = 1024    // of a directory; real ones have some thirty
	mostTagBytes  = 1 << 20 // of a tag, the offsets and counts aside
	mostBlocks    = 1 << 22 // of a band whose offsets are looked at
	blocksPerRead = 8192
)

// errUnknown says that a file is not what this reader knows. It is never shown: GDAL then looks at it.
var errUnknown = errors.New("not a TIFF that is read here")

// entry is a tag of a directory.
type entry struct {
	tag, kind uint16
	Count     uint64
	data      []byte // the values; of offsets and counts nil
	At        int64  // where they lie in the file
	entryAt   int64  // where the entry itself lies
}

// File is the first directory of a TIFF.
type File struct {
	r       io.ReaderAt
	Order   binary.ByteOrder
	big     bool // BigTIFF
	entries []entry
	last    bool // there is no other directory: no overviews, no mask
}

var tiffKindBytes = map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// Read reads the first directory.
func Read(r io.ReaderAt) (*File, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, 16), head); err != nil {
		return nil, errUnknown
	}
	t := &File{r: r}
	switch string(head[:2]) {
	case "II":
		t.Order = binary.LittleEndian
	case "MM":
		t.Order = binary.BigEndian
	default:
		return nil, errUnknown
	}
	var at int64
	switch t.Order.Uint16(head[2:]) {
	case 42:
		at = int64(t.Order.Uint32(head[4:]))
	case 43:
		if t.Order.Uint16(head[4:]) != 8 {
			return nil, errUnknown
		}
		t.big, at = true, int64(t.Order.Uint64(head[8:]))
	default:
		return nil, errUnknown
	}
	return t, t.directory(at)
}

// directory reads the directory at that place.
func (t *File) directory(at int64) error {
	countBytes, size, inline := int64(2), 12, 4
	if t.big {
		countBytes, size, inline = 8, 20, 8
	}
	b, err := t.bytes(at, uint64(countBytes))
	if err != nil {
		return err
	}
	n := uint64(t.Order.Uint16(b))
	if t.big {
		n = t.Order.Uint64(b)
	}
	if n > mostEntries {
		return errUnknown
	}
	table, err := t.bytes(at+countBytes, n*uint64(size)+uint64(inline))
	if err != nil {
		return err
	}
	for i := range int(n) {
		e := table[i*size : (i+1)*size]
		entry := entry{tag: t.Order.Uint16(e), kind: t.Order.Uint16(e[2:]), Count: uint64(t.Order.Uint32(e[4:]))}
		if t.big {
			entry.Count = t.Order.Uint64(e[4:])
		}
		value := e[size-inline:]
		each, known := tiffKindBytes[entry.kind]
		if !known || entry.Count > mostBlocks*8 {
			return errUnknown
		}
		length := entry.Count * each
		entry.entryAt = at + countBytes + int64(i*size)
		entry.At = entry.entryAt + int64(size-inline)
		if length > uint64(inline) {
			entry.At = t.offset(value)
		}
		switch entry.tag {
		case TagStripOffsets, tagStripCounts, tagTileOffsets, tagTileCounts:
		default:
			if length > mostTagBytes {
				return errUnknown
			}
			if entry.data, err = t.bytes(entry.At, length); err != nil {
				return err
			}
		}
		t.entries = append(t.entries, entry)
	}
	t.last = t.offset(table[int(n)*size:]) == 0
	return nil
}

func (t *File) offset(b []byte) int64 {
	if t.big {
		return int64(t.Order.Uint64(b))
	}
	return int64(t.Order.Uint32(b))
}

// bytes reads a piece of the file.
func (t *File) bytes(at int64, n uint64) ([]byte, error) {
	b := make([]byte, n)
	if at < 0 {
		return nil, errUnknown
	}
	if _, err := io.ReadFull(io.NewSectionReader(t.r, at, int64(n)), b); err != nil {
		return nil, errUnknown
	}
	return b, nil
}

// Entry returns the entry of a tag, nil if there is none.
func (t *File) Entry(tag uint16) *entry {
	i := slices.IndexFunc(t.entries, func(e entry) bool { return e.tag == tag })
	if i < 0 {
		return nil
	}
	return &t.entries[i]
}

// Number returns the one value of a tag of integers, or what stands for it where there is none. Of several
// values that are alike it is that value; others are an error.
func (t *File) Number(tag uint16, absent uint64) (uint64, error) {
	e := t.Entry(tag)
	if e == nil {
		return absent, nil
	}
	if e.Count == 0 || e.data == nil {
		return 0, errUnknown
	}
	values, err := t.integers(e.kind, e.data)
	if err != nil || slices.Max(values) != slices.Min(values) {
		return 0, errUnknown
	}
	return values[0], nil
}

// integers returns the values of a tag.
func (t *File) integers(kind uint16, data []byte) ([]uint64, error) {
	var values []uint64
	switch kind {
	case 1:
		for _, b := range data {
			values = append(values, uint64(b))
		}
	case 3:
		for ; len(data) >= 2; data = data[2:] {
			values = append(values, uint64(t.Order.Uint16(data)))
		}
	case 4, 13:
		for ; len(data) >= 4; data = data[4:] {
			values = append(values, uint64(t.Order.Uint32(data)))
		}
	case 16, 18:
		for ; len(data) >= 8; data = data[8:] {
			values = append(values, t.Order.Uint64(data))
		}
	default:
		return nil, errUnknown
	}
	return values, nil
}

// Likeness returns what must be equal in two files for everything but their samples to be: all tags but
// those that say where the samples lie, and texts that mean nothing here. It is "" where that cannot be
// said, as with masks and overviews, which are directories of their own.
func (t *File) Likeness() string {
	if !t.last {
		return ""
	}
	var b strings.Builder
	b.WriteString(t.Order.String())
	for _, e := range t.entries {
		switch e.tag {
		case TagStripOffsets, tagStripCounts, tagTileOffsets, tagTileCounts, tagDescription, tagSoftware, TagDateTime:
			continue
		case tagGDALMetadata:
			if meaning, ok := t.meaning(); ok {
				b.WriteString(meaning)
				continue
			}
		}
		b.Write(binary.LittleEndian.AppendUint16(nil, e.tag))
		b.Write(binary.LittleEndian.AppendUint16(nil, e.kind))
		b.Write(binary.LittleEndian.AppendUint64(nil, e.Count))
		b.Write(e.data)
	}
	return b.String()
}

// Samples is where the samples of a band lie, if its blocks follow each other without a gap and as they
// are in memory.
type Samples struct {
	Start         int64 // of the band's first block
	Width, Height int   // of the raster
	TileWidth     int   // the raster's width where it is in strips
	TileHeight    int
	size          int // bytes of a sample
}

// Samples returns where the samples of a band lie; false where they are compressed, interleaved, in another byte
// order, scattered or missing.
func (t *File) Samples(band, size int) (Samples, bool) {
	fail := func() (Samples, bool) { return Samples{}, false }
	if t.Order != binary.ByteOrder(binary.LittleEndian) || !littleEndian {
		return fail()
	}
	number := func(tag uint16, absent uint64) uint64 {
		n, err := t.Number(tag, absent)
		if err != nil {
			return 1 << 62
		}
		return n
	}
	spp := number(tagSamplesPerPixel, 1)
	width, height := number(tagWidth, 0), number(tagHeight, 0)
	if number(tagCompression, 1) != 1 || number(tagFillOrder, 1) != 1 || number(TagPredictor, 1) != 1 ||
		number(tagBits, 1) != uint64(8*size) || spp > 1 && number(tagPlanar, 1) != 2 || number(tagSubfile, 0) != 0 ||
		spp == 0 || uint64(band) > spp || width == 0 || height == 0 || width > 1<<31 || height > 1<<31 {
		return fail()
	}
	s := Samples{Width: int(width), Height: int(height), size: size}
	offsets := t.Entry(tagTileOffsets)
	if offsets != nil {
		tw, th := number(tagTileWidth, 0), number(tagTileHeight, 0)
		if tw == 0 || th == 0 || tw > 1<<20 || th > 1<<20 {
			return fail()
		}
		s.TileWidth, s.TileHeight = int(tw), int(th)
	} else if offsets = t.Entry(TagStripOffsets); offsets != nil {
		s.TileWidth, s.TileHeight = s.Width, int(min(max(1, number(tagRowsPerStrip, height)), height))
	} else {
		return fail()
	}
	blocks := uint64(s.across() * ((s.Height-1)/s.TileHeight + 1))
	if blocks > mostBlocks || offsets.Count != blocks*spp {
		return fail()
	}
	// The first block of the band, and all others right behind each other.
	each := tiffKindBytes[offsets.kind]
	step := uint64(s.TileWidth) * uint64(s.TileHeight) * uint64(size)
	var want uint64
	for from := uint64(0); from < blocks; from += blocksPerRead {
		n := min(blocksPerRead, blocks-from)
		data, err := t.bytes(offsets.At+int64(((uint64(band)-1)*blocks+from)*each), n*each)
		if err != nil {
			return fail()
		}
		values, err := t.integers(offsets.kind, data)
		if err != nil {
			return fail()
		}
		if from == 0 {
			want = values[0]
			s.Start = int64(want)
			if want == 0 || want > 1<<62 {
				return fail() // sparse
			}
		}
		for _, v := range values {
			if v != want {
				return fail()
			}
			want += step
		}
	}
	return s, true
}

// Predictor returns the number of the predictor of a band and where it lies, if all blocks of the band are there and
// differ from those without a predictor in nothing else; 0 otherwise. 2 is differences between samples, 3 those between
// bytes of floats.
func (t *File) Predictor(band int, dtype kernel.DType) (int, int64) {
	number := func(tag uint16, absent uint64) uint64 {
		n, err := t.Number(tag, absent)
		if err != nil {
			return 1 << 62
		}
		return n
	}
	const lzw, deflate, oldDeflate, lzma, zstd = 5, 8, 32946, 34925, 50000
	compression, spp := number(tagCompression, 1), number(tagSamplesPerPixel, 1)
	predictor := number(TagPredictor, 1)
	known := predictor == 2 && dtype.Size() <= 4 || predictor == 3 && dtype.IsFloat()
	e := t.Entry(TagPredictor)
	if !known || e.kind != 3 || e.Count != 1 || t.Order != binary.ByteOrder(binary.LittleEndian) || !littleEndian ||
		!slices.Contains([]uint64{lzw, deflate, oldDeflate, lzma, zstd}, compression) ||
		number(tagFillOrder, 1) != 1 || number(tagBits, 1) != uint64(8*dtype.Size()) || spp > 1 && number(tagPlanar, 1) != 2 {
		return 0, 0
	}
	counts := t.Entry(tagTileCounts)
	if counts == nil {
		counts = t.Entry(tagStripCounts)
	}
	if counts == nil || spp == 0 || spp > 1<<16 || counts.Count%spp != 0 || counts.Count/spp > mostBlocks || uint64(band) > spp {
		return 0, 0
	}
	each, blocks := tiffKindBytes[counts.kind], counts.Count/spp
	for from := uint64(0); from < blocks; from += blocksPerRead {
		n := min(blocksPerRead, blocks-from)
		data, err := t.bytes(counts.At+int64(((uint64(band)-1)*blocks+from)*each), n*each)
		if err != nil {
			return 0, 0
		}
		if values, err := t.integers(counts.kind, data); err != nil || slices.Contains(values, 0) {
			return 0, 0 // a block that is not there is nodata, and no differences
		}
	}
	return int(predictor), e.At
}

// across returns the number of blocks in a row of them.
func (s Samples) across() int { return (s.Width-1)/s.TileWidth + 1 }
