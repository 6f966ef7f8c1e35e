package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// jobFolder is the argument of a command that works on a job.
type jobFolder struct {
	dir string
	messages
}

// parse reads the argument.
func (f *jobFolder) parse(args []string) error {
	switch {
	case len(args) == 0 || args[0] == "":
		return usagef("no job: name the folder of its plan")
	case len(args) > 1:
		return usagef("one job at a time: %s and %s are given", args[0], args[1])
	}
	f.dir = args[0]
	return f.messages.check()
}

// open reads the plan and changes to the folder that its names begin in.
func (f *jobFolder) open() (*job.Plan, error) {
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return nil, err
	}
	p, err := job.Read(dir)
	if err != nil {
		return nil, err
	}
	folder, err := p.Workplace()
	if err != nil {
		return nil, err
	}
	if err := os.Chdir(folder); err != nil {
		return p, fmt.Errorf("cannot change to the folder where the fit was planned: %w: plan with --relative where machines mount it elsewhere", err)
	}
	return p, nil
}

// process returns what a process of a job may use.
func process(r job.Resources) job.Process {
	return job.Process{Resources: r, Software: "pixtrend " + versionName(), Began: began, Explain: explain}
}

// jobRun is the command line of pixtrend job run.
type jobRun struct {
	jobFolder
	part    int
	options raster.Options // resources only
	window  [2]int
	json    bool
}

func newJobRunCommand() *cobra.Command {
	r := &jobRun{part: job.AllParts}
	cmd := &cobra.Command{
		Use:   "run DIR",
		Short: "Make one part of a job, or all that is left.",
		Long: "Make one part of a job, or all that is left.\n\n" +
			"DIR is the folder of the plan. Any number of these may run at the same time, even of one part. What is\n" +
			"made already is not made again.\n\n" +
			"Inputs that were changed after they were planned are refused, and so is another version of pixtrend.",
		Example: "  # the second of four parts, then the others\n" +
			"  pixtrend synth demo && pixtrend job plan fit.job demo -o trend.tif --parts 4\n" +
			"  pixtrend job run fit.job --part 1\n" +
			"  pixtrend job run fit.job",
		ValidArgsFunction: oneFolder,
		Args:              func(_ *cobra.Command, args []string) error { return r.parse(args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ofJob(r.run(cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	group(cmd, "Parts", func(flags *pflag.FlagSet) {
		option(flags, &r.part, "part", "", "I", "make part I, counted from 0 (default: the number that a scheduler gives, such as SLURM_ARRAY_TASK_ID, or all that is left)", atLeast(0))
	})
	resourceFlags(cmd, &r.options, &r.window)
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&r.json, "json", false, "print one JSON object on standard output")
		r.define(flags, "print no progress and no summary")
	})
	return cmd
}

// resources returns the resources of options and a window.
func resources(o raster.Options, window [2]int) job.Resources {
	return job.Resources{Threads: o.Fit.Threads, Pin: o.Fit.Pin, Memory: o.Memory, Window: window}
}

func (r *jobRun) run(stdout, stderr io.Writer) error {
	log := r.log(stderr)
	tellProgram(log)
	ctx, stop := interruptible(context.Background())
	defer stop()
	part, err := r.partOf(log)
	if err != nil {
		return err
	}
	p, err := r.open()
	if err != nil {
		return err
	}
	defer p.Close()
	use, err := resourcesWithin(resources(r.options, r.window), p.Resources)
	if err != nil {
		return err
	}
	done, err := runJob(ctx, p, process(use), part, stderr, r.messages)
	if err != nil {
		return err
	}
	switch {
	case r.json:
		text, err := report.JSON(done)
		if err != nil {
			return err
		}
		return print(stdout, text)
	case r.quiet:
		return nil
	}
	return print(stdout, doneText(p, part, done))
}

// doneText describes what a run of a job has done.
func doneText(p *job.Plan, part int, d job.Done) string {
	what := p.Dir()
	if part != job.AllParts {
		what += fmt.Sprintf(" part %d", part)
	}
	text := fmt.Sprintf("%s: %s made, %d there", what, report.Counted(d.Made, "shard"), d.Shards-d.Made)
	if d.Pixels > 0 {
		text += fmt.Sprintf("; %d pixels in %s", d.Pixels, report.Seconds(d.Seconds))
	}
	return text + "\n"
}

// runJob makes a part of a job, with a meter.
func runJob(ctx context.Context, p *job.Plan, as job.Process, part int, stderr io.Writer, m messages) (job.Done, error) {
	var size int64
	for _, f := range p.Files {
		size += f.Bytes
	}
	meter := newMeter(stderr, m.quiet, size/int64(parts(p, part)))
	done, err := p.Run(ctx, job.RunOptions{Process: as, Part: part, Progress: meter.set})
	meter.end(err == nil)
	if err != nil && ctx.Err() != nil {
		return done, fmt.Errorf("%w: the parts in %s that are made stay", context.Cause(ctx), p.Dir())
	}
	return done, err
}

// parts returns how many parts like one there are.
func parts(p *job.Plan, part int) int {
	if part == job.AllParts {
		return 1
	}
	return p.Parts
}

func newJobStatusCommand() *cobra.Command {
	f, inJSON := &jobFolder{}, false
	cmd := &cobra.Command{
		Use:   "status DIR",
		Short: "Print which parts of a job are missing.",
		Long: "Print which parts of a job are missing.\n\n" +
			"DIR is the folder of the plan. Parts are in the syntax of sbatch --array. The exit code is 3 if any is\n" +
			"missing, and 0 if all are made or merged.",
		Example: "  # what is left of a job after one of its parts\n" +
			"  pixtrend synth demo && pixtrend job plan fit.job demo -o trend.tif --parts 4\n" +
			"  pixtrend job run fit.job --part 1 -q\n" +
			"  pixtrend job status fit.job || true",
		ValidArgsFunction: oneFolder,
		Args:              func(_ *cobra.Command, args []string) error { return f.parse(args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ofJob(f.status(cmd.OutOrStdout(), cmd.ErrOrStderr(), inJSON))
		},
	}
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&inJSON, "json", false, "print one JSON object on standard output")
		f.define(flags, "")
	})
	return cmd
}

// status prints the status of a job.
func (f *jobFolder) status(stdout, stderr io.Writer, inJSON bool) error {
	p, err := job.Read(f.dir)
	if err != nil {
		return err
	}
	s, err := p.Status()
	if err != nil {
		return err
	}
	warn(stderr, s.Damaged)
	text := fmt.Sprintf("%s: merged into %s\n", f.dir, s.Output)
	switch {
	case inJSON:
		if text, err = report.JSON(s); err != nil {
			return err
		}
	case s.Missing > 0:
		text = fmt.Sprintf("%s: %d of %s missing; parts: %s\n", f.dir, s.Missing, report.Counted(s.Shards, "shard"), s.MissingParts)
	case !s.Merged:
		text = fmt.Sprintf("%s: all of %s made, not merged\n", f.dir, report.Counted(s.Shards, "shard"))
	}
	if err := print(stdout, text); err != nil {
		return err
	}
	if s.Missing > 0 {
		return errMissing
	}
	return nil
}

// errMissing is returned by job status if parts are missing. The report says which.
var errMissing = errors.New("parts are missing")
