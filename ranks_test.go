package pixtrend

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// monthly returns an axis of the first days of months from January 2000 on.
func monthly(t *testing.T, months int) timeaxis.Axis {
	t.Helper()
	var dates []timeaxis.Date
	for i := range months {
		d, err := timeaxis.Day(2000+i/12, time.Month(1+i%12), 1)
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	axis, _, err := timeaxis.NewAxis(dates)
	if err != nil {
		t.Fatal(err)
	}
	return axis
}

// Options of ranks mean for an axis what stats computes from the seasons and steps of its dates.
func TestRankOptionsOfAnAxis(t *testing.T) {
	axis := monthly(t, 60)
	s := drawScene[float32](9, 7, 60, axis.Dates)
	stack := s.stack(t, layout.BSQ, s.inOrder())
	season, year, steps := make([]int, 60), make([]int, 60), make([]int, 60)
	for i := range season {
		season[i], year[i], steps[i] = i%12, 2000+i/12, i
	}
	fields := []stats.Field{stats.SenSlope, stats.MKVar, stats.MKPValue, stats.Slope}
	for _, c := range []struct {
		rank RankOptions
		want stats.RankOptions
	}{
		{RankOptions{}, stats.RankOptions{}},
		{RankOptions{NormalP: true}, stats.RankOptions{NormalP: true}},
		{RankOptions{Season: timeaxis.Monthly, SeasonCovariance: true}, stats.RankOptions{Season: season, Year: year, SeasonCovariance: true, PerYear: 1}},
		{RankOptions{Method: stats.TFPW}, stats.RankOptions{Method: stats.TFPW, Steps: steps}},
	} {
		got, err := Fit(context.Background(), stack, Options{Fields: fields, Rank: c.rank})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := stats.NewPlan(kernel.Best(), axis.T, stats.Options{Fields: fields, PerUnit: axis.PerUnit, Rank: c.want, Scale: stack.Scale, Offset: stack.Offset, Valid: stack.Valid})
		if err != nil {
			t.Fatal(err)
		}
		want := planes[float32](len(fields), stack.Pixels())
		stats.Fit(plan, plan.NewScratch(), stack.view.Direct(0, stack.Pixels()), want)
		for f := range fields {
			for p := range want[f] {
				if a, b := got.Planes[f][p], want[f][p]; a != b && !(a != a && b != b) {
					t.Fatalf("%+v: %v of pixel %d is %v, not %v", c.rank, fields[f], p, a, b)
				}
			}
		}
	}
	var unused *stats.UnusedError
	if _, err := Fit(context.Background(), stack, Options{Rank: RankOptions{Season: timeaxis.Quarterly}}); !errors.As(err, &unused) || unused.Option != "Rank.Season" {
		t.Errorf("seasons of a line: %v", err)
	}
	of := Options{Fields: []stats.Field{stats.SenSlope}, Model: Model{Degree: 2}}
	if _, err := Fit(context.Background(), stack, of); !errors.As(err, &unused) || unused.Option != "Model.Degree" {
		t.Errorf("a parabola of ranks: %v", err)
	}
	years := drawScene[float32](9, 7, 4, Years(1, 4))
	if _, err := Fit(context.Background(), years.stack(t, layout.BSQ, years.inOrder()), Options{Fields: fields, Rank: RankOptions{Season: timeaxis.Quarterly}}); !errors.Is(err, timeaxis.ErrNoSeasons) {
		t.Errorf("seasons of years: %v", err)
	}
}
