package stats

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/regress"
	"github.com/pixtrend/pixtrend/kernel"
)

// Kept describes sums that are kept over the observations of pixels, to which later dates are added
// without the samples of earlier ones. Fields of a line follow from them. They are planes of a tile of
// Float64, as Names names them. Times are whole numbers.
//
// If the samples are whole numbers of 8 or 16 bits, the sums are exact, and fields have the bits of a
// fit of all dates. Other sums have about 106 bits, in two planes each.
type Kept struct {
	Origin float64 // times are counted from it
	Exact  bool    // the samples are whole numbers of 8 or 16 bits
}

// KeptOf returns how sums of samples of a type are kept.
func KeptOf(d kernel.DType, origin float64) Kept {
	return Kept{Origin: origin, Exact: !d.IsFloat() && d.Size() <= 2}
}

// keptNames are the planes of kept sums, in their order, where t counts from the origin and d is the
// difference of a sample from the first. The last three are of sums that are not exact.
var keptNames = [...]string{"n", "sum t", "sum t*t", "sum d", "sum t*d", "sum d*d", "first sample", "first t", "last t",
	"sum d, low part", "sum t*d, low part", "sum d*d, low part"}

const exactPlanes = len(keptNames) - 3

// Names returns the names of the planes.
func (k Kept) Names() []string {
	if k.Exact {
		return keptNames[:exactPlanes:exactPlanes]
	}
	return keptNames[:]
}

// Planes returns the number of planes.
func (k Kept) Planes() int { return len(k.Names()) }

// of returns the planes of t, which has those of k.
func (k Kept) of(t kernel.Tile) regress.Kept {
	if t.Type != kernel.Float64 || t.Dates != k.Planes() {
		panic(fmt.Sprintf("stats: %d planes of %v for sums, which have %d of float64", t.Dates, t.Type, k.Planes()))
	}
	plane := func(i int) []float64 { return kernel.Plane[float64](t, i) }
	s := regress.Kept{N: plane(0), T: plane(1), TT: plane(2), Y: plane(3), TY: plane(4), YY: plane(5), Ref: plane(6), First: plane(7), Last: plane(8)}
	if !k.Exact {
		s.YLow, s.TYLow, s.YYLow = plane(9), plane(10), plane(11)
	}
	return s
}

// Clear makes sums those of no date.
func (k Kept) Clear(sums kernel.Tile) {
	for i := range sums.Dates {
		clear(kernel.Plane[float64](sums, i))
	}
	s := k.of(sums)
	fill(s.First, math.NaN())
	fill(s.Last, math.NaN())
}

// Add adds the dates of t to sums of the same pixels. times are those of its dates, ascending and not
// before any time that was added to sums since Clear. For earlier dates, see Merge.
func (k Kept) Add(on kernel.Kernel, sums, t kernel.Tile, times []float64, v kernel.Valid) {
	s, at := k.of(sums), make([]float64, len(times))
	for i, x := range times {
		at[i] = x - k.Origin
	}
	if k.Exact {
		on.Ends(s.First, s.Last, t, at, v)
		var run []float64
		if len(at) > kernel.RunDates {
			run = make([]float64, t.Pixels)
		}
		on.AddSums(kernel.Sums{N: s.N, T: s.T, TT: s.TT, Y: s.Y, TY: s.TY, YY: s.YY, Ref: s.Ref}, run, t, kernel.Axis{Tau: at}, 0, v)
		return
	}
	var room [blockPixels]float64
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		hi := min(lo+blockPixels, t.Pixels)
		block, into := t.Slice(lo, hi), k.of(sums.Slice(lo, hi))
		for i := range at {
			block.Observations(room[:hi-lo], i, v)
			into.Add(at[i], room[:hi-lo])
		}
	}
}

// Merge adds the observations of more, at other dates, to sums. The dates of the two can lie in any
// order.
func (k Kept) Merge(sums, more kernel.Tile) {
	s := k.of(sums)
	s.Merge(k.of(more))
}

