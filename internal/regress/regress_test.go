package regress

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/asmcheck"
	"github.com/pixtrend/pixtrend/internal/guard"
	"github.com/pixtrend/pixtrend/kernel"
)

// kernels returns every kernel of this machine.
func kernels(t testing.TB) []kernel.Kernel {
	t.Helper()
	var ks []kernel.Kernel
	for _, isa := range kernel.Available() {
		k, err := kernel.New(isa)
		if err != nil {
			t.Fatal(err)
		}
		ks = append(ks, k)
	}
	return ks
}

// gapPatterns say whether the sample of pixel p at date i of n is a gap.
var gapPatterns = []func(rng *rand.Rand, i, n, p int) bool{
	func(*rand.Rand, int, int, int) bool { return false },
	func(*rand.Rand, int, int, int) bool { return true },
	func(_ *rand.Rand, i, _, p int) bool { return (i+p)%2 == 0 },
	func(_ *rand.Rand, i, n, p int) bool { return i != p%n },                 // one observation
	func(_ *rand.Rand, i, n, p int) bool { return i != p%n && i != (p+1)%n }, // two
	func(rng *rand.Rand, _, _, _ int) bool { return rng.Float64() < 0.2 },
	func(_ *rand.Rand, i, n, p int) bool { return p == 5 && i == n-1 }, // one pixel
	func(_ *rand.Rand, i, _, p int) bool { return i == 0 && p%7 == 0 }, // first date
}

// newTile returns a tile of random samples with gaps.
func newTile(rng *rand.Rand, dates, pixels int, gap func(rng *rand.Rand, i, n, p int) bool) kernel.Tile {
	samples := make([]float32, dates*pixels)
	for i := range dates {
		for p := range pixels {
			y := float32(290 + rng.NormFloat64())
			if gap(rng, i, dates, p) {
				y = float32(math.NaN())
			}
			samples[i*pixels+p] = y
		}
	}
	return kernel.TileOf(samples, pixels, dates, pixels)
}

// axisOf returns an axis of whole numbers that sum to zero, at random distances, of which some are
// 0.
func axisOf(rng *rand.Rand, dates int) kernel.Axis {
	tau := make([]float64, dates)
	sum := 0.0
	for i := 1; i < dates; i++ {
		tau[i] = tau[i-1] + float64(rng.IntN(40))
		sum += tau[i]
	}
	for i := range tau {
		tau[i] = tau[i]*float64(dates) - sum
	}
	return kernel.NewAxis(tau)
}

func newLine(axis kernel.Axis) kernel.Line {
	return kernel.Line{Axis: axis, Scale: 365.2425, MinObs: 2}
}

// sameBits compares two results; every NaN is alike.
func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

const (
	canary = -12345.5
	margin = 64 // numbers behind an output, which must stay canaries
)

// newFloats returns n canaries.
func newFloats[F kernel.Float](n int) []F {
	s := make([]F, n)
	for i := range s {
		s[i] = canary
	}
	return s
}

// newTable returns a table of arbitrary smooth numbers.
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

