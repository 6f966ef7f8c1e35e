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
		"months without a year":      `{"time":["1","2","3"],"timestep":"months"}`,
	} {
		write(text)
		if _, err := Open(t.Context(), []string{name}, OpenOptions{}); err == nil {
			t.Errorf("%s: fitted", what)
		}
	}
}
