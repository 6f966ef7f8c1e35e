package trendmap

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/render"
)

// Options say how a map is drawn. The zero value draws the band slope, or else the first, in five
// classes by quantile.
type Options struct {
	Drivers   []string              // as those of raster.OpenOptions
	Field     string                // the band of this name; "": slope, or else the first
	Band      int                   // or this one, from 1; 0: by Field
	Classes   int                   // how many; 0: DefaultClasses
	Method    Method                // "": Quantile
	Breaks    []float64             // ascending limits between the classes, in place of Classes and Method; nil: none
	Palette   string                // as render.ParsePalette reads it; "": one that suits the field
	MaskP     float64               // grey where the band pvalue is not below it; 0: nowhere
	Mask      Mask                  // or grey where the fit has found no trend
	Title     string                // "": what the field is, and when
	Variable  string                // what the samples are, such as NDVI, for title and legend; "": not known
	Size      int                   // pixels of the longer side of the map, from LeastSize to MostSize; 0: DefaultSize
	DPI       float64               // pixels an inch on paper, which text has its size for; 0: for screens
	Frame     Frame                 // coordinates along the edges
	Outline   string                // a vector file whose lines are drawn on the map; "": none
	Memory    int64                 // bytes that drawing may take; 0: DefaultMemory
	QGIS      bool                  // write a style too, beside the raster, with .qml for its suffix
	Colors    string                // write a colour table for gdaldem color-relief to this file too; "": none
	Overwrite bool                  // whether outputs that exist are replaced
	Progress  func(done, total int) // called with the pixels that are read, each of them twice; may be nil

	whole int64 // pixels of rasters that are read whole; 0: Whole
}

// Method is how limits between classes are found.
type Method string

// The methods: equal numbers of pixels in each class, or classes of equal width.
const (
	Quantile Method = "quantile"
	Equal    Method = "equal"
)

// The defaults and limits of the options. Size and DPI have limits against slips of the pen only:
// what bounds a map is Memory.
const (
	DefaultClasses = 5
	DefaultSize    = 1000
	LeastSize      = 100
	MostSize       = 60000
	LeastDPI       = 10
	MostDPI        = 2400
)

// Whole is the number of pixels up to which all of a raster is read. Of a larger one, a fourth as
// many pixels are read for limits and shares, in blocks that are spread evenly.
const (
	Whole    = 1 << 28
	sampleOf = 4
)

func (o *Options) setDefaults() {
	o.Classes, o.Size, o.Method, o.Memory = cmp.Or(o.Classes, DefaultClasses), cmp.Or(o.Size, DefaultSize), cmp.Or(o.Method, Quantile), cmp.Or(o.Memory, DefaultMemory)
}

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
	case o.Mask != NoMask && !slices.Contains(Masks, o.Mask):
		return fmt.Errorf("no mask is called %q: use %s, %s or %s", o.Mask, ClassMask, RankMask, FDRMask)
	case o.Mask != NoMask && o.MaskP > 0:
		return fault.Errorf("%v and %v exclude each other: both say which pixels are grey", fault.Option{Field: "Mask"}, fault.Option{Field: "MaskP"})
	case o.DPI != 0 && !(o.DPI >= LeastDPI && o.DPI <= MostDPI):
		return fmt.Errorf("a picture has from %d to %d pixels an inch, and not %v", LeastDPI, MostDPI, o.DPI)
	case o.Frame != CRSFrame && o.Frame != LonLatFrame && o.Frame != NoFrame:
		return fmt.Errorf("no frame is called %q: use %s or %s", o.Frame, LonLatFrame, NoFrame)
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
	Mask        string         `json:"mask,omitempty"`  // which pixels these are, such as p ≥ 0.05
	Alpha       float64        `json:"alpha,omitempty"`
	Nodata      int64          `json:"nodata"`
	Warnings    []string       `json:"warnings"`
	Notes       []string       `json:"-"` // what GDAL says of the raster that makes no difference
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
