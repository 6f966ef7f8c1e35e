package render

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func contains(s string, words ...string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(s, w) })
}

func TestLayout(t *testing.T) {
	for _, tt := range []struct {
		w, h           int
		aspect         float64
		cells, picture [2]int
	}{
		{5, 4, 1, [2]int{5, 4}, [2]int{1000, 800}},
		{827, 883, 1, [2]int{827, 883}, [2]int{827, 883}},
		{400, 300, 1.002, [2]int{400, 300}, [2]int{800, 600}}, // as good as square
		{1, 1, 1, [2]int{1, 1}, [2]int{1000, 1000}},
		{30000, 15000, 1, [2]int{1000, 500}, [2]int{1000, 500}},
		{100000, 3, 1, [2]int{1000, 1}, [2]int{1000, 1}},
		{140, 80, 2, [2]int{140, 80}, [2]int{1000, 286}},
		{1000, 100, 0.5, [2]int{1000, 100}, [2]int{1000, 200}},
		{2000, 100, 0.5, [2]int{1000, 100}, [2]int{1000, 100}},
		{50, 50, 1000, [2]int{50, 50}, [2]int{1000, 1000}}, // an aspect that no raster means
		{50, 50, math.NaN(), [2]int{50, 50}, [2]int{1000, 1000}},
	} {
		l := NewLayout(tt.w, tt.h, tt.aspect, 1000)
		if got, picture := [2]int{l.Width, l.Height}, [2]int{l.PictureWidth, l.PictureHeight}; got != tt.cells || picture != tt.picture {
			t.Errorf("%d × %d, %v: %v cells as %v pixels, want %v as %v", tt.w, tt.h, tt.aspect, got, picture, tt.cells, tt.picture)
		}
	}
}

