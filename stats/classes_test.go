package stats

import (
	"slices"
	"testing"
)

// Classes are added for the kinds of trends that are written.
func TestWithClasses(t *testing.T) {
	for _, c := range []struct {
		fields, want string
		ps           bool
	}{
		{"", "slope,trend_class", false},
		{"", "slope,pvalue,trend_class", true},
		{"n", "n,trend_class", false},
		{"sen_slope,n,mean", "sen_slope,n,mean,mk_class", false},
		{"mk_class,n", "mk_class,n,mk_pvalue", true},
		{"mk_s,slope", "mk_s,slope,pvalue,trend_class,mk_pvalue,mk_class", true},
	} {
		var fields []Field
		if c.fields != "" {
			var err error
			if fields, err = ParseFields(c.fields); err != nil {
				t.Fatal(err)
			}
		}
		want, err := ParseFields(c.want)
		if got := WithClasses(fields, c.ps); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v (%v)", c.fields, got, want, err)
		}
	}
}
