package trendmap

import (
	"math"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
)

// DefaultMemory is the number of bytes that drawing a map may take.
const DefaultMemory = 512 << 20

// programBytes is what a map takes whatever its size: the program, GDAL, a window of the raster and
// samples of its values.
const programBytes = 96 << 20

// checkMemory reports whether a map fits the memory, before anything is read.
func (d *drawing) checkMemory() error {
	page := d.layout.PageBytes()
	cells := d.layout.CellBytes(d.mask.band >= 0)
	if d.sampled { // read from a smaller raster
		w, h := d.reducedSize()
		cells += int64(w) * int64(h) * 8
		if d.mask.band >= 0 {
			cells += int64(w) * int64(h) * 9
		}
	}
	need := programBytes + min(raster.TrendCache, d.bandBytes()) + max(page, cells)
	if need <= d.o.Memory {
		return nil
	}
	return fault.Errorf("a map of %d × %d pixels takes %d MiB, more than the memory of %d MiB: draw a smaller one with %v, or allow more with %v",
		d.layout.PictureWidth, d.layout.PictureHeight, need>>20+1, d.o.Memory>>20, fault.Option{Field: "Size"}, fault.Option{Field: "Memory"})
}

// bandBytes is an upper limit of the samples of the bands that are read.
func (d *drawing) bandBytes() int64 {
	return int64(math.Min(float64(d.Width)*float64(d.Height)*16, math.MaxInt64/4))
}

// reducedSize returns the size of the smaller raster from which the map of a large one is drawn:
// some pixels for each cell.
func (d *drawing) reducedSize() (width, height int) {
	each := max(1, 3000/max(d.layout.Width, d.layout.Height))
	return min(d.Width, each*d.layout.Width), min(d.Height, each*d.layout.Height)
}
