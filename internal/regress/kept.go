package regress

import (
	"math"
	"math/big"

	"github.com/pixtrend/pixtrend/kernel"
)

// Kept is the sums over the observations of some pixels in a frame that later dates do not change:
// times t are whole numbers counted from an origin, and d = y − Ref is the difference of a sample from
// the pixel's first observation. Sums of times are exact. So are the others if the samples are whole
// numbers of 8 or 16 bits. Otherwise the Low slices hold what rounding takes from the sums, so that
// pixels whose results lose digits get them without their samples.
type Kept struct {
	N, T, TT, Y, TY, YY, Ref []float64 // as in kernel.Sums, with t in place of τ
	First, Last              []float64 // the times of the first and the last observation; NaN without one
	YLow, TYLow, YYLow       []float64 // nil: the sums are exact
}

// Exact reports whether all sums are exact.
func (k *Kept) Exact() bool { return k.YLow == nil }

// samples returns the sums over the samples of pixel i.
func (k *Kept) samples(i int) (y, ty, yy pair) {
	if k.Exact() {
		return pair{k.Y[i], 0}, pair{k.TY[i], 0}, pair{k.YY[i], 0}
	}
	return pair{k.Y[i], k.YLow[i]}.normal(), pair{k.TY[i], k.TYLow[i]}.normal(), pair{k.YY[i], k.YYLow[i]}.normal()
}

// setSamples is the inverse of samples.
func (k *Kept) setSamples(i int, y, ty, yy pair) {
	k.Y[i], k.TY[i], k.YY[i] = y.hi, ty.hi, yy.hi
	if !k.Exact() {
		k.YLow[i], k.TYLow[i], k.YYLow[i] = y.lo, ty.lo, yy.lo
	}
}

// Add adds the samples of one date, which is not before any that was added. NaN is a gap. k has Low
// slices.
func (k *Kept) Add(t float64, samples []float64) {
	for i, sample := range samples {
		if sample != sample {
			continue
		}
		if k.N[i] == 0 {
			k.Ref[i], k.First[i] = sample, t
		}
		k.Last[i] = t
		k.N[i]++
		k.T[i] += t
		k.TT[i] += float64(t * t)
		d := twoSum(sample, -k.Ref[i])
		y, ty, yy := pair{k.Y[i], k.YLow[i]}, pair{k.TY[i], k.TYLow[i]}, pair{k.YY[i], k.YYLow[i]}
		y.add(d)
		ty.add(d.times(pair{t, 0}))
		yy.add(d.times(d))
		k.setSamples(i, y, ty, yy)
	}
}

// Merge adds the observations of the same pixels in of, none of which is at a date of k. The reference
// of both becomes the sample that is first in time, as if all had been added in the order of dates.
func (k *Kept) Merge(of Kept) {
	for i, more := range of.N {
		if more == 0 {
			continue
		}
		a, b := k, &of
		if k.N[i] == 0 || of.First[i] < k.First[i] {
			a, b = b, a
		}
		y, ty, yy := a.samples(i)
		if n := b.N[i]; n > 0 {
			by, bty, byy := b.samples(i)
			by, bty, byy = shifted(n, b.T[i], by, bty, byy, twoSum(b.Ref[i], -a.Ref[i]))
			y, ty, yy = y.plus(by), ty.plus(bty), yy.plus(byy)
		}
		ref, first, last := a.Ref[i], a.First[i], a.Last[i]
		if b.Last[i] > last {
			last = b.Last[i]
		}
		k.Ref[i], k.First[i], k.Last[i] = ref, first, last
		k.N[i], k.T[i], k.TT[i] = k.N[i]+more, k.T[i]+of.T[i], k.TT[i]+of.TT[i]
		k.setSamples(i, y, ty, yy)
	}
}

// shifted returns the sums of n observations with d + by in place of d.
func shifted(n, t float64, y, ty, yy, by pair) (pair, pair, pair) {
	all := by.times(pair{n, 0})
	square := by.times(y.times(pair{2, 0}).plus(all))
	return y.plus(all), ty.plus(by.times(pair{t, 0})), yy.plus(square)
}

// Frame relates the times t of kept sums to the axis of a line: τ = (A·t + B)/G, in whole numbers.
// Origin is the time of t = 0, in the time of Times.
type Frame struct{ A, B, G, Origin float64 }

