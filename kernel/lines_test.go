package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestLinesSameBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 31))
	const pixels = 203
	at := Times{Mean: 2005.25, PerTau: 1. / 21, PerTime: 0.37, Scale: 0.0001, Offset: -0.5}
	for _, g := range gapPatterns {
		tile := newTile(Float32, 21, pixels, pixels)
		fillTile(rng, tile, g)
		line := newLine(years(rng, 21, true))
		s := NewSums(pixels)
		Kernel{}.Sums(s, tile, line.Axis, Valid{HasNodata: true, Nodata: nodataOf(Float32)})
		want, wantSlope := make([]float64, pixels), make([]float64, pixels)
		Lines(Kernel{}, wantSlope, want, s, line, at)
		for _, k := range kernels(t) {
			for _, m := range []int{0, 1, 3, 4, 5, 8, 9, 16, 100, pixels} {
				checkLines[float64](t, k, want, wantSlope, s, line, at, m)
				checkLines[float32](t, k, want, wantSlope, s, line, at, m)
			}
			if a := testing.AllocsPerRun(3, func() { Lines(k, wantSlope, want, s, line, at) }); a != 0 {
				t.Errorf("%v: %v allocations", k.ISA(), a)
			}
		}
	}
}

func checkLines[F Float](t *testing.T, k Kernel, want, wantSlope []float64, s Sums, line Line, at Times, m int) {
	t.Helper()
	intercept, slope := newFloats[F](m+margin), newFloats[F](m+margin)
	Lines(k, slope[:m], intercept[:m], s, line, at)
	alone := newFloats[F](m + margin)
	Lines(k, nil, alone[:m], s, line, at)
	for p := range intercept {
		a, b := F(canary), F(canary)
		if p < m {
			a, b = F(want[p]), F(wantSlope[p])
		}
		if !sameBits(float64(intercept[p]), float64(a)) || !sameBits(float64(alone[p]), float64(a)) || !sameBits(float64(slope[p]), float64(b)) {
			t.Fatalf("%v: line of pixel %d of %d is %v + %v·t (alone %v), want %v + %v·t", k.ISA(), p, m, intercept[p], slope[p], alone[p], a, b)
		}
	}
}

// By hand: 10, 12, 14 in 2000, 2001, 2002 is 2·t − 3990.
func TestLineByHand(t *testing.T) {
	tile := TileOf([]int16{10, 12, 14}, 1, 3, 1)
	axis := NewAxis([]float64{-1, 0, 1})
	for _, k := range kernels(t) {
		s := NewSums(1)
		k.Sums(s, tile, axis, Valid{})
		slope, intercept := make([]float64, 1), make([]float64, 1)
		Lines(k, slope, intercept, s, Line{Axis: axis, Scale: 1, MinObs: 2}, Times{Mean: 2001, PerTau: 1, PerTime: 1, Scale: 1})
		if slope[0] != 2 || math.Abs(intercept[0]+3990) > 1e-9 {
			t.Errorf("%v: %v·t %+v", k.ISA(), slope[0], intercept[0])
		}
	}
}
