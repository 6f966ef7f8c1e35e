package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pixtrend/pixtrend/internal/asmcheck"
	"github.com/pixtrend/pixtrend/kernel"
)

// oddSeries returns series of many kinds: those of the benchmark, of whole numbers, whose models tie,
// steps, lines, constant ones, and some with extreme numbers, all with gaps in some pixels.
func oddSeries(r *rand.Rand, pixels, dates int) [][]float64 {
	series := make([][]float64, pixels)
	disturbed := disturbedSeries(pixels, dates)
	for p := range series {
		y := make([]float64, dates)
		kind, step, share := r.IntN(9), r.IntN(dates), r.Float64()*r.Float64()
		for i := range y {
			switch kind {
			case 0:
				y[i] = float64(r.IntN(4))
			case 1:
				y[i] = float64(r.IntN(1000))
			case 2:
				y[i] = float64(i) / 3
			case 3:
				y[i] = 5
			case 4:
				y[i] = math.Ldexp(r.NormFloat64(), r.IntN(2000)-1000)
			case 5:
				y[i] = math.Ldexp(r.NormFloat64(), -500)
			case 6:
				if i >= step {
					y[i] = -1
				}
			default:
				y[i] = disturbed[p][i]
			}
			if p%3 == 0 && r.Float64() < share {
				y[i] = nan
			}
		}
		series[p] = y
	}
	return series
}

// Lanes give the bits of segmenter, whatever the options, the series and the number of pixels.
func TestLanesSameBits(t *testing.T) {
	ks := kernels(t)
	r := rand.New(rand.NewPCG(3, 5))
	rounds := 60
	if testing.Short() {
		rounds = 20
	}
	for round := range rounds {
		dates, pixels := 4+r.IntN(50), 1+r.IntN(300)
		o := LandTrendrOptions{MaxSegments: 1 + r.IntN(8), SpikeThreshold: []float64{1, 0.9, 0.5}[r.IntN(3)], VertexOvershoot: r.IntN(5),
			RecoveryThreshold: []float64{0.25, 1, 0.05}[r.IntN(3)], OneYearRecovery: r.IntN(2) == 0, PValue: []float64{0.05, 0.01, 0.5}[r.IntN(3)],
			BestModel: []float64{0.75, 1, 1.25}[r.IntN(3)], MinObs: 2 + r.IntN(6), Gain: r.IntN(2) == 0}
		if round%10 == 0 {
			o.MaxSegments, o.VertexOvershoot = MaxSegments, MaxOvershoot
		}
		times := make([]float64, dates)
		for i := range times {
			times[i] = float64(1980 + i)
			if round%2 == 0 {
				times[i] += 0.3 * r.Float64()
			}
		}
		series := oddSeries(r, pixels, dates)
		var want [][]float64
		for _, k := range ks {
			got := fitSeries[float64](t, k, times, series, Options{Fields: BreakFields(LandTrendr), LandTrendr: &o})
			got = append(got, trajectoriesOf(t, k, times, series, o)...)
			if want == nil {
				want = got
			}
			for f := range got {
				if !sameBits(got[f], want[f]) {
					t.Fatalf("%v, %d dates, %d pixels, %+v: %s differs", k.ISA(), dates, pixels, o, planeName(f))
				}
			}
		}
	}
}

// trajectoriesOf returns the fitted values and the vertices of series.
func trajectoriesOf(t *testing.T, k kernel.Kernel, times []float64, series [][]float64, o LandTrendrOptions) [][]float64 {
	t.Helper()
	p, err := NewPlan(k, times, Options{Fields: []Field{Segments}, LandTrendr: &o})
	if err != nil {
		t.Fatal(err)
	}
	data := make([]float64, len(times)*len(series))
	for x, y := range series {
		for i := range times {
			data[i*len(series)+x] = y[i]
		}
	}
	planes := make([][]float64, len(times)+o.VertexPlanes())
	for i := range planes {
		planes[i] = make([]float64, len(series))
	}
	Trajectories(p, p.NewScratch(), kernel.TileOf(data, len(series), len(times), len(series)), planes[:len(times)], planes[len(times):])
	return planes
}

func planeName(i int) string {
	if fields := BreakFields(LandTrendr); i < len(fields) {
		return fields[i].String()
	}
	return fmt.Sprintf("plane %d of the trajectories", i-len(BreakFields(LandTrendr)))
}

func TestLaneAssemblyIsWhatItsNamesClaim(t *testing.T) {
	for _, isa := range []string{"avx2", "avx512"} {
		asmcheck.Bodies(t, "lanes_"+isa+"_amd64.s", 14)
	}
}

// The instruction sets that have lanes use them, so that TestLanesSameBits compares them.
func TestWhoHasLanes(t *testing.T) {
	for _, k := range kernels(t) {
		got := newLanes(k, newSegmenter(DefaultLandTrendr(), 4), []float64{0, 1, 2, 3}) != nil
		if want := k.ISA() != kernel.Generic; got != want {
			t.Errorf("%v has lanes: %v, want %v", k.ISA(), got, want)
		}
	}
}
