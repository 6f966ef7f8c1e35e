package main

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/klauspost/cpuid/v2"
	"github.com/spf13/cobra"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/raster/report"
)

// version replaces the version that pixtrend finds by itself. The Makefile sets it to what
// scripts/version.sh prints: -ldflags '-X main.version=0.2.0+136c590'.
var version string

// versionName returns the version of this program: the release, and the commit if it is another
// one.
func versionName() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return pixtrend.Version
	}
	return versionOf(info)
}

// pseudoCommit is the end of the version that Go gives to a commit without a tag.
var pseudoCommit = regexp.MustCompile(`[.-][0-9]{14}-([0-9a-f]{12})(\+|$)`)

// versionOf returns the release, with the commit that Go knows: from the repository that the
// program was built in, or from the version that go install fetched.
func versionOf(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	name := pixtrend.Version
	if commit := settings["vcs.revision"]; len(commit) >= 7 {
		if info.Main.Version == "v"+pixtrend.Version {
			return name
		}
		name += "+" + commit[:7]
		if settings["vcs.modified"] == "true" {
			name += "-dirty"
		}
	} else if m := pseudoCommit.FindStringSubmatch(info.Main.Version); m != nil {
		name += "+" + m[1][:7]
	}
	return name
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
			unasked, reads, more := raster.Readable()
			row("reads", "%s; with --if %s, and %d others", strings.Join(append([]string{"GTiff"}, unasked...), ", "), strings.Join(reads, ", "), more)
			var writes []string
			for _, format := range output.Writable() {
				writes = append(writes, string(format))
			}
			row("writes", "%s, compressed by %s", report.List(writes, "and"), report.List(output.Compressions(), "or"))
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

// isaFromEnv returns the kernel in use. A wrong name in the environment is a usage error, because
// it is found without opening any file.
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
