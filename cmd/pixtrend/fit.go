package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/docs"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/raster/trendmap"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
)

// fit is the command line of pixtrend fit.
type fit struct {
	sums         string // the file of sums that an update adds to; "": a fit
	inputs       []string
	output       string
	options      raster.Options
	fields       string // as they are named
	window       [2]int
	drivers      []string // besides GTiff
	picture      string   // a map of the result; "": none
	reference    string   // a raster of the years of known breaks; "": none
	folder       string   // of the job of --resume; "": none
	dryRun, json bool
	limits       []string // what has set the threads and the memory, if not the user
	messages
}

const (
	ownMemory   = 64 << 20 // of the program itself and GDAL, beside --memory
	leastForMap = 64 << 20 // of --memory
)

func newFitCommand() *cobra.Command {
	f := &fit{}
	cmd := &cobra.Command{
		Use:   "fit INPUT... -o FILE",
		Short: "Fit the trend of every pixel and write it as a GeoTIFF.",
		Long: "Fit the trend of every pixel of a stack of dated rasters and write it as a GeoTIFF.\n\n" +
			"INPUT is a file, a folder, a quoted pattern, @list.txt with one name per line, a URL such as\n" +
			"s3://BUCKET/KEY or a GDAL name such as /vsis3/BUCKET/KEY, a file of STAC items such as items.json, or one\n" +
			"raster whose bands are the dates.\n" +
			"Rasters are sorted by date; the order of the arguments matters only if dates are given in that order.\n\n" +
			"Pixels without two observations at different dates are NaN in all fields but n.\n\n" +
			"See also pixtrend help " + report.List(docs.Topics(), "or") + ".",
		Example: "  # the slope of a synthetic stack, with dates from the file names\n" +
			"  pixtrend synth demo && pixtrend fit 'demo/ndvi_*.tif' -o slope.tif\n" +
			"  # a NetCDF file, and one variable of several\n" +
			"  pixtrend fit era5.nc -o t2m.tif --variable t2m\n" +
			"  # more fields, one band each, and which trends are significant at a false discovery rate of 5 %\n" +
			"  pixtrend fit demo -o trend.tif --stats slope,change,n --fdr 0.05\n" +
			"  # the median slope, its limits, and whether Mann and Kendall's test finds a trend\n" +
			"  pixtrend fit demo -o ranks.tif --stats sen_slope,sen_lo,sen_hi,mk_pvalue --significance 0.05\n" +
			"  # a parabola and its curvature; errors that allow for autocorrelation, slopes per decade\n" +
			"  pixtrend fit demo -o curve.tif --degree 2 --stats slope,quadratic,quadratic_pvalue\n" +
			"  pixtrend fit demo -o decades.tif --ar1 --per decade --stats slope,pvalue,lag1,relative\n" +
			"  # another level from 2005 on, and outliers with less weight\n" +
			"  pixtrend fit demo -o step.tif --step 2005 --robust huber --stats slope,step,step_pvalue\n" +
			"  # a number for each date as a covariate, and another as its weight\n" +
			"  seq 1995 2015 | awk '{ print $1 \",\" sin($1) }' > rain.csv\n" +
			"  pixtrend fit demo -o rain.tif --covariate rain=@rain.csv --stats slope,rain,rain_pvalue\n" +
			"  seq 1995 2015 | awk '{ print $1 \",\" ($1 < 2000 ? 0.5 : 1) }' > weights.csv\n" +
			"  pixtrend fit demo -o weighted.tif --weights @weights.csv --stats slope,stderr\n" +
			"  # scenes of all seasons: two harmonics of a year beside the line, and whether there is a season\n" +
			"  pixtrend synth every30 --dates 2010-2013 --every 30 --width 200 --height 100\n" +
			"  pixtrend fit every30 -o scenes.tif --harmonics 2 --stats slope,amplitude1,phase1,season_pvalue\n" +
			"  pixtrend fit every30 -o half.tif --harmonics 1 --period 182.6 --deseason without.tif\n" +
			"  # the yearly maximum of the scenes, and rank trends within months\n" +
			"  pixtrend fit every30 -o yearly.tif --annual max\n" +
			"  pixtrend fit every30 -o monthly.tif --season month --stats sen_slope,mk_pvalue\n" +
			"  # a part of the dates, slopes per month\n" +
			"  pixtrend fit demo -o decade.tif --from 2001 --to 2010 --per month\n" +
			"  # a part of it, by columns and rows\n" +
			"  pixtrend fit demo -o part.tif --srcwin 300,200,256,128\n" +
			"  # the same by a box of longitudes and latitudes; pixtrend help regions has polygons\n" +
			"  pixtrend fit demo -o box.tif --bbox -83.2,42.3,-83.1,42.36 --bbox-crs EPSG:4326\n" +
			"  # on another grid, of pixels of 90 m in the next zone of UTM\n" +
			"  pixtrend fit demo -o utm18.tif --to-grid EPSG:32618,90 --resample average\n" +
			"  # without values that cannot be NDVI, as a cloud-optimized GeoTIFF\n" +
			"  pixtrend fit demo -o valid.tif --valid-range -1,1 --of COG\n" +
			"  # NetCDF, with a variable for each field\n" +
			"  pixtrend fit demo -o trend.nc --of NetCDF --stats slope,pvalue\n" +
			"  # the same with the sums kept, to which pixtrend update adds dates\n" +
			"  pixtrend fit demo -o until2012.tif --to 2012 --keep sums2012.tif\n" +
			"  # a long fit that goes on where it was if it is killed and started again\n" +
			"  pixtrend fit demo -o long.tif --resume long.job\n" +
			"  # what a fit with a quarter of the memory would do; nothing is written\n" +
			"  pixtrend fit demo -o slope.tif --overwrite --memory 128M --dry-run",
		Args: func(cmd *cobra.Command, args []string) error { return f.checkAll(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.limits = limitsOf(cmd.Flags())
			return f.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.define(cmd)
	group(cmd, "Updates", f.keepFlag)
	group(cmd, "Job", f.resumeFlag)
	f.messageFlags(cmd)
	return cmd
}

// define defines the flags that say what is fitted, how and from what, and what is written.
func (f *fit) define(cmd *cobra.Command) {
	o := &f.options
	addInputFlags(cmd, &o.OpenOptions, &f.drivers)
	addRegionFlags(cmd, &o.Region)
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Fit", func(flags *pflag.FlagSet) {
		f.fieldFlag(flags, stats.FamilyNames())
		f.levelFlags(flags)
		compositeFlags(flags, &o.Composite)
		lineFlags(flags, &o.Fit)
	})
	addRankFlags(cmd, &o.Fit.Rank)
	addModelFlags(cmd, o)
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &f.output, "output", "o", "FILE", "write the result to FILE", func(s string) (string, error) { return outputOnce(f.output, s) })
		option(flags, &o.Residuals, "residuals", "", "FILE",
			"also write the residual of each observation to FILE, one band per date", outputName)
		option(flags, &o.Detrend, "detrend", "", "FILE", "also write the observations without their trend to FILE; the mean of each pixel is kept", outputName)
		option(flags, &o.Deseason, "deseason", "", "FILE", "also write the observations without the season of --harmonics to FILE", outputName)
		f.mapFlag(flags)
		fileFlags(flags, o)
	})
	resourceFlags(cmd, o, &f.window)
	completeList(cmd, "stats", fieldCompletions()...)
	completeFiles(cmd)
}

