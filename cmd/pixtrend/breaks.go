package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/stats"
)

// breaks is the command line of pixtrend breaks: a fit of the fields of a method of breaks.
type breaks struct {
	fit
	method     stats.Estimator
	names      string // of the fields
	landTrendr stats.LandTrendrOptions
	preset     stats.LandTrendrOptions
	monitor    pixtrend.MonitorOptions
	parts      int // of the job to plan; 0: the breaks are found now
}

// breakMethods are the methods of breaks.
var breakMethods = []stats.Estimator{stats.LandTrendr, stats.BFASTMonitor}

func newBreaksCommand() *cobra.Command {
	b := &breaks{method: stats.LandTrendr, landTrendr: stats.DefaultLandTrendr(), preset: stats.DefaultLandTrendr(), monitor: defaultMonitor()}
	cmd := &cobra.Command{
		Use:   "breaks INPUT... -o FILE",
		Short: "Find when the pixels of a stack changed, and by how much.",
		Long: "Find when the pixels of a stack changed, and by how much, and write it as a GeoTIFF.\n\n" +
			"INPUT and the options of inputs, dates and gaps are as in pixtrend fit.\n\n" +
			"LandTrendr divides the series of each pixel into straight segments, from one raster a year. FILE has\n" +
			"the year, magnitude and duration of one loss or gain of each pixel. Pixels without such a change are\n" +
			"NaN there, and pixels with fewer than 6 observations are NaN in all bands.\n\n" +
			"BFAST monitor (--method bfast-monitor) fits a line and a season to the observations before --start,\n" +
			"and finds the first date from then on at which they no longer fit. It takes all scenes of a stack.\n\n" +
			"See also pixtrend help breaks.",
		Example: "  # a synthetic stack in which trees are felled: the greatest loss of each pixel, how its year\n" +
			"  # agrees with the known one, and a map\n" +
			"  pixtrend synth forest --width 300 --height 300 --dates 1990-2020 --clearings felled.tif\n" +
			"  pixtrend breaks forest -o breaks.tif --reference felled.tif\n" +
			"  pixtrend map breaks.tif --field year -o year.png\n" +
			"  # the newest gain, with the trajectory and its vertices\n" +
			"  pixtrend breaks forest -o gain.tif --direction gain --event newest --fitted f.tif --vertices v.tif\n" +
			"  # yearly medians of scenes\n" +
			"  pixtrend synth every30 --dates 2006-2015 --every 30 --width 200 --height 100\n" +
			"  pixtrend breaks every30 -o medians.tif --annual median --stats year,magnitude,segments\n" +
			"  # in two parts, each of which a machine can make\n" +
			"  pixtrend breaks forest -o parts.tif --resume parts.job --parts 2\n" +
			"  pixtrend job run parts.job && pixtrend job merge parts.job\n" +
			"  # BFAST monitor on the scenes: what changed since 2013\n" +
			"  pixtrend breaks every30 -o since.tif --method bfast-monitor --start 2013-01-01",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := b.checkMethod(cmd.Flags()); err != nil {
				return err
			}
			switch {
			case b.parts > 0 && b.folder == "":
				return usagef("--parts plans a job in a folder: name it with --resume, such as --resume breaks.job")
			case b.parts > 0 && b.reference != "":
				return usagef("--parts and --reference exclude each other: a plan finds no breaks that can be compared")
			}
			return b.checkAll(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			b.limits = limitsOf(cmd.Flags())
			if b.parts > 0 {
				plan := &jobPlan{fit: b.fit, cut: job.Cut{Parts: b.parts}}
				return ofJob(plan.run(cmd.OutOrStdout(), cmd.ErrOrStderr()))
			}
			return b.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o := &b.options
	addInputFlags(cmd, &o.OpenOptions, &b.drivers)
	addRegionFlags(cmd, &o.Region)
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Breaks", func(flags *pflag.FlagSet) {
		option(flags, &b.method, "method", "", "METHOD", "METHOD that finds breaks: "+report.List(methodNames(), "or")+" (default landtrendr)", parseBreakMethod)
		option(flags, &b.names, "stats", "", "FIELDS",
			"FIELDS to write, one band each, separated by commas in the order of the bands (default all): "+strings.Join(fieldNames(stats.LandTrendr), ", ")+
				"; of bfast-monitor: "+strings.Join(fieldNames(stats.BFASTMonitor), ", "), named("a field, such as year"))
		option(flags, &o.Fit.MinObs, "min-obs", "", "N", "use only pixels with N observations or more (default 6, and of bfast-monitor what the model needs)", atLeast(2))
		compositeFlags(flags, &o.Composite)
	})
	b.landTrendrFlags(cmd)
	monitorFlags(cmd, &b.monitor)
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &b.output, "output", "o", "FILE", "write the result to FILE", func(s string) (string, error) { return outputOnce(b.output, s) })
		option(flags, &o.Fitted, "fitted", "", "FILE", "also write the fitted trajectory, or of bfast-monitor the model of the history, to FILE, one band per date", outputName)
		option(flags, &o.Vertices, "vertices", "", "FILE", "also write the vertices of the trajectory to FILE: bands of their dates, then of their values", outputName)
		option(flags, &b.reference, "reference", "", "FILE", "also print how the band year agrees with known years: FILE has the year of the change of each pixel, 0 for none", named("a file, such as felled.tif"))
		option(flags, &b.picture, "map", "", "FILE", "also draw a map of the first field to FILE, a .png, .svg or .pdf; pixtrend map draws other maps", parsePicture)
		fileFlags(flags, o)
	})
	resourceFlags(cmd, o, &b.window)
	group(cmd, "Job", func(flags *pflag.FlagSet) {
		b.resumeFlag(flags)
		option(flags, &b.parts, "parts", "", "N",
			"only write a plan of N parts into the folder of --resume: pixtrend job run DIR makes them, on any number of machines, and pixtrend job merge DIR writes FILE", atLeast(1))
	})
	b.messageFlags(cmd)
	complete(cmd, "method", methodNames()...)
	completeList(cmd, "stats", slices.Concat(breakCompletions(stats.LandTrendr), breakCompletions(stats.BFASTMonitor))...)
	completeFiles(cmd)
	return cmd
}

