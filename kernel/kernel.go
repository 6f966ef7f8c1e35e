package kernel

//go:generate go run ./internal/gen

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
)

// Sums holds, for every pixel of a tile, the sums over its observations from which every statistic
// of an ordinary least squares line follows. τ is a number of the axis. d = y − Ref is the
// difference of a sample y from the pixel's first observation, so that a common offset does not
// cost digits. The slices belong to the caller and hold at least as many numbers as the tile has
// pixels.
type Sums struct {
	N   []float64 // number of observations
	T   []float64 // Σ τ
	TT  []float64 // Σ τ²
	Y   []float64 // Σ d
	TY  []float64 // Σ τ·d
	YY  []float64 // Σ d²
	Ref []float64 // the first observation; 0 if N is 0
}

// NewSums returns sums for the given number of pixels, in one allocation.
func NewSums(pixels int) Sums {
	b := make([]float64, 7*pixels)
	next := func() []float64 {
		s := b[:pixels:pixels]
		b = b[pixels:]
		return s
	}
	return Sums{N: next(), T: next(), TT: next(), Y: next(), TY: next(), YY: next(), Ref: next()}
}

func (s *Sums) slices() [7][]float64 {
	return [7][]float64{s.N, s.T, s.TT, s.Y, s.TY, s.YY, s.Ref}
}

// slice returns the sums of the pixels [lo, hi).
func (s *Sums) slice(lo, hi int) Sums {
	return Sums{N: s.N[lo:hi], T: s.T[lo:hi], TT: s.TT[lo:hi], Y: s.Y[lo:hi], TY: s.TY[lo:hi], YY: s.YY[lo:hi], Ref: s.Ref[lo:hi]}
}

// Slope returns the slope of pixel i, with the same bits as the function [Slope], or NaN if the
// pixel has no slope.
func (s *Sums) Slope(i int, line Line) float64 {
	return slopeOfSums(s.N[i], s.T[i], s.TT[i], s.Y[i], s.TY[i], &line)
}

// slopeOfSums computes the formula of the function Slope.
func slopeOfSums(n, t, tt, y, ty float64, line *Line) float64 {
	// If Στ is 0, as without gaps, the product is 0 even if y is infinite.
	var product float64
	if t != 0 {
		product = t * y
	}
	cty := math.FMA(n, ty, -product)
	ctt := math.FMA(n, tt, -float64(t*t))
	if !line.exists(n, ctt) {
		return NaN()
	}
	return OneNaN(cty * (line.Scale / ctt))
}

// NaN returns the NaN of all results: 0x7ff8000000000000, which is 0x7fc00000 as float32. GDAL
// writes the same bits, and processors make others.
func NaN() float64 { return math.Float64frombits(0x7ff8 << 48) }

// OneNaN returns x, or [NaN] if x is any NaN.
func OneNaN(x float64) float64 {
	if x != x {
		return NaN()
	}
	return x
}

// Line defines a slope.
type Line struct {
	Axis   Axis
	Scale  float64 // factor of the slope per unit of τ
	MinObs int     // pixels with fewer observations have no slope
}

// exists reports whether n observations with n·Στ² − (Στ)² = ctt are enough and are at two dates.
func (l *Line) exists(n, ctt float64) bool {
	return ctt > float64(n*l.Axis.MinCtt()) && n >= float64(l.MinObs)
}

// RunDates is the number of dates of a run. Σ τ·d is the sum, in their order, of the sums of runs, of
// which the first begins with the first date of the axis (see fold). While a long series is added, Σ τ·d
// can be far greater than at the end, and so are rounding errors. The sums of runs are smaller. A series
// of up to RunDates dates is one run.
const RunDates = 64

// Float is the set of element types of results.
type Float interface{ float32 | float64 }

// block is the number of pixels in the smallest unit of work of the assembly, a panel of a packed
// tile.
const block = PanelPixels

