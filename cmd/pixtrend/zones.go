package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/raster/zones"
	"github.com/pixtrend/pixtrend/stats"
)

// zoneTable is the command line of pixtrend zones.
type zoneTable struct {
	input   string
	drivers []string // besides GTiff
	output  string   // .csv or .json, or - for standard output; "": none
	options zones.Options
	json    bool
	messages
}

func newZonesCommand() *cobra.Command {
	z := &zoneTable{}
	o := &z.options
	cmd := &cobra.Command{
		Use:   "zones TREND.tif --zones FILE --zone-field NAME",
		Short: "Summarize a trend in the polygons of a vector file, such as districts.",
		Long: "Summarize a trend in the polygons of a vector file, such as districts.\n\n" +
			"It writes a row for each feature of the file: its pixels and their area in hectares, how many have a\n" +
			"value, mean, quantiles and extremes of the values, and how many pixels rise and fall significantly.\n" +
			"A pixel lies in a polygon if its centre does. A pixel in several features counts in each.\n\n" +
			"Rising and falling pixels are those of the band trend_class or mk_class, if the raster has one, or\n" +
			"those whose p-value is below --alpha. Areas are those on the ellipsoid, whatever the CRS of the\n" +
			"raster. See pixtrend help regions.",
		Example: "  # the trend of a stack made for trying, and a district\n" +
			"  pixtrend synth demo && pixtrend fit 'demo/ndvi_*.tif' -o trend.tif --stats slope,pvalue,n\n" +
			"  echo '{\"type\": \"Feature\", \"properties\": {\"district\": \"west\"},' >districts.geojson\n" +
			"  echo '\"geometry\": {\"type\": \"Polygon\", \"coordinates\":' >>districts.geojson\n" +
			"  echo '[[[-83.2, 42.3], [-83.1, 42.3], [-83.1, 42.4], [-83.2, 42.3]]]}}' >>districts.geojson\n" +
			"  pixtrend zones trend.tif --zones districts.geojson --zone-field district\n" +
			"  # all digits and columns, for other programs\n" +
			"  pixtrend zones trend.tif --zones districts.geojson --zone-field district -o zones.csv\n" +
			"  # the number of observations, with all pixels that the districts touch\n" +
			"  pixtrend zones trend.tif --zones districts.geojson --zone-field district --field n --all-touched",
		Args: func(_ *cobra.Command, args []string) error { return z.check(args) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			return z.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	group(cmd, "Input", func(flags *pflag.FlagSet) {
		bandFlags(flags, &o.Field, &o.Band, "summarize", "slope")
		option(flags, &o.Alpha, "alpha", "", "ALPHA", "call p-values below ALPHA significant, if no band has classes (default 0.05)", between0And1)
		otherDriversFlag(flags, &z.drivers)
	})
	group(cmd, "Zones", func(flags *pflag.FlagSet) {
		option(flags, &o.Polygons.File, "zones", "", "FILE", "vector FILE of the polygons ("+geo.VectorFormats+")", onceGiven(&o.Polygons.File, named("a file, such as districts.gpkg")))
		option(flags, &o.Name, "zone-field", "", "NAME", "the field NAME of the features is the name of a zone", named("the name of a field"))
		layerFlags(flags, &o.Polygons, "zone-layer", "--zones")
	})
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &z.output, "output", "o", "FILE", "write the zones to FILE, whose name ends in .csv or .json; - is CSV on standard output", z.parseOutput)
		flags.BoolVar(&o.Overwrite, "overwrite", false, "replace files that exist")
	})
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &o.Memory, "memory", "", "SIZE", "keep to SIZE, such as 512M or 2GiB (default 512M)", parseSize)
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		flags.BoolVar(&z.json, "json", false, "print one JSON object on standard output")
		z.messages.define(flags, "print no progress and no table")
	})
	complete(cmd, "field", stats.FieldNames()...)
	return cmd
}

// parseOutput reads the name of the table, which may be given once.
func (z *zoneTable) parseOutput(s string) (string, error) {
	if z.output != "" {
		return "", fmt.Errorf("the output is given already, as %s", z.output)
	}
	if end := strings.ToLower(filepath.Ext(s)); s != "-" && end != ".csv" && end != ".json" {
		return "", errors.New("give the name of a file that ends in .csv or .json, such as zones.csv, or - for standard output")
	}
	return s, nil
}

// check looks at the command line as a whole, and at no file.
func (z *zoneTable) check(args []string) error {
	err := checkResult(args, z.options.Field, z.options.Band, "zones are those of one raster", "summarized")
	if err != nil {
		return err
	}
	switch {
	case z.options.Polygons.File == "":
		return usagef("no zones: name the file of their polygons with --zones, such as --zones districts.gpkg")
	case z.options.Name == "":
		return usagef("no names of zones: name the field that has them with --zone-field")
	case z.json && z.output == "-":
		return usagef("--json and -o - exclude each other: standard output is for one of them")
	case z.json && z.quiet:
		return usagef("--json and --quiet exclude each other")
	}
	z.input, z.options.Drivers = args[0], withGTiff(z.drivers)
	if z.output != "" && z.output != "-" {
		z.options.Targets = []string{z.output}
	}
	return z.messages.check()
}

func (z *zoneTable) run(stdout, stderr io.Writer) error {
	ctx, stop := interruptible(context.Background())
	defer stop()
	log := z.log(stderr)
	tellProgram(log)
	start := time.Now()
	progress := newPixelMeter(stderr, z.quiet)
	z.options.Progress = func(done, total int64) { progress.set(int(done), int(total)) }
	table, err := zones.Of(ctx, z.input, z.options)
	progress.end(err == nil)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is written", context.Cause(ctx))
		}
		return err
	}
	log.Info("summarized the zones", "zones", len(table.Zones), "band", table.Band, "took", time.Since(start))
	tellNotes(log, table.Notes)
	warn(stderr, table.Warnings)
	return z.write(stdout, table)
}

// write writes the file that is asked for, and prints the table.
func (z *zoneTable) write(stdout io.Writer, table *zones.Table) error {
	rows, err := report.ZonesCSV(table)
	if err != nil {
		return err
	}
	object, err := report.JSON(table)
	if err != nil {
		return err
	}
	text := report.Zones(table)
	if len(z.options.Targets) > 0 {
		content := rows
		if strings.EqualFold(filepath.Ext(z.output), ".json") {
			content = object
		}
		file := atomicfile.Text(z.output, content)
		if err := atomicfile.WriteAll(context.Background(), z.options.Overwrite, file); err != nil {
			return err
		}
		text += "\nwritten: " + foreign.Line(z.output) + "\n"
	}
	switch {
	case z.json:
		return print(stdout, object)
	case z.output == "-":
		return print(stdout, rows)
	case z.quiet:
		return nil
	}
	return print(stdout, text)
}
