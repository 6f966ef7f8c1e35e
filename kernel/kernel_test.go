package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/guard"
)

var dtypes = []DType{Uint8, Int8, Uint16, Int16, Uint32, Int32, Float32, Float64}

// kernels returns every kernel of this machine.
func kernels(t testing.TB) []Kernel {
	t.Helper()
	var ks []Kernel
	for _, isa := range Available() {
		k, err := New(isa)
		if err != nil {
			t.Fatal(err)
		}
		if k.ISA() != isa {
			t.Fatalf("New(%v) is %v", isa, k.ISA())
		}
		ks = append(ks, k)
	}
	return ks
}

// gapPattern says whether the sample of a pixel at a date is a gap.
type gapPattern struct {
	name string
	gap  func(rng *rand.Rand, date, dates, pixel int) bool
}

// finite is the pattern whose gaps are not infinite. Some bodies take no infinite samples.
const finite = "random"

var gapPatterns = []gapPattern{
	{"none", func(*rand.Rand, int, int, int) bool { return false }},
	{"all", func(*rand.Rand, int, int, int) bool { return true }},
	{"alternating", func(_ *rand.Rand, i, _, p int) bool { return (i+p)%2 == 0 }},
	{"one left", func(_ *rand.Rand, i, n, p int) bool { return i != p%n }},
	{"two left", func(_ *rand.Rand, i, n, p int) bool { return i != p%n && i != (p+1)%n }},
	{finite, func(rng *rand.Rand, _, _, _ int) bool { return rng.Float64() < 0.2 }},
	{"one pixel", func(_ *rand.Rand, i, n, p int) bool { return p == 5 && i == n-1 }},
	{"first date", func(_ *rand.Rand, i, _, p int) bool { return i == 0 && p%7 == 0 }},
}

// nodataOf returns the value that marks gaps in the tests. Float types use NaN and ±Inf too.
func nodataOf(d DType) float64 {
	switch d {
	case Uint8, Uint16, Uint32:
		return 255
	case Int8:
		return -128
	case Float32:
		return -3.4028234663852886e38 // what GDAL writes: not a float32, but next to one
	}
	return -9999
}

// set stores y in the samples, as type d.
func set(b []byte, d DType, i int, y float64) {
	p := unsafe.Pointer(&b[i*d.Size()])
	switch d {
	case Uint8:
		*(*uint8)(p) = uint8(y)
	case Int8:
		*(*int8)(p) = int8(y)
	case Uint16:
		*(*uint16)(p) = uint16(y)
	case Int16:
		*(*int16)(p) = int16(y)
	case Uint32:
		*(*uint32)(p) = uint32(y)
	case Int32:
		*(*int32)(p) = int32(y)
	case Float32:
		*(*float32)(p) = float32(y)
	case Float64:
		*(*float64)(p) = y
	}
}

// draw returns a sample that the type can hold and that is not its nodata value.
func draw(rng *rand.Rand, d DType) float64 {
	for {
		var y float64
		switch d {
		case Uint8:
			y = float64(uint8(rng.Uint32()))
		case Int8:
			y = float64(int8(rng.Uint32()))
		case Uint16:
			y = float64(uint16(rng.Uint32()))
		case Int16:
			y = float64(int16(rng.Uint32()))
		case Uint32:
			y = float64(rng.Uint32())
		case Int32:
			y = float64(int32(rng.Uint32()))
		case Float32:
			y = float64(float32(290 + rng.NormFloat64()))
		default:
			y = 1e6 + rng.NormFloat64()
		}
		if y != nodataOf(d) {
			return y
		}
	}
}

// fillTile draws the samples of a tile. Gaps of float types are nodata, NaN, +Inf and -Inf in turn.
func fillTile(rng *rand.Rand, t Tile, g gapPattern) {
	odd := []float64{nodataOf(t.Type), math.NaN(), math.Inf(1), math.Inf(-1)}
	if g.name == finite {
		odd = odd[:2]
	}
	for i := range t.Dates {
		for p := range t.Pixels {
			y := draw(rng, t.Type)
			if g.gap(rng, i, t.Dates, p) {
				y = odd[0]
				if t.Type.IsFloat() {
					y = odd[(i+p)%len(odd)]
				}
			}
			set(t.Data, t.Type, t.at(i, p), y)
		}
	}
}

