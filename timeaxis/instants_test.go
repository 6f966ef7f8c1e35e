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

// Time coordinates that differ in their time of day count with parts of days; otherwise days count.
func TestInstantsOfReadings(t *testing.T) {
	read := func(times ...TimeCoordinate) []Reading {
		t.Helper()
		var inputs []Input
		for _, c := range times {
			inputs = append(inputs, Input{Name: c.String(), Time: c})
		}
		readings, err := Spec{}.Resolve(inputs, nil)
		if err != nil {
			t.Fatal(err)
		}
		return readings
	}
	hours, days := "hours since 1970-01-01 06:00", "days since 1970-01-01"
	mixed := read(TimeCoordinate{Value: "0", Units: hours}, TimeCoordinate{Value: "0.75", Units: days}, TimeCoordinate{Value: "1.04166666666666", Units: days},
		TimeCoordinate{Value: "66600", Units: "seconds since 1970-01-01 05:30:00"}, TimeCoordinate{Value: "19", Units: hours}, TimeCoordinate{Value: "86399.9999", Units: "seconds since 1970-01-01"})
	got := Instants(mixed)
	if want := []float64{0.25, 0.75, 1 + 1.0/24, 1, 1 + 1.0/24, 1}; !slices.Equal(got, want) {
		t.Fatalf("times are %v, want %v", got, want)
	}
	axis, _, err := NewInstantAxis(got)
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for i := range axis.T {
		labels = append(labels, axis.Label(i))
	}
	if want := []string{"1970-01-01T06:00", "1970-01-01T18:00", "1970-01-02T00:00", "1970-01-02T00:00", "1970-01-02T01:00", "1970-01-02T01:00"}; !slices.Equal(labels, want) {
		t.Errorf("labels are %v, want %v", labels, want)
	}
	for _, a := range []Axis{axis, axis.Per(PerStep), axis.Per(PerDay)} {
		if d := a.Duplicates(); len(d) != 1 || d[0].String() != "1970-01-02" || a.Label(0) != labels[0] {
			t.Errorf("times are shared on %v, and the first is %s", d, a.Label(0))
		}
	}
	noon := read(TimeCoordinate{Value: "6", Units: hours}, TimeCoordinate{Value: "1.5", Units: days})
	if got := Instants(noon); got != nil {
		t.Errorf("noons are %v, and want no parts of days", got)
	}
	if got := Instants(append(mixed, Reading{Date: Date{1970, 1, 3}, Source: "file name"})); got != nil {
		t.Errorf("times beside the date of a name are %v", got)
	}
	if got := (Reading{Date: Date{2001, 2, 3}, Part: 3661.0 / 86400}).Instant(); got != "2001-02-03T01:01:01" {
		t.Error(got)
	}
}
