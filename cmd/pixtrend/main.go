// Command pixtrend fits a trend to every pixel of a stack of dated rasters.
//
// A subcommand has a file of its own and goes through three steps that do not mix: its flags, read
// without looking at any file; a plan, with every check that can be made beforehand; the run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/report"
)

// Exit codes. A run that a signal ends exits with 128 and the signal's number, as shells do: 130
// after Ctrl-C.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the command line cannot be understood, whatever the files are
)

func init() { cobra.EnableCommandSorting = false } // the help lists them in the order in which they are needed

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs a command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	// A reader that goes away (… | head) must not kill a run that is writing a raster: writes to a
	// closed pipe fail, and print knows what to do.
	signal.Ignore(syscall.SIGPIPE)

	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root, checkDashes(root, args)
	if err == nil {
		cmd, err = root.ExecuteC()
	}
	log := messages{}.log(stderr)
	if err == nil {
		return exitDone
	}
	sentence := report.OneLine(explain(err))
	var bad usageError
	var stopped interruption
	switch {
	case errors.Is(err, errWouldFail):
		return exitFailed
	case errors.As(err, &bad):
		log.Error(fmt.Sprintf("%s (see '%s --help')", sentence, helpFor(cmd, bad)))
		return exitUsage
	case errors.As(err, &stopped):
		log.Error(sentence)
		return 128 + int(stopped.signal)
	}
	log.Error(sentence)
	return exitFailed
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pixtrend COMMAND",
		Short: "Fit a trend to every pixel of a stack of dated rasters.",
		Long: "Fit a trend to every pixel of a stack of dated rasters.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.\n\n" +
			kernel.EnvISA + "=generic|avx2|avx512|neon in the environment forces a kernel; the fastest one is taken otherwise.",
		Example: "  # make a stack, look at it, fit it and draw a map\n" +
			"  pixtrend synth demo\n" +
			"  pixtrend info demo\n" +
			"  pixtrend fit 'demo/ndvi_*.tif' -o slope.tif --map slope.png",
		Version:       versionName(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs, // so that RunE, not cobra, speaks about unknown commands
		RunE:          unknownCommand,
	}
	root.SetVersionTemplate("pixtrend {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { printHelp(cmd) })
	root.SetHelpCommand(newHelpCommand())
	root.PersistentFlags().BoolP("help", "h", false, "print this help")
	root.Flags().Bool("version", false, "print the version")
	root.AddCommand(newFitCommand(), newInfoCommand(), newMapCommand(), newSeriesCommand(), newSynthCommand(), newBenchCommand(), newVersionCommand())
	root.AddCommand(newCompletionCommand(), newManCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	completeOthers(root)
	return root
}

// unknownCommand is what pixtrend does without a subcommand that it knows.
func unknownCommand(cmd *cobra.Command, args []string) error {
	root := cmd.Root()
	bad := func(format string, args ...any) error { return usageError{fmt.Errorf(format, args...), root} }
	names := slices.DeleteFunc(commandNames(root), func(name string) bool { return name == "completion" })
	if len(args) == 0 {
		return bad("no command: use %s", report.List(names, "or"))
	}
	if near := nearest(args[0], names); near != "" {
		return bad("no command is called %q: did you mean %s?", args[0], near)
	}
	return bad("no command is called %q: use %s", args[0], report.List(names, "or"))
}

func commandNames(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// usageError is an error of the command line.
type usageError struct {
	err     error
	command *cobra.Command // whose help to see; nil: the one that was run
}

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{err: fmt.Errorf(format, args...)} }

// helpFor names the command whose help says more about a usage error.
func helpFor(cmd *cobra.Command, bad usageError) string {
	if bad.command != nil {
		cmd = bad.command
	}
	return cmd.CommandPath()
}

// interruption is the cause of a context that a signal ended.
type interruption struct{ signal syscall.Signal }

func (i interruption) Error() string {
	if i.signal == syscall.SIGINT {
		return "interrupted"
	}
	return fmt.Sprintf("ended by a signal (%v)", i.signal)
}

// interruptible returns a context that ends with an interruption at the first signal that asks the
// process to end; the second one kills it at once. It is for the part of a run that has something
// to clear away: before, signals do what they always do.
func interruptible(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as nohup asks, or a shell's &
			signal.Notify(signals, s)
		}
	}
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(interruption{s.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// print writes text to standard output. That nobody reads to the end (… | head) is no error.
func print(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("cannot write to standard output: %w", err)
	}
	return nil
}
