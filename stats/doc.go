// Package stats computes the fields of a fit, such as slopes and p-values, for every pixel of a
// tile.
//
// A [Plan] is made once for the dates of a stack and the fields that are asked for. [Fit] then fits
// one tile after another, on the calling goroutine and without allocating:
//
//	fields := []stats.Field{stats.Slope, stats.PValue}
//	plan, err := stats.NewPlan(kernel.Best(), times, stats.Options{Fields: fields})
//	scratch := plan.NewScratch() // one for each goroutine
//	stats.Fit(plan, scratch, tile, [][]float32{slopes, pvalues})
//
// A stack whose dates do not fit memory together is added to [Sums] a few dates at a time, with the
// same bits. [Series] writes residuals. [Sampler], [Histogram] and [Discoveries] describe a field
// over a raster.
//
// # Fields and estimators
//
// A field is one result of a fit. An estimator computes several fields from the observations of a
// pixel. [Linear] fits the straight line y = intercept + slope·t by ordinary least squares. Names and
// definitions are those of scipy.stats.linregress where it has them. [Rank] computes medians of
// slopes, such as that of Theil and Sen, and the test of Mann and Kendall.
// [Field.Info] returns what is known of a field. docs/semantics.md and docs/ranks.md define each
// one, and list the results of degenerate pixels: those with fewer observations than Options.MinObs,
// with all of them at one date, with two, or with constant ones.
//
// A pixel's results depend on its own observations and the plan alone, bit for bit: not on the
// instruction set, the tile, its neighbours, or which other fields are asked for.
//
// # Formulas
//
// The kernels return n, Στ, Στ², Σd, Στd and Σd² over the observations of a pixel. τ is the centred
// axis and d is the sample minus the pixel's first one, y₀. With n times the centred sums,
//
//	Ctt = n·Στ² − (Στ)²    Cty = n·Στd − Στ·Σd    Cyy = n·Σd² − (Σd)²    D = Ctt·Cyy − Cty²
//
// the fields are, in units of τ and d,
//
//	slope            Cty / Ctt
//	mean             y₀ + Σd/n
//	intercept        mean + slope·(at − t̄), at being Options.InterceptAt and t̄ the mean time
//	rvalue, r2       Cty / √(Ctt·Cyy), and its square
//	stderr           √(D/(n−2)) / Ctt
//	tvalue           Cty / √(D/(n−2)) = slope/stderr
//	pvalue           I_{1−r²}((n−2)/2, ½), with 1−r² = D/(Ctt·Cyy); see student.go
//	intercept_stderr stderr · √(Ctt/n² + (at − t̄)²)
//	rmse             √(D/Ctt) / n = √(SSE/n), SSE being the sum of squared residuals
//	slope_lo, _hi    slope ∓ q·stderr, q being the quantile of Student's t for the confidence
//	fitted_first, …  the line at the pixel's first and last observation; change is their difference
//
// (Draper and Smith, Applied Regression Analysis, 3rd ed., chapter 1). Both shifts keep large
// offsets from costing digits. The axis of whole times is τᵢ = (N·tᵢ − Σt)/g, g being the common
// divisor: whole numbers that sum to exactly zero. Without gaps Στ is then 0, and the slope is a
// dot product with the same bits.
//
// Sums and results are float64. The differences are made with fused multiply-adds, which do not
// round their products, so that exact sums (of whole samples at whole times) give exact differences
// below 2^53.
//
// # The second look
//
// Ctt, Cyy and D are small differences of large numbers where observations are clustered in time,
// the first one is far from the others, or r² is near 1. The sums tell which pixels these are. They
// are computed again from their samples in about 106 bits, while the tile is in cache (see
// regress.Second). Why a pixel is looked at again decides which fields are replaced, so that each
// field has the same bits whatever others are asked for:
//
//   - The times alone decide whether observations are clustered. All fields are replaced, the slope
//     too. Without gaps the axis is centred and this cannot be. kernel.Slope, which adds no sums that
//     could tell, marks blocks with pixels of few observations, and the sums of these are added.
//   - Otherwise the fields that depend on residuals are replaced. The slope and the fields that
//     follow from it and the means keep their bits, because they lose no digits.
//
// If dates are added in parts, [Finish] asks for all of them again. The code is portable, so that
// the bits are the same on every instruction set, and pixels without a second look keep those of
// the sums.
//
// Times far from zero are taken relative to the first date, and extreme ones are scaled by a power
// of two. docs/measured.md has the errors.
package stats
