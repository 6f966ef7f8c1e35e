package gdal

import (
	"math"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// GDAL's warper asks a raster for any window, and a raster that GDAL makes of a variable decodes a chunk
// of several dates for each of them. So the window that a block needs is found here, read with all dates
// of its chunks, and held. What is found depends on the block alone, as its pixels do.

// partToWarp is a part of a block, and the window of the source that it needs; empty if none.
type partToWarp struct{ of, source pixtrend.Window }

// heldWindow is a window of some bands that is in memory.
type heldWindow struct {
	window       pixtrend.Window
	first, bands int
	samples      []byte
}

// dtype returns the type of the samples, which has been found to be one that can be fitted.
func (a *array) dtype() kernel.DType { return dtypes[godal.DataType(a.md.dataType())] }

// partsToWarp cuts a block into parts of which each needs no more of the source than may be held.
func (a *array) partsToWarp(of Warp, b *Block) (parts []partToWarp) {
	if a.parts.block == b {
		return a.parts.list // of another band
	}
	defer func() { a.parts.block, a.parts.list = b, parts }()
	size := a.dtype().Size()
	todo := []pixtrend.Window{{Width: b.window.Width, Height: b.window.Height}}
	for len(todo) > 0 {
		part := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		source := a.neededBy(of, b, part)
		if source.Pixels()*size <= WarpHeld || part.Pixels() == 1 {
			parts = append(parts, partToWarp{part, source})
			continue
		}
		todo = append(todo, halves(part)...)
	}
	return parts
}

// halves cuts the longer side of a window in two.
func halves(w pixtrend.Window) []pixtrend.Window {
	a, b := w, w
	if w.Width > w.Height {
		a.Width /= 2
		b.X, b.Width = b.X+a.Width, b.Width-a.Width
	} else {
		a.Height /= 2
		b.Y, b.Height = b.Y+a.Height, b.Height-a.Height
	}
	return []pixtrend.Window{a, b}
}

// filterRadius is the radius of the largest filter, Lanczos, and of what GDAL adds.
const filterRadius = 3 + 2

// neededBy returns the window of the source in which the pixels of a part lie, and as much around it as
// the filter and the corners of pixels reach.
func (a *array) neededBy(of Warp, b *Block, part pixtrend.Window) pixtrend.Window {
	var columns, rows reach
	n, width := b.window.Pixels(), b.window.Width
	xs := unsafe.Slice((*float64)(b.xy), n)
	ys := unsafe.Slice((*float64)(unsafe.Add(b.xy, 8*n)), n)
	inverse := inverted(a.place.transform)
	for row := part.Y; row < part.Y+part.Height; row++ {
		for column := part.X; column < part.X+part.Width; column++ {
			i := row*width + column
			at := applied(inverse, xs[i], ys[i])
			columns.add(at[0])
			rows.add(at[1])
			for _, next := range []int{beside(i, column, width, 1), beside(i, row, b.window.Height, width)} {
				other := applied(inverse, xs[next], ys[next])
				columns.space(other[0] - at[0])
				rows.space(other[1] - at[1])
			}
		}
	}
	x0, x1 := columns.limits(of.Scale[0], a.md.dims[a.x].size)
	y0, y1 := rows.limits(of.Scale[1], a.md.dims[a.y].size)
	if x0 >= x1 || y0 >= y1 {
		return pixtrend.Window{}
	}
	return pixtrend.Window{X: x0, Y: y0, Width: x1 - x0, Height: y1 - y0}
}

// beside returns the index of a neighbour of pixel i, which is number at of so many pixels that are step
// apart.
func beside(i, at, of, step int) int {
	switch {
	case at+1 < of:
		return i + step
	case at > 0:
		return i - step
	}
	return i
}

// reach is the range of the columns or rows of the source in which pixels lie, and the largest distance
// of two neighbours.
type reach struct {
	least, most, apart float64
	any                bool
}

func (r *reach) add(v float64) {
	switch {
	case math.IsInf(v, 0) || math.IsNaN(v):
	case !r.any:
		r.least, r.most, r.any = v, v, true
	default:
		r.least, r.most = min(r.least, v), max(r.most, v)
	}
}

func (r *reach) space(v float64) {
	if v = math.Abs(v); v > r.apart && !math.IsInf(v, 0) {
		r.apart = v
	}
}

// limits returns the first column or row that is needed, and the one after the last, of a size. scale is
// that of a Warp.
func (r *reach) limits(scale float64, size int) (from, to int) {
	if !r.any {
		return 0, 0
	}
	around := filterRadius/min(1, scale) + 2*r.apart
	return int(max(0, math.Floor(r.least-around))), int(max(0, min(float64(size), math.Ceil(r.most+around))))
}

// applied returns where a transform brings a point.
func applied(t [6]float64, x, y float64) [2]float64 {
	return [2]float64{t[0] + x*t[1] + y*t[2], t[3] + x*t[4] + y*t[5]}
}

// inverted returns the inverse of a transform, which has one.
func inverted(t [6]float64) [6]float64 {
	det := t[1]*t[5] - t[2]*t[4]
	return [6]float64{(t[2]*t[3] - t[0]*t[5]) / det, t[5] / det, -t[2] / det, (t[0]*t[4] - t[1]*t[3]) / det, -t[4] / det, t[1] / det}
}

// hold returns the samples of a band in a window, of which those outside of the valid range have the
// nodata value. It reads the bands of a chunk together, if there is room for them.
func (a *array) hold(w pixtrend.Window, of Warp, t kernel.DType) ([]byte, error) {
	band, size := of.Band-1, w.Pixels()*t.Size()
	for _, h := range a.held {
		if h.window == w && band >= h.first && band < h.first+h.bands {
			return h.samples[(band-h.first)*size:][:size], nil
		}
	}
	h := heldWindow{window: w, first: band / a.chunk[2] * a.chunk[2]}
	h.bands = min(a.chunk[2], a.bands()-h.first)
	if h.bands*size > WarpHeld {
		h.first, h.bands = band, 1
	}
	room := 0
	for _, other := range a.held {
		room += len(other.samples)
	}
	if room+h.bands*size > WarpHeld {
		a.held = nil
	}
	h.samples = make([]byte, h.bands*size)
	if err := a.read(w, h.first, h.bands, t, h.samples, size); err != nil {
		return nil, err
	}
	if of.Valid != nil {
		replaceInvalid(t, h.samples, *of.Valid, *of.Nodata)
	}
	a.held = append(a.held, h)
	return h.samples[(band-h.first)*size:][:size], nil
}

// replaceInvalid sets samples outside of limits to the nodata value.
func replaceInvalid(t kernel.DType, samples []byte, limits [2]float64, nodata float64) {
	tile := kernel.Tile{Type: t, Data: samples, Dates: 1, Pixels: len(samples) / t.Size()}
	switch t {
	case kernel.Uint8:
		replaceIn(kernel.Plane[uint8](tile, 0), limits, nodata)
	case kernel.Int8:
		replaceIn(kernel.Plane[int8](tile, 0), limits, nodata)
	case kernel.Uint16:
		replaceIn(kernel.Plane[uint16](tile, 0), limits, nodata)
	case kernel.Int16:
		replaceIn(kernel.Plane[int16](tile, 0), limits, nodata)
	case kernel.Uint32:
		replaceIn(kernel.Plane[uint32](tile, 0), limits, nodata)
	case kernel.Int32:
		replaceIn(kernel.Plane[int32](tile, 0), limits, nodata)
	case kernel.Float32:
		replaceIn(kernel.Plane[float32](tile, 0), limits, nodata)
	default:
		replaceIn(kernel.Plane[float64](tile, 0), limits, nodata)
	}
}

func replaceIn[T kernel.Sample](samples []T, limits [2]float64, nodata float64) {
	for i, y := range samples {
		if !(float64(y) >= limits[0] && float64(y) <= limits[1]) {
			samples[i] = T(nodata)
		}
	}
}

// putPart copies the samples of a part of a block, of a size each, to their places in the block.
func putPart(block, part pixtrend.Window, into, samples []byte, size int) {
	for row := range part.Height {
		at := (part.Y+row)*block.Width + part.X
		copy(into[at*size:][:part.Width*size], samples[row*part.Width*size:])
	}
}
