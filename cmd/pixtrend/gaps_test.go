package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

var registerGDAL = sync.OnceValue(godal.RegisterInternalDrivers)

// writeScenes makes four scenes of 10 × 8 pixels: eight bands of Int16, of which band 3 is 1000,
// band 4 is 1100, 1200 and so on, and band 8 is 4, cloud, in the first column and 0 elsewhere; and
// a QA band beside each, which has bit 3 set in the first two columns.
func writeScenes(t *testing.T, dir string) {
	t.Helper()
	if err := errors.Join(registerGDAL(), os.MkdirAll(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		bands := make([][]int16, 9)
		for b := range bands {
			bands[b] = make([]int16, 80)
			for p := range bands[b] {
				switch {
				case b == 2:
					bands[b][p] = 1000
				case b == 3:
					bands[b][p] = int16(1100 + 100*i)
				case b == 7 && p%10 == 0:
					bands[b][p] = 4
				case b == 8 && p%10 < 2:
					bands[b][p] = 22280 // cloud
				case b == 8:
					bands[b][p] = 21824 // clear
				}
			}
		}
		for name, from := range map[string][][]int16{"stack": bands[:8], "QA": bands[8:]} {
			writeScene(t, filepath.Join(dir, fmt.Sprintf("LC08_%d0701_%s.tif", 2014+i, name)), from)
		}
	}
}

// writeScene makes a raster of 10 × 8 pixels.
func writeScene(t *testing.T, path string, bands [][]int16) {
	t.Helper()
	ds, err := godal.Create(godal.GTiff, path, len(bands), godal.Int16, 10, 8)
	if err != nil {
		t.Fatal(err)
	}
	errs := []error{ds.SetGeoTransform([6]float64{336375, 30, 0, 4462425, 0, -30})}
	for b, band := range ds.Bands() {
		errs = append(errs, band.Write(0, 0, bands[b], 10, 8))
	}
	if err := errors.Join(append(errs, ds.Close())...); err != nil {
		t.Fatal(err)
	}
}

// What is masked, of what, and what is fitted, as the plan and the summary tell it.
func TestGapFlags(t *testing.T) {
	dir := t.TempDir()
	writeScenes(t, filepath.Join(dir, "scenes"))
	for _, tt := range []struct {
		args               []string
		plan, summary      []string
		index, valid, mask string
		masked             int64
		fitted             int
	}{
		{args: []string{"--band", "4"}, plan: []string{"samples   Int16, nodata none\nwindows"}, fitted: 80},
		{args: []string{"--index", "nd:4,3", "--mask-band", "8", "--mask-keep", "0,1"},
			plan:    []string{"samples   nd:4,3 of two bands, as Float64\nmasks     band 8, keep 0,1\n"},
			summary: []string{"masked (band 8, keep 0,1): 10.0 % of the samples\n", "pixels without a trend: 8 (10.0 %)\n"},
			index:   "nd:4,3", mask: "band 8, keep 0,1", masked: 32, fitted: 72},
		{args: []string{"--band", "4", "--mask-from", "scenes/*_QA.tif", "--mask-drop-bits", "1,3-4,8-9=3", "--valid-range", "1200,"},
			plan: []string{"samples   Int16, nodata none\n          gaps outside 1200,, as they are stored\n",
				"masks     band 1 of scenes/LC08_20140701_QA.tif … LC08_20170701_QA.tif (4 files), drop bits 1,3-4,8-9=3\n"},
			summary: []string{"(4 files), drop bits 1,3-4,8-9=3): 20.0 % of the samples\n"},
			valid:   "1200,", mask: "band 1 of scenes/LC08_20140701_QA.tif … LC08_20170701_QA.tif (4 files), drop bits 1,3-4,8-9=3", masked: 64, fitted: 64},
	} {
		args := append([]string{"fit", "scenes/*_stack.tif", "-o", "out.tif", "--overwrite"}, tt.args...)
		code, stdout, stderr := call(t, dir, append(args, "--dry-run")...)
		for _, want := range tt.plan {
			if code != 0 || !strings.Contains(stdout, want) {
				t.Errorf("%v: exit code %d, %q, no %q in the plan:\n%s", tt.args, code, stderr, want, stdout)
			}
		}
		code, stdout, _ = call(t, dir, append(args, "--dry-run", "--json")...)
		var p report.Plan
		if err := json.Unmarshal([]byte(stdout), &p); code != 0 || err != nil || p.Index != tt.index || p.Valid != tt.valid || p.Masks != tt.mask {
			t.Errorf("%v: exit code %d, %v, the plan is\n%s", tt.args, code, err, stdout)
		}
		code, stdout, stderr = call(t, dir, args...)
		for _, want := range tt.summary {
			if code != 0 || !strings.Contains(stdout, want) {
				t.Errorf("%v: exit code %d, %q, no %q in the summary:\n%s", tt.args, code, stderr, want, stdout)
			}
		}
		code, stdout, _ = call(t, dir, append(args, "--json")...)
		var s raster.Summary
		if err := json.Unmarshal([]byte(stdout), &s); code != 0 || err != nil || s.Index != tt.index || s.Valid != tt.valid || s.Masks != tt.mask ||
			s.Masked != tt.masked || s.Fitted != tt.fitted {
			t.Errorf("%v: exit code %d, %v, the summary is\n%s", tt.args, code, err, stdout)
		}
	}
}

func TestGapFlagErrors(t *testing.T) {
	dir := t.TempDir()
	writeScenes(t, filepath.Join(dir, "scenes"))
	for _, tt := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"--valid-range", "10"}, 2, []string{"--valid-range 10", "LO,HI"}},
		{[]string{"--index", "ndvi"}, 2, []string{"--index ndvi", "nd:4,3"}},
		{[]string{"--index", "nd:4,3", "--band", "4"}, 2, []string{"--band and --index exclude each other"}},
		{[]string{"--mask-band", "0", "--mask-keep", "0"}, 2, []string{"--mask-band 0", "1 or more"}},
		{[]string{"--mask-band", "8"}, 2, []string{"--mask-keep 0,1", "--mask-drop-bits 1,3,4"}},
		{[]string{"--mask-band", "8", "--mask-keep", "0", "--mask-drop-bits", "1"}, 2, []string{"exclude each other"}},
		{[]string{"--mask-keep", "0"}, 2, []string{"--mask-band", "--mask-from"}},
		{[]string{"--mask-band", "8", "--mask-keep", "clear"}, 2, []string{"--mask-keep clear", "0-1,4"}},
		{[]string{"--mask-band", "8", "--mask-drop-bits", "40"}, 2, []string{"--mask-drop-bits 40", "no bit 40"}},
		{[]string{"--mask-from", "", "--mask-keep", "0"}, 2, []string{"--mask-from", "name the rasters"}},
		{[]string{"--mask-band", "9", "--mask-keep", "0"}, 1, []string{"LC08_20140701_stack.tif", "no band 9, only 8"}},
		{[]string{"--band", "4", "--mask-band", "8", "--mask-drop-bits", "16"}, 1, []string{"bit 16", "Int16"}},
		{[]string{"--band", "4", "--nodata", "-32769"}, 1, []string{"LC08_20140701_stack.tif", "Int16, which cannot be -32769", "another value with --nodata"}},
		{[]string{"--band", "4", "--mask-from", "scenes/LC08_2014*_QA.tif", "--mask-keep", "0"}, 1, []string{"LC08_20150701_stack.tif", "no mask"}},
	} {
		code, stdout, stderr := call(t, dir, append([]string{"fit", "scenes/*_stack.tif", "-o", "out.tif"}, tt.args...)...)
		if code != tt.code || stdout != "" {
			t.Errorf("%v: exit code %d, want %d; printed %q", tt.args, code, tt.code, stdout)
		}
		for _, want := range tt.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%v: no %q in %q", tt.args, want, stderr)
			}
		}
	}
}
