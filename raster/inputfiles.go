package raster

import (
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// InputFile is a file that a job reads, as it was when it was first looked at.
type InputFile struct {
	Name  string `json:"name"`     // as the inputs name it
	Bytes int64  `json:"bytes"`    // its size; 0 if its server does not say
	Time  int64  `json:"mtime_ns"` // when it was changed, in nanoseconds since 1970
}

// InputFiles returns all files that the job reads, sorted by name: rasters, files beside them, masks,
// covariates, and tables.
func (j *Job) InputFiles() (files []InputFile) {
	for _, f := range j.stack.reads.files {
		files = append(files, InputFile{Name: f.path, Bytes: f.info.Size(), Time: f.info.ModTime().UnixNano()})
	}
	for _, s := range append([]*Stack{j.stack}, j.stack.covariates...) {
		for i, v := range s.remote.versions {
			files = append(files, InputFile{Name: gdal.DisplayName(s.sources[i]), Bytes: v.Size, Time: v.Changed * 1e9})
		}
	}
	slices.SortFunc(files, func(a, b InputFile) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(files)
}

// Place returns the CRS of the outputs as WKT, "" if they have none, and where they lie; place is nil
// if that is unknown.
func (j *Job) Place() (wkt string, place []float64) {
	if j.geo.hasTransform {
		place = slices.Clone(j.geo.transform[:])
	}
	return j.geo.wkt, place
}

// Bands returns the number of bands of all outputs.
func (j *Job) Bands() int { return j.bands() }
