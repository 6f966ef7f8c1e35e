package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// addRankFlags defines the flags of the fields of ranks.
func addRankFlags(cmd *cobra.Command, o *pixtrend.RankOptions) {
	group(cmd, "Ranks (sen_…, siegel_slope and mk_…)", func(flags *pflag.FlagSet) {
		option(flags, &o.Season, "season", "", "SEASON",
			"compare dates within their season only, of a month, a quarter (December to February, …) or so many DAYS of the year: month, quarter or a number such as 16", timeaxis.ParseSeasons)
		flags.BoolVar(&o.SeasonCovariance, "season-covariance", false, "add the covariance of the seasons to mk_var, for ten or more years")
		option(flags, &o.Method, "mk", "", "METHOD",
			"METHOD for serial correlation in the Mann–Kendall test: "+report.List(stats.MethodNames(), "or")+" (default original, none); see pixtrend help ranks before you use one", stats.ParseMethod)
		option(flags, &o.NormalP, "mk-p", "", "HOW",
			"compute mk_pvalue HOW: exact without ties and up to 60 observations, else normal (default exact), or normal always", parseNormalP)
		option(flags, &o.JointIntercept, "sen-intercept", "", "HOW",
			"compute sen_intercept HOW: separate, median(y) − slope·median(t) (default), or joint, median(y − slope·t)", parseJoint)
	})
	complete(cmd, "season", "month", "quarter")
	complete(cmd, "mk", stats.MethodNames()...)
	complete(cmd, "mk-p", "exact", "normal")
	complete(cmd, "sen-intercept", "separate", "joint")
}

// parseNormalP reads how p-values are computed and reports whether it is normal.
func parseNormalP(s string) (bool, error) { return parseChoice(s, "exact", "normal") }

// parseJoint reads how the intercept is computed and reports whether it is joint.
func parseJoint(s string) (bool, error) { return parseChoice(s, "separate", "joint") }

// parseChoice reports whether s is the second of two words.
func parseChoice(s, first, second string) (bool, error) {
	switch strings.ToLower(s) {
	case first:
		return false, nil
	case second:
		return true, nil
	}
	return false, errors.New("give " + first + " or " + second)
}

// checkRankFlags returns an error if a flag is given that none of the fields depends on, or if flags
// exclude each other. It opens no file.
func checkRankFlags(o pixtrend.RankOptions, fields []stats.Field) error {
	seasons := o.Season != timeaxis.Seasons{}
	switch {
	case o.SeasonCovariance && !seasons:
		return usagef("--season-covariance needs seasons: give them with --season, such as --season month")
	case seasons && o.Method != stats.Original:
		return usagef("--mk %v and --season exclude each other: with seasons, --season-covariance accounts for serial correlation", o.Method)
	}
	return explainUnused(o.CheckUse(fields), "ranks")
}