// landTrendrFlags defines the flags of LandTrendr. Their names are those of Earth Engine's parameters.
func (b *breaks) landTrendrFlags(cmd *cobra.Command) {
	l := &b.landTrendr
	group(cmd, "LandTrendr", func(flags *pflag.FlagSet) {
		directionFlag(flags, &l.Gain)
		option(flags, &l.Event, "event", "", "WHICH", "describe WHICH of several changes: "+report.List(stats.EventNames(), "or")+" (default greatest)", stats.ParseEvent)
		option(flags, &b.preset, "preset", "", "NAME", "take the defaults of the options below from NAME: gee, as Earth Engine's guide, or esri, as ArcGIS (default gee)", parsePreset)
		option(flags, &l.MaxSegments, "max-segments", "", "N", "use N segments at most (default 6)", upTo(stats.MaxSegments))
		option(flags, &l.SpikeThreshold, "spike", "", "X", "smooth spikes above X, above 0 and up to 1, which smooths none (default 0.9)", parseAbove0(1))
		option(flags, &l.VertexOvershoot, "vertex-overshoot", "", "N", "try N vertices more at first (default 3)", parseOvershoot)
		option(flags, &l.RecoveryThreshold, "recovery", "", "X", "refuse trajectories that recover more than the share X of their range in a year (default 0.25)", parseAbove0(1e6))
		flags.BoolVar(&l.OneYearRecovery, "one-year-recovery", false, "accept recoveries that take one year")
		option(flags, &l.PValue, "pvalue", "", "P", "accept trajectories with a p-value up to P (default 0.05)", between0And1)
		option(flags, &l.BestModel, "best-model", "", "X", "prefer more segments while the p-value is at most 2−X times the least one, or X times if X is above 1 (default 0.75)", parseAbove0(2))
	})
	complete(cmd, "direction", "loss", "gain")
	complete(cmd, "event", stats.EventNames()...)
	complete(cmd, "preset", "gee", "esri")
}

// directionFlag defines the flag of the direction of breaks.
func directionFlag(flags *pflag.FlagSet, gain *bool) {
	option(flags, gain, "direction", "", "WHICH", "look for a loss, samples that fall, or a gain, samples that rise (default loss)",
		func(s string) (bool, error) { return parseChoice(s, "loss", "gain") })
}