// years returns a centred axis of n whole numbers without a common factor, as stats makes them:
// evenly spaced, or irregular.
func years(rng *rand.Rand, n int, irregular bool) Axis {
	t := make([]int, n)
	sum := 0
	for i := range t {
		t[i] = i
		if irregular && i > 0 {
			t[i] = t[i-1] + rng.IntN(40)
		}
		sum += t[i]
	}
	common := 0
	for i := range t {
		t[i] = n*t[i] - sum
		for a := t[i]; a != 0; {
			common, a = a, common%a
		}
	}
	tau := make([]float64, n)
	for i := range t {
		tau[i] = float64(t[i] / max(1, common, -common))
	}
	return NewAxis(tau)
}

// sameBits compares two results; every NaN is alike.
func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func diffSums(want, got Sums, pixels int) error {
	names := [7]string{"N", "T", "TT", "Y", "TY", "YY", "Ref"}
	w, g := want.slices(), got.slices()
	for f := range w {
		for p := range pixels {
			if !sameBits(w[f][p], g[f][p]) {
				return fmt.Errorf("%s of pixel %d is %v, want %v", names[f], p, g[f][p], w[f][p])
			}
		}
	}
	return nil
}

const canary = -12345.5

// newFloats returns n canaries, which a kernel must overwrite or leave alone.
func newFloats[F Float](n int) []F {
	s := make([]F, n)
	for i := range s {
		s[i] = canary
	}
	return s
}

func newSums(n int) Sums {
	s := NewSums(n)
	for _, x := range s.slices() {
		copy(x, newFloats[float64](n))
	}
	return s
}

// want holds the results that every kernel must compute from a tile.
type want struct {
	sums  Sums
	slope []float64
}

const scale = 365.2425

func newLine(axis Axis) Line { return Line{Axis: axis, Scale: scale, MinObs: 2} }

// wantOf computes the sums with the portable code, and the slopes with the formula in the
// documentation of Slope.
func wantOf(tile Tile, axis Axis, v Valid) want {
	w := want{sums: newSums(tile.Pixels), slope: make([]float64, tile.Pixels)}
	sumsGeneric(w.sums, tile, 0, axis.Tau, v, false)
	for p := range w.slope {
		s := &w.sums
		product := 0.0
		if s.T[p] != 0 {
			product = s.T[p] * s.Y[p]
		}
		cty := math.FMA(s.N[p], s.TY[p], -product)
		ctt := math.FMA(s.N[p], s.TT[p], -float64(s.T[p]*s.T[p]))
		if w.slope[p] = cty * (scale / ctt); s.N[p] < 2 || !(ctt > s.N[p]*(axis.Step*axis.Step/4)) {
			w.slope[p] = math.NaN()
		}
	}
	return w
}

func (w want) slice(lo, hi int) want {
	return want{sums: w.sums.slice(lo, hi), slope: w.slope[lo:hi]}
}

const margin = 8 // numbers behind an output that must stay as they are

// check compares kernels with w on the tile that w was computed from, or on the same slice of both.
func (w want) check(t testing.TB, ks []Kernel, tile Tile, axis Axis, v Valid) {
	t.Helper()
	for _, k := range ks {
		where := func() string {
			return fmt.Sprintf("%v %v, %d dates, %d pixels, packed %t, masked %t, bits %t", k.ISA(), tile.Type, tile.Dates, tile.Pixels, tile.Packed, tile.Mask.Data != nil, tile.Mask.Bits)
		}
		got := newSums(tile.Pixels + margin)
		k.Sums(got, tile, axis, v)
		if err := diffSums(w.sums, got, tile.Pixels); err != nil {
			t.Fatalf("%s: %v", where(), err)
		}
		for _, x := range got.slices() {
			for i, y := range x[tile.Pixels:] {
				if y != canary {
					t.Fatalf("%s: wrote %v behind its end, at %d", where(), y, i)
				}
			}
		}
		if err := diffSlopes[float64](k, w, tile, axis, v); err != nil {
			t.Fatalf("%s: float64: %v", where(), err)
		}
		if err := diffSlopes[float32](k, w, tile, axis, v); err != nil {
			t.Fatalf("%s: float32: %v", where(), err)
		}
	}
}

