package raster

import (
	"math"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
)

// Every field is a band with its name and unit, and says what it depends on.
func TestBandsOfFields(t *testing.T) {
	s := newPlanes(7, 5, 4, 0, 99)
	inputs := s.files(t, func(_ int, m *made) { m.unit = "K" })
	fields := stats.Fields()
	units := []string{"K/year", "K", "1", "1", "1", "1", "K/year", "K", "K", "K", "observations",
		"years", "years", "K", "K", "K", "K/year", "K/year", "class",
		"K/year", "K", "K/year", "K/year", "K/year", "1", "1", "1", "1", "1", "class"}
	if len(units) != len(fields) {
		t.Fatalf("units of %d of %d fields", len(units), len(fields))
	}
	for _, row := range []struct {
		dates, at     string
		unit, origin  string
		first, middle float64
	}{
		{"auto", "", "years", "year 0", 2001, 0},
		{"auto", "2003", "years", "2003", 2001, 2003},
		{"2001-07-01,2001-07-02,2001-07-03,2001-07-04", "", "days since 1970-01-01", "1970-01-01", 11504, 0}, // date -ud 2001-07-01 +%s over 86400
		{"2001-07-01,2001-07-02,2001-07-03,2001-07-04", "2001-07-02", "days since 1970-01-01", "2001-07-02", 11504, 11505},
	} {
		out := fit(t, inputs, Options{OpenOptions: OpenOptions{Dates: dates(t, row.dates)}, Fit: pixtrend.Options{Fields: fields, Significance: 0.05, Confidence: 0.9, InterceptAt: row.at, Float64: true}})
		ds, err := openRaster(out)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range ds.Bands() {
			unit := units[i]
			if unit == "years" {
				unit = row.unit
			}
			if b.Description() != fields[i].String() || unitOf(b) != unit {
				t.Errorf("band %d is %s in %q, want %v in %q", i+1, b.Description(), unitOf(b), fields[i], unit)
			}
			for key, want := range map[string]map[stats.Field]string{
				"TIME_ORIGIN":  {stats.Intercept: row.origin, stats.InterceptStderr: row.origin, stats.SenIntercept: row.origin},
				"CONFIDENCE":   {stats.SlopeLo: "0.9", stats.SlopeHi: "0.9", stats.SenLo: "0.9", stats.SenHi: "0.9"},
				"SIGNIFICANCE": {stats.TrendClass: "0.05", stats.MKClass: "0.05"},
				"MK_P":         {stats.MKPValue: "exact", stats.MKClass: "exact"},
				"MK_METHOD":    {},
			} {
				if got := b.Metadata(key); got != want[fields[i]] {
					t.Errorf("%s of %v is %q, want %q", key, fields[i], got, want[fields[i]])
				}
			}
		}
		_ = ds.Close()
		bands, _ := readAll(t, out)
		perYear := 1.0
		if row.unit != "years" {
			perYear = 365.2425
		}
		band := func(f stats.Field) float64 { return bands[slices.Index(fields, f)][0] }
		if band(stats.First) != row.first || band(stats.Last) != row.first+3 {
			t.Errorf("%q: the first pixel runs from %v to %v, want %v to %v", row.at, band(stats.First), band(stats.Last), row.first, row.first+3)
		}
		// The intercept and the fitted values lie on one line.
		want := band(stats.FittedFirst) + band(stats.Slope)/perYear*(row.middle-row.first)
		if !(math.Abs(band(stats.Intercept)-want) <= 1e-11*max(1, math.Abs(want))) {
			t.Errorf("%q: the intercept is %v, want %v", row.at, band(stats.Intercept), want)
		}
	}
	fails(t, inputs, t.TempDir()+"/x.tif", Options{Fit: pixtrend.Options{InterceptAt: "2003-07-01"}}, nil, "intercept", "2003-07-01 is a day", "such as 2003")
}
