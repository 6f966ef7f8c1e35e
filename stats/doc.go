// Package stats turns the kernels' sums into the results that people ask for: it fits
// y = intercept + slope·t by ordinary least squares to the observations of every pixel, with the
// names and definitions of scipy.stats.linregress.
//
//	plan, err := stats.NewPlan(kernel.Best(), times, stats.Options{Fields: []stats.Field{stats.Slope}})
//	scratch := plan.NewScratch() // one a goroutine
//	stats.Fit(plan, scratch, tile, [][]float32{slopes})
//
// # Degenerate pixels
//
//	fewer observations than MinObs    every field NaN, but n
//	all observations at one date      every field NaN, but n
//	two observations                  the line through them: rvalue ±1, r2 1, rmse 0; stderr, intercept_stderr,
//	                                  tvalue, pvalue, slope_lo, slope_hi and trend_class NaN
//	constant series                   slope, stderr, intercept_stderr, rmse 0; rvalue, r2, tvalue, pvalue,
//	                                  trend_class NaN; of two observations, also the errors and limits
//	exactly on a line, more than two  stderr, intercept_stderr, rmse 0; tvalue ±Inf; pvalue 0; but see Exactness
//
// # Formulas
//
// With n, Στ, Στ², Σd, Στd, Σd² over a pixel's observations (kernel.Sums: τ is the centred axis, d the
// sample less the pixel's first one, y₀), and n times the centred sums
//
//	Ctt = n·Στ² − (Στ)²    Cty = n·Στd − Στ·Σd    Cyy = n·Σd² − (Σd)²    D = Ctt·Cyy − Cty²
//
// the fields are, in units of τ and d,
//
//	slope            Cty / Ctt
//	mean             y₀ + Σd/n
//	intercept        mean − slope·t̄, or mean + slope·(at − t̄)
//	rvalue, r2       Cty / √(Ctt·Cyy), and its square
//	stderr           √(D/(n−2)) / Ctt
//	tvalue           Cty / √(D/(n−2)) = slope/stderr
//	pvalue           I_{1−r²}((n−2)/2, ½), with 1−r² = D/(Ctt·Cyy)
//	intercept_stderr stderr · √(Ctt/n² + (at − t̄)²)
//	rmse             √(D/Ctt) / n = √(SSE/n)
//	slope_lo, _hi    slope ∓ t·stderr, t the quantile of Student's t with n−2 degrees of freedom
//	fitted_first …   the line at the pixel's own first and last observation; change is their difference
//
// where t̄ is the mean time of the observations. They are the textbook's (Draper and Smith,
// Applied Regression Analysis, 3rd ed., chapter 1) about shifts that keep large offsets, in y as in t, from
// costing digits. SSE, the sum of squared residuals, is D/(n·Ctt); rmse divides it by n, where the residual
// standard error of R's lm divides by n−2.
//
// The axis is scaled to whole numbers that sum to exactly zero, τᵢ = (N·tᵢ − Σt)/g, where the times are
// whole numbers; g is what they have in common. Without a gap Στ is then 0 and the slope is a dot
// product, with the same bits as through the sums.
//
// student.go says how p-values are computed without an incomplete beta function a pixel.
//
// # Exactness
//
// Sums and results are float64. The differences above are made with fused multiply-adds, so that they lose
// nothing to the rounding of their own products: where the sums are exact, as those of integer samples on whole years
// are, D is right to its last digits as long as the three C are below 2^53. Of other samples the sums are rounded, and
// D, a difference of nearly equal numbers where r² is near 1, keeps fewer digits: against arithmetic with 400 bits
// (TestAgainstExactFields) the relative errors were at most
//
//	slope, intercept, mean, fitted    5e-15 (of what they would be without scatter, where they cancel)
//	stderr, tvalue, rmse              4e-15 / (1−r²)
//	pvalue                            1e-11 + 4e-15·(n−2)/(1−r²)
//
// which is 14 digits where r² is 0.9, and 10 where it is 0.99999; scipy's 1−r² loses the same. So a series whose
// samples lie on a line but for their own rounding has a stderr that is noise, and an r² that is right.
//
// Of NIST's set Norris (r² 0.999994, which costs six digits as above) slope and intercept have log relative errors of
// 14.3 and 12.5, r² of 15, the standard deviations of both and of the residuals of 10.2. P-values are within 3e-12 of
// mpmath's for 1 to 9998 degrees of freedom and p down to 1e-300, quantiles of t within 2e-13. Against scipy 1.17.1 on real
// and made stacks (make check-scipy) every field agrees within 1e-14, pvalue within 1e-13, where r² is below 0.999.
package stats
