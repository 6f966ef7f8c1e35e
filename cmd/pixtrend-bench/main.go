// Command pixtrend-bench has the commands `pixtrend bench kernel`, `scaling`, `models` and `ranks` in
// a program without cgo. `make bench-static` builds it. It runs on machines that have neither Go nor
// GDAL.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"

	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/kernel"
)

// version is set at build time: -ldflags '-X main.version=v1.2.3'.
var version = "devel"

// Exit codes are those of pixtrend.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

const usage = `Measure pixtrend's kernels, how they scale, models and rank trends, on samples in memory.

Usage:
  pixtrend-bench kernel|scaling|models|ranks|all [options]
  pixtrend-bench check OLD NEW [options]

check compares two builds of this program. It fails if NEW is more than 10 % slower than OLD and the
difference is larger than the noise.

Examples:
  # see in seconds how it works
  pixtrend-bench kernel --quick
  # everything, kept in a folder runs/DATE-CPU
  pixtrend-bench all --record runs

Options:
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs a command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	wrong := func(format string, args ...any) int {
		fmt.Fprintf(stderr, "pixtrend-bench: "+format+" (see 'pixtrend-bench --help')\n", args...)
		return exitUsage
	}
	var o bench.Options
	var out bench.Output
	var quiet bool
	flags := flag.NewFlagSet("pixtrend-bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	o.DefineRun(flags)
	o.DefineMemory(flags)
	o.DefineThreads(flags)
	out.Define(flags)
	flags.BoolVar(&quiet, "quiet", false, "print no progress")

	var words []string
	for rest := args; ; {
		err := flags.Parse(rest)
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage)
			flags.SetOutput(stdout)
			flags.PrintDefaults()
			return exitDone
		}
		if err != nil {
			return wrong("%v", err)
		}
		if flags.NArg() == 0 {
			break
		}
		words, rest = append(words, flags.Arg(0)), flags.Args()[1:]
	}
	if err := out.Conflict(); err != nil {
		return wrong("%v", err)
	}
	if _, err := kernel.FromEnv(); err != nil {
		return wrong("%v: unset %s to use the fastest kernel", err, kernel.EnvISA)
	}
	o.Version = version
	if !quiet {
		o.Say = func(what string) { fmt.Fprintln(stderr, what) }
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var err error
	switch {
	case len(words) == 0:
		return wrong("name what to measure: kernel, scaling, models, ranks or all")
	case words[0] == "check" && len(words) == 3:
		err = check(ctx, words[1], words[2], o, stdout)
	case words[0] == "check":
		return wrong("check takes two builds of this program, the old one and the new one")
	case len(words) > 1:
		return wrong("%s takes no argument such as %q", words[0], words[1])
	case slices.Contains(bench.Studies, words[0]):
		err = measure(ctx, []string{words[0]}, o, out, stdout)
	case words[0] == "all":
		err = measure(ctx, bench.Studies, o, out, stdout)
	case words[0] == bench.CheckOnce:
		err = bench.RunOnce(ctx, o, stdout)
	default:
		return wrong("there is no command %q: use kernel, scaling, models, ranks, all or check", words[0])
	}
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "pixtrend-bench: interrupted: there is no report")
		return exitInterrupted
	}
	fmt.Fprintf(stderr, "pixtrend-bench: %v\n", err)
	return exitFailed
}

func measure(ctx context.Context, studies []string, o bench.Options, out bench.Output, stdout io.Writer) error {
	if err := out.Check(); err != nil {
		return err
	}
	r, err := bench.Run(ctx, studies, o)
	if err != nil {
		return err
	}
	r.Finish()
	return out.Write(r, stdout)
}

func check(ctx context.Context, old, new string, o bench.Options, stdout io.Writer) error {
	c, err := bench.Check(ctx, old, new, o)
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, c.Text())
	return c.Err()
}