// Check returns an error if sums are none of up to that many dates, with times from first to last.
func (k Kept) Check(sums kernel.Tile, dates int, first, last float64) error {
	s := k.of(sums)
	first, last = first-k.Origin, last-k.Origin
	span := max(math.Abs(first), math.Abs(last))
	for i, n := range s.N {
		if n == 0 {
			continue
		}
		whole := n > 0 && n <= float64(dates) && n == math.Trunc(n) && s.T[i] == math.Trunc(s.T[i]) && s.TT[i] == math.Trunc(s.TT[i])
		inside := s.First[i] >= first && s.Last[i] <= last && s.First[i] <= s.Last[i] && math.Abs(s.T[i]) <= n*span && s.TT[i] <= n*span*span
		if !whole || !inside || math.IsNaN(s.Ref[i]) || math.IsInf(s.Ref[i], 0) {
			return fmt.Errorf("pixel %d has the sums n %v, t %v and t² %v, first t %v and last t %v, which are none of dates from %v to %v",
				i, n, s.T[i], s.TT[i], s.First[i], s.Last[i], first, last)
		}
		if k.Exact && !(s.Y[i] == math.Trunc(s.Y[i]) && s.TY[i] == math.Trunc(s.TY[i]) && s.YY[i] == math.Trunc(s.YY[i]) && s.YY[i] >= 0) {
			return fmt.Errorf("pixel %d has the sums d %v, t·d %v and d² %v, which are none of whole numbers", i, s.Y[i], s.TY[i], s.YY[i])
		}
	}
	return nil
}

// KeptError says that a field does not follow from kept sums.
type KeptError struct{ Field Field }

func (e *KeptError) Error() string {
	return fmt.Sprintf("stats: the field %v needs the samples of all dates, and sums are kept of a line alone", e.Field)
}

// checkKept returns an error if what o asks for does not follow from kept sums.
func (p *Plan) checkKept(o Options) error {
	if !o.Model.IsLine() {
		return fmt.Errorf("stats: a model with more than a line needs the samples of all dates, and sums are kept of a line alone")
	}
	for _, f := range p.fields {
		if e := f.Info().Estimator; e != Linear && e != RelativeTrend {
			return &KeptError{f}
		}
	}
	if p.axis.n == 1 || p.frame.unit != 1 || o.Kept.Origin != math.Trunc(o.Kept.Origin) {
		return fmt.Errorf("stats: sums are kept of whole times, and these are not, or lie too far apart")
	}
	return nil
}

// keptLine is the estimator of the fields of a line that follow from kept sums, the planes of tiles.
type keptLine struct {
	line  *line
	kept  Kept
	frame regress.Frame
}

func newKeptLine(p *Plan, fields []Field, o Options) *keptLine {
	a, origin := p.axis, p.frame.in(o.Kept.Origin)
	return &keptLine{line: newLine(p, fields, o), kept: *o.Kept,
		frame: regress.Frame{A: a.n, B: a.n*(origin-a.origin) - a.sum, G: a.g, Origin: origin}}
}

// keptScratch holds the sums of blockPixels pixels on the axis of the line.
type keptScratch struct {
	sums        kernel.Sums
	first, last []float64
	room        regress.Scratch
}

func (l *keptLine) newScratch() any {
	return &keptScratch{sums: kernel.NewSums(blockPixels), first: make([]float64, blockPixels), last: make([]float64, blockPixels)}
}

func (l *keptLine) scratchBytes() int {
	return blockPixels*(9*8+4) + int(unsafe.Sizeof(keptScratch{}))
}

func (l *keptLine) fit(scratch any, t kernel.Tile, out outPlanes) {
	if out.f64 != nil {
		fitKept(l, scratch.(*keptScratch), t, out.f64)
	} else {
		fitKept(l, scratch.(*keptScratch), t, out.f32)
	}
}

func fitKept[F float32 | float64](l *keptLine, s *keptScratch, t kernel.Tile, out [][]F) {
	for lo := 0; lo < t.Pixels; lo += blockPixels {
		block := t.Slice(lo, min(lo+blockPixels, t.Pixels))
		kept := l.kept.of(block)
		kept.Axis(s.sums, l.frame)
		kept.Ends(s.first, s.last, l.frame)
		results := resultsIn(l.line, out, lo, block.Pixels)
		regress.Finish(l.line.k, &results, s.sums, s.first, s.last, l.line.lines.Line, l.line.lines.Times, l.line.lines.ByCount, &s.room)
		for _, i := range s.room.Again {
			regress.EndKept(&l.line.lines, &results, &s.sums, int(i), [2]float64{s.first[i], s.last[i]}, &kept, l.frame)
		}
	}
}
