package geo

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

// Ground returns where the raster lies on the earth. known is false if the raster has no CRS, a CRS
// of another body, or is rotated. PROJ takes some ten milliseconds.
func (g Grid) Ground() (ground Ground, known bool) {
	if g.WKT == "" || !g.HasTransform || g.rotated() {
		return Ground{}, false
	}
	gdal.OnCRSThread(func() { ground, known = g.ground() })
	return ground, known
}

func (g Grid) ground() (Ground, bool) {
	transform, err := gdal.NewTransform(g.WKT, "EPSG:4326")
	if err != nil {
		return Ground{}, false
	}
	defer transform.Close()

	w, h := float64(g.Width), float64(g.Height)
	east, north := math.Abs(g.Transform[1]), math.Abs(g.Transform[5])
	// A pixel to the right and one up from a place, which is a share of the raster.
	look := func(across, down float64) (lat, metres, bearing float64, ok bool) {
		x, y := g.Transform[0]+across*w*g.Transform[1], g.Transform[3]+down*h*g.Transform[5]
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
