package kernel

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"math"
	"testing"
)

// golden has the hashes of the results that fixed tiles of each type have: one of 23 dates, without and with
// gaps, and one of 150 dates, whose sums of runs are added (see RunDates). They are
// the same on every ISA and architecture: that portable code on one has the bits of portable code on another
// is nothing that the tests that compare ISAs could find out.
var golden = map[DType][4]uint64{
	Uint8:   {0xbb228ee95975f206, 0x8c1965d24d32e534, 0xec6ca2c75cf501ab, 0x30ff74ef51c85bdf},
	Int8:    {0x740204915c71a255, 0x6e37b21da3a75cbc, 0xffe5d18aaa5d36ae, 0x264e6fed7da49263},
	Uint16:  {0x356c4b1bad30763e, 0xde8ca1c5ab165a8c, 0x9305375b931f39f1, 0x744cadfba2e2bb58},
	Int16:   {0x39c75b27359db1c8, 0x49a850a8e9f9444b, 0x3bc9728733c05da7, 0x5aa0b5da8b27dbcc},
	Uint32:  {0xc30a06cc7ec91639, 0x2d880266985dbdab, 0x2bcbcc1981e48dd2, 0x3cfc48659db39883},
	Int32:   {0xd7b890ca92d7a06c, 0x15bd3083bdb5686d, 0x42b733ddda669836, 0x1b3c693a6b8e9e88},
	Float32: {0x004a53f24dbcf475, 0xaecd914b9945c4c2, 0xda4687805f91d37e, 0x49a13d9514ae841b},
	Float64: {0xc73778b00de06192, 0xcc176347d763246a, 0x9ced7634d8ea9990, 0xec3c5d1353f7d751},
}

func TestGoldenBits(t *testing.T) {
	for _, k := range kernels(t) {
		for _, d := range dtypes {
			for i, want := range golden[d] {
				n, gaps := []int{23, 150}[i/2], i%2 == 1
				if got := goldenHash(k, d, n, gaps); got != want {
					t.Errorf("%v %v, %d dates, gaps %t: the results have hash %#016x, want %#016x", k.ISA(), d, n, gaps, got, want)
				}
			}
		}
	}
}

// goldenModels has the hashes of the results of models, least squares and robust.
var goldenModels = map[DType]uint64{
	Uint8:   0x24ccf9064dce3b10,
	Int8:    0x1dbaa6c861701ee1,
	Uint16:  0x1a437d2eca7ad796,
	Int16:   0xa6d19a43abee70fb,
	Uint32:  0x3498ba9f16051783,
	Int32:   0x42dd1a0b25950a01,
	Float32: 0x926ddbf9b3159ae9,
	Float64: 0x9b9b06ab99b85f7e,
}

func TestGoldenModels(t *testing.T) {
	for _, k := range kernels(t) {
		for _, d := range dtypes {
			if got, want := goldenModelHash(k, d), goldenModels[d]; got != want {
				t.Errorf("%v %v: the results have hash %#016x, want %#016x", k.ISA(), d, got, want)
			}
		}
	}
}

// goldenModelHash is of the results of models for a fixed tile of type d, with gaps, of which the last
// pixels have nearly dependent columns.
func goldenModelHash(k Kernel, d DType) uint64 {
	const n, pixels = 45, 2*modelLanes + 5
	random := splitMix(d + 100)
	tile := newTile(d, n, pixels, pixels)
	for i := range n * pixels {
		y := random.sample(d)
		if r := random.next(); y == 77 || r%5 == 0 || i%pixels > modelLanes && (i < 20*pixels || i > 26*pixels) {
			y = 77
		}
		set(tile.Data, d, i, y)
	}
	v := Valid{HasNodata: true, Nodata: 77}
	var columns [][]float64
	for j := range 6 {
		columns = append(columns, make([]float64, n))
		for i := range n {
			columns[j][i] = 1
			for range j {
				columns[j][i] *= float64(i-n/2) / 32
			}
		}
	}
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = float64(random.next()%4) / 3
	}
	h := fnv.New64a()
	for _, m := range []Model{NewModel(columns[:2], 0, nil), NewModel(columns, 0, weights)} {
		fits := fitsOf(k, tile, m, v, Extra{})
		fits.eachSlice(func(s []float64) { hashBits(h, s) })
		for _, psi := range []Psi{Huber, Bisquare} {
			robust := newRobustFits(m.Columns(), pixels)
			k.Robust(robust, NewRobustScratch(m), tile, m, v, Extra{}, Robust{psi, 20, 1e-4})
			robust.eachSlice(func(s []float64) { hashBits(h, s) })
		}
	}
	return h.Sum64()
}

// goldenHash is of all results that k has for the fixed tile of type d with n dates.
func goldenHash(k Kernel, d DType, n int, gaps bool) uint64 {
	const pixels = 2*block + 5
	random := splitMix(d)
	tile := newTile(d, n, pixels, pixels)
	v := Valid{HasNodata: true, Nodata: 77}
	missing := []float64{77}
	if d.IsFloat() {
		missing = append(missing, math.NaN(), math.Inf(1), math.Inf(-1))
	}
	for i := range n * pixels {
		y := random.sample(d)
		if y == 77 {
			y = 78
		}
		if r := random.next(); gaps && r%5 == 0 {
			y = missing[r/5%uint64(len(missing))]
		}
		set(tile.Data, d, i, y)
	}

	h := fnv.New64a()
	even, wide, fractional := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		even[i] = float64(2*i - (n - 1))
		wide[i] = float64((2*i - (n - 1)) * 1000003)
		fractional[i] = float64(i*i)/7 - 3
	}
	for _, tau := range [][]float64{even, wide, fractional} {
		axis := NewAxis(tau)
		sums := NewSums(pixels)
		k.Sums(sums, tile, axis, v)
		for _, s := range sums.slices() {
			hashBits(h, s)
		}
		slope, count := make([]float64, pixels), make([]float64, pixels)
		Slope(k, slope, count, tile, newLine(axis), v)
		hashBits(h, slope)
		hashBits(h, count)
		slope32, count32 := make([]float32, pixels), make([]float32, pixels)
		Slope(k, slope32, count32, tile, newLine(axis), v)
		hashBits(h, slope32)
		hashBits(h, count32)
	}
	return h.Sum64()
}

// hashBits adds the bits of s, every NaN being alike.
func hashBits[F Float](h hash.Hash64, s []F) {
	for _, x := range s {
		bits := math.Float64bits(float64(x))
		if x != x {
			bits = math.Float64bits(math.NaN())
		}
		h.Write(binary.LittleEndian.AppendUint64(nil, bits))
	}
}

// splitMix is Vigna's SplitMix64. It stands here, and makes samples by exact steps alone, since the
// tile must be the same with every release of Go and on every architecture.
type splitMix uint64

func (s *splitMix) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (s *splitMix) sample(d DType) float64 {
	r := s.next()
	switch d {
	case Uint8:
		return float64(uint8(r))
	case Int8:
		return float64(int8(r))
	case Uint16:
		return float64(uint16(r))
	case Int16:
		return float64(int16(r))
	case Uint32:
		return float64(uint32(r))
	case Int32:
		return float64(int32(r))
	case Float32:
		return float64(int32(r)>>8) / 1024
	}
	return float64(int64(r)>>11) / (1 << 20)
}