// Slope writes the least squares slope of every pixel of t into slope and, if n is not nil, the
// number of its observations into n. The slope is
//
//	(n·Στd − Στ·Σd) · (Scale / (n·Στ² − (Στ)²))
//
// with the sums of [Sums], computed in float64 and rounded once to F. It is NaN for pixels with
// fewer than MinObs observations or with all observations at one date. The results of a pixel have
// the same bits on every ISA, in tiles of any shape and beside any neighbours.
//
// It panics before it writes if an output is shorter than the tile, if the axis does not have one
// number per date, or if the shape of the tile is wrong.
func Slope[F Float](k Kernel, slope, n []F, t Tile, line Line, v Valid) {
	SlopeSparse(k, slope, n, t, line, v, 0, nil)
}

// SlopeSparse is Slope. It also sets sparse[i] if one of the pixels from number 64·i on has few
// observations or fewer. It may set more, and it clears none. A nil sparse is not used.
func SlopeSparse[F Float](k Kernel, slope, n []F, t Tile, line Line, v Valid, few int, sparse []bool) {
	check(t, line.Axis)
	if sparse != nil && len(sparse) < t.Panels() {
		panic(fmt.Sprintf("kernel: %d marks for %d blocks of pixels", len(sparse), t.Panels()))
	}
	if len(slope) < t.Pixels || n != nil && len(n) < t.Pixels {
		panic(fmt.Sprintf("kernel: outputs of %d and %d numbers for a tile of %d pixels", len(slope), len(n), t.Pixels))
	}
	if t.Pixels == 0 {
		return
	}
	s := slopes[F]{k: k, slope: slope[:t.Pixels], t: t, line: line, v: v, few: few, sparse: sparse}
	if n != nil {
		s.n = n[:t.Pixels]
	}
	whole := t.Pixels / block * block
	if !k.has(slopeBody, t.Type) || t.Dates == 0 || whole == 0 && !t.Packed {
		s.generic(0)
		return
	}
	raceRead(t)
	race.Write(s.slope)
	race.Write(s.n)
	s.prepare()
	if s.k.passes && s.gapFree && !t.Packed && !t.InCache && t.Dates >= passLeast && t.Dates <= passMost {
		s.passes(whole)
	} else {
		lead := s.lead()
		if lead > 0 {
			s.blocks(0, block) // the pixels from lead on are computed again
			whole = lead + (t.Pixels-lead)/block*block
		}
		s.blocks(lead, whole)
	}
	switch rest := t.Pixels - whole; {
	case rest == 0:
	case t.Packed:
		// The last panel is complete, but the outputs are shorter.
		var slope, n [block]F
		last := s
		last.t = t.Slice(whole, t.Pixels)
		last.t.Pixels = block
		last.slope, last.first = slope[:], whole
		if s.n != nil {
			last.n = n[:]
		}
		last.blocks(0, block)
		copy(s.slope[whole:], slope[:rest])
		if s.n != nil {
			copy(s.n[whole:], n[:rest])
		}
	case t.Mask.Bits:
		s.generic(whole) // the last 64 pixels may begin within a byte of the mask
	default:
		// Compute the last 64 pixels. Some are computed twice, which is harmless: a pixel's result
		// depends on its own series alone, so both results are the same.
		last := s
		from := t.Pixels - block
		last.t = t.Slice(from, t.Pixels)
		last.slope, last.first = s.slope[from:], from
		if s.n != nil {
			last.n = s.n[from:]
		}
		last.blocks(0, block)
	}
}

// slopes is the state of one call of Slope.
type slopes[F Float] struct {
	k        Kernel
	slope, n []F // as long as the tile
	t        Tile
	line     Line
	v        Valid
	p        params
	gapFree  bool // whether the body free can be used
	free     body // for pixels without gaps
	gaps     body // for all pixels

	first  int // number of the first pixel of slope in the tile of the call
	few    int
	sparse []bool
}

func (s *slopes[F]) generic(from int) {
	t := s.t.Slice(from, s.t.Pixels)
	n := s.n
	if n != nil {
		n = n[from:]
	}
	slopeGeneric(s.slope[from:], n, t, s.line, s.v, s.mark(from))
}

// marker marks blocks of pixels with few observations.
type marker struct {
	few    float64
	sparse []bool
	from   int // number of the first pixel
}

