package gdal

import (
	"strings"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// SameCRS reports whether PROJ takes two CRSs, given as WKT, for one. It calls OnCRSThread.
func SameCRS(a, b string) (same bool) {
	if a == "" || b == "" || a == b {
		return a == b
	}
	OnCRSThread(func() { same = sameWKT(a, b) })
	return same
}

func sameWKT(a, b string) bool {
	x, err := godal.NewSpatialRefFromWKT(a, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return false
	}
	defer x.Close()
	y, err := godal.NewSpatialRefFromWKT(b, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return false
	}
	defer y.Close()
	return x.IsSame(y)
}

// WKTOf returns the WKT of a CRS by its code, such as EPSG:32618; "" if PROJ knows none.
func WKTOf(code string) (wkt string) {
	Quietly(func() {
		sr, err := godal.NewSpatialRef(code, godal.ErrLogger(ignoreWarnings))
		if err != nil {
			return
		}
		defer sr.Close()
		if text, err := sr.WKT(); err == nil {
			wkt = text
		}
	})
	return wkt
}

// CRSName returns a short name of a CRS for people: EPSG:32617, its own name, or "none".
func CRSName(wkt string) (name string) {
	Quietly(func() { name = crsName(wkt) })
	return foreign.Printable(name)
}

func crsName(wkt string) string {
	if wkt == "" {
		return "none"
	}
	sr, err := godal.NewSpatialRefFromWKT(wkt, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return "unreadable"
	}
	defer sr.Close()
	if code := sr.AuthorityCode(""); code != "" {
		return sr.AuthorityName("") + ":" + code
	}
	name := "unnamed"
	for _, node := range []string{"PROJCRS", "PROJCS", "GEOGCRS", "GEOGCS"} {
		if given, ok := sr.AttrValue(node, 0); ok {
			name = given
			break
		}
	}
	if method, ok := sr.AttrValue("PROJECTION", 0); ok && (strings.EqualFold(name, "unnamed") || strings.EqualFold(name, "unknown")) {
		name += " (" + strings.ReplaceAll(method, "_", " ") + ")"
	}
	return name
}
