package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/internal/hostile"
)

// wholeStack writes three rasters, the first with a mask and metadata beside it.
func wholeStack(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := hostile.Whole().Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sameBandsAs reports whether a raster has the bands of another, by what GDAL reads.
func sameBandsAs(path string, want reading) error {
	got := readWithGDAL(path)
	if got.Err != "" || len(got.Bands) != len(want.Bands) {
		return fmt.Errorf("it has %d bands, %s", len(got.Bands), got.Err)
	}
	for b := range got.Bands {
		for p := range got.Bands[b] {
			if x, y := got.sample(b, p), want.sample(b, p); x != y && !(math.IsNaN(x) && math.IsNaN(y)) {
				return fmt.Errorf("pixel %d of band %d is %v, want %v", p, b+1, x, y)
			}
		}
	}
	return nil
}

// A system call that fails while a raster, its mask or its metadata is opened or read changes no
// value: the run succeeds, or is refused.
func TestFailingCalls(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	if out, err := exec.Command(strace, "-o", os.DevNull, "-e", "inject=chdir:error=EIO", "true").CombinedOutput(); err != nil {
		t.Skipf("strace does not work here: %v, %s", err, out)
	}
	names, most := []string{".msk", ".aux.xml"}, 6
	faults := []string{"openat:error=EMFILE"}
	if os.Getenv("PIXTREND_LONG") != "" {
		names, most = append(names, ""), 9
		faults = append(faults, "openat:error=EIO", "read:error=EIO", "pread64:error=EIO", "newfstatat:error=EIO", "lseek:error=EIO", "read:retval=0", "openat:error=ENOMEM")
	}
	refused := failing(t, strace, filepath.Join(wholeStack(t), hostile.Name), names, faults, most)
	// GDAL opens a raster that pixtrend reads by itself once.
	plain := filepath.Join(folder(t), "stack", "ndvi_2001.tif")
	const metadata = `<PAMDataset><PAMRasterBand band="1"><Offset>3</Offset><Scale>0.5</Scale></PAMRasterBand></PAMDataset>`
	if err := os.WriteFile(plain+".aux.xml", []byte(metadata), 0o666); err != nil {
		t.Fatal(err)
	}
	if refused += failing(t, strace, plain, []string{".aux.xml"}, faults, most); refused == 0 {
		t.Error("no run is refused")
	}
}

// failing fits the rasters in a folder while system calls fail on one of them, or on files beside it whose
// names end in names: for each fault the first such call of a thread, the second, and so on up to most. It
// returns how many runs are refused.
func failing(t *testing.T, strace, raster string, names, faults []string, most int) (refused int) {
	t.Helper()
	dir := filepath.Dir(raster)
	whole := filepath.Join(t.TempDir(), "whole.tif")
	code, _, warnings := call(t, dir, "fit", dir, "-o", whole, "--stats", "mean,n", "-q") // warnings that are given without faults, too
	if code != 0 {
		t.Fatal(warnings)
	}
	want := readWithGDAL(whole)
	for _, name := range names {
		for _, fault := range faults {
			idle := 0
			for when := 1; when <= most && idle < 2; when++ { // threads share the calls, not always in the same way
				out := filepath.Join(t.TempDir(), "out.tif")
				file, log := raster+name, filepath.Join(t.TempDir(), "log")
				c := command(dir, nil, "fit", dir, "-o", out, "--stats", "mean,n", "--threads", "1", "-q")
				inject := fmt.Sprintf("inject=%s:when=%d", fault, when)
				c.Path, c.Args = strace, append([]string{strace, "-f", "-o", log, "-P", file, "-e", inject}, c.Args...)
				code, _, stderr := start(t, c)
				stderr = strings.TrimPrefix(stderr, warnings)
				what := fmt.Sprintf("%s, %s, call %d", filepath.Base(file), fault, when)
				text, err := os.ReadFile(log)
				if err != nil {
					t.Fatal(err)
				}
				injected := strings.Count(string(text), "INJECTED")
				switch {
				case code == 0 && stderr == "":
					if err := sameBandsAs(out, want); err != nil {
						t.Errorf("%s, which fails %d times: %v", what, injected, err)
					}
				case code == 0:
					if err := sameBandsAs(out, want); err != nil && !strings.HasPrefix(stderr, "pixtrend: warning: ") {
						t.Errorf("%s: %v, with %q", what, err, stderr)
					}
				case code == 1 && strings.HasPrefix(stderr, "pixtrend: ") && strings.Count(stderr, "\n") == 1:
					refused++
				default:
					t.Errorf("%s: exit code %d, %q", what, code, stderr)
				}
				if idle++; injected > 0 {
					idle = 0
				}
			}
		}
	}
	return refused
}

// A run that is killed leaves its targets as they were or whole, and no input changed.
func TestKilledAtAnyMoment(t *testing.T) {
	dir := folder(t)
	args := []string{"fit", "stack", "-o", "out.tif", "--residuals", "residuals.tif", "--map", "out.svg", "--of", "COG", "--overwrite", "-q"}
	begin := time.Now()
	if code, _, stderr := call(t, dir, args...); code != 0 {
		t.Fatal(stderr)
	}
	took := time.Since(begin)
	targets := []string{"out.tif", "residuals.tif"}
	want := map[string]reading{}
	for _, name := range targets {
		if want[name] = readWithGDAL(filepath.Join(dir, name)); want[name].Err != "" {
			t.Fatal(want[name].Err)
		}
	}
	before := files(t, filepath.Join(dir, "stack"))
	kills := 4
	if os.Getenv("PIXTREND_LONG") != "" {
		kills = 200
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range kills {
		if n%2 == 0 { // with targets that are there before, and without
			for _, name := range append(targets, "out.svg") {
				_ = os.Remove(filepath.Join(dir, name))
			}
		}
		c := command(dir, nil, args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.Float64() * float64(took)))
		_ = c.Process.Signal(syscall.SIGKILL)
		_ = c.Wait()
		for _, name := range targets {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				if err := sameBandsAs(filepath.Join(dir, name), want[name]); err != nil {
					t.Errorf("%s after kill %d: %v", name, n, err)
				}
			}
		}
	}
	checkSame(t, before, filepath.Join(dir, "stack"))
}

// Files beside a raster that would block who reads them are not read, or the raster is refused.
func TestPipesBeside(t *testing.T) {
	dir := wholeStack(t)
	ends, long := []string{".msk", ""}, os.Getenv("PIXTREND_LONG") != ""
	if long {
		ends = append(ends, ".aux.xml", ".ovr", ".txt")
	}
	for _, end := range ends {
		name := filepath.Join(dir, "x_2002.tif"+end)
		if end == "" {
			name = filepath.Join(dir, "x_2002.tfw")
		}
		if err := syscall.Mkfifo(name, 0o666); err != nil {
			t.Skip(err)
		}
		for _, args := range [][]string{{"fit", dir, "-o", "out.tif", "--overwrite", "-q"}, {"info", dir}, {"series", dir, "--pixel", "1,1"},
			{"map", filepath.Join(dir, "x_2002.tif"), "-o", "out.png", "--overwrite"}} {
			if args[0] == "series" && !long {
				continue
			}
			c := command(t.TempDir(), nil, args...)
			over := time.AfterFunc(mostWait, func() { _ = c.Process.Kill() })
			code, _, stderr := start(t, c)
			over.Stop()
			refused := code == 1
			if code != 0 && !refused {
				t.Errorf("%s with a pipe %s beside a raster: exit code %d, %q", args[0], end, code, stderr)
			}
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}
