package stats

import (
	"unsafe"

	"github.com/pixtrend/pixtrend/kernel"
)

// relative is the estimator of the slope in percent of the mean.
type relative struct{ of estimator }

func newRelative(p *Plan, o Options) (estimator, error) {
	of, err := newLinear(p, []Field{Slope, Mean}, o)
	return relative{of}, err
}

// relativeScratch is the memory of one goroutine.
type relativeScratch struct {
	of          any
	slope, mean [blockPixels]float64
}

func (r relative) newScratch() any { return &relativeScratch{of: r.of.newScratch()} }

func (r relative) scratchBytes() int {
	return r.of.scratchBytes() + int(unsafe.Sizeof(relativeScratch{}))
}

func (r relative) fit(scratch any, t kernel.Tile, out outPlanes) {
	s := scratch.(*relativeScratch)
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		hi := min(lo+blockPixels, t.Pixels)
		r.of.fit(s.of, t.Slice(lo, hi), outPlanes{f64: [][]float64{s.slope[:hi-lo], s.mean[:hi-lo]}, rasters: rastersOf(out.rasters, lo, hi)})
		for i := range hi - lo {
			x := 100 * s.slope[i] / s.mean[i]
			if out.f64 != nil {
				out.f64[0][lo+i] = x
			} else {
				out.f32[0][lo+i] = float32(x)
			}
		}
	}
}
