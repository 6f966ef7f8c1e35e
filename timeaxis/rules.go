package timeaxis

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// rule is one way in which texts carry their date.
type rule struct {
	name    string                         // for reports
	example string                         // a real name, for which the rule was made
	pattern func() *regexp.Regexp          // its first group is the text that it uses up; named groups spell the date, see spelled
	key     string                         // in lower case; a text without it is not searched
	fits    func(p *page, i, end int) bool // whether it may be at words[i], up to end; nil: anywhere
	// notation says that it is anyone's, and not that of a product.
	notation bool
}

// Parts of patterns: a year as it is written, a day, a day of the year, an English month, what may
// stand between the parts of a date, and the ends of a number, of a word and of a day before its
// time.
const (
	yyyy      = `(?P<year>1[5-9]\d\d|2[01]\d\d)`
	ymd       = `(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)`
	ydoy      = `(?P<year>\d{4})(?P<doy>\d{3})`
	monthName = `(?P<month>january|february|march|april|june|july|august|september|october|november|december|` +
		`jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec)`
	mm        = `(?P<month>0[1-9]|1[0-2])`
	between   = `[-_. ]`
	endNumber = `(?:\D|$)`
	endWord   = `(?:[^0-9A-Za-z]|$)`
	endDay    = `(?:[^0-9A-Za-z]|[Tt]\d|$)`
)

