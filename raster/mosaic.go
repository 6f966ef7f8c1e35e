package raster

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
)

// The parts of a VRT that a mosaic of shards has, see GDAL's page about the format.
type (
	vrt struct {
		XMLName      xml.Name  `xml:"VRTDataset"`
		Width        int       `xml:"rasterXSize,attr"`
		Height       int       `xml:"rasterYSize,attr"`
		SRS          *vrtSRS   `xml:"SRS"`
		GeoTransform string    `xml:"GeoTransform,omitempty"`
		Items        []vrtItem `xml:"Metadata>MDI"`
		Bands        []vrtBand `xml:"VRTRasterBand"`
	}
	vrtSRS struct {
		Epoch float64 `xml:"coordinateEpoch,attr,omitempty"`
		WKT   string  `xml:",chardata"`
	}
	vrtItem struct {
		Key   string `xml:"key,attr"`
		Value string `xml:",chardata"`
	}
	vrtBand struct {
		Type        string      `xml:"dataType,attr"`
		Band        int         `xml:"band,attr"`
		Description string      `xml:"Description,omitempty"`
		Unit        string      `xml:"UnitType,omitempty"`
		Items       []vrtItem   `xml:"Metadata>MDI"`
		Nodata      string      `xml:"NoDataValue"`
		Sources     []vrtSource `xml:"SimpleSource"`
	}
	vrtSource struct {
		Name struct {
			Relative int    `xml:"relativeToVRT,attr"`
			Path     string `xml:",chardata"`
		} `xml:"SourceFilename"`
		Band       int `xml:"SourceBand"`
		Properties struct {
			Width       int    `xml:"RasterXSize,attr"`
			Height      int    `xml:"RasterYSize,attr"`
			Type        string `xml:"DataType,attr"`
			BlockWidth  int    `xml:"BlockXSize,attr"`
			BlockHeight int    `xml:"BlockYSize,attr"`
		} `xml:"SourceProperties"`
		From vrtRect `xml:"SrcRect"`
		To   vrtRect `xml:"DstRect"`
	}
	vrtRect struct {
		X      int `xml:"xOff,attr"`
		Y      int `xml:"yOff,attr"`
		Width  int `xml:"xSize,attr"`
		Height int `xml:"ySize,attr"`
	}
)

// MosaicName returns the name of the VRT that WriteMosaics writes for an output.
func MosaicName(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".vrt"
}

// WriteMosaics writes a VRT for each output of the job, beside it, that shows shards in place of the
// output. It returns their names. Trends of a false discovery rate depend on all pixels, so that
// shards do not have them, which is an error.
func (j *Job) WriteMosaics(ctx context.Context, shards []Shard) (names []string, err error) {
	if j.options.FDR > 0 {
		return nil, fault.Errorf("trends for a false discovery rate are found over all pixels, and shards do not have them: merge the shards, or leave out %v", Option{Field: "FDR"})
	}
	var temps []*atomicfile.Temp
	defer func() {
		for _, t := range temps {
			t.Remove()
		}
	}()
	first := 1
	for _, o := range j.outputs {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		name := MosaicName(o.path)
		m, err := o.mosaic(name, shards, first)
		if err != nil {
			return nil, err
		}
		t, err := atomicfile.Stage(name, j.options.Overwrite, func(w io.Writer) error {
			e := xml.NewEncoder(w)
			e.Indent("", "  ")
			return e.Encode(m)
		})
		if err != nil {
			return nil, err
		}
		temps, names, first = append(temps, t), append(names, name), first+len(o.spec.Bands)
	}
	return names, atomicfile.Publish(temps...)
}

// mosaic describes the VRT of an output whose first band is band first of the shards.
func (o outputFile) mosaic(name string, shards []Shard, first int) (vrt, error) {
	s := o.spec
	folder, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		return vrt{}, err
	}
	m := vrt{Width: s.Width, Height: s.Height, Items: vrtItems(s.Metadata)}
	if s.CRS != "" {
		m.SRS = &vrtSRS{s.Epoch, s.CRS}
	}
	if t := s.GeoTransform; t != [6]float64{} {
		m.GeoTransform = fmt.Sprintf("%.17g, %.17g, %.17g, %.17g, %.17g, %.17g", t[0], t[1], t[2], t[3], t[4], t[5])
	}
	for i, b := range s.Bands {
		band := vrtBand{Type: TypeName(s.Type), Band: i + 1, Description: b.Name, Unit: b.Unit, Items: vrtItems(b.Metadata), Nodata: "nan"}
		for _, shard := range shards {
			if shard.Path == "" {
				continue
			}
			source, err := vrtSourceOf(shard, folder)
			if err != nil {
				return vrt{}, err
			}
			source.Band, source.Properties.Type = first+i, band.Type
			band.Sources = append(band.Sources, source)
		}
		m.Bands = append(m.Bands, band)
	}
	return m, nil
}

// vrtSourceOf describes a shard as a source of a VRT in a folder.
func vrtSourceOf(shard Shard, folder string) (s vrtSource, err error) {
	path, err := filepath.Abs(shard.Path)
	if err != nil {
		return s, err
	}
	s.Name.Path = path
	if relative, err := filepath.Rel(folder, path); err == nil {
		s.Name.Path, s.Name.Relative = relative, 1
	}
	w := shard.Window
	s.Properties.Width, s.Properties.Height = w.Width, w.Height
	s.Properties.BlockWidth, s.Properties.BlockHeight = shardTile, shardTile
	s.From, s.To = vrtRect{Width: w.Width, Height: w.Height}, vrtRect{w.X, w.Y, w.Width, w.Height}
	return s, nil
}

// vrtItems returns metadata in the order of keys.
func vrtItems(items map[string]string) (list []vrtItem) {
	for _, key := range slices.Sorted(maps.Keys(items)) {
		list = append(list, vrtItem{key, items[key]})
	}
	return list
}
