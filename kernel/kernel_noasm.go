//go:build (!amd64 && !arm64) || purego

package kernel

func supported(isa ISA) bool { return isa == Generic }

func (k Kernel) group(body, DType) int { return 0 }

// Without bodies, nothing below is reached.

const maxCallSamples = 1

func (k Kernel) call(body, DType, *params) { panic("kernel: no assembly in this build") }

func passesAreFaster() bool { return false }
