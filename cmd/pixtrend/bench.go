package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/bench/pipeline"
	"github.com/pixtrend/pixtrend/raster/report"
)

func newBenchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench COMMAND",
		Short: "Measure pixtrend against serial code and against reading or decoding alone.",
		Long: "Measure pixtrend against serial code and against reading or decoding alone, in one run: everything\n" +
			"that is compared takes turns, results are verified before their times count, and figures are\n" +
			"medians with 95 % intervals.\n\n" +
			"The program pixtrend-bench has kernel, scaling, models and ranks for machines without GDAL.",
		Example: "  # a quick try, in seconds, with plots\n" +
			"  pixtrend bench kernel --quick --plots plots\n" +
			"  # a small stack of files, compressed\n" +
			"  pixtrend bench pipeline --quick --cases int16-deflate\n" +
			"  # everything, kept in a folder runs/DATE-CPU; 6 GB of disk\n" +
			"  pixtrend bench all --record runs  # several minutes",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			names := report.List(commandNames(cmd), "or")
			if len(args) == 0 {
				return usagef("name what to measure: %s", names)
			}
			return usagef("bench knows no %q: use %s", args[0], names)
		},
	}
	for _, b := range benches {
		cmd.AddCommand(b.command())
	}
	return cmd
}

// benchmark is a command of pixtrend bench.
type benchmark struct {
	name, short, long, example string
	studies                    []string // of package bench
	fits                       bool     // whether it measures fits of files
	memory, threads            bool     // whether its stacks in memory and its threads can be chosen
}

