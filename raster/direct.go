package raster

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// directFile is a local file whose uncompressed samples are read as they lie. One open file serves all
// workers, since each read says from where.
type directFile struct {
	name string
	info fs.FileInfo // when it was checked
	kept atomic.Pointer[os.File]
}

// with calls fn with the open file, and keeps it open if there is room for one more.
func (d *directFile) with(rs *readers, fn func(io.ReaderAt) error) error {
	if file := d.kept.Load(); file != nil {
		return fn(file)
	}
	file, err := os.Open(d.name)
	if err != nil {
		return inputErrorf("cannot open %s again (%v): was it moved or replaced meanwhile?", d.name, reason(err))
	}
	info, err := file.Stat()
	if err != nil || !os.SameFile(info, d.info) || info.Size() != d.info.Size() || !info.ModTime().Equal(d.info.ModTime()) {
		_ = file.Close()
		return inputErrorf("%s is no longer the file that was checked: run again when nothing writes to it", d.name)
	}
	if rs.open.Add(1) <= rs.limit && d.kept.CompareAndSwap(nil, file) {
		return fn(file)
	}
	rs.open.Add(-1)
	return errors.Join(fn(file), file.Close())
}

func (d *directFile) close() error {
	if file := d.kept.Swap(nil); file != nil {
		return file.Close()
	}
	return nil
}

// lookAt returns the directory of a local TIFF, and the file, which the caller closes; nil for what is not
// one.
func lookAt(name string) (*tiffFile, *os.File) {
	if strings.HasPrefix(name, "/vsi") {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil
	}
	t, err := readTIFF(file)
	if err != nil {
		_ = file.Close()
		return nil, nil
	}
	return t, file
}

// read fills dst, of pixels row by row, with the samples of w.
func (s samplesAt) read(r io.ReaderAt, w pixtrend.Window, dst []byte, scratch *[]byte) error {
	row := w.Width * s.size
	if s.tileWidth == s.width {
		// Strips that follow each other are one raster.
		line := int64(s.width) * int64(s.size)
		at := s.first + int64(w.Y)*line + int64(w.X)*int64(s.size)
		if w.Width == s.width {
			return readWhole(r, dst[:w.Height*row], at)
		}
		for y := range w.Height {
			if err := readWhole(r, dst[y*row:(y+1)*row], at+int64(y)*line); err != nil {
				return err
			}
		}
		return nil
	}
	line := s.tileWidth * s.size
	tile := line * s.tileHeight
	if len(*scratch) < tile {
		*scratch = make([]byte, tile)
	}
	for ty := w.Y / s.tileHeight; ty*s.tileHeight < w.Y+w.Height; ty++ {
		for tx := w.X / s.tileWidth; tx*s.tileWidth < w.X+w.Width; tx++ {
			// The part of the tile that lies in the window.
			x0, x1 := max(w.X, tx*s.tileWidth), min(w.X+w.Width, (tx+1)*s.tileWidth)
			y0, y1 := max(w.Y, ty*s.tileHeight), min(w.Y+w.Height, (ty+1)*s.tileHeight)
			from := (y0 - ty*s.tileHeight) * line
			part := (*scratch)[:(y1-y0)*line]
			if err := readWhole(r, part, s.first+int64(ty*s.across()+tx)*int64(tile)+int64(from)); err != nil {
				return err
			}
			for y := y0; y < y1; y++ {
				src := part[(y-y0)*line+(x0-tx*s.tileWidth)*s.size:]
				copy(dst[(y-w.Y)*row+(x0-w.X)*s.size:], src[:(x1-x0)*s.size])
			}
		}
	}
	return nil
}

func readWhole(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return errors.New("a part of it is missing")
	}
	return reason(err)
}

// bytesOf returns the memory of plane i of t.
func bytesOf(t kernel.Tile, i int) []byte {
	size := t.Type.Size()
	return t.Data[i*t.Stride*size:][:t.Pixels*size]
}

// likenesses are the descriptions of files that GDAL has looked at, by what is like in others.
type likenesses map[string]likeness

type likeness struct {
	planes []plane
	geo    geo
}

// describe says what look finds out about a file, which it spares for one that is like one before. It says
// too how the samples can be read past GDAL, if they can.
func (known likenesses) describe(name string, o OpenOptions, look func() ([]plane, geo, error)) ([]plane, geo, *directFile, error) {
	var t *tiffFile
	var like string
	direct := &directFile{name: name}
	if len(o.Drivers) == 0 && len(sidecars(name)) == 0 {
		var file *os.File
		if t, file = lookAt(name); t != nil {
			defer func() { _ = file.Close() }()
			like = t.likeness()
			var err error
			if direct.info, err = file.Stat(); err != nil {
				t = nil
			}
		}
	}
	l, ok := known[like]
	if !ok || like == "" {
		var err error
		if l.planes, l.geo, err = look(); err != nil {
			return nil, geo{}, nil, err
		}
		known[like] = l
	}
	planes := make([]plane, len(l.planes))
	for i, p := range l.planes {
		planes[i] = p.clone()
	}
	if t != nil {
		labelFromTags(t, planes)
	}
	lies := false
	for i := range planes {
		for _, p := range planes[i].inFile() {
			p.lies, p.predictor = nil, 0
			switch {
			case t == nil:
			case p.compressed:
				p.predictor, p.predictorAt = t.predictor(p.band, p.dtype)
			default:
				at, ok := t.samples(p.band, p.dtype.Size())
				if ok && at.width == l.geo.width && at.height == l.geo.height && at.tileWidth == p.blockWidth {
					p.lies, p.direct, lies = &at, true, true
				}
			}
		}
	}
	if !lies {
		direct = nil
	}
	return planes, l.geo, direct, nil
}
