package bench

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Schema is the version of the JSON of a report. It changes when a key changes.
const Schema = "pixtrend-bench/2"

// Report is the result of a run.
type Report struct {
	Schema      string      `json:"schema"`
	Environment Environment `json:"environment"`
	Stack       int64       `json:"stack_bytes"` // size of a stack in memory
	Quick       bool        `json:"quick"`
	Results     []Result    `json:"results"`
	Noise       []Noise     `json:"noise"`
	Curves      []Curve     `json:"curves"`
	Notes       []string    `json:"notes"`
	Pipeline    any         `json:"pipeline,omitempty"` // the report of bench/pipeline, if it ran

	text string // the report of the pipeline as text
}

// NewReport returns an empty report.
func NewReport(e Environment) *Report {
	return &Report{Schema: Schema, Environment: e, Results: []Result{}, Noise: []Noise{}, Curves: []Curve{}, Notes: []string{}}
}

// AddPipeline adds the report of package pipeline, as a value for JSON and as text.
func (r *Report) AddPipeline(report any, text string) { r.Pipeline, r.text = report, text }

// Finish adds the load during the run and the notes for the reader.
func (r *Report) Finish() {
	r.Environment.Finish()
	if r.Quick {
		r.Notes = append(r.Notes, fmt.Sprintf("a quick run: stacks of %d MiB may be in the caches, so these figures show how the benchmark works, not how fast anything is", r.Stack>>20))
	}
	r.Notes = append(r.Notes, r.Environment.Notes()...)
	r.Notes = append(r.Notes, doubts(r.Results, r.Noise)...)
}

// of returns the results whose keys have these values.
func (r *Report) of(pairs ...string) []*Result {
	var found []*Result
	for i := range r.Results {
		ok := true
		for k := 0; k < len(pairs); k += 2 {
			ok = ok && r.Results[i].key(pairs[k]) == pairs[k+1]
		}
		if ok {
			found = append(found, &r.Results[i])
		}
	}
	return found
}

