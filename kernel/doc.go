// Package kernel is the arithmetic of trends: a tile of dated planes in, sums or slopes out. It does
// no I/O, starts no goroutine, allocates nothing and needs no cgo.
//
//	k := kernel.Best()
//	k.Sums(sums, tile, axis, kernel.Valid{HasNodata: true, Nodata: -9999})
//
// # Contract
//
// A pixel's result depends on its own series alone, bit for bit, and is the same on every ISA. Lanes
// are pixels; each adds its dates in the order of the axis, in float64, with one rounding a term: a
// fused multiply-add is the same operation in assembly and in math.FMA. Samples are read in their own
// type and widened exactly. A gap is left out, and what it would have held has no effect.
//
// [Kernel.Slope] is the way of a pixel without gaps whose slope alone is wanted: on an axis that sums
// to exactly zero, it is a dot product with the axis. [Kernel.Sums] is the way of all others. Where
// both apply they agree in every bit.
//
// Shapes are checked before a byte is written; a wrong one panics, since it is a bug of the caller.
//
// # How it is made
//
// kernel_generic.go is the portable implementation, and what every other is tested against bit for
// bit. kernel_amd64.s has, for each of the eight sample types, three bodies for AVX2 and for
// AVX-512: slope and sums of gap-free pixels, which hand back at a group of pixels with a gap, and
// sums of pixels with gaps, which treat a gap as a clear bit in a mask and never as a branch.
// A body works on whole groups of pixels. What is left at the end of a tile is done by moving the
// last group back until it ends with the tile: since a pixel's result depends on its own series
// alone, the pixels that are done twice get the same bits twice, and no byte beyond the tile is read
// or written. Tiles smaller than a group go through the portable code.
//
// neon_arm64.s has the same bodies for float32 and int16 on arm64; other types go through the portable
// code there. It was tested for its bits under an emulator, and its rates were measured on no processor.
//
// The environment variable PIXTREND_ISA forces an implementation ([FromEnv]); the build tag purego
// leaves the assembly out.
//
// # What was measured
//
// One Zen 4 core, 256 KiB of samples in the L2 cache, 21 dates, a nodata value to compare with; GB/s of
// samples, the best of three (go test -bench Tile ./kernel):
//
//	                                  generic   avx2   avx512
//	slope  float32  no gap                1.4     25       31
//	slope  int16    no gap                1.0      9       14
//	sums   float32  no gap                1.0     14       16
//	sums   float32  20 % random gaps      0.7      8       12
//	sums   int16    20 % random gaps      0.3      4        6
//
// Not tried yet: comparing with nodata in the samples' own type, several groups of pixels a date
// for int16, prefetching, and the register-wide layout of resident stacks.
package kernel
