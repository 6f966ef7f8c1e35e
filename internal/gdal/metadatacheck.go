package gdal

/*
#include <stdlib.h>
#include <gdal.h>
#include <cpl_minixml.h>
#include <cpl_string.h>

static char **add_item(char **items, const char *band, const char *name, const char *domain, const char *key,
		const char *value) {
	const char *const parts[] = {band, name, domain, key, value};
	for (int i = 0; i < 5; i++)
		items = CSLAddString(items, parts[i]);
	return items;
}

// add_element adds what an element of a file of metadata says.
static char **add_element(char **items, const char *band, CPLXMLNode *element) {
	if (element->eType != CXT_Element)
		return items;
	if (!EQUAL(element->pszValue, "Metadata"))
		return add_item(items, band, element->pszValue, "", "", CPLGetXMLValue(element, "", ""));
	if (CPLGetXMLNode(element, "format") != NULL) // such as XML
		return items;
	const char *domain = CPLGetXMLValue(element, "domain", "");
	for (CPLXMLNode *item = element->psChild; item != NULL; item = item->psNext)
		if (item->eType == CXT_Element && EQUAL(item->pszValue, "MDI"))
			items = add_item(items, band, "Metadata", domain, CPLGetXMLValue(item, "key", ""),
				CPLGetXMLValue(item, "", ""));
	return items;
}

// items_in returns what a file of metadata says: of each item the band, 0 for the raster, the name, the
// domain and the key of metadata, and the value, one after another. The first item is the file itself.
// NULL: it cannot be read.
static char **items_in(const char *path) {
	CPLXMLNode *tree = CPLParseXMLFile(path);
	CPLXMLNode *root = tree == NULL ? NULL : CPLGetXMLNode(tree, "=PAMDataset");
	char **items = NULL;
	if (root != NULL) {
		items = add_item(items, "0", "PAMDataset", "", "", "");
		for (CPLXMLNode *node = root->psChild; node != NULL; node = node->psNext) {
			if (node->eType != CXT_Element || !EQUAL(node->pszValue, "PAMRasterBand")) {
				items = add_element(items, "0", node);
				continue;
			}
			const char *band = CPLGetXMLValue(node, "band", "0");
			for (CPLXMLNode *of = node->psChild; of != NULL; of = of->psNext)
				items = add_element(items, band, of);
		}
	}
	CPLDestroyXMLNode(tree);
	return items;
}

// has_scaling reports whether a band says how its samples are scaled.
static int has_scaling(GDALRasterBandH band) {
	int scale = 0, offset = 0;
	GDALGetRasterScale(band, &scale);
	GDALGetRasterOffset(band, &offset);
	return scale || offset;
}
*/
import "C"

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// GDAL says nothing if it cannot open or read the metadata beside a raster, even if the file was whole
// a moment before: the raster then has no nodata value, no scale and no dates. GDAL reads such a file
// as a whole or not at all, so one item that can only come from it shows that it was read.

// described are the drivers whose rasters have what the metadata beside them says.
var described = []string{"GTiff", "HFA", "ENVI", "JP2OpenJPEG"}

// evidence is what an item of a file of metadata shows.
type evidence int

const (
	noEvidence evidence = iota // the raster may have its own
	itemRead                   // the raster has it
	itemLost                   // the raster does not have it
)

// metadataItem is what a file of metadata says.
type metadataItem struct {
	name        string // such as NoDataValue, or Metadata
	domain, key string // of Metadata
	value       string
}

