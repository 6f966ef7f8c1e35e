package render

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/palette/brewer"
)

// The palettes are Cynthia Brewer's, and viridis, by Stéfan van der Walt and Nathaniel Smith (CC0).
// People with any colour vision can tell the colours of all but RdYlGn apart. Diverging palettes
// have a neutral middle; that of RdYlGn is yellow.
var (
	diverging  = []string{"BrBG", "PuOr", "RdBu", "PRGn", "PiYG", redGreen}
	sequential = []string{"YlGnBu", "YlOrBr", "Blues", "Greens", "Purples", "Greys", viridis}
)

const (
	redGreen = "RdYlGn"
	viridis  = "viridis"
)

// viridisColors are eleven colours of viridis at equal distances.
var viridisColors = []color.Color{
	color.NRGBA{0x44, 0x01, 0x54, 255}, color.NRGBA{0x48, 0x25, 0x76, 255}, color.NRGBA{0x41, 0x44, 0x87, 255}, color.NRGBA{0x35, 0x60, 0x8d, 255},
	color.NRGBA{0x2a, 0x78, 0x8e, 255}, color.NRGBA{0x21, 0x90, 0x8c, 255}, color.NRGBA{0x22, 0xa8, 0x84, 255}, color.NRGBA{0x43, 0xbf, 0x71, 255},
	color.NRGBA{0x7a, 0xd1, 0x51, 255}, color.NRGBA{0xbb, 0xdf, 0x27, 255}, color.NRGBA{0xfd, 0xe7, 0x25, 255},
}

// DefaultDiverging is the palette of values with a sign: brown is loss and green is gain.
// DefaultSequential is the palette of other values.
const (
	DefaultDiverging  = "BrBG"
	DefaultSequential = "YlGnBu"
)

// PaletteNames returns the names that ParsePalette accepts.
func PaletteNames() []string { return append(append([]string{}, diverging...), sequential...) }

// Palette is a sequence of colours.
type Palette struct {
	Name      string
	Diverging bool
	colors    []color.NRGBA
}

// reversed is the suffix of the names of reversed palettes.
const reversed = "_r"

// ParsePalette returns the palette of a name, in upper or lower case. The suffix _r reverses it.
func ParsePalette(s string) (Palette, error) {
	base, back := strings.CutSuffix(s, reversed)
	for _, name := range PaletteNames() {
		if strings.EqualFold(name, base) {
			return newPalette(name, back), nil
		}
	}
	return Palette{}, fmt.Errorf("there is no palette of this name: use %s, which diverge, or %s, or one of them reversed, such as RdBu_r",
		strings.Join(diverging, ", "), strings.Join(sequential, ", "))
}

func newPalette(name string, back bool) Palette {
	p := Palette{Name: name}
	var from []color.Color
	if d, ok := brewer.DivergingPalettes[name]; ok {
		p.Diverging, from = true, d[11].Color
	} else if name == viridis {
		from = viridisColors
	} else {
		from = brewer.SequentialPalettes[name][9].Color
	}
	for i := range from {
		c := from[i]
		if back {
			c = from[len(from)-1-i]
		}
		p.colors = append(p.colors, color.NRGBAModel.Convert(c).(color.NRGBA))
	}
	if back {
		p.Name += reversed
	}
	if p.Diverging && name != redGreen {
		p.colors[len(p.colors)/2] = neutral
	}
	return p
}

// Warning says who cannot read a map in this palette; "" if everybody can.
func (p Palette) Warning() string {
	if strings.HasPrefix(p.Name, redGreen) {
		return "one man in twelve confuses red and green, and cannot tell losses from gains in " + redGreen + ": BrBG and RdBu show both to everybody"
	}
	return ""
}

// neutral is the middle of diverging palettes. Brewer's own is so close to white that it looks like
// no data.
var neutral = color.NRGBA{229, 229, 229, 255}

// at returns the colour at t, from 0 to 1, interpolated between its neighbours.
func (p Palette) at(t float64) color.NRGBA {
	t = min(max(t, 0), 1) * float64(len(p.colors)-1)
	i := min(int(t), len(p.colors)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (t-float64(i))*(float64(b)-float64(a))))
	}
	a, b := p.colors[i], p.colors[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// Colors returns a colour for each class. If p diverges and centred is set, the middle of p is at
// zero: classes below and above zero have different hues, a class of zeros or of both signs is
// neutral, and classes at the same distance from zero are equally deep.
func (p Palette) Colors(c *Classes, centred bool) []color.NRGBA {
	n := len(c.Pixels)
	colors := make([]color.NRGBA, n)
	switch {
	case p.Diverging && centred:
		for i, t := range depths(c) {
			colors[i] = p.at(0.5 + t/2)
		}
	case n == 1:
		colors[0] = p.at(0.6)
	case p.Diverging:
		for i := range colors {
			colors[i] = p.at(0.08 + 0.84*float64(i)/float64(n-1))
		}
	default:
		first, last := 0.1, 1.0 // the lightest colour of Brewer's is nearly white
		switch {
		case strings.HasPrefix(p.Name, viridis):
			first = 0
		case strings.HasSuffix(p.Name, reversed):
			first, last = 0, 0.9
		}
		for i := range colors {
			colors[i] = p.at(first + (last-first)*float64(i)/float64(n-1))
		}
	}
	return colors
}

// bounds returns the ends of class i. If the user gave the limits, the outer classes are unbounded,
// so that the same limits have the same colours for all values.
func (c *Classes) bounds(i int) (lo, hi float64) {
	lo, hi = c.ends(i)
	if c.Given && i == 0 {
		lo = math.Inf(-1)
	}
	if c.Given && i == len(c.Limits) {
		hi = math.Inf(1)
	}
	return lo, hi
}

// leastDepth is the depth of the class next to zero, if there are many: its hue must be seen.
const leastDepth = 0.3

// depths returns the depth of each class, from -1 to 1. It is 0 for a class of zeros and for one
// that holds values of both signs.
func depths(c *Classes) []float64 {
	at := make([]float64, len(c.Pixels))
	var below, above []int // classes by their distance from zero, the nearest first
	for i := range at {
		lo, hi := c.bounds(i)
		switch {
		case lo >= 0 && hi > 0:
			above = append(above, i)
		case hi <= 0 && lo < belowZero:
			below = append([]int{i}, below...)
		}
	}
	// The nearer end of a class is a limit between classes, except for the innermost class, so
	// outliers do not affect it.
	near := func(i int) float64 {
		lo, hi := c.bounds(i)
		return min(math.Abs(lo), math.Abs(hi))
	}
	long, short := below, above
	if len(above) > len(below) {
		long, short = above, below
	}
	n := len(long)
	if n == 0 {
		return at
	}
	deepest := 1 - 0.4/float64(n)
	least := max(deepest/float64(n), leastDepth)
	level := func(k int) float64 { return least + (deepest-least)*float64(k-1)/float64(max(n-1, 1)) }
	sign := func(i int) float64 {
		if _, hi := c.bounds(i); hi <= 0 {
			return -1
		}
		return 1
	}
	for k, i := range long {
		at[i] = sign(i) * level(k+1)
	}
	// A class on the shorter side has the depth of the classes at about the same distance on
	// the longer side, as far as each class can have a depth of its own.
	for k, i := range short {
		same := 0
		for _, j := range long {
			if near(j) <= 1.1*near(i) {
				same++
			}
		}
		at[i] = sign(i) * level(min(max(same, k+1), n-(len(short)-1-k)))
	}
	return at
}
