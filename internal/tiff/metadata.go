package tiff

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"slices"
	"strings"
)

const (
	AcquiredKey = "ACQUISITIONDATETIME" // as GDAL's readers of providers' metadata call it, in this domain
	Imagery     = "IMAGERY"
	Dimension   = "NETCDF_DIM_" // and the name of a dimension: what GDAL calls the coordinate of a band from NetCDF
)

// Text returns the text of a tag, "" if there is none.
func (t *File) Text(tag uint16) string {
	e := t.Entry(tag)
	if e == nil {
		return ""
	}
	text, _, _ := bytes.Cut(e.data, []byte{0})
	return string(text)
}

// HasItem reports whether GDAL's metadata of the file has an item of that name, which has no
// characters that XML escapes.
func (t *File) HasItem(name string) bool {
	return strings.Contains(t.Text(tagGDALMetadata), `<Item name="`+name+`"`)
}

// HasPages reports whether the file has other directories: pages, overviews or masks.
func (t *File) HasPages() bool { return !t.last }

// metadataItem is an entry of the XML that GDAL keeps in a tag of its own.
type metadataItem struct {
	Name   string `xml:"name,attr"`
	Sample *int   `xml:"sample,attr"` // the band, from 0; nil: the file
	Role   string `xml:"role,attr"`   // what GDAL makes of it: scale, offset, unittype, description, colorinterp
	Domain string `xml:"domain,attr"`
	Text   string `xml:",chardata"`
}

// Metadata reads the XML, but for what is no more than statistics and whatever else people keep.
func (t *File) Metadata() ([]metadataItem, error) {
	data := []byte(t.Text(tagGDALMetadata))
	matters := func(word string) bool { return bytes.Contains(data, []byte(word)) }
	if !slices.ContainsFunc([]string{"role", "PIXELTYPE", "IMAGE_STRUCTURE", Imagery, Dimension}, matters) {
		return nil, nil
	}
	var document struct {
		XMLName xml.Name       `xml:"GDALMetadata"`
		Items   []metadataItem `xml:"Item"`
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

// meaning returns the items that change what samples mean; ok is false where they cannot be told from others.
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
