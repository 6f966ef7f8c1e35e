package raster

import (
	"bytes"
	"context"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// A plane may lie on a part of the grid of the stack, and may have further pieces on other parts. Its
// pixels are then copied to their places in the tile, and pixels that no piece covers are gaps, which
// the mask of the tile says.

// placed reports whether p does not simply cover the grid of the stack.
func (p *plane) placed() bool { return p.at != (pixtrend.Window{}) || len(p.pieces) > 0 }

// withPieces returns p and its further pieces.
func (p *plane) withPieces() []*plane { return append([]*plane{p}, p.pieces...) }

// own returns the grid of the raster of p in a stack with the grid g. Only its size is right.
func (p *plane) own(g geo.Grid) geo.Grid {
	if p.at != (pixtrend.Window{}) {
		g.Width, g.Height = p.at.Width, p.at.Height
	}
	return g
}

// area returns the part of a window of the stack that p, without its further pieces, covers.
func (p *plane) area(w pixtrend.Window) pixtrend.Window {
	at := p.at
	if at == (pixtrend.Window{}) {
		return w
	}
	x0, y0 := max(w.X, at.X), max(w.Y, at.Y)
	x1, y1 := min(w.X+w.Width, at.X+at.Width), min(w.Y+w.Height, at.Y+at.Height)
	if x0 >= x1 || y0 >= y1 {
		return pixtrend.Window{}
	}
	return pixtrend.Window{X: x0, Y: y0, Width: x1 - x0, Height: y1 - y0}
}

// inOwn returns where a part of the stack lies in the raster of p.
func (p *plane) inOwn(w pixtrend.Window) pixtrend.Window {
	w.X, w.Y = w.X-p.at.X, w.Y-p.at.Y
	return w
}

// readDate fills plane i of dst, and of its mask, with p in the window w of the stack. If the samples
// are there already, it fills the mask alone.
func (s *Stack) readDate(ctx context.Context, r *reader, p *plane, w pixtrend.Window, i int, dst kernel.Tile, there bool) error {
	r.date = i
	if !p.placed() {
		return s.readPiece(ctx, r, p, w, i, dst, there)
	}
	clear(dst.PlaneBytes(i))
	clear(maskOf(dst, i))
	for _, q := range p.withPieces() {
		area := q.area(w)
		if area.Pixels() == 0 {
			continue
		}
		tile := r.pieceTile(dst.Type, area.Pixels())
		if err := s.readPiece(ctx, r, q, area, 0, tile, false); err != nil {
			return err
		}
		if x, y, differ := overlay(dst, i, w, tile, area); differ {
			return fault.Inputf("%s overlaps another piece of its raster and differs from it at column %d, row %d of both together: make one raster of them, such as with gdalbuildvrt and gdal_translate, which takes the last one",
				s.files[q.file], x, y)
		}
	}
	return nil
}

// readPiece fills plane i of dst with the raster of p in a part of the stack that it covers.
func (s *Stack) readPiece(ctx context.Context, r *reader, p *plane, area pixtrend.Window, i int, dst kernel.Tile, there bool) error {
	own := p.inOwn(area)
	err := s.readLane(ctx, r, p.file, own, func() error { return s.readRaster(r, p, own, i, dst, there) })
	if err != nil || !p.maskedFrom() {
		return err
	}
	return s.readMask(ctx, r, p, area, i, dst)
}

// pieceTile returns memory of r for a plane of some pixels, with a mask.
func (r *reader) pieceTile(d kernel.DType, pixels int) kernel.Tile {
	samples := aligned(pixels * d.Size())
	if len(r.piece) < samples+pixels {
		r.piece = make([]byte, samples+pixels)
	}
	return kernel.Tile{Type: d, Data: r.piece[:pixels*d.Size()], Dates: 1, Pixels: pixels, Stride: pixels,
		Mask: kernel.Mask{Data: r.piece[samples : samples+pixels], Stride: pixels}}
}

// overlay copies the visible pixels of a tile, which is of an area of a window, to plane i of dst,
// which is of the whole window. Where another piece has put a different sample before, it returns the
// pixel.
func overlay(dst kernel.Tile, i int, w pixtrend.Window, tile kernel.Tile, area pixtrend.Window) (x, y int, differ bool) {
	size := dst.Type.Size()
	samples, visible := dst.PlaneBytes(i), maskOf(dst, i)
	for row := range area.Height {
		from := row * area.Width
		to := (area.Y-w.Y+row)*w.Width + area.X - w.X
		free := bytes.Count(visible[to:][:area.Width], []byte{0}) == area.Width
		if free {
			copy(samples[to*size:], tile.Data[from*size:][:area.Width*size])
			copy(visible[to:], tile.Mask.Data[from:][:area.Width])
			continue
		}
		for column := range area.Width {
			a, b := to+column, from+column
			if tile.Mask.Data[b] == 0 {
				continue
			}
			sample, before := tile.Data[b*size:][:size], samples[a*size:][:size]
			if visible[a] != 0 && !bytes.Equal(sample, before) {
				return area.X + column, area.Y + row, true
			}
			copy(before, sample)
			visible[a] = tile.Mask.Data[b]
		}
	}
	return 0, 0, false
}

// readMask hides samples of plane i of dst, an area of the stack, by the mask of p in another file.
// Where that file has no pixel, all are hidden.
func (s *Stack) readMask(ctx context.Context, r *reader, p *plane, area pixtrend.Window, i int, dst kernel.Tile) error {
	visible := maskOf(dst, i)
	if !p.mask.placed() {
		return s.hideBy(ctx, r, p.mask, area, visible)
	}
	n := area.Pixels()
	if len(r.covered) < 2*n {
		r.covered = make([]byte, 2*n)
	}
	covered, part := r.covered[:n], r.covered[n:2*n]
	clear(covered)
	for _, m := range p.mask.withPieces() {
		of := m.area(area)
		shown := part[:of.Pixels()]
		for j := range shown {
			shown[j] = 255
		}
		if len(shown) == 0 {
			continue
		}
		if err := s.hideBy(ctx, r, m, of, shown); err != nil {
			return err
		}
		for row := range of.Height {
			copy(covered[(of.Y-area.Y+row)*area.Width+of.X-area.X:], shown[row*of.Width:][:of.Width])
		}
	}
	for j, c := range covered {
		visible[j] &= c
	}
	return nil
}

// hideBy sets visible to 0 where the mask m, a raster that covers the area, says so.
func (s *Stack) hideBy(ctx context.Context, r *reader, m *plane, area pixtrend.Window, visible []byte) error {
	own := m.inOwn(area)
	return s.readLane(ctx, r, m.file, own, func() error {
		r.startValid(own.Pixels())
		raw := r.scratch([]*plane{m}, own.Pixels())[0]
		if err := s.readBand(r, m, own, raw); err != nil {
			return err
		}
		s.observer.see(r.date, m, raw)
		m.maskTable.hide(visible, raw, m.dtype)
		if m.warp != nil {
			and(visible, r.valid)
		}
		return nil
	})
}

// and hides what other hides.
func and(visible, other []byte) {
	for i := range visible {
		visible[i] &= other[i]
	}
}
