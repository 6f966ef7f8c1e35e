package render

import (
	"image"
	"image/color"
	"math"
	"strings"
	"sync"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
)

// Figure is a map with title, legend, scale bar and source.
type Figure struct {
	Title    string
	Subtitle string
	Heading  string // of the legend
	Column   string // heading of the shares
	Entries  []Entry
	Source   string // what the map was made from
	Layout   Layout
	Image    *image.Paletted // the cells
	Bar      *Bar            // nil: none
	North    *float64        // clockwise angle from up to north in radians; nil: no arrow
}

// Entry is a line of the legend.
type Entry struct {
	Color color.NRGBA // transparent for no data
	Label string
	Share string
	Apart bool // leave space above the entry
}

var (
	ink   = color.NRGBA{34, 34, 34, 255}
	faded = color.NRGBA{96, 96, 96, 255}
	frame = color.NRGBA{120, 120, 120, 255}
	paper = color.NRGBA{255, 255, 255, 255}
)

// sheet is a figure with the place of every part, in pixels of the picture from the top left. Its
// paper is white, so that the text is readable on any background, with holes where there is no
// data.
type sheet struct {
	width, height float64
	unit          float64 // scale factor of the text
	mapAt         box
	holes         []box
	boxes         []box // with a fill or a frame
	texts         []line
	shapes        []shape
}

type box struct {
	x, y, w, h float64
	fill       color.Color // nil: none
	framed     bool
}

type line struct {
	x, y  float64 // of the base line
	text  string
	style style
}

type shape struct {
	fill   color.Color
	points []vg.Point
}

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

const (
	textSize   = 13.0
	lineHeight = 1.35 // times the size of the text
	margin     = 20.0
	leastWidth = 520.0 // of a page, enough for titles
)

// unit is the scale factor of text. It grows for maps that are larger than a screen.
func (l Layout) unit() float64 { return max(1, float64(max(l.PictureWidth, l.PictureHeight))/1200) }

// lay computes the place of every part.
func (f *Figure) lay() *sheet {
	l := f.Layout
	s := &sheet{unit: l.unit()}
	u, w, h := s.unit, float64(l.PictureWidth), float64(l.PictureHeight)
	edge := math.Round(margin * u)
	legend := f.legend(u)

	// The legend is to the right of the map, or below a map that is much wider than high.
	below := w > 2*h && w > 1.2*legend.width && legend.height > h
	gap := math.Round(24 * u)
	s.width = edge + w + edge
	if !below {
		s.width += gap + legend.width
	}
	s.width = max(s.width, math.Round(leastWidth*u))
	inner := s.width - 2*edge

	y := edge
	title := style{19 * u, true, ink}
	for _, text := range title.wrap(f.Title, inner) {
		y += title.size
		s.texts = append(s.texts, line{edge, y, text, title})
		y += 0.3 * title.size
	}
	subtitle := style{textSize * u, false, faded}
	for _, text := range subtitle.wrap(f.Subtitle, inner) {
		y += subtitle.size * lineHeight
		s.texts = append(s.texts, line{edge, y, text, subtitle})
	}
	y = math.Round(y + 14*u)

	s.mapAt = box{edge, y, w, h, nil, true}
	s.holes = append(s.holes, s.mapAt)
	s.boxes = append(s.boxes, s.mapAt)
	bottom := y + h
	if below {
		at := bottom + 14*u
		bottom = at + max(legend.height, s.layBar(f, edge+legend.width+30*u, at))
		s.place(legend, edge, at)
	} else {
		s.place(legend, edge+w+gap, y)
		at := bottom + 8*u
		if s.barWidth(f) > w+gap-8*u { // it would reach below the legend
			at = max(at, y+legend.height+8*u)
		}
		bottom = max(at+s.layBar(f, edge, at), y+legend.height)
	}

	source := style{11 * u, false, faded}
	y = bottom + 6*u
	for _, text := range source.wrap(f.Source, inner) {
		y += source.size * lineHeight
		s.texts = append(s.texts, line{edge, y, text, source})
	}
	s.height = math.Round(y + 0.8*edge)
	s.width = math.Round(s.width)
	return s
}