// fieldFlag defines the flag of the fields.
func (f *fit) fieldFlag(flags *pflag.FlagSet, names []string) {
	option(flags, &f.fields, "stats", "", "FIELDS",
		"FIELDS to write, one band each, separated by commas in the order of the bands (default slope): "+strings.Join(names, ", ")+
			", or all; see pixtrend help semantics", f.addFields)
}

// resumeFlag defines the flag of the folder of shards.
func (f *fit) resumeFlag(flags *pflag.FlagSet) {
	option(flags, &f.folder, "resume", "", "DIR",
		"fit in shards in the folder DIR, which is made: if the fit is killed, the same command goes on where it was", named("the name of a folder, such as fit.job"))
}

// levelFlags defines the flags of the levels at which trends are found.
func (f *fit) levelFlags(flags *pflag.FlagSet) {
	option(flags, &f.options.Fit.Significance, "significance", "", "ALPHA",
		"also write trend_class, the sign of the slope where pvalue is below ALPHA, such as 0.05, else 0; or mk_class, the same of mk_s and mk_pvalue, if FIELDS are of ranks", between0And1)
	option(flags, &f.options.FDR, "fdr", "", "RATE",
		"also write pvalue and trend_class, or mk_pvalue and mk_class, with trends found over all pixels together so that a share of RATE of them, such as 0.05, is expected to be due to chance", between0And1)
}

