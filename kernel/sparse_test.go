package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Every block with a pixel of few observations is marked, and in tiles without such pixels none is.
// Slopes and n have the bits of Slope.
func TestSlopeSparse(t *testing.T) {
	t.Run("float32", func(t *testing.T) { checkSparse[float32, float32](t) })
	t.Run("float32 to float64", func(t *testing.T) { checkSparse[float32, float64](t) })
	t.Run("int16", func(t *testing.T) { checkSparse[int16, float32](t) })
	t.Run("uint8", func(t *testing.T) { checkSparse[uint8, float64](t) })
}

func checkSparse[T Sample, F Float](t *testing.T) {
	const dates, few, nodata = 40, 5, 7
	rng := rand.New(rand.NewPCG(71, 71))
	tau := make([]float64, dates)
	for i := range tau {
		tau[i] = float64(2*i - dates + 1)
	}
	v := Valid{HasNodata: true, Nodata: nodata}
	for _, pixels := range []int{1, 63, 64, 65, 128, 400, 1000} {
		for _, packed := range []bool{false, true} {
			for _, share := range []int{0, 3, 20} { // of pixels with few observations, in 100
				panels := (pixels + PanelPixels - 1) / PanelPixels
				data := make([]T, dates*panels*PanelPixels)
				tile := TileOf(data, panels*PanelPixels, dates, pixels)
				tile.Packed = packed
				want := make([]bool, panels)
				for p := range pixels {
					n := dates - rng.IntN(3)*rng.IntN(9)
					if rng.IntN(100) < share {
						n = rng.IntN(few + 2)
					}
					if n <= few {
						want[p/PanelPixels] = true
					}
					for i, j := range rng.Perm(dates) {
						y := T(10 + rng.IntN(90))
						if i >= n {
							y = nodata
						}
						data[tile.at(j, p)] = y
					}
				}
				line := Line{Axis: NewAxis(tau), Scale: 0.5, MinObs: 2}
				for _, isa := range Available() {
					k, err := New(isa)
					if err != nil {
						t.Fatal(err)
					}
					for _, counts := range []bool{false, true} {
						var n, wantN []F
						if counts {
							n, wantN = make([]F, pixels), make([]F, pixels)
						}
						slope, wantSlope := make([]F, pixels), make([]F, pixels)
						sparse := make([]bool, panels)
						Slope(k, wantSlope, wantN, tile, line, v)
						SlopeSparse(k, slope, n, tile, line, v, few, sparse)
						what := fmt.Sprintf("%v, %d pixels, packed %v, n %v", isa, pixels, packed, counts)
						for p := range slope {
							if slope[p] != wantSlope[p] && slope[p] == slope[p] || counts && n[p] != wantN[p] {
								t.Fatalf("%s: pixel %d has slope %v, want %v", what, p, slope[p], wantSlope[p])
							}
						}
						for i := range want {
							// Pixels beyond the last, and those that share 64 with it, may mark a block.
							if want[i] && !sparse[i] || sparse[i] && share == 0 && !packed {
								t.Fatalf("%s: block %d is marked: %v, want %v", what, i, sparse[i], want[i])
							}
						}
					}
				}
			}
		}
	}
}
