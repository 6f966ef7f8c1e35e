package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/guard"
)

// Models read and write nothing outside their buffers.
func TestModelsGuardPages(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 6))
	for _, place := range []func(testing.TB, int) []byte{guard.Head, guard.Tail} {
		floats := func(n int) []float64 { return unsafe.Slice((*float64)(unsafe.Pointer(&place(t, 8*n)[0])), n) }
		for _, d := range dtypes {
			for i, pixels := range []int{1, 31, 32, 64, 75} {
				columns := 1 + rng.IntN(4)
				n := columns + rng.IntN(9)
				m := NewModel(modelColumns(columns, n, false), 0, nil)
				tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Data: place(t, n*pixels*d.Size())}
				switch i % 3 {
				case 1:
					tile.Mask = Mask{Data: place(t, n*pixels), Stride: pixels}
				case 2:
					stride := (pixels + 7) / 8 * 8
					tile.Mask = Mask{Bits: true, Stride: stride}
					tile.Mask.Data = place(t, tile.Mask.bytes((n-1)*stride+pixels))
				}
				rng := rand.New(rand.NewPCG(16, uint64(pixels)))
				fillTile(rng, tile, gapPatterns[5])
				for i := range tile.Mask.Data {
					tile.Mask.Data[i] = byte(rng.Uint32())
				}
				v := Valid{HasNodata: true, Nodata: nodataOf(d)}
				want := fitsOf(Kernel{}, tile, m, v, Extra{})
				for _, k := range kernels(t) {
					got := Fits{N: floats(pixels), RSS: floats(pixels), TSS: floats(pixels), Pivot: floats(pixels)}
					for range columns {
						got.Coef, got.Var = append(got.Coef, floats(pixels)), append(got.Var, floats(pixels))
					}
					for range columns * (columns - 1) / 2 {
						got.Cov = append(got.Cov, floats(pixels))
					}
					k.Models(got, NewModelScratch(m), tile, m, v, Extra{})
					if err := diffFits(want, got, 0, pixels); err != nil {
						t.Fatalf("%v %v, %d pixels: %v", k.ISA(), d, pixels, err)
					}
				}
			}
		}
	}
}

func TestModelsAllocateNothing(t *testing.T) {
	const n, pixels, columns = 40, 70, 5
	rng := rand.New(rand.NewPCG(16, 7))
	m := NewModel(modelColumns(columns, n, false), 0, nil)
	own := NewModel(modelColumns(columns-1, n, false), 1, nil)
	raster := newTile(Float32, n, pixels, pixels)
	fillTile(rng, raster, gapPatterns[5])
	x := Extra{Rasters: []Raster{{Tile: raster}}, Weights: make([]float64, n*pixels), Stride: pixels}
	for i := range x.Weights {
		x.Weights[i] = rng.Float64()
	}
	fits, robust := newFits(columns, pixels), newRobustFits(columns, pixels)
	s, so, r, ro := NewModelScratch(m), NewModelScratch(own), NewRobustScratch(m), NewRobustScratch(own)
	for _, d := range dtypes {
		tile := newTile(d, n, pixels, pixels)
		// Some pixels are solved by QR.
		fillTile(rng, tile, gapPattern{"late", func(_ *rand.Rand, i, n, p int) bool { return p%3 == 0 && i < n-columns-1 }})
		v := Valid{HasNodata: true, Nodata: nodataOf(d)}
		for _, k := range kernels(t) {
			if a := testing.AllocsPerRun(2, func() {
				k.Models(fits, s, tile, m, v, Extra{})
				k.Models(fits, so, tile, own, v, x)
				k.Robust(robust, r, tile, m, v, Extra{}, Robust{Huber, 20, 1e-4})
				k.Robust(robust, ro, tile, own, v, x, Robust{Bisquare, 20, 1e-4})
			}); a != 0 {
				t.Errorf("%v %v: %v allocations", k.ISA(), d, a)
			}
		}
	}
}

