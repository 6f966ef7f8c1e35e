package tiff

import (
	"errors"
	"io"
	"os"
	"sort"
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

// Samples says where the samples of a band lie, which are as in memory.
type Samples struct {
	Width, Height int // of the raster
	TileWidth     int // the raster's width if it is in strips
	TileHeight    int
	size          int   // bytes of a sample
	runs          []run // of all blocks, in their order
}

// run is a number of blocks that follow each other in the file without a gap.
type run struct {
	first int   // block, counted from the first of the band
	at    int64 // where it lies in the file
}

// mostRuns limits the memory for each band. Programs that write blocks as they fit leave some dozens
// of runs.
const mostRuns = 512

// Samples returns where the samples of a band, counted from 1, lie. ok is false if the file is not
// canonical, or if a block is missing. It is false, too, if the samples are compressed, have another
// byte order than memory, lie between those of other bands, or are scattered over more than mostRuns
// runs.
func (t *File) Samples(band int, dtype kernel.DType) (s Samples, ok bool) {
	if !t.separate(band, dtype) || !t.Plain() {
		return Samples{}, false
	}
	b, _ := t.blocks()
	s = Samples{Width: b.width, Height: b.height, TileWidth: b.tileWidth, TileHeight: b.tileHeight, size: dtype.Size()}
	all := b.ofBand(band)
	var follows uint64 // where the block lies that would be of the same run
	ok = t.eachBlock(all, func(i, offset, count uint64) bool {
		if offset != follows {
			s.runs = append(s.runs, run{int(i - all.first), int64(offset)})
		}
		follows = offset + count
		return len(s.runs) <= mostRuns
	})
	return s, ok
}

// place returns where a block lies in the file, and how many blocks follow each other from it on.
func (s Samples) place(block int) (at int64, blocks int) {
	next := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].first > block })
	r, end := s.runs[next-1], s.across()*((s.Height-1)/s.TileHeight+1)
	if next < len(s.runs) {
		end = s.runs[next].first
	}
	// Only the last block of all can be smaller than the others.
	return r.at + int64(block-r.first)*int64(s.TileWidth)*int64(s.TileHeight)*int64(s.size), end - block
}

// Run is rows of a raster whose samples follow each other in the file.
type Run struct {
	At   int64 // in the file, in bytes
	Rows int
}

// InStrips reports whether blocks are whole rows.
func (s Samples) InStrips() bool { return s.TileWidth == s.Width }

// Runs returns where the rows of a raster in strips lie, from the first row on.
func (s Samples) Runs() []Run {
	runs := make([]Run, len(s.runs))
	for i, r := range s.runs {
		end := s.Height
		if i+1 < len(s.runs) {
			end = s.runs[i+1].first * s.TileHeight
		}
		runs[i] = Run{r.at, end - r.first*s.TileHeight}
	}
	return runs
}

// RowAt returns where a row of a raster in strips begins in the file, in bytes.
func (s Samples) RowAt(y int) int64 {
	at, _ := s.place(y / s.TileHeight)
	return at + int64(y%s.TileHeight)*int64(s.Width)*int64(s.size)
}

// across returns the number of blocks in a row of them.
func (s Samples) across() int { return (s.Width-1)/s.TileWidth + 1 }

// readBytes is how much of a tile is read at a time.
const readBytes = 256 << 10

// Read fills dst with the samples of w, row by row. scratch is memory that calls may share one
// after the other, and grows to readBytes at most, whatever the size of a tile.
func (s Samples) Read(r io.ReaderAt, w pixtrend.Window, dst []byte, scratch *[]byte) error {
	if s.InStrips() {
		return s.readStrips(r, w, dst)
	}
	row, line := w.Width*s.size, s.TileWidth*s.size
	for ty := w.Y / s.TileHeight; ty*s.TileHeight < w.Y+w.Height; ty++ {
		for tx := w.X / s.TileWidth; tx*s.TileWidth < w.X+w.Width; tx++ {
			// The part of the tile that lies in the window.
			x0, x1 := max(w.X, tx*s.TileWidth), min(w.X+w.Width, (tx+1)*s.TileWidth)
			y0, y1 := max(w.Y, ty*s.TileHeight), min(w.Y+w.Height, (ty+1)*s.TileHeight)
			at, _ := s.place(ty*s.across() + tx)
			at += int64(y0-ty*s.TileHeight) * int64(line)
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

// readStrips is Read for strips, of which those that follow each other are one raster.
func (s Samples) readStrips(r io.ReaderAt, w pixtrend.Window, dst []byte) error {
	row, line := w.Width*s.size, int64(s.Width)*int64(s.size)
	for y := 0; y < w.Height; {
		strip := (w.Y + y) / s.TileHeight
		at, strips := s.place(strip)
		before := w.Y + y - strip*s.TileHeight // rows of the strip above y
		at += int64(before)*line + int64(w.X)*int64(s.size)
		rows := 1
		if w.Width == s.Width {
			rows = min(strips*s.TileHeight-before, w.Height-y)
		}
		if err := ReadWhole(r, dst[y*row:][:rows*row], at); err != nil {
			return err
		}
		y += rows
	}
	return nil
}

// ErrMissing says that a file ends before the samples do.
var ErrMissing = errors.New("a part of it is missing")

// ReadWhole fills b with what is at a place in a file. The error is for a sentence that names the
// file.
func ReadWhole(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return ErrMissing
	}
	return atomicfile.Reason(err)
}
