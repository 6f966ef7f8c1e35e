// Package stac reads lists of scenes in JSON: items of the SpatioTemporal Asset Catalog, versions 1.0
// and 1.1, alone or in a collection of features, as a search returns them. It reads what decides a
// stack: dates, assets, and what the samples of their bands mean. It opens no file.
//
// encoding/json is enough for the few members that are read. Libraries for STAC decode all of an
// item, refuse versions and extensions that they do not know, and leave those of bands to their users.
package stac

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// List is what a file contains.
type List struct {
	Items []Item
	// Partial says how the file is only a part of the result of a search; "" if it does not say so.
	Partial string
}

// Item is a scene.
type Item struct {
	ID         string
	Collection string
	Time       time.Time // when it was acquired, or when the period that it describes begins
	Assets     map[string]Asset
}

// Asset is a file of a scene.
type Asset struct {
	Href  string
	Title string
	Type  string // its media type
	Names []string
	Bands []Band
}

// Band is what the list says of the samples of a band; nil is what it does not say.
type Band struct {
	Nodata, Scale, Offset *float64
	// Applied reports that samples have the offset of their sensor already, so that Offset is nil
	// although the list has one.
	Applied bool
}

// The members of the JSON that are read.
type (
	document struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
		Links    []link            `json:"links"`
		Matched  *int              `json:"numberMatched"`
		Context  struct {
			Matched *int `json:"matched"`
		} `json:"context"`
	}
	link struct {
		Rel string `json:"rel"`
	}
	item struct {
		Type       string           `json:"type"`
		ID         string           `json:"id"`
		Collection string           `json:"collection"`
		Properties properties       `json:"properties"`
		Assets     map[string]asset `json:"assets"`
	}
	properties struct {
		Datetime *string `json:"datetime"`
		Start    *string `json:"start_datetime"`
		Applied  bool    `json:"earthsearch:boa_offset_applied"`
	}
	asset struct {
		Href        string `json:"href"`
		Title       string `json:"title"`
		Type        string `json:"type"`
		RasterBands []band `json:"raster:bands"` // of the raster extension 1
		EOBands     []band `json:"eo:bands"`     // of the EO extension 1
		Bands       []band `json:"bands"`        // of STAC 1.1
		meaning
	}
	band struct {
		Name   string `json:"name"`
		Common string `json:"common_name"`
		EO     string `json:"eo:common_name"`
		Scale  number `json:"scale"`  // of raster:bands
		Offset number `json:"offset"` // the same
		meaning
	}
	meaning struct {
		Nodata       number `json:"nodata"`
		RasterScale  number `json:"raster:scale"`
		RasterOffset number `json:"raster:offset"`
	}
)

// number is a number of JSON, or "nan", "inf" or "-inf" as a string, which the extension allows for
// nodata. It is nil if it is absent.
type number struct{ value *float64 }

func (n *number) UnmarshalJSON(text []byte) error {
	s := string(text)
	if s == "null" {
		return nil
	}
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return fmt.Errorf("%s is no number", text)
	}
	n.value = &x
	return nil
}

// Parse reads a list. Errors are parts of a sentence that names the file.
func Parse(text []byte) (List, error) {
	text = []byte(strings.TrimPrefix(string(text), "\ufeff"))
	var items []json.RawMessage
	var d document
	if strings.HasPrefix(strings.TrimSpace(string(text)), "[") {
		if err := json.Unmarshal(text, &items); err != nil {
			return List{}, notJSON(err)
		}
	} else if err := json.Unmarshal(text, &d); err != nil {
		return List{}, notJSON(err)
	}
	switch d.Type {
	case "FeatureCollection":
		items = d.Features
	case "Feature":
		items = []json.RawMessage{text}
	case "Catalog", "Collection":
		return List{}, fmt.Errorf("it is a %s of STAC, which lists no scenes: save the items of a search in it to a file, and name that", d.Type)
	default:
		if items == nil {
			return List{}, errors.New(`it is no list of STAC items: its "type" is neither FeatureCollection nor Feature`)
		}
	}
	l := List{Partial: d.partial(len(items))}
	for n, text := range items {
		i, err := parseItem(text)
		if err != nil {
			return List{}, fmt.Errorf("its item %s cannot be read: %w", nameOf(i.ID, n), err)
		}
		l.Items = append(l.Items, i)
	}
	if len(l.Items) == 0 {
		return List{}, errors.New("it holds no item: search again")
	}
	return l, nil
}

func notJSON(err error) error { return fmt.Errorf("it is no JSON of STAC items: %w", err) }

// nameOf names an item by its ID, or by its place in the list.
func nameOf(id string, n int) string {
	if id != "" {
		return strconv.Quote(id)
	}
	return strconv.Itoa(n + 1)
}

