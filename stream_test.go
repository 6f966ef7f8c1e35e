package pixtrend

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// A store is a scene as Source and Sink in one. It checks what Stream promises to both.
type store[T kernel.Sample] struct {
	t       *testing.T
	scene   scene[T]
	grid    Grid
	workers int                                              // as many as there may be
	hidden  func(date, pixel int) bool                       // what the mask says, where the grid has one
	onRead  func(ctx context.Context, n int, w Window) error // n counts from 1
	onWrite func(n int, w Window) error

	grids, read, written atomic.Int32
	late                 atomic.Int32   // reads after an error
	reading              [8]atomic.Bool // by worker
	writing, broken      atomic.Bool

	mu    sync.Mutex
	ahead int // most windows that were read, or begun, and not written

	// Only Write uses these, without a lock.
	seen [][]float64 // how often a pixel came, as a plane
	out  [][]float64
}

func newStore[T kernel.Sample](t *testing.T, s scene[T], workers int) *store[T] {
	t.Helper()
	axis, _, err := timeaxis.NewAxis(s.dates)
	if err != nil {
		t.Fatal(err)
	}
	return &store[T]{t: t, scene: s, workers: workers,
		grid: Grid{Width: s.width, Height: s.height, Axis: axis, Type: kernel.DTypeOf[T](), Valid: s.valid, Scale: s.scale, Offset: s.offset},
		seen: planes[float64](1, s.width*s.height), out: planes[float64](len(all), s.width*s.height)}
}

func (s *store[T]) Grid() Grid {
	s.grids.Add(1)
	return s.grid
}

func (s *store[T]) Read(ctx context.Context, worker int, w Window, first int, dst kernel.Tile) error {
	n := int(s.read.Add(1))
	if s.broken.Load() {
		s.late.Add(1)
	}
	if worker < 0 || worker >= s.workers {
		s.t.Errorf("worker %d of %d", worker, s.workers)
		return errors.New("wrong worker")
	}
	if s.reading[worker].Swap(true) {
		s.t.Errorf("worker %d reads twice at once", worker)
	}
	defer s.reading[worker].Store(false)
	s.mu.Lock()
	s.ahead = max(s.ahead, n-int(s.written.Load()))
	s.mu.Unlock()
	if err := dst.Check(); err != nil || dst.Type != s.grid.Type || !s.grid.WholeBlocks && dst.Dates != len(s.scene.dates) || dst.Pixels != w.Pixels() {
		s.t.Errorf("window %+v is read into %d planes of %d %v: %v", w, dst.Dates, dst.Pixels, dst.Type, err)
		return errors.New("wrong tile")
	}
	if s.onRead != nil {
		if err := s.onRead(ctx, n, w); err != nil {
			return err
		}
	}
	for i, plane := range s.scene.planes[first : first+dst.Dates] {
		to := kernel.Plane[T](dst, i)
		for y := range w.Height {
			copy(to[y*w.Width:][:w.Width], plane[(w.Y+y)*s.grid.Width+w.X:])
		}
	}
	if (dst.Mask.Data != nil) != s.grid.Masked || dst.Mask.Bits {
		s.t.Errorf("a mask of %d bytes where Masked is %v", len(dst.Mask.Data), s.grid.Masked)
	}
	for i := range dst.Dates {
		for p := 0; s.grid.Masked && p < dst.Pixels; p++ {
			visible := byte(255 - i)
			if s.hidden(first+i, (w.Y+p/w.Width)*s.grid.Width+w.X+p%w.Width) {
				visible = 0
			}
			dst.Mask.Data[i*dst.Mask.Stride+p] = visible
		}
	}
	return nil
}

func (s *store[T]) Write(w Window, t kernel.Tile) error {
	if s.writing.Swap(true) {
		s.t.Error("two windows are written at once")
	}
	defer s.writing.Store(false)
	if s.broken.Load() {
		s.t.Errorf("window %+v is written after an error", w)
	}
	if w.X < 0 || w.Y < 0 || w.Width < 1 || w.Height < 1 || w.X+w.Width > s.grid.Width || w.Y+w.Height > s.grid.Height ||
		t.Pixels != w.Pixels() || t.Dates > len(s.out) || t.Check() != nil {
		s.t.Errorf("window %+v is written from %d planes of %d: %v", w, t.Dates, t.Pixels, t.Check())
		return errors.New("wrong window")
	}
	for p := range t.Pixels {
		at := (w.Y+p/w.Width)*s.grid.Width + w.X + p%w.Width
		s.seen[0][at]++
		for f := range t.Dates {
			if t.Type == kernel.Float64 {
				s.out[f][at] = kernel.Plane[float64](t, f)[p]
			} else {
				s.out[f][at] = float64(kernel.Plane[float32](t, f)[p])
			}
		}
	}
	if s.onWrite != nil {
		if err := s.onWrite(int(s.written.Load())+1, w); err != nil {
			return err
		}
	}
	s.written.Add(1)
	return nil
}