// mark returns a marker for the pixels from number from of s on.
func (s *slopes[F]) mark(from int) marker { return marker{float64(s.few), s.sparse, s.first + from} }

// mark marks the blocks of those pixels that have few observations.
func mark[F Float](m marker, n []F) {
	if m.sparse == nil {
		return
	}
	for ; len(n) >= block; n = n[block:] {
		if anyFew((*[block]F)(n), m.few) {
			m.sparse[m.from/block], m.sparse[(m.from+block-1)/block] = true, true
		}
		m.from += block
	}
	for i, n := range n {
		if float64(n) <= m.few {
			m.sparse[(m.from+i)/block] = true
		}
	}
}

// anyFew reports whether a number is at most few. None is negative, so their bits have the order of
// the numbers, and the sign bit of a difference tells it, for two float32 at a time.
func anyFew[F Float](n *[block]F, few float64) bool {
	const low, high = 1 << 31, 1 << 63
	more := ^uint64(0)
	if unsafe.Sizeof(n[0]) == 4 {
		limit := uint64(math.Float32bits(float32(few)) + 1)
		limit |= limit << 32
		for _, x := range (*[block / 2]uint64)(unsafe.Pointer(n)) {
			more &= (x | low | high) - limit
		}
		return more&(low|high) != low|high
	}
	limit := math.Float64bits(few) + 1
	for _, x := range (*[block]uint64)(unsafe.Pointer(n)) {
		more &= (x | high) - limit
	}
	return more&high == 0
}

func (s *slopes[F]) prepare() {
	s.p = lower(s.t, s.line.Axis, s.v)
	s.p.num = s.line.Scale
	s.p.scale = s.line.Scale / float64(float64(s.t.Dates)*s.line.Axis.TT)
	s.p.minObs, s.p.minCtt = float64(s.line.MinObs), s.line.Axis.MinCtt()
	if unsafe.Sizeof(s.slope[0]) == 4 {
		s.p.float32 = 1
	}
	n := float64(s.t.Dates)
	s.gapFree = s.line.Axis.Centred() && !s.v.HasRange && s.t.Dates >= s.line.MinObs && n*s.line.Axis.TT > n*s.p.minCtt
	if !s.gapFree {
		s.p.all = math.NaN()
	}
	s.free, s.gaps = slopeBody, slopeGapsBody
	if s.p.pairs != nil {
		s.free = slopeWholeBody
	}
	switch {
	case s.k.hasWhole(slopeGapsWholeBody, s.t.Type, &s.p):
		s.gaps = slopeGapsWholeBody
	case s.k.has(slopeGapsFiniteBody, s.t.Type) && !s.v.HasRange:
		s.gaps = slopeGapsFiniteBody
	}
}

// blocks computes the pixels [from, to). The body for gap-free pixels returns at a block with a
// gap, and the body for all pixels returns after a block without one.
func (s *slopes[F]) blocks(from, to int) {
	for from < to {
		if s.gapFree {
			done := s.run(s.free, from, to)
			s.fillN(from, done)
			from = done
		}
		if from < to {
			from = s.run(s.gaps, from, to)
		}
	}
}

// fillN sets n of the pixels [from, to), which have no gaps.
func (s *slopes[F]) fillN(from, to int) {
	if s.n == nil {
		return
	}
	for i := range s.n[from:to] {
		s.n[from+i] = F(s.t.Dates)
	}
}

// run calls body b on the pixels [from, to) and returns the pixel at which it stopped. From an infinite
// sample on, s.gaps is a body that takes it.
func (s *slopes[F]) run(b body, from, to int) int {
	stop := s.runBody(b, from, to)
	if b == slopeGapsFiniteBody && stop == from {
		s.gaps = slopeGapsBody
		stop = s.runBody(s.gaps, from, to)
	}
	return stop
}

func (s *slopes[F]) runBody(b body, from, to int) int {
	if b == s.gaps && s.sparse != nil {
		return s.runMarked(b, from, to)
	}
	most := callPixels(s.t)
	for from < to {
		pixels := min(to-from, most)
		var n []F
		if s.n != nil {
			n = s.n[from:]
		}
		done := s.call(b, from, pixels, n)
		from += done
		if done < pixels {
			break
		}
	}
	return from
}

