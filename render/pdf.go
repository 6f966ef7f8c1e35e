package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdfCanvas is a page of PDF. It writes text in Unicode, with its fonts embedded, which the canvas
// of package vgpdf cannot. Colours are opaque.
type pdfCanvas struct {
	doc           *fpdf.Fpdf
	width, height vg.Length
	now           pdfState
	pushed        []pdfState
	fonts         map[string]bool // that the document has
	images        int
	err           error // the first one
}

// pdfState is what Push saves.
type pdfState struct {
	to     affine
	color  color.NRGBA
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
}

// affine maps x, y to a·x + c·y + e, b·x + d·y + f.
type affine struct{ a, b, c, d, e, f float64 }

// then returns the map that applies n first and m to its result.
func (m affine) then(n affine) affine {
	return affine{m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b, m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d, m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f}
}

// scale is how many times as long a line becomes.
func (m affine) scale() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

func newPDF(width, height vg.Length) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: float64(width), Ht: float64(height)}})
	doc.SetCatalogSort(true) // the same figure is the same file, but for its date
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	c := &pdfCanvas{doc: doc, width: width, height: height, fonts: map[string]bool{}}
	c.now.to = affine{1, 0, 0, -1, 0, float64(height)} // PDF here counts y from the top
	vg.Initialize(c)
	return c
}

func (c *pdfCanvas) Size() (vg.Length, vg.Length) { return c.width, c.height }

func (c *pdfCanvas) SetLineWidth(w vg.Length) { c.now.width = w }

func (c *pdfCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	c.now.dashes, c.now.offset = pattern, offset
}

func (c *pdfCanvas) SetColor(col color.Color) {
	if col == nil {
		col = color.Black
	}
	c.now.color = color.NRGBAModel.Convert(col).(color.NRGBA)
}

func (c *pdfCanvas) Rotate(radians float64) {
	sin, cos := math.Sincos(radians)
	c.now.to = c.now.to.then(affine{cos, sin, -sin, cos, 0, 0})
}

func (c *pdfCanvas) Translate(p vg.Point) {
	c.now.to = c.now.to.then(affine{1, 0, 0, 1, float64(p.X), float64(p.Y)})
}

func (c *pdfCanvas) Scale(x, y float64) { c.now.to = c.now.to.then(affine{x, 0, 0, y, 0, 0}) }

func (c *pdfCanvas) Push() { c.pushed = append(c.pushed, c.now) }

func (c *pdfCanvas) Pop() {
	last := len(c.pushed) - 1
	c.now, c.pushed = c.pushed[last], c.pushed[:last]
}

func (c *pdfCanvas) point(p vg.Point) (x, y float64) {
	m := c.now.to
	return m.a*float64(p.X) + m.c*float64(p.Y) + m.e, m.b*float64(p.X) + m.d*float64(p.Y) + m.f
}

func (c *pdfCanvas) Stroke(path vg.Path) {
	if c.now.width <= 0 {
		return
	}
	scale := c.now.to.scale()
	c.doc.SetDrawColor(int(c.now.color.R), int(c.now.color.G), int(c.now.color.B))
	c.doc.SetLineWidth(float64(c.now.width) * scale)
	c.doc.SetLineJoinStyle("round")
	dashes := make([]float64, len(c.now.dashes))
	for i, d := range c.now.dashes {
		dashes[i] = float64(d) * scale
	}
	c.doc.SetDashPattern(dashes, float64(c.now.offset)*scale)
	c.path(path)
	c.doc.DrawPath("D")
}

func (c *pdfCanvas) Fill(path vg.Path) {
	c.doc.SetFillColor(int(c.now.color.R), int(c.now.color.G), int(c.now.color.B))
	c.path(path)
	c.doc.DrawPath("F")
}

