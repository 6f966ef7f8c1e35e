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
	var o laneObservations
	for done := 0; done < t.Pixels; done += lanes {
		var s laneSums
		m := min(lanes, t.Pixels-done)
		addLanes[T](&s, &o, t, 0, done, m, line.Axis.Tau, l)
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
	var o laneObservations
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
		addLanes[T](&s, &o, t, date, done, m, tau, l)
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
// begin with number date and have the numbers of taus. What o holds does not matter.
func addLanes[T Sample](s *laneSums, o *laneObservations, t Tile, date, from, m int, taus []float64, l limits) {
	addRun[T](s, o, t, date, from, m, taus[:min(RunDates, len(taus))], l)
	if len(taus) <= RunDates {
		return
	}
	var before [lanes]float64
	for first := RunDates; first < len(taus); first += RunDates {
		fold(before[:], s.ty[:])
		addRun[T](s, o, t, date+first, from, m, taus[first:min(first+RunDates, len(taus))], l)
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

// addRun is addLanes for one run of dates. It first widens the samples, so that the sums of a pixel can
// stay in registers while its dates are added up.
func addRun[T Sample](s *laneSums, o *laneObservations, t Tile, date, from, m int, taus []float64, l limits) {
	if s.sameDates(m) && widenComplete[T](o, t, date, from, m, len(taus), l) {
		s.addComplete(o, m, taus)
		return
	}
	listObservations[T](o, t, date, from, m, taus, l)
	for p := range m {
		s.addPixel(p, o.y[p][:o.n[p]], o.tau[p][:o.n[p]])
	}
}

// laneObservations are the observations of the pixels in lanes at the dates of a run: all samples, date
// by date, if there are no gaps; else a list for each pixel.
type laneObservations struct {
	all    [RunDates * lanes]float64
	n      [lanes]int
	y, tau [lanes][RunDates]float64 // the first n of each pixel
}

// widenComplete writes the samples of the m pixels that begin with pixel from, at the dates that begin
// with number date, to o.all. It stops and returns false if one is a gap.
func widenComplete[T Sample](o *laneObservations, t Tile, date, from, m, dates int, l limits) bool {
	lo, hi, nodata := l.lo, l.hi, l.nodata
	if !l.hasNodata {
		nodata = math.NaN() // no sample is equal to it
	}
	for i := range dates {
		row := Row[T](t, date+i, from, from+m)
		out := o.all[i*lanes:][:len(row)]
		for p, sample := range row {
			y := float64(sample)
			if !(y >= lo && y <= hi && y != nodata) {
				return false
			}
			out[p] = y
		}
		if t.Mask.Data != nil {
			mask := t.maskAt(date+i, from)
			for p := range m {
				if !t.Mask.observed(mask + p) {
					return false
				}
			}
		}
	}
	return true
}

// listObservations lists the observations of the m pixels that begin with pixel from, at the dates that
// begin with number date. Each sample is written, and counted if it is an observation: branches would be
// as hard to predict as gaps are.
func listObservations[T Sample](o *laneObservations, t Tile, date, from, m int, taus []float64, l limits) {
	lo, hi, nodata := l.lo, l.hi, l.nodata
	if !l.hasNodata {
		nodata = math.NaN() // no sample is equal to it
	}
	o.n = [lanes]int{}
	for i, tau := range taus {
		mask := t.maskAt(date+i, from)
		for p, sample := range Row[T](t, date+i, from, from+m) {
			y, n := float64(sample), o.n[p]
			o.y[p][n%RunDates], o.tau[p][n%RunDates] = y, tau
			observed := number(y >= lo) & number(y <= hi) & number(y != nodata)
			if t.Mask.Data != nil {
				observed &= number(t.Mask.observed(mask + p))
			}
			o.n[p] = n + observed
		}
	}
}

// number returns 1 for true.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// addPixel adds the observations of pixel p.
func (s *laneSums) addPixel(p int, ys, taus []float64) {
	if len(ys) == 0 {
		return
	}
	n, t, tt := s.n[p], s.t[p], s.tt[p]
	sy, ty, yy, ref := s.y[p], s.ty[p], s.yy[p], s.ref[p]
	if n == 0 {
		ref = ys[0]
	}
	for i, tau := range taus[:len(ys)] {
		d := ys[i] - ref
		t += tau
		tt = math.FMA(tau, tau, tt)
		sy += d
		ty = math.FMA(tau, d, ty)
		yy = math.FMA(d, d, yy)
	}
	s.n[p], s.t[p], s.tt[p] = n+float64(len(ys)), t, tt
	s.y[p], s.ty[p], s.yy[p], s.ref[p] = sy, ty, yy, ref
}

// sameDates reports whether all of the first m pixels have the same sums of dates.
func (s *laneSums) sameDates(m int) bool {
	for p := range m {
		if s.n[p] != s.n[0] || s.t[p] != s.t[0] || s.tt[p] != s.tt[0] {
			return false
		}
	}
	return true
}

// addComplete is addPixel for m pixels that have no gap and the same sums of dates, which are added up
// once. The sums of two pixels are made at a time: those of one would wait for each other.
func (s *laneSums) addComplete(o *laneObservations, m int, taus []float64) {
	n, t, tt := s.n[0], s.t[0], s.tt[0]
	if n == 0 {
		copy(s.ref[:m], o.all[:])
	}
	for _, tau := range taus {
		t += tau
		tt = math.FMA(tau, tau, tt)
	}
	for p := 0; p < m; p += 2 {
		q := min(p+1, m-1) // the last of an odd number of pixels is added up twice
		sy0, ty0, yy0, ref0 := s.y[p], s.ty[p], s.yy[p], s.ref[p]
		sy1, ty1, yy1, ref1 := s.y[q], s.ty[q], s.yy[q], s.ref[q]
		for i, tau := range taus {
			d0, d1 := o.all[i*lanes+p]-ref0, o.all[i*lanes+q]-ref1
			sy0 += d0
			sy1 += d1
			ty0 = math.FMA(tau, d0, ty0)
			ty1 = math.FMA(tau, d1, ty1)
			yy0 = math.FMA(d0, d0, yy0)
			yy1 = math.FMA(d1, d1, yy1)
		}
		s.y[p], s.ty[p], s.yy[p] = sy0, ty0, yy0
		s.y[q], s.ty[q], s.yy[q] = sy1, ty1, yy1
	}
	for p := range m {
		s.n[p], s.t[p], s.tt[p] = n+float64(len(taus)), t, tt
	}
}
