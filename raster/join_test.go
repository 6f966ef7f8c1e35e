package raster

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
)

// exported writes a stack as Earth Engine exports it: each raster in pieces whose names end in the row
// and column where they begin. It returns the folder.
func exported(t *testing.T, s planes, size int, change func(year, row, column int, m *made) bool) string {
	t.Helper()
	dir := t.TempDir()
	for i := range s.dates {
		one := planes{s.width, s.height, s.dates[i : i+1]}
		for row := 0; row < s.height; row += size {
			for column := 0; column < s.width; column += size {
				w := pixtrend.Window{X: column, Y: row, Width: min(size, s.width-column), Height: min(size, s.height-row)}
				m := made{width: w.Width, height: w.Height, bands: one.cut(w).dates, transform: at(float64(column), float64(row))}
				if change != nil && !change(2001+i, row, column, &m) {
					continue
				}
				if err := m.write(filepath.Join(dir, fmt.Sprintf("ndvi_%d-%010d-%010d.tif", 2001+i, row, column))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

func TestPieces(t *testing.T) {
	s := newPlanes(50, 40, 4, 0, 99)
	dir := exported(t, s, 16, nil)
	for _, spec := range []string{"auto", "name", "2001-2004"} {
		o := all()
		o.Dates = dates(t, spec)
		bands := fitted(t, []string{dir}, o)
		checkTwoPass(t, "pieces", bands, s)
		o.Fit.WindowWidth, o.Fit.WindowHeight = 9, 13
		sameBits(t, "pieces in other windows", fitted(t, []string{dir}, o), bands)
	}
	st, err := Open(t.Context(), []string{dir}, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	if len(st.Warnings()) > 0 || st.Given() != 4 {
		t.Errorf("%d rasters are given, with the warnings %q", st.Given(), st.Warnings())
	}
	if i := inspect(t, []string{dir}, Options{}); !i.Fit.Runs {
		t.Errorf("a fit would not run: %v", i.Fit)
	}
}

// A piece that is missing is a gap, with a warning.
func TestPieceMissing(t *testing.T) {
	s := newPlanes(32, 32, 4, 0, 99)
	dir := exported(t, s, 16, func(year, row, column int, _ *made) bool { return year != 2002 || row+column > 0 })
	want := s.with(func(i, p int, y float64) float64 {
		if i == 1 && p%32 < 16 && p/32 < 16 {
			return math.NaN()
		}
		return y
	})
	checkTwoPass(t, "a piece is missing", fitted(t, []string{dir}, all()), want)
	st, err := Open(t.Context(), []string{dir}, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	if w := strings.Join(st.Warnings(), "\n"); !strings.Contains(w, "3 pieces of ndvi_2002.tif") || !strings.Contains(w, "768 of its 1024 pixels") {
		t.Errorf("warnings are %q", w)
	}
}

// Pieces that differ where they overlap are refused, as are those that lie elsewhere than their names
// say.
func TestPiecesRefused(t *testing.T) {
	s := newPlanes(32, 16, 3, 0, 99)
	out := filepath.Join(t.TempDir(), "out.tif")
	wider := func(differs float64) string {
		return exported(t, s, 16, func(year, row, column int, m *made) bool {
			if year == 2002 && column == 0 {
				cut := planes{32, 16, s.dates[1:2]}.cut(pixtrend.Window{Width: 20, Height: 16})
				cut.dates[0][7*20+18] += differs
				m.width, m.bands = 20, cut.dates
			}
			return true
		})
	}
	checkTwoPass(t, "pieces that overlap", fitted(t, []string{wider(0)}, all()), s)
	fails(t, []string{wider(1)}, out, Options{}, ErrInput, "ndvi_2002-0000000000-0000000016.tif", "column 18, row 7", "gdalbuildvrt")
	moved := exported(t, s, 16, func(year, row, column int, m *made) bool {
		if column > 0 {
			m.transform = at(17, 0)
		}
		return true
	})
	fails(t, []string{moved}, out, Options{}, ErrInput, "ndvi_2001-0000000000-0000000016.tif", "begins by its name")
	askew := exported(t, s, 16, func(year, row, column int, m *made) bool {
		if column > 0 {
			m.transform = at(16.5, 0)
		}
		return true
	})
	fails(t, []string{askew}, out, Options{}, ErrInput, "no pixels of the same grid")
}

func TestPieceNames(t *testing.T) {
	for name, want := range map[string]string{
		"ndvi_2001-0000000000-0000013312.tif": "ndvi_2001.tif [0 13312]",
		"a/b-0000013312-0000000000.TIF":       "a/b.TIF [13312 0]",
		"rain-2001010112-2001010212.tif":      " [0 0]",
		"ndvi_2001-000-001.tif":               " [0 0]",
	} {
		whole, row, column := pieceOf(name)
		if got := fmt.Sprint(whole, " ", []int{row, column}); got != want {
			t.Errorf("%s is a piece of %q, want %q", name, got, want)
		}
	}
}
