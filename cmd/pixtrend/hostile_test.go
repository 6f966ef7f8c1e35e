package main

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pixtrend/pixtrend/internal/hostile"
	"github.com/pixtrend/pixtrend/raster"
)

// trial is a mutant whose commands are being checked.
type trial struct {
	hostile.Mutant
	dir      string
	program  *worker
	readings []reading // of the three rasters
	faults   []string
	fitted   bool
}

// Rasters that lie give the values that GDAL reads, or a refusal of one sentence, within limits of
// time and memory. The environment asks for more of them, or for other ones (scripts/hostile.sh).
func TestHostile(t *testing.T) {
	n, first := 2*len(hostile.Forms()), 0
	if os.Getenv("PIXTREND_LONG") != "" {
		n = 600
	}
	n, first = setting(t, "PIXTREND_HOSTILE", n), setting(t, "PIXTREND_HOSTILE_SEED", first)
	keep := os.Getenv("PIXTREND_HOSTILE_KEEP")
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	tried, fitted, faulty := map[string]int{}, map[string]int{}, map[string][]string{}
	for range max(2, runtime.GOMAXPROCS(0)) {
		program, oracle := &worker{t: t}, &worker{t: t}
		wg.Go(func() {
			defer program.stop()
			defer oracle.stop()
			for {
				seed := int(next.Add(1)) - 1
				if seed >= n {
					return
				}
				tr := &trial{Mutant: hostile.New(uint64(first + seed)), program: program, dir: filepath.Join(t.TempDir(), strconv.Itoa(first+seed))}
				tr.run(oracle)
				mu.Lock()
				tried[tr.Form]++
				if tr.fitted {
					fitted[tr.Form]++
				}
				for _, f := range tr.faults {
					faulty[tr.Form] = append(faulty[tr.Form], fmt.Sprintf("seed %d: %s", tr.Seed, f))
				}
				mu.Unlock()
				if len(tr.faults) > 0 && keep != "" {
					if err := os.CopyFS(filepath.Join(keep, strconv.Itoa(first+seed)), os.DirFS(tr.dir)); err != nil {
						t.Error(err)
					}
				}
				_ = os.RemoveAll(tr.dir)
			}
		})
	}
	wg.Wait()
	for _, form := range hostile.Forms() {
		t.Logf("%-20s %4d mutants, %4d fitted, %d faults", form, tried[form], fitted[form], len(faulty[form]))
	}
	for _, form := range slices.Sorted(maps.Keys(faulty)) {
		all := faulty[form]
		t.Errorf("%s, %d faults:\n\t%s", form, len(all), strings.Join(all[:min(len(all), 8)], "\n\t"))
	}
	if fitted["whole"] != tried["whole"] {
		t.Errorf("%d of %d whole rasters are fitted", fitted["whole"], tried["whole"])
	}
}

// setting returns a number from the environment.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(name), strconv.Itoa(otherwise)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (tr *trial) fault(format string, args ...any) {
	tr.faults = append(tr.faults, fmt.Sprintf(format, args...))
}

// run runs all commands on the mutant.
func (tr *trial) run(oracle *worker) {
	if err := errors.Join(os.MkdirAll(filepath.Join(tr.dir, "in"), 0o777), tr.Write(filepath.Join(tr.dir, "in"))); err != nil {
		tr.fault("%v", err)
		return
	}
	for year := 2001; year <= 2003; year++ {
		a, fault := oracle.do(order{Read: filepath.Join(tr.dir, "in", fmt.Sprintf("x_%d.tif", year))})
		if fault != "" {
			a.Reading.Err = tooLarge // or so damaged that GDAL crashes
		}
		tr.readings = append(tr.readings, a.Reading)
	}
	if _, ok := tr.command("fit", "in", "-o", "out.tif", "--stats", "slope,mean,n", "--ot", "Float64", "--memory", "64M", "--threads", "2", "-q"); ok {
		tr.fitted = true
		a, fault := oracle.do(order{Read: filepath.Join(tr.dir, "out.tif")})
		if fault != "" || a.Reading.Err != "" {
			tr.fault("the output cannot be read: %s%s", fault, a.Reading.Err)
		} else if tr.canFit("fit") {
			tr.checkFit(a.Reading)
		}
	}
	if _, ok := tr.command("composite", "in", "-o", "years.tif", "--annual", "max", "--ot", "Float64", "--memory", "64M", "--threads", "2", "-q"); ok {
		a, fault := oracle.do(order{Read: filepath.Join(tr.dir, "years.tif")})
		if fault != "" || a.Reading.Err != "" {
			tr.fault("the composites cannot be read: %s%s", fault, a.Reading.Err)
		} else if tr.canFit("composite") {
			tr.checkComposites(a.Reading)
		}
	}
	if text, ok := tr.command("info", "in", "--json", "--memory", "64M"); ok && tr.canFit("info") {
		tr.checkInfo(text)
	}
	column, row := int(tr.Seed)%hostile.Width, int(tr.Seed/3)%hostile.Height
	p := row*hostile.Width + column
	if tr.readings[0].Part[p] {
		tr.readings[0].Err = "" // for one pixel
	}
	if text, ok := tr.command("series", "in", "--pixel", fmt.Sprintf("%d,%d", column, row), "--json", "--memory", "64M"); ok && tr.canFit("series") {
		tr.checkSeries(text, p)
	}
	if tr.readings[0].Part != nil {
		tr.readings[0].Err = "a part of it is missing"
	}
	if text, ok := tr.command("map", "in/"+hostile.Name, "-o", "map.svg", "--json", "--size", "100"); ok && tr.canRead("map", tr.readings[0]) {
		tr.checkMap(text)
	}
}

