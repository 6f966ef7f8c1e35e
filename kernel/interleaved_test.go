package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/guard"
)

// Interleaved samples have the slopes that a tile of them has, up to a group of pixels with a gap.
func TestSlopeInterleaved(t *testing.T) {
	rng := rand.New(rand.NewPCG(24, 1))
	for _, k := range kernels(t) {
		for _, d := range dtypes {
			for n := 2; n <= RunDates+2; n += 1 + n/24*7 {
				for gi, g := range gapPatterns {
					pixels := 1 + rng.IntN(4*block)
					tile := newTile(d, n, pixels, pixels)
					fillTile(rng, tile, g)
					line := newLine(years(rng, n, gi%2 == 1))
					v := Valid{HasNodata: (gi+n)%3 != 0, Nodata: nodataOf(d), HasRange: (gi+n)%7 == 6, Lo: 9.5, Hi: 100}
					checkInterleaved[float32](t, k, tile, line, v, rng.IntN(16))
					checkInterleaved[float64](t, k, tile, line, v, rng.IntN(8))
				}
			}
		}
	}
}

// checkInterleaved compares SlopeInterleaved with Slope. The outputs begin shift numbers after a cache
// line, and the samples after a page without access or before one.
func checkInterleaved[F Float](t *testing.T, k Kernel, tile Tile, line Line, v Valid, shift int) {
	t.Helper()
	size, dates, pixels := tile.Type.Size(), tile.Dates, tile.Pixels
	want, wantN := make([]F, pixels), make([]F, pixels)
	Slope(kernels(t)[0], want, wantN, tile, line, v)
	data := []func(testing.TB, int) []byte{guard.Head, guard.Tail}[shift%2](t, dates*pixels*size)
	for p := range pixels {
		for i := range dates {
			copy(data[(p*dates+i)*size:][:size], tile.Data[tile.at(i, p)*size:])
		}
	}
	room := alignedTo64(make([]byte, 64+(pixels+shift)*int(unsafe.Sizeof(want[0]))))
	got := unsafe.Slice((*F)(unsafe.Pointer(&room[0])), pixels+shift)[shift:]
	n := make([]F, pixels)
	done := SlopeInterleaved(k, got, n, tile.Type, data, line, v)
	for p := range done {
		if got[p] != want[p] || n[p] != wantN[p] {
			t.Fatalf("%v %v, %d dates, pixel %d of %d: slope %v of %v dates, want %v of %v",
				k.ISA(), tile.Type, dates, p, done, got[p], n[p], want[p], wantN[p])
		}
	}
	group := k.group(slopeInterleavedBody, tile.Type)
	can := group > 0 && dates >= interleavedLeast && dates <= RunDates && !v.HasRange && line.Axis.Centred()
	hasGap := func(n F) bool { return int(n) < dates }
	switch {
	case done > 0 && (!can || slices.ContainsFunc(wantN[:done], hasGap)):
		t.Fatalf("%v %v, %d dates: %d of %d pixels are done, of which some have gaps or none can be done",
			k.ISA(), tile.Type, dates, done, pixels)
	case can && done+group <= pixels && !slices.ContainsFunc(wantN[done:done+group], hasGap):
		t.Fatalf("%v %v, %d dates: stopped at pixel %d of %d, without a gap", k.ISA(), tile.Type, dates, done, pixels)
	}
}

func TestSlopeInterleavedPanics(t *testing.T) {
	line := newLine(years(rand.New(rand.NewPCG(24, 2)), 8, false))
	for name, f := range map[string]func(Kernel){
		"samples missing": func(k Kernel) {
			SlopeInterleaved(k, make([]float32, 16), nil, Float32, make([]byte, 16*8*4-1), line, Valid{})
		},
		"n too short": func(k Kernel) {
			SlopeInterleaved(k, make([]float32, 16), make([]float32, 15), Float32, make([]byte, 16*8*4), line, Valid{})
		},
	} {
		for _, k := range kernels(t) {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%v, %s: no panic", k.ISA(), name)
					}
				}()
				f(k)
			}()
		}
	}
}