// idle fails the test if calls are still running.
func (s *store[T]) idle() {
	s.t.Helper()
	for i := range s.reading {
		if s.reading[i].Load() {
			s.t.Errorf("worker %d is still reading", i)
		}
	}
	if s.writing.Load() {
		s.t.Error("a window is still being written")
	}
}

// once returns the seen of a stream that reads every sample once.
func (s *store[T]) once() [][]float64 {
	return [][]float64{slices.Repeat([]float64{1}, s.grid.Width*s.grid.Height)}
}

// testStream streams a scene in windows of many sizes. The bits are those of Fit.
func testStream[T kernel.Sample](t *testing.T) {
	s := drawScene[T](1, 29, 13, days(9))
	wide := fit64(t, s)
	rounded := planes[float64](len(wide), len(wide[0]))
	for f, plane := range narrow(wide) {
		for p, x := range plane {
			rounded[f][p] = float64(x)
		}
	}
	for _, row := range []struct {
		name        string
		grid        Grid // blocks
		o           Options
		wantW, want int // width of the windows and their number, 0: as it comes
	}{
		{name: "default"},
		{name: "a pixel", o: Options{WindowWidth: 1, WindowHeight: 1}, wantW: 1, want: 29 * 13},
		{name: "7 × 3", o: Options{WindowWidth: 7, WindowHeight: 3}, wantW: 7, want: 5 * 5},
		{name: "a line", o: Options{WindowWidth: 29, WindowHeight: 1}, wantW: 29, want: 13},
		{name: "a column", o: Options{WindowWidth: 1, WindowHeight: 13}, wantW: 1, want: 29},
		{name: "whole", o: Options{WindowWidth: 29, WindowHeight: 13}, wantW: 29, want: 1},
		{name: "larger", o: Options{WindowWidth: 1 << 30, WindowHeight: 1 << 30}, wantW: 29, want: 1},
		{name: "blocks", grid: Grid{BlockWidth: 16, BlockHeight: 16}},
		{name: "a part of a block", grid: Grid{BlockWidth: 64, BlockHeight: 64, BlockX: 35, BlockY: 50}, wantW: 64, want: 1},
		{name: "parts of blocks", grid: Grid{BlockWidth: 16, BlockHeight: 4, BlockX: 15, BlockY: 3}, o: Options{TileMemory: 100 << 10}},
		{name: "little memory", o: Options{TileMemory: 100 << 10}},
		{name: "blocks and little memory", grid: Grid{BlockWidth: 16, BlockHeight: 16}, o: Options{TileMemory: 100 << 10}},
	} {
		for threads := 1; threads <= 3; threads++ {
			for _, float64s := range []bool{false, true} {
				st := newStore(t, s, threads)
				st.grid.BlockWidth, st.grid.BlockHeight = row.grid.BlockWidth, row.grid.BlockHeight
				st.grid.BlockX, st.grid.BlockY = row.grid.BlockX, row.grid.BlockY
				told := progress{t: t}
				o := row.o
				o.Fields, o.Threads, o.Float64, o.Progress = all, threads, float64s, told.tell(29*13)
				o.TileMemory *= int64(threads) // each has scratch memory of 70 KB
				r, err := Stream(t.Context(), st, st, o)
				name := fmt.Sprintf("%s, %d threads, Float64 %v", row.name, threads, float64s)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				st.idle()
				if err := differ(st.once(), st.seen); err != nil {
					t.Fatalf("%s: windows over pixels: %v", name, err)
				}
				want := rounded
				if float64s {
					want = wide
				}
				if err := differ(want, st.out); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if told.done != 29*13 {
					t.Errorf("%s: the last progress is %d", name, told.done)
				}
				if n := int(st.written.Load()); row.want > 0 && n != row.want || int(st.read.Load()) != n || st.grids.Load() != 1 {
					t.Errorf("%s: %d windows read, %d written, want %d; Grid called %d times", name, st.read.Load(), n, row.want, st.grids.Load())
				}
				if st.ahead > 2*threads {
					t.Errorf("%s: %d windows were ahead of the sink", name, st.ahead)
				}
				if r.Pixels != 29*13 || r.Dates != 9 || r.Threads != min(threads, int(st.read.Load())) {
					t.Errorf("%s: reported %+v", name, r)
				}
			}
		}
	}
}

func TestStream(t *testing.T) {
	t.Run("uint8", testStream[uint8])
	t.Run("int8", testStream[int8])
	t.Run("uint16", testStream[uint16])
	t.Run("int16", testStream[int16])
	t.Run("uint32", testStream[uint32])
	t.Run("int32", testStream[int32])
	t.Run("float32", testStream[float32])
	t.Run("float64", testStream[float64])
}