// internals are words of GDAL, libtiff and this program that no sentence has.
var internals = regexp.MustCompile(`/vsipixtrend|TIFF[A-Z][a-z]\w+|_tiff\w+|(row|col|strip|tile|scanline) 4294967295|IReadBlock|unknown cpl error|goroutine`)

// command runs a command, and returns what it prints if it succeeds.
func (tr *trial) command(args ...string) (stdout string, ok bool) {
	a, fault := tr.program.do(order{Dir: tr.dir, Args: args})
	if fault != "" {
		tr.fault("%s %s", args[0], fault)
		return "", false
	}
	for line := range strings.Lines(a.Stderr) {
		if !strings.HasPrefix(line, "pixtrend: ") || strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r < ' ' || r == '\ufffd' }) {
			tr.fault("%s writes %q", args[0], line)
		}
	}
	if word := internals.FindString(a.Stderr + a.Stdout); word != "" {
		tr.fault("%s says %q: %s", args[0], word, a.Stderr)
	}
	switch {
	case a.Code == 0:
		return a.Stdout, true
	case a.Code != 1:
		tr.fault("%s ends with exit code %d: %s", args[0], a.Code, a.Stderr)
	case args[0] != "info" && strings.Count(strings.ReplaceAll(a.Stderr, "pixtrend: warning: ", ""), "pixtrend: ") != 1:
		tr.fault("%s refuses with %q", args[0], a.Stderr)
	}
	if _, err := os.Stat(filepath.Join(tr.dir, args[min(3, len(args)-1)])); err == nil && args[0] != "info" && args[0] != "series" {
		tr.fault("%s fails and leaves %s", args[0], args[3])
	}
	return "", false
}

// canRead reports whether a command may succeed with a raster.
func (tr *trial) canRead(command string, r reading) bool {
	if r.Err == tooLarge {
		return false
	}
	if r.Err != "" || len(r.Bands) == 0 {
		tr.fault("%s takes what GDAL does not: %s", command, r.Err)
		return false
	}
	if tr.Mask && !r.Masked {
		tr.fault("%s ignores the mask", command)
		return false
	}
	return true
}

// canFit reports whether a command may succeed with the stack.
func (tr *trial) canFit(command string) bool {
	for _, r := range tr.readings[1:] {
		if r.Err != "" {
			tr.fault("GDAL does not read a whole raster: %s", r.Err)
			return false
		}
	}
	r := tr.readings[0]
	if tr.canRead(command, r) && (r.Width != hostile.Width || r.Height != hostile.Height) {
		tr.fault("%s takes a raster of %d × %d pixels", command, r.Width, r.Height)
		return false
	}
	return r.Err == "" && len(tr.faults) == 0
}

// observation returns the value of a pixel, if it has one.
func (r reading) observation(p int) (y float64, ok bool) {
	x := r.sample(0, p)
	if math.IsNaN(x) || math.IsInf(x, 0) || r.HasNodata && (x == r.Nodata || float32(x) == float32(r.Nodata)) || r.Masked && r.Mask[p] == 0 {
		return 0, false
	}
	return x*r.Scale + r.Offset, true
}

