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

var gapPatterns = []gapPattern{
	{"none", func(*rand.Rand, int, int, int) bool { return false }},
	{"all", func(*rand.Rand, int, int, int) bool { return true }},
	{"alternating", func(_ *rand.Rand, i, _, p int) bool { return (i+p)%2 == 0 }},
	{"one left", func(_ *rand.Rand, i, n, p int) bool { return i != p%n }},
	{"two left", func(_ *rand.Rand, i, n, p int) bool { return i != p%n && i != (p+1)%n }},
	{"random", func(rng *rand.Rand, _, _, _ int) bool { return rng.Float64() < 0.2 }},
	{"one pixel", func(_ *rand.Rand, i, n, p int) bool { return p == 5 && i == n-1 }},
	{"first date", func(_ *rand.Rand, i, _, p int) bool { return i == 0 && p%7 == 0 }},
}

// nodataOf is the value that the tests mark gaps with. The float types mix it with NaN and ±Inf.
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

// fill draws the samples of a tile. Gaps of float types are nodata, NaN, +Inf and -Inf in turn.
func fill(rng *rand.Rand, t Tile, g gapPattern) {
	odd := []float64{nodataOf(t.Type), math.NaN(), math.Inf(1), math.Inf(-1)}
	for i := range t.Dates {
		for p := range t.Pixels {
			y := draw(rng, t.Type)
			if g.gap(rng, i, t.Dates, p) {
				y = odd[0]
				if t.Type.IsFloat() {
					y = odd[(i+p)%len(odd)]
				}
			}
			set(t.Data, t.Type, i*t.Stride+p, y)
		}
	}
}

// years returns a centred axis of n numbers: evenly spaced, or irregular.
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
	tau := make([]float64, n)
	for i := range t {
		tau[i] = float64(n*t[i] - sum)
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

func newSums(n int) Sums {
	s := NewSums(n)
	for _, x := range s.slices() {
		for i := range x {
			x[i] = canary
		}
	}
	return s
}

// checkTile holds every kernel against the generic one on a tile: sums, and slopes as far as
// they go.
func checkTile(t testing.TB, ks []Kernel, tile Tile, axis Axis, v Valid) {
	t.Helper()
	const margin = 8
	want := newSums(tile.Pixels)
	gapsGeneric(want, tile, axis, v)
	for _, k := range ks {
		got := newSums(tile.Pixels + margin)
		k.Sums(got, tile, axis, v)
		if err := diffSums(want, got, tile.Pixels); err != nil {
			t.Fatalf("%v %v, %d dates, %d pixels: %v", k.ISA(), tile.Type, tile.Dates, tile.Pixels, err)
		}
		for _, x := range got.slices() {
			for i, y := range x[tile.Pixels:] {
				if y != canary {
					t.Fatalf("%v %v: wrote %v to pixel %d of a tile of %d", k.ISA(), tile.Type, y, tile.Pixels+i, tile.Pixels)
				}
			}
		}
		slope := make([]float64, tile.Pixels+margin)
		for i := range slope {
			slope[i] = canary
		}
		const num = 365.2425
		done := k.Slope(slope, tile, axis, num, v)
		if done < 0 || done > tile.Pixels {
			t.Fatalf("%v: %d slopes of %d pixels", k.ISA(), done, tile.Pixels)
		}
		for p := range done {
			if want.N[p] != float64(tile.Dates) {
				t.Fatalf("%v %v: a slope for pixel %d, which has %v observations of %d", k.ISA(), tile.Type, p, want.N[p], tile.Dates)
			}
			if w := float64(want.TY[p]*num) / want.TT[p]; !sameBits(slope[p], w) {
				t.Fatalf("%v %v, %d dates: slope of pixel %d is %v, by its sums %v", k.ISA(), tile.Type, tile.Dates, p, slope[p], w)
			}
		}
		// What it left out must hold a gap within the next group, or the axis must forbid it.
		if done < tile.Pixels && axis.Centred() && !v.HasRange {
			gap := false
			for p := done; p < min(tile.Pixels, done+64); p++ {
				gap = gap || want.N[p] != float64(tile.Dates)
			}
			if !gap {
				t.Fatalf("%v %v: slopes end at pixel %d of %d, where no gap is near", k.ISA(), tile.Type, done, tile.Pixels)
			}
		}
		for p, y := range slope[tile.Pixels:] {
			if y != canary {
				t.Fatalf("%v: slope wrote %v behind its end, at %d", k.ISA(), y, p)
			}
		}
	}
}

func TestSameBitsOnEveryISA(t *testing.T) {
	ks := kernels(t)
	dates := []int{1, 2, 3, 5, 21, 64}
	lengths := []int{0, 1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 257}
	if os.Getenv("PIXTREND_LONG") != "" { // all lengths to four groups of the widest body and one
		dates, lengths = []int{127, 500}, nil
		for n := 2; n <= 40; n++ {
			dates = append(dates, n)
		}
		for n := range 4*64 + 2 {
			lengths = append(lengths, n)
		}
	}
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, uint64(d)))
			for _, n := range dates {
				for _, pixels := range lengths {
					for _, g := range gapPatterns {
						stride := pixels + rng.IntN(5)
						tile := Tile{Type: d, Stride: stride, Dates: n, Pixels: pixels,
							Data: make([]byte, (stride*n+1)*d.Size()+3)}
						tile.Data = tile.Data[rng.IntN(4):] // kernels ask for no alignment
						fill(rng, tile, g)
						axis := years(rng, n, rng.IntN(2) == 0)
						checkTile(t, ks, tile, axis, Valid{HasNodata: true, Nodata: nodataOf(d)})
						checkTile(t, ks, tile, axis, Valid{})
						checkTile(t, ks, tile, axis, Valid{HasRange: true, Lo: 10, Hi: 100})
					}
				}
			}
		})
	}
}

