package kernel

import (
	"math"
	"math/big"
	"testing"
)

// Data sets and certified values from NIST's Statistical Reference Datasets for linear regression
// (https://www.itl.nist.gov/div898/strd/lls/lls.shtml). Polynomials have one predictor, whose
// powers are the columns.
var nist = []struct {
	name      string
	y         []float64
	x         [][]float64 // one predictor, or the columns beside the constant
	degree    int         // of the polynomial; 0: the columns as they are
	certified []float64
	least     float64 // log relative error of the worst coefficient, which docs/semantics.md has
	lm        float64 // the same of lm in R 4.2.2, with tol = 1e-16 for Filip, which it refuses otherwise
}{
	{"Pontius", []float64{.11019, .21956, .32949, .43899, .54803, .65694, .76562, .87487, .98292, 1.09146, 1.20001, 1.30822, 1.41599, 1.52399,
		1.63194, 1.73947, 1.84646, 1.95392, 2.06128, 2.16844, .11052, .22018, .32939, .43886, .54798, .65739, .76596, .87474, .98300, 1.09150,
		1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965, 1.84696, 1.95445, 2.06177, 2.16829},
		[][]float64{append(steps(150000, 150000, 20), steps(150000, 150000, 20)...)}, 2,
		[]float64{0.673565789473684e-03, 0.732059160401003e-06, -0.316081871345029e-14}, 13.7, 12.7},
	{"Longley", []float64{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551},
		[][]float64{
			{83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9},
			{234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601, 518173, 554894},
			{2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007},
			{1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827},
			{107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368, 127852, 130081},
			steps(1947, 1, 16)}, 0,
		[]float64{-3482258.63459582, 15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359, -0.511041056535807e-01, 1829.15146461355}, 13.2, 13},
	{"Filip", []float64{0.8116, 0.9072, 0.9052, 0.9039, 0.8053, 0.8377, 0.8667, 0.8809, 0.7975, 0.8162, 0.8515, 0.8766, 0.8885, 0.8859, 0.8959, 0.8913,
		0.8959, 0.8971, 0.9021, 0.909, 0.9139, 0.9199, 0.8692, 0.8872, 0.89, 0.891, 0.8977, 0.9035, 0.9078, 0.7675, 0.7705, 0.7713, 0.7736, 0.7775,
		0.7841, 0.7971, 0.8329, 0.8641, 0.8804, 0.7668, 0.7633, 0.7678, 0.7697, 0.77, 0.7749, 0.7796, 0.7897, 0.8131, 0.8498, 0.8741, 0.8061, 0.846,
		0.8751, 0.8856, 0.8919, 0.8934, 0.894, 0.8957, 0.9047, 0.9129, 0.9209, 0.9219, 0.7739, 0.7681, 0.7665, 0.7703, 0.7702, 0.7761, 0.7809, 0.7961,
		0.8253, 0.8602, 0.8809, 0.8301, 0.8664, 0.8834, 0.8898, 0.8964, 0.8963, 0.9074, 0.9119, 0.9228},
		[][]float64{{-6.860120914, -4.324130045, -4.358625055, -4.358426747, -6.955852379, -6.661145254, -6.355462942, -6.118102026, -7.115148017,
			-6.815308569, -6.519993057, -6.204119983, -5.853871964, -6.109523091, -5.79832982, -5.482672118, -5.171791386, -4.851705903, -4.517126416,
			-4.143573228, -3.709075441, -3.499489089, -6.300769497, -5.953504836, -5.642065153, -5.031376979, -4.680685696, -4.329846955, -3.928486195,
			-8.56735134, -8.363211311, -8.107682739, -7.823908741, -7.522878745, -7.218819279, -6.920818754, -6.628932138, -6.323946875, -5.991399828,
			-8.781464495, -8.663140179, -8.473531488, -8.247337057, -7.971428747, -7.676129393, -7.352812702, -7.072065318, -6.774174009, -6.478861916,
			-6.159517513, -6.835647144, -6.53165267, -6.224098421, -5.910094889, -5.598599459, -5.290645224, -4.974284616, -4.64454848, -4.290560426,
			-3.885055584, -3.408378962, -3.13200249, -8.726767166, -8.66695597, -8.511026475, -8.165388579, -7.886056648, -7.588043762, -7.283412422,
			-6.995678626, -6.691862621, -6.392544977, -6.067374056, -6.684029655, -6.378719832, -6.065855188, -5.752272167, -5.132414673, -4.811352704,
			-4.098269308, -3.66174277, -3.2644011}}, 10,
		[]float64{-1467.48961422980, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349, -75.1242017393757, -10.8753180355343,
			-1.06221498588947, -0.670191154593408e-01, -0.246781078275479e-02, -0.402962525080404e-04}, 7.8, 7.2},
	{"Wampler1", wampler(1, 0), [][]float64{steps(0, 1, 21)}, 5, []float64{1, 1, 1, 1, 1, 1}, 10.1, 9.8},
	{"Wampler2", wampler(0.1, 0), [][]float64{steps(0, 1, 21)}, 5, []float64{1, 0.1, 0.01, 0.001, 0.0001, 0.00001}, 12.8, 13.6},
	{"Wampler3", wampler(1, 1), [][]float64{steps(0, 1, 21)}, 5, []float64{1, 1, 1, 1, 1, 1}, 10.1, 9.3},
	{"Wampler4", wampler(1, 100), [][]float64{steps(0, 1, 21)}, 5, []float64{1, 1, 1, 1, 1, 1}, 10.1, 7.5},
	{"Wampler5", wampler(1, 10000), [][]float64{steps(0, 1, 21)}, 5, []float64{1, 1, 1, 1, 1, 1}, 9, 5.5},
}