// A wrong shape panics before anything is written.
func TestWrongModelsPanic(t *testing.T) {
	columns := func() [][]float64 { return modelColumns(3, 6, false) }
	m := NewModel(columns(), 0, nil)
	tile := newTile(Float32, 6, 40, 40)
	fits := newFits(3, 40)
	models := func(f Fits, s *ModelScratch, t Tile, m Model, x Extra) func() {
		return func() { Best().Models(f, s, t, m, Valid{}, x) }
	}
	with := func(change func(*Fits)) Fits {
		f := fits
		change(&f)
		return f
	}
	s := NewModelScratch(m)
	one := NewModel(columns(), 1, nil)
	wrongConstant := columns()
	wrongConstant[0][3] = 2
	for name, f := range map[string]func(){
		"no columns":        func() { NewModel(nil, 0, nil) },
		"many columns":      func() { NewModel(modelColumns(10, 20, false), 3, nil) },
		"uneven columns":    func() { NewModel([][]float64{{1, 1}, {1}}, 0, nil) },
		"no constant":       func() { NewModel(wrongConstant, 0, nil) },
		"few weights":       func() { NewModel(columns(), 0, []float64{1}) },
		"negative weight":   func() { NewModel(columns(), 0, []float64{1, 1, 1, 1, 1, -1}) },
		"other dates":       models(fits, s, newTile(Float32, 5, 40, 40), m, Extra{}),
		"short output":      models(with(func(f *Fits) { f.RSS = f.RSS[:39] }), s, tile, m, Extra{}),
		"few coefficients":  models(with(func(f *Fits) { f.Coef = f.Coef[:2] }), s, tile, m, Extra{}),
		"few covariances":   models(with(func(f *Fits) { f.Cov = f.Cov[:2] }), s, tile, m, Extra{}),
		"another's scratch": models(fits, NewModelScratch(NewModel(modelColumns(2, 6, false), 0, nil)), tile, m, Extra{}),
		"no rasters":        models(newFits(4, 40), NewModelScratch(one), tile, one, Extra{}),
		"small raster":      models(newFits(4, 40), NewModelScratch(one), tile, one, Extra{Rasters: []Raster{{Tile: newTile(Float32, 6, 39, 39)}}}),
		"few pixel weights": models(fits, s, tile, m, Extra{Weights: make([]float64, 239), Stride: 40}),
		"no psi": func() {
			Best().Robust(RobustFits{Fits: fits}, NewRobustScratch(m), tile, m, Valid{}, Extra{}, Robust{})
		},
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
	fits.eachSlice(func(s []float64) {
		for _, x := range s {
			if x != canary {
				t.Fatal("a result was written")
			}
		}
	})
}

// FuzzModels takes arbitrary bytes as samples. Every ISA must agree with the portable code.
func FuzzModels(f *testing.F) {
	f.Add([]byte("\x00\x00\x80\x3f\x00\x00\xc0\x7f\x00\x00\x80\x7f\xff\xff\x7f\xff"), uint8(Float32), uint8(2), uint8(1), uint8(0))
	f.Add(make([]byte, 2000), uint8(Float64), uint8(7), uint8(3), uint8(1))
	f.Add([]byte(fmt.Sprint(rand.New(rand.NewPCG(1, 2)).Perm(900))), uint8(Int16), uint8(20), uint8(5), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, dtype, dates, columns, kind uint8) {
		d := dtypes[int(dtype)%len(dtypes)]
		n, c := 1+int(dates)%40, 1+int(columns)%MaxColumns
		pixels := min(len(data)/d.Size()/n, 2*modelLanes+3)
		tile := Tile{Type: d, Data: data, Stride: pixels, Dates: n, Pixels: pixels}
		var weights []float64
		for i := range n * int(kind>>7) {
			weights = append(weights, float64(i%4))
		}
		m := NewModel(modelColumns(c, n, kind&64 != 0), 0, weights)
		v := Valid{HasNodata: kind&32 != 0, Nodata: 0}
		want, robust := fitsOf(Kernel{}, tile, m, v, Extra{}), newRobustFits(c, pixels)
		r := Robust{Psi: Huber + Psi(kind&1), Rounds: 5, Accuracy: 1e-4}
		Kernel{}.Robust(robust, NewRobustScratch(m), tile, m, v, Extra{}, r)
		for _, k := range kernels(t) {
			if err := diffFits(want, fitsOf(k, tile, m, v, Extra{}), 0, pixels); err != nil {
				t.Fatalf("%v %v, %d columns, %d dates: %v", k.ISA(), d, c, n, err)
			}
			got := newRobustFits(c, pixels)
			k.Robust(got, NewRobustScratch(m), tile, m, v, Extra{}, r)
			if err := diffRobust(robust, got, pixels); err != nil {
				t.Fatalf("%v %v, %d columns, %d dates, robust: %v", k.ISA(), d, c, n, err)
			}
		}
	})
}
