package raster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/stats"
)

// prepared prepares a fit of a stack of 40 × 30 pixels, whose files the test may change.
func prepared(t *testing.T, output string) *Job {
	t.Helper()
	inputs := newPlanes(40, 30, 4, 0, 99).files(t, func(int, *made) {})
	job, err := Prepare(t.Context(), inputs, output, Options{Fit: pixtrend.Options{Fields: []stats.Field{stats.Slope, stats.N}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = job.Close() })
	return job
}

// Shards that do not cover the outputs, or are not there, make no output.
func TestMergeOfSomeShards(t *testing.T) {
	dir := t.TempDir()
	output := filepath.Join(dir, "out.tif")
	job := prepared(t, output)
	var shards []Shard
	for i, w := range []pixtrend.Window{{Width: 40, Height: 17}, {Y: 17, Width: 40, Height: 13}} {
		s, err := job.FitShard(t.Context(), filepath.Join(dir, []string{"a.tif", "b.tif"}[i]), w, map[string]string{"NUMBER": "1"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		shards = append(shards, s)
	}
	lost := shards[1]
	lost.Path = filepath.Join(dir, "none.tif")
	other := shards[1]
	other.Path = shards[0].Path
	for name, some := range map[string][]Shard{"one": shards[:1], "none": nil, "lost": {shards[0], lost}, "another": {shards[0], other}} {
		_, err := job.Merge(t.Context(), some, nil, nil)
		if bad := (*ShardError)(nil); err == nil || (name == "lost" || name == "another") != errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("not ready")
	if _, err := job.Merge(t.Context(), shards, func([]string) error { return stop }, nil); err != stop {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := job.Merge(ctx, shards, nil, nil); err != stop {
		t.Errorf("%v", err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*out.tif*")); len(names) > 0 {
		t.Errorf("there is %q", names)
	}
	if s, err := job.Merge(t.Context(), shards, nil, nil); err != nil || s.Fitted == 0 || s.Shards != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A shard is no input of a fit, and inputs that change while it is made make none.
func TestShardsAreNoInputs(t *testing.T) {
	dir := t.TempDir()
	job := prepared(t, filepath.Join(dir, "out.tif"))
	shard := filepath.Join(dir, "shard.tif")
	if _, err := job.FitShard(t.Context(), shard, pixtrend.Window{Width: 40, Height: 30}, nil, nil); err != nil {
		t.Fatal(err)
	}
	o := Options{OpenOptions: OpenOptions{Band: 1}}
	if _, err := Prepare(t.Context(), []string{job.Inputs[0], shard}, filepath.Join(dir, "b.tif"), o); err == nil || !strings.Contains(err.Error(), "shard.tif") {
		t.Errorf("a shard is an input: %v", err)
	}
	if err := os.Truncate(job.Inputs[2], 10); err != nil {
		t.Fatal(err)
	}
	late := filepath.Join(dir, "late.tif")
	if _, err := job.FitShard(t.Context(), late, pixtrend.Window{Width: 40, Height: 30}, nil, nil); !errors.Is(err, fault.ErrInput) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(late); err == nil {
		t.Error("there is a shard")
	}
}
