// Package limits finds how many CPUs and how much memory a container or a batch system allows this
// process. Both can be less than the machine has: Slurm may give a task two of the 64 CPUs of a node.
//
// Limits are read from control groups, version 1 and 2, and from the variables of Slurm. The CPUs
// that the process is bound to are not: package runner asks the kernel for them.
package limits

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// Limits are the least limits that were found.
type Limits struct {
	CPUs   Limit
	Memory Limit // in bytes
}

// Limit is a number, and a phrase that says what sets it. The zero Limit is none.
type Limit struct {
	N   int64
	Why string // such as "SLURM_CPUS_PER_TASK is 4"
}

// lower replaces a limit that is higher.
func (l *Limit) lower(n int64, format string, args ...any) {
	if l.Why == "" || n < l.N {
		*l = Limit{n, fmt.Sprintf(format, args...)}
	}
}

// Read returns the limits of this process. root is the root of the file system, of which proc and
// the mounted control groups are read, and getenv is [os.Getenv]. Files that are missing or make no
// sense limit nothing, as in Go's runtime. A variable that makes no sense is an error, since
// somebody has set it.
func Read(root fs.FS, getenv func(string) string) (Limits, error) {
	l := readGroups(root)
	err := l.readSlurm(getenv)
	return l, err
}

// readSlurm reads the variables of a Slurm task. Slurm sets them even where it does not enforce
// what they say.
func (l *Limits) readSlurm(getenv func(string) string) error {
	read := func(name string, parse func(string) (int64, error)) (n int64, err error) {
		text := strings.TrimSpace(getenv(name))
		if text == "" {
			return 0, nil
		}
		if n, err = parse(text); err != nil {
			return 0, fmt.Errorf("%s is %q in the environment: %w", name, text, err)
		}
		return n, nil
	}
	perTask, err := read("SLURM_CPUS_PER_TASK", parseCount)
	if err != nil {
		return err
	}
	if perTask > 0 {
		l.CPUs.lower(perTask, "SLURM_CPUS_PER_TASK is %d", perTask)
	}
	perNode, err := read("SLURM_MEM_PER_NODE", parseMegabytes)
	if err != nil {
		return err
	}
	if perNode > 0 { // 0 is all that the node has
		l.Memory.lower(perNode, "SLURM_MEM_PER_NODE is %s", humanize.IBytes(uint64(perNode)))
	}
	perCPU, err := read("SLURM_MEM_PER_CPU", parseMegabytes)
	if err != nil {
		return err
	}
	onNode, err := read("SLURM_CPUS_ON_NODE", parseCount)
	if err != nil {
		return err
	}
	if cpus := max(1, perTask, onNode); perCPU > 0 && perCPU <= math.MaxInt64/cpus {
		l.Memory.lower(perCPU*cpus, "SLURM_MEM_PER_CPU is %s, for %s", humanize.IBytes(uint64(perCPU)), cpuText(float64(cpus)))
	}
	return nil
}

func parseCount(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return 0, errors.New("it should be a whole number, 1 or more")
	}
	return n, nil
}

// parseMegabytes reads a size as the options of Slurm have it, and returns bytes: 4096, 4G, 512M.
// Without a unit it is in megabytes of 2^20 bytes.
func parseMegabytes(s string) (int64, error) {
	shift := 20
	for i, unit := range "KMGT" {
		if digits, found := strings.CutSuffix(strings.ToUpper(s), string(unit)); found {
			s, shift = digits, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0, errors.New("it should be a number of megabytes, such as 4096")
	}
	return n << shift, nil
}

func cpuText(n float64) string {
	if n == 1 {
		return "1 CPU"
	}
	return strconv.FormatFloat(n, 'g', 4, 64) + " CPUs"
}