// mapFlag defines the flag of the picture.
func (f *fit) mapFlag(flags *pflag.FlagSet) {
	option(flags, &f.picture, "map", "", "FILE",
		"also draw a map of slope or sen_slope, or of the first field if neither is written, to FILE, a .png, .svg or .pdf; pixtrend map draws other maps", parsePicture)
}

// keepFlag defines the flag of the sums.
func (f *fit) keepFlag(flags *pflag.FlagSet) {
	option(flags, &f.options.Keep, "keep", "", "FILE", "also write the sums of the line to FILE, to which pixtrend update adds dates; see pixtrend help updates", outputName)
}

// messageFlags defines the flags of what is printed.
func (f *fit) messageFlags(cmd *cobra.Command) {
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&f.dryRun, "dry-run", false, "print the plan, and write nothing")
		flags.BoolVar(&f.json, "json", false, "print one JSON object on standard output")
		f.messages.define(flags, "print no progress and no summary")
	})
}

// fileFlags defines the flags of how a result is written.
func fileFlags(flags *pflag.FlagSet, o *raster.Options) {
	flags.BoolVar(&o.Overwrite, "overwrite", false, "replace files that exist")
	option(flags, &o.Fit.Float64, "ot", "", "TYPE", "TYPE of the result, Float32 or Float64 (default Float32)", parseFloat64)
	option(flags, &o.Format, "of", "", "FORMAT",
		"FORMAT of the result: GTiff, a tiled GeoTIFF (default), COG, a cloud-optimized GeoTIFF with overviews, NetCDF or Zarr with a variable for each field", output.ParseFormat)
	repeated(flags, &o.Creation, "co", "KEY=VALUE",
		"creation option KEY=VALUE of the format, such as COMPRESS=DEFLATE (default: none for GTiff, DEFLATE for COG); may be repeated", checkCreation)
}

// resourceFlags defines the flags of what a job uses.
func resourceFlags(cmd *cobra.Command, o *raster.Options, window *[2]int) {
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Fit.Threads, "threads", "", "N", "use N threads (default: one for each CPU that the system or Slurm allows)", atLeast(1))
		option(flags, &o.Memory, "memory", "", "SIZE", "limit memory to SIZE, such as 512M or 2GiB (default 512M, or less where the system or Slurm allows less)", parseSize)
		option(flags, &o.Fit.Pin, "pin", "", "HOW", "bind threads to CPUs (cpu), to NUMA nodes (node), or not at all (off); auto decides (default auto)", runner.ParsePinning)
		option(flags, window, "window", "", "WxH", "read windows of WxH pixels (default: chosen by caches, blocks and memory)", parseExtent)
	})
	complete(cmd, "pin", "auto", "cpu", "node", "off")
}

// completeFiles completes the flags of fileFlags.
func completeFiles(cmd *cobra.Command) {
	complete(cmd, "of", "GTiff", "COG", "NetCDF", "Zarr")
	completeCreation(cmd)
	complete(cmd, "ot", "Float32", "Float64")
}

// fieldCompletions returns the values of --stats for a shell, each with a tab and what it is.
func fieldCompletions() []string {
	var words []string
	for _, f := range stats.Fields() {
		if f.Info().Option == stats.OptionCovariates {
			continue // the options give their names
		}
		words = append(words, f.String()+"\t"+f.Info().Help)
	}
	return append(words, "all\tevery field of the line but those that need an option")
}

