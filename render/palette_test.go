package render

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"testing"
)

// depth is how far a colour is from the neutral one.
func depth(c color.NRGBA) float64 { return distance(c, neutral) }

func distance(a, b color.NRGBA) float64 {
	return math.Hypot(math.Hypot(float64(a.R)-float64(b.R), float64(a.G)-float64(b.G)), float64(a.B)-float64(b.B))
}

func brown(c color.NRGBA) bool { return int(c.R) > int(c.B)+10 }
func green(c color.NRGBA) bool { return int(c.G) > int(c.R)+10 }

// In a map of trends the hue shows the sign and the depth shows the distance from zero.
func TestCentred(t *testing.T) {
	palette, err := ParsePalette(DefaultDiverging)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		limits   []float64
		min, max float64
		given    bool
		signs    []int
	}{
		{"both", []float64{-3, -1, 1, 3}, -9, 9, false, []int{-1, -1, 0, 1, 1}},
		{"most rise", []float64{0.0006, 0.001, 0.005, 0.012}, -0.02, 0.045, false, []int{0, 1, 1, 1, 1}},
		{"all fall", []float64{-4, -3, -2}, -9, -1, false, []int{-1, -1, -1, -1}},
		{"a limit at zero", []float64{-1, 0, 1}, -2, 2, false, []int{-1, -1, 1, 1}},
		{"the least is zero", []float64{1, 2}, 0, 3, false, []int{1, 1, 1}},
		{"the greatest is zero", []float64{-1}, -2, 0, false, []int{-1, -1}},
		{"zeros apart", []float64{-1, belowZero, 0, 1}, -2, 3, false, []int{-1, -1, 0, 1, 1}},
		{"zeros first", []float64{0, 1}, 0, 3, false, []int{0, 1, 1}},
		{"zeros last", []float64{-1, belowZero}, -3, 0, false, []int{-1, -1, 0}},
		{"one value, zero", nil, 0, 0, false, []int{0}},
		{"one value", nil, 5, 5, false, []int{1}},
		{"given, all beyond", []float64{-2, -1, 1, 2}, 5, 6, true, []int{-1, -1, 0, 1, 1}},
		{"given, zero", []float64{0}, -1, 1, true, []int{-1, 1}},
		{"no value", nil, nan, nan, false, []int{0}},
	} {
		c := &Classes{Limits: tt.limits, Min: tt.min, Max: tt.max, Given: tt.given, Pixels: make([]int64, len(tt.limits)+1)}
		colors := palette.Colors(c, true)
		for i, col := range colors {
			sign := 0
			switch {
			case brown(col):
				sign = -1
			case green(col):
				sign = 1
			}
			if sign != tt.signs[i] || (sign == 0) != (col == neutral) {
				t.Errorf("%s: class %d is %v, of sign %d, want %d", tt.name, i, col, sign, tt.signs[i])
			}
			if i > 0 && tt.signs[i] == tt.signs[i-1] && (depth(col) > depth(colors[i-1])) != (tt.signs[i] > 0) {
				t.Errorf("%s: classes %d and %d are in the wrong order: %v, %v", tt.name, i-1, i, colors[i-1], col)
			}
		}
	}
	// Classes at the same distance from zero are equally deep. If one side has a single class,
	// it is as deep as the class of the other side at its distance.
	at := depths(&Classes{Limits: []float64{-4, 1, 2, 4}, Min: -9, Max: 9, Pixels: make([]int64, 5)})
	if want := []float64{-at[4], 0, at[2], at[3], at[4]}; !slices.Equal(at, want) || !(at[2] > 0 && at[2] < at[3] && at[3] < at[4]) {
		t.Errorf("depths %v, want %v", at, want)
	}
}

// People who do not see red, or green, can tell the classes of all palettes apart that have no
// warning.
func TestColourBlind(t *testing.T) {
	// Viénot, Brettel and Mollon, "Digital video colourmaps for checking the legibility of
	// displays by dichromats", 1999.
	visions := map[string][9]float64{
		"protanopia":   {0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1},
		"deuteranopia": {0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1},
	}
	for _, palette := range PaletteNames() {
		p, err := ParsePalette(palette)
		if err != nil {
			t.Fatal(err)
		}
		colors := p.Colors(&Classes{Limits: []float64{-2, -1, 1, 2}, Min: -3, Max: 3, Pixels: make([]int64, 5)}, true)
		if palette != "Greys" { // which contain the grey of insignificant pixels
			colors = append(colors, NotSignificant)
		}
		alike := ""
		for name, m := range visions {
			for i := range colors {
				for j := range i {
					if d := distance(seen(m, colors[i]), seen(m, colors[j])); !(d > 20) {
						alike = fmt.Sprintf("%s: classes %d and %d differ by %.0f: %v, %v", name, j, i, d, colors[j], colors[i])
					}
				}
			}
		}
		if (alike != "") != (p.Warning() != "") {
			t.Errorf("%s: the warning is %q; %s", palette, p.Warning(), alike)
		}
	}
}

// seen is how a colour looks to a dichromat.
func seen(m [9]float64, c color.NRGBA) color.NRGBA {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	in := [3]float64{linear(c.R), linear(c.G), linear(c.B)}
	var out [3]uint8
	for i := range out {
		x := m[3*i]*in[0] + m[3*i+1]*in[1] + m[3*i+2]*in[2]
		out[i] = uint8(math.Round(255 * math.Pow(min(max(x, 0), 1), 1/2.2)))
	}
	return color.NRGBA{out[0], out[1], out[2], 255}
}

func TestParsePalette(t *testing.T) {
	c := &Classes{Limits: []float64{-1, 1}, Min: -3, Max: 3, Pixels: make([]int64, 3)}
	for _, name := range PaletteNames() {
		p, err := ParsePalette(name)
		back, err2 := ParsePalette(name + "_r")
		if err != nil || err2 != nil || p.Name != name || back.Name != name+"_r" {
			t.Fatalf("%s: %v, %v, %q, %q", name, err, err2, p.Name, back.Name)
		}
		colors, turned := p.Colors(c, true), back.Colors(c, true)
		if p.Diverging {
			slices.Reverse(turned)
			if !slices.Equal(colors, turned) {
				t.Errorf("%s: %v, reversed %v", name, colors, turned)
			}
		} else if name == viridis {
			if colors[0] != viridisColors[0] || colors[2] != viridisColors[10] || turned[0] != colors[2] || turned[2] != colors[0] {
				t.Errorf("viridis is %v, reversed %v", colors, turned)
			}
		} else if sum := func(c color.NRGBA) int { return int(c.R) + int(c.G) + int(c.B) }; sum(colors[0]) < sum(colors[2]) || sum(turned[0]) > sum(turned[2]) {
			t.Errorf("%s is not light to dark, or its reverse not dark to light: %v, %v", name, colors, turned)
		}
	}
	if p, err := ParsePalette("rdylgn_r"); err != nil || p.Name != "RdYlGn_r" || p.colors[5] != (color.NRGBA{255, 255, 191, 255}) || p.Warning() == "" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := ParsePalette("brbg"); err != nil || p.Name != "BrBG" {
		t.Errorf("%v, %v", p.Name, err)
	}
	if _, err := ParsePalette("jet"); err == nil || !contains(err.Error(), "BrBG, PuOr", "YlGnBu") {
		t.Errorf("%v", err)
	}
}
