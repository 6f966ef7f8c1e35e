package kernel

import (
	"fmt"
	"math"
)

// Axis is the time axis of a tile: one number a date, in the order of the planes.
type Axis struct {
	Tau []float64 // finite; the kernels only read it
	T   float64   // Σ Tau, added in order
	TT  float64   // Σ Tau², fused multiply-adds in order
}

// NewAxis returns the axis with its sums. It keeps tau, which must not change afterwards.
// A number that is not finite panics.
func NewAxis(tau []float64) Axis {
	a := Axis{Tau: tau}
	for i, x := range tau {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			panic(fmt.Sprintf("kernel: number %d of the axis is %v", i, x))
		}
		a.T += x
		a.TT = math.FMA(x, x, a.TT)
	}
	return a
}

// Centred reports whether the axis sums to exactly zero, so that the slope of a pixel without a
// gap is a dot product with it.
func (a Axis) Centred() bool { return a.T == 0 }
