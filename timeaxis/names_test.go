package timeaxis

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Names of rasters and the dates that they carry. Each must be read as that date or be refused, and
// never be read as another. "none" is a name of which no single date is right; a want that begins
// with ! must be refused because the name alone does not settle it; one that begins with = must be
// read.
var namedDates = []struct{ want, names string }{
	// A full date.
	{"=2001-07-15", `ndvi_20010715 20010715 ndvi20010715 NDVI.20010715.v2 20010715_ndvi ndvi-20010715-clip A20010715 ndvi_2001-07-15 ndvi_2001_07_15
		2001.07.15 ndvi_2001-7-15 ndvi_2001_7_15 ndvi.2001.7.15 20010715T101010 20010715t101010 20010715T1010 20010715T10 20010715T101010Z 2001-07-15T10:10:10Z 2001-07-15T10:10:10.123456
		2001-07-15T10-10-10 20010715_101010 20010715-101010 20010715101010 200107151010 2001071510 tile_05_20010715 20010715_10m 20010715_B04 20010715_v2.1
		h08v05_20010715 20010715_h08v05 20010715_EPSG3035 20010715_07 NDVI_20010715_2001 2001_20010715 200107_20010715 2001-07_2001-07-15 ndvi_15-07-2001 15.07.2001
		ndvi_15-7-2001 ndvi_15072001 ndvi_07152001 07-15-2001 15Jul2001 NDVI_15_Jul_2001 15-July-2001 15jul2001 15JUL2001 Jul_15_2001 July-15-2001 2001Jul15 2001_Jul_15 2001-JUL-15
		15th_July_2001 y2001m07d15 2001m07d15 Y2001M7D15 NDVI_2001_0715 ndvi_2001-0715 2001196 ndvi_2001196 ndvi.2001196.tif 2001_196 2001-196 NDVI_2001_196_mean doy2001196
		MOD13Q1.A2001196.h08v05.061.2020001123456 A2001196 X2001.07.15 X20010715 2001/07/15`},
	{"=2021-12-09", `sea_ice_conc_2021_12_9 2021-12-9`},
	{"=2022-09-09", `sea_ice_conc_2022_9_9 2022-9-9 2022_9_09`},
	{"=1816-06-15", `tambora_1816-06-15 tambora_18160615 15-06-1816`},
	{"=2018-01-31", `LiCS_2018_0131 2018_01_31 31-01-2018 31Jan2018`},
	{"=2020-12-31", `ndvi_2020366 ndvi_2020_366 2020-12-31`},
	{"2001-07-05", `ndvi_05-07-2001 07-05-2001 5-7-2001 ndvi_05072001 2001_0705 20010507_or_20010705 05_07_2001 ndvi_2001_05_07_or_2001_07_05 ndvi_05_07_01 ndvi_050701 ndvi_010705
		ndvi_01186 ndvi_2001_W27_4 2001年7月5日 05-07-2001-12-07-2001`},
	{"=2001-07-05", `ndvi_2001-W27-4 2001W274`},
	{"2018-01-31", `2018031 2018-031x_20180131 31_01_2018`},
	{"2001-04-12", `A20011022001133.L3m_MO_CHL 20011022001133`},
	{"2001-01-01", `tas_200101200112 200101-200112`},
	// Two dates: acquisition and processing, first and last day.
	{"2001-02-18", `MODIS_NDVI_2001049_20150611 MODIS_NDVI_2001049_2015162 LST_2001049_20150611123456 LST_20010218_20150611 LST_20150611_20010218 s_2001-02-18_2001-03-05
		2001.02.18.2015.06.11 A2001049_v2015162 2001049-2001064 20010218-20010305 20010218_2015 2001049_2015 NDVI_18Feb2001_11Jun2015 NDVI_2001_02_18_to_2001_03_05`},
	{"=2001-02-18", `LST_2001049_processed_20150611 LST_20010218_created20150611 ndvi_2001-02-18_v20150611 20010218_proc_2015-06-11T10:10:10`},
	{"none", `ndvi_processed_20150611 created_2015-06-11 ndvi_v20150611 exported20150611`},
	{"2018-01-01", `CB4_64_16D_STK_v001_022024_2018-01-01_2018-01-16 LANDSAT-16D_V1_031020_20180101_NDVI S2_10_16D_STK_v001_089099_2018-01-01_2018-01-16_EVI
		SVDNB_npp_20180101-20180131_75N060E_vcmslcfg_v10_c201805221252.avg_rade9h`},
	{"=2015-07-07", `20150707T003602_20150708T011525_T56MNN S1A_IW_GRDH_1SDV_20150707T235950_20150708T000015_006712_008F95_7A1F
		s1a-iw-grd-vv-20150707t235950-20150708t000015-006712-008f95-001 S2A_MSIL1C_20150707T100006_N0204_R122_T33UVR_20150709T104530
		S3A_OL_2_LFR____20150707T095908_20150707T100208_20150708T151200_0179_040_022_2160_LN1_O_NT_002 OPERA_L3_DSWx-HLS_T15SXR_20150707T163901Z_20150708T163901Z_L8_30_v1.0_B01_WTR
		OPERA_L2_RTC-S1_T168-359429-IW2_20150707T053000Z_20150709T030405Z_S1A_30_v1.0_VV AVHRR-Land_v005_AVH13C1_NOAA-19_20150707_c20170610041337
		ESACCI-SOILMOISTURE-L3S-SSMV-COMBINED-20150707000000-fv06.1 ESACCI-SEASTATE-L2P-SWH-Jason-2-20150707T145103-fv01 ESACCI-SEASTATE-L3-SWH-MULTI_1D-20150707-fv01
		PRISM_tmax_stable_4kmD2_20150707_bil prism_tmax_us_25m_20150707 CHELSA_tas_07_07_2015_V.2.1 LC08_044034_20150707 LC08_L2SP_044034_20150707_20200909_02_T1_SR_B4
		LC08_199012_20150707 20150707_LEVEL3_LNDLG_NDV c_gls_LAI300_201507070000_GLOBE_PROBAV_V1.0.1 3B-DAY.MS.MRG.3IMERG.20150707-S000000-E235959.V06 VNP13A1.A2015188.h08v05.001.2016301123456`},
	{"=2001-06-26", `LT50340322001177-SC20160131194757_sr_band4 LE70340322001177-SC20160131194757 AST_L1T_00306262001175034_20150521000000_12345 AST_08_00306262001180511_20160101101010_1`},
	// A day of making, beside a number that has the day of acquisition in it or without one.
	{"none", `S2A_OPER_MSI_L1C_TL_EPA__20161008T201233_A001234_T31UFU_B04 S2A_OPER_MSI_L1C_TL_SGS__20151221T181523_A002581_T31TCJ_N02_01_01
		X0340322001177_20160131 scene_0010626200117503_20160131 A00305212003175034_20150521`},
	{"=2016-01-31", `order_0101234567890_20160131 20160131_123456789012 ndvi_20160131_id9876543210`},
	{"2016-07-05", `OPERA_L3_DISP-S1_IW_F11114_VV_20160705T005430Z_20160729T005431Z_v1.0_20250101T000000Z`},
	// Months.
	{"=1985-01-01", `CHELSA_tas_01_1985_V.2.1 CHELSA_tas_1_1985_V.1 CHELSAcruts_prec_1_1985_V.1.0 ndvi_1985-01 ndvi_1985_01 1985.01.tif.gz GPCC.1985.01.v2022 NDVI_Jan_1985 NDVI_January_1985 Jan1985 jan_1985 JAN-1985
		1985Jan 1985_January 1985-JAN ndvi_1985M01 ndvi_1985-M01 M01_1985 y1985m01 PRISM_ppt_stable_4kmM3_198501_bil prism_ppt_us_25m_198501 m198501modisSSEBopET m198501_ssebop
		ndvi_198501 198501 ESACCI-SEASTATE-L4-SWH-MULTI_1M-198501-fv01 ndvi_Jan_1985_10m tile_5_Jan_1985 wc2.1_2.5m_tmin_1985-01 chirps-v2.0.1985.01 rfe1985_01.v3 ASIS.VCI-M.1985-01
		Jan_1985_v2 TerraClimate_1985_01_h08v05`},
	{"=2005-09-01", `NDVI_Sept_2005 Sep2005 2005_September y2005m9`},
	{"1985-01-01", `ndvi_01_1985 01_1985 01-1985 01.1985 prec_1_1985 ndvi_1985_1 ndvi_1985-1 ndvi_1985.1 ndvi_1985.01 ndvi01_1985 NDVI011985 ndvi_011985 01_ndvi_1985 1_1985 Jan_ndvi_1985 ndvi_1985_mean_Jan
		1985_ndvi_01 NDVIJan1985 1985JanNDVI ndvi_janvier_1985 ndvi_enero_1985 Januar_1985 1985_month_1 1985_month01 month_01_1985 m1_1985 1985m1 1985_m1 1985mon01 01m_1985 1985_01ndvi
		Jan85 ndvi_Jan_85 ndvi_8501 monat_01_1985 1985_I ndvi_1985_01st 1985年1月 M1985_01 ndvi_1985_001 ndvi_1985001 1985_d001`},
	{"2001-03-01", `SMB_MAR_2001 MAR2001 2001_III 2001-III ndvi_2001_Mars ndvi_2001_3 VIIRS_M03_2001 2001_März 03_2001 ndvi_2001.3 2001_3rd 2001_03_1 2001_03-1`},
	{"2013-07-01", `ndvi_201307_v2 LST_201307_mean 2013-07`},
	{"!2007-05-01", `ndvi_200705 ndvi_200705_v2 200705`},
	{"1990-01-02", `AVHRR_1990_0102 avhrr_1990-0102 1990_01_02 1990_1_2 ndvi_02-01-1990 1990.0102`},
	{"=1990-01-16", `1990016_1990-01-16 geo90jan15b.n11-VI3g`},
	{"=1990-01-01", `geo90jan15a.n11-VI3g ndvi3g_geo_v1_1990_0106 ndvi3g_geo_v1_2_1990_0106`},
	{"1990-07-01", `ndvi_1990_0712 1990_Jul-Dec JulDec1990 Jul-Dec_1990 1990H2 1990_H2 1990_S2_half 1990_S2 1990_H2 1990_second_half 1990_sem2`},
	// Seasons, quarters, weeks, dekads.
	{"=2001-07-01", `ndvi_2001Q3 ndvi_2001_Q3 2001-Q3 Q3_2001 Q3-2001 q3.2001`},
	{"none", `NDVI_2001_JJA JJA_2001 2001JJA NDVI_DJF_2001 2001_MAM SON2001 NDVI_2001_JJAS 2001_AMJJAS NDVI_2001_summer Summer_2001 2001_spring 2001winter autumn_2001 2001_wet
		2001_dry kharif_2001 rabi_2001 2001_rainy NDVI_2001_season1 2001_monsoon 2001-02_djf 2001_JAS_mean NDVI_mean_JJA_2001 2001_growingseason_MJJ 2001_win spr_2001`},
	{"=2001-07-02", `ndvi_2001-W27 ndvi_2001W27 ndvi_2001_W27 ndvi_2001w27`},
	{"=2019-12-30", `ndvi_2020-W01`},
	{"2001-07-02", `ndvi_W27_2001 ndvi_2001_wk27 ndvi_2001_week27 ndvi_2001_27 2001_week_27 ndvi_200127 NDVI_2001WC27 2001_kw27 27_2001 2001-27 ndvi_2001_W27_N10 ndvi_2001_27th`},
	{"=1981-08-27", `VHP.G04.C07.NC.P1981035.VH`},
	{"!1981-08-27", `NDVI.P1981035 ndvi_1981035`},
	{"=2020-12-21", `L1_AETI_2036 2020-12-D3 2020M12P3 2020_12-dk3 L2_NPP_2036`},
	{"=2009-01-01", `L1_AETI_0901 L2_AETI_0901`},
	{"=2019-01-01", `L2_AETI_1901 L3_T_1901`},
	{"!none", `L1_AETI_2012 L2_NPP_2020`},
	{"2001-01-11", `ndvi_2001_dek02 ndvi_2001_d02 2001_dekad2 ndvi_2001D02 chirps-v2.0.2001.01.2 2001_01_dk2x ndvi_200101_2 2001_01_2 2001-01-2 2001.01.2 2001_002 dk02_2001`},
	{"=2001-01-26", `chirps-v2.0.2001.01.6`},
	// Decimal years.
	{"=2001-07-17", `ndvi_2001.5417 2001.5417 ndvi_2001.541666`},
	{"=1984-12-16", `ndvi_1984.9563`},
	{"none", `ndvi_2001.5 ndvi_2001.25 ndvi_1984.042 ndvi_1984.125 ndvi_1984.54 ndvi_2001.08 ndvi_2001.75 ndvi_2001,5 ndvi_1984.0`},
	// Years.
	{"=2001", `LAI_2001 2001 LAI2001 lai-2001 LAI.2001 y2001 y2001b X2001 A2001 2001_LAI temp_2m_2001 pop_2000m_2001 NDVI_2001_250m ndvi_2001_10m ndvi_30m_2001 2001_1km ndvi_EPSG2056_2001 ndvi_2001_EPSG4326
		ndvi_epsg-3035_2001 NDVI_h25v05_2001 NDVI_2001_h25v05 tile_05_2001 2001_tile_12 path_195_row_029_2001 band_4_2001 2001_band4 2001_B04 B04_2001 ndvi_v2_2001 ndvi_v2.1_2001 ndvi_2001_v2 ndvi_V.2.1_2001
		ndvi_2001_v061 chirps-v2.0.2001 ndvi_p90_2001 ndvi_2001_p10 bio12_2001 spei12_2001 x40y11_2001 r05c07_2001 N05E012_2001 NDVI_2001_2001 ndvi_2001_annual mean_2001 npp_2001_mean 2001ndvi
		ndvi_2001_3857x 0.05deg_2001 ndvi_0.25_2001 2001_wgs84 utm32_2001 ETRS89_2001 LC100_2001 MOD13Q1_2001 MCD12Q1_2001_LC MYD11A2_2001_mean MOD17A3HGF_2001 gpw_v4_population_density_rev11_2001_30_sec
		gpw_v4_population_density_rev11_2001_2pt5_min ESACCI-LC-L4-LCCS-Map-300m-P1Y-2001-v2.0.7cds F152001.v4b_web.stable_lights.avg_vis F152001_v4b_avg_vis GHS_POP_E2001_GLOBE_R2023A_54009_100_V1_0
		ga_ls7e_gm_cyear_3_x40y11_2001--P1Y_final_red TerraClimate_ppt_2001 daymet_v4_prcp_annttl_na_2001 ppp_2001_1km_Aggregated PRISM_ppt_stable_4kmM3_2001_bil y2001modisSSEBopET U2006_CLC2001_V2020_20u1
		LCMS_CONUS_v2020-5_Change_2001 GLC_FCS30_2001 3d_2001 ERA5_2001 popc_2001AD S2_2001 L7_2001 2001_P1Y`},
	{"=2013", `VNL_v21_npp_2013_global_vcmcfg_c202205302300.average_masked.dat VNL_v2_npp_2013_global_vcmcfg_c202101211500.median PROBAV_LC100_global_v3.0.1_2013-base_Discrete-Classification-map_EPSG-4326`},
	{"=2023", `OPERA_L3_DIST-ANN-HLS_T06WVT_2023_20240601T181545Z_30_v1_VEG-DIST-STATUS`},
	{"=1850", `ipcc_1850`},
	{"none", `landsat_1990s the_1990s_mean 1990er LAI_1995-98 2001_T3 2001_T1 2001_P2 2001P2 ndvi_2001_250 ndvi_2001_300 2001_S1 LAI_1995_98 LAI_1995-1998 MOD15A2_LAI_2001-2020 2001_2002 2001to2010 2001-2010_trend 20012010 19952015 1850-2100_rcp85 1995-2015_mean clim_1961_1990
		CRU_ts4.05.1901.2020.tmp 1981-2010 hist_1850-2014 ndvi_2001-02 ndvi_2000-01_2001-02 19xx_map 199x_map LAI_199 ndvi_0000 ndvi_9999 img_1234 DSC_0042`},
	{"1700", `hyde_1700AD hyde_1700 popd_1700 1700_landuse`},
	{"2150", `tas_2150 rcp85_2150 2150`},
	{"2050", `tas_2050 rcp85_2050_tas ssp585_2050 2050`},
	{"1901", `ndvi_1901 S2_1907 prec_1912 tile_1901 orbit_1901 v1901 rev1901 path_1901_row_12`},
	// Numbers that are none.
	{"none", `EPSG2056 EPSG_2056 tile_2001 v2001 ndvi_v2020 R2023A ndvi_2000m 1950px c20180131123456 S2_20190229 tas_20000230 x_20159999 2021-13-01 2021-00-10 2001-02-30 2001_366 2001366 2001_400 2001M13 2001M00 2001Q5 2001-W54
		2001-W00 ndvi_2001-13 ndvi_2001_00 ndvi_20011 150720011 ndvi_123456 LT50 LC08_013032 slope ndvi tile_05 h25v05 30m v2.0 2m_temp`},
}

