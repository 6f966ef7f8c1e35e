package layout

import (
	"math"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
	"github.com/pixtrend/pixtrend/kernel"
)

// transpose copies pixel-interleaved samples into the planes of t. Plane i gets date order[i] of
// each pixel, or date i if order is nil. Only the size of the sample type matters. transpose does
// not fill the padding of a packed tile, which is the task of pad.
func transpose(k kernel.Kernel, t kernel.Tile, src []byte, order []int) {
	if len(src) == 0 {
		return
	}
	if done := transposeVectors(k.ISA(), t, src, order); done < t.Pixels {
		transposePart(t, src[done*t.Dates*t.Type.Size():], order, done, t.Pixels)
	}
}

// transposePart implements transpose in portable Go for the pixels [lo, hi) of t, the first of which
// is the first of src.
func transposePart(t kernel.Tile, src []byte, order []int, lo, hi int) {
	switch t.Type.Size() {
	case 1:
		transposeOf[uint8](t, src, order, lo, hi)
	case 2:
		transposeOf[uint16](t, src, order, lo, hi)
	case 4:
		transposeOf[uint32](t, src, order, lo, hi)
	default:
		transposeOf[uint64](t, src, order, lo, hi)
	}
}

func transposeOf[T uint8 | uint16 | uint32 | uint64](t kernel.Tile, src []byte, order []int, lo, hi int) {
	from := unsafe.Slice((*T)(unsafe.Pointer(&src[0])), (hi-lo)*t.Dates)
	to := unsafe.Slice((*T)(unsafe.Pointer(&t.Data[0])), len(t.Data)/t.Type.Size())
	stride := planeStride(t)
	for at := lo; at < hi; {
		next := hi
		if t.Packed {
			next = min(next, (at/kernel.PanelPixels+1)*kernel.PanelPixels)
		}
		transposeRun(to[firstSample(t, at):], stride, next-at, from[(at-lo)*t.Dates:(next-lo)*t.Dates], t.Dates, order)
		at = next
	}
}

// side is the width of the square blocks that are transposed. A block of 16 × 16 samples of 8 bytes
// reads and writes 32 cache lines, which fit into the L1 cache.
const side = 16

func transposeRun[T uint8 | uint16 | uint32 | uint64](to []T, stride, pixels int, from []T, dates int, order []int) {
	for p0 := 0; p0 < pixels; p0 += side {
		p1 := min(p0+side, pixels)
		for i0 := 0; i0 < dates; i0 += side {
			for i := i0; i < min(i0+side, dates); i++ {
				date := i
				if order != nil {
					date = order[i]
				}
				plane := to[i*stride+p0 : i*stride+p1]
				at := p0*dates + date
				for p := range plane {
					plane[p] = from[at]
					at += dates
				}
			}
		}
	}
}

// planeStride returns the number of samples from one plane of t to the next, or within a panel if t
// is packed.
func planeStride(t kernel.Tile) int {
	if t.Packed {
		return kernel.PanelPixels
	}
	return t.Stride
}

// firstSample returns the index of a pixel's sample in plane 0.
func firstSample(t kernel.Tile, pixel int) int {
	if t.Packed {
		return pixel/kernel.PanelPixels*kernel.PanelPixels*t.Dates + pixel%kernel.PanelPixels
	}
	return pixel
}

// pad fills the padding in the last panel of a packed tile with copies of the last pixel, so that
// the padding has gaps only if that pixel has.
func pad(t kernel.Tile) {
	m := t.Pixels % kernel.PanelPixels
	if !t.Packed || m == 0 {
		return
	}
	size := t.Type.Size()
	for i := range t.Dates {
		at := (firstSample(t, t.Pixels-1) + i*kernel.PanelPixels) * size
		row := t.Data[at : at+(kernel.PanelPixels-m+1)*size]
		for n := size; n < len(row); n *= 2 {
			copy(row[n:], row[:n])
		}
	}
}

const (
	// aheadBytes is the distance of prefetching from a group. A group that is larger prefetches the
	// next group, because its units are spread over all of its memory.
	aheadBytes = 7 << 10

	// maxCallSamples limits the samples of one assembly call, because the garbage collector cannot
	// stop a goroutine during the call. A call usually takes about 13 µs, and 130 µs if distant
	// memory slows it down to half a sample per nanosecond.
	maxCallSamples = 64 << 10
)

// params is the argument of the assembly, which takes the offsets of the fields from go_asm.h.
type params struct {
	src    unsafe.Pointer // the first pixel at the first date of the strip
	dst    unsafe.Pointer // the same pixel in plane 0
	off    *uintptr       // bytes from dst to the plane of each date, then zeros to the end of a unit
	pixel  uintptr        // bytes from one pixel to the next in src
	dates  int            // of the strip
	groups int            // groups of as many pixels as a vector has samples, at least 1; counted down
	ahead  uintptr        // bytes from a group to the memory that is prefetched with it
	next   uintptr        // bytes from the last unit of a group to the first unit of the next

	// After each panel, jump is added to dst.
	panel int // groups in a panel
	left  int // groups left in the first panel; counted down
	jump  uintptr
}

