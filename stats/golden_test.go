package stats

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// The fields of a fixed stack have these bits on every ISA and architecture, as they follow from the sums alone and with
// the second look, which a third of the pixels need. So have the tables for many dates that p-values and limits come from,
// which are made when the plan is.
const (
	goldenFields = 0x752e98b80575c51a
	goldenSecond = 0xd601778fb520e82b
	goldenTables = 0x08640f70a233b672
)

// hashOf returns a hash of the bits of planes, with one NaN for all.
func hashOf(t *testing.T, planes ...[]float64) uint64 {
	t.Helper()
	h := fnv.New64a()
	for _, plane := range planes {
		for _, x := range plane {
			bits := math.Float64bits(x)
			if x != x {
				bits = math.Float64bits(nan)
			}
			if err := binary.Write(h, binary.LittleEndian, bits); err != nil {
				t.Fatal(err)
			}
		}
	}
	return h.Sum64()
}

func TestGoldenFields(t *testing.T) {
	state := uint64(1)
	next := func() uint64 { // SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	series := make([][]float64, 200)
	times := make([]float64, 60)
	for i := range times {
		times[i] = float64(7000 + 16*i + int(next()%5))
	}
	for p := range series {
		series[p] = make([]float64, len(times))
		for i := range times {
			series[p][i] = float64(next()>>40)/1024 + float64(p*i)*100
			if next()%64 < uint64(p) && p < 150 {
				series[p][i] = nan
			}
		}
	}
	o := Options{Fields: withClass, Significance: 0.05, PerUnit: 365.2425, InterceptAt: 7500}
	for _, k := range kernels(t) {
		if got := hashOf(t, fitSeries[float64](t, k, times, series, o)...); got != goldenSecond {
			t.Errorf("%v: the fields have hash %#016x, want %#016x", k.ISA(), got, uint64(goldenSecond))
		}
		p, err := NewPlan(k, times, o)
		if err != nil {
			t.Fatal(err)
		}
		p.line.lines.Times.Doubts = regress.Doubts{}
		if got := hashOf(t, fitPlan[float64](p, series)...); got != goldenFields {
			t.Errorf("%v: without a second look, the fields have hash %#016x, want %#016x", k.ISA(), got, uint64(goldenFields))
		}
	}
	var tables []float64
	far := newPolynomials(10000)
	for _, df := range []int{1, 2, 3, 7, 50, 200, 201, 447, 3000, 9998} {
		near, interpolated := polynomial(df), far.at(df)
		tables = append(append(append(tables, near[:]...), interpolated[:]...), quantile(df, 0.95), quantile(df, 0.999))
	}
	if got := hashOf(t, tables); got != goldenTables {
		t.Errorf("the tables have hash %#016x, want %#016x", got, uint64(goldenTables))
	}
}
