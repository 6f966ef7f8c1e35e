package tiff

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

var sizes = map[kernel.DType]int{kernel.Uint8: 1, kernel.Int16: 2, kernel.Float32: 4, kernel.Float64: 8}

func TestUndoByHand(t *testing.T) {
	b := kernel.Bytes([]uint16{1, 2, 65535, 10, 65530, 10})
	Undo(2, b, 3, 2, nil)
	want := []uint16{1, 3, 2, 10, 4, 14}
	for i, x := range want {
		if got := uint16(b[2*i]) | uint16(b[2*i+1])<<8; got != x {
			t.Errorf("sample %d is %d, want %d", i, got, x)
		}
	}
}

// predict applies a predictor to a row of samples, as its definition says.
func predict(predictor int, row []byte, size int) []byte {
	width := len(row) / size
	out := make([]byte, len(row))
	if predictor == 2 {
		for i := range width {
			borrow := 0
			for k := range size { // in the arithmetic of the samples, byte by byte
				d := int(row[i*size+k]) - borrow
				if i > 0 {
					d -= int(row[(i-1)*size+k])
				}
				borrow = 0
				for d < 0 {
					d, borrow = d+256, borrow+1
				}
				out[i*size+k] = byte(d)
			}
		}
		return out
	}
	for i := range width {
		for k := range size {
			out[(size-1-k)*width+i] = row[i*size+k]
		}
	}
	for i := len(out) - 1; i > 0; i-- {
		out[i] -= out[i-1]
	}
	return out
}

func TestUndo(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	var scratch []byte
	for predictor, sizes := range map[int][]int{2: {1, 2, 4}, 3: {4, 8}} {
		for _, size := range sizes {
			for _, width := range []int{1, 2, 7, 64, 129} {
				var want, got []byte
				for range 3 {
					row := make([]byte, width*size)
					for i := range row {
						row[i] = byte(rng.Uint32())
					}
					want, got = append(want, row...), append(got, predict(predictor, row, size)...)
				}
				Undo(predictor, got, width, size, &scratch)
				if !bytes.Equal(got, want) {
					t.Errorf("predictor %d, %d samples of %d bytes: %v, want %v", predictor, width, size, got, want)
				}
			}
		}
	}
}

// A predictor is found where the file keeps its number, unless blocks are missing or hold more than
// samples.
func TestRemovablePredictor(t *testing.T) {
	plain := made{width: 20, height: 30, bands: 1, size: 4, rows: 8, compression: 8, predictor: 2}
	for name, c := range map[string]struct {
		change func(m *made)
		dtype  kernel.DType
		want   int
	}{
		"strips":         {func(m *made) {}, kernel.Float32, 2},
		"floats":         {func(m *made) { m.predictor = 3 }, kernel.Float32, 3},
		"tiles":          {func(m *made) { m.tileW, m.tileH, m.format = 16, 16, 2 }, kernel.Int32, 2},
		"BigTIFF":        {func(m *made) { m.big = true }, kernel.Float32, 2},
		"bands":          {func(m *made) { m.bands = 3 }, kernel.Float32, 2},
		"ZSTD":           {func(m *made) { m.compression = 50000 }, kernel.Float32, 2},
		"none":           {func(m *made) { m.predictor = 0 }, kernel.Float32, 0},
		"another":        {func(m *made) { m.predictor = 7 }, kernel.Float32, 0},
		"JPEG":           {func(m *made) { m.compression = 7 }, kernel.Float32, 0},
		"big endian":     {func(m *made) { m.bigEndian = true }, kernel.Float32, 0},
		"pixels":         {func(m *made) { m.bands, m.pixels = 3, true }, kernel.Float32, 0},
		"sparse":         {func(m *made) { m.empty = 1 }, kernel.Float32, 0},
		"3 of integers":  {func(m *made) { m.predictor, m.format = 3, 2 }, kernel.Int32, 0},
		"2 of float64":   {func(m *made) { m.size = 8 }, kernel.Float64, 0},
		"smaller sample": {func(m *made) {}, kernel.Int16, 0},
	} {
		m := plain
		c.change(&m)
		f, _, err := m.read()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, at := f.RemovablePredictor(1, c.dtype)
		if b := m.bytes(); got != c.want || got > 0 && int(b[at])|int(b[at+1])<<8 != c.want {
			t.Errorf("%s: the predictor %d at %d, want %d", name, got, at, c.want)
		}
	}
}
