package synth

import "math"

// A cover describes what a pixel shows in a year.
type cover struct {
	ndvi   int  // under a clear sky in a common year, 1/10000
	plants int  // effect of weather and haze on it, in sixteenths
	noise  int  // approximate standard deviation of a sample, 1/10000
	deep   bool // water that a land product masks in every year
}

// The plan of the city. Lengths are pixels of 30 m; x grows to the east, y to the south.
const (
	mile       = 54      // arterial roads and sections of farmland are a mile apart
	quarter    = 27      // a quarter section
	townShift  = 9       // beyond the city, one town in each square of 512 pixels
	faceX      = 530     // the unit vector from the city to the river, in 1/1024:
	faceY      = 876     // south-south-east
	shore      = 45      // downtown lies this far from the middle of the river
	edge1995   = 190     // the built-up radius in 1995
	growth     = 4       // pixels per year by which it grows
	edgeLast   = 335     // nothing is built beyond
	far        = 40      // distance from an avenue up to which it attracts buildings
	creekApart = 230     // from creek to creek
	nowhere    = 1 << 20 // farther than anything
)

// avenues leave downtown in these directions, in 1/1024.
var avenues = [...][2]int{
	{-430, -930}, {-30, -1024}, {640, -800}, {-830, -600}, {-1010, -160}, // inland
	{876, -530}, {-876, 530}, // along the river, which cuts them
	{300, 980}, {980, 300}, // beyond it
}

// The landscape's noise sets how far the river and the creeks stray and how the river's width
// varies, in pixels; how far wet ground keeps buildings away, in 1/16 pixel; and where woods grow,
// in units of one.
var (
	bendOctaves  = []octave{{10, 170}, {8, 45}, {6, 9}}
	widthOctaves = []octave{{7, 11}}
	creekOctaves = []octave{{7, 60}, {5, 16}}
	wetOctaves   = []octave{{8, 50 * 16}, {6, 30 * 16}, {4, 8 * 16}}
	woodOctaves  = []octave{{6, one / 2}, {4, one / 4}, {2, one / 8}}
)

// keyOf gives each use of the hash its own key.
func keyOf(seed uint64, use string) uint64 {
	k := mix(seed + 0x9e3779b97f4a7c15)
	for _, b := range []byte(use) {
		k = mix(k + uint64(b))
	}
	return k
}

// A land is the landscape in one year, read row by row. The arrays hold one value per pixel.
type land struct {
	year                        int
	bendKey, widthKey, creekKey uint64
	woodKey, wetKey, townKey    uint64
	blockKey, phaseKey, lotKey  uint64
	fieldKey, cropKey           uint64
	bend0, width0               int // the river's noise at the origin, which is pinned

	left, y                       int // of the current row
	bend, width, creek, wood, wet []int32
	road                          []int32 // distance to the next avenue, at most far
	town                          []int32 // distance to the middle of the next town, as in the city
}

// newLand returns the landscape of a year for rows of the given width.
func newLand(seed uint64, year, width int) *land {
	l := &land{
		year:    year,
		bendKey: keyOf(seed, "bend"), widthKey: keyOf(seed, "width"), creekKey: keyOf(seed, "creek"),
		woodKey: keyOf(seed, "wood"), wetKey: keyOf(seed, "wet"), townKey: keyOf(seed, "town"),
		blockKey: keyOf(seed, "block"), phaseKey: keyOf(seed, "phase"), lotKey: keyOf(seed, "lot"),
		fieldKey: keyOf(seed, "field"), cropKey: keyOf(seed, "crop"),
	}
	l.bend0 = noiseAt(l.bendKey, 0, 0, bendOctaves...)
	l.width0 = noiseAt(l.widthKey, 0, 0, widthOctaves...)
	for _, f := range []*[]int32{&l.bend, &l.width, &l.creek, &l.wood, &l.wet, &l.road, &l.town} {
		*f = make([]int32, width)
	}
	return l
}

// enter makes y the current row; its first pixel is at x = left.
func (l *land) enter(left, y int) {
	l.left, l.y = left, y
	noiseRow(l.bend, l.bendKey, left, y, bendOctaves...)
	noiseRow(l.width, l.widthKey, left, y, widthOctaves...)
	noiseRow(l.creek, l.creekKey, left, y, creekOctaves...)
	noiseRow(l.wood, l.woodKey, left, y, woodOctaves...)
	noiseRow(l.wet, l.wetKey, left, y, wetOctaves...)
	l.enterRoads()
	l.enterTowns()
}