// guarded returns a copy of s that ends before a page without access.
func guarded[F kernel.Float](t testing.TB, s []F) []F {
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
	at := Times{Mean: 2005.25, PerTau: 1. / 21, Unit: 4, Origin: 100, Span: 30, Doubts: NewDoubts(1100, MinSpread), Zero: 1999, PerTime: 0.37, Scale: -0.0001, Offset: -0.5}
	all := func(int) bool { return true }
	for _, dates := range []int{2, 3, 21, 64, 500} {
		by := newTable(dates)
		by.Level = 0.3
		for _, g := range gapPatterns {
			line := newLine(axisOf(rng, dates))
			s := kernel.NewSums(pixels)
			kernel.Kernel{}.Sums(s, newTile(rng, dates, pixels, g), line.Axis, kernel.Valid{})
			// Constant series, perfect lines, huge and infinite sums.
			s.YY[3], s.Y[3], s.TY[3] = 0, 0, 0
			s.YY[11] = s.TY[11] * s.TY[11] / s.TT[11]
			s.YY[19] = math.MaxFloat64
			s.Y[27], s.YY[27] = math.Inf(1), math.Inf(1)
			first, last := make([]float64, pixels), make([]float64, pixels)
			for p := range first {
				first[p], last[p] = 1990+rng.Float64(), 2010+rng.Float64()
			}
			want := finished[float64](kernel.Kernel{}, pixels, all, s, first, last, line, at, by)
			for _, k := range kernels(t) {
				for _, m := range []int{0, 1, 7, 8, 9, 16, 100, 128, pixels} {
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

// finished returns the wanted results of the first m pixels.
func finished[F kernel.Float](k kernel.Kernel, m int, wanted func(int) bool, s kernel.Sums, first, last []float64, line kernel.Line, at Times, by *ByCount) [Outs][]F {
	out, _ := finishedAndAgain[F](k, m, wanted, s, first, last, line, at, by)
	return out
}

// finishedAndAgain also returns the pixels that have to be computed a second time.
func finishedAndAgain[F kernel.Float](k kernel.Kernel, m int, wanted func(int) bool, s kernel.Sums, first, last []float64, line kernel.Line, at Times, by *ByCount) ([Outs][]F, []int32) {
	var out [Outs][]F
	for j := range out {
		if wanted(j) {
			out[j] = newFloats[F](m + margin)[:m]
		}
	}
	scratch := Scratch{Past: m%2 == 0}
	Finish(k, &out, s, first, last, line, at, by, &scratch)
	return out, scratch.Again
}

func checkFinish[F kernel.Float](t *testing.T, k kernel.Kernel, want [Outs][]float64, m int, wanted func(int) bool, s kernel.Sums, first, last []float64, line kernel.Line, at Times, by *ByCount) {
	t.Helper()
	g := kernel.Sums{}
	for f, from := range [][]float64{s.N, s.T, s.TT, s.Y, s.TY, s.YY, s.Ref} {
		*[]*[]float64{&g.N, &g.T, &g.TT, &g.Y, &g.TY, &g.YY, &g.Ref}[f] = guarded(t, from[:m])
	}
	got, again := finishedAndAgain[F](k, m, wanted, g, guarded(t, first[:m]), guarded(t, last[:m]), line, at, by)
	if _, others := finishedAndAgain[F](kernel.Kernel{}, m, wanted, s, first, last, line, at, by); !slices.Equal(again, others) {
		t.Fatalf("%v: of %d pixels, %v have to be computed a second time, want %v", k.ISA(), m, again, others)
	}
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

// Computed by hand: 10, 12, 14 in 2000, 2001, 2002 is 2·t − 3990; and 1, 3, 2 has slope ½ and
// residuals −½, 1, −½.
func TestResultsByHand(t *testing.T) {
	tile := kernel.TileOf([]int16{10, 1, 12, 3, 14, 2}, 2, 3, 2)
	axis := kernel.NewAxis([]float64{-1, 0, 1})
	by := newTable(3)
	by.Set(ByQuantile, 3, 2)
	for _, k := range kernels(t) {
		s := kernel.NewSums(2)
		k.Sums(s, tile, axis, kernel.Valid{})
		ends := [2][]float64{{2000, 2000}, {2002, 2002}}
		out := finished[float64](k, 2, func(int) bool { return true }, s, ends[0], ends[1],
			kernel.Line{Axis: axis, Scale: 1, MinObs: 2}, Times{Mean: 2001, PerTau: 1, PerTime: 1, Scale: 1, Unit: 1, Span: 2, Doubts: NewDoubts(1100, MinSpread)}, by)
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
	s := kernel.NewSums(16)
	line := newLine(kernel.NewAxis([]float64{-1, 0, 1}))
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
				Finish(k, &[Outs][]float64{make([]float64, 3), make([]float64, 4)}, s, nil, nil, line, Times{}, by, new(Scratch))
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
		ends, scratch := make([]float64, 16), new(Scratch)
		if a := testing.AllocsPerRun(3, func() { Finish(k, &out, s, ends, ends, line, Times{}, by, scratch) }); a != 0 {
			t.Errorf("%v: %v allocations", k.ISA(), a)
		}
	}
}

// FuzzFinish takes arbitrary bytes as the sums of pixels, even if no samples have such sums. Every
// ISA must compute the results of the portable code.
func FuzzFinish(f *testing.F) {
	f.Add(make([]byte, 64*24), 21.0, 0.0)
	rng := rand.New(rand.NewPCG(61, 61))
	some := make([]float64, 6*24)
	for i := range some {
		some[i] = rng.NormFloat64()
	}
	f.Add(kernel.Bytes(some), 0.01, 2000.0)
	f.Add(kernel.Bytes([]float64{1e300, 1e300, -1e300, math.Inf(1), math.NaN(), 0, 5e-324, 1, 2, 3, 4, 5}), 1e-300, 1e300)
	by := newTable(40)
	by.Level = 0.05
	f.Fuzz(func(t *testing.T, data []byte, scale, zero float64) {
		pixels := len(data) / 8 / 6
		if pixels == 0 {
			return
		}
		s := kernel.NewSums(pixels)
		next := func(to []float64) {
			for i := range to {
				to[i] = math.Float64frombits(binary.LittleEndian.Uint64(data))
				data = data[8:]
			}
		}
		for _, to := range [][]float64{s.T, s.TT, s.Y, s.TY, s.YY, s.Ref} {
			next(to)
		}
		for p := range s.N {
			s.N[p] = float64(int(math.Float64bits(s.TT[p])>>3) % 41)
		}
		line := kernel.Line{Axis: kernel.NewAxis([]float64{-1, 0, 1}), Scale: scale, MinObs: 2}
		at := Times{Mean: zero / 3, PerTau: 0.5, Zero: zero, Unit: 0.5, Origin: zero, Span: 3, Doubts: NewDoubts(1100, MinSpread), PerTime: 3, Scale: scale, Offset: 1}
		all := func(int) bool { return true }
		want := finished[float64](kernel.Kernel{}, pixels, all, s, s.T, s.Y, line, at, by)
		for _, k := range kernels(t) {
			checkFinish[float64](t, k, want, pixels, all, s, s.T, s.Y, line, at, by)
			checkFinish[float32](t, k, want, pixels, all, s, s.T, s.Y, line, at, by)
		}
	})
}

// P-values have the same bits on every ISA, beside whatever pixels and in whatever number, and those
// without one are NaN.
func TestPValues(t *testing.T) {
	const dates, most = 700, 150
	by := NewByCount(dates)
	rng := rand.New(rand.NewPCG(8, 8))
	for n := 3; n <= dates; n++ {
		for c := ByC; c < byColumns; c++ {
			by.Set(c, n, rng.NormFloat64())
		}
	}
	nan := math.NaN()
	for round := range 200 {
		squares, df := make([]float64, most), make([]float64, most)
		for i := range df {
			squares[i], df[i] = math.Exp(5*rng.NormFloat64()), float64(1+rng.IntN(dates-2))
			if round%2 == 0 {
				df[i] = float64(40 + rng.IntN(1+round/10)) // nearly all the same
			}
			switch rng.IntN(40) {
			case 0:
				squares[i] = []float64{nan, math.Inf(1), 0}[rng.IntN(3)]
			case 1:
				df[i] = []float64{nan, 0}[rng.IntN(2)]
			}
		}
		var want [most]float64
		by.PValues(kernel.Kernel{}, want[:], squares, df, &Scratch{})
		for i, p := range want {
			none := squares[i] != squares[i] || !(df[i] > 0)
			if none != (p != p) || squares[i] > math.MaxFloat64 && !none && p != 0 || p > 1 {
				t.Fatalf("the p-value of t² = %v with %v degrees of freedom is %v", squares[i], df[i], p)
			}
		}
		pixels := rng.IntN(most + 1)
		for _, k := range kernels(t) {
			got := make([]float64, pixels)
			by.PValues(k, got, squares[:pixels], df[:pixels], &Scratch{})
			for i, p := range got {
				if p != want[i] && p == p || (p != p) != (want[i] != want[i]) {
					t.Fatalf("%v: pixel %d of %d: t² = %v with %v degrees of freedom gives %v, not %v", k.ISA(), i, pixels, squares[i], df[i], p, want[i])
				}
			}
		}
	}
}

func TestAssemblyIsWhatItsNamesClaim(t *testing.T) {
	asmcheck.Bodies(t, "regress_avx512_amd64.s", 3)
	asmcheck.Bodies(t, "regress_avx2_amd64.s", 3)
}

// MostCrowded is compared with a search among all subsets of small axes.
func TestMostCrowded(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 51))
	for round := range 300 {
		n := 2 + rng.IntN(9)
		tau := make([]float64, n)
		mean := 0.0
		for i := range tau {
			tau[i] = math.Pow(10, 4*rng.Float64()) * float64(1+rng.IntN(2))
			if i > 0 && rng.IntN(3) == 0 {
				tau[i] = tau[i-1]
			}
			mean += tau[i] / float64(n)
		}
		for i := range tau {
			tau[i] -= mean
		}
		most := 0
		for set := 1; set < 1<<n; set++ {
			var k, a, b float64
			for i, x := range tau {
				if set>>i&1 != 0 {
					k, a, b = k+1, a+x, b+x*x
				}
			}
			if k*b-a*a < MinSpread*k*b {
				most = max(most, int(k))
			}
		}
		if got, above := MostCrowded(tau, MinSpread), MostCrowded(tau, 4*MinSpread); got < most || got > above {
			t.Fatalf("round %d: up to %d of %v, want %d", round, got, tau, most)
		}
	}
	if n := MostCrowded([]float64{-3, -1, 1, 3}, MinSpread); n != 1 {
		t.Errorf("of an even axis of 4 dates up to %d", n)
	}
}
