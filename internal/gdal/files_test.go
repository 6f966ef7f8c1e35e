package gdal

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLocalFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.zip")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for name, want := range map[string]string{
		"y.tif":                             "y.tif",
		"/data/y.tif":                       "/data/y.tif",
		"GTIFF_DIR:2:y.tif":                 "y.tif",
		`NETCDF:"/data/f.nc":t2m`:           "/data/f.nc",
		"/vsizip/a.zip/in/y.tif":            "a.zip",
		"/vsizip/" + file + "/in/y.tif":     file,
		"/vsizip/{" + file + "}/in/y.tif":   file,
		"/vsizip/" + file:                   file,
		"/vsigzip//vsizip/a.zip/y.tif.gz":   "a.zip",
		"/vsizip/{/vsigzip/" + file + "}/y": file,
		"/vsisubfile/10_20," + file:         file,
		"/vsitar/none.tar/y.tif":            "",
		"/vsizip/" + dir + "/y.tif":         "",
		"/vsimem/y.tif":                     "",
		"/vsistdin/":                        "",
		"/vsicurl/https://host/y.tif":       "",
		"/vsizip//vsicurl/https://h/a.zip":  "",
	} {
		if got := LocalFile(name); got != want {
			t.Errorf("%s is in %q, want %q", name, got, want)
		}
	}
}
