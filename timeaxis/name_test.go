package timeaxis

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFromName(t *testing.T) {
	tests := []struct{ name, want string }{
		// Files of public data sets and tools.
		{"S2_NDVI_20150711T100008.tif", "2015-07-11"},
		{"tif/S2_NDVI_20171222T100415.tif", "2017-12-22"},
		{"LAI_2001.tif", "2001"},
		{"yearly/LAI_2020.tif", "2020"},
		{"LC08_L1TP_013032_20180131_B1.TIF", "2018-01-31"},
		{"LC08_L1TP_013032_20180131_20180207_01_T1/LC08_L1TP_013032_20180131_B10.TIF", "2018-01-31"},
		{"TERRA_MODIS_012010_NDVI_2013-09-14.jp2", "2013-09-14"},
		{"2000_02_18.NDVI.tif", "2000-02-18"},
		{"chirps-v2.0.1981.01.01.tif", "1981-01-01"},
		{"chirps-v2.0.1981.01.01.tif.gz", "1981-01-01"},
		{"chirps-v2.0.1981.01.01", "1981-01-01"},
		{"20180815_LEVEL2_SEN2A_BOA.tif", "2018-08-15"},
		{"SENTINEL2A_20160417-105031-000_L2A_T31TCJ_C_V2-2_FRE_B8.tif", "2016-04-17"},
		{"S2A_MSIL1C_20170105T013442_N0204_R031_T53NMJ_20170105T013443.SAFE", "2017-01-05"},
		{"S2A_MSIL1C_20170105T013442_N0204_R031_T53NMJ_20170105T013443.SAFE/", "2017-01-05"},
		{"s1a-iw-grd-vv-20141031t161924-20141031t161949-003076-003856-001.tiff", "2014-10-31"},

		// Bounds, folders, extensions.
		{"ndvi_1995.tif", "1995"},
		{"1995", "1995"},
		{"y1995b.tif", "1995"},
		{"/archive/2003/20030101/ndvi_1995.tif", "1995"},
		{`C:\archive\2003\ndvi_1995.tif`, "1995"},
		{"ndvi.1995", "1995"},
		{"ndvi.20010715", "2001-07-15"},
		{"ndvi_1995.v2001", "1995"}, // .v2001 is an extension
		{"été_1995_日本.tif", "1995"},
		{"ndvi_1900.tif", "1900"},
		{"ndvi_2100.tif", "2100"},

		// One date written more than once; a day with its year.
		{"20180131_20180131.tif", "2018-01-31"},
		{"2018-01-31_20180131.tif", "2018-01-31"},
		{"2018_ndvi_20180131.tif", "2018-01-31"},
		{"20180131_ndvi_2018.tif", "2018-01-31"},
		{"1995_1995.tif", "1995"},

		// A time of day is not a year.
		{"ndvi_20150711T1955.tif", "2015-07-11"},
		{"ndvi_2015-07-11T1955.tif", "2015-07-11"},
		{"ndvi_20150711T195500Z.tif", "2015-07-11"},

		// No date.
		{"slope.tif", ""},
		{"", ""},
		{"/", ""},
		{".tif", ""},
		{"all-nodata.tif", ""},
		{"2001/ndvi.tif", ""},
		{"x_20159999.tif", ""},
		{"x_20010229.tif", ""},
		{"x_2021-02-30.tif", ""},
		{"x_199512.tif", ""},
		{"x_19951.tif", ""},
		{"x_201507111.tif", ""},
		{"x_1899.tif", ""},
		{"x_2101.tif", ""},
		{"tile_00120304.tif", ""},
		{"LE70350321999205EDC00_stack.gtif", ""},
		{"MOD13Q1.A2006001.h08v05.005.2008063094246.hdf", ""}, // YYYYDDD is not read
	}
	for _, test := range tests {
		d, err := FromName(test.name)
		switch {
		case test.want == "" && errors.Is(err, ErrNoDate) && strings.Contains(err.Error(), "--dates"):
		case test.want == "" || err != nil:
			t.Errorf("FromName(%q) = %v, %v; want %q", test.name, d, err, test.want)
		case d.String() != test.want:
			t.Errorf("FromName(%q) = %v, want %s", test.name, d, test.want)
		}
	}
}

func TestFromNameAmbiguous(t *testing.T) {
	tests := []struct {
		name     string
		readings string
	}{
		{"LC08_L1TP_013032_20180131_20180207_01_T1.tif", "2018-01-31 and 2018-02-07"},
		{"MOD15A2_LAI_China_G050_2001-2020.tif", "2001 and 2020"},
		{"ndvi_1995_20180131.tif", "1995 and 2018-01-31"},
		{"2018_20180131_2019.tif", "2018-01-31 and 2019"},
		{"20180131_1955.tif", "2018-01-31 and 1955"},
		{"2018-01-31_2018-02-07_2018-03-01.tif", "2018-01-31, 2018-02-07 and 2018-03-01"},
	}
	for _, test := range tests {
		d, err := FromName(test.name)
		if !errors.Is(err, ErrAmbiguous) || !strings.Contains(err.Error(), test.readings) {
			t.Errorf("FromName(%q) = %v, %v; want the readings %s", test.name, d, err, test.readings)
		}
	}
}

