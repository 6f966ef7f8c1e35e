package raster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"
)

// Rasters whose samples do not mean the same are fitted with a warning, in the words of info.
func TestMixtures(t *testing.T) {
	s := newPlanes(4, 3, 3, 0, 9)
	inputs := func(names []string, each func(i int, m *made)) []string {
		tifs := s.files(t, func(i int, m *made) { m.dtype = godal.Int16; each(i, m) })
		for i, name := range names {
			renamed := filepath.Join(filepath.Dir(tifs[i]), name)
			if err := os.Rename(tifs[i], renamed); err != nil {
				t.Fatal(err)
			}
			tifs[i] = renamed
		}
		return tifs
	}
	nothing := func(int, *made) {}
	for name, test := range map[string]struct {
		names []string
		each  func(i int, m *made)
		want  string // of the warning; "": none
	}{
		"units":           {nil, func(i int, m *made) { m.unit = []string{"K", "degC", "K"}[i] }, `do not have one unit: 2 have "K", and y_2002.tif "degC": `},
		"no unit":         {nil, func(i int, m *made) { m.unit = []string{"K", "", "K"}[i] }, ""},
		"some are scaled": {nil, func(i int, m *made) { m.scale = []float64{0.1, 0, 0.2}[i] }, `do not have one scale: 2 have a scale or offset, and y_2002.tif none: `},
		"all are scaled":  {nil, func(i int, m *made) { m.scale = []float64{0.1, 0.3, 0.2}[i] }, ""},
		"scaled in another": {nil, func(i int, m *made) {
			m.scale, m.dtype = []float64{0.1, 0, 0.1}[i], []godal.DataType{godal.Int16, godal.Float32, godal.Int16}[i]
		}, ""},
		"baselines": {[]string{"S2A_MSIL2A_20210105T013442_N0214_R031_T53NMJ_20210105T013443.tif", "S2B_MSIL2A_20220305T013442_N0400_R031_T53NMJ_20220305T013443.tif",
			"S2A_MSIL2A_20220115T013442_N0301_R031_T53NMJ_20220115T013443.tif"}, nothing, "do not have one processing baseline of Sentinel-2: 2 have one before 04.00, and S2B_MSIL2A_20220305T013442_"},
		"one kind of baseline": {[]string{"S2A_MSIL2A_20210105T013442_N0500_R031_T53NMJ_20210105T013443.tif", "S2B_MSIL2A_20220305T013442_N0400_R031_T53NMJ_20220305T013443.tif",
			"S2C_MSIL2A_20250115T013442_N0511_R031_T53NMJ_20250115T013443.tif"}, nothing, ""},
		"collections": {[]string{"LC08_L1TP_014032_20180113_20180119_01_T1_sr_band4.tif", "LC08_L2SP_014032_20190113_20200829_02_T1_SR_B4.TIF",
			"LT05_L2SP_014032_20100113_20200829_02_T1_SR_B3.TIF"}, nothing, "do not have one Landsat Collection: 2 have Collection 2, and LC08_L1TP_014032_20180113_20180119_01_T1_sr_band4.tif Collection 1: "},
		"ARD of one": {[]string{"LC08_CU_022015_20130415_20170803_C01_V01_SRB4.tif", "LC08_CU_022015_20140415_20170803_C01_V01_SRB4.tif", "LC08_CU_022015_20150415_20170803_C01_V01_SRB4.tif"}, nothing, ""},
	} {
		t.Run(name, func(t *testing.T) {
			names := inputs(test.names, test.each)
			job, err := Prepare(t.Context(), names, filepath.Join(t.TempDir(), "out.tif"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			info, err := Inspect(t.Context(), names, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, warnings := range [][]string{job.Warnings, info.Warnings} {
				found := 0
				for _, w := range warnings {
					if strings.HasPrefix(w, "the rasters do not have one ") && !strings.Contains(w, "scale and offset") && !strings.Contains(w, "sample type") {
						found++
						if test.want == "" || !strings.Contains(strings.ReplaceAll(w, filepath.Dir(names[0])+"/", ""), test.want) {
							t.Errorf("%q is none of %q", w, test.want)
						}
					}
				}
				if (found == 1) != (test.want != "") {
					t.Errorf("%d warnings among %q", found, warnings)
				}
			}
		})
	}
}
