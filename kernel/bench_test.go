package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/internal/ceiling"
)

// job is an operation to measure.
type job struct {
	op  string
	run func(k Kernel, t Tile, axis Axis, v Valid, out []float32, s Sums)
}

var jobs = []job{
	{"slope", func(k Kernel, t Tile, axis Axis, v Valid, out []float32, _ Sums) {
		Slope(k, out, nil, t, newLine(axis), v)
	}},
	{"sums", func(k Kernel, t Tile, axis Axis, v Valid, _ []float32, s Sums) {
		for lo := 0; lo < t.Pixels; lo += 512 { // sums that stay in the first-level cache, as stats has them
			hi := min(lo+512, t.Pixels)
			k.Sums(s, t.Slice(lo, hi), axis, v)
		}
	}},
}

// BenchmarkL2 measures one thread on a packed tile of 256 KiB, which stays in the L2 cache. The
// rate counts the samples read. benchstat -col /isa compares the implementations.
func BenchmarkL2(b *testing.B) {
	for _, d := range dtypes {
		for _, n := range []int{21, 64, 500} {
			pixels := max(1, 256<<10/(n*d.Size()*block)) * block
			tile := Tile{Type: d, Dates: n, Pixels: pixels, Packed: true, InCache: true, Data: make([]byte, n*pixels*d.Size()+64)}
			tile.Data = alignedTo64(tile.Data)
			out, sums := make([]float32, pixels), NewSums(512)
			axis := years(rand.New(rand.NewPCG(1, 1)), n, false)
			v := Valid{HasNodata: true, Nodata: nodataOf(d)}
			for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
				fillTile(rand.New(rand.NewPCG(2, 2)), tile, g)
				for _, j := range jobs {
					for _, k := range kernels(b) {
						b.Run(fmt.Sprintf("op=%s/isa=%v/dtype=%v/n=%d/gaps=%s/ws=L2", j.op, k.ISA(), d, n, g.name), func(b *testing.B) {
							b.SetBytes(int64(n * pixels * d.Size()))
							for b.Loop() {
								j.run(k, tile, axis, v, out, sums)
							}
						})
					}
				}
			}
		}
	}
}

// BenchmarkRAM measures one thread, and one thread per CPU, on a tile of four times the last-level
// cache in huge pages, packed and as whole planes side by side. Each pass is followed by a
// sequential read of the same bytes with the same threads. of-ceiling is the best rate of the
// passes divided by the best rate of the reads.
func BenchmarkRAM(b *testing.B) {
	buf, err := ceiling.Buffer(4 * ceiling.LastLevelCache())
	if err != nil {
		b.Fatal(err)
	}
	out, err := ceiling.Buffer(len(buf) / 8) // results, at least 16 dates of 2 bytes a pixel
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range []DType{Float32, Int16} {
		for _, n := range []int{21, 64, 500} {
			axis := years(rand.New(rand.NewPCG(1, 1)), n, false)
			v := Valid{HasNodata: true, Nodata: nodataOf(d)}
			threads := runtime.GOMAXPROCS(0)
			pixels := len(buf) / (n * d.Size()) / (block * threads) * block * threads
			for _, layout := range []string{"packed", "planes"} {
				tile := Tile{Type: d, Stride: pixels, Dates: n, Pixels: pixels, Packed: layout == "packed", Data: buf}
				for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
					fillFast(tile, g)
					for _, j := range jobs {
						for _, k := range kernels(b) {
							if k.ISA() == Generic {
								continue
							}
							for _, m := range []int{1, threads} {
								b.Run(fmt.Sprintf("op=%s/layout=%s/isa=%v/dtype=%v/n=%d/gaps=%s/ws=ram/threads=%d", j.op, layout, k.ISA(), d, n, g.name, m), func(b *testing.B) {
									benchRAM(b, k, j, tile, axis, v, Plane[float32](TileOf(asFloats(out), 0, 1, pixels), 0), m)
								})
							}
						}
					}
				}
			}
		}
	}
}