// runMarked is run with a look at the numbers of observations.
func (s *slopes[F]) runMarked(b body, from, to int) int {
	var counts [sparsePixels]F
	most := min(callPixels(s.t), sparsePixels)
	for from < to {
		pixels, n := min(to-from, most), counts[:]
		if s.n != nil {
			n = s.n[from:]
		}
		done := s.call(b, from, pixels, n)
		mark(s.mark(from), n[:done])
		from += done
		if done < pixels {
			break
		}
	}
	return from
}

// call calls body b on that many pixels and returns how many are done. It writes their numbers of
// observations to n unless that is nil.
func (s *slopes[F]) call(b body, from, pixels int, n []F) (done int) {
	p := s.p // with a local copy, the compiler sees that nothing it points to escapes
	var scratch scratch
	p.scratch, p.folded = scratch.room()
	p.fetchAhead(s.k, b, s.t)
	p.pixels = pixels
	p.src, p.mask = start(s.t, 0, from)
	p.out = unsafe.Pointer(&s.slope[from])
	if n != nil {
		p.outN = unsafe.Pointer(&n[0])
	}
	p.past = 0
	if s.past() && n == nil && lineOffset(p.out) == 0 {
		p.past = 1
	}
	s.k.call(b, s.t.Type, &p)
	return p.done
}

// past reports whether slopes are stored past the caches, where they begin on a cache line. In the
// caches they would displace samples, and are not needed soon. Memory would also be read before it is
// written. Only the bodies of AVX-512 can do it.
func (s *slopes[F]) past() bool { return s.k.isa == AVX512 && !s.t.InCache && s.p.float32 == 1 }

// lead returns the number of pixels before the first slope that begins on a cache line. The bodies
// can then store whole lines. It is 0 if lines do not matter, or if masks cannot be cut there.
func (s *slopes[F]) lead() int {
	if !s.past() || s.n != nil || s.t.Packed || s.t.Mask.Bits || s.t.Pixels < 2*block {
		return 0
	}
	return -lineOffset(unsafe.Pointer(&s.slope[0])) & (lineBytes - 1) / 4
}

const lineBytes = 64 // a cache line

// lineOffset returns the number of bytes from the begin of a cache line to an address.
func lineOffset(p unsafe.Pointer) int { return int(uintptr(p) % lineBytes) }

// scratch has room for params.scratch on a cache line of its own. Whether the stack happened to be
// aligned made a difference of 10 % for the bodies of AVX2.
type scratch [2*block + 8]float64

// room returns the memory, and the second half of it, where bodies keep the sums of runs.
func (s *scratch) room() (all *[2 * block]float64, folded *float64) {
	all = (*[2 * block]float64)(unsafe.Add(unsafe.Pointer(s), -uintptr(unsafe.Pointer(s))&63))
	return all, &all[block]
}

// sparsePixels limits the pixels of one call when their numbers of observations are only looked at.
const sparsePixels = 4 * block

// Planes in main memory are as many streams as there are dates. If planes are a power of two apart,
// they also need more lines of one cache set than it has. All dates of 64 pixels are nevertheless read
// at once: on an Intel processor that reaches nine tenths of the rate of a sequential read, and passes
// reach half of it. On Zen 5 passes were up to twice as fast, so that Kernel.passes is set there: pixels
// are processed in runs, and a pass over a run reads two dates. The dot products of a run are kept in
// memory between passes. While a run of a plane is read, the next run of that plane is prefetched.
const (
	passDates = 2
	passBytes = 4 << 10      // of a plane in a run
	passLeast = 9            // dates; with fewer, reading all planes at once is as fast
	passMost  = 2 * RunDates // dates; with more, the prefetched pixels do not stay in the L2 cache
	// Maximum number of pixels of a run, so that its dot products stay in the L1 cache.
	passPixels = 2048
)

// passSums has the dot products of a run of pixels with the first RunDates dates, and with the others.
type passSums [passMost / RunDates][passPixels]float64

