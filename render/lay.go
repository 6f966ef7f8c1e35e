package render

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
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

const (
	textSize   = 13.0
	lineHeight = 1.35 // times the size of the text
	margin     = 20.0
	leastWidth = 520.0 // of a page, enough for titles
)

// ScreenDPI is how many pixels an inch has on screens. Text on a figure for another resolution has
// the same size on paper.
const ScreenDPI = 96

// unit is the scale factor of text. It grows for maps that are larger than a screen.
func (l Layout) unit() float64 {
	if l.DPI > 0 {
		return l.DPI / ScreenDPI
	}
	return max(1, float64(max(l.PictureWidth, l.PictureHeight))/1200)
}

// lay computes the place of every part.
func (f *Figure) lay() *sheet {
	f = f.shown()
	l := f.Layout
	s := &sheet{unit: l.unit()}
	u, w, h := s.unit, float64(l.PictureWidth), float64(l.PictureHeight)
	edge, gap := math.Round(margin*u), math.Round(24*u)
	legend := f.legend(u)
	left := edge + s.frameLeft(f.Frame)

	// The legend is to the right of the map, or below a map that is much wider than high.
	below := w > 2*h && w > 1.2*legend.width && legend.height > h
	s.width = left + w + edge
	if !below {
		s.width += gap + legend.width
	}
	s.width = math.Round(max(s.width, leastWidth*u))

	top := s.layHeading(f, edge)
	s.mapAt = box{left, top, w, h, nil, true}
	s.holes = append(s.holes, s.mapAt)
	s.boxes = append(s.boxes, s.mapAt)
	bottom := top + h + s.layFrame(f.Frame)
	if below {
		at := bottom + 14*u
		bottom = at + max(legend.height, s.layBar(f, left+legend.width+30*u, at))
		s.place(legend, left, at)
	} else {
		s.place(legend, left+w+gap, top)
		at := bottom + 8*u
		if s.barWidth(f) > w+gap-8*u { // it would reach below the legend
			at = max(at, top+legend.height+8*u)
		}
		bottom = max(at+s.layBar(f, left, at), top+legend.height)
	}
	s.height = math.Round(s.laySource(f, edge, bottom+6*u) + 0.8*edge)
	return s
}

// layHeading adds title and subtitle and returns where the map begins.
func (s *sheet) layHeading(f *Figure, edge float64) float64 {
	u, y := s.unit, edge
	title := style{19 * u, true, ink}
	for _, text := range title.wrap(f.Title, s.width-2*edge) {
		y += title.size
		s.texts = append(s.texts, line{edge, y, text, title})
		y += 0.3 * title.size
	}
	return math.Round(s.lines(f.Subtitle, textSize*u, edge, y) + 14*u)
}

// laySource adds the source below y and returns where it ends.
func (s *sheet) laySource(f *Figure, edge, y float64) float64 {
	return s.lines(f.Source, 11*s.unit, edge, y)
}

// lines adds the lines of a pale text below y and returns where they end.
func (s *sheet) lines(text string, size, edge, y float64) float64 {
	pale := style{size, false, faded}
	for _, t := range pale.wrap(text, s.width-2*edge) {
		y += size * lineHeight
		s.texts = append(s.texts, line{edge, y, t, pale})
	}
	return y
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