func diffSlopes[F Float](k Kernel, w want, tile Tile, axis Axis, v Valid) error {
	slope, n := newFloats[F](tile.Pixels+margin), newFloats[F](tile.Pixels+margin)
	if tile.Pixels%2 == 0 {
		n = nil
	}
	Slope(k, slope, n, tile, newLine(axis), v)
	for p, want := range w.slope {
		if got := slope[p]; !sameBits(float64(got), float64(F(want))) {
			return fmt.Errorf("slope of pixel %d is %v, want %v", p, got, F(want))
		}
		if n != nil && n[p] != F(w.sums.N[p]) {
			return fmt.Errorf("n of pixel %d is %v, want %v", p, n[p], w.sums.N[p])
		}
	}
	for i := tile.Pixels; i < tile.Pixels+margin; i++ {
		if slope[i] != canary || n != nil && n[i] != canary {
			return fmt.Errorf("wrote behind its end, at %d", i)
		}
	}
	return nil
}

// checkTile compares every kernel with the portable one on a tile.
func checkTile(t testing.TB, ks []Kernel, tile Tile, axis Axis, v Valid) {
	t.Helper()
	wantOf(tile, axis, v).check(t, ks, tile, axis, v)
}

// pack returns t as a packed tile with random padding in its last panel.
func pack(rng *rand.Rand, t Tile) Tile {
	size := t.Type.Size()
	p := t
	p.Packed = true
	shift := rng.IntN(4) // kernels ask for no alignment
	p.Data = make([]byte, t.Dates*t.Panels()*PanelPixels*size+shift)[shift:]
	for i := range p.Data {
		p.Data[i] = byte(rng.Uint32())
	}
	if t.Mask.Data != nil {
		p.Mask.Data = make([]byte, p.Mask.bytes(t.Dates*t.Panels()*PanelPixels))
	}
	for i := range t.Dates {
		for x := range t.Pixels {
			copy(p.Data[p.at(i, x)*size:], t.Data[t.at(i, x)*size:][:size])
			if t.Mask.Data != nil && t.Mask.observed(t.maskAt(i, x)) {
				p.Mask.set(p.maskAt(i, x))
			}
		}
	}
	return p
}

func (m Mask) set(at int) {
	if m.Bits {
		m.Data[at/8] |= 1 << (at % 8)
	} else {
		m.Data[at] = byte(1 + at%255)
	}
}

// addMask returns t with a mask that marks the gaps of g.
func addMask(rng *rand.Rand, t Tile, g gapPattern, bits bool) Tile {
	stride := (t.Pixels + rng.IntN(9) + 7) / 8 * 8
	t.Mask = Mask{Bits: bits, Stride: stride}
	t.Mask.Data = make([]byte, t.Mask.bytes(stride*t.Dates))
	for i := range t.Dates {
		for p := range t.Pixels {
			if !g.gap(rng, i, t.Dates, p) {
				t.Mask.set(t.maskAt(i, p))
			}
		}
	}
	return t
}

func newTile(d DType, dates, pixels, stride int) Tile {
	return Tile{Type: d, Stride: stride, Dates: dates, Pixels: pixels, Data: make([]byte, stride*dates*d.Size())}
}

// TestSameBits tests the contract: every ISA computes the bits of the portable kernel, for every
// type, shape and pattern of gaps. Each case has one tile. Slices of 0 pixels to four blocks and
// one pixel are cut from it at random pixels, and so at odd addresses.
func TestSameBits(t *testing.T) {
	ks := kernels(t)
	fast := ks[1:]
	const pixels = 4*block + 1
	dates := []int{1, 64, 127}
	for n := 2; n <= 40; n++ {
		if !testing.Short() || !emulated() && (n < 4 || n%8 == 5) || n == 3 || n == 21 {
			dates = append(dates, n)
		}
	}
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, uint64(d)))
			for _, n := range dates {
				for gi, g := range gapPatterns {
					axis := years(rng, n, rng.IntN(2) == 0)
					tile := newTile(d, n, pixels+block, pixels+block+rng.IntN(5))
					fillTile(rng, tile, g)
					valid := Valid{HasNodata: true, Nodata: nodataOf(d)}
					switch (gi + n) % 4 {
					case 1:
						valid = Valid{}
					case 2:
						valid.HasRange, valid.Lo, valid.Hi = true, 9.5, 100
					}
					switch (gi + n) % 3 {
					case 1:
						tile = addMask(rng, tile, gapPatterns[(gi+n)%len(gapPatterns)], false)
					case 2:
						tile = addMask(rng, tile, gapPatterns[(gi+n)%len(gapPatterns)], true)
					}
					w := wantOf(tile, axis, valid)
					packed := pack(rng, tile)
					for m := range pixels + 1 {
						if testing.Short() && m%block > 2 && rng.IntN(16) != 0 || emulated() && rng.IntN(3) != 0 {
							continue
						}
						ks := ks
						if rng.IntN(16) != 0 {
							ks = fast // w is the portable kernel's own: of that, slices of some lengths will do
						}
						lo := rng.IntN(tile.Pixels - m + 1)
						if tile.Mask.Bits {
							lo = lo / 8 * 8
						}
						w.slice(lo, lo+m).check(t, ks, tile.Slice(lo, lo+m), axis, valid)
						lo = lo / block * block
						w.slice(lo, lo+m).check(t, ks, packed.Slice(lo, lo+m), axis, valid)
					}
				}
			}
		})
	}
}

