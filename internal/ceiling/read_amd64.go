//go:build !purego

package ceiling

import "github.com/klauspost/cpuid/v2"

//go:noescape
func readAVX512(p *byte, n, ahead int) uint64

//go:noescape
func readAVX2(p *byte, n, ahead int) uint64

// callBytes limits one assembly call to some tens of microseconds, because the garbage collector
// cannot interrupt it.
const callBytes = 256 << 10

func read(b []byte, ahead int) (x uint64) {
	call := readGeneric
	switch {
	case cpuid.CPU.Supports(cpuid.AVX512F):
		call = func(b []byte, ahead int) uint64 { return readAVX512(&b[0], len(b), ahead) }
	case cpuid.CPU.Supports(cpuid.AVX2):
		call = func(b []byte, ahead int) uint64 { return readAVX2(&b[0], len(b), ahead) }
	}
	for len(b) > callBytes {
		x |= call(b[:callBytes], ahead)
		b = b[callBytes:]
	}
	return x | call(b, ahead)
}
