package main

import (
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// Messages of -v: decisions, assumptions, and the time of each step.

// tellProgram logs the versions and the machine.
func tellProgram(log *slog.Logger) {
	isa := kernel.Best().ISA()
	if k, err := kernel.FromEnv(); err == nil {
		isa = k.ISA()
	}
	log.Info("started", "pixtrend", versionName(), "gdal", gdal.Version(), "kernel", isa, "cpus", runtime.GOMAXPROCS(0), "took", time.Since(began))
}

// tellJob logs what was decided before a fit.
func tellJob(log *slog.Logger, j *raster.Job, took time.Duration) {
	g, p := j.Grid, j.Plan
	log.Info("opened the inputs", "rasters", len(j.Inputs), "size", report.Bytes(j.FileBytes), "remote", j.Remote, "compressed", j.Decoded,
		"grid", fmt.Sprintf("%d × %d", g.Width, g.Height), "took", took)
	log.Info("found the dates", "from", strings.Join(j.DatedBy, "; "), "dates", report.JobDates(j),
		"slopes", "per "+g.Axis.Unit(), "intercepts", "at "+g.Axis.Origin())
	logSamples(log, j)
	tellNotes(log, j.Notes)
	log.Info("planned", "windows", p.Windows, "window", fmt.Sprintf("%d × %d", p.WindowWidth, p.WindowHeight), "dates_at_once", p.DatesAtOnce,
		"tile", humanize.IBytes(uint64(layout.TileBytes(g.Type, p.WindowWidth*p.WindowHeight, p.DatesAtOnce))),
		"threads", len(p.Workers), "pin", p.Pin, "kernel", p.ISA, "tiles_and_results", humanize.IBytes(uint64(p.TileMemory)), "memory", humanize.IBytes(uint64(j.Memory)))
	if p.Unbound != "" {
		log.Info("threads do not have a CPU each", "why", p.Unbound)
	}
}

// tellNotes logs what GDAL says of inputs that makes no difference.
func tellNotes(log *slog.Logger, notes []string) {
	for _, n := range notes {
		log.Info(n)
	}
}

// tellStrays logs, if cmd has run with -v, what GDAL has said and nobody has listened to.
func tellStrays(cmd *cobra.Command, stderr io.Writer) {
	log := verboseLog(cmd, stderr)
	for _, m := range gdal.Strays() {
		log.Info("GDAL says: " + m.About(""))
	}
}

// verboseLog returns a logger that prints messages if cmd has run with -v.
func verboseLog(cmd *cobra.Command, stderr io.Writer) *slog.Logger {
	f := cmd.Flags().Lookup("verbose")
	return messages{verbose: f != nil && f.Value.String() == "true"}.log(stderr)
}

// logSamples logs how samples are interpreted.
func logSamples(log *slog.Logger, j *raster.Job) {
	g := j.Grid
	nodata := "none"
	if x := report.NodataJSON(g.Valid); x != nil {
		nodata = fmt.Sprint(x)
	}
	attrs := []any{"type", raster.TypeName(g.Type), "nodata", nodata}
	if g.Scale != 0 && (g.Scale != 1 || g.Offset != 0) {
		attrs = append(attrs, "scale", g.Scale, "offset", g.Offset)
	}
	for _, x := range []struct{ key, text string }{{"index", j.Index}, {"composite", j.Composite}, {"valid_range", j.Valid}, {"masks", j.Masks}, {"unit", j.Unit}} {
		if x.text != "" {
			attrs = append(attrs, x.key, x.text)
		}
	}
	log.Info("interpreted the samples", attrs...)
	if j.Unit == "" {
		log.Info("no file gives a unit: the unit of slopes is unknown")
	}
}

// tellRun logs the times of a fit.
func tellRun(log *slog.Logger, s raster.Summary) {
	of := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
	t := s.Times
	log.Info("fitted the windows", "took", of(t.Windows), "reading", of(t.Read), "fitting", of(t.Fit), "writing", of(t.Write))
	log.Info("finished the output", "size", report.Bytes(s.BytesWritten), "took", of(t.Finish))
}