// readRight reports what is wrong with reading a name as d, or not at all.
func readRight(want string, d Date, err error) string {
	must, refused := strings.HasPrefix(want, "="), strings.HasPrefix(want, "!")
	right := strings.TrimLeft(want, "=!")
	switch {
	case err != nil && must:
		return "refused"
	case err == nil && refused:
		return "must be refused"
	case err == nil && d.String() != right:
		return "wrong"
	}
	return ""
}

func TestNames(t *testing.T) {
	tried := 0
	for _, row := range namedDates {
		for _, name := range strings.Fields(row.names) {
			tried++
			for _, file := range []string{name, name + ".tif"} {
				if strings.Contains(file, "/") {
					continue // a date in a description
				}
				d, err := FromName(file)
				if wrong := readRight(row.want, d, err); wrong != "" {
					t.Errorf("%s: %s is %v, %v; want %s", wrong, file, d, err, row.want)
				}
			}
			if got := readings([]string{name})[0]; got.certain() {
				if wrong := readRight(row.want, got.dates[0].date, nil); wrong != "" {
					t.Errorf("%s: the description %s is %v; want %s", wrong, name, got.dates[0].date, row.want)
				}
			}
		}
	}
	if tried < 400 {
		t.Errorf("%d names were tried", tried)
	}

}