// Whole blocks whose dates do not fit the memory together are read in parts: the bits are the same,
// and no date of a block is read twice.
func TestStreamInParts(t *testing.T) {
	s := drawScene[int16](3, 64, 40, days(200))
	want := fit64(t, s)
	for _, isa := range kernel.Available() {
		for _, fields := range [][]stats.Field{all, all[:1], {stats.N}, {stats.Intercept}} {
			for _, memory := range []int64{1 << 20, 300 << 10, 200 << 10} {
				st := newStore(t, s, 2)
				st.grid.BlockWidth, st.grid.BlockHeight, st.grid.WholeBlocks = 32, 20, true
				plan, err := NewStreamPlan(st.grid, Options{ISA: isa.String(), Fields: fields, Threads: 2, TileMemory: memory, Float64: true})
				if err != nil {
					t.Fatal(err)
				}
				if (plan.DatesAtOnce < 200) != (memory < 1<<20) || plan.TileMemory > memory {
					t.Fatalf("memory of %d: %d dates at once, taking %d", memory, plan.DatesAtOnce, plan.TileMemory)
				}
				if _, err := plan.Run(t.Context(), st, st, nil); err != nil {
					t.Fatal(err)
				}
				parts := (200 + plan.DatesAtOnce - 1) / plan.DatesAtOnce
				if n := int(st.read.Load()); plan.DatesAtOnce < 200 && n != 4*parts {
					t.Errorf("memory of %d: %d reads of 4 blocks in %d parts", memory, n, parts)
				}
				for f, field := range fields {
					at := slices.Index(all, field)
					if err := differ(want[at:at+1], st.out[f:f+1]); err != nil {
						t.Errorf("%v, memory of %d, field %v: %v", isa, memory, field, err)
					}
				}
			}
		}
	}
}

// Masked samples are gaps, as nodata is: in every type, in windows of any size, and in parts.
func TestStreamMasked(t *testing.T) {
	t.Run("uint8", testStreamMasked[uint8])
	t.Run("int16", testStreamMasked[int16])
	t.Run("uint32", testStreamMasked[uint32])
	t.Run("float32", testStreamMasked[float32])
	t.Run("float64", testStreamMasked[float64])
}

func testStreamMasked[T kernel.Sample](t *testing.T) {
	s := drawScene[T](6, 45, 30, days(60))
	hidden := func(date, pixel int) bool { return (date*31+pixel*7)%5 < pixel%4 }
	gone := s
	gone.planes = make([][]T, len(s.planes))
	for i, plane := range s.planes {
		gone.planes[i] = slices.Clone(plane)
		for p := range plane {
			if hidden(i, p) {
				gone.planes[i][p] = T(s.valid.Nodata)
			}
		}
	}
	want := fit64(t, gone)
	for _, isa := range kernel.Available() {
		for _, fields := range [][]stats.Field{all, all[:1]} {
			for _, o := range []Options{{}, {WindowWidth: 7, WindowHeight: 5}, {WindowWidth: 45, WindowHeight: 30}, {TileMemory: 160 << 10}} {
				st := newStore(t, s, 2)
				st.grid.Masked, st.hidden, st.grid.ScratchBytes = true, hidden, 3
				st.grid.BlockWidth, st.grid.BlockHeight, st.grid.WholeBlocks = 16, 16, true
				o.ISA, o.Fields, o.Threads, o.Float64 = isa.String(), fields, 2, true
				plan, err := NewStreamPlan(st.grid, o)
				if err != nil {
					t.Fatal(err)
				}
				if o.TileMemory > 0 && plan.TileMemory > o.TileMemory {
					t.Errorf("%d bytes planned, %d allowed", plan.TileMemory, o.TileMemory)
				}
				if _, err := plan.Run(t.Context(), st, st, nil); err != nil {
					t.Fatal(err)
				}
				for f, field := range fields {
					at := slices.Index(all, field)
					if err := differ(want[at:at+1], st.out[f:f+1]); err != nil {
						t.Errorf("%v, %d dates at once, %v: %v", isa, plan.DatesAtOnce, field, err)
					}
				}
			}
		}
	}
}

// Every kernel and pinning streams a stack with gaps in windows like the strips of a file.
func TestStreamCity(t *testing.T) {
	s := city()
	want := planes[float64](1, s.width*s.height)
	for p, x := range narrow(fit64(t, s))[0] {
		want[0][p] = float64(x)
	}
	for _, isa := range kernel.Available() {
		for _, pin := range []runner.Pinning{runner.PinAuto, runner.PinCPU, runner.PinOff} {
			st := newStore(t, s, 2)
			st.grid.BlockWidth, st.grid.BlockHeight = s.width, 8
			r, err := Stream(t.Context(), st, st, Options{ISA: isa.String(), Pin: pin, Threads: 2, TileMemory: 1 << 20})
			if err != nil || r.ISA != isa.String() {
				t.Fatalf("%v: %+v, %v", isa, r, err)
			}
			if err := errors.Join(differ(want, st.out[:1]), differ(st.once(), st.seen)); err != nil {
				t.Errorf("%v, %v: %v", isa, pin, err)
			}
		}
	}
}

