package raster

import (
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// splitPages puts the pages of a TIFF that is the only input in its place, as each is a raster.
func (x *expansion) splitPages() {
	names := x.names()
	if len(names) != 1 || gdal.FilePath(names[0]) != names[0] {
		return
	}
	t, file := tiff.Open(names[0])
	if t == nil {
		return
	}
	_ = file.Close()
	if !t.HasPages() {
		return
	}
	ds, err := gdal.Open(names[0], x.options.Drivers, nil)
	if err != nil {
		return // which describing the file reports
	}
	defer func() { _ = ds.Close() }()
	gdal.Quietly(func() {
		if pages := ds.Subdatasets(); len(pages) > 1 && ds.Driver() == "GTiff" && len(ds.Bands()) == 1 {
			x.groups, x.pages = []group{{names: pages, typed: true}}, true
		}
	})
}

// checkContent refuses a file of which it is not clear what is fitted: outputs of pixtrend, files
// that hold several rasters, and files without one. files is how many inputs there are.
func (o OpenOptions) checkContent(ds *gdal.Dataset, name string, files int) error {
	shown := gdal.DisplayName(name)
	if dated := ds.Metadata(contentItem, "") != ""; !o.ofSums && markedAsOutput(ds) && !(dated && files == 1) {
		return outputError(name)
	}
	inside := ds.Subdatasets()
	if _, array := ds.Array(); array {
		inside = nil
	}
	switch pages := ds.Driver() == "GTiff"; {
	case pages && len(inside) > 1 && gdal.Subdataset(name) == "":
		what := fmt.Sprintf("%d pages", len(inside))
		if n := len(ds.Bands()); n > 1 {
			what += fmt.Sprintf(", the first of %d bands", n)
		}
		return fault.Inputf("cannot use %s: it has %s, and one raster is fitted of each input: name the page, such as %s", shown, what, gdal.DisplayName(inside[0]))
	case len(ds.Bands()) > 0:
		return nil
	case len(inside) > 0:
		return variablesError(name, &gdal.VariablesError{Variables: variablesAmong(inside)})
	}
	return fault.Inputf("cannot use %s: it has no bands: leave it out", shown)
}

// markedAsOutput reports whether the metadata of a raster says that pixtrend has written it.
func markedAsOutput(ds *gdal.Dataset) bool {
	return slices.ContainsFunc(outputMarks, func(mark string) bool { return ds.Metadata(mark, "") != "" })
}

func outputError(name string) error {
	return fault.Inputf("cannot use %s: it is an output of pixtrend: name the rasters that it was made from", gdal.DisplayName(name))
}

// choosePlanes returns the planes of a file, of which the bands are set alone. files is how many
// inputs there are.
func (o OpenOptions) choosePlanes(name string, ds *gdal.Dataset, files int) ([]plane, error) {
	bands := ds.Bands()
	switch {
	case o.Index.Kind != "":
		return []plane{{band: o.Index.A, second: &plane{band: o.Index.B}}}, nil
	case o.Band > 0 || len(bands) == 1:
		return []plane{{band: max(o.Band, 1)}}, nil
	case files == 1 && o.Mask.inFiles():
		return nil, fault.Inputf("cannot use %s: it is the only input, whose bands are dates and no masks: pick the one that is fitted with %v, or give masks with %v",
			gdal.DisplayName(name), Option{Field: "Band"}, Option{Field: "Mask.From"})
	}
	of, err := o.bandsOfVariable(name, ds)
	switch {
	case err != nil:
		return nil, err
	case len(of) == 1:
		return []plane{{band: of[0]}}, nil
	case files == 1 && !o.ofItems || !o.Mask.inFiles() && o.describeDates(ds, name):
		var planes []plane
		for i := range bands {
			if of == nil || slices.Contains(of, i+1) {
				planes = append(planes, plane{band: i + 1, dated: true})
			}
		}
		return planes, nil
	}
	var fitted []int // bands that are neither masks nor alpha
	for i, b := range bands {
		if band := i + 1; !b.IsAlpha() && !(o.Mask.inFiles() && band == o.Mask.Band) {
			fitted = append(fitted, band)
		}
	}
	if len(fitted) != 1 {
		pick := fault.Messagef("pick the one that is fitted with %v, or describe each band by its date, such as 2001-01, or by its month, such as Jan, if the name of the file has the year", Option{Field: "Band"})
		if o.ofMasks {
			pick = fault.Messagef("pick the mask with %v", Option{Field: "Mask.Band"})
		}
		return nil, fault.Inputf("cannot use %s: it has %d bands, whose descriptions do not date each of them: %v", gdal.DisplayName(name), len(bands), pick)
	}
	return []plane{{band: fitted[0]}}, nil
}

// describeDates reports whether the descriptions of the bands of a file date each of them.
func (o OpenOptions) describeDates(ds *gdal.Dataset, name string) bool {
	if !o.Dates.LooksInside() || o.ofItems {
		return false // the names of files, or lists, date the files
	}
	var all []*labels
	for _, b := range ds.Bands() {
		l := labelsOf(ds, b, false)
		l.tag = "" // it is of the file
		all = append(all, &l)
	}
	labelMonths(name, all)
	var inputs []timeaxis.Input
	for _, l := range all {
		inputs = append(inputs, l.input(""))
	}
	_, err := o.Dates.For(inputs).Resolve(inputs, nil)
	return err == nil
}