// checkMetadata returns an error if metadata lies beside the raster and GDAL has not read it. sidecars
// are those that GDAL was given.
func (d *Dataset) checkMetadata(raster string, sidecars []string) error {
	dir, base := splitName(raster)
	name := base + metadataEnd
	if !slices.Contains(sidecars, name) || !slices.Contains(described, d.Driver()) || metadataIsOff(raster) {
		return nil
	}
	items := itemsIn(joined(dir, name))
	if items == nil {
		return sidecarError(raster, name, "cannot be read")
	}
	_, ownPlace := UserOption(raster, "GDAL_GEOREF_SOURCES") // which may leave the metadata out
	lost := ""
	for parts := range slices.Chunk(items, 5) {
		item := metadataItem{parts[1], parts[2], parts[3], parts[4]}
		found, of := noEvidence, "the raster"
		switch number, _ := strconv.Atoi(parts[0]); {
		case number > 0 && number <= len(d.bands):
			found, of = d.bands[number-1].shows(item), fmt.Sprintf("band %d", number)
		case number == 0 && !(ownPlace && item.name != "Metadata"):
			found = d.shows(item)
		}
		if found == itemRead {
			return nil
		}
		if found == itemLost {
			lost = cmp.Or(lost, strings.TrimSpace(item.name+" "+foreign.Printable(item.key))+" of "+of)
		}
	}
	if lost != "" {
		return sidecarError(raster, name, "has not been read by GDAL, as the %s is missing", lost)
	}
	return nil
}

// metadataIsOff reports whether the user keeps GDAL from reading metadata beside a raster.
func metadataIsOff(raster string) bool {
	value, _ := UserOption(raster, "GDAL_PAM_ENABLED")
	return slices.Contains([]string{"NO", "FALSE", "OFF", "0"}, strings.ToUpper(value))
}

// itemsIn returns the items of a file of metadata as items_in does; nil if it cannot be read.
func itemsIn(file string) []string {
	cfile := C.CString(file)
	defer C.free(unsafe.Pointer(cfile))
	return namesOf(C.items_in(cfile))
}

// shows returns what an item about the raster shows. A TIFF has a place if the metadata has one, although
// it may be another. HFA and ENVI ignore such places.
func (d *Dataset) shows(item metadataItem) evidence {
	switch name := strings.ToLower(item.name); {
	case name == "metadata":
		return item.shows(d.Metadata(item.key, item.domain))
	case d.Driver() != "GTiff":
		return noEvidence
	case name == "srs":
		return lostIf(item.value != "" && d.WKT() == "" && len(d.ds.GCPs()) == 0)
	case name == "geotransform" || name == "gcplist":
		return lostIf(d.Place() == Unplaced)
	}
	return noEvidence
}

// shows returns what an item about the band shows. What the file of the raster says itself takes
// precedence, except for metadata.
func (b Band) shows(item metadataItem) evidence {
	switch name := strings.ToLower(item.name); name {
	case "metadata":
		return item.shows(b.Metadata(item.key, item.domain))
	case "description":
		return textShows(item.value, b.Description())
	case "unittype":
		return textShows(item.value, b.Unit())
	case "nodatavalue":
		_, has := b.Nodata()
		_, _, known := b.Type()
		return lostIf(known && !has)
	case "scale", "offset":
		got, offset := b.Scaling()
		usual := 1.0
		if name == "offset" {
			got, usual = offset, 0
		}
		switch x, err := strconv.ParseFloat(strings.TrimSpace(item.value), 64); {
		case err != nil || x == usual:
			return noEvidence
		case x == got:
			return itemRead
		}
		return lostIf(C.has_scaling(b.handle()) == 0)
	case "colorinterp":
		return lostIf(b.of.Driver() == "GTiff" && strings.EqualFold(item.value, "Alpha") && !b.IsAlpha())
	}
	return noEvidence
}

// ownDomains are the domains of metadata that GDAL fills in itself.
var ownDomains = []string{"IMAGE_STRUCTURE", "SUBDATASETS", "DERIVED_SUBDATASETS", "OVERVIEWS", "COLOR_PROFILE"}

// shows returns what an item of metadata shows, of which the raster has got. In the default domain, the
// metadata beside a raster takes precedence; in others, such as IMAGERY, other files may.
func (m metadataItem) shows(got string) evidence {
	switch {
	case m.key == "" || m.value == "" || slices.Contains(ownDomains, m.domain):
		return noEvidence
	case m.key == "AREA_OR_POINT": // which may follow from the place
		return noEvidence
	case got == m.value:
		return itemRead
	}
	return lostIf(m.domain == "" || got == "")
}

// textShows returns what a text shows, of which the raster has got.
func textShows(value, got string) evidence {
	if value != "" && got == value {
		return itemRead
	}
	return lostIf(value != "" && got == "")
}

func lostIf(lost bool) evidence {
	if lost {
		return itemLost
	}
	return noEvidence
}
