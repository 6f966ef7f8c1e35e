package render

import (
	"image"
	"image/color"
	"slices"
)

// Figure is a map with title, legend, frame, scale bar and source.
type Figure struct {
	Title    string
	Subtitle string
	Heading  string // of the legend
	Column   string // heading of the shares
	Entries  []Entry
	Source   string // what the map was made from
	Layout   Layout
	Image    *image.Paletted // the cells
	Bar      *Bar            // nil: none
	North    *float64        // clockwise angle from up to north in radians; nil: no arrow
	Frame    *Frame          // nil: no coordinates
	// Outlines are lines on the map: x and y by turns, in pixels of the picture from the upper
	// left corner of the map.
	Outlines [][]float64
}

// Entry is a line of the legend.
type Entry struct {
	Color color.NRGBA // transparent for no data
	Label string
	Share string
	Apart bool // leave space above the entry
}

// shown returns the figure with texts that can be drawn.
func (f Figure) shown() *Figure {
	for _, text := range []*string{&f.Title, &f.Subtitle, &f.Heading, &f.Column, &f.Source} {
		*text = shown(*text)
	}
	f.Entries = slices.Clone(f.Entries)
	for i := range f.Entries {
		f.Entries[i].Label, f.Entries[i].Share = shown(f.Entries[i].Label), shown(f.Entries[i].Share)
	}
	return &f
}

var (
	ink   = color.NRGBA{34, 34, 34, 255}
	faded = color.NRGBA{96, 96, 96, 255}
	frame = color.NRGBA{120, 120, 120, 255}
	paper = color.NRGBA{255, 255, 255, 255}
)
