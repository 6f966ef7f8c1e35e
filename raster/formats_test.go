package raster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
)

// translated writes rasters in another format beside each other.
func translated(t *testing.T, dir, driver, end string, tifs []string, switches ...string) (names []string) {
	t.Helper()
	if err := godal.RegisterRaster(godal.DriverName(driver)); err != nil {
		t.Skip("GDAL has no driver for this format here: ", err)
	}
	for _, tif := range tifs {
		ds, err := godal.Open(tif)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, strings.TrimSuffix(filepath.Base(tif), ".tif")+end)
		made, err := ds.Translate(name, append([]string{"-of", driver}, switches...))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(made.Close(), ds.Close()); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// A folder stands for its GeoTIFFs, or else for its rasters of the one other format that it holds.
func TestFoldersOfFormats(t *testing.T) {
	s := newPlanes(20, 10, 4, 0, 17)
	tifs := s.files(t, nil)
	want := fitted(t, tifs, all())
	dir := t.TempDir()
	translated(t, dir, "HFA", ".img", tifs)
	put(t, filepath.Join(dir, "notes.txt"), "none")
	sameBands(t, "a folder of one format", want, fitted(t, []string{dir}, all()))

	inputs := translated(t, dir, "ENVI", ".dat", tifs[:1])
	fails(t, []string{dir}, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, dir, "several formats (ENVI, HFA)", "a quoted pattern")
	if err := os.Remove(inputs[0]); err != nil {
		t.Fatal(err)
	}

	for _, tif := range tifs {
		if err := os.Link(tif, filepath.Join(dir, filepath.Base(tif))); err != nil {
			t.Fatal(err)
		}
	}
	names, warnings, err := Expand(t.Context(), []string{dir}, OpenOptions{})
	if err != nil || len(names) != 4 || len(warnings) != 1 || !strings.Contains(warnings[0], "4 rasters of HFA beside GeoTIFFs") {
		t.Errorf("%q, %q, %v", names, warnings, err)
	}
}

// HDF4 files have the results of the GeoTIFFs that they were made from.
func TestHDF4(t *testing.T) {
	tifs := newPlanes(20, 10, 4, 0, 18).files(t, nil)
	dir := t.TempDir()
	inputs := translated(t, dir, "HDF4Image", ".hdf", tifs)
	sameBands(t, "HDF4", fitted(t, tifs, all()), fitted(t, inputs, all()))
	sameBands(t, "a folder of HDF4", fitted(t, tifs, all()), fitted(t, []string{dir}, all()))
	cut(t, inputs[1], 0.4)
	fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, inputs[1])
}

// Attributes of HDF4 mean what those of NetCDF do: GDAL ignores the fill value and the valid range of most files, and a scale
// factor without an offset. The scale factor of MOD13 is what samples are divided by.
func TestAttributesOfHDF4(t *testing.T) {
	const missing = -3000.0
	s := newPlanes(20, 10, 5, -1999, 9999)
	s.dates[1][7], s.dates[3][9], s.dates[2][7], s.dates[3][8] = missing, missing, -2001, 10001
	plain := s.files(t, func(_ int, m *made) { m.dtype = godal.Int16 })
	s.dates[2][7], s.dates[3][8] = missing, missing
	for _, c := range []struct {
		scale      float64
		attributes []string
	}{
		{1, nil},
		{0.0001, []string{"-mo", "scale_factor=0.0001"}},
		{0.0001, []string{"-mo", "scale_factor=10000", "-mo", "add_offset=0"}},
	} {
		tifs := s.files(t, func(_ int, m *made) {
			m.dtype, m.nodata, m.scale = godal.Int16, new(float64), c.scale
			*m.nodata = missing
		})
		attributes := append([]string{"-mo", "_FillValue=-3000", "-mo", "valid_range=-2000, 10000"}, c.attributes...)
		inputs := translated(t, t.TempDir(), "HDF4Image", ".hdf", plain, attributes...)
		sameBands(t, fmt.Sprint(c.attributes), fitted(t, tifs, all()), fitted(t, inputs, all()))
	}
	inputs := translated(t, t.TempDir(), "HDF4Image", ".hdf", plain, "-mo", "scale_factor=0.01 K")
	fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, inputs[0], "scale_factor", "no number")
}

// A variable of a format without variables is a mistake.
func TestVariableOfGeoTIFF(t *testing.T) {
	o := all()
	o.Variable = "t2m"
	inputs := newPlanes(4, 3, 2, 0, 9).files(t, nil)
	fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, inputs[0], "its format has no variables", "the option Variable = t2m")
}

// A chunk of Zarr without a file is one of gaps. One whose file cannot be opened is an error, and so is a file that is cut: GDAL
// would take the first for a chunk without a file.
func TestZarrChunksThatCannotBeOpened(t *testing.T) {
	store := filepath.Join(t.TempDir(), "slope.zarr")
	inputs := newPlanes(300, 20, 3, 0, 900).files(t, func(_ int, m *made) { m.epsg = 32617 })
	o := all()
	o.Format = output.Zarr
	if _, err := FitFiles(t.Context(), inputs, store, o); err != nil {
		t.Fatal(err)
	}
	chunk := filepath.Join(store, "slope", "0.1") // columns from 256 on
	whole, err := os.ReadFile(chunk)
	if err != nil {
		t.Fatal(err)
	}
	// read returns how many slopes are NaN.
	read := func() (gaps int, err error) {
		trend, err := OpenTrend(t.Context(), store, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = trend.Close() }()
		values, err := trend.Read(t.Context(), trend.Band("slope"), pixtrend.Window{Width: 300, Height: 20})
		for _, x := range values {
			if x != x {
				gaps++
			}
		}
		return gaps, err
	}
	if gaps, err := read(); gaps != 0 || err != nil {
		t.Fatalf("%d gaps, %v", gaps, err)
	}
	for name, damage := range map[string]func() error{
		"a link to itself":    func() error { return os.Symlink("0.1", chunk) },
		"a link to no file":   func() error { return os.Symlink("none", chunk) },
		"a folder":            func() error { return os.Mkdir(chunk, 0o777) },
		"the half of a chunk": func() error { return os.WriteFile(chunk, whole[:len(whole)/2], 0o666) },
		"no byte":             func() error { return os.WriteFile(chunk, nil, 0o666) },
		"no permission": func() error {
			if os.Getuid() == 0 { // who may read all
				return os.Symlink("0.1", chunk)
			}
			return os.WriteFile(chunk, whole, 0)
		},
	} {
		if err := errors.Join(os.Remove(chunk), damage()); err != nil {
			t.Fatal(err)
		}
		if gaps, err := read(); err == nil {
			t.Errorf("%s: no error, and %d gaps", name, gaps)
		} else {
			checkError(t, err, fault.ErrInput, "slope.zarr")
		}
	}
	if err := os.Remove(chunk); err != nil {
		t.Fatal(err)
	}
	if gaps, err := read(); gaps != 44*20 || err != nil {
		t.Errorf("without the chunk there are %d gaps, %v, want %d", gaps, err, 44*20)
	}
}
