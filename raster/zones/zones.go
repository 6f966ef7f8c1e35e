package zones

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/quantiles"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/stats"
)

// Options say what is summarized. The zero value of an option is its default.
type Options struct {
	Drivers  []string // GDAL drivers besides GTiff that may open the raster, as raster.OpenTrend has them
	Polygons geo.Vector
	Name     string  // the field of the features that names zones
	Field    string  // the band of this name; "": slope or sen_slope, or else the first band
	Band     int     // the number of the band, from 1, instead
	Alpha    float64 // below which p-values are significant, if there is no band of classes; 0: 0.05
	Memory   int64   // bytes; 0: 512 MiB

	Overwrite bool
	Targets   []string                // files that the caller writes afterwards, which are checked before anything is read
	Progress  func(done, total int64) // pixels that are read; may be nil
}

// DefaultAlpha is Options.Alpha if it is 0.
const DefaultAlpha = 0.05

// Table is a summary of zones.
type Table struct {
	Raster   string   `json:"raster"`
	Polygons string   `json:"polygons"`
	Name     string   `json:"zone_field"`
	Band     int      `json:"band"`
	Field    string   `json:"field"`
	Unit     string   `json:"unit"`
	Test     string   `json:"significance"` // how rising and falling pixels are found, such as trend_class; "": they are not
	Zones    []Zone   `json:"zones"`        // in the order of the file
	Warnings []string `json:"warnings"`
	Notes    []string `json:"-"` // what GDAL says of the raster that makes no difference
}

// Zone is the summary of a feature. Numbers that there are none of are null: areas of rasters without a place on the earth,
// values of zones without any, and trends without a test.
type Zone struct {
	Name    string   `json:"zone"`
	Pixels  int64    `json:"pixels"` // with their centre in a polygon
	Area    *float64 `json:"area_ha"`
	Valid   int64    `json:"valid"` // pixels with a value
	ValidHa *float64 `json:"valid_ha"`
	Mean    *float64 `json:"mean"`
	Min     *float64 `json:"min"`
	P10     *float64 `json:"p10"`
	Median  *float64 `json:"median"`
	P90     *float64 `json:"p90"`
	Max     *float64 `json:"max"`
	Tested  int64    `json:"tested"`        // pixels with a result of the test
	Rising  *int64   `json:"rising"`        // significantly
	Falling *int64   `json:"falling"`       // significantly
	Rise    *float64 `json:"rising_share"`  // of the pixels that were tested
	Fall    *float64 `json:"falling_share"` // the same
	RiseHa  *float64 `json:"rising_ha"`
	FallHa  *float64 `json:"falling_ha"`
}

// shares are those of the quantiles of a Zone: P10, Median and P90.
var shares = [...]float64{0.1, 0.5, 0.9}

// summary is the work on a table.
type summary struct {
	*Table
	o     Options
	trend *raster.Trend
	zones *raster.Zones
	areas *geo.PixelAreas // nil: they are unknown
	band  int             // index
	test  test
	of    []sums // by zone

	windows     []pixtrend.Window // that have pixels of zones
	done, total int64             // pixels that are read
}

// sums are what is known of a zone once its pixels are read.
type sums struct {
	pixels, valid, tested, rising, falling int64
	area, validArea, risingArea, fallArea  float64
	sum, min, max                          float64
}

// Of summarizes a raster.
func Of(ctx context.Context, input string, o Options) (*Table, error) {
	o.Alpha, o.Memory = cmp.Or(o.Alpha, DefaultAlpha), cmp.Or(o.Memory, raster.DefaultMemory)
	if o.Polygons.File == "" || o.Name == "" {
		return nil, fault.Errorf("zones need a file of polygons and the field that names them: give %v and %v", fault.Option{Field: "Polygons.File"}, fault.Option{Field: "Name"})
	}
	if o.Memory < raster.LeastMemory {
		return nil, fault.Errorf("a memory of %d bytes does not hold the program itself: allow %d MiB or more with %v", o.Memory, int64(raster.LeastMemory)>>20, fault.Option{Field: "Memory"})
	}
	return tableOf(ctx, input, o)
}

// tableOf is Of with options that are set.
func tableOf(ctx context.Context, input string, o Options) (*Table, error) {
	t, err := raster.OpenTrend(ctx, input, o.Drivers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.Close() }()
	t.Cache(o.Memory / 8)
	s := &summary{Table: &Table{Raster: t.Name, Polygons: o.Polygons.String(), Name: o.Name, Notes: t.Notes}, o: o, trend: t}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if s.areas = t.PixelAreas(); s.areas != nil {
		defer s.areas.Close()
	}
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	if err := s.describe(ctx); err != nil {
		return nil, err
	}
	changed, err := t.Unchanged()
	s.warn(changed...)
	return s.Table, err
}

