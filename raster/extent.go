package raster

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/geo"
)

// Ways of OpenOptions.Extent.
const (
	ExtentUnion        = "union"
	ExtentIntersection = "intersection"
	ExtentFirst        = "first"
)

// usualMethod is how rasters are resampled if OpenOptions.Resample is not set.
const usualMethod = "bilinear"

// toFirst is the grid of the first raster, as OpenOptions.ToGrid names it.
const toFirst = "first"

// gridForm matches a CRS with a pixel size, such as EPSG:32618,30.
var gridForm = regexp.MustCompile(`^([A-Za-z]+:[0-9]+),([^,]+)$`)

// CheckExtent returns an error if no way of OpenOptions.Extent has that name.
func CheckExtent(s string) error {
	if slices.Contains([]string{ExtentUnion, ExtentIntersection, ExtentFirst}, s) {
		return nil
	}
	return fmt.Errorf("give %s, %s or %s", ExtentUnion, ExtentIntersection, ExtentFirst)
}

// CheckResample returns an error if there is no way to resample of that name.
func CheckResample(s string) error {
	if gdal.CanWarp(s) {
		return nil
	}
	return fmt.Errorf("give nearest, bilinear, cubic, cubicspline, lanczos, average or mode")
}

// CheckGrid returns an error if s cannot be a grid of OpenOptions.ToGrid. It opens no file.
func CheckGrid(s string) error {
	if s == "" {
		return fmt.Errorf("give first, a raster that has the grid, or a CRS and a pixel size such as EPSG:32618,30")
	}
	if m := gridForm.FindStringSubmatch(s); m != nil {
		if size, err := strconv.ParseFloat(m[2], 64); err != nil || !(size > 0) || math.IsInf(size, 0) {
			return fmt.Errorf("%q is no pixel size: give a number above 0, in units of the CRS, such as %s,30", m[2], m[1])
		}
	}
	return nil
}

// checkGrid returns an error if the options of the grid contradict each other. It opens no file.
func (o OpenOptions) checkGrid() error {
	for _, x := range []struct {
		value string
		check func(string) error
		field string
	}{{o.Extent, CheckExtent, "Extent"}, {o.ToGrid, CheckGrid, "ToGrid"}, {o.Resample, CheckResample, "Resample"}} {
		if x.value == "" {
			continue
		}
		if err := x.check(x.value); err != nil {
			return fault.Inputf("%v cannot be used: %v", Option{Field: x.field, Value: x.value}, err)
		}
	}
	switch {
	case o.Extent != "" && o.ToGrid != "":
		return fault.Inputf("%v and %v exclude each other: the second names a grid with its extent", Option{Field: "Extent"}, Option{Field: "ToGrid"})
	case o.Resample != "" && o.ToGrid == "":
		return fault.Inputf("nothing is resampled: give a grid with %v, or leave %v out", Option{Field: "ToGrid"}, Option{Field: "Resample"})
	}
	return nil
}

// gridText says how rasters are brought to one grid; "" if they have one.
func (o OpenOptions) gridText() string {
	switch {
	case o.Extent == ExtentFirst:
		return "extent of the first raster"
	case o.Extent != "":
		return o.Extent + " of extents"
	case o.ToGrid != "":
		return "resampled to " + gdal.DisplayName(o.ToGrid) + ", " + cmp.Or(o.Resample, usualMethod)
	}
	return ""
}

