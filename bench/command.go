package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Flags is a set of command-line flags: the FlagSet of package flag, or of pflag.
type Flags interface {
	BoolVar(p *bool, name string, value bool, usage string)
	Func(name, usage string, fn func(string) error)
}

// Output is the destination of a report, besides the text on standard output.
type Output struct {
	JSON   string // a file; "-" is standard output, without the text; "" is none
	CSV    string // likewise
	Plots  string // a folder
	Record string // a folder, in which the run makes its own
}

// Define defines the flags of Output.
func (o *Output) Define(f Flags) {
	file := func(to *string, name, usage string) {
		f.Func(name, usage, func(s string) error {
			if s == "" {
				return errors.New("the name is empty")
			}
			*to = s
			return nil
		})
	}
	file(&o.JSON, "json", "write everything to `FILE` as JSON, with the seconds of every run; - is standard output, without the table")
	file(&o.CSV, "csv", "write a row for each result to `FILE` as CSV; - is standard output, without the table")
	file(&o.Plots, "plots", "draw plots into `DIR`, as SVG and PNG")
	file(&o.Record, "record", "write report.md, env.json, summary.csv, samples.csv, report.json and plots to `DIR`/DATE-CPU")
}

// DefineRun defines the flags for the amount of work.
func (o *Options) DefineRun(f Flags) {
	f.BoolVar(&o.Quick, "quick", false, "take small stacks and few sizes, to see in seconds how it works")
	f.Func("runs", fmt.Sprintf("time each arm `N` times (default %d; %d for fits of files and with --quick)", usualRuns, LeastRuns), func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1e6 {
			return errors.New("give a whole number, 1 or more")
		}
		o.Runs = n
		return nil
	})
}

// DefineMemory defines the flags for stacks in memory.
func (o *Options) DefineMemory(f Flags) {
	f.Func("stack", "take stacks of `MIB` MiB (default four times the last-level cache, at most 512)", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1<<20 {
			return fmt.Errorf("give a whole number of MiB from 1 to %d", 1<<20)
		}
		o.Stack = int64(n) << 20
		return nil
	})
}

// DefineThreads defines the flag of the scaling study.
func (o *Options) DefineThreads(f Flags) {
	f.Func("threads", "measure these numbers of threads, a `LIST` such as 1,2,4, or all (default powers of two, nodes, cores, CPUs)", func(s string) (err error) {
		o.Threads, err = ParseThreads(s)
		return err
	})
}

// Write writes a report to all destinations. stdout gets the text, or the format that was requested
// with -.
func (o Output) Write(r *Report, stdout io.Writer) error {
	text := func(w io.Writer) error { _, err := io.WriteString(w, r.Text()); return err }
	asJSON := func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	print := text
	for _, to := range []struct {
		name  string
		write func(io.Writer) error
	}{{o.JSON, asJSON}, {o.CSV, r.WriteSummary}} {
		switch to.name {
		case "":
		case "-":
			print = to.write
		default:
			if err := writeFile(to.name, to.write); err != nil {
				return err
			}
		}
	}
	if o.Plots != "" {
		if _, err := r.Plot(o.Plots); err != nil {
			return err
		}
	}
	if o.Record != "" {
		if err := r.Record(o.Record); err != nil {
			return err
		}
	}
	return print(stdout)
}

// Conflict returns an error if two options contradict each other.
func (o Output) Conflict() error {
	if o.JSON == "-" && o.CSV == "-" {
		return errors.New("--json and --csv cannot both be standard output: name a file")
	}
	return nil
}

// Check reports whether the report can be written, before anything is measured.
func (o Output) Check() error {
	for _, name := range []string{o.JSON, o.CSV} {
		if name == "" || name == "-" {
			continue
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return fmt.Errorf("cannot write the report: %w", err)
		}
		_ = f.Close()
	}
	if one, err := os.Stat(o.JSON); err == nil {
		if other, err := os.Stat(o.CSV); err == nil && os.SameFile(one, other) {
			return fmt.Errorf("%s and %s are one file: name another for each report", o.JSON, o.CSV)
		}
	}
	for _, dir := range []string{o.Plots, o.Record} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("cannot make the folder: %w", err)
		}
	}
	return nil
}

// writeFile writes a file. Its errors name the file.
func writeFile(name string, write func(io.Writer) error) error {
	var b strings.Builder
	if err := write(&b); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, []byte(b.String()), 0o666)
}
