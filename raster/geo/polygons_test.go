package geo

import (
	"slices"
	"strings"
	"testing"
)

// What GDAL leaves out of the polygons of a region, or of zones, is said, and a file without a polygon is
// refused.
func TestPolygonsThatAreLeftOut(t *testing.T) {
	others := []string{"null", geometry("Polygon"), lineOf(wholeRing), geometry("Polygon", flatRing), geometry("Polygon", wholeRing)}
	for _, tt := range append(slices.Clone(drawings), drawing{"others", others, []string{"4 of 5 features"}}) {
		for _, field := range []string{"", "number"} {
			c, err := (Vector{File: features(t, tt.geometries...)}).Cover(t.Context(), Grid{Width: 300, Height: 200, HasTransform: true, Transform: utm, WKT: wktOf(32617)}, "a.tif", field, 1<<20)
			if err != nil || c.Features != len(tt.geometries) {
				t.Errorf("%s: %d features, %v", tt.name, c.Features, err)
			}
			checkLeftOut(t, tt.name, c.Warnings, tt.words...)
		}
	}
	for name, g := range map[string]string{"no geometry": "null", "an empty one": geometry("Polygon"),
		"a damaged one": geometry("Polygon", damagedRing), "a flat one": geometry("Polygon", flatRing), "a line": lineOf(wholeRing)} {
		_, err := (Vector{File: features(t, g)}).Cover(t.Context(), Grid{Width: 300, Height: 200, HasTransform: true, Transform: utm, WKT: wktOf(32617)}, "a.tif", "", 1<<20)
		if err == nil || !strings.Contains(err.Error(), "it has none that GDAL can read, in 1 features") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
