package trendmap

import (
	"math"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
)

// DefaultMemory is the number of bytes that drawing a map may take.
const DefaultMemory = 512 << 20

const (
	// programBytes is what a map takes whatever its size: the program, GDAL, a window of the raster and
	// samples of its values.
	programBytes = 106 << 20
	// leastCache is the least memory for blocks of the raster.
	leastCache = 4 << 20
)

// shareMemory divides the memory between the map and the blocks of the raster. It returns an error if
// the map does not fit, before anything is read.
func (d *drawing) shareMemory() error {
	most := min(raster.TrendCache, d.bandBytes())
	blocks := d.blockBytes()
	least := max(min(leastCache, most), blocks)
	drawn := programBytes + d.drawnBytes()
	if need := drawn + least; need > d.o.Memory {
		if blocks > leastCache {
			return fault.Errorf("the blocks of %s take %d MiB to read, and its map takes %d MiB, more than the memory of %d MiB: allow more with %v, or rewrite the raster with tiles (gdal_translate -co TILED=YES -co INTERLEAVE=BAND)",
				d.Name, blocks>>20+1, need>>20+1, d.o.Memory>>20, fault.Option{Field: "Memory"})
		}
		return fault.Errorf("a map of %d × %d pixels takes %d MiB, more than the memory of %d MiB: draw a smaller one with %v, or allow more with %v",
			d.layout.PictureWidth, d.layout.PictureHeight, need>>20+1, d.o.Memory>>20, fault.Option{Field: "Size"}, fault.Option{Field: "Memory"})
	}
	d.Cache(min(max(least, most), d.o.Memory-drawn))
	return nil
}

// drawnBytes is the memory of the map itself.
func (d *drawing) drawnBytes() int64 {
	cells := d.layout.CellBytes(d.mask.band >= 0)
	if d.sampled { // read from a smaller raster
		w, h := d.reducedSize()
		cells += int64(w) * int64(h) * 8
		if d.mask.band >= 0 {
			cells += int64(w) * int64(h) * 9
		}
	}
	return max(d.layout.PageBytes(), cells)
}

// blockBytes is the memory that reading any part of the raster takes.
func (d *drawing) blockBytes() int64 {
	n := d.BlockBytes(d.band)
	if d.mask.band >= 0 {
		n = max(n, d.BlockBytes(d.mask.band))
	}
	return n
}

// bandBytes is an upper limit of the samples of the bands that are read.
func (d *drawing) bandBytes() int64 {
	return int64(math.Min(float64(d.Width)*float64(d.Height)*16, math.MaxInt64/4))
}

// reducedSize returns the size of the smaller raster from which the map of a large one is drawn:
// some pixels for each cell, or one if the memory is small.
func (d *drawing) reducedSize() (width, height int) {
	each := max(1, 3000/max(d.layout.Width, d.layout.Height))
	if d.o.Memory < 2*programBytes {
		each = 1
	}
	return min(d.Width, each*d.layout.Width), min(d.Height, each*d.layout.Height)
}
