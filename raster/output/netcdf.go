package output

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/stats"
)

// Files of arrays hold a variable for each field, with coordinates, units and a grid mapping by the CF
// conventions. They are made of the uncompressed tiles, as other formats are.

// checkArrays returns an error if s cannot be written as a file of arrays.
func (s Spec) checkArrays() error {
	if len(s.Creation) > 0 {
		return fault.Outputf("creation options are for GTiff and COG: leave out %v", fault.Option{Field: "Creation"})
	}
	if err := gdal.RegisterArrays(s.Format.driver()); err != nil {
		return fault.Outputf("cannot write %s: %v", s.Format, err)
	}
	return nil
}

// arrayHeader describes s for a file of arrays.
func (s Spec) arrayHeader() gdal.ArrayHeader {
	h := gdal.ArrayHeader{Header: gdal.Header{Width: s.Width, Height: s.Height, Type: s.Type, GeoTransform: s.GeoTransform, CRS: s.CRS, Metadata: map[string]string{}}}
	maps.Copy(h.Metadata, s.Metadata)
	if software := h.Metadata["TIFFTAG_SOFTWARE"]; software != "" {
		delete(h.Metadata, "TIFFTAG_SOFTWARE")
		h.Metadata["source"] = software
	}
	if s.CRS != "" {
		_ = gdal.WithTransform(s.CRS, s.CRS, func(t *gdal.Transform) {
			if h.Geographic = t.Geographic(); !h.Geographic {
				h.Unit = cfUnit(t.LinearUnit())
			}
		})
	}
	for _, b := range s.Bands {
		of := gdal.BandHeader{Name: b.Name, Unit: cfUnit(b.Unit), Metadata: map[string]string{"long_name": b.Name}}
		if field, err := stats.ParseFields(b.Name); err == nil && len(field) == 1 {
			of.Metadata["long_name"] = field[0].Info().Help
		}
		if of.Unit != b.Unit {
			of.Metadata[UnitItem] = b.Unit
		}
		maps.Copy(of.Metadata, b.Metadata)
		h.Bands = append(h.Bands, of)
	}
	return h
}

// UnitItem is an attribute with the unit of a field in words, such as per year, where UDUNITS writes
// another.
const UnitItem = "PIXTREND_UNIT"

// cfUnits are units of fields that UDUNITS has under other names, or not at all.
var cfUnits = map[string]string{"observations": "1", "class": "1", "steps": "1", "per step": "1", "day of the year": "day", "years": "year",
	"per decade": "(10 year)-1"}

// cfWords are parts of units that UDUNITS writes in another way.
var cfWords = strings.NewReplacer("²", "2", "³", "3", "⁴", "4", "/decade", " (10 year)-1", "/step", "")

// cfUnit returns a unit as UDUNITS reads it, which the CF conventions ask for; "" if it is unknown, or of
// a covariate or of numbers in place of dates, whose units UDUNITS need not have.
func cfUnit(unit string) string {
	if known, ok := cfUnits[unit]; ok {
		return known
	}
	of, ok := strings.CutPrefix(unit, "per ")
	if !ok {
		return cfWords.Replace(unit)
	}
	word := strings.TrimRight(of, "²³⁴")
	if !slices.Contains([]string{"year", "month", "day"}, word) {
		return ""
	}
	if power := of[len(word):]; power != "" {
		return word + "-" + cfWords.Replace(power)
	}
	return word + "-1"
}

// copyArrays makes a file of arrays of the uncompressed tiles.
func (f *File) copyArrays(ctx context.Context, progress func(float64)) error {
	if err := gdal.WriteArrays(ctx, f.raw, f.temp.Path, f.spec.Format.driver(), f.spec.arrayHeader(), progress); err != nil {
		return f.stopped(ctx, err)
	}
	return nil
}

// syncAll syncs a file, or all files of a folder, to the disk.
func syncAll(path string) error {
	return filepath.WalkDir(path, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return atomicfile.Sync(name)
	})
}

// checkArrays opens each variable of the finished file.
func (f *File) checkArrays() error {
	for _, b := range f.spec.Bands {
		ds, err := gdal.Open(gdal.VariableName(f.spec.Format.driver(), f.temp.Path, b.Name), nil, nil)
		if err != nil {
			return f.failed(err)
		}
		width, height := ds.Size()
		if err := ds.Close(); err != nil {
			return f.failed(err)
		}
		if width != f.spec.Width || height != f.spec.Height {
			return f.failed(errors.New("the variable " + b.Name + " reads back with another size"))
		}
	}
	return nil
}
