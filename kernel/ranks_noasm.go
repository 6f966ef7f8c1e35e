//go:build !amd64 || purego

package kernel

// rankBlock is the memory of assembly, of which there is none.
type rankBlock struct{}

func (k Kernel) newRankBlock(RankAxis, DType) *rankBlock { return nil }

func (b *rankBlock) bytes() int { return 0 }

func (b *rankBlock) fast(Ranks, *RankScratch, Tile, Valid, float64) {}
