package output

import (
	"context"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/kernel"
)

// Files are files that are being written from one run. They get their names together, when all are
// complete.
type Files []*File

// Write stores a window of every band of every file.
func (files Files) Write(w pixtrend.Window, planes kernel.Tile) error {
	size := planes.Type.Size()
	for _, f := range files {
		if planes.Dates == 0 { // the last file is of sums
			break
		}
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

// Commit completes the files and renames them to their targets, all or none, the file of the fields
// last. Before that, Commit calls ready, unless it is nil, with the temporary names.
func (files Files) Commit(ctx context.Context, ready func(files []string) error, progress func(float64)) error {
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
	if ready != nil {
		var names []string
		for _, f := range files {
			names = append(names, f.temp.Path)
		}
		if err := ready(names); err != nil {
			files.Abort()
			return err
		}
	}
	var temps []*atomicfile.Temp
	for _, f := range slices.Backward(files) {
		temps = append(temps, f.temp)
	}
	return atomicfile.Publish(temps...)
}

// Abort removes the files that were not renamed.
func (files Files) Abort() {
	for _, f := range files {
		f.Abort()
	}
}
