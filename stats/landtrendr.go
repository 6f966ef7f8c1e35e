package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// LandTrendrOptions says how LandTrendr divides a series into straight segments, and which of them the
// fields describe. docs/breaks.md has the definitions and their sources. The names of the parameters are
// those of Earth Engine.
type LandTrendrOptions struct {
	MaxSegments       int     // segments, 1 to MaxSegments
	SpikeThreshold    float64 // an observation that differs more from its neighbours than this is a spike; above 0, 1: none
	VertexOvershoot   int     // vertices beyond MaxSegments+1 that are tried at first, 0 to MaxOvershoot
	RecoveryThreshold float64 // share of the range that a recovery may make up a year, above 0
	OneYearRecovery   bool    // a recovery may take a year or less
	PValue            float64 // the largest p-value of a trajectory that is significant, between 0 and 1
	// BestModel says how much worse than the best p-value that of a trajectory with more segments may be:
	// 2−BestModel times it, or BestModel times it if that is above 1. Above 0, up to 2.
	BestModel float64
	MinObs    int // observations that a pixel needs, unless Options.MinObs says how many

	Gain  bool  // segments that rise are the change that is looked for, and those that fall recover
	Event Event // which change the fields describe
	// PerYear is how many units of the times a year has. 0: 1
	PerYear float64
}

// Limits of the options of LandTrendr.
const (
	MaxSegments  = 24
	MaxOvershoot = 24
)

// DefaultLandTrendr returns the parameters that the guide of LandTrendr for Earth Engine recommends.
func DefaultLandTrendr() LandTrendrOptions {
	return LandTrendrOptions{MaxSegments: 6, SpikeThreshold: 0.9, VertexOvershoot: 3, RecoveryThreshold: 0.25, PValue: 0.05, BestModel: 0.75, MinObs: 6}
}

// EsriLandTrendr returns the defaults of Analyze Changes Using LandTrendr of ArcGIS.
func EsriLandTrendr() LandTrendrOptions {
	return LandTrendrOptions{MaxSegments: 5, SpikeThreshold: 0.9, VertexOvershoot: 2, RecoveryThreshold: 0.25, OneYearRecovery: true, PValue: 0.01, BestModel: 1.25, MinObs: 6}
}

// Event says which of several changes is described. Of equal ones, it is the earlier.
type Event uint8

// The changes that can be chosen.
const (
	Greatest Event = iota // that of the greatest magnitude
	Newest                // the last
	Oldest                // the first
	Fastest               // that of the greatest rate
	Longest               // that of the greatest duration
)

var eventNames = [...]string{Greatest: "greatest", Newest: "newest", Oldest: "oldest", Fastest: "fastest", Longest: "longest"}

// EventNames returns the names of all events.
func EventNames() []string { return slices.Clone(eventNames[:]) }

// ParseEvent reads the name of an event.
func ParseEvent(s string) (Event, error) {
	i := slices.Index(eventNames[:], s)
	if i < 0 {
		return 0, fmt.Errorf("give one of %v", EventNames())
	}
	return Event(i), nil
}

// String returns the name of the event.
func (e Event) String() string {
	if int(e) >= len(eventNames) {
		return fmt.Sprintf("Event(%d)", uint8(e))
	}
	return eventNames[e]
}

// ErrSharedDates says that planes share a date, and that a method of breaks takes one a date.
var ErrSharedDates = errors.New("several planes have one date")