// One gap in a whole tile, at each pixel in turn and of each kind: no lane of a group may overlook it.
func TestOneGapAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	const n, pixels = 3, 130
	for _, d := range dtypes {
		kinds := []float64{nodataOf(d)}
		if d.IsFloat() {
			kinds = append(kinds, math.NaN(), math.Inf(1), math.Inf(-1))
		}
		tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
		fill(rng, tile, gapPatterns[0])
		axis := years(rng, n, false)
		for p := range pixels {
			for _, kind := range kinds {
				i := rng.IntN(n)
				was := widen(tile, i, p)
				set(tile.Data, d, i*pixels+p, kind)
				checkTile(t, kernels(t), tile, axis, Valid{HasNodata: true, Nodata: nodataOf(d)})
				set(tile.Data, d, i*pixels+p, was)
			}
		}
	}
}

// Axes that do not sum to zero, as fractional ones may not, have no slope by dot product.
func TestAxisNotCentred(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	tile := TileOf(make([]float32, 3*200), 200, 3, 200)
	fill(rng, tile, gapPatterns[5])
	axis := NewAxis([]float64{-1, 0.25, 1})
	checkTile(t, kernels(t), tile, axis, Valid{})
	for _, k := range kernels(t) {
		if n := k.Slope(make([]float64, 200), tile, axis, 1, Valid{}); n != 0 {
			t.Errorf("%v: %d slopes on an axis that sums to %v", k.ISA(), n, axis.T)
		}
	}
}

// Many dates cross the bound on the bytes of one assembly call; many pixels the runs of gaps.
func TestLargeTiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, shape := range [][2]int{{5000, 100}, {500, 700}, {21, 20000}} {
		for _, d := range []DType{Int16, Float32, Float64} {
			for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5], gapPatterns[6]} {
				n, pixels := shape[0], shape[1]
				tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
				fill(rng, tile, g)
				checkTile(t, kernels(t), tile, years(rng, n, true), Valid{HasNodata: true, Nodata: nodataOf(d)})
			}
		}
	}
}

// A pixel's result must not depend on its tile: cut a tile anywhere, and the bits stay.
func TestSameBitsInEveryTile(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const n, pixels = 21, 1000
	for _, d := range dtypes {
		tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
		fill(rng, tile, gapPatterns[5])
		axis := years(rng, n, false)
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		want := newSums(pixels)
		gapsGeneric(want, tile, axis, v)
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

// Every buffer stands with its end, then with its start, against a page without access.
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
					fill(rng, tile, g)
					src := years(rng, n, true)
					tau := floats(n)
					copy(tau, src.Tau)
					axis := NewAxis(tau)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					want := newSums(pixels)
					gapsGeneric(want, tile, axis, v)
					for _, k := range kernels(t) {
						got := Sums{N: floats(pixels), T: floats(pixels), TT: floats(pixels), Y: floats(pixels),
							TY: floats(pixels), YY: floats(pixels), Ref: floats(pixels)}
						k.Sums(got, tile, axis, v)
						if err := diffSums(want, got, pixels); err != nil {
							t.Fatalf("%s %v %v, %d pixels: %v", place.name, k.ISA(), d, pixels, err)
						}
						k.Slope(floats(pixels), tile, axis, 1, v)
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
		"short slopes": func(k Kernel) { k.Slope(make([]float64, 9), good, axis, 1, Valid{}) },
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

// Kernels keep what an engineer expects of them: no hidden allocation.
func TestNoAllocation(t *testing.T) {
	const n, pixels = 21, 300
	tile := TileOf(make([]float32, n*pixels), pixels, n, pixels)
	fill(rand.New(rand.NewPCG(7, 7)), tile, gapPatterns[6])
	axis := years(rand.New(rand.NewPCG(7, 7)), n, false)
	sums, slope := NewSums(pixels), make([]float64, pixels)
	for _, k := range kernels(t) {
		if a := testing.AllocsPerRun(10, func() {
			k.Slope(slope, tile, axis, 1, Valid{})
			k.Sums(sums, tile, axis, Valid{})
		}); a != 0 {
			t.Errorf("%v: %v allocations a call", k.ISA(), a)
		}
	}
}

func TestISA(t *testing.T) {
	for _, isa := range []ISA{Generic, AVX2, AVX512} {
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

// forcedISA is what the environment asked for when the tests began.
var forcedISA = os.Getenv(EnvISA)

// Where an ISA is forced, it must be the one that runs: a silent fallback would make a green run
// prove nothing.
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
