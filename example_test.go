package pixtrend_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Four yearly rasters of 3 × 2 pixels, one after another. The last pixel has a gap in 2003.
func Example() {
	nan := float32(math.NaN())
	ndvi := []float32{
		0.40, 0.70, 0.10, 0.20, 0.80, 0.30, // 2001
		0.45, 0.68, 0.10, 0.20, 0.70, 0.32, // 2002
		0.50, 0.66, 0.10, 0.30, 0.60, nan, // 2003
		0.55, 0.64, 0.10, 0.30, 0.50, 0.36, // 2004
	}
	stack, err := pixtrend.NewStack(ndvi, layout.BSQ, 3, 2, pixtrend.Years(2001, 2004))
	if err != nil {
		log.Fatal(err)
	}
	result, err := pixtrend.Fit(context.Background(), stack, pixtrend.Options{
		Fields: []stats.Field{stats.Slope, stats.N},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", result.Planes[0])
	fmt.Println(result.Planes[1])
	// Output:
	// [0.050 -0.020 0.000 0.040 -0.100 0.020]
	// [4 4 4 4 4 3]
}

// Samples as sensors and databases deliver them: pixel by pixel, as whole numbers with a scale and
// a nodata value, and not sorted by time. Slopes are per year although the dates are days.
func ExampleFit_pixelInterleaved() {
	var dates []timeaxis.Date
	for _, s := range []string{"2020-01-01", "2022-01-01", "2021-01-01"} {
		d, err := timeaxis.Parse(s)
		if err != nil {
			log.Fatal(err)
		}
		dates = append(dates, d)
	}
	samples := []int16{
		1000, 1400, 1200, // the first pixel
		5000, -9999, 4700,
	}
	stack, err := pixtrend.NewStack(samples, layout.BIP, 2, 1, dates)
	if err != nil {
		log.Fatal(err)
	}
	stack.Scale = 0.0001
	stack.Valid = kernel.Valid{HasNodata: true, Nodata: -9999}

	result, err := pixtrend.Fit(context.Background(), stack, pixtrend.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stack.Axis())
	fmt.Printf("%.4f\n", result.Planes[0])
	// Output:
	// 3 dates, 2020-01-01 to 2022-01-01
	// [0.0200 -0.0299]
}

// A fit against doses in place of dates: rasters of 1, 0 and 0.5 Gy, in the order of measurement.
func ExampleNewStackOn() {
	axis, planes, err := timeaxis.NewXAxis([]float64{1, 0, 0.5}, "Gy")
	if err != nil {
		log.Fatal(err)
	}
	samples := []float32{
		5, 20, // 1 Gy
		1, 30,
		3, 25,
	}
	stack, err := pixtrend.NewStackOn(samples, layout.BSQ, 2, 1, axis, planes)
	if err != nil {
		log.Fatal(err)
	}
	result, err := pixtrend.Fit(context.Background(), stack, pixtrend.Options{Fields: []stats.Field{stats.Slope, stats.Intercept}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(axis)
	fmt.Println("slopes per", axis.Unit(), result.Planes[0], "from", result.Planes[1], "at", axis.Origin())
	// Output:
	// 3 values of x, 0 to 1 Gy
	// slopes per Gy [4 -10] from [1 30] at x = 0 Gy
}

// The range of each series, which no field gives.
func ExampleMap() {
	stack, err := pixtrend.NewStack([]uint8{
		10, 20, 30,
		15, 10, 30,
		11, 90, 30,
	}, layout.BSQ, 3, 1, pixtrend.Years(2001, 2003))
	if err != nil {
		log.Fatal(err)
	}
	ranges := make([]uint8, stack.Pixels())
	err = pixtrend.Map(context.Background(), stack, pixtrend.Options{}, func(t pixtrend.Tile[uint8]) error {
		var series []uint8
		for p := range t.Pixels {
			series = t.Series(series[:0], p)
			lo, hi := series[0], series[0]
			for _, y := range series {
				lo, hi = min(lo, y), max(hi, y)
			}
			ranges[t.First+p] = hi - lo
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ranges)
	// Output: [5 80 0]
}

// rainfall computes its samples; a reader of files would fetch them here.
type rainfall struct{ axis timeaxis.Axis }

func (r rainfall) Grid() pixtrend.Grid {
	return pixtrend.Grid{Width: 100, Height: 50, Axis: r.axis, Type: kernel.Float32}
}

func (r rainfall) Read(_ context.Context, _ int, w pixtrend.Window, first int, dst kernel.Tile) error {
	for i, year := range r.axis.T[first : first+dst.Dates] {
		plane := kernel.Plane[float32](dst, i)
		for p := range plane {
			x, y := w.X+p%w.Width, w.Y+p/w.Width
			plane[p] = float32(1000 + x + y*int(year-2000))
		}
	}
	return nil
}

// raster keeps one field of the whole image.
type raster struct {
	width  int
	pixels []float32
}

func (r *raster) Write(w pixtrend.Window, planes kernel.Tile) error {
	plane := kernel.Plane[float32](planes, 0)
	for y := range w.Height {
		copy(r.pixels[(w.Y+y)*r.width+w.X:], plane[y*w.Width:][:w.Width])
	}
	return nil
}

// A source and a sink of your own stream a stack that is larger than memory, in any format.
func ExampleStream() {
	axis, _, err := timeaxis.NewAxis(pixtrend.Years(2001, 2020))
	if err != nil {
		log.Fatal(err)
	}
	slopes := &raster{width: 100, pixels: make([]float32, 100*50)}
	report, err := pixtrend.Stream(context.Background(), rainfall{axis}, slopes, pixtrend.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Pixels, "pixels of", report.Dates, "dates")
	fmt.Println("slope in row 0 and row 49:", slopes.pixels[7], slopes.pixels[49*100+7])
	// Output:
	// 5000 pixels of 20 dates
	// slope in row 0 and row 49: 0 49
}

// A stack that is fitted several times, here with different valid ranges, is packed once.
func ExampleStack_Pack() {
	ctx := context.Background()
	samples := []uint8{
		10, 250, // the first raster, of two pixels
		20, 20,
		30, 30,
	}
	stack, err := pixtrend.NewStack(samples, layout.BSQ, 2, 1, pixtrend.Years(2001, 2003))
	if err != nil {
		log.Fatal(err)
	}
	packed, err := stack.Pack(ctx, pixtrend.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer packed.Close()
	for _, highest := range []float64{255, 200} {
		packed.Valid = kernel.Valid{HasRange: true, Hi: highest}
		result, err := pixtrend.Fit(ctx, packed, pixtrend.Options{})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.Planes[0])
	}
	// Output:
	// [10 -110]
	// [10 10]
}
