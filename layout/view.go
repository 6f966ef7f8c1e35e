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

// Contiguous reports whether the planes of a tile of v are contiguous, so that Direct makes one: in BSQ and BIL.
func (v View) Contiguous() bool { return v.Order != BIP }

// Direct returns the pixels [lo, lo+n) of a stack whose planes are contiguous as a tile that is a view of it. n
// is at most Run(lo, n). Of other stacks, and for another order of dates, Copy fills a tile.
func (v View) Direct(lo, n int) kernel.Tile {
	if !v.Contiguous() {
		panic("layout: a pixel-interleaved stack has no planes to look at")
	}
	first, stride := lo, v.Pixels()
	if v.Order == BIL && v.Width > 0 {
		first, stride = lo/v.Width*v.Width*v.Dates+lo%v.Width, v.Width
	}
	return kernel.Tile{Type: v.Type, Data: v.Data[first*v.Type.Size():], Stride: stride, Dates: v.Dates, Pixels: n}
}

// Copy fills dst, packed or plain, with as many pixels of v as it has, those from lo on: plane i is date
// order[i]; a nil order leaves the dates as they are. What a packed dst holds beyond its pixels
// becomes copies of the last one. It uses the instruction set of k.
//
// It panics before it writes where dst is not of v's type and dates or its shape is wrong, v has
// fewer pixels, or order has not one date of v for each plane.
func (v View) Copy(k kernel.Kernel, lo int, order []int, dst kernel.Tile) {
	v.check(lo, order, dst)
	if dst.Pixels == 0 || dst.Dates == 0 {
		return
	}
	if size := v.Type.Size(); v.Order == BIP {
		transpose(k, dst, v.Data[lo*v.Dates*size:(lo+dst.Pixels)*v.Dates*size], order)
	} else {
		v.copyPlanes(lo, order, dst)
	}
	pad(dst)
}

func (v View) check(lo int, order []int, dst kernel.Tile) {
	if err := dst.Check(); err != nil {
		panic(err.Error())
	}
	if dst.Type != v.Type || dst.Dates != v.Dates {
		panic(fmt.Sprintf("layout: stack of %d dates of %v copied to a tile of %d dates of %v", v.Dates, v.Type, dst.Dates, dst.Type))
	}
	if lo < 0 || lo > v.Pixels()-dst.Pixels {
		panic(fmt.Sprintf("layout: %d pixels from %d on of a stack of %d", dst.Pixels, lo, v.Pixels()))
	}
	if order == nil {
		return
	}
	if len(order) != v.Dates {
		panic(fmt.Sprintf("layout: order of %d planes for %d dates", len(order), v.Dates))
	}
	for _, date := range order {
		if date < 0 || date >= v.Dates {
			panic(fmt.Sprintf("layout: date %d of a stack of %d", date, v.Dates))
		}
	}
}

// copyPlanes is Copy for contiguous planes. It reads runs as long as there are: samples that follow each
// other in memory are read in one go, and the lines of a packed dst, which are each written whole, may
// lie apart.
func (v View) copyPlanes(lo int, order []int, dst kernel.Tile) {
	size := v.Type.Size()
	stride := planeStride(dst)
	for at := 0; at < dst.Pixels; {
		n := v.Run(lo+at, dst.Pixels-at)
		from := v.Direct(lo+at, n)
		for i := range v.Dates {
			date := i
			if order != nil {
				date = order[i]
			}
			row := from.Data[date*from.Stride*size:][:n*size]
			for p := at; len(row) > 0; {
				run := len(row)
				if dst.Packed {
					run = min(run, (kernel.PanelPixels-p%kernel.PanelPixels)*size)
				}
				copy(dst.Data[(firstSample(dst, p)+i*stride)*size:], row[:run])
				row = row[run:]
				p += run / size
			}
		}
		at += n
	}
}
