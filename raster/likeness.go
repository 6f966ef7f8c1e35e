package raster

import (
	"os"
	"slices"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
)

// likenesses are the descriptions of files that GDAL has looked at, by what is like in others.
type likenesses map[string]likeness

type likeness struct {
	planes []plane
	geo    geo
}

// describe says what look finds out about a file, which it spares for one that is like one before. It says
// too how the samples can be read past GDAL, if they can.
func (known likenesses) describe(name string, o OpenOptions, look func() ([]plane, geo, error)) ([]plane, geo, *directFile, error) {
	var t *tiff.File
	var like string
	direct := &directFile{name: name}
	if len(o.Drivers) == 0 && len(gdal.Sidecars(name)) == 0 {
		var file *os.File
		if t, file = tiff.Open(name); t != nil {
			defer func() { _ = file.Close() }()
			if like = t.Likeness(); slices.ContainsFunc(outputMarks, t.HasItem) {
				like = "" // look refuses it
			}
			var err error
			if direct.info, err = file.Stat(); err != nil {
				t = nil
			}
		}
	}
	l, ok := known[like]
	if !ok || like == "" {
		var err error
		if l.planes, l.geo, err = look(); err != nil {
			return nil, geo{}, nil, err
		}
		known[like] = l
	}
	planes := make([]plane, len(l.planes))
	for i, p := range l.planes {
		planes[i] = p.clone()
	}
	if t != nil {
		labelFromTags(t, planes)
	}
	lies := false
	for i := range planes {
		for _, p := range planes[i].inFile() {
			p.stored, p.predictor = nil, 0
			switch {
			case t == nil:
			case p.compressed:
				p.predictor, p.predictorAt = t.Predictor(p.band, p.dtype)
			default:
				at, ok := t.Samples(p.band, p.dtype.Size())
				if ok && at.Width == l.geo.width && at.Height == l.geo.height && at.TileWidth == p.blockWidth {
					p.stored, p.direct, lies = &at, true, true
				}
			}
		}
	}
	if !lies {
		direct = nil
	}
	return planes, l.geo, direct, nil
}
