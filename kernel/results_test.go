package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/guard"
)

// newTable is a table of any smooth numbers.
func newTable(dates int) *ByCount {
	b := NewByCount(dates)
	for n := 3; n <= dates; n++ {
		for c := ByQuantile; c < byColumns; c++ {
			b.Set(c, n, math.Sin(float64(c)+float64(n)/7))
		}
		b.Set(ByC, n, 1+float64(n)/9)
	}
	return b
}

// guarded copies s so that it ends at a page without access.
func guarded[F Float](t testing.TB, s []F) []F {
	b := guard.Tail(t, len(s)*int(unsafe.Sizeof(F(0))))
	if len(s) == 0 {
		return nil
	}
	g := unsafe.Slice((*F)(unsafe.Pointer(&b[0])), len(s))
	copy(g, s)
	return g
}

func TestFinishSameBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 31))
	const pixels = 203
	at := Times{Mean: 2005.25, PerTau: 1. / 21, Zero: 1999, PerTime: 0.37, Scale: -0.0001, Offset: -0.5}
	all := func(int) bool { return true }
	for _, dates := range []int{2, 3, 21, 64, 500} {
		by := newTable(dates)
		for _, g := range gapPatterns {
			tile := newTile(Float32, dates, pixels, pixels)
			fillTile(rng, tile, g)
			line := newLine(years(rng, dates, true))
			line.Level = 0.3
			v := Valid{HasNodata: true, Nodata: nodataOf(Float32)}
			s := NewSums(pixels)
			Kernel{}.Sums(s, tile, line.Axis, v)
			// Constant series, perfect lines, huge and infinite sums.
			s.YY[3], s.Y[3], s.TY[3] = 0, 0, 0
			s.YY[11] = s.TY[11] * s.TY[11] / s.TT[11]
			s.YY[19] = math.MaxFloat64
			s.Y[27], s.YY[27] = math.Inf(1), math.Inf(1)
			first, last := make([]float64, pixels), make([]float64, pixels)
			for p := range first {
				first[p], last[p] = 1990+rng.Float64(), 2010+rng.Float64()
			}
			want := finished[float64](Kernel{}, pixels, all, s, first, last, line, at, by)
			for _, k := range kernels(t) {
				for _, m := range []int{0, 1, 7, 8, 9, 16, 100, 128, pixels} {
					if m < pixels && testing.Short() && m != 9 {
						continue
					}
					checkFinish[float64](t, k, want, m, all, s, first, last, line, at, by)
					checkFinish[float32](t, k, want, m, all, s, first, last, line, at, by)
				}
				if dates != 21 {
					continue
				}
				for j := range Outs { // each alone, and all but it
					checkFinish[float32](t, k, want, 64, func(i int) bool { return i == j }, s, first, last, line, at, by)
					checkFinish[float64](t, k, want, 64, func(i int) bool { return i != j }, s, first, last, line, at, by)
				}
			}
		}
	}
}

// finished has the results that are wanted of the first m pixels.
func finished[F Float](k Kernel, m int, wanted func(int) bool, s Sums, first, last []float64, line Line, at Times, by *ByCount) [Outs][]F {
	var out [Outs][]F
	for j := range out {
		if wanted(j) {
			out[j] = newFloats[F](m + margin)[:m]
		}
	}
	Finish(k, &out, s, first, last, line, at, by, &Room{Past: m%2 == 0})
	return out
}

func checkFinish[F Float](t *testing.T, k Kernel, want [Outs][]float64, m int, wanted func(int) bool, s Sums, first, last []float64, line Line, at Times, by *ByCount) {
	t.Helper()
	g := Sums{}
	for f, from := range s.slices() {
		*[]*[]float64{&g.N, &g.T, &g.TT, &g.Y, &g.TY, &g.YY, &g.Ref}[f] = guarded(t, from[:m])
	}
	got := finished[F](k, m, wanted, g, guarded(t, first[:m]), guarded(t, last[:m]), line, at, by)
	for j, o := range got {
		if o == nil {
			continue
		}
		for p := range o[:m+margin] {
			x := F(canary)
			if p < m {
				x = F(want[j][p])
			}
			if y := o[:m+margin][p]; !sameBits(float64(x), float64(y)) {
				t.Fatalf("%v: result %d of pixel %d of %d with n = %v is %v, want %v", k.ISA(), j, p, m, s.N[p], y, x)
			}
		}
	}
}

