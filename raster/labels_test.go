package raster

import (
	"path/filepath"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/tiff"
)

// relabel opens a raster to change what it says of itself.
func relabel(t testing.TB, path string, change func(ds *godal.Dataset) error) {
	t.Helper()
	ds, err := godal.Open(path, godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	if err := change(ds); err != nil {
		t.Fatal(err)
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
}

func acquiredAt(date string) func(ds *godal.Dataset) error {
	return func(ds *godal.Dataset) error {
		return ds.SetMetadata(tiff.AcquiredKey, date, godal.Domain(tiff.Imagery))
	}
}

// timedBy writes a coordinate of bands as GDAL does that makes TIFFs of NetCDF.
func timedBy(dimension, units, calendar string, values ...string) func(ds *godal.Dataset) error {
	return func(ds *godal.Dataset) error {
		if err := ds.SetMetadata(dimension+"#units", units); err != nil {
			return err
		}
		if calendar != "" {
			if err := ds.SetMetadata(dimension+"#calendar", calendar); err != nil {
				return err
			}
		}
		for i, value := range values {
			if value == "" {
				continue
			}
			if err := ds.Bands()[i].SetMetadata("NETCDF_DIM_"+dimension, value); err != nil {
				return err
			}
		}
		return nil
	}
}

// The labels that are read from the tags are those that GDAL reads, and do not make files unlike.
func TestLabels(t *testing.T) {
	for name, change := range map[string]func(ds *godal.Dataset) error{
		"none":        func(*godal.Dataset) error { return nil },
		"tag":         func(ds *godal.Dataset) error { return ds.SetMetadata("TIFFTAG_DATETIME", "2001:07:15 10:20:30") },
		"acquisition": acquiredAt("2001-07-15 10:20:30"),
		"acquisition of a band": func(ds *godal.Dataset) error {
			return ds.Bands()[1].SetMetadata(tiff.AcquiredKey, "2001-07-16 10:20:30", godal.Domain(tiff.Imagery))
		},
		"both": func(ds *godal.Dataset) error {
			if err := acquiredAt("2001-07-15 10:20:30")(ds); err != nil {
				return err
			}
			return ds.Bands()[0].SetMetadata(tiff.AcquiredKey, "2001-07-16 10:20:30", godal.Domain(tiff.Imagery))
		},
		"description":  func(ds *godal.Dataset) error { return ds.Bands()[1].SetDescription("été & <2001-07-15>") },
		"descriptions": func(ds *godal.Dataset) error { return describeBands(ds, "X2000.02.18", "X2000.03.05") },
		"other domains": func(ds *godal.Dataset) error {
			return ds.SetMetadata(tiff.AcquiredKey, "1999-01-01", godal.Domain("OTHER"))
		},
		"default domain": func(ds *godal.Dataset) error {
			return ds.SetMetadata(tiff.AcquiredKey, "1999-01-01")
		},
		"time":             timedBy("time", "days since 2001-01-01 <UTC>", "standard", "0", "31"),
		"time of one band": timedBy("valid_time", "hours since 1900-01-01", "", "", "876576"),
		"no time":          timedBy("level", "hPa", "", "1000", "850"),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir() // in which files without a place have the same neighbours
			plain, labelled := filepath.Join(dir, "a.tif"), filepath.Join(dir, "b.tif")
			for _, path := range []string{plain, labelled} {
				if err := (made{width: 5, height: 4, bands: newPlanes(5, 4, 2, 0, 9).dates}).write(path); err != nil {
					t.Fatal(err)
				}
			}
			relabel(t, labelled, change)
			for _, o := range []OpenOptions{{}, {Band: 1}, {Band: 2}} {
				want, _, err := describe(t.Context(), labelled, 1, o, nil)
				if err != nil {
					t.Fatal(err)
				}
				known := likenesses{}
				for _, path := range []string{plain, labelled} {
					looked := false
					got, _, _, err := known.describe(path, o, nil, func() ([]plane, geo, error) { looked = true; return describe(t.Context(), path, 1, o, nil) })
					if err != nil {
						t.Fatal(err)
					}
					if looked != (path == plain || name == "other domains") { // which may place a raster
						t.Errorf("band %d: GDAL looked at %s: %v", o.Band, path, looked)
					}
					for i := range got {
						if path == labelled && got[i].labels != want[i].labels {
							t.Errorf("band %d: the tags say %+v, GDAL %+v", o.Band, got[i].labels, want[i].labels)
						}
						if none := (labels{}); path == plain && got[i].labels != none {
							t.Errorf("band %d: a plain file says %+v", o.Band, got[i].labels)
						}
					}
				}
				// The other way round: what the first one says is not said for the second.
				known = likenesses{}
				for _, path := range []string{labelled, plain} {
					got, _, _, err := known.describe(path, o, nil, func() ([]plane, geo, error) { return describe(t.Context(), path, 1, o, nil) })
					if err != nil || path == plain && got[0].labels != (labels{}) {
						t.Errorf("band %d: %s says %+v, %v", o.Band, path, got[0].labels, err)
					}
				}
			}
		})
	}
}

func describeBands(ds *godal.Dataset, texts ...string) error {
	for i, text := range texts {
		if err := ds.Bands()[i].SetDescription(text); err != nil {
			return err
		}
	}
	return nil
}
