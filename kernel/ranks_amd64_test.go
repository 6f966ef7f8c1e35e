//go:build !purego

package kernel

import "testing"

// The assembly finds the slopes of long series, even if thousands or all of the quotients are equal: the
// portable code takes a hundred times as long for a pixel.
func TestLongSeriesStayInLanes(t *testing.T) {
	const n = 2200
	times := make([]float64, n)
	for i := range times {
		times[i] = float64(i)
	}
	axis := NewRankAxis(times, nil)
	for name, noise := range map[string]func(r uint64) float64{
		"a line":              func(uint64) float64 { return 0 },
		"a line with changes": func(r uint64) float64 { return float64(max(r%400, 300)) },
		"noise":               func(r uint64) float64 { return float64(r % 1000) },
	} {
		random := splitMix(31)
		tile := newTile(Float32, n, rankLanes, rankLanes)
		for i := range n * rankLanes {
			set(tile.Data, Float32, i, float64(i/rankLanes)+noise(random.next()))
		}
		for _, k := range kernels(t) {
			s := k.NewRankScratch(axis, Float32)
			if s.block == nil {
				continue
			}
			got, want := make([]float64, rankLanes), make([]float64, 1)
			k.Ranks(Ranks{Slope: got}, s, tile, axis, Valid{}, 1.96)
			if s.block.p.lanes != 0 || s.block.hard != [rankLanes]bool{} {
				t.Errorf("%v, %s: lanes for the portable code: %016x, %v", k.ISA(), name, s.block.p.lanes, s.block.hard)
			}
			portable := Kernel{}
			portable.Ranks(Ranks{Slope: want}, portable.NewRankScratch(axis, Float32), tile.Slice(0, 1), axis, Valid{}, 1.96)
			if !sameBits(got[0], want[0]) {
				t.Errorf("%v, %s: the slope is %v, want %v", k.ISA(), name, got[0], want[0])
			}
		}
	}
}
