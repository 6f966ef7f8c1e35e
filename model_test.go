package pixtrend

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// A model on an axis has the period and the step in the unit of its times, or an error that says why
// it has none.
func TestModelOnAxis(t *testing.T) {
	years := Years(2001, 2010)
	var days []timeaxis.Date
	for _, text := range []string{"2001-01-01", "2001-07-01", "2002-01-01"} {
		d, err := timeaxis.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, d)
	}
	for _, row := range []struct {
		dates  []timeaxis.Date
		per    timeaxis.Unit
		model  Model
		period float64
		year   bool
		step   float64 // NaN: none
		wrong  string
	}{
		{days, timeaxis.PerYear, Model{Harmonics: 1}, 365.2425, true, math.NaN(), ""},
		{days, timeaxis.PerDecade, Model{Harmonics: 1, Period: 16}, 16, false, math.NaN(), ""},
		{days, timeaxis.PerStep, Model{Harmonics: 1}, 0, false, 0, "the axis counts steps, and a season of a year has no parts"},
		{days, timeaxis.PerYear, Model{Step: "2001-07-01"}, 0, false, 11504, ""},
		{days, timeaxis.PerYear, Model{Step: "2001"}, 0, false, 0, "2001 is a year"},
		{days, timeaxis.PerYear, Model{Step: "2001-01-01"}, 0, false, 0, "no level changes at the step 2001-01-01"},
		{years, timeaxis.PerYear, Model{Harmonics: 1}, 0, false, 0, "the axis counts years"},
		{years, timeaxis.PerYear, Model{Harmonics: 2, Period: 4}, 0, false, 0, "too short for the dates: give one that is longer than 4"},
		{years, timeaxis.PerYear, Model{Harmonics: 2, Period: 4.5, Step: "2010"}, 4.5, false, 2010, ""},
	} {
		axis, _, err := timeaxis.NewAxis(row.dates)
		if err != nil {
			t.Fatal(err)
		}
		m, err := row.model.On(axis.Per(row.per))
		if row.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%+v: %v", row.model, err)
			}
			continue
		}
		if err != nil || m.Period != row.period || m.YearPhases != row.year || (m.Step == nil) != math.IsNaN(row.step) && row.model.Step != "" ||
			m.Step != nil && *m.Step != row.step {
			t.Errorf("%+v is %+v, %v", row.model, m, err)
		}
	}
	var period *PeriodError
	axis, _, _ := timeaxis.NewAxis(years)
	if _, err := (Model{Harmonics: 1}).On(axis); !errors.As(err, &period) || period.Period != 0 || period.Counts != "years" {
		t.Error(err)
	}
}

// fewPixels is a source of 5 × 4 pixels, whose samples follow a covariate of each pixel, but those of
// the first column.
type fewPixels struct{ withCovariate bool }

func (s fewPixels) Grid() Grid {
	axis, _, err := timeaxis.NewAxis(Years(2001, 2012))
	if err != nil {
		panic(err)
	}
	g := Grid{Width: 5, Height: 4, Axis: axis, Type: kernel.Float32}
	if s.withCovariate {
		g.Covariates = []GridCovariate{{Type: kernel.Float64}}
	}
	return g
}

// covariateOf returns the covariate of pixel x, y at a date.
func covariateOf(x, y, date int) float64 { return float64((7*x + 3*y + date*date) % 11) }

func (s fewPixels) Read(_ context.Context, _ int, w Window, _ int, dst kernel.Tile) error {
	for date := range dst.Dates {
		for p, plane := 0, kernel.Plane[float32](dst, date); p < w.Pixels(); p++ {
			x, y := w.X+p%w.Width, w.Y+p/w.Width
			plane[p] = float32(3*covariateOf(x, y, date)+2*float64(date)) + float32(x)
		}
	}
	return nil
}

func (s fewPixels) ReadCovariate(_ context.Context, _ int, covariate int, w Window, dst kernel.Tile) error {
	if covariate != 0 {
		return errors.New("there is no such covariate")
	}
	for date := range dst.Dates {
		for p, plane := 0, kernel.Plane[float64](dst, date); p < w.Pixels(); p++ {
			plane[p] = covariateOf(w.X+p%w.Width, w.Y+p/w.Width, date)
		}
	}
	return nil
}

// withoutCovariates is the same source, which does not read covariates.
type withoutCovariates struct{ s fewPixels }

func (s withoutCovariates) Grid() Grid { return s.s.Grid() }
func (s withoutCovariates) Read(ctx context.Context, worker int, w Window, first int, dst kernel.Tile) error {
	return s.s.Read(ctx, worker, w, first, dst)
}

// written keeps what is written.
type written map[Window][][]float32

func (s written) Write(w Window, planes kernel.Tile) error {
	for i := range planes.Dates {
		s[w] = append(s[w], append([]float32{}, kernel.Plane[float32](planes, i)...))
	}
	return nil
}

// A stream reads the covariates of each pixel, window by window.
func TestStreamOfCovariates(t *testing.T) {
	o := Options{WindowWidth: 2, WindowHeight: 3, Model: Model{Covariates: []stats.Covariate{{Name: "rain"}}}}
	o.Fields = []stats.Field{stats.Slope, stats.CovariateField(0), stats.RMSE}
	got := written{}
	if _, err := Stream(t.Context(), fewPixels{true}, got, o); err != nil {
		t.Fatal(err)
	}
	pixels := 0
	for w, planes := range got {
		for p := range w.Pixels() {
			pixels++
			if !(math.Abs(float64(planes[0][p]-2)) <= 1e-6 && math.Abs(float64(planes[1][p]-3)) <= 1e-6 && planes[2][p] <= 1e-5) {
				t.Errorf("pixel %d of %+v: slope %v, coefficient %v, rmse %v", p, w, planes[0][p], planes[1][p], planes[2][p])
			}
		}
	}
	if pixels != 20 {
		t.Errorf("%d pixels", pixels)
	}
	if _, err := Stream(t.Context(), withoutCovariates{fewPixels{true}}, written{}, o); err == nil || !strings.Contains(err.Error(), "does not read them") {
		t.Error(err)
	}
	if _, err := Stream(t.Context(), fewPixels{false}, written{}, o); err == nil || !strings.Contains(err.Error(), "1 covariates of the model have values for each pixel, and the source has 0") {
		t.Error(err)
	}
	s := drawScene[int16](8, 5, 4, Years(1, 5))
	if _, err := Fit(t.Context(), s.stack(t, layout.BSQ, s.inOrder()), o); err == nil {
		t.Error("a stack in memory is fitted with a covariate that has no values")
	}
	o = Options{Deseasoned: true}
	if _, err := Stream(t.Context(), fewPixels{false}, written{}, o); err == nil || !strings.Contains(err.Error(), "need a season") {
		t.Error(err)
	}
}
