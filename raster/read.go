package raster

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
)

// hasSameBands reports whether a file that is opened again has the bands that were found in it at
// first.
func (s *Stack) hasSameBands(file int, h *handle) bool {
	width, height := h.ds.Size()
	seen := false
	for _, p := range s.bands {
		if p.file != file || p.array && seen && p.band <= len(h.bands) { // whose bands are alike
			continue
		}
		seen = true
		want := p.own(s.geo)
		if p.warp != nil {
			want = p.warp.from
		}
		if width != want.Width || height != want.Height {
			return false
		}
		nodata := s.options.Nodata
		if p.maskTable != nil {
			nodata = nil
		}
		now := plane{band: p.band}
		if p.band > len(h.bands) || now.read(h.bands[p.band-1], nodata) != nil || now.readAttributes(h.ds, nodata) != nil {
			return false
		}
		if _, err := s.scenes[s.sources[file]].apply(&now, s.options, p.maskTable != nil); err != nil || !now.sameMeaning(p.inFile()) {
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
	read := 0 // planes whose samples are there
	for i := range dst.Dates {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		p := &s.planes[first+i]
		if n := s.datesAtOnce(first+i, dst.Dates-i); i >= read && n > 1 {
			err := r.with(s, p.file, s.sources[p.file], func(h *handle) error { return s.readDates(h.ds, w, first+i, datesOf(dst, i, n), nil) })
			if err != nil {
				return readError(s.files[p.file], w, err)
			}
			read = i + n
		}
		if err := s.readDate(ctx, r, p, w, i, dst, i < read); err != nil {
			return err
		}
	}
	s.countMasked(dst)
	return nil
}

// readsDatesAtOnce reports whether the dates are bands of one file that GDAL reads in one call.
func (s *Stack) readsDatesAtOnce() bool {
	p := &s.planes[0]
	return s.multi && s.uniform && !p.pastGDAL() && !p.placed() && p.warp == nil
}

// datesAtOnce returns how many planes from first on, of at most so many, are read in one call: those
// of one file, or those of an array that follow each other.
func (s *Stack) datesAtOnce(first, most int) int {
	switch {
	case s.readsDatesAtOnce():
		return max(most, 2) // one is read in the same way
	case !s.uniform || !s.planes[first].array || s.planes[first].warp != nil || s.observer != nil || s.planes[first].placed() || s.planes[first].pieces != nil:
		return 1
	}
	n := 1
	for n < most && s.planes[first+n].file == s.planes[first].file && s.planes[first+n].pieces == nil {
		n++
	}
	return n
}

// datesOf returns planes i to i + n of a tile.
func datesOf(t kernel.Tile, i, n int) kernel.Tile {
	t.Data, t.Dates = t.Data[i*t.Stride*t.Type.Size():], min(n, t.Dates-i)
	return t
}

// maskedFrom reports whether the mask of p is in another file.
func (p *plane) maskedFrom() bool { return p.mask != nil && p.mask.file != p.file }

// readRaster fills plane i of dst and of its mask from the file of p, whose window w is. If the
// samples are there already, it fills the mask alone.
func (s *Stack) readRaster(r *reader, p *plane, w pixtrend.Window, i int, dst kernel.Tile, there bool) error {
	var mask []byte
	if !there {
		var err error
		if mask, err = s.readSamples(r, p, w, i, dst); err != nil {
			return err
		}
	}
	if dst.Mask.Data == nil {
		return nil
	}
	visible := maskOf(dst, i)
	switch {
	case p.warp != nil:
		copy(visible, r.valid)
	case !p.masked:
		for j := range visible {
			visible[j] = 255
		}
	default:
		err := r.with(s, p.file, s.sources[p.file], func(h *handle) error {
			return h.bands[p.band-1].ReadMask(w, visible, r.transfer)
		})
		if err != nil {
			return err
		}
	}
	if mask != nil {
		p.mask.maskTable.hide(visible, mask, p.mask.dtype)
	}
	return nil
}

// maskOf returns the mask of plane i of t.
func maskOf(t kernel.Tile, i int) []byte { return t.Mask.Data[i*t.Mask.Stride:][:t.Pixels] }

// countMasked counts the samples of a tile that its mask hides.
func (s *Stack) countMasked(t kernel.Tile) {
	if t.Mask.Data == nil {
		return
	}
	n := 0
	for i := range t.Dates {
		n += bytes.Count(maskOf(t, i), []byte{0})
	}
	s.maskedSamples.Add(int64(n))
}

// readSamples fills plane i of dst with the samples of p, or with the index of its bands. If the
// mask is a band of the same file, it returns the samples of the mask.
func (s *Stack) readSamples(r *reader, p *plane, w pixtrend.Window, i int, dst kernel.Tile) (mask []byte, err error) {
	bands := p.bandsInFile()
	if p.warp != nil {
		r.startValid(w.Pixels())
	}
	var raw [][]byte // of each band
	switch {
	case sharesBlocks(bands):
		raw = r.scratch(bands, w.Pixels())
		// GDAL reads uncompressed bands pixel by pixel if they are named in ascending order, which
		// takes twice as long. So the last one is named first.
		lastFirst := slices.SortedStableFunc(slices.Values(bands), func(a, b *plane) int { return b.band - a.band })
		err = r.with(s, p.file, s.sources[p.file], func(h *handle) error {
			return readBands(h.ds, lastFirst, w, r.raw, aligned(len(raw[0])), r.transfer)
		})
		read := slices.Clone(raw)
		for j, b := range bands {
			raw[j] = read[slices.Index(lastFirst, b)]
		}
		if err == nil && s.uniform {
			copy(dst.PlaneBytes(i), raw[0])
		}
	case s.uniform:
		raw = append([][]byte{dst.PlaneBytes(i)}, r.scratch(bands[1:], w.Pixels())...)
		err = s.readEach(r, bands, w, raw)
	default:
		raw = r.scratch(bands, w.Pixels())
		err = s.readEach(r, bands, w, raw)
	}
	if err != nil {
		return nil, err
	}
	for j, b := range bands {
		s.observer.see(r.date, b, raw[j])
	}
	switch {
	case p.second != nil:
		samples := kernel.Plane[float64](dst, i)
		r.other = slices.Grow(r.other[:0], len(samples))[:len(samples)]
		widen(s, p, samples, raw[0])
		widen(s, p.second, r.other, raw[1])
		s.options.Index.of(samples, r.other)
	case s.uniform:
	case dst.Type == kernel.Float32:
		widen(s, p, kernel.Plane[float32](dst, i), raw[0])
	default:
		widen(s, p, kernel.Plane[float64](dst, i), raw[0])
	}
	if p.mask == nil || p.maskedFrom() {
		return nil, nil
	}
	return raw[len(raw)-1], nil
}

// sharesBlocks reports whether several bands of a file lie in the same blocks, which are then
// decoded once for all of them.
func sharesBlocks(bands []*plane) bool {
	first := bands[0]
	return len(bands) > 1 && !slices.ContainsFunc(bands, func(b *plane) bool {
		return !b.interleaved || b.dtype != first.dtype || b.signedByte != first.signedByte
	})
}

// readEach fills dst with the samples of each band.
func (s *Stack) readEach(r *reader, bands []*plane, w pixtrend.Window, dst [][]byte) error {
	for i, b := range bands {
		if err := s.readBand(r, b, w, dst[i]); err != nil {
			return err
		}
	}
	return nil
}

// aligned returns where the samples of the next band may begin after n bytes of others: at a
// multiple of a cache line.
func aligned(n int) int { return (n + 63) &^ 63 }

// scratch returns memory of r for the samples of bands.
func (r *reader) scratch(bands []*plane, pixels int) [][]byte {
	all := 0
	for _, b := range bands {
		all += aligned(pixels * b.dtype.Size())
	}
	if len(r.raw) < all {
		r.raw = make([]byte, all)
	}
	room, at := make([][]byte, len(bands)), 0
	for i, b := range bands {
		n := pixels * b.dtype.Size()
		room[i] = r.raw[at : at+n : at+n]
		at += aligned(n)
	}
	return room
}

// scratchBytes returns how many bytes a reader holds for a pixel of p.
func (s *Stack) scratchBytes(p *plane) int {
	n, bands := 0, p.bandsInFile()
	for _, b := range bands {
		n += b.dtype.Size()
	}
	if s.uniform && !sharesBlocks(bands) {
		n -= p.dtype.Size() // which is in the tile
	}
	if p.second != nil {
		n += 8
	}
	n += p.pieceDates * p.dtype.Size()
	if p.maskedFrom() {
		n = max(n, p.mask.dtype.Size())
		if p.mask.placed() {
			n += 2
		}
	}
	if p.placed() {
		n += s.grid.Type.Size() + 1
	}
	if p.warp != nil || p.maskedFrom() && p.mask.warp != nil {
		n++ // for what has no sample
	}
	return n
}

// readBand fills dst with the samples of p, in their own type, in the fastest way that the file
// allows.
func (s *Stack) readBand(r *reader, p *plane, w pixtrend.Window, dst []byte) error {
	if p.warp != nil {
		return r.with(s, p.file, s.sources[p.file], func(h *handle) error { return r.readWarped(h, p, w, dst) })
	}
	if p.stored != nil {
		return s.directFiles[p.file].with(&s.readers, func(file io.ReaderAt) error {
			return p.stored.Read(file, w, dst, &r.tile)
		})
	}
	if p.deflated != nil && p.madeOfBlocks(p.own(s.geo), w) {
		return s.directFiles[p.file].with(&s.readers, func(file io.ReaderAt) error {
			return r.readBlocks(p, w, dst, func(x, y int, into []byte) error { return r.inflate(p, file, x, y, into) })
		})
	}
	if r.transfer == nil && p.madeOfBlocks(p.own(s.geo), w) {
		return r.with(s, p.file, p.blocksName(s.sources[p.file]), func(h *handle) error {
			return r.readBlocks(p, w, dst, h.bands[p.band-1].ReadBlock)
		})
	}
	return r.with(s, p.file, s.sources[p.file], func(h *handle) error {
		return h.bands[p.band-1].Read(w, p.samples(dst), r.transfer)
	})
}

// readDates reads the planes of one file in one call, so that each block of a pixel-interleaved
// file is decoded once and not once per band.
func (s *Stack) readDates(ds *gdal.Dataset, w pixtrend.Window, first int, dst kernel.Tile, t *gdal.Transfer) error {
	bands := make([]*plane, dst.Dates)
	for i := range bands {
		bands[i] = &s.planes[first+i]
	}
	return readBands(ds, bands, w, dst.Data, dst.Stride*dst.Type.Size(), t)
}

// readBands reads bands of one type in one call. Their samples begin stride bytes apart.
func readBands(ds *gdal.Dataset, bands []*plane, w pixtrend.Window, dst []byte, stride int, t *gdal.Transfer) error {
	numbers := make([]int, len(bands))
	for i, b := range bands {
		numbers[i] = b.band
	}
	return ds.Read(w, numbers, bands[0].samples(dst), stride, t)
}

// samples returns memory for samples of p as package gdal takes it.
func (p *plane) samples(b []byte) gdal.Samples {
	return gdal.Samples{Type: p.dtype, SignedByte: p.signedByte, Data: b}
}

// widen converts samples of the type of p to a wider type: gaps become NaN, and the other samples
// are scaled if the stack scales samples as they are read.
func widen[T float32 | float64](s *Stack, p *plane, dst []T, raw []byte) {
	t := kernel.Tile{Type: p.dtype, Data: raw, Dates: 1, Pixels: len(dst)}
	switch p.dtype {
	case kernel.Uint8:
		widenFrom(s, p, dst, kernel.Plane[uint8](t, 0))
	case kernel.Int8:
		widenFrom(s, p, dst, kernel.Plane[int8](t, 0))
	case kernel.Uint16:
		widenFrom(s, p, dst, kernel.Plane[uint16](t, 0))
	case kernel.Int16:
		widenFrom(s, p, dst, kernel.Plane[int16](t, 0))
	case kernel.Uint32:
		widenFrom(s, p, dst, kernel.Plane[uint32](t, 0))
	case kernel.Int32:
		widenFrom(s, p, dst, kernel.Plane[int32](t, 0))
	case kernel.Float32:
		widenFrom(s, p, dst, kernel.Plane[float32](t, 0))
	default:
		widenFrom(s, p, dst, kernel.Plane[float64](t, 0))
	}
}

func widenFrom[T float32 | float64, S kernel.Sample](s *Stack, p *plane, dst []T, samples []S) {
	scale, offset := 1.0, 0.0
	if s.scaled {
		scale, offset = p.scale, p.offset
	}
	limits := s.valid(p).Limits(p.dtype)
	for i, sample := range samples[:len(dst)] {
		if y := float64(sample); limits.Observation(y) {
			dst[i] = T(math.FMA(y, scale, offset))
		} else {
			dst[i] = T(math.NaN())
		}
	}
}

// readError returns an error that says where a file could not be read, and what to do.
func readError(name string, w pixtrend.Window, err error) error {
	if errors.Is(err, fault.ErrInput) {
		return err
	}
	if remote := (*gdal.RemoteError)(nil); errors.As(err, &remote) {
		return fault.Inputf("cannot read %s at column %d, row %d: %v", name, w.X, w.Y, remote)
	}
	damaged := fault.Inputf("cannot read %s at column %d, row %d (%s): the file seems damaged, make it anew or leave it out",
		name, w.X, w.Y, gdal.Cause(err, name))
	return fault.Because(damaged, err)
}
