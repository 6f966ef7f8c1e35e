package raster

import (
	"context"
	"os"
	"slices"
	"sync"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/inplace"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
)

// inPlace is a source whose windows are fitted where the system has them in memory, as far as they
// are whole rows of uncompressed files and nothing changes their samples.
type inPlace struct {
	pixtrend.Source
	of region // which the windows are of
}

// viewed has the planes of a stack, which are mapped when the first window is fitted.
type viewed struct {
	most   int64 // bytes that may be used until the pages are forgotten; not above 0: windows are read
	mu     sync.Mutex
	tried  bool
	planes *inplace.Planes
	err    error
}

// canView reports whether windows can be fitted in place.
func (s *Stack) canView() bool {
	if !s.uniform || s.grid.Masked || s.observer != nil || s.groups != nil || len(s.covariates) > 0 ||
		s.RemoteFiles() > 0 {
		return false
	}
	return !slices.ContainsFunc(s.planes, func(p plane) bool {
		return p.stored == nil || p.pieces != nil || !p.stored.InStrips()
	})
}

// View calls use with the samples of a window, if the system has them in memory.
func (v inPlace) View(_ context.Context, _ int, window pixtrend.Window, use func(kernel.Tile)) (bool, error) {
	s, w := v.of.Stack, v.of.inStack(window)
	if w.Width < s.grid.Width || s.viewed.most <= 0 {
		return false, nil
	}
	planes, err := s.viewed.of(s)
	if planes == nil || err != nil {
		return false, err
	}
	size := s.grid.Type.Size()
	at, bytes := w.Y*s.grid.Width*size, w.Pixels()*size
	for i := range s.planes {
		if there, err := s.inMemory(&s.planes[i], w); !there || err != nil {
			return false, err
		}
	}
	n := len(s.planes)
	tile := kernel.Tile{Type: s.grid.Type, Data: planes.Bytes(at)[:(n-1)*planes.Stride+bytes],
		Stride: planes.Stride / size, Dates: n, Pixels: w.Pixels()}
	plane, err := planes.Use(func() { use(tile) })
	if err != nil {
		return true, readError(s.files[s.planes[plane].file], w, tiff.ErrMissing)
	}
	planes.Forget(int64(n*bytes), s.viewed.most)
	return true, nil
}

// inMemory reports whether the system has the samples of a window in memory, or at least the last of them. It
// never says so of files of network disks, which are read.
func (s *Stack) inMemory(p *plane, w pixtrend.Window) (there bool, err error) {
	row := int64(p.stored.Width) * int64(p.dtype.Size())
	err = s.directFiles[p.file].withFile(&s.readers, func(file *os.File) error {
		var b [1]byte
		there = readCached(file, b[:], p.stored.RowAt(w.Y+w.Height-1)+row-1) == 1
		return nil
	})
	return there, err
}

// limit limits how much of the planes counts as memory of the process. Each worker uses a window of each
// plane, and the system may map more around it. Pages are forgotten after mostViewed at the latest, since
// keeping more makes nothing faster.
func (v *viewed) limit(s *Stack, memory int64, plan pixtrend.StreamPlan) {
	const mostViewed = 64 << 20
	row := int64(s.grid.Width) * int64(s.grid.Type.Size())
	window := min(int64(plan.WindowHeight)*row+inplace.AtFault(), int64(s.grid.Height)*row)
	v.most = min(memory-int64(len(plan.Workers)*len(s.planes))*window, mostViewed)
}

// of returns the planes, or nil if they cannot be mapped.
func (v *viewed) of(s *Stack) (*inplace.Planes, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.tried {
		v.tried = true
		v.planes, v.err = inplace.Map(s.inPlaceSource())
	}
	return v.planes, v.err
}

func (s *Stack) inPlaceSource() inplace.Source {
	size := s.grid.Type.Size()
	row := int64(s.grid.Width) * int64(size)
	return inplace.Source{
		Planes: len(s.planes), PlaneBytes: int64(s.grid.Height) * row, SampleSize: size,
		Pieces: func(i int) (pieces []inplace.Piece) {
			for _, r := range s.planes[i].stored.Runs() {
				pieces = append(pieces, inplace.Piece{FileAt: r.At, Bytes: int64(r.Rows) * row})
			}
			return pieces
		},
		With: func(i int, fn func(*os.File) error) error {
			return s.directFiles[s.planes[i].file].withFile(&s.readers, fn)
		},
	}
}

// close unmaps the planes.
func (v *viewed) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.planes != nil {
		v.planes.Close()
	}
	v.tried, v.planes, v.err = false, nil, nil
}