// forms are ways of writing a day, and what is to be read of it, if anything.
var forms = []struct {
	write func(d Date) string
	level level
}{
	{func(d Date) string { return fmt.Sprintf("%04d%02d%02d", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d_%d_%d", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%02d-%02d-%04d", d.day, d.month, d.year) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%02d_%02d_%04d", d.day, d.month, d.year) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%02d%02d%04d", d.day, d.month, d.year) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%02d%02d%02d", d.day, d.month, d.year%100) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%d%s%d", d.day, d.month.String()[:3], d.year) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%s_%d_%d", d.month, d.day, d.year) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d%03d", d.year, d.yearDay()) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d_%03d", d.year, d.yearDay()) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d_%02d%02d", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("y%04dm%02dd%02d", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d%02d%02dT101112", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d%02d%02d101112", d.year, d.month, d.day) }, byDay},
	{func(d Date) string { return fmt.Sprintf("%04d%02d", d.year, d.month) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%04d_%02d", d.year, d.month) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%04d_%d", d.year, d.month) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%02d_%04d", d.month, d.year) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%d_%04d", d.month, d.year) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%02d%04d", d.month, d.year) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%s_%04d", d.month.String()[:3], d.year) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%04d%s", d.year, d.month) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%04dM%02d", d.year, d.month) }, byMonth},
	{func(d Date) string { return fmt.Sprintf("%04d", d.year) }, byYear},
}

