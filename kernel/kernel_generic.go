package kernel

import "math"

// lanes is how many pixels the portable bodies carry at once: enough for a cache line of
// float32 samples a date, few enough for their sums to stay in the first-level cache.
const lanes = 16

func slopeGeneric(dst []float64, t Tile, axis Axis, num float64, v Valid) int {
	switch t.Type {
	case Uint8:
		return slopeOf[uint8](dst, t, axis, num, v)
	case Int8:
		return slopeOf[int8](dst, t, axis, num, v)
	case Uint16:
		return slopeOf[uint16](dst, t, axis, num, v)
	case Int16:
		return slopeOf[int16](dst, t, axis, num, v)
	case Uint32:
		return slopeOf[uint32](dst, t, axis, num, v)
	case Int32:
		return slopeOf[int32](dst, t, axis, num, v)
	case Float32:
		return slopeOf[float32](dst, t, axis, num, v)
	}
	return slopeOf[float64](dst, t, axis, num, v)
}

func gapsGeneric(dst Sums, t Tile, axis Axis, v Valid) {
	switch t.Type {
	case Uint8:
		gapsOf[uint8](dst, t, axis, v)
	case Int8:
		gapsOf[int8](dst, t, axis, v)
	case Uint16:
		gapsOf[uint16](dst, t, axis, v)
	case Int16:
		gapsOf[int16](dst, t, axis, v)
	case Uint32:
		gapsOf[uint32](dst, t, axis, v)
	case Int32:
		gapsOf[int32](dst, t, axis, v)
	case Float32:
		gapsOf[float32](dst, t, axis, v)
	default:
		gapsOf[float64](dst, t, axis, v)
	}
}

// slopeOf is Kernel.Slope in portable Go.
func slopeOf[T Sample](dst []float64, t Tile, axis Axis, num float64, v Valid) int {
	_, _, nodata := v.lower(t.Type)
	for done := 0; done < t.Pixels; done += lanes {
		n := min(lanes, t.Pixels-done)
		var ref, ty [lanes]float64
		for p, y := range Row[T](t, 0, done, done+n) {
			ref[p] = float64(y)
		}
		hit := false // whether a sample equals nodata
		for i, tau := range axis.Tau {
			for p, sample := range Row[T](t, i, done, done+n) {
				y := float64(sample)
				hit = hit || y == nodata
				ty[p] = math.FMA(tau, y-ref[p], ty[p])
			}
		}
		for _, x := range ty[:n] {
			// A sample that is not finite makes its sum so, whatever is added.
			hit = hit || x-x != 0
		}
		if hit {
			return done
		}
		for p, x := range ty[:n] {
			dst[done+p] = float64(x*num) / axis.TT
		}
	}
	return t.Pixels
}

// gapsOf is Kernel.Sums in portable Go.
func gapsOf[T Sample](dst Sums, t Tile, axis Axis, v Valid) {
	lo, hi, nodata := v.lower(t.Type)
	for done := 0; done < t.Pixels; done += lanes {
		m := min(lanes, t.Pixels-done)
		var n, st, stt, sy, sty, syy, ref [lanes]float64
		for i, tau := range axis.Tau {
			for p, sample := range Row[T](t, i, done, done+m) {
				y := float64(sample)
				if !(y >= lo && y <= hi && y != nodata) {
					continue
				}
				if n[p] == 0 {
					ref[p] = y
				}
				d := y - ref[p]
				n[p]++
				st[p] += tau
				stt[p] = math.FMA(tau, tau, stt[p])
				sy[p] += d
				sty[p] = math.FMA(tau, d, sty[p])
				syy[p] = math.FMA(d, d, syy[p])
			}
		}
		copy(dst.N[done:done+m], n[:])
		copy(dst.T[done:done+m], st[:])
		copy(dst.TT[done:done+m], stt[:])
		copy(dst.Y[done:done+m], sy[:])
		copy(dst.TY[done:done+m], sty[:])
		copy(dst.YY[done:done+m], syy[:])
		copy(dst.Ref[done:done+m], ref[:])
	}
}
