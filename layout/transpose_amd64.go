//go:build !purego

package layout

import "github.com/pixtrend/pixtrend/kernel"

// vectorBytes returns how many bytes of a plane a body writes at once, or 0 if there is no body.
// The bodies use only processor features that kernel requires for the ISA: AVX-512 F and BW (which
// unpacks 8 and 16 bits), or AVX and AVX2.
func vectorBytes(isa kernel.ISA) int {
	switch isa {
	case kernel.AVX512:
		return 64
	case kernel.AVX2:
		return 32
	}
	return 0
}

// unitDates returns how many dates of a pixel a body loads at once.
func unitDates(isa kernel.ISA, size int) int {
	if isa == kernel.AVX2 && size == 1 {
		return 8
	}
	return 16 / size
}

// transposeGroups calls the body for samples of size bytes. It is a switch of direct calls, because
// a call through a func variable would move the params to the heap.
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

// The bodies are in transpose_amd64.s. Their names have the size of a sample in bits. For each of
// p.groups groups of pixels and each date, the vector at p.dst + p.off[date] gets the samples of
// the group's pixels.

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
