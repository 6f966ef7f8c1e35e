package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Ends are compared with a plain search, in tiles of every kind, at once and in two parts.
func TestEnds(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 51))
	for _, d := range dtypes {
		for _, dates := range []int{1, 2, 21, 70} {
			at := make([]float64, dates)
			for i := range at {
				at[i] = 2000 + float64(i)/4
			}
			for i, g := range gapPatterns {
				if testing.Short() && (dates == 70 || i%3 != 2) {
					continue
				}
				plain := newTile(d, dates, 199, 203)
				fillTile(rng, plain, g)
				other := gapPatterns[rng.IntN(len(gapPatterns))]
				bytes, bits := addMask(rng, plain, other, false), addMask(rng, plain, other, true)
				for _, tile := range []Tile{plain, bytes, bits, pack(rng, plain), pack(rng, bytes), pack(rng, bits)} {
					for _, v := range []Valid{{}, {HasNodata: true, Nodata: nodataOf(d)}, {HasRange: true, Lo: 1, Hi: 90}} {
						for _, k := range kernels(t) {
							first, last := newFloats[float64](199+margin), newFloats[float64](199+margin)
							for p := range 199 {
								first[p] = math.NaN()
							}
							cut := 0
							if !tile.Packed && dates > 1 {
								cut = rng.IntN(dates)
							}
							if cut > 0 {
								early, late := tile, tile
								early.Dates, late.Dates = cut, dates-cut
								late.Data = tile.Data[cut*tile.Stride*d.Size():]
								if tile.Mask.Data != nil {
									late.Mask.Data = tile.Mask.Data[tile.Mask.bytes(cut*tile.Mask.Stride):]
								}
								k.Ends(first, last, early, at[:cut], v)
								k.Ends(first, last, late, at[cut:], v)
							} else {
								k.Ends(first, last, tile, at, v)
							}
							for p := range 199 + margin {
								a, b := canary, canary
								if p < 199 {
									a = math.NaN()
									for i := range dates {
										if v.Observation(d, widen(plain, i, p)) && (tile.Mask.Data == nil || tile.Mask.observed(tile.maskAt(i, p))) {
											if b = at[i]; a != a {
												a = at[i]
											}
										}
									}
								}
								if !sameBits(first[p], a) || !sameBits(last[p], b) {
									t.Fatalf("%v, %v, %d dates, cut at %d, gaps %s, %+v: pixel %d runs from %v to %v, want %v to %v", k.ISA(), d, dates, cut, g.name, v, p, first[p], last[p], a, b)
								}
							}
						}
					}
				}
			}
		}
	}
}
