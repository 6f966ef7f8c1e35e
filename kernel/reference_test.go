package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// reference is the oracle: plain code for the exact sums of one pixel in rational arithmetic. It
// returns n, Στ, Στ² and the centred sums Σ(τ−τ̄)(y−ȳ) and Σ(y−ȳ)².
func reference(tau, y []float64, valid func(float64) bool) (n int, t, tt, cty, cyy *big.Rat) {
	rat := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	sum := func(f func(i int) *big.Rat) *big.Rat {
		s := new(big.Rat)
		for i := range y {
			if valid(y[i]) {
				s.Add(s, f(i))
			}
		}
		return s
	}
	mul := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	for i := range y {
		if valid(y[i]) {
			n++
		}
	}
	t = sum(func(i int) *big.Rat { return rat(tau[i]) })
	tt = sum(func(i int) *big.Rat { return mul(rat(tau[i]), rat(tau[i])) })
	if n == 0 {
		return n, t, tt, new(big.Rat), new(big.Rat)
	}
	mean := func(s *big.Rat) *big.Rat { return new(big.Rat).Quo(s, new(big.Rat).SetInt64(int64(n))) }
	tm := mean(t)
	ym := mean(sum(func(i int) *big.Rat { return rat(y[i]) }))
	dt := func(i int) *big.Rat { return new(big.Rat).Sub(rat(tau[i]), tm) }
	dy := func(i int) *big.Rat { return new(big.Rat).Sub(rat(y[i]), ym) }
	return n, t, tt, sum(func(i int) *big.Rat { return mul(dt(i), dy(i)) }), sum(func(i int) *big.Rat { return mul(dy(i), dy(i)) })
}

// TestAgainstExactArithmetic compares the sums of every kernel with rational arithmetic. Counts and
// sums of the axis must be exact, centred sums within a few units in the last place of their own
// size, also for offsets far above the spread.
func TestAgainstExactArithmetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, d := range dtypes {
		for _, n := range []int{2, 3, 21, 64} {
			for _, offset := range []float64{0, 100, 1 << 20, 1e9} {
				if offset != 0 && d != Float64 {
					continue
				}
				const pixels = 67
				tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: make([]byte, n*pixels*d.Size())}
				fillTile(rng, tile, gapPatterns[5])
				series := make([][]float64, pixels)
				for p := range series {
					series[p] = make([]float64, n)
				}
				for i := range n {
					for p := range pixels {
						if d == Float64 {
							y := offset + rng.NormFloat64()
							if rng.Float64() < 0.2 {
								y = math.NaN()
							}
							set(tile.Data, d, i*pixels+p, y)
						}
						series[p][i] = widen(tile, i, p)
					}
				}
				v := Valid{HasNodata: true, Nodata: nodataOf(d)}
				valid := func(y float64) bool {
					return !math.IsNaN(y) && !math.IsInf(y, 0) && y != v.Nodata && y != float64(float32(v.Nodata))
				}
				axis := years(rng, n, true)
				for _, k := range kernels(t) {
					s := NewSums(pixels)
					k.Sums(s, tile, axis, v)
					for p := range pixels {
						wantN, wantT, wantTT, cty, cyy := reference(axis.Tau, series[p], valid)
						if s.N[p] != float64(wantN) {
							t.Fatalf("%v %v: n of pixel %d is %v, want %d", k.ISA(), d, p, s.N[p], wantN)
						}
						exact := func(name string, got float64, want *big.Rat) {
							if w, ok := want.Float64(); !ok || got != w {
								t.Fatalf("%v %v: %s of pixel %d is %v, want %v", k.ISA(), d, name, p, got, want.FloatString(3))
							}
						}
						exact("Στ", s.T[p], wantT)
						exact("Στ²", s.TT[p], wantTT)
						if wantN < 2 {
							continue
						}
						near := func(name string, got float64, want *big.Rat, size float64) {
							w, _ := want.Float64()
							if err := math.Abs(got - w); !(err <= 4*float64(n)*0x1p-53*size) {
								t.Fatalf("%v %v, offset %g: %s of pixel %d is %v, want %v: off by %g of %g", k.ISA(), d, offset, name, p, got, w, err, size)
							}
						}
						near("Σ(τ−τ̄)(y−ȳ)", s.TY[p]-s.T[p]*s.Y[p]/s.N[p], cty, math.Sqrt(s.TT[p]*s.YY[p]))
						near("Σ(y−ȳ)²", s.YY[p]-s.Y[p]*s.Y[p]/s.N[p], cyy, s.YY[p])
					}
				}
			}
		}
	}
}

// widen returns the sample as float64.
func widen(t Tile, i, p int) float64 {
	switch t.Type {
	case Uint8:
		return float64(Plane[uint8](t, i)[p])
	case Int8:
		return float64(Plane[int8](t, i)[p])
	case Uint16:
		return float64(Plane[uint16](t, i)[p])
	case Int16:
		return float64(Plane[int16](t, i)[p])
	case Uint32:
		return float64(Plane[uint32](t, i)[p])
	case Int32:
		return float64(Plane[int32](t, i)[p])
	case Float32:
		return float64(Plane[float32](t, i)[p])
	}
	return Plane[float64](t, i)[p]
}

