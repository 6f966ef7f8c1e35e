package raster

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// InputFile is a file that a job reads, as it was when it was first looked at.
type InputFile struct {
	Name   string `json:"name"`     // as the inputs name it
	Bytes  int64  `json:"bytes"`    // its size; 0 if its server does not say
	Time   int64  `json:"mtime_ns"` // when it was changed, in nanoseconds since 1970; 0 if its server does not say
	Remote bool   `json:"remote,omitempty"`
	ETag   string `json:"etag,omitempty"` // of a remote file; "" if its server does not say
}

// Same reports whether two descriptions of a file are of the same contents, as far as they say. Servers
// that share their work may give one file several times, and the ETag decides where both have one.
func (f InputFile) Same(g InputFile) bool {
	if f.Name != g.Name || f.Remote != g.Remote {
		return false
	}
	if !f.Remote {
		return f == g
	}
	unknown := f.Bytes == 0 || g.Bytes == 0
	switch {
	case f.Bytes != g.Bytes && !unknown:
		return false
	case f.ETag != "" && g.ETag != "":
		return f.ETag == g.ETag
	}
	return f.Time == g.Time || f.Time == 0 || g.Time == 0
}

// InputFiles returns all files that the job reads, sorted by name: rasters, files beside them, masks,
// covariates, tables and lists. It asks servers for the ETags of their files.
func (j *Job) InputFiles(ctx context.Context) (files []InputFile, err error) {
	for _, f := range j.stack.reads.files {
		files = append(files, InputFile{Name: f.path, Bytes: f.info.Size(), Time: f.info.ModTime().UnixNano()})
	}
	for _, list := range j.stack.lists {
		if list.file.Remote {
			files = append(files, list.file)
		}
	}
	var mu sync.Mutex
	for _, s := range append([]*Stack{j.stack}, j.stack.covariates...) {
		s.eachRemote(func(int) bool { return ctx.Err() != nil }, func(i int) {
			v, name := s.remote.versions[i], s.sources[i]
			f := InputFile{Name: gdal.DisplayName(name), Bytes: v.Size, Time: v.Changed * 1e9, Remote: true, ETag: gdal.ETagOf(ctx, name)}
			mu.Lock()
			defer mu.Unlock()
			files = append(files, f)
		})
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	slices.SortFunc(files, func(a, b InputFile) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(files), nil
}

// Place returns the CRS of the outputs as WKT, "" if they have none, and where they lie; place is nil
// if that is unknown.
func (j *Job) Place() (wkt string, place []float64) {
	if j.geo.HasTransform {
		place = slices.Clone(j.geo.Transform[:])
	}
	return j.geo.WKT, place
}

// Bands returns the number of bands of all outputs.
func (j *Job) Bands() (n int) {
	for _, o := range j.outputs {
		n += len(o.spec.Bands)
	}
	return n
}
