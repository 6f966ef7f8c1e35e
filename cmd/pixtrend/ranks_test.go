package main

import (
	"strings"
	"testing"
)

// Options of ranks are options of the fields that depend on them, and exclude each other where they
// cannot be used together.
func TestRankFlags(t *testing.T) {
	dir := folder(t)
	for _, c := range []struct{ args, want string }{
		{"--mk tfpw", "--mk is for fields of ranks, such as mk_pvalue"},
		{"--stats sen_slope --mk tfpw", "--mk is for fields of ranks, such as mk_pvalue"},
		{"--stats mk_s --mk-p normal", "--mk-p normal is for fields of ranks, such as mk_pvalue"},
		{"--stats sen_slope --sen-intercept joint", "--sen-intercept joint is for fields of ranks, such as sen_intercept"},
		{"--stats sen_slope --harmonics 2", "--harmonics is for fields of the line, such as slope"},
		{"--stats mk_s --weights @w.csv --degree 2", "--degree is for fields of the line, such as slope"},
		{"--season month", "--season is for fields of ranks, such as sen_slope"},
		{"--stats mk_s --season month --season-covariance", "--season-covariance is for fields of ranks, such as mk_pvalue"},
		{"--stats mk_var --season-covariance", "--season-covariance needs seasons"},
		{"--stats mk_var --season month --mk tfpw", "--mk tfpw and --season exclude each other"},
		{"--stats mk_var --mk ar1", "--mk ar1: \"ar1\" is no method: write original, hamed-rao,"},
		{"--stats mk_var --season week", "--season week: \"week\" is no season: write month, quarter, or a number of days"},
		{"--stats mk_pvalue --mk-p both", "--mk-p both: give exact or normal"},
		{"--stats mk_class", "mk_class needs a level of significance"},
	} {
		code, _, stderr := call(t, dir, append([]string{"fit", "stack", "-o", "s.tif"}, strings.Fields(c.args)...)...)
		if code != 2 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %s", c.args, code, stderr)
		}
	}
	code, _, stderr := call(t, dir, "series", "stack", "--pixel", "0,0", "--mk", "yue-wang", "--season", "month")
	if code != 2 || !strings.Contains(stderr, "exclude each other") {
		t.Errorf("a series: exit code %d, %s", code, stderr)
	}
	// The library names what would help, and the command its flags.
	code, _, stderr = call(t, dir, "fit", "stack", "-o", "s.tif", "--stats", "sen_slope", "--season", "16")
	if code != 1 || !strings.Contains(stderr, "--season 16 does not suit the dates: no seasons: rasters are dated by the year") {
		t.Errorf("seasons of years: exit code %d, %s", code, stderr)
	}
	code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "s.tif", "--json", "--stats", "slope,sen_slope,mk_pvalue", "--fdr", "0.05", "--mk", "hamed-rao")
	if code != 0 || !strings.Contains(stdout, `"fields":["slope","sen_slope","mk_pvalue","pvalue","trend_class","mk_class"]`) || !strings.Contains(stdout, `"mk_false_discovery_rate":{"rate":0.05`) {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}
