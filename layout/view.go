package layout

import (
	"cmp"
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

	// In a stack that is a part of a larger one, RowStride is the number of samples from the begin
	// of a row to that of the next, and DateStride from a raster to the next, which BIP has not.
	// Data begins with the first sample and ends with the last or later. 0: as if there were no
	// other samples between those of the stack.
	RowStride, DateStride int
}

// ViewOf returns a view of data as a stack.
func ViewOf[T kernel.Sample](data []T, order Order, width, height, dates int) View {
	return View{Type: kernel.DTypeOf[T](), Data: kernel.Bytes(data), Order: order, Width: width, Height: height, Dates: dates}
}

// Pixels returns Width × Height.
func (v View) Pixels() int { return v.Width * v.Height }

// rowStride returns the number of samples from a row to the next.
func (v View) rowStride() int {
	if v.Order == BSQ {
		return cmp.Or(v.RowStride, v.Width)
	}
	return cmp.Or(v.RowStride, v.Width*v.Dates)
}

// dateStride returns the number of samples from a date to the next.
func (v View) dateStride() int {
	switch v.Order {
	case BSQ:
		return cmp.Or(v.DateStride, v.Width*v.Height)
	case BIL:
		return cmp.Or(v.DateStride, v.Width)
	}
	return 1
}

// pixelStride returns the number of samples from a pixel to the next of its row.
func (v View) pixelStride() int {
	if v.Order == BIP {
		return v.Dates
	}
	return 1
}

// rowsJoined reports whether the pixels of a row follow those of the row before.
func (v View) rowsJoined() bool { return v.Height <= 1 || v.rowStride() == v.Width*v.pixelStride() }

// Check returns an error if the shape is wrong or does not match the size of Data.
func (v View) Check() error {
	if !v.Type.Valid() || v.Order > BIP {
		return fmt.Errorf("layout: stack of %v in order %v", v.Type, v.Order)
	}
	if v.Width < 0 || v.Height < 0 || v.Dates < 0 || v.RowStride < 0 || v.DateStride < 0 {
		return fmt.Errorf("layout: stack of %d dates of %d × %d pixels, rows %d and dates %d samples apart",
			v.Dates, v.Width, v.Height, v.RowStride, v.DateStride)
	}
	samples, ok := product(v.Width, v.Height, v.Dates)
	part := v.RowStride != 0 || v.DateStride != 0
	if ok && samples > 0 && part {
		if err := v.checkStrides(); err != nil {
			return err
		}
		samples, ok = v.Span()
	}
	need, fits := product(samples, v.Type.Size())
	if !ok || !fits || need > len(v.Data) || !part && need != len(v.Data) {
		return fmt.Errorf("layout: stack of %d dates of %d × %d pixels of %v is not of %d bytes",
			v.Dates, v.Width, v.Height, v.Type, len(v.Data))
	}
	return nil
}

// checkStrides returns an error if rows or rasters overlap.
func (v View) checkStrides() error {
	if v.Order == BIP && v.DateStride > 1 {
		return fmt.Errorf("layout: dates %d samples apart in a stack in order BIP, whose series are contiguous", v.DateStride)
	}
	run := v.Width
	if v.rowsJoined() {
		run = v.Pixels()
	}
	if v.Height > 1 && v.rowStride() < v.Width*v.pixelStride() || v.Order != BIP && v.Dates > 1 && v.dateStride() < run {
		return fmt.Errorf("layout: stack of %d dates of %d × %d pixels overlaps itself: rows are %d and dates %d samples apart",
			v.Dates, v.Width, v.Height, v.rowStride(), v.dateStride())
	}
	return nil
}

// Span returns the number of samples from the first to the last of a stack that has any, with those
// between them. ok is false if there are 2^60 or more.
func (v View) Span() (samples int, ok bool) {
	samples = 1
	for _, d := range [][2]int{{v.Height, v.rowStride()}, {v.Dates, v.dateStride()}, {v.Width, v.pixelStride()}} {
		n, ok := product(d[0]-1, d[1])
		if !ok {
			return 0, false
		}
		samples += n // three of them stay below 2^62
	}
	return samples, true
}

// product multiplies numbers that are not negative. ok is false if the product is 2^60 or more.
func product(factors ...int) (n int, ok bool) {
	p, over := uint64(1), false
	for _, f := range factors {
		hi, lo := bits.Mul64(p, uint64(f))
		p, over = lo, over || hi != 0
	}
	return int(p), !over && p < 1<<60
}

// Run returns the number of pixels, beginning with pixel lo and at most most, that can be in one
// tile: those up to the end of the line where others lie between the lines, as in BIL, and all
// pixels otherwise.
func (v View) Run(lo, most int) int {
	n := min(most, v.Pixels()-lo)
	if !v.rowsJoined() {
		n = min(n, v.Width-lo%v.Width)
	}
	return n
}

// firstOf returns the index of the first sample of a pixel.
func (v View) firstOf(pixel int) int {
	if v.Width == 0 {
		return 0
	}
	return pixel/v.Width*v.rowStride() + pixel%v.Width*v.pixelStride()
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
	return kernel.Tile{Type: v.Type, Data: v.Data[v.firstOf(lo)*v.Type.Size():], Stride: v.dateStride(), Dates: v.Dates, Pixels: n}
}

// Interleaved returns the samples of the pixels [lo, lo+n), one series after another. The stack must be
// pixel-interleaved, and n at most Run(lo, n).
func (v View) Interleaved(lo, n int) []byte {
	if v.Order != BIP {
		panic(fmt.Sprintf("layout: the series of a stack in order %v are not contiguous", v.Order))
	}
	series := v.Dates * v.Type.Size()
	return v.Data[v.firstOf(lo)*v.Type.Size():][:n*series]
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
	if v.Order == BIP {
		v.copySeries(k, lo, order, dst)
	} else {
		v.copyPlanes(lo, order, dst)
	}
	pad(dst)
}

// copySeries is Copy for a stack in order BIP. It transposes the longest runs of consecutive series.
func (v View) copySeries(k kernel.Kernel, lo int, order []int, dst kernel.Tile) {
	for at := 0; at < dst.Pixels; {
		n := v.Run(lo+at, dst.Pixels-at)
		src := v.Interleaved(lo+at, n)
		if within := at % kernel.PanelPixels; dst.Packed && within != 0 {
			// The rest of the panel; the transposes begin with a panel.
			n = min(n, kernel.PanelPixels-within)
			transposePart(dst, src, order, at, at+n)
		} else {
			transpose(k, dst.Slice(at, at+n), src, order)
		}
		at += n
	}
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
