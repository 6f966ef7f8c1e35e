package layout

import (
	"math"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
	"github.com/pixtrend/pixtrend/kernel"
)

// transpose copies pixel-interleaved samples into the planes of t: plane i is date order[i] of
// each pixel, or date i where order is nil. Only the size of a sample matters. The padding of a
// packed tile is left to pad.
func transpose(k kernel.Kernel, t kernel.Tile, src []byte, order []int) {
	if len(src) == 0 {
		return
	}
	done := transposeVectors(k.ISA(), t, src, order)
	if done == t.Pixels {
		return
	}
	switch t.Type.Size() {
	case 1:
		transposeOf[uint8](t, src, order, done)
	case 2:
		transposeOf[uint16](t, src, order, done)
	case 4:
		transposeOf[uint32](t, src, order, done)
	default:
		transposeOf[uint64](t, src, order, done)
	}
}

// transposeOf is transpose in portable Go, from pixel done on.
func transposeOf[T uint8 | uint16 | uint32 | uint64](t kernel.Tile, src []byte, order []int, done int) {
	from := unsafe.Slice((*T)(unsafe.Pointer(&src[0])), t.Pixels*t.Dates)
	to := unsafe.Slice((*T)(unsafe.Pointer(&t.Data[0])), len(t.Data)/t.Type.Size())
	stride := planeStride(t)
	for done < t.Pixels {
		next := t.Pixels
		if t.Packed {
			next = min(next, (done/kernel.PanelPixels+1)*kernel.PanelPixels)
		}
		transposeRun(to[firstSample(t, done):], stride, next-done, from[done*t.Dates:next*t.Dates], t.Dates, order)
		done = next
	}
}

// side is the edge of the blocks that are transposed: 16 × 16 samples of 8 bytes read and write
// 32 cache lines, which the first-level cache holds.
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

// planeStride returns how many samples two planes of t stand apart, within a panel where t is packed.
func planeStride(t kernel.Tile) int {
	if t.Packed {
		return kernel.PanelPixels
	}
	return t.Stride
}

// firstSample returns the index of the sample of plane 0 of a pixel.
func firstSample(t kernel.Tile, pixel int) int {
	if t.Packed {
		return pixel/kernel.PanelPixels*kernel.PanelPixels*t.Dates + pixel%kernel.PanelPixels
	}
	return pixel
}

// pad fills the last panel of a packed tile beyond its pixels with copies of the last one, so
// that the padding has a gap only where that pixel has one.
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
	// aheadBytes is how far ahead of a group memory is asked for; larger groups, whose units lie over
	// all of them, need the whole of the next one.
	aheadBytes = 7 << 10

	// maxCallSamples bounds the samples that one assembly call moves, since the garbage collector
	// cannot stop a goroutine inside it: at half a sample a nanosecond, which memory that is far away
	// may come down to, they take 130 µs, and mostly a tenth of that.
	maxCallSamples = 64 << 10
)

// params is the one argument of the assembly. transpose_amd64.s finds its fields through go_asm.h.
type params struct {
	src    unsafe.Pointer // the first pixel at the first date of the strip
	dst    unsafe.Pointer // the same pixel in plane 0
	off    *uintptr       // for each date of the strip bytes from dst to its plane; zeros to the end of a unit that is longer
	pixel  uintptr        // bytes from pixel to pixel in src
	dates  int            // of the strip
	groups int            // groups of as many pixels as a vector holds; at least 1. Counted down
	ahead  uintptr        // bytes from a group to what is prefetched meanwhile
	next   uintptr        // what is added to the last unit's place in src for that of the next group

	// After each panel, jump is added to dst.
	panel int // groups in a panel
	left  int // groups left in the first one. Counted down
	jump  uintptr
}

// notPlaced marks dates that place has not met.
const notPlaced = math.MaxUint

// place writes to off, for each of the dates from first on, the bytes to its plane; planes stand
// plane bytes apart. It returns false where order does not name each of the dates once.
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

// transposeVectors is transpose in assembly, as far as it goes: it returns the number of pixels
// done, which are all but for small tiles, the last ones of a packed tile and orders that are no
// permutation.
func transposeVectors(isa kernel.ISA, t kernel.Tile, src []byte, order []int) int {
	if t.Pixels*t.Type.Size() < vectorBytes(isa) || vectorBytes(isa) == 0 {
		return 0
	}
	// The table of offsets must not come from the heap. A large one takes as long to clear as a few
	// short series to transpose.
	if t.Dates <= 64 {
		var off [64]uintptr
		return transposeBy(isa, t, src, order, off[:])
	}
	var off [512]uintptr
	return transposeBy(isa, t, src, order, off[:])
}

// transposeBy is transposeVectors with zeros for a table of the planes of some dates: longer series
// are cut into strips of so many.
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
		most = 1 // all dates of a pixel before the next one: memory is read in its order
	}
	// Units of pixels before safe lie within src.
	safe := t.Pixels
	if t.Dates < unit {
		safe -= (unit - 1) / t.Dates
	}
	var end [64*15 + 16]byte // a group of at most 64 pixels, of less than the 16 bytes of a unit
	for done := 0; done < t.Pixels; {
		at, groups := done, min(most, (safe-done)/group)
		from := src[done*series:]
		if safe-done < group {
			groups = 1
			if t.Pixels-done < group {
				if t.Packed {
					return done
				}
				at = t.Pixels - group // again, moved back to end with the tile
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