// prepare finds the band, the test and the zones.
func (s *summary) prepare(ctx context.Context) error {
	if err := s.chooseBand(); err != nil {
		return err
	}
	s.test = s.chooseTest()
	s.Test = s.test.text
	var err error
	if s.zones, err = s.trend.Zones(ctx, s.o.Polygons, s.o.Name, s.o.Memory/4); err != nil {
		return err
	}
	links, err := s.trend.CheckTargets(s.o.Overwrite, nil, s.o.Targets...)
	if err != nil {
		return err
	}
	s.warn(s.trend.Warnings...)
	s.warn(links...)
	s.of = make([]sums, len(s.zones.Names))
	for i := range s.of {
		s.of[i].min, s.of[i].max = math.Inf(1), math.Inf(-1)
	}
	for _, w := range s.trend.Windows(s.band, math.MaxInt64) {
		if s.zones.In(w) {
			s.windows = append(s.windows, w)
			s.total += int64(w.Pixels())
		}
	}
	s.total *= 2
	return nil
}

func (s *summary) warn(sentences ...string) { s.Warnings = append(s.Warnings, sentences...) }

// chooseBand finds the band that is summarized.
func (s *summary) chooseBand() error {
	t, o := s.trend, s.o
	switch {
	case o.Band > len(t.Bands):
		return fault.Inputf("%s has no band %d, only %d: name one that it has", t.Name, o.Band, len(t.Bands))
	case o.Band > 0:
		s.band = o.Band - 1
	case o.Field != "":
		if s.band = t.Band(o.Field); s.band < 0 {
			return fault.Inputf("%s has no band called %q: name one that it has", t.Name, o.Field)
		}
	default:
		s.band = max(0, t.Band(stats.SenSlope.String()))
		if slope := t.Band(stats.Slope.String()); slope >= 0 {
			s.band = slope
		}
	}
	b := t.Bands[s.band]
	s.Band, s.Field, s.Unit = s.band+1, b.Name, b.Unit
	return nil
}

// test finds pixels that rise and fall significantly.
type test struct {
	band  int     // of classes or of p-values; -1: there is none
	sign  int     // of p-values: the band whose sign is that of the trend
	alpha float64 // 0: band has classes
	text  string
}

// chooseTest returns the test of the estimator whose band is summarized, or else of any: classes before p-values.
func (s *summary) chooseTest() test {
	named := slices.Index(stats.FieldNames(), s.Field)
	of := func(f stats.Field) bool {
		return named >= 0 && stats.Field(named).Info().Estimator == f.Info().Estimator
	}
	tests := []stats.Field{stats.TrendClass, stats.MKClass, stats.PValue, stats.MKPValue}
	own := slices.DeleteFunc(slices.Clone(tests), func(f stats.Field) bool { return !of(f) })
	for _, field := range append(own, tests...) {
		if found := s.testOf(field); found.band >= 0 {
			return found
		}
	}
	return test{band: -1}
}

// testOf returns the test of a field of classes or p-values; its band is -1 if the raster does not have the bands for it.
func (s *summary) testOf(f stats.Field) test {
	band := s.trend.Band(f.String())
	if band < 0 || f.Info().Option == stats.OptionSignificance {
		text := f.String()
		if band >= 0 {
			text += levelOf(s.trend.Bands[band])
		}
		return test{band: band, text: text}
	}
	signs := []stats.Field{stats.Slope}
	if f == stats.MKPValue {
		signs = []stats.Field{stats.MKS, stats.SenSlope}
	}
	for _, sign := range signs {
		if at := s.trend.Band(sign.String()); at >= 0 {
			return test{band: band, sign: at, alpha: s.o.Alpha, text: fmt.Sprintf("%v < %v", f, s.o.Alpha)}
		}
	}
	return test{band: -1}
}

// levelOf says how the fit found classes.
func levelOf(b raster.TrendBand) string {
	switch {
	case b.FDR != "":
		return ", false discovery rate " + b.FDR
	case b.Significance != "":
		return ", p < " + b.Significance
	}
	return ""
}

// read reads all windows once.
func (s *summary) read(ctx context.Context) error {
	for _, w := range s.windows {
		values, err := s.trend.Read(ctx, s.band, w)
		if err != nil {
			return err
		}
		signs, err := s.signs(ctx, w, values)
		if err != nil {
			return err
		}
		var areas []float64
		if s.areas != nil {
			areas = s.areas.Of(w)
		}
		s.zones.Each(w, func(zone, first, end int) {
			s.of[zone].add(values[first:end], part(signs, first, end), part(areas, first, end))
		})
		s.step(w)
	}
	return nil
}

// part returns values[first:end]; nil of nil.
func part[T any](values []T, first, end int) []T {
	if values == nil {
		return nil
	}
	return values[first:end]
}

// step reports that a window was read.
func (s *summary) step(w pixtrend.Window) {
	if s.done = min(s.done+int64(w.Pixels()), s.total); s.o.Progress != nil {
		s.o.Progress(s.done, s.total)
	}
}

// untested is the sign of a pixel that has no result of the test.
const untested = 2