// passes is blocks(0, whole) by passes over planes in main memory.
func (s *slopes[F]) passes(whole int) {
	size := s.t.Type.Size()
	run := min(passBytes/size, passPixels)
	last := (s.t.Dates - 1) / passDates * passDates
	var sums passSums
	gaps := false // whether most pixels of the last run had gaps, so that passes are not worthwhile
	for from := 0; from < whole; from += run {
		to := min(from+run, whole)
		at := from
		if gaps {
			at = s.run(s.gaps, at, to)
		}
		if at < to {
			half := at + (to-at)/(2*block)*block
			for date := 0; date < last; date += passDates {
				if at < half {
					s.pass(date, passDates, &sums, from, at, half, to-at)
				}
				s.pass(date, passDates, &sums, from, half, to, to-half+s.t.Stride)
			}
		}
		free := 0
		for at < to {
			done := s.pass(last, s.t.Dates-last, &sums, from, at, to, to-at)
			s.fillN(at, done)
			free += done - at
			if at = done; at < to {
				at = s.run(s.gaps, at, to)
			}
		}
		gaps = free < (to-from)/2
	}
}

// pass adds dates of the pixels [from, to) to the dot products in sums, which begin with pixel
// first. If they are the last dates of the tile, it writes slopes instead. Prefetching begins ahead
// samples after pixel from of the first of the dates. It returns the pixel at which it stopped.
// That is to, or, with the last dates, the first block that has a gap at any date of the tile.
func (s *slopes[F]) pass(date, dates int, sums *passSums, first, from, to, ahead int) int {
	size := s.t.Type.Size()
	p := s.p
	p.src, p.mask = start(s.t, 0, from)
	p = p.skip(date)
	p.dates, p.pixels = dates, to-from
	p.ahead, p.aheadStride, p.aheadRuns = ahead*size, s.k.group(s.free, s.t.Type)*size, 1
	run := date / RunDates
	if p.pairs != nil {
		run = 0 // sums are exact
	}
	if date > run*RunDates {
		p.resume = &sums[run][from-first]
	}
	if date+dates < s.t.Dates {
		p.suspend = &sums[run][from-first]
	} else {
		p.out = unsafe.Pointer(&s.slope[from])
		if run > 0 {
			p.rest, p.folded, p.foldedOf = -1, &sums[0][from-first], -1
		}
	}
	s.k.call(s.free, s.t.Type, &p)
	return from + p.done
}

// Sums writes the sums over the observations of every pixel of t into dst. Each sum is added in the
// order of the dates, with one rounding per term (fused multiply-adds), and gaps are left out. Σ τ·d
// is added up for each 64 dates of the axis. These sums are added in their order, and each begins with
// the rounding error of the addition before. The sums of a pixel have the same bits on every ISA, in
// tiles of any shape and beside any neighbours.
//
// It panics before it writes if a slice of dst is shorter than the tile, if the axis does not have
// one number per date, or if the shape of the tile is wrong.
func (k Kernel) Sums(dst Sums, t Tile, axis Axis, v Valid) {
	check(t, axis)
	dst.check(t.Pixels)
	k.sums(dst, t, 0, axis, v, false)
}

// AddSums adds the observations of t to the sums of earlier dates in dst. The first date of t is
// number first of the axis. Before the first call, the sums must be zero. After the last date of the
// axis, they have the bits that Sums computes from all dates at once, whatever the number of calls, so
// a stack can be read a few dates at a time. Between calls, run has a number per pixel that TY lacks.
// It is zero at first, and it is not used if the axis has up to 64 dates. AddSums panics as Sums does,
// or if t has dates that the axis does not have.
func (k Kernel) AddSums(dst Sums, run []float64, t Tile, axis Axis, first int, v Valid) {
	if first < 0 || first > len(axis.Tau)-t.Dates {
		panic(fmt.Sprintf("kernel: dates from %d on, %d of them, of an axis of %d", first, t.Dates, len(axis.Tau)))
	}
	check(t, Axis{Tau: axis.Tau[first : first+t.Dates]})
	dst.check(t.Pixels)
	to := dst
	folds := len(axis.Tau) > RunDates
	if folds {
		to.TY = run
		to.check(t.Pixels)
	}
	for date := 0; date < t.Dates; {
		end := t.Dates
		if folds {
			end = min(end, date+RunDates-(first+date)%RunDates)
		}
		k.sums(to, t, date, Axis{Tau: axis.Tau[first+date : first+end]}, v, true)
		switch date = end; {
		case folds && first+date == len(axis.Tau):
			for i, x := range run[:t.Pixels] {
				dst.TY[i] += x
				run[i] = 0
			}
		case folds && (first+date)%RunDates == 0:
			fold(dst.TY[:t.Pixels], run[:t.Pixels])
		}
	}
}

