package bench

import (
	"context"
	"fmt"
	"hash/crc32"
	"math"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
)

// problem describes a stack in memory whose slopes are computed.
type problem struct {
	dtype  kernel.DType // float32 or int16
	dates  int
	gaps   float64 // as a share of the samples
	pixels int     // a multiple of 64
}

const nodata = -9999 // of int16; gaps of float32 are NaN

// bytes returns the size of the samples of that many pixels.
func (p problem) bytes(pixels int) int64 {
	return int64(pixels) * int64(p.dates) * int64(p.dtype.Size())
}

// sized returns the problem with as many pixels as fit in that many bytes.
func (p problem) sized(bytes int64) problem {
	p.pixels = max(1, int(bytes/p.bytes(kernel.PanelPixels))) * kernel.PanelPixels
	return p
}

func (p problem) valid() kernel.Valid {
	return kernel.Valid{HasNodata: p.dtype == kernel.Int16, Nodata: nodata}
}

// times returns the times of the dates, one apart and centred.
func (p problem) times() []float64 {
	t := make([]float64, p.dates)
	for i := range t {
		t[i] = float64(i) - float64(p.dates-1)/2
	}
	return t
}

func (p problem) line() kernel.Line {
	return kernel.Line{Axis: kernel.NewAxis(p.times()), Scale: 1, MinObs: 2}
}

// fill writes the series of pixels one after another, beginning with pixel first. Each series is a
// line with noise, in units of 1/unit. The noise is nearly normal, so that robust fits have something
// to do. It is the same on every machine.
func fill[T float32 | int16](dst []T, p problem, first int, unit float64, gap T) {
	limit := uint64(p.gaps * (1 << 16))
	for i := range dst {
		pixel, date := first+i/p.dates, i%p.dates
		own := mix(uint64(pixel))
		noise := mix(uint64(pixel)*0x10001 + uint64(date) + 1)
		y := float64(2000+own%4000) + (float64(own>>32%400)-200)/float64(p.dates)*float64(date) + bell(noise)
		if dst[i] = T(y / unit); noise>>32%(1<<16) < limit {
			dst[i] = gap
		}
	}
}

// bell returns the sum of the four lower bytes of x: a number from 0 to 1020, near 510 more often
// than not.
func bell(x uint64) float64 { return float64(x&255 + x>>8&255 + x>>16&255 + x>>24&255) }

// mix is the finisher of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// as returns the bytes as numbers.
func as[T any](b []byte) []T {
	var zero T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(zero)))
}

// placement is how many pixels of a problem are in memory, and which workers wrote them first.
type placement struct {
	pixels, threads int
	pin             runner.Pinning
}

// memory holds the samples of a problem twice: pixel-major for the serial baseline, and in the
// layouts that kernels read. Each part of the latter is first written by the worker that reads it
// later, which places it on that worker's NUMA node.
type memory struct {
	problem
	k      kernel.Kernel
	all    int    // threads of the machine
	source []byte // pixel-major, all pixels

	at     placement
	arena  *layout.Arena
	packed kernel.Tile
	planes kernel.Tile // date after date; empty unless both is set
	both   bool
	out    []float32
	triad  []float64 // three arrays, together as many bytes as the samples
}

// newMemory makes the samples of p in buffer.
func newMemory(ctx context.Context, p problem, k kernel.Kernel, buffer []byte, both bool) (*memory, error) {
	m := &memory{problem: p, k: k, source: buffer[:p.bytes(p.pixels)], both: both, all: allThreads()}
	_, err := crew(ctx, m.all, runner.PinAuto, func(w int) {
		lo, hi := part(p.pixels, m.all, w)
		own := m.source[p.bytes(lo):p.bytes(hi)]
		if p.dtype == kernel.Int16 {
			fill(as[int16](own), p, lo, 1, nodata)
		} else {
			fill(as[float32](own), p, lo, 10000, float32(math.NaN()))
		}
	})
	return m, err
}

// allThreads returns the default number of threads.
func allThreads() int { return min(len(runner.Machine().CPUs), runtime.GOMAXPROCS(0)) }

// part returns the pixels of worker w of several, in whole panels.
func part(pixels, workers, w int) (lo, hi int) {
	panels := pixels / kernel.PanelPixels
	return panels * w / workers * kernel.PanelPixels, panels * (w + 1) / workers * kernel.PanelPixels
}

