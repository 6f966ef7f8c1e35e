package job

import (
	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
)

// Cutting says how the raster is cut into shards: rectangles of one size, row by row, those at the
// edges smaller.
type Cutting struct {
	Width  int `json:"width"` // of the raster
	Height int `json:"height"`
	// Shards are so large, in pixels.
	ShardWidth  int `json:"shard_width"`
	ShardHeight int `json:"shard_height"`
	// The first shard begins so many pixels left of the raster, and above it, where blocks of the
	// inputs do.
	Left int `json:"left,omitempty"`
	Top  int `json:"top,omitempty"`
}

func (c Cutting) across() int { return (c.Left+c.Width-1)/c.ShardWidth + 1 }
func (c Cutting) down() int   { return (c.Top+c.Height-1)/c.ShardHeight + 1 }

// Shards returns the number of shards.
func (c Cutting) Shards() int { return c.across() * c.down() }

// Window returns the pixels of shard i.
func (c Cutting) Window(i int) pixtrend.Window {
	x, y := i%c.across()*c.ShardWidth-c.Left, i/c.across()*c.ShardHeight-c.Top
	w := pixtrend.Window{X: max(x, 0), Y: max(y, 0)}
	w.Width, w.Height = min(x+c.ShardWidth, c.Width)-w.X, min(y+c.ShardHeight, c.Height)-w.Y
	return w
}

const (
	tileSide = 256 // of the outputs
	// A part has about so many shards, so that parts with one more take little longer and little is
	// lost when one is killed.
	shardsOfPart = 4
	leastShard   = 512 * 512   // pixels: smaller ones cost more files than time is lost with them
	mostShard    = 4096 * 4096 // pixels
	mostBytes    = 256 << 20   // of a shard
	mostSide     = 4096        // of the common multiple of two blocks
)

// cut cuts a grid for so many parts. filled returns how many shards of a cutting have results. Shards are whole blocks of the inputs, and of the outputs as
// far as that does not make them very large, and have pixelBytes of results a pixel.
func cut(g pixtrend.Grid, pixelBytes, parts int, filled func(Cutting) int) (Cutting, error) {
	c := Cutting{Width: g.Width, Height: g.Height, Left: g.BlockX, Top: g.BlockY}
	w, h := unit(g.BlockWidth, g.BlockX, g.Width), unit(g.BlockHeight, g.BlockY, g.Height)
	c.ShardWidth, c.ShardHeight = w, h
	if most := filled(c); parts > most {
		inside := ""
		if most < c.Shards() {
			inside = " that have a pixel of the region"
		}
		return c, fault.Errorf("the raster of %d × %d pixels cannot be cut into %d parts: its blocks make shards of %d × %d pixels or more, of which there are %d%s: ask for no more with %v",
			g.Width, g.Height, parts, w, h, most, inside, fault.Option{Field: "Parts"})
	}
	size := min(max(g.Width*g.Height/(shardsOfPart*parts), leastShard), mostShard, mostBytes/pixelBytes)
	for {
		larger := c
		switch wide, high := c.ShardWidth >= c.Left+c.Width, c.ShardHeight >= c.Top+c.Height; {
		case wide && high:
			return c, nil
		case high || !wide && c.ShardWidth <= c.ShardHeight:
			larger.ShardWidth += w
		default:
			larger.ShardHeight += h
		}
		if larger.ShardWidth*larger.ShardHeight > size || filled(larger) < parts {
			return c, nil
		}
		c = larger
	}
}

// unit returns the length that a side of shards is a multiple of. Blocks have a length, and the first
// of them begins so many pixels before the raster.
func unit(block, before, length int) int {
	block = max(1, block)
	if block >= before+length {
		return before + length
	}
	if both := block / gcd(block, tileSide) * tileSide; both <= mostSide && before%tileSide == 0 {
		return both
	}
	return block
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// shardsOf returns the first of the shards of a part, and the one after the last.
func shardsOf(part, parts, shards int) (first, end int) {
	return int(int64(shards) * int64(part) / int64(parts)), int(int64(shards) * int64(part+1) / int64(parts))
}

// partOf returns the part that a shard belongs to.
func partOf(shard, parts, shards int) int {
	part := int(int64(shard) * int64(parts) / int64(shards))
	for {
		if _, end := shardsOf(part, parts, shards); shard < end {
			return part
		}
		part++
	}
}
