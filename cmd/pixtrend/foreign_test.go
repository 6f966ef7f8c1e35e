package main

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/airbusgeo/godal"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// evil clears the screen, forges a row of a report, turns the direction of writing, and is no UTF-8.
const evil = "e\x1b[2J\nno fit    forged \u202e\u009b\xff"

// checkShown reports characters that a terminal would obey, and forged rows.
func checkShown(t *testing.T, what, text string) {
	t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }) {
		t.Errorf("%s: %q", what, text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "no fit    forged") {
			t.Errorf("%s has a forged row: %s", what, text)
		}
	}
}

// evilStack writes a stack whose names, units and descriptions are evil.
func evilStack(t *testing.T, dir string) {
	t.Helper()
	if err := gdal.Register(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, evil), 0o777); err != nil {
		t.Skip("no such names here:", err)
	}
	for i, name := range []string{"2001", "2002", "2003"} {
		path := filepath.Join(dir, evil, evil+"_"+name+".tif")
		h := gdal.Header{Width: 8, Height: 8, Bands: []gdal.BandHeader{{Name: "a"}}, CRS: `LOCAL_CS["` + "e\x1b[2J" + `",UNIT["m",1]]`}
		samples := make([]float32, 64)
		for p := range samples {
			samples[p] = float32(i*p + i)
		}
		if err := gdal.CreateGeoTIFF(path, h, nil, samples); err != nil {
			t.Fatal(err)
		}
		ds, err := godal.Open(path, godal.Update())
		if err != nil {
			t.Fatal(err)
		}
		if err := gdal.BandOf(ds.Bands()[0]).SetUnit(evil); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{ds.Bands()[0].SetDescription(evil), ds.SetMetadata("PIXTREND_NOTE", evil), ds.Close()} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Names, units, descriptions and cells of other people cannot move the cursor, forge rows or make a
// file malformed, wherever they are printed, drawn or written.
func TestForeignText(t *testing.T) {
	dir := t.TempDir()
	evilStack(t, dir)
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put(evil+".txt", evil+"\n")
	put("dates.csv", "name,date\n\""+evil+"\",\""+evil+"\"\n")
	put("damaged_"+evil+"_2001.tif", "II*\x00")
	out, residuals := evil+".tif", "r"+evil+".tif"
	for _, tt := range []struct {
		code int
		args []string
	}{
		{0, []string{"info", evil}},
		{0, []string{"info", evil, "--all"}},
		{0, []string{"info", evil, "--json"}},
		{0, []string{"fit", evil, "-o", out, "--residuals", residuals, "--map", evil + ".svg", "-v", "--stats", "slope,intercept,mean"}},
		{0, []string{"fit", evil, "-o", out, "--overwrite", "--json"}},
		{0, []string{"fit", evil, "-o", "plan" + evil + ".tif", "--dry-run", "--map", "plan" + evil + ".png"}},
		{0, []string{"series", evil, "--pixel", "3,3", "-o", "s" + evil + ".svg", "--csv", evil + ".csv"}},
		{0, []string{"series", evil, "--pixel", "3,3", "--csv", "-"}},
		{0, []string{"series", evil, "--pixel", "3,3", "--json"}},
		{0, []string{"map", filepath.Join(evil, evil+"_2001.tif"), "-o", "m" + evil + ".svg", "--colors", evil + ".colors", "--qgis", "-v"}},
		{0, []string{"map", filepath.Join(evil, evil+"_2001.tif"), "-o", "m2.svg", "--title", evil, "--label", evil}},
		{1, []string{"map", out, "-o", "m3.png", "--field", evil}},
		{1, []string{"fit", evil, "-o", out}},
		{1, []string{"fit", evil, "@" + evil + ".txt", "-o", "o.tif"}},
		{1, []string{"fit", evil + "*none*", "-o", "o.tif"}},
		{1, []string{"fit", "none" + evil, "-o", "o.tif"}},
		{1, []string{"fit", evil, "damaged_" + evil + "_2001.tif", "-o", "o.tif"}},
		{1, []string{"fit", evil, "-o", "o.tif", "--dates", "@dates.csv"}},
		{1, []string{"info", evil, "--dates", "@dates.csv"}},
		{1, []string{"fit", evil, "-o", "none" + evil + "/o.tif"}},
		{2, []string{"fit", evil, "-o", "o.tif", "--co", evil}},
		{2, []string{"fit", evil, "-o", "o.tif", "--nodata", evil}},
		{2, []string{evil}},
	} {
		code, stdout, stderr := call(t, dir, tt.args...)
		if code != tt.code {
			t.Errorf("%q: exit code %d, want %d: %s", tt.args, code, tt.code, stderr)
		}
		checkShown(t, strings.Join(tt.args[:1], " ")+", standard output", stdout)
		checkShown(t, strings.Join(tt.args[:1], " ")+", standard error", stderr)
		lines := 0
		for line := range strings.Lines(strings.ReplaceAll(stderr, dotted, "")) {
			if lines++; !strings.HasPrefix(line, "pixtrend: ") {
				t.Errorf("%q prints %q", tt.args, line)
			}
		}
		if strings.Contains(strings.Join(tt.args, " "), "--json") && !json.Valid([]byte(stdout)) {
			t.Errorf("%q prints %q", tt.args, stdout)
		}
	}
	checkEvilFiles(t, dir)
}

// checkEvilFiles checks the files that were written.
func checkEvilFiles(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch filepath.Ext(path) {
		case ".svg", ".qml":
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			for parser := xml.NewDecoder(file); err == nil; {
				_, err = parser.Token()
			}
			if _ = file.Close(); err != io.EOF {
				t.Errorf("%q is malformed: %v", e.Name(), err)
			}
			checked++
		case ".csv":
			if e.Name() == "dates.csv" {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			checkShown(t, "the table", string(text))
			if rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll(); err != nil || len(rows) != 4 {
				t.Errorf("the table has %d rows, %v", len(rows), err)
			}
			checked++
		case ".tif":
			if strings.HasPrefix(e.Name(), "damaged") {
				continue
			}
			ds, err := godal.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			var text []string
			for key, value := range ds.Metadatas() {
				text = append(text, key, value)
			}
			for _, b := range ds.Bands() {
				text = append(text, b.Description(), gdal.BandOf(b).Unit())
			}
			checkShown(t, "metadata of "+e.Name(), strings.Join(text, " "))
			raw, err := os.ReadFile(path)
			if err != nil || strings.Contains(string(raw), "\x1b[2J") {
				t.Errorf("%q holds the escape sequence, %v", e.Name(), err)
			}
			_ = ds.Close()
			checked++
		}
	}
	if checked < 7 {
		t.Errorf("%d files are checked", checked)
	}
}
