package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
)

// version is set when the program is built: -ldflags '-X main.version=v1.2.3'.
var version = "devel"

// versionName returns the version; go install module@version knows it without help.
func versionName() string {
	if info, ok := debug.ReadBuildInfo(); ok && version == "devel" && info.Main.Version != "" {
		return strings.Trim(info.Main.Version, "()")
	}
	return version
}

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of pixtrend, Go and GDAL, and the kernel in use.",
		Example: "  # before a report of a bug\n" +
			"  pixtrend version\n" +
			"  # the version alone\n" +
			"  pixtrend --version\n" +
			"  # whether this machine could run another kernel\n" +
			"  PIXTREND_ISA=generic pixtrend version",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			isa, err := isaFromEnv(cmd)
			if err != nil {
				return err
			}
			return print(cmd.OutOrStdout(), fmt.Sprintf("pixtrend  %s\nGo        %s %s/%s\nGDAL      %s\nkernel    %s (of %s)\nthreads   %d\n",
				versionName(), strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH,
				raster.GDALVersion(), isa, list(isaNames(kernel.Available()), "and"), runtime.GOMAXPROCS(0)))
		},
	}
}

// isaFromEnv returns the kernel that runs. That the environment names another is an error of usage:
// it is known without looking at any file.
func isaFromEnv(cmd *cobra.Command) (kernel.ISA, error) {
	k, err := kernel.FromEnv()
	if err != nil {
		return 0, usageError{fmt.Errorf("%w: unset %s to use the fastest", err, kernel.EnvISA), cmd.Root()}
	}
	return k.ISA(), nil
}

func isaNames(isas []kernel.ISA) []string {
	var names []string
	for _, isa := range isas {
		names = append(names, isa.String())
	}
	return names
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument such as %q", cmd.Name(), args[0])
	}
	return nil
}