func steps(from, by float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = from + by*float64(i)
	}
	return s
}

// wampler returns Σ (b·x)^k over k up to 5 for x from 0 to 20, rounded to five decimals as in
// NIST's files, plus times the scatter that no polynomial of degree 5 follows.
func wampler(b, scatter float64) []float64 {
	delta := []float64{759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 759}
	y := make([]float64, 21)
	for x := range y {
		for k := range 6 {
			y[x] += math.Pow(b*float64(x), float64(k))
		}
		y[x] = math.Round(y[x]*1e5)/1e5 + scatter*delta[x]
	}
	return y
}

// exactRows returns the rows that give the least squares coefficients of columns, each number of
// them rounded once from 1000 bits.
func exactRows(columns [][]float64) [][]float64 {
	n, k := len(columns[0]), len(columns)
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(1000).SetFloat64(x) }
	op := func() *big.Float { return number(0) }
	// XᵀX beside Xᵀ becomes the unit matrix beside the rows.
	a := make([][]*big.Float, k)
	for i := range a {
		for _, c := range columns {
			dot := op()
			for t, x := range c {
				dot.Add(dot, op().Mul(number(columns[i][t]), number(x)))
			}
			a[i] = append(a[i], dot)
		}
		for _, x := range columns[i] {
			a[i] = append(a[i], number(x))
		}
	}
	for j := range k {
		for i := range k {
			if i == j {
				continue
			}
			factor := op().Quo(a[i][j], a[j][j])
			for c := j; c < k+n; c++ {
				a[i][c].Sub(a[i][c], op().Mul(factor, a[j][c]))
			}
		}
	}
	rows := make([][]float64, k)
	for j := range rows {
		for t := range n {
			x, _ := op().Quo(a[j][k+t], a[j][j]).Float64()
			rows[j] = append(rows[j], x)
		}
	}
	return rows
}

