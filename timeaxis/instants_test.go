package timeaxis

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
)

// Whole days give the axis of NewAxis, and others the days that they lie in.
func TestInstants(t *testing.T) {
	var dates []Date
	for _, s := range []string{"2001-07-15", "1969-12-31", "2001-07-15", "0001-01-01", "9999-12-31"} {
		d, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	want, wantOrder, err := NewAxis(dates)
	if err != nil {
		t.Fatal(err)
	}
	var whole, noon []float64
	for _, d := range dates {
		whole, noon = append(whole, float64(d.Number())), append(noon, float64(d.Number())+0.5)
	}
	got, order, err := NewInstantAxis(whole)
	if err != nil || !reflect.DeepEqual(got, want) || !slices.Equal(order, wantOrder) {
		t.Errorf("whole days are %+v in order %v, %v, want %+v in order %v", got, order, err, want, wantOrder)
	}
	got, _, err = NewInstantAxis(noon)
	if err != nil || !slices.Equal(got.Dates, want.Dates) || got.T[1] != -0.5 || !got.CountsDays() || got.Whole() {
		t.Errorf("noon of days is %+v, %v", got, err)
	}
}

func TestWrongInstants(t *testing.T) {
	for _, days := range [][]float64{{0, math.NaN()}, {0, math.Inf(1)}, {0, 2932897}, {-719163, 0}, {5, 5}, {5}, nil} {
		_, _, err := NewInstantAxis(days)
		if err == nil {
			t.Errorf("%v make an axis", days)
		}
		few := len(days) < 2 || days[0] == days[1]
		if errors.Is(err, ErrTooFew) != few {
			t.Errorf("%v: %v", days, err)
		}
	}
}
