package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// WriteQML writes a QGIS 3 style that colours a band in these classes. Bands count from 1. QGIS
// loads the style by itself if it has the name of the raster with the suffix .qml.
func WriteQML(w io.Writer, band int, c *Classes, shown []Class) error {
	type item struct {
		Value string `xml:"value,attr"`
		Label string `xml:"label,attr"`
		Color string `xml:"color,attr"`
		Alpha int    `xml:"alpha,attr"`
	}
	type shader struct {
		Type      string `xml:"colorRampType,attr"`
		Mode      int    `xml:"classificationMode,attr"` // 1: continuous, which keeps the limits
		Clip      int    `xml:"clip,attr"`
		Min       string `xml:"minimumValue,attr"`
		Max       string `xml:"maximumValue,attr"`
		Precision int    `xml:"labelPrecision,attr"`
		Items     []item `xml:"item"`
	}
	type origin struct {
		Limits   string `xml:"limits"`
		Extent   string `xml:"extent"`
		Accuracy string `xml:"statAccuracy"`
	}
	type renderer struct {
		Type         string   `xml:"type,attr"`
		Band         int      `xml:"band,attr"`
		Opacity      int      `xml:"opacity,attr"`
		Alpha        int      `xml:"alphaBand,attr"`
		Nodata       string   `xml:"nodataColor,attr"`
		Min          string   `xml:"classificationMin,attr"`
		Max          string   `xml:"classificationMax,attr"`
		Transparency struct{} `xml:"rasterTransparency"`
		Origin       origin   `xml:"minMaxOrigin"`
		Shader       shader   `xml:"rastershader>colorrampshader"`
	}
	document := struct {
		XMLName    xml.Name `xml:"qgis"`
		Version    string   `xml:"version,attr"`
		Categories string   `xml:"styleCategories,attr"`
		Renderer   renderer `xml:"pipe>rasterrenderer"`
		Blend      int      `xml:"blendMode"`
	}{Version: "3.22.0", Categories: "Symbology|Rendering"}
	least, most := exact(c.Min), exact(c.Max)
	s := shader{Type: "DISCRETE", Mode: 1, Min: least, Max: most, Precision: 6}
	for i, class := range shown {
		// An item covers the values above the value of the previous item, up to its own
		// value.
		value := "inf"
		if i < len(c.Limits) {
			value = exact(c.Limits[i])
		}
		s.Items = append(s.Items, item{value, class.Label, class.Hex(), 255})
	}
	document.Renderer = renderer{Type: "singlebandpseudocolor", Band: band, Opacity: 1, Alpha: -1, Min: least, Max: most,
		Origin: origin{"None", "WholeRaster", "Exact"}, Shader: s}
	data, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n%s\n", data)
	return err
}

// WriteColors writes a colour table for gdaldem color-relief. gdaldem interpolates the colours of
// values between two entries, so each class has two entries: one just above its lower limit and one
// at its upper limit.
func WriteColors(w io.Writer, c *Classes, shown []Class) error {
	var b strings.Builder
	b.WriteString("# value red green blue alpha; for gdaldem color-relief -alpha\n")
	for i, class := range shown {
		lo, hi := c.ends(i)
		if i > 0 {
			lo = math.Nextafter(lo, math.Inf(1))
			hi = max(lo, hi)
		}
		for _, x := range []float64{min(lo, hi), hi} {
			if x == x {
				fmt.Fprintf(&b, "%s %d %d %d 255\n", exact(x), class.Color.R, class.Color.G, class.Color.B)
			}
		}
	}
	b.WriteString("nv 0 0 0 0\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func exact(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// Hex returns the colour as #rrggbb.
func (c Class) Hex() string { return fmt.Sprintf("#%02x%02x%02x", c.Color.R, c.Color.G, c.Color.B) }
