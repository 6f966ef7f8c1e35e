package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// The table of docs/ranks.md, of how often each method finds a trend at p < 0.05, is that of 8,000
// series of autoregressive noise of variance 1. It prints the rows as they are now.
func TestLevelsOfMethods(t *testing.T) {
	if os.Getenv("PIXTREND_LONG") == "" {
		t.Skip("takes half a minute: set PIXTREND_LONG")
	}
	page, err := os.ReadFile("../docs/ranks.md")
	if err != nil {
		t.Fatal(err)
	}
	const series = 8000
	for _, c := range []struct {
		n          int
		phi, trend float64
	}{{40, 0, 0}, {40, 0.3, 0}, {40, 0.6, 0}, {21, 0, 0}, {21, 0.3, 0}, {40, 0, 0.03}, {40, 0.3, 0.03}, {40, 0.6, 0.03}} {
		r := rand.New(rand.NewPCG(1, uint64(c.n)))
		noise := make([][]float64, series)
		steps := make([]int, c.n)
		for p := range noise {
			y := r.NormFloat64()
			for i := range c.n {
				steps[i] = i
				noise[p] = append(noise[p], y+c.trend*float64(i))
				y = c.phi*y + math.Sqrt(1-c.phi*c.phi)*r.NormFloat64()
			}
		}
		row := fmt.Sprintf("| %d | %.1f | %.2f |", c.n, c.phi, c.trend)
		_, shown, found := strings.Cut(string(page), "\n"+row)
		shown, _, _ = strings.Cut(shown, "\n")
		cells := strings.Split(strings.Trim(shown, " |"), "|")
		for m := range Method(len(methodNames)) {
			o := Options{Fields: []Field{MKPValue}, Rank: RankOptions{Method: m, Steps: steps, NormalP: true}}
			found := 0.0
			for _, p := range fitSeries[float32](t, kernel.Best(), years(1, c.n), noise, o)[0] {
				if p < 0.05 {
					found++
				}
			}
			share := found / series
			row += fmt.Sprintf(" %.3f |", share)
			if int(m) < len(cells) {
				if want, err := strconv.ParseFloat(strings.TrimSpace(cells[m]), 64); err != nil || !(math.Abs(share-want) <= 0.005) {
					t.Errorf("%v, n %d, φ %v: %.3f of the series, and %q in the docs", m, c.n, c.phi, share, cells[m])
				}
			}
		}
		if !found || len(cells) != len(methodNames) {
			t.Errorf("docs/ranks.md has no such row")
		}
		t.Log(row)
	}
}
