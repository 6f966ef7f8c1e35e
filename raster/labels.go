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

// labelsOf returns the labels of a band. onlyBand is whether no other band of the file is used. It
// asks for items by their names: to list the domains of metadata, GDAL reads all of them, and
// libtiff makes a transfer function of 2³² values of two small tags.
func labelsOf(ds *gdal.Dataset, b gdal.Band, onlyBand bool) labels {
	if _, array := ds.Array(); array {
		return labelsOfArray(ds.Times(), b)
	}
	l := labels{description: b.Description(), tag: ds.Metadata("TIFFTAG_DATETIME", "")}
	l.acquired = b.Metadata(tiff.AcquiredKey, tiff.Imagery)
	if l.acquired == "" && onlyBand {
		l.acquired = ds.Metadata(tiff.AcquiredKey, tiff.Imagery)
	}
	if coordinates := b.AllMetadata(); len(coordinates) > 0 {
		l.time = timeIn(coordinates, func(key string) string { return ds.Metadata(key, "") })
	}
	return l
}

// labelMonths dates bands that are described by months alone, such as Jan, if the name of their file has
// the year.
func labelMonths(name string, all []*labels) {
	texts := make([]string, len(all))
	for i, l := range all {
		texts[i] = l.description
	}
	for i, date := range timeaxis.MonthsOf(withoutPiece(gdal.DatedName(name)), texts) {
		all[i].description = date
	}
}

// labelsOfArray returns the labels of a band of an array. A dimension of years needs no unit.
func labelsOfArray(times gdal.Times, b gdal.Band) (l labels) {
	switch value := times.TimeValue(b.Index()); {
	case times.Units != "":
		l.time = timeaxis.TimeCoordinate{Value: value, Units: times.Units, Calendar: times.Calendar}
	case strings.EqualFold(times.Name, "year"):
		l.description = value
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
	if valid, _, _ := strings.Cut(strings.TrimSpace(band["GRIB_VALID_TIME"]), " "); valid != "" {
		return timeaxis.TimeCoordinate{Value: valid, Units: "seconds since 1970-01-01"}
	}
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
	items, ok := t.Metadata()
	if !ok {
		return // Likeness then compares all of its bytes, so that GDAL has read the same labels
	}
	acquired := ""
	for i := range planes {
		planes[i].labels.description, planes[i].labels.acquired, planes[i].labels.time = "", "", timeaxis.TimeCoordinate{}
	}
	file, bands := map[string]string{}, map[int]map[string]string{}
	for _, item := range items {
		switch {
		case item.Domain != "" || item.Role != "":
		case item.Sample < 0:
			file[item.Name] = item.Text
		case strings.HasPrefix(item.Name, tiff.Dimension):
			if bands[item.Sample] == nil {
				bands[item.Sample] = map[string]string{}
			}
			bands[item.Sample][item.Name] = item.Text
		}
	}
	for i := range planes {
		planes[i].labels.time = timeIn(bands[planes[i].band-1], func(key string) string { return file[key] })
	}
	ofBand := map[int][]*labels{}
	for i := range planes {
		ofBand[planes[i].band-1] = append(ofBand[planes[i].band-1], &planes[i].labels)
	}
	for _, item := range items {
		dated := item.Name == tiff.AcquiredKey && item.Domain == tiff.Imagery
		if dated && item.Sample < 0 {
			acquired = item.Text
		}
		for _, l := range ofBand[item.Sample] {
			switch {
			case item.Role == "description":
				l.description = item.Text
			case dated:
				l.acquired = item.Text
			}
		}
	}
	if len(planes) == 1 && planes[0].labels.acquired == "" {
		planes[0].labels.acquired = acquired
	}
}
