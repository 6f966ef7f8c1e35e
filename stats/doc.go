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
//	two observations                  slope and intercept of the line through them
//	constant series                   slope 0
//
// # Formulas
//
// With n, Στ, Στ², Σd, Στd over a pixel's observations (kernel.Sums: τ is the centred axis, d the
// sample less the pixel's first one, y₀),
//
//	slope = (n·Στd − Στ·Σd) / (n·Στ² − (Στ)²)
//	intercept = y₀ + Σd/n − slope·t̄
//
// where t̄ is the mean time of the observations. They are the textbook's (Draper and Smith,
// Applied Regression Analysis, 3rd ed., equations 1.2.9 and 1.2.10, both sums times n) about shifts that
// keep large offsets, in y as in t, from costing digits.
//
// The axis is scaled to whole numbers that sum to exactly zero, τᵢ = (N·tᵢ − Σt)/g, where the times are
// whole numbers; g is what they have in common. Without a gap Στ is then 0 and the slope is a dot
// product, with the same bits as through the sums.
package stats
