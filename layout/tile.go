package layout

import "github.com/pixtrend/pixtrend/kernel"

const (
	lineBytes = 64   // a cache line
	setBytes  = 4096 // bases that are equal modulo this share the sets of a first-level cache
)

// Stride returns how many samples the planes of a tile of that many pixels should stand apart:
// whole cache lines, never near a multiple of 4 KiB, where all planes would fight over the same
// few cache sets, and from 1 KiB on an odd number of lines, so that all sets take turns. More pixels
// never stand closer.
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

// TileBytes returns the memory that NewTile needs.
func TileBytes(d kernel.DType, pixels, dates int) int {
	return Stride(d, pixels) * dates * d.Size()
}

// NewTile lays a tile into buf, which must hold TileBytes(d, pixels, dates). The samples are
// whatever buf holds.
func NewTile(d kernel.DType, pixels, dates int, buf []byte) kernel.Tile {
	n := TileBytes(d, pixels, dates)
	return kernel.Tile{Type: d, Data: buf[:n:n], Stride: Stride(d, pixels), Dates: dates, Pixels: pixels}
}

// PackedBytes returns the memory that NewPacked needs: that of whole panels.
func PackedBytes(d kernel.DType, pixels, dates int) int {
	panels := (pixels + kernel.PanelPixels - 1) / kernel.PanelPixels
	return panels * kernel.PanelPixels * dates * d.Size()
}

// NewPacked lays a packed tile into buf, which must hold PackedBytes(d, pixels, dates). The samples
// are whatever buf holds.
func NewPacked(d kernel.DType, pixels, dates int, buf []byte) kernel.Tile {
	n := PackedBytes(d, pixels, dates)
	return kernel.Tile{Type: d, Data: buf[:n:n], Dates: dates, Pixels: pixels, Packed: true}
}

// CachePixels returns how many pixels a tile of that many dates may have to stay in the L2 cache
// of its core, with half of it left for everything else: a multiple of 64, at least 64 and at most
// 16384, so that the sums of its pixels stay there too.
func CachePixels(d kernel.DType, dates int) int {
	n := l2Bytes() / 2 / max(1, dates*d.Size())
	return min(max(n/64, 1)*64, 16384)
}

// StreamPixels returns how many pixels a tile of that many dates may have when each of its planes is
// read from a file by one of several workers: the tile stays in the worker's share of half of the
// last-level cache, as long as 64 KiB of each plane do. A read costs half a microsecond whatever its size, so that longer
// ones pay beyond the L2 cache, and with many dates beyond any cache: on 21 uncompressed rasters of 4096 × 4096 float32,
// 64 Ki pixels took 0.6 of the time that 4 Ki took, and on 1000 of 1024 × 1024, 16 Ki took 0.7 of 2 Ki.
func StreamPixels(d kernel.DType, dates, workers int) int {
	const longRead = 64 << 10
	n := l3Bytes() / 2 / max(1, workers) / max(1, dates*d.Size())
	return max(CachePixels(d, dates), min(n/64*64, 1<<16), longRead/d.Size())
}
