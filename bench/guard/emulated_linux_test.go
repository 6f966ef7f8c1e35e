package guard

import (
	"bufio"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// emulated returns the counts of the cases of an instruction set of arm64, under qemu-user. dir is a
// folder for the program.
func emulated(isa kernel.ISA, dir string) ([]int64, error) {
	program := filepath.Join(dir, "guard.test")
	build := exec.Command("go", "test", "-c", "-o", program, ".")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", build.Args, err, text)
	}
	ranges, err := countedRanges(program)
	if err != nil {
		return nil, err
	}
	// -singlestep translates one instruction at a time, and nochain logs each time that one of these
	// is executed. Newer versions of qemu have another name for it.
	single := "-singlestep"
	if help, _ := exec.Command("qemu-aarch64", "--help").Output(); strings.Contains(string(help), "-one-insn-per-tb") {
		single = "-one-insn-per-tb"
	}
	c := exec.Command("qemu-aarch64", single, "-d", "exec,nochain,strace", "-dfilter", ranges, program)
	c.Env = childEnvironment(isa, markByAsking)
	log, err := c.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	counts, err := countLog(log)
	if done := c.Wait(); err == nil {
		err = done
	}
	return counts, err
}

// countedRanges returns the addresses of the functions whose instructions count, as -dfilter takes
// them.
func countedRanges(program string) (string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return "", err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return "", err
	}
	symbols = slices.DeleteFunc(symbols, func(s elf.Symbol) bool { return elf.ST_TYPE(s.Info) != elf.STT_FUNC })
	slices.SortFunc(symbols, func(a, b elf.Symbol) int { return int(int64(a.Value) - int64(b.Value)) })
	var ranges []string
	for i := 0; i < len(symbols); {
		first := i
		for i < len(symbols) && isCounted(symbols[i].Name) {
			i++
		}
		if i == first {
			i++
			continue
		}
		last := symbols[i-1]
		ranges = append(ranges, fmt.Sprintf("%#x..%#x", symbols[first].Value, last.Value+last.Size-1))
	}
	if len(ranges) == 0 {
		return "", fmt.Errorf("%s has no function of this module", program)
	}
	return strings.Join(ranges, ","), nil
}

// countLog counts the lines of instructions between marks in a log of qemu.
func countLog(log io.Reader) (counts []int64, err error) {
	marks, n := 0, int64(0)
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		switch line := lines.Bytes(); {
		case strings.HasPrefix(string(line), "Trace "):
			n++
		case strings.Contains(string(line), " getppid("):
			if marks++; marks%2 == 0 {
				counts = append(counts, n)
			}
			n = 0
		}
	}
	return counts, lines.Err()
}
