package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// rankBench is a tile of a benchmark, and its axis.
type rankBench struct {
	n, gaps, season int
	d               DType
}

// tile returns 1024 series with a weak trend, normal errors and random gaps.
func (c rankBench) tile() (Tile, RankAxis) {
	const pixels = 1024
	rng := rand.New(rand.NewPCG(18, uint64(c.n)))
	t := newTile(c.d, c.n, pixels, pixels)
	times := make([]float64, c.n)
	var groups []int
	for i := range times {
		times[i] = float64(1990 + i)
		if c.n >= 100 {
			times[i] = float64(16*i + i%3)
		}
		if c.season > 0 {
			times[i] = float64(i)
			groups = append(groups, i%c.season)
		}
		for p := range pixels {
			y := 0.5 + 0.07*rng.NormFloat64() + 0.0001*float64(i)
			if !c.d.IsFloat() {
				y = math.Round(y * 100)
			}
			if rng.IntN(100) < c.gaps {
				y = nodataOf(c.d)
			}
			set(t.Data, c.d, t.at(i, p), y)
		}
	}
	return t, NewRankAxis(times, groups)
}

// BenchmarkRanks measures one thread on a tile in cache, in series per second.
func BenchmarkRanks(b *testing.B) {
	for _, c := range []rankBench{
		{21, 20, 0, Float32}, {40, 20, 0, Float32}, {64, 20, 0, Float32}, {240, 20, 0, Float32}, {500, 40, 0, Float32},
		{240, 20, 12, Float32}, {21, 20, 0, Int16}, {21, 20, 0, Uint8}, {240, 20, 0, Int16}, {21, 20, 0, Float64},
	} {
		tile, axis := c.tile()
		v := Valid{HasNodata: true, Nodata: nodataOf(c.d)}
		out := newRanks(tile.Pixels)
		slope := Ranks{N: out.N, S: out.S, Var: out.Var, Slope: out.Slope, Pairs: out.Pairs, TiedY: out.TiedY}
		limits := slope
		limits.Lo, limits.Hi, limits.MedianY, limits.MedianT = out.Lo, out.Hi, out.MedianY, out.MedianT
		for _, dst := range []struct {
			name string
			r    Ranks
		}{{"slope", slope}, {"limits", limits}} {
			for _, k := range kernels(b) {
				b.Run(fmt.Sprintf("n=%d/gaps=%d/season=%d/dtype=%v/out=%s/isa=%v", c.n, c.gaps, c.season, c.d, dst.name, k.ISA()), func(b *testing.B) {
					s := k.NewRankScratch(axis, c.d)
					for b.Loop() {
						k.Ranks(dst.r, s, tile, axis, v, 1.96)
					}
					b.ReportMetric(float64(tile.Pixels)*float64(b.N)/b.Elapsed().Seconds(), "series/s")
				})
			}
		}
	}
}
