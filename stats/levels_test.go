package stats

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// The tables of docs/ranks.md, of how often each method finds a trend at p < 0.05, hold for series of
// autoregressive noise of variance 1.
func TestLevelsOfMethods(t *testing.T) {
	if os.Getenv("PIXTREND_LONG") == "" {
		t.Skip("takes a minute: set PIXTREND_LONG")
	}
	page, err := os.ReadFile("../docs/ranks.md")
	if err != nil {
		t.Fatal(err)
	}
	type noise struct {
		n   int
		phi float64
	}
	for table, cases := range map[string][]noise{
		"noise": {{40, 0}, {40, 0.3}, {40, 0.6}, {21, 0}, {21, 0.3}},
		"trend": {{40, 0}, {40, 0.3}, {40, 0.6}},
	} {
		_, rows, _ := strings.Cut(string(page), "\n| "+table+": n, φ |")
		for i, c := range cases {
			trend := 0.0
			if table == "trend" {
				trend = 0.03
			}
			steps, series := noiseOf(c.n, c.phi, trend)
			for m := range Method(len(methodNames)) {
				_, row, _ := strings.Cut(rows, "\n| `"+m.String()+"` | ")
				row, _, _ = strings.Cut(row, " |\n")
				cells := strings.Split(row, " | ")
				if len(cells) != len(cases) {
					t.Fatalf("the table %s has %d cells of %v", table, len(cells), m)
				}
				o := Options{Fields: []Field{MKPValue}, Rank: RankOptions{Method: m, Steps: steps, NormalP: true}}
				found := 0.0
				for _, p := range fitSeries[float32](t, kernel.Best(), years(1, c.n), series, o)[0] {
					if p < 0.05 {
						found++
					}
				}
				share := found / float64(len(series))
				// Four standard deviations of the share, and the rounding of the table.
				within := 4*math.Sqrt(share*(1-share)/float64(len(series))) + 5e-4
				if want, err := strconv.ParseFloat(cells[i], 64); err != nil || !(math.Abs(share-want) <= within) {
					t.Errorf("%s, %v, n %d, φ %v: %.3f of the series, and %s in the docs", table, m, c.n, c.phi, share, cells[i])
				}
			}
		}
	}
}

// noiseOf returns series of n observations with correlation phi of neighbours and a trend a step.
func noiseOf(n int, phi, trend float64) (steps []int, series [][]float64) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range n {
		steps = append(steps, i)
	}
	for range 2000 {
		y, of := r.NormFloat64(), []float64(nil)
		for i := range n {
			of = append(of, y+trend*float64(i))
			y = phi*y + math.Sqrt(1-phi*phi)*r.NormFloat64()
		}
		series = append(series, of)
	}
	return steps, series
}
