package gdal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/regular"
)

// Open opens a raster for reading with one of the named drivers, or with that of its format, one of
// Formats, if there are none. t, which
// may be nil, collects GDAL's messages about a remote file. GDAL reads the sidecar files of the
// raster, and those that the caller names, with it.
func Open(name string, drivers []string, t *Transfer, sidecars ...string) (*Dataset, error) {
	return (*Folders)(nil).Open(name, drivers, t, sidecars...)
}

// OpenFirst opens a raster that this process may have read before, and forgets what it knew of it.
// A remote file is tried as often as PatienceFor says, until ctx ends.
func OpenFirst(ctx context.Context, name string, drivers []string) (*Dataset, error) {
	return (*Folders)(nil).OpenFirst(ctx, name, drivers)
}

// Open is like the function Open, but lists each folder once.
func (f *Folders) Open(name string, drivers []string, t *Transfer, sidecars ...string) (*Dataset, error) {
	if err := Register(); err != nil {
		return nil, err
	}
	var said []Message
	opts := []godal.OpenOption{godal.RasterOnly(), godal.ErrLogger(warnings(&said))}
	if err := checkLocal(name, drivers); err != nil {
		return nil, err
	}
	format, err := useDrivers(name, &drivers)
	if err != nil {
		return nil, err
	}
	opts = append(opts, godal.Drivers(withSubdatasets(drivers)...))
	hidden := strings.HasPrefix(name, withoutPredictorPrefix) // which has been opened under its own name
	if !hidden {
		found, listed := f.Sidecars(name)
		if err := checkSpecial(name, found); err != nil {
			return nil, err
		}
		var err error
		if sidecars, err = f.check(name, append(sidecars, found...), listed); err != nil {
			return nil, err
		}
		switch {
		case !listed:
			opts = append(opts, godal.SiblingFiles()) // GDAL tries the names that it knows
		case len(sidecars) > 0:
			opts = append(opts, godal.SiblingFiles(sidecars...))
		}
	}
	open := func() (*Dataset, error) {
		var found directories
		if !hidden {
			var err error
			if found, err = checkDirectories(name, sidecars, t); err != nil {
				return nil, err
			}
		}
		opts := slices.Clone(opts)
		if found.plain { // which is two to three times as fast
			opts = append(opts, godal.ConfigOption("GTIFF_DIRECT_IO=YES"))
		}
		if usesHDF5(drivers) {
			defer quietHDF5()()
		}
		if format == "netCDF" || format == "Zarr" {
			return openArray(name, format, t)
		}
		ds, err := godal.Open(name, append(opts, t.openOptions()...)...)
		if err != nil {
			return nil, err
		}
		d := newDataset(ds, name)
		d.said, d.maskInside = said, found.masked
		Quietly(func() { err = cmp.Or(d.findMeaning(), d.checkMask(name, sidecars), d.checkMetadata(name, sidecars)) })
		if err != nil {
			_ = d.Close()
			return nil, err
		}
		return d, nil
	}
	if t == nil {
		return open()
	}
	openWhole := func() (*Dataset, error) {
		ds, err := open()
		t.mu.Lock()
		cut, said := t.headerCut, t.said
		t.mu.Unlock()
		if err == nil && cut {
			_ = ds.Close()
			return nil, errors.New("a part of its header is missing")
		}
		if err == nil {
			ds.said = said
		}
		return ds, err
	}
	return unlessDone(t.ctx, openWhole, func(d *Dataset) { _ = d.Close() })
}

// useDrivers registers the drivers that open a raster: those that are named, or that of its format,
// to which it then sets them. It returns the format, "" if it is not among those that are named.
func useDrivers(name string, drivers *[]string) (format string, err error) {
	format = FormatOf(name)
	if len(*drivers) > 0 {
		registerNamed(withSubdatasets(*drivers))
		if !slices.ContainsFunc(*drivers, func(d string) bool { return strings.EqualFold(d, format) }) {
			format = ""
		}
		return format, nil
	}
	if format == "" || format == "GTiff" {
		*drivers = []string{"GTiff"}
		return "GTiff", nil
	}
	*drivers = []string{format}
	return format, registerFormat(format)
}

// checkSpecial returns an error if a local raster, or a file that belongs to it, is a pipe or a
// device, which GDAL might read for ever.
func checkSpecial(name string, sidecars []string) error {
	local := LocalFile(name)
	if local == "" {
		return nil
	}
	if err := regular.CheckSpecial(local); err != nil {
		return err
	}
	for _, s := range sidecars {
		if err := regular.CheckSpecial(filepath.Join(filepath.Dir(local), s)); err != nil {
			return fmt.Errorf("%s, which belongs to it by its name, cannot be read: %w", s, err)
		}
	}
	return nil
}

// OpenFirst is like the function OpenFirst, but lists each folder once. If a local raster has no
// place of its own, GDAL may read any file in its folder to find one.
func (f *Folders) OpenFirst(ctx context.Context, name string, drivers []string) (*Dataset, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if !IsRemote(name) {
		ds, err := f.Open(name, drivers, nil)
		if err != nil || ds.placed() {
			return ds, err
		}
		if all := f.all(name); len(all) > 0 {
			if again, err := f.Open(name, drivers, nil, all...); err == nil {
				_ = ds.Close()
				return again, nil
			}
		}
		return ds, nil
	}
	if err := Register(); err != nil { // which reads the user's configuration file
		return nil, err
	}
	Forget(name)
	var ds *Dataset
	err := Persist(ctx, name, PatienceFor(name), &Troubles{}, func(t *Transfer) error {
		opened, err := f.Open(name, drivers, t)
		ds = opened
		return err
	})
	return ds, err
}

// unlessDone returns what call returns, or the cause of ctx as soon as ctx ends. GDAL cannot be
// interrupted in a request, so the call then goes on in the background, and discard gets what it
// made.
func unlessDone[T any](ctx context.Context, call func() (T, error), discard func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	if ctx.Done() == nil {
		return call()
	}
	done := make(chan result, 1)
	go func() {
		value, err := call()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				discard(r.value)
			}
		}()
		var none T
		return none, context.Cause(ctx)
	}
}
