package layout

import (
	"fmt"
	"math/bits"

	"github.com/pixtrend/pixtrend/kernel"
)

// Order is how the samples of a stack follow each other in memory.
type Order uint8

// The orders, after the names that the field gives to rasters with many bands.
const (
	BSQ Order = iota // one whole raster after another
	BIL              // line by line, the dates of a line one after another
	BIP              // pixel by pixel, each with its series
)

// String returns BSQ, BIL or BIP.
func (o Order) String() string {
	if o > BIP {
		return fmt.Sprintf("Order(%d)", uint8(o))
	}
	return [...]string{"BSQ", "BIL", "BIP"}[o]
}

// View is a stack in memory: Dates rasters of Width × Height samples. It owns nothing and is only
// read.
type View struct {
	Type          kernel.DType
	Data          []byte // in the machine's byte order
	Width, Height int
	Dates         int
	Order         Order
}

// ViewOf returns the view of data as a stack.
func ViewOf[T kernel.Sample](data []T, order Order, width, height, dates int) View {
	return View{Type: kernel.DTypeOf[T](), Data: kernel.Bytes(data), Order: order, Width: width, Height: height, Dates: dates}
}

// Pixels returns Width × Height.
func (v View) Pixels() int { return v.Width * v.Height }

// Check returns an error that says what is wrong with the shape, or nil.
func (v View) Check() error {
	if !v.Type.Valid() || v.Order > BIP {
		return fmt.Errorf("layout: stack of %v in order %v", v.Type, v.Order)
	}
	if v.Width < 0 || v.Height < 0 || v.Dates < 0 {
		return fmt.Errorf("layout: stack of %d dates of %d × %d pixels", v.Dates, v.Width, v.Height)
	}
	need, over := uint64(v.Type.Size()), false
	for _, n := range []int{v.Width, v.Height, v.Dates} {
		hi, lo := bits.Mul64(need, uint64(n))
		need, over = lo, over || hi != 0
	}
	if over || need != uint64(len(v.Data)) {
		return fmt.Errorf("layout: stack of %d dates of %d × %d pixels of %v is not of %d bytes",
			v.Dates, v.Width, v.Height, v.Type, len(v.Data))
	}
	return nil
}

// Run returns the number of pixels from pixel lo on, at most most, that one tile can hold: all for
// BSQ and BIP, those to the end of the line for BIL.
func (v View) Run(lo, most int) int {
	n := min(most, v.Pixels()-lo)
	if v.Order == BIL {
		n = min(n, v.Width-lo%v.Width)
	}
	return n
}

// Tile returns the pixels [lo, lo+n) as a tile whose plane i is date order[i]; a nil order leaves
// the dates as they are. n is at most Run(lo, n). Where planes are contiguous and in order, the
// tile is a view of v and buf is not used; else they are copied into buf, which must hold
// TileBytes(v.Type, n, v.Dates).
func (v View) Tile(lo, n int, order []int, buf []byte) kernel.Tile {
	size := v.Type.Size()
	if v.Order == BIP {
		t := NewTile(v.Type, n, v.Dates, buf)
		transpose(t, v.Data[lo*v.Dates*size:(lo+n)*v.Dates*size], order)
		return t
	}
	first, stride := lo, v.Pixels()
	if v.Order == BIL && v.Width > 0 {
		first, stride = lo/v.Width*v.Width*v.Dates+lo%v.Width, v.Width
	}
	direct := kernel.Tile{Type: v.Type, Data: v.Data[first*size:], Stride: stride, Dates: v.Dates, Pixels: n}
	if order == nil {
		return direct
	}
	t := NewTile(v.Type, n, v.Dates, buf)
	for i, from := range order {
		at := from * stride * size
		copy(t.Data[i*t.Stride*size:], direct.Data[at:at+n*size])
	}
	return t
}
