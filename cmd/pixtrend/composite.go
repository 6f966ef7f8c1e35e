package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// composite is the command line of pixtrend composite.
type composite struct {
	inputs       []string
	output       string
	options      raster.Options
	window       [2]int
	drivers      []string // besides GTiff
	dryRun, json bool
	limits       []string // what has set the threads and the memory, if not the user
	messages
}

func newCompositeCommand() *cobra.Command {
	c := &composite{}
	cmd := &cobra.Command{
		Use:   "composite INPUT... -o FILE",
		Short: "Make one raster of all scenes of a year, a season or a month.",
		Long: "Make one raster of all scenes of a year, a season or a month, such as the yearly maximum of NDVI.\n\n" +
			"INPUT and the options are as in pixtrend fit. FILE has a band for each composite, described by its\n" +
			"date. With {year}, {month} or {date} in its name, each composite has a file of its own.\n\n" +
			"Gaps are left out, and a pixel without an observation is NaN. Scale and offset are applied.\n" +
			"pixtrend fit has the same options, and fits composites without writing them.",
		Example: "  # scenes of five years, made for trying: their yearly maximum, a file for each year\n" +
			"  pixtrend synth every16 --dates 2010-2014 --every 16 --width 200 --height 100\n" +
			"  pixtrend composite every16 -o 'ndvi_{year}.tif' --annual max\n" +
			"  # the median of every growing season, all in one file\n" +
			"  pixtrend composite every16 -o season.tif --annual median --months 5-9\n" +
			"  # how many observations there are in each month\n" +
			"  pixtrend composite every16 -o count.tif --monthly count",
		Args: func(cmd *cobra.Command, args []string) error {
			c.inputs = args
			if err := c.check(); err != nil {
				return err
			}
			if err := c.messages.check(); err != nil {
				return err
			}
			return checkStackFlags(cmd, c.options.OpenOptions)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.limits = limitsOf(cmd.Flags())
			return c.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o := &c.options
	group(cmd, "Composites", func(flags *pflag.FlagSet) { compositeFlags(flags, &o.Composite) })
	addInputFlags(cmd, &o.OpenOptions, &c.drivers)
	addRegionFlags(cmd, &o.Region)
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &c.output, "output", "o", "FILE", "write the composites to FILE, or to a file for each if its name has {year}, {month} or {date} in it", func(s string) (string, error) { return outputOnce(c.output, s) })
		fileFlags(flags, o)
	})
	resourceFlags(cmd, o, &c.window)
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&c.dryRun, "dry-run", false, "print the plan, and write nothing")
		flags.BoolVar(&c.json, "json", false, "print one JSON object on standard output")
		c.messages.define(flags, "print no progress and no summary")
	})
	completeFiles(cmd)
	return cmd
}

// compositeFlags defines the flags of composites.
func compositeFlags(flags *pflag.FlagSet, c *raster.Composite) {
	of := func(p timeaxis.Period, name, what string) {
		option(flags, c, name, "", "HOW", what, func(s string) (raster.Composite, error) {
			if c.Period != timeaxis.NoPeriod {
				return raster.Composite{}, fmt.Errorf("--%v and --%s exclude each other: give one of them, once", c.Period, name)
			}
			by, err := stats.ParseComposite(s)
			return raster.Composite{Period: p, By: by}, err
		})
	}
	of(timeaxis.EachYear, "annual", "use one composite of the scenes of each year: HOW is max, min, mean, median, count or a percentile such as p90")
	of(timeaxis.EachSeason, "seasonal", "use one composite of each December to February, March to May, June to August and September to November")
	of(timeaxis.EachMonth, "monthly", "use one composite of each month")
}

// check checks the command line as a whole, without looking at files.
func (c *composite) check() error {
	if err := checkInputs(c.inputs); err != nil {
		return err
	}
	switch {
	case c.options.Composite.Period == timeaxis.NoPeriod:
		return usagef("no composites: say of what, and how, such as --annual max, --seasonal mean or --monthly median")
	case c.output == "":
		return usagef("no output: name it with -o, such as -o ndvi_{year}.tif")
	}
	c.options.Drivers = withGTiff(c.drivers)
	c.options.Fit.WindowWidth, c.options.Fit.WindowHeight = c.window[0], c.window[1]
	c.options.Software, c.options.Began = "pixtrend "+versionName(), began
	return nil
}

func (c *composite) run(stdout, stderr io.Writer) error {
	log := c.log(stderr)
	tellProgram(log)
	start := time.Now()
	ctx, stop := interruptible(context.Background())
	defer stop()
	job, err := raster.PrepareComposites(ctx, c.inputs, c.output, c.options)
	if err != nil {
		return err
	}
	defer func() { _ = job.Close() }()
	warn(stderr, job.Warnings)
	tellJob(log, job, time.Since(start))
	if c.dryRun {
		p := report.NewPlan(job, c.options.Overwrite)
		p.Limits = c.limits
		text, err := p.Text(c.json)
		if err != nil {
			return err
		}
		return print(stdout, text)
	}
	meter := newMeter(stderr, c.quiet, job.FileBytes)
	summary, err := job.Run(ctx, meter.set)
	meter.end(err == nil)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %s is not written", context.Cause(ctx), c.output)
		}
		return err
	}
	tellRun(log, summary)
	warn(stderr, slices.DeleteFunc(slices.Clone(summary.Warnings), func(w string) bool { return slices.Contains(job.Warnings, w) }))
	switch {
	case c.json:
		text, err := report.JSON(summary)
		if err != nil {
			return err
		}
		return print(stdout, text)
	case c.quiet:
		return nil
	}
	return print(stdout, report.Composites(summary, report.JobDates(job)))
}
