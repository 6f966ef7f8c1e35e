//go:build !purego

package regress

import "github.com/pixtrend/pixtrend/kernel"

// width returns how many pixels the body of k does at once, 0 where there is none.
func width(k kernel.Kernel) int {
	switch k.ISA() {
	case kernel.AVX512:
		return 8
	case kernel.AVX2:
		return 4
	}
	return 0
}

// finish calls the body of k for results of float32, or of float64.
func finish(k kernel.Kernel, p *finishing, float32 bool) {
	switch {
	case k.ISA() == kernel.AVX512 && float32:
		finishF32AVX512(p)
	case k.ISA() == kernel.AVX512:
		finishF64AVX512(p)
	case float32:
		finishF32AVX2(p)
	default:
		finishF64AVX2(p)
	}
}

// student calls the body of k for p-values.
func student(k kernel.Kernel, p *finishing) {
	if k.ISA() == kernel.AVX512 {
		studentAVX512(p)
	} else {
		studentAVX2(p)
	}
}

//go:noescape
func studentAVX512(p *finishing)

//go:noescape
func studentAVX2(p *finishing)

//go:noescape
func finishF32AVX512(p *finishing)

//go:noescape
func finishF64AVX512(p *finishing)

//go:noescape
func finishF32AVX2(p *finishing)

//go:noescape
func finishF64AVX2(p *finishing)
