package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record writes a run into a folder of its own in dir: DATE-CPU, or DATE-CPU-2 and so on if there
// are others of that day. The folder holds report.md, env.json, summary.csv, samples.csv with every
// run, report.json with everything, and plots.
func (r *Report) Record(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	first := filepath.Join(dir, r.folder())
	dir = first
	for n := 2; ; n++ {
		err := os.Mkdir(dir, 0o777)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		dir = fmt.Sprintf("%s-%d", first, n)
	}
	plots, err := r.Plot(filepath.Join(dir, "plots"))
	if err != nil {
		return err
	}
	indented := func(v any) func(io.Writer) error {
		return func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			return e.Encode(v)
		}
	}
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"report.md", func(w io.Writer) error { _, err := io.WriteString(w, r.markdown(plots)); return err }},
		{"env.json", indented(r.Environment)}, {"summary.csv", r.WriteSummary}, {"samples.csv", r.WriteSamples}, {"report.json", indented(r)},
	} {
		if err := writeFile(filepath.Join(dir, f.name), f.write); err != nil {
			return err
		}
	}
	return nil
}

// noNames are parts of the names of processors that name nothing.
var noNames = strings.NewReplacer("(R)", "", "(TM)", "", "(tm)", "", " Processor", "", " CPU", "")

// folder returns the date and the processor, in letters that every file system accepts.
func (r *Report) folder() string {
	name := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		}
		return ' '
	}, noNames.Replace(r.Environment.CPU))
	return r.Environment.Time.Format(time.DateOnly) + "-" + strings.Join(strings.Fields(name), "-")
}

// markdown returns the report with tables and plots. It alone says what was compared, where, how
// certain it is, and how to repeat it.
func (r *Report) markdown(plots []string) string {
	var b strings.Builder
	e := &r.Environment
	fmt.Fprintf(&b, "# pixtrend, measured %s\n\n", e.Time.Format("2006-01-02 15:04 UTC"))
	r.summary(&b)
	b.WriteString("## Where\n\n")
	mdTable(&b, []string{"", ""}, environmentRows(e))
	b.WriteString("## How\n\n" + method(e.Runs, r.Stack))
	fmt.Fprintf(&b, "To repeat it, at this commit:\n\n    make build\n    bin/pixtrend bench all --record bench/runs\n\n")
	b.WriteString("Without GDAL, or on a machine that has neither Go nor GDAL: `make bench-static`, then `bin/pixtrend-bench all --record DIR`, which leaves out the fits of files.\n\n")
	if len(r.Notes) > 0 {
		b.WriteString("## Notes\n\n")
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
		b.WriteString("\n")
	}
	if len(plots) > 0 {
		b.WriteString("## Plots\n\n")
		for _, p := range plots {
			fmt.Fprintf(&b, "![%s](plots/%s.png)\n\n", captions[p], p)
		}
	}
	if len(r.Curves) > 0 {
		b.WriteString("## Threads\n\nSpeed-up is relative to one thread of the same arm. Karp–Flatt is the serial fraction that follows from it. `of reading` is the rate divided by the rate at which as many threads read the same bytes.\n\n")
		for i := range r.Curves {
			c := &r.Curves[i]
			fmt.Fprintf(&b, "### %s\n\n%s\n\n", c.title(), c.sentence())
			var rows [][]string
			for k := range c.Points {
				rows = append(rows, c.Points[k].row())
			}
			mdTable(&b, curveHead, rows)
		}
	}
	if len(r.Results) > 0 {
		b.WriteString("## Results\n\nBytes are those of the samples, not of the results. `of reading` is the rate divided by that of the arm `read` with as many threads, with its 95 % interval. For fits of files it is relative to reading or decoding the same files, and bytes are those of the files.\n\n")
	}
	for _, group := range r.groups() {
		fmt.Fprintf(&b, "### %s\n\n", heading(group))
		var rows [][]string
		for i := range r.Results {
			if r.Results[i].Group == group {
				rows = append(rows, r.Results[i].row())
			}
		}
		mdTable(&b, resultHead, rows)
		for _, n := range r.Noise {
			if n.Group == group {
				fmt.Fprintf(&b, "Noise: `%s` measured twice, ratio %.3f (%.3f to %.3f).\n\n", n.Arm, n.Ratio.Value, n.Ratio.Low, n.Ratio.High)
			}
		}
	}
	if r.text != "" {
		fmt.Fprintf(&b, "## Whole fits of files\n\n```\n%s```\n", r.text)
	}
	return b.String()
}

var captions = map[string]string{
	"speedup": "Speed-up over one thread, stacks in memory", "efficiency": "Efficiency, stacks in memory",
	"files-speedup": "Speed-up over one thread, whole fits of files", "files-efficiency": "Efficiency, whole fits of files",
	"policies": "Ways to hand out work", "roofline": "Roofline, one thread", "dates": "Rate by number of dates",
	"tiles": "Rate by size of tiles and groups", "samples": "Distribution of the runs of one table",
}

