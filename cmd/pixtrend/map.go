package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/raster/trendmap"
	"github.com/pixtrend/pixtrend/render"
	"github.com/pixtrend/pixtrend/stats"
)

// makeMap is the command line of pixtrend map.
type makeMap struct {
	input   string
	drivers []string // besides GTiff
	output  string   // .png, .svg or .pdf
	options trendmap.Options

	lonLat, noFrame, json bool
	messages
}

func newMapCommand() *cobra.Command {
	m := &makeMap{}
	o := &m.options
	cmd := &cobra.Command{
		Use:   "map TREND.tif -o FILE",
		Short: "Draw a map of a trend in classes, as PNG, SVG or PDF.",
		Long: "Draw a map of a trend in classes, as PNG, SVG or PDF, with a legend, the share of pixels of each class,\n" +
			"coordinates along the edges, a scale bar and north.\n\n" +
			"Classes hold as many pixels each, unless --method or --breaks says otherwise. Zero is a limit between the\n" +
			"classes of trends and other values with a sign, and each side has classes of its own: with the default\n" +
			"palette, losses are brown and gains are green, the deeper the larger. The classes of p-values end at 0.01,\n" +
			"0.05 and 0.1. Pixels without a value are transparent. Rasters larger than the map are averaged; limits and shares are those of their pixels. Of\n" +
			"rasters with more than " + humanize.Comma(trendmap.Whole) + " pixels, these are found from a sample of blocks, and the map from\n" +
			"overviews if there are some.",
		Example: "  # the map of a trend made for trying\n" +
			"  pixtrend synth demo && pixtrend fit 'demo/ndvi_*.tif' -o trend.tif --stats slope,pvalue,n\n" +
			"  pixtrend map trend.tif -o map.png\n" +
			"  # grey where the trend is not significant; classes with limits of one's own\n" +
			"  pixtrend map trend.tif -o sure.png --mask-p 0.05 --breaks -0.01,-0.002,0.002,0.01\n" +
			"  # another field in seven classes of equal width\n" +
			"  pixtrend map trend.tif -o n.svg --field n --classes 7 --method equal --title 'Clear years'\n" +
			"  # for print, with longitudes and latitudes along the edges\n" +
			"  pixtrend map trend.tif -o print.pdf --size 2000 --dpi 300 --lonlat --label NDVI\n" +
			"  # the same classes and colours in QGIS, which reads trend.qml with trend.tif, and for gdaldem\n" +
			"  pixtrend map trend.tif -o map.png --overwrite --qgis --colors colors.txt",
		Args: func(_ *cobra.Command, args []string) error { return m.check(args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return m.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	group(cmd, "Input", func(flags *pflag.FlagSet) {
		bandFlags(flags, &o.Field, &o.Band, "draw", "pvalue")
		otherDriversFlag(flags, &m.drivers)
	})
	group(cmd, "Classes", func(flags *pflag.FlagSet) {
		option(flags, &o.Classes, "classes", "", "N", fmt.Sprintf("make N classes (default %d)", trendmap.DefaultClasses), parseClasses)
		option(flags, &o.Method, "method", "", "METHOD", "METHOD of finding limits: quantile, as many pixels in each class (default), or equal, classes of equal width", parseMethod)
		option(flags, &o.Breaks, "breaks", "", "LIMITS", "LIMITS between the classes, separated by commas, such as -0.01,0,0.01; values beyond them make two more classes", render.ParseBreaks)
		option(flags, &o.Mask, "mask", "", "HOW", "draw grey, and count apart, where the fit has found no trend: HOW is trend_class or mk_class, where that band is 0, or fdr, the same if pixtrend fit --fdr has made it", parseMask)
		option(flags, &o.MaskP, "mask-p", "", "ALPHA", "draw grey, and count apart, where the band pvalue, or mk_pvalue for fields of ranks, is not below ALPHA, such as 0.05", between0And1)
	})
	group(cmd, "Map", func(flags *pflag.FlagSet) {
		option(flags, &o.Palette, "palette", "", "NAME", "NAME of the colours: "+report.List(render.PaletteNames(), "or")+", with _r behind it for the reverse (default "+
			render.DefaultDiverging+" for values with a sign, "+render.DefaultSequential+" for others)", parsePalette)
		option(flags, &o.Title, "title", "", "TEXT", "write TEXT above the map (default: what the field is, and when)", named("a text"))
		option(flags, &o.Variable, "label", "", "NAME", "NAME of what the samples are, such as NDVI, for title and legend", named("a name, such as NDVI"))
		option(flags, &o.Size, "size", "", "PIXELS", fmt.Sprintf("PIXELS of the longer side of the map, without legend, from %d to %d, as far as --memory allows (default %d)", trendmap.LeastSize, trendmap.MostSize, trendmap.DefaultSize), parseMapSize)
		option(flags, &o.DPI, "dpi", "", "DPI", "pixels an inch on paper, such as 300: text has its size for it (default: text for screens)", parseDPI)
		flags.BoolVar(&m.lonLat, "lonlat", false, "write longitudes and latitudes along the edges (default: coordinates in the CRS)")
		flags.BoolVar(&m.noFrame, "no-frame", false, "write no coordinates along the edges")
		option(flags, &o.Outline, "outline", "", "FILE", "draw the lines and borders of a vector FILE ("+geo.VectorFormats+") on the map", named("a file, such as districts.geojson"))
	})
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &m.output, "output", "o", "FILE", "write the map to FILE, whose name ends in .png, .svg or .pdf", m.parseOutput)
		flags.BoolVar(&o.QGIS, "qgis", false, "write a style beside the raster too, with .qml for its suffix: QGIS loads it by itself")
		option(flags, &o.Colors, "colors", "", "FILE", "write the colours as a text for gdaldem color-relief to FILE too", named("a file, such as colors.txt"))
		flags.BoolVar(&o.Overwrite, "overwrite", false, "replace files that exist")
	})
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Memory, "memory", "", "SIZE", "keep to SIZE, such as 512M or 2GiB (default 512M)", parseSize)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&m.json, "json", false, "print one JSON object on standard output")
		m.messages.define(flags, "print no progress and no summary")
	})
	complete(cmd, "field", stats.FieldNames()...)
	complete(cmd, "mask", string(trendmap.ClassMask), string(trendmap.RankMask), string(trendmap.FDRMask))
	complete(cmd, "method", string(trendmap.Quantile), string(trendmap.Equal))
	complete(cmd, "palette", render.PaletteNames()...)
	return cmd
}