// parsePreset returns the options of a preset.
func parsePreset(s string) (stats.LandTrendrOptions, error) {
	switch s {
	case "gee":
		return stats.DefaultLandTrendr(), nil
	case "esri":
		return stats.EsriLandTrendr(), nil
	}
	return stats.LandTrendrOptions{}, errors.New("give gee or esri")
}

// fromPreset sets the options of LandTrendr whose flags are not given to those of the preset.
func (b *breaks) fromPreset(flags *pflag.FlagSet) {
	l, p := &b.landTrendr, b.preset
	for name, set := range map[string]func(){
		"max-segments":      func() { l.MaxSegments = p.MaxSegments },
		"spike":             func() { l.SpikeThreshold = p.SpikeThreshold },
		"vertex-overshoot":  func() { l.VertexOvershoot = p.VertexOvershoot },
		"recovery":          func() { l.RecoveryThreshold = p.RecoveryThreshold },
		"one-year-recovery": func() { l.OneYearRecovery = p.OneYearRecovery },
		"pvalue":            func() { l.PValue = p.PValue },
		"best-model":        func() { l.BestModel = p.BestModel },
	} {
		if !flags.Changed(name) {
			set()
		}
	}
}

// methodFlags are the flags of each method.
var methodFlags = map[stats.Estimator][]string{
	stats.LandTrendr: {"direction", "event", "preset", "max-segments", "spike", "vertex-overshoot", "recovery", "one-year-recovery",
		"pvalue", "best-model", "vertices", "reference"},
	stats.BFASTMonitor: {"start", "history", "harmonics", "period", "h", "level"},
}

// checkMethod reads the fields of the method, and refuses options of another. It opens no file.
func (b *breaks) checkMethod(flags *pflag.FlagSet) error {
	for _, method := range breakMethods {
		for _, name := range methodFlags[method] {
			if method != b.method && flags.Changed(name) {
				return usagef("--%s is an option of --method %v, and the method is %v: leave it out, or choose that method", name, method, b.method)
			}
		}
	}
	o := &b.options.Fit
	if b.method == stats.BFASTMonitor {
		o.Monitor = &b.monitor
		if err := checkMonitor("--method", b.monitor); err != nil {
			return err
		}
	} else {
		b.fromPreset(flags)
		o.LandTrendr = &b.landTrendr
	}
	o.Fields = stats.BreakFields(b.method)
	if b.names == "" {
		return nil
	}
	var err error
	if o.Fields, err = stats.ParseBreakFields(b.method, b.names); err != nil {
		return usagef("--stats %s: %w", quoteIfNeeded(b.names), err)
	}
	return nil
}

// parseBreakMethod reads the name of a method of breaks.
func parseBreakMethod(s string) (stats.Estimator, error) {
	i := slices.Index(methodNames(), s)
	if i < 0 {
		return 0, errors.New("give " + report.List(methodNames(), "or"))
	}
	return breakMethods[i], nil
}

func methodNames() (names []string) {
	for _, m := range breakMethods {
		names = append(names, m.String())
	}
	return names
}

// fieldNames returns the names of the fields of a method.
func fieldNames(method stats.Estimator) (names []string) {
	for _, f := range stats.BreakFields(method) {
		names = append(names, f.String())
	}
	return names
}

// breakCompletions returns the values of --stats for a shell, each with a tab and what it is.
func breakCompletions(method stats.Estimator) (words []string) {
	for _, f := range stats.BreakFields(method) {
		words = append(words, f.String()+"\t"+f.Info().Help)
	}
	return append(words, "all\tevery field")
}

// parseAbove0 returns a parser of numbers above 0 and up to most.
func parseAbove0(most float64) func(string) (float64, error) {
	return func(s string) (float64, error) {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || !(x > 0 && x <= most) {
			return 0, fmt.Errorf("give a number above 0, up to %v", most)
		}
		return x, nil
	}
}

// parseOvershoot reads a number of vertices.
func parseOvershoot(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > stats.MaxOvershoot {
		return 0, fmt.Errorf("give a whole number from 0 to %d", stats.MaxOvershoot)
	}
	return n, nil
}