func benchRAM(b *testing.B, k Kernel, j job, tile Tile, axis Axis, v Valid, out []float32, threads int) {
	size := tile.Dates * tile.Pixels * tile.Type.Size()
	part := tile.Pixels / threads
	crew := func(f func(worker int)) time.Duration {
		var ready, done sync.WaitGroup
		start := make(chan struct{})
		for w := range threads {
			ready.Add(1)
			done.Add(1)
			go func() {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				ready.Done()
				<-start
				f(w)
				done.Done()
			}()
		}
		ready.Wait()
		from := time.Now()
		close(start)
		done.Wait()
		return time.Since(from)
	}
	sums := make([]Sums, threads)
	for w := range sums {
		sums[w] = NewSums(512)
	}
	best, ceil := time.Hour, time.Hour
	b.SetBytes(int64(size))
	for i := 0; b.Loop(); i++ {
		best = min(best, crew(func(w int) {
			lo, hi := w*part, (w+1)*part
			j.run(k, tile.Slice(lo, hi), axis, v, out[lo:hi], sums[w])
		}))
		b.StopTimer()
		for try := range 2 {
			ahead := ceiling.Aheads[(2*i+try)%len(ceiling.Aheads)]
			ceil = min(ceil, crew(func(w int) {
				ceiling.Read(tile.Data[w*(size/threads):][:size/threads], ahead)
			}))
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(size)/1e9/best.Seconds(), "best-GB/s")
	b.ReportMetric(float64(size)/1e9/ceil.Seconds(), "ceiling-GB/s")
	b.ReportMetric(ceil.Seconds()/best.Seconds(), "of-ceiling")
}

// fillFast fills a large tile with copies of a few thousand samples of g.
func fillFast(t Tile, g gapPattern) {
	rng := rand.New(rand.NewPCG(2, 2))
	some := newTile(t.Type, 64, 64*block+7, 64*block+7)
	fillTile(rng, some, g)
	n := t.Dates * t.Pixels * t.Type.Size()
	for at := 0; at < n; {
		at += copy(t.Data[at:n], some.Data)
	}
}

// BenchmarkModels fits models in cache, of series with standard errors (variances and RSS), and
// reports series per second.
func BenchmarkModels(b *testing.B) {
	for _, c := range []struct {
		columns, n int
		gaps       float64
		harmonics  bool
	}{{4, 21, 0.2, false}, {8, 240, 0, true}, {8, 240, 0.2, true}, {8, 500, 0.4, true}} {
		const pixels = 1024
		rng := rand.New(rand.NewPCG(16, 2))
		m := NewModel(modelColumns(c.columns, c.n, c.harmonics), 0, nil)
		tile := newTile(Float32, c.n, pixels, pixels)
		for i := range c.n * pixels {
			y := rng.NormFloat64()
			if rng.Float64() < c.gaps {
				y = math.NaN()
			}
			set(tile.Data, Float32, i, y)
		}
		for _, k := range kernels(b) {
			b.Run(fmt.Sprintf("isa=%v/k=%d/n=%d/gaps=%g", k.ISA(), c.columns, c.n, c.gaps), func(b *testing.B) {
				dst := newFits(c.columns, pixels)
				dst.Cov, dst.TSS, dst.Pivot = nil, nil, nil
				s := NewModelScratch(m)
				b.SetBytes(int64(len(tile.Data)))
				best := time.Hour
				for b.Loop() {
					began := time.Now()
					k.Models(dst, s, tile, m, Valid{}, Extra{})
					best = min(best, time.Since(began))
				}
				b.ReportMetric(pixels/best.Seconds()/1e6, "Mseries/s")
			})
		}
	}
}

func BenchmarkRobust(b *testing.B) {
	for _, c := range []struct{ columns, n int }{{2, 21}, {8, 240}} {
		const pixels = 256
		rng := rand.New(rand.NewPCG(16, 3))
		m := NewModel(modelColumns(c.columns, c.n, true), 0, nil)
		tile := newTile(Float32, c.n, pixels, pixels)
		for i := range c.n * pixels {
			y := rng.NormFloat64()
			if rng.Float64() < 0.2 {
				y = math.NaN()
			} else if rng.Float64() < 0.05 {
				y *= 10
			}
			set(tile.Data, Float32, i, y)
		}
		for _, k := range kernels(b) {
			b.Run(fmt.Sprintf("isa=%v/k=%d/n=%d", k.ISA(), c.columns, c.n), func(b *testing.B) {
				dst := RobustFits{Fits: newFits(c.columns, pixels), Variance: make([]float64, pixels), Rounds: make([]float64, pixels)}
				dst.Cov, dst.TSS, dst.Pivot = nil, nil, nil
				s := NewRobustScratch(m)
				best := time.Hour
				for b.Loop() {
					began := time.Now()
					k.Robust(dst, s, tile, m, Valid{}, Extra{}, Robust{Huber, 20, 1e-4})
					best = min(best, time.Since(began))
				}
				b.ReportMetric(pixels/best.Seconds()/1e3, "kseries/s")
			})
		}
	}
}

// BenchmarkModelsRAM computes the coefficients of pixels without gaps in main memory, packed, a
// thousand pixels at a time as package stats does. Each pass is followed by a sequential read of the
// same bytes.
func BenchmarkModelsRAM(b *testing.B) {
	buf, err := ceiling.Buffer(4 * ceiling.LastLevelCache())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ columns, n int }{{4, 21}, {4, 64}, {8, 240}} {
		const part = 1024
		m := NewModel(modelColumns(c.columns, c.n, true), 0, nil)
		pixels := len(buf) / (c.n * 4) / part * part
		tile := Tile{Type: Float32, Dates: c.n, Pixels: pixels, Packed: true, Data: buf}
		fillFast(tile, gapPatterns[0])
		for _, k := range kernels(b)[1:] {
			b.Run(fmt.Sprintf("isa=%v/k=%d/n=%d/ws=ram", k.ISA(), c.columns, c.n), func(b *testing.B) {
				dst := Fits{Coef: newFits(c.columns, part).Coef}
				s := NewModelScratch(m)
				best, ceil := time.Hour, time.Hour
				b.SetBytes(int64(pixels * c.n * 4))
				for i := 0; b.Loop(); i++ {
					began := time.Now()
					for lo := 0; lo < pixels; lo += part {
						k.Models(dst, s, tile.Slice(lo, lo+part), m, Valid{}, Extra{})
					}
					best = min(best, time.Since(began))
					b.StopTimer()
					for _, ahead := range ceiling.Aheads {
						began := time.Now()
						ceiling.Read(tile.Data[:pixels*c.n*4], ahead)
						ceil = min(ceil, time.Since(began))
					}
					b.StartTimer()
				}
				b.ReportMetric(float64(pixels*c.n*4)/1e9/best.Seconds(), "best-GB/s")
				b.ReportMetric(ceil.Seconds()/best.Seconds(), "of-ceiling")
			})
		}
	}
}

