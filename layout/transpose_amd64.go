//go:build !purego

package layout

import "github.com/pixtrend/pixtrend/kernel"

// vectorBytes returns how many bytes of a plane a body writes at once, 0 where there is none. A
// body uses no processor feature that kernel does not ask for before it makes a Kernel of the ISA:
// AVX-512 F, BW (the unpacking of 8 and 16 bits) and none else, or AVX and AVX2.
func vectorBytes(isa kernel.ISA) int {
	switch isa {
	case kernel.AVX512:
		return 64
	case kernel.AVX2:
		return 32
	}
	return 0
}

// unitDates returns how many dates a body loads of a pixel at once.
func unitDates(isa kernel.ISA, size int) int {
	if isa == kernel.AVX2 && size == 1 {
		return 8
	}
	return 16 / size
}

// transposeGroups runs the body for samples of that size. Dispatch is a switch of direct calls: a
// call through a func variable would move params to the heap.
func transposeGroups(isa kernel.ISA, size int, p *params) {
	if isa == kernel.AVX512 {
		switch size {
		case 1:
			transpose8AVX512(p)
		case 2:
			transpose16AVX512(p)
		case 4:
			transpose32AVX512(p)
		case 8:
			transpose64AVX512(p)
		}
		return
	}
	switch size {
	case 1:
		transpose8AVX2(p)
	case 2:
		transpose16AVX2(p)
	case 4:
		transpose32AVX2(p)
	case 8:
		transpose64AVX2(p)
	}
}

// The bodies, in transpose_amd64.s, named after the bits of a sample: for each of p.groups groups of
// pixels, sample x of the vector at p.dst + p.off[date] = date of pixel x.

//go:noescape
func transpose8AVX2(p *params)

//go:noescape
func transpose16AVX2(p *params)

//go:noescape
func transpose32AVX2(p *params)

//go:noescape
func transpose64AVX2(p *params)

//go:noescape
func transpose8AVX512(p *params)

//go:noescape
func transpose16AVX512(p *params)

//go:noescape
func transpose32AVX512(p *params)

//go:noescape
func transpose64AVX512(p *params)
