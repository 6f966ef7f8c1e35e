package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/runner"
)

// register initializes GDAL once.
var register = sync.OnceValue(godal.RegisterInternalDrivers)

// makeRows is the number of rows that are written at once, whole rows of tiles.
const makeRows = 256

var types = map[string]godal.DataType{"float32": godal.Float32, "int16": godal.Int16, "uint8": godal.Byte}

// makeStacks makes stacks of one scene, one date at a time on each thread. It replaces existing
// stacks of the same names. If it fails, it leaves no stack under these names.
func makeStacks(ctx context.Context, stacks []Stack, progress func(done, total int)) (err error) {
	if err := register(); err != nil {
		return err
	}
	for _, s := range stacks {
		if err := errors.Join(os.RemoveAll(s.folder()), os.MkdirAll(s.folder(), 0o777)); err != nil {
			return err
		}
	}
	defer func() {
		if err != nil {
			for _, s := range stacks {
				_ = os.RemoveAll(s.folder())
			}
		}
	}()
	scene := newSource(stacks[0])
	_, err = runner.Run(ctx, stacks[0].Dates, runner.Options{Progress: progress}, func(ctx context.Context, _ runner.Worker, date int) error {
		return makeDate(ctx, stacks, scene, date)
	})
	for _, s := range stacks {
		if err == nil {
			err = s.finish(ctx)
		}
	}
	return err
}

// makeDate makes the files of one date.
func makeDate(ctx context.Context, stacks []Stack, scene source, date int) (err error) {
	files := make([]*godal.Dataset, len(stacks))
	defer func() {
		for i, ds := range files {
			if ds != nil {
				err = errors.Join(err, ds.Close())
			}
			if err == nil {
				err = syncFile(stacks[i].files(date + 1)[date]) // a later write-back would disturb the measurements
			}
		}
	}()
	for i, s := range stacks {
		path := s.files(date + 1)[date]
		if files[i], err = godal.Create(godal.GTiff, path, 1, types[s.Type], s.Width, s.Height, godal.CreationOption(s.Creation...)); err != nil {
			return fmt.Errorf("cannot make %s: %w", path, err)
		}
		if err := place(files[i], s); err != nil {
			return fmt.Errorf("cannot make %s: %w", path, err)
		}
	}
	width, height := stacks[0].Width, stacks[0].Height
	rows := make([]float32, min(makeRows, height)*width)
	raw := make([]buffers, len(stacks))
	for y := 0; y < height; y += makeRows {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n := min(makeRows, height-y)
		scene.rows(rows[:n*width], date, y)
		for i, s := range stacks {
			samples := s.encode(&raw[i], rows[:n*width], date, uint64(y)*uint64(width))
			if err := files[i].Bands()[0].Write(0, y, samples, width, n); err != nil {
				return fmt.Errorf("cannot write %s: %w", s.folder(), err)
			}
		}
	}
	return nil
}

// place gives a raster a CRS and pixels of 30 m.
func place(ds *godal.Dataset, s Stack) error {
	crs, err := godal.NewSpatialRefFromEPSG(32617)
	if err != nil {
		return err
	}
	defer crs.Close()
	return errors.Join(ds.SetSpatialRef(crs), ds.SetGeoTransform([6]float64{323400, 30, 0, 4690740, 0, -30}))
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
