package timeaxis

import (
	"errors"
	"slices"
	"strconv"
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

		// Products. The date of acquisition is meant, and no other.
		{"LC08_L1TP_014032_20180113_20180119_01_T1", "2018-01-13"},
		{"LC08_L1TP_013032_20180131_20180207_01_T1.tif", "2018-01-31"},
		{"LE07_L1GT_035032_20120216_20160911_01_T2_B1.TIF", "2012-02-16"},
		{"LT05_L2SP_035032_19840505_20200918_02_T1_SR_B4.TIF", "1984-05-05"},
		{"LC08_CU_027009_20130701_20170729_C01_V01_SRB1.tif", "2013-07-01"},
		{"h22v15/LC08_CU_022015_20130415_20170803/evi2.tif", "2013-04-15"},
		{"LT50350321984126PAC01", "1984-05-05"},
		{"LT40350321982317XXX04_stack.gtif", "1982-11-13"},
		{"LE70350322000050EDC01_stack.gtif", "2000-02-19"},
		{"LE70350321999366EDC00_stack.gtif", "2000-01-01"}, // a real name, though 1999 had 365 days
		{"LE70350321999367EDC00_stack.gtif", ""},
		{"LE70350322000367EDC00_stack.gtif", ""},
		{"LE70350322000366EDC00_stack.gtif", "2000-12-31"},
		{"LC82040522013123LGN01_B4.tif", "2013-05-03"},
		{"sr_le70350322000050edc01.tif", "2000-02-19"},
		{"LC080340322016072301T1-SC20180214145802", "2016-07-23"},
		{"LT052260682000061001T1-SC20170927060330_crp.tif", "2000-06-10"},
		{"MOD13Q1.A2000049.h08v05.006.2015136104623.hdf", "2000-02-18"},
		{"MOD13Q1.A2006001.h08v05.005.2008063094246.hdf", "2006-01-01"},
		{"MOD021KM.A2000055.0000.005.2010041143816.hdf", "2000-02-24"},
		{"MOD13Q1.006__250m_16_days_NDVI_doy2000049_aid0001.tif", "2000-02-18"},
		{"MOD13Q1.061__250m_16_days_NDVI_doy2005193000000.aid0002.tif", "2005-07-12"},
		{"HLS.S30.T16UEA.2026185T170901.v2.0", "2026-07-04"},
		{"S2A_MSIL2A_20170105T013442_N0204_R031_T53NMJ_20170105T013443", "2017-01-05"},
		{"S2B_MSIL2A_20190730T235629_N0213_R030_T53NMJ_20190731T013443.SAFE", "2019-07-30"},
		{"T53NMJ_20170105T013442_B04.jp2", "2017-01-05"},
		{"S2A_OPER_PRD_MSIL1C_PDMC_20150818T101440_R022_V20150813T102406_20150813T102406.SAFE", "2015-08-13"},
		{"20180823_LEVEL2_SEN2A_BOA.tif", "2018-08-23"},
		{"c_gls_NDVI300_202011010000_GLOBE_OLCI_V2.0.1.nc", "2020-11-01"},
		{"c_gls_NDVI300-NDVI_202406210000_GLOBE_OLCI_V3.0.1.tiff", "2024-06-21"},
		{"LC08_L1TP_014032_20180113_20180119_01_T1_clipped_2020.tif", "2018-01-13"}, // a product goes before notations

		// Days of the year, months, dekads.
		{"MOD13Q1_NDVI_2000_049.tif", "2000-02-18"},
		{"EVI_v061.2000.049.Data.1km.mean.tif", "2000-02-18"},
		{"NDVI_2001_250m.tif", "2001"}, // of 250 m
		{"rfe1983_01.v3.nc", "1983-01-01"},
		{"ASIS.VCI-M.1984-01.tif", "1984-01-01"},
		{"chirps-v2.0.1981.12.tif", "1981-12-01"},
		{"2001M07P2.tif", "2001-07-11"},
		{"WAPOR-3.L1-AETI-D.2023-01-D1.tif", "2023-01-01"},
		{"ASIS.MVHI-D.1984-02-D3.GS1.LC-C.tif", "1984-02-21"},
		{"rfe1983_01-dk2.v3.nc", "1983-01-11"},
		{"chirps-v2.0.1981.01.1.tif", "1981-01-01"}, // the first dekad and the first pentad
		{"chirps-v2.0.1981.01.6.tif", "1981-01-26"}, // only pentads go so far
		{"X2000.02.18", "2000-02-18"},
		{"X2000.02.18.NDVI.tif", "2000-02-18"},
		{"X2001", "2001"},

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
		{"ndvi_1850.tif", "1850"},

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
		{"x_199512.tif", "1995-12-01"},
		{"x_200512.tif", ""}, // or 2020-05-12, or 20 May 2012
		{"x_19951.tif", ""},
		{"x_201507111.tif", ""},
		{"x_1849.tif", ""},
		{"x_2101.tif", ""},
		{"tile_00120304.tif", ""},
		{"x_2001030.tif", ""}, // seven digits may be anything
		{"LAI_2001_400.tif", ""},
		{"LAI_1995-98.tif", ""},
		{"x_2001M13P1.tif", ""},
		{"x_2001M07P4.tif", ""},
		{"x_2001-07-D4.tif", ""},
		{"x_2001.07.7.tif", ""}, // 7 is no period
	}
	for _, test := range tests {
		d, err := FromName(test.name)
		switch {
		case test.want == "" && (errors.Is(err, ErrNoDate) || errors.Is(err, ErrDoubtful)) && strings.Contains(err.Error(), "a CSV"):
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
		{"scene_20180131_20180207.tif", "2018-01-31 and 2018-02-07"},
		{"chirps-v2.0.1981.01.2.tif", "1981-01-11 and 1981-01-06"}, // a dekad or a pentad
		{"LE70350322000050EDC01_LE70350322000066EDC01.tif", "2000-02-19 and 2000-03-06"},
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
		{"slope.tif", `no date in the file name "slope.tif": ` + GiveDates.String()},
		{"scene_20180131_20180207.tif", `more than one date in the file name "scene_20180131_20180207.tif", 2018-01-31 and 2018-02-07: ` + GiveDates.String()},
	}
	for _, test := range tests {
		if _, err := FromName(test.name); err == nil || err.Error() != test.want {
			t.Errorf("error\n%v\nwant\n%s", err, test.want)
		}
	}
}

