package raster

import (
	"io"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// If the blocks of compressed files make up a window, they are decoded straight into the tile. If
// the file has a predictor, libtiff takes longer to undo it than to decompress ZSTD: 40 % of a fit
// of 21 dates of int16, and 60 % for float32 with predictor 3. So GDAL reads the file through a
// file system that hides the predictor, and the predictor is undone here, in a fifth of the time,
// while the block is in cache.
//
// Blocks of DEFLATE are decompressed without libtiff, which takes some that end early for whole ones
// and leaves what it did not write as it was.

// blocksName returns the name under which GDAL opens the file at path for the blocks of p.
func (p *plane) blocksName(path string) string {
	if p.predictor == 0 {
		return path
	}
	return gdal.WithoutPredictor(path, p.predictorAt)
}

// madeOfBlocks reports whether w is whole blocks of p, which then are decoded past GDAL's block
// cache.
func (p *plane) madeOfBlocks(g geo.Grid, w pixtrend.Window) bool {
	whole := func(from, n, block, all int) bool {
		return from%block == 0 && (n%block == 0 || from+n == all)
	}
	return p.compressed && !p.interleaved && !p.array && whole(w.X, w.Width, p.blockWidth, g.Width) && whole(w.Y, w.Height, p.blockHeight, g.Height)
}

// readBlocks fills dst, pixels of w row by row, from the blocks of p, which decode decodes by their
// column and row.
func (r *reader) readBlocks(p *plane, w pixtrend.Window, dst []byte, decode func(x, y int, into []byte) error) error {
	size := p.dtype.Size()
	line, row := p.blockWidth*size, w.Width*size
	block := line * p.blockHeight
	for y := 0; y < w.Height; y += p.blockHeight {
		rows := min(p.blockHeight, w.Height-y)
		for x := 0; x < w.Width; x += p.blockWidth {
			into, straight := dst[y*row:], p.blockWidth == w.Width && rows == p.blockHeight
			if !straight {
				if len(r.tile) < block {
					r.tile = make([]byte, block)
				}
				into = r.tile
			}
			into = into[:block]
			if err := decode((w.X+x)/p.blockWidth, (w.Y+y)/p.blockHeight, into); err != nil {
				return err
			}
			if p.predictor > 0 {
				tiff.Undo(p.predictor, into[:rows*line], p.blockWidth, size, &r.row)
			}
			if straight {
				continue
			}
			part := min(p.blockWidth, w.Width-x) * size
			for i := range rows {
				copy(dst[(y+i)*row+x*size:][:part], into[i*line:])
			}
		}
	}
	return nil
}

// inflate decompresses a block of p, which lies in a file.
func (r *reader) inflate(p *plane, file io.ReaderAt, x, y int, into []byte) error {
	stored, whole, err := p.deflated.Read(file, x, y, &r.stored)
	if err != nil {
		return err
	}
	return gdal.Inflate(into[:whole], stored)
}
