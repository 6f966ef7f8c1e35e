package output

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// BenchmarkWrite writes 4096 × 4096 float32, and brings them to the disk, in windows of the shapes
// that stacks lead to.
func BenchmarkWrite(b *testing.B) {
	const width, height = 4096, 4096
	samples := make([]float32, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range samples {
		samples[i] = r.Float32()
	}
	for _, c := range []struct {
		format   Format
		creation string
		window   pixtrend.Window
	}{
		{GTiff, "", pixtrend.Window{Width: width, Height: 1}},
		{GTiff, "", pixtrend.Window{Width: width, Height: 5}},
		{GTiff, "", pixtrend.Window{Width: 256, Height: 256}},
		{GTiff, "", pixtrend.Window{Width: 512, Height: 512}},
		{GTiff, "TILED=NO", pixtrend.Window{Width: width, Height: 5}},
		{GTiff, "COMPRESS=DEFLATE NUM_THREADS=1", pixtrend.Window{Width: width, Height: 5}},
		{GTiff, "COMPRESS=DEFLATE", pixtrend.Window{Width: width, Height: 5}},
		{COG, "", pixtrend.Window{Width: width, Height: 5}},
		{COG, "COMPRESS=NONE", pixtrend.Window{Width: width, Height: 5}},
	} {
		b.Run(fmt.Sprintf("format=%s/co=%s/window=%dx%d", c.format, strings.NewReplacer("=", ".", " ", ",").Replace(c.creation), c.window.Width, c.window.Height), func(b *testing.B) {
			target := filepath.Join(b.TempDir(), "out.tif")
			b.SetBytes(width * height * 4)
			for b.Loop() {
				f, err := Create(target, Spec{Width: width, Height: height, Type: kernel.Float32, Bands: []Band{{Name: "slope"}},
					Format: c.format, Creation: strings.Fields(c.creation), Overwrite: true})
				if err != nil {
					b.Fatal(err)
				}
				at := 0 // so that windows differ and yet come from cache
				for y := 0; y < height; y += c.window.Height {
					for x := 0; x < width; x += c.window.Width {
						w := pixtrend.Window{X: x, Y: y, Width: min(c.window.Width, width-x), Height: min(c.window.Height, height-y)}
						at = (at + 7919) % (len(samples) - w.Pixels())
						if err := f.Write(w, kernel.TileOf(samples[at:][:w.Pixels()], w.Pixels(), 1, w.Pixels())); err != nil {
							b.Fatal(err)
						}
					}
				}
				if err := f.Commit(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