// products are the rules of names that data centres give, with the sources of their conventions.
// They know which of several dates is that of acquisition, and for a period its first day: where
// one reads a date, the notations below are not looked for.
var products = []rule{
	// Landsat: USGS, "Landsat Collections" and LSDS-1619; the date of processing follows. Earth
	// Engine leaves out level, processing and tier.
	product("", "Landsat product id", "LC08_L1TP_014032_20180113_20180119_01_T1", `L[CEMOT]\d\d_[0-9A-Z]{2,4}_\d{6}_`+ymd),
	product("", "Landsat scene of Earth Engine", "LC08_044034_20140318", `L[CEMOT]\d\d_\d{6}_`+ymd),
	product("", "Landsat scene id", "LE70350322000050EDC01_stack.gtif", `L[CEMOT]\d\d{6}`+ydoy+`[A-Z]{3}\d\d`),
	product("", "Landsat order id of ESPA", "LC080340322016072301T1-SC20180214145802", `L[CEMOT]\d\d\d{6}`+ymd+`\d\d(?:T[12]|RT)`),
	product("-sc", "Landsat order id of ESPA before the Collections", "LT50340322001177-SC20160131194757_sr_band4.tif", `L[CEMOT]\d\d{6}`+ydoy+`-SC\d{14}`),
	// LP DAAC, "ASTER Overview: Naming Conventions": month, day, year and time; a time of production follows.
	product("ast_", "ASTER granule id", "AST_L1T_00305212003175034_20150521000000_12345.tif", `AST_[0-9A-Z]{2,5}_00\d(?P<month>\d\d)(?P<day>\d\d)(?P<year>\d{4})\d{6}_\d{14}`),
	// LP DAAC, "MODIS Overview: Naming Conventions"; a time of production follows.
	product("", "MODIS granule id", "MOD13Q1.A2000049.h08v05.006.2015136104623.hdf", `A`+ydoy+`(?:[._]|$)`),
	product("doy", "AppEEARS name", "MOD13Q1.006__250m_16_days_NDVI_doy2000049_aid0001.tif", `doy`+ydoy+`(?:\d{6})?`+endNumber),
	product("hls", "HLS granule id", "HLS.S30.T14RQU.2020032T170659.v2.0.merged.subset.tif", `HLS\.[LS]30\.T\d\d[A-Z]{3}\.`+ydoy+`T\d{6}`),
	// ESA, "Sentinel-2 Products Specification Document"; a discriminator follows, or, before 2016,
	// a time of processing precedes.
	product("s2", "Sentinel-2 product id", "S2A_MSIL2A_20170105T013442_N0204_R031_T53NMJ_20170105T013443.SAFE", `S2[A-D]_MSIL[12][ABC]_`+ymd+`T\d{6}`),
	product("_oper_", "Sentinel-2 product id of 2015 and 2016", "S2A_OPER_PRD_MSIL1C_PDMC_20150818T101440_R022_V20150813T102406_20150813T102406", `S2[AB]_OPER_.*_V`+ymd+`T\d{6}`),
	// Earth Engine's catalog, COPERNICUS/S2: sensing, product generation, tile.
	product("", "Sentinel-2 scene of Earth Engine", "20160107T003602_20160108T011525_T56MNN.tif", ymd+`T\d{6}_\d{8}T\d{6}_T\d\d[A-Z]{3}`),
	// ESA, "Sentinel-1 Product Specification": start, stop; the data files of a SAFE write it in
	// their way.
	product("s1", "Sentinel-1 product id", "S1A_IW_GRDH_1SDV_20141031T235950_20141101T000015_003076_003856_7A1F", `S1[A-D]_(?:S\d|IW|EW|WV|EN|N\d|IM)_[A-Z_]{4}_\d[AS][A-Z]{2}_`+ymd+`T\d{6}_\d{8}T\d{6}`),
	product("s1", "Sentinel-1 measurement", "s1a-iw-grd-vv-20141031t235950-20141101t000015-003076-003856-001.tiff", `S1[A-D]-[a-z0-9]{2,3}-[a-z]{3}-[a-z]{2}-`+ymd+`t\d{6}-\d{8}t\d{6}`),
	// ESA and EUMETSAT, "Sentinel-3 PDGS File Naming Convention" and "Sentinel-5P Products": start,
	// stop, creation.
	product("s", "Sentinel-3 or 5P product id", "S3A_OL_2_LFR____20190101T100000_20190101T100300_20190102T140000_0179_040_022_2160_LN1_O_NT_002", `S(?:3[A-D_]|5P)_[A-Z0-9_]{5,20}_`+ymd+`T\d{6}_\d{8}T\d{6}_`),
	// JPL, "OPERA Product Specification": acquisition, production. A displacement has two
	// acquisitions and no row.
	product("opera_", "OPERA granule id", "OPERA_L3_DSWx-HLS_T15SXR_20210907T163901Z_20210907T203054Z_L8_30_v1.0_B01_WTR.tif", `OPERA_L\d_(?:DSWx-[A-Z0-9]+|DIST-ALERT-[A-Z0-9]+|RTC-S1|CSLC-S1)_T[A-Z0-9-]+_`+ymd+`T\d{6}Z_\d{8}T\d{6}Z`),
	product("opera_", "OPERA granule id of a year", "OPERA_L3_DIST-ANN-HLS_T06WVT_2023_20240601T181545Z_30_v1_VEG-DIST-STATUS.tif", `OPERA_L3_DIST-ANN-[A-Z0-9]+_T[A-Z0-9]+_`+yyyy+`_\d{8}T\d{6}Z`),
	// FORCE's documentation, "Level 2 Processing System: Naming convention".
	product("_level", "FORCE name", "20180823_LEVEL2_SEN2A_BOA.tif", ymd+`_LEVEL[1-4]_`),
	product("c_gls_", "Copernicus Global Land name", "c_gls_NDVI300_201401010000_GLOBE_PROBAV_V1.0.1.tif", `c_gls_[0-9A-Z-]+_`+ymd+`\d{4}_`),
	// INPE, Brazil Data Cube: collection with period, version, tile, first and last day.
	product("_v0", "Brazil Data Cube item", "CB4_64_16D_STK_v001_022024_2018-01-01_2018-01-16_NDVI.tif", `[A-Z0-9]+_\d+_\d+[DM]_[A-Z]+_v\d{3}_\d{6}_(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)_\d{4}-\d\d-\d\d`),
	product("_v", "Brazil Data Cube item of version 2", "LANDSAT-16D_V1_031020_20180101_NDVI.tif", `[A-Z0-9-]+-\d+[DMY]_V\d_\d{6}_`+ymd),
	// Geoscience Australia, DEA annual summaries: a first day, or a year alone, and an ISO
	// duration.
	product("p1y", "DEA summary of a year", "ga_ls8cnbart_gm_cyear_3_x40y11_2015--P1Y_final_red.tif", `ga_[a-z0-9_]+_x-?\d+y-?\d+_`+yyyy+`--P1Y`),
	// Earth Observation Group, readme files of the VIIRS and DMSP composites.
	product("vnl_", "VIIRS nighttime lights of a year", "VNL_v21_npp_2013_global_vcmcfg_c202205302300.average_masked.dat.tif", `VNL_v\d+_(?:npp|j01)_`+yyyy+`_`),
	product("svdnb_", "VIIRS nighttime lights of a period", "SVDNB_npp_20120401-20120430_75N180W_vcmcfg_v10_c201605121456.avg_rade9h.tif", `SVDNB_(?:npp|j01)_`+ymd+`-\d{8}_`),
	product("", "DMSP nighttime lights", "F182013.v4c_web.stable_lights.avg_vis.tif", `F1[0-8]`+yyyy+`(?:\.|_)v\d`),
	// JRC, "GHSL Data Package 2023": epoch, release, projection, resolution, version.
	product("ghs_", "GHSL epoch", "GHS_BUILT_S_E1975_GLOBE_R2023A_54009_100_V1_0.tif", `GHS_[A-Z_]+_E`+yyyy+`_[A-Z0-9_]+?_R\d{4}[A-Z]`),
	// ESA, "CCI Data Standards" 2.3: indicative date before the version; land cover leaves the f
	// out.
	product("esacci-", "ESA CCI name of a day", "ESACCI-SEASTATE-L3-SWH-MULTI_1D-20170130-fv01.nc", `ESACCI-.*(?:[^0-9]|[^0-9]\d{1,3})-`+ymd+`(?:T?\d{6}|\d{4})?-fv\d`),
	product("esacci-", "ESA CCI name of a month", "ESACCI-SEASTATE-L4-SWH-MULTI_1M-201701-fv01.nc", `ESACCI-.*(?:[^0-9]|[^0-9]\d{1,3})-`+yyyy+mm+`-fv\d`),
	product("esacci-", "ESA CCI name of a year", "ESACCI-LC-L4-LCCS-Map-300m-P1Y-1992-v2.0.7.tif", `ESACCI-.*(?:[^0-9]|[^0-9]\d{1,3})-`+yyyy+`-f?v\d`),
	// CIESIN, "Gridded Population of the World, Version 4": data set, revision, year, resolution.
	product("gpw", "GPW estimate", "gpw_v4_population_density_rev11_2000_30_sec.tif", `gpw_v4_[a-z_]+_rev\d\d_`+yyyy+`_`),
	// PRISM Climate Group, "PRISM Data Formats" and the names of 2025.
	product("prism_", "PRISM day", "PRISM_tmax_stable_4kmD2_19810101_bil.bil", `PRISM_[a-z]+_(?:stable|provisional|early|us)_[0-9A-Za-z]+_`+ymd+endNumber),
	product("prism_", "PRISM month", "PRISM_ppt_stable_4kmM3_198101_bil.tif", `PRISM_[a-z]+_(?:stable|provisional|early|us)_[0-9A-Za-z]+_`+yyyy+mm+endNumber),
	product("prism_", "PRISM year", "PRISM_ppt_stable_4kmM3_1981_bil.bil", `PRISM_[a-z]+_(?:stable|provisional|early|us)_[0-9A-Za-z]+_`+yyyy+endNumber),
	// USGS FEWS NET, SSEBop: m and the month, y and the year, or d and the day of an 8-day period.
	product("ssebop", "SSEBop month", "m201001modisSSEBopET.tif", `m`+yyyy+mm+`[a-z0-9_]*ssebop`),
	product("ssebop", "SSEBop year", "y2010modisSSEBopET.tif", `y`+yyyy+`[a-z0-9_]*ssebop`),
	// CHELSA, "Technical specification": variable, month or day and month, year, version.
	product("chelsa", "CHELSA day", "CHELSA_tas_05_07_2001_V.2.1.tif", `CHELSA[a-z0-9]*_[a-z0-9]+_(?P<day>\d\d)_`+mm+`_`+yyyy+`_V`),
	product("chelsa", "CHELSA month", "CHELSA_tas_01_1985_V.2.1.tif", `CHELSA[a-z0-9]*_[a-z0-9]+_(?P<month>0?[1-9]|1[0-2])_`+yyyy+`_V`),
	// Climate Hazards Center, CHIRPS 2.0: a dekad in global_dekad, a pentad in global_pentad.
	product("chirps", "CHIRPS dekad or pentad", "chirps-v2.0.1981.01.1.tif", `chirps-v\d\.\d\.`+yyyy+`\.`+mm+`\.(?P<period>\d)`+endWord),
	product("chirps", "CHIRPS year", "chirps-v2.0.1981.tif", `chirps-v\d\.\d\.`+yyyy+`$`),
	// NASA, GIMMS NDVI3g: half a month; from version 1 on, half a year a file.
	product("geo", "GIMMS half month", "geo09jan15a.n17-VI3g", `geo(?P<year>\d\d)`+monthName+`15(?P<half>[ab])`),
	product("ndvi3g", "GIMMS half year", "ndvi3g_geo_v1_1981_0712.tif", `ndvi3g_geo_v\d(?:_\d)?_`+yyyy+`_(?P<months>0106|0712)`),
	// FAO, WaPOR 2: two digits of the year and the dekad of it.
	product("", "WaPOR 2 dekad", "L2_AETI_1936.tif", `L[123]_(?:AETI|NPP|TBP|PCP|RET|QUAL|NDVI|LST|E|T|I)_(?P<year>09|[12]\d)(?P<dekad>0[1-9]|[12]\d|3[0-6])`+endWord),
	// EEA, "CLC file naming conventions": update campaign, theme and reference year, release.
	product("clc", "CORINE Land Cover", "U2018_CLC2012_V2020_20u1.tif", `(?:U\d{4}_)?CLC`+yyyy+`_(?:U\d{4}_)?V\d{4}`),
	// US Forest Service, LCMS: area, version, product, year.
	product("lcms_", "LCMS year", "LCMS_CONUS_v2020-5_Change_1985.tif", `LCMS_[A-Z]+_v\d{4}-\d+_[A-Za-z_]+_`+yyyy),
	// NOAA STAR, vegetation health: a year and a week of seven days, the first from 1 January on.
	product("vhp.", "NOAA vegetation health", "VHP.G04.C07.NC.P1981035.VH.tif", `VHP\.G\d\d\.C\d\d\.[A-Za-z0-9]+\.P`+yyyy+`(?P<week7>0[0-5]\d)`+endWord),
	// NOAA's AVHRR climate data records: the day of observation, and of creation behind c.
	product("avhrr", "AVHRR climate data record", "AVHRR-Land_v005_AVH13C1_NOAA-07_19810624_c20170610041337.tif", `AVHRR-Land_v\d+_[A-Z0-9]+_[A-Z0-9-]+_`+ymd+`_c\d{14}`),
}