// summary writes the main results as one table.
func (r *Report) summary(b *strings.Builder) {
	isa := r.Environment.ISA
	var rows [][]string
	for _, x := range r.of("study", "kernel", "ws", groupRAM, "arm", isa, "layout", "packed", repeated, "") {
		rows = append(rows, []string{strings.TrimPrefix(heading(x.Group), "One thread, a stack larger than the caches: "), "1",
			fmt.Sprintf("%.1f", x.Rate.Value), fmt.Sprintf("%.1f", x.OverPixel.Value), fmt.Sprintf("%.1f", x.OverGeneric.Value), fmt.Sprintf("%.2f", x.OfCeiling.Value)})
	}
	for i := range r.Curves {
		c := &r.Curves[i]
		if Key(c.Name, "scaling") != strong || Key(c.Name, "pin") != "cpu" || len(c.Points) < 2 {
			continue
		}
		p := &c.Points[len(c.Points)-1]
		for _, x := range r.of("study", "scaling", "scaling", strong, "pin", "cpu", "gaps", Key(c.Name, "gaps"), "threads", fmt.Sprint(p.Threads), repeated, "") {
			rows = append(rows, []string{strings.TrimPrefix(heading(x.Group), "Threads: a packed stack in memory: "), fmt.Sprint(p.Threads),
				fmt.Sprintf("%.1f", x.Rate.Value), fmt.Sprintf("%.1f", x.OverPixel.Value), fmt.Sprintf("%.1f", x.OverGeneric.Value), fmt.Sprintf("%.2f", x.OfCeiling.Value)})
		}
	}
	if len(rows) > 0 {
		fmt.Fprintf(b, "The slope of every pixel of a packed stack in memory (%s), from the tables below:\n\n", isa)
		mdTable(b, []string{"stack", "threads", "GB/s", "× serial-pixel", "× serial-generic", "of reading"}, rows)
	}
	r.summarizeEstimators(b)
}

// summarizeEstimators writes the rates of models and ranks as a table.
func (r *Report) summarizeEstimators(b *strings.Builder) {
	var rows [][]string
	for _, study := range []string{Models, Ranks} {
		for _, x := range r.of("study", study, "arm", r.Environment.ISA, repeated, "") {
			rows = append(rows, []string{heading(x.Group), strconv.Itoa(x.threads()), millions(x.SeriesRate.Value),
				fmt.Sprintf("%.1f", x.OverPixel.Value), fmt.Sprintf("%.1f", x.OverGeneric.Value)})
		}
	}
	if len(rows) > 0 {
		fmt.Fprintf(b, "Models and rank trends (%s), in millions of series per second:\n\n", r.Environment.ISA)
		mdTable(b, []string{"fields", "threads", "M series/s", "× serial-pixel", "× serial-generic"}, rows)
	}
}

// method returns a description of how the figures were made.
func method(runs int, stack int64) string {
	return fmt.Sprintf("* Stacks of %d MiB, made by the benchmark, the same on every machine. Before each run the caches are filled with other samples and the results are overwritten.\n"+
		"* Everything in a table is timed in one process in turn, %d runs of each, in another order each round (the seed is fixed). samples.csv has every run.\n"+
		"* A figure is the median; its interval is the 95 %% percentile bootstrap of 2000 resamples. Ratios have intervals of their own.\n"+
		"* Before its time counts, a result is compared with a float64 reference, and its checksum with those of all arms on the same data. Later runs must have the same checksum.\n"+
		"* `serial-pixel`: one goroutine goes over a pixel-major array pixel by pixel and computes the textbook formula in two passes, like a loop over `linregress`, in Go; of models and ranks it computes the slope alone, by Gram and Schmidt's method, by the rounds of `MASS::rlm`, or by sorting the slopes of all pairs. `serial-generic`: the portable kernel on one thread. "+
		"`read`: the fastest sequential read of the same bytes, with the widest registers. `triad`: a = b + 3·c in Go.\n"+
		"* Each table has one arm twice (`again`). The difference between the two is noise.\n\n", stack>>20, runs)
}

func environmentRows(e *Environment) [][]string {
	known := func(s string) string {
		if s == "" || s == "0 KiB" {
			return "unknown"
		}
		return s
	}
	kib := func(n int) string { return fmt.Sprintf("%d KiB", n>>10) }
	machine := e.Machine
	if machine == "" {
		machine = "no hypervisor detected"
	} else {
		machine = "virtual machine: " + machine
	}
	return [][]string{
		{"processor", e.CPU + ", " + e.Arch + ", " + machine},
		{"instruction set", e.ISA + " (of " + strings.Join(e.ISAs, ", ") + ")"},
		{"CPUs", fmt.Sprintf("%d on %d cores (SMT: %d per core), %d NUMA nodes, GOMAXPROCS %d", e.CPUs, e.Cores, e.SMT, e.NUMANodes, e.Procs)},
		{"caches", fmt.Sprintf("L1 %s, L2 %s, L3 %s", known(kib(e.L1)), known(kib(e.L2)), known(kib(e.L3)))},
		{"memory available", fmt.Sprintf("%d MiB", e.Memory>>20)},
		{"huge pages", fmt.Sprintf("%s; %d MiB of this process were in huge pages", known(e.HugePages), e.Huge>>20)},
		{"frequency governor", known(e.Governor)},
		{"system", e.OS + ", Go " + e.Go},
		{"pixtrend", e.Pixtrend + ", commit " + e.Commit},
		{"load at the start", fmt.Sprintf("%.2f; during the run other programs took %.0f %% of the CPU time, other guests %.0f %%", e.Load, 100*e.Others, 100*e.Steal)},
	}
}

func mdTable(b *strings.Builder, head []string, rows [][]string) {
	line := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, row := range rows {
		line(row)
	}
	b.WriteString("\n")
}
