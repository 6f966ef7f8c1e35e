package raster

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
)

// cut returns a part of planes, as large as w, which has NaN where w lies outside.
func (s planes) cut(w pixtrend.Window) planes {
	c := planes{w.Width, w.Height, make([][]float64, len(s.dates))}
	for i, plane := range s.dates {
		for y := w.Y; y < w.Y+w.Height; y++ {
			for x := w.X; x < w.X+w.Width; x++ {
				sample := math.NaN()
				if x >= 0 && x < s.width && y >= 0 && y < s.height {
					sample = plane[y*s.width+x]
				}
				c.dates[i] = append(c.dates[i], sample)
			}
		}
	}
	return c
}

// at returns usualPlace moved by columns and rows.
func at(x, y float64) *[6]float64 {
	place := usualPlace
	place[0], place[3] = place[0]+30*x, place[3]-30*y
	return &place
}

// extentLayouts are the ways in which the files of a stack are stored.
var extentLayouts = []struct {
	name   string
	change func(i int, m *made)
	o      OpenOptions
	of     func(y float64) float64 // what is fitted of a sample
}{
	{"strips", func(int, *made) {}, OpenOptions{}, nil},
	{"tiles", func(_ int, m *made) {
		m.dtype, m.creation = godal.Int16, []string{"TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "COMPRESS=DEFLATE", "PREDICTOR=2"}
	}, OpenOptions{}, nil},
	{"mixed", func(i int, m *made) {
		m.dtype = []godal.DataType{godal.Int16, godal.Float32, godal.UInt16}[i%3]
		if i%2 == 0 {
			m.creation = []string{"COMPRESS=LZW"}
		}
	}, OpenOptions{}, nil},
	{"bands", func(_ int, m *made) {
		m.bands = append(m.bands, slices.Repeat([]float64{2}, len(m.bands[0])))
	}, OpenOptions{Band: 1}, nil},
	{"an index", func(_ int, m *made) {
		m.creation, m.bands = []string{"INTERLEAVE=PIXEL"}, append(m.bands, slices.Repeat([]float64{2}, len(m.bands[0])))
	}, OpenOptions{Index: Index{Kind: "ratio", A: 1, B: 2}}, func(y float64) float64 { return y / 2 }},
	{"a mask", func(_ int, m *made) {
		hidden := make([]float64, len(m.bands[0]))
		for p, y := range m.bands[0] {
			hidden[p] = float64(int(y) % 2)
		}
		m.bands = append(m.bands, hidden)
		m.dtype = godal.UInt16
	}, OpenOptions{Mask: Mask{Band: 2, Keep: []Values{{0, 0}}}}, func(y float64) float64 {
		if int(y)%2 != 0 {
			return math.NaN()
		}
		return y
	}},
}

// Rasters that have pixels of one grid and different extents are cut and padded, in every layout and
// window.
func TestExtents(t *testing.T) {
	world := newPlanes(60, 50, 5, 1, 200)
	windows := []pixtrend.Window{{X: 10, Y: 10, Width: 33, Height: 30}, {X: 5, Y: 12, Width: 33, Height: 30}, {X: 10, Y: 10, Width: 40, Height: 38}, {X: 17, Y: 3, Width: 20, Height: 40}, {X: 10, Y: 10, Width: 33, Height: 30}}
	for _, layout := range extentLayouts {
		want := planes{60, 50, nil}
		dir := t.TempDir()
		var names []string
		for i, w := range windows {
			part := planes{world.width, world.height, world.dates[i : i+1]}.cut(w)
			m := made{width: w.Width, height: w.Height, bands: part.dates, transform: at(float64(w.X), float64(w.Y))}
			layout.change(i, &m)
			name := filepath.Join(dir, fmt.Sprintf("y_%d.tif", 2001+i))
			if err := m.write(name); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
			seen := slices.Repeat([]float64{math.NaN()}, 60*50)
			for y := w.Y; y < w.Y+w.Height; y++ {
				for x := w.X; x < w.X+w.Width; x++ {
					seen[y*60+x] = world.dates[i][y*60+x]
					if layout.of != nil {
						seen[y*60+x] = layout.of(seen[y*60+x])
					}
				}
			}
			want.dates = append(want.dates, seen)
		}
		for extent, part := range map[string]pixtrend.Window{
			ExtentUnion:        {X: 5, Y: 3, Width: 45, Height: 45},
			ExtentIntersection: {X: 17, Y: 12, Width: 20, Height: 28},
			ExtentFirst:        windows[0],
		} {
			what := layout.name + ", " + extent
			o := all()
			o.OpenOptions = layout.o
			o.Extent = extent
			out := fit(t, names, o)
			bands, width := readAll(t, out)
			if width != part.Width {
				t.Fatalf("%s: %d columns, want %d", what, width, part.Width)
			}
			checkTwoPass(t, what, bands, want.cut(part))
			if place := placeOf(t, out); place != *at(float64(part.X), float64(part.Y)) {
				t.Errorf("%s: lies at %v", what, place)
			}
			for _, window := range [][2]int{{7, 5}, {16, 16}} {
				o.Fit.WindowWidth, o.Fit.WindowHeight = window[0], window[1]
				sameBits(t, fmt.Sprint(what, ", windows of ", window), fitted(t, names, o), bands)
			}
		}
		fails(t, names, filepath.Join(t.TempDir(), "out.tif"), Options{OpenOptions: layout.o}, ErrInput, "y_2002.tif", "Extent")
	}
}

func placeOf(t *testing.T, name string) [6]float64 {
	t.Helper()
	ds, err := openRaster(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	place, err := ds.GeoTransform()
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func sameBits(t *testing.T, what string, got, want [][]float64) {
	t.Helper()
	for f := range want {
		for p := range want[f] {
			if math.Float64bits(got[f][p]) != math.Float64bits(want[f][p]) {
				t.Fatalf("%s: band %d of pixel %d is %v, and %v elsewhere", what, f+1, p, got[f][p], want[f][p])
			}
		}
	}
}

// Pixels that are no pixels of the first raster, and rasters without any in common, are refused.
func TestExtentsRefused(t *testing.T) {
	s := newPlanes(12, 9, 3, 0, 9)
	shifted := func(x, y float64) []string {
		return s.files(t, func(i int, m *made) {
			if i == 2 {
				m.transform = at(x, y)
			}
		})
	}
	out := filepath.Join(t.TempDir(), "out.tif")
	union := Options{OpenOptions: OpenOptions{Extent: ExtentUnion}}
	fails(t, shifted(0.5, 0), out, union, ErrInput, "y_2003.tif", "0.5 pixels off", "ToGrid", "gdalwarp")
	fails(t, shifted(40, 0), out, Options{OpenOptions: OpenOptions{Extent: ExtentIntersection}}, ErrInput, "y_2003.tif", "no pixel in common", ExtentUnion)
	coarser := s.files(t, func(i int, m *made) {
		if i == 1 {
			m.transform = &[6]float64{usualPlace[0], 60, 0, usualPlace[3], 0, -60}
		}
	})
	fails(t, coarser, out, union, ErrInput, "y_2002.tif", "ToGrid")
	unplaced := s.files(t, func(i int, m *made) {
		if i == 1 {
			m.transform = nil
		}
	})
	fails(t, unplaced, out, union, ErrInput, "y_2002.tif", "not georeferenced")
	for _, test := range []struct {
		o    OpenOptions
		want string
	}{
		{OpenOptions{Extent: "all"}, "union, intersection or first"},
		{OpenOptions{ToGrid: "EPSG:32618,-3"}, "no pixel size"},
		{OpenOptions{ToGrid: "EPSG:32618,1e-6"}, "larger than any raster"},
		{OpenOptions{Resample: "cubic"}, "nothing is resampled"},
		{OpenOptions{ToGrid: "first", Resample: "best"}, "cubicspline"},
		{OpenOptions{ToGrid: "first", Extent: ExtentUnion}, "exclude each other"},
		{OpenOptions{ToGrid: "EPSG:999999,30"}, "EPSG:999999"},
		{OpenOptions{ToGrid: "absent.tif"}, "absent.tif"},
	} {
		fails(t, s.files(t, func(_ int, m *made) { m.epsg = 32617 }), out, Options{OpenOptions: test.o}, nil, test.want)
	}
}

// Masks in other files are cut and padded like what they mask, and where there is no mask is a gap.
func TestMasksOfExtents(t *testing.T) {
	s := newPlanes(20, 16, 4, 1, 100)
	names := s.files(t, func(i int, m *made) { m.transform = at(float64(i), 0) })
	dir := t.TempDir()
	want := s.cut(pixtrend.Window{Width: 23, Height: 16})
	for i := range s.dates {
		hidden := make([]float64, 20*14)
		for p := range hidden {
			hidden[p] = float64((p + i) % 3)
		}
		m := made{width: 20, height: 14, bands: [][]float64{hidden}, dtype: godal.Byte, transform: at(float64(i), 1)}
		if err := m.write(filepath.Join(dir, fmt.Sprintf("qa_%d.tif", 2001+i))); err != nil {
			t.Fatal(err)
		}
		for p := range want.dates[i] {
			x, y := p%23-i, p/23
			want.dates[i][p] = math.NaN()
			if x >= 0 && x < 20 && y >= 1 && y < 15 && hidden[(y-1)*20+x] == 0 {
				want.dates[i][p] = s.dates[i][y*20+x]
			}
		}
	}
	o := all()
	o.Mask, o.Extent = Mask{From: []string{dir}, Keep: []Values{{0, 0}}}, ExtentUnion
	checkTwoPass(t, "masks", fitted(t, names, o), want)
	inspect(t, names, o)
}

// warped returns the samples of a raster on another grid as gdalwarp makes them, NaN for none.
func warped(t *testing.T, name string, switches ...string) []float64 {
	t.Helper()
	ds, err := openRaster(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	switches = append([]string{"-of", "GTiff", "-et", "0", "-dstnodata", "nan", "-wo", "XSCALE=1", "-wo", "YSCALE=1"}, switches...)
	to, err := ds.Warp(filepath.Join(t.TempDir(), "warped.tif"), switches, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	samples := make([]float64, to.Structure().SizeX*to.Structure().SizeY)
	if err := to.Bands()[0].Read(0, 0, samples, to.Structure().SizeX, to.Structure().SizeY); err != nil {
		t.Fatal(err)
	}
	return samples
}

// Rasters of two zones of UTM are resampled as gdalwarp does it, sample by sample, with the same bits
// in every window and part.
func TestToGrid(t *testing.T) {
	const nodata = -9999
	s := newPlanes(300, 280, 4, 1, 1000).gappy(nodata)
	names := s.files(t, func(i int, m *made) {
		gap := float64(nodata)
		m.epsg, m.nodata, m.transform = 32617+i%2, &gap, &[6]float64{680000, 30, 0, 4600000, 0, -30}
		if i%2 == 1 {
			m.transform = &[6]float64{183000, 30, 0, 4608000, 0, -30}
			m.creation = []string{"TILED=YES", "COMPRESS=DEFLATE"}
		}
	})
	for _, method := range []string{"", "nearest", "cubic"} {
		o := all()
		o.ToGrid, o.Resample = toFirst, method
		bands := fitted(t, names, o)
		want := planes{300, 280, nil}
		for i, name := range names {
			how := "bilinear"
			if method != "" {
				how = method
			}
			if i%2 == 0 {
				how = "nearest" // it is on the grid
			}
			want.dates = append(want.dates, warped(t, name, "-t_srs", "EPSG:32617", "-te", "680000", "4591600", "689000", "4600000", "-tr", "30", "30", "-r", how))
		}
		if !slices.ContainsFunc(want.dates[1], func(y float64) bool { return !math.IsNaN(y) }) {
			t.Fatal("the rasters do not overlap")
		}
		checkTwoPass(t, method, bands, want)
		for _, window := range [][2]int{{37, 300}, {300, 11}} {
			o.Fit.WindowWidth, o.Fit.WindowHeight = window[0], window[1]
			sameBits(t, fmt.Sprint(method, " in windows of ", window), fitted(t, names, o), bands)
		}
		o.Region = Region{Window: pixtrend.Window{X: 100, Y: 90, Width: 170, Height: 180}}
		part := fitted(t, names, o)
		for p := range part[0] {
			whole := (90+p/170)*300 + 100 + p%170
			if math.Float64bits(part[0][p]) != math.Float64bits(bands[0][whole]) {
				t.Fatalf("%s: pixel %d of a part is %v, and %v in the whole", method, p, part[0][p], bands[0][whole])
			}
		}
	}
	o := all()
	o.ToGrid = "EPSG:32618,60"
	job, err := Prepare(t.Context(), names, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if g := job.geo; math.Mod(g.Transform[0], 60) != 0 || math.Mod(g.Transform[3], 60) != 0 || g.Transform[1] != 60 || job.CRS() != "EPSG:32618" {
		t.Errorf("the grid is %v in %s", g.Transform, job.CRS())
	}
	if !slices.ContainsFunc(job.Warnings, func(w string) bool {
		return strings.Contains(w, "4 of 4 rasters are resampled") && strings.Contains(w, "bilinear")
	}) {
		t.Errorf("no warning of resampling in %q", job.Warnings)
	}
	for method, want := range map[string]bool{"": true, "nearest": false} {
		limited := o
		limited.Valid, limited.Resample = &Range{0, 900}, method
		if got := strings.Contains(strings.Join(inspect(t, names, limited).Warnings, " "), "resampled with their neighbours"); got != want {
			t.Errorf("%q: a warning that invalid samples are resampled: %v", method, got)
		}
	}
	if i := inspect(t, names, o); !i.Fit.Runs || i.Fit.Seconds != 0 || i.Fit.Treatment.Grid != "resampled to EPSG:32618,60, bilinear" {
		t.Errorf("a fit takes an estimated %v s, whose time of resampling is not known: %+v", i.Fit.Seconds, i.Fit)
	}
	// The grid of a file, here the second raster, and the same with whole pixels.
	o.ToGrid, o.Resample = names[1], "nearest"
	bands := fitted(t, names, o)
	want := planes{300, 280, nil}
	for _, name := range names {
		want.dates = append(want.dates, warped(t, name, "-t_srs", "EPSG:32618", "-te", "183000", "4599600", "192000", "4608000", "-tr", "30", "30", "-r", "near"))
	}
	checkTwoPass(t, "the grid of a file", bands, want)
}

// Masks are resampled with nearest, whatever is asked for the samples.
func TestToGridMasks(t *testing.T) {
	s := newPlanes(90, 80, 3, 1, 100)
	place := [6]float64{680000, 30, 0, 4600000, 0, -30}
	names := s.files(t, func(i int, m *made) { m.epsg, m.transform = 32617, &place })
	dir := t.TempDir()
	var masks []string
	for i := range s.dates {
		hidden := make([]float64, 90*80)
		for p := range hidden {
			hidden[p] = float64(p / 5 % 2 * 4)
		}
		m := made{width: 90, height: 80, bands: [][]float64{hidden}, dtype: godal.Byte, epsg: 32618, transform: &[6]float64{179340, 30, 0, 4604790, 0, -30}}
		masks = append(masks, filepath.Join(dir, fmt.Sprintf("qa_%d.tif", 2001+i)))
		if err := m.write(masks[i]); err != nil {
			t.Fatal(err)
		}
	}
	o := all()
	o.Mask, o.ToGrid = Mask{From: []string{dir}, Keep: []Values{{4, 4}}}, toFirst
	want := planes{90, 80, nil}
	kept := 0
	for i := range names {
		shown := warped(t, masks[i], "-ot", "Float64", "-t_srs", "EPSG:32617", "-te", "680000", "4597600", "682700", "4600000", "-tr", "30", "30", "-r", "near")
		seen := slices.Clone(s.dates[i])
		for p, m := range shown {
			if m != 4 {
				seen[p] = math.NaN()
			} else {
				kept++
			}
		}
		want.dates = append(want.dates, seen)
	}
	if kept == 0 {
		t.Fatal("the masks do not overlap the rasters")
	}
	checkTwoPass(t, "masks", fitted(t, names, o), want)
}

// A series shows what was read of a raster that has the pixel, and a gap where one has not.
func TestSeriesOfExtents(t *testing.T) {
	s := newPlanes(12, 9, 4, 1, 50)
	names := s.files(t, func(i int, m *made) {
		m.transform = at(float64(4*i), 0)
		m.bands = append(m.bands, slices.Repeat([]float64{float64(i)}, 12*9))
	})
	o := Options{OpenOptions: OpenOptions{Extent: ExtentUnion, Band: 1, Mask: Mask{Band: 2, Keep: []Values{{0, 2}}}}}
	for i := range names {
		m := made{width: 12, height: 9, bands: [][]float64{s.dates[i], slices.Repeat([]float64{float64(i)}, 12*9)}, dtype: godal.Int16, transform: at(float64(4*i), 0)}
		if err := m.write(names[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadSeries(t.Context(), names, Point{X: 13, Y: 2, Pixel: true}, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{math.NaN(), s.dates[1][2*12+9], s.dates[2][2*12+5], math.NaN()} {
		d := got.Dates[i]
		if want != want && (d.Observed != nil || d.Gap != map[int]string{0: "outside its raster", 3: "masked"}[i]) || want == want && (d.Observed == nil || float64(*d.Observed) != want) {
			t.Errorf("date %d is %+v, want %v", i, d, want)
		}
	}
}