func TestFromNameMessages(t *testing.T) {
	tests := []struct{ name, want string }{
		{"slope.tif", `no date in the file name "slope.tif": give the dates with --dates 1995-2015, --dates 2001,2003,2004 or --dates @dates.csv`},
		{"LC08_L1TP_013032_20180131_20180207_01_T1.tif", `more than one date in the file name "LC08_L1TP_013032_20180131_20180207_01_T1.tif", 2018-01-31 and 2018-02-07: give the dates with --dates 1995-2015, --dates 2001,2003,2004 or --dates @dates.csv`},
	}
	for _, test := range tests {
		if _, err := FromName(test.name); err == nil || err.Error() != test.want {
			t.Errorf("error\n%v\nwant\n%s", err, test.want)
		}
	}
}

// Each rule reads the name that it was made for, and is the one that does.
func TestRulesReadTheirExamples(t *testing.T) {
	for _, r := range rules {
		want, err := FromName(r.example)
		if err != nil {
			t.Error(err)
			continue
		}
		read := false
		base := baseName(r.example)
		for i := range base {
			if match := r.pattern.FindStringSubmatch(base[i:]); match != nil {
				d, isDate := parseLayout(r.layout, match[2])
				read = read || isDate && d == want
			}
		}
		if !read {
			t.Errorf("%q gives %v, but not by its own rule", r.example, want)
		}
	}
}

func TestFromNames(t *testing.T) {
	dates, err := FromNames([]string{"b_2002.tif", "a_2001.tif"})
	if err != nil || !slices.Equal(dates, []Date{Year(2002), Year(2001)}) {
		t.Errorf("got %v, %v; want 2002, 2001", dates, err)
	}
	if _, err := FromNames([]string{"a_2001.tif", "slope.tif", "other.tif"}); !errors.Is(err, ErrNoDate) || !strings.Contains(err.Error(), `"slope.tif"`) {
		t.Errorf("error %v does not name slope.tif", err)
	}
	_, err = FromNames([]string{"a_2001.tif", "b_20020715.tif", "c_2003.tif"})
	const want = `years and days cannot be mixed: "a_2001.tif" is dated 2001 and "b_20020715.tif" is dated 2002-07-15: give every input a year, or every input a day, with --dates @dates.csv`
	if !errors.Is(err, ErrMixed) || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestMismatches(t *testing.T) {
	names := []string{"a_2001.tif", "b_2002.tif", "slope.tif", "c_20030715.tif", "d_20040715.tif", "e_2005.tif", "f_2006-2007.tif", "g_20080101.tif"}
	dates := mustParseAll(t, "2001", "2003", "1999", "2003", "2005", "2005-07-15", "1999", "2008-01-02")
	want := []string{
		`the file name "b_2002.tif" says 2002, but the date given for it is 2003`,
		`the file name "d_20040715.tif" says 2004-07-15, but the date given for it is 2005`,
		`the file name "g_20080101.tif" says 2008-01-01, but the date given for it is 2008-01-02`,
	}
	if got := Mismatches(names, dates); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func FuzzFromName(f *testing.F) {
	for _, name := range []string{
		"S2_NDVI_20150711T100008.tif",
		"LAI_2001.tif",
		"LC08_L1TP_013032_20180131_B1.TIF",
		"LC08_L1TP_013032_20180131_20180207_01_T1",
		"LE70350321999366EDC00_stack.gtif",
		"MOD15A2_LAI_China_G050_2001-2020.tif",
		"TERRA_MODIS_012010_NDVI_2013-09-14.jp2",
		"2000_02_18.NDVI.tif",
		"chirps-v2.0.1981.01.01",
		"x_20159999_2021-02-30.tif",
		`C:\2003\ndvi_1995.tif`,
		"20150711T1955/\xff2001",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d, err := FromName(name)
		if err != nil {
			if errors.Is(err, ErrNoDate) == errors.Is(err, ErrAmbiguous) {
				t.Fatalf("FromName(%q): error of no kind, or two: %v", name, err)
			}
			return
		}
		if back, err := Parse(d.String()); err != nil || back != d {
			t.Fatalf("FromName(%q) = %v, which parses as %v, %v", name, d, back, err)
		}
		appears := false
		for _, separator := range []string{"-", "_", ".", ""} {
			appears = appears || strings.Contains(name, strings.ReplaceAll(d.String(), "-", separator))
		}
		if !appears {
			t.Fatalf("FromName(%q) = %v, which is not in the name", name, d)
		}
		if warnings := Mismatches([]string{name}, []Date{d}); warnings != nil {
			t.Fatalf("FromName(%q) = %v disagrees with itself: %v", name, d, warnings)
		}
	})
}
