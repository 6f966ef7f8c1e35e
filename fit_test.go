package pixtrend

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/internal/synth"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

var (
	nan    = math.NaN()
	all    = []stats.Field{stats.Slope, stats.Intercept, stats.N}
	orders = []layout.Order{layout.BSQ, layout.BIL, layout.BIP}
)

// A scene is a stack as the tests know it, before it is laid out: planes[i][p] is pixel p at the
// i-th of the ascending dates.
type scene[T kernel.Sample] struct {
	width, height int
	dates         []timeaxis.Date
	planes        [][]T
	valid         kernel.Valid
	scale, offset float64
}

// data returns the samples in an order, with plane perm[r] as raster number r.
func (s scene[T]) data(o layout.Order, perm []int) ([]T, []timeaxis.Date) {
	n, w, h := len(s.dates), s.width, s.height
	data, dates := make([]T, n*w*h), make([]timeaxis.Date, n)
	for r, i := range perm {
		dates[r] = s.dates[i]
		for y := range h {
			for x := range w {
				at := [...]int{layout.BSQ: (r*h+y)*w + x, layout.BIL: (y*n+r)*w + x, layout.BIP: (y*w+x)*n + r}[o]
				data[at] = s.planes[i][y*w+x]
			}
		}
	}
	return data, dates
}

func (s scene[T]) stack(t testing.TB, o layout.Order, perm []int) *Stack {
	t.Helper()
	data, dates := s.data(o, perm)
	st, err := NewStack(data, o, s.width, s.height, dates)
	if err != nil {
		t.Fatal(err)
	}
	st.Valid, st.Scale, st.Offset = s.valid, s.scale, s.offset
	return st
}

// inOrder is the permutation that leaves the dates as they are.
func (s scene[T]) inOrder() []int {
	perm := make([]int, len(s.dates))
	for i := range perm {
		perm[i] = i
	}
	return perm
}

// shuffled is a random permutation that keeps scenes of one date in their order, as the axis does,
// since the caller decides which of them is added first.
func (s scene[T]) shuffled() []int {
	perm := rand.New(rand.NewPCG(2, 2)).Perm(len(s.dates))
	for a := range perm {
		for b := a + 1; b < len(perm); b++ {
			if s.dates[perm[a]] == s.dates[perm[b]] && perm[a] > perm[b] {
				perm[a], perm[b] = perm[b], perm[a]
			}
		}
	}
	return perm
}

// series returns the times and values of the observations of a pixel. It applies the contract
// itself, and not through the code of kernel.Valid.
func (s scene[T]) series(p int) (times, values []float64) {
	for i, plane := range s.planes {
		y := float64(plane[p])
		if math.IsNaN(y) || math.IsInf(y, 0) || s.valid.HasNodata && y == s.valid.Nodata ||
			s.valid.HasRange && (y < s.valid.Lo || y > s.valid.Hi) {
			continue
		}
		if s.scale != 0 {
			y *= s.scale
		}
		times = append(times, float64(s.dates[i].Number()))
		values = append(values, y+s.offset)
	}
	return times, values
}

// reference is the oracle: the line of the textbook in plain float64, in two passes, the first for
// the means.
func reference(times, values []float64) (slope, intercept float64) {
	mean := func(x []float64) float64 {
		sum := 0.0
		for _, x := range x {
			sum += x
		}
		return sum / float64(len(x))
	}
	mt, my := mean(times), mean(values)
	var ctt, cty float64
	for i := range times {
		ctt += (times[i] - mt) * (times[i] - mt)
		cty += (times[i] - mt) * (values[i] - my)
	}
	if len(times) < 2 || ctt == 0 {
		return nan, nan
	}
	slope = cty / ctt
	return slope, my - slope*mt
}

