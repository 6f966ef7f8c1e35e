package main

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	// Blocks of 40 × 40 and 50 × 50 pixels were cleared in 2000 and 2009. Clouds hide that year
	// in one pixel of eleven. The slopes were computed by another program.
	want := `120000 pixels, 21 years, 1995–2015
2000: 1405 pixels fell by 0.45; their slope is +0.0073 a year
2001: 195 pixels fell by 0.40; their slope is +0.0041 a year
2009: 2285 pixels fell by 0.50; their slope is -0.0319 a year
2010: 215 pixels fell by 0.50; their slope is -0.0313 a year
`
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", &out, want)
	}
}

// Series with known results, in every layout and on several threads.
func TestDeepestFalls(t *testing.T) {
	const gap = -9999
	nan := float32(math.NaN())
	rows := []struct {
		name        string
		y           [5]int16 // 2001 to 2005
		depth, year float32
	}{
		{"rises", [5]int16{1, 2, 3, 4, 5}, 0, nan},
		{"falls", [5]int16{9, 7, 5, 3, 1}, 4, 2005},
		{"falls and comes back", [5]int16{5, 9, 1, 8, 9}, 4, 2003},
		{"falls twice as deep", [5]int16{9, 5, 9, 5, 9}, 2, 2002},
		{"falls below a gap", [5]int16{8, gap, 2, gap, 9}, 3, 2003},
		{"begins with a gap", [5]int16{gap, 4, 2, 4, gap}, 1, 2003},
		{"one observation", [5]int16{gap, gap, 7, gap, gap}, 0, nan},
		{"none", [5]int16{gap, gap, gap, gap, gap}, nan, nan},
		{"whole range", [5]int16{32767, -32768, 0, 0, 0}, 32767.5, 2002},
	}
	// BSQ is newest first, so that dates have to be sorted; BIP is oldest first.
	var bsq, bip []int16
	dates := pixtrend.Years(2001, 2005)
	reversed := pixtrend.Years(2001, 2005)
	for i := range dates {
		reversed[i] = dates[4-i]
		for _, r := range rows {
			bsq = append(bsq, r.y[4-i])
		}
	}
	for _, r := range rows {
		bip = append(bip, r.y[:]...)
	}
	for order, data := range map[layout.Order][]int16{layout.BSQ: bsq, layout.BIP: bip} {
		in := dates
		if order == layout.BSQ {
			in = reversed
		}
		s, err := pixtrend.NewStack(data, order, len(rows), 1, in)
		if err != nil {
			t.Fatal(err)
		}
		s.Scale, s.Valid = 0.5, kernel.Valid{HasNodata: true, Nodata: gap}
		for _, threads := range []int{0, 1, 2} {
			f, err := deepestFalls(t.Context(), s, threads)
			if err != nil {
				t.Fatal(err)
			}
			for p, r := range rows {
				if !same(f.depth[p], r.depth) || !same(f.year[p], r.year) {
					t.Errorf("%v, %s: %v in %v, want %v in %v", order, r.name, f.depth[p], f.year[p], r.depth, r.year)
				}
			}
		}
	}
}

func same(a, b float32) bool { return a == b || a != a && b != b }

func TestErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := forest(64, 64, 2001, 2003)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deepestFalls(ctx, s, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	floats, err := pixtrend.NewStack(make([]float32, 2), layout.BSQ, 1, 1, pixtrend.Years(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deepestFalls(t.Context(), floats, 1); err == nil {
		t.Error("a stack of floats passes for one of int16")
	}
}
