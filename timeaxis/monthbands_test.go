package timeaxis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMonthsOf(t *testing.T) {
	all := func(write func(m time.Month) string) (texts []string) {
		for m := time.December; m >= time.January; m-- {
			texts = append(texts, write(m))
		}
		return texts
	}
	var want []string
	for m := 12; m > 0; m-- {
		want = append(want, fmt.Sprintf("2001-%02d", m))
	}
	short := func(m time.Month) string { return m.String()[:3] }
	for _, write := range []func(m time.Month) string{
		time.Month.String, short,
		func(m time.Month) string { return strings.ToUpper(short(m)) },
		func(m time.Month) string { return "NDVI_" + short(m) },
		func(m time.Month) string { return "mean of " + m.String() },
		func(m time.Month) string { return short(m) + " (mean)" },
		func(m time.Month) string { return fmt.Sprintf("month_%02d", m) },
		func(m time.Month) string { return fmt.Sprintf("NDVI Month %d", m) },
	} {
		if got := MonthsOf("ndvi_2001.tif", all(write)); !slices.Equal(got, want) {
			t.Errorf("%q are %v", all(write), got)
		}
	}
	for _, wrong := range [][]string{{"Jan", "Jan"}, {"Jan", ""}, {"Jan", "2"}, {"Jan 01", "Feb 01"}, {"1", "2"}, {"month_0"}, {"month_13"}, {"january2"}, {"Janet"}, {"m1", "m2"}, {"Jan-Feb"}, nil} {
		if got := MonthsOf("ndvi_2001.tif", wrong); got != nil {
			t.Errorf("%q are %v", wrong, got)
		}
	}
	for _, name := range []string{"ndvi.tif", "ndvi_2001-01.tif", "ndvi_2001-2005.tif", "ndvi_2001_2002.tif", "MOD13Q1.A2001001.h09v05.tif"} {
		if got := MonthsOf(name, all(short)); got != nil {
			t.Errorf("months of %s are %v", name, got)
		}
	}
}
