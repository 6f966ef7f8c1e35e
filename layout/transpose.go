package layout

import (
	"unsafe"

	"github.com/pixtrend/pixtrend/kernel"
)

// transpose copies pixel-interleaved samples into the planes of t: plane i is date order[i] of
// each pixel, or date i where order is nil. Only the size of an element matters.
func transpose(t kernel.Tile, src []byte, order []int) {
	if len(src) == 0 {
		return
	}
	switch t.Type.Size() {
	case 1:
		transposeOf[uint8](t, src, order)
	case 2:
		transposeOf[uint16](t, src, order)
	case 4:
		transposeOf[uint32](t, src, order)
	default:
		transposeOf[uint64](t, src, order)
	}
}

// side is the edge of the blocks that are transposed: 16 × 16 elements of 8 bytes read and write
// 32 cache lines, which the first-level cache holds.
const side = 16

func transposeOf[T uint8 | uint16 | uint32 | uint64](t kernel.Tile, src []byte, order []int) {
	from := unsafe.Slice((*T)(unsafe.Pointer(&src[0])), t.Pixels*t.Dates)
	to := unsafe.Slice((*T)(unsafe.Pointer(&t.Data[0])), t.Stride*t.Dates)
	for p0 := 0; p0 < t.Pixels; p0 += side {
		p1 := min(p0+side, t.Pixels)
		for i0 := 0; i0 < t.Dates; i0 += side {
			for i := i0; i < min(i0+side, t.Dates); i++ {
				date := i
				if order != nil {
					date = order[i]
				}
				plane := to[i*t.Stride+p0 : i*t.Stride+p1]
				at := p0*t.Dates + date
				for p := range plane {
					plane[p] = from[at]
					at += t.Dates
				}
			}
		}
	}
}
