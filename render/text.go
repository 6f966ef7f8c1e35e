package render

import (
	"image/color"
	"strings"
	"sync"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// shown returns a text on one line and printable. No SVG is well-formed with control characters.
func shown(text string) string { return foreign.Printable(strings.Join(strings.Fields(text), " ")) }

// style is a kind of text.
type style struct {
	size  float64
	bold  bool
	color color.Color
}

// fonts is loaded once. Liberation Sans has the widths of Arial and Helvetica.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

func (s style) face() font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if s.bold {
		f.Weight = stdfont.WeightBold
	}
	return fonts().Lookup(f, vg.Length(s.size))
}

func (s style) width(text string) float64 {
	face := s.face()
	return float64(face.Width(text))
}

// wrap breaks a text into lines of a width. It breaks between words, and within a word that is
// longer than a line.
func (s style) wrap(text string, width float64) []string {
	var lines []string
	now := ""
	for _, word := range strings.Fields(text) {
		for s.width(word) > width && len([]rune(word)) > 1 {
			runes := []rune(word)
			n := len(runes) - 1
			for n > 1 && s.width(string(runes[:n])) > width {
				n--
			}
			if now != "" {
				lines = append(lines, now)
				now = ""
			}
			lines = append(lines, string(runes[:n]))
			word = string(runes[n:])
		}
		switch {
		case now == "":
			now = word
		case s.width(now+" "+word) <= width:
			now += " " + word
		default:
			lines = append(lines, now)
			now = word
		}
	}
	if now != "" {
		lines = append(lines, now)
	}
	return lines
}
