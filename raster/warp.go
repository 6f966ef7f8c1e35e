package raster

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// Rasters on another grid are resampled in blocks of one size, which begin at multiples of it on the
// grid of the stack. So a pixel has the same bits in every window.
const warpBlock = 256

// warp is how a band is resampled to the grid of the stack.
type warp struct {
	gdal.Warp
	from, to  geo.Grid
	hasNodata bool // the file has it; what is resampled has none
}

// placeOn sets where the planes of s, which have the grids geos by file, lie on the grid to. Those
// whose pixels are not its pixels are resampled, if the options allow it.
func (s *Stack) placeOn(to geo.Grid, geos []geo.Grid, o OpenOptions) error {
	l, scales := geo.Lattice{Of: to}, map[geo.Grid][2]float64{}
	resampled, beside, how := map[int]bool{}, []int(nil), ""
	for i := range s.planes {
		for _, p := range s.planes[i].withPieces() {
			g := geos[p.file]
			if c := l.Origin(g); c.Whole {
				p.placeAt(c, g, to)
				if p.area(pixtrend.Window{Width: to.Width, Height: to.Height}).Pixels() == 0 {
					beside = append(beside, p.file)
				}
				continue
			}
			if o.ToGrid == "" {
				return fault.Inputf("%s %s: resample it with %v, or bring it there, such as with gdalwarp", s.files[p.file], apart(to, g, s.files[0]), Option{Field: "ToGrid"})
			}
			if len(s.planes[i].pieces) > 0 {
				return fault.Inputf("%s is a piece of a raster on another grid, and pieces are not resampled, which would leave seams: make one raster of them first, such as with gdalbuildvrt", s.files[p.file])
			}
			if _, known := scales[g]; !known {
				scale, err := g.ScaleTo(to)
				if err != nil {
					return fault.Inputf("%s cannot be resampled: %v", s.files[p.file], err)
				}
				scales[g] = scale
			}
			if err := p.resample(g, to, scales[g], o); err != nil {
				return fault.Inputf("%s cannot be resampled: %v", s.files[p.file], err)
			}
			resampled[p.file], how = true, p.warp.Method
		}
	}
	if s.mixesInvalid(o) {
		s.warnings = append(s.warnings, o.sentence("samples outside of %v are resampled with their neighbours before they count as gaps: use %v, or give them the nodata value first", Option{Field: "Valid"}, Option{Field: "Resample", Value: "nearest"}))
	}
	if len(beside) > 0 {
		s.warnings = append(s.warnings, s.files[beside[0]]+others(len(slices.Compact(beside))-1)+" lies beside the grid of the stack, so that all its pixels there are gaps")
	}
	if n := len(resampled); n > 0 {
		s.warnings = append(s.warnings, fmt.Sprintf("%d of %d rasters are resampled as they are read (%s), to %s with pixels of %.6g × %.6g, which takes far longer than reading them: before many fits, resample them once with gdalwarp",
			n, len(geos), how, to.CRS(), math.Hypot(to.Transform[1], to.Transform[4]), math.Hypot(to.Transform[2], to.Transform[5])))
	}
	return nil
}

// placeAt sets where the raster of p, of the grid g, lies on the grid to.
func (p *plane) placeAt(c geo.Origin, g, to geo.Grid) {
	at := pixtrend.Window{X: c.X, Y: c.Y, Width: g.Width, Height: g.Height}
	if at == (pixtrend.Window{Width: to.Width, Height: to.Height}) && len(p.pieces) == 0 {
		at = pixtrend.Window{}
	}
	for _, q := range p.bandsInFile() {
		q.at = at
	}
}

// resample has the bands of p resampled from g to another grid.
func (p *plane) resample(g, to geo.Grid, scale [2]float64, o OpenOptions) error {
	for _, q := range p.bandsInFile() {
		method := cmp.Or(o.Resample, usualMethod)
		if o.ofMasks || q == p.mask || q.classes {
			method = "nearest"
		}
		if q.signedByte && method != "nearest" {
			return fault.Errorf("band %d holds int8, which this GDAL resamples as uint8: use %v", q.band, Option{Field: "Resample", Value: "nearest"})
		}
		q.warp = &warp{Warp: gdal.Warp{Band: q.band, Alpha: p.alpha, Method: method, Scale: scale}, from: g, to: to, hasNodata: q.hasNodata}
		switch {
		case q.hasNodata && q != p.mask && !o.ofMasks:
			nodata := q.nodata
			q.warp.Nodata, q.hasNodata = &nodata, false
		case !q.hasNodata && (q.dtype == kernel.Float32 || q.dtype == kernel.Float64):
			nodata := math.NaN()
			q.warp.Nodata = &nodata
		}
		if r := cmp.Or(o.Valid, q.rng); r != nil && q.array && q != p.mask && !o.ofMasks {
			q.warp.hideInvalid(q.dtype, *r)
		}
		q.direct, q.stored, q.deflated, q.predictor, q.interleaved, q.compressed = false, nil, nil, 0, false, true
		q.blockDates, q.pieceDates, q.blockAbove = 0, 0, 0
		q.blockWidth, q.blockHeight = min(warpBlock, to.Width), min(warpBlock, to.Height)
		pixels := q.blockWidth * q.blockHeight
		q.blockBytes = gdal.WarpMemory + mostBlocks*gdal.BlockBytes(pixels) + int64(pixels)*int64(q.dtype.Size()+1)
		if q.array {
			q.blockBytes += gdal.WarpHeld
		}
		q.at = pixtrend.Window{}
	}
	p.masked, p.alpha = false, 0 // the source's mask decides what is resampled
	return nil
}