// checkReference compares slope, intercept and n of every pixel with the oracle.
func checkReference[T kernel.Sample](t testing.TB, s scene[T], out [][]float64) {
	t.Helper()
	perYear := 1.0
	if !s.dates[0].IsYear() {
		perYear = 365.2425
	}
	lines := 0
	for p := range out[0] {
		times, values := s.series(p)
		slope, intercept := reference(times, values)
		if int(out[2][p]) != len(times) {
			t.Fatalf("n of pixel %d is %v, want %d", p, out[2][p], len(times))
		}
		if math.IsNaN(slope) {
			if !math.IsNaN(out[0][p]) || !math.IsNaN(out[1][p]) {
				t.Fatalf("pixel %d of %d observations has no line, got %v, %v", p, len(times), out[0][p], out[1][p])
			}
			continue
		}
		lines++
		// A slope near zero is a small difference of numbers as large as the spread.
		spread := slices.Max(values) - slices.Min(values)
		size := max(math.Abs(slope), spread/(slices.Max(times)-slices.Min(times)))
		if !(math.Abs(out[0][p]-slope*perYear) <= 1e-12*size*perYear) {
			t.Fatalf("slope of pixel %d is %v, want %v", p, out[0][p], slope*perYear)
		}
		size = max(math.Abs(intercept), size*math.Abs(times[0]), slices.Max(values))
		if !(math.Abs(out[1][p]-intercept) <= 1e-12*size) {
			t.Fatalf("intercept of pixel %d is %v, want %v", p, out[1][p], intercept)
		}
	}
	if lines < len(out[0])/2 {
		t.Fatalf("only %d of %d pixels have a line: the scene tests little", lines, len(out[0]))
	}
}

// drawScene draws samples over the whole range of an integer type, or a noisy trend of floats. A
// pixel in five has no gap, the others more and more.
func drawScene[T kernel.Sample](seed uint64, width, height int, dates []timeaxis.Date) scene[T] {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := scene[T]{width: width, height: height, dates: dates, scale: 0.25, offset: -10,
		valid: kernel.Valid{HasNodata: true, Nodata: 77}}
	d := kernel.DTypeOf[T]()
	bits := 8 * d.Size()
	for i := range dates {
		plane := make([]T, width*height)
		for p := range plane {
			y := 290 + 0.1*float64(i) + rng.NormFloat64()
			if !d.IsFloat() {
				y = float64(rng.Uint64N(1 << bits))
				if d == kernel.Int8 || d == kernel.Int16 || d == kernel.Int32 {
					y -= math.Ldexp(1, bits-1)
				}
			}
			if rng.Float64() < float64(p%5)/6 {
				y = s.valid.Nodata
				if d.IsFloat() {
					y = [...]float64{s.valid.Nodata, nan, math.Inf(1), math.Inf(-1)}[rng.IntN(4)]
				}
			}
			plane[p] = T(y)
		}
		s.planes = append(s.planes, plane)
	}
	return s
}

