package pixtrend

import (
	"context"
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Composites is a Source whose dates are composites of the scenes of another Source, which it reads
// as they are needed. It keeps a window of scenes for each worker.
type Composites struct {
	source  Source
	scenes  Grid
	grid    Grid
	groups  []timeaxis.Group
	by      stats.Composite
	workers []composeWorker
}

// composeWorker is the memory of one worker.
type composeWorker struct {
	scenes []byte
	room   *stats.ComposeRoom
}

// Compose returns the composites of a source: plane i is made of its dates from groups[i].First to
// before groups[i].End, and axis has the dates of the composites. threads is the number of workers
// that read, as in Options.Threads; 0 is one for each CPU.
//
// Gaps are NaN. Composites have the scale and the offset of the samples; counts have none.
func Compose(source Source, groups []timeaxis.Group, axis timeaxis.Axis, by stats.Composite, threads int) (*Composites, error) {
	scenes := source.Grid()
	if len(groups) != len(axis.T) || len(groups) == 0 {
		return nil, fmt.Errorf("pixtrend: %d composites for an axis of %d dates", len(groups), len(axis.T))
	}
	largest, at := 0, 0
	for _, g := range groups {
		if g.First < at || g.End <= g.First || g.End > len(scenes.Axis.T) {
			return nil, fmt.Errorf("pixtrend: a composite of the dates %d to %d of %d, after those before %d", g.First, g.End, len(scenes.Axis.T), at)
		}
		largest, at = max(largest, g.End-g.First), g.End
	}
	crew, err := Options{Threads: threads}.crew(scenes.Width * scenes.Height)
	if err != nil {
		return nil, err
	}
	if scenes.Scale < 0 {
		by = by.Downwards()
	}
	c := &Composites{source: source, scenes: scenes, groups: groups, by: by, workers: make([]composeWorker, crew.Workers)}
	for i := range c.workers {
		c.workers[i].room = by.NewRoom(largest)
	}
	g := scenes
	g.Axis, g.Type, g.Valid, g.Masked = axis, by.Type(scenes.Type), kernel.Valid{}, false
	if by.IsCount() {
		g.Scale, g.Offset = 1, 0
	}
	if !scenes.WholeBlocks {
		largest = len(scenes.Axis.T)
	}
	g.ScratchBytes += largest * scenes.Type.Size()
	if scenes.Masked {
		g.ScratchBytes += largest
	}
	c.grid = g
	return c, nil
}

// Grid describes the composites.
func (c *Composites) Grid() Grid { return c.grid }

// Read fills dst with composites.
func (c *Composites) Read(ctx context.Context, worker int, w Window, first int, dst kernel.Tile) error {
	own, groups := &c.workers[worker], c.groups[first:first+dst.Dates]
	if c.scenes.WholeBlocks {
		for i, g := range groups {
			scenes, err := c.read(ctx, worker, w, g.First, g.End)
			if err != nil {
				return err
			}
			c.by.Compose(dst, i, scenes, c.scenes.Valid, own.room)
		}
		return nil
	}
	scenes, err := c.read(ctx, worker, w, 0, len(c.scenes.Axis.T))
	if err != nil {
		return err
	}
	for i, g := range groups {
		c.by.Compose(dst, i, datesOf(scenes, g.First, g.End), c.scenes.Valid, own.room)
	}
	return nil
}

// read reads the scenes [first, end) of a window.
func (c *Composites) read(ctx context.Context, worker int, w Window, first, end int) (kernel.Tile, error) {
	own := &c.workers[worker]
	bytes := gridTileBytes(c.scenes, w.Pixels(), end-first)
	if int64(len(own.scenes)) < bytes {
		own.scenes = make([]byte, bytes)
	}
	tile := gridTile(c.scenes, w.Pixels(), end-first, own.scenes)
	return tile, c.source.Read(ctx, worker, w, first, tile)
}

// datesOf returns a view of the dates [first, end) of a tile that is not packed.
func datesOf(t kernel.Tile, first, end int) kernel.Tile {
	t.Dates = end - first
	t.Data = t.Data[first*t.Stride*t.Type.Size():]
	if t.Mask.Data != nil {
		t.Mask.Data = t.Mask.Data[first*t.Mask.Stride:] // of bytes
	}
	return t
}

// gridTileBytes returns the size of a tile of samples of g, with its mask if the source has one.
func gridTileBytes(g Grid, pixels, dates int) int64 {
	bytes := int64(layout.TileBytes(g.Type, pixels, dates))
	if g.Masked {
		bytes += int64(layout.TileBytes(kernel.Uint8, pixels, dates))
	}
	return bytes
}

// gridTile returns a tile in buf for samples of g, followed by its mask if the source has one.
func gridTile(g Grid, pixels, dates int, buf []byte) kernel.Tile {
	t := layout.NewTile(g.Type, pixels, dates, buf)
	t.InCache = true
	if g.Masked {
		mask := layout.NewTile(kernel.Uint8, pixels, dates, buf[len(t.Data):])
		t.Mask = kernel.Mask{Data: mask.Data, Stride: mask.Stride}
	}
	return t
}
