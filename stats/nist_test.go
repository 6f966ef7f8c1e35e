package stats

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// Polynomials and covariates of NIST's Statistical Reference Datasets for linear regression
// (https://www.itl.nist.gov/div898/strd/lls/lls.shtml) through the options of a model, with the
// certified values. The data of Wampler1 and 2 are their formulas.
func TestNIST(t *testing.T) {
	longley := Model{Covariates: []Covariate{
		{Name: "deflator", Values: []float64{83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9}},
		{Name: "gnp", Values: []float64{234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601, 518173, 554894}},
		{Name: "unemployed", Values: []float64{2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007}},
		{Name: "army", Values: []float64{1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827}},
		{Name: "people", Values: []float64{107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368, 127852, 130081}},
	}}
	at := func(i int) Field { return CovariateField(i) }
	filip := []float64{-6.860120914, -4.324130045, -4.358625055, -4.358426747, -6.955852379, -6.661145254, -6.355462942, -6.118102026, -7.115148017,
		-6.815308569, -6.519993057, -6.204119983, -5.853871964, -6.109523091, -5.79832982, -5.482672118, -5.171791386, -4.851705903, -4.517126416,
		-4.143573228, -3.709075441, -3.499489089, -6.300769497, -5.953504836, -5.642065153, -5.031376979, -4.680685696, -4.329846955, -3.928486195,
		-8.56735134, -8.363211311, -8.107682739, -7.823908741, -7.522878745, -7.218819279, -6.920818754, -6.628932138, -6.323946875, -5.991399828,
		-8.781464495, -8.663140179, -8.473531488, -8.247337057, -7.971428747, -7.676129393, -7.352812702, -7.072065318, -6.774174009, -6.478861916,
		-6.159517513, -6.835647144, -6.53165267, -6.224098421, -5.910094889, -5.598599459, -5.290645224, -4.974284616, -4.64454848, -4.290560426,
		-3.885055584, -3.408378962, -3.13200249, -8.726767166, -8.66695597, -8.511026475, -8.165388579, -7.886056648, -7.588043762, -7.283412422,
		-6.995678626, -6.691862621, -6.392544977, -6.067374056, -6.684029655, -6.378719832, -6.065855188, -5.752272167, -5.132414673, -4.811352704,
		-4.098269308, -3.66174277, -3.2644011}
	// Powers of x itself depend on each other to 16 digits, so those of the axis from −1 to 1 are the
	// covariates. The coefficient of the tenth is then that of x^10 times half^10.
	const mid, half = (-8.781464495 - 3.13200249) / 2, (8.781464495 - 3.13200249) / 2
	scaled, tenth := make([]float64, len(filip)), -0.402962525080404e-04
	for i, x := range filip {
		scaled[i] = (x - mid) / half
	}
	for range 10 {
		tenth *= half
	}
	high := Model{Degree: 4}
	for power := 5; power <= 10; power++ {
		high.Covariates = append(high.Covariates, Covariate{Name: fmt.Sprint("power", power), Values: powersOf(scaled, power)})
	}
	// The same holds for Wampler1 and 2: the coefficients are those of powers of x − 10, by expansion.
	steps, centred := years(0, 20), make([]float64, 21)
	for i := range centred {
		centred[i] = float64(i-10) / 10
	}
	fifth := Model{Degree: 4, Covariates: []Covariate{{Name: "fifth", Values: powersOf(centred, 5)}}}
	for _, set := range []struct {
		name  string
		x, y  []float64
		model Model
		least float64 // log relative error
		want  map[Field]float64
	}{
		{"Longley", years(1947, 1962), []float64{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551},
			longley, 10, map[Field]float64{Intercept: -3482258.63459582, InterceptStderr: 890420.383607373, Slope: 1829.15146461355, Stderr: 455.478499142212,
				at(0): 15.0618722713733, at(0) + 1: 84.9149257747669, at(1): -0.358191792925910e-01, at(1) + 1: 0.334910077722432e-01,
				at(2): -2.02022980381683, at(2) + 1: 0.488399681651699, at(3): -1.03322686717359, at(3) + 1: 0.214274163161675,
				at(4): -0.511041056535807e-01, at(4) + 1: 0.226073200069370, R2: 0.995479004577296, RMSE: 304.854073561965 * math.Sqrt(9./16)}},
		{"Filip", filip, []float64{0.8116, 0.9072, 0.9052, 0.9039, 0.8053, 0.8377, 0.8667, 0.8809, 0.7975, 0.8162, 0.8515, 0.8766, 0.8885, 0.8859, 0.8959, 0.8913,
			0.8959, 0.8971, 0.9021, 0.909, 0.9139, 0.9199, 0.8692, 0.8872, 0.89, 0.891, 0.8977, 0.9035, 0.9078, 0.7675, 0.7705, 0.7713, 0.7736, 0.7775,
			0.7841, 0.7971, 0.8329, 0.8641, 0.8804, 0.7668, 0.7633, 0.7678, 0.7697, 0.77, 0.7749, 0.7796, 0.7897, 0.8131, 0.8498, 0.8741, 0.8061, 0.846,
			0.8751, 0.8856, 0.8919, 0.8934, 0.894, 0.8957, 0.9047, 0.9129, 0.9209, 0.9219, 0.7739, 0.7681, 0.7665, 0.7703, 0.7702, 0.7761, 0.7809, 0.7961,
			0.8253, 0.8602, 0.8809, 0.8301, 0.8664, 0.8834, 0.8898, 0.8964, 0.8963, 0.9074, 0.9119, 0.9228}, high, 7, map[Field]float64{at(5): tenth,
			R2: 0.996727416185620, RMSE: 0.334801051324544e-02 * math.Sqrt(71./82)}},
		{"Wampler1", steps, wampler(1), fifth, 10, map[Field]float64{at(0): 1e5, Quartic: 51, Cubic: 1041, Quadratic: 10631, Slope: 54321, Intercept: 111111}},
		{"Wampler2", steps, wampler(0.1), fifth, 10, map[Field]float64{at(0): 1, Quartic: 6e-4, Cubic: 0.015, Quadratic: 0.2, Slope: 1.5, Intercept: 6}},
	} {
		for _, k := range kernels(t) {
			o := Options{Model: set.model}
			if set.name[0] == 'W' {
				o.InterceptAt = 10
			}
			o.Fields = o.Model.AllFields()
			out := fitSeries[float64](t, k, set.x, [][]float64{set.y}, o)
			for i, f := range o.Fields {
				want, ok := set.want[f]
				if !ok {
					continue
				}
				lre := 15.0
				if got := out[i][0]; got != want {
					lre = min(15, -math.Log10(math.Abs(got-want)/math.Abs(want)))
				}
				if !(lre >= set.least) {
					t.Errorf("%s, %v: %s is %.15g, certified %.15g: %.1f digits, want %v", set.name, k.ISA(), o.Model.FieldName(f), out[i][0], want, lre, set.least)
				}
			}
		}
	}
}

