package raster

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// A file of each of five years with a band of each month, dated by the descriptions of the bands.
// Only the July of each year is asked for by Select.
func TestFilesOfDatedBands(t *testing.T) {
	s := newPlanes(30, 20, 60, -999, 999)
	month := func(i int) string { return fmt.Sprintf("%d-%02d", 2001+i/12, 1+i%12) }
	var single []string
	dir := t.TempDir()
	for i, plane := range s.dates {
		single = append(single, filepath.Join(dir, "lst_"+month(i)+".tif"))
		if err := (made{width: 30, height: 20, bands: [][]float64{plane}}).write(single[i]); err != nil {
			t.Fatal(err)
		}
	}
	july := all()
	july.Select.Months = 1 << 7
	want, wantJuly := fitted(t, single, all()), fitted(t, single, july)
	for _, creation := range []string{"", "INTERLEAVE=BAND", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16 COMPRESS=DEFLATE INTERLEAVE=PIXEL"} {
		var files []string
		dir := t.TempDir()
		for y := range 5 {
			m := made{width: 30, height: 20, bands: s.dates[12*y : 12*y+12], creation: strings.Fields(creation)}
			for b := range 12 {
				m.descriptions = append(m.descriptions, month(12*y+b))
			}
			files = append(files, filepath.Join(dir, fmt.Sprintf("lst_%d.tif", 2001+y)))
			if err := m.write(files[y]); err != nil {
				t.Fatal(err)
			}
		}
		backwards := slices.Clone(files)
		slices.Reverse(backwards)
		for _, memory := range []int64{0, leastMemory} {
			o := all()
			o.Memory = memory
			sameBands(t, "all months, "+creation, want, fitted(t, backwards, o))
		}
		sameBands(t, "July, "+creation, wantJuly, fitted(t, files, july))
		out := fit(t, files, all())
		ds, err := openRaster(out)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := ds.Metadata("PIXTREND_INPUTS"), files[0]+" band 1 … lst_2005.tif band 12 (60 rasters in 5 files)"; got != want {
			t.Errorf("inputs %q, want %q", got, want)
		}
		_ = ds.Close()
		i := inspect(t, files, Options{})
		if !i.Fit.Runs || len(i.Rasters) != 60 || i.Files != 5 || i.Survey.Rasters != 60 || i.Rasters[13].Name != files[1]+" band 2" || i.Rasters[13].Date != "2002-02-01" {
			t.Errorf("%d rasters, %+v, %+v", len(i.Rasters), i.Rasters[13], i.Fit)
		}
		series, err := ReadSeries(t.Context(), files, Point{X: 3, Y: 4, Pixel: true}, Options{})
		if err != nil || len(series.Dates) != 60 || float64(*series.Dates[13].Observed) != s.dates[13][4*30+3] {
			t.Errorf("%+v, %v", series, err)
		}
	}
	// One file has a band a date like the others, and no bands to choose from.
	mixed := append(slices.Clone(single[:12]), single[12])
	lone := filepath.Join(t.TempDir(), "lst_2001.tif")
	m := made{width: 30, height: 20, bands: s.dates[:12]}
	for b := range 12 {
		m.descriptions = append(m.descriptions, month(b))
	}
	if err := m.write(lone); err != nil {
		t.Fatal(err)
	}
	sameBands(t, "mixed", fitted(t, mixed, all()), fitted(t, []string{lone, single[12]}, all()))
}

