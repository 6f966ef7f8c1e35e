package stats

import "math"

// Levels of significance that there are critical values of. Those of the moving sums are a thousandth apart.
const (
	leastLevel    = 0.001
	greatestLevel = 0.05
	levelStep     = 0.001
)

// windows are the lengths of moving sums, as shares of the history, that there are critical values of.
var windows = [...]float64{0.25, 0.5, 1}

// windowOf returns the number of a length among windows, −1 if it is none of them.
func windowOf(window float64) int {
	for i, w := range windows {
		if w == window {
			return i
		}
	}
	return -1
}

// mosum has the critical values of moving sums of residuals, by window and by level, from 0.05 down to
// 0.001. They are those of the table monitorMECritvalTable of R's package strucchange 1.5 (Zeileis,
// Leisch, Kleiber and Hornik, Journal of Applied Econometrics 20, 2005), which its authors simulated,
// rounded to 9 decimals: for the greatest absolute value, and a monitoring period that ends at 10 times
// the history. bfastmonitor and its ports take their values from the same table.
var mosum = [len(windows)][50]float64{
	0: {
		1.34182451, 1.344391315, 1.34660319, 1.349151166, 1.351785871, 1.35417886, 1.356683617,
		1.359487399, 1.362568985, 1.365772312, 1.36886321, 1.37237427, 1.374851675, 1.378315356,
		1.381751205, 1.38537793, 1.388473242, 1.391455971, 1.395329558, 1.39911228, 1.403187733,
		1.407489544, 1.411813723, 1.415698402, 1.419777231, 1.42381862, 1.428956694, 1.433639364,
		1.438405149, 1.443075762, 1.448236088, 1.453310844, 1.459029083, 1.46557817, 1.472530539,
		1.480576361, 1.487592844, 1.495171018, 1.503842297, 1.512083905, 1.521644973, 1.534364548,
		1.54556159, 1.560360629, 1.576732064, 1.597971114, 1.618396722, 1.649405243, 1.685943314,
		1.745509489,
	},
	1: {
		1.902003179, 1.905759412, 1.910032248, 1.914301165, 1.918521192, 1.923639243, 1.92813013,
		1.933183545, 1.938191815, 1.943723943, 1.949207274, 1.954109382, 1.959425746, 1.965069316,
		1.970973694, 1.97593044, 1.98160705, 1.987355077, 1.993443035, 1.999078597, 2.006985314,
		2.013485116, 2.020959059, 2.029366965, 2.036447662, 2.044387857, 2.053381454, 2.059376758,
		2.066161719, 2.074737896, 2.082870276, 2.092568643, 2.101952022, 2.111780137, 2.121701709,
		2.13419421, 2.144253049, 2.157614719, 2.173771247, 2.191610807, 2.209072828, 2.225383742,
		2.24728555, 2.269782323, 2.295703187, 2.325521831, 2.359174289, 2.411867368, 2.465796784,
		2.570255291,
	},
	2: {
		2.745927613, 2.753325774, 2.760330908, 2.767957464, 2.774493419, 2.783771505, 2.790409059,
		2.797912698, 2.80812472, 2.815858763, 2.824270337, 2.834507818, 2.843434255, 2.853604285,
		2.862432657, 2.872653837, 2.880941991, 2.891401968, 2.90133608, 2.912487406, 2.922340016,
		2.933102018, 2.943661808, 2.955941746, 2.966897593, 2.980013964, 2.994808282, 3.008676618,
		3.022463244, 3.033942185, 3.049288621, 3.065598476, 3.085387126, 3.103441213, 3.121690132,
		3.145468149, 3.164096118, 3.193316423, 3.217121932, 3.2407932, 3.276932457, 3.31144207,
		3.341216638, 3.384312582, 3.425138704, 3.474226545, 3.529363492, 3.620958819, 3.736979356,
		3.941029161,
	},
}

// criticalMOSUM returns the critical value of moving sums, interpolated between levels as
// strucchange does it.
func criticalMOSUM(window, level float64) float64 {
	values := &mosum[windowOf(window)]
	at := (greatestLevel - level) / levelStep
	i := min(max(int(at), 0), len(values)-2)
	return values[i] + (at-float64(i))*(values[i+1]-values[i])
}

// criticalCUSUM returns the critical value λ of the CUSUM test of recursive residuals: a Wiener process
// W crosses ±λ(1 + 2t) between 0 and 1 with probability level. The probability is the approximation that
// strucchange uses for λ ≥ 0.3 (Zeileis, Leisch, Hornik and Kleiber, Journal of Statistical Software 7,
// 2002), which loses nothing at these levels.
func criticalCUSUM(level float64) float64 {
	lo, hi := 0.3, 3.0
	for range 60 {
		mid := (lo + hi) / 2
		if crossing(mid) > level {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// crossing returns the probability with which a Wiener process crosses ±λ(1 + 2t) between 0 and 1.
func crossing(lambda float64) float64 {
	power := func(x float64) float64 {
		e, two := exponential(x)
		return math.Ldexp(e, two)
	}
	square := float64(lambda * lambda)
	inside := 1 - (normalTails(lambda)+normalTails(5*lambda))/2
	return normalTails(3*lambda) + float64(2*power(-4*square)*inside) - float64(power(-16*square)*normalTails(lambda))
}
