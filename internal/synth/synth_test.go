package synth

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"sync"
	"testing"
	"time"
)

// stack computes all samples of a scene, year after year.
func stack(s Scene) []float32 {
	n := s.Width * s.Height
	all := make([]float32, n*len(s.Years))
	for i := range s.Years {
		s.Rows(all[i*n:][:n], i, 0, s.Height)
	}
	return all
}

// same compares bits, so that gaps equal gaps.
func same(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool {
		return math.Float32bits(x) == math.Float32bits(y)
	})
}

// The checksums were taken on amd64. They must be the same on every architecture. A deliberate
// change of the landscape changes them.
func TestChecksum(t *testing.T) {
	demo := City(400, 300, 1999, 2006)
	other := City(200, 101, 1960, 1970)
	other.Seed, other.Gaps = 77, 0
	country := City(1400, 20, 2011, 2012) // towns, lakes and fields on both sides
	for _, c := range []struct {
		name  string
		scene Scene
		want  uint32
	}{
		{"demo", demo, 0x7584ab58},
		{"other seed, no gaps", other, 0x530ff854},
		{"country", country, 0x63106c83},
		{"scenes", Scenes(150, 100, 2003, 2004, 80), 0x0f07bd7e},
	} {
		sum := crc32.NewIEEE()
		binary.Write(sum, binary.LittleEndian, stack(c.scene))
		if got := sum.Sum32(); got != c.want {
			t.Errorf("%s: checksum %#08x, want %#08x", c.name, got, c.want)
		}
	}
}