// TestSameBitsOfManyDates has so many dates that sums are carried over and tiles take several
// calls.
func TestSameBitsOfManyDates(t *testing.T) {
	ks := kernels(t)
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(2, uint64(d)))
			for _, n := range []int{500, 5000, 10000} {
				if testing.Short() && n > 500 {
					continue
				}
				for gi, g := range gapPatterns {
					axis := years(rng, n, gi%3 == 2)
					tile := newTile(d, n, 3*block+5, 3*block+5)
					fillTile(rng, tile, g)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					w := wantOf(tile, axis, v)
					w.check(t, ks, tile, axis, v)
					w.check(t, ks, pack(rng, tile), axis, v)
				}
			}
		})
	}
}

// A body that takes no infinite samples stops where there is one. Infinite samples are gaps like others,
// wherever they are: among other gaps, at the first date, and where nothing else is a gap.
func TestInfiniteSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(24, 3))
	ks := kernels(t)
	for round := range 200 {
		n := 2 + rng.IntN(40)
		g := gapPatterns[[]int{0, 5}[round%2]]
		tile := newTile(Float32, n, 6*block, 6*block)
		fillTile(rng, tile, g)
		for range 1 + rng.IntN(3) {
			date := rng.IntN(n) * rng.IntN(2)
			set(tile.Data, Float32, date*tile.Stride+rng.IntN(tile.Pixels), math.Inf(1-2*rng.IntN(2)))
		}
		axis := years(rng, n, round%4 == 3)
		v := []Valid{{}, {HasNodata: true, Nodata: nodataOf(Float32)}, {HasNodata: true, Nodata: math.Inf(1)}}[round%3]
		w := wantOf(tile, axis, v)
		w.check(t, ks, tile, axis, v)
		w.check(t, ks, pack(rng, tile), axis, v)
	}
}

// TestSameBitsOfExtremes has integers at the ends of their range on the axis with the greatest
// sums.
func TestSameBitsOfExtremes(t *testing.T) {
	ks := kernels(t)
	rng := rand.New(rand.NewPCG(3, 3))
	for _, d := range dtypes {
		lo, hi := d.limits()
		for _, n := range []int{2, 21, 64, 65, 500, 1001} {
			for _, irregular := range []bool{false, true} {
				axis := years(rng, n, irregular)
				for _, rising := range []bool{false, true} {
					tile := newTile(d, n, 2*block, 2*block)
					for i := range n {
						for p := range tile.Pixels {
							y := lo
							if (axis.Tau[i] > 0) == rising == (p%3 != 0) {
								y = hi
							}
							if p%5 == 4 && rng.IntN(3) == 0 {
								y = min(lo+1, 0)
							}
							set(tile.Data, d, i*tile.Stride+p, y)
						}
					}
					v := Valid{HasNodata: true, Nodata: min(lo+1, 0)}
					checkTile(t, ks, tile, axis, v)
					checkTile(t, ks, tile, axis, Valid{})
				}
			}
		}
	}
}

