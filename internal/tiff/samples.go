package tiff

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
)

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Open returns the directory of a local TIFF, and the file, which the caller closes; nil for what is not
// one.
func Open(name string) (*File, *os.File) {
	if strings.HasPrefix(name, "/vsi") {
		return nil, nil
	}
	file, err := os.Open(name)
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

// Read fills dst, of pixels row by row, with the samples of w.
func (s Samples) Read(r io.ReaderAt, w pixtrend.Window, dst []byte, scratch *[]byte) error {
	row := w.Width * s.size
	if s.TileWidth == s.Width {
		// Strips that follow each other are one raster.
		line := int64(s.Width) * int64(s.size)
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
	line := s.TileWidth * s.size
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
