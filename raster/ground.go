package raster

import (
	"math"
	"strings"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// Ground is how a raster lies on the earth, as far as a map shows it.
type Ground struct {
	Metres   float64 // from one column to the next in the middle of the raster
	Latitude float64 // there, in degrees
	Uneven   bool    // elsewhere Metres differs by more than a twentieth
	North    float64 // clockwise angle from up to north in the middle, in radians
	Turns    bool    // elsewhere North differs by more than a twelfth of a circle
	Feet     bool    // the CRS counts feet
}

// Aspect returns how many times as wide as high a pixel is, in units of the CRS; 1 if that is
// not known.
func (t *Trend) Aspect() float64 {
	g := t.geo.transform
	aspect := math.Hypot(g[1], g[4]) / math.Hypot(g[2], g[5])
	if !t.geo.hasTransform || !(aspect > 0) || math.IsInf(aspect, 0) {
		return 1
	}
	return aspect
}

// Flipped reports whether the first column lies in the east, and the first row in the south.
func (t *Trend) Flipped() (x, y bool) {
	g := t.geo
	if !g.hasTransform || g.rotated() {
		return false, false
	}
	return g.transform[1] < 0, g.transform[5] > 0
}

func (g geo) rotated() bool { return g.transform[2] != 0 || g.transform[4] != 0 }

// Ground returns where the raster lies on the earth. known is false if the raster has no CRS, a CRS
// of another body, or is rotated. PROJ takes some ten milliseconds.
func (t *Trend) Ground() (ground Ground, known bool) {
	if t.geo.wkt == "" || !t.geo.hasTransform || t.geo.rotated() {
		return Ground{}, false
	}
	gdal.OnCRSThread(func() { ground, known = t.geo.ground() })
	return ground, known
}

func (g geo) ground() (Ground, bool) {
	transform, err := gdal.NewTransform(g.wkt, "EPSG:4326")
	if err != nil {
		return Ground{}, false
	}
	defer transform.Close()

	w, h := float64(g.width), float64(g.height)
	east, north := math.Abs(g.transform[1]), math.Abs(g.transform[5])
	// A pixel to the right and one up from a place, which is a share of the raster.
	look := func(across, down float64) (lat, metres, bearing float64, ok bool) {
		x, y := g.transform[0]+across*w*g.transform[1], g.transform[3]+down*h*g.transform[5]
		xs, ys := []float64{x, x + east, x}, []float64{y, y, y + north}
		if transform.Apply(xs, ys) != nil || !(math.Abs(ys[0]) < 89) {
			return 0, 0, 0, false
		}
		dx, dy := onEllipsoid(xs[0], ys[0], xs[1], ys[1])
		ux, uy := onEllipsoid(xs[0], ys[0], xs[2], ys[2])
		metres, bearing = math.Hypot(dx, dy), math.Atan2(ux, uy)
		return ys[0], metres, bearing, metres > 0 && !math.IsInf(metres, 0) && bearing == bearing
	}
	lat, metres, bearing, ok := look(0.5, 0.5)
	if !ok {
		return Ground{}, false
	}
	ground := Ground{Metres: metres, Latitude: lat, North: -bearing}
	for _, at := range [][2]float64{{0.5, 0.02}, {0.5, 0.98}, {0.02, 0.02}, {0.98, 0.02}, {0.02, 0.98}, {0.98, 0.98}} {
		_, there, turned, ok := look(at[0], at[1])
		if !ok {
			ground.Uneven, ground.Turns = true, true
			break
		}
		ground.Uneven = ground.Uneven || math.Abs(there/metres-1) > 0.05
		ground.Turns = ground.Turns || math.Abs(math.Remainder(turned-bearing, 2*math.Pi)) > math.Pi/6
	}
	unit := strings.ToLower(transform.LinearUnit())
	ground.Feet = strings.Contains(unit, "foot") || strings.Contains(unit, "feet") || strings.HasPrefix(unit, "ft")
	return ground, true
}

// onEllipsoid returns how many metres east and north of one place a second place near it lies.
// Places are in degrees on WGS 84. Distances follow its radii of curvature (Snyder, "Map
// projections: a working manual", 1987, equations 4-18 to 4-20).
func onEllipsoid(lon, lat, lon2, lat2 float64) (east, north float64) {
	const a, e2 = 6378137.0, 0.00669437999014
	sin, cos := math.Sincos(lat * math.Pi / 180)
	v := 1 - e2*sin*sin
	east = math.Remainder(lon2-lon, 360) * math.Pi / 180 * a / math.Sqrt(v) * cos
	north = (lat2 - lat) * math.Pi / 180 * a * (1 - e2) / (v * math.Sqrt(v))
	return east, north
}

// CRS returns a short name of the CRS, or "none". PROJ needs some milliseconds for it.
func (t *Trend) CRS() (name string) {
	gdal.OnCRSThread(func() { name = gdal.CRSName(t.geo.wkt) })
	return name
}