// Bands of which it is not clear what they are need a choice.
func TestFilesOfBandsWithoutDates(t *testing.T) {
	s := newPlanes(8, 6, 3, 0, 9)
	bands := func(descriptions ...string) []string {
		return s.files(t, func(i int, m *made) {
			m.bands, m.descriptions = [][]float64{s.dates[i], s.dates[0], s.dates[1]}, descriptions
		})
	}
	for _, files := range [][]string{bands(), bands("B2", "B3", "B4"), bands("2001-01", "2001-02", "quality")} {
		const words = "has 3 bands, whose descriptions do not date each of them: pick the one that is fitted with the option Band, or describe each band by its date, such as 2001-01"
		fails(t, files, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput, files[0], words)
		if i := inspect(t, files, Options{}); i.Fit.Runs || !strings.Contains(i.Fit.Why, words) || !strings.Contains(i.Rasters[0].Error, words) {
			t.Errorf("%+v", i.Fit)
		}
		o := all()
		o.Band = 1
		o.Dates = dates(t, "name")
		sameBands(t, "band 1, dates of names", fitted(t, s.files(t, nil), all()), fitted(t, files, o))
	}
	// Names date files, not bands.
	o := all()
	o.Dates = dates(t, "name")
	fails(t, bands("2001-01", "2001-02", "2001-03"), filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, "the option Band")
	// A band that is a mask is none to choose from.
	masked := newScenes(8, 6, 3)
	files := masked.files(t, func(i int, m *made) { m.bands = [][]float64{masked.mask.dates[i], masked.a.dates[i]} })
	o = all()
	o.Mask = Mask{Band: 1, Keep: keep(t, "0,1")}
	sameBands(t, "the band that is no mask", fitted(t, masked.clear(masked.a).files(t, nil), all()), fitted(t, files, o))
}