// decoys stand beside dates in names, and are no part of them.
var decoys = strings.Fields("ndvi LAI mean h25v05 v2.0 V.2.1 10m 250m B04 T32TQM tile_5 tile_05 EPSG3035 L8 LC08 clip gm global S2A x MOD13Q1 p90 bio12 path_195 0.25deg rev11 final 3B spei12 annual")

// Whatever stands around a date, it is read right or not at all: a month is not lost beside a year.
func FuzzNames(f *testing.F) {
	for form := range forms {
		f.Add(11000+37*form, uint8(form), uint8(form), uint8(3*form), uint8(form%4))
	}
	f.Fuzz(func(t *testing.T, day int, form, before, after, separator uint8) {
		d := Date{1950, time.January, 1}.plus(((day % 27000) + 27000) % 27000) // to 2023
		how := forms[int(form)%len(forms)]
		sep := []string{"_", "-", ".", " "}[separator%4]
		if decoys[int(before)%len(decoys)][0]|0x20 == 'v' && sep == "." {
			return // the number behind a point belongs to the version
		}
		name := decoys[int(before)%len(decoys)] + sep + how.write(d) + sep + decoys[int(after)%len(decoys)] + ".tif"
		got, err := FromName(name)
		want := d
		switch how.level {
		case byMonth:
			want.day = 1
		case byYear:
			want = Year(d.year)
		}
		if err == nil && got != want {
			t.Errorf("FromName(%q) = %v, want %v", name, got, want)
		}
	})
}

