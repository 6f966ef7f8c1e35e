package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

func TestDemo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out strings.Builder
	if err := demo(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	// Slopes are -7 to 7 by columns: those of 0, 200 and 399 modulo 15, less 7.
	want := regexp.MustCompile(`^\S+slope\.f32: slopes of 400 × 300 pixels over 21 years, 1995–2015
[0-9.]+ Mpixel/s, \w+ on \d+ threads
column 0: slope -7 in the first row, -7 in the last
column 200: slope -2 in the first row, -2 in the last
column 399: slope 2 in the first row, 2 in the last
$`)
	if !want.MatchString(out.String()) {
		t.Errorf("printed\n%s", &out)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Every pixel is fitted, in windows of whole rows and of parts of rows.
func TestWindows(t *testing.T) {
	const width, height, threads = 37, 23, 2
	for _, years := range []string{"1995-2015", "2015-1995"} {
		dates, err := parseYears(years)
		if err != nil {
			t.Fatal(err)
		}
		file := bytes.NewReader(kernel.Bytes(made(width, height, dates)))
		for _, window := range [][2]int{{0, 0}, {width, 5}, {10, 4}} {
			c, err := newCube(file, width, height, dates, threads)
			if err != nil {
				t.Fatal(err)
			}
			got := &memory{b: make([]byte, width*height*4)}
			o := pixtrend.Options{Threads: threads, WindowWidth: window[0], WindowHeight: window[1]}
			if _, err := pixtrend.Stream(t.Context(), c, &plane{got, width}, o); err != nil {
				t.Fatal(err)
			}
			slopes := kernel.Plane[float32](kernel.Tile{Type: kernel.Float32, Data: got.b, Dates: 1, Pixels: width * height}, 0)
			for p, slope := range slopes {
				if want := float32(p%width%15 - 7); slope != want {
					t.Fatalf("%s, windows of %v: slope %v at pixel %d, want %v", years, window, slope, p, want)
				}
			}
		}
	}
}

// memory is an io.WriterAt.
type memory struct{ b []byte }

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if int(at)+len(p) > len(m.b) {
		return 0, io.ErrShortWrite
	}
	return copy(m.b[at:], p), nil
}

func TestWrongFiles(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "stack.bip"), filepath.Join(dir, "slope.f32")
	dates, err := parseYears("2001-2005")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in, kernel.Bytes(made(8, 6, dates)), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, out     string
		width, height int
		years, want   string
	}{
		{in, out, 8, 7, "2001-2005", "not 8 × 7 pixels of 5 int16"},
		{in, out, 8, 6, "2001-2006", "not 8 × 6 pixels of 6 int16"},
		{in, out, 0, 0, "2001-2005", "not 0 × 0"},
		{in, out, -8, -6, "2001-2005", "not -8 × -6"},
		{in, out, 8, 6, "now", "give the first and the last"},
		{in, out, 8, 30, "2001-2001", "a trend needs two or more"},
		{in, in, 8, 6, "2001-2005", "exists"},
		{in + "x", out, 8, 6, "2001-2005", "no such file"},
		{in, filepath.Join(dir, "none", "slope.f32"), 8, 6, "2001-2005", "no such file"},
	} {
		err := fit(t.Context(), io.Discard, row.name, row.out, row.width, row.height, row.years)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: %v", row, err)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a fit that fails leaves an output")
	}

	// A file is cut short while it is read.
	c, err := newCube(bytes.NewReader(make([]byte, 7)), 8, 6, dates, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pixtrend.Stream(t.Context(), c, &plane{&memory{make([]byte, 8*6*4)}, 8}, pixtrend.Options{Threads: 1})
	if err == nil || !strings.Contains(err.Error(), "cannot read 480 bytes at byte 0 of the stack: EOF") {
		t.Errorf("a short file: %v", err)
	}
}