// check returns an error if the options are out of range, or do not suit the times.
func (o *LandTrendrOptions) check(at []float64) error {
	inRange := func(x, most float64) bool { return x > 0 && x <= most }
	switch {
	case o.MaxSegments < 1 || o.MaxSegments > MaxSegments:
		return fmt.Errorf("stats: LandTrendr with %d segments: give 1 to %d", o.MaxSegments, MaxSegments)
	case o.VertexOvershoot < 0 || o.VertexOvershoot > MaxOvershoot:
		return fmt.Errorf("stats: LandTrendr with %d vertices more at first: give 0 to %d", o.VertexOvershoot, MaxOvershoot)
	case !inRange(o.SpikeThreshold, 1) || !(o.PValue > 0 && o.PValue < 1) || !inRange(o.RecoveryThreshold, math.MaxFloat64) || !inRange(o.BestModel, 2):
		return fmt.Errorf("stats: LandTrendr with a threshold of spikes of %v, of recovery of %v, a p-value of %v and a proportion of %v: all are above 0; the first is at most 1, the third below 1, and the last at most 2",
			o.SpikeThreshold, o.RecoveryThreshold, o.PValue, o.BestModel)
	case o.MinObs < 2:
		return fmt.Errorf("stats: LandTrendr needs at least 2 observations, the minimum is set to %d", o.MinObs)
	case int(o.Event) >= len(eventNames):
		return fmt.Errorf("stats: %v is unknown", o.Event)
	case o.PerYear < 0 || math.IsInf(o.PerYear, 0) || o.PerYear != o.PerYear:
		return fmt.Errorf("stats: a year of %v units of time", o.PerYear)
	case !slices.IsSorted(at):
		return errors.New("stats: LandTrendr takes times in ascending order")
	}
	for i := range at[1:] {
		if at[i] == at[i+1] {
			return fmt.Errorf("stats: LandTrendr: %w", ErrSharedDates)
		}
	}
	return nil
}

// landTrendr is the estimator of the segments of LandTrendr. See segmenter for the computation.
type landTrendr struct {
	k      kernel.Kernel
	valid  kernel.Valid
	fields []Field
	o      LandTrendrOptions

	times         []float64 // of the dates, as they are written
	at            []float64 // in the frame of the plan
	perUnit       float64   // units of at in the unit that rates are per
	scale, offset float64
}

// newLandTrendr makes the estimator ready for fields.
func newLandTrendr(p *Plan, fields []Field, o Options) (*landTrendr, error) {
	l := &landTrendr{k: p.k, valid: p.valid, fields: fields, o: DefaultLandTrendr(), times: p.times, at: p.at, scale: o.Scale, offset: o.Offset, perUnit: o.PerUnit / p.frame.unit}
	if o.LandTrendr != nil {
		l.o = *o.LandTrendr
	}
	l.o.MinObs = cmp.Or(p.minObs, l.o.MinObs)
	if err := l.o.check(p.at); err != nil {
		return nil, err
	}
	l.o.PerYear = cmp.Or(l.o.PerYear, 1) / p.frame.unit
	l.o.Gain = l.o.Gain == (o.Scale > 0) // stored samples fall where samples with a negative scale rise
	return l, nil
}

// trajectory is the memory of one goroutine.
type trajectory struct {
	*segmenter
	series []float64
	lanes  *lanes // nil: the instruction set has none
}

func (l *landTrendr) newScratch() any { return l.newTrajectory() }

func (l *landTrendr) newTrajectory() *trajectory {
	s := newSegmenter(l.o, len(l.at))
	return &trajectory{s, make([]float64, len(l.at)), newLanes(l.k, s, l.at)}
}

func (l *landTrendr) scratchBytes() int {
	s := l.newTrajectory()
	size := s.bytes() + 8*len(l.at)
	if s.lanes != nil {
		size += s.lanes.bytes()
	}
	return size
}

// each calls found for every pixel of t, in any order, with its segments in s; ok is false if there are too
// few observations.
func (l *landTrendr) each(s *trajectory, t kernel.Tile, found func(pixel int, ok bool)) {
	if s.lanes != nil {
		s.lanes.each(t, l.valid, found)
		return
	}
	for p := range t.Pixels {
		t.Series(s.series, p, l.valid)
		found(p, s.segment(s.series, l.at))
	}
}

