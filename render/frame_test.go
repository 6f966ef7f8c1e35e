package render

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestFrame(t *testing.T) {
	metres := Edge{Values: []float64{311010, 335820}}
	rows := Edge{Values: []float64{4703970, 4677480}}
	for _, tt := range []struct {
		name         string
		width, side  int
		bottom, left Edge
		want         string
	}{
		{"metres", 827, 883, metres, rows,
			"315 000@133 320 000@300 325 000@466 330 000@633 335 000@800 | 4 702 000@66 4 700 000@132 4 698 000@199 4 696 000@266 4 694 000@332 4 692 000@399 4 690 000@466 4 688 000@532 4 686 000@599 4 684 000@666 4 682 000@732 4 680 000@799 4 678 000@866"},
		{"degrees", 980, 560, Edge{Values: []float64{70, 140}, Kind: Longitude}, Edge{Values: []float64{55, 15}, Kind: Latitude},
			"80° E@140 90° E@280 100° E@420 110° E@560 120° E@700 130° E@840 | 55° N@0 50° N@70 45° N@140 40° N@210 35° N@280 30° N@350 25° N@420 20° N@490 15° N@560"},
		{"beyond 180°", 400, 300, Edge{Values: []float64{170, 190}, Kind: Longitude}, Edge{Values: []float64{10, -10}, Kind: Latitude},
			"175° E@100 180°@200 175° W@300 | 10° N@0 5° N@75 0°@150 5° S@225 10° S@300"},
		{"parts of degrees", 400, 200, Edge{Values: []float64{-0.4, 0.8}, Kind: Longitude}, Edge{Values: []float64{0.25, -0.25}, Kind: Latitude},
			"0°@133 0.5° E@300 | 0.2° N@20 0°@100 0.2° S@180"},
		{"not linear", 400, 400, Edge{Values: []float64{0, 1, 4}}, Edge{Values: []float64{math.NaN(), 2, 0}},
			"0@0 1@200 2@267 3@333 4@400 | 2.0@200 1.5@250 1.0@300 0.5@350 0.0@400"},
		{"turns", 400, 100, Edge{Values: []float64{0, 10, 0}}, Edge{Values: []float64{5, 5}}, "0@0 2@40 4@80 6@120 8@160 10@200 8@240 6@280 4@320 2@360 0@400 | "},
		{"none", 400, 400, Edge{Values: []float64{math.NaN(), math.NaN()}}, Edge{Values: []float64{0, math.Inf(1)}}, " | "},
		{"no room", 20, 3, metres, rows, " | "},
	} {
		l := Layout{PictureWidth: tt.width, PictureHeight: tt.side}
		f := NewFrame(l, tt.bottom, tt.left)
		var text [2][]string
		for i, marks := range [][]Mark{f.Bottom, f.Left} {
			for _, m := range marks {
				text[i] = append(text[i], fmt.Sprintf("%s@%.0f", strings.ReplaceAll(m.Label, "\u2009", " "), m.At))
			}
		}
		if got := strings.Join(text[0], " ") + " | " + strings.Join(text[1], " "); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for s, want := range map[string]string{"1": "1", "−1234": "−1234", "12345": "12 345", "−1234567.25": "−1 234 567.25", "123456.1": "123 456.1", "0.123456": "0.123456"} {
		if got := strings.ReplaceAll(grouped(s), "\u2009", " "); got != want {
			t.Errorf("%s is written %s, want %s", s, got, want)
		}
	}
}
