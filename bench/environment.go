package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
)

// Environment describes the machine and the program of a run.
type Environment struct {
	Time      time.Time `json:"time"` // start of the run
	CPU       string    `json:"cpu"`
	CPUs      int       `json:"cpus"`  // CPUs that may be used
	Cores     int       `json:"cores"` // cores of these CPUs
	SMT       int       `json:"smt"`   // most of these CPUs on one core
	NUMANodes int       `json:"numa_nodes"`
	Machine   string    `json:"machine"`      // hypervisor; "": none detected
	L1        int       `json:"l1_bytes"`     // data cache; 0: unknown
	L2        int       `json:"l2_bytes"`     // 0: unknown
	L3        int       `json:"l3_bytes"`     // 0: unknown
	Memory    int64     `json:"memory_bytes"` // available at the start; 0: unknown
	Governor  string    `json:"governor"`     // frequency governor of the CPUs; "": unknown
	HugePages string    `json:"huge_pages"`   // always, madvise or never; "": unknown
	Huge      int64     `json:"huge_bytes"`   // huge pages of this process, with its stacks
	Load      float64   `json:"load"`         // load average at the start
	Steal     float64   `json:"steal"`        // share of CPU time that other guests took
	Others    float64   `json:"others"`       // share of CPU time that other processes took
	OS        string    `json:"os"`           // with the version of its kernel
	Arch      string    `json:"arch"`
	Go        string    `json:"go"`
	Procs     int       `json:"gomaxprocs"`
	Pixtrend  string    `json:"pixtrend"` // version
	Commit    string    `json:"commit"`
	ISA       string    `json:"isa"`  // default of measurements
	ISAs      []string  `json:"isas"` // available on the machine
	Runs      int       `json:"runs"` // runs per arm

	began cpuTimes
}

// NewEnvironment describes the machine before a run of a version of pixtrend.
func NewEnvironment(version string, runs int) Environment {
	machine := runner.Machine()
	e := Environment{
		Time: time.Now().UTC().Truncate(time.Second), CPU: strings.TrimSpace(cpuid.CPU.BrandName),
		CPUs: len(machine.CPUs), Cores: machine.Cores(), NUMANodes: len(machine.Nodes()),
		L1: max(cpuid.CPU.Cache.L1D, 0), L2: max(cpuid.CPU.Cache.L2, 0), L3: max(cpuid.CPU.Cache.L3, 0),
		Memory: available(), Governor: governor(machine), HugePages: hugePages(), Load: load(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: strings.TrimPrefix(runtime.Version(), "go"), Procs: runtime.GOMAXPROCS(0),
		Pixtrend: version, Commit: commit(version), Runs: runs,
	}
	perCore := map[[2]int]int{}
	for _, c := range machine.CPUs {
		perCore[[2]int{c.Package, c.Core}]++
		e.SMT = max(e.SMT, perCore[[2]int{c.Package, c.Core}])
	}
	if e.CPU == "" {
		e.CPU = "unknown processor"
	}
	if cpuid.CPU.VM() {
		e.Machine = cpuid.CPU.HypervisorVendorID.String()
		if cpuid.CPU.HypervisorVendorID == cpuid.VendorUnknown {
			e.Machine = "virtual"
		}
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		e.OS += " " + strings.TrimSpace(string(release))
	}
	if k, err := kernel.FromEnv(); err == nil {
		e.ISA = k.ISA().String()
	}
	for _, isa := range kernel.Available() {
		e.ISAs = append(e.ISAs, isa.String())
	}
	e.began = readCPUTimes()
	return e
}

// Finish records the load during the run.
func (e *Environment) Finish() {
	now := readCPUTimes()
	if all := now.all - e.began.all; all > 0 {
		e.Steal = (now.stolen - e.began.stolen) / all
		e.Others = max(0, (now.busy-e.began.busy)-(now.own-e.began.own)) / all
	}
}

// noteHuge records the largest amount of memory in huge pages so far.
func (e *Environment) noteHuge() {
	if text, err := os.ReadFile("/proc/self/smaps_rollup"); err == nil {
		e.Huge = max(e.Huge, kibibytes(string(text), "AnonHugePages:"))
	}
}

// mostLoad is the load average from which on a machine is busy: half a CPU, on which the process that
// starts the run counts too.
const mostLoad = 0.5

// Notes returns warnings about the conditions of the run.
func (e *Environment) Notes() []string {
	var notes []string
	say := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if e.Runs < LeastRuns {
		say("%d runs of each: figures need %d or more", e.Runs, LeastRuns)
	}
	if e.Load > mostLoad {
		say("the machine was busy when the run began (load average %.1f on %d CPUs)", e.Load, e.CPUs)
	}
	if e.Others > 0.02 {
		say("other programs took %.0f %% of the CPU time: the figures are worse than on an idle machine", 100*e.Others)
	}
	if e.Steal > 0.01 {
		say("other guests of the machine took %.0f %% of the CPU time", 100*e.Steal)
	}
	return notes
}

// Title returns the processor, the commit and the date, for a line below a plot.
func (e *Environment) Title() string {
	return fmt.Sprintf("%s, %d CPUs on %d cores · pixtrend %s · %s", e.CPU, e.CPUs, e.Cores, e.Commit, e.Time.Format(time.DateOnly))
}

// commit returns the commit that Go stamped into the program, or its version.
func commit(version string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "vcs.revision" })
		if i >= 0 && len(info.Settings[i].Value) > 12 {
			return info.Settings[i].Value[:12]
		}
	}
	return version
}

// governor returns the frequency governors of the CPUs.
func governor(t runner.Topology) string {
	var names []string
	for _, c := range t.CPUs {
		text, err := os.ReadFile(filepath.Join("/sys/devices/system/cpu", fmt.Sprintf("cpu%d", c.ID), "cpufreq/scaling_governor"))
		if name := strings.TrimSpace(string(text)); err == nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// hugePages returns the word in brackets of a text such as: always [madvise] never.
func hugePages() string {
	text, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), "[")
	word, _, _ := strings.Cut(rest, "]")
	return word
}

func load() (average float64) {
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		_, _ = fmt.Sscan(string(text), &average)
	}
	return average
}

// cpuTimes are seconds of all CPUs together. They are zero if the system does not report them.
type cpuTimes struct {
	all, busy, stolen float64
	own               float64 // part of busy: this process and its child processes
}

func readCPUTimes() cpuTimes {
	t := cpuTimes{own: cpuSeconds()}
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return t
	}
	line, _, _ := strings.Cut(strings.TrimPrefix(string(text), "cpu "), "\n")
	const idle, iowait, steal, perSecond = 3, 4, 7, 100 // USER_HZ
	for i, word := range strings.Fields(line) {
		var ticks float64
		if _, err := fmt.Sscan(word, &ticks); err != nil || i > steal { // later fields are counted in earlier ones
			break
		}
		seconds := ticks / perSecond
		t.all += seconds
		switch i {
		case idle, iowait:
		case steal:
			t.stolen += seconds
		default:
			t.busy += seconds
		}
	}
	return t
}

// available returns the memory that is available without swapping, page cache included.
func available() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	return kibibytes(string(text), "MemAvailable:")
}

// kibibytes returns the bytes that a file of /proc gives as "key 123 kB".
func kibibytes(text, key string) int64 {
	_, rest, _ := strings.Cut(text, key)
	var n int64
	_, _ = fmt.Sscan(rest, &n)
	return n << 10
}
