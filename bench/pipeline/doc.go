// Package pipeline measures whole fits of files against floors: reading the same bytes, which nobody
// does faster, where files are not compressed; where they are, decoding every block once with GDAL, below which a fit
// comes only where it takes the predictor off in a faster way. It is what
// `pixtrend bench pipeline` runs.
//
// What a figure rests on:
//
//   - The stacks are made by the package, and are the same everywhere.
//   - Floor and job alternate in one process and in a shuffled order; the job is the program itself,
//     from its start to its end.
//   - A job's result is compared with a plain float64 reference before its time counts, and every
//     later run must give the same samples.
//   - All runs are kept in the report. Ratios are of the best of them.
package pipeline