// Each rule reads the name that it was made for, and no other rule does.
func TestRulesReadTheirExamples(t *testing.T) {
	for _, r := range slices.Concat(products, notations) {
		base, _ := splitPath(r.example)
		got := readings([]string{base, "ndvi_2001_12"})[0] // which settles that months have no zeros
		if !got.certain() || got.dates[0].rule != r.name {
			t.Errorf("%q gives %+v, want one date by the rule %q", r.example, got, r.name)
		}
	}
}

var ruleGroups = []string{"period", "quarter", "week", "weekday", "week7", "half", "months", "fraction", "sep", "same"}

// Every group of a rule is one that spelled reads.
func TestRulesNameGroups(t *testing.T) {
	for _, r := range slices.Concat(products, notations) {
		for _, group := range r.pattern().SubexpNames() {
			if group != "" && !slices.Contains(dateGroups, group) && !slices.Contains(ruleGroups, group) {
				t.Errorf("the rule %q has the group %q", r.name, group)
			}
		}
	}
}

func TestReadings(t *testing.T) {
	tests := []struct {
		what         string
		in           Input
		want, source string // the error's text, if want is ""
		rule         string
		conflict     string
	}{
		{"the description goes first", Input{Description: "NDVI 2017-11-17", Acquired: "2017-11-18 10:00:08", Path: "S2_NDVI_20171117T100415.tif"},
			"2017-11-17", "band description", "YYYY-MM-DD", `the band description of "in" says 2017-11-17, which is used, and its acquisition metadata says 2017-11-18`},
		{"a description without a date", Input{Description: "NIR x 10,000", Path: "LT50350321984126PAC01_stack.gtif"}, "1984-05-05", "file name", "Landsat scene id", ""},
		{"acquisition goes before the name", Input{Acquired: "2015-07-11 10:00:08", Path: "out_20200101.tif"},
			"2015-07-11", "acquisition metadata", "YYYY-MM-DD", `the acquisition metadata of "in" says 2015-07-11, which is used, and its file name says 2020-01-01`},
		{"the tag is never asked", Input{Path: "LAI_2001.tif", Tag: "2020:01:01 00:00:00"}, "2001", "file name", "year", ""},
		{"a day in the year of the description", Input{Description: "Landsat 8, 2018", Path: "LC08_L1TP_013032_20180131_20180207_01_T1.tif"},
			"2018-01-31", "file name", "Landsat product id", ""},
		{"a year that agrees with the day", Input{Description: "2018-01-31", Path: "LAI_2018.tif"}, "2018-01-31", "band description", "YYYY-MM-DD", ""},
		{"a description of two dates, one in the name", Input{Description: "from 2018-01-31 to 2018-02-07", Path: "LC08_20180131.tif"},
			"2018-01-31", "file name", "YYYYMMDD", ""},
		{"a range of years, one in the name", Input{Description: "mean of 2001 to 2020", Path: "LAI_2001.tif"}, "2001", "file name", "year", ""},
		{"a name of two dates, one in the folder", Input{Path: "LC08_L1TP_013032_20180131_20180207_01_T1/20180131_20180207.tif"},
			"2018-01-31", "folder name", "Landsat product id", ""},
		{"a product's folder", Input{Path: "h22v15/LC08_CU_022015_20130415_20170803/evi2.tif"}, "2013-04-15", "folder name", "Landsat product id", ""},
		{"a product's folder says otherwise", Input{Path: "LE70350322000050EDC01/ndvi_20000305.tif"}, "2000-03-05", "file name", "YYYYMMDD",
			`the file name of "in" says 2000-03-05, which is used, and its folder name says 2000-02-19`},
		{"day 366 of 365", Input{Path: "LE70350321999366EDC00_stack.gtif"}, "2000-01-01", "file name", "Landsat scene id",
			`the file name of "in" has the day 366 of a year of 365 days, which is taken for 2000-01-01`},
		{"a layer's name in R", Input{Description: "X2000.02.18"}, "2000-02-18", "band description", "YYYY-MM-DD", ""},
		{"a band of FORCE", Input{Description: "20150711 LND08"}, "2015-07-11", "band description", "YYYYMMDD", ""},

		{"nothing", Input{}, "", `no date in "in", which has no band description: ` + GiveDates.String(), "", ""},
		{"a folder that is no product", Input{Path: "2001/ndvi.tif"}, "", `no date in the file name "in": ` + GiveDates.String(), "", ""},
		{"no date anywhere", Input{Description: "LAI", Path: "out.tif"}, "", `no date in the band description "LAI" of "in" or the file name "in": ` + GiveDates.String(), "", ""},
		{"two dates, none in the name", Input{Description: "2018-01-31 to 2018-02-07", Path: "out.tif"}, "",
			`more than one date in the band description "2018-01-31 to 2018-02-07" of "in", 2018-01-31 and 2018-02-07: ` + GiveDates.String(), "", ""},
		{"two dates, another in the name", Input{Description: "2018-01-31 to 2018-02-07", Path: "20180301.tif"}, "",
			`more than one date in the band description "2018-01-31 to 2018-02-07" of "in", 2018-01-31 and 2018-02-07: ` + GiveDates.String(), "", ""},
	}
	for _, test := range tests {
		test.in.Name = "in"
		readings, err := Spec{}.Resolve([]Input{test.in}, noRead)
		if test.want == "" {
			if err == nil || err.Error() != test.source {
				t.Errorf("%s: got %v, error\n%v\nwant\n%s", test.what, readings, err, test.source)
			}
			continue
		}
		if want := (Reading{Date: mustParse(t, test.want), Source: test.source, Rule: test.rule, Warning: test.conflict}); err != nil || readings[0] != want {
			t.Errorf("%s: got %+v, %v\nwant %+v", test.what, readings, err, want)
		}
	}
}

