package timeaxis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is one way in which names carry their date.
type rule struct {
	name    string         // for reports
	example string         // a real name, for which the rule was made
	pattern *regexp.Regexp // its named groups spell the date, see datesIn
}

// Parts of patterns: a day and a day of the year without separators.
const (
	ymd  = `(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)`
	ydoy = `(?P<year>\d{4})(?P<doy>\d{3})`
)

// products are the rules of names that data centres give. They know which of
// several dates is that of acquisition: where one reads a date in a name, the
// notations below are not looked for in it.
var products = []rule{
	{"Landsat product id", "LC08_L1TP_014032_20180113_20180119_01_T1", product(`L[CEMOT]\d\d_[0-9A-Z]{2,4}_\d{6}_` + ymd)}, // Collections and ARD; a processing date follows
	{"Landsat scene id", "LE70350322000050EDC01_stack.gtif", product(`L[CEMOT]\d\d{6}` + ydoy + `[A-Z]{3}\d\d`)},           // before the collections
	{"Landsat order id of ESPA", "LC080340322016072301T1-SC20180214145802", product(`L[CEMOT]\d\d\d{6}` + ymd + `\d\d(?:T[12]|RT)`)},
	{"MODIS granule id", "MOD13Q1.A2000049.h08v05.006.2015136104623.hdf", product(`A` + ydoy + `(?:[._]|$)`)}, // a time of production follows
	{"AppEEARS name", "MOD13Q1.006__250m_16_days_NDVI_doy2000049_aid0001.tif", product(`doy` + ydoy + `(?:\d{6})?(?:\D|$)`)},
	{"HLS granule id", "HLS.S30.T14RQU.2020032T170659.v2.0.merged.subset.tif", product(`HLS\.[LS]30\.T\d\d[A-Z]{3}\.` + ydoy + `T\d{6}`)},
	{"Sentinel-2 product id", "S2A_MSIL2A_20170105T013442_N0204_R031_T53NMJ_20170105T013443.SAFE", product(`S2[A-D]_MSIL[12][ABC]_` + ymd + `T\d{6}`)},                         // a discriminator follows
	{"Sentinel-2 product id of 2015 and 2016", "S2A_OPER_PRD_MSIL1C_PDMC_20150818T101440_R022_V20150813T102406_20150813T102406", product(`S2[AB]_OPER_.*_V` + ymd + `T\d{6}`)}, // a time of processing precedes
	{"FORCE name", "20180823_LEVEL2_SEN2A_BOA.tif", regexp.MustCompile(`^` + ymd + `_LEVEL[1-4]_`)},
	{"Copernicus Global Land name", "c_gls_NDVI300_201401010000_GLOBE_PROBAV_V1.0.1.tif", product(`c_gls_[0-9A-Z-]+_` + ymd + `\d{4}_`)},
}