var benches = []benchmark{
	{name: "kernel", studies: []string{bench.Kernel}, memory: true,
		short: "Measure the kernels on stacks in memory, one thread and by tiles.",
		long: "Measure every implementation of the kernels on stacks larger than the caches and on tiles in\n" +
			"cache, with and without gaps, by the number of dates and by the size of tiles, beside a serial\n" +
			"loop over the pixels (serial-pixel), the portable kernel (serial-generic) and reading the same\n" +
			"bytes (read).",
		example: "  # a quick try, in seconds\n" +
			"  pixtrend bench kernel --quick\n" +
			"  # on stacks of 1 GiB\n" +
			"  pixtrend bench kernel --stack 1024  # several minutes\n" +
			"  # with plots, and every run's seconds\n" +
			"  pixtrend bench kernel --plots plots --json kernel.json  # several minutes"},
	{name: "scaling", studies: []string{bench.Scaling}, memory: true, threads: true,
		short: "Measure how fits of stacks in memory speed up with threads.",
		long: "Measure the fit of a packed stack in memory on 1 thread and more, pinned and not, with the same\n" +
			"stack (strong) and as much for each thread (weak), and ways to hand out the work.\n\n" +
			"Threads fill the cores of a NUMA node, then those of the others, then SMT siblings. Tables have efficiency and\n" +
			"the serial fraction of Karp and Flatt.",
		example: "  # a quick try, in seconds\n" +
			"  pixtrend bench scaling --quick\n" +
			"  # one thread and two, a row for each result\n" +
			"  pixtrend bench scaling --quick --threads 1,2 --csv scaling.csv\n" +
			"  # every number of threads, with plots\n" +
			"  pixtrend bench scaling --threads all --plots plots  # several minutes"},
	{name: "models", studies: []string{bench.Models}, memory: true, threads: true,
		short: "Measure how many series a second models take, on tiles in cache.",
		long: "Measure how many series a second polynomials, seasons and robust fits take, with standard errors and\n" +
			"p-values.\n\n" +
			"Each is fitted with every implementation of the kernels on one thread, and on the most threads of --threads,\n" +
			"beside plain code pixel by pixel (serial-pixel), the portable kernel (serial-generic) and reading\n" +
			"the same bytes (read).\n\n" +
			"Tiles stay in cache. The coefficients of pixels without gaps are\n" +
			"measured on stacks larger than the caches too.",
		example: "  # a quick try, in seconds\n" +
			"  pixtrend bench models --quick\n" +
			"  # a row for each result, on one thread alone\n" +
			"  pixtrend bench models --threads 1 --csv models.csv  # several minutes\n" +
			"  # every case, with every run's seconds as JSON\n" +
			"  pixtrend bench models --json models.json  # several minutes"},
	{name: "ranks", studies: []string{bench.Ranks}, memory: true, threads: true,
		short: "Measure how many series a second rank trends take, on tiles in cache.",
		long: "Measure how many series a second Theil–Sen slopes and Mann–Kendall tests take, without and with limits\n" +
			"and intercept, by the number of dates and within 12 seasons a year.\n\n" +
			"Each is computed with every\n" +
			"implementation of the kernels on one thread, and on the most threads of --threads, beside plain code that sorts the\n" +
			"slopes of all pairs (serial-pixel), the portable kernel (serial-generic) and reading the same bytes\n" +
			"(read).",
		example: "  # a quick try, in seconds\n" +
			"  pixtrend bench ranks --quick\n" +
			"  # with every run's seconds, on one thread alone\n" +
			"  pixtrend bench ranks --threads 1 --json ranks.json  # several minutes\n" +
			"  # every case, a row for each result\n" +
			"  pixtrend bench ranks --csv ranks.csv  # several minutes"},
	{name: "pipeline", studies: []string{bench.Baselines}, fits: true, memory: true, threads: true,
		short: "Measure whole fits of files against reading or decoding the same files.",
		long: "Measure whole fits of files against reading the same bytes or, where files are compressed, decoding\n" +
			"every block once, in one run.\n\n" +
			"Stacks are made in DIR, kept and used again; without DIR, in a temporary\n" +
			"folder that is removed. Results are verified before their times count.\n\n" +
			"Cases: f32, f32-nan, int16-deflate, int16-zstd, int16-lzw and small (all of them: all), and\n" +
			"scaling-dates and scaling-pixels (scaling), which show how the cost of a sample grows. At the full\n" +
			"size the usual cases need up to 6 GB of disk, and scaling 20 GB.",
		example: "  # a quick try, in seconds\n" +
			"  pixtrend bench pipeline --quick --cases f32,int16-zstd\n" +
			"  # how the cost of a sample grows with dates and pixels; 20 GB of disk\n" +
			"  pixtrend bench pipeline --cases scaling  # several minutes\n" +
			"  # the whole benchmark, its stacks kept for the next time, every run's seconds as JSON\n" +
			"  pixtrend bench pipeline stacks --json bench.json  # several minutes"},
	{name: "all", studies: bench.Studies, fits: true, memory: true, threads: true,
		short: "Measure everything in one run.",
		long: "Measure kernels, scaling, models, ranks and whole fits of files in one run, and write one report.\n\n" +
			"Stacks of files are made in DIR, kept and used again; without DIR, in a temporary folder that is removed.",
		example: "  # a quick try, in seconds\n" +
			"  pixtrend bench all --quick --cases small --plots plots\n" +
			"  # the same as JSON\n" +
			"  pixtrend bench all --quick --cases small --json bench.json\n" +
			"  # everything, kept in a folder runs/DATE-CPU; 6 GB of disk\n" +
			"  pixtrend bench all stacks --record runs  # several minutes"},
}

// benchRun is the command line of one of them.
type benchRun struct {
	benchmark
	options bench.Options
	files   pipeline.Options
	output  bench.Output
	quiet   bool
}

