package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// GDAL takes a millisecond to open a GeoTIFF, most of it for the CRS, and reads uncompressed
// samples row by row. A directory that is read here shows at once that a file differs from an
// earlier one in its samples alone, and where uncompressed samples lie. Files that this reader does
// not understand are left to GDAL.

// Tags of the TIFF directory (TIFF 6.0, sections 4, 8 and 15; GDAL's own from its GTiff driver).
const (
	tagSubfile         = 254
	tagWidth           = 256
	tagHeight          = 257
	tagBits            = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagDocument        = 269
	tagDescription     = 270
	tagMake            = 271
	tagModel           = 272
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripCounts     = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagPlanar          = 284
	tagPage            = 285
	tagResolutionUnit  = 296
	tagPageNumber      = 297
	tagSoftware        = 305
	tagDateTime        = 306
	tagArtist          = 315
	tagHost            = 316
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileCounts      = 325
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagXMP             = 700
	tagCopyright       = 33432
	tagPixelScale      = 33550
	tagTiePoints       = 33922
	tagTransformation  = 34264
	tagGeoKeys         = 34735
	tagGeoDoubles      = 34736
	tagGeoTexts        = 34737
	tagGDALMetadata    = 42112
	tagGDALNodata      = 42113
	tagRPC             = 50844
)

// Kinds of values (TIFF 6.0, section 2; BigTIFF).
const (
	kindByte     = 1
	kindASCII    = 2
	kindShort    = 3
	kindLong     = 4
	kindRational = 5
	kindDouble   = 12
	kindLong8    = 16
)

const (
	mostEntries   = 1024     // of a directory; real ones have about thirty
	mostTagBytes  = 16 << 20 // of all tags together, except for offsets and counts of blocks
	mostNumbers   = 1 << 17  // values of a tag that are compared; 65,535 bands have one each
	mostBlocks    = 1 << 22  // of a band whose blocks are looked at
	blocksPerRead = 8192     // offsets or counts that are in memory at a time
)

// errUnknown means that this reader does not understand a file. Nobody sees it, since the file is
// then left to GDAL.
var errUnknown = errors.New("not a TIFF that is read here")

// LimitError says what of a file's directories is more than a reader should be given.
type LimitError struct{ what string }

func (e *LimitError) Error() string { return "a directory of it claims " + e.what }

func tooMuch(format string, args ...any) error { return &LimitError{fmt.Sprintf(format, args...)} }

// entry is a tag of a directory. Its values stay in the file until they are asked for.
type entry struct {
	tag, kind uint16
	count     uint64
	at        int64 // where the values are in the file
	entryAt   int64 // where the entry itself is
}

// length returns the size of the values in bytes.
func (e *entry) length() uint64 { return e.count * kindBytes[e.kind] }

// ofBlocks reports whether the values of a tag are offsets or byte counts of blocks.
func (e *entry) ofBlocks() bool {
	switch e.tag {
	case tagStripOffsets, tagStripCounts, tagTileOffsets, tagTileCounts:
		return true
	}
	return false
}

// File is a directory of a TIFF, which is the first one unless walk has come to another.
type File struct {
	r        io.ReaderAt
	size     int64 // of the file
	order    binary.ByteOrder
	big      bool // BigTIFF
	entries  []entry
	tagBytes int64 // of all tags together, except for offsets and counts of blocks
	next     int64 // where the next directory is; 0: there is none, and so no overviews and no mask
	odd      bool  // libtiff may read a directory that was read so far, but not every reader

	numbers              map[uint16]uint64 // of tags that were asked for
	isCanonical, isPlain *bool             // once they are asked for
}

// kindBytes is the size of a value by its kind.
var kindBytes = map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// Read reads the first directory of a TIFF of so many bytes. An error means that it is none, or not
// understood.
func Read(r io.ReaderAt, size int64) (*File, error) {
	t := &File{r: r, size: size}
	first, err := t.header()
	if err != nil {
		return nil, err
	}
	if err := t.directory(first); err != nil {
		return nil, err
	}
	if t.odd {
		return nil, errUnknown
	}
	return t, nil
}