// legend lays out the legend, with its top left at the origin.
func (f *Figure) legend(u float64) *sheet {
	const swatch, high, pitch = 26.0, 15.0, 22.0
	s := &sheet{}
	text, heading, small := style{textSize * u, false, ink}, style{textSize * u, true, ink}, style{11 * u, false, faded}
	label, share := 0.0, small.width(f.Column)
	for _, e := range f.Entries {
		label, share = max(label, text.width(e.Label)), max(share, text.width(e.Share))
	}
	left := (swatch + 9) * u
	right := left + label + 18*u + share
	s.width = right
	y := 0.0
	for _, t := range heading.wrap(f.Heading, max(right, 190*u)) {
		y += heading.size
		s.texts = append(s.texts, line{0, y, t, heading})
		s.width = max(s.width, heading.width(t))
		y += 0.35 * heading.size
	}
	if len(f.Entries) > 0 {
		y += small.size * 1.2
		s.texts = append(s.texts, line{right - small.width(f.Column), y, f.Column, small})
		y += 5 * u
	}
	for _, e := range f.Entries {
		if e.Apart {
			y += 8 * u
		}
		b := box{0, math.Round(y), math.Round(swatch * u), math.Round(high * u), e.Color, true}
		if e.Color.A == 0 {
			b.fill = nil
			s.holes = append(s.holes, b)
		}
		s.boxes = append(s.boxes, b)
		base := y + high*u/2 + 0.35*text.size
		s.texts = append(s.texts, line{left, base, e.Label, text}, line{right - text.width(e.Share), base, e.Share, text})
		y += pitch * u
	}
	s.height = y
	s.width = math.Ceil(s.width)
	return s
}

// place adds a part at x, y.
func (s *sheet) place(part *sheet, x, y float64) {
	move := func(boxes []box) (moved []box) {
		for _, b := range boxes {
			b.x, b.y = math.Round(b.x+x), math.Round(b.y+y)
			moved = append(moved, b)
		}
		return moved
	}
	s.holes, s.boxes = append(s.holes, move(part.holes)...), append(s.boxes, move(part.boxes)...)
	for _, t := range part.texts {
		t.x, t.y = t.x+x, t.y+y
		s.texts = append(s.texts, t)
	}
}

// layBar adds the scale bar and the north arrow and returns their height.
func (s *sheet) layBar(f *Figure, x, y float64) float64 {
	const high, thick = 38.0, 6.0
	u := s.unit
	if f.North == nil && f.Bar == nil {
		return 0
	}
	if f.North != nil {
		wide := s.arrowWidth(*f.North)
		s.arrow(x+wide/2-8*u, y+19*u, *f.North)
		x += wide
	}
	if f.Bar != nil {
		text := s.barStyle()
		half := f.Bar.Length / 2
		top := y + 9*u
		s.boxes = append(s.boxes, box{x, top, half, thick * u, ink, true}, box{x + half, top, half, thick * u, paper, true})
		base := top + (thick+4)*u + text.size*0.8
		// The number is centred below the end of the bar, and the unit follows it.
		digits, _, _ := strings.Cut(f.Bar.End, " ")
		s.texts = append(s.texts, line{x - text.width("0")/2 + u, base, "0", text}, line{x + 2*half - text.width(digits)/2, base, f.Bar.End, text})
		if middle := text.width(f.Bar.Middle); middle+text.width(digits)+12*u < half {
			s.texts = append(s.texts, line{x + half - middle/2, base, f.Bar.Middle, text})
		}
	}
	return high * u
}

func (s *sheet) barStyle() style { return style{11 * s.unit, false, ink} }

// barWidth returns the width of what layBar adds.
func (s *sheet) barWidth(f *Figure) (wide float64) {
	if f.North != nil {
		wide = s.arrowWidth(*f.North)
	}
	if f.Bar != nil {
		wide += f.Bar.Length + s.barStyle().width(f.Bar.End)
	}
	return wide
}

// arrowWidth returns the width of the north arrow, with space to its right. The arrow is longer
// than it is wide, so the width depends on its angle.
func (s *sheet) arrowWidth(angle float64) float64 {
	return (34 + 24*math.Abs(math.Sin(angle))) * s.unit
}

// arrow adds an arrow around a point, at a clockwise angle from up, with an N beyond its tip.
func (s *sheet) arrow(x, y, angle float64) {
	u := s.unit
	sin, cos := math.Sincos(angle)
	at := func(dx, dy float64) vg.Point { // right and down
		return vg.Point{X: vg.Length(x + (dx*cos-dy*sin)*u), Y: vg.Length(y + (dx*sin+dy*cos)*u)}
	}
	tip, notch := at(0, -6), at(0, 11)
	s.shapes = append(s.shapes, shape{ink, []vg.Point{tip, at(-6.5, 15), notch}}, shape{ink, []vg.Point{tip, at(6.5, 15), notch}})
	n := style{11 * u, true, ink}
	letter := at(0, -12.5)
	s.texts = append(s.texts, line{float64(letter.X) - n.width("N")/2, float64(letter.Y) + 0.36*n.size, "N", n})
}