func TestTag(t *testing.T) {
	spec, err := ParseSpec("tag")
	if err != nil {
		t.Fatal(err)
	}
	readings, err := spec.Resolve([]Input{{Name: "a.tif", Path: "a_1999.tif", Tag: "2001:07:15 10:20:30"}}, noRead)
	if err != nil || readings[0].String() != "2001-07-15 by TIFFTAG_DATETIME" {
		t.Errorf("got %v, %v", readings, err)
	}
	for tag, want := range map[string]string{
		"":                    `no date in "a.tif", which has no TIFFTAG_DATETIME: `,
		"2001-07-15":          `no date in the TIFFTAG_DATETIME "2001-07-15" of "a.tif": `,
		"2001:13:15 10:20:30": `no date in the TIFFTAG_DATETIME "2001:13:15 10:20:30" of "a.tif": `,
		"    :  :     :  :  ": `no date in the TIFFTAG_DATETIME "    :  :     :  :  " of "a.tif": `,
	} {
		if _, err := spec.Resolve([]Input{{Name: "a.tif", Tag: tag}}, noRead); !errors.Is(err, ErrNoDate) || err.Error() != want+GiveDates.String() {
			t.Errorf("tag %q: error\n%v\nwant\n%s", tag, err, want+GiveDates.String())
		}
	}
}

