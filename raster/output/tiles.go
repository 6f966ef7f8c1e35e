package output

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
)

// tiles writes windows to the places of a file's tiles, without GDAL. Several goroutines may write windows
// at once. It gathers the samples of a tile from the windows that overlap it and writes them together, since
// the kernel takes long writes several times faster than short ones, and one write to a file at a time. Each
// byte is copied twice: to the gathered tile, which is in cache, and to the page cache.
//
// The unit that is gathered is a cell: some rows of a tile, so few that the cells that are
// incomplete at a time fit into the memory. If there are more all the same, their rows are written
// as they come.
type tiles struct {
	tiff.Tiling
	file     *os.File
	rows     int          // of a cell
	most     int          // cells that may hold memory
	written  atomic.Int64 // samples
	flushing chan [2]int64
	flushed  sync.WaitGroup

	mu    sync.Mutex // guards the fields below
	cells map[int]*cell
	free  []*cell
	held  int
}

// cell is a part of a tile that is not complete. Goroutines write different samples of it.
type cell struct {
	samples []byte       // nil: there was no memory for it
	missing atomic.Int64 // samples that were not written yet
}

// newTiles prepares to write tiles with at most memory bytes of cells. places is how many windows
// are written at a time. If flush is set, written bytes are sent to the disk at once.
func newTiles(file *os.File, t tiff.Tiling, memory int64, places int, flush bool) *tiles {
	w := &tiles{Tiling: t, file: file, rows: t.TileHeight, cells: map[int]*cell{}}
	row := int64(t.Across) * int64(t.TileWidth) * int64(t.Size) * int64(t.Bands)
	for w.rows%2 == 0 && w.rows > 16 && row*int64(w.rows)*int64(places) > memory {
		w.rows /= 2
	}
	w.most = int(min(memory/w.cellBytes(), int64(t.Tiles())*int64((t.TileHeight-1)/w.rows+1)))
	if flush {
		w.flush()
	}
	return w
}

func (t *tiles) cellBytes() int64 { return int64(t.TileWidth) * int64(t.rows) * int64(t.Size) }

// flush starts a goroutine that sends written bytes to the disk, so that the final sync takes
// little time. It never delays the writer: ranges that it has no time for are left to the final
// sync.
func (t *tiles) flush() {
	t.flushing = make(chan [2]int64, 64)
	t.flushed.Go(func() {
		for r := range t.flushing {
			atomicfile.StartFlush(t.file, r[0], r[1])
		}
	})
}

// stop ends the flushing, after which nothing may be written.
func (t *tiles) stop() {
	if t.flushing != nil {
		close(t.flushing)
		t.flushed.Wait()
		t.flushing = nil
	}
}

// write stores a window of every band.
func (t *tiles) write(w pixtrend.Window, planes kernel.Tile) error {
	if w.X < 0 || w.Y < 0 || w.Width <= 0 || w.Height <= 0 || w.X+w.Width > t.Width || w.Y+w.Height > t.Height ||
		planes.Pixels != w.Pixels() || planes.Dates != t.Bands || planes.Type.Size() != t.Size {
		return fmt.Errorf("a window of %d × %d pixels at column %d, row %d with %d bands of %v is not of this raster",
			w.Width, w.Height, w.X, w.Y, planes.Dates, planes.Type)
	}
	perTile := (t.TileHeight-1)/t.rows + 1
	for band := range t.Bands {
		plane := planes.PlaneBytes(band)
		for ty := w.Y / t.TileHeight; ty*t.TileHeight < w.Y+w.Height; ty++ {
			for tx := w.X / t.TileWidth; tx*t.TileWidth < w.X+w.Width; tx++ {
				for c := range perTile {
					top := ty*t.TileHeight + c*t.rows
					part := pixtrend.Window{X: max(w.X, tx*t.TileWidth), Y: max(w.Y, top)}
					part.Width = min(w.X+w.Width, (tx+1)*t.TileWidth) - part.X
					part.Height = min(w.Y+w.Height, top+t.rows, (ty+1)*t.TileHeight) - part.Y
					if part.Height <= 0 {
						continue
					}
					from := plane[((part.Y-w.Y)*w.Width+part.X-w.X)*t.Size:]
					if err := t.gather(band, tx, ty, c, part, from, w.Width*t.Size); err != nil {
						return err
					}
				}
			}
		}
	}
	t.written.Add(int64(w.Pixels()))
	return nil
}

