package stats

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/pixtrend/pixtrend/internal/regress"
)

// tailOf returns p as kernels compute it from |r|, √(1−r²) and a row of the table.
func tailOf(by *regress.ByCount, df int, w, y float64) float64 {
	n := df + 2
	q := 1 / math.FMA(by.At(regress.ByC, n), w, 1)
	z := math.FMA(by.At(regress.ByA, n), q, by.At(regress.ByB, n))
	zz := z * z
	even, odd := 0.0, 0.0
	for j := range regress.Degree + 1 {
		if c := by.At(regress.ByP+j, n); j%2 == 0 {
			even = math.FMA(even, zz, c)
		} else {
			odd = math.FMA(odd, zz, c)
		}
	}
	p := math.FMA(odd, z, even)
	power := 1.0
	for ; df > 0; df >>= 1 {
		if df&1 != 0 {
			power *= y
		}
		y *= y
	}
	p = float64(p*q) * power
	return min(p, 1)
}

// testdata/student.csv has p-values and quantiles of mpmath, written by student.py beside it.
func TestStudent(t *testing.T) {
	f, err := os.Open("testdata/student.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	by := regress.NewByCount(10000)
	setTails(by, 10000)
	worst, rowsOf := map[string]float64{}, map[string]int{}
	check := func(what string, df, at, got, want, tol float64) {
		t.Helper()
		e := math.Abs(got-want) / want
		worst[what] = max(worst[what], e)
		rowsOf[what]++
		if !(e <= tol) {
			t.Errorf("%s of %v degrees of freedom at %v is %v, want %v: off by %.2g", what, df, at, got, want, e)
		}
	}
	for _, row := range rows[1:] {
		var x [3]float64
		for i := range x {
			if x[i], err = strconv.ParseFloat(row[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		df, at, want := x[0], x[1], x[2]
		if row[0] == "q" {
			check("quantile", df, at, quantile(int(df), at), want, 1e-12)
			continue
		}
		accurate, _ := probability(int(df), at)
		check("accurate p", df, at, accurate, want, 2e-13+2e-16*df)
		w, y := at/math.Sqrt(df+at*at), math.Sqrt(df/(df+at*at))
		check("kernels' p", df, at, tailOf(by, int(df), w, y), want, 1e-10)
	}
	if rowsOf["quantile"] < 100 || rowsOf["kernels' p"] < 500 {
		t.Errorf("only %v rows", rowsOf)
	}
	t.Logf("largest relative errors: %v", worst)
}
