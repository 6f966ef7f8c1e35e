package tiff

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// Open reads the first directory of a local TIFF. It returns the open file, too, which the caller
// closes. Both are nil if the file is no TIFF that is understood.
func Open(name string) (*File, *os.File) {
	if strings.HasPrefix(name, "/vsi") {
		return nil, nil
	}
	file, err := regular.Open(name)
	if err != nil {
		return nil, nil
	}
	t, err := Read(file)
	if err != nil {
		_ = file.Close()
		return nil, nil
	}
	return t, file
}

// Samples says where the samples of a band lie. Its blocks follow each other without a gap, and
// samples are as in memory.
type Samples struct {
	Start         int64 // of the band's first block
	Width, Height int   // of the raster
	TileWidth     int   // the raster's width if it is in strips
	TileHeight    int
	size          int // bytes of a sample
}

// Samples returns where the samples of a band, counted from 1, lie. size is the number of bytes of
// a sample. ok is false if they are compressed, interleaved with those of other bands, in another
// byte order, scattered or missing.
func (t *File) Samples(band, size int) (s Samples, ok bool) {
	if !t.separate(band, size) || t.value(tagCompression, 1) != 1 || t.value(tagPredictor, 1) != 1 || t.value(tagSubfile, 0) != 0 {
		return Samples{}, false
	}
	if s, ok = t.blockSize(size); !ok {
		return Samples{}, false
	}
	offsets := t.entry(tagTileOffsets)
	if offsets == nil {
		offsets = t.entry(tagStripOffsets)
	}
	blocks := uint64(s.across() * ((s.Height-1)/s.TileHeight + 1))
	if blocks > mostBlocks || offsets.count != blocks*t.value(tagSamplesPerPixel, 1) {
		return Samples{}, false
	}
	// The first block of the band, and all others right behind each other.
	step := uint64(s.TileWidth) * uint64(s.TileHeight) * uint64(size)
	var want uint64
	ok = t.eachBlock(offsets, band, blocks, func(offset uint64) bool {
		if s.Start == 0 {
			if offset == 0 || offset > 1<<62 { // a sparse block
				return false
			}
			want, s.Start = offset, int64(offset)
		}
		follows := offset == want
		want += step
		return follows
	})
	return s, ok
}

// blockSize returns the sizes of the raster and its blocks, which are tiles or strips.
func (t *File) blockSize(size int) (s Samples, ok bool) {
	width, height := t.value(tagWidth, 0), t.value(tagHeight, 0)
	if width == 0 || height == 0 || width > 1<<31 || height > 1<<31 {
		return Samples{}, false
	}
	s = Samples{Width: int(width), Height: int(height), size: size}
	if t.entry(tagTileOffsets) != nil {
		tw, th := t.value(tagTileWidth, 0), t.value(tagTileHeight, 0)
		if tw == 0 || th == 0 || tw > 1<<20 || th > 1<<20 {
			return Samples{}, false
		}
		s.TileWidth, s.TileHeight = int(tw), int(th)
		return s, true
	}
	s.TileWidth, s.TileHeight = s.Width, int(min(max(1, t.value(tagRowsPerStrip, height)), height))
	return s, t.entry(tagStripOffsets) != nil
}

// across returns the number of blocks in a row of them.
func (s Samples) across() int { return (s.Width-1)/s.TileWidth + 1 }

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// separate reports whether a band has whole samples of so many bytes, in the byte order of this
// machine, in blocks of its own.
func (t *File) separate(band, size int) bool {
	bands := t.value(tagSamplesPerPixel, 1)
	return t.order == binary.ByteOrder(binary.LittleEndian) && littleEndian && t.value(tagFillOrder, 1) == 1 &&
		t.value(tagBits, 1) == uint64(8*size) && bands > 0 && uint64(band) <= bands && (bands == 1 || t.value(tagPlanar, 1) == 2)
}

// value is number, but larger than any real value if the tag has no single one.
func (t *File) value(tag uint16, absent uint64) uint64 {
	n, err := t.number(tag, absent)
	if err != nil {
		return 1 << 62
	}
	return n
}

// eachBlock calls ok with the offset or the byte count of each block of a band. It reports whether
// all could be read and ok was true for all of them.
func (t *File) eachBlock(table *entry, band int, blocks uint64, ok func(value uint64) bool) bool {
	each := kindBytes[table.kind]
	for from := uint64(0); from < blocks; from += blocksPerRead {
		n := min(blocksPerRead, blocks-from)
		data, err := t.bytes(table.at+int64((uint64(band-1)*blocks+from)*each), n*each)
		if err != nil {
			return false
		}
		values, err := t.integers(table.kind, data)
		if err != nil {
			return false
		}
		for _, v := range values {
			if !ok(v) {
				return false
			}
		}
	}
	return true
}

// Read fills dst with the samples of w, row by row. scratch is memory that calls may share one
// after the other.
func (s Samples) Read(r io.ReaderAt, w pixtrend.Window, dst []byte, scratch *[]byte) error {
	if s.TileWidth == s.Width {
		return s.readStrips(r, w, dst)
	}
	row, line := w.Width*s.size, s.TileWidth*s.size
	tile := line * s.TileHeight
	if len(*scratch) < tile {
		*scratch = make([]byte, tile)
	}
	for ty := w.Y / s.TileHeight; ty*s.TileHeight < w.Y+w.Height; ty++ {
		for tx := w.X / s.TileWidth; tx*s.TileWidth < w.X+w.Width; tx++ {
			// The part of the tile that lies in the window.
			x0, x1 := max(w.X, tx*s.TileWidth), min(w.X+w.Width, (tx+1)*s.TileWidth)
			y0, y1 := max(w.Y, ty*s.TileHeight), min(w.Y+w.Height, (ty+1)*s.TileHeight)
			from := (y0 - ty*s.TileHeight) * line
			part := (*scratch)[:(y1-y0)*line]
			if err := ReadWhole(r, part, s.Start+int64(ty*s.across()+tx)*int64(tile)+int64(from)); err != nil {
				return err
			}
			for y := y0; y < y1; y++ {
				src := part[(y-y0)*line+(x0-tx*s.TileWidth)*s.size:]
				copy(dst[(y-w.Y)*row+(x0-w.X)*s.size:], src[:(x1-x0)*s.size])
			}
		}
	}
	return nil
}

// readStrips is Read for strips, which follow each other and so are one raster.
func (s Samples) readStrips(r io.ReaderAt, w pixtrend.Window, dst []byte) error {
	row, line := w.Width*s.size, int64(s.Width)*int64(s.size)
	at := s.Start + int64(w.Y)*line + int64(w.X)*int64(s.size)
	if w.Width == s.Width {
		return ReadWhole(r, dst[:w.Height*row], at)
	}
	for y := range w.Height {
		if err := ReadWhole(r, dst[y*row:(y+1)*row], at+int64(y)*line); err != nil {
			return err
		}
	}
	return nil
}

// ReadWhole fills b with what is at a place in a file. The error is for a sentence that names the
// file.
func ReadWhole(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return errors.New("a part of it is missing")
	}
	return atomicfile.Reason(err)
}
