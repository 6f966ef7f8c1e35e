package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Breaks of a stack with felled trees are found in the right years, whatever the threads, windows and
// shards are, and drawn and compared.
func TestBreaks(t *testing.T) {
	dir := t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := call(t, dir, args...)
		if code != 0 {
			t.Fatalf("%v: exit code %d, %s%s", args, code, stdout, stderr)
		}
		return stdout
	}
	must("synth", "forest", "--width", "96", "--height", "288", "--dates", "1995-2015", "--clearings", "felled.tif", "-q")
	said := must("breaks", "forest", "-o", "breaks.tif", "--fitted", "fitted.tif", "--vertices", "vertices.tif", "--reference", "felled.tif", "--map", "year.png")
	all := said[strings.LastIndex(said, "  all"):]
	var share []string
	for _, word := range strings.Fields(all) {
		if strings.Contains(word, ".") {
			share = append(share, word)
		}
	}
	if len(share) < 2 || !strings.HasPrefix(share[0], "0.") && !strings.HasPrefix(share[0], "1.") && !strings.HasPrefix(share[0], "2.") {
		t.Errorf("more than 3 %% of the clearings are missed: %s", all)
	}
	for _, name := range []string{"fitted.tif", "vertices.tif", "year.png"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	var object struct {
		Agreement struct {
			All struct{ Reference, Found int }
		}
	}
	printed := must("breaks", "forest", "-o", "breaks.tif", "--overwrite", "--reference", "felled.tif", "--json")
	if err := json.Unmarshal([]byte(printed), &object); err != nil || object.Agreement.All.Found == 0 || object.Agreement.All.Reference < object.Agreement.All.Found {
		t.Errorf("--json with a reference: %v, %+v, of %s", err, object, printed)
	}
	want := read(t, dir, "breaks.tif")
	must("breaks", "forest", "-o", "again.tif", "--threads", "1", "--window", "7x5", "-q")
	must("breaks", "forest", "-o", "shards.tif", "--resume", "breaks.job", "-q")
	must("breaks", "forest", "-o", "parts.tif", "--resume", "parts.job", "--parts", "2", "-q")
	must("job", "run", "parts.job", "-q")
	must("job", "merge", "parts.job", "-q")
	for _, name := range []string{"again.tif", "shards.tif", "parts.tif"} {
		if read(t, dir, name) != want {
			t.Errorf("%s has other bytes than breaks.tif", name)
		}
	}
	if got := must("map", "breaks.tif", "--field", "year", "-o", "map.png"); !strings.HasPrefix(got, "map.png: year of breaks.tif\n") {
		t.Errorf("the map: %s", got)
	}
	if got := must("series", "forest", "--pixel", "5,5", "--breaks", "landtrendr", "-o", "pixel.svg"); !strings.Contains(got, "landtrendr_segments") {
		t.Errorf("the series: %s", got)
	}
	if got := must("breaks", "forest", "-o", "p.tif", "--preset", "esri", "--max-segments", "3", "--dry-run"); !strings.Contains(got, "up to 3 segments") || !strings.Contains(got, "p-value 0.01") {
		t.Errorf("a preset and an option beside it: %s", got)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWrongBreaks(t *testing.T) {
	dir := folder(t)
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"breaks", "stack", "-o", "b.tif", "--stats", "slope"}, `no field of landtrendr is called "slope"`},
		{[]string{"breaks", "stack", "-o", "b.tif", "--method", "ccdc"}, "give landtrendr"},
		{[]string{"breaks", "stack", "-o", "b.tif", "--spike", "0"}, "above 0, up to 1"},
		{[]string{"breaks", "stack", "-o", "b.tif", "--max-segments", "99"}, "from 1 to 24"},
		{[]string{"breaks", "stack", "-o", "b.tif", "--direction", "up"}, "give loss or gain"},
		{[]string{"breaks", "stack", "-o", "b.tif", "--preset", "idl"}, "give gee or esri"},
		{[]string{"breaks", "stack", "-o", "b.tif", "--parts", "2"}, "name it with --resume"},
		{[]string{"breaks", "stack", "-o", "b.tif", "--resume", "b.job", "--parts", "2", "--reference", "r.tif"}, "exclude each other"},
		{[]string{"series", "stack", "--pixel", "0,0", "--direction", "gain"}, "give --breaks"},
	} {
		if code, _, stderr := call(t, dir, row.args...); code != exitUsage || !strings.Contains(stderr, row.want) {
			t.Errorf("%v: exit code %d, %s, want %q", row.args, code, stderr, row.want)
		}
	}
}
