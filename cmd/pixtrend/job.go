package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// jobError is an error of a job, for the exit code.
type jobError struct{ error }

func (e jobError) Unwrap() error { return e.error }

// exitCode returns 3 if shards are missing, 75 if another try may succeed, and 1 otherwise.
func (e jobError) exitCode() int {
	var missing *job.MissingError
	switch {
	case errors.As(e.error, &missing):
		return exitMissing
	case raster.Temporary(e.error):
		return exitAgain
	}
	return exitFailed
}

// ofJob marks an error as one of a job.
func ofJob(err error) error {
	if err == nil {
		return nil
	}
	return jobError{err}
}

func newJobCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "job COMMAND",
		Short: "Fit in parts, on any number of machines, and merge these.",
		Long: "Fit in parts, on any number of machines, and merge these.\n\n" +
			"pixtrend job plan checks a fit and writes what each part does into a folder that all machines see. A\n" +
			"scheduler runs pixtrend job run once for each part; what is killed goes on where it was. pixtrend job\n" +
			"merge then writes the file that pixtrend fit would have written, byte for byte.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong usage, 3 parts are missing, 75 try again, 130 interrupted.",
		Example: "  # a stack, and a fit of it in four parts\n" +
			"  pixtrend synth demo\n" +
			"  pixtrend job plan fit.job demo -o trend.tif --stats slope,pvalue --parts 4\n" +
			"  pixtrend job run fit.job --part 0\n" +
			"  # what is missing, which is done by as many of these as are started\n" +
			"  pixtrend job status fit.job || pixtrend job run fit.job\n" +
			"  pixtrend job merge fit.job",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			names := report.List(commandNames(cmd), "or")
			if len(args) == 0 {
				return usagef("name what to do with a job: %s", names)
			}
			return usagef("no command of job is called %q: use %s", args[0], names)
		},
	}
	cmd.AddCommand(newJobPlanCommand(), newJobRunCommand(), newJobStatusCommand(), newJobMergeCommand(), newJobScriptCommand())
	return cmd
}

// jobPlan is the command line of pixtrend job plan.
type jobPlan struct {
	fit
	cut     job.Cut
	minutes float64
}

func newJobPlanCommand() *cobra.Command {
	p := &jobPlan{}
	cmd := &cobra.Command{
		Use:   "plan DIR INPUT... -o FILE",
		Short: "Check a fit, and write the plan of its parts into a folder.",
		Long: "Check a fit, and write the plan of its parts into a folder.\n\n" +
			"DIR is the folder, which is made. Nothing else is written. INPUT and the options of the fit are those of\n" +
			"pixtrend fit. Options of resources are for processes that are given none.\n\n" +
			"DIR and the inputs have to be seen by all machines under the same names. With --relative, only the way\n" +
			"from DIR to the working directory has to be the same, and names of inputs are relative to the latter.",
		Example: "  # a fit in four parts\n" +
			"  pixtrend synth demo\n" +
			"  pixtrend job plan fit.job demo -o trend.tif --parts 4\n" +
			"  # parts that take about 10 minutes each on this machine\n" +
			"  pixtrend job plan ranks.job demo -o ranks.tif --stats sen_slope,mk_pvalue --part-minutes 10",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return usagef("no folder: name one for the plan, such as fit.job")
			}
			p.folder = args[0]
			if p.cut.Parts > 0 && p.minutes > 0 {
				return usagef("--parts and --part-minutes exclude each other: one follows from the other")
			}
			p.cut.PartTime = time.Duration(p.minutes * float64(time.Minute))
			return p.checkAll(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return ofJob(p.run(cmd.OutOrStdout(), cmd.ErrOrStderr())) },
	}
	group(cmd, "Parts", func(flags *pflag.FlagSet) {
		option(flags, &p.cut.Parts, "parts", "", "N", "cut the fit into N parts (default 1)", atLeast(1))
		option(flags, &p.minutes, "part-minutes", "", "M", "cut it into parts of about M minutes on this machine, which fits some windows to find out", parseMinutes)
		flags.BoolVar(&p.cut.Relative, "relative", false, "write where the inputs are relative to DIR, for machines that mount both elsewhere")
	})
	p.define(cmd)
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&p.json, "json", false, "print one JSON object on standard output")
		p.messages.define(flags, "print no summary")
	})
	return cmd
}

// parseMinutes reads a number of minutes.
func parseMinutes(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x > 0 && x < 1e6) {
		return 0, errors.New("give a number of minutes, such as 10")
	}
	return x, nil
}

func (p *jobPlan) run(stdout, stderr io.Writer) error {
	log := p.log(stderr)
	tellProgram(log)
	start := time.Now()
	ctx, stop := interruptible(context.Background())
	defer stop()
	plan, err := job.Create(ctx, p.folder, p.inputs, p.output, p.options, p.cut)
	if err != nil {
		return err
	}
	defer plan.Close()
	warn(stderr, plan.Job().Warnings)
	tellJob(log, plan.Job(), time.Since(start))
	switch {
	case p.json:
		text, err := report.JSON(plan)
		if err != nil {
			return err
		}
		return print(stdout, foreign.Scrub(text)) // URLs of inputs may have signatures
	case p.quiet:
		return nil
	}
	return print(stdout, planText(plan))
}

// planText describes a plan.
func planText(p *job.Plan) string {
	text := fmt.Sprintf("%s: plan %s of %d × %d pixels in %s, of %s of %d × %d pixels\n", p.Dir(), p.Digest, p.Width, p.Height,
		report.Counted(p.Parts, "part"), report.Counted(p.Shards(), "shard"), p.ShardWidth, p.ShardHeight)
	if e := p.Estimate; e != nil {
		text += fmt.Sprintf("about %s a part on %s, from %d pixels that were fitted\n", report.Seconds(e.Seconds/float64(p.Parts)), report.Counted(e.Threads, "thread"), e.Pixels)
	}
	return text
}