func (l *landTrendr) fit(scratch any, t kernel.Tile, out outPlanes) {
	if out.f64 != nil {
		fitSegments(l, scratch.(*trajectory), t, out.f64)
	} else {
		fitSegments(l, scratch.(*trajectory), t, out.f32)
	}
}

func fitSegments[F float32 | float64](l *landTrendr, s *trajectory, t kernel.Tile, out [][]F) {
	l.each(s, t, func(p int, ok bool) {
		if !ok {
			for i := range out {
				out[i][p] = F(math.NaN())
			}
			return
		}
		event := s.event(l.at)
		for i, f := range l.fields {
			out[i][p] = F(l.result(s, f, event))
		}
	})
}

// result returns a field of the pixel whose segments are in s.
func (l *landTrendr) result(s *trajectory, f Field, event int) float64 {
	size := math.Abs(l.scale)
	switch {
	case f == Segments:
		return float64(len(s.at) - 1)
	case f == SegmentsPValue:
		return s.pvalue
	case f == SegmentsRMSE:
		return s.rmse * size
	case event < 0:
		return math.NaN()
	}
	from, to := s.at[event], s.at[event+1]
	change, time := (s.values[event+1]-s.values[event])*size, l.at[to]-l.at[from]
	switch f {
	case BreakYear:
		return l.times[from+1]
	case BreakMagnitude:
		return change
	case BreakDuration:
		return time / l.perUnit
	case BreakRate:
		return change / time * l.perUnit
	case BreakBefore:
		return l.written(s, s.values[event])
	case BreakAfter:
		return l.written(s, s.values[event+1])
	case BreakDSNR:
		if s.rmse > 0 {
			return change / (s.rmse * size)
		}
	}
	return math.NaN()
}

// written returns a value of the segments in s as it is written.
func (l *landTrendr) written(s *trajectory, value float64) float64 {
	return math.FMA(s.first+float64(s.sign*value), l.scale, l.offset)
}

// Trajectories writes the segments of every pixel of t: fitted[i][p] is the value of pixel p at date i. The
// planes of vertices are the times of MaxSegments+1 vertices, and then their values, both NaN beyond the
// last vertex. Each may be nil. Of a plan with fields of BFAST monitor, fitted are the values of the model of
// the history, and there are no vertices. Trajectories panics if the plan has no fields of breaks.
func Trajectories[F float32 | float64](p *Plan, s *Scratch, t kernel.Tile, fitted, vertices [][]F) {
	if i := slices.IndexFunc(p.shares, func(s share) bool { _, is := s.estimator.(*monitor); return is }); i >= 0 {
		predict(p.shares[i].estimator.(*monitor), s.of[i].(*monitorScratch), t, fitted)
		return
	}
	i := slices.IndexFunc(p.shares, func(s share) bool { _, is := s.estimator.(*landTrendr); return is })
	l, of := p.shares[i].estimator.(*landTrendr), s.of[i].(*trajectory)
	nan := F(kernel.NaN())
	l.each(of, t, func(pixel int, ok bool) {
		for i := range vertices {
			vertices[i][pixel] = nan
		}
		if !ok {
			for i := range fitted {
				fitted[i][pixel] = nan
			}
			return
		}
		if vertices != nil {
			for i, at := range of.at {
				vertices[i][pixel], vertices[len(vertices)/2+i][pixel] = F(l.times[at]), F(l.written(of, of.values[i]))
			}
		}
		segment := 0
		from, slope := of.segmentAt(0, l.at)
		for i := range fitted {
			if i > of.at[segment+1] {
				segment++
				from, slope = of.segmentAt(segment, l.at)
			}
			fitted[i][pixel] = F(l.written(of, of.values[segment]+float64(slope*(l.at[i]-from))))
		}
	})
}

// VertexPlanes returns how many planes of vertices Trajectories writes.
func (o LandTrendrOptions) VertexPlanes() int { return max(0, 2*(o.MaxSegments+1)) }
