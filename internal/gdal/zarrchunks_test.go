package gdal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files of chunks have the names that Zarr 2 and Zarr 3 give them.
func TestZarrChunks(t *testing.T) {
	for name, tt := range map[string]struct {
		array string            // in the store
		files map[string]string // of the store: metadata
		bad   string            // the file that is a folder
		fits  bool              // whether it belongs to the part
	}{
		"dots":               {"/g/t", map[string]string{"g/t/.zarray": `{"chunks": [4, 10]}`}, "g/t/2.1", true},
		"another chunk":      {"/g/t", map[string]string{"g/t/.zarray": `{"chunks": [4, 10]}`}, "g/t/1.1", false},
		"beyond":             {"/g/t", map[string]string{"g/t/.zarray": `{"chunks": [4, 10]}`}, "g/t/2.3", false},
		"slashes":            {"/t", map[string]string{"t/.zarray": `{"chunks": [4, 10], "dimension_separator": "/"}`}, "t/3/2", true},
		"the whole store":    {"/t", map[string]string{".zmetadata": `{"metadata": {"t/.zarray": {"chunks": [4, 10]}}}`}, "t/2.1", true},
		"the store is it":    {"/store", map[string]string{".zarray": `{"chunks": [4, 10]}`}, "3.2", true},
		"version 3":          {"/t", map[string]string{"t/zarr.json": `{"chunk_grid": {"configuration": {"chunk_shape": [4, 10]}}, "chunk_key_encoding": {"name": "default"}}`}, "t/c/2/1", true},
		"version 3 and dots": {"/t", map[string]string{"t/zarr.json": `{"chunk_grid": {"configuration": {"chunk_shape": [4, 10]}}, "chunk_key_encoding": {"name": "default", "configuration": {"separator": "."}}}`}, "t/c.2.1", true},
		"keys of version 2":  {"/t", map[string]string{"t/zarr.json": `{"chunk_grid": {"configuration": {"chunk_shape": [4, 10]}}, "chunk_key_encoding": {"name": "v2"}}`}, "t/2.1", true},
	} {
		store := filepath.Join(t.TempDir(), "store")
		for file, text := range tt.files {
			path := filepath.Join(store, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		chunks, err := newZarrChunks(store, tt.array)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check := func() error { return chunks.check([]int{8, 15}, []int{5, 10}) } // chunks 2 and 3, and 1 and 2
		if err := check(); err != nil {
			t.Errorf("%s: without files: %v", name, err)
		}
		if err := os.MkdirAll(filepath.Join(store, tt.bad), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := check(); (err != nil) != tt.fits || err != nil && !strings.Contains(err.Error(), "cannot be opened: it is a folder") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if chunks, err := newZarrChunks("/vsizip/a.zip/a.zarr", "/t"); chunks != nil || err != nil {
		t.Errorf("an archive: %v, %v", chunks, err)
	}
}
