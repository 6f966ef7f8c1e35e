package tiff

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"slices"
	"strings"
)

// Names in GDAL's metadata: the item with the time of acquisition and its domain, and the prefix of
// items with the coordinate of a band from NetCDF, which the name of the dimension follows.
const (
	AcquiredKey = "ACQUISITIONDATETIME"
	Imagery     = "IMAGERY"
	Dimension   = "NETCDF_DIM_"
)

// DateTime returns the text of the tag DateTime; "" if there is none.
func (t *File) DateTime() string { return t.text(tagDateTime) }

// text returns the text of a tag; "" if there is none.
func (t *File) text(tag uint16) string {
	e := t.entry(tag)
	if e == nil {
		return ""
	}
	text, _, _ := bytes.Cut(e.data, []byte{0})
	return string(text)
}

// HasItem reports whether GDAL's metadata of the file has an item of that name, which has no
// characters that XML escapes.
func (t *File) HasItem(name string) bool {
	return strings.Contains(t.text(tagGDALMetadata), `<Item name="`+name+`"`)
}

// HasPages reports whether the file has other directories: pages, overviews or masks.
func (t *File) HasPages() bool { return !t.last }

// Item is an item of the metadata that GDAL keeps as XML in a tag of its own.
type Item struct {
	Name   string `xml:"name,attr"`
	Sample *int   `xml:"sample,attr"` // the band, from 0; nil: the file
	Role   string `xml:"role,attr"`   // scale, offset, unittype, description or colorinterp; "" for others
	Domain string `xml:"domain,attr"`
	Text   string `xml:",chardata"`
}

// Metadata returns the items of GDAL's metadata. If none of them has a meaning for a fit, it
// returns nil.
func (t *File) Metadata() ([]Item, error) {
	data := []byte(t.text(tagGDALMetadata))
	matters := func(word string) bool { return bytes.Contains(data, []byte(word)) }
	if !slices.ContainsFunc([]string{"role", "PIXELTYPE", "IMAGE_STRUCTURE", Imagery, Dimension}, matters) {
		return nil, nil
	}
	var document struct {
		XMLName xml.Name `xml:"GDALMetadata"`
		Items   []Item   `xml:"Item"`
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&document); err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data[d.InputOffset():])) > 0 {
		return nil, errUnknown
	}
	for i := range document.Items {
		document.Items[i].Text = html.UnescapeString(document.Items[i].Text) // GDAL escapes twice
	}
	return document.Items, nil
}

// meaning returns the items that change the meaning of samples, as text; ok is false if the
// metadata cannot be read.
func (t *File) meaning() (meaning string, ok bool) {
	items, err := t.Metadata()
	if err != nil {
		return "", false
	}
	var b strings.Builder
	for _, item := range items {
		role := strings.ToLower(item.Role)
		if role == "description" || role == "" && item.Name != "PIXELTYPE" && item.Domain != "IMAGE_STRUCTURE" {
			continue
		}
		sample := -1
		if item.Sample != nil {
			sample = *item.Sample
		}
		fmt.Fprintf(&b, "%q %d %q %q %q\n", item.Name, sample, role, item.Domain, item.Text)
	}
	return b.String(), true
}
