package kernel

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// FuzzSameBits lets any bytes be samples, and masks: every ISA must agree with the portable kernel.
func FuzzSameBits(f *testing.F) {
	f.Add([]byte("\x00\x00\x80\x3f\x00\x00\xc0\x7f\x00\x00\x80\x7f\xff\xff\x7f\xff"), uint8(Float32), uint8(2), uint8(0), -3.4028234663852886e38)
	f.Add([]byte("\xf1\xd8\x00\x00\x01\x00\xff\x7f\x00\x80"), uint8(Int16), uint8(2), uint8(1), -9999.0)
	f.Add(make([]byte, 2000), uint8(Float64), uint8(3), uint8(2), 0.0)
	f.Add(make([]byte, 3000), uint8(Uint16), uint8(20), uint8(0xf1), 65535.0)
	f.Fuzz(func(t *testing.T, data []byte, dtype, dates, pad uint8, nodata float64) {
		d := dtypes[int(dtype)%len(dtypes)]
		n := 1 + int(dates)%40
		stride := len(data) / d.Size() / n
		pixels := max(0, stride-int(pad)%8)
		tile := Tile{Type: d, Data: data, Stride: stride, Dates: n, Pixels: pixels}
		tau := make([]float64, n)
		for i := range tau {
			tau[i] = float64(2*i - n + 1)
		}
		axis := NewAxis(tau)
		rng := rand.New(rand.NewPCG(uint64(pad), uint64(dates)))
		switch pad >> 6 {
		case 1:
			tile = addMask(rng, tile, gapPatterns[int(pad)%len(gapPatterns)], true)
		case 2:
			tile = addMask(rng, tile, gapPatterns[int(pad)%len(gapPatterns)], false)
		}
		ks := kernels(t)
		for _, tile := range []Tile{tile, pack(rng, tile)} {
			checkTile(t, ks, tile, axis, Valid{HasNodata: true, Nodata: nodata})
			checkTile(t, ks, tile, axis, Valid{HasRange: true, Lo: -nodata, Hi: nodata})
		}
	})
}

// FuzzFinish makes any bytes the sums of pixels, though no samples may have them: every ISA must give the results of the portable
// code.
func FuzzFinish(f *testing.F) {
	f.Add(make([]byte, 64*24), 21.0, 0.0)
	rng := rand.New(rand.NewPCG(61, 61))
	some := make([]float64, 6*24)
	for i := range some {
		some[i] = rng.NormFloat64()
	}
	f.Add(Bytes(some), 0.01, 2000.0)
	f.Add(Bytes([]float64{1e300, 1e300, -1e300, math.Inf(1), math.NaN(), 0, 5e-324, 1, 2, 3, 4, 5}), 1e-300, 1e300)
	by := newTable(40)
	f.Fuzz(func(t *testing.T, data []byte, scale, zero float64) {
		pixels := len(data) / 8 / 6
		if pixels == 0 {
			return
		}
		s := NewSums(pixels)
		next := func(to []float64) {
			for i := range to {
				to[i] = math.Float64frombits(binary.LittleEndian.Uint64(data))
				data = data[8:]
			}
		}
		for _, to := range [][]float64{s.T, s.TT, s.Y, s.TY, s.YY, s.Ref} {
			next(to)
		}
		for p := range s.N {
			s.N[p] = float64(int(math.Float64bits(s.TT[p])>>3) % 41)
		}
		line := Line{Axis: NewAxis([]float64{-1, 0, 1}), Scale: scale, MinObs: 2, Level: 0.05}
		at := Times{Mean: zero / 3, PerTau: 0.5, Zero: zero, PerTime: 3, Scale: scale, Offset: 1}
		all := func(int) bool { return true }
		want := finished[float64](Kernel{}, pixels, all, s, s.T, s.Y, line, at, by)
		for _, k := range kernels(t) {
			checkFinish[float64](t, k, want, pixels, all, s, s.T, s.Y, line, at, by)
			checkFinish[float32](t, k, want, pixels, all, s, s.T, s.Y, line, at, by)
		}
	})
}