// TestSameBitsOfWholeAxes has the greatest sums of 8- and 16-bit samples that are added in 32 bits:
// on as many dates as counts allow, on an axis whose numbers are so large that sums are carried over
// after few dates, and on axes that just have squares or just lack them.
func TestSameBitsOfWholeAxes(t *testing.T) {
	ks := kernels(t)
	rng := rand.New(rand.NewPCG(23, 23))
	repeated, large, squared := make([]float64, maxCountN), make([]float64, 99), make([]float64, 363)
	for i := range repeated {
		repeated[i] = float64(i*3/len(repeated) - 1)
	}
	for i := range large {
		large[i] = float64(rng.IntN(8001) - 4000)
	}
	for i := range squared {
		squared[i] = 181 * float64(1-i%2*2)
	}
	for _, c := range []struct {
		tau     []float64
		squares bool
	}{{repeated, true}, {large, false}, {squared[:362], true}, {squared, false}, {[]float64{-182, 0, 182}, false}} {
		tau := c.tau
		axis := NewAxis(tau)
		if axis.whole == nil || axis.counts == nil || axis.whole.squares != nil != c.squares {
			t.Fatalf("an axis of %d dates has whole %+v, want one with counts and squares %t", len(tau), axis.whole, c.squares)
		}
		if emulated() && len(tau) == maxCountN {
			continue // seconds
		}
		for _, d := range []DType{Uint8, Int8, Uint16, Int16} {
			lo, hi := d.limits()
			v := Valid{HasNodata: true, Nodata: lo + 1}
			tile := newTile(d, len(tau), 2*block, 2*block)
			for p := range tile.Pixels {
				first, others := lo, hi
				if p%2 == 0 {
					first, others = hi, lo
				}
				for i := range tau {
					y := others
					switch {
					case p%5 == 4 && rng.IntN(3) == 0:
						y = v.Nodata
					case i < p%4:
						y = first
					case p%7 == 6:
						y = lo + 2 + float64(rng.IntN(int(hi-lo)-1))
					}
					set(tile.Data, d, i*tile.Stride+p, y)
				}
			}
			checkTile(t, ks, tile, axis, v)
			checkTile(t, ks, pack(rng, tile), axis, v)
			checkTile(t, ks, addMask(rng, tile, gapPatterns[5], true), axis, Valid{})
			checkTile(t, ks, addMask(rng, tile, gapPatterns[5], false), axis, Valid{HasRange: true, Lo: lo, Hi: hi - 1})
		}
	}
}

// TestOneGapAnywhere has one gap in a whole tile, of each kind and at each pixel in turn. No lane
// may overlook it.
func TestOneGapAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	const n, pixels = 3, 2*block + 2
	for _, d := range dtypes {
		kinds := []float64{nodataOf(d)}
		if d.IsFloat() {
			kinds = append(kinds, math.NaN(), math.Inf(1), math.Inf(-1))
		}
		tile := newTile(d, n, pixels, pixels)
		fillTile(rng, tile, gapPatterns[0])
		axis := years(rng, n, false)
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		for p := range pixels {
			for _, kind := range kinds {
				i := rng.IntN(n)
				was := widen(tile, i, p)
				set(tile.Data, d, i*pixels+p, kind)
				checkTile(t, kernels(t), tile, axis, v)
				checkTile(t, kernels(t), pack(rng, tile), axis, v)
				set(tile.Data, d, i*pixels+p, was)
			}
			for _, bits := range []bool{false, true} {
				masked := addMask(rng, tile, gapPatterns[0], bits)
				i := rng.IntN(n)
				at := masked.maskAt(i, p)
				if bits {
					masked.Mask.Data[at/8] &^= 1 << (at % 8)
				} else {
					masked.Mask.Data[at] = 0
				}
				checkTile(t, kernels(t), masked, axis, v)
				checkTile(t, kernels(t), pack(rng, masked), axis, v)
			}
		}
	}
}

// The code for dot products does not apply to axes that do not sum to zero, as fractional ones may
// not, or to a single date.
func TestOddAxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, tau := range [][]float64{{-1, 0.25, 1}, {0.1, 0.2, -0.3}, {1, 2, 3}, {0}, {5, 5, 5}, {-1e9, 1e9, 0}, {-3, 0, 1, 1, 1}} {
		for _, d := range dtypes {
			for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
				tile := newTile(d, len(tau), 200, 200)
				fillTile(rng, tile, g)
				checkTile(t, kernels(t), tile, NewAxis(tau), Valid{HasNodata: true, Nodata: nodataOf(d)})
			}
		}
	}
}

// Line.MinObs applies on every path.
func TestMinObs(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, d := range []DType{Int16, Float32} {
		for _, minObs := range []int{0, 1, 2, 5, 7, 8, 9} {
			tile := newTile(d, 8, 200, 200)
			fillTile(rng, tile, gapPatterns[5])
			line := Line{Axis: years(rng, 8, false), Scale: 1, MinObs: minObs}
			v := Valid{HasNodata: true, Nodata: nodataOf(d)}
			for _, k := range kernels(t) {
				slope, n := make([]float64, 200), make([]float64, 200)
				Slope(k, slope, n, tile, line, v)
				for p := range slope {
					if defined := n[p] >= float64(max(2, minObs)); defined != (slope[p] == slope[p]) {
						t.Fatalf("%v %v: slope of %v observations, at least %d, is %v", k.ISA(), d, n[p], minObs, slope[p])
					}
				}
			}
		}
	}
}

