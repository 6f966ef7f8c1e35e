package report

import (
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// The numbers in place of dates of a calendar of 360 days, which have sixteen digits, are shown with twelve.
func TestSeriesOfNumbers(t *testing.T) {
	xs := []float64{2001 + 30./360, 2001 + 60./360}
	axis, _, err := timeaxis.NewXAxis(xs, "year")
	if err != nil {
		t.Fatal(err)
	}
	y, last := raster.Value(3), raster.Value(xs[1])
	s := &raster.Series{
		SeriesPixel: &raster.SeriesPixel{}, Axis: axis, Given: 2,
		Fields: []raster.SeriesField{{Name: "last", Of: stats.Last, Value: &last}},
	}
	for i, x := range xs {
		s.Dates = append(s.Dates, raster.SeriesDate{Label: axis.Label(i), T: x, Raster: "a.nc", Stored: []raster.Value{y}, Observed: &y})
	}
	text := Series(s)
	for _, want := range []string{"x              observed", "2001.08333333         3", "2001.16666667         3", "last  2001.16666667\n", "2001.08333333 to 2001.16666667 year"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "33333333333") || strings.Contains(text, "66666666666") {
		t.Errorf("a number has all digits of a float64:\n%s", text)
	}
	table, err := SeriesCSV(s)
	if err != nil || !strings.Contains(table, "\n2001.0833333333333,2001.0833333333333,") {
		t.Errorf("the table for programs: %q, %v", table, err)
	}
}
