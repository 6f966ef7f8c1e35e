// Package bench measures pixtrend on tiles and stacks in memory: lines over threads, layouts and
// sizes, and models and rank trends by the number of coefficients and dates. It compares the results
// with serial baselines and with the rate at which memory can be read. The commands `pixtrend bench
// kernel`, `scaling`, `models` and `ranks` run it. The package uses no cgo. Package pipeline measures
// whole fits of files with it.
//
// How a figure is made:
//
//   - Everything that is compared is timed in one run of one process, in turn, each round in
//     another order ([Measure]).
//   - The checksum of a result must equal that of a verified result before its time counts. All
//     arms on the same data give the same bits. The serial baseline adds in another order and is
//     compared with a float64 reference.
//   - All runs are kept. A figure is their median with a 95 % bootstrap interval ([MedianOf],
//     [RatioOf]).
//   - Each comparison has one arm twice. The difference between the two is the noise; smaller
//     differences mean nothing.
//
// Every result is compared with two baselines:
//
//   - serial-pixel: one goroutine goes over a pixel-major array pixel by pixel and computes the
//     textbook formula in two passes, like a loop over scipy.stats.linregress, in Go. For models and
//     ranks it computes the slope alone, by plain code that is also the reference (plain.go).
//   - serial-generic: the portable kernel on one thread, on the same tiles as the other arms.
//
// Two ceilings are measured in the same run: the fastest sequential read of as many bytes with as
// many threads (internal/ceiling), and a triad a = b + s·c.
package bench
