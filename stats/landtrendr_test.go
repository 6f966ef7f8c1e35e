package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
)

// goldSegments are the vertices that zeit-cdts 2.2.0 finds, a port of LandTrendr-2012, for changes that rise.
type goldSegments struct {
	Vertices [][2]float64 `json:"vertices"`
	RMSE     float64      `json:"rmse"`
}

func goldLandTrendr(t *testing.T) map[string]goldSegments {
	t.Helper()
	goldOf(t) // skips without the file
	text, err := os.ReadFile("../../shared/reference/gold_robust.json")
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		Breaks struct {
			Zeit struct{ Results map[string]goldSegments } `json:"zeit_landtrendr"`
		}
	}
	if err := json.Unmarshal(text, &gold); err != nil {
		t.Fatal(err)
	}
	return gold.Breaks.Zeit.Results
}

// segmentsOf returns the vertices of a series.
func segmentsOf(t *testing.T, o LandTrendrOptions, times, series []float64) (s *segmenter, found bool) {
	t.Helper()
	s = newSegmenter(o, len(times))
	return s, s.segment(series, times)
}

func TestSegmentsOfZeit(t *testing.T) {
	gold := goldLandTrendr(t)
	o := DefaultLandTrendr()
	o.Gain, o.PerYear = true, 1
	same, sameYears, all := 0, 0, 0
	for _, of := range goldOf(t) {
		want, is := gold[fmt.Sprint(of.ID)]
		if !is {
			continue
		}
		var series []float64
		for _, y := range of.samples() {
			series = append(series, float64(y))
		}
		all++
		s, found := segmentsOf(t, o, of.T, series)
		var years, values []float64
		if found {
			for i, at := range s.at {
				years, values = append(years, of.T[at]), append(values, s.first+s.sign*s.values[i])
			}
		}
		var wantYears, wantValues []float64
		for _, v := range want.Vertices {
			wantYears, wantValues = append(wantYears, v[0]), append(wantValues, v[1])
		}
		if slices.Equal(years, wantYears) {
			sameYears++
		}
		close := len(values) == len(wantValues)
		for i := range min(len(values), len(wantValues)) {
			close = close && math.Abs(values[i]-wantValues[i]) <= 1e-6*math.Abs(wantValues[i])
		}
		if slices.Equal(years, wantYears) && close {
			same++
			continue
		}
		if os.Getenv("DBG") != "" {
			t.Log(s.y, s.first)
		}
		t.Logf("%v %s n %d: %v %v\nwant %v %v", of.ID, of.Name, of.observations(), years, values, wantYears, wantValues)
	}
	t.Logf("%d, years %d of %d", same, sameYears, all)
}
