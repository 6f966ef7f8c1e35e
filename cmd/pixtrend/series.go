package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/raster/trendmap"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// series is the command line of pixtrend series.
type series struct {
	inputs            []string
	at, pixel, lonLat raster.Point
	ofRegion          bool // the series is that of options.Region, and not of a pixel
	region            raster.RegionOptions

	options   raster.Options
	drivers   []string // besides GTiff
	csv, plot string   // files, or - for standard output; "": none
	json      bool

	breaks stats.Estimator // the method that finds breaks; Linear: none
	gain   bool            // breaks are gains

	monitor pixtrend.MonitorOptions // its season is that of the model, if it has one

	title, variable string // of the plot
	dpi             float64
	messages
}

func newSeriesCommand() *cobra.Command {
	s := &series{monitor: defaultMonitor()}
	s.region.By, _ = stats.ParseComposite("mean")
	cmd := &cobra.Command{
		Use:   "series INPUT... --at X,Y",
		Short: "Show the observations of a pixel, or their mean in a region, and the line through them.",
		Long: "Show the observations of a pixel, or their mean in a region, and the line that a fit draws through\n" +
			"them.\n\n" +
			"It prints a row for each date, with the observation or why there is none, the line and what it\n" +
			"leaves, and then every field of the fit. An INPUT and the options are what they are for pixtrend\n" +
			"fit, and so are the numbers, bit for bit. Reasons for a gap: nodata, NaN, infinite, out of range\n" +
			"(--valid-range), masked, masked by its file (a mask band, a .msk file or alpha), division by 0\n" +
			"(of an index), outside its raster (--extent, --to-grid, or a missing piece).\n\n" +
			"The band about the line in a plot, fitted_lo and fitted_hi, are confidence limits of the mean at\n" +
			"a date, not of single observations. A second line has the slope of Theil and Sen, and dashed\n" +
			"lines the limits of that slope. With --annual, --seasonal or --monthly, a date is that of a\n" +
			"composite, and the plot shows the scenes that it is made of too.\n\n" +
			"With --region, --bbox or --srcwin, the series is that of a region: the mean of the observations of\n" +
			"its pixels at each date, or what --of-region names. The table has the number of pixels that are\n" +
			"observed at a date and their share of the region, because the mean of a few cloudless pixels is not\n" +
			"that of the region: --min-share makes such dates gaps. Pixels count the same, except in the mean on\n" +
			"a grid of longitudes and latitudes, where they count by their area on the ellipsoid. Composites are\n" +
			"made for each pixel first.",
		Example: "  # a pixel of a stack made for trying, by its place on the map\n" +
			"  pixtrend synth demo && pixtrend series demo --at 322000,4690000\n" +
			"  # by its longitude and latitude; by its column and row, with a plot\n" +
			"  pixtrend series demo --lonlat -83.15,42.34\n" +
			"  pixtrend series demo --pixel 400,300 -o pixel.png --label NDVI\n" +
			"  # a row for each date, for other programs; and the plot of some of the dates\n" +
			"  pixtrend series demo --pixel 400,300 --csv pixel.csv --from 2001 -o pixel.svg\n" +
			"  # scenes with a season: the yearly maximum, and a model of the year\n" +
			"  pixtrend synth every30 --dates 2010-2013 --every 30 --width 200 --height 100\n" +
			"  pixtrend series every30 --pixel 40,60 --annual max -o yearly.png\n" +
			"  pixtrend series every30 --pixel 40,60 --harmonics 1 -o season.png\n" +
			"  # the mean of a part of the stack, and the median with at least half of its pixels\n" +
			"  pixtrend series demo --srcwin 380,280,60,40 -o part.png --label NDVI\n" +
			"  pixtrend series demo --srcwin 380,280,60,40 --of-region median --min-share 0.5\n" +
			"  # when the pixel changed\n" +
			"  pixtrend series demo --pixel 400,300 --breaks landtrendr -o breaks.png\n" +
			"  pixtrend series every30 --pixel 40,60 --breaks bfast-monitor --start 2012-07-01 -o since.png",
		Args: func(cmd *cobra.Command, args []string) error {
			s.inputs = args
			if err := s.check(cmd.Flags()); err != nil {
				return err
			}
			if err := checkRankFlags(s.options.Fit.Rank, stats.Fields()); err != nil {
				return err
			}
			if err := checkModelFlags(cmd.Flags()); err != nil {
				return err
			}
			return checkStackFlags(cmd, s.options.OpenOptions)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o := &s.options
	group(cmd, "Pixel", func(flags *pflag.FlagSet) {
		option(flags, &s.at, "at", "", "X,Y", "the pixel at this place, in units of the CRS of the rasters", parsePlace)
		option(flags, &s.lonLat, "lonlat", "", "LON,LAT", "or the pixel at this longitude and latitude on WGS 84, in degrees", parseLonLat)
		option(flags, &s.pixel, "pixel", "", "COL,ROW", "or the pixel in this column and row, counted from 0 at the upper left", parsePixel)
	})
	group(cmd, "Region", func(flags *pflag.FlagSet) {
		regionFlags(flags, &o.Region, "")
		option(flags, &s.region.By, "of-region", "", "WHAT",
			"what the observations of the pixels of the region at a date become: mean, median, min, max or a "+
				"percentile such as p90 (default mean)", parseOfRegion)
		option(flags, &s.region.MinShare, "min-share", "", "SHARE",
			"a date is a gap if less than this SHARE of the pixels of the region is observed, such as 0.5 (default 0)",
			parseShare)
	})
	complete(cmd, "of-region", "mean", "median", "min", "max")
	addInputFlags(cmd, &o.OpenOptions, &s.drivers)
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Fit", func(flags *pflag.FlagSet) {
		compositeFlags(flags, &o.Composite)
		lineFlags(flags, &o.Fit)
	})
	addRankFlags(cmd, &o.Fit.Rank)
	addModelFlags(cmd, o)
	group(cmd, "Breaks", func(flags *pflag.FlagSet) {
		option(flags, &s.breaks, "breaks", "", "METHOD", "also find the breaks of METHOD, landtrendr or bfast-monitor, and draw its segments or the model of the history; see pixtrend help breaks", parseBreakMethod)
		directionFlag(flags, &s.gain)
		startFlags(flags, &s.monitor)
	})
	complete(cmd, "breaks", methodNames()...)
	complete(cmd, "direction", "loss", "gain")
	complete(cmd, "history", "all", "roc")
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &s.plot, "output", "o", "FILE", "draw a plot into FILE, which ends with .png, .svg or .pdf", s.parsePlot)
		option(flags, &s.title, "title", "", "TEXT", "write TEXT above the plot (default: the place of the pixel)", named("a text"))
		option(flags, &s.variable, "label", "", "NAME", "NAME of what the samples are, such as NDVI, for the plot", named("a name, such as NDVI"))
		option(flags, &s.dpi, "dpi", "", "DPI", "pixels an inch of a PNG, whose plot is 20 × 12 cm (default 150)", parseDPI)
		option(flags, &s.csv, "csv", "", "FILE", "write a row for each date to FILE as CSV; - is standard output, without the table", s.parseCSV)
		flags.BoolVar(&o.Overwrite, "overwrite", false, "replace files that exist")
	})
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Fit.Threads, "threads", "", "N",
			"read a region with N threads (default: one for each CPU that the system or Slurm allows)", atLeast(1))
		option(flags, &o.Memory, "memory", "", "SIZE", "keep to SIZE, such as 512M or 2GiB (default 512M)", parseSize)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&s.json, "json", false, "print one JSON object on standard output")
		s.messages.define(flags, "")
	})
	return cmd
}

