package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/stats"
)

// defaultMonitor has the parameters of bfastmonitor of R, but for its history.
func defaultMonitor() pixtrend.MonitorOptions {
	return pixtrend.MonitorOptions{Harmonics: 3, History: "all", Window: 0.25, Level: 0.05}
}

// monitorFlags defines the flags of BFAST monitor. Their names are those of bfastmonitor of R where it has them.
func monitorFlags(cmd *cobra.Command, m *pixtrend.MonitorOptions) {
	group(cmd, "BFAST monitor", func(flags *pflag.FlagSet) {
		startFlags(flags, m)
		option(flags, &m.Harmonics, "harmonics", "", "K", "fit a season of K pairs of a cosine and a sine beside the line, 0 to 4 (default 3)", parseHarmonics)
		option(flags, &m.Period, "period", "", "LENGTH", "LENGTH of the period of the season: year (default), or a number of days, years or steps, whichever the dates count", parsePeriod)
		option(flags, &m.Window, "h", "", "SHARE", "test sums of residuals over SHARE of the history: 0.25, 0.5 or 1 (default 0.25)", parseWindow)
		option(flags, &m.Level, "level", "", "P", "find a break in P of the pixels without one, 0.001 to 0.05 (default 0.05)", parseMonitorLevel)
	})
	complete(cmd, "history", "all", "roc")
	complete(cmd, "h", "0.25", "0.5", "1")
	complete(cmd, "period", "year")
}

// startFlags defines the flags that say what is the history.
func startFlags(flags *pflag.FlagSet, m *pixtrend.MonitorOptions) {
	option(flags, &m.Start, "start", "", "DATE", "bfast-monitor: monitor the observations from DATE on; those before it are the history", parseInterceptAt)
	option(flags, &m.History, "history", "", "WHICH",
		"bfast-monitor: fit the model to WHICH part of the history: all, roc for what follows the last change that a reverse-ordered CUSUM test finds, or a date, from which on (default all)", parseHistory)
}

// checkMonitor checks the options of BFAST monitor as far as that takes no files. method is the flag that
// has chosen it.
func checkMonitor(method string, m pixtrend.MonitorOptions) error {
	if m.Start == "" {
		return usagef("%s bfast-monitor needs the date from which on observations are monitored: give it with --start, such as --start 2010-01-01", method)
	}
	if m.Harmonics == 0 && m.Period != 0 {
		return usagef("--period is the length of a season, and none is fitted: give --harmonics, such as --harmonics 2")
	}
	return nil
}

// parseHistory reads all, roc or a date.
func parseHistory(s string) (string, error) {
	if s == "all" || s == "roc" {
		return s, nil
	}
	if _, err := parseInterceptAt(s); err != nil {
		return "", errors.New("give all, roc, or the date from which on the history is stable, such as 2005-01-01")
	}
	return s, nil
}

// parseHarmonics reads a number of harmonics, which may be none.
func parseHarmonics(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > stats.MaxHarmonics {
		return 0, fmt.Errorf("give a whole number from 0 to %d", stats.MaxHarmonics)
	}
	return n, nil
}

// parseWindow reads the length of moving sums.
func parseWindow(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x != 0.25 && x != 0.5 && x != 1 {
		return 0, errors.New("give 0.25, 0.5 or 1, which critical values are known for")
	}
	return x, nil
}

// parseMonitorLevel reads a level that critical values are known for.
func parseMonitorLevel(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x >= 0.001 && x <= 0.05) {
		return 0, errors.New("give a number from 0.001 to 0.05, which critical values are known for")
	}
	return x, nil
}
