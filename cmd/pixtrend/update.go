package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/stats"
)

func newUpdateCommand() *cobra.Command {
	f := &fit{}
	cmd := &cobra.Command{
		Use:   "update SUMS INPUT... -o FILE",
		Short: "Add dates to the sums that a fit has kept, and write the trend of all dates.",
		Long: "Add rasters of new dates to the sums that a fit has kept, and write the trend of all dates.\n\n" +
			"SUMS is the file of pixtrend fit --keep, or of an earlier update. INPUT and the options are as in\n" +
			"pixtrend fit; those of gaps and regions are the ones that SUMS was kept with. The earlier rasters are\n" +
			"not read. The dates of INPUT can lie before, between or after those of SUMS.\n\n" +
			"If samples are whole numbers of 8 or 16 bits, the result has the bits of a fit of all rasters.\n" +
			"Fields of ranks and of models with more than a line need all rasters.\n\n" +
			"See also pixtrend help updates.",
		Example: "  # a synthetic stack, made for trying: fit the years up to 2014, and keep their sums\n" +
			"  pixtrend synth demo && pixtrend fit demo --to 2014 -o until2014.tif --keep sums2014.tif\n" +
			"  # add 2015 without reading the others, and keep the sums of all\n" +
			"  pixtrend update sums2014.tif demo/ndvi_2015.tif -o trend.tif --keep sums2015.tif\n" +
			"  # the new dates of a folder that has all rasters, and other fields\n" +
			"  pixtrend update sums2014.tif demo --from 2015 -o more.tif --stats slope,pvalue,change,n --fdr 0.05\n" +
			"  # sums that are compressed, as the output is\n" +
			"  pixtrend update sums2014.tif demo --from 2015 -o small.tif --keep s.tif --co COMPRESS=DEFLATE",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("no sums or no input: name the file of sums, and then the rasters that are added")
			}
			f.sums = args[0]
			if f.sums == "" {
				return usagef("the name of the file of sums is empty: name it")
			}
			return f.checkAll(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.limits = limitsOf(cmd.Flags())
			return f.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o := &f.options
	addInputFlags(cmd, &o.OpenOptions, &f.drivers)
	group(cmd, "Region", func(flags *pflag.FlagSet) { rectangleFlags(flags, &o.Region) })
	addDateFlags(cmd, &o.OpenOptions)
	addGapFlags(cmd, &o.OpenOptions)
	group(cmd, "Fit", func(flags *pflag.FlagSet) {
		f.fieldFlag(flags, lineNames())
		f.levelFlags(flags)
		lineFlags(flags, &o.Fit)
	})
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		option(flags, &f.output, "output", "o", "FILE", "write the result to FILE", func(s string) (string, error) { return outputOnce(f.output, s) })
		f.keepFlag(flags)
		f.mapFlag(flags)
		fileFlags(flags, o)
	})
	resourceFlags(cmd, o, &f.window)
	f.messageFlags(cmd)
	completeFiles(cmd)
	completeList(cmd, "stats", lineNames()...)
	return cmd
}

// lineNames returns the names of the fields that follow from sums.
func lineNames() (names []string) {
	for _, f := range stats.Fields() {
		if (stats.Model{}).Has(f) && (f.Info().Estimator == stats.Linear || f.Info().Estimator == stats.RelativeTrend) {
			names = append(names, f.String())
		}
	}
	return names
}
