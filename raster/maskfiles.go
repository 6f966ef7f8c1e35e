package raster

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// openMasks opens the files of masks and sets the mask of each plane to the one of its date.
func (s *Stack) openMasks(ctx context.Context, o OpenOptions) error {
	found := s.masks
	geos, err := found.openSelected(ctx, OpenOptions{Dates: o.Dates, MonthDay: o.MonthDay, Select: o.Select, Drivers: o.Drivers, Band: o.Mask.Band, ofMasks: true, ofItems: found.options.ofItems})
	if err != nil {
		return fmt.Errorf("the masks: %w", err)
	}
	if found.hasPieces() {
		if _, err := found.joinPieces(geos); err != nil {
			return fmt.Errorf("the masks: %w", err)
		}
	}
	masked := s.rasters()
	of := s.matchedByItem(masked, found)
	if of == nil {
		masked = planesOf(s)
		if of, err = s.matched(found); err != nil {
			return err
		}
	}
	found.planes = permuted(found.planes, of)
	geos = permuted(geos, found.keepFiles())
	if err := found.placeMasks(s, geos, o); err != nil {
		return err
	}
	s.warnings = append(s.warnings, found.warnings...)
	s.reads.merge(found.reads)
	base := len(s.files)
	for i := range found.planes {
		for _, p := range found.planes[i].withPieces() {
			if err := p.becomeMask(o.Mask); err != nil {
				return fault.Inputf("cannot use %s as a mask: %v", found.files[p.file], err)
			}
			p.file += base
		}
		masked[i].mask = &found.planes[i]
	}
	if s.scenes == nil {
		s.scenes = map[string]*scene{}
	}
	maps.Copy(s.scenes, found.scenes)
	s.sources, s.files, s.directFiles = append(s.sources, found.sources...), append(s.files, found.files...), append(s.directFiles, found.directFiles...)
	for i, v := range found.remote.versions {
		s.remote.versions[base+i] = v
	}
	return nil
}

// planesOf returns the planes of s.
func planesOf(s *Stack) []*plane {
	all := make([]*plane, len(s.planes))
	for i := range all {
		all[i] = &s.planes[i]
	}
	return all
}

// placeMasks sets where the masks, which have the grids geos by file, lie on the grid of the stack.
func (found *Stack) placeMasks(s *Stack, geos []geo.Grid, o OpenOptions) error {
	shifted := o.Extent != "" || o.ToGrid != "" || found.hasPieces()
	known := geo.Grids{}
	for i, g := range geos {
		if err := g.Placed(); err != nil {
			return fault.Inputf("cannot use %s as a mask: %v", found.files[i], err)
		}
		how := known.Difference(s.geo, g).From("the first input, " + s.files[0])
		if how != "" && !shifted {
			return fault.Inputf("the mask %s %s: a mask shares the grid of what it masks, bring it there, such as with gdalwarp -r near", found.files[i], how)
		}
	}
	if !shifted {
		return nil
	}
	o.ofMasks = true
	return found.placeOn(s.geo, geos, o)
}

// instant is the date of a raster, or the number in its place.
type instant struct {
	date timeaxis.Date
	x    float64
}

// matched returns, for each plane of s, the index of its mask among the planes of masks.
func (s *Stack) matched(masks *Stack) ([]int, error) {
	at := func(r timeaxis.Reading) instant { return instant{r.Date, r.X} }
	sharing := map[instant]int{} // planes
	for _, r := range s.readings {
		sharing[at(r)]++
	}
	candidates := map[instant][]int{}
	for j, r := range masks.readings {
		candidates[at(r)] = append(candidates[at(r)], j)
	}
	names, maskNames := s.Names(), masks.Names()
	when := func(i int) string {
		if r := s.readings[i]; r.Date != (timeaxis.Date{}) {
			return r.Date.String()
		}
		return fmt.Sprint(s.readings[i].X)
	}
	of := make([]int, len(s.planes))
	taken := map[int]int{} // by plane of masks
	for i := range s.planes {
		near := candidates[at(s.readings[i])]
		switch {
		case len(near) == 0:
			return nil, fault.Inputf("%s of %s has no mask: none of %s is of that date; add it to %v, or leave the raster out", names[i], when(i), described(masks.files), Option{Field: "Mask.From"})
		case sharing[at(s.readings[i])] == 1 && len(near) == 1:
			of[i] = near[0]
		default:
			best, second := mostAlike(names[i], maskNames, near)
			if second >= 0 {
				return nil, fault.Inputf("the mask of %s of %s may be %s or %s, whose names have as much in common with it: give masks names with the words of the rasters that they belong to",
					names[i], when(i), maskNames[best], maskNames[second])
			}
			of[i] = best
		}
		if other, twice := taken[of[i]]; twice {
			return nil, fault.Inputf("%s and %s of %s would have one mask, %s: each raster has a mask of its own, add it to %v",
				names[other], names[i], when(i), maskNames[of[i]], Option{Field: "Mask.From"})
		}
		taken[of[i]] = i
	}
	return of, nil
}

// mostAlike returns the mask whose name has the most words in common with name, and another that
// has as many, or -1.
func mostAlike(name string, masks []string, among []int) (best, second int) {
	best, second = among[0], -1
	most := wordsInCommon(name, masks[best])
	for _, j := range among[1:] {
		switch n := wordsInCommon(name, masks[j]); {
		case n > most:
			best, second, most = j, -1, n
		case n == most:
			second = j
		}
	}
	return best, second
}

// wordsInCommon returns how many words two names have in common.
func wordsInCommon(a, b string) int {
	left := map[string]int{}
	for _, w := range wordsOf(a) {
		left[w]++
	}
	n := 0
	for _, w := range wordsOf(b) {
		if left[w] > 0 {
			left[w]--
			n++
		}
	}
	return n
}

// wordsOf returns the words of a file's name and of its folder, in lower case, without the
// extension. The folder counts because some scenes have their product id there.
func wordsOf(name string) []string {
	name = filepath.ToSlash(name)
	name = path.Join(path.Base(path.Dir(name)), strings.TrimSuffix(path.Base(name), path.Ext(name)))
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// without removes the files of masks from s. A folder or a pattern may contain both rasters and
// their masks.
func (s *Stack) without(masks *Stack) error {
	isMask := map[string]bool{}
	for _, name := range masks.sources {
		isMask[sameName(name)] = true
	}
	var kept []int
	for i, name := range s.sources {
		if !isMask[sameName(name)] {
			kept = append(kept, i)
		}
	}
	if len(kept) == 0 {
		return fault.Inputf("every input is also a mask: if the masks are bands of the inputs, leave %v or %v out", Option{Field: "Mask.From"}, Option{Field: "Mask.Asset"})
	}
	s.sources, s.files, s.listed, s.given = permuted(s.sources, kept), permuted(s.files, kept), permuted(s.listed, kept), len(kept)
	return nil
}