// signs returns 1 for pixels of a window that rise significantly, -1 for those that fall, 0 for others and untested; nil if
// there is no test. values are those of the band that is summarized.
func (s *summary) signs(ctx context.Context, w pixtrend.Window, values []float64) ([]int8, error) {
	t := s.test
	if t.band < 0 {
		return nil, nil
	}
	read := func(band int) ([]float64, error) {
		if band == s.band {
			return values, nil
		}
		return s.trend.Read(ctx, band, w)
	}
	tests, err := read(t.band)
	if err != nil {
		return nil, err
	}
	trends := tests
	if t.alpha > 0 {
		if trends, err = read(t.sign); err != nil {
			return nil, err
		}
	}
	signs := make([]int8, len(tests))
	for i, x := range tests {
		switch {
		case x != x || trends[i] != trends[i]:
			signs[i] = untested
		case t.alpha > 0 && !(x < t.alpha):
		case trends[i] > 0:
			signs[i] = 1
		case trends[i] < 0:
			signs[i] = -1
		}
	}
	return signs, nil
}

// add adds a run of pixels. signs and areas may be nil.
func (z *sums) add(values []float64, signs []int8, areas []float64) {
	z.pixels += int64(len(values))
	for i, x := range values {
		area := 0.0
		if areas != nil {
			area = areas[i]
		}
		z.area += area
		if x == x {
			z.valid++
			z.validArea += area
			z.sum += x
			z.min, z.max = min(z.min, x), max(z.max, x)
		}
		if signs == nil || signs[i] == untested {
			continue
		}
		z.tested++
		switch signs[i] {
		case 1:
			z.rising, z.risingArea = z.rising+1, z.risingArea+area
		case -1:
			z.falling, z.fallArea = z.falling+1, z.fallArea+area
		}
	}
}

// describe makes the rows of the table.
func (s *summary) describe(ctx context.Context) error {
	found, err := s.quantiles(ctx)
	if err != nil {
		return err
	}
	s.Zones = []Zone{}
	empty := 0
	for i, z := range s.of {
		row := Zone{Name: s.zones.Names[i], Pixels: z.pixels, Valid: z.valid, Tested: z.tested}
		if s.areas != nil {
			row.Area, row.ValidHa = hectares(z.area), hectares(z.validArea)
		}
		if z.valid > 0 {
			mean := z.sum / float64(z.valid)
			row.Mean, row.Min, row.Max = &mean, &s.of[i].min, &s.of[i].max
			of := found.Of(i)
			row.P10, row.Median, row.P90 = &of[0], &of[1], &of[2]
		}
		if s.test.band >= 0 {
			s.addTrends(&row, &s.of[i])
		}
		if z.pixels == 0 {
			empty++
		}
		s.Zones = append(s.Zones, row)
	}
	switch {
	case len(s.Zones) > 0 && empty == len(s.Zones):
		s.warn(fmt.Sprintf("no pixel of %s lies in a polygon of %s: is it of this area?", s.Raster, s.o.Polygons.File))
	case empty > 0:
		s.warn(fmt.Sprintf("%d of %d zones have no pixel: they lie elsewhere, or are so small that the centre of none lies in them", empty, len(s.Zones)))
	}
	if s.areas == nil {
		s.warn(s.Raster + " has no place on the earth, so that areas are not known")
	}
	return nil
}

// quantiles finds the quantiles of the zones.
func (s *summary) quantiles(ctx context.Context) (*quantiles.Search, error) {
	var groups []quantiles.Group
	for _, z := range s.of {
		groups = append(groups, quantiles.Group{Count: z.valid, Min: z.min, Max: z.max})
	}
	search := quantiles.New(groups, s.o.Memory/4, shares[:]...)
	for search.Next() {
		if err := s.pass(ctx, search); err != nil {
			return nil, err
		}
	}
	return search, nil
}

// pass reads the raster once for quantiles.
func (s *summary) pass(ctx context.Context, search *quantiles.Search) error {
	for _, w := range s.windows {
		wanted := false
		s.zones.Each(w, func(zone, _, _ int) { wanted = wanted || search.Wanted(zone) })
		if !wanted {
			continue
		}
		values, err := s.trend.Read(ctx, s.band, w)
		if err != nil {
			return err
		}
		s.zones.Each(w, func(zone, first, end int) { search.Add(zone, values[first:end]) })
		s.step(w)
	}
	return nil
}

// addTrends adds the pixels that rise and fall to a row.
func (s *summary) addTrends(row *Zone, z *sums) {
	row.Rising, row.Falling = &z.rising, &z.falling
	if z.tested > 0 {
		rise, fall := float64(z.rising)/float64(z.tested), float64(z.falling)/float64(z.tested)
		row.Rise, row.Fall = &rise, &fall
	}
	if s.areas != nil {
		row.RiseHa, row.FallHa = hectares(z.risingArea), hectares(z.fallArea)
	}
}

// hectares returns an area; nil for NaN.
func hectares(squareMetres float64) *float64 {
	if squareMetres != squareMetres {
		return nil
	}
	ha := squareMetres / 1e4
	return &ha
}
