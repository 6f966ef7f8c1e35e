package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
)

// tiling says where the tiles of an uncompressed TIFF stand: one after the other from base, row by row
// and band by band.
type tiling struct {
	width, height         int // of the raster
	tileWidth, tileHeight int
	across, down          int // tiles
	bands, size           int // size: bytes of a sample
	base                  int64
}

func (t *tiling) tileBytes() int64 { return int64(t.tileWidth) * int64(t.tileHeight) * int64(t.size) }
func (t *tiling) tiles() int       { return t.across * t.down * t.bands }
func (t *tiling) end() int64       { return t.base + int64(t.tiles())*t.tileBytes() }

// at returns where row y of a tile begins.
func (t *tiling) at(band, tx, ty, y int) int64 {
	tile := (int64(band)*int64(t.down)+int64(ty))*int64(t.across) + int64(tx)
	return t.base + tile*t.tileBytes() + int64(y)*int64(t.tileWidth)*int64(t.size)
}

// Tags of TIFF, and its types.
const (
	tagCompression     = 259
	tagPlanar          = 284
	tagTileWidth       = 322
	tagTileLength      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	typeShort          = 3
	typeLong           = 4
	typeLong8          = 16
	noCompression      = 1
	planarSeparate     = 2
	pageBytes          = 4096
	largestHeaderBytes = 64 << 20
)

// layTiles gives every tile of a TIFF that GDAL wrote without any a place behind its header, in
// the order of the tiles, from a page's beginning on. t has the raster's size, bands and samples;
// the rest is filled in. The file then ends with the header, and reads as a whole one once it is t.end()
// long.
func layTiles(file *os.File, t *tiling) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > largestHeaderBytes {
		return errors.New("its header is not that of an empty TIFF")
	}
	head := make([]byte, info.Size())
	if _, err := file.ReadAt(head, 0); err != nil {
		return err
	}
	d, err := parseDirectory(head)
	if err != nil {
		return err
	}
	planar := d.value(tagPlanar)
	if d.value(tagCompression) != noCompression || t.bands > 1 && planar != planarSeparate {
		return errors.New("its header is not that of plain tiles")
	}
	t.tileWidth, t.tileHeight = int(d.value(tagTileWidth)), int(d.value(tagTileLength))
	if t.tileWidth <= 0 || t.tileHeight <= 0 {
		return errors.New("its header has no tiles")
	}
	t.across, t.down = (t.width-1)/t.tileWidth+1, (t.height-1)/t.tileHeight+1
	n := t.tiles()
	word := 4
	typ := uint16(typeLong)
	if d.big {
		word, typ = 8, typeLong8
	}
	tables := (int64(len(head)) + 7) &^ 7
	t.base = (tables + 2*int64(n)*int64(word) + pageBytes - 1) &^ (pageBytes - 1)
	if !d.big && t.end() > math.MaxUint32 {
		return errors.New("it would be larger than 4 GiB, which takes a BigTIFF: leave BIGTIFF=NO out")
	}
	if t.tileBytes() > math.MaxUint32 {
		return errors.New("its tiles are larger than 4 GiB")
	}
	buf := make([]byte, 2*n*word)
	for i := range n {
		at, count := uint64(t.base+int64(i)*t.tileBytes()), uint64(t.tileBytes())
		if d.big {
			binary.LittleEndian.PutUint64(buf[8*i:], at)
			binary.LittleEndian.PutUint64(buf[8*(n+i):], count)
		} else {
			binary.LittleEndian.PutUint32(buf[4*i:], uint32(at))
			binary.LittleEndian.PutUint32(buf[4*(n+i):], uint32(count))
		}
	}
	if _, err := file.WriteAt(buf, tables); err != nil {
		return err
	}
	for i, tag := range []uint16{tagTileOffsets, tagTileByteCounts} {
		entry := d.entry(tag)
		if entry == nil {
			return errors.New("its header has no room for tiles")
		}
		table := buf[i*n*word : (i+1)*n*word]
		binary.LittleEndian.PutUint16(entry[2:], typ)
		at := uint64(tables) + uint64(i*n*word)
		if d.big {
			binary.LittleEndian.PutUint64(entry[4:], uint64(n))
			binary.LittleEndian.PutUint64(entry[12:], at)
		} else {
			binary.LittleEndian.PutUint32(entry[4:], uint32(n))
			binary.LittleEndian.PutUint32(entry[8:], uint32(at))
		}
		if n == 1 { // a lone value stands in the entry itself
			copy(entry[len(entry)-word:], table)
		}
	}
	_, err = file.WriteAt(d.bytes, d.offset)
	return err
}

// directory is the first directory of a TIFF.
type directory struct {
	big    bool
	bytes  []byte // its entries
	offset int64  // of bytes, in the file
}

func parseDirectory(head []byte) (*directory, error) {
	broken := errors.New("its header cannot be understood")
	within := func(at, n uint64) bool { return at <= uint64(len(head)) && n <= uint64(len(head))-at }
	d := &directory{}
	var at, entries uint64
	switch {
	case len(head) >= 16 && bytes.HasPrefix(head, []byte("II*\x00")):
		if at = uint64(binary.LittleEndian.Uint32(head[4:])); !within(at, 2) {
			return nil, broken
		}
		entries, at = uint64(binary.LittleEndian.Uint16(head[at:])), at+2
	case len(head) >= 16 && bytes.HasPrefix(head, []byte("II+\x00\x08\x00\x00\x00")):
		d.big = true
		if at = binary.LittleEndian.Uint64(head[8:]); !within(at, 8) {
			return nil, broken
		}
		entries, at = binary.LittleEndian.Uint64(head[at:]), at+8
	default:
		return nil, fmt.Errorf("%w: it is no little-endian TIFF", broken)
	}
	if entries > math.MaxUint16 || !within(at, entries*d.entryBytes()) {
		return nil, broken
	}
	d.bytes, d.offset = head[at:at+entries*d.entryBytes()], int64(at)
	return d, nil
}

func (d *directory) entryBytes() uint64 {
	if d.big {
		return 20
	}
	return 12
}

// entry returns the entry of a tag, or nil.
func (d *directory) entry(tag uint16) []byte {
	n := d.entryBytes()
	for b := d.bytes; len(b) > 0; b = b[n:] {
		if binary.LittleEndian.Uint16(b) == tag {
			return b[:n]
		}
	}
	return nil
}

// value returns the first value of a tag that stands in its entry, or 0.
func (d *directory) value(tag uint16) uint64 {
	entry := d.entry(tag)
	if entry == nil {
		return 0
	}
	at := entry[8:]
	if d.big {
		at = entry[12:]
	}
	switch binary.LittleEndian.Uint16(entry[2:]) {
	case typeShort:
		return uint64(binary.LittleEndian.Uint16(at))
	case typeLong:
		return uint64(binary.LittleEndian.Uint32(at))
	}
	return 0
}
