package raster

import (
	"fmt"
	"os"
	"testing"
)

// A raster that R's terra has written with times has them in a file beside it, and nothing else
// that dates its bands.
func TestLayersOfTerra(t *testing.T) {
	s := newPlanes(5, 4, 3, 0, 9)
	name := s.multiband(t, func(m *made) { m.descriptions = []string{"lyr.1", "lyr.2", "lyr.3"} })
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(name+".aux.json", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ times, step, want string }{
		{`"2003","2001","2002"`, "years", "2001 2002 2003"},
		{`"2001-07-15","2001-07-31","2001-08-16"`, "days", "2001-07-15 2001-07-31 2001-08-16"},
		{`"2001-07","2001-08","2001-09"`, "yearmonths", "2001-07-01 2001-08-01 2001-09-01"},
		// As terra 1.7.3 writes 2001-01-01 and the days beside it, moments, and the same years and months.
		{`"2000-12-31","2000-13-1","2001-1-2"`, "days", "2000-12-31 2001-01-01 2001-01-02"},
		{`"2000-13-1 0:0:0","2001-1-2 3:0:0","2001-1-31 22:5:0"`, "seconds", "2001-01-01 2001-01-02 2001-01-31"},
		{`"-17236800","992606400","1024142400"`, "years", "1969 2001 2002"},
		{`"984657600","1016193600","1047729600"`, "yearmonths", "2001-03-01 2002-03-01 2003-03-01"},
	} {
		write(fmt.Sprintf("{\n\"time\":[%s],\n\"timestep\":%q\n}\n", test.times, test.step))
		if got := axisOf(opened(t, []string{name}, OpenOptions{})); got != test.want {
			t.Errorf("%s: dates %s, want %s", test.step, got, test.want)
		}
	}
	for what, text := range map[string]string{
		"two times for three layers": `{"time":["2001","2002"],"timestep":"years"}`,
		"of another program":         `{"time":["2001","2002","2003"]}`,
		"cut":                        `{"time":["2001","2002"`,
		"times without a unit":       `{"time":["1000","1024","1048"],"timestep":"raw"}`,
		"no month":                   `{"time":["2001-1-1","2001-14-1","2002-13-2"],"timestep":"days"}`,
		"months without a year":      `{"time":["1","2","3"],"timestep":"months"}`,
	} {
		write(text)
		if _, err := Open(t.Context(), []string{name}, OpenOptions{}); err == nil {
			t.Errorf("%s: fitted", what)
		}
	}
}
