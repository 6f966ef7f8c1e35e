// Package layout says where samples stand in memory: views on stacks that are band-sequential
// (BSQ), band-interleaved by line (BIL) or pixel-interleaved (BIP), the tiles that kernels work
// on, cut from them without a copy wherever planes are contiguous, and the memory that copied
// tiles live in.
//
// The formula of each order, for the sample of date i at column x and row y of a stack of N dates
// of W × H pixels, is the element
//
//	BSQ  (i·H + y)·W + x
//	BIL  (y·N + i)·W + x
//	BIP  (y·W + x)·N + i
//
// A copied tile is plain, that is one plane after another, staggered so that they do not fight over
// the same cache sets ([NewTile]), or packed in panels of 64 pixels ([NewPacked]; the formula is that of
// [kernel.Tile]). [View.Copy] fills either from any order.
//
// # How pixels are transposed
//
// transpose.go is the portable implementation, and the one for small tiles. transpose_amd64.s has for
// samples of 1, 2, 4 and 8 bytes a body each for AVX2 and AVX-512, which transposes 16 bytes of each
// pixel's series at a time in registers; the kernel in use decides which. One body serves any number and
// order of dates, and both kinds of tile: it looks up where the plane of each date is.
//
// # What was measured
//
// One Zen 5 core, samples in huge pages, the best of many; the rate of the samples as part of what the
// same core reads sequentially with prefetching in the same run (about 40 GB/s). "L2" is from one half of
// the L2 cache into the other, "ram" from memory into a tile of half of the L2 cache, and "ram, L1" into
// one of 16 KiB (go test -bench Transpose ./layout has the rates of the first two):
//
//	                        generic       avx2         avx512       avx512
//	                        L2    ram     L2    ram    L2    ram    ram, L1
//	float32  N=21  plain    0.25  0.18    1.2   0.71   1.3   0.77   0.83
//	float32  N=21  packed   0.25  0.16    1.2   0.80   1.5   0.85   0.90
//	float32  N=64  plain    0.25  0.15    1.3   0.59   1.4   0.70   0.82
//	float32  N=64  packed   0.25  0.16    1.3   0.68   1.5   0.72   0.96
//	float32  N=500 packed   0.25  0.10    1.0   0.44   1.3   0.57
//	int16    N=21  packed   0.12  0.10    1.2   0.82   1.4   0.89   0.93
//	uint8    N=21  packed   0.06  0.06    0.9   0.72   1.1   0.83   0.77
//	float64  N=21  packed   0.47  0.22    1.3   0.78   1.4   0.75   0.92
//
// The slope of float32 samples of 21 dates from memory, transposed to plain tiles of half of the L2 cache
// and fitted there, runs at 0.55 to 0.60.
//
// Asking for memory ahead matters most: without it, plain tiles of 21 dates fill at 0.3 to 0.5 instead of
// 0.7 to 0.9. 6 to 8 KiB ahead are best; half and twice of that cost a tenth. Series of several hundred
// dates stay at about half of the ceiling: a group of them is larger than the first-level cache.
//
// Tried and left: units of 32 bytes of a series (a quarter faster within the caches from 21 dates of
// float32 on, slower for fewer dates, and a tenth slower from memory at 64); inserting lanes with
// VINSERTI32X4 instead of loads under a mask (no faster anywhere);
// prefetching into the second-level cache (PREFETCHT1, a fifth slower), without a trace in it
// (PREFETCHNTA, alike), and of the planes that are written next (alike for 21 dates, a tenth slower for
// 64); several passes over pixels for long series (less than half as fast).
//
// Copying band-sequential planes into panels in memory takes 1.8 times as long as a plain copy, of whole
// planes at a time; 4096 pixels of each plane in turn took 2.5 times, 64 took 3 to 4.
package layout
