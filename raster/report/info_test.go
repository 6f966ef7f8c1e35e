package report

import (
	"testing"

	"github.com/pixtrend/pixtrend/raster"
)

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