// Plain powers of numbers far from 0, such as those of Filip, are refused. R's lm leaves one of them out
// unless its tolerance is set.
func TestPlainPowers(t *testing.T) {
	x := make([]float64, 82)
	for i := range x {
		x[i] = -8.7814 + 5.6494*float64(i)/81
	}
	m := Model{Degree: 4}
	for power := 5; power <= 10; power++ {
		m.Covariates = append(m.Covariates, Covariate{Name: fmt.Sprint("power", power), Values: powersOf(x, power)})
	}
	var e *DatesError
	if _, err := NewPlan(kernel.Best(), x, Options{Model: m}); !errors.As(err, &e) || e.Coefficients != 11 {
		t.Errorf("a plan of plain powers: %v", err)
	}
}

// powersOf returns the powers of numbers.
func powersOf(x []float64, power int) []float64 {
	p := make([]float64, len(x))
	for i := range p {
		p[i] = 1
		for range power {
			p[i] *= x[i]
		}
	}
	return p
}

// wampler returns Σ (factor·x)^k for k from 0 to 5 at x = 0, 1, … 20.
func wampler(factor float64) []float64 {
	y := make([]float64, 21)
	for x := range y {
		for k := 5; k >= 0; k-- {
			y[x] = y[x]*factor*float64(x) + 1
		}
	}
	return y
}
