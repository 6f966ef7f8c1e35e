package raster

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// A GDAL dataset serves one goroutine at a time, so each worker opens every file itself. Workers
// read all files in the same order, window after window. The files opened first stay open; once the
// process has as many open files as it may have, the others are opened for each window. A cache
// that drops the least recently used file would never find any, in that order.

// handle is an open file.
type handle struct {
	ds    *gdal.Dataset
	bands []gdal.Band
}

// readers holds the reader of each worker.
type readers struct {
	mu    sync.Mutex
	all   []*reader
	open  atomic.Int64 // handles kept, by all workers
	limit int64
}

// reader has the open files and the memory of one worker.
type reader struct {
	kept     map[string]*handle // by the name that GDAL opened
	raw      []byte             // of a window: samples that do not go to the tile as they are
	other    []float64          // of a window: the second band of an index
	tile     []byte             // of a file that is read tile by tile
	row      []byte             // of a block with a predictor
	stored   []byte             // of a block, as it is compressed
	piece    []byte             // of a plane that covers a part of a window
	covered  []byte             // of a window: what a mask covers
	valid    []byte             // of a window: 0 where a resampled band has no sample
	warps    warps
	date     int            // the plane of the tile that is being read
	transfer *gdal.Transfer // of a remote file that is being read
}

func (rs *readers) of(worker int) *reader {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for len(rs.all) <= worker {
		rs.all = append(rs.all, &reader{kept: map[string]*handle{}})
	}
	return rs.all[worker]
}

// with calls fn with a file that GDAL opens by name. file is its index in the stack.
func (r *reader) with(s *Stack, file int, name string, fn func(*handle) error) error {
	quietly := func(h *handle) (err error) {
		gdal.Quietly(func() { err = fn(h) })
		return err
	}
	if h := r.kept[name]; h != nil {
		return quietly(h)
	}
	ds, err := s.folders.Open(name, s.options.Drivers, r.transfer)
	if err != nil && (r.transfer != nil || errors.Is(err, fault.ErrInput)) {
		return err // which may be tried again
	}
	if err != nil {
		return fault.Inputf("cannot open %s again (%s): was it moved or replaced meanwhile?", s.files[file], gdal.Cause(err, s.files[file]))
	}
	h := &handle{ds: ds, bands: ds.Bands()}
	same := false
	gdal.Quietly(func() { same = s.hasSameBands(file, h) })
	if !same || !s.sameSize(file) {
		_ = ds.Close()
		return fault.Inputf("%s is no longer the file that was checked: run again when nothing writes to it", s.files[file])
	}
	if s.readers.open.Add(1) <= s.readers.limit {
		r.kept[name] = h
		return quietly(h)
	}
	s.readers.open.Add(-1)
	return errors.Join(quietly(h), ds.Close())
}

func (rs *readers) close() error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	var errs []error
	for _, r := range rs.all {
		for _, h := range r.kept {
			errs = append(errs, h.ds.Close())
		}
	}
	rs.all = nil
	rs.open.Store(0)
	return errors.Join(errs...)
}
