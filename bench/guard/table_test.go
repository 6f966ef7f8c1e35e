package guard

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	file := filepath.Join(t.TempDir(), "instructions.txt")
	if err := Update(file, "isa=avx2/", Counts{"isa=avx2/op=slope": 1000, "isa=avx2/op=sums": 2000}); err != nil {
		t.Fatal(err)
	}
	if err := Update(file, "fit/", Counts{"fit/dtype=f32": 7}); err != nil {
		t.Fatal(err)
	}
	if err := Update(file, "isa=avx2/", Counts{"isa=avx2/op=slope": 10000}); err != nil {
		t.Fatal(err)
	}
	got, err := Read(file)
	if want := (Counts{"isa=avx2/op=slope": 10000, "fit/dtype=f32": 7}); err != nil || !maps.Equal(got, want) {
		t.Fatalf("%v, %v, want %v", got, err, want)
	}
	for _, c := range []struct {
		counts Counts
		says   string // "": no error
	}{
		{Counts{"isa=avx2/op=slope": 10300}, ""},
		{Counts{"isa=avx2/op=slope": 9700}, ""},
		{Counts{"isa=avx2/op=slope": 10301}, "op=slope takes 10301 instructions, +3.0 % of the 10000 recorded"},
		{Counts{"isa=avx2/op=slope": 9500}, "-5.0 %"},
		{Counts{"isa=avx2/op=slope": 10000, "isa=avx2/op=sums": 1}, "op=sums takes 1 instructions, and none are recorded"},
		{Counts{}, "op=slope is recorded, and there is no such case"},
	} {
		err := Check(file, "isa=avx2/", c.counts)
		if c.says == "" && err != nil || c.says != "" && (!errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%v: %v, want %q", c.counts, err, c.says)
		}
	}
	for _, text := range []string{"a 1 2\n", "a b\n", "a 0\n", "a 1\na 2\n"} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