// groups returns the names of the groups in order.
func (r *Report) groups() []string {
	var names []string
	for i := range r.Results {
		if name := r.Results[i].Group; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

var resultHead = []string{"arm", "median", "95 % interval", "GB/s", "M series/s", "× serial-pixel", "× serial-generic", "of reading"}

// row formats a result as a row of a table.
func (r *Result) row() []string {
	times := func(i Interval) string {
		switch {
		case i.Value == 0:
			return ""
		case i.Value < 10:
			return fmt.Sprintf("%.2f", i.Value)
		}
		return fmt.Sprintf("%.1f", i.Value)
	}
	share := ""
	if r.OfCeiling.Value > 0 {
		share = fmt.Sprintf("%.2f (%.2f to %.2f)", r.OfCeiling.Value, r.OfCeiling.Low, r.OfCeiling.High)
	}
	return []string{r.label(), Duration(r.Median.Value), Duration(r.Median.Low) + " to " + Duration(r.Median.High),
		fmt.Sprintf("%.2f", r.Rate.Value), millions(r.SeriesRate.Value), times(r.OverPixel), times(r.OverGeneric), share}
}

// millions formats a rate with three significant digits.
func millions(perSecond float64) string {
	if perSecond == 0 {
		return ""
	}
	return strconv.FormatFloat(perSecond/1e6, 'f', max(0, 2-int(math.Floor(math.Log10(perSecond/1e6)))), 64)
}

var curveHead = []string{"threads", "GB/s", "speed-up", "95 % interval", "efficiency", "Karp–Flatt", "× serial-pixel", "of reading", "nodes", "SMT"}

func (p *CurvePoint) row() []string {
	e := "–"
	if p.KarpFlatt != nil {
		e = fmt.Sprintf("%.3f", *p.KarpFlatt)
	}
	smt := "no"
	if p.SMT {
		smt = "yes"
	}
	return []string{strconv.Itoa(p.Threads), fmt.Sprintf("%.2f", p.Rate.Value), fmt.Sprintf("%.2f", p.Speedup.Value),
		fmt.Sprintf("%.2f to %.2f", p.Speedup.Low, p.Speedup.High), fmt.Sprintf("%.2f", p.Efficiency.Value), e,
		fmt.Sprintf("%.1f", p.OverPixel.Value), fmt.Sprintf("%.2f", p.OfCeiling.Value), strconv.Itoa(p.Nodes), smt}
}

// sentence describes the fitted curve.
func (c *Curve) sentence() string {
	last := c.Points[len(c.Points)-1].Threads
	switch {
	case len(c.Points) == 1:
		return "There is no curve of a single number of threads."
	case !c.Roof.Reached:
		return fmt.Sprintf("min(p × %.2f GB/s, bound): no bound up to %d threads; residual %.1f %%.", c.Roof.One, last, 100*c.Roof.Residual)
	}
	return fmt.Sprintf("min(p × %.2f GB/s, %.2f GB/s): bound from %.1f threads on; residual %.1f %%.", c.Roof.One, c.Roof.Most, c.Roof.Threads, 100*c.Roof.Residual)
}

// heading describes a group in words.
func heading(group string) string {
	var what string
	switch {
	case Key(group, "study") == "pipeline":
		return fmt.Sprintf("Whole fits of files: case %s, %s", Key(group, "case"), Key(group, "stats"))
	case Key(group, "study") == Baselines:
		what = "One thread, the serial baselines"
	case Key(group, "study") == Scaling:
		what = "Threads: a packed stack in memory"
		if Key(group, "ws") == groupCache {
			what = "Threads: a tile for each in its L2 cache"
		}
	case Key(group, "study") == Models || Key(group, "study") == Ranks:
		what = "Series on tiles in cache"
		if Key(group, "ws") == groupRAM {
			what = "Series of a stack larger than the caches"
		}
		what += ", " + estimated(group)
	case Key(group, "ws") == groupRAM:
		what = "One thread, a stack larger than the caches"
	case Key(group, "ws") == groupCache:
		what = "One thread, a tile that stays in the L2 cache"
	case Key(group, "ws") == groupDates:
		what = "One thread, by the number of dates"
	case Key(group, "ws") == groupTiles:
		what = "All threads, by pixels of a tile and tiles taken at once"
	}
	gaps := "no gaps"
	if share, err := strconv.ParseFloat(Key(group, "gaps"), 64); err == nil && share > 0 {
		gaps = fmt.Sprintf("%.0f %% gaps", 100*share)
	}
	return fmt.Sprintf("%s: %s, %s dates, %s", what, Key(group, "dtype"), Key(group, "n"), gaps)
}

// estimated describes the fields of a group of the studies Models and Ranks.
func estimated(group string) string {
	fields := strings.ReplaceAll(Key(group, "fields"), ",", ", ")
	switch {
	case Key(group, "model") != "":
		return fmt.Sprintf("model %s (%s)", Key(group, "model"), fields)
	case Key(group, "season") != "":
		return fmt.Sprintf("%s seasons (%s)", Key(group, "season"), fields)
	}
	return fields
}

// title describes a curve in words.
func (c *Curve) title() string {
	title := heading(c.Name)
	switch Key(c.Name, "scaling") {
	case strong:
		title += "; the same stack for all (strong)"
	case weak:
		title += "; as much for each (weak)"
	}
	switch Key(c.Name, "pin") {
	case "cpu":
		title += ", pinned"
	case "off":
		title += ", not pinned"
	}
	return title
}

// Text formats the report as text.
func (r *Report) Text() string {
	var b strings.Builder
	if len(r.Results) > 0 {
		e := &r.Environment
		fmt.Fprintf(&b, "pixtrend %s (%s), Go %s, %s/%s\n", e.Pixtrend, e.ISA, e.Go, e.OS, e.Arch)
		fmt.Fprintf(&b, "%s, %d CPUs on %d cores, %d NUMA nodes; medians of %d runs with 95 %% bootstrap intervals, stacks of %d MiB; load average %.2f at the start\n",
			e.CPU, e.CPUs, e.Cores, e.NUMANodes, e.Runs, r.Stack>>20, e.Load)
	}
	for _, group := range r.groups() {
		fmt.Fprintf(&b, "\n%s", heading(group))
		rows := [][]string{resultHead}
		for i := range r.Results {
			if r.Results[i].Group == group {
				rows = append(rows, r.Results[i].row())
			}
		}
		b.WriteString("\n")
		Table(&b, rows)
	}
	for i := range r.Curves {
		c := &r.Curves[i]
		fmt.Fprintf(&b, "\n%s\n%s\n", c.title(), c.sentence())
		rows := [][]string{curveHead}
		for k := range c.Points {
			rows = append(rows, c.Points[k].row())
		}
		Table(&b, rows)
	}
	if len(r.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	if r.text != "" {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(r.text)
	}
	return b.String()
}

// WriteSummary writes one row per result as CSV.
func (r *Report) WriteSummary(w io.Writer) error {
	c := csv.NewWriter(w)
	head := []string{"name", "bytes", "runs", "median_s", "median_s_low", "median_s_high", "gb_per_s", "gb_per_s_low", "gb_per_s_high",
		"series_per_s", "series_per_s_low", "series_per_s_high",
		"over_pixel", "over_generic", "of_ceiling", "of_ceiling_low", "of_ceiling_high", "ceiling"}
	rows := [][]string{head}
	for i := range r.Results {
		x := &r.Results[i]
		row := []string{x.Name, strconv.FormatInt(x.Bytes, 10), strconv.Itoa(len(x.Seconds))}
		for _, n := range []float64{x.Median.Value, x.Median.Low, x.Median.High, x.Rate.Value, x.Rate.Low, x.Rate.High,
			x.SeriesRate.Value, x.SeriesRate.Low, x.SeriesRate.High,
			x.OverPixel.Value, x.OverGeneric.Value, x.OfCeiling.Value, x.OfCeiling.Low, x.OfCeiling.High} {
			row = append(row, number(n))
		}
		rows = append(rows, append(row, x.Ceiling))
	}
	return c.WriteAll(rows)
}

// number formats a number with six significant digits or all those before its point, and zero, which
// means that there is none, as nothing.
func number(n float64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', max(0, 5-int(math.Floor(math.Log10(math.Abs(n))))), 64)
}

// WriteSamples writes one row per run of each arm as CSV.
func (r *Report) WriteSamples(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"name", "run", "seconds"}}
	for i := range r.Results {
		for run, s := range r.Results[i].Seconds {
			rows = append(rows, []string{r.Results[i].Name, strconv.Itoa(run), strconv.FormatFloat(s, 'f', 9, 64)}) // the clock has nanoseconds
		}
	}
	return c.WriteAll(rows)
}
