package raster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// Remote files are read through GDAL's file systems over HTTP. A request takes as long as decoding
// many blocks, so there should be few requests and many at a time. Any of them may fail and succeed
// a second later.

// remoteStack is what a Stack knows of its remote files.
type remoteStack struct {
	versions map[int]gdal.FileVersion // by file, when it was first opened
	lanes    int                      // files that a worker reads at the same time
	troubles sync.Map                 // by file, a *gdal.Troubles
}

// troublesOf returns the troubles of a file.
func (r *remoteStack) troublesOf(file int) *gdal.Troubles {
	g, _ := r.troubles.LoadOrStore(file, &gdal.Troubles{})
	return g.(*gdal.Troubles)
}

// Limits that spare a server which may have all files.
const (
	opensAtOnce = 8  // files that are opened at the same time
	readsAtOnce = 64 // files that all workers read at the same time
	lanesMost   = 8  // files that one worker reads at the same time
)

// description is what was found in a file, or why it cannot be used.
type description struct {
	planes  []plane
	geo     geo.Grid
	version gdal.FileVersion // of a remote file
	err     error
}

// descriptions remembers remote files by name. A report on a stack and the fit that it plans share
// one, so that each file is opened once.
type descriptions struct {
	mu    sync.Mutex
	found map[string]description
}

func newDescriptions() *descriptions { return &descriptions{found: map[string]description{}} }

// of describes a remote file, or returns its earlier description.
func (ds *descriptions) of(ctx context.Context, name string, files int, o OpenOptions, folders *gdal.Folders) description {
	ds.mu.Lock()
	d, found := ds.found[name]
	ds.mu.Unlock()
	if found {
		return d
	}
	if d.planes, d.geo, d.err = describe(ctx, name, files, o, folders); d.err == nil {
		d.version, _ = gdal.FileVersionOf(ctx, name)
	}
	if ctx.Err() == nil {
		ds.mu.Lock()
		ds.found[name] = d
		ds.mu.Unlock()
	}
	return d
}

// look returns a function that describes file i. Remote files are described at once, several at a
// time. Unless all is set, no file after one that failed is opened.
func (s *Stack) look(ctx context.Context, o OpenOptions, all bool) func(i int) ([]plane, geo.Grid, error) {
	found := map[int]description{}
	s.remote.versions = map[int]gdal.FileVersion{}
	var mu sync.Mutex
	broken := len(s.sources)
	beyond := func(i int) bool {
		mu.Lock()
		defer mu.Unlock()
		return ctx.Err() != nil || i >= broken && !all
	}
	s.eachRemote(beyond, func(i int) {
		d := s.known.of(ctx, s.sources[i], len(s.sources), o, s.folders)
		mu.Lock()
		defer mu.Unlock()
		found[i], s.remote.versions[i] = d, d.version
		if d.err != nil {
			broken = min(broken, i)
		}
	})
	return func(i int) ([]plane, geo.Grid, error) {
		if d, ok := found[i]; ok {
			return d.planes, d.geo, d.err
		}
		if err := context.Cause(ctx); err != nil {
			return nil, geo.Grid{}, err
		}
		var d description
		gdal.OnCRSThread(func() { d.planes, d.geo, d.err = describe(ctx, s.sources[i], len(s.sources), o, s.folders) })
		return d.planes, d.geo, d.err
	}
}

