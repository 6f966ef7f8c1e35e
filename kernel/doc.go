// Package kernel does the arithmetic of trends on one tile: it reads planes of samples, one per
// date, and writes slopes, sums or coefficients for every pixel. It does no I/O, starts no
// goroutines and needs no cgo, and its calls on a tile allocate nothing.
//
//	k := kernel.Best()
//	line := kernel.Line{Axis: kernel.NewAxis(tau), Scale: 1, MinObs: 2}
//	kernel.Slope(k, slopes, nil, tile, line, kernel.Valid{HasNodata: true, Nodata: -9999})
//
// # Functions
//
//   - [Slope] writes the least squares slope of every pixel and, on request, its number of
//     observations.
//   - [Kernel.Sums] writes the sums from which every statistic of a line follows. Package stats
//     uses them.
//   - [Kernel.AddSums] adds dates to earlier sums, for stacks whose dates are not in memory
//     together.
//   - [Kernel.Ends] finds the first and the last observation of every pixel, which sums do not
//     know.
//   - [Kernel.Coefficients] computes up to eight linear functions of every series, for example the
//     coefficients of a polynomial.
//   - [Kernel.Ranks] finds the median of the slopes of all pairs of dates, its limits, Siegel's
//     repeated medians, and Mann and Kendall's S with its variance.
//   - [Residuals] writes the difference between the samples and the line of their pixel.
//   - [Kernel.Models] fits a linear model of up to twelve columns to the observations of every
//     pixel: polynomials, harmonics, covariates, weights.
//   - [Kernel.Robust] does so with less weight for observations far from the fit.
//
// # Contract
//
// A pixel's result depends on its own series alone and has the same bits on every instruction set.
// Each pixel has its own vector lane. A lane adds its dates in the order of the axis, in float64,
// with one rounding per term; a fused multiply-add in assembly is the same operation as math.FMA.
// Ranks are counts and order statistics, which are the same in whatever way they are found.
// Samples are read in their own type and widened exactly. Gaps are left out, and the value stored
// in a gap has no effect.
//
// Shapes are checked before anything is written. A wrong shape is a bug of the caller, so it
// panics.
//
// # Implementations
//
// kernel_generic.go is portable Go. It computes every result that the assembly for AVX2, AVX-512
// and NEON computes, and the tests compare them bit for bit. [Best] returns the fastest
// implementation that the processor can run. [FromEnv] lets the environment variable PIXTREND_ISA
// choose another one. The build tag purego leaves the assembly out. docs/inside.md explains how the
// assembly works, and docs/measured.md has its speed and the ideas that brought no gain.
package kernel