// Windows at the edge are narrower, and their planes may be staggered while those of the others are
// not: 64 × 64 bytes, and 65 × 64.
func TestStreamStaggeredEdge(t *testing.T) {
	s := drawScene[uint8](2, 129, 64, Years(1, 5))
	st := newStore(t, s, 1)
	if _, err := Stream(t.Context(), st, st, Options{Fields: all, Float64: true, Threads: 1, WindowWidth: 65, WindowHeight: 64}); err != nil {
		t.Fatal(err)
	}
	if err := differ(fit64(t, s), st.out); err != nil {
		t.Error(err)
	}
	// The same holds for planes of results: 1024 float32, and 1040.
	st = newStore(t, s, 1)
	if _, err := Stream(t.Context(), st, st, Options{Fields: all, Threads: 1, WindowWidth: 65, WindowHeight: 16}); err != nil {
		t.Fatal(err)
	}
	if err := differ(narrow(fit64(t, s)), narrow(st.out)); err != nil {
		t.Error(err)
	}
}

func gridOf(width, height, dates, blockWidth, blockHeight int, d kernel.DType) Grid {
	axis, _, err := timeaxis.NewAxis(Years(1, dates))
	if err != nil {
		panic(err)
	}
	return Grid{Width: width, Height: height, Axis: axis, Type: d, BlockWidth: blockWidth, BlockHeight: blockHeight}
}

// Windows are whole blocks if the memory allows, cover the stack, and keep to the memory, whatever
// the options.
func TestPlanWindows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	size := func(most int) int { return 1 + int(math.Pow(float64(most), rng.Float64())) }
	whole := func(n, block, of int) bool { return n == of || n%min(block, of) == 0 }
	var kept, cut, refused int
	for range 500 {
		g := gridOf(size(2000), size(2000), 1+size(200), size(1000), size(1000), kernel.DType(1+rng.IntN(8)))
		g.Masked, g.ScratchBytes = rng.IntN(3) == 0, rng.IntN(3)*8
		o := Options{Threads: 1 + rng.IntN(4), TileMemory: int64(size(1 << 26)), Fields: all, Float64: rng.IntN(2) == 0}
		p, err := NewStreamPlan(g, o)
		var tooLittle *MemoryError
		if errors.As(err, &tooLittle) {
			refused++
			if tooLittle.Need <= tooLittle.Have || tooLittle.Have != o.TileMemory || tooLittle.Window.Pixels() > 64 {
				t.Fatalf("%+v, %+v: %+v", g, o, tooLittle)
			}
			// The memory that the error names is enough.
			o.TileMemory = tooLittle.Need
			p, err = NewStreamPlan(g, o)
		}
		if err != nil {
			t.Fatalf("%+v, %+v: %v", g, o, err)
		}
		if p.TileMemory <= 0 || p.TileMemory > o.TileMemory {
			t.Fatalf("%+v: %d bytes planned, %d allowed", g, p.TileMemory, o.TileMemory)
		}
		pixels := 0
		for i := range p.Windows {
			pixels += p.window(i).Pixels()
		}
		if w := p.window(p.Windows - 1); pixels != g.Width*g.Height || w.X+w.Width != g.Width || w.Y+w.Height != g.Height {
			t.Fatalf("%+v: windows of %d × %d cover %d pixels and end with %+v", g, p.WindowWidth, p.WindowHeight, pixels, w)
		}
		if len(p.Workers) == 0 || len(p.Workers) > min(o.Threads, p.Windows) {
			t.Fatalf("%+v: %d workers for %d windows and %d threads", g, len(p.Workers), p.Windows, o.Threads)
		}
		// A window of one block, asked for, shows whether a block of all dates fits.
		o.WindowWidth, o.WindowHeight = g.BlockWidth, g.BlockHeight
		if _, err := NewStreamPlan(g, o); err != nil {
			cut++
			if p.WindowWidth > g.BlockWidth && p.WindowHeight > g.BlockHeight {
				t.Fatalf("%+v: a block does not fit, windows of %d × %d do", g, p.WindowWidth, p.WindowHeight)
			}
			continue
		}
		kept++
		if !whole(p.WindowWidth, g.BlockWidth, g.Width) || !whole(p.WindowHeight, g.BlockHeight, g.Height) {
			t.Fatalf("%+v: windows of %d × %d are no whole blocks", g, p.WindowWidth, p.WindowHeight)
		}
		if p.WindowWidth < g.Width && p.WindowHeight > min(g.BlockHeight, g.Height) {
			t.Fatalf("%+v: windows of %d × %d grow down before they reach across", g, p.WindowWidth, p.WindowHeight)
		}
	}
	if kept < 50 || cut < 50 || refused < 50 {
		t.Fatalf("%d plans of whole blocks, %d of less, %d refused: the draw tests little", kept, cut, refused)
	}
}