// partial says that there are more items than the document has.
func (d *document) partial(items int) string {
	for _, matched := range []*int{d.Matched, d.Context.Matched} {
		if matched != nil && *matched > items {
			return fmt.Sprintf("it has %d items of the %d that its search found", items, *matched)
		}
	}
	if slices.ContainsFunc(d.Links, func(l link) bool { return l.Rel == "next" }) {
		return fmt.Sprintf("it is one page of a search, of %d items, and links to a next one", items)
	}
	return ""
}

func parseItem(text []byte) (Item, error) {
	var in item
	if err := json.Unmarshal(text, &in); err != nil {
		return Item{ID: in.ID}, err
	}
	out := Item{ID: in.ID, Collection: in.Collection, Assets: map[string]Asset{}}
	if in.Type != "Feature" {
		return out, errors.New("it is no Feature")
	}
	when := in.Properties.Datetime
	if when == nil {
		when = in.Properties.Start
	}
	if when == nil {
		return out, errors.New("it has neither datetime nor start_datetime")
	}
	var err error
	if out.Time, err = time.Parse(time.RFC3339, *when); err != nil {
		return out, fmt.Errorf("its time %q is none of RFC 3339", *when)
	}
	out.Time = out.Time.UTC()
	for key, a := range in.Assets {
		out.Assets[key] = Asset{Href: a.Href, Title: a.Title, Type: a.Type, Names: a.names(), Bands: a.meanings(in.Properties.Applied)}
	}
	return out, nil
}

// names returns the names and common names of the bands.
func (a asset) names() (names []string) {
	for _, b := range slices.Concat(a.EOBands, a.Bands, a.RasterBands) {
		for _, name := range []string{b.Name, b.Common, b.EO} {
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// meanings returns what the asset says of the samples of each of its bands. What it says of itself
// holds for all its bands that do not say otherwise, and for all bands if it lists none.
func (a asset) meanings(applied bool) []Band {
	bands := make([]Band, max(1, len(a.RasterBands), len(a.Bands)))
	for i := range bands {
		said := []meaning{a.meaning}
		if i < len(a.Bands) {
			said = append(said, a.Bands[i].meaning)
		}
		if i < len(a.RasterBands) {
			b := a.RasterBands[i]
			said = append(said, b.meaning, meaning{RasterScale: b.Scale, RasterOffset: b.Offset})
		}
		for _, m := range said {
			set(&bands[i].Nodata, m.Nodata)
			set(&bands[i].Scale, m.RasterScale)
			set(&bands[i].Offset, m.RasterOffset)
		}
		if offset := bands[i].Offset; applied && offset != nil && *offset != 0 {
			bands[i].Offset, bands[i].Applied = nil, true
		}
	}
	return bands
}

func set(to **float64, n number) {
	if n.value != nil {
		*to = n.value
	}
}

// Band returns what the asset says of a band, counted from 1.
func (a Asset) Band(n int) Band {
	switch {
	case n <= len(a.Bands):
		return a.Bands[n-1]
	case len(a.Bands) == 1: // of the asset
		return a.Bands[0]
	}
	return Band{}
}

// Check returns an error if the scale or offset cannot be used.
func (b Band) Check() error {
	for _, x := range []*float64{b.Scale, b.Offset} {
		if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0)) {
			return fmt.Errorf("it has the scale or offset %v", *x)
		}
	}
	if b.Scale != nil && *b.Scale == 0 {
		return errors.New("it has the scale 0")
	}
	return nil
}

// Find returns the key of the asset with a name: its key or, if no asset has that key, the name or
// the common name of a band that one asset alone has.
func (i Item) Find(name string) (key string, found bool) {
	if _, exact := i.Assets[name]; exact {
		return name, true
	}
	var keys []string
	for _, k := range i.Keys() {
		if slices.Contains(i.Assets[k].Names, name) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 1 {
		return keys[0], true
	}
	return "", false
}

// Keys returns the keys of all assets, sorted.
func (i Item) Keys() []string {
	keys := make([]string, 0, len(i.Assets))
	for k := range i.Assets {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Rasters returns the keys of the assets that may be rasters of samples, sorted: no pictures,
// texts or metadata.
func (i Item) Rasters() []string {
	return slices.DeleteFunc(i.Keys(), func(k string) bool {
		t := i.Assets[k].Type
		return !strings.HasPrefix(t, "image/tiff") && !strings.HasPrefix(t, "image/vnd.stac.geotiff") && !strings.HasPrefix(t, "image/jp2") &&
			t != "application/x-netcdf" && t != "application/x-hdf5" && t != "application/x-hdf"
	})
}
