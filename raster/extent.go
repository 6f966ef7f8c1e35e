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
func (s *Stack) lay(ctx context.Context, geos []geo, o OpenOptions) error {
	s.geo = geos[0]
	pieces := s.hasPieces()
	if o.Extent == "" && o.ToGrid == "" && !pieces {
		warnings, err := checkGrids(s.files, geos, o)
		s.warnings = append(s.warnings, warnings...)
		return err
	}
	for i, g := range geos {
		if err := g.placed(); err != nil {
			return fault.Inputf("cannot use %s: %v", s.files[i], err)
		}
		if !g.hasTransform {
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
		warnings, err = checkGrids(all.names, all.geos, o)
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

// rasters are the names and grids of rasters, a file or the pieces of one each.
type rasters struct {
	names []string
	geos  []geo
}

// lattice finds out where rasters begin on the grid of another, each grid once.
type lattice struct {
	of    geo
	known map[geo]origin
}

// origin is the pixel of a grid where a raster begins. It may lie outside of the raster of the grid.
type origin struct {
	x, y  int
	whole bool // pixels of the raster are pixels of the grid
}

// origin returns where g begins.
func (l *lattice) origin(g geo) origin {
	c, found := l.known[g]
	if !found {
		c = l.find(g)
		if l.known == nil {
			l.known = map[geo]origin{}
		}
		l.known[g] = c
	}
	return c
}

func (l *lattice) find(g geo) (c origin) {
	if (l.of.wkt == "") != (g.wkt == "") {
		return origin{}
	}
	var xs, ys []float64
	var shares [][2]float64
	for i := range 9 {
		at := [2]float64{float64(i%3) / 2, float64(i/3) / 2}
		x, y := g.at(at)
		shares, xs, ys = append(shares, at), append(xs, x), append(ys, y)
	}
	if !gdal.SameCRS(l.of.wkt, g.wkt) && gdal.WithTransform(g.wkt, l.of.wkt, func(t *gdal.Transform) { t.ApplyEach(xs, ys) }) != nil {
		return origin{}
	}
	columns, rows := l.of.pixels(xs, ys)
	x, y := math.Round(columns[0]), math.Round(rows[0])
	for i, at := range shares {
		dx, dy := columns[i]-x-at[0]*float64(g.width), rows[i]-y-at[1]*float64(g.height)
		if !(math.Hypot(dx, dy) <= samePixel) {
			return origin{}
		}
	}
	if math.Abs(x) > math.MaxInt32 || math.Abs(y) > math.MaxInt32 {
		return origin{}
	}
	return origin{int(x), int(y), true}
}

// pixels returns the columns and rows of places on the map, whole numbers being the corners of
// pixels.
func (g geo) pixels(xs, ys []float64) (columns, rows []float64) {
	t := g.transform
	det := t[1]*t[5] - t[2]*t[4]
	for i := range xs {
		dx, dy := xs[i]-t[0], ys[i]-t[3]
		columns, rows = append(columns, (dx*t[5]-dy*t[2])/det), append(rows, (dy*t[1]-dx*t[4])/det)
	}
	return columns, rows
}

// extent returns the part of the grid of the first raster that the options ask for.
func (r rasters) extent(o OpenOptions) (geo, error) {
	first := r.geos[0]
	l := lattice{of: first}
	w := [4]int{0, 0, first.width, first.height} // least and end of columns and rows: x0, y0, x1, y1
	for i, g := range r.geos {
		c := l.origin(g)
		if !c.whole {
			return geo{}, fault.Inputf("%s %s; its pixels are no pixels of that grid, so that it cannot be cut or padded to it: resample it with %v, or bring it there with gdalwarp",
				r.names[i], first.apart(g, r.names[0]), Option{Field: "ToGrid", Value: toFirst})
		}
		x1, y1 := c.x+g.width, c.y+g.height
		switch o.Extent {
		case ExtentUnion:
			w = [4]int{min(w[0], c.x), min(w[1], c.y), max(w[2], x1), max(w[3], y1)}
		case ExtentIntersection:
			w = [4]int{max(w[0], c.x), max(w[1], c.y), min(w[2], x1), min(w[3], y1)}
			if w[0] >= w[2] || w[1] >= w[3] {
				return geo{}, fault.Inputf("the inputs have no pixel in common: %s lies beside those before it; keep all pixels with %v", r.names[i], Option{Field: "Extent", Value: ExtentUnion})
			}
		}
	}
	if err := checkSize(float64(w[2])-float64(w[0]), float64(w[3])-float64(w[1])); err != nil {
		return geo{}, err
	}
	return first.window(pixtrend.Window{X: w[0], Y: w[1], Width: w[2] - w[0], Height: w[3] - w[1]}), nil
}

// checkSize returns an error if GDAL has no raster of that size.
func checkSize(width, height float64) error {
	if width > math.MaxInt32 || height > math.MaxInt32 || width*height > 1<<50 {
		return fault.Inputf("a grid of %.0f × %.0f pixels is larger than any raster: give a coarser one, or leave the inputs out that lie far off", width, height)
	}
	return nil
}

// apart says how the grid of a raster differs from that of the first, which has a name.
func (first geo) apart(g geo, name string) string {
	if d := first.difference(g).from("the first input, " + name); d != "" {
		return d
	}
	return "lies on another grid than the first input, " + name
}

// gridOf returns the grid that the options name.
func (s *Stack) gridOf(ctx context.Context, all rasters, o OpenOptions) (geo, error) {
	if o.ToGrid == toFirst {
		return all.geos[0], nil
	}
	if m := gridForm.FindStringSubmatch(o.ToGrid); m != nil {
		size, _ := strconv.ParseFloat(m[2], 64) // as CheckGrid has
		return all.gridIn(m[1], size)
	}
	name := gdal.FromURL(o.ToGrid)
	if err := s.reads.add(name); err != nil {
		return geo{}, fault.Inputf("cannot use the grid of %s: %v", gdal.DisplayName(name), err)
	}
	ds, err := s.folders.OpenFirst(ctx, name, o.Drivers)
	if err != nil {
		return geo{}, fmt.Errorf("the grid: %w", openError(ctx, name, o.Drivers, err))
	}
	defer func() { _ = ds.Close() }()
	var g geo
	gdal.OnCRSThread(func() { g = geoOf(ds) })
	if err := g.placed(); err != nil || !g.hasTransform {
		return geo{}, fault.Inputf("cannot use the grid of %s: it is not georeferenced: name a raster that is", gdal.DisplayName(name))
	}
	return g, nil
}

// gridIn returns the grid of square pixels of a size in a CRS that covers all rasters. Its pixels
// begin at multiples of their size.
func (r rasters) gridIn(crs string, size float64) (geo, error) {
	wkt := ""
	gdal.OnCRSThread(func() { wkt = gdal.WKTOf(crs) })
	if wkt == "" {
		return geo{}, fault.Inputf("PROJ knows no CRS %s: check its number, such as EPSG:32618", crs)
	}
	reach := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	seen := map[geo]bool{}
	for i, g := range r.geos {
		if seen[g] {
			continue
		}
		seen[g] = true
		if g.wkt == "" {
			return geo{}, fault.Inputf("%s has no CRS, so that its place in %s is not known: give it one, such as with gdal_edit.py -a_srs", r.names[i], crs)
		}
		at := [4]float64{math.Inf(-1), math.Inf(1), math.Inf(-1), math.Inf(1)}
		if err := gdal.WithTransform(g.wkt, wkt, func(t *gdal.Transform) { at = g.within(t) }); err != nil {
			return geo{}, fault.Inputf("%s has no place in %s: %v", r.names[i], crs, err)
		}
		if math.IsInf(at[0], 0) {
			return geo{}, fault.Inputf("a part of %s has no place in %s: name another CRS, or cut the raster", r.names[i], crs)
		}
		reach = [4]float64{min(reach[0], at[0]), max(reach[1], at[1]), min(reach[2], at[2]), max(reach[3], at[3])}
	}
	// A pixel that the rasters reach into by less than a thousandth is left out.
	first := func(x float64) float64 { return math.Floor(x/size + samePixel) }
	end := func(x float64) float64 { return math.Ceil(x/size - samePixel) }
	x0, x1, y0, y1 := first(reach[0]), end(reach[1]), first(reach[2]), end(reach[3])
	if err := checkSize(x1-x0, y1-y0); err != nil {
		return geo{}, err
	}
	return geo{width: max(1, int(x1-x0)), height: max(1, int(y1-y0)), hasTransform: true, place: gdal.Affine, wkt: wkt,
		transform: [6]float64{x0 * size, size, 0, y1 * size, 0, -size}}, nil
}
