package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// jobMerge is the command line of pixtrend job merge.
type jobMerge struct {
	jobFolder
	vrt, keep, overwrite, json bool
	options                    raster.Options // resources only
	window                     [2]int
}

func newJobMergeCommand() *cobra.Command {
	m := &jobMerge{}
	cmd := &cobra.Command{
		Use:   "merge DIR",
		Short: "Write the outputs of a job from its parts.",
		Long: "Write the outputs of a job from its parts.\n\n" +
			"DIR is the folder of the plan. The outputs have the bytes that pixtrend fit would have written. The parts\n" +
			"are removed when they are written. If parts are missing, the exit code is 3.",
		Example: "  # one process makes all parts here\n" +
			"  pixtrend synth demo && pixtrend job plan fit.job demo -o trend.tif --map trend.png --parts 4\n" +
			"  pixtrend job run fit.job && pixtrend job merge fit.job\n" +
			"  # a VRT that shows the parts, without copying them\n" +
			"  pixtrend job plan vrt.job demo -o large.tif --parts 2\n" +
			"  pixtrend job run vrt.job && pixtrend job merge vrt.job --vrt",
		ValidArgsFunction: oneFolder,
		Args:              func(_ *cobra.Command, args []string) error { return m.parse(args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ofJob(m.run(cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		flags.BoolVar(&m.vrt, "vrt", false, "write a VRT that shows the parts beside each output in place of the output; the parts stay")
		flags.BoolVar(&m.keep, "keep-parts", false, "do not remove the parts")
		flags.BoolVar(&m.overwrite, "overwrite", false, "replace files that exist")
	})
	resourceFlags(cmd, &m.options, &m.window)
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&m.json, "json", false, "print one JSON object on standard output")
		m.define(flags, "print no progress and no summary")
	})
	return cmd
}

func (m *jobMerge) run(stdout, stderr io.Writer) error {
	tellProgram(m.log(stderr))
	ctx, stop := interruptible(context.Background())
	defer stop()
	p, err := m.open()
	if err != nil {
		return err
	}
	defer p.Close()
	use, err := resourcesWithin(resources(m.options, m.window), p.Resources)
	if err != nil {
		return err
	}
	o := job.MergeOptions{Process: process(use), Overwrite: m.overwrite, KeepParts: m.keep}
	if m.vrt {
		return m.mosaic(ctx, stdout, p, o)
	}
	return mergeJob(ctx, p, o, fitOf(p, m.overwrite, m.json, m.messages), stdout, stderr)
}

// mosaic writes VRTs in place of the outputs.
func (m *jobMerge) mosaic(ctx context.Context, stdout io.Writer, p *job.Plan, o job.MergeOptions) error {
	names, err := p.MergeVRT(ctx, o)
	switch {
	case err != nil:
		return unwritten(ctx, raster.MosaicName(p.Output), err)
	case m.json:
		text, err := report.JSON(struct {
			Outputs []string `json:"outputs"`
		}{names})
		if err != nil {
			return err
		}
		return print(stdout, text)
	case m.quiet:
		return nil
	}
	return print(stdout, fmt.Sprintf("%s: shows %s in %s\n", strings.Join(names, ", "), report.Counted(p.Shards(), "shard"), p.Dir()))
}

// fitOf returns the command line of a fit that was planned, as far as its output is concerned.
func fitOf(p *job.Plan, overwrite, json bool, m messages) *fit {
	f := &fit{output: p.Output, options: p.Options.Options, json: json, messages: m}
	f.options.Overwrite = overwrite || p.Overwrite
	if len(p.Options.Others) > 0 {
		f.picture = p.Options.Others[0]
	}
	return f
}

// mergeJob writes the outputs of a job, and what a fit prints.
func mergeJob(ctx context.Context, p *job.Plan, o job.MergeOptions, f *fit, stdout, stderr io.Writer) error {
	var progress meter = silence{}
	o.Progress = func(done, total int) {
		if progress == (silence{}) {
			progress = newMeter(stderr, f.quiet, int64(total)*int64(p.Bands)*4)
		}
		progress.set(done, total)
	}
	summary, err := p.Merge(ctx, o)
	progress.end(err == nil)
	switch {
	case err != nil:
		return unwritten(ctx, f.output, err)
	case summary == nil:
		return f.finishAgain(ctx, stdout, stderr)
	}
	return f.finish(ctx, stdout, stderr, p.Job(), *summary)
}

// finishAgain is finish for outputs that an earlier process has written. It draws the map if that
// process has not.
func (f *fit) finishAgain(ctx context.Context, stdout, stderr io.Writer) error {
	if _, err := os.Stat(f.picture); err != nil {
		if _, err := f.draw(ctx, stderr, cmp.Or(f.options.Memory, raster.DefaultMemory)); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		text, err := report.JSON(struct {
			Output  string `json:"output"`
			Already bool   `json:"already"`
		}{f.output, true})
		if err != nil {
			return err
		}
		return print(stdout, text)
	case f.quiet:
		return nil
	}
	return print(stdout, f.output+": was written before\n")
}

// resume is a fit in shards, which goes on where an earlier process ended.
func (f *fit) resume(ctx context.Context, stdout, stderr io.Writer) error {
	p, err := job.Create(ctx, f.folder, f.inputs, f.output, f.options, job.Cut{Parts: 1})
	if err != nil {
		return ofJob(err)
	}
	defer p.Close()
	warn(stderr, p.Job().Warnings)
	as := process(resources(f.options, f.window))
	if _, err := runJob(ctx, p, as, job.AllParts, stderr, f.messages); err != nil {
		return ofJob(err)
	}
	o := job.MergeOptions{Process: as, Overwrite: f.options.Overwrite}
	return ofJob(mergeJob(ctx, p, o, f, stdout, stderr))
}
