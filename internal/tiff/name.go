package tiff

import (
	"path/filepath"
	"slices"
	"strings"
)

// names are the ends of the names of GeoTIFFs, in lower case.
var names = []string{".tif", ".tiff", ".gtif", ".gtiff"}

// HasName reports whether a name ends as that of a GeoTIFF.
func HasName(path string) bool {
	return slices.Contains(names, strings.ToLower(filepath.Ext(path)))
}