// check looks at the command line as a whole, and at no file.
func (s *series) check(flags *pflag.FlagSet) error {
	if err := checkInputs(s.inputs); err != nil {
		return err
	}
	if err := s.checkPlace(flags); err != nil {
		return err
	}
	for _, flag := range []string{"title", "label", "dpi"} {
		if s.plot == "" && flags.Changed(flag) {
			return usagef("--%s is for a plot: name its file with -o, such as -o pixel.png", flag)
		}
	}
	if s.json && s.csv == "-" {
		return usagef("--json and --csv - exclude each other: standard output is for one of them")
	}
	if err := s.checkBreaks(flags); err != nil {
		return err
	}
	s.options.Drivers = withGTiff(s.drivers)
	return nil
}

// checkPlace sets the pixel, or that the series is of a region.
func (s *series) checkPlace(flags *pflag.FlagSet) error {
	given := func(names ...string) []string {
		return slices.DeleteFunc(names, func(flag string) bool { return !flags.Changed(flag) })
	}
	places := map[string]raster.Point{"at": s.at, "lonlat": s.lonLat, "pixel": s.pixel}
	pixels, regions := given("at", "lonlat", "pixel"), given("region", "bbox", "srcwin")
	switch {
	case len(pixels) > 1:
		return usagef("--%s and --%s exclude each other: name the pixel once", pixels[0], pixels[1])
	case len(pixels) > 0 && len(regions) > 0:
		return usagef("--%s and --%s exclude each other: a series is that of a pixel or of a region", pixels[0], regions[0])
	case len(regions) > 0:
		s.ofRegion = true
		return nil
	case len(pixels) == 0:
		return usagef("no pixel and no region: name a place on the map, such as --at 322000,4690000 or " +
			"--lonlat -83.1,42.3, a column and row, such as --pixel 0,0, or a region, such as --region basin.gpkg")
	}
	if of := given("of-region", "min-share"); len(of) > 0 {
		return usagef("--%s is for the series of a region: name one with --region, --bbox or --srcwin", of[0])
	}
	s.at = places[pixels[0]]
	return nil
}

