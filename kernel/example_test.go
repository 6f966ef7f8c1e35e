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

	slope, n := make([]float64, tile.Pixels), make([]float64, tile.Pixels)
	line := kernel.Line{Axis: axis, Scale: 1, MinObs: 2}
	kernel.Slope(kernel.Best(), slope, n, tile, line, kernel.Valid{})
	for p := range tile.Pixels {
		fmt.Printf("%.0f observations, slope %.3f a year\n", n[p], slope[p])
	}
	// Output:
	// 4 observations, slope 0.050 a year
	// 3 observations, slope -0.020 a year
}

// One pass over five dates fits a parabola and a line. The rows are those of the pseudo-inverses of
// (1, t, t²) and of (1, t) at t = −2 … 2.
func ExampleKernel_Coefficients() {
	design := kernel.NewDesign(
		[]float64{1. / 7, -1. / 14, -1. / 7, -1. / 14, 1. / 7}, // of t²
		[]float64{-0.2, -0.1, 0, 0.1, 0.2},                     // of t, in either
	)
	tile := kernel.TileOf([]int16{5, 2, 1, 2, 5}, 1, 5, 1) // 1 + t²
	bend, slope := make([]float64, 1), make([]float64, 1)
	kernel.Best().Coefficients([][]float64{bend, slope}, tile, design, kernel.Valid{})
	fmt.Printf("%.3f t², %.3f t\n", bend[0], slope[0])
	// Output: 1.000 t², 0.000 t
}
