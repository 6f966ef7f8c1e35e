package kernel_test

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/kernel"
)

// Two pixels over four years, the second with a gap. The axis is centred: it sums to zero.
func Example() {
	nan := float32(math.NaN())
	tile := kernel.TileOf([]float32{
		0.40, 0.70, // 2001
		0.45, 0.68, // 2002
		0.50, nan, // 2003
		0.55, 0.64, // 2004
	}, 2, 4, 2)
	axis := kernel.NewAxis([]float64{-1.5, -0.5, 0.5, 1.5})

	k := kernel.Best()
	sums := kernel.NewSums(tile.Pixels)
	k.Sums(sums, tile, axis, kernel.Valid{})
	for p := range tile.Pixels {
		n := sums.N[p]
		slope := (sums.TY[p] - sums.T[p]*sums.Y[p]/n) / (sums.TT[p] - sums.T[p]*sums.T[p]/n)
		fmt.Printf("%.0f observations, slope %.3f a year\n", n, slope)
	}
	// Output:
	// 4 observations, slope 0.050 a year
	// 3 observations, slope -0.020 a year
}