// checkAll checks the command line as a whole, without looking at files.
func (f *fit) checkAll(cmd *cobra.Command, inputs []string) error {
	f.inputs = inputs
	if err := f.check(); err != nil {
		return err
	}
	if f.folder != "" && f.options.Keep != "" {
		return usagef("--resume and --keep exclude each other: sums are not kept in shards, so keep them in a fit of one run")
	}
	if err := f.messages.check(); err != nil {
		return err
	}
	if err := checkModelFlags(cmd.Flags()); err != nil {
		return err
	}
	return checkStackFlags(cmd, f.options.OpenOptions)
}

// check checks inputs, outputs and fields.
func (f *fit) check() error {
	if err := checkInputs(f.inputs); err != nil {
		return err
	}
	switch {
	case f.output == "":
		return usagef("no output: name it with -o, such as -o slope.tif")
	case f.picture != "" && filepath.Clean(f.picture) == filepath.Clean(f.output):
		return usagef("the output %s is given twice: name another file for the map", f.output)
	}
	if f.folder != "" && f.dryRun {
		return usagef("--resume and --dry-run exclude each other: pixtrend job plan writes a plan, and nothing else")
	}
	if f.picture != "" && f.options.Memory > 0 && f.options.Memory < leastForMap {
		return usagef("a map takes more than a memory of %d MiB: give --memory %dM or more, or leave --map out", f.options.Memory>>20, leastForMap>>20)
	}
	if f.options.Deseason != "" && f.options.Fit.Model.Harmonics == 0 {
		return usagef("--deseason removes a season, and none is fitted: give --harmonics, such as --harmonics 2")
	}
	f.options.Drivers = withGTiff(f.drivers)
	if err := f.parseFields(); err != nil {
		return err
	}
	if f.picture != "" {
		f.options.Others = []string{f.picture}
	}
	fit, fdr := &f.options.Fit, f.options.FDR > 0
	if fdr && fit.Significance > 0 {
		return usagef("--significance and --fdr exclude each other: one is a limit for each pixel's p-value, the other finds the limit from all of them")
	}
	if classes := stats.Classes(fit.Fields); len(classes) > 0 && !fdr && fit.Significance == 0 {
		return usagef("%v needs a level of significance: give it with --significance, such as --significance 0.05, or with --fdr", classes[0])
	}
	if fdr || fit.Significance > 0 {
		fit.Fields = stats.WithClasses(fit.Fields, fdr)
	}
	if err := checkRankFlags(fit.Rank, fit.Fields); err != nil {
		return err
	}
	if o := &f.options; o.Residuals == "" && o.Detrend == "" && o.Deseason == "" {
		if err := explainUnused(o.Model().CheckUse(fit.Fields), "the line"); err != nil {
			return err
		}
	}
	f.options.Fit.WindowWidth, f.options.Fit.WindowHeight = f.window[0], f.window[1]
	f.options.Software, f.options.Began = "pixtrend "+versionName(), began
	return nil
}

// prepare prepares a fit, or an update.
func (f *fit) prepare(ctx context.Context) (*raster.Job, error) {
	if f.sums != "" {
		return raster.PrepareUpdate(ctx, f.sums, f.inputs, f.output, f.options)
	}
	return raster.Prepare(ctx, f.inputs, f.output, f.options)
}

func (f *fit) run(stdout, stderr io.Writer) error {
	log := f.log(stderr)
	tellProgram(log)
	start := time.Now()
	ctx, stop := interruptible(context.Background())
	defer stop()
	if f.folder != "" {
		return f.resume(ctx, stdout, stderr)
	}
	job, err := f.prepare(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = job.Close() }()
	warn(stderr, job.Warnings)
	tellJob(log, job, time.Since(start))
	if f.dryRun {
		p := report.NewPlan(job, f.options.Overwrite)
		p.Map, p.Limits = f.picture, f.limits
		text, err := p.Text(f.json)
		if err != nil {
			return err
		}
		return print(stdout, text)
	}

	meter := newMeter(stderr, f.quiet, job.FileBytes)
	summary, err := job.Run(ctx, meter.set)
	meter.end(err == nil)
	if err != nil {
		return unwritten(ctx, f.output, err)
	}
	return f.finish(ctx, stdout, stderr, job, summary)
}

