package cover

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// picture draws a cover: a digit for the number of zones that a pixel lies in, or a dot.
func picture(c *Cover, width, height int) string {
	cells := make([]int, width*height)
	c.Each(0, 0, width, height, func(r Run) bool {
		for x := r.First; x < r.End; x++ {
			cells[int(r.Row)*width+int(x)]++
		}
		return true
	})
	var b strings.Builder
	for i, n := range cells {
		if i > 0 && i%width == 0 {
			b.WriteByte('\n')
		}
		if n == 0 {
			b.WriteByte('.')
		} else {
			fmt.Fprint(&b, n)
		}
	}
	return b.String()
}

func of(t *testing.T, width, height int, touched bool, zones ...[][]float64) *Cover {
	t.Helper()
	b := &Builder{Width: width, Height: height, Touched: touched, Most: 1 << 20}
	for zone, rings := range zones {
		if err := b.Add(zone, rings); err != nil {
			t.Fatal(err)
		}
	}
	return b.Cover()
}

func box(x0, y0, x1, y1 float64) []float64 { return []float64{x0, y0, x1, y0, x1, y1, x0, y1, x0, y0} }

func TestPixelsOfPolygons(t *testing.T) {
	for _, tt := range []struct {
		name    string
		touched bool
		zones   [][][]float64
		want    string
	}{
		{"pixels of a box", false, [][][]float64{{box(1, 1, 4, 3)}}, "......\n.111..\n.111..\n......"},
		{"pixels of a box, touched", true, [][][]float64{{box(1, 1, 4, 3)}}, "......\n.111..\n.111..\n......"},
		{"centres on the left and upper side", false, [][][]float64{{box(1.5, 0.5, 3.5, 2.5)}}, ".11...\n.11...\n......\n......"},
		{"a little more is touched", true, [][][]float64{{box(1.9, 0.9, 3.1, 2)}}, ".111..\n.111..\n......\n......"},
		{"none of the centres", false, [][][]float64{{box(1.6, 0.6, 2.4, 2.4)}}, "......\n......\n......\n......"},
		{"a hole", false, [][][]float64{{box(0, 0, 6, 4), box(2, 1, 4, 3)}}, "111111\n11..11\n11..11\n111111"},
		{"a hole, touched", true, [][][]float64{{box(0, 0, 6, 4), box(1.9, 0.9, 4.1, 3.1)}}, "111111\n11..11\n11..11\n111111"},
		{"a triangle", false, [][][]float64{{{0, 0, 6, 4, 0, 4}}}, "1.....\n11....\n1111..\n11111."},
		{"beyond the grid", false, [][][]float64{{box(-1e9, -1e300, 2, 1e300)}}, "11....\n11....\n11....\n11...."},
		{"beyond the grid, touched", true, [][][]float64{{box(-1e9, -1e300, 1.1, 1e300)}}, "11....\n11....\n11....\n11...."},
		{"outside", true, [][][]float64{{box(7, 1, 9, 3)}, {box(1, -5, 3, -1)}, {box(1, 9, 3, 11)}}, "......\n......\n......\n......"},
		{"a thin polygon, touched", true, [][][]float64{{{0.2, 0.2, 5.6, 3.8, 0.2, 0.2}}}, "11....\n.11...\n..111.\n....11"},
		{"zones that overlap", false, [][][]float64{{box(0, 0, 4, 2)}, {box(2, 1, 6, 4)}}, "1111..\n112211\n..1111\n..1111"},
	} {
		if got := picture(of(t, 6, 4, tt.touched, tt.zones...), 6, 4); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// Polygons of one zone that overlap are joined: their common pixels are not outside.
func TestPolygonsOfAZoneAreJoined(t *testing.T) {
	b := &Builder{Width: 6, Height: 2, Most: 100}
	for _, rings := range [][][]float64{{box(0, 0, 4, 2)}, {box(2, 0, 6, 1)}, {box(2, 0, 3, 2)}} {
		if err := b.Add(0, rings); err != nil {
			t.Fatal(err)
		}
	}
	c := b.Cover()
	if got := picture(c, 6, 2); got != "111111\n1111.." || c.Pixels != 10 {
		t.Errorf("%d pixels:\n%s", c.Pixels, got)
	}
}

// Polygons that share sides share no pixel and leave none out, whichever way round they are.
func TestPixelsOfAPartition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, size = 12, 60
	var nodes [n + 1][n + 1][2]float64
	for i := range nodes {
		for j := range nodes[i] {
			x, y := float64(i)*size/n, float64(j)*size/n
			if i > 0 && i < n && j > 0 && j < n {
				x, y = x+rng.Float64()*3-1.5, y+rng.Float64()*3-1.5
				if rng.IntN(3) == 0 { // on centres
					x, y = math.Floor(x)+0.5, math.Floor(y)+0.5
				}
			}
			nodes[i][j] = [2]float64{x, y}
		}
	}
	var zones [][][]float64
	for i := range n {
		for j := range n {
			var ring []float64
			corners := [][2]float64{nodes[i][j], nodes[i+1][j], nodes[i+1][j+1], nodes[i][j+1]}
			if rng.IntN(2) == 0 {
				slices.Reverse(corners)
			}
			for _, c := range corners {
				ring = append(ring, c[0], c[1])
			}
			zones = append(zones, [][]float64{ring})
		}
	}
	c := of(t, size, size, false, zones...)
	if got := picture(c, size, size); strings.Trim(got, "1\n") != "" || c.Pixels != size*size {
		t.Errorf("%d pixels of %d:\n%s", c.Pixels, size*size, got)
	}
}

// Random polygons have the pixels whose centres a plain test of each point finds inside, and every pixel that a fine grid of points in it finds inside is touched.
func TestPixelsAgainstPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	inside := func(ring []float64, x, y float64) (in bool) {
		for i := 0; i < len(ring); i += 2 {
			j := (i + 2) % len(ring)
			x0, y0, x1, y1 := ring[i], ring[i+1], ring[j], ring[j+1]
			if (y0 <= y) != (y1 <= y) && x < x0+(y-y0)/(y1-y0)*(x1-x0) {
				in = !in
			}
		}
		return in
	}
	const width, height = 23, 17
	for range 200 {
		var ring []float64
		for range 3 + rng.IntN(9) {
			ring = append(ring, rng.Float64()*40-8, rng.Float64()*30-6)
		}
		centres, touched := make([]bool, width*height), make([]bool, width*height)
		mark := func(of []bool, c *Cover) {
			c.Each(0, 0, width, height, func(r Run) bool {
				for x := r.First; x < r.End; x++ {
					of[int(r.Row)*width+int(x)] = true
				}
				return true
			})
		}
		mark(centres, of(t, width, height, false, [][]float64{ring}))
		mark(touched, of(t, width, height, true, [][]float64{ring}))
		for i := range centres {
			x, y := float64(i%width), float64(i/width)
			if want := inside(ring, x+0.5, y+0.5); centres[i] != want {
				t.Fatalf("pixel %v,%v of %v is inside: %v, want %v", x, y, ring, centres[i], want)
			}
			any := false
			for k := range 400 {
				any = any || inside(ring, x+(float64(k%20)+0.5)/20, y+(float64(k/20)+0.5)/20)
			}
			if any && !touched[i] || centres[i] && !touched[i] {
				t.Fatalf("pixel %v,%v of %v is not touched", x, y, ring)
			}
			// Where it is touched, a side or the inside reaches it.
			if touched[i] && !any {
				reached := false
				for j := 0; j < len(ring); j += 2 {
					k := (j + 2) % len(ring)
					for step := range 4001 {
						part := float64(step) / 4000
						px, py := ring[j]+part*(ring[k]-ring[j]), ring[j+1]+part*(ring[k+1]-ring[j+1])
						reached = reached || px > x-0.02 && px < x+1.02 && py > y-0.02 && py < y+1.02
					}
				}
				if !reached {
					t.Fatalf("pixel %v,%v of %v is touched by nothing", x, y, ring)
				}
			}
		}
	}
}