func TestPlanByHand(t *testing.T) {
	// 600 × 400 of 4 dates of a byte in blocks of 64 × 64, two workers. A block takes 4 · (4096 +
	// 192) bytes, and its slopes as float32 16384 + 192.
	block := int64(4*(4096+192) + (16384 + 192))
	g := gridOf(600, 400, 4, 64, 64, kernel.Uint8)
	for _, row := range []struct {
		memory int64
		w, h   int
	}{
		{2 * block, 64, 64},
		{2*block - 1, 64, 32},
		{2*(4*1024+4096+192) - 1, 64, 8}, // 16 lines of results are staggered too
	} {
		p, err := NewStreamPlan(g, Options{Threads: 2, TileMemory: row.memory})
		if err != nil || p.WindowWidth != row.w || p.WindowHeight != row.h {
			t.Errorf("%d bytes: windows of %d × %d, want %d × %d; %v", row.memory, p.WindowWidth, p.WindowHeight, row.w, row.h, err)
		}
	}
	p, err := NewStreamPlan(g, Options{Threads: 2, TileMemory: 2 * block, ISA: "generic", Pin: runner.PinOff})
	if err != nil {
		t.Fatal(err)
	}
	if p.Windows != 10*7 || len(p.Workers) != 2 || p.TileMemory != 2*block || p.ISA != kernel.Generic || p.Type != kernel.Float32 ||
		p.Pin != runner.PinOff || p.Unbound == "" || !slices.Equal(p.Fields, []stats.Field{stats.Slope}) {
		t.Errorf("%+v", p)
	}
	if p, err := NewStreamPlan(g, Options{Threads: 3, WindowWidth: 300, WindowHeight: 400, Float64: true}); err != nil || len(p.Workers) != 2 || p.Windows != 2 || p.Type != kernel.Float64 {
		t.Errorf("two windows for three threads: %+v, %v", p, err)
	}
}

// A plan has no state: it can run again, also on another source with the same grid.
func TestPlanRunsTwice(t *testing.T) {
	s := drawScene[int16](3, 41, 23, Years(1, 7))
	plan, err := NewStreamPlan(newStore(t, s, 2).grid, Options{Fields: all, Float64: true, Threads: 2, WindowWidth: 10, WindowHeight: 10})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		st := newStore(t, s, 2)
		if _, err := plan.Run(t.Context(), st, st, nil); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(differ(fit64(t, s), st.out), differ(st.once(), st.seen)); err != nil {
			t.Error(err)
		}
	}
}

