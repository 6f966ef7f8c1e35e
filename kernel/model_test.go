package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// modelColumns returns columns of n dates: 1, u, and then powers of u or cosines and sines.
func modelColumns(columns, n int, harmonics bool) [][]float64 {
	x := make([][]float64, columns)
	for j := range x {
		x[j] = make([]float64, n)
		for i := range n {
			u := 2*(float64(i)+0.5)/float64(n) - 1
			angle := 2 * math.Pi * float64(i) / 11.7 * float64(j/2)
			switch {
			case j == 0:
				x[j][i] = 1
			case j == 1 || !harmonics:
				x[j][i] = math.Pow(u, float64(j))
			case j%2 == 0:
				x[j][i] = math.Cos(angle)
			default:
				x[j][i] = math.Sin(angle)
			}
		}
	}
	return x
}

// newFits returns all outputs of a model for a number of pixels.
func newFits(columns, pixels int) Fits {
	list := func(n int) [][]float64 {
		l := make([][]float64, n)
		for j := range l {
			l[j] = newFloats[float64](pixels)
		}
		return l
	}
	one := list(4)
	return Fits{N: one[0], RSS: one[1], TSS: one[2], Pivot: one[3],
		Coef: list(columns), Var: list(columns), Cov: list(columns * (columns - 1) / 2)}
}

