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
package layout
