//go:build unix

package raster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// soon fails the test if do, which may read from a pipe for ever, does not return.
func soon(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

// Pipes and devices are refused where files are read, and passed over where a folder is searched.
func TestSpecialFiles(t *testing.T) {
	s := newPlanes(8, 6, 3, 0, 99)
	pipe := func(t *testing.T, path string) string {
		t.Helper()
		_ = os.Remove(path)
		if err := syscall.Mkfifo(path, 0o666); err != nil {
			t.Skip("no pipes here:", err)
		}
		return path
	}
	zero := func(t *testing.T, path string) string {
		t.Helper()
		_ = os.Remove(path)
		if err := os.Symlink("/dev/zero", path); err != nil {
			t.Skip("no links here:", err)
		}
		return path
	}
	for name, kind := range map[string]func(t *testing.T, path string) string{"a pipe": pipe, "a device": zero} {
		beside := func(suffix string, place *[6]float64) func(t *testing.T, dir string) ([]string, Options) {
			return func(t *testing.T, dir string) ([]string, Options) {
				if place == nil {
					if _, err := s.tryFiles(dir, func(_ int, m *made) { m.transform = nil }); err != nil {
						t.Fatal(err)
					}
				}
				kind(t, filepath.Join(dir, "y_2002"+suffix))
				return []string{dir}, Options{}
			}
		}
		for _, c := range []struct {
			name string
			make func(t *testing.T, dir string) (inputs []string, o Options)
			ok   bool
		}{
			{"input", func(t *testing.T, dir string) ([]string, Options) {
				kind(t, filepath.Join(dir, "y_2002.tif"))
				return []string{filepath.Join(dir, "y_2001.tif"), filepath.Join(dir, "y_2002.tif")}, Options{}
			}, false},
			{"only input", func(t *testing.T, dir string) ([]string, Options) {
				return []string{kind(t, filepath.Join(dir, "y_2002.tif"))}, Options{}
			}, false},
			{"raster in a folder", func(t *testing.T, dir string) ([]string, Options) {
				kind(t, filepath.Join(dir, "y_2002.tif"))
				return []string{dir}, Options{}
			}, false},
			{"something else in a folder", func(t *testing.T, dir string) ([]string, Options) {
				kind(t, filepath.Join(dir, "socket"))
				kind(t, filepath.Join(dir, "cube.nc"))
				return []string{dir}, Options{OpenOptions: OpenOptions{Drivers: []string{"GTiff", "VRT", "netCDF"}}}
			}, true},
			{"something else in a folder, without drivers", func(t *testing.T, dir string) ([]string, Options) {
				kind(t, filepath.Join(dir, "cube.nc"))
				return []string{dir}, Options{}
			}, true},
			{"something else beside rasters without a place", func(t *testing.T, dir string) ([]string, Options) {
				names, err := s.tryFiles(dir, func(_ int, m *made) { m.transform = nil })
				if err != nil {
					t.Fatal(err)
				}
				kind(t, filepath.Join(dir, "METADATA.DIM"))
				kind(t, filepath.Join(dir, "summary.txt"))
				return names, Options{}
			}, true},
			{"mask", beside(".tif.msk", &usualPlace), false},
			{"metadata", beside(".tif.aux.xml", &usualPlace), false},
			{"times", beside(".tif.aux.json", &usualPlace), false},
			{"world file", beside(".tfw", nil), false},
			{"list", func(t *testing.T, dir string) ([]string, Options) {
				return []string{"@" + kind(t, filepath.Join(dir, "list"))}, Options{}
			}, false},
			{"dates", func(t *testing.T, dir string) ([]string, Options) {
				return []string{dir}, Options{OpenOptions: OpenOptions{Dates: dates(t, "@"+kind(t, filepath.Join(dir, "dates")))}}
			}, false},
			{"masks", func(t *testing.T, dir string) ([]string, Options) {
				from := []string{kind(t, filepath.Join(t.TempDir(), "m_2001.tif"))}
				return []string{dir}, Options{OpenOptions: OpenOptions{Mask: Mask{From: from, Keep: []Values{{0, 50}}}}}
			}, false},
			{"archive", func(t *testing.T, dir string) ([]string, Options) {
				z := kind(t, filepath.Join(dir, "z.zip"))
				return []string{"/vsizip/" + z + "/y_2001.tif", "/vsizip/" + z + "/y_2002.tif"}, Options{}
			}, false},
		} {
			t.Run(c.name+" is "+name, func(t *testing.T) {
				soon(t, func() {
					dir := t.TempDir()
					if _, err := s.tryFiles(dir, nil); err != nil {
						t.Error(err)
						return
					}
					inputs, o := c.make(t, dir)
					_, err := FitFiles(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
					_, seriesErr := ReadSeries(t.Context(), inputs, Point{Pixel: true}, o)
					info, infoErr := Inspect(t.Context(), inputs, o)
					if infoErr == nil && info.Fit.Why != "" {
						infoErr = errors.New(info.Fit.Why)
					}
					for _, err := range []error{err, seriesErr, infoErr} {
						if c.ok != (err == nil) || err != nil && !strings.Contains(err.Error(), "only regular files are read") {
							t.Errorf("%v", err)
						}
					}
				})
			})
		}
		t.Run("trend is "+name, func(t *testing.T) {
			soon(t, func() {
				dir := t.TempDir()
				_, err := OpenTrend(t.Context(), kind(t, filepath.Join(dir, "trend.tif")), nil)
				checkError(t, err, fault.ErrInput, "trend.tif", "only regular files are read")
			})
		})
	}
}
