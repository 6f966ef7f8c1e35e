package main

import (
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
)

// What -v tells: what was decided, what was assumed, and how long each step took.

func tellProgram(log *slog.Logger) {
	isa := kernel.Best().ISA()
	if k, err := kernel.FromEnv(); err == nil {
		isa = k.ISA()
	}
	log.Info("started", "pixtrend", versionName(), "gdal", gdal.Version(), "kernel", isa, "cpus", runtime.GOMAXPROCS(0), "took", time.Since(began))
}

func tellJob(log *slog.Logger, j *raster.Job, took time.Duration) {
	g, p := j.Grid, j.Plan
	log.Info("opened the inputs", "rasters", len(j.Inputs), "size", report.Bytes(j.FileBytes), "remote", j.Remote, "compressed", j.Decoded,
		"grid", fmt.Sprintf("%d × %d", g.Width, g.Height), "took", took)
	log.Info("took the dates", "from", strings.Join(j.DatedBy, "; "), "dates", report.Dates(g.Axis, j.Given),
		"slopes", "per "+g.Axis.Unit(), "intercepts", "at "+g.Axis.Origin())
	tellSamples(log, j)
	log.Info("planned", "windows", p.Windows, "window", fmt.Sprintf("%d × %d", p.WindowWidth, p.WindowHeight), "dates_at_once", p.DatesAtOnce,
		"tile", humanize.IBytes(uint64(layout.TileBytes(g.Type, p.WindowWidth*p.WindowHeight, p.DatesAtOnce))),
		"threads", len(p.Workers), "pin", p.Pin, "kernel", p.ISA, "tiles_and_results", humanize.IBytes(uint64(p.TileMemory)), "memory", humanize.IBytes(uint64(j.Memory)))
	if p.Unbound != "" {
		log.Info("not every thread has a CPU of its own", "why", p.Unbound)
	}
}

// tellSamples says how samples are understood.
func tellSamples(log *slog.Logger, j *raster.Job) {
	g := j.Grid
	nodata := "none"
	if x := report.NodataJSON(g.Valid); x != nil {
		nodata = fmt.Sprint(x)
	}
	attrs := []any{"type", raster.TypeName(g.Type), "nodata", nodata}
	if g.Scale != 0 && (g.Scale != 1 || g.Offset != 0) {
		attrs = append(attrs, "scale", g.Scale, "offset", g.Offset)
	}
	for _, told := range []struct{ key, text string }{{"index", j.Index}, {"valid_range", j.Valid}, {"masks", j.Masks}, {"unit", j.Unit}} {
		if told.text != "" {
			attrs = append(attrs, told.key, told.text)
		}
	}
	log.Info("took the samples", attrs...)
	if j.Unit == "" {
		log.Info("no file gives a unit: slopes are in that of the samples, whatever it is")
	}
}

func tellRun(log *slog.Logger, s raster.Summary) {
	of := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
	t := s.Times
	log.Info("fitted the windows", "took", of(t.Windows), "reading", of(t.Read), "fitting", of(t.Fit), "waiting", of(t.Wait), "writing", of(t.Write))
	log.Info("finished the output", "size", report.Bytes(s.BytesWritten), "took", of(t.Finish))
}
