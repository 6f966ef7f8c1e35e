package tiff

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
)

// Tiling says where the tiles of an uncompressed TIFF are: one after the other from Base on, row by
// row and band by band.
type Tiling struct {
	Width, Height         int // of the raster
	TileWidth, TileHeight int
	Across, Down          int // tiles
	Bands                 int
	Size                  int // bytes of a sample
	Base                  int64
}

func (t *Tiling) tileBytes() int64 { return int64(t.TileWidth) * int64(t.TileHeight) * int64(t.Size) }

// Tiles returns the number of tiles of all bands.
func (t *Tiling) Tiles() int { return t.Across * t.Down * t.Bands }

// End returns the size of the file.
func (t *Tiling) End() int64 { return t.Base + int64(t.Tiles())*t.tileBytes() }

// At returns where row y of a tile begins. Bands, tiles and rows are counted from 0.
func (t *Tiling) At(band, tx, ty, y int) int64 {
	tile := (int64(band)*int64(t.Down)+int64(ty))*int64(t.Across) + int64(tx)
	return t.Base + tile*t.tileBytes() + int64(y)*int64(t.TileWidth)*int64(t.Size)
}

// pageBytes is a multiple at which tiles begin.
const pageBytes = 4096

// LayTiles gives each tile of a TIFF that GDAL wrote without any tile its place behind the header,
// in the order of tiles, from the beginning of a page on. t has the raster's size, bands and
// samples; LayTiles sets the other fields. Afterwards the file is whole as soon as it has t.End()
// bytes.
func LayTiles(file *os.File, t *Tiling) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	d, err := Read(file, info.Size())
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
	if value(tagCompression, 1) != 1 || t.Bands > 1 && value(tagPlanar, 1) != 2 {
		return errors.New("its header is not that of plain tiles")
	}
	t.TileWidth, t.TileHeight = value(tagTileWidth, 0), value(tagTileHeight, 0)
	if t.TileWidth <= 0 || t.TileHeight <= 0 {
		return errors.New("its header has no tiles")
	}
	t.Across, t.Down = (t.Width-1)/t.TileWidth+1, (t.Height-1)/t.TileHeight+1
	n := t.Tiles()
	word, kind := 4, uint16(4) // LONG
	if d.big {
		word, kind = 8, 16 // LONG8
	}
	tables := (info.Size() + 7) &^ 7
	t.Base = (tables + 2*int64(n)*int64(word) + pageBytes - 1) &^ (pageBytes - 1)
	if !d.big && t.End() > math.MaxUint32 {
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
	at := tables
	for _, table := range []struct {
		tag   uint16
		value func(i int) int64
	}{
		{tagTileOffsets, func(i int) int64 { return t.Base + int64(i)*t.tileBytes() }},
		{tagTileCounts, func(int) int64 { return t.tileBytes() }},
	} {
		e := d.entry(table.tag)
		if e == nil {
			return errors.New("its header has no room for tiles")
		}
		entry := binary.LittleEndian.AppendUint16(nil, table.tag)
		entry = number(binary.LittleEndian.AppendUint16(entry, kind), uint64(n))
		if n == 1 { // a single value is in the entry itself
			entry = number(entry, uint64(table.value(0)))
		} else {
			entry = number(entry, uint64(at))
		}
		if _, err := file.WriteAt(entry, e.entryAt); err != nil {
			return err
		}
		var values []byte
		for i := range n {
			values = number(values, uint64(table.value(i)))
			if len(values) < blocksPerRead*8 && i < n-1 {
				continue
			}
			if _, err := file.WriteAt(values, at); err != nil {
				return err
			}
			at, values = at+int64(len(values)), values[:0]
		}
	}
	return nil
}