// check panics if a slice of s is shorter than that.
func (s *Sums) check(pixels int) {
	for _, x := range s.slices() {
		if len(x) < pixels {
			panic(fmt.Sprintf("kernel: %d numbers of output for a tile of %d pixels", len(x), pixels))
		}
	}
}

// sums writes the sums over those dates of t that begin with number date and have the numbers of axis.
func (k Kernel) sums(dst Sums, t Tile, date int, axis Axis, v Valid, add bool) {
	if t.Pixels == 0 {
		return
	}
	dst = dst.slice(0, t.Pixels)
	whole := t.Pixels / block * block
	if !k.has(sumsBody, t.Type) || len(axis.Tau) == 0 || whole == 0 && !t.Packed || add && !k.adds() {
		sumsGeneric(dst, t, date, axis.Tau, v, add)
		return
	}
	raceRead(t)
	for _, s := range dst.slices() {
		race.Write(s)
	}
	p := lower(t, axis, v)
	p.dates = len(axis.Tau)
	if add {
		p.add = 1
	}
	free, gaps := k.sumsBodies(&p, t.Type, v, add)
	if free == gaps {
		p.all = math.NaN()
	}
	k.sumsOf(free, gaps, &p, dst, t, date, whole)
	switch rest := t.Pixels - whole; {
	case rest == 0:
	case t.Packed:
		var b [7][block]float64
		for f, s := range dst.slices() {
			copy(b[f][:], s[whole:])
		}
		last := t.Slice(whole, t.Pixels)
		last.Pixels = block
		k.sumsOf(free, gaps, &p, Sums{b[0][:], b[1][:], b[2][:], b[3][:], b[4][:], b[5][:], b[6][:]}, last, date, block)
		for f, s := range dst.slices() {
			copy(s[whole:], b[f][:rest])
		}
	case t.Mask.Bits || add: // nothing must be added twice
		sumsGeneric(dst.slice(whole, t.Pixels), t.Slice(whole, t.Pixels), date, axis.Tau, v, add)
	default:
		from := t.Pixels - block
		k.sumsOf(free, gaps, &p, dst.slice(from, t.Pixels), t.Slice(from, t.Pixels), date, block)
	}
}

// sumsBodies returns the body for gap-free pixels of samples of type d, and the one for all pixels.
// One body does both where sumsBody cannot, and on a whole axis, where it is the faster one.
func (k Kernel) sumsBodies(p *params, d DType, v Valid, add bool) (free, gaps body) {
	switch {
	case !add && k.hasWhole(sumsGapsWholeBody, d, p):
		return sumsGapsWholeBody, sumsGapsWholeBody
	case v.HasRange || add:
		return sumsGapsBody, sumsGapsBody
	case k.has(sumsGapsFiniteBody, d):
		return sumsBody, sumsGapsFiniteBody
	}
	return sumsBody, sumsGapsBody
}

// sumsOf computes the pixels [0, whole), in the way of slopes.blocks.
func (k Kernel) sumsOf(free, gaps body, p *params, dst Sums, t Tile, date, whole int) {
	for done := 0; done < whole; {
		done = k.runSums(free, p, dst, t, date, done, whole)
		if done == whole {
			break
		}
		from := done
		done = k.runSums(gaps, p, dst, t, date, from, whole)
		if gaps == sumsGapsFiniteBody && done == from {
			gaps = sumsGapsBody
			done = k.runSums(gaps, p, dst, t, date, from, whole)
		}
	}
}

