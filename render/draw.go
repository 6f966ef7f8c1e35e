package render

import (
	"bytes"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

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
	return png.Encode(w, c.Image())
}

// svgFixes repairs four faults in the output of vgsvg: a PNG is labelled as JPEG, enlarged pixels
// are blurred, sizes are in points although the figure is in pixels, and the font has no substitute
// for machines without it.
var svgFixes = strings.NewReplacer(
	"data:image/jpg;", "data:image/png;",
	"<image ", `<image style="image-rendering:optimizeSpeed;image-rendering:pixelated" `,
	"font-family:Liberation Sans;font-variant:normal;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;",
	`pt" height="`, `" height="`,
	`pt" viewBox="`, `" viewBox="`,
)

// WriteSVG draws the figure as SVG, with lines and text as SVG elements and the map as an embedded
// picture.
func (f *Figure) WriteSVG(w io.Writer) error {
	s := f.lay()
	c := vgsvg.New(vg.Length(s.width), vg.Length(s.height))
	s.draw(c)
	m := s.mapAt
	c.DrawImage(vg.Rectangle{Min: s.point(m.x, m.y+m.h), Max: s.point(m.x+m.w, m.y)}, enlarged(f.Image, f.Layout.PictureWidth, f.Layout.PictureHeight))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	_, err := svgFixes.WriteString(w, b.String())
	return err
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
			c.SetColor(frame)
			c.SetLineWidth(1)
			c.Stroke(s.outline(b.x-0.5, b.y-0.5, b.w+1, b.h+1, false))
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
