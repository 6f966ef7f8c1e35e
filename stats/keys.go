package stats

import (
	"math"
	"sort"
)

// keys is the number of keys of values. The key of a value is its upper 16 bits, changed so that keys
// never have the opposite order of values.
const keys = 1 << 16

// key returns the key of a value of which bits are the upper 32 bits. It has no branch, since signs
// change from value to value.
func key(bits uint32) uint16 { return uint16((bits ^ (uint32(int32(bits)>>31) | 1<<31)) >> 16) }

func keyOf[F float32 | float64](x F) uint16 {
	switch x := any(x).(type) {
	case float32:
		return key(math.Float32bits(x))
	case float64:
		return key(uint32(math.Float64bits(x) >> 32))
	}
	panic("stats: a value of another type")
}

// byKey is values whose keys are counted. What depends on the order of values alone is then known but
// for those of a few keys, which one pass collects.
type byKey[F float32 | float64] struct {
	values []F
	upTo   *[keys]uint32 // number of values whose key is at most the index
}

// countKeys returns byKey.upTo of values.
func countKeys[F float32 | float64](values []F) *[keys]uint32 {
	n := new([keys]uint32)
	switch values := any(values).(type) {
	case []float32:
		for _, x := range values {
			n[key(math.Float32bits(x))]++
		}
	case []float64:
		for _, x := range values {
			n[key(uint32(math.Float64bits(x)>>32))]++
		}
	}
	for k := 1; k < keys; k++ {
		n[k] += n[k-1]
	}
	return n
}

// before returns how many values have a lesser key.
func (b byKey[F]) before(key uint16) int {
	if key == 0 {
		return 0
	}
	return int(b.upTo[key-1])
}

// keyAt returns the key of the value of a rank, counted from 0.
func (b byKey[F]) keyAt(rank int) uint16 {
	return uint16(sort.Search(keys-1, func(k int) bool { return int(b.upTo[k]) > rank }))
}

// alike returns the values of each of up to 255 keys.
func (b byKey[F]) alike(of ...uint16) map[uint16][]F {
	var slots [keys]uint8 // 1 + the index into lists, 0 for other keys
	var lists [][]F
	alike := make(map[uint16][]F, len(of))
	for _, k := range of {
		if slots[k] == 0 {
			lists = append(lists, make([]F, 0, int(b.upTo[k])-b.before(k)))
			slots[k] = uint8(len(lists))
		}
	}
	switch values := any(b.values).(type) {
	case []float32:
		lists := any(lists).([][]float32)
		for _, x := range values {
			if i := slots[key(math.Float32bits(x))]; i > 0 {
				lists[i-1] = append(lists[i-1], x)
			}
		}
	case []float64:
		lists := any(lists).([][]float64)
		for _, x := range values {
			if i := slots[key(uint32(math.Float64bits(x)>>32))]; i > 0 {
				lists[i-1] = append(lists[i-1], x)
			}
		}
	}
	for _, k := range of {
		alike[k] = lists[slots[k]-1]
	}
	return alike
}

// below returns how many values are less than each limit.
func (b byKey[F]) below(limits []float64) []int {
	of := make([]uint16, len(limits))
	for i, limit := range limits {
		if limit == 0 {
			limit = math.Copysign(0, -1) // the key of -0 is less than that of 0
		}
		of[i] = keyOf(F(limit))
	}
	alike := b.alike(of...)
	n := make([]int, len(limits))
	for i, limit := range limits {
		n[i] = b.before(of[i])
		for _, x := range alike[of[i]] {
			if float64(x) < limit {
				n[i]++
			}
		}
	}
	return n
}