// notPlaced marks dates for which place has not found a plane.
const notPlaced = math.MaxUint

// place sets off[d] to the offset in bytes of the plane of date first+d. Planes are plane bytes
// apart. It returns false if order does not have each of these dates once.
func place(off []uintptr, first int, order []int, plane uintptr) bool {
	if order == nil {
		for d := range off {
			off[d] = uintptr(first+d) * plane
		}
		return true
	}
	for d := range off {
		off[d] = notPlaced
	}
	placed := 0
	for i, date := range order {
		if d := date - first; d >= 0 && d < len(off) {
			if off[d] != notPlaced {
				return false
			}
			off[d] = uintptr(i) * plane
			placed++
		}
	}
	return placed == len(off)
}

// transposeVectors does the work of transpose with assembly and returns the number of pixels done.
// It leaves to the portable code small tiles, the last pixels of a packed tile, and orders that are
// not a permutation.
func transposeVectors(isa kernel.ISA, t kernel.Tile, src []byte, order []int) int {
	if t.Pixels*t.Type.Size() < vectorBytes(isa) || vectorBytes(isa) == 0 {
		return 0
	}
	// The table of offsets must not be allocated on the heap. Clearing a large table takes as long
	// as transposing a few short series.
	if t.Dates <= 64 {
		var off [64]uintptr
		return transposeBy(isa, t, src, order, off[:])
	}
	var off [512]uintptr
	return transposeBy(isa, t, src, order, off[:])
}

// transposeBy is transposeVectors with off, which is all zeros, as the table of offsets. A series
// that is longer than the table is cut into strips of len(off) dates.
func transposeBy(isa kernel.ISA, t kernel.Tile, src []byte, order []int, off []uintptr) int {
	size := t.Type.Size()
	group, unit := vectorBytes(isa)/size, unitDates(isa, size)
	series := t.Dates * size // bytes of a pixel
	plane := uintptr(planeStride(t) * size)
	strip := min(t.Dates, len(off))
	p := params{off: &off[0], pixel: uintptr(series), dates: strip, panel: math.MaxInt}
	p.ahead = uintptr(max(aheadBytes, group*series+1024))
	p.next = uintptr(group*series - max(0, strip-unit)*size)
	if t.Packed {
		p.panel = kernel.PanelPixels / group
		p.jump = plane * uintptr(t.Dates-1)
	}
	if !place(off[:strip], 0, order, plane) {
		return 0
	}
	race.Read(src)
	raceWrite(t)

	most := max(1, maxCallSamples/(strip*group))
	if strip < t.Dates {
		most = 1 // all dates of a group before the next group, so that memory is read in order
	}
	// For pixels before safe, no unit reaches beyond src.
	safe := t.Pixels
	if t.Dates < unit {
		safe -= (unit - 1) / t.Dates
	}
	var end [64*15 + 16]byte // a group of 64 pixels of up to 15 bytes, and the 16 bytes of a unit
	for done := 0; done < t.Pixels; {
		at, groups := done, min(most, (safe-done)/group)
		from := src[done*series:]
		if safe-done < group {
			groups = 1
			if t.Pixels-done < group {
				if t.Packed {
					return done
				}
				at = t.Pixels - group // the last group, moved back so that it ends with the tile
			}
			from = src[at*series:]
			if t.Dates < unit {
				copy(end[:], from[:group*series])
				from = end[:]
			}
		}
		for first := 0; ; first = min(first+strip, t.Dates-strip) {
			if strip < t.Dates && !place(off[:strip], first, order, plane) {
				return 0
			}
			p.src, p.dst = unsafe.Pointer(&from[first*size]), unsafe.Pointer(&t.Data[firstSample(t, at)*size])
			p.groups, p.left = groups, p.panel
			if t.Packed {
				p.left -= at % kernel.PanelPixels / group
			}
			transposeGroups(isa, size, &p)
			if first+strip == t.Dates {
				break
			}
		}
		done = at + groups*group
	}
	return t.Pixels
}

// raceWrite tells the race detector that all samples of t are written.
func raceWrite(t kernel.Tile) {
	if !race.Enabled {
		return
	}
	if t.Packed {
		race.Write(t.Data[:t.Dates*t.Panels()*kernel.PanelPixels*t.Type.Size()])
		return
	}
	for i := range t.Dates {
		at := i * t.Stride * t.Type.Size()
		race.Write(t.Data[at : at+t.Pixels*t.Type.Size()])
	}
}