// path adds a path to the page.
func (c *pdfCanvas) path(path vg.Path) {
	var at vg.Point
	for _, part := range path {
		switch part.Type {
		case vg.MoveComp:
			at = part.Pos
			c.doc.MoveTo(c.point(at))
		case vg.LineComp:
			at = part.Pos
			c.doc.LineTo(c.point(at))
		case vg.CurveComp:
			control := part.Control
			if len(control) == 1 { // a quadratic curve as a cubic one
				third := func(p vg.Point) vg.Point {
					return vg.Point{X: (p.X + 2*control[0].X) / 3, Y: (p.Y + 2*control[0].Y) / 3}
				}
				control = []vg.Point{third(at), third(part.Pos)}
			}
			at = part.Pos
			c.curve(control[0], control[1], at)
		case vg.ArcComp:
			at = c.arc(part)
		case vg.CloseComp:
			c.doc.ClosePath()
		}
	}
}

func (c *pdfCanvas) curve(first, second, end vg.Point) {
	x1, y1 := c.point(first)
	x2, y2 := c.point(second)
	x, y := c.point(end)
	c.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
}

// arc draws an arc as curves of an eighth of a circle or less, and returns where it ends.
func (c *pdfCanvas) arc(part vg.PathComp) vg.Point {
	on := func(angle float64, radius vg.Length) vg.Point {
		sin, cos := math.Sincos(angle)
		return vg.Point{X: radius * vg.Length(cos), Y: radius * vg.Length(sin)}
	}
	n := int(math.Ceil(math.Abs(part.Angle) / (math.Pi / 4)))
	step := part.Angle / float64(max(n, 1))
	tangent := part.Radius * vg.Length(4./3*math.Tan(step/4)) // of the control points
	start := part.Pos.Add(on(part.Start, part.Radius))
	c.doc.LineTo(c.point(start))
	for i := range n {
		angle := part.Start + float64(i)*step
		end := part.Pos.Add(on(angle+step, part.Radius))
		c.curve(start.Add(on(angle+math.Pi/2, tangent)), end.Add(on(angle+step-math.Pi/2, tangent)), end)
		start = end
	}
	return start
}

// FillString writes a text from a place on its base line.
func (c *pdfCanvas) FillString(face font.Face, at vg.Point, text string) {
	if face.Font.Size == 0 || text == "" {
		return
	}
	name := face.Name()
	if !c.fonts[name] {
		c.fonts[name] = true
		var source bytes.Buffer
		if _, err := face.Face.WriteSourceTo(nil, &source); err != nil {
			c.fail(err)
			return
		}
		c.doc.AddUTF8FontFromBytes(name, "", source.Bytes())
	}
	text = strings.Map(func(r rune) rune { // fpdf fails on characters of more than 16 bits, which the font does not have
		if r > math.MaxUint16 {
			return '\ufffd'
		}
		return r
	}, text)
	m := c.now.to
	c.doc.SetFont(name, "", float64(face.Font.Size)*m.scale())
	c.doc.SetTextColor(int(c.now.color.R), int(c.now.color.G), int(c.now.color.B))
	x, y := c.point(at)
	if m.b == 0 && m.a > 0 {
		c.doc.Text(x, y, text)
		return
	}
	c.doc.TransformBegin()
	c.doc.TransformRotate(math.Atan2(-m.b, m.a)*180/math.Pi, x, y)
	c.doc.Text(x, y, text)
	c.doc.TransformEnd()
}

// DrawImage draws an image that is not rotated.
func (c *pdfCanvas) DrawImage(to vg.Rectangle, img image.Image) {
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, img); err != nil {
		c.fail(err)
		return
	}
	c.images++
	name, options := fmt.Sprintf("image %d", c.images), fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, options, &encoded)
	left, top := c.point(vg.Point{X: to.Min.X, Y: to.Max.Y})
	right, bottom := c.point(vg.Point{X: to.Max.X, Y: to.Min.Y})
	c.doc.ImageOptions(name, left, top, right-left, bottom-top, false, options, 0, "")
}

func (c *pdfCanvas) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// write writes the document.
func (c *pdfCanvas) write(w io.Writer) error {
	if c.err != nil {
		return c.err
	}
	return c.doc.Output(w)
}
