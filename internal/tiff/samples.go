package tiff

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/kernel"
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
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, nil
	}
	t, err := Read(file, info.Size())
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

// Samples returns where the samples of a band, counted from 1, lie. ok is false if they are
// compressed, interleaved with those of other bands, in another byte order, scattered or missing,
// or if the file is not canonical.
func (t *File) Samples(band int, dtype kernel.DType) (s Samples, ok bool) {
	if !t.separate(band, dtype) || !t.Plain() {
		return Samples{}, false
	}
	b, _ := t.blocks()
	s = Samples{Width: b.width, Height: b.height, TileWidth: b.tileWidth, TileHeight: b.tileHeight, size: dtype.Size()}
	// The first block of the band, and all others right behind each other.
	var want uint64
	ok = t.eachBlock(b.ofBand(band), func(_, offset, count uint64) bool {
		if s.Start == 0 {
			want, s.Start = offset, int64(offset)
		}
		follows := offset == want
		want += count
		return follows
	})
	return s, ok
}

// across returns the number of blocks in a row of them.
func (s Samples) across() int { return (s.Width-1)/s.TileWidth + 1 }

// readBytes is how much of a tile is read at a time.
const readBytes = 256 << 10

// Read fills dst with the samples of w, row by row. scratch is memory that calls may share one
// after the other, and grows to readBytes at most, whatever the size of a tile.
func (s Samples) Read(r io.ReaderAt, w pixtrend.Window, dst []byte, scratch *[]byte) error {
	if s.TileWidth == s.Width {
		return s.readStrips(r, w, dst)
	}
	row, line := w.Width*s.size, s.TileWidth*s.size
	tile := int64(line) * int64(s.TileHeight)
	for ty := w.Y / s.TileHeight; ty*s.TileHeight < w.Y+w.Height; ty++ {
		for tx := w.X / s.TileWidth; tx*s.TileWidth < w.X+w.Width; tx++ {
			// The part of the tile that lies in the window.
			x0, x1 := max(w.X, tx*s.TileWidth), min(w.X+w.Width, (tx+1)*s.TileWidth)
			y0, y1 := max(w.Y, ty*s.TileHeight), min(w.Y+w.Height, (ty+1)*s.TileHeight)
			at := s.Start + (int64(ty)*int64(s.across())+int64(tx))*tile + int64(y0-ty*s.TileHeight)*int64(line)
			left, n := (x0-tx*s.TileWidth)*s.size, (x1-x0)*s.size
			into := dst[(y0-w.Y)*row+(x0-w.X)*s.size:]
			if err := readRows(r, at, line, left, n, y1-y0, into, row, scratch); err != nil {
				return err
			}
		}
	}
	return nil
}

// readRows copies n bytes from the byte left on of each of so many lines of a tile, which lie in
// the file from at on, to dst, where they are row bytes apart.
func readRows(r io.ReaderAt, at int64, line, left, n, rows int, dst []byte, row int, scratch *[]byte) error {
	few := min(readBytes/line, rows) // lines at a time
	if few == 0 {
		for y := range rows {
			if err := ReadWhole(r, dst[y*row:][:n], at+int64(y)*int64(line)+int64(left)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(*scratch) < few*line {
		*scratch = make([]byte, few*line)
	}
	for y := 0; y < rows; y += few {
		part := (*scratch)[:min(few, rows-y)*line]
		if err := ReadWhole(r, part, at+int64(y)*int64(line)); err != nil {
			return err
		}
		for i := 0; i*line < len(part); i++ {
			copy(dst[(y+i)*row:][:n], part[i*line+left:])
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