// modelReference is the oracle: the normal equations of one pixel in rational arithmetic. Columns
// are by date. It returns the coefficients, (XᵀWX)⁻¹, the weighted sums of squares of residuals
// and about the mean, or nil if the columns are dependent.
func modelReference(x [][]float64, y, w []float64) (coef []float64, inverse [][]float64, rss, tss float64) {
	k := len(x[0])
	rat := func(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
	mul := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	float := func(r *big.Rat) float64 { f, _ := r.Float64(); return f }
	// a is XᵀWX, XᵀWy and the unit matrix side by side.
	a := make([][]*big.Rat, k)
	for r := range a {
		a[r] = make([]*big.Rat, 2*k+1)
		for c := range a[r] {
			a[r][c] = new(big.Rat)
		}
		a[r][k+1+r].SetInt64(1)
	}
	sw, swy := new(big.Rat), new(big.Rat)
	for i := range y {
		wi, yi := rat(w[i]), rat(y[i])
		sw.Add(sw, wi)
		swy.Add(swy, mul(wi, yi))
		for r := range k {
			wx := mul(wi, rat(x[i][r]))
			for c := range k {
				a[r][c].Add(a[r][c], mul(wx, rat(x[i][c])))
			}
			a[r][k].Add(a[r][k], mul(wx, yi))
		}
	}
	for c := range k {
		at := c
		for at < k && a[at][c].Sign() == 0 {
			at++
		}
		if at == k {
			return nil, nil, 0, 0
		}
		a[c], a[at] = a[at], a[c]
		pivot := new(big.Rat).Inv(a[c][c])
		for q := range a[c] {
			a[c][q].Mul(a[c][q], pivot)
		}
		for r := range k {
			if factor := new(big.Rat).Set(a[r][c]); r != c && factor.Sign() != 0 {
				for q := range a[r] {
					a[r][q].Sub(a[r][q], mul(factor, a[c][q]))
				}
			}
		}
	}
	inverse = make([][]float64, k)
	for r := range k {
		coef = append(coef, float(a[r][k]))
		for c := range k {
			inverse[r] = append(inverse[r], float(a[r][k+1+c]))
		}
	}
	ss, st := new(big.Rat), new(big.Rat)
	mean := new(big.Rat).Quo(swy, sw)
	for i := range y {
		left := rat(y[i])
		for c := range k {
			left.Sub(left, mul(rat(x[i][c]), a[c][k]))
		}
		ss.Add(ss, mul(rat(w[i]), mul(left, left)))
		about := new(big.Rat).Sub(rat(y[i]), mean)
		st.Add(st, mul(rat(w[i]), mul(about, about)))
	}
	return coef, inverse, float(ss), float(st)
}

// Every result of a model agrees with rational arithmetic, whichever way it is computed: with
// weights of dates or of pixels, and with rasters in place of the last columns.
func TestModelsAgainstExactArithmetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 1))
	const pixels = 7
	for _, n := range []int{1, 6, 21, 50} {
		if n > 21 && testing.Short() {
			continue
		}
		for _, columns := range []int{1, 2, 4, 5, 8} {
			for _, way := range []string{"plain", "dates", "pixels", "rasters", "all"} {
				x := modelColumns(columns, n, columns > 4)
				var weights []float64
				w := make([][]float64, pixels)
				for p := range w {
					w[p] = make([]float64, n)
					for i := range w[p] {
						w[p][i] = 1
					}
				}
				if way == "dates" || way == "all" {
					for i := range n {
						weights = append(weights, float64(rng.IntN(4)))
						for p := range w {
							w[p][i] = weights[i]
						}
					}
				}
				rasters := 0
				if columns > 2 && (way == "rasters" || way == "all") {
					rasters = 2
				}
				m := NewModel(x[:columns-rasters], rasters, weights)
				tile := newTile(Float64, n, pixels, pixels+3)
				var extra Extra
				for j := range rasters {
					r := Raster{Tile: newTile(Float64, n, pixels, pixels)}
					for i := range n {
						for p := range pixels {
							set(r.Tile.Data, Float64, i*pixels+p, x[columns-rasters+j][i]+0.1*rng.NormFloat64())
							if rng.IntN(15) == 0 {
								set(r.Tile.Data, Float64, i*pixels+p, math.NaN())
							}
						}
					}
					extra.Rasters = append(extra.Rasters, r)
				}
				if way == "pixels" || way == "all" {
					extra.Stride = pixels + 1
					extra.Weights = make([]float64, n*extra.Stride)
					for i := range extra.Weights {
						extra.Weights[i] = max(0, rng.Float64()-0.1)
					}
				}
				for i := range n {
					for p := range pixels {
						set(tile.Data, Float64, i*tile.Stride+p, 290+rng.NormFloat64())
						if rng.IntN(5) == 0 {
							set(tile.Data, Float64, i*tile.Stride+p, math.NaN())
						}
					}
				}
				got := newFits(columns, pixels)
				Best().Models(got, NewModelScratch(m), tile, m, Valid{}, extra)
				for p := range pixels {
					var xs [][]float64
					var ys, ws []float64
					for i := range n {
						row, weight := make([]float64, columns), w[p][i]
						for j := range columns {
							row[j] = x[j][i]
						}
						for j, r := range extra.Rasters {
							row[columns-rasters+j] = widen(r.Tile, i, p)
							if math.IsNaN(row[columns-rasters+j]) {
								weight = 0
							}
						}
						if extra.Weights != nil {
							weight *= extra.Weights[i*extra.Stride+p]
						}
						if y := widen(tile, i, p); weight > 0 && !math.IsNaN(y) {
							xs, ys, ws = append(xs, row), append(ys, y), append(ws, weight)
						}
					}
					if got.N[p] != float64(len(ys)) {
						t.Fatalf("%s, %d dates, %d columns: n of pixel %d is %v, want %d", way, n, columns, p, got.N[p], len(ys))
					}
					if len(ys) < columns {
						if !math.IsNaN(got.Coef[0][p]) || !math.IsNaN(got.RSS[p]) || !math.IsNaN(got.Var[0][p]) {
							t.Fatalf("%s: a pixel of %d observations and %d columns has results", way, len(ys), columns)
						}
						continue
					}
					coef, inverse, rss, tss := modelReference(xs, ys, ws)
					near := func(name string, got, want, size float64) {
						if err := math.Abs(got - want); !(err <= 1e-10*size) {
							t.Fatalf("%s, %d dates, %d columns, n %d: %s of pixel %d is %v, want %v", way, n, columns, len(ys), name, p, got, want)
						}
					}
					for j := range columns {
						near("coefficient", got.Coef[j][p], coef[j], math.Abs(coef[j])+math.Sqrt(inverse[j][j]*tss))
						near("variance", got.Var[j][p], inverse[j][j], inverse[j][j])
						for c := range j {
							near("covariance", got.Cov[j*(j-1)/2+c][p], inverse[j][c], math.Sqrt(inverse[j][j]*inverse[c][c]))
						}
					}
					near("RSS", got.RSS[p], rss, rss+1e-3*tss)
					near("TSS", got.TSS[p], tss, tss+1e-20)
				}
			}
		}
	}
}