// lay decides the grid of the stack, and where the files, which have the grids geos, lie on it.
func (s *Stack) lay(ctx context.Context, geos []geo.Grid, o OpenOptions) error {
	s.geo = geos[0]
	pieces := s.hasPieces()
	if o.Extent == "" && o.ToGrid == "" && !pieces {
		warnings, err := checkGrids(s.files, geos)
		s.warnings = append(s.warnings, warnings...)
		return err
	}
	for i, g := range geos {
		if err := g.Placed(); err != nil {
			return fault.Inputf("cannot use %s: %v", s.files[i], err)
		}
		if !g.HasTransform {
			return fault.Inputf("%s is not georeferenced, so that its place on another grid is not known: say where it lies, such as with gdal_edit.py -a_srs and -a_ullr, or leave it out", s.files[i])
		}
	}
	all := rasters{s.files, geos}
	var err error
	if pieces {
		if all, err = s.joinPieces(geos); err != nil {
			return err
		}
	}
	switch {
	case o.ToGrid != "":
		s.geo, err = s.gridOf(ctx, all, o)
	case o.Extent != "":
		s.geo, err = all.extent(o)
	default:
		s.geo = all.geos[0]
		var warnings []string
		warnings, err = checkGrids(all.names, all.geos)
		s.warnings = append(s.warnings, warnings...)
	}
	if err != nil {
		return err
	}
	if err := s.placeOn(s.geo, geos, o); err != nil {
		return err
	}
	s.joinScenes()
	return nil
}

// checkGrids returns an error if a raster does not lie on the grid of the first, and warnings about
// what is assumed.
func checkGrids(files []string, geos []geo.Grid) (warnings []string, err error) {
	known, first := geo.Grids{}, "the first input, "+files[0]
	var respelled []int
	placed := len(files) == 1
	for i, g := range geos {
		if err := g.Placed(); err != nil {
			return nil, fault.Inputf("cannot use %s: %v", files[i], err)
		}
		d := known.Difference(geos[0], g)
		if d.Is != "" {
			if d.Remedy == geo.WarpToOne {
				return nil, fault.Inputf("%s %s: %s with %v, which resamples, or if they are whole pixels apart with %v", files[i], d.From(first), geo.WarpToOne,
					Option{Field: "ToGrid", Value: toFirst}, Option{Field: "Extent", Value: ExtentUnion})
			}
			return nil, fault.Inputf("%s %s: %s", files[i], d.From(first), d.Remedy)
		}
		if d.Respelled {
			respelled = append(respelled, i)
		}
		placed = placed || g.HasTransform
	}
	if len(respelled) > 0 {
		i := respelled[0]
		warnings = append(warnings, fmt.Sprintf("%s%s has its CRS, %s, in another spelling than %s, which has %s: their coordinates agree to a thousandth of a pixel, and they are taken for one",
			files[i], others(len(respelled)-1), geos[i].CRS(), first, geos[0].CRS()))
	}
	if !placed {
		warnings = append(warnings, fmt.Sprintf("no input says where on the earth it lies, neither %s nor the others: their pixels are taken to be the same ones, and the output has no place either", files[0]))
	}
	return warnings, nil
}

// rasters are the names and grids of rasters, a file or the pieces of one each.
type rasters struct {
	names []string
	geos  []geo.Grid
}

// extent returns the part of the grid of the first raster that the options ask for.
func (r rasters) extent(o OpenOptions) (geo.Grid, error) {
	first := r.geos[0]
	l := geo.Lattice{Of: first}
	w := [4]int{0, 0, first.Width, first.Height} // least and end of columns and rows: x0, y0, x1, y1
	for i, g := range r.geos {
		c := l.Origin(g)
		if !c.Whole {
			return geo.Grid{}, fault.Inputf("%s %s; its pixels are no pixels of that grid, so that it cannot be cut or padded to it: resample it with %v, or bring it there with gdalwarp",
				r.names[i], apart(first, g, r.names[0]), Option{Field: "ToGrid", Value: toFirst})
		}
		x1, y1 := c.X+g.Width, c.Y+g.Height
		switch o.Extent {
		case ExtentUnion:
			w = [4]int{min(w[0], c.X), min(w[1], c.Y), max(w[2], x1), max(w[3], y1)}
		case ExtentIntersection:
			w = [4]int{max(w[0], c.X), max(w[1], c.Y), min(w[2], x1), min(w[3], y1)}
			if w[0] >= w[2] || w[1] >= w[3] {
				return geo.Grid{}, fault.Inputf("the inputs have no pixel in common: %s lies beside those before it; keep all pixels with %v", r.names[i], Option{Field: "Extent", Value: ExtentUnion})
			}
		}
	}
	if err := checkSize(float64(w[2])-float64(w[0]), float64(w[3])-float64(w[1])); err != nil {
		return geo.Grid{}, err
	}
	return first.Window(pixtrend.Window{X: w[0], Y: w[1], Width: w[2] - w[0], Height: w[3] - w[1]}), nil
}

