// Package pipeline measures whole fits of files against a floor. For uncompressed files the floor
// is reading the same bytes. For compressed files it is decoding every block once with GDAL; a fit
// can be faster than that only if it undoes predictors faster. The command `pixtrend bench
// pipeline` runs the package.
//
// How a figure is made:
//
//   - The package makes the stacks, which are the same on every machine.
//   - Floor and job alternate in one process and in a shuffled order. The job is the program
//     itself, from its start to its end.
//   - A job's result is compared with a plain float64 reference before its time counts. Every later
//     run must give the same samples.
//   - All runs are kept in the report. Ratios are those of the best runs.
package pipeline
