package raster

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// beside writes a file that places the raster at name, with its upper left corner there and pixels
// of 30.
type beside struct {
	kind  string
	file  func(name string) string
	text  func(x, y float64) string
	other string // the extension of the raster, if it is not .tif
}

var besides = []beside{
	{"wld", extension(".wld"), worldFile, ""},
	{"tfw", extension(".tfw"), worldFile, ""},
	{"tifw", extension(".tifw"), worldFile, ""},
	{"TFW", extension(".TFW"), worldFile, ""},
	{"tiffw", extension(".tiffw"), worldFile, ".tiff"},
	{"gtifw", extension(".gtifw"), worldFile, ".gtif"},
	{"tab", extension(".tab"), mapInfo, ""},
	{"aux.xml", func(name string) string { return name + ".aux.xml" }, func(x, y float64) string {
		return fmt.Sprintf("<PAMDataset><GeoTransform>%v, 30, 0, %v, 0, -30</GeoTransform></PAMDataset>", x, y)
	}, ""},
}

func extension(ext string) func(string) string {
	return func(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) + ext }
}

func worldFile(x, y float64) string { return fmt.Sprintf("30\n0\n0\n-30\n%v\n%v\n", x+15, y-15) }

func mapInfo(x, y float64) string {
	text := "!table\n!version 300\n!charset WindowsLatin1\n\nDefinition Table\n  File \"a.tif\"\n  Type \"RASTER\"\n"
	for _, p := range [][2]int{{0, 0}, {10, 0}, {0, 10}, {10, 10}} {
		text += fmt.Sprintf("  (%v,%v) (%d,%d) Label \"p\",\n", x+30*float64(p[0]), y-30*float64(p[1]), p[0], p[1])
	}
	return strings.TrimSuffix(text, ",\n") + "\n  CoordSys Earth Projection 8, 104, \"m\", -81, 0, 0.9996, 500000, 0\n  Units \"m\"\n"
}