// product matches an id that begins a word, in either case.
func product(id string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^0-9A-Za-z])` + id)
}

// notations are the rules of dates as anyone may write them. One is tried where
// a run of digits begins, so nothing before its pattern needs to be a
// non-digit; its first group is the text that is used up. They are tried in
// order, and the first whose pattern fits has the text, even if that is no date:
// 2001-02-30 must not be read as the year 2001.
//
// A time of day behind a day is used up with it, lest 1955 in T1955 be taken
// for a year. A month or a day of the year ends a word, lest 250m be one.
var notations = []rule{
	{"YYYYMMDD", "S2_NDVI_20150711T100008.tif", day(ymd)},
	{"YYYY-MM-DD", "TERRA_MODIS_012010_NDVI_2013-09-14.jp2", day(`(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)`)},
	{"YYYY_MM_DD", "2000_02_18.NDVI.tif", day(`(?P<year>\d{4})_(?P<month>\d\d)_(?P<day>\d\d)`)}, // Earth Engine's name of a MODIS composite
	{"YYYY.MM.DD", "X2000.02.18", day(`(?P<year>\d{4})\.(?P<month>\d\d)\.(?P<day>\d\d)`)},       // a layer's name in R, and CHIRPS by the day
	{"dekad YYYYMmmPp", "2001M07P2", word(`(?P<year>\d{4})M(?P<month>\d\d)P(?P<dekad>\d)`)},     // a notation; no data set is known by it
	{"dekad YYYY-MM-Dd", "WAPOR-3.L1-AETI-D.2023-01-D1.tif", word(`(?P<year>\d{4})-(?P<month>\d\d)-D(?P<dekad>\d)`)},
	{"dekad YYYY_MM-dkd", "rfe1983_01-dk1.nc", word(`(?P<year>\d{4})_(?P<month>\d\d)-dk(?P<dekad>\d)`)},
	{"dekad or pentad YYYY.MM.p", "chirps-v2.0.1981.01.1.tif", word(`(?P<year>\d{4})\.(?P<month>\d\d)\.(?P<period>\d)`)},
	{"YYYY_DOY", "MOD13Q1_NDVI_2000_049.tif", word(`(?P<year>\d{4})[-_.](?P<doy>\d{3})`)},
	{"month YYYY_MM", "rfe1983_01.v3.nc", word(`(?P<year>\d{4})[-_.](?P<month>\d\d)`)},
	{"year", "LAI_2001.tif", regexp.MustCompile(`^((?P<year>\d{4}))(?:\D|$)`)},
}

// day matches a day, with or without a time of day, up to a non-digit.
func day(notation string) *regexp.Regexp {
	return regexp.MustCompile(`^(` + notation + `(?:[Tt]\d{4}(?:\d\d)?)?)(?:\D|$)`)
}

// word matches a notation up to the end of a word.
func word(notation string) *regexp.Regexp {
	return regexp.MustCompile(`^(` + notation + `)(?:[^0-9A-Za-z]|$)`)
}

// The years that are believed in a name: outside them, four or eight digits are
// more often a tile, an orbit or a size than a date.
const firstYear, lastYear = 1900, 2100

// found is a date in a text, and the name of the rule that read it.
type found struct {
	date   Date
	rule   string
	rolled bool // day 366 of a year of 365 days
}

// readings returns the different dates in a text: those of product ids, or
// else those in any notation, in the order in which they stand there and
// without the years that only repeat a day's own.
func readings(text string) []found {
	if dates := productDates(text); len(dates) > 0 {
		return dates
	}
	return notedDates(text)
}

// productDates returns the different dates of the product ids in a text.
func productDates(text string) []found {
	var dates []found
	for _, r := range products {
		for _, match := range r.pattern.FindAllStringSubmatch(text, -1) {
			dates = r.add(dates, match)
		}
	}
	return dates
}

func notedDates(text string) []found {
	var dates []found
	for i := 0; i < len(text); {
		if !isDigit(text[i]) {
			i++
			continue
		}
		var used int
		dates, used = addNoted(dates, text[i:])
		i += used
	}
	days := slices.Clone(dates)
	return slices.DeleteFunc(dates, func(f found) bool {
		return f.date.IsYear() && slices.ContainsFunc(days, func(d found) bool { return !d.date.IsYear() && agree(f.date, d.date) })
	})
}

// addNoted reads text, which begins a run of digits, by the first notation that
// fits, and returns how many bytes are done with: what it used up, or the run.
func addNoted(dates []found, text string) (_ []found, used int) {
	for _, r := range notations {
		if match := r.pattern.FindStringSubmatch(text); match != nil {
			return r.add(dates, match), len(match[1])
		}
	}
	for used < len(text) && isDigit(text[used]) {
		used++
	}
	return dates, used
}

// add adds the plausible dates of a match that are not there yet.
func (r rule) add(dates []found, match []string) []found {
	spelled, rolled := datesIn(r.pattern.SubexpNames(), match)
	for _, d := range spelled {
		known := slices.ContainsFunc(dates, func(f found) bool { return f.date == d })
		if d.year >= firstYear && d.year <= lastYear && !known {
			dates = append(dates, found{d, r.name, rolled})
		}
	}
	return dates
}

// datesIn returns the date that the named groups of a match spell, or none if
// that is no date:
//
//	year             with month and day, with doy, with what follows or alone; of two
//	                 digits, 69 to 99 are 1969 to 1999 and 00 to 68 are 2000 to 2068
//	month            1 to 12 or an English name, July or jul; without day its first day
//	day              1 to 31
//	doy              day of the year, 1 to 366; in a year of 365 days, the last is rolled over to the
//	                 next 1 January, as strptime does: there are scenes with such a name
//	dekad            of a month, 1 to 3, or of a year, 1 to 36: its first day, 1, 11 or 21
//	pentad           of a month, 1 to 6, or of a year, 1 to 72: its first day, 1, 6, … 26
//
// The group period, of rules only, is a dekad or a pentad, whichever there is:
// two dates where both are and differ.
func datesIn(names, match []string) (dates []Date, rolled bool) {
	numbers := map[string]int{}
	for i, name := range names {
		if name == "" {
			continue
		}
		n, ok := groupNumber(name, match[i])
		if !ok {
			return nil, false
		}
		numbers[name] = n
	}
	y, m := numbers["year"], numbers["month"]
	one := func(d Date, ok bool) ([]Date, bool) {
		if !ok {
			return nil, false
		}
		return []Date{d}, d.year != y
	}
	has := func(name string) bool { _, ok := numbers[name]; return ok }
	switch {
	case has("doy"):
		n := numbers["doy"]
		d, err := Day(y, time.January, 1)
		return one(d.plus(n-1), err == nil && n >= 1 && n <= 366 && y < 9999)
	case has("dekad"):
		return one(firstDay(y, m, numbers["dekad"], 3, 10))
	case has("pentad"):
		return one(firstDay(y, m, numbers["pentad"], 6, 5))
	case has("period"):
		dates, _ := one(firstDay(y, m, numbers["period"], 3, 10))
		if d, ok := firstDay(y, m, numbers["period"], 6, 5); ok && !slices.Contains(dates, d) {
			dates = append(dates, d)
		}
		return dates, false
	case has("month"):
		d := 1
		if has("day") {
			d = numbers["day"]
		}
		date, err := Day(y, time.Month(m), d)
		return one(date, err == nil)
	}
	return one(Year(y), y >= 1)
}

// firstDay returns the first day of period n, of which a month has so many, of so
// many days but for the last one; m is the month, or 0 where n counts from January.
func firstDay(y, m, n, inMonth, days int) (Date, bool) {
	if m == 0 && n >= 1 {
		m, n = (n-1)/inMonth+1, (n-1)%inMonth+1
	}
	d, err := Day(y, time.Month(m), 1+(n-1)*days)
	return d, err == nil && n >= 1 && n <= inMonth
}

// groupNumber reads what a named group has matched.
func groupNumber(name, text string) (int, bool) {
	if name == "month" {
		for m := time.January; m <= time.December; m++ {
			if full := m.String(); strings.EqualFold(text, full) || strings.EqualFold(text, full[:3]) {
				return int(m), true
			}
		}
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if name == "year" {
		switch {
		case len(text) == 2 && n >= 69:
			n += 1900
		case len(text) == 2:
			n += 2000
		case len(text) != 4:
			return 0, false
		}
	}
	return int(n), err == nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
