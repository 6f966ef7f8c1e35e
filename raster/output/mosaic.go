package output

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/kernel"
)

// The parts of a VRT that a mosaic has, see GDAL's page about the format.
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

// Mosaic is a VRT that shows several files as one raster. Spec gives the grid, the bands and the metadata of
// that raster.
type Mosaic struct {
	Name  string // of the VRT
	Spec  Spec
	Parts []Part
	First int // the band of the parts that is the first one of the mosaic, counted from 1
}

// Part is a file that Create made with the default creation options, and its place in a raster.
type Part struct {
	Path   string
	Window pixtrend.Window
}

// partTile is the side of the tiles of a part, see defaultCreation.
const partTile = 256

// WriteMosaics writes mosaics, all or none. If overwrite is set, they replace files of their names.
func WriteMosaics(ctx context.Context, overwrite bool, mosaics ...Mosaic) error {
	var temps []*atomicfile.Temp
	defer func() {
		for _, t := range temps {
			t.Remove()
		}
	}()
	for _, m := range mosaics {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		of, err := m.vrt()
		if err != nil {
			return err
		}
		t, err := atomicfile.Stage(m.Name, overwrite, func(w io.Writer) error {
			e := xml.NewEncoder(w)
			e.Indent("", "  ")
			return e.Encode(of)
		})
		if err != nil {
			return err
		}
		temps = append(temps, t)
	}
	return atomicfile.Publish(temps...)
}

// vrt describes the VRT.
func (m Mosaic) vrt() (vrt, error) {
	s := m.Spec
	folder, err := filepath.Abs(filepath.Dir(m.Name))
	if err != nil {
		return vrt{}, err
	}
	v := vrt{Width: s.Width, Height: s.Height, Items: vrtItems(s.Metadata)}
	if s.CRS != "" {
		v.SRS = &vrtSRS{s.Epoch, s.CRS}
	}
	if t := s.GeoTransform; t != [6]float64{} {
		v.GeoTransform = fmt.Sprintf("%.17g, %.17g, %.17g, %.17g, %.17g, %.17g", t[0], t[1], t[2], t[3], t[4], t[5])
	}
	dtype := map[kernel.DType]string{kernel.Float32: "Float32", kernel.Float64: "Float64"}[s.Type]
	for i, b := range s.Bands {
		band := vrtBand{Type: dtype, Band: i + 1, Description: b.Name, Unit: b.Unit, Items: vrtItems(b.Metadata), Nodata: "nan"}
		for _, part := range m.Parts {
			source, err := part.source(folder)
			if err != nil {
				return vrt{}, err
			}
			source.Band, source.Properties.Type = m.First+i, dtype
			band.Sources = append(band.Sources, source)
		}
		v.Bands = append(v.Bands, band)
	}
	return v, nil
}

// source describes the part as a source of a VRT in a folder.
func (p Part) source(folder string) (s vrtSource, err error) {
	path, err := filepath.Abs(p.Path)
	if err != nil {
		return s, err
	}
	s.Name.Path = path
	if relative, err := filepath.Rel(folder, path); err == nil {
		s.Name.Path, s.Name.Relative = relative, 1
	}
	w := p.Window
	s.Properties.Width, s.Properties.Height = w.Width, w.Height
	s.Properties.BlockWidth, s.Properties.BlockHeight = partTile, partTile
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
