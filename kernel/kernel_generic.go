package kernel

import "math"

// lanes is the number of pixels that the portable code processes at once. 16 float32 samples are a
// cache line, and the sums of 16 pixels stay in the L1 cache.
const lanes = 16

func slopeGeneric[F Float](slope, n []F, t Tile, line Line, v Valid, m marker) {
	switch t.Type {
	case Uint8:
		slopeOf[uint8](slope, n, t, line, v, m)
	case Int8:
		slopeOf[int8](slope, n, t, line, v, m)
	case Uint16:
		slopeOf[uint16](slope, n, t, line, v, m)
	case Int16:
		slopeOf[int16](slope, n, t, line, v, m)
	case Uint32:
		slopeOf[uint32](slope, n, t, line, v, m)
	case Int32:
		slopeOf[int32](slope, n, t, line, v, m)
	case Float32:
		slopeOf[float32](slope, n, t, line, v, m)
	default:
		slopeOf[float64](slope, n, t, line, v, m)
	}
}

func sumsGeneric(dst Sums, t Tile, date int, tau []float64, v Valid, add bool) {
	switch t.Type {
	case Uint8:
		sumsOf[uint8](dst, t, date, tau, v, add)
	case Int8:
		sumsOf[int8](dst, t, date, tau, v, add)
	case Uint16:
		sumsOf[uint16](dst, t, date, tau, v, add)
	case Int16:
		sumsOf[int16](dst, t, date, tau, v, add)
	case Uint32:
		sumsOf[uint32](dst, t, date, tau, v, add)
	case Int32:
		sumsOf[int32](dst, t, date, tau, v, add)
	case Float32:
		sumsOf[float32](dst, t, date, tau, v, add)
	default:
		sumsOf[float64](dst, t, date, tau, v, add)
	}
}

// slopeOf implements Slope in portable Go.
func slopeOf[T Sample, F Float](slope, n []F, t Tile, line Line, v Valid, mk marker) {
	l := v.lower(t.Type)
	for done := 0; done < t.Pixels; done += lanes {
		var s laneSums
		m := min(lanes, t.Pixels-done)
		addLanes[T](&s, t, 0, done, m, line.Axis.Tau, l)
		for p := range m {
			slope[done+p] = F(slopeOfSums(s.n[p], s.t[p], s.tt[p], s.y[p], s.ty[p], &line))
			if n != nil {
				n[done+p] = F(s.n[p])
			}
		}
		mark(marker{mk.few, mk.sparse, mk.from + done}, s.n[:m])
	}
}

// sumsOf implements Kernel.Sums, and Kernel.AddSums if add is set, in portable Go.
func sumsOf[T Sample](dst Sums, t Tile, date int, tau []float64, v Valid, add bool) {
	l := v.lower(t.Type)
	for done := 0; done < t.Pixels; done += lanes {
		var s laneSums
		m := min(lanes, t.Pixels-done)
		if add {
			copy(s.n[:m], dst.N[done:])
			copy(s.t[:m], dst.T[done:])
			copy(s.tt[:m], dst.TT[done:])
			copy(s.y[:m], dst.Y[done:])
			copy(s.ty[:m], dst.TY[done:])
			copy(s.yy[:m], dst.YY[done:])
			copy(s.ref[:m], dst.Ref[done:])
		}
		addLanes[T](&s, t, date, done, m, tau, l)
		copy(dst.N[done:done+m], s.n[:])
		copy(dst.T[done:done+m], s.t[:])
		copy(dst.TT[done:done+m], s.tt[:])
		copy(dst.Y[done:done+m], s.y[:])
		copy(dst.TY[done:done+m], s.ty[:])
		copy(dst.YY[done:done+m], s.yy[:])
		copy(dst.Ref[done:done+m], s.ref[:])
	}
}

// laneSums are the Sums of the pixels in lanes.
type laneSums struct {
	n, t, tt, y, ty, yy, ref [lanes]float64
}

// addLanes adds the observations of the m pixels of t that begin with pixel from, at the dates that
// begin with number date and have the numbers of taus.
func addLanes[T Sample](s *laneSums, t Tile, date, from, m int, taus []float64, l limits) {
	addRun[T](s, t, date, from, m, taus[:min(RunDates, len(taus))], l)
	if len(taus) <= RunDates {
		return
	}
	var before [lanes]float64
	for first := RunDates; first < len(taus); first += RunDates {
		fold(before[:], s.ty[:])
		addRun[T](s, t, date+first, from, m, taus[first:min(first+RunDates, len(taus))], l)
	}
	for p, x := range before {
		s.ty[p] += x
	}
}

// fold adds sums of a run to those of the runs before. What is lost by rounding, or nearly that, becomes
// the beginning of the next run.
func fold(before, run []float64) {
	for p, x := range run {
		sum := before[p] + x
		run[p] = x - (sum - before[p])
		before[p] = sum
	}
}

// addRun is addLanes for one run of dates.
func addRun[T Sample](s *laneSums, t Tile, date, from, m int, taus []float64, l limits) {
	for i, tau := range taus {
		mask := t.maskAt(date+i, from)
		for p, sample := range Row[T](t, date+i, from, from+m) {
			y := float64(sample)
			if !l.observation(y) || !t.Mask.observed(mask+p) {
				continue
			}
			if s.n[p] == 0 {
				s.ref[p] = y
			}
			d := y - s.ref[p]
			s.n[p]++
			s.t[p] += tau
			s.tt[p] = math.FMA(tau, tau, s.tt[p])
			s.y[p] += d
			s.ty[p] = math.FMA(tau, d, s.ty[p])
			s.yy[p] = math.FMA(d, d, s.yy[p])
		}
	}
}