// checkBreaks sets the options of the method that finds breaks.
func (s *series) checkBreaks(flags *pflag.FlagSet) error {
	for flag, method := range map[string]stats.Estimator{"direction": stats.LandTrendr, "start": stats.BFASTMonitor, "history": stats.BFASTMonitor} {
		if flags.Changed(flag) && s.breaks != method {
			return usagef("--%s is for breaks: give --breaks %v", flag, method)
		}
	}
	fit := &s.options.Fit
	switch s.breaks {
	case stats.LandTrendr:
		of := stats.DefaultLandTrendr()
		of.Gain = s.gain
		fit.LandTrendr = &of
	case stats.BFASTMonitor:
		if fit.Model.Harmonics > 0 {
			s.monitor.Harmonics, s.monitor.Period = fit.Model.Harmonics, fit.Model.Period
		}
		fit.Monitor = &s.monitor
		return checkMonitor("--breaks", s.monitor)
	}
	return nil
}

func (s *series) run(stdout, stderr io.Writer) error {
	ctx, stop := interruptible(context.Background())
	defer stop()
	log := s.log(stderr)
	tellProgram(log)
	start := time.Now()
	var targets []string
	for _, name := range []string{s.plot, s.csv} {
		if name != "" && name != "-" {
			targets = append(targets, name)
		}
	}
	of, err := s.read(ctx, stderr, targets)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is written", context.Cause(ctx))
		}
		return err
	}
	log.Info("read the series and fitted it", "dates", len(of.Dates), "took", time.Since(start))
	tellNotes(log, of.Notes)
	warn(stderr, of.Warnings)
	table, err := report.SeriesCSV(of)
	if err != nil {
		return err
	}
	if err := s.write(of, table); err != nil {
		return err
	}
	text := table
	switch {
	case s.json:
		if text, err = report.JSON(of); err != nil {
			return err
		}
	case s.csv != "-":
		text = report.Series(of)
		if len(targets) > 0 {
			text += "\nwritten   " + foreign.Line(report.List(targets, "and")) + "\n"
		}
	}
	return print(stdout, text)
}

