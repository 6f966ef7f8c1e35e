package render

import (
	"bytes"
	"fmt"
	"image/color"
	"image/draw"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Formats are the formats of maps and plots. They are also the suffixes of their files.
var Formats = []string{"png", "svg", "pdf"}

// Write draws the figure in one of the Formats.
func (f *Figure) Write(w io.Writer, format string) error {
	switch format {
	case "png":
		return f.WritePNG(w)
	case "svg":
		return f.WriteSVG(w)
	case "pdf":
		return f.WritePDF(w)
	}
	return noFormat("map", format)
}

func noFormat(what, format string) error {
	return fmt.Errorf("render: a %s is drawn as png, svg or pdf, not as %q", what, format)
}

// WritePNG draws the figure as PNG. One pixel of the picture is one pixel of the PNG.
func (f *Figure) WritePNG(w io.Writer) error {
	s := f.lay()
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(s.width), vg.Length(s.height)), vgimg.UseDPI(72), vgimg.UseBackgroundColor(color.Transparent))
	s.draw(c)
	// Draw without the canvas, which would blur an enlarged image.
	img := enlarged(f.Image, f.Layout.PictureWidth, f.Layout.PictureHeight)
	to := img.Bounds()
	to.Min.X, to.Min.Y = int(s.mapAt.x), int(s.mapAt.y)
	to.Max = to.Min.Add(img.Bounds().Max)
	draw.Draw(c.Image(), to, img, img.Bounds().Min, draw.Src)
	s.drawOutlines(c, f.Outlines)
	return writePNG(w, c.Image(), f.Layout.DPI)
}

// fontFix names substitutes of the font for machines without it.
var fontFix = strings.NewReplacer("font-family:Liberation Sans;font-variant:normal;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")

// imageFixes repairs two faults of images in the output of vgsvg: a PNG is labelled as JPEG, and
// enlarged pixels are blurred.
var imageFixes = strings.NewReplacer(
	"data:image/jpg;", "data:image/png;",
	"<image ", `<image style="image-rendering:optimizeSpeed;image-rendering:pixelated" `,
)

// WriteSVG draws the figure as SVG, with lines and text as SVG elements and the map as an embedded
// picture.
func (f *Figure) WriteSVG(w io.Writer) error {
	s := f.lay()
	c := vgsvg.New(vg.Length(s.width), vg.Length(s.height))
	s.draw(c)
	s.drawImage(c, f)
	s.drawOutlines(c, f.Outlines)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	// vgsvg writes the size in points, and the figure is in pixels.
	size := fmt.Sprintf(`<svg width="%v" height="%v" viewBox=`, s.width, s.height)
	if dpi := f.Layout.DPI; dpi > 0 {
		size = fmt.Sprintf(`<svg width="%.6gin" height="%.6gin" viewBox=`, s.width/dpi, s.height/dpi)
	}
	before, rest, _ := strings.Cut(b.String(), "<svg ")
	_, after, _ := strings.Cut(rest, " viewBox=")
	if _, err := io.WriteString(w, before+size); err != nil {
		return err
	}
	_, err := imageFixes.WriteString(w, fontFix.Replace(after))
	return err
}

// WritePDF draws the figure as PDF, with lines and text as those of a PDF and the map as an
// embedded picture.
func (f *Figure) WritePDF(w io.Writer) error {
	s := f.lay()
	dpi := f.Layout.DPI
	if dpi == 0 {
		dpi = ScreenDPI
	}
	point := float64(vg.Inch) / dpi // of a pixel
	c := newPDF(vg.Length(s.width*point), vg.Length(s.height*point))
	c.Scale(point, point)
	s.draw(c)
	s.drawImage(c, f)
	s.drawOutlines(c, f.Outlines)
	return c.write(w)
}

// drawImage draws the map as a picture of its own.
func (s *sheet) drawImage(c vg.Canvas, f *Figure) {
	m := s.mapAt
	c.DrawImage(vg.Rectangle{Min: s.point(m.x, m.y+m.h), Max: s.point(m.x+m.w, m.y)}, enlarged(f.Image, f.Layout.PictureWidth, f.Layout.PictureHeight))
	s.strokeFrame(c, m) // which a viewer may have drawn the edge of the picture on
}

func (s *sheet) strokeFrame(c vg.Canvas, b box) {
	c.SetColor(frame)
	c.SetLineWidth(1)
	c.Stroke(s.outline(b.x-0.5, b.y-0.5, b.w+1, b.h+1, false))
}

// drawOutlines draws lines on the map, dark on a light seam, so that they are seen on every colour.
func (s *sheet) drawOutlines(c vg.Canvas, lines [][]float64) {
	for _, pass := range []struct {
		color color.Color
		width float64
	}{{paper, 2.6}, {ink, 1.1}} {
		c.SetColor(pass.color)
		c.SetLineWidth(vg.Length(pass.width * s.unit))
		for _, xy := range lines {
			var p vg.Path
			p.Move(s.point(s.mapAt.x+xy[0], s.mapAt.y+xy[1]))
			for i := 2; i+1 < len(xy); i += 2 {
				p.Line(s.point(s.mapAt.x+xy[i], s.mapAt.y+xy[i+1]))
			}
			c.Stroke(p)
		}
	}
}

// point converts a place on the sheet to a place on a canvas, whose y counts from the bottom.
func (s *sheet) point(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x), Y: vg.Length(s.height - y)}
}

// draw draws everything but the map.
func (s *sheet) draw(c vg.Canvas) {
	// The holes have the opposite direction to the paper, so both fill rules leave them out.
	page := s.outline(0, 0, s.width, s.height, false)
	for _, h := range s.holes {
		page = append(page, s.outline(h.x, h.y, h.w, h.h, true)...)
	}
	c.SetColor(paper)
	c.Fill(page)
	for _, b := range s.boxes {
		if b.fill != nil {
			c.SetColor(b.fill)
			c.Fill(s.outline(b.x, b.y, b.w, b.h, false))
		}
		if b.framed {
			s.strokeFrame(c, b)
		}
	}
	for _, a := range s.shapes {
		var p vg.Path
		for i, at := range a.points {
			if at = s.point(float64(at.X), float64(at.Y)); i == 0 {
				p.Move(at)
			} else {
				p.Line(at)
			}
		}
		p.Close()
		c.SetColor(a.fill)
		c.Fill(p)
	}
	for _, t := range s.texts {
		c.SetColor(t.style.color)
		c.FillString(t.style.face(), s.point(t.x, t.y), t.text)
	}
}

func (s *sheet) outline(x, y, w, h float64, back bool) vg.Path {
	corners := []vg.Point{s.point(x, y), s.point(x+w, y), s.point(x+w, y+h), s.point(x, y+h)}
	if back {
		corners[1], corners[3] = corners[3], corners[1]
	}
	var p vg.Path
	p.Move(corners[0])
	for _, c := range corners[1:] {
		p.Line(c)
	}
	p.Close()
	return p
}
