// Package bench measures pixtrend: on tiles and stacks in memory, against serial baselines and against what
// memory can deliver, over threads, layouts and sizes. It is what `pixtrend bench kernel` and
// `pixtrend bench scaling` run, and uses no cgo; package pipeline measures whole fits of files with it.
//
// What a figure rests on:
//
//   - Everything that is compared is timed in one run of one process, in turn, each round in another order
//     ([Measure]).
//   - A result's checksum is that of the verified result before its time counts. All arms on the same data give
//     the same bits; the serial baseline, which adds in another order, is held against a float64 reference.
//   - All runs are kept. A figure is their median with a 95 % bootstrap interval ([MedianOf], [RatioOf]); no run
//     is left out.
//   - One arm stands in each comparison twice. How far the two differ is the noise, below which no difference
//     means anything.
//
// The baselines, which every result is set against:
//
//   - serial-pixel: one goroutine goes over a pixel-major array pixel by pixel and computes the textbook formula in
//     two passes, as a loop over scipy.stats.linregress does, in Go.
//   - serial-generic: the portable kernel on one thread, on the tiles that the others read.
//
// The ceilings, measured in the same run: the fastest sequential read of as many bytes with as many
// threads (internal/ceiling), and a triad a = b + s·c.
package bench
