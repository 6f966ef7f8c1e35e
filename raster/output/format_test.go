package output

import (
	"path/filepath"
	"testing"
)

// Other programs believe the end of a name.
func TestNamesOfFormats(t *testing.T) {
	for name, words := range map[string]string{"-": "standard output", "a.png": "end .png", "a.nc": "end .nc", "trend.v2.PDF": "end .PDF", ".json": "end .json"} {
		if name != "-" {
			name = filepath.Join(t.TempDir(), name)
		}
		_, err := Create(name, Spec{})
		checkError(t, err, words)
	}
	for _, format := range []Format{NetCDF, Zarr} {
		checkError(t, format.CheckName("a.tif"), string(format), formatEnds[format][0])
		if err := format.CheckName("a" + formatEnds[format][0]); err != nil {
			t.Error(err)
		}
	}
}
