package bench

import "math"

// KarpFlatt returns the serial fraction e of a speed-up s on p threads,
//
//	e = (1/s − 1/p) / (1 − 1/p)
//
// (Karp and Flatt, Measuring Parallel Processor Performance, CACM 33(5), 1990). If e grows with p,
// the cause is an overhead or a shared resource, not serial code. For one thread the result is NaN.
func KarpFlatt(speedup float64, p int) float64 {
	if p < 2 {
		return math.NaN()
	}
	n := float64(p)
	return (1/speedup - 1/n) / (1 - 1/n)
}

// Roof models the rate of p threads as min(p·One, Most).
type Roof struct {
	One       float64 `json:"one"`        // rate of one thread
	Most      float64 `json:"most"`       // bound, or the last rate if it is not reached
	Reached   bool    `json:"reached"`    // the points show a bound
	Residual  float64 `json:"residual"`   // RMS of the residuals over the largest rate
	Threads   float64 `json:"threads"`    // Most/One: more threads do not help
	BoundFrom int     `json:"from_point"` // first point at the bound, or the number of points
}

// At returns the rate of p threads.
func (r Roof) At(p float64) float64 { return min(p*r.One, r.Most) }

// FitRoof fits min(p·One, Most) to the rates of ascending numbers of threads by least squares. For
// each place where the line can meet the bound, it finds the best line and bound that meet there.
func FitRoof(threads []int, rates []float64) Roof {
	best, least := Roof{}, math.Inf(1)
	largest := 0.0
	for _, r := range rates {
		largest = max(largest, r)
	}
	try := func(one, most float64, from int) {
		if !(one > 0) || !(most > 0) {
			return
		}
		sum := 0.0
		for i, p := range threads {
			d := rates[i] - min(float64(p)*one, most)
			sum += d * d
		}
		// A bound must explain more than rounding does.
		if sum < least*(1-1e-9) {
			least = sum
			best = Roof{One: one, Most: most, Reached: from < len(threads), BoundFrom: from}
		}
	}
	for from := len(threads); from > 0; from-- {
		var pp, pr, bound float64
		for i, p := range threads {
			if i < from {
				pp += float64(p) * float64(p)
				pr += float64(p) * rates[i]
			} else {
				bound += rates[i]
			}
		}
		one := pr / pp
		if from == len(threads) {
			try(one, one*float64(threads[len(threads)-1]), from)
			continue
		}
		try(one, bound/float64(len(threads)-from), from)
		// Also try a bound that begins exactly at a point.
		corner := float64(threads[from-1])
		for _, r := range rates[from:] {
			pp += corner * corner
			pr += corner * r
		}
		try(pr/pp, pr/pp*corner, from)
	}
	if largest > 0 {
		best.Residual = math.Sqrt(least/float64(len(threads))) / largest
	}
	best.Threads = best.Most / best.One
	return best
}
