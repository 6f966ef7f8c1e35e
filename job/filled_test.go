package job_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster"
)

// Shards without a pixel of the region have no file and belong to no part; the polygons are part of the plan.
func TestShardsOutsideARegion(t *testing.T) {
	workplace(t)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile("corners.geojson", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(corners)
	var o raster.Options
	o.Region.Polygons.File = "corners.geojson"
	p := mustCreate(t, "job", "out.tif", o, job.Cut{Parts: 3})
	filled := p.Shards() - len(p.Empty)
	if len(p.Empty) < 1 || filled < 3 {
		t.Fatalf("%d shards of %d are empty", len(p.Empty), p.Shards())
	}
	if s, err := p.Status(); err != nil || s.Shards != filled || s.Missing != filled || s.MissingParts != "0-2" {
		t.Errorf("%+v, %v", s, err)
	}
	if a, b, c := mustRun(t, "job", 0), mustRun(t, "job", 1), mustRun(t, "job", 2); a.Made == 0 || b.Made == 0 || a.Made+b.Made+c.Made != filled {
		t.Errorf("%+v, %+v, %+v", a, b, c)
	}
	if files, err := os.ReadDir("job/shards"); err != nil || len(files) > 3*filled {
		t.Errorf("%d files of %d shards, %v", len(files), filled, err)
	}
	vrts, err := must(job.Read("job"))(t).MergeVRT(t.Context(), job.MergeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raster.FitFiles(t.Context(), []string{"stack"}, "whole.tif", o); err != nil {
		t.Fatal(err)
	}
	samePixels(t, vrts[0], "whole.tif")
	mustMerge(t, "job")
	sameFile(t, "merged", "out.tif", "whole.tif")
	// Another region is another job, and so are other polygons in the same file.
	var different *job.DifferentError
	o.Region.Polygons.AllTouched = true
	if _, err := job.Create(t.Context(), "job", []string{"stack"}, "out.tif", o, job.Cut{Parts: 3}); !errors.As(err, &different) {
		t.Errorf("another region: %v", err)
	}
	o.Region.Polygons.AllTouched = false
	mustCreate(t, "later", "later.tif", o, job.Cut{Parts: 2})
	write(strings.Replace(corners, "-80.93,", "-80.931,", 1))
	var changed *job.ChangedError
	later := must(job.Read("later"))(t)
	if _, err := later.Run(t.Context(), job.RunOptions{Part: 0}); !errors.As(err, &changed) || !strings.Contains(err.Error(), "corners.geojson") {
		t.Errorf("other polygons: %v", err)
	}

	if _, err := job.Create(t.Context(), "many", []string{"stack"}, "many.tif", o, job.Cut{Parts: 9}); err == nil || !strings.Contains(err.Error(), "have a pixel") {
		t.Errorf("more parts than shards: %v", err)
	}
	o.Region = raster.Region{Window: pixtrend.Window{Width: 100, Height: 100}}
	if p := mustCreate(t, "window", "window.tif", o, job.Cut{}); p.Empty != nil {
		t.Errorf("shards of a rectangle are empty: %v", p.Empty)
	}
}

func must[T any](x T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}
