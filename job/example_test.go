package job_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pixtrend/pixtrend/internal/synth"
	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster"
)

// A fit in three parts. In place of the loop, a scheduler starts a process for each part.
func Example() {
	dir, err := os.MkdirTemp("", "pixtrend-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := writeScene(filepath.Join(dir, "ndvi"), "%d.tif", synth.City(width, height, 2001, 2004), "TILED=YES"); err != nil {
		log.Fatal(err)
	}
	before, err := os.Getwd()
	if err == nil {
		err = os.Chdir(dir) // where names in the plan begin
	}
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.Chdir(before) }()

	ctx := context.Background()
	plan, err := job.Create(ctx, "trend.job", []string{"ndvi"}, "trend.tif", raster.Options{}, job.Cut{Parts: 3})
	if err != nil {
		log.Fatal(err)
	}
	defer plan.Close()
	for part := range plan.Parts {
		if _, err := plan.Run(ctx, job.RunOptions{Part: part}); err != nil {
			log.Fatal(err)
		}
		status, err := plan.Status()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("missing: %q\n", status.MissingParts)
	}
	summary, err := plan.Merge(ctx, job.MergeOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d of %d pixels have a slope\n", summary.Output, summary.Fitted, summary.Pixels)
	// Output:
	// missing: "1-2"
	// missing: "2"
	// missing: ""
	// trend.tif: 310424 of 312000 pixels have a slope
}
