package raster

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A file that is replaced after its directory was read ahead is described as it is then.
func TestReplacedAfterReadingAhead(t *testing.T) {
	dir := t.TempDir()
	name, other := filepath.Join(dir, "ndvi_2001.tif"), filepath.Join(dir, "other.tif")
	for path, width := range map[string]int{name: 5, other: 7} {
		if err := (made{width: width, height: 4, bands: newPlanes(width, 4, 1, 0, 9).dates}).write(path); err != nil {
			t.Fatal(err)
		}
	}
	s, err := newStack(t.Context(), []string{name}, OpenOptions{}, newDescriptions())
	if err != nil {
		t.Fatal(err)
	}
	early := openDirectory(name, OpenOptions{})
	if err := os.Rename(other, name); err != nil {
		t.Fatal(err)
	}
	dirs := directoriesAhead{next: make(chan directory, 1), stop: make(chan struct{})}
	dirs.next <- early
	planes, g, direct, err := s.describeFile(0, dirs, likenesses{}, OpenOptions{}, s.look(t.Context(), OpenOptions{}, false))
	now, statErr := os.Stat(name)
	if err != nil || statErr != nil || direct == nil {
		t.Fatal(err, statErr, direct)
	}
	if g.width != 7 || planes[0].stored == nil || planes[0].stored.Width != 7 || !os.SameFile(direct.info, now) {
		t.Errorf("%d columns, samples of %+v in %v: these are of the file that was replaced", g.width, planes[0].stored, direct.info.Name())
	}
}

// Files that were opened ahead are closed if nobody asks for their directories.
func TestDirectoriesAheadAreClosed(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip(err)
	}
	name := filepath.Join(t.TempDir(), "ndvi_2001.tif")
	if err := (made{width: 5, height: 4, bands: newPlanes(5, 4, 1, 0, 9).dates}).write(name); err != nil {
		t.Fatal(err)
	}
	open := func() (n int) {
		entries, _ := os.ReadDir("/proc/self/fd")
		for _, e := range entries {
			if file, _ := os.Readlink("/proc/self/fd/" + e.Name()); file == name {
				n++
			}
		}
		return n
	}
	dirs := readDirectories(slices.Repeat([]string{name}, 5), OpenOptions{})
	first := <-dirs.next
	if open() == 0 {
		t.Fatal("no file is open")
	}
	dirs.close()
	first.close()
	for n := 0; open() > 0; n++ { // a goroutine closes them
		if n == 1000 {
			t.Fatalf("%d files are open", open())
		}
		time.Sleep(time.Millisecond)
	}
}