// header reads the header of the file, and returns where the first directory is.
func (t *File) header() (first int64, err error) {
	head, err := t.bytes(0, 16)
	if err != nil {
		return 0, err
	}
	switch string(head[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	case "EP": // of Microsoft's document images, which libtiff takes for TIFFs
		t.order, t.odd = binary.LittleEndian, true
	default:
		return 0, errUnknown
	}
	switch t.order.Uint16(head[2:]) {
	case 42:
		return int64(t.order.Uint32(head[4:])), nil
	case 43:
		if t.order.Uint16(head[4:]) == 8 && t.order.Uint16(head[6:]) == 0 {
			t.big = true
			return int64(t.order.Uint64(head[8:])), nil
		}
	}
	return 0, errUnknown
}

// directory reads the directory at a place in the file.
func (t *File) directory(at int64) error {
	countBytes, size, inline := int64(2), 12, 4
	if t.big {
		countBytes, size, inline = 8, 20, 8
	}
	b, err := t.bytes(at, uint64(countBytes))
	if err != nil {
		return err
	}
	n := uint64(t.order.Uint16(b))
	if t.big {
		n = t.order.Uint64(b)
	}
	if n > mostEntries {
		return tooMuch("%d tags, more than %d", n, mostEntries)
	}
	table, err := t.bytes(at+countBytes, n*uint64(size)+uint64(inline))
	if err != nil {
		return err
	}
	t.entries, t.tagBytes, t.numbers = make([]entry, 0, n), 0, nil
	for i := range int(n) {
		b := table[i*size : (i+1)*size]
		e := entry{tag: t.order.Uint16(b), kind: t.order.Uint16(b[2:]), count: uint64(t.order.Uint32(b[4:]))}
		if t.big {
			e.count = t.order.Uint64(b[4:])
		}
		value := b[size-inline:]
		each, known := kindBytes[e.kind]
		t.odd = t.odd || !known || i > 0 && e.tag <= t.entries[i-1].tag
		if known && e.count > uint64(t.size)/each {
			return tooMuch("a tag of %d values, more than the file holds", e.count)
		}
		e.entryAt = at + countBytes + int64(i*size)
		e.at = e.entryAt + int64(size-inline)
		if e.length() > uint64(inline) {
			e.at = t.offset(value)
		}
		if !e.ofBlocks() {
			t.tagBytes += int64(e.length())
		}
		t.entries = append(t.entries, e)
	}
	if t.tagBytes > min(t.size, mostTagBytes) {
		return tooMuch("tags of %d bytes in all", t.tagBytes)
	}
	t.next = t.offset(table[int(n)*size:])
	return nil
}

// offset returns a place in the file as the file holds it.
func (t *File) offset(b []byte) int64 {
	if t.big {
		return int64(t.order.Uint64(b))
	}
	return int64(t.order.Uint32(b))
}

// bytes reads n bytes of the file.
func (t *File) bytes(at int64, n uint64) ([]byte, error) {
	if at < 0 || n > uint64(t.size) || at > t.size-int64(n) {
		return nil, errUnknown
	}
	b := make([]byte, n)
	_, err := io.ReadFull(io.NewSectionReader(t.r, at, int64(n)), b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errUnknown
	}
	return b, err
}

// entry returns the entry of a tag; nil if there is none.
func (t *File) entry(tag uint16) *entry {
	i := slices.IndexFunc(t.entries, func(e entry) bool { return e.tag == tag })
	if i < 0 {
		return nil
	}
	return &t.entries[i]
}

// number returns the value of a tag of whole numbers, or absent if there is no such tag. If the tag
// has several values, they must be equal.
func (t *File) number(tag uint16, absent uint64) (uint64, error) {
	e := t.entry(tag)
	if e == nil {
		return absent, nil
	}
	if n, asked := t.numbers[tag]; asked {
		return n, nil
	}
	if e.count == 0 || e.count > mostNumbers {
		return 0, errUnknown
	}
	data, err := t.bytes(e.at, e.length())
	if err != nil {
		return 0, err
	}
	values, err := t.integers(e.kind, data)
	if err != nil || slices.Max(values) != slices.Min(values) {
		return 0, errUnknown
	}
	if t.numbers == nil {
		t.numbers = map[uint16]uint64{}
	}
	t.numbers[tag] = values[0]
	return values[0], nil
}

// integers returns the values of a tag.
func (t *File) integers(kind uint16, data []byte) ([]uint64, error) {
	each := int(kindBytes[kind])
	values := make([]uint64, len(data)/max(1, each))
	switch kind {
	case kindShort:
		for i := range values {
			values[i] = uint64(t.order.Uint16(data[2*i:]))
		}
	case kindLong:
		for i := range values {
			values[i] = uint64(t.order.Uint32(data[4*i:]))
		}
	case kindLong8:
		for i := range values {
			values[i] = t.order.Uint64(data[8*i:])
		}
	default:
		return nil, errUnknown
	}
	return values, nil
}
