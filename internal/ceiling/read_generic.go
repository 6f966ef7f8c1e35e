package ceiling

import "unsafe"

func readGeneric(b []byte, _ int) uint64 {
	w := unsafe.Slice((*[8]uint64)(unsafe.Pointer(&b[0])), len(b)/64)
	var x [8]uint64
	for i := range w {
		for j, v := range &w[i] {
			x[j] |= v
		}
	}
	return x[0] | x[1] | x[2] | x[3] | x[4] | x[5] | x[6] | x[7]
}
