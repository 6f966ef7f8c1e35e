//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwners kills a process that has temporary files, and checks that only the files of the dead
// are removed by the next one.
func TestOwners(t *testing.T) {
	if target := os.Getenv("PIXTREND_TEST_TARGET"); target != "" {
		own(t, target)
		return
	}
	dir := t.TempDir()
	target := filepath.Join(dir, "a.tif")
	kill := startOwner(t, target)
	dead := listed(t, dir)
	if len(dead) != 3 {
		t.Fatalf("the other process has %q", dead)
	}
	foreign := []string{
		".a.tif.pixtrend-abcdefghij",                                                               // of a file system without locks
		".a.tif.pixtrend-aaaaaaaaaaaa-abcdefghij", ".a.tif.pixtrend-aaaaaaaaaaaa-abcdefghij.owner", // of another machine
		".a.tif.pixtrend-" + machine() + "-abcdefghij.raw", // its mark is gone, so that somebody is removing it
		"a.tif.pixtrend-notes.txt",
	}
	for _, name := range foreign {
		put(t, filepath.Join(dir, name), "")
	}
	mine := tempOf(t, Target{Path: target}, false, "mine")
	all := listed(t, dir)
	if len(all) != len(dead)+len(foreign)+2 {
		t.Errorf("files of the living are removed: %q of %q", all, dead)
	}

	kill()
	next := tempOf(t, Target{Path: filepath.Join(dir, "b.tif")}, false, "next")
	for _, name := range dead {
		if named(filepath.Join(dir, name)) {
			t.Errorf("%s stays", name)
		}
	}
	for _, name := range append(foreign, filepath.Base(mine.Path), filepath.Base(mine.Path)+ownerSuffix) {
		if !named(filepath.Join(dir, name)) {
			t.Errorf("%s is removed", name)
		}
	}
	mine.Remove()
	next.Remove()
	if left := listed(t, dir); len(left) != len(foreign) {
		t.Errorf("left behind: %q", left)
	}
}

// Marks of this machine are those of its host name, or of its start.
func TestNear(t *testing.T) {
	host, boot := machine()[:6], machine()[6:]
	for _, tt := range []struct {
		host, boot string
		want       bool
	}{{host, boot, true}, {host, "aaaaaa", true}, {"aaaaaa", boot, true}, {"aaaaaa", "bbbbbb", false}} {
		if got := near(tt.host, tt.boot); got != tt.want {
			t.Errorf("%v: %v", tt, got)
		}
	}
	name := filepath.Base(tempName("/d/"+strings.Repeat("x", 255), machine()))
	if m := ownedName.FindStringSubmatch(name + ".raw.aux.xml"); m == nil || m[1] != name || m[2] != host || m[3] != boot || len(name+".raw.aux.xml") > 255 {
		t.Errorf("%q of %q", m, name)
	}
}

// startOwner starts a process that has temporary files for a target, and returns how to kill it.
func startOwner(t *testing.T, target string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOwners$")
	cmd.Env = append(os.Environ(), "PIXTREND_TEST_TARGET="+target)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // which stays open
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = in.Close()
	}
	t.Cleanup(kill)
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return kill
}

// own makes temporary files and waits to be killed.
func own(t *testing.T, target string) {
	temp := tempOf(t, Target{Path: target}, false, "half")
	put(t, temp.Beside(".raw"), "raw")
	fmt.Println("ready")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
