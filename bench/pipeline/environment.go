package pipeline

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/runner"
)

// Environment is where a run took place.
type Environment struct {
	Time     time.Time `json:"time"` // of the beginning
	CPU      string    `json:"cpu"`
	CPUs     int       `json:"cpus"`  // that may be used
	Cores    int       `json:"cores"` // that they lie on
	L2       int       `json:"l2_bytes"`
	Memory   int64     `json:"memory_bytes"` // available at the beginning; 0: not known
	Load     float64   `json:"load"`         // the system's load average at the beginning
	Steal    float64   `json:"steal"`        // share of the CPUs' time that went to other guests of the machine, meanwhile
	Others   float64   `json:"others"`       // share that went to other processes here
	OS       string    `json:"os"`
	Arch     string    `json:"arch"`
	Go       string    `json:"go"`
	GDAL     string    `json:"gdal"`
	Pixtrend string    `json:"pixtrend"`
	ISA      string    `json:"isa"`
	Threads  []int     `json:"threads"`
	Runs     int       `json:"runs"`
	Size     int       `json:"size"`
	Dates    int       `json:"dates"`

	began cpuTimes
}

func newEnvironment(o Options, threads []int) Environment {
	e := Environment{
		Time: time.Now().UTC().Truncate(time.Second), CPU: strings.TrimSpace(cpuid.CPU.BrandName), L2: max(cpuid.CPU.Cache.L2, 0),
		CPUs: len(runner.Machine().CPUs), Cores: runner.Machine().Cores(), Memory: available(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: strings.TrimPrefix(runtime.Version(), "go"), GDAL: raster.GDALVersion(),
		Pixtrend: o.Version, Threads: threads, Runs: o.Runs, Size: o.Size, Dates: o.Dates,
	}
	if e.CPU == "" {
		e.CPU = "unknown processor"
	}
	if k, err := kernel.FromEnv(); err == nil {
		e.ISA = k.ISA().String()
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		_, _ = fmt.Sscan(string(text), &e.Load)
	}
	e.began = readCPUTimes()
	return e
}

// finish notes what happened meanwhile.
func (e *Environment) finish() {
	now := readCPUTimes()
	if all := now.all - e.began.all; all > 0 {
		e.Steal = (now.stolen - e.began.stolen) / all
		e.Others = max(0, (now.busy-e.began.busy)-(now.own-e.began.own)) / all
	}
}

// cpuTimes are seconds of all CPUs together; zeros where the system does not tell.
type cpuTimes struct {
	all, busy, stolen float64
	own               float64 // of busy, for this process and the programs that it ran
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
		if _, err := fmt.Sscan(word, &ticks); err != nil || i > steal { // guests are counted as users before
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

// available returns the memory that could be had without swapping, page cache included.
func available() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "MemAvailable:")
	var kib int64
	_, _ = fmt.Sscan(rest, &kib)
	return kib << 10
}