// writePages writes a TIFF with a page of each plane.
func writePages(t *testing.T, path string, width, height int, pages ...[]float64) {
	t.Helper()
	if err := gdal.Register(); err != nil {
		t.Fatal(err)
	}
	for i, page := range pages {
		var creation []string
		if i > 0 {
			creation = []string{"APPEND_SUBDATASET=YES"}
		}
		ds, err := godal.Create(godal.GTiff, path, 1, godal.Float32, width, height, godal.CreationOption(creation...))
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(ds.SetGeoTransform([6]float64{500000, 30, 0, 4600000, 0, -30}), ds.Bands()[0].Write(0, 0, page, width, height))
		if err := errors.Join(err, ds.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPages(t *testing.T) {
	s := newPlanes(8, 6, 5, 0, 9)
	want := fitted(t, s.files(t, nil), all())
	dir := t.TempDir()
	stack := filepath.Join(dir, "stack.tif")
	writePages(t, stack, 8, 6, s.dates...)
	o := all()
	o.Dates = dates(t, "2001-2005")
	sameBands(t, "pages", want, fitted(t, []string{stack}, o))
	fails(t, []string{stack}, filepath.Join(t.TempDir(), "out.tif"), Options{}, timeaxis.ErrNoDate, "GTIFF_DIR:1:"+stack)
	fails(t, []string{stack}, stack, Options{Overwrite: true, OpenOptions: o.OpenOptions}, fault.ErrOutput, "is also an input")
	i := inspect(t, []string{stack}, o)
	if info, err := os.Stat(stack); err != nil || i.FileBytes != info.Size() || !i.Fit.Runs || i.Survey.Rasters != 5 {
		t.Errorf("%+v, %v", i, err)
	}
	o.Dates = dates(t, "2001-2004")
	fails(t, []string{stack}, filepath.Join(t.TempDir(), "out.tif"), o, timeaxis.ErrCount, "5 inputs")
	// Pages are named one by one.
	o.Dates = dates(t, "2005,2001")
	var pages []string
	for _, n := range []int{5, 1} {
		pages = append(pages, gdal.Page(n, stack))
	}
	two := planes{8, 6, [][]float64{s.dates[0], {}, {}, {}, s.dates[4]}}
	times, slope := []float64{2001, 2005}, fitted(t, pages, o)[0]
	for p := range slope {
		if w, _, _ := twoPass(times, [][]float64{two.dates[0], two.dates[4]}, p); !(math.Abs(slope[p]-w) <= 1e-12) {
			t.Fatalf("pixel %d: %v, want %v", p, slope[p], w)
		}
	}
	// Of several files, it is not clear which page is meant.
	var files []string
	for y := range 3 {
		files = append(files, filepath.Join(dir, fmt.Sprintf("lst_%d.tif", 2001+y)))
		writePages(t, files[y], 8, 6, s.dates[y], s.dates[3], s.dates[4])
	}
	const words = "has 3 pages, and one raster is fitted of each input: name the page, such as GTIFF_DIR:1:"
	fails(t, files, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput, words+files[0])
	if i := inspect(t, files, Options{}); i.Fit.Runs || !strings.Contains(i.Fit.Why, words) {
		t.Errorf("%+v", i.Fit)
	}
	// Overviews are no pages.
	plain := s.files(t, nil)
	for _, name := range plain {
		ds, err := godal.Open(name, godal.Update())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(ds.BuildOverviews(godal.Levels(2)), ds.Close()); err != nil {
			t.Fatal(err)
		}
	}
	sameBands(t, "overviews", want, fitted(t, plain, all()))
}

// What pixtrend has written is no input, unless it is the detrended stack alone.
func TestOutputsAreNoInputs(t *testing.T) {
	for _, profile := range []string{"GDALGeoTIFF", "BASELINE"} { // in the file, and beside it
		s := newPlanes(8, 6, 3, 0, 9)
		files := s.files(t, nil)
		dir := filepath.Dir(files[0])
		want := fitted(t, files, all())
		made, residuals := filepath.Join(dir, "trend_2020.tif"), filepath.Join(dir, "y_2021.tif")
		o := all()
		o.Residuals, o.Creation = residuals, []string{"PROFILE=" + profile}
		if _, err := FitFiles(t.Context(), files, made, o); err != nil {
			t.Fatal(err)
		}
		for input, warning := range map[string]string{
			dir: fmt.Sprintf("of the folder %s, 2 outputs of pixtrend (%s, …) are left out", dir, made),
			filepath.Join(dir, "*_20*.tif"): fmt.Sprintf("of the files that %s matches, 2 outputs of pixtrend (%s, …) are left out",
				filepath.Join(dir, "*_20*.tif"), made),
		} {
			sameBands(t, input, want, fitted(t, []string{input}, all()))
			if i := inspect(t, []string{input}, Options{}); i.Files != 3 || !i.Fit.Runs || !slices.Contains(i.Warnings, warning) {
				t.Errorf("%d files, %q does not have %q", i.Files, i.Warnings, warning)
			}
		}
		fails(t, append([]string{made}, files...), filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, made, "an output of pixtrend")
		fails(t, append(files, residuals), filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, residuals, "an output of pixtrend")
		fails(t, []string{made}, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, made, "an output of pixtrend")
		if profile != "BASELINE" { // which has no descriptions
			for p, slope := range fitted(t, []string{residuals}, all())[0] {
				if !(math.Abs(slope) <= 1e-12) {
					t.Fatalf("pixel %d of the residuals has the slope %v", p, slope)
				}
			}
		}
		for _, name := range files {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		fails(t, []string{dir}, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, "no raster that is fitted, but 2 outputs of pixtrend")
		fails(t, []string{filepath.Join(dir, "*.tif")}, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, "matches only outputs of pixtrend")
	}
}

// grid is an ASCII grid, which a GeoTIFF is not.
const grid = "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 %d\n"

// A file of another driver is refused with the driver's name, and read when that is allowed.
func TestOtherDrivers(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i := range 3 {
		files = append(files, filepath.Join(dir, fmt.Sprintf("a_%d.asc", 2001+i)))
		put(t, files[i], fmt.Sprintf(grid, i))
	}
	fails(t, files, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput, files[0],
		"not a GeoTIFF but a file for GDAL's driver AAIGrid, which reads no file unless it is asked for: allow that driver with the option Drivers = AAIGrid")
	fails(t, []string{dir}, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput,
		"no raster that is fitted, but 3 files for other drivers ("+files[0]+", …; the option Drivers = AAIGrid reads it)")
	o := Options{OpenOptions: OpenOptions{Drivers: []string{"GTiff", "AAIGrid"}}}
	for _, inputs := range [][]string{files, {dir}, {filepath.Join(dir, "*.asc")}} {
		if got := fitted(t, inputs, o)[0]; got[0] != 0 || got[1] != 1 {
			t.Errorf("%v: slopes %v, want 0 and 1", inputs, got)
		}
	}
	if left := listing(dir); strings.Count(left, ":") != 3 {
		t.Errorf("beside the inputs there is %s", left)
	}
}

// NetCDF files need no option.
func TestNetCDF(t *testing.T) {
	if !gdal.HasDriver("netCDF") {
		t.Skip("this GDAL has no driver of NetCDF")
	}
	s := newPlanes(20, 10, 4, 0, 17)
	tifs := s.files(t, nil)
	dir := t.TempDir()
	var files []string
	for _, name := range tifs {
		ds, err := godal.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, strings.TrimSuffix(filepath.Base(name), ".tif")+".nc"))
		nc, err := ds.Translate(files[len(files)-1], []string{"-of", "netCDF"})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(nc.Close(), ds.Close()); err != nil {
			t.Fatal(err)
		}
	}
	want := fitted(t, tifs, all())
	for _, inputs := range [][]string{files, {filepath.Join(dir, "*.nc")}, {dir}} {
		sameBands(t, inputs[0], want, fitted(t, inputs, all()))
	}
	o := all()
	o.Drivers = []string{"GTiff"}
	fails(t, files, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, files[0], "none of the drivers GTiff knows its format")
}

func TestSubdatasetNames(t *testing.T) {
	for _, test := range []struct {
		name, words string
		drivers     []string
	}{
		{`NETCDF:"f.nc":t2m`, "", []string{"GTiff", "netCDF"}},
		{`HDF4_SDS:"f.hdf":0`, "", []string{"HDF4"}},
		{"GTIFF_DIR:2:f.tif", "", nil},
		{`NETCDF:"f.nc":t2m`, "", nil},
		{`NETCDF:"f.nc":t2m`, "GDAL's driver netCDF opens: allow that driver with the option Drivers = netCDF", []string{"VRT"}},
		{"GTIFF_DIR:2:f.tif", "option Drivers = GTiff", []string{"VRT"}},
		{"nothing:f.tif", "no driver of this GDAL has the prefix nothing", nil},
	} {
		if strings.HasPrefix(test.name, "NETCDF") && !gdal.HasDriver("netCDF") {
			continue
		}
		names, _, err := Expand(t.Context(), []string{test.name}, OpenOptions{Drivers: test.drivers})
		if test.words != "" {
			checkError(t, err, fault.ErrInput, test.name, test.words)
		} else if err != nil || !slices.Equal(names, []string{test.name}) {
			t.Errorf("%s: %v, %v", test.name, names, err)
		}
	}
	// A file may have such a name.
	t.Chdir(tree(t, "nothing:f.tif"))
	if names, _, err := Expand(t.Context(), []string{"nothing:f.tif"}, OpenOptions{}); err != nil || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
}

// Nothing is written beside an archive that is read.
func TestArchivesAreOnlyRead(t *testing.T) {
	files := newPlanes(64, 60, 3, 0, 9).files(t, nil)
	dir := t.TempDir()
	archive := filepath.Join(dir, "d.tgz")
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	var inputs []string
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		err = w.WriteHeader(&tar.Header{Name: filepath.Base(name), Mode: 0o644, Size: int64(len(data))})
		if _, writeErr := w.Write(data); err != nil || writeErr != nil {
			t.Fatal(err, writeErr)
		}
		inputs = append(inputs, "/vsitar/"+archive+"/"+filepath.Base(name))
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	put(t, archive, b.String())
	before := listing(dir)
	sameBands(t, "in an archive", fitted(t, files, all()), fitted(t, inputs, all()))
	if after := listing(dir); after != before {
		t.Errorf("the folder held %s and now %s", before, after)
	}
}

// Names of files and units may have any bytes; metadata is XML.
func TestTextsThatAreNotUTF8(t *testing.T) {
	dir := t.TempDir()
	for i, plane := range newPlanes(8, 6, 3, 0, 9).dates {
		m := made{width: 8, height: 6, bands: [][]float64{plane}, unit: "\xb0C"}
		if err := m.write(filepath.Join(dir, fmt.Sprintf("for\xeat_%d.tif", 2001+i))); err != nil {
			t.Skip("this file system takes no such names: ", err)
		}
	}
	out := fit(t, []string{dir}, Options{})
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := bytes.Cut(data, []byte("<GDALMetadata"))
	text, _, ended := bytes.Cut(text, []byte("</GDALMetadata>"))
	if !found || !ended || !bytes.Equal(text, bytes.ToValidUTF8(text, nil)) {
		t.Errorf("metadata %q", text)
	}
	ds, err := openRaster(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	if got, want := ds.Metadata("PIXTREND_INPUTS"), dir+"/for\uFFFDt_2001.tif … for\uFFFDt_2003.tif (3 files)"; got != want {
		t.Errorf("inputs %q, want %q", got, want)
	}
	if got := unitOf(ds.Bands()[0]); got != "\uFFFDC/year" {
		t.Errorf("unit %q", got)
	}
}

func TestCoordinateEpoch(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i, plane := range newPlanes(8, 6, 3, 0, 9).dates {
		samples := make([]float32, len(plane))
		for p := range samples {
			samples[p] = float32(plane[p])
		}
		files = append(files, filepath.Join(dir, fmt.Sprintf("y_%d.tif", 2001+i)))
		h := gdal.Header{Width: 8, Height: 6, Bands: make([]gdal.BandHeader, 1), GeoTransform: [6]float64{10, 1, 0, 50, 0, -1}, CRS: "EPSG:9000", Epoch: 2021.3}
		if err := gdal.CreateGeoTIFF(files[i], h, nil, samples); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range []output.Format{output.GTiff, output.COG} {
		ds, err := gdal.Open(fit(t, files, Options{Format: format}), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := ds.Epoch(); got != 2021.3 {
			t.Errorf("%s: epoch %v, want 2021.3", format, got)
		}
		_ = ds.Close()
	}
}

// Files of years in a tree of folders, with a band for each month, have the dates of their months, whether
// bands are described by dates or, since the names of files have the year, by months alone.
func TestYearsOfMonths(t *testing.T) {
	s := newPlanes(9, 7, 36, 0, 1000)
	single, want := t.TempDir(), []string(nil)
	for i, plane := range s.dates {
		m := made{width: s.width, height: s.height, bands: [][]float64{plane}, transform: &usualPlace}
		want = append(want, fmt.Sprintf("%d-%02d-01", 2001+i/12, 1+i%12))
		if err := m.write(filepath.Join(single, "y_"+want[i]+".tif")); err != nil {
			t.Fatal(err)
		}
	}
	bits := fitted(t, []string{single}, all())
	for what, describe := range map[string]func(year int, month time.Month) string{
		"dates":  func(year int, month time.Month) string { return fmt.Sprintf("ndvi %d-%02d", year, month) },
		"months": func(_ int, month time.Month) string { return month.String()[:3] },
	} {
		dir := t.TempDir()
		for year := range 3 {
			m := made{width: s.width, height: s.height, bands: s.dates[12*year : 12*year+12], transform: &usualPlace}
			for month := range 12 {
				m.descriptions = append(m.descriptions, describe(2001+year, time.Month(month+1)))
			}
			folder := filepath.Join(dir, fmt.Sprint("run", 3-year))
			if err := errors.Join(os.Mkdir(folder, 0o777), m.write(filepath.Join(folder, fmt.Sprintf("y_%d.tif", 2001+year)))); err != nil {
				t.Fatal(err)
			}
		}
		o := all()
		o.Recursive = true
		dated, err := Dates(t.Context(), []string{dir}, o.OpenOptions)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range dated {
			got = append(got, d.Date.String())
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: dates are %v", what, got)
		}
		sameBits(t, what, fitted(t, []string{dir}, o), bits)
	}
}
