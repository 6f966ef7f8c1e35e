package stac

import (
	"math"
	"slices"
	"strings"
	"testing"
)

const sentinel = `{"type": "FeatureCollection", "numberMatched": 7, "features": [
 {"type": "Feature", "id": "S2A_33UXP_20250302", "collection": "sentinel-2-l2a",
  "properties": {"datetime": "2025-03-02T23:30:00.123-02:00", "earthsearch:boa_offset_applied": true},
  "assets": {
   "red": {"href": "B04.tif", "type": "image/tiff; application=geotiff", "eo:bands": [{"name": "B04", "common_name": "red"}],
           "raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": -0.1}]},
   "visual": {"href": "TCI.tif", "type": "image/tiff", "eo:bands": [{"name": "red"}, {"name": "green"}]},
   "thumbnail": {"href": "t.jpg", "type": "image/jpeg"}}},
 {"type": "Feature", "id": "b", "properties": {"datetime": null, "start_datetime": "2001-02-01T00:00:00Z", "end_datetime": "2001-02-28T00:00:00Z"},
  "assets": {"nir": {"href": "n.tif", "nodata": -1, "raster:scale": 2, "bands": [{"name": "B8", "eo:common_name": "nir08"}, {"nodata": "nan", "raster:offset": 0.5}]}}}]}`

func TestParse(t *testing.T) {
	l, err := Parse([]byte("\ufeff" + sentinel))
	if err != nil {
		t.Fatal(err)
	}
	if want := "2 items of the 7"; !strings.Contains(l.Partial, want) {
		t.Errorf("partial %q, want %q in it", l.Partial, want)
	}
	a, b := l.Items[0], l.Items[1]
	if got := a.Time.String(); !strings.HasPrefix(got, "2025-03-03 01:30:00") {
		t.Errorf("the first item is of %v, in UTC", got)
	}
	if got := b.Time.String(); !strings.HasPrefix(got, "2001-02-01") {
		t.Errorf("a period is dated %v, and begins on 1 February", got)
	}
	red := a.Assets["red"].Band(1)
	if *red.Nodata != 0 || *red.Scale != 0.0001 || red.Offset != nil || !red.Applied {
		t.Errorf("red is %+v", red)
	}
	first, second := b.Assets["nir"].Band(1), b.Assets["nir"].Band(2)
	if *first.Nodata != -1 || *first.Scale != 2 || first.Offset != nil {
		t.Errorf("a band has %+v of its asset", first)
	}
	if !math.IsNaN(*second.Nodata) || *second.Scale != 2 || *second.Offset != 0.5 {
		t.Errorf("a band has %+v", second)
	}
	for _, test := range []struct {
		item       Item
		name, want string
	}{
		{a, "red", "red"}, {a, "B04", "red"}, {a, "green", "visual"}, {a, "nir", ""}, {b, "nir", "nir"}, {b, "nir08", "nir"},
	} {
		if got, found := test.item.Find(test.name); got != test.want || found != (test.want != "") {
			t.Errorf("the asset %s of %s is %q", test.name, test.item.ID, got)
		}
	}
	if got := a.Rasters(); !slices.Equal(got, []string{"red", "visual"}) {
		t.Errorf("rasters are %v", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "no JSON"},
		{"II*\x00", "no JSON"},
		{`{"type": "Collection"}`, "Collection of STAC"},
		{`{"type": "Topology"}`, "no list of STAC items"},
		{`{}`, "no list of STAC items"},
		{`[]`, "no item"},
		{`{"type": "FeatureCollection", "features": []}`, "no item"},
		{`{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "a", "properties": {}}]}`, `item "a" cannot be read: it has neither`},
		{`[{"type": "Feature", "properties": {"datetime": "yesterday"}}]`, `item 1 cannot be read: its time "yesterday"`},
		{`[{"type": "Point"}]`, "no Feature"},
		{`{"type": "Feature", "id": "a", "properties": {"datetime": "2001-01-01T00:00:00Z"}, "assets": {"x": {"nodata": "none"}}}`, "no number"},
		{strings.Repeat(`[`, 1<<20), "no JSON"},
	} {
		_, err := Parse([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60s…: %v, want %q", test.text, err, test.want)
		}
	}
}

func TestPages(t *testing.T) {
	l, err := Parse([]byte(`{"type": "FeatureCollection", "links": [{"rel": "next"}], "features": [{"type": "Feature", "properties": {"datetime": "2001-01-01T00:00:00Z"}}]}`))
	if err != nil || !strings.Contains(l.Partial, "next") {
		t.Errorf("%q, %v", l.Partial, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sentinel))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Parse(text)
		if err == nil && len(l.Items) == 0 {
			t.Error("a list without items is no error")
		}
		for _, i := range l.Items {
			for _, k := range i.Keys() {
				_ = i.Assets[k].Band(3).Check()
			}
		}
	})
}