// fitsOf returns all results of a model by kernel k.
func fitsOf(k Kernel, t Tile, m Model, v Valid, x Extra) Fits {
	f := newFits(m.Columns(), t.Pixels)
	k.Models(f, NewModelScratch(m), t, m, v, x)
	return f
}

// diffFits returns an error if the results of pixels [lo, hi) of want are not those of got.
func diffFits(want, got Fits, lo, hi int) error {
	var w, g [][]float64
	want.eachSlice(func(s []float64) { w = append(w, s) })
	got.eachSlice(func(s []float64) { g = append(g, s) })
	for j := range w {
		for p := range hi - lo {
			if !sameBits(w[j][lo+p], g[j][p]) {
				return fmt.Errorf("output %d of pixel %d is %v, want %v", j, lo+p, g[j][p], w[j][lo+p])
			}
		}
		for p := hi - lo; p < len(g[j]); p++ {
			if g[j][p] != canary {
				return fmt.Errorf("output %d was written at %d, beyond the tile", j, p)
			}
		}
	}
	return nil
}

// Every kernel gives the bits of the portable code, for every type, shape, number of columns, kind of
// weights and pattern of gaps, and a pixel has them in every tile.
func TestModelsSameBits(t *testing.T) {
	ks := kernels(t)
	for _, d := range dtypes {
		t.Run("dtype="+d.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(16, uint64(d)))
			const pixels = 2*block + 9
			for columns := 1; columns <= MaxColumns; columns++ {
				for gi, g := range gapPatterns {
					if testing.Short() && (gi+columns)%6 != 0 {
						continue
					}
					n := columns + rng.IntN(2*modelDates+3)
					var weights []float64
					if (gi+columns)%2 == 0 {
						for range n {
							weights = append(weights, max(0, rng.Float64()-0.1))
						}
					}
					m := NewModel(modelColumns(columns, n, rng.IntN(2) == 0), 0, weights)
					tile := newTile(d, n, pixels, pixels+rng.IntN(5))
					fillTile(rng, tile, g)
					v := Valid{HasNodata: true, Nodata: nodataOf(d)}
					switch rng.IntN(4) {
					case 0:
						tile = addMask(rng, tile, gapPatterns[5], true)
					case 1:
						tile = addMask(rng, tile, gapPatterns[5], false)
					case 2:
						v.HasRange, v.Lo, v.Hi = true, 20, 1e6
					}
					var x Extra
					if rng.IntN(3) == 0 {
						x.Stride = pixels + 2
						x.Weights = make([]float64, n*x.Stride)
						for i := range x.Weights {
							x.Weights[i] = max(0, rng.Float64()-0.1)
						}
					}
					want := fitsOf(Kernel{}, tile, m, v, x)
					scratch := NewModelScratch(m)
					some := Fits{Coef: want.Coef, Cov: want.Cov, N: want.N, Pivot: want.Pivot}
					for _, k := range ks {
						for _, tile := range []Tile{tile, pack(rng, tile)} {
							for _, count := range []int{1, 31, 33, 64, pixels} {
								got := newFits(columns, count+margin)
								k.Models(got, scratch, tile.Slice(0, count), m, v, x)
								if err := diffFits(want, got, 0, count); err != nil {
									t.Fatalf("%v %v, %d columns, %d dates, gaps %s, %d pixels: %v", k.ISA(), d, columns, n, g.name, count, err)
								}
								got = newFits(columns, count+margin)
								got.RSS, got.TSS, got.Var = nil, nil, nil // pixels without gaps go another way
								k.Models(got, scratch, tile.Slice(0, count), m, v, x)
								if err := diffFits(some, got, 0, count); err != nil {
									t.Fatalf("%v %v, %d columns, %d dates, gaps %s, %d pixels, without sums of squares: %v", k.ISA(), d, columns, n, g.name, count, err)
								}
							}
						}
					}
				}
			}
		})
	}
}

