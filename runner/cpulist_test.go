package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseCPUList(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []int
	}{
		{"", nil},
		{"\n", nil},
		{"0\n", []int{0}},
		{"0-3,8,10-11\n", []int{0, 1, 2, 3, 8, 10, 11}},
		{"5-5", []int{5}},
		{"65535", []int{65535}},
	} {
		got, err := parseCPUList(c.in)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("parseCPUList(%q) = %v, %v, want %v", c.in, got, err, c.want)
		}
	}
}

func TestParseCPUListMalformed(t *testing.T) {
	for _, in := range []string{
		"a", "-1", "1-", "-", ",", "0,", ",0", "0,,1", "0 1", "0, 1", "+1", "1_0", "0x1", "1-2-3",
		"3-1", "1,0", "0-3,2", "4,4", "65536", "0-4294967295", "99999999999999999999",
		"0-31:2/4", // the kernel reads strides and never prints them
	} {
		if got, err := parseCPUList(in); err == nil {
			t.Errorf("parseCPUList(%q) = %v, want an error", in, got)
		}
	}
}

func FuzzParseCPUList(f *testing.F) {
	for _, s := range []string{"", "\n", "0-3,8,10-11\n", "0-127", "1-2-3", "3-1", "0-4294967295", "0,,1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ids, err := parseCPUList(s)
		if err != nil {
			return
		}
		parts := make([]string, len(ids))
		for i, id := range ids {
			if id < 0 || id >= maxCPUs || i > 0 && id <= ids[i-1] {
				t.Fatalf("parseCPUList(%q): id %d at %d is out of range or order", s, id, i)
			}
			parts[i] = fmt.Sprint(id)
		}
		again, err := parseCPUList(strings.Join(parts, ","))
		if err != nil || !slices.Equal(again, ids) {
			t.Fatalf("parseCPUList(%q) = %v, written out and read again: %v, %v", s, ids, again, err)
		}
	})
}