// named returns a parser of texts that are not empty.
func named(what string) func(string) (string, error) {
	return func(s string) (string, error) {
		if strings.TrimSpace(s) == "" {
			return "", errors.New("give " + what)
		}
		return s, nil
	}
}

func parseClasses(s string) (int, error) {
	n, err := atLeast(2)(s)
	if err != nil || n > render.MostClasses {
		return 0, fmt.Errorf("give a whole number from 2 to %d", render.MostClasses)
	}
	return n, nil
}

func parseMethod(s string) (trendmap.Method, error) {
	for _, m := range []trendmap.Method{trendmap.Quantile, trendmap.Equal} {
		if strings.EqualFold(s, string(m)) {
			return m, nil
		}
	}
	return "", errors.New("give quantile or equal")
}

func parseMask(s string) (trendmap.Mask, error) {
	for _, m := range trendmap.Masks {
		if strings.EqualFold(s, string(m)) {
			return m, nil
		}
	}
	return "", errors.New("give trend_class, mk_class or fdr")
}

func parsePalette(s string) (string, error) {
	p, err := render.ParsePalette(s)
	return p.Name, err
}

func parseMapSize(s string) (int, error) {
	n, err := atLeast(trendmap.LeastSize)(s)
	if err != nil || n > trendmap.MostSize {
		return 0, fmt.Errorf("give a number of pixels from %d to %d", trendmap.LeastSize, trendmap.MostSize)
	}
	return n, nil
}

func parseDPI(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x >= trendmap.LeastDPI && x <= trendmap.MostDPI) {
		return 0, fmt.Errorf("give a number of pixels an inch from %d to %d, such as 300", trendmap.LeastDPI, trendmap.MostDPI)
	}
	return x, nil
}

// parseOutput reads the output's name, which may be given once.
func (m *makeMap) parseOutput(s string) (string, error) {
	if m.output != "" {
		return "", fmt.Errorf("the output is given already, as %s", m.output)
	}
	return parsePicture(s)
}

// parsePicture reads the name of a picture.
func parsePicture(s string) (string, error) {
	if slices.Contains(render.Formats, plotFormat(s)) {
		return s, nil
	}
	return "", errors.New("give the name of a PNG, SVG or PDF file, such as map.png")
}

// check looks at the command line as a whole, and at no file.
func (m *makeMap) check(args []string) error {
	if err := checkResult(args, m.options.Field, m.options.Band, "one raster makes a map", "drawn"); err != nil {
		return err
	}
	switch {
	case m.output == "":
		return usagef("no output: name it with -o, such as -o map.png")
	case m.options.Mask != trendmap.NoMask && m.options.MaskP > 0:
		return usagef("--mask and --mask-p exclude each other: both say which pixels are grey")
	case m.lonLat && m.noFrame:
		return usagef("--lonlat and --no-frame exclude each other: without a frame there are no coordinates")
	case m.options.Breaks != nil && (m.options.Classes > 0 || m.options.Method != ""):
		return usagef("--breaks leaves nothing to --classes and --method: give one or the other")
	case m.json && m.quiet:
		return usagef("--json and --quiet exclude each other")
	}
	switch {
	case m.lonLat:
		m.options.Frame = trendmap.LonLatFrame
	case m.noFrame:
		m.options.Frame = trendmap.NoFrame
	}
	m.input, m.options.Drivers = args[0], withGTiff(m.drivers)
	return m.messages.check()
}

func (m *makeMap) run(stdout, stderr io.Writer) error {
	ctx, stop := interruptible(context.Background())
	defer stop()
	log := m.log(stderr)
	tellProgram(log)
	start := time.Now()
	progress := newPixelMeter(stderr, m.quiet)
	m.options.Progress = progress.set
	drawn, err := trendmap.Draw(ctx, m.input, m.output, m.options)
	progress.end(err == nil)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %s is not written", context.Cause(ctx), m.output)
		}
		return err
	}
	log.Info("drew the map", "raster", fmt.Sprintf("%d × %d", drawn.Width, drawn.Height), "band", drawn.Band, "field", drawn.Field, "unit", drawn.Unit,
		"limits", drawn.Method, "sampled", drawn.Sampled, "took", time.Since(start))
	tellNotes(log, drawn.Notes)
	warn(stderr, drawn.Warnings)
	switch {
	case m.json:
		text, err := report.JSON(drawn)
		if err != nil {
			return err
		}
		return print(stdout, text)
	case m.quiet:
		return nil
	}
	return print(stdout, report.Map(drawn))
}
