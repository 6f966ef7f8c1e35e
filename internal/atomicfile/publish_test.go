package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// rasterTarget is a target with the sidecars of a raster.
func rasterTarget(path string) Target {
	return Target{path, []string{path + ".aux.xml", path + ".msk", path + ".ovr"}}
}

// tempOf makes a temporary file with a text.
func tempOf(t *testing.T, target Target, overwrite bool, text string) *Temp {
	t.Helper()
	temp, err := NewTemp(target, overwrite)
	if err != nil {
		t.Fatal(err)
	}
	put(t, temp.Path, text)
	return temp
}

func TestPublishReplaces(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.tif"), filepath.Join(dir, "b.png")
	for _, path := range []string{a, a + ".aux.xml", a + ".msk", a + ".ovr", b, b + ".aux.xml"} {
		put(t, path, "old")
	}
	x, y := tempOf(t, rasterTarget(a), true, "new"), tempOf(t, Target{Path: b}, true, "new")
	put(t, x.Path+".aux.xml", "new")
	put(t, x.Beside(".raw"), "scratch")
	if err := Publish(x, y); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "a.tif", "new", "a.tif.aux.xml", "new", "b.png", "new", "b.png.aux.xml", "old")
}

func TestSidecarsOfTargets(t *testing.T) {
	dir := t.TempDir()
	a := filepath.Join(dir, "a.tif")
	target := rasterTarget(a)
	temp := tempOf(t, target, false, "new")
	put(t, a+".msk", "old")
	refused(t, Publish(temp), "a.tif.msk", "has come")
	holds(t, dir, "a.tif.msk", "old")
	refused(t, CheckTargets(false, target), "a.tif", "a.tif.msk", "the option Overwrite")
	if err := CheckTargets(true, target); err != nil {
		t.Error(err)
	}
	if err := os.Mkdir(a+".ovr", 0o777); err != nil {
		t.Fatal(err)
	}
	refused(t, CheckTargets(true, target), "a.tif", "folder", "a.tif.ovr")
}

func TestTargetsAreApart(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	put(t, at("a"), "")
	if errors.Join(os.Mkdir(at("d"), 0o777), os.Symlink("d", at("e")), os.Symlink("a", at("l"))) != nil {
		t.Skip("no links here")
	}
	for _, tt := range []struct {
		a, b  string
		words string
	}{
		{"new", "newer", ""},
		{"d/new", "new", ""},
		{"new", "./new", "given twice"},
		{"new", "d/../new", "given twice"},
		{"d/new", "e/new", "given twice"},
		{"a", "l", "given twice"},
		{"new", "new.msk", "would be read with another"},
		{"new.aux.xml", "d/../new", "would be read with another"},
	} {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			err := CheckTargets(true, rasterTarget(dir+"/"+pair[0]), rasterTarget(dir+"/"+pair[1]))
			if tt.words != "" {
				refused(t, err, tt.words)
			} else if err != nil {
				t.Errorf("%v: %v", pair, err)
			}
		}
	}
}

func TestLinksAsTargets(t *testing.T) {
	dir := t.TempDir()
	file, link := put(t, filepath.Join(dir, "file"), "file"), filepath.Join(dir, "link")
	out := filepath.Join(t.TempDir(), "stdout")
	if errors.Join(os.Symlink(file, link), os.Symlink("/proc/self/fd/1", out)) != nil {
		t.Skip("no links here")
	}
	if w := LinkWarning(link); !strings.Contains(w, link) || !strings.Contains(w, file) || LinkWarning(file) != "" {
		t.Errorf("warning %q", w)
	}
	if err := Publish(tempOf(t, Target{Path: link}, true, "new")); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "file", "file", "link", "new")
	refused(t, checkPath(out, true), out, "not a regular file")
	// What comes meanwhile is not replaced, unless it is a file.
	temp := tempOf(t, Target{Path: filepath.Join(dir, "d")}, true, "new")
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o777); err != nil {
		t.Fatal(err)
	}
	refused(t, Publish(temp), "not a regular file")
}

