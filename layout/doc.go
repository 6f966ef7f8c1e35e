// Package layout arranges samples in memory: views of stacks that are band-sequential (BSQ),
// band-interleaved by line (BIL) or pixel-interleaved (BIP), the tiles that kernels work on, and
// the memory for tiles that are copied.
//
//	v := layout.ViewOf(samples, layout.BIP, width, height, dates)
//	n := v.Run(0, layout.CachePixels(v.Type, dates)) // pixels of the first tile
//	var tile kernel.Tile
//	if v.Contiguous() {
//		tile = v.Direct(0, n)
//	} else {
//		tile = layout.NewTile(v.Type, n, dates, make([]byte, layout.TileBytes(v.Type, n, dates)))
//		v.Copy(kernel.Best(), 0, nil, tile)
//	}
//
// # Order of samples
//
// In a stack of N dates of W × H pixels, the sample of date i at column x and row y is the element
//
//	BSQ  (i·H + y)·W + x
//	BIL  (y·N + i)·W + x
//	BIP  (y·W + x)·N + i
//
// In a part of a larger stack, rows and dates can be further apart ([View.RowStride]).
//
// [View.Direct] makes a tile of a BSQ or BIL stack without copying. [View.Copy] fills a tile from
// any order. A tile to copy to is plain or packed. A plain one ([NewTile]) has one plane after
// another, at distances that keep the planes from competing for the same cache sets. A packed one
// ([NewPacked]) has panels of 64 pixels, as [kernel.Tile] describes.
//
// # Transposing
//
// transpose.go is portable Go, and it also handles small tiles. transpose_amd64.s has one body for
// AVX2 and one for AVX-512 for samples of 1, 2, 4 and 8 bytes each. A body transposes 16 bytes of
// each pixel's series at a time in registers, for any number and order of dates and for both kinds
// of tile, because it looks up where the plane of each date starts. The kernel that is passed to
// Copy chooses the instruction set. docs/measured.md has the speed and the ideas that brought no
// gain.
package layout
