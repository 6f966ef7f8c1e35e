package tiff

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
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
	tagFillOrder       = 266
	tagDescription     = 270
	tagStripOffsets    = 273
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripCounts     = 279
	tagPlanar          = 284
	tagSoftware        = 305
	tagDateTime        = 306
	tagPredictor       = 317
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileCounts      = 325
	tagGDALMetadata    = 42112
)

const (
	mostEntries   = 1024    // of a directory; real ones have about thirty
	mostTagBytes  = 1 << 20 // of all tags together, except for offsets and counts of blocks
	mostBlocks    = 1 << 22 // of a band whose blocks are looked at
	blocksPerRead = 8192    // offsets or counts that are in memory at a time
)

// errUnknown means that this reader does not understand a file. Nobody sees it, since the file is
// then left to GDAL.
var errUnknown = errors.New("not a TIFF that is read here")

// entry is a tag of a directory.
type entry struct {
	tag, kind uint16
	count     uint64
	data      []byte // the values; nil for offsets and counts of blocks
	at        int64  // where the values are in the file
	entryAt   int64  // where the entry itself is
}

// File is the first directory of a TIFF.
type File struct {
	r       io.ReaderAt
	order   binary.ByteOrder
	big     bool // BigTIFF
	entries []entry
	last    bool // no other directory follows, so that there are no overviews and no mask
}

// kindBytes is the size of a value by its kind (TIFF 6.0, section 2; BigTIFF).
var kindBytes = map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// Read reads the first directory of a TIFF. An error means that it is none, or not understood.
func Read(r io.ReaderAt) (*File, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, 16), head); err != nil {
		return nil, errUnknown
	}
	t := &File{r: r}
	switch string(head[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return nil, errUnknown
	}
	var at int64
	switch t.order.Uint16(head[2:]) {
	case 42:
		at = int64(t.order.Uint32(head[4:]))
	case 43:
		if t.order.Uint16(head[4:]) != 8 {
			return nil, errUnknown
		}
		t.big, at = true, int64(t.order.Uint64(head[8:]))
	default:
		return nil, errUnknown
	}
	return t, t.directory(at)
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
		return errUnknown
	}
	table, err := t.bytes(at+countBytes, n*uint64(size)+uint64(inline))
	if err != nil {
		return err
	}
	all := uint64(0) // bytes of tags
	for i := range int(n) {
		e := table[i*size : (i+1)*size]
		entry := entry{tag: t.order.Uint16(e), kind: t.order.Uint16(e[2:]), count: uint64(t.order.Uint32(e[4:]))}
		if t.big {
			entry.count = t.order.Uint64(e[4:])
		}
		value := e[size-inline:]
		each, known := kindBytes[entry.kind]
		if !known || entry.count > mostBlocks*8 {
			return errUnknown
		}
		length := entry.count * each
		entry.entryAt = at + countBytes + int64(i*size)
		entry.at = entry.entryAt + int64(size-inline)
		if length > uint64(inline) {
			entry.at = t.offset(value)
		}
		switch entry.tag {
		case tagStripOffsets, tagStripCounts, tagTileOffsets, tagTileCounts:
		default:
			if all += length; all > mostTagBytes {
				return errUnknown
			}
			if entry.data, err = t.bytes(entry.at, length); err != nil {
				return err
			}
		}
		t.entries = append(t.entries, entry)
	}
	t.last = t.offset(table[int(n)*size:]) == 0
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
	b := make([]byte, n)
	if at < 0 {
		return nil, errUnknown
	}
	if _, err := io.ReadFull(io.NewSectionReader(t.r, at, int64(n)), b); err != nil {
		return nil, errUnknown
	}
	return b, nil
}

// entry returns the entry of a tag; nil if there is none.
func (t *File) entry(tag uint16) *entry {
	i := slices.IndexFunc(t.entries, func(e entry) bool { return e.tag == tag })
	if i < 0 {
		return nil
	}
	return &t.entries[i]
}

// number returns the value of a tag of integers, or absent if there is no such tag. If the tag has
// several values, they must be equal.
func (t *File) number(tag uint16, absent uint64) (uint64, error) {
	e := t.entry(tag)
	if e == nil {
		return absent, nil
	}
	if e.count == 0 || e.data == nil {
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
			values = append(values, uint64(t.order.Uint16(data)))
		}
	case 4, 13:
		for ; len(data) >= 4; data = data[4:] {
			values = append(values, uint64(t.order.Uint32(data)))
		}
	case 16, 18:
		for ; len(data) >= 8; data = data[8:] {
			values = append(values, t.order.Uint64(data))
		}
	default:
		return nil, errUnknown
	}
	return values, nil
}

// Likeness returns a text that is equal for two files if they differ in nothing but their samples,
// where these lie, their labels and texts without a meaning for a fit. It is "" if the file has
// further directories, such as masks and overviews.
func (t *File) Likeness() string {
	if !t.last {
		return ""
	}
	var b strings.Builder
	b.WriteString(t.order.String())
	for _, e := range t.entries {
		switch e.tag {
		case tagStripOffsets, tagStripCounts, tagTileOffsets, tagTileCounts, tagDescription, tagSoftware, tagDateTime:
			continue
		case tagGDALMetadata:
			if meaning, ok := t.meaning(); ok {
				b.WriteString(meaning)
				continue
			}
		}
		b.Write(binary.LittleEndian.AppendUint16(nil, e.tag))
		b.Write(binary.LittleEndian.AppendUint16(nil, e.kind))
		b.Write(binary.LittleEndian.AppendUint64(nil, e.count))
		b.Write(e.data)
	}
	return b.String()
}
