package synth

// A sky turns land into samples: it adds the year's weather, haze, noise, clouds and stripes.
type sky struct {
	weather  int    // of the year, 1/10000 NDVI at full effect on plants
	noiseKey uint64 // of the year
	hazeKey  uint64
	cloudKey uint64
	cloudy   int32 // cloud noise above this is a cloud
	slant    int   // the scan line's phase in this year, 1/64 pixel
	dormant  int   // how far plants are from their greatest extent, in units of one; 0 in July
	stripe   int   // width of the stripes, 1/64 pixel

	left, y     int // of the current row
	haze, cloud []int32
}

// Stripes are stripePeriod/64 pixels apart. They follow the scan lines, which are at right angles
// to the satellite's track to the south-south-west: to the east they fall by 11 pixels in 64.
const stripePeriod = 48 * 64

// newSky returns the sky of a year over rows of the given width. gaps is the approximate share of
// gaps.
func newSky(seed uint64, year, width int, gaps float64) *sky {
	h := hash(keyOf(seed, "year"), year, 0)
	s := &sky{
		weather:  between(h, 0, -180, 181),
		noiseKey: keyOf(seed, "noise") + h,
		hazeKey:  keyOf(seed, "haze") + h,
		cloudKey: keyOf(seed, "cloud") + h,
		slant:    between(h, 16, 0, stripePeriod),
		haze:     make([]int32, width),
		cloud:    make([]int32, width),
	}
	if h>>32%9 == 0 { // a drought
		s.weather -= 550
	}

	// Years come in pairs of a clearer and a cloudier one, so that the mean over years is gaps.
	pair := hash(keyOf(seed, "pair"), year>>1, 0)
	share := int(gaps * one)
	swing := min(between(pair, 0, 0, one*9/10), (one-share)*one/max(share, 1))
	if (pair>>16+uint64(year))&1 == 0 {
		swing = -swing
	}
	share += share * swing / one

	// The scan line corrector of Landsat 7 failed in May 2003. Stripes stay where only its
	// scenes were clear. In half of the years they make up three quarters of the gaps.
	clouds := share
	if year >= 2003 && h>>40&1 == 0 {
		stripes := share * 3 / 4
		s.stripe = stripePeriod * stripes / one
		// Clouds and stripes overlap: (1-clouds)·(1-stripes) = 1-share.
		clouds = one - (one-share)*one/max(one-stripes, 1)
	}
	s.cloudy = cloudThreshold(clouds)
	return s
}

// greenest is the day of the year on which plants have their greatest extent, and bare is by how
// much NDVI is lower half a year later where all is plants, in 1/10000.
const (
	greenest = 200
	bare     = 4500
)

// onDay makes the sky that of one day of its year: noise, haze and clouds of its own, and the
// season.
func (s *sky) onDay(day int) {
	for _, key := range []*uint64{&s.noiseKey, &s.hazeKey, &s.cloudKey} {
		*key = mix(*key + uint64(day))
	}
	away := max(day-greenest, greenest-day)
	away = min(away, 365-away)
	u := away * one / 183
	s.dormant = u * u / one * (3*one - 2*u) / one
}

// cloudOctaves sum to less than ±one.
var cloudOctaves = []octave{{6, one / 2}, {4, one / 4}, {2, one / 8}}

// enter makes y the current row; its first pixel is at x = left.
func (s *sky) enter(left, y int) {
	s.left, s.y = left, y
	noiseRow(s.haze, s.hazeKey, left, y, octave{5, 120})
	noiseRow(s.cloud, s.cloudKey, left, y, cloudOctaves...)
}

// hides reports whether pixel x of the row is in a gap.
func (s *sky) hides(x int) bool {
	if s.cloud[x] > s.cloudy {
		return true
	}
	line := (s.y*64 - (s.left+x)*11 + s.slant) % stripePeriod
	if line < 0 {
		line += stripePeriod
	}
	return line < s.stripe
}

// seen returns the sample of pixel x of the row, in 1/10000.
func (s *sky) seen(x int, c cover) int {
	h := hash(s.noiseKey, s.left+x, s.y)
	// The sum of four bytes is nearly normal: mean 510, standard deviation 148.
	noise := int(h&0xff+h>>8&0xff+h>>16&0xff+h>>24&0xff) - 510
	v := c.ndvi - bare*c.plants/16*s.dormant/one + (s.weather+int(s.haze[x]))*c.plants/16 + noise*c.noise>>7
	return min(max(v, -2000), 9500)
}

// cloudLevels lists the levels that given shares of the cloud noise exceed, both in units of one.
// They were counted over 16 million pixels and are symmetric about a half.
var cloudLevels = [...]struct{ share, level int }{
	{0, one},
	{32, 21384},
	{64, 20419},
	{128, 19324},
	{256, 18042},
	{512, 16518},
	{1024, 14695},
	{2048, 12452},
	{4096, 9614},
	{6144, 7532},
	{8192, 5785},
	{12288, 2765},
	{16384, 0},
}

// cloudThreshold returns the level that a share of the cloud noise exceeds, in units of one.
func cloudThreshold(share int) int32 {
	if share > one/2 {
		return -cloudThreshold(one - share)
	}
	i := 1
	for cloudLevels[i].share < share {
		i++
	}
	a, b := cloudLevels[i-1], cloudLevels[i]
	return int32(a.level + (b.level-a.level)*(share-a.share)/(b.share-a.share))
}
