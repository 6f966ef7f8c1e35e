package main

import (
	"debug/elf"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The program needs the libraries of linkorder.go before GDAL if GDAL needs them, and only then.
func TestLinkOrder(t *testing.T) {
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	needed, err := file.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	libgdal := slices.IndexFunc(needed, func(name string) bool { return strings.HasPrefix(name, "libgdal.so") })
	if libgdal < 0 {
		t.Fatalf("GDAL is not among %v", needed)
	}
	ofGDAL := loaded(t, loaded(t, program)[needed[libgdal]])
	blas, geos := "libblas.so.3", "libgeos_c.so.1"
	both := ofGDAL[blas] != "" && ofGDAL[geos] != ""
	for _, name := range []string{blas, geos} {
		if at := slices.Index(needed, name); (at >= 0) != both || at > libgdal {
			t.Errorf("GDAL needs %s and %s: %v, and the program needs %v", blas, geos, both, needed)
		}
	}
}

// loaded returns the paths of the libraries that the loader finds for a program or a library, by
// their names.
func loaded(t *testing.T, file string) map[string]string {
	t.Helper()
	out, err := exec.Command("ldd", file).Output()
	if err != nil {
		t.Fatalf("ldd %s: %v", file, err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), " => "); ok {
			found[name], _, _ = strings.Cut(rest, " ")
		}
	}
	return found
}