func TestCells(t *testing.T) {
	values := []float64{
		1, 3, nan, nan,
		5, 7, nan, -2,
		0, 0, 9, 9,
		0, 4, 9, 9,
	}
	const o, x = false, true
	marks := []bool{
		o, o, x, x,
		x, x, x, x,
		x, x, o, o,
		x, o, o, x,
	}
	l := NewLayout(4, 4, 1, 2)
	classes := surveyed(-10, 10).Breaks([]float64{-1, 0, 1, 3, 5, 8})
	colors := make([]color.NRGBA, 7)
	indices := func(nearest bool, p []bool, flipX, flipY bool) []uint8 {
		c := NewCells(l, nearest, p != nil)
		for y := range 4 { // in windows of two pixels
			for x := 0; x < 4; x += 2 {
				var window []bool
				if at := 4*y + x; p != nil {
					window = p[at : at+2]
				}
				c.Add(x, y, 2, values[4*y+x:4*y+x+2], window)
			}
		}
		return c.Image(classes, colors, flipX, flipY).Pix
	}
	for _, tt := range []struct {
		name         string
		nearest      bool
		p            []bool
		flipX, flipY bool
		want         []uint8 // 0: no value, 1: not significant, 2 + class
	}{
		{"means 4, -2, 1, 9", false, nil, false, false, []uint8{2 + 4, 2 + 0, 2 + 2, 2 + 6}},
		{"the pixels in the middle: 7, -2, 4, 9", true, nil, false, false, []uint8{2 + 5, 2 + 0, 2 + 4, 2 + 6}},
		{"half of them significant is enough", false, marks, false, false, []uint8{2 + 4, 1, 1, 2 + 6}},
		{"from the east", false, nil, true, false, []uint8{2 + 0, 2 + 4, 2 + 6, 2 + 2}},
		{"from the south", false, nil, false, true, []uint8{2 + 2, 2 + 6, 2 + 4, 2 + 0}},
	} {
		if got := indices(tt.nearest, tt.p, tt.flipX, tt.flipY); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	c := NewCells(l, false, false)
	c.Add(0, 0, 4, []float64{nan, nan, 1, 1}, nil)
	if got := c.Image(classes, colors, false, false).Pix; !slices.Equal(got, []uint8{0, 2 + 2, 0, 0}) {
		t.Errorf("cells without a value: %v", got)
	}
	// Every pixel of a row belongs to one cell, and each cell has one middle pixel.
	for _, n := range [][2]int{{7, 3}, {30000, 1000}, {1001, 1000}, {5, 5}} {
		middle := map[int]int{}
		for x := range n[0] {
			if cell := cellOf(x, n[0], n[1], true); cell >= 0 {
				middle[cell]++
			}
		}
		for cell := range n[1] {
			if middle[cell] != 1 {
				t.Fatalf("%v: cell %d has %d pixels in its middle", n, cell, middle[cell])
			}
		}
	}
}

func TestBar(t *testing.T) {
	for _, tt := range []struct {
		columns, picture int
		metres           float64
		feet             bool
		want             string
		length           float64
	}{
		{827, 827, 30, false, "0 2.5 5 km", 5000. / 30},
		{140, 980, 1000, false, "0 10 20 km", 140},
		{10, 1000, 0.05, false, "0 50 100 mm", 200},
		{1000, 1000, 1, false, "0 100 200 m", 200},
		{1000, 1000, 10000, false, "0 1000 2000 km", 200},
		{1000, 1000, 100000, false, "0 10\u2009000 20\u2009000 km", 200},
		{1000, 1000, 0.3048, true, "0 100 200 ft", 200},
		{1000, 1000, 16.09344, true, "0 1 2 mi", 200},
	} {
		b := NewBar(Layout{RasterWidth: tt.columns, PictureWidth: tt.picture}, tt.metres, tt.feet, "")
		if got := "0 " + b.Middle + " " + b.End; got != tt.want || !(math.Abs(b.Length-tt.length) < 1e-9) {
			t.Errorf("%+v: %q of %v pixels", tt, got, b.Length)
		}
	}
	if NewBar(Layout{RasterWidth: 1, PictureWidth: 1}, 0, false, "") != nil {
		t.Error("a bar without a scale")
	}
}

// example returns a figure of a raster of that size, in which a tenth of the pixels have no value.
func example(w, h, classes, side int) *Figure {
	values := ramp(w*h, -0.02, 0.04)
	for i := range values {
		if i%10 == 3 {
			values[i] = nan
		}
	}
	c := surveyed(values...).SignedQuantiles(classes)
	c.Count(values, nil)
	l := NewLayout(w, h, 1, side)
	cells := NewCells(l, false, false)
	cells.Add(0, 0, w, values, nil)
	p, _ := ParsePalette("BrBG")
	north := 0.1 * float64(classes)
	f := &Figure{Title: "Linear trend, 1995 to 2015", Subtitle: "classes with as many pixels each", Heading: "slope, NDVI/year", Column: "pixels",
		Source: "trend.tif, band 1 · EPSG:32617", Layout: l, Bar: NewBar(l, 30, false, "at 42° N"), North: &north}
	f.Frame = NewFrame(l, Edge{Values: []float64{311010, 311010 + 30*float64(w)}}, Edge{Values: []float64{42 + 0.003*float64(h), 42}, Kind: Latitude})
	var colors []color.NRGBA
	for _, class := range c.Show(p, true, "", nil) {
		f.Entries = append(f.Entries, Entry{Color: class.Color, Label: class.Label, Share: Percent(class.Pixels, c.Total())})
		colors = append(colors, class.Color)
	}
	f.Entries = append(f.Entries, Entry{Label: "no data (of all)", Share: "10.0 %", Apart: true})
	f.Image = cells.Image(c, colors, false, false)
	return f
}

// Every part of a figure lies on the page, for rasters of any shape and texts of any length. Texts do
// not overlap each other or the map.
func TestLay(t *testing.T) {
	for _, size := range [][2]int{{827, 883}, {5, 4}, {1, 1}, {2000, 20}, {20, 2000}, {600, 200}, {3, 700}, {30, 600}} {
		for i, classes := range []int{2, 5, 12, 5, 5} {
			side := []int{600, 600, 600, 100, 4000}[i]
			f := example(size[0], size[1], classes, side)
			if classes == 12 {
				f.Title = strings.Repeat("A long title that goes on and on ", 8)
				f.Source = strings.Repeat("/a/very/long/name/without/any/space", 9)
				f.Heading = "the_name_of_a_band_that_somebody_liked, observations per square kilometre and year"
			}
			if i == 4 {
				f.Layout.DPI = 300
				f.Bar = NewBar(f.Layout, 30, false, "")
				f.Frame = NewFrame(f.Layout, Edge{Values: []float64{-180, 180}, Kind: Longitude}, Edge{Values: []float64{1e7, 0}})
			}
			s := f.lay()
			name := fmt.Sprintf("%v in %d with %d classes", size, side, classes)
			var taken []box
			for _, text := range s.texts {
				b := box{x: text.x, y: text.y - 0.75*text.style.size, w: text.style.width(text.text), h: 0.95 * text.style.size}
				taken = append(taken, b)
				if b.x < 5 || b.y < 5 || b.x+b.w > s.width-5 || b.y+b.h > s.height-5 {
					t.Errorf("%s: %q leaves the page of %v × %v: %+v", name, text.text, s.width, s.height, b)
				}
			}
			taken = append(taken, s.boxes...)
			for i, a := range taken {
				for _, b := range taken[:i] {
					if a.x < b.x+b.w-0.6 && b.x < a.x+a.w-0.6 && a.y < b.y+b.h-0.6 && b.y < a.y+a.h-0.6 {
						t.Errorf("%s: one on another: %+v, %+v", name, a, b)
					}
				}
			}
		}
	}
}

// The picture contains the map pixel for pixel, and is empty where there is no data.
func TestPNG(t *testing.T) {
	for _, size := range [][2]int{{5, 4}, {90, 200}} {
		f := example(size[0], size[1], 5, 600)
		var b bytes.Buffer
		if err := f.WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		s := f.lay()
		if img.Bounds() != image.Rect(0, 0, int(s.width), int(s.height)) {
			t.Fatalf("the picture is %v, want %v × %v", img.Bounds(), s.width, s.height)
		}
		at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
		for y := range f.Layout.PictureHeight {
			for x := range f.Layout.PictureWidth {
				want := f.Image.At(x*size[0]/f.Layout.PictureWidth, y*size[1]/f.Layout.PictureHeight)
				if got := at(int(s.mapAt.x)+x, int(s.mapAt.y)+y); got != want {
					t.Fatalf("%v: pixel %d, %d of the map is %v, want %v", size, x, y, got, want)
				}
			}
		}
		hole := s.holes[len(s.holes)-1] // in the legend
		if got := at(int(hole.x+hole.w/2), int(hole.y+hole.h/2)); got.A != 0 {
			t.Errorf("%v: the legend has %v for no data", size, got)
		}
		for _, corner := range [][2]int{{0, 0}, {int(s.width) - 1, 0}, {0, int(s.height) - 1}, {int(s.width) - 1, int(s.height) - 1}} {
			if got := at(corner[0], corner[1]); got != paper {
				t.Errorf("%v: the paper is %v", size, got)
			}
		}
	}
}

func TestSVG(t *testing.T) {
	f := example(50, 40, 5, 600)
	f.Title = `<"Gain" & loss>`
	var b bytes.Buffer
	if err := f.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	svg := b.String()
	var texts []string
	var picture image.Image
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "text":
			var text string
			if err := d.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		case "image":
			for _, a := range start.Attr {
				if data, found := strings.CutPrefix(a.Value, "data:image/png;base64,"); found {
					raw, err := base64.StdEncoding.DecodeString(data)
					if err != nil {
						t.Fatal(err)
					}
					if picture, err = png.Decode(bytes.NewReader(raw)); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	for _, want := range []string{f.Title, f.Source, "pixels", "N", f.Entries[0].Label, "10.0 %"} {
		if !slices.Contains(texts, want) {
			t.Errorf("no text %q among %q", want, texts)
		}
	}
	if picture == nil || picture.Bounds() != image.Rect(0, 0, 600, 480) || color.NRGBAModel.Convert(picture.At(0, 0)) != f.Image.At(0, 0) {
		t.Errorf("the map is not in it as it is: %v", picture)
	}
	s := f.lay()
	if !contains(svg, fmt.Sprintf(`width="%v" height="%v"`, s.width, s.height), "image-rendering:pixelated", "sans-serif") {
		t.Errorf("the SVG begins with\n%s", svg[:400])
	}
}

// Outlines are drawn on the map, in the middle of a seam, and a PNG says how large it is on paper.
func TestOutlinesAndResolution(t *testing.T) {
	f := example(50, 40, 5, 600)
	f.Layout.DPI = 300
	f.Outlines = [][]float64{{100, 50, 100, 400}, {0, 300, 600, 300}}
	var b bytes.Buffer
	if err := f.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b.Bytes(), []byte("pHYs"))
	if at != headerBytes+4 || binary.BigEndian.Uint32(b.Bytes()[at+4:]) != 11811 || b.Bytes()[at+12] != 1 { // 300 / 0.0254
		t.Errorf("pHYs at %d, % x", at, b.Bytes()[:60])
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	s := f.lay()
	for _, tt := range []struct {
		x, y float64
		want color.NRGBA
	}{{100, 200, ink}, {100 + 3, 200, paper}, {100 - 3, 200, paper}, {400, 300, ink}, {400, 303, paper}} {
		got := color.NRGBAModel.Convert(img.At(int(s.mapAt.x+tt.x), int(s.mapAt.y+tt.y))).(color.NRGBA)
		if distance(got, tt.want) > 60 {
			t.Errorf("%v, %v is %v, want %v", tt.x, tt.y, got, tt.want)
		}
	}
	b.Reset()
	if err := f.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`<svg width="%.6gin" height="%.6gin" viewBox="0 0 `, s.width/300, s.height/300); !strings.Contains(b.String(), want) {
		t.Errorf("no %s in %.300s", want, b.String())
	}
}

// A PDF has the size of the figure on paper, its fonts, the map pixel for pixel, and text in
// Unicode.
func TestPDF(t *testing.T) {
	f := example(50, 40, 5, 600)
	f.Title = "Größe ≤ 5 − 3 日本 🌿"
	f.Outlines = [][]float64{{10, 10, 200, 300}}
	for dpi, perPixel := range map[float64]float64{0: 0.75, 300: 0.24} { // points
		f.Layout.DPI = dpi
		s := f.lay()
		var b bytes.Buffer
		if err := f.Write(&b, "pdf"); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if box := fmt.Sprintf("/MediaBox [0 0 %.2f %.2f]", s.width*perPixel, s.height*perPixel); !contains(text, "%PDF-", box, "/Width 600", "/Height 480", "/ToUnicode", "/FontFile2", "%%EOF") {
			t.Errorf("at %v: no %s or other parts in it", dpi, box)
		}
	}
	if err := f.Write(io.Discard, "gif"); err == nil || !strings.Contains(err.Error(), "png, svg or pdf") {
		t.Errorf("a gif: %v", err)
	}
}

func TestQML(t *testing.T) {
	c := surveyed(ramp(101, -1, 1)...).Breaks([]float64{-0.1, 0, 1. / 3})
	p, _ := ParsePalette("BrBG")
	shown := c.Show(p, true, "", []string{`"a" & <b>`, "b", "c", "d"})
	var b strings.Builder
	if err := WriteQML(&b, 3, c, shown); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.") {
		t.Errorf("it begins with %.100s", b.String())
	}
	var got struct {
		XMLName  xml.Name `xml:"qgis"`
		Renderer struct {
			Type   string `xml:"type,attr"`
			Band   int    `xml:"band,attr"`
			Shader struct {
				Type  string `xml:"colorRampType,attr"`
				Items []struct {
					Value string `xml:"value,attr"`
					Label string `xml:"label,attr"`
					Color string `xml:"color,attr"`
					Alpha string `xml:"alpha,attr"`
				} `xml:"item"`
			} `xml:"rastershader>colorrampshader"`
		} `xml:"pipe>rasterrenderer"`
	}
	if err := xml.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	r := got.Renderer
	if r.Type != "singlebandpseudocolor" || r.Band != 3 || r.Shader.Type != "DISCRETE" || len(r.Shader.Items) != 4 {
		t.Fatalf("%+v", got)
	}
	for i, item := range r.Shader.Items {
		limit := math.Inf(1)
		if i < 3 {
			limit = c.Limits[i]
		}
		value, err := strconv.ParseFloat(item.Value, 64)
		if err != nil || value != limit || item.Label != shown[i].Label || item.Color != shown[i].Hex() || item.Alpha != "255" {
			t.Errorf("item %d is %+v", i, item)
		}
	}
}
