package raster

import (
	"maps"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// labels are the texts of a file that may contain the date of one of its bands.
type labels struct {
	description string // of the band
	acquired    string // ACQUISITIONDATETIME of the band or, if only one band is used, of the file
	tag         string // TIFFTAG_DATETIME
	layer       string // the time that terra keeps for the band
	time        timeaxis.TimeCoordinate
}

// labelsOf returns the labels of a band. onlyBand is whether no other band of the file is used. The
// domain of acquisition metadata must be listed: GDAL looks for the metadata of providers, in files
// beside the raster, if it is asked for a domain that is not.
func labelsOf(ds *gdal.Dataset, b gdal.Band, onlyBand bool) labels {
	l := labels{description: b.Description(), tag: ds.Metadata("TIFFTAG_DATETIME", "")}
	if b.HasDomain(tiff.Imagery) {
		l.acquired = b.Metadata(tiff.AcquiredKey, tiff.Imagery)
	}
	if l.acquired == "" && onlyBand && ds.HasDomain(tiff.Imagery) {
		l.acquired = ds.Metadata(tiff.AcquiredKey, tiff.Imagery)
	}
	if coordinates := b.AllMetadata(); len(coordinates) > 0 {
		l.time = timeIn(coordinates, func(key string) string { return ds.Metadata(key, "") })
	}
	return l
}

// input returns what the labels, with the name of the raster, say about its date.
func (l labels) input(name string) timeaxis.Input {
	return timeaxis.Input{Name: name, Time: l.time, Layer: l.layer, Description: l.description, Acquired: l.acquired, Tag: l.tag}
}

// timeIn returns the time coordinate among the metadata of a band. The metadata of the file says
// what it counts, and so which of several dimensions is time.
func timeIn(band map[string]string, file func(key string) string) timeaxis.TimeCoordinate {
	for _, key := range slices.Sorted(maps.Keys(band)) {
		name, ok := strings.CutPrefix(key, tiff.Dimension)
		if units := file(name + "#units"); ok && strings.Contains(units, " since ") {
			return timeaxis.TimeCoordinate{Value: band[key], Units: units, Calendar: file(name + "#calendar")}
		}
	}
	return timeaxis.TimeCoordinate{}
}

// labelFromTags sets the labels of planes to those in the directory t. Files that are alike may
// differ in their labels, and GDAL may have opened only one of these files.
func labelFromTags(t *tiff.File, planes []plane) {
	for i := range planes {
		planes[i].labels.tag = t.DateTime()
	}
	items, err := t.Metadata()
	if err != nil {
		return // Likeness then has the whole text, so that GDAL has read the same labels
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
		case strings.HasPrefix(item.Name, tiff.Dimension):
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
		dated := item.Name == tiff.AcquiredKey && item.Domain == tiff.Imagery
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