// gather stores the part of a window that lies in one cell. Its rows are stride bytes apart in
// from.
func (t *tiles) gather(band, tx, ty, c int, part pixtrend.Window, from []byte, stride int) error {
	top := ty*t.TileHeight + c*t.rows
	wide, high := min(t.TileWidth, t.Width-tx*t.TileWidth), min(t.rows, t.TileHeight-c*t.rows, t.Height-top)
	at := t.At(band, tx, ty, c*t.rows)
	line := t.TileWidth * t.Size
	// Rows of a window that is as wide as tiles do not continue in a narrower tile at the edge.
	if stride == line && part.Width == t.TileWidth && part.Height == high {
		return t.put(from[:line*high], at) // it is the cell
	}
	index := ((band*t.Down+ty)*t.Across+tx)*((t.TileHeight-1)/t.rows+1) + c
	begun := t.cell(index, wide, high)
	into := (part.Y-top)*line + (part.X-tx*t.TileWidth)*t.Size
	for y := range part.Height {
		row := from[y*stride:][:part.Width*t.Size]
		if begun.samples != nil {
			copy(begun.samples[into+y*line:], row)
		} else if _, err := t.file.WriteAt(row, at+int64(into+y*line)); err != nil {
			return err
		}
	}
	if begun.missing.Add(-int64(part.Width*part.Height)) > 0 {
		return nil
	}
	defer t.end(index, begun)
	if begun.samples == nil {
		return nil
	}
	return t.put(begun.samples[:line*high], at)
}

// cell returns a cell of so many columns and rows, which it begins if no window has.
func (t *tiles) cell(index, wide, high int) *cell {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.cells[index]
	if c == nil {
		c = t.begin(wide < t.TileWidth)
		c.missing.Store(int64(wide * high))
		t.cells[index] = c
	}
	return c
}

// end frees the memory of a cell that is complete.
func (t *tiles) end(index int, c *cell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.cells, index)
	if c.samples != nil {
		t.free = append(t.free, c)
	}
}

// each reads the tiles of some bands after all are written. For each row of a tile it calls fn with
// the row in every band, cut at the edge of the raster. If fn changes the row of the last band and
// reports so, the tile is written back.
func (t *tiles) each(ctx context.Context, bands []int, fn func(rows [][]byte) (changed bool)) error {
	line := t.TileWidth * t.Size
	parts := make([][]byte, len(bands))
	for i := range parts {
		parts[i] = make([]byte, line*t.TileHeight)
	}
	rows, last := make([][]byte, len(bands)), len(bands)-1
	for ty := range t.Down {
		for tx := range t.Across {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			wide, high := min(t.TileWidth, t.Width-tx*t.TileWidth)*t.Size, min(t.TileHeight, t.Height-ty*t.TileHeight)
			for i, band := range bands {
				if err := tiff.ReadWhole(t.file, parts[i][:line*high], t.At(band, tx, ty, 0)); err != nil {
					return err
				}
			}
			changed := false
			for y := range high {
				for i, part := range parts {
					rows[i] = part[y*line:][:wide]
				}
				changed = fn(rows) || changed
			}
			if changed {
				if err := t.put(parts[last][:line*high], t.At(bands[last], tx, ty, 0)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// begin returns an empty cell. It has no memory if all of the memory is in use. Columns beyond the
// raster are zero, so that the same samples make the same file.
func (t *tiles) begin(edge bool) *cell {
	if n := len(t.free); n > 0 {
		c := t.free[n-1]
		t.free = t.free[:n-1]
		if edge {
			clear(c.samples)
		}
		return c
	}
	if t.held >= t.most {
		return &cell{}
	}
	t.held++
	return &cell{samples: make([]byte, t.cellBytes())}
}

func (t *tiles) put(samples []byte, at int64) error {
	n, err := t.file.WriteAt(samples, at)
	if err == nil && n < len(samples) {
		err = io.ErrShortWrite
	}
	if err == nil && t.flushing != nil {
		select {
		case t.flushing <- [2]int64{at, int64(n)}:
		default:
		}
	}
	return err
}