// days are irregular, and some hold several scenes.
func days(n int) []timeaxis.Date {
	rng := rand.New(rand.NewPCG(5, 5))
	dates := make([]timeaxis.Date, n)
	at := time.Date(1999, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range dates {
		d, err := timeaxis.Day(at.Date())
		if err != nil {
			panic(err)
		}
		dates[i] = d
		if i%4 != 0 {
			at = at.AddDate(0, 0, 1+rng.IntN(200))
		}
	}
	return dates
}

func planes[F float32 | float64](fields, pixels int) [][]F {
	out := make([][]F, fields)
	for f := range out {
		out[f] = make([]F, pixels)
	}
	return out
}

// fit64 fits slope, intercept and n in order, with one thread.
func fit64[T kernel.Sample](t testing.TB, s scene[T]) [][]float64 {
	t.Helper()
	out := planes[float64](len(all), s.width*s.height)
	o := Options{Fields: all, Threads: 1, Pin: runner.PinOff, ISA: "generic"}
	if _, err := FitInto(t.Context(), s.stack(t, layout.BSQ, s.inOrder()), o, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// differ returns an error that says where the bits of two results differ. Every NaN is alike.
func differ[F float32 | float64](want, got [][]F) error {
	if len(want) != len(got) {
		return fmt.Errorf("%d planes, want %d", len(got), len(want))
	}
	for f := range want {
		if len(want[f]) != len(got[f]) {
			return fmt.Errorf("plane %d of %d pixels, want %d", f, len(got[f]), len(want[f]))
		}
		for p, w := range want[f] {
			g := got[f][p]
			if math.Float64bits(float64(w)) != math.Float64bits(float64(g)) && !(w != w && g != g) {
				return fmt.Errorf("plane %d of pixel %d is %v, want %v", f, p, g, w)
			}
		}
	}
	return nil
}

// narrow rounds to float32.
func narrow(wide [][]float64) [][]float32 {
	out := planes[float32](len(wide), len(wide[0]))
	for f := range wide {
		for p, x := range wide[f] {
			out[f][p] = float32(x)
		}
	}
	return out
}

// testFit compares a fit of the scene with the oracle, and then every other way of fitting it with
// that fit. The rasters are in the order of perm.
func testFit[T kernel.Sample](t *testing.T, s scene[T], perm []int) {
	t.Helper()
	want := fit64(t, s)
	checkReference(t, s, want)
	got := planes[float64](len(all), s.width*s.height)
	for _, order := range orders {
		st := s.stack(t, order, perm)
		for _, isa := range kernel.Available() {
			for threads := 1; threads <= 3; threads++ {
				for _, pin := range []runner.Pinning{runner.PinAuto, runner.PinOff} {
					o := Options{Fields: all, Threads: threads, Pin: pin, ISA: isa.String()}
					for f := range got {
						for p := range got[f] {
							got[f][p] = -12345.5 // a pixel left out must not pass with the result before
						}
					}
					r, err := FitInto(t.Context(), st, o, got)
					if err != nil {
						t.Fatal(err)
					}
					if err := differ(want, got); err != nil {
						t.Fatalf("%v, rasters %v, %v, %d threads, pin %v: %v", order, perm, isa, threads, pin, err)
					}
					if r.ISA != o.ISA || pin == runner.PinOff && r.Pin != "off" || r.Pixels != len(want[0]) || r.Dates != len(s.dates) || r.Threads < 1 || r.Threads > threads {
						t.Fatalf("%v, %d threads: reported %+v", isa, threads, r)
					}
					// If nothing is copied, three threads get a share of more than two runs of 4096
					// pixels.
					if order != layout.BIP && slices.IsSorted(perm) && len(want[0]) > 2*4096 && r.Threads != threads {
						t.Fatalf("%v: %d threads of %d", order, r.Threads, threads)
					}
				}
			}
		}
		// The slope alone takes another path, and is rounded to float32 once.
		r, err := Fit(t.Context(), st, Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := differ(narrow(want[:1]), r.Planes); err != nil || !slices.Equal(r.Fields, all[:1]) {
			t.Fatalf("%v, rasters %v: slope alone: %v, %v", order, perm, r.Fields, err)
		}
	}
}

// Here several threads share the work in BIL order; in TestFitCity they do in every order.
func testFitOf[T kernel.Sample](t *testing.T) {
	s := drawScene[T](1, 41, 17, Years(1999, 2007))
	testFit(t, s, s.inOrder())
	s = drawScene[T](2, 41, 17, days(8))
	testFit(t, s, s.shuffled())
}

func TestFit(t *testing.T) {
	t.Run("uint8", testFitOf[uint8])
	t.Run("int8", testFitOf[int8])
	t.Run("uint16", testFitOf[uint16])
	t.Run("int16", testFitOf[int16])
	t.Run("uint32", testFitOf[uint32])
	t.Run("int32", testFitOf[int32])
	t.Run("float32", testFitOf[float32])
	t.Run("float64", testFitOf[float64])
}

// city is a scene like those of users: yearly NDVI with clouds.
func city() scene[float32] {
	c := synth.City(120, 90, 1995, 2015)
	s := scene[float32]{width: c.Width, height: c.Height, dates: Years(1995, 2015)}
	for i := range c.Years {
		plane := make([]float32, c.Width*c.Height)
		c.Rows(plane, i, 0, c.Height)
		s.planes = append(s.planes, plane)
	}
	return s
}

func TestFitCity(t *testing.T) {
	s := city()
	testFit(t, s, s.inOrder())
}

func TestFitValidRange(t *testing.T) {
	s := drawScene[int16](3, 31, 17, Years(2001, 2012))
	s.valid = kernel.Valid{HasRange: true, Lo: -20000, Hi: 25000}
	testFit(t, s, s.inOrder())
}

// The last piece of a copied stack is narrower. Its planes may be staggered while those of the
// others are not, and are then farther apart.
func TestFitLastPieceStaggered(t *testing.T) {
	n := 2
	for ; n < 1000; n++ {
		most := layout.CachePixels(kernel.Uint8, n)
		if last := most / 4096 * 4096; last > 0 && layout.TileBytes(kernel.Uint8, last, n) > layout.TileBytes(kernel.Uint8, most, n) {
			break
		}
	}
	most := layout.CachePixels(kernel.Uint8, n)
	s := drawScene[uint8](4, most+most/4096*4096, 1, Years(1001, 1000+n))
	want := fit64(t, s)
	for _, threads := range []int{1, 2} {
		out := planes[float64](len(all), s.width)
		if _, err := FitInto(t.Context(), s.stack(t, layout.BIP, s.inOrder()), Options{Fields: all, Threads: threads}, out); err != nil {
			t.Fatal(err)
		}
		if err := differ(want, out); err != nil {
			t.Error(err)
		}
	}
}

// By hand: samples of 1, 3, a gap and 7 from 2001 on rise by 2 a year, with a scale of 100 and an
// offset of 10.
func TestFitByHand(t *testing.T) {
	st, err := NewStack([]int16{7, 1, -1, 3}, layout.BSQ, 1, 1, []timeaxis.Date{timeaxis.Year(2004), timeaxis.Year(2001), timeaxis.Year(2003), timeaxis.Year(2002)})
	if err != nil {
		t.Fatal(err)
	}
	st.Valid = kernel.Valid{HasNodata: true, Nodata: -1}
	st.Scale, st.Offset = 100, 10
	r, err := Fit(t.Context(), st, Options{Fields: []stats.Field{stats.N, stats.Intercept, stats.Slope}})
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range []float32{3, 100*(1-2*2001) + 10, 200} {
		if got := r.Planes[f][0]; got != want {
			t.Errorf("%v is %v, want %v", r.Fields[f], got, want)
		}
	}
	r, err = Fit(t.Context(), st, Options{MinObs: 4})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Planes[0][0]; got == got {
		t.Errorf("3 observations where 4 are asked for give the slope %v", got)
	}
}

func TestFitNoPixels(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {0, 5}, {5, 0}} {
		st, err := NewStack([]float32{}, layout.BIL, size[0], size[1], Years(1, 3))
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Fit(t.Context(), st, Options{}); err != nil || len(r.Planes) != 1 || len(r.Planes[0]) != 0 {
			t.Errorf("%v pixels: %v, %v", size, r, err)
		}
	}
}

// Memory behind the pixels of the stack is not written.
func TestFitIntoLongerPlanes(t *testing.T) {
	s := drawScene[float32](5, 9, 5, Years(1, 4))
	out := [][]float64{slices.Repeat([]float64{-1}, 50)}
	if _, err := FitInto(t.Context(), s.stack(t, layout.BSQ, s.inOrder()), Options{}, out); err != nil {
		t.Fatal(err)
	}
	if err := differ(fit64(t, s)[:1], [][]float64{out[0][:45]}); err != nil {
		t.Error(err)
	}
	for i, x := range out[0][45:] {
		if x != -1 {
			t.Errorf("%v was written %d behind the last pixel", x, i)
		}
	}
}

func TestWrongStacks(t *testing.T) {
	year := timeaxis.Year
	day, err := timeaxis.Day(2001, 7, 15)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name          string
		samples       int
		order         layout.Order
		width, height int
		dates         []timeaxis.Date
		is            error
	}{
		{"no date", 0, layout.BSQ, 3, 2, nil, timeaxis.ErrTooFew},
		{"one date", 6, layout.BSQ, 3, 2, Years(2001, 2001), timeaxis.ErrTooFew},
		{"one date twice", 12, layout.BSQ, 3, 2, []timeaxis.Date{year(2001), year(2001)}, timeaxis.ErrTooFew},
		{"a year and a day", 12, layout.BSQ, 3, 2, []timeaxis.Date{year(2001), day}, timeaxis.ErrMixed},
		{"a sample short", 11, layout.BSQ, 3, 2, Years(2001, 2002), nil},
		{"a sample over", 13, layout.BIP, 3, 2, Years(2001, 2002), nil},
		{"negative width", 12, layout.BSQ, -3, 2, Years(2001, 2002), nil},
		{"both negative", 12, layout.BSQ, -3, -2, Years(2001, 2002), nil},
		{"an order that is none", 12, layout.Order(3), 3, 2, Years(2001, 2002), nil},
		{"too large", 0, layout.BSQ, 1 << 32, 1 << 32, Years(2001, 2002), nil},
	} {
		st, err := NewStack(make([]float32, row.samples), row.order, row.width, row.height, row.dates)
		if err == nil || st != nil || row.is != nil && !errors.Is(err, row.is) || !strings.HasPrefix(err.Error(), "pixtrend: ") {
			t.Errorf("%s: %v, %v", row.name, st, err)
		}
	}
}

// Slopes per another unit are the slopes per year times the length of the unit in years.
func TestUnits(t *testing.T) {
	dates := []timeaxis.Date{timeaxis.Year(2003), timeaxis.Year(2001), timeaxis.Year(2002)}
	samples := []float32{7, 1, 4} // 3 a year
	for _, row := range []struct {
		per  timeaxis.Unit
		want float64
	}{{timeaxis.PerYear, 3}, {timeaxis.PerMonth, 0.25}, {timeaxis.PerDay, 3 / 365.2425}, {timeaxis.PerStep, 3}} {
		axis, planes, err := timeaxis.NewAxis(dates)
		if err != nil {
			t.Fatal(err)
		}
		st, err := NewStackOn(samples, layout.BSQ, 1, 1, axis.Per(row.per), planes)
		if err != nil {
			t.Fatal(err)
		}
		out := [][]float64{{0}}
		if _, err := FitInto(t.Context(), st, Options{}, out); err != nil || !(math.Abs(out[0][0]-row.want) <= 1e-15*row.want) {
			t.Errorf("per %v: %v, %v, want %v", row.per, out, err, row.want)
		}
	}
}

func TestWrongAxes(t *testing.T) {
	axis, planes, err := timeaxis.NewAxis(Years(2001, 2003))
	if err != nil {
		t.Fatal(err)
	}
	for name, planes := range map[string][]int{"one twice": {0, 1, 1}, "one beyond": {0, 1, 3}, "a negative one": {0, -1, 2}, "too few": planes[:2]} {
		if st, err := NewStackOn(make([]float32, len(planes)), layout.BSQ, 1, 1, axis, planes); err == nil || st != nil || !strings.HasPrefix(err.Error(), "pixtrend: ") {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
	if st, err := NewStackOn(make([]float32, 2), layout.BSQ, 1, 1, axis, planes); err == nil || st != nil {
		t.Errorf("a sample short: %v, %v", st, err)
	}
}

// wrongOptions are refused by every call that fits.
var wrongOptions = []struct {
	o    Options
	want string
	is   error
}{
	{Options{ISA: "sse9"}, "sse9", kernel.ErrISA},
	{Options{ISA: "AVX2"}, "AVX2", kernel.ErrISA},
	{Options{MinObs: 1}, "at least 2", nil},
	{Options{MinObs: -1}, "at least 2", nil},
	{Options{Threads: -1}, "-1", nil},
	{Options{Pin: 99}, "Pinning(99)", nil},
	{Options{Fields: []stats.Field{stats.N, stats.N}}, "twice", nil},
	{Options{Fields: []stats.Field{200}}, "Field(200)", nil},
}

func TestWrongOptions(t *testing.T) {
	s := drawScene[float32](6, 4, 3, Years(1, 4))
	st := s.stack(t, layout.BSQ, s.inOrder())
	for _, row := range wrongOptions {
		r, err := Fit(t.Context(), st, row.o)
		if r != nil || err == nil || !strings.Contains(err.Error(), row.want) || row.is != nil && !errors.Is(err, row.is) {
			t.Errorf("%+v: %v, want an error with %q", row.o, err, row.want)
		}
	}
	for name, out := range map[string][][]float32{
		"no planes":       nil,
		"too many planes": planes[float32](2, 12),
		"a short plane":   planes[float32](1, 11),
	} {
		if _, err := FitInto(t.Context(), st, Options{}, out); err == nil {
			t.Errorf("%s pass", name)
		}
	}
	for name, wrong := range map[string]func(){
		"scale":  func() { st.Scale = nan },
		"offset": func() { st.Scale, st.Offset = 1, math.Inf(-1) },
	} {
		wrong()
		if _, err := Fit(t.Context(), st, Options{}); err == nil {
			t.Errorf("a %s that is not finite passes", name)
		}
	}
	if _, err := Fit(t.Context(), new(Stack), Options{}); err == nil {
		t.Error("a stack that NewStack did not make passes")
	}
}

// The environment chooses the ISA if the options do not.
func TestISAFromEnvironment(t *testing.T) {
	s := drawScene[float32](7, 4, 3, Years(1, 4))
	st := s.stack(t, layout.BSQ, s.inOrder())
	for _, isa := range kernel.Available() {
		t.Setenv(kernel.EnvISA, isa.String())
		if r, err := Fit(t.Context(), st, Options{}); err != nil || r.Report.ISA != isa.String() {
			t.Errorf("%v was asked for: %v, %v", isa, r, err)
		}
		if r, err := Fit(t.Context(), st, Options{ISA: "generic"}); err != nil || r.Report.ISA != "generic" {
			t.Errorf("generic was asked for: %v, %v", r, err)
		}
	}
	t.Setenv(kernel.EnvISA, "sse9")
	if _, err := Fit(t.Context(), st, Options{}); !errors.Is(err, kernel.ErrISA) {
		t.Errorf("sse9 was asked for: %v", err)
	}
}

// settled waits until the goroutines of a call have ended, so that there are as many as before.
func settled(t testing.TB, before int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines were left, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
}

func TestFitCancelled(t *testing.T) {
	s := city()
	for _, order := range orders {
		st := s.stack(t, order, s.inOrder())
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if r, err := Fit(ctx, st, Options{Threads: 3}); r != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%v: cancelled before: %v, %v", order, r, err)
		}
		settled(t, before)
	}
	// The pieces of a BIL stack are lines. Progress is called under a lock, so that each of the
	// other workers can finish only the piece that it has.
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	o := Options{Threads: 3, Progress: func(done, total int) {
		calls++
		cancel()
	}}
	before := runtime.NumGoroutine()
	if r, err := Fit(ctx, s.stack(t, layout.BIL, s.inOrder()), o); r != nil || !errors.Is(err, context.Canceled) || calls > 3 {
		t.Errorf("cancelled midway: %v, %v, progress told %d times", r, err, calls)
	}
	settled(t, before)
}

// progress records calls. It has no lock, so that the race detector finds calls that overlap.
type progress struct {
	t    *testing.T
	done int
}

func (p *progress) tell(total int) func(int, int) {
	return func(done, of int) {
		if of != total || done < p.done || done > total {
			p.t.Errorf("%d of %d pixels are done after %d of %d", done, of, p.done, total)
		}
		p.done = done
	}
}

func TestFitProgress(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {97, 43}, {4097, 3}} {
		s := drawScene[uint8](8, size[0], size[1], Years(1, 3))
		for _, order := range orders {
			p := progress{t: t}
			o := Options{Threads: 3, Progress: p.tell(s.width * s.height)}
			before := runtime.NumGoroutine()
			if _, err := Fit(t.Context(), s.stack(t, order, s.inOrder()), o); err != nil {
				t.Fatal(err)
			}
			settled(t, before)
			if p.done != s.width*s.height {
				t.Errorf("%v, %v: the last call says %d", size, order, p.done)
			}
		}
	}
}

// Any number of fits may share a stack.
func TestFitsAtOnce(t *testing.T) {
	s := drawScene[int16](9, 97, 43, days(9))
	st := s.stack(t, layout.BIP, s.inOrder())
	want := narrow(fit64(t, s)[:1])
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			r, err := Fit(t.Context(), st, Options{Threads: 2})
			if err != nil {
				t.Error(err)
				return
			}
			if err := differ(want, r.Planes); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// A sorted stack is not copied. TestMapSeesTheStackItself shows that tiles are views, and this test
// that nothing else grows with the stack.
func TestFitAllocatesLittle(t *testing.T) {
	const pixels, dates, stack = 1 << 17, 16, 4 << 21
	st, err := NewStack(make([]float32, pixels*dates), layout.BSQ, 1<<9, 1<<8, Years(1, dates))
	if err != nil {
		t.Fatal(err)
	}
	out := planes[float32](len(all), pixels)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := FitInto(t.Context(), st, Options{Fields: all, Threads: 2}, out); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > stack/16 {
		t.Errorf("fitting a stack of %d bytes allocated %d", stack, n)
	}
}