func TestMemoryError(t *testing.T) {
	g := gridOf(1000, 1000, 100, 256, 256, kernel.Float32)
	_, err := NewStreamPlan(g, Options{Threads: 4, TileMemory: 100_000})
	var e *MemoryError
	if !errors.As(err, &e) {
		t.Fatalf("%v is no MemoryError", err)
	}
	// 64 pixels of 100 dates are 256 bytes a plane, and of one field. A second look takes the
	// seven sums of 64 pixels, a series, and 16 marks of pixels with few observations.
	if want := (MemoryError{Have: 100_000, Need: 4 * (100*256 + 256 + 64*7*8 + 100*8 + 16), Window: Window{Width: 64, Height: 1}, Threads: 4, Dates: 100}); *e != want {
		t.Errorf("%+v, want %+v", *e, want)
	}
	for _, want := range []string{"64 × 1 pixels", "100 dates", "4 threads", "121024 bytes", "100000 bytes are allowed", "fewer threads"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if _, err := NewStreamPlan(g, Options{Threads: 4, TileMemory: 1 << 20, WindowWidth: 1000, WindowHeight: 1000}); !errors.As(err, &e) || e.Window.Width != 1000 || e.Window.Height != 1000 {
		t.Errorf("windows that were asked for: %v", err)
	}
}

func TestWrongPlans(t *testing.T) {
	good := gridOf(10, 10, 3, 0, 0, kernel.Int16)
	if _, err := NewStreamPlan(good, Options{}); err != nil {
		t.Fatal(err)
	}
	for name, wrong := range map[string]func(g *Grid, o *Options){
		"no columns":       func(g *Grid, _ *Options) { g.Width = 0 },
		"no rows":          func(g *Grid, _ *Options) { g.Height = 0 },
		"negative rows":    func(g *Grid, _ *Options) { g.Height = -1 },
		"both negative":    func(g *Grid, _ *Options) { g.Width, g.Height = -10, -10 },
		"2^80 pixels":      func(g *Grid, _ *Options) { g.Width, g.Height = 1<<40, 1<<40 },
		"no type":          func(g *Grid, _ *Options) { g.Type = 0 },
		"unknown type":     func(g *Grid, _ *Options) { g.Type = 99 },
		"no dates":         func(g *Grid, _ *Options) { g.Axis = timeaxis.Axis{} },
		"scale NaN":        func(g *Grid, _ *Options) { g.Scale = nan },
		"negative scratch": func(g *Grid, _ *Options) { g.ScratchBytes = -1 },
		"negative window":  func(_ *Grid, o *Options) { o.WindowWidth = -1 },
		"negative lines":   func(_ *Grid, o *Options) { o.WindowHeight = -1 },
		"negative memory":  func(_ *Grid, o *Options) { o.TileMemory = -1 },
		"a byte of memory": func(_ *Grid, o *Options) { o.TileMemory = 1 },
	} {
		g, o := good, Options{}
		wrong(&g, &o)
		if p, err := NewStreamPlan(g, o); err == nil || !strings.HasPrefix(err.Error(), "pixtrend: ") {
			t.Errorf("%s: %v, %+v", name, err, p)
		}
	}
	for _, row := range wrongOptions {
		st := newStore(t, drawScene[int16](4, 5, 5, Years(1, 3)), 0)
		if _, err := Stream(t.Context(), st, st, row.o); err == nil || !strings.Contains(err.Error(), row.want) || row.is != nil && !errors.Is(err, row.is) {
			t.Errorf("%+v: %v, want an error with %q", row.o, err, row.want)
		}
		if st.read.Load() != 0 || st.written.Load() != 0 {
			t.Errorf("%+v: the source was read", row.o)
		}
	}
}

// An untrusted file may have any numbers. One block of 2^62 pixels is cut like others.
func TestPlanDoesNotOverflow(t *testing.T) {
	const most = 1<<31 - 1
	for _, memory := range []int64{0, 1 << 20, math.MaxInt64} {
		for _, d := range []kernel.DType{kernel.Uint8, kernel.Float64} {
			p, err := NewStreamPlan(gridOf(most, most, 64, most, most, d), Options{Threads: 2, TileMemory: memory})
			var e *MemoryError
			if errors.As(err, &e) {
				t.Errorf("%d bytes of memory, %v: %v", memory, d, err)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			need := float64(p.WindowWidth) * float64(p.WindowHeight) * float64(64*d.Size()+2*4) * 2
			allowed := float64(memory)
			if memory == 0 {
				allowed = DefaultTileMemory
			}
			if !(need <= allowed) || p.TileMemory <= 0 || p.Windows <= 0 {
				t.Errorf("%d bytes of memory, %v: %d windows of %d × %d take %g bytes, the plan says %d",
					memory, d, p.Windows, p.WindowWidth, p.WindowHeight, need, p.TileMemory)
			}
		}
	}
	_, err := NewStreamPlan(gridOf(most, most, 64, 1, 1, kernel.Float64), Options{WindowWidth: most, WindowHeight: most})
	var e *MemoryError
	if !errors.As(err, &e) || e.Need <= e.Have {
		t.Errorf("a window of 2^62 pixels: %v", err)
	}
}

var errBroken = errors.New("broken")

// The tests below use the time of a synctest bubble, which passes only when every goroutine waits.
// Slow steps then cost nothing, goroutines that are ahead get as far as they can, and a deadlock
// fails.
func TestStreamErrors(t *testing.T) {
	s := drawScene[int16](5, 40, 30, Years(1, 4))
	o := Options{Pin: runner.PinOff, WindowWidth: 10, WindowHeight: 3} // 40 windows
	for _, row := range []struct {
		name string
		// set breaks the store. The call that ends the run calls end.
		set   func(st *store[int16], cancel func(), end func())
		want  error
		after time.Duration // the run may go on after its end: the call that is under way
	}{
		{"the first read fails", func(st *store[int16], _, end func()) {
			st.onRead = func(context.Context, int, Window) error { end(); return errBroken }
		}, errBroken, 0},
		{"a read fails while others wait and the sink is slow", func(st *store[int16], _, end func()) {
			st.onRead = func(ctx context.Context, n int, _ Window) error {
				switch {
				case n < 5:
					return nil
				case n == 5:
					time.Sleep(time.Second / 2)
					end()
					return errBroken
				}
				<-ctx.Done()
				return ctx.Err()
			}
			st.onWrite = func(int, Window) error { time.Sleep(time.Second); return nil }
		}, errBroken, time.Second},
		{"the first write fails", func(st *store[int16], _, end func()) {
			st.onWrite = func(int, Window) error { end(); return fmt.Errorf("disk: %w", errBroken) }
		}, errBroken, 0},
		{"a write fails while all wait for it", func(st *store[int16], _, end func()) {
			st.onWrite = func(n int, _ Window) error {
				time.Sleep(time.Second)
				if n == 3 {
					end()
					return errBroken
				}
				return nil
			}
		}, errBroken, 0},
		{"the last write fails", func(st *store[int16], _, end func()) {
			st.onWrite = func(n int, _ Window) error {
				if n == 40 {
					end()
					return errBroken
				}
				return nil
			}
		}, errBroken, 0},
		{"cancelled before", func(_ *store[int16], cancel, end func()) { end(); cancel() }, context.Canceled, 0},
		{"cancelled by the sink", func(st *store[int16], cancel, end func()) {
			st.onWrite = func(n int, _ Window) error {
				if n == 5 {
					end()
					cancel()
				}
				return nil
			}
		}, context.Canceled, 0},
		{"cancelled while the sink is slow", func(st *store[int16], cancel, end func()) {
			st.onWrite = func(n int, _ Window) error { time.Sleep(time.Second); return nil }
			time.AfterFunc(3500*time.Millisecond, func() { end(); cancel() })
		}, context.Canceled, time.Second / 2},
		{"cancelled with all read and little written", func(st *store[int16], cancel, end func()) {
			st.onWrite = func(n int, _ Window) error {
				if n == 39 {
					synctest.Wait()
					end()
					cancel()
				}
				return nil
			}
		}, context.Canceled, 0},
		{"cancelled while the source waits", func(st *store[int16], cancel, end func()) {
			st.onRead = func(ctx context.Context, n int, _ Window) error {
				if n < 10 {
					return nil
				}
				<-ctx.Done()
				return ctx.Err()
			}
			time.AfterFunc(time.Second, func() { end(); cancel() })
		}, context.Canceled, 0},
	} {
		for threads := 1; threads <= 3; threads++ {
			t.Run(fmt.Sprintf("%s/threads=%d", row.name, threads), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					st := newStore(t, s, threads)
					var ended time.Time
					var first sync.Once
					row.set(st, cancel, func() {
						first.Do(func() {
							ended = time.Now()
							st.broken.Store(true) // no call of Write may begin now
						})
					})
					o := o
					o.Threads = threads
					_, err := Stream(ctx, st, st, o)
					if !errors.Is(err, row.want) {
						t.Errorf("%v, want %v", err, row.want)
					}
					if d := time.Since(ended); d > row.after {
						t.Errorf("returned %v after the end, want %v", d, row.after)
					}
					if n := int(st.late.Load()); n > 2*threads { // one for each buffer that was free
						t.Errorf("%d windows were read after the end", n)
					}
					st.idle()
				})
			})
		}
	}
}

