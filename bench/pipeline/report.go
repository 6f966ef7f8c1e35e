package pipeline

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/bench"
)

// Report is the result of a run. Times are in seconds.
type Report struct {
	Environment  Environment    `json:"environment"`
	Stacks       []Stack        `json:"stacks"`
	Measurements []*Measurement `json:"measurements"`
	Rows         []Row          `json:"rows"`
	Speedups     []Speedup      `json:"speedups"`
	Growth       []Growth       `json:"growth"`
	Notes        []string       `json:"notes"`
}

// Verdict compares a value with a goal.
type Verdict struct {
	Goal  string  `json:"goal,omitempty"` // in words; "" without a goal
	Value float64 `json:"value"`          // in the unit of the goal; 0 if it was not measured
	Limit float64 `json:"limit"`
	Met   *bool   `json:"met"` // null: not judged
}

// Row compares a job with its floor.
type Row struct {
	Case      string  `json:"case"`
	Stats     string  `json:"stats"`
	Threads   int     `json:"threads"`
	Floor     string  `json:"floor"` // read or decode
	FloorBest float64 `json:"floor_best"`
	Best      float64 `json:"best"`
	Median    float64 `json:"median"`
	Ratio     float64 `json:"ratio"` // Best over FloorBest
	Verdict

	stack Stack
}

// Speedup is the speed-up from one thread to two, of the best runs.
type Speedup struct {
	Case  string  `json:"case"`
	Stats string  `json:"stats"`
	Floor float64 `json:"floor"` // speed-up of the floor
	Verdict
}

// Growth is the change of the cost of a sample over a case of scaling.
type Growth struct {
	Case   string        `json:"case"`
	Points []GrowthPoint `json:"points"`
	Verdict
}

// GrowthPoint is a job of a case of scaling.
type GrowthPoint struct {
	Pixels  int64   `json:"pixels"`
	Dates   int     `json:"dates"`
	Best    float64 `json:"best"` // of the whole process
	Fit     float64 `json:"fit"`  // the least time that the fit reports
	PerItem float64 `json:"ns_per_sample"`
}