// checkFit compares slope, mean and n with those of the values that GDAL reads.
func (tr *trial) checkFit(out reading) {
	for p := range hostile.Width * hostile.Height {
		var ts, ys []float64
		largest := 0.0
		for i, r := range tr.readings {
			if y, ok := r.observation(p); ok {
				ts, ys = append(ts, float64(i)), append(ys, y)
				largest = max(largest, math.Abs(y))
			}
		}
		if largest > 1e150 {
			continue // whose sums have no number
		}
		n, mean, slope := float64(len(ys)), math.NaN(), math.NaN()
		if len(ys) >= 2 {
			mean, slope = 0, 0
			middle, spread := 0.0, 0.0
			for i := range ys {
				mean, middle = mean+ys[i]/n, middle+ts[i]/n
			}
			for i := range ys {
				slope, spread = slope+(ts[i]-middle)*(ys[i]-mean), spread+(ts[i]-middle)*(ts[i]-middle)
			}
			slope /= spread
		}
		for b, want := range []float64{slope, mean, n} {
			got := out.sample(b, p)
			if !(math.Abs(got-want) <= 1e-9*max(largest, 1e-300)) && !(math.IsNaN(got) && math.IsNaN(want)) {
				tr.fault("%s of pixel %d is %v, want %v of %v", []string{"slope", "mean", "n"}[b], p, got, want, ys)
				return
			}
		}
	}
}

// checkComposites compares the composites of one scene each with the values that GDAL reads.
func (tr *trial) checkComposites(out reading) {
	for p := range hostile.Width * hostile.Height {
		for i, r := range tr.readings {
			want, ok := r.observation(p)
			if !ok {
				want = math.NaN()
			}
			if got := out.sample(i, p); !(math.Abs(got-want) <= 1e-12*math.Abs(want)) && !(math.IsNaN(got) && math.IsNaN(want)) {
				tr.fault("the composite of pixel %d at date %d is %v, want %v", p, i, got, want)
				return
			}
		}
	}
}

// checkInfo compares the counts of the first raster with those of what GDAL reads.
func (tr *trial) checkInfo(text string) {
	var info raster.Info
	if err := json.Unmarshal([]byte(text), &info); err != nil || len(info.Rasters) != 3 || info.Rasters[0].Samples == nil {
		tr.fault("info prints %v: %s", err, text)
		return
	}
	got, r := info.Rasters[0].Samples, tr.readings[0]
	n, least, most := int64(0), math.Inf(1), math.Inf(-1)
	for p := range hostile.Width * hostile.Height {
		if _, ok := r.observation(p); ok {
			n, least, most = n+1, min(least, r.sample(0, p)), max(most, r.sample(0, p))
		}
	}
	if got.Observations != n || n > 0 && (float64(*got.Min) != least || float64(*got.Max) != most) {
		tr.fault("info finds %d observations from %v to %v, want %d from %v to %v", got.Observations, got.Min, got.Max, n, least, most)
	}
}

// checkSeries compares the samples of a pixel with what GDAL reads.
func (tr *trial) checkSeries(text string, p int) {
	var s raster.Series
	if err := json.Unmarshal([]byte(text), &s); err != nil || len(s.Dates) != 3 {
		tr.fault("series prints %v: %s", err, text)
		return
	}
	for i, d := range s.Dates {
		y, ok := tr.readings[i].observation(p)
		x := tr.readings[i].sample(0, p)
		stored := float64(d.Stored[0])
		if ok != (d.Observed != nil) || ok && !(math.Abs(float64(*d.Observed)-y) <= 1e-12*math.Abs(y)) || stored != x && !(math.IsNaN(stored) && math.IsNaN(x)) {
			tr.fault("series has %v, stored as %v, at date %d, want %v, stored as %v", d.Observed, d.Stored[0], i, y, x)
		}
	}
}

// checkMap compares the number of pixels in classes with those that have a value for GDAL, and
// parses the picture.
func (tr *trial) checkMap(text string) {
	var m struct {
		Nodata  int64
		Classes []struct{ Pixels int64 }
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		tr.fault("map prints %v: %s", err, text)
		return
	}
	r, got, want := tr.readings[0], int64(0), int64(0)
	for p := range r.Width * r.Height {
		if _, ok := r.observation(p); ok {
			want++
		}
	}
	for _, c := range m.Classes {
		got += c.Pixels
	}
	if got != want || m.Nodata != int64(r.Width)*int64(r.Height)-want {
		tr.fault("map shows %d pixels with a value and %d without, want %d with one", got, m.Nodata, want)
	}
	picture, err := os.Open(filepath.Join(tr.dir, "map.svg"))
	if err != nil {
		tr.fault("%v", err)
		return
	}
	defer func() { _ = picture.Close() }()
	for parser := xml.NewDecoder(picture); err == nil; {
		_, err = parser.Token()
	}
	if err != io.EOF {
		tr.fault("the picture is malformed: %v", err)
	}
}