// Each worker runs ahead of a slow sink by the window that it has fitted and no farther, which bounds the memory.
func TestStreamBackPressure(t *testing.T) {
	s := drawScene[float32](6, 40, 30, Years(1, 4))
	for threads := 1; threads <= 3; threads++ {
		synctest.Test(t, func(t *testing.T) {
			st := newStore(t, s, threads)
			st.onWrite = func(int, Window) error { time.Sleep(time.Second); return nil }
			o := Options{Threads: threads, Pin: runner.PinOff, WindowWidth: 10, WindowHeight: 3}
			if _, err := Stream(t.Context(), st, st, o); err != nil {
				t.Error(err)
			}
			if st.ahead != threads {
				t.Errorf("%d threads: %d windows were ahead of the sink, want %d", threads, st.ahead, threads)
			}
		})
	}
}

// parallel is a store that takes several windows at once. Each takes a while.
type parallel[T kernel.Sample] struct {
	*store[T]
	each time.Duration
	one  sync.Mutex
}

func (*parallel[T]) Parallel() bool { return true }

func (p *parallel[T]) Write(w Window, t kernel.Tile) error {
	time.Sleep(p.each)
	p.one.Lock()
	defer p.one.Unlock()
	return p.store.Write(w, t)
}

// Workers read at the same time: each of the first reads waits for the others.
func TestStreamReadsAtOnce(t *testing.T) {
	s := drawScene[float32](7, 40, 30, Years(1, 4))
	const threads = 3
	synctest.Test(t, func(t *testing.T) {
		st := newStore(t, s, threads)
		together := make(chan struct{})
		st.onRead = func(_ context.Context, n int, _ Window) error {
			if n == threads {
				close(together)
			}
			<-together
			return nil
		}
		o := Options{Threads: threads, Pin: runner.PinOff, WindowWidth: 10, WindowHeight: 3}
		if r, err := Stream(t.Context(), st, st, o); err != nil || r.Threads != threads {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// This uses pinned threads, which a bubble cannot have.
func TestStreamLeavesNoGoroutine(t *testing.T) {
	s := drawScene[float32](8, 40, 30, Years(1, 4))
	for _, pin := range []runner.Pinning{runner.PinCPU, runner.PinOff} {
		for _, fails := range []bool{false, true} {
			before := runtime.NumGoroutine()
			st := newStore(t, s, 2)
			st.onRead = func(_ context.Context, n int, _ Window) error {
				if fails && n == 7 {
					return errBroken
				}
				return nil
			}
			if _, err := Stream(t.Context(), st, st, Options{Threads: 2, Pin: pin, WindowWidth: 10, WindowHeight: 3}); errors.Is(err, errBroken) != fails {
				t.Errorf("pin %v: %v", pin, err)
			}
			settled(t, before)
		}
	}
}

// The memory of tiles is outside the Go heap, and is freed.
func TestTilesAreGivenBack(t *testing.T) {
	size := func() int {
		b, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			t.Skip(err)
		}
		pages, err := strconv.Atoi(strings.Fields(string(b))[0])
		if err != nil {
			t.Fatal(err)
		}
		return pages * os.Getpagesize()
	}
	// 64 pixels are one piece and one window, however many dates make it 5 MB.
	const runs, dates = 30, 9999
	s := scene[float64]{width: 64, height: 1, dates: Years(1, dates), planes: slices.Repeat(planes[float64](1, 64), dates)}
	stack := s.stack(t, layout.BIP, s.inOrder())
	o := Options{Threads: 1, Pin: runner.PinOff}
	for name, run := range map[string]func() error{
		"Fit":    func() error { _, err := Fit(t.Context(), stack, o); return err },
		"Stream": func() error { st := newStore(t, s, 1); _, err := Stream(t.Context(), st, st, o); return err },
	} {
		var before int
		for i := range runs {
			if err := run(); err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				before = size() // the heap has its size now
			}
		}
		if grown := size() - before; grown > runs*5_000_000*2/3 {
			t.Errorf("%s: the process has grown by %d bytes", name, grown)
		}
	}
}

// A clock that only sleep moves shows where the time goes. A worker reads each of six windows, or part of one, for 5 s
// and writes it for 7 s. Two workers take turns to write, unless the sink takes two windows at once.
func TestBusy(t *testing.T) {
	s := drawScene[int16](9, 64, 60, days(200))
	for _, row := range []struct {
		name     string
		threads  int
		parallel bool
		parts    int
		memory   int64
		want     Busy
		elapsed  time.Duration
	}{
		{"whole windows", 1, false, 1, 0, Busy{Read: 6 * 5 * time.Second, Write: 6 * 7 * time.Second}, 72 * time.Second},
		{"in parts", 1, false, 2, 190 << 10, Busy{Read: 6 * 2 * 5 * time.Second, Write: 6 * 7 * time.Second}, 102 * time.Second},
		{"two workers", 2, false, 1, 0, Busy{Read: 6 * 5 * time.Second, Wait: (7 + 4*2) * time.Second, Write: 6 * 7 * time.Second}, 47 * time.Second},
		{"two at once", 2, true, 1, 0, Busy{Read: 6 * 5 * time.Second, Write: 6 * 7 * time.Second}, 36 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := newStore(t, s, row.threads)
				st.grid.BlockWidth, st.grid.BlockHeight, st.grid.WholeBlocks = 32, 20, true
				st.onRead = func(context.Context, int, Window) error { time.Sleep(5 * time.Second); return nil }
				var sink Sink = &parallel[int16]{store: st, each: 7 * time.Second}
				if !row.parallel {
					st.onWrite = func(int, Window) error { time.Sleep(7 * time.Second); return nil }
					sink = st
				}
				o := Options{Threads: row.threads, Pin: runner.PinOff, TileMemory: row.memory}
				if row.parts == 1 {
					o.WindowWidth, o.WindowHeight = 32, 20
				}
				told := progress{t: t}
				o.Progress = told.tell(64 * 60)
				r, err := Stream(t.Context(), st, sink, o)
				if err != nil {
					t.Fatal(err)
				}
				if n := int(st.read.Load()); n != 6*row.parts {
					t.Fatalf("%d reads, want %d", n, 6*row.parts)
				}
				if r.Busy != row.want || r.Elapsed != row.elapsed {
					t.Errorf("%+v in %v, want %+v in %v", r.Busy, r.Elapsed, row.want, row.elapsed)
				}
			})
		})
	}
}

// BenchmarkLap measures the cost of Busy for each window.
func BenchmarkLap(b *testing.B) {
	m := streamWorker{since: time.Now()}
	for b.Loop() {
		m.lap(&m.busy.Wait)
		m.lap(&m.busy.Read)
		m.lap(&m.busy.Fit)
	}
}