// Tiles with many dates or many pixels take several assembly calls.
func TestLargeTiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, shape := range [][2]int{{5000, 100}, {500, 700}, {21, 20000}} {
		for _, d := range []DType{Int16, Float32, Float64} {
			for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5], gapPatterns[6]} {
				n, pixels := shape[0], shape[1]
				tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
				fillTile(rng, tile, g)
				checkTile(t, kernels(t), tile, years(rng, n, true), Valid{HasNodata: true, Nodata: nodataOf(d)})
			}
		}
	}
}

// Sums added in parts of any number of dates equal the sums of all dates at once.
func TestAddSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 15))
	const pixels = 3*block + 11
	for _, d := range dtypes {
		for gi, g := range gapPatterns {
			n := []int{23, 150, 64, 129}[gi%4]
			tile := newTile(d, n, pixels, pixels+rng.IntN(3))
			fillTile(rng, tile, g)
			v := Valid{HasNodata: true, Nodata: nodataOf(d)}
			if gi%3 == 1 {
				v.HasRange, v.Lo, v.Hi = true, 5, 90
			}
			if gi%2 == 1 {
				tile = addMask(rng, tile, gapPatterns[6], gi%4 == 1)
			}
			axis := years(rng, n, true)
			w := wantOf(tile, axis, v)
			for _, k := range kernels(t) {
				for _, packed := range []bool{false, true} {
					got := newSums(pixels + margin)
					for _, s := range got.slices() {
						clear(s[:pixels])
					}
					run := make([]float64, pixels)
					for from := 0; from < n; {
						to := min(n, from+1+rng.IntN(8+n/2))
						part := dates(tile, from, to)
						if packed {
							part = pack(rng, part)
						}
						k.AddSums(got, run, part, axis, from, v)
						from = to
					}
					if err := diffSums(w.sums, got, pixels); err != nil {
						t.Fatalf("%v %v, %s, packed %t: %v", k.ISA(), d, g.name, packed, err)
					}
					for _, s := range got.slices() {
						for _, y := range s[pixels:] {
							if y != canary {
								t.Fatalf("%v %v: wrote behind the end", k.ISA(), d)
							}
						}
					}
				}
			}
		}
	}
}

// dates returns the dates [from, to) of t.
func dates(t Tile, from, to int) Tile {
	t.Data = t.Data[from*t.Stride*t.Type.Size():]
	if t.Mask.Data != nil {
		t.Mask.Data = t.Mask.Data[t.Mask.bytes(from*t.Mask.Stride):]
	}
	t.Dates = to - from
	return t
}

// Planes in memory are read in passes of a few dates on some processors. Gaps can be in any pass, and
// runs of pixels with gaps can follow runs without.
func TestPasses(t *testing.T) {
	ks := kernels(t)
	for i := range ks {
		ks[i].passes = true
	}
	const pixels = 3*passPixels + 3*block + 7
	runs := gapPattern{"runs", func(rng *rand.Rand, _, _, p int) bool { return p/1500%2 == 1 && rng.IntN(3) == 0 }}
	rare := gapPattern{"rare", func(rng *rand.Rand, _, _, _ int) bool { return rng.IntN(20000) == 0 }}
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(11, uint64(d)))
			for _, n := range []int{passLeast, 16, 21, RunDates + 1, passMost} {
				for gi, g := range []gapPattern{gapPatterns[0], gapPatterns[5], runs, rare} {
					if emulated() && (n != 21 && n != RunDates+1 || gi%2 == 1) {
						continue
					}
					tile := newTile(d, n, pixels, pixels+5)
					fillTile(rng, tile, g)
					axis := years(rng, n, gi == 2)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					checkTile(t, ks, tile, axis, v)
					checkTile(t, ks, addMask(rng, tile, rare, n%2 == 0), axis, v)
				}
			}
		})
	}
}

