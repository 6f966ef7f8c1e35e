package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// stillHas reports whether a file that is opened again has the planes that were found in it at
// first.
func (s *Stack) stillHas(file int, h *handle) bool {
	if st := h.ds.Structure(); st.SizeX != s.geo.width || st.SizeY != s.geo.height {
		return false
	}
	for _, p := range s.planes {
		if p.file != file {
			continue
		}
		now := plane{band: p.band}
		if p.band > len(h.bands) || now.read(h.bands[p.band-1], s.nodata) != nil || !now.means(p) {
			return false
		}
	}
	return true
}

// Read fills dst with the samples of w, as pixtrend.Source asks for.
func (s *Stack) Read(ctx context.Context, worker int, w pixtrend.Window, first int, dst kernel.Tile) error {
	if s.RemoteFiles() > 0 {
		return s.readRemote(ctx, worker, w, first, dst)
	}
	r := s.readers.of(worker)
	if s.multi && s.uniform && s.planes[0].lies == nil {
		err := r.with(s, 0, s.sources[0], func(h *handle) error { return s.readBands(h.ds, w, first, dst) })
		if err != nil {
			return readError(s.files[0], w, err)
		}
		return nil
	}
	for i, p := range s.planes[first : first+dst.Dates] {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := s.readPlane(r, &p, w, i, dst); err != nil {
			return readError(s.files[p.file], w, err)
		}
	}
	return nil
}

// readPlane fills plane i of dst with p.
func (s *Stack) readPlane(r *reader, p *plane, w pixtrend.Window, i int, dst kernel.Tile) error {
	if s.uniform && p.lies != nil {
		return s.lying[p.file].with(&s.readers, func(file io.ReaderAt) error {
			return p.lies.read(file, w, bytesOf(dst, i), &r.tile)
		})
	}
	if s.uniform && r.heard == nil && p.madeOfBlocks(s.geo, w) {
		return r.with(s, p.file, p.blocksName(s.sources[p.file]), func(h *handle) error {
			return r.readBlocks(h, p, w, bytesOf(dst, i))
		})
	}
	return r.with(s, p.file, s.sources[p.file], func(h *handle) error {
		band := h.bands[p.band-1]
		if err := band.Read(w.X, w.Y, buffer(dst, i, p.signedByte), w.Width, w.Height, r.heard.band()...); err != nil {
			return err
		}
		switch {
		case s.uniform:
			return nil
		case dst.Type == kernel.Float32:
			return settle(r, s, p, band, w, kernel.Plane[float32](dst, i))
		default:
			return settle(r, s, p, band, w, kernel.Plane[float64](dst, i))
		}
	})
}

// settle gives the samples of a plane that is not like the others their meaning.
func settle[T float32 | float64](r *reader, s *Stack, p *plane, band godal.Band, w pixtrend.Window, samples []T) error {
	widen(p, samples, s.scaled)
	if !p.masked {
		return nil
	}
	r.visible = slices.Grow(r.visible[:0], w.Pixels())[:w.Pixels()]
	if err := band.MaskBand().Read(w.X, w.Y, r.visible, w.Width, w.Height, r.heard.band()...); err != nil {
		return err
	}
	for i, v := range r.visible {
		if v == 0 {
			samples[i] = T(math.NaN())
		}
	}
	return nil
}

func readError(name string, w pixtrend.Window, err error) error {
	if errors.Is(err, ErrInput) {
		return err
	}
	if remote := (*failed)(nil); errors.As(err, &remote) {
		return inputErrorf("cannot read %s at column %d, row %d: %v", name, w.X, w.Y, remote)
	}
	return inputErrorf("cannot read %s at column %d, row %d (%s): the file seems damaged, make it anew or leave it out",
		name, w.X, w.Y, cause(err, name))
}

// readBands reads the planes of one file in one go, which decodes a block of a pixel-interleaved
// file once and not once a band.
func (s *Stack) readBands(ds *godal.Dataset, w pixtrend.Window, first int, dst kernel.Tile, more ...godal.DatasetIOOption) error {
	size := dst.Type.Size()
	if int64(dst.Stride)*int64(size) > math.MaxInt32 {
		return fmt.Errorf("a window of %d pixels is beyond GDAL's spacings", w.Pixels())
	}
	bands := make([]int, dst.Dates)
	for i, p := range s.planes[first : first+dst.Dates] {
		bands[i] = p.band - 1
	}
	return ds.Read(w.X, w.Y, buffer(kernel.Tile{Type: dst.Type, Data: dst.Data, Stride: len(dst.Data) / size, Dates: 1, Pixels: len(dst.Data) / size}, 0, s.planes[0].signedByte),
		w.Width, w.Height, append(more, godal.Bands(bands...), godal.PixelStride(1), godal.LineStride(w.Width), godal.BandStride(dst.Stride))...)
}

// buffer returns plane i of t as the slice that godal takes its type from.
func buffer(t kernel.Tile, i int, signedByte bool) any {
	switch t.Type {
	case kernel.Uint8:
		return kernel.Plane[uint8](t, i)
	case kernel.Int8:
		if signedByte {
			t.Type = kernel.Uint8 // the same bytes
			return kernel.Plane[uint8](t, i)
		}
		return kernel.Plane[int8](t, i)
	case kernel.Uint16:
		return kernel.Plane[uint16](t, i)
	case kernel.Int16:
		return kernel.Plane[int16](t, i)
	case kernel.Uint32:
		return kernel.Plane[uint32](t, i)
	case kernel.Int32:
		return kernel.Plane[int32](t, i)
	case kernel.Float32:
		return kernel.Plane[float32](t, i)
	}
	return kernel.Plane[float64](t, i)
}