// A window has the runs of the whole, cut at its sides.
func TestWindowsOfACover(t *testing.T) {
	c := of(t, 40, 30, false, [][]float64{{1, 2, 38, 5, 20, 29, 3, 20}}, [][]float64{box(5, 5, 30, 12)}, [][]float64{box(9, 1, 12, 28), box(10, 3, 11, 20)})
	whole := map[[3]int32]bool{}
	c.Each(0, 0, 40, 30, func(r Run) bool {
		for x := r.First; x < r.End; x++ {
			whole[[3]int32{x, r.Row, r.Zone}] = true
		}
		return true
	})
	if int64(len(whole)) != c.Pixels {
		t.Errorf("%d pixels, and %d are counted", len(whole), c.Pixels)
	}
	for _, size := range []int{1, 7, 16} {
		seen := map[[3]int32]bool{}
		for y := 0; y < 30; y += size {
			for x := 0; x < 40; x += size {
				part := c.Within(x, y, size, size)
				part.Each(0, 0, 40, 30, func(r Run) bool {
					for col := r.First; col < r.End; col++ {
						if int(col) < x || int(col) >= x+size || int(r.Row) < y || int(r.Row) >= y+size {
							t.Fatalf("pixel %d,%d is not in the window at %d,%d", col, r.Row, x, y)
						}
						seen[[3]int32{col, r.Row, r.Zone}] = true
					}
					return true
				})
			}
		}
		if len(seen) != len(whole) {
			t.Errorf("windows of %d pixels have %d pixels of %d", size, len(seen), len(whole))
		}
	}
	if c.Each(0, 0, 40, 30, func(Run) bool { return false }) {
		t.Error("Each did not end")
	}
}

func TestTooManyRuns(t *testing.T) {
	comb := []float64{0, 0}
	for i := range 1000 {
		comb = append(comb, float64(i)+0.4, 0, float64(i)+0.4, 900, float64(i)+0.6, 900, float64(i)+0.6, 0)
	}
	for _, touched := range []bool{false, true} {
		b := &Builder{Width: 2000, Height: 1000, Touched: touched, Most: 10000}
		if err := b.Add(0, [][]float64{comb}); !errors.Is(err, ErrTooMany) {
			t.Errorf("touched %v: %v", touched, err)
		}
	}
	// The same polygon again and again is one.
	b := &Builder{Width: 100, Height: 100, Most: 1000}
	for range 100 {
		if err := b.Add(0, [][]float64{box(1, 1, 90, 90)}); err != nil {
			t.Fatal(err)
		}
	}
	if c := b.Cover(); c.Pixels != 89*89 {
		t.Errorf("%d pixels", c.Pixels)
	}
}
