package pipeline

import (
	"math"
	"math/bits"

	"github.com/pixtrend/pixtrend/internal/synth"
)

// The samples of a stack.
const (
	land     = "land"      // a landscape like the demo, without gaps
	landGaps = "land-gaps" // the same with a fifth of the samples missing at random
	clouds   = "clouds"    // the demo, in which clouds and stripes hide 4 %
	noise    = "noise"     // random bytes, which are made quickly
)

// firstYear is the year of the first date of a scene.
const firstYear = 1995

// source makes the samples of the stacks of one scene.
type source struct {
	width int
	scene *synth.Scene // nil: noise
}

func newSource(s Stack) source {
	if s.Samples == noise {
		return source{width: s.Width}
	}
	scene := synth.City(s.Width, s.Height, firstYear, firstYear+s.Dates-1)
	if s.Samples != clouds {
		scene.Gaps = 0
	}
	return source{s.Width, &scene}
}

// scene names the scene of s. Stacks of one scene are made together.
func (s Stack) scene() string {
	if s.Samples == landGaps {
		return land
	}
	return s.Samples
}

// rows fills dst with the rows of a date, beginning with row y.
func (s source) rows(dst []float32, date, y int) {
	if s.scene != nil {
		s.scene.Rows(dst, date, y, y+len(dst)/s.width)
		return
	}
	first := uint64(y) * uint64(s.width)
	for i := range dst {
		dst[i] = float32(hash(date, (first+uint64(i))/8) >> ((first + uint64(i)) % 8 * 8) & 0xff)
	}
}

// encode converts rows of the scene, beginning with pixel first, to the type of the stack. It uses
// the memory in raw and returns the slice that godal accepts.
func (s Stack) encode(raw *buffers, rows []float32, date int, first uint64) any {
	switch s.Type {
	case "int16":
		raw.i16 = sized(raw.i16, len(rows))
		for i, v := range rows {
			raw.i16[i] = int16(math.Round(float64(v) * 10000))
		}
		return raw.i16
	case "uint8":
		raw.u8 = sized(raw.u8, len(rows))
		for i, v := range rows {
			raw.u8[i] = uint8(v)
		}
		return raw.u8
	}
	if s.Samples != landGaps {
		return rows
	}
	raw.f32 = sized(raw.f32, len(rows))
	nan := float32(math.NaN())
	for i, v := range rows {
		pixel := first + uint64(i)
		if hash(date, pixel/8)>>(pixel%8*8)&0xff < 51 { // of 256
			v = nan
		}
		raw.f32[i] = v
	}
	return raw.f32
}

// buffers holds samples in each type.
type buffers struct {
	f32 []float32
	i16 []int16
	u8  []uint8
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// hash returns eight random bytes for eight pixels of a date.
func hash(date int, eight uint64) uint64 {
	hi, lo := bits.Mul64(eight*0x9e3779b97f4a7c15+uint64(date)*0xc2b2ae3d27d4eb4f+1, 0xd6e8feb86659fd93)
	hi ^= lo
	return hi ^ hi>>29*0xbf58476d1ce4e5b9
}
