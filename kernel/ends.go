package kernel

import (
	"fmt"
	"math"

	"github.com/pixtrend/pixtrend/internal/race"
)

// Ends writes the times of the first and the last observation of every pixel of t into first and
// last. The time of date i is at[i]. A pixel's number in first is written only if it is NaN, and
// its number in last only if the pixel has an observation. A stack can therefore be passed as
// several tiles of a few dates each, in the order of their dates.
//
// It panics before it writes if first or last is shorter than the tile or if at does not have one
// number per date.
func (k Kernel) Ends(first, last []float64, t Tile, at []float64, v Valid) {
	if err := t.Check(); err != nil {
		panic(err.Error())
	}
	if len(at) != t.Dates || len(first) < t.Pixels || len(last) < t.Pixels {
		panic(fmt.Sprintf("kernel: ends of %d and %d pixels at %d times for a tile of %d dates × %d pixels", len(first), len(last), len(at), t.Dates, t.Pixels))
	}
	whole := t.Pixels / block * block
	if !k.has(endsBody, t.Type) || t.Dates == 0 {
		whole = 0
	}
	if whole > 0 {
		raceRead(t)
		race.Write(first[:whole])
		race.Write(last[:whole])
		p := lower(t, Axis{Tau: at}, v)
		for from := 0; from < whole; from += p.pixels {
			p.pixels = min(whole-from, callPixels(t))
			p.src, p.mask = start(t, 0, from)
			p.first, p.last = &first[from], &last[from]
			k.call(endsBody, t.Type, &p)
		}
	}
	if whole < t.Pixels {
		endsGeneric(first[whole:], last[whole:], t.Slice(whole, t.Pixels), at, v)
	}
}

func endsGeneric(first, last []float64, t Tile, at []float64, v Valid) {
	switch t.Type {
	case Uint8:
		endsOf[uint8](first, last, t, at, v)
	case Int8:
		endsOf[int8](first, last, t, at, v)
	case Uint16:
		endsOf[uint16](first, last, t, at, v)
	case Int16:
		endsOf[int16](first, last, t, at, v)
	case Uint32:
		endsOf[uint32](first, last, t, at, v)
	case Int32:
		endsOf[int32](first, last, t, at, v)
	case Float32:
		endsOf[float32](first, last, t, at, v)
	default:
		endsOf[float64](first, last, t, at, v)
	}
}

// endsOf implements Kernel.Ends in portable Go.
func endsOf[T Sample](first, last []float64, t Tile, at []float64, v Valid) {
	l := v.lower(t.Type)
	for done := 0; done < t.Pixels; done += lanes {
		m := min(lanes, t.Pixels-done)
		var todo [lanes]bool
		// look sets to for the pixels in todo that have an observation at date i, takes them out of
		// todo and returns their number.
		look := func(i int, to []float64) (seen int) {
			mask := t.maskAt(i, done)
			for p, sample := range Row[T](t, i, done, done+m) {
				if todo[p] && l.observation(float64(sample)) && t.Mask.observed(mask+p) {
					to[done+p] = at[i]
					todo[p] = false
					seen++
				}
			}
			return seen
		}
		wait := 0
		for p := range m {
			if todo[p] = math.IsNaN(first[done+p]); todo[p] {
				wait++
			}
		}
		for i := 0; i < t.Dates && wait > 0; i++ {
			wait -= look(i, first)
		}
		for p := range m {
			todo[p] = true
		}
		wait = m
		for i := t.Dates - 1; i >= 0 && wait > 0; i-- {
			wait -= look(i, last)
		}
	}
}
