package gdal

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"
)

// newRaster writes a raster of 4 × 3 pixels.
func newRaster(t *testing.T, driver, name string, change func(*godal.Dataset) error) string {
	t.Helper()
	if err := Register(); err != nil {
		t.Fatal(err)
	}
	registerNamed([]string{driver})
	path := filepath.Join(t.TempDir(), name)
	ds, err := godal.Create(godal.DriverName(driver), path, 1, godal.Float32, 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		err = change(ds)
	}
	if err := errors.Join(err, ds.Close()); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(path + metadataEnd)
	return path
}

// putMetadata writes metadata beside a raster.
func putMetadata(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+metadataEnd, []byte("<PAMDataset>"+text+"</PAMDataset>"), 0o666); err != nil {
		t.Fatal(err)
	}
}

func ofBand(text string) string { return `<PAMRasterBand band="1">` + text + `</PAMRasterBand>` }

// lost are items of metadata, and what is said if GDAL has not read them.
func lost(t *testing.T) map[string]string {
	t.Helper()
	sr, err := godal.NewSpatialRefFromEPSG(32617)
	if err != nil {
		t.Fatal(err)
	}
	defer sr.Close()
	wkt, err := sr.WKT()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		ofBand(`<NoDataValue>5</NoDataValue>`):                                                           "NoDataValue of band 1",
		ofBand(`<Scale>0.5</Scale>`):                                                                     "Scale of band 1",
		ofBand(`<Offset>3</Offset>`):                                                                     "Offset of band 1",
		ofBand(`<UnitType>K</UnitType>`):                                                                 "UnitType of band 1",
		ofBand(`<Description>2001-05-03</Description>`):                                                  "Description of band 1",
		ofBand(`<ColorInterp>Alpha</ColorInterp>`):                                                       "ColorInterp of band 1",
		ofBand(`<Metadata><MDI key="STATISTICS_MINIMUM">1</MDI></Metadata>`):                             "Metadata STATISTICS_MINIMUM of band 1",
		`<Metadata><MDI key="TIFFTAG_DATETIME">2001:05:03 00:00:00</MDI></Metadata>`:                     "Metadata TIFFTAG_DATETIME of the raster",
		`<Metadata domain="IMAGERY"><MDI key="ACQUISITIONDATETIME">2001-05-03T00:00:00</MDI></Metadata>`: "Metadata ACQUISITIONDATETIME of the raster",
		`<Metadata domain="RPC"><MDI key="LINE_OFF">5</MDI></Metadata>`:                                  "Metadata LINE_OFF of the raster",
		`<SRS>` + wkt + `</SRS>`:                                                                         "SRS of the raster",
		`<GeoTransform>500000, 30, 0, 4600000, 0, -30</GeoTransform>`:                                    "GeoTransform of the raster",
		`<GCPList><GCP Id="1" Pixel="0" Line="0" X="5" Y="6"/></GCPList>`:                                "GCPList of the raster",
		ofBand(`<Histograms/>`) + `<Metadata><MDI key="scene">a &amp; b</MDI></Metadata>`:                "Metadata scene of the raster",
	}
}

// Metadata that GDAL could not read, although it is whole, is not left out: this dataset was opened
// when the file was not there.
func TestLostMetadata(t *testing.T) {
	for driver, name := range map[string]string{"GTiff": "a.tif", "HFA": "a.img", "ENVI": "a.bin"} {
		for text, what := range lost(t) {
			path := newRaster(t, driver, name, nil)
			options := []godal.OpenOption{godal.Drivers(driver)}
			if driver == "ENVI" {
				options = append(options, godal.SiblingFiles("a.hdr"))
			}
			ds, err := godal.Open(path, options...)
			if err != nil {
				t.Fatal(err)
			}
			d := newDataset(ds, path)
			putMetadata(t, path, text)
			err = d.checkMetadata(path, []string{name + metadataEnd})
			item, _, _ := strings.Cut(what, " ") // drivers for other formats set or ignore some
			own := driver != "GTiff" && slices.Contains([]string{"Description", "ColorInterp", "SRS", "GeoTransform", "GCPList"}, item)
			words := name + metadataEnd + " has not been read by GDAL, as the " + what + " is missing"
			if !own && (err == nil || !strings.Contains(err.Error(), words)) {
				t.Errorf("%s without %s: %v", driver, text, err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if d, err = Open(path, []string{driver}, nil); err != nil {
				t.Errorf("%s with %s: %v", driver, text, err)
				continue
			}
			_ = d.Close()
		}
	}
}

// What a raster says itself may differ from the metadata beside it, and metadata that says nothing of
// use, or that the user has switched off, is not missed.
func TestMetadataOfBoth(t *testing.T) {
	path := newRaster(t, "GTiff", "a.tif", func(ds *godal.Dataset) error {
		band := ds.Bands()[0]
		return errors.Join(band.SetNoData(1), band.SetScaleOffset(1, 0), band.SetDescription("2002"), BandOf(band).SetUnit("m"),
			ds.SetMetadata("scene", "own"), ds.SetGeoTransform([6]float64{0, 1, 0, 0, 0, -1}))
	})
	for text := range lost(t) {
		putMetadata(t, path, text)
		d, err := Open(path, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_ = d.Close()
	}
	plain := newRaster(t, "GTiff", "b.tif", nil)
	for i, text := range []string{"", ofBand(""), `<PAMRasterBand band="9"><NoDataValue>5</NoDataValue></PAMRasterBand>`,
		`<Metadata domain="xml:a" format="xml"><MDI key="b">c</MDI></Metadata>`,
		ofBand(`<Scale>1</Scale><Offset>0</Offset><Metadata><MDI key="">c</MDI><MDI key="d"></MDI></Metadata>`)} {
		putMetadata(t, plain, text)
		d, err := Open(plain, nil, nil)
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		_ = d.Close()
	}
	putMetadata(t, plain, ofBand(`<NoDataValue>5</NoDataValue>`))
	t.Setenv("GDAL_PAM_ENABLED", "NO")
	d, err := Open(plain, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, has := d.Bands()[0].Nodata(); has {
		t.Error("metadata is read though the user has switched it off")
	}
	_ = d.Close()
}
