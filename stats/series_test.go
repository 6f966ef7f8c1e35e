package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// Residuals of R's cars-like example by hand: y = 1, 3, 2, 6 at t = 0, 1, 2, 3 have the line 0.9 +
// 1.4·t.
func TestSeriesByHand(t *testing.T) {
	p, err := NewPlan(kernel.Best(), []float64{0, 1, 2, 3}, Options{Scale: 2, Offset: 10})
	if err != nil {
		t.Fatal(err)
	}
	residual, detrended := make([][]float64, 4), make([][]float64, 4)
	for i := range residual {
		residual[i], detrended[i] = make([]float64, 1), make([]float64, 1)
	}
	Series(p, p.NewScratch(), kernel.TileOf([]int16{1, 3, 2, 6}, 1, 4, 1), residual, detrended, nil)
	// Mean 3: scaled, residuals are twice 0.1, 0.7, −1.7, 0.9, and the mean is 16.
	for i, want := range []float64{0.2, 1.4, -3.4, 1.8} {
		if !(math.Abs(residual[i][0]-want) <= 1e-14) || !(math.Abs(detrended[i][0]-want-16) <= 1e-14) {
			t.Errorf("date %d: residual %v and detrended %v, want %v and %v", i, residual[i][0], detrended[i][0], want, want+16)
		}
	}
}

// The residuals of random series with gaps are those of a two-pass fit in float64, in tiles of any
// shape and on every ISA.
func TestSeriesAgainstTwoPasses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const dates, pixels, offset = 13, 1500, 1 << 20
	times, y := make([]float64, dates), make([]float64, dates*pixels)
	for i := range times {
		times[i] = float64(1995 + i + i/5)
	}
	for i := range y {
		if y[i] = offset + float64(rng.IntN(1000))/8; rng.IntN(4) == 0 || i%pixels%50 == 0 {
			y[i] = math.NaN()
		}
	}
	y[50] = 7 // a pixel with one observation has no line
	var first [][]float64
	for _, isa := range kernel.Available() {
		k, err := kernel.New(isa)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(k, times, Options{MinObs: 3})
		if err != nil {
			t.Fatal(err)
		}
		residual, detrended := planes(dates, pixels), planes(dates, pixels)
		Series(p, p.NewScratch(), kernel.TileOf(y, pixels, dates, pixels), residual, detrended, nil)
		alone := planes(dates, pixels)
		Series(p, p.NewScratch(), kernel.TileOf(y, pixels, dates, pixels), alone, nil, nil)
		if first == nil {
			first = residual
		}
		for px := range pixels {
			var n, st, sy, stt, sty float64
			for i, time := range times {
				if s := y[i*pixels+px]; s == s {
					n, st, sy = n+1, st+time, sy+s
				}
			}
			for i, time := range times {
				if s := y[i*pixels+px]; s == s {
					stt += (time - st/n) * (time - st/n)
					sty += (time - st/n) * (s - sy/n)
				}
			}
			for i, time := range times {
				s := y[i*pixels+px]
				want := s - sy/n - sty/stt*(time-st/n)
				if n < 3 {
					want = math.NaN()
				}
				r, d := residual[i][px], detrended[i][px]
				if !(math.Abs(r-want) <= 1e-7) && !(r != r && want != want) || !(math.Abs(d-want-sy/n) <= 1e-7) && !(d != d && want != want) {
					t.Fatalf("%v: pixel %d, date %d: residual %v, detrended %v, want %v and mean %v", isa, px, i, r, d, want, sy/n)
				}
				if bits := math.Float64bits; bits(r) != bits(first[i][px]) || bits(r) != bits(alone[i][px]) {
					t.Fatalf("%v: pixel %d, date %d: %v, not the bits of %v and %v", isa, px, i, r, first[i][px], alone[i][px])
				}
			}
		}
	}
}

func planes(n, pixels int) [][]float64 {
	p := make([][]float64, n)
	for i := range p {
		p[i] = make([]float64, pixels)
	}
	return p
}

// Residuals of clustered observations are those of the slope from the second look: 1, 2, 4 at
// neighbouring times far from another date have the line 5/6 + 1.5·t.
func TestSeriesOfClusteredObservations(t *testing.T) {
	for _, k := range kernels(t) {
		p, err := NewPlan(k, []float64{0, 1e9, 1e9 + 1, 1e9 + 2}, Options{Scale: -3, Offset: 10})
		if err != nil {
			t.Fatal(err)
		}
		residual, detrended := planes(4, 70), planes(4, 70)
		data := make([]float64, 4*70)
		for pixel := range 70 {
			for i, y := range []float64{nan, 1, 2, 4} {
				data[i*70+pixel] = y
			}
		}
		Series(p, p.NewScratch(), kernel.TileOf(data, 70, 4, 70), residual, detrended, nil)
		for i, want := range []float64{nan, -0.5, 1, -0.5} {
			for _, pixel := range []int{0, 69} {
				got, level := residual[i][pixel], detrended[i][pixel]
				if i == 0 && got != got && level != level {
					continue
				}
				if !(math.Abs(got-want) <= 1e-15) || !(math.Abs(level-(want+3)) <= 4e-15) {
					t.Errorf("%v: date %d: residual %v and detrended %v, want %v and %v", k.ISA(), i, got, level, want, want+3)
				}
			}
		}
	}
}
