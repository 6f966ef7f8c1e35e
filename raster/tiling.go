package raster

import (
	"encoding/binary"
	"errors"
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

// pageBytes is what tiles begin at a multiple of.
const pageBytes = 4096

// layTiles gives every tile of a TIFF that GDAL wrote without any a place behind its header, in
// the order of the tiles, from a page's beginning on. t has the raster's size, bands and samples;
// the rest is filled in. The file then ends with the header, and reads as a whole one once it is t.end()
// long.
func layTiles(file *os.File, t *tiling) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	d, err := readTIFF(file)
	if err != nil || d.order != binary.ByteOrder(binary.LittleEndian) {
		return errors.New("its header cannot be understood")
	}
	value := func(tag uint16, absent uint64) int {
		n, err := d.number(tag, absent)
		if err != nil || n > math.MaxInt32 {
			return -1
		}
		return int(n)
	}
	if value(tagCompression, 1) != 1 || t.bands > 1 && value(tagPlanar, 1) != 2 {
		return errors.New("its header is not that of plain tiles")
	}
	t.tileWidth, t.tileHeight = value(tagTileWidth, 0), value(tagTileHeight, 0)
	if t.tileWidth <= 0 || t.tileHeight <= 0 {
		return errors.New("its header has no tiles")
	}
	t.across, t.down = (t.width-1)/t.tileWidth+1, (t.height-1)/t.tileHeight+1
	n := t.tiles()
	word, kind := 4, uint16(4) // LONG
	if d.big {
		word, kind = 8, 16 // LONG8
	}
	tables := (info.Size() + 7) &^ 7
	t.base = (tables + 2*int64(n)*int64(word) + pageBytes - 1) &^ (pageBytes - 1)
	if !d.big && t.end() > math.MaxUint32 {
		return errors.New("it would be larger than 4 GiB, which takes a BigTIFF: leave BIGTIFF=NO out")
	}
	if t.tileBytes() > math.MaxUint32 {
		return errors.New("its tiles are larger than 4 GiB")
	}
	number := func(b []byte, x uint64) []byte {
		if d.big {
			return binary.LittleEndian.AppendUint64(b, x)
		}
		return binary.LittleEndian.AppendUint32(b, uint32(x))
	}
	var offsets, counts []byte
	for i := range n {
		offsets = number(offsets, uint64(t.base+int64(i)*t.tileBytes()))
		counts = number(counts, uint64(t.tileBytes()))
	}
	at := tables
	for _, table := range []struct {
		tag    uint16
		values []byte
	}{{tagTileOffsets, offsets}, {tagTileCounts, counts}} {
		e := d.entry(table.tag)
		if e == nil {
			return errors.New("its header has no room for tiles")
		}
		if _, err := file.WriteAt(table.values, at); err != nil {
			return err
		}
		entry := binary.LittleEndian.AppendUint16(nil, table.tag)
		entry = number(binary.LittleEndian.AppendUint16(entry, kind), uint64(n))
		if n == 1 { // a lone value stands in the entry itself
			entry = append(entry, table.values...)
		} else {
			entry = number(entry, uint64(at))
		}
		if _, err := file.WriteAt(entry, e.entryAt); err != nil {
			return err
		}
		at += int64(len(table.values))
	}
	return nil
}