// Axis writes the sums of the pixels of k, on the axis of a line, to dst. Sums that are whole numbers
// have the bits that kernel.Kernel.Sums computes from the samples.
func (k *Kept) Axis(dst kernel.Sums, f Frame) {
	a, b, g := pair{f.A, 0}, pair{f.B, 0}, pair{f.G, 0}
	for i, n := range k.N {
		y, ty, yy := k.samples(i)
		dst.N[i] = n
		if i > 0 && n == k.N[i-1] && k.T[i] == k.T[i-1] && k.TT[i] == k.TT[i-1] { // most have the same dates
			dst.T[i], dst.TT[i] = dst.T[i-1], dst.TT[i-1]
		} else {
			bn := twoProduct(f.B, n)
			at := twoProduct(f.A, k.T[i])
			dst.T[i] = whole(at.plus(bn).over(g))
			dst.TT[i] = whole(a.times(twoProduct(f.A, k.TT[i])).plus(b.times(at.plus(at).plus(bn))).over(g).over(g))
		}
		dst.Y[i], dst.YY[i], dst.Ref[i] = y.hi, yy.hi, k.Ref[i]
		ty = a.times(ty).plus(b.times(y)).over(g)
		if dst.TY[i] = ty.hi; k.Exact() {
			dst.TY[i] = whole(ty)
		}
	}
}

// whole returns the whole number that x is, except for rounding. It is never −0.
func whole(x pair) float64 { return math.Round(x.hi) + 0 }

// Ends writes the times of the first and the last observation of each pixel, in the time of Times.
func (k *Kept) Ends(first, last []float64, f Frame) {
	for i := range k.N {
		first[i], last[i] = k.First[i]+f.Origin, k.Last[i]+f.Origin
	}
}

// EndKept writes the results of pixel i of s that a second look is for. In place of the samples, it
// has the sums of pixel i of k, which s was computed from.
func EndKept[F kernel.Float](l *Lines, out *[Outs][]F, s *kernel.Sums, i int, ends [2]float64, k *Kept, f Frame) {
	look := Begin(l, out, s, i)
	look.n = s.N[i]
	line, state := k.line(i, &look, f)
	end(l, out, s, i, ends, &look, line, state)
}

// keptBits is the precision of what follows from the sums of a pixel. The largest products of sums
// below 2^53 are exact.
const keptBits = 320

// leastSquares is a size of sums of squares below which the Low words can have lost bits to underflow.
const leastSquares = 0x1p-900

// line returns the line of pixel i in the scaled units of a second look.
func (k *Kept) line(i int, look *Second, f Frame) (l secondLine, state lineState) {
	y, ty, yy := k.samples(i)
	for _, x := range []float64{y.hi, y.lo, ty.hi, ty.lo, yy.hi, yy.lo} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return l, lostLine
		}
	}
	if yy.hi < leastSquares && (y.hi != 0 || ty.hi != 0) {
		return l, lostLine
	}
	number := func(x pair) *big.Float {
		z := big.NewFloat(x.hi).SetPrec(keptBits)
		return z.Add(z, big.NewFloat(x.lo))
	}
	determinant := func(a, b, c, d *big.Float) *big.Float {
		p, q := new(big.Float).Mul(a, b), new(big.Float).Mul(c, d)
		return p.Sub(p, q)
	}
	over := func(a, b *big.Float) *big.Float { return new(big.Float).Quo(a, b) }
	n, t, tt := number(pair{k.N[i], 0}), number(pair{k.T[i], 0}), number(pair{k.TT[i], 0})
	d, td, dd := number(y), number(ty), number(yy)
	ctt, cty, cdd := determinant(n, tt, t, t), determinant(n, td, t, d), determinant(n, dd, d, d)
	if ctt.Sign() <= 0 {
		return l, noLine
	}
	meanTime, mean := over(t, n), over(d, n)
	l.meanTime = scaled(meanTime.Add(meanTime, big.NewFloat(f.Origin)), look.perTime)
	l.mean = scaled(mean.Add(mean, big.NewFloat(k.Ref[i])), look.perSample)
	l.slope = scaled(over(cty, ctt), look.perSample/look.perTime).hi
	l.sxx = scaled(scaledBig(ctt, look.perTime), look.perTime).hi / look.n
	rest := over(determinant(ctt, cdd, cty, cty), ctt)
	if rest.Sign() > 0 && look.n > 2 {
		l.sse = scaled(scaledBig(rest, look.perSample), look.perSample).hi / look.n
	}
	return l, oneLine
}

// scaled returns x times a power of two, as a pair.
func scaled(x *big.Float, by float64) pair {
	x = scaledBig(x, by)
	hi, _ := x.Float64()
	lo, _ := new(big.Float).Sub(x, big.NewFloat(hi)).Float64()
	return pair{hi, lo}
}

func scaledBig(x *big.Float, by float64) *big.Float {
	return new(big.Float).Mul(x, big.NewFloat(by))
}
