package kernel

import (
	"fmt"
	"math"
	"unsafe"
)

// Lines writes the slope, as [Slope] has it, and the value of the line at time 0 of every pixel of s:
//
//	intercept = Scale·(Ref + Σd/n − slope·PerTime·(Mean + PerTau·Στ/n)) + Offset
//
// in float64, rounded once to F; NaN where there is no slope. slope may be nil. The bits are the same on every
// ISA. It panics before it writes where an output is longer than s.
func Lines[F Float](k Kernel, slope, intercept []F, s Sums, line Line, at Times) {
	for _, x := range s.slices() {
		if len(x) < len(intercept) || slope != nil && len(slope) != len(intercept) {
			panic(fmt.Sprintf("kernel: lines of %d and %d pixels from the sums of %d", len(slope), len(intercept), len(x)))
		}
	}
	done := 0
	if width := k.linesWidth(); width > 0 && len(intercept) >= width {
		done = len(intercept) / width * width
		var p params
		p.pixels = done
		p.num, p.minObs, p.minCtt = line.Scale, float64(line.MinObs), line.Axis.minCtt()
		p.timePerTau, p.meanTime, p.perTime, p.unitScale, p.unitOffset = at.PerTau, at.Mean, at.PerTime, at.Scale, at.Offset
		p.n, p.t, p.tt, p.y, p.ty, p.ref = &s.N[0], &s.T[0], &s.TT[0], &s.Y[0], &s.TY[0], &s.Ref[0]
		p.outIntercept = unsafe.Pointer(&intercept[0])
		if slope != nil {
			p.out = unsafe.Pointer(&slope[0])
		}
		if unsafe.Sizeof(intercept[0]) == 4 {
			p.float32 = 1
		}
		raceWrite(intercept)
		raceWrite(slope)
		k.lines(&p)
	}
	for i := done; i < len(intercept); i++ {
		b := s.Slope(i, line)
		meanTime := math.FMA(at.PerTau, s.T[i]/s.N[i], at.Mean)
		mean := s.Ref[i] + s.Y[i]/s.N[i]
		a := math.FMA(-float64(b*at.PerTime), meanTime, mean)
		intercept[i] = F(math.FMA(a, at.Scale, at.Offset))
		if slope != nil {
			slope[i] = F(b)
		}
	}
}
