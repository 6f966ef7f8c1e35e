package synth

// one is the unit of noise and of every fraction here: 15 fractional bits.
const (
	oneBits = 15
	one     = 1 << oneBits
)

// mix is the finaliser of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014): every bit of z changes about half of the bits of the result.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// hash gives 64 random bits for a place (a pixel, a lattice point, a block) under a key.
func hash(key uint64, x, y int) uint64 {
	return mix(key + uint64(x)*0x9e3779b97f4a7c15 + uint64(y)*0xc2b2ae3d27d4eb4f)
}

// between maps 16 bits of h, from bit at on, evenly to lo…hi−1. Draws from different bits of one
// hash are independent.
func between(h uint64, at uint, lo, hi int) int {
	return lo + int(h>>at&0xffff)*(hi-lo)>>16
}

// An octave is value noise on a square lattice: random values in ±amp at the lattice points,
// 1<<shift pixels apart (at most 1024), and smoothly between them elsewhere.
type octave struct {
	shift uint
	amp   int64
}

// fades[shift][t] is the smoothstep 3u²−2u³ at u = t/(1<<shift), in units of one.
var fades = func() (tables [11][]int64) {
	for shift := range tables {
		tables[shift] = make([]int64, 1<<shift)
		for t := range tables[shift] {
			u := int64(t) << (oneBits - shift)
			tables[shift][t] = u * u * (3*one - 2*u) >> (2 * oneBits)
		}
	}
	return tables
}()

// noiseRow sets dst[i] to the sum of the octaves at (x0+i, y).
//
// It goes lattice cell by lattice cell, so that a pixel costs one interpolation and no hash.
func noiseRow(dst []int32, key uint64, x0, y int, octaves ...octave) {
	clear(dst)
	for _, o := range octaves {
		key = mix(key + 1)
		size := 1 << o.shift
		row := y >> o.shift
		fade := fades[o.shift]
		fy := fade[y&(size-1)]
		// point is the noise at column c of the lattice and at this y.
		point := func(c int) int64 {
			above := int64(int16(hash(key, c, row)))
			below := int64(int16(hash(key, c, row+1)))
			return (above*one + (below-above)*fy) * o.amp >> (2 * oneBits)
		}
		col, t := x0>>o.shift, x0&(size-1)
		left, right := point(col), point(col+1)
		for rest := dst; len(rest) > 0; {
			n := min(size-t, len(rest))
			fx := fade[t:][:n]
			cell := rest[:len(fx)] // so written, the loop has no bounds checks
			for i, f := range fx {
				cell[i] += int32(left + (right-left)*f>>oneBits)
			}
			rest, t = rest[n:], 0
			col++
			left, right = right, point(col+1)
		}
	}
}

// noiseAt is noiseRow at one place.
func noiseAt(key uint64, x, y int, octaves ...octave) int {
	var v [1]int32
	noiseRow(v[:], key, x, y, octaves...)
	return int(v[0])
}