func TestResolveNames(t *testing.T) {
	readings, err := Spec{}.Resolve(inputsOf("slope.tif", "a_2001.tif", "other.tif"), noRead)
	if !errors.Is(err, ErrNoDate) || !strings.Contains(err.Error(), `"slope.tif"`) {
		t.Errorf("error %v does not name slope.tif", err)
	}
	if len(readings) != 3 || readings[1].Date != Year(2001) || readings[0].Source != "" || readings[2].Source != "" {
		t.Errorf("readings %v, want that of a_2001.tif and two without a source", readings)
	}
	_, err = Spec{}.Resolve(inputsOf("a_2001.tif", "b_20020715.tif", "c_2003.tif"), noRead)
	const want = `years and days cannot be mixed: "a_2001.tif" is dated 2001 and "b_20020715.tif" is dated 2002-07-15: give every input a year, or every input a day, in a CSV with rows of path,date`
	if !errors.Is(err, ErrMixed) || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

// Dates that are given are held against those in the names.
func TestGivenConflicts(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"a_2001.tif", "2001", ""},
		{"b_2002.tif", "2003", `the file name "b_2002.tif" says 2002, but the date given for it is 2003, which is used`},
		{"slope.tif", "1999", ""},
		{"c_20030715.tif", "2003", ""},
		{"d_20040715.tif", "2005", `the file name "d_20040715.tif" says 2004-07-15, but the date given for it is 2005, which is used`},
		{"e_2005.tif", "2005-07-15", ""},
		{"f_2006-2007.tif", "1999", ""},
		{"g_20080101.tif", "2008-01-02", `the file name "g_20080101.tif" says 2008-01-01, but the date given for it is 2008-01-02, which is used`},
	}
	for _, test := range tests {
		spec, err := ParseSpec(test.given)
		if err != nil {
			t.Fatal(err)
		}
		readings, err := spec.Resolve(inputsOf(test.name), noRead)
		if err != nil || readings[0].Warning != test.want {
			t.Errorf("%s, %s: got %v, %v; want the conflict %q", test.name, test.given, readings, err, test.want)
		}
	}
}

func FuzzFromName(f *testing.F) {
	for _, r := range slices.Concat(products, notations) {
		f.Add(r.example)
	}
	for _, name := range []string{
		"LC08_L1TP_013032_20180131_B1.TIF",
		"LE70350321999366EDC00_stack.gtif",
		"MOD15A2_LAI_China_G050_2001-2020.tif",
		"x_20159999_2021-02-30.tif",
		`C:\2003\ndvi_1995.tif`,
		"20150711T1955/\xff2001",
		"LC08_CU_022015_20130415_20170803/evi2.tif",
		"1981.01.2_2001M07P2",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d, err := FromName(name)
		again, errAgain := FromName(name)
		if again != d || (err == nil) != (errAgain == nil) {
			t.Fatalf("FromName(%q) is once %v, %v and then %v, %v", name, d, err, again, errAgain)
		}
		if err != nil {
			if kinds := []error{ErrNoDate, ErrAmbiguous, ErrDoubtful}; !slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) }) {
				t.Fatalf("FromName(%q): error of no kind: %v", name, err)
			}
			return
		}
		if back, err := Parse(d.String()); err != nil || back != d {
			t.Fatalf("FromName(%q) = %v, which parses as %v, %v", name, d, back, err)
		}
		if d.year < firstFull-1 || d.year > lastYear() {
			t.Fatalf("FromName(%q) = %v, which is not believed in names", name, d)
		}
		// But for a day 366, the Monday of a first week, and products with two digits of the year.
		year := strconv.Itoa(d.year)
		if md := strings.TrimPrefix(d.String(), year); !strings.Contains(name, year) && !strings.Contains(name, year[2:]) && md != "-01-01" && !strings.HasPrefix(md, "-12-") {
			t.Fatalf("FromName(%q) = %v, a year that is not in the name", name, d)
		}
		// An extension, and a folder that is no product, change nothing.
		if e, err := FromName("ndvi/" + name); err != nil || e != d {
			t.Fatalf("FromName(%q) = %v, but in a folder it is %v, %v", name, d, e, err)
		}
		given := []Reading{{Date: d}}
		if err := contradicted(inputsOf(name), given, false); err != nil || given[0].Warning != "" {
			t.Fatalf("FromName(%q) = %v disagrees with itself: %v, %v", name, d, given[0].Warning, err)
		}
	})
}
