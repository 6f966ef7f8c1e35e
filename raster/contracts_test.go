package raster

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// opensFiles are the functions that open files, each of which ends with its context.
func opensFiles(inputs []string, output string) map[string]func(ctx context.Context) error {
	inside := OpenOptions{Dates: must(timeaxis.ParseSpec("tag"))}
	return map[string]func(ctx context.Context) error{
		"FitFiles": func(ctx context.Context) error { _, err := FitFiles(ctx, inputs, output, Options{}); return err },
		"Prepare":  func(ctx context.Context) error { _, err := Prepare(ctx, inputs, output, Options{}); return err },
		"Open":     func(ctx context.Context) error { _, err := Open(ctx, inputs, OpenOptions{}); return err },
		"Dates":    func(ctx context.Context) error { _, err := Dates(ctx, inputs, inside); return err },
		"Inspect":  func(ctx context.Context) error { _, err := Inspect(ctx, inputs, Options{}); return err },
		"ReadSeries": func(ctx context.Context) error {
			_, err := ReadSeries(ctx, inputs, Point{Pixel: true}, Options{})
			return err
		},
		"ReadRegionSeries": func(ctx context.Context) error {
			_, err := ReadRegionSeries(ctx, inputs, RegionOptions{}, Options{OpenOptions: OpenOptions{Region: Region{Window: pixtrend.Window{Width: 9, Height: 9}}}})
			return err
		},
		"OpenTrend": func(ctx context.Context) error { _, err := OpenTrend(ctx, inputs[0], nil); return err },
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// A context ends whatever opens or reads, although GDAL has no way to end a request. Each call
// below would otherwise take a quarter of a minute: the tests' patience is the users', and the
// server that says nothing is given half a minute.
func TestContextBoundsOpening(t *testing.T) {
	s := newPlanes(40, 30, 3, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	inputs := srv.urls(names, "")
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	for name, fault := range map[string]func(w http.ResponseWriter){
		"a server that answers 503": func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"a server that says nothing": func(http.ResponseWriter) {
			select {
			case <-over:
			case <-time.After(30 * time.Second):
			}
		},
	} {
		srv.answerBy(func(_ string, _ int, w http.ResponseWriter, _ *http.Request) bool { fault(w); return true })
		for function, call := range opensFiles(inputs, filepath.Join(t.TempDir(), "out.tif")) {
			t.Run(name+"/"+function, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				start := time.Now()
				err := call(ctx)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v, want that the deadline has passed", err)
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("it took %v with a context of 0.2 s", took)
				}
			})
		}
	}
}

// The same while windows are read.
func TestContextBoundsReading(t *testing.T) {
	s := newPlanes(400, 300, 3, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	out := filepath.Join(t.TempDir(), "out.tif")
	job, err := Prepare(t.Context(), srv.urls(names, ""), out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("the user has enough")
	srv.answerBy(func(string, int, http.ResponseWriter, *http.Request) bool {
		cancel(stopped) // in the middle of a read
		select {
		case <-over:
		case <-time.After(30 * time.Second):
		}
		return true
	})
	start := time.Now()
	if _, err := job.Run(ctx, nil); !errors.Is(err, stopped) {
		t.Errorf("%v, want %v", err, stopped)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if left := listing(filepath.Dir(out)); left != "[]" {
		t.Errorf("left behind: %s", left)
	}
}

// Inspect describes a remote file once, though it looks at the files and then makes the fit ready.
func TestInspectOpensRemoteFilesOnce(t *testing.T) {
	s := newPlanes(400, 300, 3, -500, 500)
	names := s.files(t, nil)
	srv := serve(t, names[0])
	if i := inspect(t, srv.urls(names, ""), Options{}); !i.Fit.Runs {
		t.Fatal(i.Fit.Why)
	}
	asked, _, _ := srv.seen()
	for _, name := range names {
		headers := 0
		for _, request := range asked {
			if strings.HasPrefix(request, "GET /"+filepath.Base(name)+" bytes=0-") {
				headers++
			}
		}
		if headers != 1 {
			t.Errorf("the header of %s was asked for %d times:\n%s", filepath.Base(name), headers, strings.Join(asked, "\n"))
		}
	}
}

// GDAL's block cache is one for the process: fits that overlap share it, and leave it as it was.
func TestOverlappingFitsShareTheBlockCache(t *testing.T) {
	s := newPlanes(300, 200, 3, -500, 500)
	inputs := s.files(t, nil)
	before := gdal.BlockCache()
	dir := t.TempDir()
	const first, second = 256 << 20, 64 << 20
	overlapped := false
	o := Options{Memory: first}
	o.Fit.Threads, o.Fit.WindowWidth, o.Fit.WindowHeight = 1, 300, 20
	job, err := Prepare(t.Context(), inputs, filepath.Join(dir, "first.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	_, err = job.Run(t.Context(), func(done, total int) {
		if overlapped || done == total {
			return
		}
		overlapped = true
		if got := gdal.BlockCache(); got != first/8 {
			t.Errorf("the cache of a fit in 256 MiB has %d bytes", got)
		}
		inner, err := Prepare(t.Context(), inputs, filepath.Join(dir, "second.tif"), Options{Memory: second})
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = inner.Close() }()
		if _, err := inner.Run(t.Context(), func(int, int) {
			if got := gdal.BlockCache(); got != first/8+second/8 {
				t.Errorf("the cache of both fits has %d bytes", got)
			}
		}); err != nil {
			t.Error(err)
		}
		if got := gdal.BlockCache(); got != first/8 {
			t.Errorf("the cache of the first fit has %d bytes after the second", got)
		}
	})
	if err != nil || !overlapped {
		t.Fatal(err, overlapped)
	}
	if got := gdal.BlockCache(); got != before {
		t.Errorf("the cache has %d bytes after both fits, and had %d", got, before)
	}
}