// read reads and fits the pixel or the region.
func (s *series) read(ctx context.Context, stderr io.Writer, targets []string) (*raster.Series, error) {
	if !s.ofRegion {
		return raster.ReadSeries(ctx, s.inputs, s.at, s.options, targets...)
	}
	progress := newPixelMeter(stderr, s.quiet)
	s.region.Progress = progress.set
	of, err := raster.ReadRegionSeries(ctx, s.inputs, s.region, s.options, targets...)
	progress.end(err == nil)
	return of, err
}

// write makes the files that are asked for: all of them, or none.
func (s *series) write(of *raster.Series, table string) error {
	var files []atomicfile.Content
	if s.csv != "" && s.csv != "-" {
		files = append(files, atomicfile.Text(s.csv, table))
	}
	if s.plot != "" {
		plot := trendmap.PlotOf(of, s.variable)
		plot.Title, plot.DPI = cmp.Or(s.title, plot.Title), s.dpi
		picture, err := plot.Draw(plotFormat(s.plot))
		if err != nil {
			return err
		}
		files = append(files, atomicfile.Text(s.plot, string(picture)))
	}
	return atomicfile.WriteAll(context.Background(), s.options.Overwrite, files...)
}

// parsePlace reads X,Y.
func parsePlace(s string) (raster.Point, error) {
	x, y, _ := strings.Cut(s, ",")
	var p raster.Point
	var errs [2]error
	p.X, errs[0] = strconv.ParseFloat(strings.TrimSpace(x), 64)
	p.Y, errs[1] = strconv.ParseFloat(strings.TrimSpace(y), 64)
	if errors.Join(errs[:]...) != nil || math.IsNaN(p.X+p.Y) || math.IsInf(p.X, 0) || math.IsInf(p.Y, 0) {
		return p, errors.New("give X,Y on the map with a comma between them, such as 322000,4690000")
	}
	return p, nil
}

// parseLonLat reads LON,LAT.
func parseLonLat(s string) (raster.Point, error) {
	p, err := parsePlace(s)
	if err != nil || math.Abs(p.X) > 360 || math.Abs(p.Y) > 90 {
		return p, errors.New("give LON,LAT in degrees with a comma between them, the longitude first, such as -83.1,42.3")
	}
	p.LonLat = true
	return p, nil
}

// parsePixel reads COL,ROW.
func parsePixel(s string) (raster.Point, error) {
	column, row, _ := strings.Cut(s, ",")
	x, errX := strconv.ParseUint(strings.TrimSpace(column), 10, 31)
	y, errY := strconv.ParseUint(strings.TrimSpace(row), 10, 31)
	if errX != nil || errY != nil {
		return raster.Point{}, errors.New("give COL,ROW, whole numbers from 0, such as 120,80")
	}
	return raster.Point{X: float64(x), Y: float64(y), Pixel: true}, nil
}

// parseOfRegion reads what the observations of a region become.
func parseOfRegion(text string) (stats.Composite, error) {
	by, err := stats.ParseComposite(text)
	if err != nil || by.IsCount() {
		return by, errors.New("give mean, median, min, max or a percentile such as p90")
	}
	return by, nil
}

// parsePlot reads the name of the plot. As that of the table, it may be given once: of two, one
// would be dropped silently.
func (s *series) parsePlot(name string) (string, error) {
	switch {
	case !slices.Contains(render.Formats, plotFormat(name)):
		return "", errors.New("give the name of a file that ends with .png, .svg or .pdf, such as pixel.png")
	case s.plot != "":
		return "", fmt.Errorf("the plot is given already, as %s", s.plot)
	}
	return name, nil
}

// parseCSV reads the name of the table.
func (s *series) parseCSV(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("give the name of a file, such as pixel.csv, or - for standard output")
	case s.csv != "":
		return "", fmt.Errorf("the table is given already, as %s", s.csv)
	}
	return name, nil
}

// plotFormat is the format of a plot by the ending of its file.
func plotFormat(name string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
}
