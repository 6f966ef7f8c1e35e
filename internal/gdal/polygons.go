package gdal

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// Polygons says which polygons of a vector file are read.
type Polygons struct {
	Layer string // "": the only one that has features
	Field string // whose values name features; "": they have no names
}

// Feature describes the feature that a polygon of a vector file belongs to. A feature may have several
// polygons.
type Feature struct {
	Number int    // in the layer, from 0
	Name   string // printable
	WKT    string // the CRS of its layer; "" if that has none
}

// LayerError says that a file has no layer, or several, of those that could be meant.
type LayerError struct {
	Name string   // the layer that was asked for; "": none
	Have []string // the layers
}

func (e *LayerError) Error() string {
	if e.Name == "" {
		return "it has the layers " + strings.Join(e.Have, ", ")
	}
	return fmt.Sprintf("it has no layer %s, but %s", e.Name, strings.Join(e.Have, ", "))
}

// FieldError says that features do not have the field that was asked for.
type FieldError struct {
	Name string
	Have []string
}

func (e *FieldError) Error() string {
	if len(e.Have) == 0 {
		return "its features have no fields"
	}
	return fmt.Sprintf("its features have no field %s, but %s", e.Name, strings.Join(e.Have, ", "))
}

// Read calls feature for each feature of a local vector file, with the number of features of its
// layer, and polygon for each polygon of it: its rings have x and y by turns, the outer one first.
// Points and lines are left out. The first error ends the reading, and is returned.
func (p Polygons) Read(path string, feature func(f Feature, of int) error, polygon func(rings [][]float64) error,
) (Unread, error) {
	return readVector(path, func(ds *godal.Dataset, u *Unread) error { return p.read(ds, u, feature, polygon) })
}

func (p Polygons) read(ds *godal.Dataset, u *Unread, feature func(f Feature, of int) error,
	polygon func(rings [][]float64) error) error {
	layer, err := p.layer(ds)
	if err != nil {
		return err
	}
	count, err := layer.FeatureCount(godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return err
	}
	d := wkbReader{line: func([]float64) error { return nil }, polygon: polygon}
	f := Feature{Number: -1, WKT: layerWKT(layer)}
	return eachFeature(layer, func(of *godal.Feature) error {
		f.Number++
		if p.Field != "" {
			if f.Name, err = p.name(of); err != nil {
				return err
			}
		}
		if err := feature(f, count); err != nil {
			return err
		}
		if err := d.feature(of, u); err != nil {
			return fmt.Errorf("feature %d: %w", f.Number+1, err)
		}
		return nil
	})
}

// layer returns the layer that is meant.
func (p Polygons) layer(ds *godal.Dataset) (godal.Layer, error) {
	var names []string
	var filled []godal.Layer
	for _, layer := range ds.Layers() {
		if layer.Name() == p.Layer && p.Layer != "" {
			return layer, nil
		}
		names = append(names, foreign.Printable(layer.Name()))
		if n, err := layer.FeatureCount(godal.ErrLogger(ignoreWarnings)); err != nil || n > 0 {
			filled = append(filled, layer)
		}
	}
	if p.Layer == "" && len(filled) == 1 {
		return filled[0], nil
	}
	if p.Layer == "" && len(filled) == 0 {
		return godal.Layer{}, errors.New("it has no features")
	}
	return godal.Layer{}, &LayerError{p.Layer, names}
}

// name returns the value of the field of a feature.
func (p Polygons) name(f *godal.Feature) (string, error) {
	fields := f.Fields()
	if field, found := fields[p.Field]; found {
		return foreign.Printable(fieldText(field)), nil
	}
	names := slices.Sorted(maps.Keys(fields))
	if i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, p.Field) }); i >= 0 {
		return foreign.Printable(fieldText(fields[names[i]])), nil
	}
	for i, name := range names {
		names[i] = foreign.Printable(name)
	}
	return "", &FieldError{p.Field, names}
}

// fieldText returns the value of a field as text; "" if it has none, or a list.
func fieldText(f godal.Field) string {
	switch f.Type() {
	case godal.FTInt, godal.FTInt64:
		if f.IsSet() {
			return strconv.FormatInt(f.Int(), 10)
		}
	case godal.FTReal:
		if f.IsSet() {
			return strconv.FormatFloat(f.Float(), 'g', -1, 64)
		}
	case godal.FTString:
		return f.String()
	case godal.FTDate, godal.FTTime, godal.FTDateTime:
		if at := f.DateTime(); at != nil {
			format := map[godal.FieldType]string{godal.FTDate: time.DateOnly, godal.FTTime: time.TimeOnly}[f.Type()]
			return at.Format(cmp.Or(format, time.RFC3339))
		}
	}
	return ""
}
