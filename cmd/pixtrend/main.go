// Command pixtrend fits a trend to every pixel of a stack of dated rasters.
//
// Each subcommand has its own file and works in three separate steps: it reads its flags, without
// opening any file; it plans, with every check that is possible beforehand; and it runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/report"
)

// Exit codes. A job has two more. If a signal ends the program, the code is 128 plus the signal's number, as in shells:
// 130 after Ctrl-C.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the command line is wrong, whatever the files are

	exitMissing = 3  // shards of a job are missing
	exitAgain   = 75 // a job has failed, and may succeed if it is run again: EX_TEMPFAIL of sysexits.h
)

func init() { cobra.EnableCommandSorting = false } // the help lists commands in the order in which users need them

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs a command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	// A reader that closes the pipe (… | head) must not kill a run that writes a raster. Writes
	// then return an error, which print ignores.
	signal.Ignore(syscall.SIGPIPE)

	gdal.KeepStrays()
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root, checkDashes(root, args)
	if err == nil {
		cmd, err = root.ExecuteC()
	}
	tellStrays(cmd, stderr)
	log := messages{}.log(stderr)
	if err == nil {
		return exitDone
	}
	sentence := report.OneLine(explain(err))
	var bad usageError
	var stopped interruption
	var job jobError
	switch {
	case errors.Is(err, errWouldFail):
		return exitFailed
	case errors.Is(err, errMissing):
		return exitMissing
	case errors.As(err, &bad):
		log.Error(fmt.Sprintf("%s (see '%s --help')", sentence, helpFor(cmd, bad)))
		return exitUsage
	case errors.As(err, &stopped):
		log.Error(sentence)
		return 128 + int(stopped.signal)
	}
	log.Error(sentence)
	if errors.As(err, &job) {
		return job.exitCode()
	}
	return exitFailed
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pixtrend COMMAND",
		Short: "Fit a trend to every pixel of a stack of dated rasters.",
		Long: "Fit a trend to every pixel of a stack of dated rasters.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted; of jobs also 3, parts are missing, and 75, try again.\n\n" +
			kernel.EnvISA + "=generic|avx2|avx512|neon in the environment selects a kernel; the default is the fastest one.",
		Example: "  # make a stack, examine it, fit it and draw a map\n" +
			"  pixtrend synth demo\n" +
			"  pixtrend info demo\n" +
			"  pixtrend fit 'demo/ndvi_*.tif' -o slope.tif --map slope.png",
		Version:       versionName(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs, // RunE, not cobra, reports unknown commands
		RunE:          unknownCommand,

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return checkLimitsFor(cmd) },
	}
	root.SetVersionTemplate("pixtrend {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { printHelp(cmd) })
	root.SetHelpCommand(newHelpCommand())
	root.PersistentFlags().BoolP("help", "h", false, "print this help")
	root.Flags().Bool("version", false, "print the version")
	root.AddCommand(newFitCommand(), newUpdateCommand(), newBreaksCommand(), newCompositeCommand(), newInfoCommand(), newMapCommand(), newZonesCommand(), newSeriesCommand(), newJobCommand(), newSynthCommand(), newBenchCommand(), newVersionCommand())
	root.AddCommand(newCompletionCommand(), newManCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	completeOthers(root)
	return root
}

// unknownCommand runs if no subcommand is named, or an unknown one.
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

// usageError is an error in the command line.
type usageError struct {
	err     error
	command *cobra.Command // whose help to see; nil for the one that was run
}

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{err: fmt.Errorf(format, args...)} }

// helpFor returns the command whose help explains a usage error.
func helpFor(cmd *cobra.Command, bad usageError) string {
	if bad.command != nil {
		cmd = bad.command
	}
	return cmd.CommandPath()
}

// interruption is the cause of a context that was ended by a signal.
type interruption struct{ signal syscall.Signal }

func (i interruption) Error() string {
	if i.signal == syscall.SIGINT {
		return "interrupted"
	}
	return fmt.Sprintf("ended by a signal (%v)", i.signal)
}

// patience is how long a command may take to end after a signal. A read from a disk that does not
// answer cannot be broken off.
const patience = 3 * time.Second

// interruptible returns a context that ends at the first signal that asks the process to end, with
// an interruption as its cause. If stop is not called soon after that, or at a second signal, the
// process ends, and the next run beside its output removes its temporary files. It is for the part
// of a run that has temporary files to remove; outside it, signals end the process as usual.
func interruptible(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals, stopped := make(chan os.Signal, 1), make(chan struct{})
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // by nohup, or a shell's &
			signal.Notify(signals, s)
		}
	}
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			why := interruption{s.(syscall.Signal)}
			cancel(why)
			select {
			case <-time.After(patience):
				messages{}.log(os.Stderr).Error(fmt.Sprintf("%v: it waits for a file that does not answer", why))
				os.Exit(128 + int(why.signal))
			case <-stopped:
			}
		case <-stopped:
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(signals)
		cancel(nil)
		close(stopped)
	})
}

// print writes text to standard output, without the characters that would move the cursor of a
// terminal. A closed pipe (… | head) is not an error.
func print(w io.Writer, text string) error {
	_, err := io.WriteString(w, foreign.Escaped(text))
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("cannot write to standard output: %w", err)
	}
	return nil
}
