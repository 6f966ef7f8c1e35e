package timeaxis

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSortNames(t *testing.T) {
	for _, test := range []struct{ names, want, moved string }{
		{"ndvi_1.tif ndvi_10.tif ndvi_2.tif", "ndvi_1.tif ndvi_2.tif ndvi_10.tif", "ndvi_2.tif ndvi_10.tif"},
		{"m/1.tif m/11.tif m/2.tif", "m/1.tif m/2.tif m/11.tif", "m/2.tif m/11.tif"},
		{"a_01 a_02 a_10", "a_01 a_02 a_10", ""},
		{"a_2 a_02 a_1", "a_1 a_02 a_2", "a_1 a_02"},
		{"b a", "a b", ""},
		{"a_2001_10 a_2001_9 a_2000_11", "a_2000_11 a_2001_9 a_2001_10", "a_2001_9 a_2001_10"},
		{"x9 x99999999999999999999999 x10", "x9 x10 x99999999999999999999999", "x9 x10"},
		{"a1b a1", "a1 a1b", ""},
		{"", "", ""},
	} {
		names := strings.Fields(test.names)
		first, second := SortNames(names)
		if got, moved := strings.Join(names, " "), strings.TrimSpace(first+" "+second); got != test.want || moved != test.moved {
			t.Errorf("%s: got %s, %q; want %s, %q", test.names, got, moved, test.want, test.moved)
		}
	}
}

func TestCheckOrder(t *testing.T) {
	var text, count []string // ndvi_1 … ndvi_21 in either order
	for i := 1; i <= 21; i++ {
		count = append(count, fmt.Sprintf("years/ndvi_%d.tif", i))
	}
	text = slices.Sorted(slices.Values(count))
	for _, test := range []struct {
		what  string
		names []string
		typed bool
		want  string // of the error
	}{
		{"numbers", count, false, ""},
		{"numbers, typed", count, true, ""},
		{"text, as a shell gives them", text, true, `"years/ndvi_19.tif" comes before "years/ndvi_2.tif"`},
		{"falling, typed", []string{"a_3", "a_2", "a_1"}, true, ""},
		{"zeros", []string{"a_01", "a_02", "a_10"}, true, ""},
		{"year and month", []string{"a_2001_1", "a_2001_2", "a_2002_1"}, false, ""},
		{"month and year", []string{"a_1_2001", "a_1_2002", "a_2_2001"}, false, `"a_1_2001" and "a_2_2001" differ in several numbers`},
		{"a number beside the year", []string{"1_a_2001", "2_a_2002"}, false, ""},
		{"words in a folder", []string{"dry.tif", "wet.tif"}, false, `"dry.tif" and "wet.tif" differ in words`},
		{"words that were typed", []string{"dry.tif", "wet.tif"}, true, ""},
		{"letters", []string{"a.tif", "b.tif"}, false, ""},
		{"months in the order of text", []string{"apr.tif", "aug.tif", "dec.tif", "feb.tif"}, true, `"dec.tif" comes before "feb.tif", which is not the order of the months`},
		{"months in theirs, typed", []string{"jan.tif", "feb.tif", "mar.tif"}, true, ""},
		{"shapes", []string{"a.tif", "a_b_1.tif"}, false, "differ in words"},
		{"fractions", []string{"dose_0.5.tif", "dose_0.25.tif"}, false, "if numbers behind points are whole numbers, and not if they are fractions"},
		{"fractions, typed", []string{"dose_0.5.tif", "dose_0.25.tif"}, true, ""},
		{"year and month with points", []string{"a_2001.9.tif", "a_2001.10.tif", "a_2002.1.tif"}, false, ""},
		{"a version", []string{"v1.10_2.tif", "v1.10_10.tif"}, false, ""},
		{"one", []string{"a"}, false, ""},
	} {
		err := CheckOrder(test.names, test.typed)
		if test.want == "" && err == nil {
			continue
		}
		var e *Error
		if test.want == "" || !errors.Is(err, ErrOrder) || !errors.As(err, &e) || e.Remedy != PairByPath || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.what, err, test.want)
		}
	}
}
