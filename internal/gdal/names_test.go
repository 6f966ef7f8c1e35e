package gdal

import (
	"os"
	"testing"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"https://example.org/a.tif": "/vsicurl/https://example.org/a.tif",
		"HTTP://example.org/a.tif":  "/vsicurl/http://example.org/a.tif",
		"s3://bucket/key/a.tif":     "/vsis3/bucket/key/a.tif",
		"S3://bucket/a.tif":         "/vsis3/bucket/a.tif",
		"gs://bucket/a.tif":         "/vsigs/bucket/a.tif",
		"az://container/a.tif":      "/vsiaz/container/a.tif",
		"ftp://example.org/a.tif":   "ftp://example.org/a.tif",
		"s3/a.tif":                  "s3/a.tif",
	} {
		if got := FromURL(name); got != want || IsURL(name) != (want != name) {
			t.Errorf("%s becomes %s, want %s", name, got, want)
		}
	}
	for message, want := range map[string]string{
		"cannot read s3://key:secret@bucket/a.tif?token=1, sorry":        "cannot read s3://bucket/a.tif sorry",
		"cannot read gs://bucket/a.tif?X-Goog-Signature=1":               "cannot read gs://bucket/a.tif",
		`NETCDF:"/vsicurl/https://u:p@example.org/f.nc?sig=1":t2m fails`: `NETCDF:"/vsicurl/https://example.org/f.nc":t2m fails`,
	} {
		if got := withoutSecrets(message); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
	}
	if got, want := DisplayName(`NETCDF:"/vsis3/b/f.nc?sig=1":t2m`), `NETCDF:"/vsis3/b/f.nc":t2m`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFilePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("odd:1:f.tif", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"f.tif":                           "f.tif",
		"/a/b:c/f.tif":                    "/a/b:c/f.tif",
		"odd:1:f.tif":                     "odd:1:f.tif",
		`NETCDF:"a/f.nc":t2m`:             "a/f.nc",
		"NETCDF:a/f.nc:t2m":               "a/f.nc",
		`HDF5:"f.h5"://grid/lst`:          "f.h5",
		"GTIFF_DIR:2:a/f.tif":             "a/f.tif",
		"GTIFF_DIR:off:512:a/f.tif":       "a/f.tif",
		`HDF4_EOS:EOS_GRID:"f.hdf":g:lst`: "f.hdf",
		"/vsicurl/https://example.org/a":  "/vsicurl/https://example.org/a",
	} {
		if got := FilePath(name); got != want {
			t.Errorf("%s is in %s, want %s", name, got, want)
		}
	}
	if got := FilePath(Page(3, "f.tif")); got != "f.tif" {
		t.Errorf("page 3 is in %s", got)
	}
	for driver, prefixes := range map[string][2]string{"netCDF": {"NETCDF", "HDF5"}, "HDF4": {"HDF4_SDS", "HDF5"}, "GTiff": {"GTIFF_DIR", "GTIFFX"}} {
		if !HasPrefix(driver, prefixes[0]) || HasPrefix(driver, prefixes[1]) {
			t.Errorf("%s has not the prefix %s, or has %s", driver, prefixes[0], prefixes[1])
		}
	}
}

// A file is told by its first bytes, and not by its name.
func TestIdentify(t *testing.T) {
	name := t.TempDir() + "/a.dat"
	if err := os.WriteFile(name, []byte("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := Identify(name, []string{"VRT", "AAIGrid"}); got != "AAIGrid" {
		t.Errorf("identified as %q", got)
	}
	if got := Identify(name, []string{"VRT"}); got != "" {
		t.Errorf("identified as %q", got)
	}
}
