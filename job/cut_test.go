package job

import (
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
)

// Shards cover the raster once, begin and end where blocks do, and are as many as parts need.
func TestCut(t *testing.T) {
	for _, g := range []pixtrend.Grid{
		{Width: 827, Height: 883, BlockWidth: 827, BlockHeight: 1},
		{Width: 827, Height: 883, BlockWidth: 827, BlockHeight: 2},
		{Width: 1, Height: 1, BlockWidth: 1, BlockHeight: 1},
		{Width: 4096, Height: 4096, BlockWidth: 256, BlockHeight: 256},
		{Width: 4096, Height: 4100, BlockWidth: 512, BlockHeight: 512},
		{Width: 3000, Height: 5000, BlockWidth: 400, BlockHeight: 300},
		{Width: 3000, Height: 5000, BlockWidth: 257, BlockHeight: 251}, // whose common multiples are too large
		{Width: 3000, Height: 5000, BlockWidth: 512, BlockHeight: 512, BlockX: 100, BlockY: 300},
		{Width: 3000, Height: 5000, BlockWidth: 512, BlockHeight: 512, BlockX: 256, BlockY: 256},
		{Width: 900, Height: 5000, BlockWidth: 1000, BlockHeight: 20, BlockX: 100, BlockY: 3}, // a region of strips
		{Width: 300, Height: 300, BlockWidth: 512, BlockHeight: 512, BlockX: 100, BlockY: 100},
		{Width: 120_000, Height: 90_000, BlockWidth: 512, BlockHeight: 512},
	} {
		for _, pixelBytes := range []int{4, 16, 4000} {
			for _, parts := range []int{1, 2, 3, 16, 1000} {
				c, err := cut(g, pixelBytes, parts, Cutting.Shards)
				if err != nil {
					if parts == 1 || !strings.Contains(err.Error(), "Parts") {
						t.Errorf("%+v in %d parts: %v", g, parts, err)
					}
					continue
				}
				checkCut(t, g, c, pixelBytes, parts)
			}
		}
	}
}

// checkCut checks how a grid is cut.
func checkCut(t *testing.T, g pixtrend.Grid, c Cutting, pixelBytes, parts int) {
	t.Helper()
	pixels := 0
	for i := range c.Shards() {
		w := c.Window(i)
		if w.Width <= 0 || w.Height <= 0 || w.X < 0 || w.Y < 0 || w.X+w.Width > g.Width || w.Y+w.Height > g.Height {
			t.Fatalf("%+v in %d parts: shard %d is %+v", g, parts, i, w)
		}
		pixels += w.Pixels()
		for _, side := range []struct{ at, before, block, end int }{
			{w.X, g.BlockX, g.BlockWidth, g.Width}, {w.Y, g.BlockY, g.BlockHeight, g.Height},
			{w.X + w.Width, g.BlockX, g.BlockWidth, g.Width}, {w.Y + w.Height, g.BlockY, g.BlockHeight, g.Height},
		} {
			if side.at != 0 && side.at != side.end && (side.before+side.at)%side.block != 0 {
				t.Fatalf("%+v in %d parts: shard %d, %+v, cuts a block", g, parts, i, w)
			}
		}
		if blocks := 4 * max(tileSide, g.BlockWidth) * max(tileSide, g.BlockHeight); w.Pixels() > mostShard && w.Pixels() > blocks {
			t.Fatalf("%+v in %d parts: shard %d, %+v, is too large", g, parts, i, w)
		}
	}
	if pixels != g.Width*g.Height {
		t.Errorf("%+v in %d parts: shards have %d pixels", g, parts, pixels)
	}
	if c.Shards() < parts {
		t.Errorf("%+v has %d shards for %d parts", g, c.Shards(), parts)
	}
	at := 0
	for part := range parts {
		first, end := shardsOf(part, parts, c.Shards())
		if first != at || end <= first {
			t.Fatalf("part %d of %d has the shards %d to %d of %d", part, parts, first, end, c.Shards())
		}
		for shard := first; shard < end; shard++ {
			if got := partOf(shard, parts, c.Shards()); got != part {
				t.Fatalf("shard %d is of part %d, want %d", shard, got, part)
			}
		}
		at = end
	}
	if at != c.Shards() {
		t.Errorf("%d parts have %d of %d shards", parts, at, c.Shards())
	}
}

func TestRanges(t *testing.T) {
	for _, tt := range []struct {
		numbers []int
		want    string
	}{{nil, ""}, {[]int{0}, "0"}, {[]int{0, 1}, "0-1"}, {[]int{3, 5, 6, 7, 9}, "3,5-7,9"}} {
		if got := ranges(tt.numbers); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.numbers, got, tt.want)
		}
	}
}