// unwritten returns the error of a run that has not written its output.
func unwritten(ctx context.Context, output string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %s is not written", context.Cause(ctx), output)
	}
	return err
}

// finish draws the map of a fit that is done, compares its breaks with known ones, and prints its summary.
func (f *fit) finish(ctx context.Context, stdout, stderr io.Writer, job *raster.Job, summary raster.Summary) error {
	tellRun(f.log(stderr), summary)
	warn(stderr, slices.DeleteFunc(slices.Clone(summary.Warnings), func(w string) bool { return slices.Contains(job.Warnings, w) }))
	_ = job.Close() // the map takes the memory of the fit
	drawn, err := f.draw(ctx, stderr, job.Memory)
	if err != nil {
		return err
	}
	agreement, err := f.compare(ctx)
	if err != nil {
		return err
	}
	if f.json {
		text, err := report.JSON(struct {
			raster.Summary
			Map       *trendmap.Map     `json:"map,omitempty"`
			Agreement *raster.Agreement `json:"agreement,omitempty"`
		}{summary, drawn, agreement})
		if err != nil {
			return err
		}
		return print(stdout, text)
	}
	text := ""
	if !f.quiet {
		text = report.Fit(summary, report.JobDates(job), utf8Locale())
		if drawn != nil {
			text += report.Map(drawn)
		}
	}
	if agreement != nil {
		text += report.Agreement(agreement)
	}
	return print(stdout, text)
}

// compare compares the years of breaks with those of the reference, within a year; nil if none is given.
func (f *fit) compare(ctx context.Context) (*raster.Agreement, error) {
	if f.reference == "" {
		return nil, nil
	}
	a, err := raster.CompareYears(ctx, f.output, f.reference, 1)
	if err != nil {
		return nil, fmt.Errorf("%s is written, but not compared: %w", f.output, err)
	}
	return a, nil
}

// draw draws the map; nil if none is asked for.
func (f *fit) draw(ctx context.Context, stderr io.Writer, memory int64) (*trendmap.Map, error) {
	if f.picture == "" {
		return nil, nil
	}
	debug.FreeOSMemory()
	drawn, err := trendmap.Draw(ctx, f.output, f.picture, trendmap.Options{Overwrite: f.options.Overwrite, Memory: memory + ownMemory})
	if err != nil {
		return nil, fmt.Errorf("%s is written, but not its map: %w", f.output, err)
	}
	warn(stderr, drawn.Warnings)
	return drawn, nil
}

// addFields adds names of fields to those that were given before.
func (f *fit) addFields(s string) (string, error) {
	if s == "" {
		return "", errors.New("name a field, such as slope")
	}
	if f.fields != "" {
		s = f.fields + "," + s
	}
	return s, nil
}

// parseFields reads the names of fields, some of which the model gives.
func (f *fit) parseFields() (err error) {
	if f.fields == "" {
		return nil
	}
	if f.options.Fit.Fields, err = f.options.Model().ParseFields(f.fields); err != nil {
		return usagef("--stats %s: %w", quoteIfNeeded(f.fields), err)
	}
	return checkFields(f.options.Model(), f.options.Fit.Fields)
}

// outputOnce reads the output's name. A second name is an error, since one of them would be
// ignored.
func outputOnce(given, s string) (string, error) {
	switch {
	case s == "":
		return "", errors.New("give the name of a file, such as slope.tif")
	case given != "":
		return "", fmt.Errorf("the output is given already, as %s", given)
	}
	return s, nil
}

// outputName reads the name of a further output.
func outputName(s string) (string, error) {
	if s == "" {
		return "", errors.New("give the name of a file, such as residuals.tif")
	}
	return s, nil
}

// parseFloat64 reads an output type and reports whether it is Float64.
func parseFloat64(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "float32":
		return false, nil
	case "float64":
		return true, nil
	}
	return false, errors.New("give Float32 or Float64")
}

func checkDriver(s string) error {
	if strings.TrimSpace(s) == "" || strings.Contains(s, ",") {
		return errors.New("give the short name of one GDAL driver, such as VRT")
	}
	return nil
}
