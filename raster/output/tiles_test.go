package output

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
)

// However the windows cut a raster, in whatever order they come, several at once, and whatever memory there is
// to gather tiles in, the file is the same to the last byte, and GDAL reads from it what was written.
func TestTilesOfAnyWindows(t *testing.T) {
	const width, height, bands = 301, 203, 2
	type whole = [bands][]float64
	samples := whole{make([]float64, width*height), make([]float64, width*height)}
	for p := range samples[0] {
		samples[0][p], samples[1][p] = float64(p), -float64(p)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, creation := range []string{"", "BLOCKXSIZE=64 BLOCKYSIZE=48", "BIGTIFF=YES BLOCKXSIZE=512", "BLOCKXSIZE=304 BLOCKYSIZE=16"} {
		var first []byte
		// The third number is how many columns of the first window lie left of the raster.
		for i, window := range [][3]int{{width, height}, {width, 1}, {width, 7}, {1, height}, {33, 21}, {64, 48}, {64, 48, 19}, {256, 256}, {300, 202}} {
			for _, memory := range [][]int64{{0, 1}, {40 << 10, 300 << 10}}[i%2] {
				out := filepath.Join(t.TempDir(), "out.tif")
				f, err := Create(out, Spec{Width: width, Height: height, Type: kernel.Float64, Bands: make([]Band, bands),
					Creation: strings.Fields(creation), Memory: memory, Threads: 2})
				if err != nil {
					t.Fatal(err)
				}
				var windows []pixtrend.Window
				for y := 0; y < height; y += window[1] {
					for x := -window[2]; x < width; x += window[0] {
						left := max(x, 0)
						windows = append(windows, pixtrend.Window{X: left, Y: y, Width: min(x+window[0], width) - left, Height: min(window[1], height-y)})
					}
				}
				r.Shuffle(len(windows), func(i, j int) { windows[i], windows[j] = windows[j], windows[i] })
				var writers sync.WaitGroup
				for i := range 3 {
					writers.Go(func() {
						for at := i; at < len(windows); at += 3 {
							w := windows[at]
							stride := w.Pixels() + 5 // planes do not stand end to end
							buf := make([]float64, bands*stride)
							for b := range samples {
								for y := range w.Height {
									copy(buf[b*stride+y*w.Width:][:w.Width], samples[b][(w.Y+y)*width+w.X:])
								}
							}
							if err := f.Write(w, kernel.TileOf(buf, stride, bands, w.Pixels())); err != nil {
								t.Error(err)
							}
						}
					})
				}
				writers.Wait()
				if held := int64(f.out.held) * f.out.cellBytes(); memory > 0 && held > memory {
					t.Fatalf("%d bytes are held, of %d", held, memory)
				}
				if err := f.Commit(); err != nil {
					t.Fatal(err)
				}
				b, err := os.ReadFile(out)
				if err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = b
					if !reflect.DeepEqual(readBands(t, out), samples[:]) {
						t.Fatalf("%q: other samples are read than were written", creation)
					}
				} else if !bytes.Equal(first, b) {
					t.Fatalf("%q, windows of %v, memory %d: another file", creation, window, memory)
				}
			}
		}
	}
}

// A header that is not that of plain tiles is an error, whatever it is.
func TestLayTiles(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.tif")
	f, err := Create(out, Spec{Width: 30, Height: 20, Type: kernel.Float32, Bands: make([]Band, 2)})
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, f.out.Base)
	if _, err := f.out.file.ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	try := func(b []byte) error {
		if err := os.WriteFile(out, b, 0o666); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(out, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		return tiff.LayTiles(file, &tiff.Tiling{Width: 30, Height: 20, Bands: 2, Size: 4})
	}
	if err := try(head); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 4, 8, 20, 100} {
		if err := try(head[:n]); err == nil {
			t.Errorf("a header of %d bytes will do", n)
		}
	}
	for range 500 {
		b := bytes.Clone(head)
		for range 1 + rand.IntN(4) {
			b[rand.IntN(400)] = byte(rand.Uint32())
		}
		_ = try(b) // must not panic
	}
}

func TestWindowsThatAreMissing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.tif")
	f, err := Create(out, Spec{Width: 30, Height: 20, Type: kernel.Float32, Bands: make([]Band, 1)})
	if err != nil {
		t.Fatal(err)
	}
	samples := kernel.TileOf(make([]float32, 300), 300, 1, 300)
	for _, w := range []pixtrend.Window{{X: 1, Width: 30, Height: 10}, {Y: 11, Width: 30, Height: 10}, {X: -1, Width: 30, Height: 10}, {Width: 30, Height: 9}} {
		checkError(t, f.Write(w, samples), out)
	}
	if err := f.Write(pixtrend.Window{Y: 10, Width: 30, Height: 10}, samples); err != nil {
		t.Fatal(err)
	}
	checkError(t, f.Commit(), out, "300 pixels", "600")
	if left := listing(t, filepath.Dir(out)); len(left) > 0 {
		t.Errorf("left behind: %s", left)
	}
}
