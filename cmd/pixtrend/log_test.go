package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestHandler(t *testing.T) {
	for _, tt := range []struct {
		name  string
		level slog.Level
		color bool
		say   func(log *slog.Logger)
		want  string
	}{
		{"warning", slog.LevelWarn, false, func(log *slog.Logger) { log.Warn("no unit") }, "pixtrend: warning: no unit\n"},
		{"error", slog.LevelWarn, false, func(log *slog.Logger) { log.Error("no file") }, "pixtrend: no file\n"},
		{"not asked for", slog.LevelWarn, false, func(log *slog.Logger) { log.Info("planned") }, ""},
		{"asked for", slog.LevelInfo, false, func(log *slog.Logger) { log.Info("planned"); log.Debug("x") }, "pixtrend: planned\n"},
		{"lines", slog.LevelWarn, false, func(log *slog.Logger) { log.Warn("a\nb\r\nc\n") }, "pixtrend: warning: a; b; c\n"},
		{"attributes", slog.LevelInfo, false, func(log *slog.Logger) {
			log.Info("planned", "windows", 8, "window", "50 × 20", "unit", "", "took", 12*time.Millisecond, "why", errors.New(`a "b"`))
		}, `pixtrend: planned windows=8 window="50 × 20" unit="" took="12 ms" why="a \"b\""` + "\n"},
		{"groups", slog.LevelInfo, false, func(log *slog.Logger) {
			log.With("a", 1).WithGroup("g").With("b", 2).Info("m", "c", 3, slog.Group("h", "d", 4), slog.Attr{})
		}, "pixtrend: m a=1 g.b=2 g.c=3 g.h.d=4\n"},
		{"yellow", slog.LevelWarn, true, func(log *slog.Logger) { log.Warn("no unit") }, "pixtrend: \x1b[33mwarning:\x1b[0m no unit\n"},
		{"red", slog.LevelWarn, true, func(log *slog.Logger) { log.Error("no file") }, "\x1b[1;31mpixtrend:\x1b[0m no file\n"},
		{"plain", slog.LevelInfo, true, func(log *slog.Logger) { log.Info("planned") }, "pixtrend: planned\n"},
	} {
		var b strings.Builder
		h := newHandler(&b, tt.level)
		h.color = tt.color
		tt.say(slog.New(h))
		if b.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, b.String(), tt.want)
		}
	}
}

// With -v every step says what was decided and how long it took, on standard error alone.
func TestVerbose(t *testing.T) {
	dir := folder(t)
	code, stdout, stderr := call(t, dir, "fit", "stack", "-o", "slope.tif", "-v", "--json", "--window", "50x20", "--threads", "1", "--pin", "off", "--memory", "64M")
	if code != 0 || strings.Count(stdout, "\n") != 1 {
		t.Errorf("exit code %d, printed %q", code, stdout)
	}
	for _, want := range []string{
		"pixtrend: started pixtrend=v0.0-test gdal=", " took=",
		"pixtrend: opened the inputs rasters=21 size=\"", " compressed=false grid=\"100 × 80\" took=",
		"pixtrend: found the dates from=\"file name: ", " dates=\"21 years, 1995–2015\" slopes=\"per year\" intercepts=\"at year 0\"\n",
		"pixtrend: interpreted the samples type=Float32 nodata=nan\n", "pixtrend: no file gives a unit: ",
		"pixtrend: planned windows=8 window=\"50 × 20\" dates_at_once=21 tile=\"", " threads=1 pin=off kernel=", " memory=\"64 MiB\"\n",
		dotted + "pixtrend: fitted the windows took=", " reading=", "pixtrend: finished the output size=\"",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in:\n%s", want, stderr)
		}
	}
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "pixtrend: ") && line != dotted {
			t.Errorf("a line of another form: %q", line)
		}
	}
	for _, args := range [][]string{{"info", "stack", "-v"}, {"synth", "new", "--width", "9", "--height", "9", "-v"}} {
		if code, _, stderr := call(t, dir, args...); code != 0 || !strings.HasPrefix(stderr, "pixtrend: started ") || !strings.Contains(stderr, " took=") {
			t.Errorf("%v: exit code %d, printed %q", args, code, stderr)
		}
	}
}
