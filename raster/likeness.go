package raster

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
)

// likenesses are the descriptions of files that GDAL has looked at, by what alike files have in
// common.
type likenesses map[string]likeness

type likeness struct {
	name   string // of the file that GDAL looked at
	planes []plane
	geo    geo
}

// describe describes a file. It calls look, which asks GDAL, unless the directory of the file is
// like one before and no other files belong to it. It returns a directFile if samples can be read
// past GDAL.
func (known likenesses) describe(name string, o OpenOptions, folders *gdal.Folders, look func() ([]plane, geo, error)) ([]plane, geo, *directFile, error) {
	var t *tiff.File
	direct := &directFile{name: name}
	if len(o.Drivers) == 0 {
		var file *os.File
		if t, file = tiff.Open(name); t != nil {
			defer func() { _ = file.Close() }()
			var err error
			if direct.info, err = file.Stat(); err != nil {
				t = nil
			}
		}
	}
	sidecars, listed := folders.Sidecars(name)
	alone := listed && len(sidecars) == 0
	like := ""
	if t != nil && alone && !slices.ContainsFunc(append(outputMarks, compositeItem), t.HasItem) { // which look refuses, or notes
		like = t.Likeness()
	}
	l, ok := known[like]
	if ok && !l.geo.hasTransform && filepath.Dir(l.name) != filepath.Dir(name) {
		ok = false // the other files in a folder may place those that have no place
	}
	if !ok {
		var err error
		l.name = name
		if l.planes, l.geo, err = look(); err != nil {
			return nil, geo{}, nil, err
		}
		if like != "" {
			known[like] = l
		}
	}
	planes := make([]plane, len(l.planes))
	for i, p := range l.planes {
		planes[i] = p.clone()
	}
	if t != nil && alone {
		labelFromTags(t, planes)
	}
	if len(planes) > 0 {
		labelFromTerra(name, planes, planes[0].form.bands)
	}
	if len(planes) > 1 && o.Dates.IsAuto() {
		var all []*labels
		for i := range planes {
			all = append(all, &planes[i].labels)
		}
		labelMonths(name, all)
	}
	if !findSamples(planes, t, l.geo, alone) {
		direct = nil
	}
	return planes, l.geo, direct, nil
}

// findSamples sets where the file of planes holds their samples and predictors, as far as its
// directory t, which may be nil, says. It reports whether any samples can be read past GDAL. alone
// is whether no other files belong to the file.
func findSamples(planes []plane, t *tiff.File, g geo, alone bool) (direct bool) {
	for i := range planes {
		for _, p := range planes[i].bandsInFile() {
			p.stored, p.deflated, p.predictor, p.direct = nil, nil, 0, !p.compressed && t != nil && t.Plain() && !t.Tiled()
			switch {
			case t == nil:
			case p.compressed:
				at, ok := t.Deflated(p.band, p.dtype)
				if ok && at.HasSizes(g.width, g.height, p.blockWidth, p.blockHeight) {
					p.deflated, p.predictor, direct = &at, t.Predictor(), true
				} else if alone { // as a file without its predictor, GDAL does not see files beside it
					p.predictor, p.predictorAt = t.RemovablePredictor(p.band, p.dtype)
				}
			case !p.compressed:
				at, ok := t.Samples(p.band, p.dtype)
				if ok && at.Width == g.width && at.Height == g.height && at.TileWidth == p.blockWidth && at.TileHeight >= p.blockHeight {
					p.stored, p.direct, direct = &at, true, true
				}
			}
		}
	}
	return direct
}
