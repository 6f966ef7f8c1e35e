package timeaxis

import "testing"

func TestPairsByPath(t *testing.T) {
	for csv, want := range map[string]bool{
		"2001-01-01\n2001-02-01\n":         false,
		"# comment\n\ndate\n2001\n":        false,
		"2001,,\n2002,,\n":                 false,
		"a.tif,2001\n":                     true,
		"\xef\xbb\xbfpath,x\na.tif,0.5\n":  true,
		"\"a,b.tif\",2001\n":               true,
		"":                                 false,
		"a.tif,2001,3\n":                   false,
		"path,date\nb.tif,2001\nc.tif\n\n": false,
	} {
		if got := PairsByPath([]byte(csv)); got != want {
			t.Errorf("%q: %v", csv, got)
		}
	}
}
