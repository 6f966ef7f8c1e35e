package job_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/synth"
	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

const width, height = 600, 520

// stack returns a folder with rasters of six years in blocks of 256 × 256, which is made once.
var stack = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pixtrend-test-")
	if err == nil {
		err = writeScene(dir, "ndvi_%d.tif", synth.City(width, height, 2001, 2006), "TILED=YES", "COMPRESS=DEFLATE")
	}
	return dir, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := stack(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// workplace makes a folder with a copy of the stack, and makes it the working directory.
func workplace(t *testing.T) {
	t.Helper()
	dir, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("stack", os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
}

// writeScene writes a raster for each year of a scene.
func writeScene(folder, name string, s synth.Scene, creation ...string) error {
	for i, year := range s.Years {
		samples := make([]float32, s.Width*s.Height)
		s.Rows(samples, i, 0, s.Height)
		if err := writeRaster(filepath.Join(folder, fmt.Sprintf(name, year)), samples, godal.Float32, creation...); err != nil {
			return err
		}
	}
	return nil
}

// writeRaster writes a raster with a place.
func writeRaster(path string, samples any, dtype godal.DataType, creation ...string) error {
	if err := errors.Join(gdal.Register(), os.MkdirAll(filepath.Dir(path), 0o777)); err != nil {
		return err
	}
	ds, err := godal.Create(godal.GTiff, path, 1, dtype, width, height, godal.CreationOption(creation...))
	if err != nil {
		return err
	}
	crs, err := godal.NewSpatialRefFromEPSG(32617)
	if err != nil {
		return err
	}
	defer crs.Close()
	return errors.Join(ds.SetGeoTransform([6]float64{500_000, 30, 0, 4_600_000, 0, -30}), ds.SetSpatialRef(crs),
		ds.Bands()[0].Write(0, 0, samples, width, height), ds.Close())
}

// sameFile checks that two files have the same bytes.
func sameFile(t *testing.T, what, one, other string) {
	t.Helper()
	a, err := os.ReadFile(one)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	b, err := os.ReadFile(other)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if !bytes.Equal(a, b) {
		t.Errorf("%s: %s and %s differ", what, one, other)
	}
}

// cases are fits whose shards have to make the same files.
func cases(t *testing.T) map[string]raster.Options {
	t.Helper()
	fields := func(names string, o raster.Options) raster.Options {
		t.Helper()
		var err error
		if o.Fit.Fields, err = o.Model().ParseFields(names); err != nil {
			t.Fatal(err)
		}
		return o
	}
	dates, err := timeaxis.ParseSpec("@dates.csv")
	if err != nil {
		t.Fatal(err)
	}
	max90, err := stats.ParseComposite("p90")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]raster.Options{
		"slope": {},
		"COG":   fields("slope,n,trend_class", raster.Options{Format: output.COG, Fit: pixtrend.Options{Significance: 0.05}}),
		"false discovery rates": fields("slope,pvalue,trend_class,mk_pvalue,mk_class,first",
			raster.Options{FDR: 0.2, Creation: []string{"COMPRESS=DEFLATE", "PREDICTOR=3"}}),
		"series": fields("slope,amplitude1", raster.Options{Residuals: "residuals.tif", Detrend: "detrended.tif", Deseason: "deseasoned.tif",
			Fit: pixtrend.Options{Float64: true, Model: pixtrend.Model{Harmonics: 1, Period: 3}}}),
		"window": {OpenOptions: raster.OpenOptions{Region: raster.Region{Window: pixtrend.Window{X: 100, Y: 30, Width: 450, Height: 300}}}},
		"box":    {OpenOptions: raster.OpenOptions{Region: raster.Region{Box: &[4]float64{500_000, 510_000, 4_590_000, 4_600_000}}}},
		"polygons": fields("slope,n,pvalue,trend_class", raster.Options{FDR: 0.2, Residuals: "residuals.tif",
			OpenOptions: raster.OpenOptions{Region: raster.Region{Polygons: geo.Vector{File: "corners.geojson"}}}}),
		"strips":     {Creation: []string{"TILED=NO", "BLOCKYSIZE=7"}},
		"masks":      {OpenOptions: raster.OpenOptions{Mask: raster.Mask{From: []string{"masks"}, Keep: []raster.Values{{Hi: 1}}}}},
		"composites": {OpenOptions: raster.OpenOptions{Dates: dates, Composite: raster.Composite{Period: timeaxis.EachYear, By: max90}}},
		"covariates": fields("slope,heat,rain", raster.Options{Weights: "weights.csv",
			Covariates: []raster.Covariate{{Name: "rain", Rasters: []string{"rain"}}, {Name: "heat", Table: "heat.csv"}}}),
		"robust": {Fit: pixtrend.Options{Model: pixtrend.Model{Robust: stats.Robust{Psi: kernel.Huber}}, MinObs: 4}},
		"nodata": {OpenOptions: raster.OpenOptions{Nodata: new(float64), Valid: &raster.Range{Lo: 0.2, Hi: 0.6}}},
	}
}

// prepareCases writes what the cases read.
func prepareCases(t *testing.T) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	tables := map[string]string{"weights.csv": "date,number\n", "heat.csv": "date,number\n", "dates.csv": "path,date\n"}
	rain := synth.City(width, height, 2001, 2006)
	rain.Seed = 7
	if err := writeScene("rain", "rain_%d.tif", rain); err != nil {
		t.Fatal(err)
	}
	for i, year := range rain.Years {
		mask := make([]uint8, width*height)
		for p := range mask {
			mask[p] = uint8(r.IntN(3))
		}
		if err := writeRaster(fmt.Sprintf("masks/qa_%d.tif", year), mask, godal.Byte); err != nil {
			t.Fatal(err)
		}
		tables["weights.csv"] += fmt.Sprintf("%d,%d\n", year, 1+i%3)
		tables["heat.csv"] += fmt.Sprintf("%d,%v\n", year, r.Float64())
		tables["dates.csv"] += fmt.Sprintf("stack/ndvi_%d.tif,%d-0%d-01\n", year, 2001+i/2, 1+i)
	}
	tables["corners.geojson"] = corners
	for name, text := range tables {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// corners are triangles in two opposite corners of the rasters.
const corners = `{"type": "MultiPolygon", "coordinates": [
	[[[-80.995, 41.545], [-80.93, 41.545], [-80.995, 41.50], [-80.995, 41.545]]],
	[[[-80.795, 41.42], [-80.795, 41.46], [-80.84, 41.42], [-80.795, 41.42]]]]}`

// renamed returns options whose further outputs have names of their own.
func renamed(o raster.Options, prefix string) raster.Options {
	for _, name := range []*string{&o.Residuals, &o.Detrend, &o.Deseason} {
		if *name != "" {
			*name = prefix + *name
		}
	}
	return o
}

// outputs returns the files that a fit writes.
func outputs(output string, o raster.Options) (names []string) {
	for _, name := range []string{output, o.Residuals, o.Detrend, o.Deseason} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// timeless returns what a summary says of results.
func timeless(t *testing.T, s raster.Summary) map[string]any {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"output", "residuals", "detrend", "deseason", "seconds", "times", "shards"} {
		delete(all, key)
	}
	return all
}

// mustRun makes a part of a job, from its plan as it is read.
func mustRun(t *testing.T, dir string, part int) job.Done {
	t.Helper()
	p, err := job.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	done, err := p.Run(t.Context(), job.RunOptions{Part: part})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// mustMerge merges a job, from its plan as it is read.
func mustMerge(t *testing.T, dir string) *raster.Summary {
	t.Helper()
	p, err := job.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := p.Merge(t.Context(), job.MergeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mustCreate plans a job.
func mustCreate(t *testing.T, dir, output string, o raster.Options, c job.Cut) *job.Plan {
	t.Helper()
	p, err := job.Create(t.Context(), dir, []string{"stack"}, output, o, c)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	return p
}

// The outputs of a job have the bytes of those of a fit, and its summary says the same, whatever the
// options are.
func TestJobsAreFits(t *testing.T) {
	workplace(t)
	prepareCases(t)
	few := []string{"COG", "false discovery rates", "series", "window", "masks", "polygons"}
	for name, o := range cases(t) {
		if os.Getenv("PIXTREND_LONG") == "" && !slices.Contains(few, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			whole := renamed(o, name+"-whole-")
			want, err := raster.FitFiles(t.Context(), []string{"stack"}, name+"-whole.tif", whole)
			if err != nil {
				t.Fatal(err)
			}
			o, dir, output := renamed(o, name+"-"), name+".job", name+".tif"
			p := mustCreate(t, dir, output, o, job.Cut{Parts: 3})
			if p.Shards() < 3 {
				t.Fatalf("there are %d shards", p.Shards())
			}
			for _, part := range []int{2, 0, 1} {
				if done := mustRun(t, dir, part); done.Made != done.Shards || done.Made == 0 {
					t.Errorf("part %d: %+v", part, done)
				}
			}
			got := mustMerge(t, dir)
			wholes := outputs(name+"-whole.tif", whole)
			for i, merged := range outputs(output, o) {
				sameFile(t, name, merged, wholes[i])
			}
			if g, w := timeless(t, *got), timeless(t, want); !reflect.DeepEqual(g, w) {
				t.Errorf("the merge says\n%v\nand the fit\n%v", g, w)
			}
			if left, err := os.ReadDir(filepath.Join(dir, "shards")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%d shards are left, %v", len(left), err)
			}
		})
	}
}

// A job whose plan was made with one kernel runs with others, and has the same bits.
func TestJobsOnOtherISAs(t *testing.T) {
	workplace(t)
	o := raster.Options{Fit: pixtrend.Options{Fields: []stats.Field{stats.Slope, stats.PValue, stats.SenSlope}}}
	if _, err := raster.FitFiles(t.Context(), []string{"stack"}, "whole.tif", o); err != nil {
		t.Fatal(err)
	}
	isas := kernel.Available()
	t.Setenv(kernel.EnvISA, isas[0].String())
	mustCreate(t, "job", "merged.tif", o, job.Cut{Parts: len(isas)})
	for part, isa := range isas {
		t.Setenv(kernel.EnvISA, isa.String())
		mustRun(t, "job", part)
	}
	mustMerge(t, "job")
	sameFile(t, "merged", "merged.tif", "whole.tif")
}

// Parts that are missing are named, and parts that are made are not made again.
func TestStatus(t *testing.T) {
	workplace(t)
	mustCreate(t, "job", "out.tif", raster.Options{}, job.Cut{Parts: 5})
	status := func() job.Status {
		t.Helper()
		p, err := job.Read("job")
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.Status()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := status(); s.MissingParts != "0-4" || s.Missing != s.Shards || s.Merged {
		t.Errorf("%+v", s)
	}
	mustRun(t, "job", 1)
	mustRun(t, "job", 3)
	if s := status(); s.MissingParts != "0,2,4" {
		t.Errorf("%+v", s)
	}
	if done := mustRun(t, "job", 3); done.Made != 0 {
		t.Errorf("%+v", done)
	}
	p, err := job.Read("job")
	if err != nil {
		t.Fatal(err)
	}
	var missing *job.MissingError
	if _, err := p.Merge(t.Context(), job.MergeOptions{}); !errors.As(err, &missing) || missing.Parts != "0,2,4" {
		t.Errorf("%v", err)
	}
	mustRun(t, "job", job.AllParts)
	if s := status(); s.MissingParts != "" || s.Missing != 0 || s.Merged {
		t.Errorf("%+v", s)
	}
	mustMerge(t, "job")
	if s := status(); !s.Merged || s.Missing != 0 {
		t.Errorf("%+v", s)
	}
	if again := mustMerge(t, "job"); again != nil {
		t.Error("a job is merged twice")
	}
	if done := mustRun(t, "job", 0); done.Made != 0 {
		t.Errorf("a part of a job that is merged is made again: %+v", done)
	}
	if err := os.Remove("out.tif"); err != nil {
		t.Fatal(err)
	}
	if s := status(); s.Merged || s.MissingParts != "0-4" {
		t.Errorf("after the output was removed: %+v", s)
	}
}

// What decides results and has changed since the plan is refused, by name.
func TestChangedSincePlan(t *testing.T) {
	for name, tt := range map[string]struct {
		change func() error
		as     job.Process
		words  string
	}{
		"another time": {func() error { return os.Chtimes("stack/ndvi_2003.tif", time.Unix(1, 0), time.Unix(1, 0)) }, job.Process{}, "ndvi_2003.tif"},
		"another size": {func() error {
			f, err := os.OpenFile("stack/ndvi_2003.tif", os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString("x")
				err = errors.Join(err, f.Close())
			}
			return err
		}, job.Process{}, "ndvi_2003.tif"},
		"a file more":     {func() error { return os.Link("stack/ndvi_2003.tif", "stack/ndvi_2009.tif") }, job.Process{}, "dates"},
		"a file less":     {func() error { return os.Remove("stack/ndvi_2006.tif") }, job.Process{}, "dates"},
		"a sidecar":       {func() error { return os.WriteFile("stack/ndvi_2003.tif.aux.xml", []byte("<PAMDataset/>"), 0o666) }, job.Process{}, "aux.xml"},
		"another program": {func() error { return nil }, job.Process{Software: "other 2.0"}, "other 2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			workplace(t)
			mustCreate(t, "job", "out.tif", raster.Options{}, job.Cut{Parts: 3})
			mustRun(t, "job", 0)
			if err := tt.change(); err != nil {
				t.Fatal(err)
			}
			p, err := job.Read("job")
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Run(t.Context(), job.RunOptions{Process: tt.as, Part: 1})
			if changed := (*job.ChangedError)(nil); !errors.As(err, &changed) || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("%v, want words about %s", err, tt.words)
			}
			if raster.Temporary(err) {
				t.Error("another try would be the same")
			}
		})
	}
}

// A folder keeps its plan: the same is no error, another is refused with what differs.
func TestOnePlan(t *testing.T) {
	workplace(t)
	o := raster.Options{Fit: pixtrend.Options{Fields: []stats.Field{stats.Slope}}}
	first := mustCreate(t, "job", "out.tif", o, job.Cut{Parts: 2})
	o.Memory, o.Fit.Threads = 100<<20, 1 // which change no result
	if again := mustCreate(t, "job", "out.tif", o, job.Cut{Parts: 2}); again.Digest != first.Digest {
		t.Errorf("digest %s, and then %s", first.Digest, again.Digest)
	}
	o.Fit.Fields = append(o.Fit.Fields, stats.PValue)
	_, err := job.Create(t.Context(), "job", []string{"stack"}, "out.tif", o, job.Cut{Parts: 2})
	if different := (*job.DifferentError)(nil); !errors.As(err, &different) || !strings.Contains(err.Error(), "Fit.Fields") {
		t.Errorf("%v", err)
	}
	if entries, err := os.ReadDir("job"); err != nil || len(entries) != 1 {
		t.Errorf("a plan has made %v, %v", entries, err)
	}
}

// A plan that was edited is refused, as is what is no plan.
func TestEditedPlan(t *testing.T) {
	workplace(t)
	mustCreate(t, "job", "out.tif", raster.Options{}, job.Cut{Parts: 2})
	text, err := os.ReadFile("job/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, edited := range map[string]string{
		"output":    strings.Replace(string(text), `"out.tif"`, `"other.tif"`, 1),
		"truncated": string(text[:len(text)/2]),
		"empty":     "",
		"member":    strings.Replace(string(text), `"parts"`, `"speed": 1, "parts"`, 1),
		"format":    strings.Replace(string(text), `"format": 1`, `"format": 2`, 1),
	} {
		if err := os.WriteFile("job/plan.json", []byte(edited), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := job.Read("job"); err == nil || edited == string(text) {
			t.Errorf("%s: a plan that was edited is read", name)
		}
	}
	if _, err := job.Read("stack"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no plan: %v", err)
	}
}

// Shards that are not what was written are refused by name, and made again.
func TestDamagedShards(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"a bit": func(path string) error {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text[len(text)/2] ^= 1
			return os.WriteFile(path, text, 0o666)
		},
		"truncated": func(path string) error { return os.Truncate(path, 5000) },
		"record of another": func(path string) error {
			text, err := os.ReadFile(strings.TrimSuffix(path, "1.tif") + "0.json")
			if err != nil {
				return err
			}
			return os.WriteFile(strings.TrimSuffix(path, "tif")+"json", text, 0o666)
		},
		"no JSON": func(path string) error { return os.WriteFile(strings.TrimSuffix(path, "tif")+"json", nil, 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			workplace(t)
			if _, err := raster.FitFiles(t.Context(), []string{"stack"}, "whole.tif", raster.Options{}); err != nil {
				t.Fatal(err)
			}
			p := mustCreate(t, "job", "out.tif", raster.Options{}, job.Cut{Parts: 3})
			mustRun(t, "job", job.AllParts)
			shard := filepath.Join("job/shards", p.Digest+"-000001.tif")
			if err := damage(shard); err != nil {
				t.Fatal(err)
			}
			p, err := job.Read("job")
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Merge(t.Context(), job.MergeOptions{})
			if bad := (*raster.ShardError)(nil); !errors.As(err, &bad) || bad.Path != shard {
				t.Errorf("%v", err)
			}
			if _, err := os.Stat("out.tif"); err == nil {
				t.Fatal("there is an output")
			}
			if name == "a bit" { // which only a merge finds
				if err := os.Remove(shard); err != nil {
					t.Fatal(err)
				}
			}
			if done := mustRun(t, "job", job.AllParts); done.Made != 1 {
				t.Errorf("%+v", done)
			}
			mustMerge(t, "job")
			sameFile(t, "merged", "out.tif", "whole.tif")
		})
	}
}

// Several processes make one part at the same time, each shard once where there are locks.
func TestTogether(t *testing.T) {
	workplace(t)
	if _, err := raster.FitFiles(t.Context(), []string{"stack"}, "whole.tif", raster.Options{}); err != nil {
		t.Fatal(err)
	}
	p := mustCreate(t, "job", "out.tif", raster.Options{}, job.Cut{Parts: 9})
	made := make(chan int)
	for i := range 3 {
		go func() {
			p, err := job.Read("job")
			if err != nil {
				t.Error(err)
				made <- 0
				return
			}
			defer p.Close()
			done, err := p.Run(context.Background(), job.RunOptions{Part: []int{job.AllParts, job.AllParts, 4}[i]})
			if err != nil {
				t.Error(err)
			}
			made <- done.Made
		}()
	}
	if all := <-made + <-made + <-made; all != p.Shards() {
		t.Errorf("%d shards are made of %d", all, p.Shards())
	}
	if locks, _ := filepath.Glob("job/shards/*.lock"); len(locks) > 0 {
		t.Errorf("left behind: %q", locks)
	}
	mustMerge(t, "job")
	sameFile(t, "merged", "out.tif", "whole.tif")
}

// A merge does not replace a file that somebody else has written, and a merge that was killed after
// it had named its output is not taken for one.
func TestOutputsOfOthers(t *testing.T) {
	workplace(t)
	mustCreate(t, "job", "out.tif", raster.Options{}, job.Cut{Parts: 2})
	mustRun(t, "job", job.AllParts)
	if err := os.WriteFile("out.tif", []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := job.Read("job")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Merge(t.Context(), job.MergeOptions{}); !errors.Is(err, raster.ErrOutput) {
		t.Errorf("%v", err)
	}
	if text, err := os.ReadFile("out.tif"); string(text) != "mine" {
		t.Errorf("it is replaced: %v", err)
	}
	if _, err := p.Merge(t.Context(), job.MergeOptions{Overwrite: true}); err != nil {
		t.Error(err)
	}
	if s, err := p.Status(); err != nil || !s.Merged {
		t.Errorf("%+v, %v", s, err)
	}
}

// A VRT shows the bands of the output, and the shards stay.
func TestMosaic(t *testing.T) {
	workplace(t)
	o := raster.Options{Residuals: "residuals.tif", Fit: pixtrend.Options{Fields: []stats.Field{stats.N, stats.Slope}}}
	if _, err := raster.FitFiles(t.Context(), []string{"stack"}, "whole.tif", renamed(o, "whole-")); err != nil {
		t.Fatal(err)
	}
	mustCreate(t, "job", "out.tif", o, job.Cut{Parts: 4})
	mustRun(t, "job", job.AllParts)
	p, err := job.Read("job")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	names, err := p.MergeVRT(t.Context(), job.MergeOptions{})
	if err != nil || !reflect.DeepEqual(names, []string{"out.vrt", "residuals.vrt"}) {
		t.Fatalf("%v, %v", names, err)
	}
	for i, whole := range []string{"whole.tif", "whole-residuals.tif"} {
		samePixels(t, names[i], whole)
	}
	if s, err := p.Status(); err != nil || s.Missing != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// samePixels checks that two rasters show the same, as GDAL reads them.
func samePixels(t *testing.T, one, other string) {
	t.Helper()
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	a, err := godal.Open(one)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := godal.Open(other)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	place, err := a.GeoTransform()
	if want, _ := b.GeoTransform(); err != nil || place != want || a.Projection() != b.Projection() || a.Metadata("PIXTREND_DATES") != b.Metadata("PIXTREND_DATES") {
		t.Errorf("%s lies at %v in %s, %v", one, place, a.Projection(), err)
	}
	if len(a.Bands()) != len(b.Bands()) {
		t.Fatalf("%s has %d bands", one, len(a.Bands()))
	}
	s := b.Structure()
	width, height := s.SizeX, s.SizeY
	for i := range a.Bands() {
		x, y := make([]float32, width*height), make([]float32, width*height)
		if err := errors.Join(a.Bands()[i].Read(0, 0, x, width, height), b.Bands()[i].Read(0, 0, y, width, height)); err != nil {
			t.Fatal(err)
		}
		for p := range x {
			if x[p] != y[p] && !(x[p] != x[p] && y[p] != y[p]) {
				t.Fatalf("pixel %d of band %d of %s is %v, want %v", p, i+1, one, x[p], y[p])
			}
		}
		if a.Bands()[i].Description() != b.Bands()[i].Description() {
			t.Errorf("band %d of %s is %s", i+1, one, a.Bands()[i].Description())
		}
	}
}