// of returns a measurement by name, or nil.
func (r *Report) of(name string) *Measurement {
	i := slices.IndexFunc(r.Measurements, func(m *Measurement) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return r.Measurements[i]
}

// atMost compares a value with an upper limit. Met is set only if judge is true and the value was
// measured.
func atMost(limit, value float64, goal string, judge bool) Verdict {
	v := Verdict{Goal: "≤ " + goal, Value: value, Limit: limit}
	if judge && value > 0 {
		met := value <= limit
		v.Met = &met
	}
	return v
}

// judge fills in the results that follow from the measurements.
func (b *study) judge() {
	r := &b.report
	r.Rows, r.Speedups, r.Growth = []Row{}, []Speedup{}, []Growth{}
	for _, c := range b.cases {
		for _, stats := range c.stats {
			for _, threads := range b.threads {
				floor, job := r.of(floorName(c, threads)), r.of(jobName(c.name, stats, threads))
				row := Row{stack: c.stack, Case: c.name, Stats: stats, Threads: threads, Floor: string(c.floor),
					FloorBest: floor.Best(), Best: job.Best(), Median: job.Median(), Ratio: job.Best() / floor.Best()}
				if g, has := c.goals[stats]; has && threads == goalThreads {
					row.Verdict = b.judgeRow(g, row)
				}
				r.Rows = append(r.Rows, row)
			}
			if slices.Contains(b.threads, 1) && slices.Contains(b.threads, goalThreads) {
				gain := func(name func(threads int) string) float64 {
					return r.of(name(1)).Best() / r.of(name(goalThreads)).Best()
				}
				s := Speedup{Case: c.name, Stats: stats, Floor: gain(func(n int) string { return floorName(c, n) })}
				s.Value = gain(func(n int) string { return jobName(c.name, stats, n) })
				if c.floor == decode {
					s.Goal, s.Limit = fmt.Sprintf("≥ %v ×", goalSpeedup), goalSpeedup
					if met := s.Value >= s.Limit; b.full() {
						s.Met = &met
					}
				}
				r.Speedups = append(r.Speedups, s)
			}
		}
	}
	for _, name := range []string{scalingDates, scalingPixels} {
		if points := b.points[name]; len(points) > 0 {
			r.Growth = append(r.Growth, b.judgeGrowth(name, points))
		}
	}
	b.note()
}

func (b *study) judgeRow(g goal, row Row) Verdict {
	switch {
	case g.seconds > 0:
		return atMost(g.seconds, row.Best, bench.Duration(g.seconds), b.full())
	case g.jobs > 0:
		value := 0.0
		if against := b.report.of(jobName(againstCase, slope, row.Threads)); against != nil {
			value = row.Best / against.Best()
		}
		return atMost(g.jobs, value, fmt.Sprintf("%.2f × %s %s", g.jobs, againstCase, slope), b.full())
	}
	return atMost(g.floors, row.Ratio, fmt.Sprintf("%.2f × %s", g.floors, row.Floor), b.full())
}

// judgeGrowth compares the cost of a sample, by the seconds that the fit reports. The time of the
// whole process would hide the small points behind its start.
func (b *study) judgeGrowth(name string, points []point) Growth {
	g := Growth{Case: name}
	least, most := math.Inf(1), 0.0
	for _, p := range points {
		m := b.report.of(p.name(name, b.threads[len(b.threads)-1]))
		fit := slices.Min(m.Fit)
		cost := 1e9 * fit / float64(p.samples)
		least, most = min(least, cost), max(most, cost)
		g.Points = append(g.Points, GrowthPoint{int64(p.stack.Width) * int64(p.stack.Height), p.dates, m.Best(), fit, cost})
	}
	value := 0.0
	if least > 0 {
		value = most/least - 1
	}
	g.Verdict = atMost(goalLinear, value, fmt.Sprintf("%v %%", 100*goalLinear), b.full() && len(points) > 1)
	return g
}

// note adds notes for the reader.
func (b *study) note() {
	r, e := &b.report, &b.report.Environment
	r.Notes = []string{}
	say := func(format string, args ...any) { r.Notes = append(r.Notes, fmt.Sprintf(format, args...)) }
	if !b.full() {
		say("the goals apply to %d × %d pixels and %d dates, so none is checked at this size", FullSize, FullSize, FullDates)
	} else if !slices.Contains(b.threads, goalThreads) {
		say("the goals apply to %d threads, and the machine has 1 CPU, so they are not checked", goalThreads)
	}
	if start, least := r.of(startName), r.of(leastName); start != nil && least != nil {
		say("start: the program takes %s to print its version, and a fit of 16 × 16 pixels and 2 dates %s", bench.Duration(start.Best()), bench.Duration(least.Best()))
	}
	for _, m := range r.Measurements {
		if strings.HasPrefix(m.Name, "arm=write/") {
			say("write: writing and syncing a file of %s takes %s (median %s), which every fit of that size needs too", humanize.Bytes(uint64(m.Bytes)), bench.Duration(m.Best()), bench.Duration(m.Median()))
		}
	}
	var stacks int64
	for _, s := range r.Stacks {
		stacks += s.sampleBytes()
	}
	if e.Memory > 0 && stacks > e.Memory {
		say("the stacks take up to %s and the memory is %s, so not all of them may have been in the page cache", humanize.Bytes(uint64(stacks)), humanize.Bytes(uint64(e.Memory)))
	}
	say("make peers compares other programs")
}

// Text formats the report as text.
func (r *Report) Text() string {
	var b strings.Builder
	e := r.Environment
	fmt.Fprintf(&b, "pixtrend %s (%s), GDAL %s, Go %s, %s/%s\n", e.Pixtrend, e.ISA, e.GDAL, e.Go, e.OS, e.Arch)
	fmt.Fprintf(&b, "%s, %d CPUs on %d cores, threads %s; page cache warm, %d runs, fits are whole processes\n",
		e.CPU, e.CPUs, e.Cores, strings.Join(strings.Fields(strings.Trim(fmt.Sprint(e.Threads), "[]")), ", "), e.Runs)
	if len(r.Rows) > 0 {
		rows := [][]string{{"case", "stats", "threads", "floor", "", "best", "median", "ratio", "goal", "met"}}
		for _, row := range r.Rows {
			rows = append(rows, []string{row.Case, row.Stats, fmt.Sprint(row.Threads), row.Floor, bench.Duration(row.FloorBest), bench.Duration(row.Best),
				bench.Duration(row.Median), fmt.Sprintf("%.2f", row.Ratio), row.Goal, row.met(row.Value != row.Ratio && row.Value != row.Best)})
		}
		bench.Table(&b, rows)
	}
	if len(r.Speedups) > 0 {
		rows := [][]string{{"1 to 2 threads", "stats", "fit", "floor", "goal", "met"}}
		for _, s := range r.Speedups {
			rows = append(rows, []string{s.Case, s.Stats, fmt.Sprintf("%.2f ×", s.Value), fmt.Sprintf("%.2f ×", s.Floor), s.Goal, s.met(false)})
		}
		bench.Table(&b, rows)
	}
	for _, g := range r.Growth {
		rows := [][]string{{"case", "pixels", "dates", "process", "fit", "ns/sample"}}
		for _, p := range g.Points {
			rows = append(rows, []string{g.Case, humanize.Comma(p.Pixels), fmt.Sprint(p.Dates), bench.Duration(p.Best), bench.Duration(p.Fit), fmt.Sprintf("%.3f", p.PerItem)})
		}
		bench.Table(&b, rows)
		fmt.Fprintf(&b, "cost of a sample, from the seconds that the fit reports: varies by %.0f %%, goal %s, met: %s\n", 100*g.Value, g.Goal, g.met(false))
	}
	if len(r.Notes) > 0 {
		b.WriteString("\n")
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
	}
	return b.String()
}

// met says whether the goal is met. It adds the value if no other column has it.
func (v Verdict) met(value bool) string {
	word := "-"
	switch {
	case v.Goal == "":
		return ""
	case v.Met != nil && *v.Met:
		word = "yes"
	case v.Met != nil:
		word = "no"
	}
	if value && v.Value > 0 {
		word += fmt.Sprintf(" (%.2f)", v.Value)
	}
	return word
}