// rivalProducts say where the name of a product may be something else.
var rivalProducts = []rule{
	product("", "a year behind the code of a WaPOR product", "", `L[123]_[A-Z]+_20(?:09|1\d|2[0-4])`+endWord),
}

// product matches an id that begins a word, in either case. Only texts with key, which is in lower
// case, are searched for it.
func product(key, name, example, id string) rule {
	return rule{name: name, example: example, pattern: whenUsed(`(?i)(?:^|[^0-9A-Za-z])(` + id + `)`), key: key}
}

// notations are the rules of dates as anyone may write them. All are tried where a run of letters
// or digits begins. Those that use up most of the text have it, even if what they spell is no date:
// 2001-02-30 must not be read as February 2001. Where they differ, the text has several readings.
var notations = []rule{
	notation("YYYYMMDD", "S2_NDVI_20150711T100008.tif", yyyy+`(?P<month>\d\d)(?P<day>\d\d)`, endNumber, nil),
	notation("YYYYMMDDhh, hhmm or hhmmss", "ndvi_20010715120000.tif", yyyy+mm+`(?P<day>[0-3]\d)(?:[01]\d|2[0-3])(?:[0-5]\d){0,2}`, endNumber, nil),
	notation("YYYY-MM-DD", "TERRA_MODIS_012010_NDVI_2013-09-14.jp2", yyyy+`(?P<sep>[-_.:/ ])(?P<month>\d\d)(?P<same>[-_.:/ ])(?P<day>\d\d)`, endDay, noChain),
	notation("YYYY-M-D", "sea_ice_conc_2021_9_9.tif", yyyy+`(?P<sep>[-_.:/ ])(?P<month>[1-9]|1[0-2])(?P<same>[-_.:/ ])(?P<day>\d\d?)`, endWord, oneDigit),
	notation("YYYY-MMDD", "LiCS_2018_0131.tif", yyyy+`[-_.]`+mm+`(?P<day>[0-3]\d)`, endWord, nil),
	notation("DD-MM-YYYY", "15-07-2001_ndvi.tif", `(?P<day>\d\d?)(?P<sep>[-./])(?P<month>\d\d?)(?P<same>[-./])`+yyyy, endNumber, apart),
	notation("MM-DD-YYYY", "ndvi_07-15-2001.tif", `(?P<month>\d\d?)(?P<sep>[-./])(?P<day>\d\d?)(?P<same>[-./])`+yyyy, endNumber, apart),
	notation("DDMMYYYY", "ndvi_15072001.tif", `(?P<day>[0-3]\d)`+mm+yyyy, endNumber, noYearFirst),
	notation("MMDDYYYY", "ndvi_07152001.tif", mm+`(?P<day>[0-3]\d)`+yyyy, endNumber, noYearFirst),
	notation("DD month YYYY", "NDVI_15Jul2001.tif", `(?P<day>\d\d?)(?:st|nd|rd|th)?`+between+`*`+monthName+`[-_., ]*`+yyyy, endNumber, apart),
	notation("month DD YYYY", "NDVI_Jul_15_2001.tif", monthName+between+`*(?P<day>\d\d?)(?:st|nd|rd|th)?[-_., ]+`+yyyy, endNumber, nil),
	notation("YYYY month DD", "NDVI_2001_Jul_15.tif", yyyy+between+`*`+monthName+between+`*(?P<day>\d\d?)`, endWord, nil),
	notation("yYYYYmMMdDD", "y2001m07d05.tif", `y?`+yyyy+between+`?m(?P<month>\d\d?)`+between+`?d(?P<day>\d\d?)`, endWord, nil),
	notation("YYYYDDD", "GOSIF_2001057.tif", yyyy+`(?P<doy>\d{3})`, endNumber, nil),
	notation("YYYY_DDD", "MOD13Q1_NDVI_2000_049.tif", yyyy+`[-_.](?P<doy>\d{3})`, endWord, nil),
	notation("ISO date YYYY-Www-D", "ndvi_2001-W27-4.tif", yyyy+`-?W(?P<week>\d\d)-?(?P<weekday>[1-7])`, endWord, nil),
	notation("ISO week YYYY-Www", "ndvi_2001-W27.tif", yyyy+between+`?W(?P<week>\d\d)`, endWord, noLongitude),
	notation("dekad YYYYMmmPp", "2001M07P2", yyyy+`M(?P<month>\d\d)P(?P<dekad>\d)`, endWord, nil), // a notation; no data set is known by it
	notation("dekad YYYY-MM-Dd", "WAPOR-3.L1-AETI-D.2023-01-D1.tif", yyyy+`-(?P<month>\d\d)-D(?P<dekad>\d)`, endWord, nil),
	notation("dekad YYYY_MM-dkd", "rfe1983_01-dk1.nc", yyyy+`_(?P<month>\d\d)-dk(?P<dekad>\d)`, endWord, nil),
	notation("decimal year YYYY.fff", "ndvi_2001.5417.tif", yyyy+`\.(?P<fraction>\d{3,9})`, endWord, noDots),
	notation("month YYYY-MM", "rfe1983_01.v3.nc", yyyy+between+mm, endWord, nil),
	notation("month YYYY-M", "ndvi_2001_7.tif", yyyy+between+`(?P<month>[1-9]|12)`, endWord, nil),
	notation("month YYYYMM", "ndvi_201307.tif", yyyy+mm, endNumber, nil),
	notation("month by its name and YYYY", "NDVI_Jan_2001.tif", monthName+`[-_., ]*`+yyyy, endNumber, nil),
	notation("YYYY and a month by its name", "NDVI_2001_July.tif", yyyy+between+`*`+monthName, endWord, nil),
	notation("month YYYYMmm", "ndvi_2001M03.tif", yyyy+between+`?M(?P<month>\d\d)`, endWord, noBandOfVIIRS),
	notation("month Mmm YYYY", "NDVI_M03_2001.tif", `M(?P<month>\d\d)`+between+yyyy, endNumber, noBandOfVIIRS),
	notation("month yYYYYmMM", "y2001m07.tif", `y`+yyyy+between+`?m(?P<month>\d\d?)`, endWord, nil),
	notation("quarter YYYYQq", "ndvi_2001Q3.tif", yyyy+between+`?Q(?P<quarter>\d)`, endWord, nil),
	notation("quarter Qq YYYY", "ndvi_Q3_2001.tif", `Q(?P<quarter>\d)`+between+yyyy, endNumber, nil),
	notation("year", "LAI_2001.tif", yyyy, endNumber, nil),
}

