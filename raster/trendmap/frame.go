package trendmap

import (
	"context"
	"math"
	"path/filepath"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/render"
)

// Frame is the kind of coordinates along the edges of a map.
type Frame string

// The frames. A raster without a place, or one that is rotated, has none.
const (
	CRSFrame    Frame = ""       // coordinates in the CRS of the raster
	LonLatFrame Frame = "lonlat" // longitudes and latitudes on WGS 84
	NoFrame     Frame = "none"
)

// frame returns the coordinates along the edges, and what they are; nil if there are none.
func (d *drawing) frame() (frame *render.Frame, what string, err error) {
	left, bottom, right, top, known := d.Edges()
	switch {
	case d.o.Frame == NoFrame:
		return nil, "", nil
	case d.o.Frame == LonLatFrame:
		lower, side, err := lonLatEdges(d.Trend)
		if err != nil {
			return nil, "", err
		}
		return render.NewFrame(d.layout, lower, side), "longitudes and latitudes on WGS 84", nil
	case !known:
		return nil, "", nil
	}
	lower, side := render.Edge{Values: []float64{left, right}}, render.Edge{Values: []float64{top, bottom}}
	switch unit := d.CRSUnit(); unit {
	case "":
	case "degree":
		lower.Kind, side.Kind = render.Longitude, render.Latitude
	case "metre", "meter", "Meter":
		what = "coordinates in metres"
	default:
		what = "coordinates in its unit, the " + unit
	}
	return render.NewFrame(d.layout, lower, side), what, nil
}

// edgeParts is the number of parts of an edge in each of which longitudes and latitudes are linear.
const edgeParts = 256

// lonLatEdges returns the longitudes along the lower edge of a raster and the latitudes along its
// left edge.
func lonLatEdges(t *raster.Trend) (lower, side render.Edge, err error) {
	left, bottom, right, top, known := t.Edges()
	if !known {
		return lower, side, fault.Errorf("%s has no place on the earth, or is rotated, so that its edges have no "+
			"longitudes and latitudes: leave %v out", t.Name, fault.Option{Field: "Frame"})
	}
	var xs, ys [2 * (edgeParts + 1)]float64
	for i := range edgeParts + 1 {
		part := float64(i) / edgeParts
		xs[i], ys[i] = left+part*(right-left), bottom
		xs[edgeParts+1+i], ys[edgeParts+1+i] = left, top+part*(bottom-top)
	}
	if err := t.LonLat(xs[:], ys[:]); err != nil {
		return lower, side, fault.Errorf("no longitudes and latitudes are known for %s: %v", t.Name, err)
	}
	longitudes := xs[:edgeParts+1]
	for i := 1; i < len(longitudes); i++ { // no jumps at 180°
		if before := longitudes[i-1]; before == before && longitudes[i] == longitudes[i] {
			longitudes[i] = before + math.Remainder(longitudes[i]-before, 360)
		}
	}
	lower = render.Edge{Values: longitudes, Kind: render.Longitude}
	return lower, render.Edge{Values: ys[edgeParts+1:], Kind: render.Latitude}, nil
}

// readOutlines reads the lines of the vector file of the options, in pixels of the picture.
func (d *drawing) readOutlines(ctx context.Context) error {
	if d.o.Outline == "" {
		return nil
	}
	scaleX, scaleY := float64(d.layout.PictureWidth)/float64(d.Width), float64(d.layout.PictureHeight)/float64(d.Height)
	lines, warnings, err := d.Outlines(ctx, d.o.Outline, d.Name, 0.25/max(scaleX, scaleY))
	if err != nil {
		return err
	}
	flipX, flipY := d.Flipped()
	for _, xy := range lines {
		for i := 0; i < len(xy); i += 2 {
			if xy[i] *= scaleX; flipX {
				xy[i] = float64(d.layout.PictureWidth) - xy[i]
			}
			if xy[i+1] *= scaleY; flipY {
				xy[i+1] = float64(d.layout.PictureHeight) - xy[i+1]
			}
		}
	}
	d.outlines, d.warnings = lines, append(d.warnings, warnings...)
	if len(lines) == 0 {
		d.warnings = append(d.warnings, "no line of "+filepath.Base(d.o.Outline)+" lies within the raster")
	}
	return nil
}