func (b benchmark) command() *cobra.Command {
	m := &benchRun{benchmark: b}
	cmd := &cobra.Command{
		Use: b.name, Short: b.short, Long: b.long, Example: b.example,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case !b.fits && len(args) > 0:
				return usagef("%s takes no argument such as %q", b.name, args[0])
			case len(args) > 1:
				return usagef("%s takes one folder, in which its stacks are kept", b.name)
			case len(args) == 1 && args[0] == "":
				return usagef("the folder has an empty name")
			case len(args) == 1:
				m.files.Dir = args[0]
			}
			if err := m.output.Conflict(); err != nil {
				return usageError{err: err}
			}
			_, err := isaFromEnv(cmd)
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return m.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	if b.fits {
		cmd.Use += " [DIR]"
		cmd.ValidArgsFunction = oneFolder
	}
	group(cmd, "Measurement", func(flags *pflag.FlagSet) {
		m.options.DefineRun(flags)
		if b.memory {
			m.options.DefineMemory(flags)
		}
		if b.threads {
			m.options.DefineThreads(flags)
		}
		if b.fits {
			option(flags, &m.files.Cases, "cases", "", "NAMES", "measure the cases of these NAMES, such as f32,int16-zstd (default all)", pipeline.ParseCases)
			option(flags, &m.files.Size, "size", "", "PIXELS", "make the large stacks PIXELS wide and high (default 4096, and 256 where --quick)", parseBenchSize)
			option(flags, &m.files.Dates, "dates", "", "N", "make stacks of N dates (default 21)", parseBenchDates)
		}
	})
	group(cmd, "Report", func(flags *pflag.FlagSet) { m.output.Define(flags) })
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVarP(&m.quiet, "quiet", "q", false, "print no progress")
	})
	return cmd
}

func (m *benchRun) run(stdout, stderr io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find the program that is to be measured: %w", err)
	}
	if err := m.output.Check(); err != nil {
		return err
	}
	steps := &steps{w: stderr}
	m.options.Version = versionName()
	if !m.quiet {
		m.options.Say, m.options.Progress = steps.say, steps.set
	}
	ctx, stop := interruptible(context.Background())
	defer stop()
	report, err := m.measure(ctx, program)
	steps.end()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is measured", context.Cause(ctx))
		}
		return err
	}
	stop() // a signal during the writing of the report ends the process as usual
	var text strings.Builder
	if err := m.output.Write(report, &text); err != nil {
		return err
	}
	return print(stdout, text.String())
}

// measure measures what is asked for: first the files, whose folder may not do.
func (m *benchRun) measure(ctx context.Context, program string) (*bench.Report, error) {
	var files *pipeline.Report
	if m.fits {
		f := m.files
		f.Program, f.Version, f.Runs, f.Threads = program, m.options.Version, m.options.Runs, m.options.Threads
		f.Say, f.Progress = m.options.Say, m.options.Progress
		if m.options.Quick && f.Size == 0 {
			f.Size = quickSize
		}
		var err error
		if files, err = pipeline.Run(ctx, f); err != nil {
			return nil, err
		}
	}
	report, err := bench.Run(ctx, m.studies, m.options)
	if err != nil {
		return nil, err
	}
	if m.fits {
		files.AddTo(report)
	}
	report.Finish()
	return report, nil
}

const quickSize = 256

// steps shows the steps of a run, with GDAL's dots below those that take a while.
type steps struct {
	w    io.Writer
	dots *dots // of the step under way
}

func (s *steps) say(what string) {
	s.end()
	_, _ = fmt.Fprintln(s.w, what)
}

func (s *steps) set(done, total int) {
	if s.dots == nil {
		s.dots = &dots{w: s.w}
	}
	s.dots.set(done, total)
	if done == total {
		s.dots.end(true)
		s.dots = nil
	}
}

// end ends the line of a step that was broken off.
func (s *steps) end() {
	if s.dots != nil {
		s.dots.end(false)
		s.dots = nil
	}
}

func parseBenchSize(s string) (int, error) {
	n, err := atLeast(4)(s)
	if err != nil || n > 1<<16 {
		return 0, fmt.Errorf("give a whole number of pixels from 4 to %d", 1<<16)
	}
	return n, nil
}

func parseBenchDates(s string) (int, error) {
	n, err := atLeast(2)(s)
	if err != nil || n > 100 {
		return 0, fmt.Errorf("give a whole number of dates from 2 to 100")
	}
	return n, nil
}