// rivals are what the text of a notation may be if it is no date, or another one. They spell none:
// a notation of as much text is believed only where another text of the set leaves no doubt about
// it.
var rivals = []rule{
	notation("the number of a part of the month", "", someYear+between+`1[0-2]`+between+`[1-6]`, endWord, nil),
	notation("a year with day and month", "", someYear+`[-_.](?:0[1-9]|1[0-7]|2[1-9]|3[01])(?:0[1-9]|1[0-2])`, endWord, nil),
	notation("a year with its first and its last month", "", someYear+`[-_.](?:0[1-9]|1[0-2])(?:0[1-9]|1[0-2])`, endWord, nil),
	notation("a year and the number of a period", "", someYear+`[-_.]?(?:00[1-9]|0[1-3]\d|04[0-6])`, endWord, nil),
	notation("a year and a length", "", someYear+`[-_.]?(?:100|200|250|300)`, endWord, nil),
	notation("a year and the next one", "", someYear+`[-/]\d\d`, endWord, nextYear),
	notation("two years with a day each", "", someYear+`\d{3}(?:18|19|20)\d{5}`, endNumber, nil),
	notation("two years with a month each", "", someYear+`(?:0[1-9]|1[0-2])(?:18|19|20)\d\d(?:0[1-9]|1[0-2])`, endNumber, nil),
	notation("a year and a number", "", someYear+between+`[1-9]`, endWord, nil),
	notation("a decimal year", "", someYear+`\.\d\d?`, endWord, noDots),
	notation("a day of two digits for the year", "", `(?:1[5-9]|2[01])(?:0[1-9]|1[0-2])\d\d`, endNumber, nil),
	notation("a year behind the name of the model MAR", "", `(?-i:MAR)[-_. ]*`+someYear, endNumber, nil),
}

