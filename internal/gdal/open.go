package gdal

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/airbusgeo/godal"
)

// Open opens a raster for reading with one of the named drivers, GTiff if there are none. t, which may be nil, hears what GDAL
// says of a remote file.
//
// The sidecar files that are there, and the siblings that the caller names, are listed for GDAL. Left to look for them,
// GDAL would read the whole folder for each file, which takes longer than the fit where there are thousands of scenes.
func Open(path string, drivers []string, t *Transfer, siblings ...string) (*Dataset, error) {
	if err := Register(); err != nil {
		return nil, err
	}
	opts := []godal.OpenOption{godal.RasterOnly(), godal.ErrLogger(ignoreWarnings),
		// Uncompressed samples go straight from the file to the tile, past GDAL's block cache.
		godal.ConfigOption("GTIFF_DIRECT_IO=YES")}
	if len(drivers) == 0 {
		drivers = []string{"GTiff"}
	} else {
		registerAll()
	}
	opts = append(opts, godal.Drivers(withSubdatasets(drivers)...))
	if !strings.HasPrefix(path, "/vsi") {
		siblings = append(siblings, Sidecars(path)...)
	}
	if len(siblings) > 0 {
		opts = append(opts, godal.SiblingFiles(siblings...))
	}
	open := func() (*Dataset, error) {
		ds, err := godal.Open(path, append(opts, t.openOptions()...)...)
		if err != nil {
			return nil, err
		}
		return newDataset(ds), nil
	}
	if t == nil {
		return open()
	}
	return unlessDone(t.ctx, open, func(d *Dataset) { _ = d.Close() })
}

// OpenFirst opens a raster that this process may have read before, and forgets what it knew of it. A remote file is tried as
// often as PatienceFor says, until ctx ends.
func OpenFirst(ctx context.Context, name string, drivers []string) (*Dataset, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if !IsRemote(name) {
		return Open(name, drivers, nil)
	}
	if err := Register(); err != nil { // which reads the user's configuration file
		return nil, err
	}
	Forget(name)
	var ds *Dataset
	err := Persist(ctx, name, PatienceFor(name), &Troubles{}, func(t *Transfer) error {
		opened, err := Open(name, drivers, t)
		ds = opened
		return err
	})
	return ds, err
}

// unlessDone returns what call returns, or the cause of ctx as soon as ctx ends. GDAL cannot be interrupted in a request, so
// the call then goes on in the background, and discard gets what it made.
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

// Sidecars returns the names, without their folder, of the files beside a local raster that GDAL reads with it.
func Sidecars(path string) []string {
	base := filepath.Base(path)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	var found []string
	for _, name := range []string{base + ".aux.xml", base + ".msk", stem + ".tfw", stem + ".TFW"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), name)); err == nil {
			found = append(found, name)
		}
	}
	return found
}
