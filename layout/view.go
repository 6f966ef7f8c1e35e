package layout

import (
	"fmt"
	"math/bits"

	"github.com/pixtrend/pixtrend/kernel"
)

// Order is the order of the samples of a stack in memory.
type Order uint8

// The orders, with the usual names for rasters with many bands.
const (
	BSQ Order = iota // band-sequential: one whole raster after another
	BIL              // band-interleaved by line: the dates of a line one after another
	BIP              // pixel-interleaved: the whole series of a pixel, then the next pixel
)

// String returns BSQ, BIL or BIP.
func (o Order) String() string {
	if o > BIP {
		return fmt.Sprintf("Order(%d)", uint8(o))
	}
	return [...]string{"BSQ", "BIL", "BIP"}[o]
}

// View is a stack in memory: Dates rasters of Width × Height samples. It does not own the memory,
// and this package only reads it.
type View struct {
	Type          kernel.DType
	Data          []byte // in the machine's byte order
	Width, Height int
	Dates         int
	Order         Order
}

// ViewOf returns a view of data as a stack.
func ViewOf[T kernel.Sample](data []T, order Order, width, height, dates int) View {
	return View{Type: kernel.DTypeOf[T](), Data: kernel.Bytes(data), Order: order, Width: width, Height: height, Dates: dates}
}

// Pixels returns Width × Height.
func (v View) Pixels() int { return v.Width * v.Height }

// Check returns an error if the shape is wrong or does not match the size of Data.
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

// Run returns the number of pixels, beginning with pixel lo and at most most, that can be in one
// tile. In BSQ and BIP that is all pixels, in BIL those up to the end of the line.
func (v View) Run(lo, most int) int {
	n := min(most, v.Pixels()-lo)
	if v.Order == BIL {
		n = min(n, v.Width-lo%v.Width)
	}
	return n
}

// Contiguous reports whether the planes of a tile of v are contiguous, as in BSQ and BIL, so that
// Direct can return it.
func (v View) Contiguous() bool { return v.Order != BIP }

// Direct returns the pixels [lo, lo+n) as a tile that is a view of the stack. The planes must be
// contiguous, and n at most Run(lo, n). For other stacks, and for another order of dates, use Copy.
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

// Copy fills dst, which is packed or plain, with the dst.Pixels pixels of v that begin with pixel
// lo. Plane i gets date order[i], or date i if order is nil. The padding of a packed dst becomes
// copies of the last pixel. Copy uses the instruction set of k.
//
// It panics before it writes if dst does not have the type and dates of v, if the shape of dst is
// wrong, if v has fewer pixels, or if order does not have a date of v for each plane.
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

// copyPlanes is Copy for contiguous planes. It reads the longest runs of consecutive samples that
// there are. For a packed dst, each run is written to several panels.
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
