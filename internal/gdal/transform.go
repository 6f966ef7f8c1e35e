package gdal

import (
	"math"
	"strconv"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// Transform brings coordinates from one CRS to another. Coordinates are in the order x, y or
// longitude, latitude, whatever the CRS itself says.
type Transform struct {
	from, to *godal.SpatialRef
	t        *godal.Transform
}

// NewTransform makes a transform between two CRSs, as WKT or EPSG:n. It takes PROJ some ten
// milliseconds. The caller closes the transform, on the thread that made it.
func NewTransform(from, to string) (*Transform, error) {
	t := &Transform{}
	var err error
	if t.from, err = godal.NewSpatialRef(from, godal.ErrLogger(ignoreWarnings)); err != nil {
		return nil, err
	}
	if t.to, err = godal.NewSpatialRef(to, godal.ErrLogger(ignoreWarnings)); err != nil {
		t.from.Close()
		return nil, err
	}
	if t.t, err = godal.NewTransform(t.from, t.to, godal.ErrLogger(ignoreWarnings)); err != nil {
		t.from.Close()
		t.to.Close()
		return nil, err
	}
	return t, nil
}

// WithTransform calls use with the transform between two CRSs, on the thread for CRSs.
func WithTransform(from, to string, use func(*Transform)) error {
	var err error
	OnCRSThread(func() {
		var transform *Transform
		if transform, err = NewTransform(from, to); err == nil {
			defer transform.Close()
			use(transform)
		}
	})
	return err
}

// Apply replaces coordinates in place. An error means that some of them have no place in the other
// CRS.
func (t *Transform) Apply(xs, ys []float64) error {
	var err error
	Quietly(func() { err = t.t.TransformEx(xs, ys, nil, nil) })
	return err
}

// MetresPerUnit returns how many metres the unit of the target CRS has; 0 if the CRS counts
// degrees.
func (t *Transform) MetresPerUnit() float64 { return metresPerUnit(t.to) }

// SourceMetresPerUnit is MetresPerUnit of the source CRS.
func (t *Transform) SourceMetresPerUnit() float64 { return metresPerUnit(t.from) }

func metresPerUnit(sr *godal.SpatialRef) float64 {
	text, _ := sr.AttrValue("PROJCS|UNIT", 1)
	metres, _ := strconv.ParseFloat(text, 64)
	return metres
}

// ApplyEach replaces coordinates in place, with NaN for those that have no place in the other CRS.
func (t *Transform) ApplyEach(xs, ys []float64) {
	if len(xs) == 0 {
		return
	}
	placed := make([]bool, len(xs))
	Quietly(func() { _ = t.t.TransformEx(xs, ys, nil, placed) }) // PROJ says of each place that it has none
	for i, ok := range placed {
		if !ok || math.IsInf(xs[i], 0) || math.IsInf(ys[i], 0) {
			xs[i], ys[i] = math.NaN(), math.NaN()
		}
	}
}

// Geographic reports whether the source CRS counts degrees of longitude and latitude.
func (t *Transform) Geographic() bool { return t.from.Geographic() }

// ToGeographic reports whether the target CRS counts degrees of longitude and latitude.
func (t *Transform) ToGeographic() bool { return t.to.Geographic() }

// LinearUnit returns the name of the unit of a projected source CRS, as its WKT has it; "" if it
// has none.
func (t *Transform) LinearUnit() string {
	unit, _ := t.from.AttrValue("PROJCS|UNIT", 0)
	return foreign.Printable(unit)
}

// Close frees the transform.
func (t *Transform) Close() {
	t.t.Close()
	t.to.Close()
	t.from.Close()
}