// The results of a pixel are the same if the pixels before it are not in the tile, if other results
// are not asked for, and after other pixels have used the scratch.
func TestModelsAreTheSameAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 4))
	const n, columns, pixels = 50, 4, 3 * modelLanes
	m := NewModel(modelColumns(columns, n, false), 0, nil)
	tile := newTile(Float32, n, pixels, pixels)
	fillTile(rng, tile, gapPattern{"some", func(rng *rand.Rand, i, n, p int) bool { return p%5 == 0 && rng.Float64() < 0.3 }})
	// The first pixels have no gaps, and the next have few observations.
	for i := range n {
		for p := range 2 * modelLanes {
			y := 290 + rng.NormFloat64()
			if p >= modelLanes && i > p%7 {
				y = math.NaN()
			}
			set(tile.Data, Float32, i*pixels+p, y)
		}
	}
	for _, k := range kernels(t) {
		want := fitsOf(Kernel{}, tile, m, Valid{}, Extra{})
		s := NewModelScratch(m)
		few := newFits(columns, pixels)
		k.Models(Fits{Coef: few.Coef, Var: few.Var, N: few.N}, s, tile, m, Valid{}, Extra{})
		if err := diffFits(Fits{Coef: want.Coef, Var: want.Var, N: want.N}, Fits{Coef: few.Coef, Var: few.Var, N: few.N}, 0, pixels); err != nil {
			t.Fatalf("%v: without sums of squares: %v", k.ISA(), err)
		}
		for lo := range pixels {
			got := newFits(columns, pixels-lo)
			k.Models(got, s, tile.Slice(lo, pixels), m, Valid{}, Extra{})
			if err := diffFits(want, got, lo, pixels); err != nil {
				t.Fatalf("%v: %v", k.ISA(), err)
			}
			one := newFits(columns, 1)
			k.Models(Fits{Coef: one.Coef}, s, tile.Slice(lo, lo+1), m, Valid{}, Extra{})
			for j := range one.Coef {
				if !sameBits(one.Coef[j][0], want.Coef[j][lo]) {
					t.Fatalf("%v: coefficient %d of pixel %d alone is %v, want %v", k.ISA(), j, lo, one.Coef[j][0], want.Coef[j][lo])
				}
			}
		}
	}
}

func newRobustFits(columns, pixels int) RobustFits {
	return RobustFits{Fits: newFits(columns, pixels), Variance: newFloats[float64](pixels),
		Scale: newFloats[float64](pixels), Rounds: newFloats[float64](pixels)}
}

// diffRobust is diffFits for the first pixels of robust fits.
func diffRobust(want, got RobustFits, pixels int) error {
	for p := range pixels {
		if !sameBits(want.Variance[p], got.Variance[p]) || !sameBits(want.Scale[p], got.Scale[p]) || !sameBits(want.Rounds[p], got.Rounds[p]) {
			return fmt.Errorf("variance, scale and rounds of pixel %d are %v, %v and %v, want %v, %v and %v", p,
				got.Variance[p], got.Scale[p], got.Rounds[p], want.Variance[p], want.Scale[p], want.Rounds[p])
		}
	}
	return diffFits(want.Fits, got.Fits, 0, pixels)
}

