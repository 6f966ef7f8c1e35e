package kernel

import (
	"math/rand/v2"
	"testing"
)

// FuzzSameBits takes arbitrary bytes as samples and masks. Every ISA must agree with the portable
// kernel.
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
