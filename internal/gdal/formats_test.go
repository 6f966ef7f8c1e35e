package gdal

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Formats are found by first bytes, not by names, and those on servers by names.
func TestFormatOf(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const hdf5 = "\x89HDF\r\n\x1a\n"
	put("e.hdr", "ENVI\nsamples = 2\n")
	put("store/.zgroup", "{}")
	put("folder/a.txt", "")
	for name, want := range map[string]string{
		put("a.nc", "II*\x00"):                         "GTiff",
		put("b.tif", "CDF\x02"):                        "netCDF",
		put("c.nc", hdf5):                              "netCDF",
		put("c.h5", hdf5):                              "HDF5",
		put("d.h5", hdf5+"\x00_NCProperties"):          "netCDF",
		put("d.hdf", "\x0e\x03\x13\x01"):               "HDF4",
		put("e.dat", "anything"):                       "ENVI",
		put("f.dat", "anything"):                       "",
		put("g.img", "EHFA_HEADER_TAG"):                "HFA",
		put("h.grb", "GRIB\x00\x00\x00\x02"):           "GRIB",
		put("i.grb", "GRIB\x00\x00\x00\x07"):           "",
		put("j.jp2", "\x00\x00\x00\x0cjP  \r\n\x87\n"): "JP2OpenJPEG",
		put("k.tif", ""):                               "",
		filepath.Join(dir, "store"):                    "Zarr",
		filepath.Join(dir, "folder"):                   "",
		filepath.Join(dir, "none"):                     "",
		filepath.Join(dir, "e.hdr"):                    "",
		`NETCDF:"f.nc":t2m`:                            "netCDF",
		`HDF4_SDS:"f.hdf":0`:                           "HDF4",
		`ZARR:"store":/t2m`:                            "Zarr",
		"GTIFF_DIR:2:f.tif":                            "GTiff",
		"/vsicurl/https://h/a.jp2?sig=x":               "JP2OpenJPEG",
		"/vsis3/b/a.nc":                                "netCDF",
		"/vsis3/b/a.img":                               "GTiff", // whose other files would be asked for
	} {
		if got := FormatOf(name); got != want {
			t.Errorf("%s has the format %q, want %q", name, got, want)
		}
	}
}

// A driver that GDAL lacks is an error that says which, and no other driver is registered to look for it.
func TestMissingDriver(t *testing.T) {
	err := registerFormat("NoSuchFormat")
	if err == nil || !strings.Contains(err.Error(), "no driver NoSuchFormat") {
		t.Errorf("%v", err)
	}
	const alone = "PIXTREND_TEST_ALONE"
	if os.Getenv(alone) == "" { // other tests register all drivers, and so this is for a process of its own
		c := exec.Command(os.Args[0], "-test.run=^TestMissingDriver$")
		c.Env = append(os.Environ(), alone+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := registerFormat("netCDF"); err != nil {
		t.Skip("GDAL has no netCDF driver here: ", err)
	}
	for _, name := range []string{"VRT", "WMS", "STACIT"} {
		if driverNamed(name) != nil {
			t.Errorf("the driver %s is registered", name)
		}
	}
}

// A raster on a server is not opened if its format is read from a disk.
func TestLocalOnly(t *testing.T) {
	for name, driver := range map[string]string{
		"/vsicurl/http://127.0.0.1:1/a.zarr": "Zarr", "/vsicurl/http://127.0.0.1:1/a.zarr/": "Zarr", `ZARR:"/vsicurl/http://127.0.0.1:1/a":t`: "Zarr",
		"/vsicurl/http://127.0.0.1:1/a.H5?key=1": "HDF5", "/vsis3/bucket/a.hdf": "HDF4", "/vsicurl/http://127.0.0.1:1/a.img": "HFA",
	} {
		local := (*LocalOnlyError)(nil)
		if _, err := Open(name, nil, nil); !errors.As(err, &local) || local.Driver != driver {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkLocal("/vsicurl/http://127.0.0.1:1/a.h5", []string{"hdf5"}); err != nil {
		t.Errorf("a driver that is named: %v", err)
	}
	if err := checkLocal("/vsicurl/http://127.0.0.1:1/a.zarr", []string{"Zarr"}); err == nil {
		t.Error("Zarr is read from a server if it is named, and lost chunks are gaps")
	}
	for _, name := range []string{"a.zarr", "/vsicurl/http://127.0.0.1:1/a.nc", "/vsicurl/http://127.0.0.1:1/a.tif"} {
		if err := checkLocal(name, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
