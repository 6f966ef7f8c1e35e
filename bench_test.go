package pixtrend

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/ceiling"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// BenchmarkFitInto measures the fit of a stack of four times the last-level cache in huge pages,
// with one worker and with one for each CPU. Each fit is followed by a sequential read of the same
// bytes with as many workers; of-ceiling is the best rate of the one over that of the other.
func BenchmarkFitInto(b *testing.B) {
	buf, err := ceiling.Buffer(4 * ceiling.LastLevelCache())
	if err != nil {
		b.Fatal(err)
	}
	out, err := ceiling.Buffer(len(buf))
	if err != nil {
		b.Fatal(err)
	}
	samples := unsafe.Slice((*float32)(unsafe.Pointer(&buf[0])), len(buf)/4)
	fill := func(gaps float64) {
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range samples {
			if samples[i] = float32(rng.Uint32()&1023) / 1024; gaps > 0 && rng.Float64() < gaps {
				samples[i] = -9999
			}
		}
	}
	fill(0)
	for _, n := range []int{21, 64} {
		width, height := 1024, len(samples)/n/1024
		data := samples[:n*width*height]
		for _, order := range []layout.Order{layout.BIL, layout.BIP} {
			benchFitInto(b, order.String(), data, order, width, height, n, "none", "slope", out)
		}
	}
	// The cost of more fields, and of gaps in a fifth of the samples, is measured on a stack that
	// is not copied.
	for _, gaps := range []string{"none", "random"} {
		if gaps == "random" {
			fill(0.2)
		}
		for _, n := range []int{21, 64} {
			width, height := 1024, len(samples)/n/1024
			for _, fields := range []string{"slope", "slope,pvalue", "all"} {
				benchFitInto(b, "BSQ", samples[:n*width*height], layout.BSQ, width, height, n, gaps, fields, out)
			}
		}
	}
}

func benchFitInto(b *testing.B, name string, data []float32, order layout.Order, width, height, n int, gaps, names string, out []byte) {
	var dates []timeaxis.Date
	for y := range n {
		dates = append(dates, timeaxis.Year(1990+y))
	}
	s, err := NewStack(data, order, width, height, dates)
	if err != nil {
		b.Fatal(err)
	}
	s.Valid = kernel.Valid{HasNodata: true, Nodata: -9999}
	fields, err := stats.ParseFields(names)
	if err != nil {
		b.Fatal(err)
	}
	results := make([][]float32, len(fields))
	for f := range results {
		results[f] = unsafe.Slice((*float32)(unsafe.Pointer(&out[4*f*s.Pixels()])), s.Pixels())
	}
	for _, threads := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("layout=%s/dtype=float32/n=%d/gaps=%s/ws=ram/threads=%d/fields=%s", name, n, gaps, threads, names), func(b *testing.B) {
			o := Options{Fields: fields, Threads: threads}
			best, ceil := time.Hour, time.Hour
			b.SetBytes(int64(len(data) * 4))
			for i := 0; b.Loop(); i++ {
				r, err := FitInto(b.Context(), s, o, results)
				if err != nil {
					b.Fatal(err)
				}
				best = min(best, r.Elapsed)
				b.StopTimer()
				ceil = min(ceil, readAll(b, kernel.Bytes(data), threads, ceiling.Aheads[i%len(ceiling.Aheads)]))
				b.StartTimer()
			}
			b.ReportMetric(float64(len(data)*4)/1e9/best.Seconds(), "best-GB/s")
			b.ReportMetric(float64(len(data)*4)/1e9/ceil.Seconds(), "ceiling-GB/s")
			b.ReportMetric(ceil.Seconds()/best.Seconds(), "of-ceiling")
		})
	}
}

func readAll(b *testing.B, data []byte, threads, ahead int) time.Duration {
	const piece = 4 << 20
	start := time.Now()
	_, err := runner.Run(b.Context(), len(data)/piece, runner.Options{Workers: threads}, func(_ context.Context, _ runner.Worker, i int) error {
		ceiling.Read(data[i*piece:][:piece], ahead)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}
