package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/bench/guard"
)

// TestInstructionsOfFits compares the instructions of this module that whole fits take, under
// Valgrind, with those recorded. Valgrind has no AVX-512, so these are fits with AVX2.
func TestInstructionsOfFits(t *testing.T) {
	if os.Getenv("PIXTREND_LONG") == "" {
		t.Skip("takes half a minute: set PIXTREND_LONG")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the numbers of instructions are recorded on amd64")
	}
	if _, err := exec.LookPath("valgrind"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: valgrind, which counts the instructions of a fit, is not installed")
	}
	dir := folder(t)
	counts := guard.Counts{}
	for name, args := range map[string][]string{
		"fit/dtype=f32/stats=slope":                             {"stack"},
		"fit/dtype=f32/stats=slope,intercept,pvalue/co=deflate": {"stack", "--stats", "slope,intercept,pvalue", "--co", "COMPRESS=DEFLATE"},
	} {
		counted := filepath.Join(dir, "counted")
		args = append([]string{"--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=" + counted, program,
			"fit", "-q", "--overwrite", "--threads", "1", "-o", "out.tif"}, args...)
		c := exec.Command("valgrind", args...)
		c.Dir, c.Env = dir, command(dir, []string{"PIXTREND_ISA=avx2"}).Env
		if text, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", c.Args, err, text)
		}
		n, err := instructionsOfModule(counted)
		if err != nil {
			t.Fatal(err)
		}
		counts[name] = n
		t.Logf("%9d  %s", n, name)
	}
	compare := guard.Check
	if *update {
		compare = guard.Update
	}
	if err := compare("../../bench/guard/testdata/instructions.txt", "fit/", counts); err != nil {
		t.Error(err)
	}
}

// instructionsOfModule adds up the instructions of this module's functions in an output of
// cachegrind: a line fn=NAME for a function, and below it a line for each of its source lines, with
// its number and the instructions.
func instructionsOfModule(file string) (n int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	counts := false
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if function, is := strings.CutPrefix(line, "fn="); is {
			counts = strings.Contains(function, "github.com/pixtrend/pixtrend/") || strings.HasPrefix(function, "main.")
			continue
		}
		_, count, two := strings.Cut(line, " ")
		if !counts || !two || line[0] < '0' || line[0] > '9' {
			continue
		}
		k, err := strconv.ParseInt(count, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %q: %w", file, line, err)
		}
		n += k
	}
	return n, lines.Err()
}
