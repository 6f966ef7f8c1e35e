package kernel

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// The bodies for gap-free pixels can process a few dates per call and keep the sums in memory in
// between. The bits must be the same, and the last call must return at the first block that has a
// gap at any date.
func TestResumedSlopes(t *testing.T) {
	const n, pixels, gap = 21, 3 * block, block + 17
	for _, k := range kernels(t) {
		for _, d := range dtypes {
			if !k.has(slopeBody, d) {
				continue
			}
			for _, whole := range []bool{false, true} {
				for _, gapAt := range []int{-1, 0, 5, n - 1} {
					rng := rand.New(rand.NewPCG(12, uint64(d)))
					tile := newTile(d, n, pixels, pixels)
					fillTile(rng, tile, gapPattern{"one", func(_ *rand.Rand, i, _, p int) bool { return i == gapAt && p == gap }})
					if d.IsFloat() && gapAt >= 0 {
						set(tile.Data, d, gapAt*pixels+gap, nodataOf(d))
					}
					axis, v := years(rng, n, false), Valid{HasNodata: true, Nodata: nodataOf(d)}
					want := make([]float64, pixels)
					slopeGeneric(want, nil, tile, newLine(axis), v, marker{})

					s := slopes[float64]{k: k, slope: make([]float64, pixels), t: tile, line: newLine(axis), v: v}
					s.prepare()
					if whole && s.p.pairs == nil {
						continue
					}
					b := slopeBody
					if whole {
						b = slopeWholeBody
					}
					var sums [pixels]float64
					p := s.p
					for date := 0; date < n; date += 8 {
						p.dates, p.pixels = min(8, n-date), pixels
						p.back = -date * p.stride
						p.src = unsafe.Pointer(&tile.Data[date*p.stride])
						p.tau = &axis.Tau[date]
						if whole {
							p.pairs = &axis.whole.pairs[date]
						}
						p.suspend, p.resume = &sums[0], nil
						if date > 0 {
							p.resume = &sums[0]
						}
						if date+8 >= n {
							p.suspend, p.out = nil, unsafe.Pointer(&s.slope[0])
						}
						k.call(b, d, &p)
					}
					done := pixels
					if gapAt >= 0 {
						done = block
					}
					if p.done != done {
						t.Fatalf("%v %v, whole %t, gap at date %d: %d pixels done, want %d", k.ISA(), d, whole, gapAt, p.done, done)
					}
					for i := range done {
						if !sameBits(s.slope[i], want[i]) {
							t.Fatalf("%v %v, whole %t, gap at date %d: slope of pixel %d is %v, want %v", k.ISA(), d, whole, gapAt, i, s.slope[i], want[i])
						}
					}
				}
			}
		}
	}
}
