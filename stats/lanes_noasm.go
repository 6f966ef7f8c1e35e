//go:build !(amd64 || arm64) || purego

package stats

import "github.com/pixtrend/pixtrend/kernel"

// lanes is for instruction sets of amd64 and arm64.
type lanes struct{}

func newLanes(kernel.Kernel, *segmenter, []float64) *lanes { return nil }

func (*lanes) bytes() int { return 0 }

func (*lanes) each(kernel.Tile, kernel.Valid, func(pixel int, ok bool)) {
	panic("stats: no assembly in this build")
}
