package render

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"io"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// Texts that hold control characters make no malformed SVG.
func TestForeignTextInSVG(t *testing.T) {
	const evil = "a\x1b[2J\x00\n\u009b<&\xff"
	series, err := Series{Title: evil, Subtitle: evil, XLabel: evil, YLabel: evil, BandLabel: evil, Observed: plotter.XYs{{X: 1, Y: 2}, {X: 2, Y: 3}}}.Draw("svg")
	if err != nil {
		t.Fatal(err)
	}
	layout := NewLayout(4, 3, 1, 100)
	figure := &Figure{Title: evil, Subtitle: evil, Heading: evil, Column: evil, Source: evil, Entries: []Entry{{Label: evil, Share: evil}}, Layout: layout,
		Image: image.NewPaletted(image.Rect(0, 0, layout.Width, layout.Height), color.Palette{color.NRGBA{}})}
	var b bytes.Buffer
	if err := figure.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	if figure.Title != evil || figure.Entries[0].Label != evil {
		t.Error("drawing changes the figure")
	}
	for name, text := range map[string][]byte{"series": series, "figure": b.Bytes()} {
		var err error
		for parser := xml.NewDecoder(bytes.NewReader(text)); err == nil; {
			_, err = parser.Token()
		}
		if err != io.EOF {
			t.Errorf("the SVG of a %s is malformed: %v", name, err)
		}
	}
}
