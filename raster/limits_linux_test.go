package raster

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"
	"golang.org/x/sys/unix"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
)

// A disk that is full at any point of the writing is an error, and nothing is left on it.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, "1m")
	// 4 MiB of slopes, which neither fit nor compress well.
	s := newPlanes(1024, 1024, 2, 0, 1<<20)
	inputs := s.files(t, nil)
	for _, creation := range []string{"", "COMPRESS=DEFLATE", "TILED=NO", "TILED=NO BLOCKYSIZE=1024", "INTERLEAVE=PIXEL COMPRESS=LZW"} {
		t.Run(creation, func(t *testing.T) {
			fails(t, inputs, filepath.Join(disk, "out.tif"), Options{Creation: strings.Fields(creation)}, fault.ErrOutput, filepath.Join(disk, "out.tif"))
		})
	}
	t.Run("without a byte", func(t *testing.T) {
		put(t, filepath.Join(disk, "filler"), strings.Repeat("x", 1<<20))
		fails(t, inputs, filepath.Join(disk, "out.tif"), Options{}, fault.ErrOutput)
	})
}

// So is a disk that holds the samples, but not also what is made of them.
func TestFullDiskForCopy(t *testing.T) {
	disk := smallDisk(t, "5m")
	inputs := newPlanes(1024, 1024, 2, 0, 1<<20).files(t, nil)
	for _, o := range []Options{{Format: output.COG}, {Format: output.COG, Creation: []string{"COMPRESS=NONE", "OVERVIEWS=NONE"}}, {Creation: []string{"COMPRESS=DEFLATE"}}, {Creation: []string{"TILED=NO"}}} {
		t.Run(string(o.Format)+strings.Join(o.Creation, " "), func(t *testing.T) {
			fails(t, inputs, filepath.Join(disk, "out.tif"), o, fault.ErrOutput, filepath.Join(disk, "out.tif"))
		})
	}
}

