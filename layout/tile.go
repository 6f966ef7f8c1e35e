package layout

import "github.com/pixtrend/pixtrend/kernel"

const (
	lineBytes = 64   // a cache line
	setBytes  = 4096 // addresses that are equal modulo setBytes share the sets of an L1 cache
)

// Stride returns the number of samples from one plane of a tile to the next, for a tile of the
// given number of pixels. It is a whole number of cache lines. It is never near a multiple of 4
// KiB, where all planes would compete for the same few cache sets. From 1 KiB on the number of
// lines is odd, so that planes use all sets in turn. Stride never decreases as pixels grows.
func Stride(d kernel.DType, pixels int) int {
	size := d.Size()
	lines := (pixels*size + lineBytes - 1) / lineBytes
	if lines >= 1024/lineBytes {
		if over := lines % (setBytes / lineBytes); lines >= setBytes/lineBytes && over < 3 {
			lines += 3 - over
		}
		lines |= 1
	}
	return lines * lineBytes / size
}

// TileBytes returns the size in bytes of the buffer that NewTile needs.
func TileBytes(d kernel.DType, pixels, dates int) int {
	return Stride(d, pixels) * dates * d.Size()
}

// NewTile returns a tile in buf, which must have at least TileBytes(d, pixels, dates) bytes. The
// samples are those in buf.
func NewTile(d kernel.DType, pixels, dates int, buf []byte) kernel.Tile {
	n := TileBytes(d, pixels, dates)
	return kernel.Tile{Type: d, Data: buf[:n:n], Stride: Stride(d, pixels), Dates: dates, Pixels: pixels}
}

// PackedBytes returns the size in bytes of the buffer that NewPacked needs, which is whole panels.
func PackedBytes(d kernel.DType, pixels, dates int) int {
	panels := (pixels + kernel.PanelPixels - 1) / kernel.PanelPixels
	return panels * kernel.PanelPixels * dates * d.Size()
}

// NewPacked returns a packed tile in buf, which must have at least PackedBytes(d, pixels, dates)
// bytes. The samples are those in buf.
func NewPacked(d kernel.DType, pixels, dates int, buf []byte) kernel.Tile {
	n := PackedBytes(d, pixels, dates)
	return kernel.Tile{Type: d, Data: buf[:n:n], Dates: dates, Pixels: pixels, Packed: true}
}

// CachePixels returns the number of pixels with which a tile of the given number of dates takes
// half of the L2 cache. It is a multiple of 64, at least 64 and at most 16384, so that the sums of
// the pixels stay in the cache too.
func CachePixels(d kernel.DType, dates int) int {
	n := l2Bytes() / 2 / max(1, dates*d.Size())
	return min(max(n/64, 1)*64, 16384)
}

// StreamPixels returns the number of pixels for a tile of the given number of dates if several
// workers read such tiles from files. The tile takes the worker's share of half of the last-level
// cache, but at least 64 KiB per plane and at most 64 Ki pixels. Each read has a fixed cost of half
// a microsecond, so longer reads pay off even if the tile does not fit into the L2 cache, or with
// many dates into any cache. docs/measured.md has the figures.
func StreamPixels(d kernel.DType, dates, workers int) int {
	const longRead = 64 << 10
	n := l3Bytes() / 2 / max(1, workers) / max(1, dates*d.Size())
	return max(CachePixels(d, dates), min(n/64*64, 1<<16), longRead/d.Size())
}
