package hostile

import (
	"bytes"
	"maps"
	"slices"
	"testing"
)

// The same seed gives the same files, all forms have their turn, and most mutants differ from each
// other.
func TestNew(t *testing.T) {
	seen := map[string]int{}
	different := map[string]bool{}
	for seed := range uint64(10 * len(forms)) {
		m, again := New(seed), New(seed)
		if !maps.EqualFunc(m.Files, again.Files, bytes.Equal) {
			t.Errorf("seed %d (%s) gives different files", seed, m.Form)
		}
		seen[m.Form]++
		var all []byte
		for _, name := range slices.Sorted(maps.Keys(m.Files)) {
			all = append(append(all, name...), m.Files[name]...)
		}
		different[string(all)] = true
	}
	for _, name := range Forms() {
		if seen[name] != 10 {
			t.Errorf("%d mutants of the form %q", seen[name], name)
		}
	}
	if n := 10 * len(forms); len(different) < n*9/10 {
		t.Errorf("%d of %d mutants are different", len(different), n)
	}
}
