package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/internal/fault"
)

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// holds checks the files of a folder, given as name, text, name, text and so on in the order of
// names.
func holds(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		text, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		got = append(got, e.Name(), string(text))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

// refused checks that err is about the output and mentions all words.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, fault.ErrOutput) {
		t.Errorf("%v is not about the output", err)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not mention %q", err, w)
		}
	}
}

func TestStage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "map.png")
	write := func(text string, err error) func(w io.Writer) error {
		return func(w io.Writer) error {
			_, failed := io.WriteString(w, text)
			return errors.Join(failed, err)
		}
	}
	s, err := Stage(path, false, write("one", nil))
	if err != nil || Exists(path) {
		t.Fatalf("%v, or the file has its name", err)
	}
	if err := Publish(s); err != nil {
		t.Fatal(err)
	}
	s.Remove() // does nothing
	holds(t, dir, "map.png", "one")
	_, err = Stage(path, false, write("two", nil))
	refused(t, err, "map.png", "the option Overwrite")
	_, err = Stage(path, true, write("thr", errors.New("no more ink")))
	refused(t, err, "map.png", "no more ink")
	if s, err = Stage(path, true, write("four", nil)); err != nil {
		t.Fatal(err)
	}
	s.Remove()
	holds(t, dir, "map.png", "one")
	if s, err = Stage(path, true, write("five", nil)); err == nil {
		err = Publish(s)
	}
	if err != nil {
		t.Error(err)
	}
	holds(t, dir, "map.png", "five")
	// A file that was made meanwhile stays.
	other := filepath.Join(dir, "other.png")
	if s, err = Stage(other, false, write("mine", nil)); err != nil {
		t.Fatal(err)
	}
	put(t, other, "theirs")
	refused(t, Publish(s), "other.png", "has come")
	holds(t, dir, "map.png", "five", "other.png", "theirs")
}

func TestCheckPath(t *testing.T) {
	dir := t.TempDir()
	file := put(t, filepath.Join(dir, "file"), "")
	link, lost := filepath.Join(dir, "link"), filepath.Join(dir, "lost")
	if errors.Join(os.Symlink(file, link), os.Symlink("nothing", lost)) != nil {
		t.Skip("no links here")
	}
	for _, tt := range []struct {
		path      string
		overwrite bool
		words     string // of the error, separated by |; "": none
	}{
		{filepath.Join(dir, "new"), false, ""},
		{filepath.Join(dir, "new"), true, ""},
		{"new", false, ""},
		{file, true, ""},
		{link, true, ""},
		{lost, true, ""},
		{"", false, "has no name"},
		{file, false, "exists|the option Overwrite"},
		{link, false, "exists|the option Overwrite"},
		{lost, false, "a link to nothing|the option Overwrite"},
		{dir, true, "is a folder"},
		{os.DevNull, true, "is not a regular file"},
		{filepath.Join(dir, "none", "new"), false, "the folder|does not exist"},
		{filepath.Join(file, "new"), false, "cannot write"},
		{filepath.Join(dir, strings.Repeat("n", 300)), false, "too long"},
	} {
		err := checkPath(tt.path, tt.overwrite)
		if tt.words == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.path, err)
			}
			continue
		}
		refused(t, err, append(strings.Split(tt.words, "|"), tt.path)...)
	}
	if Exists(lost) || !Exists(link) || !Exists(dir) || Exists(filepath.Join(dir, "none")) {
		t.Error("Exists does not follow links")
	}
}

func TestSync(t *testing.T) {
	dir := t.TempDir()
	file := put(t, filepath.Join(dir, "a"), "text")
	for _, path := range []string{dir, file} {
		if err := Sync(path); err != nil {
			t.Error(err)
		}
	}
	if err := Sync(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there is on the disk: %v", err)
	}
}

func TestReserve(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if _, err := file.WriteString("text"); err != nil {
		t.Fatal(err)
	}
	if err := Reserve(file, 100_000); err != nil {
		t.Fatal(err)
	}
	StartFlush(file, 0, 4)
	b, err := os.ReadFile(file.Name())
	if err != nil || len(b) != 100_000 || string(b[:4]) != "text" || strings.Trim(string(b[4:]), "\x00") != "" {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestReason(t *testing.T) {
	_, err := os.Open("/none/a")
	if got := Reason(err); !errors.Is(got, fs.ErrNotExist) || strings.Contains(got.Error(), "/none") {
		t.Errorf("%q", got)
	}
	if got := Reason(os.Rename("/none/a", "/none/b")); !errors.Is(got, fs.ErrNotExist) || strings.Contains(got.Error(), "/none") {
		t.Errorf("%q", got)
	}
	if other := errors.New("other"); Reason(other) != other {
		t.Error("another error is not itself")
	}
}
