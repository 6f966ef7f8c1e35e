package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"
)

// writeSeasons makes a stack of scenes of every season of four years in seasons, NDVI times 10000
// with clouds as nodata, rasters of rain in rain, and tables of rain and of weights
// for its dates.
func writeSeasons(t *testing.T, dir string) {
	t.Helper()
	seasons := filepath.Join(dir, "seasons")
	if err := errors.Join(registerGDAL(), os.MkdirAll(seasons, 0o777), os.MkdirAll(filepath.Join(dir, "rain"), 0o777)); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(16, 16))
	rain, weights := "date,rain\n", "date,weight\n"
	for day := 3; day < 4*365; day += 9 + r.IntN(14) {
		date := time.Date(2019, 1, 1+day, 0, 0, 0, 0, time.UTC)
		wet := math.Round(10 * (60 + 25*math.Sin(float64(day)/40) + 15*r.NormFloat64()))
		rain += fmt.Sprintf("%s,%.1f\n", date.Format("2006-01-02"), wet/10)
		weights += fmt.Sprintf("%s,%.1f\n", date.Format("2006-01-02"), 0.5+r.Float64())
		turns := 2 * math.Pi * float64(day) / 365.2425
		samples := make([]int16, 80)
		for p := range samples {
			ndvi := 0.45 + 0.012*float64(day)/365 + 0.22*math.Cos(turns-3.4) + 0.06*math.Cos(2*turns-0.7) + 0.0006*(wet/10-60) + 0.03*r.NormFloat64()
			switch n := r.IntN(40); {
			case n < 8:
				samples[p] = -1
			case n == 39:
				samples[p] = int16(10000 * (ndvi - 0.3)) // a cloud that no mask found
			default:
				samples[p] = int16(10000 * ndvi)
			}
		}
		local := make([]int16, 80)
		for p := range local {
			local[p] = int16(wet) + int16(r.IntN(200)) - 100
		}
		writeScene(t, filepath.Join(dir, "rain", "rain_"+date.Format("20060102")+".tif"), [][]int16{local})
		path := filepath.Join(seasons, "ndvi_"+date.Format("20060102")+".tif")
		writeScene(t, path, [][]int16{samples})
		ds, err := godal.Open(path, godal.Update())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(ds.SetNoData(-1), ds.Close()); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.WriteFile(filepath.Join(dir, "rain.csv"), []byte(rain), 0o600), os.WriteFile(filepath.Join(dir, "weights.csv"), []byte(weights), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

// Options of models that do not fit each other or the inputs are wrong usage, or errors that name the
// flag that helps.
func TestModelFlags(t *testing.T) {
	dir := folder(t)
	writeSeasons(t, dir)
	fit := func(args ...string) []string {
		return append([]string{"fit", "seasons", "-o", "s.tif", "--overwrite"}, args...)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{fit("--harmonics", "5"), 2, "--harmonics 5: give a whole number from 1 to 4"},
		{fit("--degree", "0"), 2, "--degree 0: give a whole number from 1 to 4"},
		{fit("--period", "30"), 2, "--period is the length of a season, and none is fitted: give --harmonics"},
		{fit("--harmonics", "1", "--period", "-3"), 2, "--period -3: give year"},
		{fit("--deseason", "d.tif"), 2, "give --harmonics"},
		{fit("--stats", "slope,amplitude2", "--harmonics", "1"), 2, "amplitude2 is no result of this model: it needs --harmonics 2 or more"},
		{fit("--stats", "cubic"), 2, "it needs --degree 3 or more"},
		{fit("--stats", "step"), 2, "it needs --step"},
		{fit("--stats", "robust_scale"), 2, "it needs --robust"},
		{fit("--stats", "lag1"), 2, "it needs --ar1"},
		{fit("--stats", "rain"), 2, `--stats rain: no field is called "rain"`},
		{fit("--stats", ""), 2, "name a field"},
		{fit("--robust", "tukey"), 2, "give huber or bisquare"},
		{fit("--covariate", "rain=rain.csv"), 1, "the covariate rain: "},
		{fit("--covariate", "rain"), 2, "such as rain=@rain.csv"},
		{fit("--covariate", "mean=@rain.csv"), 2, "a covariate cannot be called mean"},
		{fit("--covariate", "a=@rain.csv", "--covariate", "A=@rain.csv"), 2, "fields of one name"},
		{fit("--weights", "weights.csv"), 2, "such as @weights.csv"},
		{fit("--weights", "@absent.csv"), 1, "weights: cannot read"},
		{fit("--step", "2030-01-01"), 1, "no level changes at the step 2030-01-01"},
		{[]string{"fit", "stack", "-o", "s.tif", "--harmonics", "1"}, 1, "give the length of its period with --period, in years"},
		{[]string{"series", "stack", "--pixel", "1,1", "--period", "3"}, 2, "give --harmonics"},
	} {
		code, _, stderr := call(t, dir, tt.args...)
		if code != tt.code || !strings.Contains(stderr, tt.want) || strings.Contains(stderr, "Options.") {
			t.Errorf("%q: exit code %d, %s", tt.args, code, stderr)
		}
	}
	code, stdout, stderr := call(t, dir, fit("--json", "--harmonics", "2", "--step", "2021-01-01", "--covariate", "rain=@rain.csv", "--weights", "@weights.csv",
		"--robust", "bisquare", "--stats", "slope,rain,rain_pvalue,step,phase1")...)
	if code != 0 || !strings.Contains(stdout, `"fields":["slope","rain","rain_pvalue","step","phase1"]`) ||
		!strings.Contains(stdout, `"model":"line, 2 harmonics of a year, step at 2021-01-01, covariate rain, weighted, robust (bisquare)"`) || strings.Contains(stderr, "several seasons") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}
