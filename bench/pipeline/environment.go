package pipeline

import (
	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// Environment is where a run took place, and of which size it was.
type Environment struct {
	bench.Environment
	GDAL    string `json:"gdal"`
	Threads []int  `json:"threads"`
	Size    int    `json:"size"`
	Dates   int    `json:"dates"`
}

func newEnvironment(o Options, threads []int) Environment {
	return Environment{bench.NewEnvironment(o.Version, o.Runs), gdal.Version(), threads, o.Size, o.Dates}
}
