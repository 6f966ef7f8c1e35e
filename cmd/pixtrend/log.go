package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster/report"
)

// messages are the flags for messages on standard error.
type messages struct{ quiet, verbose bool }

// define defines the flags. quiet is the help of -q; there is no -q if it is empty.
func (m *messages) define(flags *pflag.FlagSet, quiet string) {
	if quiet != "" {
		flags.BoolVarP(&m.quiet, "quiet", "q", false, quiet)
	}
	flags.BoolVarP(&m.verbose, "verbose", "v", false, "print decisions and the time of each step")
}

func (m messages) check() error {
	if m.quiet && m.verbose {
		return usagef("--quiet and --verbose exclude each other: give one of them")
	}
	return nil
}

// log returns a logger to standard error. It prints warnings, and with -v all other messages.
func (m messages) log(stderr io.Writer) *slog.Logger {
	level := slog.LevelWarn
	if m.verbose {
		level = slog.LevelInfo
	}
	return slog.New(newHandler(stderr, level))
}

// warn prints warnings.
func warn(stderr io.Writer, warnings []string) {
	log := messages{}.log(stderr)
	for _, w := range warnings {
		log.Warn(w)
	}
}

// handler writes records as Unix programs do: "pixtrend: warning: ", a sentence, and attributes as
// key=value. Errors, which end the program, have no "error:" before them.
type handler struct {
	level  slog.Level
	color  bool
	mu     *sync.Mutex // of w
	w      io.Writer
	prefix string // of keys: the names of open groups
	attrs  string // of every record, formatted
}

func newHandler(w io.Writer, level slog.Level) *handler {
	return &handler{level: level, color: isTerminal(w) && os.Getenv("NO_COLOR") == "", mu: new(sync.Mutex), w: w}
}

// isTerminal reports whether w is a terminal that can move its cursor.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	switch {
	case r.Level >= slog.LevelError:
		b.WriteString(h.painted("pixtrend:", "1;31") + " ") // bold red
	case r.Level >= slog.LevelWarn:
		b.WriteString("pixtrend: " + h.painted("warning:", "33") + " ") // yellow
	default:
		b.WriteString("pixtrend: ")
	}
	b.WriteString(foreign.Line(foreign.Scrub(report.OneSentence(r.Message))))
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		writeAttr(&b, h.prefix, a)
		return true
	})
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}

func (h *handler) painted(text, color string) string {
	if !h.color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	for _, a := range attrs {
		writeAttr(&b, h.prefix, a)
	}
	with := *h
	with.attrs += b.String()
	return &with
}

func (h *handler) WithGroup(name string) slog.Handler {
	with := *h
	if name != "" {
		with.prefix += name + "."
	}
	return &with
}

// writeAttr writes an attribute as key=value, and those of a group as group.key=value. A value that
// is not one word is quoted.
func writeAttr(b *strings.Builder, prefix string, a slog.Attr) {
	value := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
		return
	case value.Kind() == slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range value.Group() {
			writeAttr(b, prefix, inner)
		}
		return
	}
	text := foreign.Scrub(value.String())
	if value.Kind() == slog.KindDuration {
		text = report.DurationText(value.Duration().Seconds())
	}
	if text == "" || strings.ContainsAny(text, " \"=") {
		text = strconv.Quote(text)
	}
	text = foreign.Printable(text)
	b.WriteString(" " + prefix + a.Key + "=" + text)
}