const someYear = `(?:1[5-9]\d\d|2[01]\d\d)`

// notation matches what begins with pattern and ends before end; the text that is used up is its
// first group.
func notation(name, example, pattern, end string, fits func(p *page, i, end int) bool) rule {
	return rule{name: name, example: example, pattern: whenUsed(`(?i)^(` + pattern + `)` + end), fits: fits, notation: true}
}

// whenUsed returns a function that compiles a pattern at its first call. Compiling all patterns of
// this package takes 2 ms, which no program should pay when it starts, and most runs use few.
func whenUsed(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// What stands around a notation decides about some. They begin with words[i] of a page and use up
// its text to end.

// noChain: no day and month stand before the year, as in 15-07-2001-08-20.
func noChain(p *page, i, _ int) bool {
	if i < 2 || p.words[i-1].role != unread || p.words[i-2].role != unread {
		return true
	}
	return !dayMonthBefore().MatchString(p.text[p.words[i-2].start:p.words[i].start])
}

var dayMonthBefore = whenUsed(`^` + someDay1 + `(?:-` + someMonth1 + `-|_` + someMonth1 + `_|\.` + someMonth1 + `\.|/` + someMonth1 + `/)$`)

// oneDigit: the month or the day has one digit.
func oneDigit(p *page, i, end int) bool { return end-p.words[i].start < len("2001-07-05") }

// apart: neither a letter or a digit nor another number of a chain is attached, and no word before
// says that the number counts something else than days.
func apart(p *page, i, end int) bool {
	start := p.words[i].start
	label, attached := labelOf(p.text, p.words, i)
	chained := i > 0 && p.words[i-1].digits && p.words[i-1].role == unread && p.words[i-1].end+1 == start && strings.IndexByte("-./", p.text[start-1]) >= 0 ||
		end+1 < len(p.text) && strings.IndexByte("-./", p.text[end]) >= 0 && isDigit(p.text[end+1])
	return !chained && !attached && !isCounter(label)
}

// noYearFirst: the eight digits are not two years, and not a date with the year in front.
func noYearFirst(p *page, i, _ int) bool { return !yearFirst().MatchString(p.words[i].in(p.text)) }

var yearFirst = whenUsed(`^(?:18[5-9]|19\d|20\d)`)

// noDots: the point in a number is a decimal one, and not one of several that separate words.
func noDots(p *page, i, end int) bool {
	start := p.words[i].start
	return (start == 0 || p.text[start-1] != '.') && (end == len(p.text) || p.text[end] != '.')
}

// nextYear: the two digits are those of the year after, as in the season 2001-02.
func nextYear(p *page, i, end int) bool {
	text := p.text[p.words[i].start:end]
	year, _ := strconv.Atoi(text[:4])
	next, _ := strconv.Atoi(text[5:])
	return next == (year+1)%100
}

// noLongitude: behind W27 there is no latitude, and no other number.
func noLongitude(p *page, _, end int) bool { return !latitude().MatchString(p.text[end:]) }

var latitude = whenUsed(`(?i)^[-_]?[NS]?\d`)

// noBandOfVIIRS: M05 is not one of the bands M01 to M16 of that sensor.
func noBandOfVIIRS(p *page, _, _ int) bool { return !viirs().MatchString(p.text) }

var viirs = whenUsed(`(?i)viirs|vnp|vj[12]|npp|jpss`)

// timesOfDay are the times that may follow a day.
var timesOfDay = []func() *regexp.Regexp{
	whenUsed(`^([Tt ]` + hh + `:?` + mi + `(?::?` + mi + `(?:[.,]\d+)?)?[Zz]?)` + endNumber),
	whenUsed(`^([-_]` + hh + mi + mi + `)` + endNumber),
	whenUsed(`^([Tt-]` + hh + `-` + mi + `-` + mi + `[Zz]?)` + endNumber),
}

const (
	hh = `(?:[01]\d|2[0-3])`
	mi = `[0-5]\d`
)
