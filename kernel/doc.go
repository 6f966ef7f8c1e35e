// Package kernel is the arithmetic of trends: a tile of dated planes in, slopes, sums or coefficients out.
// It does no I/O, starts no goroutine, allocates nothing and needs no cgo.
//
//	k := kernel.Best()
//	line := kernel.Line{Axis: kernel.NewAxis(tau), Scale: 1, MinObs: 2}
//	kernel.Slope(k, slopes, nil, tile, line, kernel.Valid{HasNodata: true, Nodata: -9999})
//
// # Contract
//
// A pixel's result depends on its own series alone, bit for bit, and is the same on every ISA. Lanes
// are pixels; each adds its dates in the order of the axis, in float64, with one rounding a term: a
// fused multiply-add is the same operation in assembly and in math.FMA. Samples are read in their own
// type and widened exactly. A gap is left out, and what it would have held has no effect.
//
// [Slope] is the way where the slope, with n or without, is all that is wanted. [Kernel.Sums] is what every
// statistic of a line follows from, and package stats makes them: slopes with the bits of Slope, errors, p-values and the
// rest. [Kernel.AddSums] adds a few dates to the sums of those before, for stacks whose dates are not in memory together, and
// [Kernel.Ends] finds the first and the last observation, which sums do not know.
// [Kernel.Coefficients] is for other linear models, of up to eight coefficients.
//
// Shapes are checked before a byte is written; a wrong one panics, since it is a bug of the caller.
//
// # How it is made
//
// kernel_generic.go is the portable implementation, and what every other is tested against bit for
// bit. kernel_avx512_amd64.s, kernel_avx2_amd64.s and kernel_neon_arm64.s have bodies of two kinds for slopes and for sums, which
// work on whole blocks of 64 pixels. One is for pixels without gaps, where a slope is a dot product with the
// centred axis; it looks for gaps as it goes, and hands back at a block that has one. The other treats
// a gap as zeros under a mask, never as a branch, and hands back after a block that has none. So
// a tile without gaps runs at the speed of the first, whether anybody knew that it has none or not, and a tile
// with gaps everywhere stays with the second.
//
// What is left at the end of a tile is done by moving the last block back until it ends with the tile:
// since a pixel's result depends on its own series alone, the pixels that are done twice get the
// same bits twice, and no byte beyond the tile is read or written. Tiles of fewer than 64 pixels go through
// the portable code, unless they are packed.
//
// Two shortcuts give the same bits because all sums in question are exact. Samples of 8 and 16 bits on
// an axis of 16-bit integers are multiplied in pairs of dates and added in 32 bits (wholeAxis in axis.go has the
// bounds). And on axes of small integers n, Σ τ and Σ τ² are fields of one word, which one
// addition serves (Axis.counts).
//
// A tile that comes from memory is fetched ahead of reading ([Tile].InCache says where that is not
// needed); planes side by side are read in runs of 4 KiB, two dates at a time. Results of packed tiles
// are stored past the caches.
//
// The environment variable PIXTREND_ISA forces an implementation ([FromEnv]); the build tag purego
// leaves the assembly out.
//
// # What was measured
//
// Two cores of a Zen 5 server shared with others, a nodata value to compare with, gaps at random in 20 % of
// the samples, GB/s of samples. In the L2 cache, 256 KiB of packed samples, one core, the best of several
// (go test -bench L2 ./kernel):
//
//	                            generic          avx2             avx512
//	                          N=21  N=64      N=21  N=64      N=21  N=64  N=500
//	slope  float32  no gap     1.1   1.2        47    52        82    87     90
//	slope  float32  gaps       0.8   0.8        11    13        35    43     39
//	slope  int16    no gap     0.6   0.6        52    56       122   148    157
//	slope  int16    gaps       0.4   0.4         5     6        38    53     59
//	sums   float32  no gap     1.2   1.2        26    28        49    59     63
//	sums   float32  gaps       0.8   0.8        12    14        28    36     35
//	sums   int16    gaps       0.4   0.4         5     5        13    18     18
//
// The aim was 90 with AVX-512 and 60 with AVX2 for float32 without gaps, and ten times generic. AVX2 is
// bound by its conversions and subtractions, of which the core starts two a cycle: 66 without any comparison.
//
// From memory, 128 MiB of packed samples in huge pages, AVX-512, as part of the fastest sequential read of the
// same bytes by as many threads in the same run, about 47 GB/s with one and 58 with two; one thread / two
// threads (go test -bench RAM ./kernel):
//
//	                            aim             N=21          N=64          N=500
//	slope  float32  no gap      0.95            0.93 / 0.92   0.95 / 0.93   0.95 / 0.96
//	slope  int16    no gap      0.90            0.92 / 0.84   0.93 / 0.93   0.95 / 0.95
//	slope  float32  gaps        0.80            0.73 / 0.85   0.90 / 0.85   0.70 / 0.80
//	slope  int16    gaps        0.80            0.74 / 0.85   0.92 / 0.88   0.90 / 0.92
//	sums   float32  gaps        0.60 / 0.80     0.60 / 0.79   0.71 / 0.85   0.51 / 0.75
//
// Between runs they differ by up to 0.04 on one thread and 0.08 on two: the machine is a virtual one. Whole fits
// of pixel-interleaved float32 (go test -bench FitInto, in the root), the transposes included, reach
// 0.55 / 0.70 with 21 dates and 0.50 / 0.67 with 64, where the aim was 0.60.
//
// With 21 dates the results are a twentieth of what is moved (of int16 samples a tenth), which bounds the
// ratio at 0.95 (0.91). One thread with gaps stays at 0.75: what it computes and what it waits for add up there
// instead of overlapping, as they do without gaps; fetching further ahead, in two stages, or
// during the last steps of a block changed nothing.
//
// Whole planes side by side, one thread: 28 to 31 GB/s for float32 of 21 dates and 29 to 32 of 64, where
// numpy's w @ Y (OpenBLAS 0.3.31 sgemv, which adds in float32) reached 26 to 30 and 28 to 32 on
// the same buffers in the same minutes.
//
// What more results cost, sums and first and last dates included, ns a pixel of float32 samples (go test -bench Fit ./stats
// and -bench FitInto in the root). In the L2 cache, one core, with AVX-512 / AVX2:
//
//	                            slope         slope, intercept   slope, p       18 results
//	N=21   no gap               0.9 / 1.5     2.2 / 4.3          3.9 / 7.6      5.8 / 10.2
//	N=21   gaps                 2.5 / 7.8     3.7 / 9.1          6.6 / 13       9.8 / 17
//	N=64   no gap               2.6 / 4.1     4.5 / 10           6.3 / 13       8.2 / 17
//	N=64   gaps                 6.1 / 21      7.8 / 20           11  / 25       14  / 29
//
// and from memory, planes side by side, with AVX-512 on one thread / two:
//
//	N=21   no gap               3.2 / 2.6                        7.5 / 4.2      9.4 / 5.9
//	N=21   gaps                 5.6 / 3.6                        8.4 / 5.2      13  / 6.6
//	N=64   no gap               10  / 7.5                        20  / 12       22  / 12
//	N=64   gaps                 17  / 10                         29  / 15       32  / 18
//
// The aim was twice the time of the slope alone without gaps and three times with them. From memory that is what it takes
// with gaps, and without them from 64 dates on (1.6 to 2.2); with 21 dates it is 2.3 to 2.9 times as much, since 18 results are
// 72 bytes a pixel beside 84 of samples. In cache a slope is a dot product at 90 GB/s, and what results take beyond the
// sums does not depend on the dates: for 8 pixels four divisions and four square roots, of which one and two are made once where
// pixels without gaps share them, what waits for these, and the stores. Portable code takes 110 to 190 ns.
//
// What was tried, on that machine, and what it gave (figures of packed tiles with gaps in cache are of tiles that had them in one
// plane's length only, and so mostly of the way without gaps):
//
//   - Fetching 8 KiB ahead (gaps 12 to 16) in the order of memory, not of reading: 24 to 44 GB/s for
//     slopes of packed float32 samples. Fetching what is read anyway, as a distance of 0 would, halved it: a branch jumps over it
//     instead. In cache, fetching cost a quarter. PREFETCHT1 and PREFETCHNTA instead of T0: alike.
//   - Comparing with nodata in the samples' own type, 16 or 32 at once: 69 to 82 in cache.
//   - Zeroing what a gap adds, instead of adding under a mask: a quarter less time. Counting n, Σ τ and
//     Σ τ² in one word: 27 to 32 in cache on staggered planes, and 65 to 71 on packed ones. One division a
//     pixel instead of two, by taking n times both sums.
//   - Multiplying 16-bit samples in pairs: 35 to 122 in cache without gaps, 13 to 104 with.
//   - Planes side by side: all dates at once 14 to 30, fewer where they stand a power of two apart;
//     8 dates a pass 28; two dates a pass, with the next run of each fetched as a whole, up to 34 in a C
//     prototype with one date a pass up to 38, which pairs of 16-bit samples forbid.
//   - Storing past the caches: 0.85 to 0.93 of the ceiling for int16 of 21 dates without gaps.
//   - Results: storing each where it goes, 8.6 ns a pixel for all 18, since planes congruent modulo 4 KiB share the
//     sets of the cache; gathering 64 pixels of each first, 6.7; past the caches where samples come from memory, 6.0 to 8.3 GB/s.
//     p-values in a loop of their own, 4.3 to 4.0 ns. Keeping what pixels without gaps share, 6.3 to 5.8. Blocks of
//     512 pixels, whose sums stay in the first-level cache, instead of 1024: slower, a call costs 250 ns.
//   - Not tried: fetching the next pixels' samples while results are computed; division and roots by Newton steps.
//   - Not tried: VPDPWSSD, which would save one of four instructions where memory is the bound; whole sums
//     (Σ d²) of 16-bit samples; sums with gaps of 64 pixels at once, which the registers do not hold; gaps in
//     pairs of 16-bit samples with AVX2.
//
// The NEON bodies were run under emulation only, so that nothing is known of their speed.
package kernel
