package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// Edge is the lower or the left edge of a map, for the coordinates along it.
type Edge struct {
	// Values are coordinates at places with equal distances, from left to right or from top to
	// bottom, two at least. They are NaN where there are none. Longitudes do not jump at 180°.
	Values []float64
	Kind   EdgeKind
}

// EdgeKind says how coordinates are written.
type EdgeKind int

// The kinds of coordinates.
const (
	Plain EdgeKind = iota // numbers, such as metres
	Longitude
	Latitude
)

// Frame is what is written along the lower and the left edge of a map.
type Frame struct {
	Bottom, Left []Mark
}

// Mark is a coordinate on an edge.
type Mark struct {
	At    float64 // pixels of the picture, from the left or from the top
	Label string
}

// NewFrame marks round coordinates along the lower and the left edge of a map, as many as there is
// room for. An edge whose labels find no room has none.
func NewFrame(l Layout, bottom, left Edge) *Frame {
	u, text := l.unit(), frameStyle(l.unit())
	w, h := float64(l.PictureWidth), float64(l.PictureHeight)
	return &Frame{
		Bottom: bottom.marks(w, 80*u, func(marks []Mark) bool {
			right := -12 * u // labels may reach as far beyond the corners
			for _, m := range marks {
				half := text.width(m.Label) / 2
				if m.At-half < right || m.At+half > w+12*u {
					return false
				}
				right = m.At + half + 10*u
			}
			return true
		}),
		Left: left.marks(h, 45*u, func(marks []Mark) bool {
			for i := 1; i < len(marks); i++ {
				if math.Abs(marks[i].At-marks[i-1].At) < 1.6*text.size {
					return false
				}
			}
			return len(marks) == 1 || h > text.size
		}),
	}
}

func frameStyle(unit float64) style { return style{11 * unit, false, ink} }

// degreeSteps are the distances between marks in degrees, where 1, 2 or 5 times a power of ten is
// not usual.
var degreeSteps = []float64{1, 2, 5, 10, 15, 30, 45, 90}

// marks returns marks about a distance of pixels apart, or farther, so that fits accepts them.
// Without the outermost ones they may fit when they do not with them.
func (e Edge) marks(length, apart float64, fits func([]Mark) bool) []Mark {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range e.Values {
		if v == v {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if !(lo < hi) || math.IsInf(hi-lo, 0) {
		return nil
	}
	for step, tries := e.step((hi-lo)*apart/length), 0; tries < 8; step, tries = e.step(step*1.01), tries+1 {
		all := e.at(step, lo, hi, length)
		n := len(all)
		for _, some := range [][2]int{{0, n}, {0, n - 1}, {1, n}, {1, n - 1}} {
			if some[0] < some[1] && fits(all[some[0]:some[1]]) {
				return all[some[0]:some[1]]
			}
		}
	}
	return nil
}

// step returns the least usual distance of at least x between marks.
func (e Edge) step(x float64) float64 {
	if e.Kind != Plain && x > 0.5 {
		for _, s := range degreeSteps {
			if s >= x {
				return s
			}
		}
	}
	return niceStep(x)
}

// at returns a mark wherever the coordinate is a multiple of step.
func (e Edge) at(step, lo, hi, length float64) (marks []Mark) {
	digits := int(max(0, -math.Floor(math.Log10(step)+1e-9)))
	n := len(e.Values) - 1
	for i := range n {
		a, b := e.Values[i], e.Values[i+1]
		if !(a != b) || a-b != a-b {
			continue
		}
		// The multiples from a, which belongs to this part, to b, which belongs to the next
		// one but for the last.
		first, last := math.Ceil(min(a, b)/step-1e-9), math.Floor(max(a, b)/step+1e-9)
		var found []Mark
		for k := first; k <= last && len(found) < 1000; k++ {
			part := (k*step - a) / (b - a)
			if part > 1-1e-9 && i < n-1 && e.Values[i+2] == e.Values[i+2] {
				continue
			}
			found = append(found, Mark{(float64(i) + min(max(part, 0), 1)) / float64(n) * length, e.label(k*step, digits)})
		}
		if a > b {
			for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
				found[i], found[j] = found[j], found[i]
			}
		}
		marks = append(marks, found...)
	}
	return marks
}

// label writes a coordinate.
func (e Edge) label(x float64, digits int) string {
	if e.Kind == Plain {
		return grouped(minus(strconv.FormatFloat(x, 'f', digits, 64)))
	}
	side := "NS"
	if e.Kind == Longitude {
		side = "EW"
		x = math.Remainder(x, 360)
	}
	text := strconv.FormatFloat(math.Abs(x), 'f', digits, 64)
	switch {
	case strings.Trim(text, "0.") == "":
		return "0°"
	case e.Kind == Longitude && math.Abs(x) == 180:
		return text + "°"
	case x > 0:
		return fmt.Sprintf("%s° %c", text, side[0])
	}
	return fmt.Sprintf("%s° %c", text, side[1])
}

const (
	tick     = 5.0 // length of a mark
	tickGap  = 3.0 // to its label
	tickWide = 1.0
)

// frameLeft returns the width of the labels at the left of a map.
func (s *sheet) frameLeft(f *Frame) float64 {
	if f == nil || len(f.Left) == 0 {
		return 0
	}
	text, wide := frameStyle(s.unit), 0.0
	for _, m := range f.Left {
		wide = max(wide, text.width(m.Label))
	}
	return math.Ceil(wide + (tick+tickGap)*s.unit)
}

// layFrame adds the marks of a map and returns the height of those below it.
func (s *sheet) layFrame(f *Frame) float64 {
	if f == nil {
		return 0
	}
	u, text, m := s.unit, frameStyle(s.unit), s.mapAt
	thick := max(1, math.Round(tickWide*u))
	stroke := func(x, y, w, h float64) {
		at := func(x, y float64) vg.Point { return vg.Point{X: vg.Length(x), Y: vg.Length(y)} }
		s.shapes = append(s.shapes, shape{frame, []vg.Point{at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h)}})
	}
	for _, mark := range f.Left {
		y := m.y + mark.At
		stroke(m.x-1-tick*u, math.Round(y-thick/2), tick*u, thick)
		s.texts = append(s.texts, line{m.x - (tick+tickGap)*u - text.width(mark.Label), y + 0.35*text.size, mark.Label, text})
	}
	for _, mark := range f.Bottom {
		x := m.x + mark.At
		stroke(math.Round(x-thick/2), m.y+m.h+1, thick, tick*u)
		s.texts = append(s.texts, line{x - text.width(mark.Label)/2, m.y + m.h + (tick+tickGap)*u + 0.8*text.size, mark.Label, text})
	}
	if len(f.Bottom) == 0 {
		return 0
	}
	return (tick+tickGap)*u + 1.3*text.size
}