// Scenes follow each other by so many days, through leap days and the end of the year. Fields are
// green in summer, and winters differ from scene to scene as samples do.
func TestScenes(t *testing.T) {
	s := Scenes(150, 150, 2003, 2005, 16)
	last := -16
	for i, year := range s.Years {
		day := int(time.Date(year, time.January, s.Days[i], 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
		if i > 0 && day-last != 16 || s.Days[i] < 1 || s.Days[i] > 366 {
			t.Errorf("scene %d is of day %d of %d, %d days after the one before", i, s.Days[i], year, day-last)
		}
		last = day
	}
	if n := len(s.Years); n != 69 || s.Years[n-1] != 2005 || s.Days[0] != 1 { // 1096 days
		t.Errorf("%d scenes, the last of %d", n, s.Years[n-1])
	}
	all, mean := stack(s), make([]float64, len(s.Years))
	for i := range s.Years {
		n := 0.0
		for _, y := range all[i*22500 : (i+1)*22500] {
			if y == y {
				mean[i], n = mean[i]+float64(y), n+1
			}
		}
		mean[i] /= n
	}
	for i, day := range s.Days {
		if summer, winter := day > 150 && day < 250, day < 60 || day > 330; summer && mean[i] < 0.18 || winter && mean[i] > 0.12 {
			t.Errorf("the mean of day %d is %.3f", day, mean[i])
		}
	}
	if same(all[:22500], all[22500:45000]) {
		t.Error("two scenes are the same")
	}
}

func TestAnyWindowGivesTheSame(t *testing.T) {
	s := City(211, 97, 2002, 2004)
	want := stack(s)
	for _, rows := range []int{1, 7, 96} {
		got := make([]float32, len(want))
		var wg sync.WaitGroup // all windows at once: the race detector looks for shared state
		for i := range s.Years {
			for y0 := 0; y0 < s.Height; y0 += rows {
				y1 := min(y0+rows, s.Height)
				dst := got[(i*s.Height+y0)*s.Width : (i*s.Height+y1)*s.Width]
				wg.Go(func() { s.Rows(dst, i, y0, y1) })
			}
		}
		wg.Wait()
		if !same(got, want) {
			t.Errorf("windows of %d rows differ from the whole", rows)
		}
	}
}

func TestSmallSceneIsTheMiddleOfALargeOne(t *testing.T) {
	small, large := City(61, 40, 2010, 2010), City(1300, 90, 2000, 2012)
	want, plane := stack(small), make([]float32, large.Width*large.Height)
	large.Rows(plane, 10, 0, large.Height)
	left, top := large.Width/2-small.Width/2, large.Height/2-small.Height/2
	for y := range small.Height {
		if !same(plane[(top+y)*large.Width+left:][:small.Width], want[y*small.Width:][:small.Width]) {
			t.Fatalf("row %d of the small scene differs from the large one's", y)
		}
	}
}

func TestGapShare(t *testing.T) {
	for _, share := range []float64{0, 0.04, 0.2, 0.5, 0.9, 1} {
		s := City(400, 400, 1995, 2014)
		s.Gaps = share
		all := stack(s)
		n := s.Width * s.Height
		missing, always := 0, 0
		for p := range n {
			m := 0
			for i := range s.Years {
				if v := all[i*n+p]; v != v {
					m++
				}
			}
			missing += m
			if m == len(s.Years) {
				always++
			}
		}
		got := float64(missing) / float64(len(all))
		deep := float64(always) / float64(n)
		if share < 0.5 { // what is missing in all years is deep water, on top of the share
			got = (got - deep) / (1 - deep)
		}
		switch {
		case share == 0 || share == 1:
			if got != share {
				t.Errorf("share %v wanted: %v of the samples are missing", share, got)
			}
		case share < 0.5 && (deep == 0 || deep > 0.02):
			t.Errorf("share %v wanted: %.4f of the pixels are missing in all years, want a few", share, deep)
		case math.Abs(got-share) > 0.15*share+0.01:
			t.Errorf("share %v wanted: %.4f of the samples are missing", share, got)
		}
	}
}

func TestStripesBeginIn2003(t *testing.T) {
	striped := 0
	for year := 1990; year < 2020; year++ {
		if s := newSky(1, year, 1, 0.04); s.stripe > 0 {
			striped++
			if year < 2003 {
				t.Errorf("%d has stripes", year)
			}
		}
	}
	if striped == 0 {
		t.Error("no year has stripes")
	}
}

func TestValues(t *testing.T) {
	s := City(240, 240, 1995, 2015)
	water, gaps := 0, 0
	for _, v := range stack(s) {
		units := math.Round(float64(v) * 10000)
		switch {
		case v != v:
			gaps++
			continue
		case v < -0.2 || v > 0.95:
			t.Fatalf("%v is not within -0.2 and 0.95", v)
		case v != float32(units)/10000:
			t.Fatalf("%v is not a multiple of 1/10000", v)
		case v < 0:
			water++
		}
	}
	if water == 0 || gaps == 0 {
		t.Errorf("%d samples of water and %d gaps, want some of both", water, gaps)
	}
}

// Even a small stack has every kind of pixel.
func TestTrends(t *testing.T) {
	for _, size := range []int{100, 350} {
		s := City(size, size, 1995, 2015)
		all, n := stack(s), size*size
		var falling, rising, never int
		for p := range n {
			var c, sx, sy, sxx, sxy float64
			for i := range s.Years {
				if y := float64(all[i*n+p]); y == y {
					x := float64(i)
					c, sx, sy, sxx, sxy = c+1, sx+x, sy+y, sxx+x*x, sxy+x*y
				}
			}
			switch slope := (c*sxy - sx*sy) / (c*sxx - sx*sx); {
			case c == 0:
				never++
			case slope < -0.001:
				falling++
			case slope > 0.002:
				rising++
			}
		}
		if falling < n/20 || rising < n/20 || never == 0 || never > n/20 {
			t.Errorf("%d pixels: %d falling, %d rising, %d without an observation", n, falling, rising, never)
		}
	}
}

func TestNoiseRowIsSmoothAndBounded(t *testing.T) {
	row := make([]int32, 5000)
	o := octave{6, 1000}
	noiseRow(row, 9, -2500, 17, o)
	for i, v := range row {
		if v < -1000 || v > 1000 {
			t.Fatalf("noise %d at %d is not within ±1000", v, i)
		}
		if i > 0 && max(v-row[i-1], row[i-1]-v) > 2000*3/2/64+2 { // the steepest smoothstep
			t.Fatalf("noise jumps from %d to %d at %d", row[i-1], v, i)
		}
		if v != int32(noiseAt(9, i-2500, 17, o)) {
			t.Fatalf("noise at %d depends on where the row begins", i)
		}
	}
}

func TestWrongArgumentsPanicBeforeAnythingIsWritten(t *testing.T) {
	good := City(10, 10, 2000, 2001)
	bad := good
	bad.Gaps = math.NaN()
	for name, f := range map[string]func([]float32){
		"short dst":      func(d []float32) { good.Rows(d[:99], 0, 0, 10) },
		"negative row":   func(d []float32) { good.Rows(d, 0, -1, 9) },
		"row after last": func(d []float32) { good.Rows(d, 0, 1, 11) },
		"rows reversed":  func(d []float32) { good.Rows(d[:0], 0, 5, 4) },
		"no such year":   func(d []float32) { good.Rows(d, 2, 0, 10) },
		"gaps NaN":       func(d []float32) { bad.Rows(d, 0, 0, 10) },
		"no pixels":      func([]float32) { City(0, 10, 2000, 2001) },
		"no years":       func([]float32) { City(10, 10, 2001, 2000) },
	} {
		dst := make([]float32, 100)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f(dst)
		}()
		if !same(dst, make([]float32, 100)) {
			t.Errorf("%s: dst was written", name)
		}
	}
}

func ExampleScene_Rows() {
	s := City(827, 883, 1995, 2015)
	row := make([]float32, s.Width)
	for _, i := range []int{0, 10, 20} {
		s.Rows(row, i, 300, 301) // across a farm that becomes a suburb
		fmt.Println(s.Years[i], row[160:164])
	}
	// Output:
	// 1995 [0.5842 0.5761 0.5212 0.6051]
	// 2005 [0.4273 0.5409 0.2477 0.3044]
	// 2015 [0.4916 0.3999 0.3856 0.4571]
}

func BenchmarkRows(b *testing.B) {
	s := City(827, 883, 1995, 2015)
	plane := make([]float32, s.Width*s.Height)
	b.SetBytes(int64(4 * len(plane)))
	i := 0
	for b.Loop() {
		s.Rows(plane, i%len(s.Years), 0, s.Height)
		i++
	}
	b.ReportMetric(float64(b.N*len(plane))/b.Elapsed().Seconds()/1e6, "Msamples/s")
}
