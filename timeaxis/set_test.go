package timeaxis

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Sets of names, and the dates of all of them; or "refused", and what the error says.
func TestFromNames(t *testing.T) {
	numbered := func(format string, first, last int) (names []string) {
		for i := first; i <= last; i++ {
			names = append(names, fmt.Sprintf(format, i))
		}
		return names
	}
	months := func(format string, years ...int) (names []string) {
		for _, y := range years {
			for m := 1; m <= 12; m++ {
				names = append(names, fmt.Sprintf(format, y, m))
			}
		}
		return names
	}
	firsts := func(years ...int) string {
		var dates []string
		for _, y := range years {
			for m := 1; m <= 12; m++ {
				dates = append(dates, fmt.Sprintf("%d-%02d-01", y, m))
			}
		}
		return strings.Join(dates, " ")
	}
	tests := []struct {
		what  string
		names []string
		want  string
	}{
		{"days and months that one name settles", strings.Fields("NDVI_02-01-1990 NDVI_30-12-1991 NDVI_03-01-1993 NDVI_29-12-1994"), "1990-01-02 1991-12-30 1993-01-03 1994-12-29"},
		{"months and days that one name settles", strings.Fields("a_02-01-1990 a_12-30-1991"), "1990-02-01 1991-12-30"},
		{"both orders", strings.Fields("a_02-01-1990 a_30-12-1991 a_12-30-1991"), "refused: more than one date"},
		{"neither", strings.Fields("a_02-01-1990 a_03-01-1991"), "refused: 1990-01-02 and 1990-02-01"},
		{"the same without separators", strings.Fields("a_02011990 a_30121991"), "1990-01-02 1991-12-30"},
		{"no zeros", strings.Fields("sea_ice_conc_2021_9_9 sea_ice_conc_2021_12_9 sea_ice_conc_2022_3_9 sea_ice_conc_2021_12_1"), "2021-09-09 2021-12-09 2022-03-09 2021-12-01"},
		{"months without zeros", months("ndvi_%d_%d.tif", 2001, 2002), firsts(2001, 2002)},
		{"months without zeros and without December", months("ndvi_%d_%d.tif", 2001)[:11], `refused: "2001_1" may be a year and a number`},
		{"numbers that are no months", numbered("ndvi_2001_%d", 1, 13), "refused: doubtful"},
		{"months with zeros", months("ndvi_%d-%02d", 2001, 2002), firsts(2001, 2002)},
		{"seasons of two years", strings.Fields("yield_2009-10 yield_2010-11 yield_2011-12"), `refused: "2009-10" may be a year and the next one`},
		{"YYYYMM in the nineties and after", months("ndvi_%d%02d", 1999, 2001), firsts(1999, 2001)},
		{"YYYYMM of 2001 to 2012", months("ndvi_%d%02d", 2001, 2012), `refused: "200101" may be a day of two digits for the year`},
		{"names of months", strings.Fields("NDVI_Jan_2001 NDVI_Apr_2001 NDVI_Aug_2002"), "2001-01-01 2001-04-01 2002-08-01"},
		{"MAR among them", strings.Fields("NDVI_JAN_2001 NDVI_MAR_2001"), "2001-01-01 2001-03-01"},
		{"MAR alone", strings.Fields("SMB_MAR_2001 SMB_MAR_2002"), "refused: doubtful"},
		{"days of the year", strings.Fields("LST_2001001 LST_2001009 LST_2001065"), "2001-01-01 2001-01-09 2001-03-06"},
		{"numbers of composites", numbered("LST_2001%03d", 1, 46), "refused: the number of a period"},
		{"numbers of days with and without zeros", strings.Fields("LST_2001071 LST_20010710"), "refused: YYYYMMDD"},
		{"decimal years", strings.Fields("ndvi_1984.042 ndvi_1984.125 ndvi_1984.958"), "1984-01-16 1984-02-15 1984-12-16"},
		{"MMDD", strings.Fields("a_1990_0102 a_1990_0131"), "1990-01-02 1990-01-31"},
		{"dekads of CHIRPS, or pentads", strings.Fields("chirps-v2.0.1981.01.1 chirps-v2.0.1981.01.2"), "refused: 1981-01-11 and 1981-01-06"},
		{"pentads of CHIRPS", strings.Fields("chirps-v2.0.1981.01.2 chirps-v2.0.1981.01.4"), "1981-01-06 1981-01-16"},
		{"dekads of WaPOR", strings.Fields("L1_AETI_1936 L1_AETI_2012 L1_AETI_2036"), "2019-12-21 2020-04-21 2020-12-21"},

		{"coordinates", strings.Fields("ndvi_2001_x5 ndvi_2001_x6"), "2001 2001"},
		{"tiles", strings.Fields("ndvi_2001_h25v05 ndvi_2001_h26v05 ndvi_2002_h25v05"), "2001 2001 2002"},
		{"tiles with words", strings.Fields("ndvi_tile_05_2001 ndvi_tile_06_2001"), "2001 2001"},
		{"sensors", strings.Fields("LE07_2013 LC08_2013"), "2013 2013"},
		{"versions", strings.Fields("ndvi_v1_2013 ndvi_v2_2013"), "2013 2013"},
		{"halves of a year", strings.Fields("ndvi_2001a ndvi_2001b"), `refused: "a" and "b"`},
		{"a number that grows with the year", strings.Fields("1_LAI_2001 2_LAI_2002 3_LAI_2003"), "2001 2002 2003"},
		{"a number that grows in the year", strings.Fields("1_LAI_2001 2_LAI_2001 1_LAI_2002"), `refused: "1_LAI_2001" and "2_LAI_2001" are both of 2001`},
		{"metres that grow in the year", strings.Fields("LAI_2001_1m LAI_2001_2m"), `refused: "1" and "2"`},
		{"parts of a month", strings.Fields("LAI_2001-05_s7 LAI_2001-05_x8 LAI_2001-06_s7"), "refused: "},
		{"scenes of a day", strings.Fields("LAI_20010501_7 LAI_20010501_8"), "2001-05-01 2001-05-01"},
		{"two satellites of a year", strings.Fields("F142000.v4b_web.avg_vis F152000.v4b_web.avg_vis F152001.v4b_web.avg_vis"), "2000 2000 2001"},

		{"years", numbered("LAI_%d.tif", 2001, 2020), "2001 2002 2003 2004 2005 2006 2007 2008 2009 2010 2011 2012 2013 2014 2015 2016 2017 2018 2019 2020"},
		{"a century of years", numbered("tas_%d", 1901, 2005), "1901 1902"},
		{"dekads as years", numbered("AETI_%d", 1901, 1936), "refused: doubtful"},
		{"months of 2019 as years", numbered("S2_%d", 1904, 1910), "refused: doubtful"},
		{"months of two years as years", append(numbered("S2_%d", 1901, 1912), numbered("S2_%d", 2001, 2012)...), "refused: doubtful"},
		{"numbers that leave the years", numbered("img_%d", 1990, 2040), "refused: outside the years"},
		{"numbers that come to the years", numbered("img_%d", 1840, 1860), "refused: outside the years"},

		{"a year beside days", strings.Fields("a_2001 a_20020715"), "2001 2002-07-15"}, // Resolve refuses them together
		{"none", nil, ""},
	}
	for _, test := range tests {
		dates, err := FromNames(test.names)
		if message, refused := strings.CutPrefix(test.want, "refused: "); refused {
			if err == nil || !strings.Contains(err.Error(), message) {
				t.Errorf("%s: got %v, %v; want the error %s", test.what, dates, err, message)
			}
			continue
		}
		var got []string
		for _, d := range dates {
			got = append(got, d.String())
		}
		if err != nil || !strings.HasPrefix(strings.Join(got, " "), test.want) || test.what != "a century of years" && strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %v, %v; want %s", test.what, got, err, test.want)
		}
	}
}

// The fields of an error say what its text does.
func TestErrorFields(t *testing.T) {
	_, err := FromNames([]string{"a_2001.tif", "NDVI_2002_JJA.tif"})
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrDoubtful) || e.Remedy != GiveDates || len(e.Inputs) != 1 || e.Inputs[0] != "NDVI_2002_JJA.tif" || len(e.Dates) != 1 || e.Dates[0] != Year(2002) ||
		e.Found != `a doubtful date in the file name "NDVI_2002_JJA.tif", 2002: "JJA" may be a part of the date too` {
		t.Errorf("got %#v", err)
	}
	if got := Remedy(-1).String(); got != "Remedy(-1)" {
		t.Error(got)
	}
}