// smallDisk returns the folder of a disk of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("cannot mount a small disk, which takes root:", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// More files than the process may open are read all the same.
func TestManyFiles(t *testing.T) {
	s := newPlanes(20, 16, 300, 0, 999).gappy(gap)
	dir := t.TempDir()
	inputs, err := s.tryFiles(dir, func(i int, m *made) {
		if i%2 == 0 { // of any kind of reading
			m.creation = []string{"COMPRESS=DEFLATE"}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	spec := dates(t, "1701-2000")
	o := all()
	o.Dates = spec
	// Several windows, so that files come to be opened again.
	o.Fit.WindowWidth, o.Fit.WindowHeight, o.Fit.Threads = 20, 4, 2
	want := fitted(t, inputs, o)

	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	})
	for _, limit := range []uint64{150, 64} {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
		sameBands(t, fmt.Sprint(limit, " handles"), want, fitted(t, inputs, o))
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	if len(open) > 64 {
		t.Errorf("%d files are still open", len(open))
	}
}

// A window that is forced beyond the memory is refused with what would do, and that does.
func TestMemoryForAWindow(t *testing.T) {
	dir := t.TempDir()
	m := made{width: 2000, height: 1000, written: 8, creation: []string{"SPARSE_OK=TRUE"}, bands: newPlanes(2000, 8, 1, 0, 1<<15-1).dates}
	for y := 2001; y <= 2003; y++ {
		if err := m.write(filepath.Join(dir, fmt.Sprintf("y_%d.tif", y))); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Memory: 16 << 20, Fit: pixtrend.Options{Threads: 1, WindowWidth: 2000, WindowHeight: 1000}}
	_, err := Prepare(t.Context(), []string{dir}, filepath.Join(dir, "out.tif"), o)
	if err == nil || !strings.Contains(err.Error(), "the option Memory") {
		t.Fatalf("%v: want what to allow with more memory", err)
	}
	_, text, _ := strings.Cut(err.Error(), "allow ")
	if _, err := fmt.Sscan(text, &o.Memory); err != nil {
		t.Fatal(err)
	}
	o.Memory <<= 20
	job, err := Prepare(t.Context(), []string{dir}, filepath.Join(dir, "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := job.Close(); err != nil {
		t.Error(err)
	}
}

// The memory that a fit says it takes is kept to, whatever the size of the stack. What is measured
// is all that the process ever had resident, GDAL's code and its block cache included.
func TestMemoryIsKept(t *testing.T) {
	const program = 64 << 20
	if inputs := os.Getenv("PIXTREND_TEST_MEMORY"); inputs != "" {
		fitAndPrintPeak(t, inputs)
		return
	}
	if raceDetector {
		t.Skip("the race detector takes memory of its own")
	}
	for _, c := range []struct {
		name     string
		m        made
		dates    int
		creation string
		format   output.Format // of the output
		scenes   bool          // three bands, of which an index and a mask are made
		what     string        // of measured, which is done in place of a fit of slopes
		memory   int64         // in MiB; 0: 64
	}{
		// 1.1 GiB of samples, of which the files hold the first rows only: soon made, and read as
		// all others are.
		{"rows", made{width: 6000, height: 6000, written: 256}, 8, "", output.GTiff, false, "", 0},
		{"one strip", made{width: 6000, height: 6000, written: 256}, 8, "BLOCKYSIZE=6000", output.GTiff, false, "", 0},
		{"tiles", made{width: 6000, height: 6000, written: 256}, 8, "TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512", output.GTiff, false, "", 0},
		{"deflate tiles", made{width: 6000, height: 6000, written: 256}, 8, "COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=256 BLOCKYSIZE=256", output.GTiff, false, "", 0},
		{"deflate strips", made{width: 6000, height: 6000, written: 256}, 8, "COMPRESS=DEFLATE BLOCKYSIZE=16", output.GTiff, false, "", 0},
		{"a COG", made{width: 6000, height: 6000, written: 256}, 8, "", output.COG, false, "", 0},
		// GDAL keeps with an open file the block that it read last, and each worker has its own
		// files.
		{"many files", made{width: 512, height: 1024}, 60, "COMPRESS=DEFLATE ZLEVEL=1 TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512", output.GTiff, false, "", 0},
		{"many bands", made{width: 512, height: 1024, dtype: godal.Int16}, 30, "INTERLEAVE=PIXEL TILED=YES BLOCKXSIZE=256 BLOCKYSIZE=256 COMPRESS=DEFLATE ZLEVEL=1", output.GTiff, false, "", 0},
		{"large blocks", made{width: 1500, height: 1200}, 4, "COMPRESS=DEFLATE BLOCKYSIZE=1200 ZLEVEL=1", output.GTiff, false, "", 0},
		{"scenes", made{width: 3000, height: 3000, written: 256, dtype: godal.Int16}, 8, "TILED=YES", output.GTiff, true, "", 0},
		{"a COG of all fields", made{width: 1200, height: 1200}, 4, "", output.COG, false, "all", 0},
		{"a COG of all fields in little", made{width: 1500, height: 1200}, 4, "", output.COG, false, "all", 32},
		{"a COG of slopes in little", made{width: 3000, height: 2000}, 4, "", output.COG, false, "", 32},
		{"a COG of residuals", made{width: 600, height: 600}, 60, "", output.COG, false, "residuals", 0},
		{"LZMA", made{width: 600, height: 600}, 4, "", output.GTiff, false, "LZMA", 0},
		{"pixels of all fields", made{width: 600, height: 600}, 4, "", output.GTiff, false, "pixels", 0},
		{"large tiles", made{width: 4200, height: 4200}, 4, "TILED=YES BLOCKXSIZE=4096 BLOCKYSIZE=4096", output.GTiff, false, "info", 0},
		{"medians of a region", made{width: 3000, height: 2000}, 8, "", output.GTiff, false, "medians", 0},
		{"deflate scenes", made{width: 512, height: 1024, dtype: godal.Int16}, 60, "COMPRESS=DEFLATE ZLEVEL=1 TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512", output.GTiff, true, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if os.Getenv("PIXTREND_LONG") == "" && (c.what == "all" && c.memory == 0 || c.what == "residuals") {
				t.Skip("it takes long: set PIXTREND_LONG")
			}
			m, memory := c.m, cmp.Or(c.memory, 64)<<20
			m.creation = strings.Fields(c.creation)
			rows := m.height
			if m.written > 0 {
				m.creation, rows = append(m.creation, "SPARSE_OK=TRUE"), m.written
			}
			m.bands = newPlanes(m.width, rows, 1, 0, 1<<15-1).dates
			dir := t.TempDir()
			name, years := "all", c.dates // one file under many names
			if strings.Contains(c.creation, "PIXEL") {
				name, years = "bands.tif", 0
				m.bands = slices.Repeat(m.bands, c.dates)
				for i := range c.dates {
					m.descriptions = append(m.descriptions, fmt.Sprint(1961+i))
				}
			}
			if c.scenes {
				m.bands = slices.Repeat(m.bands, 3)
			}
			if err := m.write(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			for i := range years {
				if err := os.Symlink(name, filepath.Join(dir, fmt.Sprintf("y_%d.tif", 1961+i))); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestMemoryIsKept$", "-test.v")
			cmd.Env = append(os.Environ(), "PIXTREND_TEST_MEMORY="+dir, "PIXTREND_TEST_FORMAT="+string(c.format), "PIXTREND_TEST_WHAT="+c.what, fmt.Sprint("PIXTREND_TEST_LIMIT=", memory), fmt.Sprint("PIXTREND_TEST_SCENES=", c.scenes))
			out, err := cmd.CombinedOutput()
			_, text, ok := strings.Cut(string(out), "peak=")
			var peak int64
			if _, scan := fmt.Sscan(text, &peak); err != nil || !ok || scan != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("peak %d MiB", peak>>20)
			if peak > memory+program {
				t.Errorf("the process had %d MiB resident: %d MiB were allowed, and %d for the program itself", peak>>20, memory>>20, program>>20)
			}
		})
	}
}

// measured are fits whose memory is measured.
var measured = map[string]func(o *Options, output string){
	"all": func(o *Options, _ string) {
		o.Fit.Fields, o.Fit.Significance = append(slices.Clone(stats.AllFields), stats.TrendClass), 0.05
	},
	"residuals": func(o *Options, output string) { o.Residuals = output + ".residuals.tif" },
	"LZMA":      func(o *Options, _ string) { o.Creation = []string{"COMPRESS=LZMA"} },
	"pixels": func(o *Options, _ string) {
		o.Fit.Fields, o.Fit.Significance = append(slices.Clone(stats.AllFields), stats.TrendClass), 0.05
		o.Creation = []string{"COMPRESS=DEFLATE", "INTERLEAVE=PIXEL"}
	},
}

func fitAndPrintPeak(t *testing.T, inputs string) {
	memory, err := strconv.ParseInt(os.Getenv("PIXTREND_TEST_LIMIT"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Memory: memory, Format: output.Format(os.Getenv("PIXTREND_TEST_FORMAT")), Fit: pixtrend.Options{Threads: 2}}
	if os.Getenv("PIXTREND_TEST_SCENES") == "true" {
		o.Index, o.Mask = Index{"nd", 2, 1}, Mask{Band: 3, Keep: []Values{{0, 20000}}}
	}
	out := filepath.Join(t.TempDir(), "out.tif")
	switch what := os.Getenv("PIXTREND_TEST_WHAT"); what {
	case "info":
		_, err = Inspect(t.Context(), []string{inputs}, o)
	case "medians":
		o.Region.Window = pixtrend.Window{X: 1, Y: 1, Width: 2998, Height: 1998}
		_, err = ReadRegionSeries(t.Context(), []string{inputs}, byOf(t, "median"), o)
	default:
		if change := measured[what]; change != nil {
			change(&o, out)
		}
		_, err = FitFiles(t.Context(), []string{inputs}, out, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("peak=%d\n", peakMemory(t))
}

// peakMemory returns the bytes that the process ever had resident. It is not that of Getrusage,
// which includes that of the parent before exec.
func peakMemory(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kib int64
	if _, err := fmt.Sscan(string(text), &kib); err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