// BenchmarkMonitor looks for breaks in cache, in 240 dates of which the last 40 % are monitored, with
// the model of 3 harmonics.
func BenchmarkMonitor(b *testing.B) {
	const n, k, pixels = 240, 8, 1024
	for _, reverse := range []float64{0, defaultReverse} {
		m := NewMonitor(modelColumns(k, n, true), Monitoring{Start: n * 6 / 10, Window: 0.25, Critical: defaultCritical, Reverse: reverse})
		for _, g := range []gapPattern{gapPatterns[0], gapPatterns[5]} {
			tile := newTile(Float32, n, pixels, pixels)
			fillTile(rand.New(rand.NewPCG(22, 9)), tile, g)
			out := Breaks{Break: make([]float64, pixels), Magnitude: make([]float64, pixels), N: make([]float64, pixels)}
			for _, kernel := range kernels(b) {
				b.Run(fmt.Sprintf("isa=%v/gaps=%s/roc=%t", kernel.ISA(), g.name, reverse > 0), func(b *testing.B) {
					s := NewMonitorScratch(m)
					for b.Loop() {
						kernel.Monitor(out, s, tile, m, Valid{HasNodata: true, Nodata: nodataOf(Float32)})
					}
					b.ReportMetric(float64(b.N)*pixels/b.Elapsed().Seconds()/1e6, "Mseries/s")
				})
			}
		}
	}
}
