package raster_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
)

// A stack is looked at before it is fitted: 2003 is missing, and so is a nodata value.
func ExampleInspect() {
	dir, err := os.MkdirTemp("", "ndvi")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	for year, samples := range map[int][]float32{2001: {0.50, 0.30, -9999}, 2002: {0.52, 0.29, 0.41}, 2004: {0.54, 0.28, 0.43}} {
		file, err := output.Create(filepath.Join(dir, fmt.Sprintf("ndvi_%d.tif", year)), output.Spec{
			Width: 3, Height: 1, Type: kernel.Float32, GeoTransform: [6]float64{500000, 30, 0, 4600000, 0, -30}, Bands: []output.Band{{Name: "ndvi"}}})
		if err != nil {
			log.Fatal(err)
		}
		defer file.Abort() // which does nothing after Commit
		if err := file.Write(pixtrend.Window{Width: 3, Height: 1}, kernel.TileOf(samples, 3, 1, 3)); err != nil {
			log.Fatal(err)
		}
		if err := file.Commit(); err != nil {
			log.Fatal(err)
		}
	}

	info, err := raster.Inspect(context.Background(), []string{dir}, raster.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("every %s from %s to %s without %v\n", info.Dates.Every, info.Dates.First, info.Dates.Last, info.Dates.Missing)
	fmt.Printf("samples from %.2f to %.2f, a fit would run: %v\n", float64(*info.Survey.Min), float64(*info.Survey.Max), info.Fit.Runs)
	fmt.Println("warnings:", len(info.Warnings))
	// Output:
	// every year from 2001 to 2004 without [2003]
	// samples from -9999.00 to 0.54, a fit would run: true
	// warnings: 1
}