// Slopes are stored past the caches only where they begin on a cache line.
func TestOutputsAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 14))
	const pixels = 4*block + 9
	buf := make([]float32, pixels+32)
	for _, d := range dtypes {
		for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
			tile := newTile(d, 7, pixels, pixels)
			fillTile(rng, tile, g)
			axis := years(rng, 7, false)
			v := Valid{HasNodata: true, Nodata: nodataOf(d)}
			w := wantOf(tile, axis, v)
			for _, laid := range []Tile{tile, pack(rng, tile)} {
				for _, k := range kernels(t) {
					for lo := range 32 {
						checkOutputAt(t, k, laid, axis, v, buf, lo, w.slope)
					}
				}
			}
		}
	}
}

// checkOutputAt checks slopes that are written to buf from number lo on, and what lies around them.
func checkOutputAt(t *testing.T, k Kernel, tile Tile, axis Axis, v Valid, buf []float32, lo int, want []float64) {
	t.Helper()
	const untouched = 12345
	for i := range buf {
		buf[i] = untouched
	}
	hi := lo + tile.Pixels
	Slope(k, buf[lo:hi], nil, tile, newLine(axis), v)
	for i, got := range buf {
		exp := float64(untouched)
		if i >= lo && i < hi {
			exp = float64(float32(want[i-lo]))
		}
		if !sameBits(float64(got), exp) {
			t.Fatalf("%v %v, packed %v, output from number %d on: number %d is %v, want %v", k.ISA(), tile.Type, tile.Packed, lo, i, got, exp)
		}
	}
}

// A pixel's result must not depend on its tile: wherever a tile is cut, the bits are the same.
func TestSameBitsInEveryTile(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const n, pixels = 21, 1000
	for _, d := range dtypes {
		tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
		fillTile(rng, tile, gapPatterns[5])
		axis := years(rng, n, false)
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		want := newSums(pixels)
		sumsGeneric(want, tile, 0, axis.Tau, v, false)
		for _, k := range kernels(t) {
			got := newSums(pixels)
			for lo := 0; lo < pixels; {
				hi := min(pixels, lo+1+rng.IntN(150))
				part := newSums(hi - lo)
				k.Sums(part, tile.Slice(lo, hi), axis, v)
				g, p := got.slices(), part.slices()
				for f := range g {
					copy(g[f][lo:], p[f])
				}
				lo = hi
			}
			if err := diffSums(want, got, pixels); err != nil {
				t.Errorf("%v %v: %v", k.ISA(), d, err)
			}
		}
	}
}

// Every buffer first ends before a page without access, and then begins after one.
func TestGuardPages(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, place := range []struct {
		name string
		make func(testing.TB, int) []byte
	}{{"head", guard.Head}, {"tail", guard.Tail}} {
		floats := func(n int) []float64 {
			if n == 0 {
				return nil
			}
			return unsafe.Slice((*float64)(unsafe.Pointer(&place.make(t, 8*n)[0])), n)
		}
		for _, d := range dtypes {
			for _, pixels := range []int{1, 4, 7, 16, 33, 64, 79, 130} {
				for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
					n := 2 + rng.IntN(9)
					tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: place.make(t, n*pixels*d.Size())}
					fillTile(rng, tile, g)
					src := years(rng, n, true)
					tau := floats(n)
					copy(tau, src.Tau)
					axis := NewAxis(tau)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					w := wantOf(tile, axis, v)
					for _, k := range kernels(t) {
						got := Sums{N: floats(pixels), T: floats(pixels), TT: floats(pixels), Y: floats(pixels),
							TY: floats(pixels), YY: floats(pixels), Ref: floats(pixels)}
						k.Sums(got, tile, axis, v)
						if err := diffSums(w.sums, got, pixels); err != nil {
							t.Fatalf("%s %v %v, %d pixels: %v", place.name, k.ISA(), d, pixels, err)
						}
						Slope(k, floats(pixels), floats(pixels), tile, newLine(axis), v)
						first := floats(pixels)
						for p := range first {
							first[p] = math.NaN() // not found yet
						}
						k.Ends(first, floats(pixels), tile, tau, v)
					}
				}
			}
		}
	}
}