// eachRemote calls do for the remote files in their order, from several goroutines at the same
// time, until stop returns true for a file, remote or not.
func (s *Stack) eachRemote(stop func(file int) bool, do func(file int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(opensAtOnce, len(s.sources)) {
		wg.Go(func() {
			for {
				file := int(next.Add(1)) - 1
				if file >= len(s.sources) || stop(file) {
					return
				}
				if gdal.IsRemote(s.sources[file]) {
					do(file)
				}
			}
		})
	}
	wg.Wait()
}

// RemoteFiles returns how many of the input files are on servers.
func (s *Stack) RemoteFiles() int { return len(s.remote.versions) }

// readRemote is Read for stacks with remote files. It reads several files at a time, each in a lane
// with open files of its own.
func (s *Stack) readRemote(ctx context.Context, worker int, w pixtrend.Window, first int, dst kernel.Tile) error {
	lanes := min(max(1, s.remote.lanes), len(s.files))
	together := s.multi && s.uniform && !s.planes[0].placed() && s.planes[0].warp == nil
	if together {
		r := s.readers.of(worker * lanes)
		err := s.readLane(ctx, r, 0, w, func() error {
			return r.with(s, 0, s.sources[0], func(h *handle) error { return s.readDates(h.ds, w, first, dst, r.transfer) })
		})
		if err != nil {
			return err
		}
	}
	planes := s.planes[first : first+dst.Dates]
	errs := make([]error, len(planes))
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	lane := func(n int) {
		r := s.readers.of(worker*lanes + n)
		for i, p := range planes {
			if p.file%lanes != n || stop.Err() != nil {
				continue
			}
			errs[i] = s.readDate(stop, r, &p, w, i, dst, together)
			if errs[i] != nil && stop.Err() != nil {
				errs[i] = nil // another has failed, and this one has only stopped trying
			}
			if errs[i] != nil {
				cancel()
			}
		}
	}
	var wg sync.WaitGroup
	for n := 1; n < lanes; n++ {
		wg.Go(func() { lane(n) })
	}
	lane(0)
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := cmp.Or(errs...); err != nil {
		return err
	}
	s.countMasked(dst)
	return nil
}

// readLane calls read, which reads from a file. For a remote file, it calls read again after
// failures that may pass.
func (s *Stack) readLane(ctx context.Context, r *reader, file int, w pixtrend.Window, read func() error) error {
	name := s.sources[file]
	if !gdal.IsRemote(name) {
		if err := read(); err != nil {
			return readError(s.files[file], w, err)
		}
		return nil
	}
	defer func() { r.transfer = nil }()
	err := gdal.Persist(ctx, name, gdal.PatienceFor(name), s.remote.troublesOf(file), func(t *gdal.Transfer) error {
		r.transfer = t
		err := read()
		if err != nil {
			err = errors.Join(err, r.drop(s, file))
		}
		return err
	})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return readError(s.files[file], w, err)
}

// drop closes a file, so that the next use opens it again.
func (r *reader) drop(s *Stack, file int) error {
	h := r.kept[s.sources[file]]
	if h == nil {
		return nil
	}
	delete(r.kept, s.sources[file])
	s.readers.open.Add(-1)
	return h.ds.Close()
}

// sameSize reports whether a file that is opened again has the size that it had at first. This
// needs no request, since GDAL has just asked for the size.
func (s *Stack) sameSize(file int) bool {
	before, remote := s.remote.versions[file]
	if !remote {
		return true
	}
	now, ok := gdal.FileVersionOf(context.Background(), s.sources[file])
	return !ok || before.Size == 0 || now.Size == 0 || now.Size == before.Size
}

// unchanged checks that all files are still those that were opened. A server may answer each request
// from another file: another size is an error, and signs of a harmless change are warnings.
func (s *Stack) unchanged(ctx context.Context) (warnings []string, err error) {
	if warnings, err = s.reads.unchanged(); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var replaced, touched, silent []int
	s.eachRemote(func(int) bool { return ctx.Err() != nil }, func(file int) {
		before := s.remote.versions[file]
		gdal.Forget(s.sources[file])
		now, ok := gdal.FileVersionOf(ctx, s.sources[file])
		mu.Lock()
		defer mu.Unlock()
		switch {
		case !ok || before.Size == 0 || now.Size == 0:
			silent = append(silent, file)
		case now.Size != before.Size:
			replaced = append(replaced, file)
		case now.Changed != before.Changed:
			touched = append(touched, file)
		}
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(replaced) > 0 {
		return nil, fault.Inputf("%s is no longer the file that was checked: run again when nothing writes to it", s.files[slices.Min(replaced)])
	}
	for _, w := range []struct {
		files []int
		what  string
	}{
		{touched, "may have been replaced while it was read: its server gives another time of change than at the start; the samples that were read are used"},
		{silent, "could not be checked at the end: its server no longer says its size; it is assumed to be unchanged"},
	} {
		if len(w.files) > 0 {
			warnings = append(warnings, fmt.Sprintf("%s%s %s", s.files[slices.Min(w.files)], others(len(w.files)-1), w.what))
		}
	}
	return warnings, nil
}

// others returns how many more there are, for a sentence that names one; "" for 0.
func others(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}
