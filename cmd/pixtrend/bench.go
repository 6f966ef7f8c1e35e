package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/bench/pipeline"
)

func newBenchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench COMMAND",
		Short: "Measure pixtrend against what nobody can pass.",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("name what to measure: pipeline")
			}
			return usagef("bench knows no %q: use pipeline", args[0])
		},
	}
	cmd.AddCommand(newBenchPipelineCommand())
	return cmd
}

// benchPipeline is the command line of pixtrend bench pipeline.
type benchPipeline struct {
	options     pipeline.Options
	json, quiet bool
}

func newBenchPipelineCommand() *cobra.Command {
	m := &benchPipeline{}
	cmd := &cobra.Command{
		Use:   "pipeline [DIR]",
		Short: "Measure whole fits of files against reading or decoding the same files.",
		Long: "Measure whole fits of files against reading the same bytes or, where files are compressed, decoding\n" +
			"every block once, in one run. Stacks are made in DIR, kept and used again; without DIR, in a\n" +
			"temporary folder that is removed. Results are verified before their times count.\n\n" +
			"Cases: f32, f32-nan, int16-deflate, int16-zstd, int16-lzw and small (all of them: all), and\n" +
			"scaling-dates and scaling-pixels (scaling), which show how the cost of a sample grows. At the full\n" +
			"size the usual cases need up to 6 GB of disk, and scaling 20 GB.",
		Example: "  # a look at how it works, in seconds\n" +
			"  pixtrend bench pipeline --size 256 --cases f32,int16-zstd --runs 2\n" +
			"  # the whole benchmark, its stacks kept for the next time, every run's seconds as JSON\n" +
			"  pixtrend bench pipeline stacks --json > bench.json  # several minutes",
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef("pipeline takes one folder, in which its stacks are kept")
			case len(args) == 1 && args[0] == "":
				return usagef("the folder has an empty name")
			case len(args) == 1:
				m.options.Dir = args[0]
			}
			_, err := isaFromEnv(cmd)
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return m.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o := &m.options
	group(cmd, "Measurement", func(flags *pflag.FlagSet) {
		option(flags, &o.Cases, "cases", "", "NAMES", "measure the cases of these NAMES, such as f32,int16-zstd (default all)", pipeline.ParseCases)
		option(flags, &o.Runs, "runs", "", "N", "time each thing N times (default 5)", atLeast(1))
		option(flags, &o.Size, "size", "", "PIXELS", "make the large stacks PIXELS wide and high (default 4096)", parseBenchSize)
		option(flags, &o.Dates, "dates", "", "N", "make stacks of N dates (default 21)", parseBenchDates)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&m.json, "json", false, "print one JSON object, with every run, on standard output")
		flags.BoolVarP(&m.quiet, "quiet", "q", false, "print no progress")
	})
	return cmd
}

func (m *benchPipeline) run(stdout, stderr io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find the program that is to be measured: %w", err)
	}
	o := m.options
	o.Program, o.Version = program, versionName()
	steps := &steps{w: stderr}
	if !m.quiet {
		o.Say, o.Progress = steps.say, steps.set
	}
	ctx, stop := interruptible(context.Background())
	defer stop()
	report, err := pipeline.Run(ctx, o)
	steps.end()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is measured", context.Cause(ctx))
		}
		return err
	}
	if m.json {
		text, err := jsonLine(report)
		if err != nil {
			return err
		}
		return print(stdout, text)
	}
	return print(stdout, report.Text())
}

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