// files writes rasters that have no place but by the files beside them, each so many pixels east of
// the one before.
func (b beside) files(t *testing.T, s planes, east float64) []string {
	t.Helper()
	names := s.files(t, func(_ int, m *made) { m.transform = nil })
	for i, name := range names {
		if b.other != "" {
			names[i] = extension(b.other)(name)
			if err := os.Rename(name, names[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(b.file(names[i]), []byte(b.text(500000+30*east*float64(i), 4600000)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// Whatever file GDAL reads a raster's place from, rasters of one place are fitted, with its place,
// and others are refused.
func TestPlacedByOtherFiles(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	want := fitted(t, s.files(t, nil), all())
	for _, b := range besides {
		t.Run(b.kind, func(t *testing.T) {
			apart := b.files(t, s, 100)
			fails(t, apart, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, apart[1], "100 pixels off")
			if info := inspect(t, apart, Options{}); len(info.Grids) != 3 || info.Grids[1].Differs != "lies 100 pixels off" || !strings.Contains(info.Fit.Why, apart[1]+" lies 100 pixels off") {
				t.Errorf("info has the grids %+v, and of a fit %q", info.Grids, info.Fit.Why)
			}
			same := b.files(t, s, 0)
			out := fit(t, same, all())
			got, _ := readAll(t, out)
			sameBands(t, b.kind, want, got)
			checkPlace(t, out)
		})
	}
}

func checkPlace(t *testing.T, name string) {
	t.Helper()
	ds, err := openRaster(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	if place, err := ds.GeoTransform(); err != nil || place != usualPlace {
		t.Errorf("%s lies at %v, %v, want %v", name, place, err, usualPlace)
	}
}

// Files beside rasters in an archive count as well.
func TestPlacedInAnArchive(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	for east, words := range map[float64]string{0: "", 100: "100 pixels off"} {
		names := besides[0].files(t, s, east)
		archive := filepath.Join(t.TempDir(), "a.zip")
		file, err := os.Create(archive)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(file)
		if err := z.AddFS(os.DirFS(filepath.Dir(names[0]))); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		for i, name := range names {
			names[i] = "/vsizip/" + archive + "/" + filepath.Base(name)
		}
		if words == "" {
			checkPlace(t, fit(t, names, all()))
		} else {
			fails(t, names, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, names[1], words)
		}
	}
}

// Files beside a raster that say nothing of its place change nothing about it.
func TestOtherFilesBeside(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	names := s.files(t, func(_ int, m *made) { m.epsg = 32617 })
	want := fitted(t, names, all())
	for _, name := range names {
		for _, ext := range []string{".json", ".png", ".xml", ".txt", ".wld"} {
			if err := os.WriteFile(extension(ext)(name), []byte("30\n0\n0\n-30\n0\n0\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := fit(t, names, all())
	got, _ := readAll(t, out)
	sameBands(t, "beside others", want, got)
	checkPlace(t, out) // and not where the world files say
}

const rpcText = `LINE_OFF: 5
SAMP_OFF: 10
LAT_OFF: 45
LONG_OFF: 10
HEIGHT_OFF: 0
LINE_SCALE: 5
SAMP_SCALE: 10
LAT_SCALE: 1
LONG_SCALE: 1
HEIGHT_SCALE: 100
`

func rpc() string {
	text := rpcText
	for _, name := range []string{"LINE_NUM", "LINE_DEN", "SAMP_NUM", "SAMP_DEN"} {
		for i := range 20 {
			value := 0
			if i == 0 && strings.HasSuffix(name, "DEN") || i == 1 && name == "SAMP_NUM" || i == 2 && name == "LINE_NUM" {
				value = 1
			}
			text += fmt.Sprintf("%s_COEFF_%d: %d\n", name, i+1, value)
		}
	}
	return text
}

// A place that is none of a grid is refused, also in a stack whose other rasters have one.
func TestPlacedOffGrid(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	points := func(t *testing.T, name string) {
		ds, err := godal.Open(name, godal.Update())
		if err != nil {
			t.Fatal(err)
		}
		var list []godal.GCP
		for _, p := range [][2]float64{{0, 0}, {20, 0}, {0, 10}, {20, 10}, {7, 3}} {
			list = append(list, godal.GCP{DfGCPPixel: p[0], DfGCPLine: p[1], DfGCPX: 10 + p[0]/100 - p[1]/500, DfGCPY: 45 - p[1]/100 - p[0]*p[0]/1e4})
		}
		sr, err := godal.NewSpatialRefFromEPSG(4326)
		if err != nil {
			t.Fatal(err)
		}
		defer sr.Close()
		if err := ds.SetGCPs(list, godal.GCPSpatialRef(sr)); err != nil {
			t.Fatal(err)
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
	}
	coefficients := func(file func(string) string) func(*testing.T, string) {
		return func(t *testing.T, name string) {
			if err := os.WriteFile(file(name), []byte(rpc()), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		place func(t *testing.T, name string)
		words string
	}{
		{"ground control points", points, "ground control points alone"},
		{"_RPC.TXT", coefficients(extension("_RPC.TXT")), "gdalwarp -rpc"},
		{"_rpc.txt", coefficients(extension("_rpc.txt")), "gdalwarp -rpc"},
	} {
		for _, which := range [][]int{{0, 1, 2}, {0}, {1}} {
			t.Run(fmt.Sprint(tt.name, which), func(t *testing.T) {
				names := s.files(t, func(i int, m *made) {
					if slices.Contains(which, i) {
						m.transform = nil
					}
				})
				for _, i := range which {
					tt.place(t, names[i])
				}
				fails(t, names, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, names[which[0]], "warp it first", tt.words)
				if info := inspect(t, names, Options{}); info.Fit.Runs || !strings.Contains(info.Fit.Why, "warp it first") {
					t.Errorf("info says of a fit %+v", info.Fit)
				}
				// A mask too.
				o := all()
				o.Mask = Mask{From: names, Keep: keep(t, "0-99")}
				fails(t, s.files(t, nil), filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, "as a mask", "warp it first")
			})
		}
	}
}

// Rasters without any place are fitted, with a warning, but not beside others that have one.
func TestUnplaced(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	warns := func(names []string) bool {
		job, err := Prepare(t.Context(), names, filepath.Join(t.TempDir(), "out.tif"), all())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = job.Close() }()
		says := func(w string) bool { return strings.Contains(w, "no input says where on the earth it lies") }
		in := slices.ContainsFunc(job.Warnings, says)
		if info := inspect(t, names, all()); slices.ContainsFunc(info.Warnings, says) != in {
			t.Errorf("the fit warns: %v, info warns of %q", in, info.Warnings)
		}
		return in
	}
	nowhere := func(_ int, m *made) { m.transform = nil }
	if !warns(s.files(t, nowhere)) {
		t.Error("no warning that no raster has a place")
	}
	if warns(s.files(t, nil)) {
		t.Error("a warning about rasters that have a place")
	}
	if warns([]string{s.multiband(t, nil)}) {
		t.Error("a warning about one raster, whose bands lie in one place")
	}
	for lost, words := range [][]string{{"is georeferenced", "is not"}, {"is not georeferenced", "is"}} {
		names := s.files(t, func(i int, m *made) {
			if i == lost {
				m.transform = nil
			}
		})
		fails(t, names, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, append(words, names[1], "say where it lies")...)
	}
}

const (
	hls = `PROJCS["UTM Zone 13, Northern Hemisphere",GEOGCS["Unknown datum based upon the WGS 84 ellipsoid",DATUM["Not specified (based on WGS 84 spheroid)",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-105],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]`
	// As GDAL's HDF4 driver, and as people, write the grid of MODIS.
	modis     = `PROJCS["unnamed",GEOGCS["Unknown datum based upon the custom spheroid",DATUM["Not specified (based on custom spheroid)",SPHEROID["Custom spheroid",6371007.181,0]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Sinusoidal"],PARAMETER["longitude_of_center",0],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["Meter",1]]`
	modisProj = "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m +no_defs"
	laea      = "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +no_defs"
)

// CRSs that give the same coordinates are one, however they are written. Of others the error says
// how far apart they are.
func TestCRSSpellings(t *testing.T) {
	s := newPlanes(20, 10, 4, 0, 99)
	tile := [6]float64{-10007554.677, 463.312716528, 0, 4447802.078667, 0, -463.312716528}
	world := [6]float64{-20015109.354, 2001510.9354, 0, 10007554.677, 0, -2001510.9354}
	europe := [6]float64{4321000, 100, 0, 3210000, 0, -100}
	degrees := [6]float64{-80, 0.001, 0, 40, 0, -0.001}
	for _, tt := range []struct {
		name, first, second string
		place               [6]float64
		words               []string // of the error; nil: they are one
	}{
		{"HLS", hls, "EPSG:32613", usualPlace, nil},
		{"HLS, the other first", "EPSG:32613", hls, usualPlace, nil},
		{"a tile of MODIS", modis, modisProj, tile, nil},
		{"a world of MODIS, with corners off the earth", modis, modisProj, world, nil},
		{"Europe", "EPSG:3035", laea, europe, nil},
		{"longitude and latitude", "EPSG:4326", "+proj=longlat +ellps=WGS84 +no_defs", degrees, nil},
		{"other zone", "EPSG:32613", "EPSG:32614", usualPlace, []string{"has the CRS EPSG:32614, in which it lies", " km off", "has EPSG:32613"}},
		{"other sphere", modis, strings.Replace(modisProj, "6371007.181", "6370997", 1), tile, []string{"unknown (Sinusoidal)", "17.5 m off", "unnamed (Sinusoidal)"}},
		{"other origin", "EPSG:3035", strings.Replace(laea, "4321000", "4321001", 1), europe, []string{"unknown (Lambert Azimuthal Equal Area)", "in which it lies 1 m off", "EPSG:3035"}},
		{"other datum", "EPSG:4326", "EPSG:4267", degrees, []string{"EPSG:4267", " m off", "EPSG:4326"}},
		{"degrees and metres", "EPSG:4326", "EPSG:32613", degrees, []string{"EPSG:32613", " km off"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			names := s.files(t, func(_ int, m *made) { m.transform = &tt.place })
			for i, name := range names {
				setCRS(t, name, []string{tt.first, tt.second}[i%2])
			}
			if tt.words != nil {
				fails(t, names, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, append(tt.words, names[1])...)
				info := inspect(t, names, all())
				if len(info.Grids) != 2 || !strings.Contains(info.Fit.Why, info.Grids[1].Differs) || !strings.Contains(info.Grids[1].Differs, " off") {
					t.Errorf("info has the grids %+v, and of a fit %q", info.Grids, info.Fit.Why)
				}
				return
			}
			summary, err := FitFiles(t.Context(), names, filepath.Join(t.TempDir(), "out.tif"), all())
			if err != nil {
				t.Fatal(err)
			}
			said := func(w string) bool { return strings.Contains(w, "taken for one") }
			info := inspect(t, names, all())
			at := slices.IndexFunc(summary.Warnings, said)
			if at < 0 || !slices.Contains(info.Warnings, summary.Warnings[at]) || len(info.Grids) != 1 {
				t.Errorf("the fit warns of %q, info of %q; grids %+v", summary.Warnings, info.Warnings, info.Grids)
			} else if w := summary.Warnings[at]; !strings.HasPrefix(w, names[1]+" (and 1 more) has its CRS") {
				t.Error(w)
			}
		})
	}
}

// setCRS gives a raster a CRS as any text that GDAL reads.
func setCRS(t *testing.T, name, crs string) {
	t.Helper()
	sr, err := godal.NewSpatialRef(crs)
	if err != nil {
		t.Fatal(err)
	}
	defer sr.Close()
	ds, err := godal.Open(name, godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	if err := ds.SetSpatialRef(sr); err != nil {
		t.Fatal(err)
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
}
