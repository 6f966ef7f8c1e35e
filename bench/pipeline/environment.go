package pipeline

import (
	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// Environment describes the machine and the size of a run.
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