// enterRoads fills road. An avenue is near only within a short run of the row.
func (l *land) enterRoads() {
	for x := range l.road {
		l.road[x] = far
	}
	for _, a := range avenues {
		dx, dy := a[0], a[1]
		// The distance is |dx·y − dy·x|/1024, so it is below far for x between these two.
		x0, x1 := (dx*l.y-far*1024)/dy, (dx*l.y+far*1024)/dy
		if x1 < x0 {
			x0, x1 = x1, x0
		}
		for x := max(x0-l.left, 0); x <= x1-l.left && x < len(l.road); x++ {
			if dx*(l.left+x)+dy*l.y < 0 {
				continue // the other side of downtown
			}
			d := dx*l.y - dy*(l.left+x)
			l.road[x] = min(l.road[x], int32(max(d, -d)>>10))
		}
	}
}

// enterTowns fills town. Distances are stretched so that each town is a small copy of the city.
func (l *land) enterTowns() {
	const size = 1 << townShift
	row := (l.y + size/2) >> townShift
	for x := 0; x < len(l.town); {
		col := (l.left + x + size/2) >> townShift
		end := min(col*size+size/2-l.left, len(l.town))
		h := hash(l.townKey, col, row)
		radius := between(h, 0, 16, 110)
		cx := col*size + between(h, 16, -size/2+radius, size/2-radius)
		cy := row*size + between(h, 32, -size/2+radius, size/2-radius)
		for ; x < end; x++ {
			if col == 0 && row == 0 {
				l.town[x] = nowhere // the place of the city itself
				continue
			}
			l.town[x] = int32(distance(l.left+x-cx, l.y-cy) * edgeLast / radius)
		}
	}
}

// distance is the length of (x, y), rounded down.
func distance(x, y int) int {
	// The sum is below 2⁵³, so it is exact, and its root is rounded correctly on every machine.
	return int(math.Sqrt(float64(int64(x)*int64(x) + int64(y)*int64(y))))
}

// A place is a pixel and what the plan says about it.
type place struct {
	u, v   uint32 // position in the street grid of the neighbourhood
	radius int    // scaled distance from downtown: sets the neighbourhood
	road   int    // from the next avenue
	wood   int    // noise that places woods, in units of one
	lot    uint64 // random bits of the pixel, the same in all years
}

// cover returns the cover of pixel x of the row.
func (l *land) cover(x int) cover {
	east, south := l.left+x, l.y
	p := place{road: int(l.road[x]), wood: int(l.wood[x]), lot: hash(l.lotKey, east, south)}

	// The river: how far beyond its middle, and how far within its shores.
	beyond := (faceX*east+faceY*south)>>10 - shore + int(l.bend[x]) - l.bend0
	half := max(16+int(l.width[x])-l.width0, 8)
	offshore := half - max(beyond, -beyond)
	island := half > 22 && offshore > 18
	if offshore > 0 && !island {
		c := water(p, offshore)
		c.deep = beyond > -3 && beyond < 3 // the shipping channel
		return c
	}

	r := distance(east, south)
	if beyond > 0 {
		r = r * 7 / 4 // the far bank is another, smaller city
	}
	wet := int(l.wet[x]) >> 4
	r = min(r, max(int(l.town[x])+2*wet, 0))
	if lake := int(l.wet[x]) - 44*16; lake > 0 && r > 120 {
		return water(p, 1+lake/16)
	}
	// Towns keep off wet ground and grow along their avenues, except in the middle.
	p.radius = max(r+(wet-(far-p.road))*min(r, 128)>>7, 0)

	// Creeks run down to the river, some seven kilometres apart.
	along := (faceY*east - faceX*south) >> 10
	creek := uint32(along+int(l.creek[x])+creekApart<<12)%creekApart < 4 && r > 60

	// Streets are square to the river in the old city and on the far bank, and to the north
	// elsewhere. The offset keeps positions positive.
	gx, gy := east, south
	if beyond > 0 || r < 100 {
		gx, gy = along, (faceX*east+faceY*south)>>10
	}
	p.u, p.v = uint32(gx+mile<<16), uint32(gy+mile<<16)

	switch {
	case island:
		return l.park(p)
	case p.road == 0 && p.radius < 500:
		return cover{ndvi: 1500 + p.radius*4 + int(p.lot&511), plants: 4, noise: 130}
	case beyond > -152 && beyond < -149 && r < 600:
		// A freeway follows the river behind the old city.
		return cover{ndvi: 2300 + int(p.lot&511), plants: 4, noise: 130}
	case creek:
		return l.park(p)
	}
	return l.parcel(p)
}

// water is open water, at a distance from its shore.
func water(p place, offshore int) cover {
	v := -900 + int(p.lot&255)
	if offshore == 1 {
		v = 1200 + int(p.lot&1023) // half of the pixel is bank
	}
	return cover{ndvi: v, plants: 0, noise: 90}
}

