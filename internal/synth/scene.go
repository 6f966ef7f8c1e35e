package synth

import (
	"fmt"
	"math"
)

// A Scene is a synthetic stack: one raster of Width × Height pixels for each of Years, or for each
// of Days. It holds no samples; [Scene.Rows] computes them. Several goroutines may use it as long as none of them
// changes its fields.
type Scene struct {
	Width, Height int   // pixels of 30 m
	Years         []int // calendar years, in any order; the city changes from 1950 to 2035
	// Days are the days of the year of scenes, from 1 to 366: scene i is of Days[i] of Years[i]. nil:
	// each raster is the yearly maximum, which a scene of July comes near.
	Days []int
	Seed uint64 // another seed is another landscape around another city
	// Gaps is the approximate share of samples, from 0 to 1, that clouds and stripes hide over
	// a large scene and several years. Some years have more gaps than others. If Gaps is above
	// 0, the river's shipping channel is missing in every year too (0.4 % of the demo's
	// pixels). If it is 0, nothing is missing.
	Gaps float64
	// Clearings plants squares of trees all over the scene, of which some are felled, see Clearing.
	Clearings bool
}

// City returns the scene of the demo, at the given size and for the years first…last, with seed 1
// and 4 % of gaps, which the caller may change. It panics if there is no pixel or no year.
func City(width, height int, first, last int) Scene {
	if width < 1 || height < 1 || last < first {
		panic(fmt.Sprintf("synth: a city of %d×%d pixels, years %d to %d, is empty", width, height, first, last))
	}
	years := make([]int, 0, last-first+1)
	for y := first; y <= last; y++ {
		years = append(years, y)
	}
	return Scene{Width: width, Height: height, Years: years, Seed: 1, Gaps: 0.04}
}

// Scenes returns the city at the given size on every so many days, from the first of January of the
// year first to the end of the year last. It panics as City does, and if every is less than 1.
func Scenes(width, height, first, last, every int) Scene {
	s := City(width, height, first, last)
	if every < 1 {
		panic(fmt.Sprintf("synth: scenes of every %d days", every))
	}
	years := s.Years
	s.Years = nil
	day := 1
	for _, year := range years {
		length := 365
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			length++
		}
		for ; day <= length; day += every {
			s.Years, s.Days = append(s.Years, year), append(s.Days, day)
		}
		day -= length
	}
	return s
}

// Rows writes the NDVI of raster i in the rows y0 ≤ y < y1 to dst, row after row from the north,
// Width samples each. Samples are multiples of 1/10000 (rounded to float32) from -0.2 to 0.95;
// gaps are NaN. It panics, before anything is written, if len(dst) is not (y1-y0)*Width, if the
// rows are not within the scene, if there is no Years[i], or if Gaps is not within 0 and 1.
func (s *Scene) Rows(dst []float32, i, y0, y1 int) {
	if y0 < 0 || y1 < y0 || y1 > s.Height {
		panic(fmt.Sprintf("synth: rows %d to %d of a scene of %d rows", y0, y1, s.Height))
	}
	if len(dst) != (y1-y0)*s.Width {
		panic(fmt.Sprintf("synth: %d samples for %d rows of %d", len(dst), y1-y0, s.Width))
	}
	if !(s.Gaps >= 0 && s.Gaps <= 1) {
		panic(fmt.Sprintf("synth: a share of %v gaps is not within 0 and 1", s.Gaps))
	}
	year := s.Years[i]
	land := newLand(s.Seed, year, s.Width)
	sky := newSky(s.Seed, year, s.Width, s.Gaps)
	if s.Days != nil {
		sky.onDay(s.Days[i])
	}
	nan := math.Float32frombits(0x7fc00000) // the same bits everywhere

	// Land and sky have their origin in the middle of the scene, the city's centre.
	left, top := -(s.Width / 2), -(s.Height / 2)
	var of stand // of the pixel, and what Clearing says of it
	cleared, trees := 0, false
	if s.Clearings {
		of = s.stand(left, top+y0)
		cleared, trees = of.cleared(s)
	}
	for y := y0; y < y1; y++ {
		land.enter(left, top+y)
		sky.enter(left, top+y)
		row := dst[(y-y0)*s.Width:][:s.Width]
		for x := range row {
			c := land.cover(x)
			if s.Clearings {
				if h := s.stand(left+x, top+y); h != of {
					of = h
					cleared, trees = h.cleared(s)
				}
				if trees {
					c = of.cover(cleared, year)
				}
			}
			if sky.hides(x) || c.deep && s.Gaps > 0 {
				row[x] = nan
				continue
			}
			row[x] = float32(sky.seen(x, c)) / 10000
		}
	}
}
