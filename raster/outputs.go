package raster

import (
	"context"
	"os"
	"path/filepath"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
)

// output is a file of a job: the fields, or a series.
type output struct {
	path string
	spec Spec
}

// Items of metadata that every output has one of: the dates, or the numbers in their place, that it was
// made from.
const (
	datesItem = "PIXTREND_DATES"
	xItem     = "PIXTREND_X"
	// contentItem is an item of outputs whose bands are dates, which can be the input of a fit.
	contentItem = "PIXTREND_CONTENT"
)

var outputMarks = []string{datesItem, xItem}

// newOutputs describes the files of a job, in the order of its results: first that of the fields.
func (j *Job) newOutputs() []output {
	fields := j.newSpec()
	outputs := []output{{j.Output, fields}}
	for _, s := range []struct{ path, content string }{
		{j.options.Residuals, "residuals: observations less their linear trend"},
		{j.options.Detrend, "detrended: observations less their linear trend, with the mean of each pixel kept"},
	} {
		if s.path == "" {
			continue
		}
		spec := fields
		spec.Metadata = map[string]string{contentItem: s.content}
		for key, value := range fields.Metadata {
			spec.Metadata[key] = value
		}
		spec.Bands = nil
		for i := range j.Inputs {
			// The date is the description, so that the file can be the input of a fit.
			spec.Bands = append(spec.Bands, Band{Name: j.Grid.Axis.Label(i), Unit: j.stack.planes[i].unit})
		}
		outputs = append(outputs, output{s.path, spec})
	}
	for i := range outputs {
		outputs[i].spec.Memory /= int64(len(outputs))
	}
	return outputs
}

// checkName reports whether a GeoTIFF may have a name. Other programs believe the end of a name.
func checkName(path string) error {
	end := filepath.Ext(path)
	switch {
	case path == "-":
		return fault.Outputf("the output - would be standard output, and a GeoTIFF is written to a file: name one, such as slope.tif")
	case len(end) > 1 && !hasGeoTIFFName(path) && isLetter(end[1]):
		return fault.Outputf("cannot write %s: the output is a GeoTIFF, and the end %s of the name is not that of one: name a file that ends in .tif", path, end)
	}
	return nil
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// checkTargets reports whether outputs can be written, without writing anything. All but the first may be "", and
// are left out then.
func checkTargets(overwrite bool, paths ...string) error {
	seen := map[string]bool{}
	for _, p := range paths {
		if p == "" && len(seen) > 0 {
			continue
		}
		if err := atomicfile.CheckTarget(p, overwrite); err != nil {
			return err
		}
		if abs, err := filepath.Abs(p); err == nil {
			if seen[abs] {
				return fault.Outputf("the output %s is given twice: name another file for each", p)
			}
			seen[abs] = true
		}
	}
	return nil
}

// checkApart reports whether a target is one of the inputs.
func (s *Stack) checkApart(path string) error {
	target, err := os.Stat(path)
	if err != nil {
		return nil
	}
	for _, name := range s.sources {
		if info, err := os.Stat(gdal.FilePath(name)); err == nil && os.SameFile(info, target) {
			return fault.Outputf("the output %s is also an input: name another, or leave it out of the inputs", path)
		}
	}
	return nil
}

// outputFiles are the files under way. They appear together, once all of them are whole.
type outputFiles []*File

func createFiles(outputs []output) (outputFiles, error) {
	var files outputFiles
	for _, o := range outputs {
		f, err := Create(o.path, o.spec)
		if err != nil {
			files.Abort()
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Write stores a window of every band of every file.
func (files outputFiles) Write(w pixtrend.Window, planes kernel.Tile) error {
	size := planes.Type.Size()
	for _, f := range files {
		part := planes
		part.Dates = len(f.spec.Bands)
		if err := f.Write(w, part); err != nil {
			return err
		}
		if planes.Dates -= part.Dates; planes.Dates > 0 {
			planes.Data = planes.Data[part.Dates*planes.Stride*size:]
		}
	}
	return nil
}

// commit finishes the files and gives them their names, that of the fields last.
func (files outputFiles) commit(ctx context.Context, progress func(float64)) error {
	all, done := 0, 0
	for _, f := range files {
		all += len(f.spec.Bands)
	}
	part := func(f *File, of float64) float64 {
		return (float64(done) + of*float64(len(f.spec.Bands))) / float64(all)
	}
	for _, f := range files {
		if err := f.complete(ctx, func(of float64) { progress(part(f, of)) }); err != nil {
			files.Abort()
			return err
		}
		done += len(f.spec.Bands)
	}
	for i := len(files) - 1; i >= 0; i-- {
		if err := files[i].publish(); err != nil {
			files.Abort()
			return err
		}
	}
	return nil
}

// Abort removes what has not got its name.
func (files outputFiles) Abort() {
	for _, f := range files {
		f.Abort()
	}
}
