package trendmap

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/render"
)

// Options say how a map is drawn. The zero value draws the band slope, or else the first, in five classes by quantile.
type Options struct {
	Drivers   []string              // as those of raster.OpenOptions
	Field     string                // the band of this name; "": slope, or else the first
	Band      int                   // or this one, from 1; 0: by Field
	Classes   int                   // how many; 0: DefaultClasses
	Method    Method                // "": Quantile
	Breaks    []float64             // ascending limits between the classes, in place of Classes and Method; nil: none
	Palette   string                // as render.ParsePalette reads it; "": one that suits the field
	MaskP     float64               // grey where the band pvalue is not below it; 0: nowhere
	Title     string                // "": what the field is, and when
	Size      int                   // pixels of the longer side of the map, from LeastSize to MostSize; 0: DefaultSize
	QGIS      bool                  // write a style too, beside the raster, with .qml for its suffix
	Colors    string                // write a colour table for gdaldem color-relief to this file too; "": none
	Overwrite bool                  // whether outputs that exist are replaced
	Progress  func(done, total int) // hears of pixels that are read, each of them twice; may be nil

	whole int64 // pixels of rasters that are read whole; 0: Whole
}

// Method is how limits between classes are found.
type Method string

// The methods: as many pixels in each class, or classes of equal width.
const (
	Quantile Method = "quantile"
	Equal    Method = "equal"
)

const (
	DefaultClasses = 5
	DefaultSize    = 1000
	LeastSize      = 100
	MostSize       = 4000
)

// Whole is the number of pixels up to which all of a raster is read. Limits and shares of larger ones are those of a sample of
// a fourth as many, of blocks that are spread evenly.
const (
	Whole    = 1 << 28
	sampleOf = 4
)

// check looks at the options, and at no file. Those that are 0 have their defaults already.
func (o *Options) check() error {
	if _, err := render.ParsePalette(cmp.Or(o.Palette, render.DefaultDiverging)); err != nil {
		return err
	}
	switch {
	case o.Band < 0 || o.Band > 0 && o.Field != "":
		return fmt.Errorf("the band %d and the field %q do not name one band: bands count from 1, and one of both is given", o.Band, o.Field)
	case o.Classes < 2 || o.Classes > render.MostClasses:
		return fmt.Errorf("a map has from 2 to %d classes, and not %d", render.MostClasses, o.Classes)
	case o.Method != Quantile && o.Method != Equal:
		return fmt.Errorf("no method of finding limits is called %q: use %s or %s", o.Method, Quantile, Equal)
	case len(o.Breaks) >= render.MostClasses || !slices.IsSorted(o.Breaks) || slices.ContainsFunc(o.Breaks, func(x float64) bool { return x-x != 0 }):
		return fmt.Errorf("the limits %v do not make classes: give fewer than %d finite numbers that ascend", o.Breaks, render.MostClasses)
	case !(o.MaskP >= 0 && o.MaskP < 1):
		return fmt.Errorf("p-values are below 1, and cannot be held against %v", o.MaskP)
	case o.Size < LeastSize || o.Size > MostSize:
		return fmt.Errorf("a map is from %d to %d pixels long, and not %d", LeastSize, MostSize, o.Size)
	}
	return nil
}

// Map says what a map shows.
type Map struct {
	Output      string         `json:"output"`
	QGIS        string         `json:"qgis,omitempty"`   // a style
	Colors      string         `json:"colors,omitempty"` // a colour table
	Raster      string         `json:"raster"`
	Band        int            `json:"band"`
	Field       string         `json:"field"`
	Unit        string         `json:"unit"`
	Width       int            `json:"width"` // of the raster
	Height      int            `json:"height"`
	Method      string         `json:"method"`  // quantile, equal or breaks
	Sampled     bool           `json:"sampled"` // limits and pixels are those of a part of the raster
	Classes     []Class        `json:"classes"`
	NotSure     int64          `json:"not_significant"` // pixels
	Alpha       float64        `json:"alpha,omitempty"`
	Nodata      int64          `json:"nodata"`
	Warnings    []string       `json:"warnings"`
	Description string         `json:"-"` // what the classes are, a sentence without its end
	Legend      []render.Entry `json:"-"`
}

// Class is a class of a map.
type Class struct {
	Above  *float64 `json:"above"` // null: there is no limit
	UpTo   *float64 `json:"up_to"`
	Label  string   `json:"label"`
	Color  string   `json:"color"`
	Pixels int64    `json:"pixels"`
	Share  float64  `json:"share"` // of the pixels that have a value
}

// CheckTarget reports, before there is a raster to draw, whether a map can be written to a file, and is none of the inputs of
// the raster.
func CheckTarget(picture string, overwrite bool, inputs []string) error {
	if err := atomicfile.CheckTarget(picture, overwrite); err != nil {
		return err
	}
	to, err := os.Stat(picture)
	if err != nil {
		return nil
	}
	for _, name := range inputs {
		if from, err := os.Stat(name); err == nil && os.SameFile(from, to) {
			return fmt.Errorf("the map %s is also an input: name another file", picture)
		}
	}
	return nil
}
