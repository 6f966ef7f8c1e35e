package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkTile measures one thread on a tile in the L2 cache (256 KiB of samples). The rate is
// that of the samples read. benchstat -col /isa sets the implementations side by side.
func BenchmarkTile(b *testing.B) {
	const bytes = 256 << 10
	for _, d := range []DType{Float32, Int16} {
		for _, n := range []int{21, 64, 500} {
			pixels := bytes / n / d.Size()
			tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
			sums, slope := NewSums(pixels), make([]float64, pixels)
			axis := years(rand.New(rand.NewPCG(1, 1)), n, false)
			v := Valid{HasNodata: true, Nodata: nodataOf(d)}
			for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
				fill(rand.New(rand.NewPCG(2, 2)), tile, g)
				for _, k := range kernels(b) {
					name := fmt.Sprintf("isa=%v/dtype=%v/n=%d/gaps=%s/ws=L2", k.ISA(), d, n, g.name)
					if g.name == "none" {
						b.Run("op=slope/"+name, func(b *testing.B) {
							b.SetBytes(int64(n * pixels * d.Size()))
							for b.Loop() {
								if k.Slope(slope, tile, axis, 1, v) != pixels {
									b.Fatal("a gap where there is none")
								}
							}
						})
					}
					b.Run("op=sums/"+name, func(b *testing.B) {
						b.SetBytes(int64(n * pixels * d.Size()))
						for b.Loop() {
							k.Sums(sums, tile, axis, v)
						}
					})
				}
			}
		}
	}
}
