package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// No package of this module computes much before main begins, such as tables and patterns that most
// runs do not use. Allocated bytes tell, whatever the machine.
func TestPackagesStartSmall(t *testing.T) {
	const most = 200 << 10
	c := exec.Command(program, "--version")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		// init PACKAGE @1.1 ms, 0.2 ms clock, 300 bytes, 4 allocs
		words := strings.Fields(line)
		if len(words) < 9 || words[0] != "init" || !strings.HasPrefix(words[1], "github.com/pixtrend/") {
			continue
		}
		packages++
		if size, err := strconv.Atoi(words[7]); err != nil || size > most {
			t.Errorf("%q: a package may allocate %d bytes before main begins", strings.TrimSpace(line), most)
		}
	}
	if packages < 5 {
		t.Errorf("there are %d packages: %s", packages, out)
	}
}
