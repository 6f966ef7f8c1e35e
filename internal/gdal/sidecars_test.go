package gdal

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSidecars(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b_2001.tif", "b_2001.tfw", "B_2001.WLD", "b_2001.tif.aux.xml", "b_2001.tif.msk", "b_2001.tab", "b_2001_RPC.TXT", "b_2001.RPB",
		"b_2001_qa.tif", "b_2001_MTL.txt", "b_2001.json", "b_2001.png", "b_2001.tif.ovr", "b_20011.tfw", "b_2002.tif", "a.tif", "c.tif", "c.wld"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var f Folders
	for name, want := range map[string][]string{
		"b_2001.tif": {"B_2001.WLD", "b_2001.RPB", "b_2001.tab", "b_2001.tfw", "b_2001.tif.aux.xml", "b_2001.tif.msk", "b_2001_RPC.TXT"},
		"b_2002.tif": nil, "a.tif": nil, "c.tif": {"c.wld"},
	} {
		got, ok := f.Sidecars(filepath.Join(dir, name))
		if slices.Sort(got); !ok || !slices.Equal(got, want) {
			t.Errorf("beside %s there are %q, %v, want %q", name, got, ok, want)
		}
	}
	// A folder is listed once.
	if err := os.WriteFile(filepath.Join(dir, "a.wld"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	a := filepath.Join(dir, "a.tif")
	if got, _ := f.Sidecars(a); got != nil {
		t.Errorf("the folder is listed again: %q", got)
	}
	if got, _ := (*Folders)(nil).Sidecars(a); !slices.Equal(got, []string{"a.wld"}) {
		t.Errorf("without memory there are %q", got)
	}
	if got, ok := f.Sidecars(filepath.Join(dir, "none", "a.tif")); ok || got != nil {
		t.Errorf("in a folder that cannot be listed there are %q, %v", got, ok)
	}
	if got, ok := f.Sidecars("/vsicurl/http://127.0.0.1:1/a.tif"); !ok || got != nil {
		t.Errorf("beside a remote raster there are %q, %v", got, ok)
	}
}

func BenchmarkSidecars(b *testing.B) {
	dir := b.TempDir()
	var names []string
	for i := range 1000 {
		name := filepath.Join(dir, string(rune('a'+i%26))+"_"+filepath.Base(dir)+string(rune('a'+i/26))+".tif")
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			b.Fatal(err)
		}
		names = append(names, name)
	}
	for b.Loop() {
		var f Folders
		for _, name := range names {
			f.Sidecars(name)
		}
	}
}