// The coefficients of NIST's data sets for a hundred pixels have as many digits as those of R's lm,
// less one at most.
func TestNISTCoefficients(t *testing.T) {
	for _, data := range nist {
		n := len(data.y)
		columns := [][]float64{steps(1, 0, n)}
		columns = append(columns, data.x...)
		for len(columns) <= data.degree {
			next := make([]float64, n)
			for i := range next {
				next[i] = columns[len(columns)-1][i] * data.x[0][i]
			}
			columns = append(columns, next)
		}
		rows := exactRows(columns)
		const pixels = 100
		tile := newTile(Float64, n, pixels, pixels)
		for i, y := range data.y {
			for p := range pixels {
				set(tile.Data, Float64, i*pixels+p, y)
			}
		}
		for _, k := range kernels(t) {
			out := make([][]float64, len(rows))
			for j := range out {
				out[j] = make([]float64, pixels)
			}
			for from := 0; from < len(rows); from += maxRows {
				to := min(from+maxRows, len(rows))
				k.Coefficients(out[from:to], tile, NewDesign(rows[from:to]...), Valid{})
			}
			for _, p := range []int{0, 70, 99} {
				worst := 15.0
				for j, want := range data.certified {
					worst = min(worst, -math.Log10(math.Abs(out[j][p]-want)/math.Abs(want)))
				}
				if t.Logf("%v: %s: %.1f", k.ISA(), data.name, worst); !(worst >= max(data.least, data.lm-1)) {
					t.Errorf("%v: %s: a log relative error of %.2f, not %v, in R %v: certified %v", k.ISA(), data.name, worst, data.least, data.lm, data.certified)
				}
			}
		}
	}
}

// The coefficients of NIST's data sets by Models: the columns as they are for data with several
// predictors, and powers of one that is centred and scaled for polynomials, as package stats makes them.
func TestNISTModels(t *testing.T) {
	least := map[string]float64{"Pontius": 12, "Longley": 10, "Filip": 7.5, "Wampler1": 10, "Wampler2": 10.5, "Wampler3": 9, "Wampler4": 8, "Wampler5": 6}
	for _, data := range nist {
		n := len(data.y)
		columns := append([][]float64{steps(1, 0, n)}, data.x...)
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, x := range data.x[0] {
			lo, hi = min(lo, x), max(hi, x)
		}
		// With a scale of a power of two, the powers of whole numbers are exact.
		mid, half := (lo+hi)/2, math.Exp2(math.Ceil(math.Log2((hi-lo)/2)))
		if data.degree > 0 {
			columns = columns[:1]
		}
		for len(columns) <= data.degree {
			next := make([]float64, n)
			for i := range next {
				next[i] = columns[len(columns)-1][i] * ((data.x[0][i] - mid) / half)
			}
			columns = append(columns, next)
		}
		const pixels = 40
		tile := newTile(Float64, n, pixels, pixels)
		for i, y := range data.y {
			for p := range pixels {
				set(tile.Data, Float64, i*pixels+p, y)
			}
		}
		m := NewModel(columns, 0, nil)
		for _, k := range kernels(t) {
			fits := fitsOf(k, tile, m, Valid{}, Extra{})
			for _, p := range []int{0, pixels - 1} {
				coef := make([]float64, len(columns))
				for j := range coef {
					coef[j] = fits.Coef[j][p]
				}
				if data.degree > 0 {
					coef = expand(coef, mid, half)
				}
				worst := 15.0
				for j, want := range data.certified {
					worst = min(worst, -math.Log10(math.Abs(coef[j]-want)/math.Abs(want)))
				}
				if t.Logf("%v: %s: %.1f, pivot %.1g", k.ISA(), data.name, worst, fits.Pivot[p]); !(worst >= least[data.name]) {
					t.Errorf("%v: %s: a log relative error of %.1f, not %v: %v, certified %v", k.ISA(), data.name, worst, least[data.name], coef, data.certified)
				}
			}
		}
	}
}

// expand returns the coefficients of the powers of x of a polynomial in (x - mid)/half.
func expand(coef []float64, mid, half float64) []float64 {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(500).SetFloat64(x) }
	sum := make([]*big.Float, len(coef))
	for j := range sum {
		sum[j] = number(0)
	}
	for j := len(coef) - 1; j >= 0; j-- { // Horner: sum = sum·(x − mid)/half + coef
		for i := len(sum) - 1; i >= 0; i-- {
			term := number(0).Mul(sum[i], number(-mid))
			if i > 0 {
				term.Add(term, sum[i-1])
			}
			sum[i] = term.Quo(term, number(half))
		}
		sum[0].Add(sum[0], number(coef[j]))
	}
	out := make([]float64, len(coef))
	for j := range out {
		out[j], _ = sum[j].Float64()
	}
	return out
}
