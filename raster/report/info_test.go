package report

import (
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/raster"
)

// A number and its unit are on one line.
func TestRowsKeepUnits(t *testing.T) {
	for _, text := range []string{"3.84 s", "0.4 ms", "16.1 MB", "512 MiB", "1.2 GB/s", "2 min", "40 h", "1.5 ha", "12.5 %", "30 × 30", "250 m"} {
		for before := range Width {
			r := &infoText{Info: &raster.Info{}}
			r.row("name", "%s", strings.Repeat("x", before)+" "+text+", and so on")
			if !strings.Contains(r.b.String(), text) {
				t.Fatalf("%q is on two lines:\n%s", text, r.b.String())
			}
		}
	}
	if got := together("3 seasons of 2 hours, 5 min-max"); got != "3 seasons of 2 hours, 5"+noBreak+"min-max" {
		t.Errorf("words are kept together: %q", got)
	}
}

func TestSpacing(t *testing.T) {
	for _, tt := range []struct {
		dates raster.DatesInfo
		want  string
	}{
		{raster.DatesInfo{}, ""},
		{raster.DatesInfo{Unit: "year", Every: "year"}, ", every year, none missing"},
		{raster.DatesInfo{Unit: "day", Min: 7, Max: 16, Median: 9}, ", irregular: 7 to 16 days apart, median 9 days"},
		{raster.DatesInfo{Min: 0.5, Max: 2, Median: 1}, ", irregular: 0.5 to 2 apart, median 1"},
		{raster.DatesInfo{Unit: "year", Min: 1, Max: 1, Median: 1}, ", 1 year apart"},
		{raster.DatesInfo{Unit: "Gy", Min: 1.5, Max: 1.5, Median: 1.5}, ", 1.5 Gy apart"},
	} {
		r := &infoText{Info: &raster.Info{Dates: tt.dates}}
		if got := r.spacing(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.dates, got, tt.want)
		}
	}
}
