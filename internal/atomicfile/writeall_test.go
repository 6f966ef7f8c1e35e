package atomicfile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// All files appear, or none: not if one cannot be written, and not once the context has ended.
func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.json")
	none := func(what string) {
		t.Helper()
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: there are %v, %v", what, left, err)
		}
	}
	broken := Content{b, func(io.Writer) error { return errors.New("no room") }}
	if err := WriteAll(t.Context(), false, Text(a, "x"), broken); !errors.Is(err, fault.ErrOutput) {
		t.Errorf("a file that fails: %v", err)
	}
	none("a file that fails")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := WriteAll(ctx, false, Text(a, "x")); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	none("a context that has ended")
	if err := WriteAll(t.Context(), false, Text(a, "x"), Text(b, "y")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{a: "x", b: "y"} {
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%s has %q, %v", path, text, err)
		}
	}
}
