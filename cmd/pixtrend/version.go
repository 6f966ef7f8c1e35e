package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/klauspost/cpuid/v2"
	"github.com/spf13/cobra"

	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/report"
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
		Short: "Print the versions of pixtrend, Go and GDAL, the formats, and the kernel in use.",
		Example: "  # for a bug report\n" +
			"  pixtrend version\n" +
			"  # only the version\n" +
			"  pixtrend --version\n" +
			"  # with another kernel\n" +
			"  PIXTREND_ISA=generic pixtrend version",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			isa, err := isaFromEnv(cmd)
			if err != nil {
				return err
			}
			var b strings.Builder
			row := func(name, format string, args ...any) {
				fmt.Fprintf(&b, "%-8s  %s\n", name, fmt.Sprintf(format, args...))
			}
			row("pixtrend", "%s", versionName())
			row("Go", "%s %s/%s", strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
			row("GDAL", "%s", gdal.Version())
			reads, more := raster.Readable()
			row("reads", "GTiff; with --if %s, and %d others", strings.Join(reads, ", "), more)
			var writes []string
			for _, format := range raster.Writable() {
				writes = append(writes, string(format))
			}
			row("writes", "%s, compressed by %s", report.List(writes, "and"), report.List(raster.Compressions(), "or"))
			row("CPU", "%s", cpuText())
			row("kernel", "%s (of %s)", isa, report.List(isaNames(kernel.Available()), "and"))
			row("threads", "%d", runtime.GOMAXPROCS(0))
			return print(cmd.OutOrStdout(), b.String())
		},
	}
}

// cpuText describes the processor and its caches.
func cpuText() string {
	text := strings.TrimSpace(cpuid.CPU.BrandName)
	if text == "" {
		text = "unknown"
	}
	for _, c := range []struct {
		name  string
		bytes int
	}{{"L1d", cpuid.CPU.Cache.L1D}, {"L2", cpuid.CPU.Cache.L2}, {"L3", cpuid.CPU.Cache.L3}} {
		if c.bytes > 0 {
			text += fmt.Sprintf(", %s %s", c.name, humanize.IBytes(uint64(c.bytes)))
		}
	}
	return text
}

// isaFromEnv returns the kernel in use. A wrong name in the environment is a usage error, because it is found
// without opening any file.
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