// checkSize returns an error if GDAL has no raster of that size.
func checkSize(width, height float64) error {
	if width > math.MaxInt32 || height > math.MaxInt32 || width*height > 1<<50 {
		return fault.Inputf("a grid of %.0f × %.0f pixels is larger than any raster: give a coarser one, or leave the inputs out that lie far off", width, height)
	}
	return nil
}

// apart says how the grid of a raster differs from that of the first, which has a name.
func apart(first, g geo.Grid, name string) string {
	if d := first.Difference(g).From("the first input, " + name); d != "" {
		return d
	}
	return "lies on another grid than the first input, " + name
}

// gridOf returns the grid that the options name.
func (s *Stack) gridOf(ctx context.Context, all rasters, o OpenOptions) (geo.Grid, error) {
	if o.ToGrid == toFirst {
		return all.geos[0], nil
	}
	if m := gridForm.FindStringSubmatch(o.ToGrid); m != nil {
		size, _ := strconv.ParseFloat(m[2], 64) // as CheckGrid has
		return all.gridIn(m[1], size)
	}
	name := gdal.FromURL(o.ToGrid)
	if err := s.reads.add(name); err != nil {
		return geo.Grid{}, fault.Inputf("cannot use the grid of %s: %v", gdal.DisplayName(name), err)
	}
	ds, err := s.folders.OpenFirst(ctx, name, o.Drivers)
	if err != nil {
		return geo.Grid{}, fmt.Errorf("the grid: %w", openError(ctx, name, o.Drivers, err))
	}
	defer func() { _ = ds.Close() }()
	var g geo.Grid
	gdal.OnCRSThread(func() { g = geo.Of(ds) })
	if err := g.Placed(); err != nil || !g.HasTransform {
		return geo.Grid{}, fault.Inputf("cannot use the grid of %s: it is not georeferenced: name a raster that is", gdal.DisplayName(name))
	}
	return g, nil
}

// gridIn returns the grid of square pixels of a size in a CRS that covers all rasters. Its pixels
// begin at multiples of their size.
func (r rasters) gridIn(crs string, size float64) (geo.Grid, error) {
	wkt := ""
	gdal.OnCRSThread(func() { wkt = gdal.WKTOf(crs) })
	if wkt == "" {
		return geo.Grid{}, fault.Inputf("PROJ knows no CRS %s: check its number, such as EPSG:32618", crs)
	}
	reach := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	seen := map[geo.Grid]bool{}
	for i, g := range r.geos {
		if seen[g] {
			continue
		}
		seen[g] = true
		if g.WKT == "" {
			return geo.Grid{}, fault.Inputf("%s has no CRS, so that its place in %s is not known: give it one, such as with gdal_edit.py -a_srs", r.names[i], crs)
		}
		at, err := g.In(wkt)
		if err != nil {
			return geo.Grid{}, fault.Inputf("%s has no place in %s: %v", r.names[i], crs, err)
		}
		if math.IsInf(at[0], 0) {
			return geo.Grid{}, fault.Inputf("a part of %s has no place in %s: name another CRS, or cut the raster", r.names[i], crs)
		}
		reach = [4]float64{min(reach[0], at[0]), max(reach[1], at[1]), min(reach[2], at[2]), max(reach[3], at[3])}
	}
	// A pixel that the rasters reach into by less than a thousandth is left out.
	first := func(x float64) float64 { return math.Floor(x/size + geo.SamePixel) }
	end := func(x float64) float64 { return math.Ceil(x/size - geo.SamePixel) }
	x0, x1, y0, y1 := first(reach[0]), end(reach[1]), first(reach[2]), end(reach[3])
	if err := checkSize(x1-x0, y1-y0); err != nil {
		return geo.Grid{}, err
	}
	return geo.Grid{Width: max(1, int(x1-x0)), Height: max(1, int(y1-y0)), HasTransform: true, WKT: wkt,
		Transform: [6]float64{x0 * size, size, 0, y1 * size, 0, -size}}, nil
}
