package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// info is the command line of pixtrend info.
type info struct {
	inputs    []string
	options   raster.Options
	drivers   []string // besides GTiff
	json, all bool
	messages
}

// errWouldFail is what info ends with when a fit would not run. The report has said why.
var errWouldFail = errors.New("a fit would not run")

func newInfoCommand() *cobra.Command {
	n := &info{}
	cmd := &cobra.Command{
		Use:   "info INPUT...",
		Short: "Report on a stack before it is fitted.",
		Long: "Report on a stack before it is fitted: its dates and what they were read from, its grid, how samples\n" +
			"are stored, how many are missing, what a fit would take, and what may surprise.\n\n" +
			"An INPUT is what it is for pixtrend fit. Of every raster some windows are read, the same ones every\n" +
			"time: at most 64 windows, and 512 MiB for all rasters together. Nothing is written.\n\n" +
			"Exit codes: 0 a fit would run, 1 it would not, which the last line tells, 2 wrong usage.",
		Example: "  # a stack made for trying\n" +
			"  pixtrend synth demo && pixtrend info demo\n" +
			"  # every raster with its date, and nothing cut\n" +
			"  pixtrend info 'demo/ndvi_*.tif' --all\n" +
			"  # as pixtrend fit would read it with these options\n" +
			"  pixtrend info demo --from 2001 --nodata 0 --memory 128M\n" +
			"  # everything, for programs\n" +
			"  pixtrend info demo --json",
		Args: func(cmd *cobra.Command, args []string) error {
			n.inputs = args
			if err := n.check(); err != nil {
				return err
			}
			return checkStackFlags(cmd, n.options.OpenOptions)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := n.log(cmd.ErrOrStderr())
			tellProgram(log)
			start := time.Now()
			ctx, stop := interruptible(context.Background())
			defer stop()
			found, err := raster.Inspect(ctx, n.inputs, n.options)
			if err != nil {
				return err
			}
			log.Info("looked at the inputs", "rasters", len(found.Rasters), "read", report.Bytes(found.Survey.Bytes), "took", time.Since(start))
			hint := "--all shows them"
			if n.all {
				hint = ""
			}
			text := report.Info(found, hint)
			if n.json {
				if text, err = report.JSON(found); err != nil {
					return err
				}
			}
			if err := print(cmd.OutOrStdout(), text); err != nil {
				return err
			}
			if !found.Fit.Runs {
				return errWouldFail
			}
			return nil
		},
	}
	o := &n.options
	addInputFlags(cmd, &o.OpenOptions, &n.drivers)
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Fit.Threads, "threads", "", "N", "work on N threads (default: one for each CPU that may be used)", atLeast(1))
		option(flags, &o.Memory, "memory", "", "SIZE", "keep to SIZE, such as 512M or 2GiB (default 512M)", parseSize)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&n.json, "json", false, "print one JSON object on standard output")
		flags.BoolVar(&n.all, "all", false, "print long lists to their ends")
		n.messages.define(flags, "")
	})
	return cmd
}

// check looks at the command line as a whole, and at no file.
func (n *info) check() error {
	if err := checkInputs(n.inputs); err != nil {
		return err
	}
	if n.json && n.all {
		return usagef("--json and --all exclude each other: JSON has everything")
	}
	n.options.Drivers = withGTiff(n.drivers)
	return nil
}
