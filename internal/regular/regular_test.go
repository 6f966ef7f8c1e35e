package regular

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	file, link, pipe, socket := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe"), filepath.Join(dir, "socket")
	if err := os.WriteFile(file, []byte("text"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip("no links here")
	}
	makePipe(t, pipe)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip("no sockets here")
	}
	defer func() { _ = listener.Close() }()
	for path, kind := range map[string]string{file: "", link: "", dir: "a folder", pipe: "a pipe", socket: "a socket", os.DevNull: "a device", "/dev/zero": "a device"} {
		f, err := Open(path)
		if err == nil {
			_ = f.Close()
		}
		text, readErr := ReadText(path)
		for _, err := range []error{err, readErr, Check(path)} {
			var not *KindError
			if errors.As(err, &not) != (kind != "") || not != nil && not.Kind != kind || not == nil && err != nil {
				t.Errorf("%s: %v, want %q", path, err, kind)
			}
		}
		if kind == "" && string(text) != "text" {
			t.Errorf("%s holds %q", path, text)
		}
	}
	for path, want := range map[string]bool{file: false, link: false, dir: false, filepath.Join(dir, "none"): false, pipe: true, socket: true, os.DevNull: true} {
		if err := CheckSpecial(path); (err != nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestReadTextIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.Truncate(mostText), file.Close()); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadText(path); err != nil || len(text) != mostText {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skip("no large files here")
	}
	if _, err := ReadText(path); err == nil || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("a terabyte is read: %v", err)
	}
}
