package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/internal/limits"
	"github.com/pixtrend/pixtrend/job"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/runner"
)

// checkLimitsFor sets the threads and the memory of a command that are not given to what the system
// allows, checks the limits of the process with them, and has the heap use its part of the memory.
func checkLimitsFor(cmd *cobra.Command) error {
	if !cmd.HasParent() || cmd.Flags().Lookup("quiet") == nil && cmd.Flags().Lookup("json") == nil {
		return nil // it reads and writes no raster
	}
	if err := checkFiles(); err != nil { // before any file is opened
		return err
	}
	allowed, err := systemLimits()
	if err != nil {
		return err
	}
	if cmd.Flags().Lookup("parts") == nil { // job plan writes down what is given, for processes elsewhere
		if err := keepTo(cmd.Flags(), allowed); err != nil {
			return err
		}
	}
	for _, text := range limitsOf(cmd.Flags()) {
		verboseLog(cmd, cmd.ErrOrStderr()).Info("limited the " + text)
	}
	memory, threads := int64(0), runtime.GOMAXPROCS(0)
	if flag := cmd.Flags().Lookup("memory"); flag != nil {
		memory = raster.DefaultMemory
		if n, err := parseSize(flag.Value.String()); err == nil {
			memory = n
		}
	}
	if flag := cmd.Flags().Lookup("threads"); flag != nil {
		if n, err := strconv.Atoi(flag.Value.String()); err == nil && n > 0 {
			threads = n
		}
	}
	if err := checkLimits(memory, threads); err != nil {
		return err
	}
	useHeap(memory)
	if cpus := runtime.NumCPU(); threads > threadsPerCPU*cpus && cmd.Flags().Lookup("parts") == nil {
		warn(cmd.ErrOrStderr(), []string{fmt.Sprintf("--threads %d: the process may use %d CPUs, and more threads than a few for each cost memory and time", threads, cpus)})
	}
	return nil
}

// threadsPerCPU is how many threads for each CPU can be of use: while some wait for a server, others
// decode.
const threadsPerCPU = 8

// systemLimits returns the limits of this process.
func systemLimits() (limits.Limits, error) {
	l, err := limits.Read(os.DirFS("/"), os.Getenv)
	if err != nil {
		return l, fmt.Errorf("%w: correct or unset it", err)
	}
	return l, nil
}

// limitNote is the annotation of a flag that says what has set it if the user has not.
const limitNote = "limit"

// keepTo sets the flags --threads and --memory that are not given, where limits are below their
// defaults.
func keepTo(flags *pflag.FlagSet, l limits.Limits) error {
	if flag := flags.Lookup("threads"); flag != nil && !flag.Changed && flag.Value.Type() == "N" { // that of bench is a list
		cpus := int64(len(runner.Machine().CPUs))
		// Go has lowered GOMAXPROCS to a limit of the process's own control group. If it is lower still,
		// the user has set it.
		if n := l.CPUs.N; n > 0 && n < cpus && n <= int64(runtime.GOMAXPROCS(0)) {
			if err := limitFlag(flag, strconv.FormatInt(n, 10), l.CPUs.Why); err != nil {
				return err
			}
		}
	}
	flag := flags.Lookup("memory")
	if flag == nil || flag.Changed {
		return nil
	}
	n, err := memoryWithin(l, raster.DefaultMemory)
	if err != nil || n == raster.DefaultMemory {
		return err
	}
	return limitFlag(flag, strconv.FormatInt(n, 10), fmt.Sprintf("%s, of which %s are for the program itself", l.Memory.Why, humanize.IBytes(raster.ProgramMemory)))
}

// memoryWithin returns how much of some bytes of memory a command may use within a limit.
func memoryWithin(l limits.Limits, memory int64) (int64, error) {
	if l.Memory.Why == "" || l.Memory.N-raster.ProgramMemory >= memory {
		return memory, nil
	}
	n := l.Memory.N - raster.ProgramMemory
	if n < raster.LeastMemory {
		return 0, fmt.Errorf("%s of memory, and the program needs %d MiB: ask for more, or set --memory to try with less", l.Memory.Why, (raster.ProgramMemory+raster.LeastMemory)>>20)
	}
	return n, nil
}

// resourcesWithin returns what a process may use that works on a plan: what is given, else what the
// plan says, as far as the system allows it.
func resourcesWithin(given, planned job.Resources) (job.Resources, error) {
	if given.Memory > 0 || planned.Memory == 0 {
		return given, nil
	}
	l, err := systemLimits()
	if err != nil {
		return given, err
	}
	given.Memory, err = memoryWithin(l, planned.Memory)
	return given, err
}

// limitFlag sets a flag that the user has not given.
func limitFlag(flag *pflag.Flag, value, why string) error {
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[limitNote] = []string{why}
	return flag.Value.Set(value)
}

// limitsOf returns what has limited the threads and the memory of a command, for its plan.
func limitsOf(flags *pflag.FlagSet) (texts []string) {
	for _, name := range []string{"threads", "memory"} {
		if flag := flags.Lookup(name); flag != nil && len(flag.Annotations[limitNote]) > 0 {
			texts = append(texts, name+": "+flag.Annotations[limitNote][0])
		}
	}
	return texts
}