func TestWrongShapesPanic(t *testing.T) {
	data := make([]float32, 100)
	good := TileOf(data, 10, 10, 10)
	axis := years(rand.New(rand.NewPCG(6, 6)), 10, false)
	short := NewSums(10)
	short.YY = short.YY[:9]
	wrong := map[string]func(Kernel){
		"short output": func(k Kernel) { k.Sums(short, good, axis, Valid{}) },
		"short slopes": func(k Kernel) { Slope(k, make([]float64, 9), nil, good, newLine(axis), Valid{}) },
		"short axis":   func(k Kernel) { k.Sums(NewSums(10), good, NewAxis(axis.Tau[1:]), Valid{}) },
		"short data":   func(k Kernel) { k.Sums(NewSums(10), TileOf(data[1:], 10, 10, 10), axis, Valid{}) },
		"overlap":      func(k Kernel) { k.Sums(NewSums(10), TileOf(data, 9, 10, 10), axis, Valid{}) },
		"negative":     func(k Kernel) { k.Sums(NewSums(10), TileOf(data, 10, 10, -1), axis, Valid{}) },
		"no type": func(k Kernel) {
			k.Sums(NewSums(10), Tile{Data: Bytes(data), Stride: 10, Dates: 10, Pixels: 10}, axis, Valid{})
		},
		"huge": func(k Kernel) {
			k.Sums(NewSums(10), TileOf(data, math.MaxInt/2, 10, 10), axis, Valid{})
		},
	}
	for name, f := range wrong {
		for _, k := range kernels(t) {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: no panic with %v", name, k.ISA())
					}
				}()
				f(k)
			}()
		}
	}
	for i, y := range short.N {
		if y != 0 {
			t.Errorf("a byte was written before the panic: N[%d] = %v", i, y)
		}
	}
}

// Kernel calls must not allocate.
func TestNoAllocation(t *testing.T) {
	const n, pixels = 21, 300
	rng := rand.New(rand.NewPCG(7, 7))
	axis := years(rng, n, false)
	sums, slope, slope32 := NewSums(pixels), make([]float64, pixels), make([]float32, pixels)
	for _, d := range dtypes {
		tile := newTile(d, n, pixels, pixels)
		fillTile(rng, tile, gapPatterns[6])
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		for _, tile := range []Tile{tile, pack(rng, tile), tile.Slice(0, 5)} {
			for _, k := range kernels(t) {
				if a := testing.AllocsPerRun(5, func() {
					Slope(k, slope, nil, tile, newLine(axis), v)
					Slope(k, slope32, slope32, tile, newLine(axis), v)
					k.Sums(sums, tile, axis, v)
				}); a != 0 {
					t.Errorf("%v %v: %v allocations", k.ISA(), d, a)
				}
			}
		}
	}
}

func TestISA(t *testing.T) {
	for _, isa := range []ISA{Generic, AVX2, AVX512, NEON} {
		if got, err := ParseISA(isa.String()); err != nil || got != isa {
			t.Errorf("ParseISA(%q) = %v, %v", isa, got, err)
		}
	}
	for _, name := range []string{"", "sse", "AVX2", "avx512 "} {
		if _, err := ParseISA(name); err == nil {
			t.Errorf("ParseISA(%q): no error", name)
		}
	}
	if _, err := New(ISA(9)); err == nil {
		t.Error("New(9): no error")
	}
	t.Setenv(EnvISA, "sse9")
	if _, err := FromEnv(); err == nil {
		t.Error("an unknown PIXTREND_ISA is no error")
	}
	t.Setenv(EnvISA, "generic")
	if k, err := FromEnv(); err != nil || k.ISA() != Generic {
		t.Errorf("PIXTREND_ISA=generic gives %v, %v", k.ISA(), err)
	}
	t.Setenv(EnvISA, "")
	if k, err := FromEnv(); err != nil || k != Best() {
		t.Errorf("an empty PIXTREND_ISA gives %v, %v", k.ISA(), err)
	}
}

// forcedISA is the value of EnvISA when the tests began.
var forcedISA = os.Getenv(EnvISA)

// An ISA that is forced must be the one that runs. With a silent fallback, the tests of that ISA
// would prove nothing.
func TestForcedISARuns(t *testing.T) {
	if forcedISA == "" {
		return
	}
	t.Setenv(EnvISA, forcedISA)
	k, err := FromEnv()
	if err != nil {
		t.Fatal(err)
	}
	if k.ISA().String() != forcedISA {
		t.Fatalf("asked for %s, got %v", forcedISA, k.ISA())
	}
}

// alignedTo64 returns b without the bytes before its first cache line.
func alignedTo64(b []byte) []byte {
	return b[-uintptr(unsafe.Pointer(&b[0]))&63:]
}

func asFloats(b []byte) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4)
}