// Robust fits have the bits of the portable code too, with weights and rasters, for rounded samples,
// of which many residuals are equal, and for series on an exact line.
func TestRobustSameBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 5))
	const pixels = 2*modelLanes + 5
	for trial := range 56 {
		d := dtypes[trial%len(dtypes)]
		columns := 1 + rng.IntN(6)
		n := columns + rng.IntN(2*modelDates+10)
		x := modelColumns(columns, n, trial%2 == 0)
		var weights []float64
		if trial%3 == 0 {
			for range n {
				weights = append(weights, float64(rng.IntN(4))/2)
			}
		}
		rasters := 0
		var extra Extra
		if trial%5 == 0 && columns > 1 {
			rasters = 1
			r := Raster{Tile: newTile(Float32, n, pixels, pixels)}
			fillTile(rng, r.Tile, gapPatterns[5])
			extra.Rasters = append(extra.Rasters, r)
		}
		if trial%7 == 0 {
			extra.Stride = pixels
			extra.Weights = make([]float64, n*pixels)
			for i := range extra.Weights {
				extra.Weights[i] = max(0, rng.Float64()-0.1)
			}
		}
		m := NewModel(x[:columns-rasters], rasters, weights)
		tile := newTile(d, n, pixels, pixels)
		fillTile(rng, tile, gapPatterns[trial%len(gapPatterns)])
		for i := range n * pixels {
			p := i % pixels
			if y := 50 + float64(i/pixels%9) + 20*rng.NormFloat64(); p%3 == 0 && rng.IntN(4) > 0 {
				set(tile.Data, d, i, math.Round(y/10)*10)
			} else if p%3 == 1 && rng.IntN(4) > 0 {
				set(tile.Data, d, i, 50)
			}
		}
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		r := Robust{Psi: Huber, Rounds: 20, Accuracy: 1e-4}
		if trial%2 == 1 {
			r.Psi = Bisquare
		}
		want := newRobustFits(columns, pixels)
		Kernel{}.Robust(want, NewRobustScratch(m), tile, m, v, extra, r)
		for _, k := range kernels(t) {
			got := newRobustFits(columns, pixels+margin)
			k.Robust(got, NewRobustScratch(m), tile, m, v, extra, r)
			if err := diffRobust(want, got, pixels); err != nil {
				t.Fatalf("%v %v, trial %d, %d columns, %d dates: %v", k.ISA(), d, trial, columns, n, err)
			}
		}
	}
}

// A series too long for one call of assembly has the bits of the portable code too.
func TestModelsOfLongSeries(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 8))
	const n, columns, pixels = 4099, 3, modelLanes + 1
	m := NewModel(modelColumns(columns, n, true), 0, nil)
	tile := newTile(Int16, n, pixels, 40)
	// The first observation of some pixels is in the second call.
	fillTile(rng, tile, gapPattern{"late", func(rng *rand.Rand, i, _, p int) bool { return p%4 == 0 && i < 4097 || rng.IntN(3) == 0 }})
	v := Valid{HasNodata: true, Nodata: nodataOf(Int16)}
	tile = addMask(rng, tile, gapPatterns[5], true)
	want := fitsOf(Kernel{}, tile, m, v, Extra{})
	robust, r := newRobustFits(columns, pixels), Robust{Psi: Bisquare, Rounds: 3, Accuracy: 1e-4}
	Kernel{}.Robust(robust, NewRobustScratch(m), tile, m, v, Extra{}, r)
	for _, k := range kernels(t) {
		for _, tile := range []Tile{tile, pack(rng, tile)} {
			if err := diffFits(want, fitsOf(k, tile, m, v, Extra{}), 0, pixels); err != nil {
				t.Fatalf("%v: %v", k.ISA(), err)
			}
			got := newRobustFits(columns, pixels)
			k.Robust(got, NewRobustScratch(m), tile, m, v, Extra{}, r)
			if err := diffRobust(robust, got, pixels); err != nil {
				t.Fatalf("%v, robust: %v", k.ISA(), err)
			}
		}
	}
}