// hideInvalid makes samples outside of a range gaps before they are resampled. A type that has no value
// outside of the range has no such samples.
func (w *warp) hideInvalid(t kernel.DType, r Range) {
	if w.Nodata == nil {
		for _, v := range []float64{math.MinInt32, math.MinInt16, math.MinInt8, 0, math.MaxInt8, math.MaxUint8, math.MaxInt16, math.MaxUint16, math.MaxInt32, math.MaxUint32} {
			if (v < r.Lo || v > r.Hi) && pixtrend.CanBeNodata(t, v) {
				w.Nodata = &v
			}
		}
	}
	if w.Nodata != nil {
		w.Valid = &[2]float64{r.Lo, r.Hi}
	}
}

// mixesInvalid reports whether GDAL resamples samples that the options make invalid. Those of variables
// are replaced before.
func (s *Stack) mixesInvalid(o OpenOptions) bool {
	return o.Valid != nil && slices.ContainsFunc(s.planes, func(p plane) bool { return p.warp != nil && p.warp.Method != "nearest" && !p.array })
}

// resampled reports whether any raster is resampled as it is read.
func (s *Stack) resampled() bool {
	return slices.ContainsFunc(s.bands, func(p *plane) bool { return p.warp != nil })
}

// inFile returns p with the meaning of its samples in the file.
func (p *plane) inFile() plane {
	q := *p
	if p.warp != nil {
		q.hasNodata = p.warp.hasNodata
	}
	return q
}

// startValid begins to gather which of some pixels have samples in all resampled bands.
func (r *reader) startValid(pixels int) {
	if len(r.valid) < pixels {
		r.valid = make([]byte, pixels)
	}
	for i := range r.valid[:pixels] {
		r.valid[i] = 255
	}
}

// warps remembers where the pixels of blocks lie in other CRSs, which all dates of a window share.
type warps struct {
	warpers map[string]*gdal.Warper // by CRS
	window  pixtrend.Window         // that the blocks are of
	blocks  map[blockIn]*gdal.Block
}

// blockIn is a block of the grid of the stack in another CRS.
type blockIn struct {
	crs  string
	x, y int
}

// mostBlocks is how many blocks a reader remembers, of a MiB each. Others are found again for each
// date.
const mostBlocks = 4

// block returns a block of p, which is read in the window w.
func (ws *warps) block(p *plane, w, block pixtrend.Window) (*gdal.Block, error) {
	if ws.window != w || ws.blocks == nil {
		ws.window, ws.blocks = w, map[blockIn]*gdal.Block{}
	}
	key := blockIn{p.warp.from.WKT, block.X, block.Y}
	if b := ws.blocks[key]; b != nil {
		return b, nil
	}
	warper := ws.warpers[key.crs]
	if warper == nil {
		var err error
		if warper, err = gdal.NewWarper(key.crs, p.warp.to.WKT, p.warp.to.Transform); err != nil {
			return nil, err
		}
		if ws.warpers == nil {
			ws.warpers = map[string]*gdal.Warper{}
		}
		ws.warpers[key.crs] = warper
	}
	b := warper.Block(block)
	if len(ws.blocks) < mostBlocks {
		ws.blocks[key] = b
	}
	return b, nil
}

// readWarped fills dst with the samples of p in w, resampled, and hides in r.valid the pixels that
// have none.
func (r *reader) readWarped(h *handle, p *plane, w pixtrend.Window, dst []byte) error {
	size, to := p.dtype.Size(), p.warp.to
	for y := w.Y / warpBlock * warpBlock; y < w.Y+w.Height; y += warpBlock {
		for x := w.X / warpBlock * warpBlock; x < w.X+w.Width; x += warpBlock {
			window := pixtrend.Window{X: x, Y: y, Width: min(warpBlock, to.Width-x), Height: min(warpBlock, to.Height-y)}
			block, err := r.warps.block(p, w, window)
			if err != nil {
				return err
			}
			n := window.Pixels()
			if len(r.tile) < n*(size+1) {
				r.tile = make([]byte, n*(size+1))
			}
			if err := h.ds.ReadWarped(p.warp.Warp, block, r.tile[:n*(size+1)], r.transfer); err != nil {
				return err
			}
			part := (&plane{at: window}).area(w)
			for row := range part.Height {
				from := (part.Y-y+row)*window.Width + part.X - x
				at := (part.Y-w.Y+row)*w.Width + part.X - w.X
				copy(dst[at*size:], r.tile[from*size:][:part.Width*size])
				and(r.valid[at:][:part.Width], r.tile[n*size+from:])
			}
		}
	}
	return nil
}
