package render

import (
	"math"
	"slices"
	"strings"
	"testing"
)

var nan = math.NaN()

// surveyed returns the survey of values.
func surveyed(values ...float64) *Survey {
	s := NewSurvey(len(values))
	s.Add(0, values)
	return s
}

// ramp returns n values that rise evenly from lo to hi.
func ramp(n int, lo, hi float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = lo + (hi-lo)*float64(i)/float64(n-1)
	}
	return values
}

func TestClasses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		of     func(s *Survey) *Classes
		limits []float64
		pixels []int64
		labels []string
	}{
		{"quantiles", []float64{3, 1, nan, 2, 5, 4, 0}, func(s *Survey) *Classes { return s.Quantiles(5) },
			[]float64{1, 2, 3, 4}, []int64{2, 1, 1, 1, 1}, []string{"0 to 1", "2", "3", "4", "5"}},
		{"quantiles between values", []float64{0.5, 1, 2, 4}, func(s *Survey) *Classes { return s.Quantiles(2) },
			[]float64{1.5}, []int64{2, 2}, []string{"0.5 to 1.5", "1.5 to 4.0"}},
		{"quantiles of ties", []float64{0, 0, 0, 0, 0, 0, 0, 1, 2, 3}, func(s *Survey) *Classes { return s.Quantiles(5) },
			[]float64{0, 1.2000000000000002}, []int64{7, 1, 2}, []string{"0", "1", "2 to 3"}},
		{"quantiles, the greatest value often", []float64{1, 2, 9, 9, 9, 9, 9, 9}, func(s *Survey) *Classes { return s.Quantiles(4) },
			[]float64{7.25}, []int64{2, 6}, []string{"1 to 7", "8 to 9"}},
		{"more quantiles than values", []float64{-1.5, 7}, func(s *Survey) *Classes { return s.Quantiles(5) },
			[]float64{0.20000000000000018}, []int64{1, 1}, []string{"−1.5 to 0.2", "0.2 to 7.0"}},
		{"quantiles of one value", []float64{2.5, 2.5, nan}, func(s *Survey) *Classes { return s.Quantiles(5) }, nil, []int64{2}, []string{"2.5"}},
		{"quantiles of nothing", []float64{nan, nan}, func(s *Survey) *Classes { return s.Quantiles(5) }, nil, []int64{0}, []string{"no value"}},
		{"equal", []float64{-1, 0.25, 1, 3}, func(s *Survey) *Classes { return s.Intervals(4) },
			[]float64{0, 1, 2}, []int64{1, 2, 0, 1}, []string{"−1.0 to 0", "0 to 1.0", "1.0 to 2.0", "2.0 to 3.0"}},
		{"equal of one value", []float64{0, 0}, func(s *Survey) *Classes { return s.Intervals(4) }, nil, []int64{2}, []string{"0"}},
		{"signed quantiles", []float64{-4, -1, -3, -2, nan, 1, 8, 4, 64, 2, 16, 32}, func(s *Survey) *Classes { return s.SignedQuantiles(5) },
			[]float64{-2.5, 0, 4, 16}, []int64{2, 2, 3, 2, 2}, []string{"−4 to −3", "−2 to 0", "1 to 4", "5 to 16", "17 to 64"}},
		{"signed quantiles, most rise", append(ramp(97, 1, 97), -0.5, -0.25, -7.5), func(s *Survey) *Classes { return s.SignedQuantiles(5) },
			[]float64{0, 25, 49, 73}, []int64{3, 25, 24, 24, 24}, []string{"−7.5 to 0", "0 to 25.0", "25.0 to 49.0", "49.0 to 73.0", "73.0 to 97.0"}},
		{"signed quantiles with zeros", []float64{0, 0, -1.5, -2.5, 4, 0, 5}, func(s *Survey) *Classes { return s.SignedQuantiles(5) },
			[]float64{-2, belowZero, 0, 4.5}, []int64{1, 1, 3, 1, 1}, []string{"−2.50 to −2.00", "−2.00 to 0", "0", "0 to 4.50", "4.50 to 5.00"}},
		{"signed quantiles of whole numbers with zeros", []float64{0, 0, -1, -2, 4, 0, 5}, func(s *Survey) *Classes { return s.SignedQuantiles(3) },
			[]float64{belowZero, 0}, []int64{2, 3, 2}, []string{"−2 to −1", "0", "1 to 5"}},
		{"signed quantiles with few zeros", append(ramp(1999, -1, 997), 0), func(s *Survey) *Classes { return s.SignedQuantiles(2) }, // one of the ramp is zero too
			[]float64{0}, []int64{4, 1996}, []string{"−1.0 to 0", "0 to 997.0"}},
		{"signed quantiles, none below", []float64{0, 0, 1, 2, 3, 4}, func(s *Survey) *Classes { return s.SignedQuantiles(3) },
			[]float64{0, 2.5}, []int64{2, 2, 2}, []string{"0", "1 to 2", "3 to 4"}},
		{"signed quantiles, none above", []float64{0, -1, -2, -3, -4, 0}, func(s *Survey) *Classes { return s.SignedQuantiles(3) },
			[]float64{-2.5, belowZero}, []int64{2, 2, 2}, []string{"−4 to −3", "−2 to −1", "0"}},
		{"signed quantiles, all above", []float64{1, 2, 3, 4}, func(s *Survey) *Classes { return s.SignedQuantiles(2) },
			[]float64{2.5}, []int64{2, 2}, []string{"1 to 2", "3 to 4"}},
		{"signed quantiles of zeros", []float64{0, 0}, func(s *Survey) *Classes { return s.SignedQuantiles(5) }, nil, []int64{2}, []string{"0"}},
		{"signed quantiles of nothing", []float64{nan}, func(s *Survey) *Classes { return s.SignedQuantiles(5) }, nil, []int64{0}, []string{"no value"}},
		{"signed and equal", []float64{-1, -0.5, 0.25, 1, 3}, func(s *Survey) *Classes { return s.SignedIntervals(4) },
			[]float64{0, 1, 2}, []int64{2, 2, 0, 1}, []string{"−1.0 to 0", "0 to 1.0", "1.0 to 2.0", "2.0 to 3.0"}},
		{"signed and equal, little below", []float64{-0.5, 2, 8, 0.5}, func(s *Survey) *Classes { return s.SignedIntervals(5) },
			[]float64{0, 2, 4, 6}, []int64{1, 2, 0, 0, 1}, []string{"−0.50 to 0", "0 to 2.00", "2.00 to 4.00", "4.00 to 6.00", "6.00 to 8.00"}},
		{"signed and equal with zeros", []float64{-6, 0, 3}, func(s *Survey) *Classes { return s.SignedIntervals(4) },
			[]float64{-3, belowZero, 0}, []int64{1, 0, 1, 1}, []string{"−6 to −3", "−2 to −1", "0", "1 to 3"}},
		{"signed and equal of one sign", []float64{1, 3}, func(s *Survey) *Classes { return s.SignedIntervals(2) }, []float64{2}, []int64{1, 1}, []string{"1 to 2", "3"}},
		{"breaks", []float64{-3, -0.01, 0, 0.005, 0.01, 3}, func(s *Survey) *Classes { return s.Breaks([]float64{-0.01, 0, 0.01}) },
			[]float64{-0.01, 0, 0.01}, []int64{2, 1, 2, 1}, []string{"≤ −0.01", "−0.01 to 0", "0 to 0.01", "> 0.01"}},
		{"breaks beyond all values", []float64{1, 2}, func(s *Survey) *Classes { return s.Breaks([]float64{-10, 50}) },
			[]float64{-10, 50}, []int64{0, 2, 0}, []string{"≤ −10", "−10 to 50", "> 50"}},
		{"one break", []float64{1, 2}, func(s *Survey) *Classes { return s.Breaks([]float64{0.125}) },
			[]float64{0.125}, []int64{0, 2}, []string{"≤ 0.125", "> 0.125"}},
		{"breaks of nothing", []float64{nan}, func(s *Survey) *Classes { return s.Breaks([]float64{0}) }, []float64{0}, []int64{0, 0}, []string{"≤ 0", "> 0"}},
	} {
		c := tt.of(surveyed(tt.values...))
		c.Count(tt.values, nil)
		if strings.Contains(tt.name, "quantile") {
			c.Merge()
		}
		if !slices.Equal(c.Limits, tt.limits) || !slices.Equal(c.Pixels, tt.pixels) {
			t.Errorf("%s: limits %v with %v pixels, want %v with %v", tt.name, c.Limits, c.Pixels, tt.limits, tt.pixels)
			continue
		}
		if got := c.Labels(""); !slices.Equal(got, tt.labels) {
			t.Errorf("%s: labels %q, want %q", tt.name, got, tt.labels)
		}
		again := make([]int64, len(c.Pixels))
		missing := int64(0)
		for _, x := range tt.values {
			if x != x {
				missing++
				continue
			}
			again[c.Index(x)]++
		}
		if !slices.Equal(again, c.Pixels) || missing != c.Nodata || c.Total()+missing != int64(len(tt.values)) {
			t.Errorf("%s: Index counts %v and %d gaps, Count %v and %d", tt.name, again, missing, c.Pixels, c.Nodata)
		}
	}
}