// runSums is slopes.run for sums.
func (k Kernel) runSums(b body, shared *params, dst Sums, t Tile, date, from, to int) int {
	p := *shared
	var scratch scratch
	p.scratch, p.folded = scratch.room()
	p.fetchAhead(k, b, t)
	for from < to {
		p.pixels = min(to-from, callPixels(t))
		p.src, p.mask = start(t, date, from)
		p.n, p.t, p.tt, p.ref = &dst.N[from], &dst.T[from], &dst.TT[from], &dst.Ref[from]
		p.y, p.ty, p.yy = &dst.Y[from], &dst.TY[from], &dst.YY[from]
		k.call(b, t.Type, &p)
		from += p.done
		if p.done < p.pixels {
			break
		}
	}
	return from
}

// body identifies one of the bodies in assembly, each of which is a function per sample type:
//
//	body              computes                                     returns early
//	slope             slopes of gap-free pixels                    at a block with a gap
//	slopeGaps         slopes of all pixels, and n                  after a block without a gap
//	sums              sums of gap-free pixels                      at a block with a gap
//	sumsGaps          sums of all pixels                           after a block without a gap
//	slopeWhole        as slope, 8- or 16-bit samples, whole axis   at a block with a gap
//	slopeGapsWhole    as slopeGaps, samples and axis as above      after a block without a gap
//	sumsGapsWhole     as sumsGaps, samples and axis as above       after a block without a gap
//	slopeGapsFinite   as slopeGaps, float32, no range              also at a block with an infinity
//	sumsGapsFinite    as sumsGaps, float32, no range               also at a block with an infinity
//	slopeInterleaved  as slope, of interleaved samples             at 16 pixels with a gap
//	rows4, rows8      up to 4 or 8 coefficients, gap-free pixels   at a block with a gap
//	ends              first and last observations of all pixels    never
//	stage             the samples of 32 pixels as models need them never
//
// A whole axis is one of 16-bit integers (wholeAxis). internal/gen/table.go lists the types and
// instruction sets that have a body.
type body uint8

const (
	slopeBody body = iota
	slopeGapsBody
	sumsBody
	sumsGapsBody
	slopeWholeBody
	slopeGapsWholeBody
	sumsGapsWholeBody
	slopeGapsFiniteBody
	sumsGapsFiniteBody
	slopeInterleavedBody
	rows4Body
	rows8Body
	endsBody
	stageBody
)

// has reports whether k has body b for samples of type d. If not, the portable code is used.
func (k Kernel) has(b body, d DType) bool { return k.group(b, d) > 0 }

// hasWhole reports whether body b can be used for samples of type d. The body is one for pixels with
// gaps on a whole axis. It needs k to have it, and numbers of the axis that not every whole axis has.
func (k Kernel) hasWhole(b body, d DType, p *params) bool {
	switch {
	case p.pairs == nil || !k.has(b, d):
		return false
	case k.isa == AVX2:
		return p.squares != nil
	}
	return p.counts != nil
}

// adds reports whether the body sumsGaps can add to earlier sums.
func (k Kernel) adds() bool { return k.isa != NEON }

// callPixels returns the maximum number of pixels for one assembly call, a multiple of block.
func callPixels(t Tile) int {
	return max(1, maxCallSamples/(t.Dates*block)) * block
}

func check(t Tile, axis Axis) {
	if err := t.Check(); err != nil {
		panic(err.Error())
	}
	if len(axis.Tau) != t.Dates {
		panic(fmt.Sprintf("kernel: axis of %d numbers for a tile of %d dates", len(axis.Tau), t.Dates))
	}
}

// raceRead tells the race detector that the samples and masks of t are read.
func raceRead(t Tile) {
	if !race.Enabled {
		return
	}
	size := t.Type.Size()
	if t.Packed {
		race.Read(t.Data[:t.Dates*t.Panels()*PanelPixels*size])
		return
	}
	for i := range t.Dates {
		race.Read(t.Data[i*t.Stride*size:][:t.Pixels*size])
		if t.Mask.Data != nil {
			race.Read(t.Mask.Data[t.Mask.bytes(i*t.Mask.Stride):][:t.Mask.bytes(t.Pixels)])
		}
	}
}
