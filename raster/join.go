package raster

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// pieceForm matches the end of the name of a piece of an export of Earth Engine, which names the row
// and the column of the raster at which the piece begins with ten digits each
// (https://developers.google.com/earth-engine/guides/exporting_images, "Large file exports"). A
// number of ten digits that does not begin with 0 may be a date with an hour.
var pieceForm = regexp.MustCompile(`-(0\d{9})-(0\d{9})(\.[A-Za-z]+)?$`)

// pieceOf returns the name of the raster that a file is a piece of, and the row and column at which it
// begins there; the name is "" if the file is no piece.
func pieceOf(name string) (whole string, row, column int) {
	m := pieceForm.FindStringSubmatchIndex(name)
	if m == nil {
		return "", 0, 0
	}
	row, _ = strconv.Atoi(name[m[2]:m[3]])
	column, _ = strconv.Atoi(name[m[4]:m[5]])
	whole = name[:m[0]]
	if m[6] >= 0 {
		whole += name[m[6]:m[7]]
	}
	return whole, row, column
}

// withoutPiece returns the name of a file without the end that makes it one of several pieces.
func withoutPiece(name string) string {
	whole, _, _ := pieceOf(name)
	return cmp.Or(whole, name)
}

// resolveWhole is resolve for inputs of which some are pieces of one raster, by the names in files. A
// raster has one date, and one place in a list.
func (o OpenOptions) resolveWhole(inputs []timeaxis.Input, files []string) ([]timeaxis.Reading, error) {
	var whole []timeaxis.Input
	of, first := make([]int, len(inputs)), map[string]int{}
	for i, in := range inputs {
		raster, _, _ := pieceOf(files[i])
		at, known := first[raster]
		if raster == "" || in.Path == "" || !known {
			at = len(whole)
			whole = append(whole, in)
			first[raster] = at
		}
		of[i] = at
	}
	if len(whole) == len(inputs) {
		return o.resolve(inputs)
	}
	readings, err := o.resolve(whole)
	if len(readings) != len(whole) {
		return readings, err
	}
	return permuted(readings, of), err
}

// joint is what pieces of one raster have in common.
type joint struct {
	raster string
	band   int
}

// jointOf returns the raster that a plane is a piece of: an export in pieces or, of STAC items, all
// scenes of one day; "" if it is none.
func (s *Stack) jointOf(i int) joint {
	p := &s.planes[i]
	name := s.sources[p.file]
	whole, _, _ := pieceOf(name)
	if c := s.scenes[name]; c != nil && whole == "" {
		whole = c.date
	}
	return joint{whole, p.band}
}

// countRasters returns how many rasters there are in files, of which some may be pieces of one.
func countRasters(files []string) (n int) {
	seen := map[string]bool{}
	for _, name := range files {
		whole, _, _ := pieceOf(name)
		if whole == "" || !seen[whole] {
			seen[whole] = true
			n++
		}
	}
	return n
}

// countPlanes is countRasters for the planes of a stack.
func (s *Stack) countPlanes() int {
	files := make([]string, len(s.planes))
	for i := range s.planes {
		files[i] = s.sources[s.planes[i].file]
	}
	return countRasters(files)
}

// hasPieces reports whether files are pieces of one raster by their names.
func (s *Stack) hasPieces() bool {
	return slices.ContainsFunc(s.sources, func(name string) bool { whole, _, _ := pieceOf(name); return whole != "" })
}

// joinPieces makes one plane of planes that are pieces of one raster. It returns the rasters, each by
// the name of its first file, and their grids.
func (s *Stack) joinPieces(geos []geo.Grid) (all rasters, err error) {
	groups, order := map[joint][]int{}, []joint(nil)
	for i := range s.planes {
		j := s.jointOf(i)
		if whole, _, _ := pieceOf(s.sources[s.planes[i].file]); whole == "" {
			j = joint{raster: fmt.Sprint(i)}
		}
		if groups[j] == nil {
			order = append(order, j)
		}
		groups[j] = append(groups[j], i)
	}
	var kept []int
	seen := map[int]bool{} // files
	for _, j := range order {
		members := groups[j]
		slices.SortFunc(members, func(a, b int) int {
			return strings.Compare(s.sources[s.planes[a].file], s.sources[s.planes[b].file])
		})
		first := &s.planes[members[0]]
		kept = append(kept, members[0])
		if !seen[first.file] {
			seen[first.file] = true
			g := geos[first.file]
			if pieceForm.MatchString(s.sources[first.file]) {
				if g, err = s.wholeOf(members, geos); err != nil {
					return rasters{}, err
				}
			}
			all.names, all.geos = append(all.names, s.files[first.file]), append(all.geos, g)
		}
		for _, i := range members[1:] {
			q := s.planes[i]
			first.pieces = append(first.pieces, &q)
		}
	}
	slices.Sort(kept)
	s.planes, s.readings = permuted(s.planes, kept), permuted(s.readings, kept)
	return all, nil
}