// Values that are not significant are in no class.
func TestCountSignificant(t *testing.T) {
	values := []float64{-1, -1, 1, 1, nan, 1}
	c := surveyed(values...).Breaks([]float64{0})
	c.Count(values, []bool{false, true, false, true, true, true})
	if !slices.Equal(c.Pixels, []int64{1, 1}) || c.Insignificant != 3 || c.Nodata != 1 || c.Total() != 5 {
		t.Errorf("%+v", c)
	}
}

func TestLabels(t *testing.T) {
	for _, tt := range []struct {
		limits   []float64
		min, max float64
		unit     string
		want     []string
	}{
		{[]float64{0.000609676, 0.00101519, 0.00498912, 0.0119940}, -0.0201, 0.04527, "", // as the tutorial's slopes
			[]string{"−0.02010 to 0.00061", "0.00061 to 0.00102", "0.00102 to 0.00499", "0.00499 to 0.01199", "0.01199 to 0.04527"}},
		{[]float64{1e-9}, -2e-9, 4e-9, "", []string{"−2.00e-09 to 1.00e-09", "1.00e-09 to 4.00e-09"}},
		{[]float64{2.5e9}, 1.1, 3e9, "", []string{"1.10e+00 to 2.50e+09", "2.50e+09 to 3.00e+09"}},
		{[]float64{-0.001}, -1.5, 20000.5, "", []string{"−1.5 to 0.0", "0.0 to 20000.5"}},
		{[]float64{729}, 0, 10957, "days since 1970-01-01", []string{"1970-01-01 to 1971-12-31", "1971-12-31 to 2000-01-01"}},
	} {
		c := &Classes{Limits: tt.limits, Min: tt.min, Max: tt.max, Pixels: make([]int64, len(tt.limits)+1)}
		if got := c.Labels(tt.unit); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %q, want %q", tt.limits, got, tt.want)
		}
	}
}

func TestParseBreaks(t *testing.T) {
	if got, err := ParseBreaks("-0.5, 0,1e3"); err != nil || !slices.Equal(got, []float64{-0.5, 0, 1000}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "a", "1,", "1;2", "1,1", "2,1", "nan", "0,inf", strings.Repeat("1,", 20)} {
		if got, err := ParseBreaks(bad); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
	if _, err := ParseBreaks("1,2,3,4,5,6,7,8,9,10,11,12"); err == nil {
		t.Error("thirteen classes are too many")
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		part, whole int64
		want        string
	}{{0, 10, "0.0 %"}, {1, 3, "33.3 %"}, {1, 100000, "< 0.1 %"}, {99999, 100000, "> 99.9 %"}, {5, 5, "100.0 %"}, {0, 0, "0.0 %"}} {
		if got := Percent(tt.part, tt.whole); got != tt.want {
			t.Errorf("%d of %d: %q, want %q", tt.part, tt.whole, got, tt.want)
		}
	}
}