// A series computed by hand: 1, 2, gap, 5 at −3, −1, 1, 3. Observations at −3, −1, 3; d = 0, 1, 4.
func TestByHand(t *testing.T) {
	tile := TileOf([]float32{1, 2, float32(math.NaN()), 5}, 1, 4, 1)
	for _, k := range kernels(t) {
		s := NewSums(1)
		k.Sums(s, tile, NewAxis([]float64{-3, -1, 1, 3}), Valid{})
		got := [7]float64{s.N[0], s.T[0], s.TT[0], s.Y[0], s.TY[0], s.YY[0], s.Ref[0]}
		if want := [7]float64{3, -1, 19, 5, 11, 17, 1}; got != want {
			t.Errorf("%v: %v, want %v", k.ISA(), got, want)
		}
	}
}

// TestSlopeIsTheRoundedValue compares slopes with rational arithmetic. On every path, the float32
// must be the correctly rounded value or its neighbour, for offsets up to a billion times the
// spread.
func TestSlopeIsTheRoundedValue(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 21))
	const pixels = 2*block + 3
	for _, d := range dtypes {
		offsets := []float64{0}
		switch d {
		case Float32:
			offsets = []float64{0, 1, 1000, 1 << 20} // what leaves something of the spread
		case Float64:
			offsets = []float64{0, 1, 1e3, 1e6, 1e9}
		}
		for _, offset := range offsets {
			for _, n := range []int{2, 3, 21, 64, 300} {
				for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
					tile := newTile(d, n, pixels, pixels)
					fillTile(rng, tile, g)
					axis := years(rng, n, n%2 == 1 && rng.IntN(2) == 0)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					if d.IsFloat() {
						for i := range n * pixels {
							if y := widen(tile, i/pixels, i%pixels); v.Observation(d, y) {
								set(tile.Data, d, i, offset+rng.NormFloat64())
							}
						}
					}
					// Exact slopes of some pixels: rational arithmetic is most of this test's time.
					type exact struct {
						pixel, n int
						slope    float32
						defined  bool
					}
					var wants []exact
					step := 6
					if testing.Short() {
						step = 24
					}
					for p := 0; p < pixels; p += 1 + rng.IntN(step) {
						series := make([]float64, n)
						st := new(big.Rat)
						for i := range n {
							series[i] = widen(tile, i, p)
							if v.Observation(d, series[i]) {
								st.Add(st, new(big.Rat).SetFloat64(axis.Tau[i]))
							}
						}
						count, _, tt, cty, _ := reference(axis.Tau, series, func(y float64) bool { return v.Observation(d, y) })
						want := exact{pixel: p, n: count}
						if count >= 2 {
							ctt := new(big.Rat).Sub(tt, new(big.Rat).Quo(new(big.Rat).Mul(st, st), new(big.Rat).SetInt64(int64(count))))
							if want.defined = ctt.Sign() != 0; want.defined {
								slope := new(big.Rat).Quo(new(big.Rat).Mul(cty, new(big.Rat).SetFloat64(scale)), ctt)
								want.slope, _ = slope.Float32()
							}
						}
						wants = append(wants, want)
					}
					for _, k := range kernels(t) {
						got, n32 := make([]float32, pixels), make([]float32, pixels)
						Slope(k, got, n32, tile, newLine(axis), v)
						for _, want := range wants {
							slope := got[want.pixel]
							if n32[want.pixel] != float32(want.n) {
								t.Fatalf("%v %v: n of pixel %d is %v, want %d", k.ISA(), d, want.pixel, n32[want.pixel], want.n)
							}
							up, down := math.Nextafter32(want.slope, float32(math.Inf(1))), math.Nextafter32(want.slope, float32(math.Inf(-1)))
							if want.defined && slope != want.slope && slope != up && slope != down {
								t.Fatalf("%v %v, offset %g, %d dates: slope of pixel %d is %v, want %v", k.ISA(), d, offset, n, want.pixel, slope, want.slope)
							}
						}
					}
				}
			}
		}
	}
}

// Sums of integers are exact.
func TestSumsOfIntegersAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 22))
	const n, pixels = 40, 70
	for _, d := range dtypes[:6] {
		tile := newTile(d, n, pixels, pixels)
		fillTile(rng, tile, gapPatterns[5])
		axis := years(rng, n, true)
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		for _, k := range kernels(t) {
			s := NewSums(pixels)
			k.Sums(s, tile, axis, v)
			for p := range pixels {
				// int64 holds them: of 40 squares of differences below 2^32, less than 2^53 only
				// for 16 bits.
				var y, ty, yy int64
				for i := range n {
					if x := widen(tile, i, p); v.Observation(d, x) {
						diff := int64(x) - int64(s.Ref[p])
						y += diff
						ty += int64(axis.Tau[i]) * diff
						if d.Size() < 4 {
							yy += diff * diff
						}
					}
				}
				if s.Y[p] != float64(y) || s.TY[p] != float64(ty) || d.Size() < 4 && s.YY[p] != float64(yy) {
					t.Fatalf("%v %v: sums of pixel %d are %v, %v, %v, want %d, %d, %d", k.ISA(), d, p, s.Y[p], s.TY[p], s.YY[p], y, ty, yy)
				}
			}
		}
	}
}
