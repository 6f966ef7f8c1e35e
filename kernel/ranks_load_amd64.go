//go:build !purego

package kernel

import (
	"math"
	"slices"
)

// load is rankLoad in portable Go, for all types and for less than a block.
func (b *rankBlock) load(t Tile, from, m int, l limits) {
	switch t.Type {
	case Uint8:
		loadOf[uint8](b, t, from, m, l)
	case Int8:
		loadOf[int8](b, t, from, m, l)
	case Uint16:
		loadOf[uint16](b, t, from, m, l)
	case Int16:
		loadOf[int16](b, t, from, m, l)
	case Uint32:
		loadOf[uint32](b, t, from, m, l)
	case Int32:
		loadOf[int32](b, t, from, m, l)
	case Float32:
		loadOf[float32](b, t, from, m, l)
	default:
		loadOf[float64](b, t, from, m, l)
	}
	if b.wide != nil {
		b.narrow()
	}
}

// rankGap is a gap: a NaN with all bits set.
var rankGap = math.Float32frombits(math.MaxUint32)

func loadOf[T Sample](b *rankBlock, t Tile, from, m int, l limits) {
	nan := math.NaN()
	for slot, date := range b.a.order {
		y := (*[rankLanes]float32)(b.y[slot*rankLanes:])
		for p := range y {
			y[p] = rankGap
		}
		mask := t.maskAt(int(date), from)
		row := Row[T](t, int(date), from, from+m)
		if b.wide == nil {
			for p, sample := range row {
				if l.observation(float64(sample)) && t.Mask.observed(mask+p) {
					y[p] = float32(sample)
				}
			}
			continue
		}
		wide := (*[rankLanes]float64)(b.wide[slot*rankLanes:])
		for p := range wide {
			wide[p] = nan
		}
		for p, sample := range row {
			if y := float64(sample); l.observation(y) && t.Mask.observed(mask+p) {
				wide[p] = y
			}
		}
	}
}

// narrow sets y to the differences of the samples from the first observations, as float32. This
// keeps their order, but where one of the differences is not exact, unequal samples may be equal.
func (b *rankBlock) narrow() {
	var first [rankLanes]float64
	var seen [rankLanes]bool
	b.inexact = [rankLanes]bool{}
	for i := 0; i < len(b.wide); i += rankLanes {
		wide, y := (*[rankLanes]float64)(b.wide[i:]), (*[rankLanes]float32)(b.y[i:])
		for l, x := range wide {
			if x != x {
				continue
			}
			if !seen[l] {
				first[l], seen[l] = x, true
			}
			d := x - first[l]
			y[l] = float32(d)
			// The last two say that the difference has no rounding error (Knuth's TwoSum).
			if float64(y[l]) != d || first[l]+d != x || x-d != first[l] {
				b.inexact[l] = true
			}
		}
	}
}

// confused reports whether a lane has samples that are equal in y and may not be.
func (b *rankBlock) confused() bool {
	for l, inexact := range b.inexact {
		if inexact && b.p.same[l] > 0 {
			return true
		}
	}
	return false
}

// rank sets signs to the ranks of the samples of each lane.
func (b *rankBlock) rank() {
	wide, signs, slots := b.wide, b.signs, b.a.dates
	if b.packed {
		wide, slots = b.packedWide, b.p.slots
	}
	for l := range rankLanes {
		x := b.ranks[:0]
		for i := l; i < slots*rankLanes; i += rankLanes {
			if wide[i] == wide[i] {
				x = append(x, wide[i])
			}
		}
		slices.Sort(x)
		x = slices.Compact(x)
		for i := l; i < slots*rankLanes; i += rankLanes {
			signs[i] = rankGap
			if wide[i] == wide[i] {
				rank, _ := slices.BinarySearch(x, wide[i])
				signs[i] = float32(rank)
			}
		}
	}
	b.p.signs = &signs[0]
}

// pack moves the observations of each lane to the front of their group, if that leaves much fewer
// slots. Time is saved with the square of their number. The numbers of observations must be known.
func (b *rankBlock) pack() bool {
	b.packed = false
	if b.packedY == nil {
		return false
	}
	slots := 0
	for g := range b.a.ends {
		most := int32(0)
		for _, n := range b.groupN[g*rankLanes:][:rankLanes] {
			most = max(most, n)
		}
		slots += int(most)
		b.packedEnds[g] = int32(slots)
	}
	if slots == 0 || slots*100 > b.a.dates*packedMost {
		return false
	}
	p := &b.p
	begin, slot := int32(0), 0
	for g, end := range b.packedEnds {
		for l := range p.place {
			p.place[l] = begin*rankLanes + int32(l)
		}
		for stop := int(b.a.ends[g]); slot < stop; slot += p.slots {
			p.y, p.t, p.firstSlot = &b.y[slot*rankLanes], &b.t[slot*rankLanes], slot
			p.slots = min(stop-slot, rankSlots)
			rankPackAVX2(p)
		}
		for _, place := range p.place {
			for i := place; i < end*rankLanes; i += rankLanes {
				b.packedY[i], b.packedT[i] = float32(math.NaN()), 0
			}
		}
		begin = end
	}
	b.packedTasks = appendTasks(b.packedTasks[:0], b.packedEnds, nil)
	b.use(b.packedY, b.packedT, b.packedSlotOf, b.packedEnds, b.packedTasks)
	if b.wide != nil {
		b.packWide()
	}
	b.packed = true
	return true
}

// packWide moves what pack does not.
func (b *rankBlock) packWide() {
	for l := range rankLanes {
		begin, slot := 0, 0
		for g, end := range b.packedEnds {
			place := begin*rankLanes + l
			for ; slot < int(b.a.ends[g]); slot++ {
				if i := slot*rankLanes + l; b.wide[i] == b.wide[i] {
					b.packedWide[place] = b.wide[i]
					place += rankLanes
				}
			}
			for ; place < int(end)*rankLanes; place += rankLanes {
				b.packedWide[place] = math.NaN()
			}
			begin = int(end)
		}
	}
	b.p.y64 = &b.packedWide[0]
}