// park is a park, a valley, a golf course: grass under trees.
func (l *land) park(p place) cover {
	return cover{ndvi: 6700 + p.wood*1200/one + int(p.lot&511) + 12*l.since2005(), plants: 12, noise: 150}
}

// since2005 returns the years since 2005, limited to 40 on either side, so that trends end before
// values become implausible.
func (l *land) since2005() int { return min(max(l.year-2005, -40), 40) }

// parcel is land with an owner: built up at some time, or not yet.
func (l *land) parcel(p place) cover {
	u, v := p.u, p.v
	if p.wood > one/4+max(200-p.radius, 0)*one/500 {
		return l.woods(p)
	}
	if p.radius > edgeLast+60 {
		return l.rural(p) // whatever the draws below
	}
	// The wave of building passes at growth pixels a year; each quarter section is sold whole,
	// early or late, and built in phases.
	block := hash(l.blockKey, int(u/quarter), int(v/quarter))
	phase := hash(l.phaseKey, int(u/9), int(v/9))
	turn := p.radius + between(block, 0, -45, 46) + between(phase, 0, -12, 13)
	built := 1995 + (turn-edge1995)/growth
	if turn > edgeLast || built > l.year {
		return l.rural(p)
	}
	return l.urban(p, block, phase, l.year-built)
}

// woods are woods: green, and slowly greener.
func (l *land) woods(p place) cover {
	return cover{ndvi: 8000 + p.wood*800/one + int(p.lot&255) + 8*l.since2005(), plants: 6, noise: 110}
}

// urban is a built-up pixel, age years after it was built.
func (l *land) urban(p place, block, phase uint64, age int) cover {
	u, v := p.u, p.v
	toRoad := int(min(u%mile, v%mile))
	kind := between(block, 16, 0, 100)

	switch {
	case toRoad == 0: // arterial roads
		return cover{ndvi: 2000 + int(p.lot&511), plants: 4, noise: 130}
	case p.radius < 24: // downtown
		ndvi := 900 + p.radius*30 + int(phase&511) + int(p.lot&511)
		return cover{ndvi: ndvi + between(phase, 16, -16, 25)*l.since2005(), plants: 2, noise: 120}
	case kind < 5 && p.radius > 40: // a park
		return l.park(p)
	case kind < 15 && p.radius < 220: // factories and yards
		ndvi := 1600 + int(phase&1023) + int(p.lot&511)
		return cover{ndvi: ndvi + between(phase, 16, -12, 25)*l.since2005(), plants: 5, noise: 130}
	}

	// Homes: gardens are larger, and trees more, the farther out.
	garden := 2900 + min(p.radius, 260)*9 + between(phase, 16, -300, 300) + int(p.lot&1023) - 512
	c := cover{ndvi: garden, plants: 9, noise: 150}
	if toRoad <= 2 && kind < 60 {
		c.ndvi -= 1400 // shops along the arterials
	}
	if u%4 == 0 || v%9 == 0 {
		c.ndvi -= 600 // streets
	}
	// A new street starts as bare ground and is green again after some fifteen years.
	c.ndvi -= max(15-age, 0) * 130
	if age > 15 {
		c.ndvi += 9 * l.since2005()
	}

	// In the inner city whole neighbourhoods lose houses, one by one, and grow over.
	if p.radius < 170 && int(p.lot>>32&127) < between(block, 32, -40, 90) {
		gone := l.year - between(p.lot, 40, 1972, 2022)
		c.ndvi += min(max(gone, 0), 8) * 230
	}
	return c
}

// rural is farmland.
func (l *land) rural(p place) cover {
	u, v := p.u, p.v
	if u%mile == 0 || v%mile == 0 { // a lane and its verge
		return cover{ndvi: 5600 + int(p.lot&511), plants: 10, noise: 180}
	}
	// A quarter section is one field or several strips.
	plot := hash(l.fieldKey, int(u/quarter), int(v/quarter))
	strips := 1 + uint32(plot&3)
	across := u
	if plot&4 == 0 {
		across = v
	}
	field := mix(plot + uint64(across%quarter*strips/quarter))
	trend := between(field, 0, -25, 26)
	// Corn and beans take turns, now and then broken by wheat, clover or fallow.
	crop := 350
	if (field>>60+uint64(l.year))&1 == 0 {
		crop = -350
	}
	season := hash(l.cropKey+field, l.year, 0)
	if season&7 == 0 {
		crop -= 900
	}
	ndvi := between(field, 16, 6200, 8200) + crop + between(season, 16, -250, 251) + int(p.lot&255)
	return cover{ndvi: ndvi + trend*l.since2005(), plants: 16, noise: 180}
}
