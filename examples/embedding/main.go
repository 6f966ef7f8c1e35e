// Command embedding is the smallest complete program that embeds pixtrend. It fits scenes that are in
// memory, in any order of dates, and prints the slope per year of each pixel. docs/embedding.md shows
// the whole file.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run fits scenes of 3 × 2 pixels. A sample is NDVI times 10000, or -9999 under clouds.
func run(ctx context.Context, w io.Writer) error {
	const width, height = 3, 2
	scenes := []struct {
		day     string
		samples []int16 // row by row
	}{
		{"2021-07-04", []int16{5610, 4080, 3000, 5620, -9999, 2000}},
		{"2018-07-02", []int16{5000, 5000, 3000, 5000, -9999, 2600}},
		{"2019-06-30", []int16{5230, 4650, 3000, -9999, 4800, 2100}},
		{"2022-07-03", []int16{5800, 3800, 3000, 5800, -9999, 2500}},
		{"2020-07-01", []int16{5390, 4420, 3000, 5400, -9999, 2300}},
	}
	var dates []timeaxis.Date
	var samples []int16 // one scene after another
	for _, s := range scenes {
		date, err := timeaxis.Parse(s.day)
		if err != nil {
			return err
		}
		dates = append(dates, date)
		samples = append(samples, s.samples...)
	}

	stack, err := pixtrend.NewStack(samples, layout.BSQ, width, height, dates)
	if err != nil {
		return err
	}
	stack.Scale = 0.0001
	stack.Valid = kernel.Valid{HasNodata: true, Nodata: -9999}
	result, err := pixtrend.Fit(ctx, stack, pixtrend.Options{Fields: []stats.Field{stats.Slope, stats.PValue, stats.N}, MinObs: 3})
	if err != nil {
		return err
	}

	fmt.Fprintf(w, "%v, slopes per %s\n", stack.Axis(), stack.Axis().Unit())
	slope, pvalue, n := result.Planes[0], result.Planes[1], result.Planes[2]
	for p := range stack.Pixels() {
		fmt.Fprintf(w, "column %d, row %d: slope %7.4f, p %.2g, n %v\n", p%width, p/width, slope[p], pvalue[p], n[p])
	}
	return nil
}