// The same, over all forms and decoys, and a day of each month of some years.
func TestFormsAmongDecoys(t *testing.T) {
	readOf := make([]int, len(forms))
	for n, how := range forms {
		for i, before := range decoys {
			for _, sep := range []string{"_", "-", ".", ""} {
				after := decoys[(i*7+n)%len(decoys)]
				if version := before[0]|0x20 == 'v'; sep == "" && (isDigit(before[len(before)-1]) || isDigit(after[0])) || version && sep == "." {
					continue // digits would run together, or belong to a version
				}
				if sep == "" && (before == "x" || n == 22) {
					continue // x05 is a coordinate, Maytile no month
				}
				for k := range 8 {
					d := Date{1958, time.January, 1}.plus(37*i + 3011*k)
					want := d
					switch how.level {
					case byMonth:
						want.day = 1
					case byYear:
						want = Year(d.year)
					}
					name := before + sep + how.write(d) + sep + after
					got, err := FromName(name + ".tif")
					if err == nil && got != want {
						t.Errorf("FromName(%q) = %v, want %v", name, got, want)
					}
					if err == nil {
						readOf[n]++
					}
				}
			}
		}
	}
	for _, n := range []int{0, 1, 7, 12, 13, 16, 21, 24} { // what is certain is read mostly
		if readOf[n] < 400 {
			t.Errorf("form %s is read %d times", forms[n].write(Date{2001, time.July, 15}), readOf[n])
		}
	}
}
