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
	"github.com/pixtrend/pixtrend/stats"
)

// Three yearly rasters become one of slopes. Their dates are in their names.
func ExampleFitFiles() {
	dir, err := os.MkdirTemp("", "ndvi")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	for i, samples := range [][]float32{{0.50, 0.30}, {0.52, 0.29}, {0.54, 0.28}} {
		file, err := output.Create(filepath.Join(dir, fmt.Sprintf("ndvi_%d.tif", 2001+i)), output.Spec{
			Width: 2, Height: 1, Type: kernel.Float32, Bands: []output.Band{{Name: "ndvi"}},
			CRS: "EPSG:32617", GeoTransform: [6]float64{500010, 30, 0, 4500000, 0, -30}})
		if err != nil {
			log.Fatal(err)
		}
		defer file.Abort() // which does nothing after Commit
		if err := file.Write(pixtrend.Window{Width: 2, Height: 1}, kernel.TileOf(samples, 2, 1, 2)); err != nil {
			log.Fatal(err)
		}
		if err := file.Commit(); err != nil {
			log.Fatal(err)
		}
	}

	summary, err := raster.FitFiles(context.Background(), []string{dir}, filepath.Join(dir, "trend.tif"), raster.Options{
		Fit: pixtrend.Options{Fields: []stats.Field{stats.Slope, stats.N}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d dates, %d of %d pixels fitted, bands %v\n", summary.Dates, summary.Fitted, summary.Pixels, summary.Fields)
	fmt.Printf("a fifth of the slopes are below %.3f a year, a fifth above %.3f\n", summary.SlopeQuintiles[0], summary.SlopeQuintiles[3])
	// Output:
	// 3 dates, 2 of 2 pixels fitted, bands [slope n]
	// a fifth of the slopes are below -0.004 a year, a fifth above 0.014
}