// By hand: 10, 12, 14 in 2000, 2001, 2002 is 2·t − 3990; and 1, 3, 2 has slope ½ and residuals −½, 1, −½.
func TestResultsByHand(t *testing.T) {
	tile := TileOf([]int16{10, 1, 12, 3, 14, 2}, 2, 3, 2)
	axis := NewAxis([]float64{-1, 0, 1})
	by := newTable(3)
	by.Set(ByQuantile, 3, 2)
	for _, k := range kernels(t) {
		s := NewSums(2)
		k.Sums(s, tile, axis, Valid{})
		ends := [2][]float64{{2000, 2000}, {2002, 2002}}
		out := finished[float64](k, 2, func(int) bool { return true }, s, ends[0], ends[1],
			Line{Axis: axis, Scale: 1, MinObs: 2}, Times{Mean: 2001, PerTau: 1, PerTime: 1, Scale: 1}, by)
		root := math.Sqrt(0.75) // stderr² = 1.5/1/2
		for p, want := range []map[int]float64{
			{OutSlope: 2, OutIntercept: -3990, OutR: 1, OutR2: 1, OutT: math.Inf(1), OutP: 0, OutStderr: 0, OutRMSE: 0, OutMean: 12, OutN: 3,
				OutFirst: 2000, OutLast: 2002, OutFittedFirst: 10, OutFittedLast: 14, OutChange: 4, OutSlopeLo: 2, OutSlopeHi: 2},
			{OutSlope: 0.5, OutIntercept: 2 - 0.5*2001, OutR: 0.5, OutR2: 0.25, OutT: 0.5 / root, OutStderr: root, OutInterceptStderr: root * math.Sqrt(2./3+2001*2001),
				OutRMSE: math.Sqrt(0.5), OutMean: 2, OutFittedFirst: 1.5, OutFittedLast: 2.5, OutChange: 1, OutSlopeLo: 0.5 - 2*root, OutSlopeHi: 0.5 + 2*root},
		} {
			for j, x := range want {
				if y := out[j][p]; !(y == x || math.Abs(y-x) <= 1e-15*math.Abs(x)) {
					t.Errorf("%v: result %d of pixel %d is %v, want %v", k.ISA(), j, p, y, x)
				}
			}
		}
	}
}

func TestFinishPanicsAndAllocates(t *testing.T) {
	s := NewSums(16)
	line := newLine(NewAxis([]float64{-1, 0, 1}))
	by := newTable(3)
	for _, k := range kernels(t) {
		for name, f := range map[string]func(){
			"sums": func() {
				finished[float32](k, 17, func(j int) bool { return j == OutSlope }, s, nil, nil, line, Times{}, by)
			},
			"ends": func() {
				finished[float32](k, 16, func(j int) bool { return j == OutChange }, s, make([]float64, 15), make([]float64, 16), line, Times{}, by)
			},
			"table": func() {
				finished[float32](k, 16, func(j int) bool { return j == OutP }, s, nil, nil, line, Times{}, newTable(2))
			},
			"length": func() {
				Finish(k, &[Outs][]float64{make([]float64, 3), make([]float64, 4)}, s, nil, nil, line, Times{}, by, new(Room))
			},
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%v: %s: no panic", k.ISA(), name)
					}
				}()
				f()
			}()
		}
		var out [Outs][]float32
		for j := range out {
			out[j] = make([]float32, 16)
		}
		ends, room := make([]float64, 16), new(Room)
		if a := testing.AllocsPerRun(3, func() { Finish(k, &out, s, ends, ends, line, Times{}, by, room) }); a != 0 {
			t.Errorf("%v: %v allocations", k.ISA(), a)
		}
	}
}
