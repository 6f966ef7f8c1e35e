package layout_test

import (
	"fmt"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
)

// A pixel-interleaved stack of four pixels and three dates is copied to a tile of three planes.
func Example() {
	bip := []int16{
		1, 2, 3,
		11, 12, 13,
		21, 22, 23,
		31, 32, 33,
	}
	v := layout.ViewOf(bip, layout.BIP, 2, 2, 3)
	tile := layout.NewTile(v.Type, 4, 3, make([]byte, layout.TileBytes(v.Type, 4, 3)))
	v.Copy(kernel.Best(), 0, nil, tile)
	for i := range tile.Dates {
		fmt.Println(kernel.Plane[int16](tile, i))
	}
	// Output:
	// [1 11 21 31]
	// [2 12 22 32]
	// [3 13 23 33]
}
