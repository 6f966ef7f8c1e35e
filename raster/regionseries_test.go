package raster

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// byOf reads what the observations of a region become.
func byOf(t *testing.T, text string) RegionOptions {
	t.Helper()
	return RegionOptions{By: compositeOf(t, timeaxis.EachYear, text).By}
}

// ofRegion reads the series of a region.
func ofRegion(t *testing.T, inputs []string, of RegionOptions, o Options) *Series {
	t.Helper()
	s, err := ReadRegionSeries(t.Context(), inputs, of, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reduced returns what some values become, by exact arithmetic and by sorting. NaN is no value.
func reduced(by string, values []float64) float64 {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return nan
	}
	if by == "mean" {
		sum := new(big.Rat)
		for _, x := range values {
			sum.Add(sum, new(big.Rat).SetFloat64(x))
		}
		mean, _ := sum.Quo(sum, big.NewRat(int64(len(values)), 1)).Float64()
		return mean
	}
	share := map[string]float64{"median": 0.5, "p90": 0.9, "min": 0, "max": 1}[by]
	slices.Sort(values)
	at := share * float64(len(values)-1)
	lo, hi := values[int(at)], values[min(int(at)+1, len(values)-1)]
	return lo + float64((at-math.Trunc(at))*(hi-lo))
}

// checkRegion compares the observations of a region with those of its pixels, which in has. planes
// are by date, with NaN for gaps.
func checkRegion(t *testing.T, what, by string, got *Series, planes [][]float64, in []bool) {
	t.Helper()
	all := 0
	for _, is := range in {
		if is {
			all++
		}
	}
	if got.Region.Pixels != int64(all) || len(got.Dates) != len(planes) || got.Region.By != by || got.SeriesPixel != nil {
		t.Fatalf("%s: %d dates of %+v, want %d pixels", what, len(got.Dates), got.Region, all)
	}
	for i, d := range got.Dates {
		var values []float64
		observed := int64(0)
		for p, x := range planes[i] {
			if in[p] {
				values = append(values, x)
				if x == x {
					observed++
				}
			}
		}
		want, is := reduced(by, values), nan
		if d.Observed != nil {
			is = float64(*d.Observed)
		}
		if math.Float64bits(is) != math.Float64bits(want) && !(is != is && want != want) || d.Pixels != observed || d.Share != float64(observed)/float64(all) {
			t.Fatalf("%s: the %s of %s is %v of %d pixels (%v), want %v of %d", what, by, d.Label, is, d.Pixels, d.Share, want, observed)
		}
		if (d.Gap == "") != (d.Observed != nil) {
			t.Errorf("%s: %s has the gap %q", what, d.Label, d.Gap)
		}
	}
}

// The series of a region has the mean, or a percentile, of its pixels at each date, in every
// layout, with any threads and any memory.
func TestRegionSeries(t *testing.T) {
	s := newPlanes(150, 90, 6, -50, 300).gappy(-9999)
	for p := range s.dates[2] { // nothing is observed
		s.dates[2][p] = -9999
	}
	const scale, offset, nodata = 0.1, -7.3, -9999.0
	values := s.with(func(_, _ int, y float64) float64 {
		if y == nodata {
			return nan
		}
		return math.FMA(y, scale, offset)
	})
	path := polygonsFile(t, island, [][]float64{ring(502300, 4598700, 690, 250, 560, 700, 380, 640, 210, 520, 450)}) // which overlap
	placed, err := (geo.Vector{File: path}).Cover(t.Context(), utm17, "", "", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	polygons, box := pixelsOf(placed.Cover, 150, 90), make([]bool, 150*90)
	for p := range box {
		x, y := p%150, p/150
		box[p] = x >= 37 && x < 107 && y >= 21 && y < 71
	}
	both, whole := make([]bool, len(box)), make([]bool, len(box))
	for p := range box {
		both[p], whole[p] = box[p] && polygons[p], true
	}
	window := pixtrend.Window{X: 37, Y: 21, Width: 70, Height: 50}
	for layout, creation := range map[string][]string{
		"strips":           nil,
		"compressed tiles": {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=DEFLATE", "PREDICTOR=2"},
		"a large tile":     {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=ZSTD"},
	} {
		inputs := s.files(t, func(_ int, m *made) {
			n := nodata
			m.nodata, m.creation, m.epsg, m.dtype, m.scale, m.offset = &n, creation, 32617, godal.Int16, scale, offset
		})
		for name, region := range map[string]struct {
			Region
			in []bool
		}{
			"polygons":                {Region{Polygons: geo.Vector{File: path}}, polygons},
			"a rectangle":             {Region{Window: window}, box},
			"polygons in a rectangle": {Region{Window: window, Polygons: geo.Vector{File: path}}, both},
			"all":                     {Region{Window: pixtrend.Window{Width: 150, Height: 90}}, whole},
		} {
			for _, by := range []string{"mean", "median", "p90", "min", "max"} {
				o := Options{OpenOptions: OpenOptions{Region: region.Region}}
				got := ofRegion(t, inputs, byOf(t, by), o)
				checkRegion(t, layout+", "+name, by, got, values.dates, region.in)
				if got.Region.Weighted {
					t.Errorf("%s: pixels of a projected grid are weighted", name)
				}
				o.Fit.Threads, o.Memory = 1, 16<<20
				want, err := json.Marshal(got)
				if err != nil {
					t.Fatal(err)
				}
				if other, err := json.Marshal(ofRegion(t, inputs, byOf(t, by), o)); err != nil || string(other) != string(want) {
					t.Errorf("%s, %s: with one thread and little memory the series is\n%s\nwant\n%s\n%v", layout, name, other, want, err)
				}
			}
		}
	}
}

// The fit of a region is that of a raster of its values, and that of its only pixel.
func TestFitOfRegionSeries(t *testing.T) {
	s := newPlanes(20, 10, 9, -50, 300).gappy(-9999)
	inputs := s.files(t, func(_ int, m *made) { n := -9999.0; m.nodata, m.dtype = &n, godal.Float64 })
	o := Options{OpenOptions: OpenOptions{Region: Region{Window: pixtrend.Window{X: 3, Y: 2, Width: 7, Height: 5}}}}
	o.Fit.Model.Degree = 2
	lt := stats.DefaultLandTrendr()
	o.Fit.LandTrendr = &lt
	got := ofRegion(t, inputs, byOf(t, "mean"), o)
	means := planes{1, 1, nil}
	for _, d := range got.Dates {
		means.dates = append(means.dates, []float64{float64(*d.Observed)})
	}
	single := o
	single.Region = Region{}
	checkSameFit(t, "a raster of the means", got, series(t, means.files(t, func(_ int, m *made) { m.dtype = godal.Float64 }), 0, 0, single))
	for _, p := range [][2]int{{3, 2}, {0, 0}, {19, 9}} { // the second has no observation
		o.Region.Window = pixtrend.Window{X: p[0], Y: p[1], Width: 1, Height: 1}
		for _, by := range []string{"mean", "median"} {
			checkSameFit(t, "a pixel", ofRegion(t, inputs, byOf(t, by), o), series(t, inputs, p[0], p[1], single))
		}
	}
}

// checkSameFit compares fields, residuals and vertices, bit for bit.
func checkSameFit(t *testing.T, what string, got, want *Series) {
	t.Helper()
	same := func(a, b *Value) bool {
		return (a == nil) == (b == nil) && (a == nil || math.Float64bits(float64(*a)) == math.Float64bits(float64(*b)))
	}
	if len(got.Fields) != len(want.Fields) || len(got.Dates) != len(want.Dates) || !slices.Equal(got.Vertices, want.Vertices) {
		t.Fatalf("%s: %d fields, %d dates and vertices %v", what, len(got.Fields), len(got.Dates), got.Vertices)
	}
	for i, f := range got.Fields {
		if !same(f.Value, want.Fields[i].Value) {
			t.Errorf("%s: %s is %v, want %v", what, f.Name, f.Value, want.Fields[i].Value)
		}
	}
	for i, d := range got.Dates {
		if w := want.Dates[i]; !same(d.Residual, w.Residual) || !same(d.Fitted, w.Fitted) || !same(d.Observed, w.Observed) {
			t.Errorf("%s: at %s %v, %v, %v, want %v, %v, %v", what, d.Label, d.Observed, d.Fitted, d.Residual, w.Observed, w.Fitted, w.Residual)
		}
	}
}

// On a grid of longitudes and latitudes, pixels count by their area in the mean, and the same in
// percentiles.
func TestRegionSeriesInDegrees(t *testing.T) {
	s := newPlanes(36, 70, 3, 0, 900).gappy(-9999)
	place := [6]float64{-20, 2, 0, 75, 0, -2} // to 65° south
	inputs := s.files(t, func(_ int, m *made) { n := -9999.0; m.nodata, m.epsg, m.transform = &n, 4326, &place })
	o := Options{OpenOptions: OpenOptions{Region: Region{Window: pixtrend.Window{X: 5, Y: 0, Width: 20, Height: 60}}}}
	got := ofRegion(t, inputs, byOf(t, "mean"), o)
	if !got.Region.Weighted {
		t.Error("the mean is not weighted")
	}
	const e2 = 0.00669437999014
	e := math.Sqrt(e2)
	q := func(lat float64) float64 { // as in TestPixelAreas
		sin := math.Sin(lat * math.Pi / 180)
		return (1 - e2) * (sin/(1-e2*sin*sin) - 1/(2*e)*math.Log((1-e*sin)/(1+e*sin)))
	}
	for i, d := range got.Dates {
		sum, weights, plain, n := 0.0, 0.0, 0.0, 0.0
		for y := range 60 {
			weight := q(place[3]-2*float64(y)) - q(place[3]-2*float64(y+1))
			for x := 5; x < 25; x++ {
				if v := s.dates[i][y*36+x]; v != -9999 {
					sum, weights, plain, n = sum+weight*v, weights+weight, plain+v, n+1
				}
			}
		}
		want := sum / weights
		if is := float64(*d.Observed); !(math.Abs(is/want-1) <= 1e-6) || math.Abs(plain/n/want-1) < 1e-4 {
			t.Errorf("the mean of %s is %v, want %v, and %v without weights", d.Label, is, want, plain/n)
		}
	}
	in := make([]bool, 36*70)
	for p := range in {
		in[p] = p/36 < 60 && p%36 >= 5 && p%36 < 25
	}
	values := s.with(func(_, _ int, y float64) float64 {
		if y == -9999 {
			return nan
		}
		return y
	})
	median := ofRegion(t, inputs, byOf(t, "median"), o)
	checkRegion(t, "degrees", "median", median, values.dates, in)
	if median.Region.Weighted {
		t.Error("the median is weighted")
	}
}

// Composites are made for each pixel, and dates of which too little is observed are gaps.
func TestRegionSeriesOfComposites(t *testing.T) {
	inputs, s := datedScenes(t, nil)
	o := Options{OpenOptions: OpenOptions{Composite: compositeOf(t, timeaxis.EachYear, "max"), Region: Region{Window: pixtrend.Window{X: 1, Y: 1, Width: 7, Height: 3}}}}
	got := ofRegion(t, inputs, byOf(t, "mean"), o)
	in := make([]bool, 9*5)
	for p := range in {
		in[p] = p%9 >= 1 && p%9 < 8 && p/9 >= 1 && p/9 < 4
	}
	planes := [][]float64{largest(s, 0, 1, 2), largest(s, 3, 4), largest(s, 5)}
	checkRegion(t, "composites", "mean", got, planes, in)
	var shares []float64
	for _, d := range got.Dates {
		shares = append(shares, d.Share)
	}
	least := slices.Max(shares)
	of := byOf(t, "mean")
	of.MinShare = least
	for _, d := range ofRegion(t, inputs, of, o).Dates {
		if want := map[bool]string{true: "too few pixels"}[d.Share < least]; d.Gap != want || (d.Observed == nil) != (want != "") {
			t.Errorf("%s: %v observed, gap %q, want %q", d.Label, d.Share, d.Gap, want)
		}
	}
	if slices.Min(shares) == least {
		t.Errorf("the shares are %v: none of them makes a gap", shares)
	}
}

func TestRegionSeriesThatAreRefused(t *testing.T) {
	inputs := newPlanes(20, 10, 3, 0, 9).files(t, nil)
	region := Options{OpenOptions: OpenOptions{Region: Region{Window: pixtrend.Window{Width: 5, Height: 5}}}}
	for name, c := range map[string]struct {
		of   RegionOptions
		o    Options
		kind error
		word string
	}{
		"no region":   {byOf(t, "mean"), Options{}, nil, "set Options.Region"},
		"counts":      {byOf(t, "count"), region, nil, "a mean or a percentile"},
		"a share":     {RegionOptions{MinShare: 1.5}, region, nil, "from 0 to 1"},
		"NaN":         {RegionOptions{MinShare: nan}, region, nil, "from 0 to 1"},
		"a covariate": {byOf(t, "mean"), with(region, func(o *Options) { o.Covariates = []Covariate{{Name: "rain", Rasters: inputs}} }), fault.ErrInput, "the covariate rain is a raster"},
		"outside":     {byOf(t, "mean"), with(region, func(o *Options) { o.Region.Window.X = 16 }), fault.ErrInput, "20 × 10 pixels"},
		"an input":    {byOf(t, "mean"), region, fault.ErrOutput, "is also an input"},
	} {
		var targets []string
		if name == "an input" {
			targets, c.o.Overwrite = inputs[1:2], true
		}
		_, err := ReadRegionSeries(t.Context(), inputs, c.of, c.o, targets...)
		if err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkError(t, err, c.kind, c.word)
	}
	_, err := ReadSeries(t.Context(), inputs, Point{Pixel: true}, region)
	checkError(t, err, nil, "ReadRegionSeries")
}

// Progress reaches its end once, whatever the number of passes.
func TestProgressOfRegionSeries(t *testing.T) {
	inputs := newPlanes(150, 90, 3, 0, 1e6).files(t, func(_ int, m *made) { m.dtype = godal.Float64 })
	for _, by := range []string{"mean", "median"} {
		last, all := 0, 0
		of := byOf(t, by)
		of.Progress = func(done, total int) {
			if done < last || done > total || all != 0 && total != all {
				t.Errorf("%s: %d of %d after %d of %d", by, done, total, last, all)
			}
			last, all = done, total
		}
		ofRegion(t, inputs, of, Options{OpenOptions: OpenOptions{Region: Region{Window: pixtrend.Window{Width: 150, Height: 90}}}, Memory: 16 << 20})
		if last != all || all == 0 {
			t.Errorf("%s: %d of %d at the end", by, last, all)
		}
	}
}