func readAll(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

// Whichever step fails, all targets and their sidecars are as they were, or the error says what is
// otherwise.
func TestPublishFails(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, overwrite := range []bool{false, true} {
		for _, hasLinks := range []bool{true, false} {
			steps := 0 // until none fails
			for failing := 0; failing <= steps; failing++ {
				name := fmt.Sprintf("overwrite %v, links %v, step %d", overwrite, hasLinks, failing)
				dir := t.TempDir()
				a, b := filepath.Join(dir, "a.tif"), filepath.Join(dir, "b.tif")
				before := []string{}
				if overwrite {
					before = []string{"a.tif", "old", "a.tif.msk", "old", "b.tif", "old", "b.tif.aux.xml", "old"}
					for i := 0; i < len(before); i += 2 {
						put(t, filepath.Join(dir, before[i]), before[i+1])
					}
				}
				x, y := tempOf(t, rasterTarget(a), overwrite, "new"), tempOf(t, rasterTarget(b), overwrite, "new")
				put(t, y.Path+".aux.xml", "new")
				step := 0
				fails := func() bool { step++; return step-1 == failing }
				s := system{
					link: func(from, to string) error {
						if !hasLinks {
							return syscall.EPERM
						}
						if fails() {
							return broken
						}
						return os.Link(from, to)
					},
					rename: func(from, to string) error {
						if fails() {
							return broken
						}
						return os.Rename(from, to)
					},
					remove: os.Remove,
					sync: func(string) error {
						if fails() {
							return broken
						}
						return nil
					},
				}
				err := s.publish([]*Temp{x, y})
				steps = max(steps, step)
				switch {
				case err == nil:
					holds(t, dir, "a.tif", "new", "b.tif", "new", "b.tif.aux.xml", "new")
				case overwrite && !hasLinks && strings.Contains(err.Error(), "is gone"):
					refused(t, err, broken.Error(), "a.tif is new")
					if readAll(a) != "new" || readAll(b) != "old" && !strings.Contains(err.Error(), "b.tif is new") {
						t.Errorf("%s: %v: not so", name, err)
					}
				default:
					refused(t, err, broken.Error())
					if strings.Contains(err.Error(), ";") {
						t.Errorf("%s: %v: all could be undone", name, err)
					}
					holds(t, dir, before...)
				}
				if t.Failed() {
					t.Fatal(name, err)
				}
			}
			if steps < 3 {
				t.Errorf("only %d steps", steps)
			}
		}
	}
}

// If what was replaced cannot be put back, it is not lost.
func TestPublishFailsTwice(t *testing.T) {
	dir := t.TempDir()
	a := put(t, filepath.Join(dir, "a.tif"), "old")
	x, y := tempOf(t, rasterTarget(a), true, "new"), tempOf(t, rasterTarget(filepath.Join(dir, "b.tif")), true, "new")
	renamed := 0
	s := system{os.Link, func(from, to string) error {
		if renamed++; renamed > 1 {
			return errors.New("enough")
		}
		return os.Rename(from, to)
	}, os.Remove, Sync}
	err := s.publish([]*Temp{x, y})
	old := x.Path + ".old"
	refused(t, err, "cannot write "+filepath.Join(dir, "b.tif")+": enough; "+a+" is new, and what it replaced is "+old)
	holds(t, dir, filepath.Base(old), "old", "a.tif", "new")
}

// What a disk says that cannot sync a folder is no failure.
func TestSyncFolder(t *testing.T) {
	if err := syncFolder(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := syncFolder(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no folder is synced")
	}
}

func TestStageLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	_, err := Stage(filepath.Join(dir, "a"), false, func(io.Writer) error { return errors.New("no") })
	if !errors.Is(err, fault.ErrOutput) {
		t.Error(err)
	}
	holds(t, dir)
}