// wholeOf returns the grid of the raster that planes are the pieces of. It warns of parts that are
// missing.
func (s *Stack) wholeOf(members []int, geos []geo.Grid) (geo.Grid, error) {
	firstFile := s.planes[members[0]].file
	g := geos[firstFile]
	l := geo.Lattice{Of: g}
	_, row0, column0 := pieceOf(s.sources[firstFile])
	x0, y0, x1, y1, covered := 0, 0, g.Width, g.Height, int64(0)
	for _, i := range members {
		file := s.planes[i].file
		piece := geos[file]
		c := l.Origin(piece)
		_, row, column := pieceOf(s.sources[file])
		if !c.Whole {
			return geo.Grid{}, fault.Inputf("%s is by its name a piece of the raster of which %s is another, but its pixels are no pixels of the same grid: export it anew, or name the files apart", s.files[file], s.files[firstFile])
		}
		if c.X != column-column0 || c.Y != row-row0 {
			return geo.Grid{}, fault.Inputf("%s begins by its name at row %d, column %d, and lies %d rows and %d columns from %s, which begins at row %d, column %d: are they pieces of one raster? Join them with gdalbuildvrt and gdal_translate",
				s.files[file], row, column, c.Y, c.X, s.files[firstFile], row0, column0)
		}
		x0, y0, x1, y1 = min(x0, c.X), min(y0, c.Y), max(x1, c.X+piece.Width), max(y1, c.Y+piece.Height)
		covered += int64(piece.Width) * int64(piece.Height)
	}
	// The names count from the upper left of the raster.
	x0, y0 = min(x0, -column0), min(y0, -row0)
	if err := checkSize(float64(x1-x0), float64(y1-y0)); err != nil {
		return geo.Grid{}, err
	}
	if all := int64(x1-x0) * int64(y1-y0); covered < all {
		s.warnings = append(s.warnings, fmt.Sprintf("the %d pieces of %s, such as %s, cover %d of its %d pixels: the others are taken as gaps; is a piece missing?",
			len(members), path.Base(gdal.DisplayName(withoutPiece(s.sources[firstFile]))), s.files[firstFile], covered, all))
	}
	return g.Window(pixtrend.Window{X: x0, Y: y0, Width: x1 - x0, Height: y1 - y0}), nil
}

// joinScenes makes one plane of scenes of STAC items of one day that lie on the grid of the stack and
// nowhere overlap. It changes no result: a pixel has one observation of them at most.
func (s *Stack) joinScenes() {
	groups := map[joint][]int{}
	taken := map[int]bool{}
	for i := range s.planes {
		p := &s.planes[i]
		j := s.jointOf(i)
		if s.scenes[s.sources[p.file]] == nil || p.at == (pixtrend.Window{}) || p.warp != nil || len(p.pieces) > 0 {
			continue
		}
		at := slices.IndexFunc(groups[j], func(k int) bool { return !s.planes[k].overlaps(p) })
		if at < 0 {
			groups[j] = append(groups[j], i)
			continue
		}
		first := &s.planes[groups[j][at]]
		q := *p
		first.pieces = append(first.pieces, &q)
		taken[i] = true
	}
	var kept []int
	for i := range s.planes {
		if !taken[i] {
			kept = append(kept, i)
		}
	}
	s.planes, s.readings = permuted(s.planes, kept), permuted(s.readings, kept)
}

// overlaps reports whether a piece of p and q have pixels in common.
func (p *plane) overlaps(q *plane) bool {
	return slices.ContainsFunc(p.withPieces(), func(piece *plane) bool { return piece.area(q.at).Pixels() > 0 })
}
