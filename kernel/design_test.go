package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// someRows returns rows of n numbers. Some sum to 0, one sums to 1.
func someRows(rng *rand.Rand, rows, n int) [][]float64 {
	c := make([][]float64, rows)
	for j := range c {
		c[j] = make([]float64, n)
		for i := range c[j] {
			c[j][i] = rng.NormFloat64() / float64(n)
		}
		if j > 0 && n > 1 {
			c[j][n-1] -= sum(c[j]) // to nothing, or nearly
		}
	}
	return c
}

func TestCoefficientsSameBits(t *testing.T) {
	ks := kernels(t)
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(12, uint64(d)))
			const pixels = 4*block + 9
			for rows := 1; rows <= maxRows; rows++ {
				for gi, g := range []gapPattern{gapPatterns[0], gapPatterns[5], gapPatterns[6], gapPatterns[7]} {
					n := 1 + rng.IntN(30)
					design := NewDesign(someRows(rng, rows, n)...)
					tile := newTile(d, n, pixels, pixels+rng.IntN(5))
					fillTile(rng, tile, g)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					switch (gi + rows) % 3 {
					case 1:
						tile = addMask(rng, tile, gapPatterns[6], true)
					case 2:
						tile = addMask(rng, tile, gapPatterns[6], false)
					}
					want := make([][]float64, rows)
					for j := range want {
						want[j] = make([]float64, pixels)
					}
					coefficientsGeneric(want, tile, design, v, 0, pixels)
					for _, tile := range []Tile{tile, pack(rng, tile)} {
						for _, k := range ks {
							for _, m := range []int{0, 1, 63, 64, 65, 128, 200, pixels} {
								got := make([][]float64, rows)
								for j := range got {
									got[j] = newFloats[float64](m + margin)
								}
								k.Coefficients(got, tile.Slice(0, m), design, v)
								for j := range got {
									for p := range got[j] {
										w := canary
										if p < m {
											w = want[j][p]
										}
										if !sameBits(got[j][p], w) {
											t.Fatalf("%v %v, %d rows, %d dates, packed %t: row %d of pixel %d of %d is %v, want %v", k.ISA(), d, rows, n, tile.Packed, j, p, m, got[j][p], w)
										}
									}
								}
							}
						}
					}
				}
			}
		})
	}
}

// Coefficients are compared with rational arithmetic, also for an offset of a billion times the
// spread.
func TestCoefficientsAgainstExactArithmetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 13))
	const n, pixels = 21, 3
	for _, offset := range []float64{0, 1e9} {
		rows := someRows(rng, 3, n)
		tile := newTile(Float64, n, pixels, pixels)
		for i := range n * pixels {
			set(tile.Data, Float64, i, offset+rng.NormFloat64())
		}
		dst := [][]float64{make([]float64, pixels), make([]float64, pixels), make([]float64, pixels)}
		Best().Coefficients(dst, tile, NewDesign(rows...), Valid{})
		for j, row := range rows {
			for p := range pixels {
				exact, size := new(big.Rat), 0.0
				for i, c := range row {
					y := widen(tile, i, p)
					exact.Add(exact, new(big.Rat).Mul(new(big.Rat).SetFloat64(c), new(big.Rat).SetFloat64(y)))
					size += math.Abs(c * (y - widen(tile, 0, p)))
				}
				want, _ := exact.Float64()
				if err := math.Abs(dst[j][p] - want); !(err <= 0x1p-52*math.Abs(want)+n*0x1p-53*size+0x1p-100*offset) {
					t.Errorf("offset %g: row %d of pixel %d is %v, want %v", offset, j, p, dst[j][p], want)
				}
			}
		}
	}
}

// The coefficients of a parabola are those that it was made from.
func TestCoefficientsOfAParabola(t *testing.T) {
	// Rows of the pseudo-inverse of (1, t, t²) at t = −2 … 2.
	design := NewDesign(
		[]float64{-3. / 35, 12. / 35, 17. / 35, 12. / 35, -3. / 35},
		[]float64{-0.2, -0.1, 0, 0.1, 0.2},
		[]float64{1. / 7, -1. / 14, -1. / 7, -1. / 14, 1. / 7})
	tile := newTile(Int16, 5, 70, 70)
	for i := range 5 {
		for p := range 70 {
			x := float64(i - 2)
			set(tile.Data, Int16, i*70+p, 100+float64(p)*x+3*x*x)
		}
	}
	dst := [][]float64{make([]float64, 70), make([]float64, 70), make([]float64, 70)}
	for _, k := range kernels(t) {
		k.Coefficients(dst, tile, design, Valid{})
		for p := range 70 {
			for j, want := range []float64{100, float64(p), 3} {
				if !(math.Abs(dst[j][p]-want) < 1e-12) {
					t.Fatalf("%v: coefficient %d of pixel %d is %v, want %v", k.ISA(), j, p, dst[j][p], want)
				}
			}
		}
	}
}

func TestWrongDesignsPanic(t *testing.T) {
	two := [][]float64{{1, 2}, {3, 4}}
	tile := newTile(Float32, 2, 70, 70)
	out := func(n int) []float64 { return make([]float64, n) }
	for name, f := range map[string]func(){
		"no rows":       func() { NewDesign() },
		"nine rows":     func() { NewDesign(make([][]float64, 9)...) },
		"uneven rows":   func() { NewDesign([]float64{1}, []float64{1, 2}) },
		"not a number":  func() { NewDesign([]float64{1, math.NaN()}) },
		"few outputs":   func() { Best().Coefficients([][]float64{out(70)}, tile, NewDesign(two...), Valid{}) },
		"short outputs": func() { Best().Coefficients([][]float64{out(70), out(69)}, tile, NewDesign(two...), Valid{}) },
		"other dates":   func() { Best().Coefficients([][]float64{out(70)}, tile, NewDesign([]float64{1}), Valid{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
