package timeaxis

import (
	"math"
	"testing"
	"time"
)

func TestMiddleOfMonths(t *testing.T) {
	pattern, err := ParsePattern(`m(?P<year>\d{4})x(?P<month>\d\d)`)
	if err != nil {
		t.Fatal(err)
	}
	dekads, err := ParsePattern(`m(?P<year>\d{4})x(?P<month>\d\d)d(?P<dekad>\d)`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		spec  Spec
		input Input
		want  string
		month bool
	}{
		{Spec{}, Input{Path: "rfe1983_01.tif"}, "1983-01-16", true},
		{Spec{}, Input{Path: "rfe_NDVI_Apr_2001.tif"}, "2001-04-16", true},
		{Spec{}, Input{Path: "y2001m02.tif"}, "2001-02-15", true},
		{Spec{}, Input{Path: "y2004m02.tif"}, "2004-02-15", true}, // 29 days
		{Spec{}, Input{Path: "ESACCI-SEASTATE-L4-SWH-MULTI_1M-201712-fv01.nc"}, "2017-12-16", true},
		{Spec{}, Input{Layer: "2001-07"}, "2001-07-16", true},
		{Spec{}, Input{Description: "2001-07", Path: "a.tif"}, "2001-07-16", true},
		{pattern, Input{Path: "m2001x11"}, "2001-11-16", true},
		{dekads, Input{Path: "m2001x11d2"}, "2001-11-11", false},
		{Spec{}, Input{Layer: "2001-07-01"}, "2001-07-01", false},
		{Spec{}, Input{Path: "ndvi_2001-07-01.tif"}, "2001-07-01", false},
		{Spec{}, Input{Path: "ndvi_2001Q3.tif"}, "2001-07-01", false},
		{Spec{}, Input{Path: "geo09jan15a.n17-VI3g"}, "2009-01-01", false},
		{Spec{}, Input{Path: "2001M07P2.tif"}, "2001-07-11", false},
		{Spec{}, Input{Path: "LAI_2001.tif"}, "2001", false},
		{Spec{}, Input{Time: TimeCoordinate{Value: "31", Units: "days since 1970-01-01"}}, "1970-02-01", false},
	} {
		tt.input.Name = "a"
		readings, err := tt.spec.Resolve([]Input{tt.input}, nil)
		if err != nil {
			t.Errorf("%+v: %v", tt.input, err)
			continue
		}
		for range 2 { // moved once
			months := MiddleOfMonths(readings)
			if got := readings[0].Date.String(); got != tt.want || readings[0].Month != tt.month || months != map[bool]int{true: 1}[tt.month] {
				t.Errorf("%+v is %v, month %v, %d moved, want %s, %v", tt.input, got, readings[0].Month, months, tt.want, tt.month)
			}
		}
	}
	for text, want := range map[string]MonthDay{"first": FirstOfMonth, "middle": MiddleOfMonth} {
		if got, err := ParseMonthDay(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := ParseMonthDay("15"); err == nil {
		t.Error("a number is read")
	}
}

// Middles of months are regular, with gaps where months are missing.
func TestSpacingOfMiddles(t *testing.T) {
	var dates []Date
	for m := range 26 {
		if y, m := 2003+m/12, time.Month(m%12+1); m != time.May {
			dates = append(dates, Date{y, m, middleOf(y, m)})
		}
	}
	s := SpacingOf(dates)
	if s.Every != "month" || len(s.Missing) != 2 || s.Missing[1].String() != "2004-05-16" {
		t.Errorf("every %q, missing %v", s.Every, s.Missing)
	}
}

// The figures of docs/dates.md: how far slopes are from those of the middles of months if a month is
// its first day. The series is a straight line through the middles.
func TestFirstDaysChangeSlopes(t *testing.T) {
	for _, tt := range []struct {
		years         int
		alone, beside float64 // of months alone, and of months before as many dates of days
	}{{1, 1.0e-3, 6e-2}, {10, 1e-5, 6e-3}} {
		var first, mixed, middles []float64
		for i := range 12 * tt.years {
			d := Date{2001 + i/12, time.Month(i%12 + 1), 1}
			x := float64(d.Number()) + float64(lengthOf(d.year, d.month))/2
			first, middles, mixed = append(first, float64(d.Number())), append(middles, x), append(mixed, x)
			if i < 6*tt.years {
				mixed[i] = float64(d.Number())
			}
		}
		slope := func(t []float64) float64 {
			var mx, my, xx, xy float64
			for i := range t {
				mx, my = mx+t[i]/float64(len(t)), my+middles[i]/float64(len(t))
			}
			for i := range t {
				xx, xy = xx+(t[i]-mx)*(t[i]-mx), xy+(t[i]-mx)*(middles[i]-my)
			}
			return xy / xx
		}
		if alone, beside := math.Abs(slope(first)-1), math.Abs(slope(mixed)-1); !(math.Abs(alone/tt.alone-1) < 0.15) || !(math.Abs(beside/tt.beside-1) < 0.15) {
			t.Errorf("over %d years, slopes are %.2g away, beside days %.2g, want %v and %v", tt.years, alone, beside, tt.alone, tt.beside)
		}
	}
}
