package raster

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// labels is what a file says about the date of one of its bands.
type labels struct {
	description string // of the band
	acquired    string // ACQUISITIONDATETIME of the band or, where only one is used, of the file
	tag         string // TIFFTAG_DATETIME
	time        timeaxis.TimeCoordinate
}

const (
	acquiredKey = "ACQUISITIONDATETIME" // as GDAL's readers of providers' metadata call it, in this domain
	imagery     = "IMAGERY"
	dimension   = "NETCDF_DIM_" // and the name of a dimension: what GDAL calls the coordinate of a band from NetCDF
)

// labelsOf reads the labels of a band. Files beside it, which GDAL looks for when it is asked for that domain
// alone, do not count: the domain has to be in the file.
func labelsOf(ds *godal.Dataset, b godal.Band, alone bool) labels {
	l := labels{description: b.Description(), tag: ds.Metadata("TIFFTAG_DATETIME")}
	if slices.Contains(b.MetadataDomains(), imagery) {
		l.acquired = b.Metadata(acquiredKey, godal.Domain(imagery))
	}
	if l.acquired == "" && alone && slices.Contains(ds.MetadataDomains(), imagery) {
		l.acquired = ds.Metadata(acquiredKey, godal.Domain(imagery))
	}
	if coordinates := b.Metadatas(); len(coordinates) > 0 {
		l.time = timeIn(coordinates, func(key string) string { return ds.Metadata(key) })
	}
	return l
}

// timeIn returns the time coordinate among the metadata of a band. The metadata of the file says what it counts,
// and so which of several dimensions is time.
func timeIn(band map[string]string, file func(key string) string) timeaxis.TimeCoordinate {
	for _, key := range slices.Sorted(maps.Keys(band)) {
		name, ok := strings.CutPrefix(key, dimension)
		if units := file(name + "#units"); ok && strings.Contains(units, " since ") {
			return timeaxis.TimeCoordinate{Value: band[key], Units: units, Calendar: file(name + "#calendar")}
		}
	}
	return timeaxis.TimeCoordinate{}
}

// label gives planes the labels of the TIFF. They are what differs between files that are otherwise alike,
// and so are read from the tags where GDAL may have looked at another file.
func (t *tiffFile) label(planes []plane) {
	for i := range planes {
		planes[i].labels.tag = t.text(tagDateTime)
	}
	items, err := t.metadata()
	if err != nil {
		return // then the file is only like those with the same text, which GDAL has read
	}
	acquired := ""
	for i := range planes {
		planes[i].labels.description, planes[i].labels.acquired, planes[i].labels.time = "", "", timeaxis.TimeCoordinate{}
	}
	file, bands := map[string]string{}, map[int]map[string]string{}
	for _, item := range items {
		switch {
		case item.Domain != "" || item.Role != "":
		case item.Sample == nil:
			file[item.Name] = item.Text
		case strings.HasPrefix(item.Name, dimension):
			if bands[*item.Sample] == nil {
				bands[*item.Sample] = map[string]string{}
			}
			bands[*item.Sample][item.Name] = item.Text
		}
	}
	for i := range planes {
		planes[i].labels.time = timeIn(bands[planes[i].band-1], func(key string) string { return file[key] })
	}
	for _, item := range items {
		dated := item.Name == acquiredKey && item.Domain == imagery
		if dated && item.Sample == nil {
			acquired = item.Text
		}
		for i := range planes {
			if item.Sample == nil || *item.Sample != planes[i].band-1 {
				continue
			}
			switch {
			case strings.EqualFold(item.Role, "description"):
				planes[i].labels.description = item.Text
			case dated:
				planes[i].labels.acquired = item.Text
			}
		}
	}
	if len(planes) == 1 && planes[0].labels.acquired == "" {
		planes[0].labels.acquired = acquired
	}
}

// text returns the text of a tag, "" if there is none.
func (t *tiffFile) text(tag uint16) string {
	e := t.entry(tag)
	if e == nil {
		return ""
	}
	text, _, _ := bytes.Cut(e.data, []byte{0})
	return string(text)
}

// metadataItem is an entry of the XML that GDAL keeps in a tag of its own.
type metadataItem struct {
	Name   string `xml:"name,attr"`
	Sample *int   `xml:"sample,attr"` // the band, from 0; nil: the file
	Role   string `xml:"role,attr"`   // what GDAL makes of it: scale, offset, unittype, description, colorinterp
	Domain string `xml:"domain,attr"`
	Text   string `xml:",chardata"`
}

// metadata reads the XML, but for what is no more than statistics and whatever else people keep.
func (t *tiffFile) metadata() ([]metadataItem, error) {
	data := []byte(t.text(tagGDALMetadata))
	matters := func(word string) bool { return bytes.Contains(data, []byte(word)) }
	if !slices.ContainsFunc([]string{"role", "PIXELTYPE", "IMAGE_STRUCTURE", imagery, dimension}, matters) {
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
		return nil, errTIFF
	}
	for i := range document.Items {
		document.Items[i].Text = html.UnescapeString(document.Items[i].Text) // GDAL escapes twice
	}
	return document.Items, nil
}

// meaning returns the items that change what samples mean; ok is false where they cannot be told from others.
func (t *tiffFile) meaning() (meaning string, ok bool) {
	items, err := t.metadata()
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