// place lays out the samples, unless they already have that placement.
func (m *memory) place(ctx context.Context, at placement) error {
	if m.arena != nil && m.at == at {
		return nil
	}
	if err := m.close(); err != nil {
		return err
	}
	samples, line := int(m.bytes(at.pixels)), 64
	layouts := 1
	if m.both {
		layouts = 2
	}
	arena, err := layout.NewArena(layouts*(samples+line) + samples + line + 4*at.pixels + line)
	if err != nil {
		return fmt.Errorf("a stack of %d MiB does not fit in memory (give a smaller size with --stack): %w", samples>>20, err)
	}
	m.arena, m.at = arena, at
	m.packed = kernel.Tile{Type: m.dtype, Dates: m.dates, Pixels: at.pixels, Packed: true, Data: arena.Cut(samples)}
	if m.both {
		m.planes = kernel.Tile{Type: m.dtype, Dates: m.dates, Pixels: at.pixels, Stride: at.pixels, Data: arena.Cut(samples)}
	}
	m.out = as[float32](arena.Cut(4 * at.pixels))
	m.triad = as[float64](arena.Cut(samples / 8 * 8))
	view := layout.View{Type: m.dtype, Data: m.source, Width: m.pixels, Height: 1, Dates: m.dates, Order: layout.BIP}
	_, err = crew(ctx, at.threads, at.pin, func(w int) {
		lo, hi := part(at.pixels, at.threads, w)
		view.Copy(m.k, lo, nil, m.packed.Slice(lo, hi))
		if m.both {
			view.Copy(m.k, lo, nil, m.planes.Slice(lo, hi))
		}
		clear(m.out[lo:hi])
		third := len(m.triad) / 3
		for a := range 3 {
			own := m.triad[a*third:][third*w/at.threads : third*(w+1)/at.threads]
			for i := range own {
				own[i] = 1
			}
		}
	})
	return err
}

func (m *memory) close() error {
	if m.arena == nil {
		return nil
	}
	arena := m.arena
	m.arena, m.packed, m.planes, m.out, m.triad = nil, kernel.Tile{}, kernel.Tile{}, nil, nil
	return arena.Close()
}

// spoiled is what results are overwritten with.
const spoiled = -12345

// spoil overwrites the results of the previous run, so that they cannot pass for those of the next,
// and fills the caches with other samples.
func (m *memory) spoil(ctx context.Context) error {
	for i := range m.out {
		m.out[i] = spoiled
	}
	_, err := crew(ctx, m.all, runner.PinAuto, func(w int) {
		ceiling.Read(m.source[len(m.source)/m.all*w:][:len(m.source)/m.all], 0)
	})
	return err
}

const mostChecked = 1 << 18 // most pixels that are compared with the reference

// check compares slopes of lines with the reference: every pixel, or every k-th if there are many.
func (m *memory) check(out []float32) error {
	t := m.times()
	return m.compare(out, mostChecked, func(y []float64) (slope, off float64) {
		want := Reference(t, y)
		return want.Slope, want.SlopeError
	})
}

// compare compares slopes with those that reference returns of a series, and which may be wrong by
// off. It compares at most that many pixels.
func (m *memory) compare(out []float32, most int, reference func(y []float64) (slope, off float64)) error {
	y := make([]float64, m.dates)
	for pixel := 0; pixel < len(out); pixel += (len(out) + most - 1) / most {
		if want, off := reference(m.series(y, pixel)); !Near(out[pixel], want, off) {
			return fmt.Errorf("%w: the slope of pixel %d is %v, but the reference is %v", ErrWrong, pixel, out[pixel], want)
		}
	}
	return nil
}

// series returns the samples of a pixel, in the memory of y. A gap is NaN.
func (m *memory) series(y []float64, pixel int) []float64 {
	for date := range y {
		y[date] = m.sample(pixel, date)
	}
	return y
}

// sample returns a sample of the source. A gap is NaN.
func (m *memory) sample(pixel, date int) float64 {
	i := pixel*m.dates + date
	if m.dtype == kernel.Float32 {
		return float64(as[float32](m.source)[i])
	}
	if v := as[int16](m.source)[i]; v != nodata {
		return float64(v)
	}
	return math.NaN()
}

// castagnoli returns the table of a polynomial, which takes time to make when it is used first.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// sumOf returns a checksum of the bits of results.
func sumOf(out []float32) uint64 { return uint64(crc32.Checksum(kernel.Bytes(out), castagnoli())) }

// crew calls fn on that many workers. All of them begin when the last one is ready. It returns the
// seconds from then until the last is done.
func crew(ctx context.Context, threads int, pin runner.Pinning, fn func(worker int)) (float64, error) {
	var arrived atomic.Int64
	var begin time.Time
	var all atomic.Bool
	start := make(chan struct{})
	ends := make([]time.Time, threads)
	// Workers wait for each other, so no item may be skipped.
	_, err := runner.Run(context.WithoutCancel(ctx), threads, runner.Options{Workers: threads, Pin: pin}, func(_ context.Context, _ runner.Worker, i int) error {
		if arrived.Add(1) == int64(threads) {
			begin = time.Now()
			all.Store(true)
			close(start)
		} else {
			// A sleeping worker wakes up late, in a virtual machine after a tenth of a
			// millisecond, so spin first.
			for arrival := time.Now(); !all.Load() && time.Since(arrival) < 2*time.Millisecond; {
			}
			<-start
		}
		fn(i)
		ends[i] = time.Now()
		return nil
	})
	last := time.Duration(0)
	for _, end := range ends {
		last = max(last, end.Sub(begin))
	}
	return last.Seconds(), err
}
