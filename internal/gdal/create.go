package gdal

import (
	"errors"
	"math"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/kernel"
)

// Header is everything in a GeoTIFF apart from its samples. Its nodata value is NaN.
type Header struct {
	Width, Height int
	Type          kernel.DType // Float32 or Float64
	Bands         []BandHeader
	GeoTransform  [6]float64 // all zero: none
	CRS           string     // WKT, EPSG:n or any other form that GDAL reads; "": none
	Epoch         float64    // the coordinate epoch of a dynamic CRS, such as 2021.3; 0: none
	Metadata      map[string]string
}

// BandHeader describes a band of a GeoTIFF.
type BandHeader struct {
	Name     string // its description
	Unit     string
	Metadata map[string]string
}

// CreateGeoTIFF creates a GeoTIFF with creation options. Each band gets the samples, row by row.
// With nil samples the file has only a header. The texts of its metadata, which GDAL writes as XML,
// are made printable.
func CreateGeoTIFF(path string, h Header, options []string, samples []float32) error {
	if err := Register(); err != nil {
		return err
	}
	dtype := godal.Float32
	if h.Type == kernel.Float64 {
		dtype = godal.Float64
	}
	ds, err := godal.Create(godal.GTiff, path, len(h.Bands), dtype, h.Width, h.Height, godal.CreationOption(options...))
	if err != nil {
		return err
	}
	Quietly(func() { err = h.describe(ds) })
	if samples != nil {
		for _, b := range ds.Bands() {
			err = errors.Join(err, b.Write(0, 0, samples, h.Width, h.Height))
		}
	}
	return errors.Join(err, ds.Close())
}

func (h Header) describe(ds *godal.Dataset) error {
	var errs []error
	if h.GeoTransform != [6]float64{} {
		errs = append(errs, ds.SetGeoTransform(h.GeoTransform))
	}
	if h.CRS != "" {
		sr, err := godal.NewSpatialRef(foreign.Escaped(h.CRS), godal.ErrLogger(ignoreWarnings))
		if err != nil {
			return err
		}
		defer sr.Close()
		errs = append(errs, ds.SetSpatialRef(sr))
		if h.Epoch != 0 {
			errs = append(errs, setEpoch(ds, h.Epoch))
		}
	}
	errs = append(errs, ds.SetNoData(math.NaN())) // GDAL keeps one nodata value a file
	for key, value := range h.Metadata {
		errs = append(errs, ds.SetMetadata(key, foreign.Printable(value)))
	}
	for i, b := range ds.Bands() {
		about := h.Bands[i]
		if about.Name != "" {
			errs = append(errs, b.SetDescription(foreign.Printable(about.Name)))
		}
		if about.Unit != "" {
			errs = append(errs, Band{band: b}.SetUnit(foreign.Printable(about.Unit)))
		}
		for key, value := range about.Metadata {
			errs = append(errs, b.SetMetadata(key, foreign.Printable(value)))
		}
	}
	return errors.Join(errs...)
}

// Remove removes a file that GDAL can see, such as one in memory, and the metadata beside it, if
// there are any.
func Remove(path string) {
	for _, name := range []string{path, path + ".aux.xml"} {
		_ = godal.VSIUnlink(name, godal.ErrLogger(ignoreWarnings))
	}
}
